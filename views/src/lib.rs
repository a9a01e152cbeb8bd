//! What crosses the wire between server and screens. Sizes are fixed (no `usize`): the client is a 32-bit machine.
//! Dates stand as words where the company's zone matters, because the client has no zone database.

pub mod customers;
pub mod home;
pub mod invoices;
pub mod offers;
pub mod partners;
pub mod portal;
pub mod receipt;
pub mod rewards;
pub mod search;
pub mod session;
pub mod settings;

pub use domain::Choice;
