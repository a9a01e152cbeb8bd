//! Why a server function did not do what it was asked, as the screens see it.

use std::collections::BTreeMap;

use leptos::server_fn::codec::JsonEncoding;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What is wrong, by field; the empty name stands for the whole form.
pub type FieldErrors = BTreeMap<String, String>;

#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize, Deserialize)]
pub enum AppError {
    /// The page comes from a server before an update. Stays the first: clients of every build must know it by its number.
    #[error("Tributary was updated in the meantime. Load the page again.")]
    Outdated,
    #[error("You've been signed out. Sign in again; what you typed is still here.")]
    Unauthenticated,
    /// What the person may not do: "review rewards".
    #[error("Your role does not let you {0}. An owner of the company can change that.")]
    Forbidden(String),
    #[error("{0} was not found. It may have been removed, or the address is mistyped.")]
    NotFound(String),
    #[error("{}", .0.values().cloned().collect::<Vec<_>>().join(" "))]
    Invalid(FieldErrors),
    /// It was possible a moment ago and is not now.
    #[error("{0}")]
    Conflict(String),
    #[error(
        "Something went wrong on our side. Nothing was changed. Try again. If it keeps happening, send us this reference: {request_id}"
    )]
    Internal { request_id: String },
    /// The server could not be reached, or its answer could not be read.
    #[error("The server could not be reached. Nothing is lost; try again.")]
    Unreachable,
    /// The same form was sent before, and its answer is not there yet.
    #[error("This form is still being worked on. Wait a moment and send it again; it's done only once.")]
    Busy,
    /// The database is busy, full or away.
    #[error("{0}")]
    Unavailable(String),
    /// What was sent is no request of ours: broken, or of another kind.
    #[error("This request could not be read. Nothing was changed. Load the page again and send it from there.")]
    Unreadable,
    /// The form had seen other values than there are now. Sent again with `seen`, it replaces what the message names; `fresh` has the
    /// values, by field, that it left alone and that are others now.
    #[error("{message}")]
    Stale { message: String, seen: Option<String>, fresh: BTreeMap<String, String> },
}

pub type Result<T, E = AppError> = std::result::Result<T, E>;

impl AppError {
    pub fn invalid(field: &str, message: impl Into<String>) -> AppError {
        AppError::Invalid(BTreeMap::from([(field.to_owned(), message.into())]))
    }

    /// The HTTP status that says the same.
    pub const fn status(&self) -> u16 {
        match self {
            AppError::Unreadable => 400,
            AppError::Unauthenticated => 401,
            AppError::Forbidden(_) => 403,
            AppError::NotFound(_) => 404,
            AppError::Conflict(_) | AppError::Stale { .. } | AppError::Outdated | AppError::Busy => 409,
            AppError::Invalid(_) => 422,
            AppError::Internal { .. } | AppError::Unreachable => 500,
            AppError::Unavailable(_) => 503,
        }
    }

    /// The same for programs: it stays, whatever the words.
    pub const fn code(&self) -> &'static str {
        match self {
            AppError::Unreadable => "unreadable",
            AppError::Unauthenticated => "unauthenticated",
            AppError::Forbidden(_) => "forbidden",
            AppError::NotFound(_) => "not_found",
            AppError::Conflict(_) => "conflict",
            AppError::Stale { .. } => "stale",
            AppError::Outdated => "outdated",
            AppError::Busy => "busy",
            AppError::Invalid(_) => "invalid",
            AppError::Internal { .. } | AppError::Unreachable => "internal",
            AppError::Unavailable(_) => "unavailable",
        }
    }

    /// A few words over the explanation.
    pub const fn title(&self) -> &'static str {
        match self {
            AppError::Unauthenticated => "Signed out",
            AppError::Forbidden(_) => "Not allowed",
            AppError::NotFound(_) => "Not found",
            AppError::Conflict(_) | AppError::Stale { .. } => "Not possible now",
            AppError::Invalid(_) => "Please check",
            AppError::Internal { .. } => "Something went wrong",
            AppError::Outdated => "Updated",
            AppError::Unreachable => "No connection",
            AppError::Busy => "Still working",
            AppError::Unavailable(_) => "Not available now",
            AppError::Unreadable => "Not understood",
        }
    }
}

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> AppError {
        match error {
            ServerFnErrorErr::Request(_) | ServerFnErrorErr::Response(_) | ServerFnErrorErr::Deserialization(_) => unreadable(),
            ServerFnErrorErr::Args(message) | ServerFnErrorErr::MissingArg(message) => {
                AppError::invalid("", format!("The form could not be read: {message}"))
            }
            other => unexpected(other),
        }
    }
}

