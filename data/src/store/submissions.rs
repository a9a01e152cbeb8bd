//! Forms that were sent: each is done once, whatever becomes of its answer.
//!
//! The claim to a form is written in the operation's own transaction, the first that begins on a handle made by [`Db::once`]: both are
//! there or neither is, and a form that was refused leaves no trace. The unique key decides between two that come at once: the database
//! has the second wait for the first. The answer is filled in right after; until then, and for good when the process ended between
//! the two, the row says that the form was done, and when. A second row stands for the form's token: sent again with other values, the
//! form is refused. See docs/adr/0014.

use std::sync::Arc;

use domain::Instant;
use hmac::{Hmac, KeyInit, Mac};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use sha2::Sha256;
use uuid::Uuid;

use crate::store::entities::submissions::{ActiveModel, Column, Entity, Model};
use crate::store::ignore_conflict;
use crate::{Db, Error, Result, transact};

/// After so long without an answer, whoever did it is taken to be gone.
const ANSWERED_WITHIN_MS: i64 = 60_000;
/// Why a form is refused that was done with other values.
const OTHER_VALUES: &str = "This form was sent before with other values, and was done with those. Send it again if you want this as well.";
/// How long forms that were done are remembered. Their tokens must not be good for longer.
pub const KEPT_MS: i64 = 7 * Instant::DAY_MS;

/// One request's claim to a form.
#[derive(Debug)]
pub struct Claim {
    form: String,
    token: String,
    owner: String,
    at: Instant,
}

/// What a handle of the database may write.
#[derive(Clone, Debug)]
pub(crate) enum Writes {
    Free,
    /// What belongs to this form, unless it was done before.
    Once(Arc<Claim>),
    /// Nothing, and why.
    Never(&'static str),
}

/// What is known of a form that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// It was done, with this answer.
    Answered(String),
    /// It was done, and its answer is not there yet.
    Answering,
    /// It was done, and its answer got lost.
    Unanswered,
}

impl Claim {
    /// `form` tells one form with its content from every other, `token` one form whatever its content: see [`form_of`]. `real_now` is the
    /// machine's clock, also in a sandbox.
    pub fn new(form: String, token: String, real_now: Instant) -> Arc<Claim> {
        Arc::new(Claim { form, token, owner: Uuid::now_v7().simple().to_string(), at: real_now })
    }

    pub fn form(&self) -> &str {
        &self.form
    }

    /// Writes the claim into a transaction that begins, unless an earlier one of the same request has done so.
    pub(crate) async fn write<C: ConnectionTrait>(&self, tx: &C) -> Result<()> {
        let rows = [&self.form, &self.token].map(|key| ActiveModel {
            token: Set(key.clone()),
            company_id: Set(None),
            result: Set(String::new()),
            at: Set(self.at.0),
            owner: Set(self.owner.clone()),
        });
        let inserted = Entity::insert_many(rows).on_conflict(ignore_conflict()).exec_without_returning(tx).await?;
        if inserted == 2 {
            return Ok(());
        }
        for (key, refusal) in [(&self.form, "this form was sent before"), (&self.token, OTHER_VALUES)] {
            if find(tx, key).await?.is_none_or(|row| row.owner != self.owner) {
                return Err(Error::conflict(refusal));
            }
        }
        Ok(())
    }

    /// Keeps the answer. False where nothing was written, or another request has done this form.
    pub async fn answer(&self, db: &Db, answer: &str) -> Result<bool> {
        if !self.is_written(db).await? {
            return Ok(false);
        }
        transact!(db, |tx| {
            Entity::update_many()
                .col_expr(Column::Result, Expr::value(answer))
                .filter(Column::Token.eq(&self.form))
                .filter(Column::Owner.eq(&self.owner))
                .exec(tx)
                .await?;
            Ok(())
        })?;
        Ok(true)
    }

    /// Whether a transaction of this request was committed.
    pub async fn is_written(&self, db: &Db) -> Result<bool> {
        Ok(find(db.read(), &self.form).await?.is_some_and(|row| row.owner == self.owner))
    }

    /// Takes back the claim of a request that was refused after it had written something: it may be sent again.
    pub async fn release(&self, db: &Db) -> Result<()> {
        transact!(db, |tx| {
            let rows = Column::Token.is_in([&self.form, &self.token]);
            Entity::delete_many().filter(rows).filter(Column::Owner.eq(&self.owner)).exec(tx).await?;
            Ok(())
        })
    }
}

async fn find<C: ConnectionTrait>(conn: &C, form: &str) -> Result<Option<Model>> {
    Ok(Entity::find_by_id(form.to_owned()).one(conn).await?)
}

/// What is known of a form; `None` when it was not done.
pub async fn known(db: &Db, form: &str, real_now: Instant) -> Result<Option<Known>> {
    Ok(find(db.read(), form).await?.map(|row| match row.result.is_empty() {
        false => Known::Answered(row.result),
        true if (real_now.0 - row.at).abs() < ANSWERED_WITHIN_MS => Known::Answering,
        true => Known::Unanswered,
    }))
}

/// When the last form was done, by the machine's clock at that time.
pub async fn last_at(db: &Db) -> Result<Option<Instant>> {
    let last = Entity::find().order_by_desc(Column::At).one(db.read()).await?;
    Ok(last.map(|row| Instant(row.at)))
}

/// Forgets old forms. Returns how many.
pub async fn purge_submissions(db: &Db, real_now: Instant) -> Result<u64> {
    transact!(db, |tx| {
        let gone = Entity::delete_many().filter(Column::At.lt(real_now.0 - KEPT_MS)).exec(tx).await?;
        Ok(gone.rows_affected)
    })
}

