//! What a form that replaces values had seen of them: somebody else may have changed them since.

use std::collections::BTreeMap;

use domain::page::listed;

use crate::store::secrets;
use crate::{Error, Result};

/// A value that a form replaces: its field, its label and what it is.
pub type Value = (&'static str, &'static str, String);
pub type Values = Vec<Value>;

/// What the form carries: of each value, what it was.
pub fn digest(values: &Values) -> String {
    values.iter().map(|(.., value)| digest_of(value)).collect::<Vec<_>>().join("-")
}

fn digest_of(value: &str) -> String {
    let mut digest = secrets::hash(value);
    digest.truncate(10);
    digest
}

/// Refuses a form that had seen other values than there are now, unless it wants just these. What somebody else changed is named; where
/// the form leaves it alone, it comes back with the new value. `what` is "partner".
pub fn refuse_stale(what: &str, seen: &str, present: &Values, wanted: &Values) -> Result<()> {
    if seen == digest(present) || present == wanted {
        return Ok(());
    }
    let mut seen = seen.split('-');
    let (mut now, mut replaced, mut fresh) = (Vec::new(), Vec::new(), BTreeMap::new());
    for ((field, label, value), (.., wanted)) in present.iter().zip(wanted) {
        let seen = seen.next().unwrap_or_default();
        if seen == digest_of(value) || wanted == value {
            continue;
        }
        now.push(match value.as_str() {
            "" => format!("{label} is now empty"),
            value => format!("{label} is now “{value}”"),
        });
        if seen == digest_of(wanted) {
            fresh.insert((*field).to_owned(), value.clone());
        } else {
            replaced.push(*label);
        }
    }
    if now.is_empty() {
        return Ok(());
    }
    let again = match replaced.as_slice() {
        [] => "Save again to keep that.".to_owned(),
        labels => format!("Save again to replace {} with what you typed.", listed(labels)),
    };
    Err(Error::Stale {
        message: format!("Nothing was saved: this {what} was changed while you were editing it. {}. {again}", now.join(", ")),
        seen: Some(digest(present)),
        fresh,
    })
}

/// Refuses what was shown before it is done, where it would do something else by now; digests of what it does.
pub fn refuse_other(seen: &str, does: &str) -> Result<()> {
    if seen == does {
        return Ok(());
    }
    let message = "Nothing was changed: this would do something else by now than it did when it was shown. Show it again.";
    Err(Error::Stale { message: message.to_owned(), seen: None, fresh: BTreeMap::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_that_saw_something_else_is_told_what_others_changed() {
        let values = |iban: &str, name: &str| vec![("iban", "Account", iban.to_owned()), ("name", "Name", name.to_owned())];
        let first = values("DE1", "Ada");
        let refused = |present: &Values, wanted: &Values| match refuse_stale("partner", &digest(&first), present, wanted) {
            Err(Error::Stale { message, seen: Some(seen), fresh }) => (message, seen, fresh),
            other => panic!("{other:?}"),
        };
        assert!(refuse_stale("partner", &digest(&first), &first, &values("DE3", "Bo")).is_ok());
        let second = values("DE2", "Ada");
        assert!(refuse_stale("partner", &digest(&first), &second, &second).is_ok(), "it wants what is there");
        // The account was left alone: it comes back as it is now. The name is this person's own change.
        let (message, named, fresh) = refused(&second, &values("DE1", "Bo"));
        assert!(message.ends_with("editing it. Account is now “DE2”. Save again to keep that."), "{message}");
        assert_eq!(fresh, BTreeMap::from([("iban".to_owned(), "DE2".to_owned())]));
        assert!(refuse_stale("partner", &named, &second, &values("DE2", "Bo")).is_ok(), "it was told");
        assert!(refuse_stale("partner", &named, &values("DE3", "Ada"), &values("DE2", "Bo")).is_err(), "it was told of something else");
        // Both changed it.
        let (message, _, fresh) = refused(&second, &values("DE9", "Ada"));
        assert!(message.ends_with("Account is now “DE2”. Save again to replace Account with what you typed."), "{message}");
        assert!(fresh.is_empty());
        assert!(refuse_stale("partner", "", &second, &first).is_err(), "it does not say what it saw");
    }
}
