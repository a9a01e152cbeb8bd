//! Pure rules and types of a partner programme.
