//! What the screens ask of the server. Each is five to ten lines: who asks, may they, call `data`, say what was done.
#![allow(clippy::too_many_arguments, reason = "a server function has one argument per field of its form")]

pub mod customers;
pub mod home;
pub mod imports;
pub mod invoices;
pub mod offers;
pub mod partners;
pub mod portal;
pub mod rewards;
pub mod sandbox;
pub mod search;
pub mod session;
pub mod settings;
pub mod work;

/// Asks before something that looks wrong counts. `confirmed` is what the form says was agreed to: the words that were shown, so
/// that another amount or date is asked about anew.
#[cfg(feature = "ssr")]
fn ask(doubts: &[String], confirmed: &str) -> crate::error::Result<()> {
    let doubts = doubts.join(" ");
    if doubts.is_empty() || doubts == confirmed {
        return Ok(());
    }
    let error = crate::error::AppError::Invalid([("please_confirm".to_owned(), doubts)].into());
    crate::http::fail(&error);
    Err(error)
}
