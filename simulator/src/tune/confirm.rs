//! The confirmation: the best three of the search, the one that regrets least, today's values and no mail, on people nobody
//! has seen. How many is fixed before it begins, and it is not ended early whatever it shows.

use super::contrast::{Bounds, simultaneous};
use super::ensemble::Ensemble;
use super::field::{Ask, Field, Seen, Stage, Stopped, Tried, Watch, tried};
use super::search::{Searched, seed, with_today};
use super::{LEVEL, NONE, Problem, TODAY};

/// The best so many of the search.
const BEST: usize = 3;
/// About the z of bounds that hold for three candidates at once (max-t): it only sizes the confirmation.
const Z_SIZE: f64 = 2.53;
/// The most customers, as a multiple of the fewest.
const MOST: u32 = 20;

/// What may be quoted.
#[derive(Clone, PartialEq, Debug)]
pub struct Confirmed {
    /// The candidates, today's first.
    pub candidates: Vec<usize>,
    /// Fresh customers.
    pub customers: u64,
    /// Units, carts or customers.
    pub units: u64,
    /// What the bounds are in standard errors.
    pub z: f64,
    /// What each adds to no mail, a customer.
    pub adds: Vec<Bounds>,
    /// What each has over today's values; today's over themselves: nothing.
    pub over_today: Vec<Bounds>,
    /// What the first has over the second, of every two, by their places.
    pub pairs: Vec<((usize, usize), Bounds)>,
    /// Customers a side of a real test of two separate groups, with this mail and without any, that would find what it
    /// adds (95 %, power 80 %). `None`: it adds nothing.
    pub trial: Vec<Option<u64>>,
    /// What else was seen of each.
    pub seen: Vec<Seen>,
    /// Events lived.
    pub events: u64,
}

impl Confirmed {
    /// What the candidate at `a` has over the one at `b`.
    #[must_use]
    pub fn over(&self, a: usize, b: usize) -> Bounds {
        let found =
            |a, b| self.pairs.iter().find(|(pair, _)| *pair == (a, b)).map(|(_, over)| *over);
        let same = Bounds { value: 0.0, low: 0.0, high: 0.0 };
        found(a, b).or_else(|| found(b, a).map(|over| over.negated())).unwrap_or(same)
    }

    /// Where `candidate` stands.
    #[must_use]
    pub fn place(&self, candidate: usize) -> Option<usize> {
        self.candidates.iter().position(|&one| one == candidate)
    }
}

/// How many customers tell a difference of half the indifference between the two that lead.
fn size(problem: &Problem<'_>, searched: &Searched) -> u32 {
    let (least, most) = (problem.customers, problem.customers.saturating_mul(MOST));
    let tells = Z_SIZE * searched.spread / (searched.indifference / 2.0);
    let size = (tells * tells).ceil();
    if size.is_nan() {
        return least; // no spread and no indifference: they are one
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "not negative; a float beyond u32 becomes its largest value"
    )]
    let size = size as u32;
    size.clamp(least, most)
}

pub(super) fn confirm(
    field: &dyn Field,
    problem: &Problem<'_>,
    searched: &Searched,
    ensemble: &Ensemble,
    watch: &dyn Watch,
) -> Result<Confirmed, Stopped> {
    let keeps = |one: &usize| {
        ensemble.robust.is_none() || ensemble.place(*one).is_some_and(|place| ensemble.keeps[place])
    };
    let mut some: Vec<usize> = searched.ranking.iter().copied().filter(keeps).take(BEST).collect();
    if let Some(robust) = ensemble.robust.filter(|robust| !some.contains(robust)) {
        some.push(robust);
    }
    let candidates = with_today(&some);
    let seed = seed(problem, b"confirm ", 0);
    let customers = size(problem, searched);
    let ask = Ask { world: 0, seed, customers, candidates: &candidates };
    let found = tried(field, &ask, Stage::Confirm, watch)?;
    let n = candidates.len();
    let between = (0..n).flat_map(|a| (a + 1..n).map(move |b| (a, b)));
    let between: Vec<(usize, usize)> = between.collect();
    let arm = Tried::arm;
    let none = (0..n).map(|place| (arm(place), NONE));
    let contrasts: Vec<(usize, usize)> =
        none.chain(between.iter().map(|&(a, b)| (arm(a), arm(b)))).collect();
    let (z, mut bounds) = simultaneous(&found.sums, &contrasts, LEVEL);
    let pairs: Vec<((usize, usize), Bounds)> =
        between.into_iter().zip(bounds.split_off(n)).collect();
    let trial = |place: usize| found.sums.increment(arm(place), NONE, 1).trial;
    let trial = (0..n).map(trial).collect();
    let mut confirmed = Confirmed {
        candidates,
        customers: customers.into(),
        units: found.units,
        z,
        adds: bounds,
        over_today: Vec::new(),
        pairs,
        trial,
        seen: found.seen,
        events: found.events,
    };
    confirmed.over_today = (0..n).map(|place| confirmed.over(place, TODAY)).collect();
    Ok(confirmed)
}
