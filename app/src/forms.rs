//! How forms work, once for all of them.
//!
//! A form is plain HTML that posts to a server function returning `Result<Done, AppError>`:
//!
//! ```ignore
//! // app/src/server_fns/rewards.rs
//! #[server(prefix = "/rpc", endpoint = "rewards/hold")]
//! pub async fn hold_reward(#[server(default)] place: Place, key: String, reason: String) -> Result<Done> {
//!     let cx = ctx::company(&place, Action::ReviewRewards).await?;
//!     let hold = data::rewards::hold(&cx.db, &cx.act(), &[key.clone()], &reason).await?;
//!     Ok(Done::say("Put the reward on hold.").to(format!("/rewards/{key}"))
//!         .undo(ReleaseReward::PATH, [("key", key)]))
//! }
//!
//! // a page
//! view! {
//!     <Form action=HoldReward::PATH class="form">
//!         <Hidden name="key" value=key/>
//!         <TextArea name="reason" label="Reason" hint="The partner reads it."/>
//!         <FormEnd><SubmitButton>"Hold"</SubmitButton></FormEnd>
//!     </Form>
//! }
//! ```
//!
//! `Form` adds the place. What `Done` leads to is said without it, and completed with the form's.
//!
//! Before the client has loaded, the browser posts it; `crate::http` turns the outcome into a redirect: `Done` becomes
//! a toast on the page it leads to, an error sends back to the form with the messages and everything that was typed. Afterwards
//! the same form is sent in the background and nothing typed leaves the page. Either way a form sent twice is done once: see
//! [`FORM_TOKEN`].

use std::collections::BTreeMap;

use domain::Place;
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// The hidden field that says whose page a form was on, and tells one filling-in from another: see [`crate::tokens`]. The same token
/// is the same form: it is done once, and answered with the first result; sent again with other values it is refused. Without it
/// nothing is done.
pub const FORM_TOKEN: &str = "form_token";
/// The hidden field of a form without a place for its errors: they are shown beside the page.
pub const FORM_BARE: &str = "form_bare";
/// The hidden field that names which of several forms with the same action this is.
pub const FORM_NAME: &str = "form_name";
/// The hidden field that says whose programme a form is about; the first argument of its server function.
pub const FORM_PLACE: &str = "place";

/// On the answer to a form that the client sent in the background: the status that its refusal stands for.
pub const REFUSED_HEADER: &str = "x-tributary-refused";

/// What was done, in the past tense, and where to go from here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    pub message: String,
    /// A path at the form's place; `None`: stay where the form was.
    pub to: Option<String>,
    pub undo: Option<Undo>,
}

/// A form that undoes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undo {
    pub action: String,
    /// That of the form that it undoes.
    #[serde(default)]
    pub place: Place,
    pub fields: Vec<(String, String)>,
}

impl Done {
    pub fn say(message: impl Into<String>) -> Done {
        Done { message: message.into(), to: None, undo: None }
    }

    pub fn to(mut self, path: impl Into<String>) -> Done {
        self.to = Some(path.into());
        self
    }

    /// `action` is the server function's `PATH`.
    pub fn undo<'a>(mut self, action: &str, fields: impl IntoIterator<Item = (&'a str, String)>) -> Done {
        let fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        self.undo = Some(Undo { action: action.to_owned(), place: Place::default(), fields });
        self
    }

    /// Leads on, and back, at the place of the form that was answered.
    pub fn at(mut self, place: &Place) -> Done {
        self.to = self.to.map(|path| place.at(&path));
        if let Some(undo) = &mut self.undo {
            undo.place = place.clone();
        }
        self
    }
}

/// What a page learns about the form that led to it, once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    pub done: Option<Done>,
    pub failed: Option<FailedForm>,
    /// A form waits until somebody has signed in again.
    pub stranded: bool,
    /// A form of somebody else's was not sent; it waits for them.
    pub dropped: bool,
}

/// A form that was refused, with everything that was typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedForm {
    pub action: String,
    pub name: String,
    pub error: AppError,
    /// In the form's order; a name may stand several times.
    pub values: Vec<(String, String)>,
    /// Its old token, where it may have been done: sent again as it is, it is done once.
    pub token: Option<String>,
    /// It has no place for its error.
    #[serde(default)]
    pub bare: bool,
}

impl FailedForm {
    /// Whether it may be filled in again there: what was typed at one company is not offered at another. One that named no place may be
    /// anywhere.
    pub fn fits(&self, place: &Place) -> bool {
        let named = self.value(FORM_PLACE).map(|text| Place::from(text.to_owned())).unwrap_or_default();
        named == Place::Nowhere || named == *place
    }

    /// Offers it at the page that it goes back to.
    pub fn move_to(&mut self, place: &Place) {
        self.values.retain(|(name, _)| name != FORM_PLACE);
        if *place != Place::Nowhere {
            self.values.push((FORM_PLACE.to_owned(), place.to_string()));
        }
    }

    pub fn value(&self, name: &str) -> Option<&str> {
        self.values.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// The errors of a refused form by field.
pub fn field_errors(error: &AppError) -> BTreeMap<String, String> {
    match error {
        AppError::Invalid(fields) => fields.clone(),
        other => BTreeMap::from([(String::new(), other.to_string())]),
    }
}

/// A path inside this application that may be redirected to: begins with one slash, holds nothing a header or another host
/// could be made of.
pub fn local_path(text: &str) -> Option<&str> {
    let plain = text.starts_with('/') && !text.starts_with("//") && !text.contains('\\');
    (plain && text.len() < 2_000 && text.bytes().all(|byte| (0x21..0x7f).contains(&byte))).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_place_are_followed() {
        assert_eq!(local_path("/rewards?status=new"), Some("/rewards?status=new"));
        for bad in ["", "rewards", "//evil.example", "/\\evil.example", "https://evil.example", "/a\r\nSet-Cookie: x", "/ä"] {
            assert_eq!(local_path(bad), None, "{bad}");
        }
    }
}
