//! The screens, laid out by what the person sees.

pub mod company;
pub mod not_found;
pub mod partner;
pub mod places;
pub mod sign_in;
