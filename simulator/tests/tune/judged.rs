//! Tuning in worlds whose truth is known: how often what it says is so. The tests ask a few seeds; the example `tuning`
//! asks a hundred.

use super::analytic::{Analytic, DELAYS, World};
use foresend_simulator::tune::verdict::Choice;
use foresend_simulator::tune::{Problem, Progress, Stage, TODAY, Tuned, Watch, tune};

/// The delays in tenths of hours: only their order matters.
const WAITS: [i64; DELAYS.len()] = [10, 5, 20, 40, 80, 120, 240, 480, 720];

/// Nobody.
pub(crate) struct Silent;

impl Watch for Silent {
    fn begins(&self, _: Stage, _: u64, _: usize) {}
    fn at(&self, _: &Progress) {}
    fn dropped(&self, _: usize, _: usize) {}
}

/// What a seed came to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Judged {
    /// What was chosen adds at least nine tenths of what the best delay does.
    pub(crate) on_plateau: bool,
    /// Every bound of the confirmation holds the truth.
    pub(crate) covered: bool,
    /// It says that no delay differs from today's.
    pub(crate) says_alike: bool,
    /// Customers of the confirmation.
    pub(crate) confirmed: u64,
}

pub(crate) fn problem(seed: u64, worlds: usize, waits: &[i64; DELAYS.len()]) -> Problem<'_> {
    Problem {
        candidates: DELAYS.len(),
        today_varies: true,
        waits,
        worlds,
        keeps: &[],
        seed,
        effort: 1_000_000,
        customers: 100_000,
    }
}

pub(crate) fn tuned(field: &Analytic, seed: u64) -> Tuned {
    tune(field, &problem(seed, field.worlds.len(), &WAITS), &Silent)
        .expect("mail changes enough orders in these worlds")
}

/// Tunes by `seed` in `world` alone.
pub(crate) fn judge(world: World, seed: u64) -> Judged {
    let field = Analytic::of(&[world]);
    let tuned = tuned(&field, seed);
    let done = "nobody stopped it";
    let (confirmed, verdict) = (tuned.confirmed.expect(done), tuned.verdict.expect(done));
    let truth = field.truth(0);
    let best = truth.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let chosen = verdict.choice.candidate();
    let holds = |bounds: &foresend_simulator::tune::contrast::Bounds, truth: f64| {
        bounds.low <= truth && truth <= bounds.high
    };
    let of = |place: usize| truth[confirmed.candidates[place]];
    let adds = confirmed.adds.iter().enumerate().all(|(place, found)| holds(found, of(place)));
    let pairs = confirmed.pairs.iter().all(|((a, b), found)| holds(found, of(*a) - of(*b)));
    Judged {
        on_plateau: chosen.is_some_and(|one| truth[one] >= 0.9 * best),
        covered: adds && pairs,
        says_alike: verdict.choice == Choice::Keep
            && confirmed
                .over_today
                .iter()
                .enumerate()
                .all(|(place, over)| confirmed.candidates[place] == TODAY || over.holds_zero()),
        confirmed: confirmed.customers,
    }
}
