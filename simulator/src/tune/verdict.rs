//! What follows from a confirmation and the other worlds. Nothing of the search is quoted here.

use super::confirm::Confirmed;
use super::ensemble::Ensemble;
use super::search::Searched;
use super::{Problem, TODAY};
use std::cmp::Reverse;

/// What follows.
#[derive(Clone, PartialEq, Debug)]
pub struct Verdict {
    /// What to do.
    pub choice: Choice,
    /// The best on fresh people.
    pub best: usize,
    /// Proven to be as good as the best within the indifference, in the own world.
    pub within: Vec<usize>,
    /// Neither proven to be as good as the best nor to be worse.
    pub open: Vec<usize>,
    /// The most careful of `within`: it sends fewest mails, then waits longest.
    pub recommended: usize,
    /// Customers that would part the open ones from the best. `None`: none is open.
    pub would_part: Option<u64>,
    /// Whether the search's winner turned out to be no better than today's values.
    pub is_winner_lost: bool,
}

/// What to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Choice {
    /// None: every value breaks what must be kept, in one world at least.
    NoneKeeps,
    /// Mail does harm: even the best value loses to no mail.
    Harm,
    /// Leave it: nothing is better than today's values, for all that fresh people show.
    Keep,
    /// Change to this candidate: it is better on fresh people.
    Change(usize),
    /// Change to this candidate: on fresh people of the own world it is no better and no worse than today's values for all
    /// that can be told, and over the worlds it regrets less.
    ChangeForOtherWorlds(usize),
}

impl Choice {
    /// The candidate that is chosen.
    #[must_use]
    pub const fn candidate(self) -> Option<usize> {
        match self {
            Self::Harm | Self::NoneKeeps => None,
            Self::Keep => Some(TODAY),
            Self::Change(one) | Self::ChangeForOtherWorlds(one) => Some(one),
        }
    }
}

pub(super) fn verdict(
    problem: &Problem<'_>,
    searched: &Searched,
    ensemble: &Ensemble,
    confirmed: &Confirmed,
) -> Verdict {
    let delta = searched.indifference;
    let can_be = |place: &usize| {
        let one = confirmed.candidates[*place];
        let keeps = ensemble.place(one).is_some_and(|place| ensemble.keeps[place]);
        keeps && (one != TODAY || problem.today_varies)
    };
    let all: Vec<usize> = (0..confirmed.candidates.len()).collect();
    let mut choice: Vec<usize> = all.iter().copied().filter(can_be).collect();
    if choice.is_empty() {
        choice.clone_from(&all);
    }
    let adds = |place: usize| confirmed.adds[place].value;
    let best = choice.iter().rev().copied().max_by(|&a, &b| adds(a).total_cmp(&adds(b)));
    let best = best.expect("the program of today is among those that are confirmed");
    let behind = |place: usize| confirmed.over(best, place);
    let is_within = |place: usize| place == best || behind(place).high <= delta;
    let within: Vec<usize> = choice.iter().copied().filter(|&place| is_within(place)).collect();
    let open: Vec<usize> = choice
        .iter()
        .copied()
        .filter(|&place| !within.contains(&place) && behind(place).holds_zero())
        .collect();
    let careful = |&place: &usize| {
        let one = confirmed.candidates[place];
        (confirmed.seen[place].mails, Reverse(problem.waits[one]), one != TODAY, place)
    };
    let recommended = within.iter().copied().min_by_key(careful).unwrap_or(best);
    let would_part = open.iter().map(|&place| parts(confirmed, behind(place))).max();
    // What the search would have had: the best of it that is to be had.
    let winner = searched.ranking.iter().find_map(|&one| confirmed.place(one));
    let is_winner_lost = winner.is_some_and(|winner| {
        confirmed.candidates[winner] != TODAY && confirmed.over_today[winner].low <= 0.0
    });
    let name = |place: usize| confirmed.candidates[place];
    let mut verdict = Verdict {
        choice: Choice::Keep,
        best: name(best),
        within: within.iter().map(|&place| name(place)).collect(),
        open: open.iter().map(|&place| name(place)).collect(),
        recommended: name(recommended),
        would_part,
        is_winner_lost,
    };
    verdict.choice = match ensemble.robust {
        Some(robust) => choose(ensemble, confirmed, (recommended, best, robust), delta),
        None => Choice::NoneKeeps,
    };
    verdict
}

fn choose(
    ensemble: &Ensemble,
    confirmed: &Confirmed,
    (recommended, best, robust): (usize, usize, usize),
    delta: f64,
) -> Choice {
    if confirmed.adds[best].high <= 0.0 {
        return Choice::Harm;
    }
    let regret = |one: usize| ensemble.place(one).map_or(f64::INFINITY, |at| ensemble.worst(at).0);
    let own = confirmed.candidates[recommended];
    // Where the other worlds disagree by more than what matters, they have the word.
    let one = if regret(own) - regret(robust) > delta { robust } else { own };
    let Some(place) = confirmed.place(one).filter(|_| one != TODAY) else { return Choice::Keep };
    let over = confirmed.over_today[place];
    // Today's values are as good as the best, for all that matters: that is no reason to change them.
    let is_as_good = confirmed.over_today[best].high <= delta;
    if over.low > 0.0 && !(one == own && is_as_good) {
        Choice::Change(one)
    } else if over.high > 0.0 && regret(TODAY) - regret(one) > delta {
        Choice::ChangeForOtherWorlds(one)
    } else {
        Choice::Keep
    }
}

/// Customers with whom a difference as the one found would stand clear of 0: its bounds shrink by their root.
fn parts(confirmed: &Confirmed, over: super::contrast::Bounds) -> u64 {
    let half = (over.high - over.low) / 2.0;
    let times = (half / over.value.abs()).powi(2);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "not negative; a float beyond u64 becomes its largest value"
    )]
    let customers = (confirmed.customers as f64 * times).ceil() as u64;
    customers
}
