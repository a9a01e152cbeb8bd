//! What a company's people see.

pub mod home;
pub mod search;
pub mod settings;
