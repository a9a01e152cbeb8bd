//! What a company's people see.

pub mod customers;
pub mod home;
pub mod invoices;
pub mod offers;
pub mod partners;
pub mod rewards;
pub mod search;
pub mod settings;
