//! Tuning held against worlds whose truth is known, and its parts against slow calculations.

mod analytic;
mod judged;

use analytic::{Analytic, DELAYS, World};
use foresend_simulator::tune::verdict::Choice;
use foresend_simulator::tune::{Ask, Field, Problem, Stopped, TODAY, Tried, TuneError, tune};
use judged::{Silent, judge, problem, tuned};
use std::cell::Cell;

const FADES: World = World::Fades { memory: 12.0, intent: 96.0 };

/// As many seeds as a test has time for; the example `tuning` asks a hundred.
const SEEDS: u64 = 20;

#[test]
fn what_is_chosen_is_as_good_as_the_best_and_bounds_hold() {
    let judged: Vec<_> = (0..SEEDS).map(|seed| judge(FADES, seed)).collect();
    let count = |of: fn(&judged::Judged) -> bool| judged.iter().filter(|one| of(one)).count();
    assert!(count(|one| one.on_plateau) >= 19, "{judged:?}");
    assert!(count(|one| one.covered) >= 18, "{judged:?}");
    assert!(judged.iter().all(|one| one.confirmed >= 100_000), "{judged:?}");
}

#[test]
fn where_all_delays_are_alike_it_says_so() {
    let judged: Vec<_> = (0..SEEDS).map(|seed| judge(World::AllAlike, seed)).collect();
    assert!(judged.iter().filter(|one| one.says_alike).count() >= 18, "{judged:?}");
}

#[test]
fn regret_is_what_brute_force_finds() {
    let other = World::Fades { memory: 2.0, intent: 24.0 };
    let field = Analytic::of(&[FADES, other, World::AllAlike]);
    let waits = [0; DELAYS.len()];
    let small = |seed| {
        let mut small = problem(seed, 3, &waits);
        (small.effort, small.customers) = (300_000, 20_000);
        small
    };
    let found = tune(&field, &small(3), &Silent).unwrap().ensemble.unwrap();
    // Which people those were is the ensemble's own business: the field is asked again by whoever asked.
    let asked = Recorded { field: &field, asks: Cell::default() };
    tune(&asked, &small(3), &Silent).unwrap();
    let asks = asked.asks.take();
    let of_world = |world: usize| asks.iter().filter(move |(at, ..)| *at == world);
    for (world, table) in found.worlds.iter().enumerate() {
        // The ensemble's asks are those of half the customers.
        let halves: Vec<Vec<Vec<i64>>> = of_world(world)
            .filter(|(_, _, customers, candidates)| {
                (*customers, candidates) == (10_000, &found.candidates)
            })
            .map(|(_, seed, customers, candidates)| {
                (0..*customers).map(|one| field.row(world, *seed, one, candidates)).collect()
            })
            .collect();
        let [a, b] = &halves[..] else { panic!("two halves of {} asks", halves.len()) };
        let mean = |half: &Vec<Vec<i64>>, place: usize| {
            half.iter().map(|row| row[place + 1]).sum::<i64>() as f64 / half.len() as f64
        };
        let best = |half: &Vec<Vec<i64>>| {
            (0..found.candidates.len()).fold(0, |best, place| {
                if mean(half, place) > mean(half, best) { place } else { best }
            })
        };
        for place in 0..found.candidates.len() {
            let slow =
                (mean(b, best(a)) - mean(b, place) + mean(a, best(b)) - mean(a, place)) / 2.0;
            assert!((table.regret[place] - slow).abs() < 1e-12, "{world} {place}: {slow}");
        }
    }
    let worst = |place: usize| {
        found.worlds.iter().map(|world| world.regret[place]).fold(f64::NEG_INFINITY, f64::max)
    };
    let places = 0..found.candidates.len();
    let least = places.clone().map(worst).fold(f64::INFINITY, f64::min);
    let robust = found.place(found.robust.unwrap()).unwrap();
    assert!((worst(robust) - least).abs() < 1e-12 && places.len() == DELAYS.len());
}

/// World, seed, customers, candidates.
type Asked = (usize, u64, u32, Vec<usize>);

/// A field that remembers what it was asked.
struct Recorded<'a> {
    field: &'a Analytic,
    asks: Cell<Vec<Asked>>,
}

