//! Partnerships: who works with a company, in which group, since when.

pub mod list;
pub mod partners;
