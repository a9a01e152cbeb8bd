//! What partners earned: how rewards come into being and what people decide about them.

pub mod rows;

pub use rows::{Origin, from_draft, insert_rewards};
