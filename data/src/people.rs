//! People: who they are, how they sign in, and what they may do where.

pub mod accounts;
pub mod flashes;
mod hashing;
pub mod sessions;