/// A message as a sentence: "there is no customer “c-9”" → "There is no customer “c-9”". What begins with a key stays as it is.
pub fn capitalised(message: &str) -> String {
    let word = message.split(' ').next().unwrap_or_default();
    let mut letters = message.chars();
    match letters.next() {
        Some(first) if word.bytes().all(|byte| byte.is_ascii_lowercase()) => first.to_uppercase().chain(letters).collect(),
        _ => message.to_owned(),
    }
}

/// What is said at a field, or at a row without one: "is missing" → "This is missing".
pub fn said_of(subject: &str, message: &str) -> String {
    if lacks_subject(message) { format!("{subject} {message}") } else { capitalised(message) }
}

/// "is missing", "has 600 characters; …": the field is what it is about.
pub fn lacks_subject(message: &str) -> bool {
    ["is ", "has ", "contains "].iter().any(|verb| message.starts_with(verb))
}

/// What cannot be read is the request's fault in the server, and the connection's in the browser.
pub(crate) const fn unreadable() -> AppError {
    if cfg!(feature = "ssr") { AppError::Unreadable } else { AppError::Unreachable }
}

#[cfg(feature = "ssr")]
fn unexpected(error: ServerFnErrorErr) -> AppError {
    crate::http::internal(error)
}

#[cfg(not(feature = "ssr"))]
fn unexpected(_: ServerFnErrorErr) -> AppError {
    AppError::Unreachable
}

#[cfg(feature = "ssr")]
impl From<data::Error> for AppError {
    /// Says it in the response's status too, and logs what is our own fault.
    fn from(error: data::Error) -> AppError {
        let error = match error.explained() {
            data::Error::NotFound(what) => AppError::NotFound(sentence(what)),
            data::Error::Invalid(fields) => AppError::Invalid(fields),
            data::Error::Conflict(message) | data::Error::Forbidden(message) => AppError::Conflict(capitalised(&message)),
            data::Error::Stale { message, seen, fresh } => AppError::Stale { message, seen, fresh },
            data::Error::Busy => {
                AppError::Unavailable("The database is busy with other work, so nothing was changed. Try again in a moment.".to_owned())
            }
            error @ (data::Error::Unwritable(..) | data::Error::Unreachable(_) | data::Error::Uncertain | data::Error::NewerSchema) => {
                tracing::error!(%error, "the database is not available");
                AppError::Unavailable(unavailable(&error))
            }
            data::Error::Io(error) if is_full(&error) => {
                tracing::error!(%error, "a file can't be written");
                AppError::Unavailable(
                    "Nothing can be saved at the moment: the disk is full. Nothing was changed; try again later.".to_owned(),
                )
            }
            data::Error::Overloaded(message) => AppError::Unavailable(message.to_owned()),
            other => crate::http::internal(other),
        };
        crate::http::set_status(error.status());
        error
    }
}

#[cfg(feature = "ssr")]
fn is_full(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{QuotaExceeded, StorageFull};
    matches!(error.kind(), StorageFull | QuotaExceeded)
}

/// For the person who asked; the log has the rest.
#[cfg(feature = "ssr")]
fn unavailable(error: &data::Error) -> String {
    match error {
        data::Error::Unwritable(reason, _) => {
            format!("Nothing can be saved at the moment: {reason}. Nothing was changed; try again later.")
        }
        data::Error::Uncertain => "The connection to the database was lost while this was saved, and it isn't known whether it was. \
                                   Look before you try again."
            .to_owned(),
        data::Error::NewerSchema => {
            "Tributary is being updated, so nothing can be saved from here any more. Nothing was changed; load the page again in a moment."
                .to_owned()
        }
        _ => "The database can't be reached at the moment. Nothing was changed; try again in a moment.".to_owned(),
    }
}

/// "reward" → "This reward", "the company" → "The company".
#[cfg(feature = "ssr")]
fn sentence(what: &str) -> String {
    match what.strip_prefix("the ") {
        Some(rest) => format!("The {rest}"),
        None => format!("This {what}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{capitalised, said_of};

    #[test]
    fn what_is_said_is_a_sentence() {
        assert_eq!(capitalised("there is no customer “c-9”"), "There is no customer “c-9”");
        assert_eq!(capitalised("Choose a file."), "Choose a file.");
        for as_it_is in ["", "“x” is taken", "walk-o-1 has been refunded in full", "rwd_1: it is declined"] {
            assert_eq!(capitalised(as_it_is), as_it_is);
        }
        assert_eq!(said_of("This", "is missing"), "This is missing");
        assert_eq!(said_of("The row", "has 9 fields instead of 8"), "The row has 9 fields instead of 8");
        assert_eq!(said_of("This", "negative zero is not an amount"), "Negative zero is not an amount");
    }
}
