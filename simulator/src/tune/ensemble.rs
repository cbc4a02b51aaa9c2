//! The other worlds: the best dozen of the search, and what is done today, on the same people under other assumptions.
//! What a candidate regrets in a world is what the best one there would have brought more. Which one is best is found on
//! one half of the people and held against the others on the other half, and the other way round.

use super::field::{Ask, Field, Part, Stage, Stopped, Tried, Watch, tried};
use super::search::{Searched, seed, with_today};
use super::{NONE, Problem};

/// So many of the search's best come along.
const BEST: usize = 12;

/// What they came to.
#[derive(Clone, PartialEq, Debug)]
pub struct Ensemble {
    /// The candidates, today's first.
    pub candidates: Vec<usize>,
    /// The worlds, the own one first.
    pub worlds: Vec<World>,
    /// Of each candidate, in the order of `candidates`: whether it keeps what must be kept, in every world.
    pub keeps: Vec<bool>,
    /// The candidate whose worst regret is least, of those that keep what must be kept. `None`: none does.
    pub robust: Option<usize>,
    /// Customers of each world.
    pub customers: u64,
}

/// One of the worlds.
#[derive(Clone, PartialEq, Debug)]
pub struct World {
    /// What each candidate adds to no mail, a customer.
    pub adds: Vec<f64>,
    /// What it regrets, a customer: may be slightly negative, where one half says otherwise than the other.
    pub regret: Vec<f64>,
    /// What must be kept, of each candidate.
    pub kept: Vec<Vec<Part>>,
    /// Units, carts or customers.
    pub units: u64,
}

impl Ensemble {
    /// The largest regret of the candidate at `place`, a customer, with the world where that is.
    #[must_use]
    pub fn worst(&self, place: usize) -> (f64, usize) {
        let regrets = self.worlds.iter().enumerate().map(|(at, world)| (world.regret[place], at));
        regrets.fold((f64::NEG_INFINITY, 0), |a, b| if b.0 > a.0 { b } else { a })
    }

    /// Where `candidate` stands.
    #[must_use]
    pub fn place(&self, candidate: usize) -> Option<usize> {
        self.candidates.iter().position(|&one| one == candidate)
    }
}

pub(super) fn ensemble(
    field: &dyn Field,
    problem: &Problem<'_>,
    searched: &Searched,
    watch: &dyn Watch,
) -> Result<Ensemble, Stopped> {
    let best: Vec<usize> = searched.ranking.iter().copied().take(BEST).collect();
    let candidates = with_today(&best);
    let half = (problem.customers / 2).max(1);
    let mut halves: Vec<[Tried; 2]> = Vec::new();
    for world in 0..problem.worlds {
        let of = |half_ix: u64| {
            let seed = seed(problem, b"ensemble", half_ix);
            let ask = Ask { world, seed, customers: half, candidates: &candidates };
            tried(field, &ask, Stage::Ensemble { world, half: half_ix }, watch)
        };
        halves.push([of(0)?, of(1)?]);
    }
    let places: Vec<usize> = (0..candidates.len()).collect();
    let both: Vec<Tried> = halves.iter().map(|[a, b]| a.add_to_some(&places, b)).collect();
    let keeps: Vec<bool> = places
        .iter()
        .map(|&place| both.iter().all(|world| world.seen[place].keeps(problem.keeps)))
        .collect();
    // Today's values are among those to choose from only where they are.
    let may_be = |place: usize| keeps[place] && best.contains(&candidates[place]);
    let choice: Vec<usize> = places.iter().copied().filter(|&place| may_be(place)).collect();
    // Where none keeps what must be kept, what would be best is known all the same.
    let best_of = if choice.is_empty() { &places } else { &choice };
    let worlds: Vec<World> = halves
        .iter()
        .zip(&both)
        .map(|([a, b], both)| World {
            adds: places.iter().map(|&place| both.adds(place)).collect(),
            regret: regrets(a, b, best_of, candidates.len()),
            kept: both.seen.iter().map(|seen| seen.kept.clone()).collect(),
            units: both.units,
        })
        .collect();
    let customers = u64::from(half) * 2;
    let mut found = Ensemble { candidates, worlds, keeps, robust: None, customers };
    let least = choice.into_iter().min_by(|&a, &b| found.worst(a).0.total_cmp(&found.worst(b).0));
    found.robust = least.map(|place| found.candidates[place]);
    Ok(found)
}

/// What each candidate regrets: the best of `choice` on one half, held against it on the other; both ways, averaged.
fn regrets(a: &Tried, b: &Tried, choice: &[usize], candidates: usize) -> Vec<f64> {
    let best = |half: &Tried| {
        // Of equals the first.
        choice.iter().rev().copied().max_by(|&x, &y| half.adds(x).total_cmp(&half.adds(y)))
    };
    let behind = |found_on: &Tried, held_on: &Tried, place: usize| {
        let best = best(found_on).map_or(NONE, Tried::arm);
        held_on.sums.mean((best, Tried::arm(place)))
    };
    (0..candidates).map(|place| (behind(a, b, place) + behind(b, a, place)) / 2.0).collect()
}
