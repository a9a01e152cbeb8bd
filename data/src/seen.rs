//! What a form that replaces values had seen of them: somebody else may have changed them since.

use crate::{Error, Result, secrets};

/// The values that a form replaces: each one's label and what it is.
pub type Values = Vec<(&'static str, String)>;

/// What the form carries.
pub fn digest(values: &Values) -> String {
    let text: Vec<String> = values.iter().map(|(label, value)| format!("{label}:{}:{value}", value.len())).collect();
    let mut digest = secrets::hash(&text.join("\n"));
    digest.truncate(16);
    digest
}

/// Refuses a form that had seen other values than there are now, unless it wants just these. `what` is "partner".
pub fn refuse_stale(what: &str, seen: &str, present: &Values, wanted: &Values) -> Result<()> {
    if seen == digest(present) || present == wanted {
        return Ok(());
    }
    let other = present.iter().zip(wanted).filter(|(present, wanted)| present != wanted).map(|((label, value), _)| match value.as_str() {
        "" => format!("{label} is now empty"),
        value => format!("{label} is now “{value}”"),
    });
    let now: Vec<String> = other.collect();
    let message = format!(
        "Nothing was saved: this {what} was changed while you were editing it. {}. Save again to replace that with what you typed.",
        now.join(", ")
    );
    Err(Error::Stale { message, seen: Some(digest(present)) })
}

/// Refuses what was shown before it is done, where it would do something else by now; digests of what it does.
pub fn refuse_other(seen: &str, does: &str) -> Result<()> {
    if seen == does {
        return Ok(());
    }
    let message = "Nothing was changed: this would do something else by now than it did when it was shown. Show it again.";
    Err(Error::Stale { message: message.to_owned(), seen: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_that_saw_something_else_is_told_what_is_there_now() {
        let values = |iban: &str, name: &str| vec![("Account", iban.to_owned()), ("Name", name.to_owned())];
        let (first, second) = (values("DE1", "Ada"), values("DE2", "Ada"));
        assert!(refuse_stale("partner", &digest(&first), &first, &values("DE3", "Bo")).is_ok());
        assert!(refuse_stale("partner", &digest(&first), &second, &second).is_ok(), "it wants what is there");
        let Err(Error::Stale { message, seen: Some(named) }) = refuse_stale("partner", &digest(&first), &second, &values("DE1", "Bo"))
        else {
            panic!("it had seen something else");
        };
        assert!(message.contains("Account is now “DE2”, Name is now “Ada”"), "{message}");
        assert!(refuse_stale("partner", &named, &second, &values("DE1", "Bo")).is_ok(), "it was told");
        assert!(refuse_stale("partner", &named, &values("DE3", "Ada"), &values("DE1", "Bo")).is_err(), "it was told of something else");
        assert!(refuse_stale("partner", "", &second, &first).is_err(), "it does not say what it saw");
    }
}
