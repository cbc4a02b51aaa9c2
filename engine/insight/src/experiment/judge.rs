//! May this test be read, and what does it say? From the counts of each day to the rows and the verdict that the
//! dashboard shows. In this order: were customers split as they should be, did a guard break, is something clear, is
//! it over; else not yet, and how much is missing.
//!
//! Intervals hold at all looks together, so it may be judged every day and ended at any. A factor with more than one
//! variant beside the control shares its α among them (Bonferroni), so that 95 % is of the factor; factors are
//! judged each by itself.
//! Invariant: chances to be best are shown and never decide.

mod says;

use super::arm::Arm;
use super::difference::Difference;
use super::sequential::TUNED_FOR;
use super::{Test, bayes, real, sample_ratio};
use crate::board::caused::Interval;
use crate::board::experiment::{Experiment, Factor, OverTime, Row, Verdict};

/// What is to be judged: an experiment's file, and what came of it so far.
#[derive(Clone, PartialEq, Debug)]
pub struct Watched {
    /// Its file's name.
    pub name: String,
    /// Where it is: `cart-recovery.first`.
    pub place: String,
    /// Its factors. Each splits the same customers, evenly.
    pub factors: Vec<Split>,
    /// Those held out of it.
    pub holdout: Option<Holdout>,
    /// Full days since it began.
    pub elapsed_days: usize,
    /// Days after which a customer's goal can no longer change.
    pub window_days: usize,
    /// Days until its planned end.
    pub ends_days: usize,
    /// What must not happen too often.
    pub guards: Vec<Guard>,
    /// What follows if something is better.
    pub then: Then,
}

/// One factor, such as the subject.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Split {
    /// Its name.
    pub name: String,
    /// Its variants, the control first.
    pub variants: Vec<Counts>,
}

/// Those who met one variant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Counts {
    /// Its name.
    pub name: String,
    /// Of each day since the beginning: customers who met it on that day, and of those who reached the goal since.
    pub days: Vec<(u64, u64)>,
}

/// Those who got none of the variants.
#[derive(Clone, PartialEq, Debug)]
pub struct Holdout {
    /// The share of customers that should be in it, strictly between 0 and 1.
    pub share: f64,
    /// As [`Counts::days`].
    pub days: Vec<(u64, u64)>,
}

/// A share that ends the test once it is clearly over its line.
#[derive(Clone, PartialEq, Debug)]
pub struct Guard {
    /// What is counted: `unsubscribes`.
    pub name: String,
    /// The line, a share: 0.005 is 0.5 %.
    pub line: f64,
    /// How often it happened.
    pub happened: u64,
    /// Of so many.
    pub of: u64,
}

/// What follows if something is better.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Then {
    /// Somebody decides.
    Ask,
    /// The better one is taken.
    TakeTheWinner,
}

/// The share of tests of nothing in which a factor seems clear at any look.
const ALPHA: f64 = 0.05;
/// The share of tests in which a guard that holds seems breached at any look.
const GUARD_ALPHA: f64 = 0.05;
/// Intervals and gaps are shown in percentage points.
const POINTS: f64 = 100.0;

/// The board's picture of `watched`. Only customers whose goal can no longer change are counted; the split is checked
/// on everybody.
///
/// Held by `a_test_half_way_says_what_is_missing` and its neighbours; how often it finds something in nothing, by
/// `peeking_at_nothing_finds_what_was_published`.
#[must_use]
pub fn judge(watched: &Watched) -> Experiment {
    let named = Experiment {
        name: watched.name.clone(),
        place: watched.place.clone(),
        ..Experiment::default()
    };
    let ratio = match watched.ratio() {
        Ratio::Broken { groups, shares, p } => {
            let says = says::broken(&groups, &shares, p);
            return Experiment { verdict: Verdict::Broken { says }, ..named };
        }
        Ratio::Holds(p) => p,
    };
    let factors: Vec<Factor> = watched.factors.iter().map(|split| watched.factor(split)).collect();
    let (holdout, any) = watched.held_out().unzip();
    let over_time = watched.factors.iter().flat_map(|split| &split.variants);
    Experiment {
        verdict: watched.verdict(&factors, ratio),
        factors,
        holdout,
        any,
        over_time: over_time.map(|counts| watched.over_time(counts)).collect(),
        ..named
    }
}

