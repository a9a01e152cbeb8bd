//! Pure rules and types of a partner programme: no I/O, no clock, no storage, no screens.
//! Everything about money is decided here. Compiles to wasm; what only the server needs stands behind the feature `server`.

pub mod access;
pub mod addresses;
pub mod bank;
mod choice;
pub mod conditions;
#[cfg(feature = "server")]
pub mod dates;
pub mod decision;
#[cfg(feature = "server")]
pub mod doubts;
pub mod facts;
pub mod fields;
#[cfg(feature = "server")]
pub mod fold;
pub mod ids;
#[cfg(feature = "server")]
pub mod invoicing;
pub mod list_query;
pub mod money;
pub mod offers;
pub mod page;
#[cfg(feature = "server")]
pub mod payment;
pub mod payouts;
pub mod place;
#[cfg(feature = "server")]
pub mod rating;
pub mod reasons;
pub mod review;
#[cfg(feature = "server")]
pub mod search_terms;
#[cfg(feature = "server")]
pub mod sepa;
pub mod spans;
pub mod states;
pub mod time;
#[cfg(feature = "server")]
pub mod zone;

pub use choice::Choice;
pub use money::{Currency, Money, Rate};
pub use place::Place;
pub use time::{Instant, Month};
