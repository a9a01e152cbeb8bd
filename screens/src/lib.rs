//! Rows as the screens show them: in words, with links and icons, dates in the company's zone. Nothing here writes.

pub mod audit;
pub mod customers;
pub mod decisions;
pub mod home;
pub mod imports;
pub mod invoices;
pub mod lines;
pub mod offers;
pub mod partners;
pub mod portal;
pub mod receipt_words;
pub mod receipts;
pub mod rewards;
pub mod search;
pub mod session;
pub mod settings;
pub mod timeline;
mod triggers;
