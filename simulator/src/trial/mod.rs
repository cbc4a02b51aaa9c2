//! The rehearsal of a test: an experiment is itself tried many times on the synthetic people before it is run on real
//! ones. Each time they are dealt out to the sides anew; then it is read at its end, or watched every day. So one sees how
//! often it would find a gap that is there, and how often watching would find one that is not.
//!
//! [`dealt`] deals and reads, [`design`] finds delays that would tell how fast carts are forgotten.
//!
//! Invariant: whoever is dealt out reached the step in the rehearsal, and whether they reached the goal is what they did
//! there; only the gap is put in.

pub mod dealt;
pub mod design;

/// Somebody who reached the step that is tested, for the first time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reached {
    /// Full days since the test began.
    pub day: u32,
    /// Whether they reached the goal within its window.
    pub goal: bool,
}
