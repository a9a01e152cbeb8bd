//! A month's money: invoices, charges, payouts and the ledger.

pub mod charges;
pub mod invoices;
pub mod ledger;
pub mod payouts;
pub mod simulated;
