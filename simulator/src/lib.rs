//! The rehearsal: a synthetic population lives through a program before real customers do. The very same
//! program and the very same customer actor as in production; only the people, the shop and the mail server are
//! models.
//!
//! [`stream`] says where chance comes from, [`population`] who the people are, [`behaviour`] what they do by
//! themselves and what mail changes in it, [`rehearsal`] how one life is lived in several arms, [`tune`] which of several values pays most. What is assumed
//! and what is measured is told in `docs/models.md`; every number stands in `presets/` with its grade.
//!
//! Invariant: no clock is read and no chance is taken but by key, so a rehearsal is a function of its plan, for
//! any number of threads.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod behaviour;
pub mod population;
pub mod rehearsal;
pub mod stream;
pub mod trial;
pub mod tune;
