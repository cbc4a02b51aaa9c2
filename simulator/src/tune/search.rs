//! The search: a pilot, then halving. Everyone left is tried on fresh people together with those from before; the better
//! half stays. Its first round is the response curve, exploratory; nothing of it may be quoted.

use super::contrast::{Bounds, root, simultaneous};
use super::field::{Ask, Field, Part, Stage, Stopped, Tried, Watch, tried};
use super::{CHANGED_MIN, INDIFFERENCE, LEVEL, NONE, Problem, TODAY, TuneError};
use foresend_core::chance::join;

/// Customers of the pilot.
const PILOT: u32 = 5_000;
/// So few in the pilot with another outcome ask whether the search could see anything.
const PILOT_CHANGED_MIN: u64 = 10;
/// So many are never dropped.
const LEFT_MIN: usize = 3;
/// Above so many candidates there is one round more.
const MANY: usize = 32;

/// Sums over so many customers stay exact.
const FRESH_MAX: u32 = 50_000_000;

/// What it found.
#[derive(Clone, PartialEq, Debug)]
pub struct Searched {
    /// Its rounds, as far as they came.
    pub rounds: Vec<Round>,
    /// Every candidate, in their order: what the first round found.
    pub curve: Vec<Point>,
    /// How many units, carts or customers, the first round had.
    pub curve_units: u64,
    /// Customers of the first round.
    pub curve_customers: u64,
    /// All candidates, the best first, by the last round in which each was tried.
    pub ranking: Vec<usize>,
    /// What each candidate added in that round and before, a customer.
    pub found: Vec<f64>,
    /// A difference, a customer, that is none worth speaking of.
    pub indifference: f64,
    /// The standard deviation of the difference between the two that lead.
    pub spread: f64,
    /// It was stopped: a later round is missing.
    pub is_partial: bool,
}

/// A round of it.
#[derive(Clone, PartialEq, Debug)]
pub struct Round {
    /// Fresh customers.
    pub customers: u64,
    /// The candidates that were tried.
    pub tried: Vec<usize>,
    /// Events lived.
    pub events: u64,
}

/// A candidate in the first round.
#[derive(Clone, PartialEq, Debug)]
pub struct Point {
    /// What it adds to no mail, a customer; its bounds hold for all points at once.
    pub adds: Bounds,
    /// Whether noise leaves open that it is as good as the best of them.
    pub on_plateau: bool,
    /// What must be kept.
    pub kept: Vec<Part>,
    /// Whether it is, for all that can be told: what clearly is not cannot be chosen.
    pub keeps: bool,
    /// Customers with other orders than without mail.
    pub changed: u64,
    /// The round after which it was dropped, from 1 on. `None`: it stayed.
    pub dropped: Option<usize>,
}

/// Other people for each purpose.
pub(super) fn seed(problem: &Problem<'_>, purpose: &[u8; 8], index: u64) -> u64 {
    join(join(problem.seed, u64::from_le_bytes(*purpose)), index)
}

/// How many rounds a search of so many candidates has.
const fn rounds(candidates: usize) -> usize {
    if candidates > MANY { 4 } else { 3 }
}

/// How many stay after a round of so many.
fn stays(left: usize) -> usize {
    left.div_ceil(2).max(LEFT_MIN).min(left)
}

/// Fresh customers of a round of so many candidates.
fn fresh(problem: &Problem<'_>, rounds: usize, left: usize) -> u32 {
    let shares = (rounds * left.max(1)) as u64;
    u32::try_from((problem.effort / shares).max(1)).map_or(FRESH_MAX, |fresh| fresh.min(FRESH_MAX))
}

/// The candidates to choose from.
fn varied(problem: &Problem<'_>) -> Vec<usize> {
    let first = if problem.today_varies { TODAY } else { TODAY + 1 };
    (first..problem.candidates).collect()
}

/// Tries everything on a few people, and refuses what nobody could ever tell apart.
pub(super) fn pilot(
    field: &dyn Field,
    problem: &Problem<'_>,
    watch: &dyn Watch,
) -> Result<(), TuneError> {
    let all: Vec<usize> = (0..problem.candidates).collect();
    let ask =
        Ask { world: 0, seed: seed(problem, b"pilot   ", 0), customers: PILOT, candidates: &all };
    let found = tried(field, &ask, Stage::Pilot, watch).map_err(|Stopped| TuneError::Stopped)?;
    let best = all.iter().max_by(|&&a, &&b| found.adds(a).total_cmp(&found.adds(b)));
    let changed = best.map_or(0, |&best| found.seen[best].changed);
    if changed >= PILOT_CHANGED_MIN {
        return Ok(());
    }
    let (mut left, mut customers) = (varied(problem).len(), 0);
    let rounds = rounds(left);
    for _ in 0..rounds {
        customers += u64::from(fresh(problem, rounds, left));
        left = stays(left);
    }
    let would = changed * customers / u64::from(PILOT);
    if would >= CHANGED_MIN {
        return Ok(());
    }
    let effort = (changed > 0).then(|| problem.effort * CHANGED_MIN * 2 / would.max(1));
    Err(TuneError::TooFew { changed, customers: PILOT.into(), would, effort })
}

