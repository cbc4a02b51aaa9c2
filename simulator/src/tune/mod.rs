//! Tuning: which of several values pays most, found without fooling oneself. All candidates are tried on the same people.
//! A search halves them on ever more people; what it finds is flattered by the finding. So the best few are confirmed on
//! people nobody has seen, in a number fixed beforehand, with bounds that hold for all at once; and since the best value
//! rests on what is assumed, the best dozen is tried in other worlds too, where the one that regrets least is known.
//!
//! [`search`] is the pilot and the halving, [`ensemble`] the other worlds, [`confirm`] the fresh people, [`verdict`] what
//! follows; [`contrast`] holds the bounds. A [`Field`] is where candidates are tried: [`rehearsed`] is the rehearsal, and
//! tests have one whose truth is known.
//!
//! Invariant: the same problem on the same field gives the same answer: no time is read here, and whoever stops it early
//! gets what is known, called partial.

pub mod confirm;
pub mod contrast;
pub mod ensemble;
mod field;
pub mod rehearsed;
pub mod search;
pub mod verdict;

use confirm::Confirmed;
use ensemble::Ensemble;
use search::Searched;
use verdict::Verdict;

pub use field::{Ask, Field, Part, Progress, Seen, Stage, Stopped, Tried, Watch};

/// Index of the arm without mail in [`Tried::sums`].
pub const NONE: usize = 0;
/// The candidate that is the program as it is.
pub const TODAY: usize = 0;

/// What share of the best increment is no difference worth speaking of.
pub const INDIFFERENCE: f64 = 0.1;
/// How sure bounds are that hold for all at once.
pub const LEVEL: f64 = 0.95;

/// What to tune.
#[derive(Clone, Copy)]
pub struct Problem<'a> {
    /// How many candidates there are, the program as it is ([`TODAY`]) among them.
    pub candidates: usize,
    /// Whether today's values are among those to choose from; else they are only what others are held against.
    pub today_varies: bool,
    /// How long each candidate waits in all: of two equal ones the longer wait is the more careful.
    pub waits: &'a [i64],
    /// How many worlds there are, the own one first.
    pub worlds: usize,
    /// What must hold of a candidate, by its number in [`Seen::kept`].
    pub keeps: &'a [&'a (dyn Fn(f64) -> bool + Sync)],
    /// What all chance follows from.
    pub seed: u64,
    /// Customer-evaluations of the search: one customer in one arm is one.
    pub effort: u64,
    /// Customers of each world of the ensemble, and the fewest of a confirmation.
    pub customers: u32,
}

/// What came of it.
#[derive(Clone, PartialEq, Debug)]
pub struct Tuned {
    /// Of the search, as far as it came.
    pub searched: Searched,
    /// The other worlds. `None`: stopped before.
    pub ensemble: Option<Ensemble>,
    /// What may be quoted. `None`: stopped before.
    pub confirmed: Option<Confirmed>,
    /// What follows. `None`: stopped before.
    pub verdict: Option<Verdict>,
}

impl Tuned {
    /// Whether it was stopped before it was done: nothing of it is confirmed.
    #[must_use]
    pub const fn is_partial(&self) -> bool {
        self.verdict.is_none()
    }
}

/// Why nothing was tuned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TuneError {
    /// So few people do otherwise with mail that no effort asked for could tell candidates apart.
    #[error(
        "mail changes the orders of {changed} of the {customers} customers tried: the search would see about {would}, \
         and {CHANGED_MIN} is the least that says anything"
    )]
    TooFew {
        /// Customers of the pilot with other orders in the best arm.
        changed: u64,
        /// Customers of the pilot.
        customers: u64,
        /// How many a candidate that stays to the end of the search would have.
        would: u64,
        /// An effort that would do.
        effort: Option<u64>,
    },
    /// It was stopped before the first round of the search was done.
    #[error("stopped before anything was known")]
    Stopped,
}

/// Fewer customers with another outcome than this say nothing.
pub const CHANGED_MIN: u64 = 50;

/// Tunes `problem` on `field`.
///
/// # Errors
/// [`TuneError`].
pub fn tune(
    field: &dyn Field,
    problem: &Problem<'_>,
    watch: &dyn Watch,
) -> Result<Tuned, TuneError> {
    search::pilot(field, problem, watch)?;
    let searched = search::search(field, problem, watch)?;
    let mut tuned = Tuned { searched, ensemble: None, confirmed: None, verdict: None };
    if tuned.searched.is_partial {
        return Ok(tuned);
    }
    let Ok(ensemble) = ensemble::ensemble(field, problem, &tuned.searched, watch) else {
        return Ok(tuned);
    };
    if let Ok(confirmed) = confirm::confirm(field, problem, &tuned.searched, &ensemble, watch) {
        let verdict = verdict::verdict(problem, &tuned.searched, &ensemble, &confirmed);
        (tuned.verdict, tuned.confirmed) = (Some(verdict), Some(confirmed));
    }
    tuned.ensemble = Some(ensemble);
    Ok(tuned)
}