/// The key of a form that was sent: the same text gives the same.
pub fn form_of(text: &str) -> String {
    crate::store::secrets::hash(text)
}

/// HMAC-SHA256 of a text under the installation's secret, in hexadecimal.
pub fn sign(secret: &str, text: &str) -> Result<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_err(|error| Error::Corrupt(error.to_string()))?;
    mac.update(text.as_bytes());
    Ok(crate::store::secrets::hex(&mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::on_both;
    use crate::store::entities::sign_in_failures;

    const NOW: Instant = Instant(1_767_225_600_000);

    /// An operation that counts how often it was done.
    async fn operation(db: &Db, subject: &str, refused: bool) -> Result<()> {
        transact!(db, |tx| {
            let row =
                sign_in_failures::ActiveModel { subject: Set(format!("{subject}-{}", Uuid::now_v7())), failures: Set(1), last_at: Set(0) };
            sign_in_failures::Entity::insert(row).exec_without_returning(tx).await?;
            if refused { Err(Error::invalid("", "refused")) } else { Ok(()) }
        })
    }

    /// A claim to a form with this content, on a page of its own.
    fn claim(content: &str, at: Instant) -> Arc<Claim> {
        Claim::new(form_of(content), form_of(&format!("token of {content}")), at)
    }

    async fn done(db: &Db, subject: &str) -> usize {
        sign_in_failures::Entity::find().filter(sign_in_failures::Column::Subject.starts_with(subject)).all(db.read()).await.unwrap().len()
    }

    on_both! {
        async fn a_form_is_done_once_and_answered_alike(db: &TestDb) {
            let [first, second] = [(); 2].map(|()| claim("form", NOW));
            assert_eq!(known(db, first.form(), NOW).await.unwrap(), None);
            operation(&db.once(first.clone()), "a", false).await.unwrap();
            assert_eq!(known(db, first.form(), NOW).await.unwrap(), Some(Known::Answering));
            assert!(operation(&db.once(second.clone()), "a", false).await.is_err());
            assert!(!second.answer(db, "other").await.unwrap() && first.answer(db, "done").await.unwrap());
            assert_eq!(known(db, second.form(), NOW).await.unwrap(), Some(Known::Answered("done".to_owned())));
            assert_eq!(done(db, "a").await, 1);
            // Several transactions of one request are one claim.
            operation(&db.once(first), "a", false).await.unwrap();
            assert_eq!(done(db, "a").await, 2);
        }

        async fn a_refused_form_leaves_no_claim(db: &TestDb) {
            let refused = claim("form", NOW);
            assert!(operation(&db.once(refused.clone()), "a", true).await.is_err());
            assert_eq!(known(db, refused.form(), NOW).await.unwrap(), None);
            // What was corrected is sent with the same token.
            let corrected = Claim::new(form_of("corrected"), refused.token.clone(), NOW);
            operation(&db.once(corrected.clone()), "a", false).await.unwrap();
            assert_eq!(done(db, "a").await, 1);
            corrected.release(db).await.unwrap();
            operation(&db.once(claim("form", NOW)), "a", false).await.unwrap();
            assert_eq!(done(db, "a").await, 2);
        }

        async fn a_token_is_good_for_one_content(db: &TestDb) {
            let first = claim("form", NOW);
            operation(&db.once(first.clone()), "a", false).await.unwrap();
            let other = Claim::new(form_of("form with another amount"), first.token.clone(), NOW);
            let refused = operation(&db.once(other.clone()), "a", false).await.unwrap_err();
            assert!(refused.to_string().contains("with other values"), "{refused}");
            assert_eq!(known(db, other.form(), NOW).await.unwrap(), None);
            assert_eq!(done(db, "a").await, 1);
        }

        async fn a_form_whose_answer_was_lost_is_not_done_again(db: &TestDb) {
            let lost = claim("form", NOW);
            operation(&db.once(lost.clone()), "a", false).await.unwrap();
            // The process ends here.
            let later = NOW.plus_ms(2 * ANSWERED_WITHIN_MS);
            assert_eq!(known(db, lost.form(), later).await.unwrap(), Some(Known::Unanswered));
            assert!(operation(&db.once(claim("form", later)), "a", false).await.is_err());
            assert_eq!(done(db, "a").await, 1);
        }

        async fn many_at_once_are_done_once(db: &TestDb) {
            let all = (0..16).map(|_| {
                let db = db.once(claim("form", NOW));
                tokio::spawn(async move { operation(&db, "a", false).await.is_ok() })
            });
            let outcomes = futures::future::join_all(all).await;
            assert_eq!(outcomes.into_iter().filter(|outcome| *outcome.as_ref().unwrap()).count(), 1);
            assert_eq!(done(db, "a").await, 1);
        }

        async fn a_handle_for_reading_writes_nothing(db: &TestDb) {
            let refused = operation(&db.read_only("because"), "a", false).await.unwrap_err();
            assert!(refused.to_string().contains("because"), "{refused}");
            assert_eq!(done(db, "a").await, 0);
        }

        async fn old_answers_are_forgotten(db: &TestDb) {
            operation(&db.once(claim("form", NOW)), "a", false).await.unwrap();
            assert_eq!(last_at(db).await.unwrap(), Some(NOW));
            assert_eq!(purge_submissions(db, NOW.plus_ms(KEPT_MS)).await.unwrap(), 0);
            assert_eq!(purge_submissions(db, NOW.plus_ms(KEPT_MS + 1)).await.unwrap(), 2);
        }
    }
}