/// Halves the candidates.
pub(super) fn search(
    field: &dyn Field,
    problem: &Problem<'_>,
    watch: &dyn Watch,
) -> Result<Searched, TuneError> {
    let mut left = varied(problem);
    let rounds = rounds(left.len());
    let mut known: Option<(Vec<usize>, Tried)> = None;
    let mut searched = Searched {
        rounds: Vec::new(),
        curve: Vec::new(),
        curve_units: 0,
        curve_customers: 0,
        ranking: Vec::new(),
        found: vec![0.0; problem.candidates],
        indifference: 0.0,
        spread: 0.0,
        is_partial: false,
    };
    let mut dropped: Vec<usize> = Vec::new();
    for round in 1..=rounds {
        let customers = fresh(problem, rounds, left.len());
        let asked = with_today(&left);
        let ask = Ask {
            world: 0,
            seed: seed(problem, b"search  ", round as u64),
            customers,
            candidates: &asked,
        };
        let stage = Stage::Search { round, rounds, left: left.len() };
        let Ok(more) = tried(field, &ask, stage, watch) else {
            if known.is_none() {
                return Err(TuneError::Stopped);
            }
            searched.is_partial = true;
            break;
        };
        searched.rounds.push(Round {
            customers: customers.into(),
            tried: asked.clone(),
            events: more.events,
        });
        let all = match &known {
            None => {
                searched.curve = curve(problem, &left, &more);
                (searched.curve_units, searched.curve_customers) =
                    (more.units, more.sums.customers());
                note(&more, &asked, &mut searched.found);
                // What breaks what must be kept stays in the curve, and cannot be chosen.
                let (keep, mut breaks): (Vec<usize>, Vec<usize>) =
                    left.iter().partition(|&&one| searched.curve[one].keeps);
                if !keep.is_empty() {
                    left = keep;
                    rank(&mut breaks, &searched.found);
                    dropped.extend(breaks.into_iter().rev());
                }
                more
            }
            Some((before, known)) => {
                let place = |one: &usize| before.iter().position(|known| known == one);
                let places: Vec<usize> = asked.iter().filter_map(place).collect();
                known.add_to_some(&places, &more)
            }
        };
        note(&all, &asked, &mut searched.found);
        rank(&mut left, &searched.found);
        let place =
            |one: usize| asked.iter().position(|&asked| asked == one).map_or(NONE, Tried::arm);
        let best = left.first().map_or(0.0, |&best| searched.found[best]);
        searched.indifference = INDIFFERENCE * best.abs();
        let (leader, second) = (left[0], *left.get(1).unwrap_or(&TODAY));
        let pair = (place(leader), place(second));
        searched.spread = all.sums.covariance(pair, pair).unwrap_or(0.0).max(0.0).sqrt();
        let near = |&one: &usize| {
            let pair = (place(leader), place(one));
            let variance = all.sums.covariance(pair, pair).unwrap_or(0.0).max(0.0);
            let error = variance.sqrt() / root(all.sums.customers());
            all.sums.mean(pair) + 2.0 * error <= searched.indifference / 4.0
        };
        let are_alike = left.iter().all(near);
        if round < rounds && !are_alike {
            for one in left.split_off(stays(left.len())).into_iter().rev() {
                searched.curve[one].dropped = Some(round);
                watch.dropped(round, one);
                dropped.push(one);
            }
        }
        known = Some((asked, all));
        if are_alike {
            break;
        }
    }
    searched.ranking = left.into_iter().chain(dropped.into_iter().rev()).collect();
    Ok(searched)
}

/// The candidates to ask for: today's first.
pub(super) fn with_today(some: &[usize]) -> Vec<usize> {
    [TODAY].into_iter().chain(some.iter().copied().filter(|&one| one != TODAY)).collect()
}

/// Notes what each of those `asked` for adds.
fn note(tried: &Tried, asked: &[usize], found: &mut [f64]) {
    for (place, &one) in asked.iter().enumerate() {
        found[one] = tried.adds(place);
    }
}

/// The best first.
fn rank(some: &mut [usize], found: &[f64]) {
    some.sort_by(|&a, &b| found[b].total_cmp(&found[a]));
}

/// What the first round says of every candidate.
fn curve(problem: &Problem<'_>, varied: &[usize], tried: &Tried) -> Vec<Point> {
    // All candidates were asked for, in their order.
    let pairs: Vec<(usize, usize)> =
        (0..problem.candidates).map(|one| (Tried::arm(one), NONE)).collect();
    let (_, adds) = simultaneous(&tried.sums, &pairs, LEVEL);
    let best = varied.iter().copied().max_by(|&a, &b| adds[a].value.total_cmp(&adds[b].value));
    let best = Tried::arm(best.unwrap_or(TODAY));
    let behind: Vec<(usize, usize)> =
        (0..problem.candidates).map(|one| (best, Tried::arm(one))).collect();
    let (_, behind) = simultaneous(&tried.sums, &behind, LEVEL);
    let points = adds.into_iter().zip(behind).zip(&tried.seen);
    points
        .map(|((adds, behind), seen)| Point {
            adds,
            on_plateau: behind.holds_zero(),
            keeps: !seen.breaks_clearly(problem.keeps),
            kept: seen.kept.clone(),
            changed: seen.changed,
            dropped: None,
        })
        .collect()
}
