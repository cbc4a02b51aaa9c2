//! The simulated machine: the same cores as in production, in one thread, over a disk that fails as real ones do.
//! Invariant: chance comes from a seed by hashing; the same seed gives the same history.

pub mod disk;
