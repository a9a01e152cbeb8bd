//! A programme as a file: the company, its groups and its offers, applied and written back.

mod apply;
mod export;
pub mod format;
mod offers;

pub use apply::{Applied, apply};
pub use export::export;
pub use format::{File, read};
