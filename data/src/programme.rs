//! A company's programme: what it is, what it offers, and how both are written as a file.

pub mod companies;
mod file;
pub mod groups;
pub mod in_force;
pub mod offers;
pub mod simulated_money;

pub use file::{Applied, File, apply, export, read};
