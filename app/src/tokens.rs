//! The token that every form carries: it says whose page the form was on and which filling-in of it this is, and is signed for person,
//! place and form. It is good in any session of that person, and for nothing else.
//!
//! The server signs a key for each page that it sends; with it the page makes the tokens of its forms, also of those that come later,
//! and a new one for each form that is sent.

use serde::{Deserialize, Serialize};
use siphasher::sip128::SipHasher24;

/// What the forms of one page are signed with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageKey {
    /// Tells this page view from every other.
    pub page: String,
    pub user: String,
    pub key: [u8; 16],
}

impl PageKey {
    /// The token of the form with this number, action and place.
    pub fn token(&self, action: &str, place: &str, number: u32) -> String {
        let signed = SipHasher24::new_with_key(&self.key).hash(format!("{number}\n{action}\n{place}").as_bytes()).as_u128();
        format!("{}.{}.{number}.{signed:032x}", self.page, self.user)
    }
}

#[cfg(feature = "ssr")]
pub use signing::Signing;

#[cfg(feature = "ssr")]
mod signing {
    use std::sync::Arc;

    use data::{Db, submissions};
    use domain::Instant;
    use tokio::sync::OnceCell;
    use uuid::Uuid;

    use super::PageKey;

    /// Pages older than this are asked to be loaded anew. What was done is remembered for longer.
    const VALID_MS: i64 = submissions::KEPT_MS - Instant::DAY_MS;

    /// Signs with the installation's secret, which is read once.
    #[derive(Clone, Debug)]
    pub struct Signing {
        secret: Arc<OnceCell<String>>,
        pub https: bool,
    }

    impl Signing {
        pub fn new(https: bool) -> Signing {
            Signing { secret: Arc::default(), https }
        }

        /// The key of a new page of this person.
        pub async fn page_key(&self, db: &Db, user_id: Uuid) -> data::Result<PageKey> {
            self.key(db, Uuid::now_v7().simple().to_string(), user_id).await
        }

        async fn key(&self, db: &Db, page: String, user_id: Uuid) -> data::Result<PageKey> {
            let user = user_id.simple().to_string();
            let signed = self.sign(db, &format!("page\n{page}\n{user}")).await?;
            let key = u128::from_str_radix(signed.get(..32).unwrap_or_default(), 16).unwrap_or_default().to_be_bytes();
            Ok(PageKey { page, user, key })
        }

        /// Whose form this is; `None` where the token was not made on a page of ours for this form at this place, or is too old.
        pub async fn person(&self, db: &Db, token: &str, action: &str, place: &str, real_now: Instant) -> data::Result<Option<Uuid>> {
            let mut parts = token.split('.');
            let (Some(page), Some(user), Some(number)) = (parts.next(), parts.next(), parts.next()) else { return Ok(None) };
            let (Ok(page_id), Ok(user_id), Ok(number)) = (Uuid::try_parse(page), Uuid::try_parse(user), number.parse()) else {
                return Ok(None);
            };
            if self.key(db, page.to_owned(), user_id).await?.token(action, place, number) != token {
                return Ok(None);
            }
            let made_at = page_id.get_timestamp().map_or(0, |at| i64::try_from(at.to_unix().0).unwrap_or(0) * 1000);
            // A day ahead, the clock has been set back since.
            let valid = (real_now.0 - VALID_MS..real_now.0 + Instant::DAY_MS).contains(&made_at);
            Ok(valid.then_some(user_id))
        }

        pub async fn sign(&self, db: &Db, text: &str) -> data::Result<String> {
            let secret = self.secret.get_or_try_init(|| data::installation::secret(db)).await?;
            submissions::sign(secret, text)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::PageKey;

    #[test]
    fn a_token_is_for_one_form_of_one_page() {
        let key = PageKey { page: "p".to_owned(), user: "u".to_owned(), key: [7; 16] };
        let token = key.token("/rpc/a", "company:x", 0);
        assert!(token.starts_with("p.u.0."), "{token}");
        assert_eq!(key.token("/rpc/a", "company:x", 0), token);
        let others = [
            key.token("/rpc/b", "company:x", 0),
            key.token("/rpc/a", "company:y", 0),
            key.token("/rpc/a", "company:x", 1),
            PageKey { key: [8; 16], ..key.clone() }.token("/rpc/a", "company:x", 0),
        ];
        assert!(others.iter().all(|other| *other != token), "{others:?}");
    }
}