/// Whether customers were split as they should be.
enum Ratio {
    /// The smallest p-value of all splits; `None`: nothing was split.
    Holds(Option<f64>),
    Broken {
        groups: Vec<u64>,
        shares: Vec<f64>,
        p: f64,
    },
}

impl Watched {
    /// Of each factor, and of everybody against the holdout: the one least like its plan.
    fn ratio(&self) -> Ratio {
        let everybody = |days: &[(u64, u64)]| days.iter().map(|(reached, _)| reached).sum::<u64>();
        let mut splits: Vec<(Vec<u64>, Vec<f64>)> = self
            .factors
            .iter()
            .map(|split| {
                let groups: Vec<u64> =
                    split.variants.iter().map(|counts| everybody(&counts.days)).collect();
                let shares = vec![1.0; groups.len()];
                (groups, shares)
            })
            .collect();
        if let (Some(holdout), Some((groups, _))) = (&self.holdout, splits.first()) {
            let groups = vec![groups.iter().sum(), everybody(&holdout.days)];
            splits.push((groups, vec![1.0 - holdout.share, holdout.share]));
        }
        let told = splits.into_iter().filter_map(|(groups, shares)| {
            let p = sample_ratio::p_value(&groups, &shares)?;
            Some((groups, shares, p))
        });
        match told.min_by(|a, b| a.2.total_cmp(&b.2)) {
            Some((groups, shares, p)) if p < sample_ratio::ALARM => {
                Ratio::Broken { groups, shares, p }
            }
            least => Ratio::Holds(least.map(|(_, _, p)| p)),
        }
    }

    /// Days whose customers' goals can no longer change.
    fn settled_days(&self) -> usize {
        self.elapsed_days.saturating_sub(self.window_days)
    }

    fn settled(&self, days: &[(u64, u64)]) -> (u64, u64) {
        sum(days.iter().take(self.settled_days()))
    }

    fn factor(&self, split: &Split) -> Factor {
        let counts: Vec<(u64, u64)> =
            split.variants.iter().map(|counts| self.settled(&counts.days)).collect();
        let chances = bayes::chances(&counts).filter(|_| counts.iter().any(|(n, _)| *n > 0));
        let beside = u32::try_from(counts.len().saturating_sub(1).max(1)).unwrap_or(u32::MAX);
        let variants = split.variants.iter().zip(&counts).enumerate().map(|(at, (of, &(n, x)))| {
            let alpha = ALPHA / f64::from(beside);
            Row {
                name: of.name.clone(),
                reached: n,
                goal: x,
                against: (at > 0).then(|| against(counts[0], (n, x), alpha)).flatten(),
                best: chances.as_ref().map(|chances| chances[at].best),
            }
        });
        Factor { name: split.name.clone(), variants: variants.collect() }
    }

    /// The holdout, and everybody else against it.
    fn held_out(&self) -> Option<((String, Row), Row)> {
        let (holdout, split) = (self.holdout.as_ref()?, self.factors.first()?);
        let held = self.settled(&holdout.days);
        let any = split.variants.iter().fold((0, 0), |(n, x), counts| {
            let (reached, goal) = self.settled(&counts.days);
            (n + reached, x + goal)
        });
        let row = |name: &str, (reached, goal): (u64, u64)| Row {
            name: name.to_owned(),
            reached,
            goal,
            ..Row::default()
        };
        let best = bayes::chances(&[held, any]).filter(|_| held.0 > 0 && any.0 > 0);
        let any = Row {
            against: against(held, any, ALPHA),
            best: best.map(|chances| chances[1].best),
            ..row("any mail", any)
        };
        let name = format!("no mail, {}", says::percent(holdout.share, 0));
        Some(((name.clone(), row(&name, held)), any))
    }

