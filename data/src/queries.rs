//! What screens and files ask of the rows. Nothing here writes.

pub mod page;
