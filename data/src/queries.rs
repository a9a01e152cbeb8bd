//! What screens and files ask of the rows. Nothing here writes.

pub mod customers;
pub mod decisions;
pub mod figures;
#[cfg(test)]
pub(crate) mod fixture;
pub mod home;
pub mod imports;
pub mod invoices;
pub mod lines;
pub mod names;
pub mod offers;
pub mod outlook;
pub mod page;
pub mod partners;
pub mod pick;
pub mod portal;
pub mod receipts;
pub mod rewards;
pub mod search;
pub mod session;
pub mod settings;
mod triggers;
pub mod words;
