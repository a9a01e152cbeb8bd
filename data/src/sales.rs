//! Customers, whom they are attributed to, what they bought, and what follows from it.

pub mod attributions;
pub mod consequences;
pub mod customers;
pub mod of_partner;
pub mod recording;
pub mod transactions;
pub mod voids;
