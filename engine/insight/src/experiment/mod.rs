//! The statistics by which experiments are judged: each file answers one question, and says with which formula,
//! from which source, and which test holds it.
//!
//! Pure: what is drawn here is hashed from a fixed key, so the same numbers always give the same answer.

pub mod max_t;
