//! Where candidates are tried, and who is told how far that is.

use super::NONE;
use foresend_insight::increment::Paired;

/// Somewhere to try candidates: the rehearsal, or a world whose truth is known.
pub trait Field {
    /// Lives as many customers as `ask` says, all of them keyed by its seed, without mail and with each candidate.
    /// `progress` is told the customers done and the events so far.
    ///
    /// # Errors
    /// [`Stopped`] where somebody asked for that.
    fn tried(&self, ask: &Ask<'_>, progress: &(dyn Fn(u64, u64) + Sync)) -> Result<Tried, Stopped>;
}

/// Who is to be tried on what.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ask<'a> {
    /// In which world; 0 is the own one.
    pub world: usize,
    /// Other seeds are other people.
    pub seed: u64,
    /// How many.
    pub customers: u32,
    /// The candidates.
    pub candidates: &'a [usize],
}

/// Somebody asked to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("stopped")]
pub struct Stopped;

/// What came of it.
#[derive(Clone, PartialEq, Debug)]
pub struct Tried {
    /// What is to be made most of, of each customer: without mail, then with each candidate.
    pub sums: Paired,
    /// What else was seen of each candidate.
    pub seen: Vec<Seen>,
    /// What increments are spoken of per: carts that armed, or customers.
    pub units: u64,
    /// Events lived.
    pub events: u64,
}

impl Tried {
    /// Adds other customers, tried on candidates of which ours stand at `places`; the others are dropped.
    pub(super) fn add_to_some(&self, places: &[usize], more: &Self) -> Self {
        let arms: Vec<usize> =
            [NONE].into_iter().chain(places.iter().map(|place| place + 1)).collect();
        let mut sums = self.sums.of_arms(&arms);
        sums.merge(&more.sums);
        let seen = places.iter().zip(&more.seen).map(|(&place, more)| self.seen[place].and(more));
        Self {
            sums,
            seen: seen.collect(),
            units: self.units + more.units,
            events: self.events + more.events,
        }
    }

    /// The arm of the candidate at `place` of those asked for.
    pub(super) const fn arm(place: usize) -> usize {
        place + 1
    }

    /// What the candidate at `place` adds to no mail, a customer.
    pub(super) fn adds(&self, place: usize) -> f64 {
        self.sums.mean((Self::arm(place), NONE))
    }
}

/// What was seen of a candidate beside its outcome.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Seen {
    /// Mails that left.
    pub mails: u64,
    /// Mails that were delivered.
    pub delivered: u64,
    /// Customers with other orders than without mail.
    pub changed: u64,
    /// People who unsubscribed, and complained.
    pub unsubscribed: u64,
    /// The same.
    pub complained: u64,
    /// What must be kept, in its order.
    pub kept: Vec<Part>,
}

impl Seen {
    pub(super) fn and(&self, other: &Self) -> Self {
        Self {
            changed: self.changed + other.changed,
            mails: self.mails + other.mails,
            delivered: self.delivered + other.delivered,
            unsubscribed: self.unsubscribed + other.unsubscribed,
            complained: self.complained + other.complained,
            kept: self.kept.iter().zip(&other.kept).map(|(a, b)| a.and(*b)).collect(),
        }
    }

    /// Whether something that must hold does not, beyond what the chance of a small sample makes.
    pub(super) fn breaks_clearly(&self, keeps: &[&(dyn Fn(f64) -> bool + Sync)]) -> bool {
        self.kept.iter().zip(keeps).any(|(part, holds)| part.breaks_clearly(holds))
    }

    /// Whether all that must hold does.
    pub(super) fn keeps(&self, keeps: &[&(dyn Fn(f64) -> bool + Sync)]) -> bool {
        self.kept.iter().zip(keeps).all(|(part, holds)| holds(part.found()))
    }
}

/// A measure, as what is divided at the end, so that customers can be added.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Part {
    /// What was counted.
    pub part: f64,
    /// Of how many; `None`: a count by itself.
    pub of: Option<f64>,
    /// The variance of `part` that chance alone makes, where that is known; else 0.
    pub variance: f64,
}

impl Part {
    /// What it comes to; 0 of nothing.
    #[must_use]
    pub fn found(self) -> f64 {
        match self.of {
            None => self.part,
            Some(of) if of > 0.0 => self.part / of,
            Some(_) => 0.0,
        }
    }

    /// Whether it is on the wrong side of what `holds` by more than twice its standard error.
    fn breaks_clearly(self, holds: &dyn Fn(f64) -> bool) -> bool {
        let error = self.variance.sqrt() / self.of.filter(|of| *of > 0.0).unwrap_or(1.0);
        let found = self.found();
        !holds(found) && !holds(found - 2.0 * error) && !holds(found + 2.0 * error)
    }

    /// Of more people.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            part: self.part + other.part,
            of: self.of.zip(other.of).map(|(a, b)| a + b),
            variance: self.variance + other.variance,
        }
    }
}

/// What is being done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stage {
    /// A few people, to see whether there is anything to see.
    Pilot,
    /// Halving: in this round, of so many, with so many candidates.
    Search {
        /// From 1 on.
        round: usize,
        /// Rounds.
        rounds: usize,
        /// Candidates left.
        left: usize,
    },
    /// In one of the worlds, one half of its people.
    Ensemble {
        /// From 0 on.
        world: usize,
        /// The first, 0, or the second.
        half: u64,
    },
    /// On fresh people.
    Confirm,
}

/// How far it is.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Progress {
    /// What is being done.
    pub stage: Stage,
    /// Customer-evaluations done of this stage's, and how many it has.
    pub done: u64,
    /// The same.
    pub of: u64,
    /// Events lived in this stage.
    pub events: u64,
}

/// Who is told.
pub trait Watch: Sync {
    /// A stage begins, of so many customers in so many arms, the one without mail included; all of them are lived.
    fn begins(&self, stage: Stage, customers: u64, arms: usize);
    /// It goes on. Told from several threads.
    fn at(&self, progress: &Progress);
    /// A candidate is out of the search after this round.
    fn dropped(&self, round: usize, candidate: usize);
}

/// Tries candidates, and tells how far it is.
pub(super) fn tried(
    field: &dyn Field,
    ask: &Ask<'_>,
    stage: Stage,
    watch: &dyn Watch,
) -> Result<Tried, Stopped> {
    let arms = ask.candidates.len() as u64 + 1;
    watch.begins(stage, ask.customers.into(), ask.candidates.len() + 1);
    let of = u64::from(ask.customers) * arms;
    field.tried(ask, &|customers, events| {
        watch.at(&Progress { stage, done: customers * arms, of, events });
    })
}