impl Field for Recorded<'_> {
    fn tried(&self, ask: &Ask<'_>, progress: &(dyn Fn(u64, u64) + Sync)) -> Result<Tried, Stopped> {
        let mut asks = self.asks.take();
        asks.push((ask.world, ask.seed, ask.customers, ask.candidates.to_vec()));
        self.asks.set(asks);
        self.field.tried(ask, progress)
    }
}

#[test]
fn every_stage_meets_people_that_no_other_has_met() {
    let field = Analytic::of(&[FADES, World::AllAlike]);
    let asked = Recorded { field: &field, asks: Cell::default() };
    let waits = [0; DELAYS.len()];
    tune(&asked, &problem(5, 2, &waits), &Silent).unwrap();
    let asks = asked.asks.take();
    // A pilot, three rounds, two halves in two worlds, a confirmation.
    assert_eq!(asks.len(), 1 + 3 + 4 + 1, "{asks:?}");
    let mut seeds: Vec<u64> = asks.iter().map(|ask| ask.1).collect();
    seeds.sort_unstable();
    seeds.dedup();
    assert_eq!(seeds.len(), 1 + 3 + 2 + 1, "only the worlds share their people");
}

#[test]
fn the_same_seed_gives_the_same_answer_and_another_another() {
    let field = Analytic::of(&[FADES]);
    assert_eq!(tuned(&field, 1), tuned(&field, 1));
    assert_ne!(tuned(&field, 1), tuned(&field, 2));
}

#[test]
fn what_breaks_what_must_be_kept_stays_in_the_curve_and_is_not_chosen() {
    let field = Analytic::of(&[FADES, FADES]);
    let waits = [0; DELAYS.len()];
    let short = |delay: f64| delay < 20.0;
    let problem = problem(1, 2, &waits);
    let tuned = tune(&field, &Problem { keeps: &[&short], ..problem }, &Silent).unwrap();
    assert_eq!(tuned.searched.curve.len(), DELAYS.len());
    let chosen = tuned.verdict.unwrap().choice.candidate().unwrap();
    assert!((DELAYS[chosen] - 12.0).abs() < 1e-9, "{}", DELAYS[chosen]);

    let none = |_: f64| false;
    let none_keeps = tune(&field, &Problem { keeps: &[&none], ..problem }, &Silent).unwrap();
    let verdict = none_keeps.verdict.unwrap();
    assert_eq!(verdict.choice, Choice::NoneKeeps);
}

#[test]
fn mail_that_changes_nearly_nothing_is_refused_with_an_effort_that_would_do() {
    let field = Analytic { kappa: 1e-4, ..Analytic::of(&[FADES]) };
    let waits = [0; DELAYS.len()];
    let refused = tune(&field, &problem(1, 1, &waits), &Silent).unwrap_err();
    assert!(matches!(refused, TuneError::TooFew { .. }), "{refused:?}");
    assert!(refused.to_string().contains("of the 5000 customers"), "{refused}");
}

/// Stops at the ask of this number.
struct Stops<'a>(&'a Analytic, Cell<usize>);

impl Field for Stops<'_> {
    fn tried(&self, ask: &Ask<'_>, progress: &(dyn Fn(u64, u64) + Sync)) -> Result<Tried, Stopped> {
        self.1.set(self.1.get().checked_sub(1).ok_or(Stopped)?);
        self.0.tried(ask, progress)
    }
}

#[test]
fn whoever_stops_it_gets_what_is_known() {
    let field = Analytic::of(&[FADES]);
    let waits = [0; DELAYS.len()];
    let whole = tuned(&field, 1);
    let after =
        |asks: usize| tune(&Stops(&field, Cell::new(asks)), &problem(1, 1, &waits), &Silent);
    assert_eq!(after(1), Err(TuneError::Stopped));
    for asks in 2..7 {
        let part = after(asks).unwrap();
        assert!(part.is_partial() && part.confirmed.is_none(), "{asks}");
        assert_eq!(part.searched.rounds.len(), (asks - 1).min(3));
        assert_eq!(part.searched.curve[TODAY].adds, whole.searched.curve[TODAY].adds);
        assert_eq!(part.ensemble.is_some(), asks == 6, "{asks}");
    }
}