    fn over_time(&self, counts: &Counts) -> OverTime {
        let until = 1..=self.settled_days().min(counts.days.len());
        let days = until.map(|day| sum(counts.days.iter().take(day)));
        OverTime { name: counts.name.clone(), days: days.collect() }
    }

    fn verdict(&self, factors: &[Factor], ratio: Option<f64>) -> Verdict {
        if let Some(guard) = self.guards.iter().find(|guard| guard.is_breached()) {
            return Verdict::Stopped { says: says::stopped(self, guard) };
        }
        let better: Vec<(&Row, bool)> = factors.iter().filter_map(better).collect();
        if !better.is_empty() {
            return Verdict::Found { says: says::found(self, &better, ratio) };
        }
        if self.elapsed_days >= self.ends_days {
            return Verdict::Ended { says: says::ended(self, factors, ratio) };
        }
        Verdict::NotYet { says: says::not_yet(self, factors, ratio) }
    }
}

/// Customers and goals; of no more customers than there were.
fn sum<'a>(days: impl Iterator<Item = &'a (u64, u64)>) -> (u64, u64) {
    days.fold((0, 0), |(n, x), (reached, goal)| (n + reached, x + (*goal).min(*reached)))
}

/// What `arm` has over `control`, in percentage points, at whatever look.
fn against(control: (u64, u64), arm: (u64, u64), alpha: f64) -> Option<Interval> {
    let share = |(n, x)| Arm::share(n, x);
    let difference = Difference::absolute(&share(control)?, &share(arm)?)?;
    let Test { value, low, high, p: _ } = difference.always(alpha, TUNED_FOR)?;
    Some(Interval { value: value * POINTS, low: low * POINTS, high: high * POINTS })
}

/// The variant that is clearly better than the control, the furthest of several; or the control, where every other
/// is clearly worse. With it whether it is the control.
fn better(factor: &Factor) -> Option<(&Row, bool)> {
    let value = |row: &&Row| row.against.map_or(0.0, |interval| interval.value);
    let clear = |row: &&Row| row.against.is_some_and(|interval| interval.low > 0.0);
    let ahead = factor.variants.iter().filter(clear);
    if let Some(ahead) = ahead.max_by(|a, b| value(a).total_cmp(&value(b))) {
        return Some((ahead, false));
    }
    let (control, others) = factor.variants.split_first()?;
    let worse = |row: &Row| row.against.is_some_and(|interval| interval.high < 0.0);
    (!others.is_empty() && others.iter().all(worse)).then_some((control, true))
}

impl Guard {
    /// What was seen, a share. `None`: nobody yet.
    fn share(&self) -> Option<f64> {
        (self.of > 0).then(|| real(self.happened) / real(self.of))
    }

    /// Whether it is over its line, and not by chance at any look: the line lies below the confidence sequence of the
    /// share, with the variance that it has on the line. One unsubscribe of twenty breaches nothing.
    fn is_breached(&self) -> bool {
        let variance = self.line * (1.0 - self.line) / real(self.of);
        if self.of == 0 || variance <= 0.0 || variance.is_nan() {
            return self.happened > 0 && self.line <= 0.0;
        }
        let over = Difference {
            value: real(self.happened) / real(self.of) - self.line,
            variance,
            n: real(self.of),
            freedom: real(self.of),
            control: self.line,
        };
        // Only over the line counts, so the whole of α is on that side.
        over.always(2.0 * GUARD_ALPHA, TUNED_FOR).is_some_and(|test| test.low > 0.0)
    }
}

#[cfg(test)]
mod tests;
