//! People dealt out to two sides, and the test read: once at its end, every day with bounds that allow it, every week with
//! bounds that share out the risk, and every day with plain p-values, which nobody should do.

use super::Reached;
use foresend_core::chance::{bits, join, unit};
use foresend_insight::experiment::arm::Arm;
use foresend_insight::experiment::difference::Difference;
use foresend_insight::experiment::sequential::TUNED_FOR;
use foresend_insight::experiment::{proportions, spending};
use std::thread;

/// How a test is tried.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Tried {
    /// What the variant's goal rate has over the control's, as a share: 0.002 is 0.2 pp. Not negative.
    pub gap: f64,
    /// The share of all who reach the step that each of the two sides gets.
    pub side: f64,
    /// Days after which a goal can no longer be reached: who came later is not counted yet.
    pub window_days: u32,
    /// The day of the last reading, full days since it began.
    pub ends_day: u32,
    /// How often it is tried.
    pub times: u32,
    /// What chance follows from.
    pub seed: u64,
}

/// In how many of them a difference was found.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Found {
    /// Times it was tried.
    pub times: u32,
    /// Read once, at its end (two-sided z test, 5 %).
    pub at_end: u32,
    /// Watched every day with an always-valid interval (asymptotic confidence sequence).
    pub always: u32,
    /// Read every week with O'Brien-Fleming bounds (Lan and DeMets), whose risks add up to 5 %.
    pub weekly: u32,
    /// Watched every day with plain p-values: stopped at the first below 5 %.
    pub peeking: u32,
}

impl Found {
    /// A number of them as a share.
    #[must_use]
    pub fn share(&self, found: u32) -> f64 {
        f64::from(found) / f64::from(self.times.max(1))
    }

    fn add(&mut self, other: Self) {
        let Self { times, at_end, always, weekly, peeking } = other;
        self.times += times;
        self.at_end += at_end;
        self.always += always;
        self.weekly += weekly;
        self.peeking += peeking;
    }
}

/// Two-sided.
const ALPHA: f64 = 0.05;
/// Days between readings with bounds that share out the risk.
const WEEK: u32 = 7;

/// Tries the test on `people`, in whatever order they stand. The same on any number of threads.
///
/// Held by `a_gap_is_found_as_often_as_theory_says` and `nothing_is_found_as_seldom_as_was_asked`.
#[must_use]
pub fn tried(people: &[Reached], how: &Tried, threads: usize) -> Found {
    let mut sorted = people.to_vec();
    sorted.sort_by_key(|one| (one.day, one.goal));
    // A gap is put in by letting some who did not reach the goal reach it.
    let goals = sorted.iter().filter(|one| one.goal).count();
    let missed = sorted.len() - goals;
    let lifted = if missed == 0 { 0.0 } else { how.gap * real(sorted.len()) / real(missed) };
    let weeks = weekly_bounds(&sorted, how);
    let threads = u32::try_from(threads.clamp(1, 256)).unwrap_or(1);
    let work = |first: u32| {
        let mut found = Found::default();
        let mine = (first..how.times).step_by(threads as usize);
        mine.for_each(|time| found.add(once(&sorted, how, lifted, &weeks, time)));
        found
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|first| scope.spawn(move || work(first))).collect();
        let mut all = Found::default();
        for worker in workers {
            match worker.join() {
                Ok(found) => all.add(found),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        all
    })
}

/// Days of weekly readings, each with the bound of |z| there.
fn weekly_bounds(sorted: &[Reached], how: &Tried) -> Vec<(u32, f64)> {
    let days = (how.window_days + WEEK..=how.ends_day).step_by(WEEK as usize);
    let mut days: Vec<u32> = days.collect();
    if days.last() != Some(&how.ends_day) {
        days.push(how.ends_day);
    }
    let known = |day: u32| sorted.iter().filter(|one| one.day + how.window_days <= day).count();
    let all = real(known(how.ends_day).max(1));
    // Only readings that have more people than the one before.
    let mut before = 0;
    days.retain(|&day| {
        let grew = known(day) > before;
        before = known(day);
        grew
    });
    let times: Vec<f64> = days.iter().map(|&day| (real(known(day)) / all).min(1.0)).collect();
    match spending::bounds(&times, ALPHA) {
        Some(bounds) => days.into_iter().zip(bounds).collect(),
        None => Vec::new(),
    }
}

/// So that dealing shares no hash with anything else.
const DEAL: u64 = u64::from_le_bytes(*b"deal out");

fn once(sorted: &[Reached], how: &Tried, lifted: f64, weeks: &[(u32, f64)], time: u32) -> Found {
    let key = join(join(how.seed, DEAL), u64::from(time));
    // Of each side: people and goals.
    let mut sides = [(0u64, 0u64); 2];
    let mut found = Found { times: 1, ..Found::default() };
    let (mut at, mut week) = (0, 0);
    for day in how.window_days..=how.ends_day {
        while let Some(one) = sorted.get(at).filter(|one| one.day + how.window_days <= day) {
            let index = 2 * at as u64;
            let dealt = unit(bits(key, index));
            let side = if dealt < how.side {
                0
            } else if dealt < 2.0 * how.side {
                1
            } else {
                at += 1;
                continue;
            };
            let is_lifted = side == 1 && !one.goal && unit(bits(key, index + 1)) < lifted;
            sides[side].0 += 1;
            sides[side].1 += u64::from(one.goal || is_lifted);
            at += 1;
        }
        let plain = proportions::z_test(sides[0], sides[1], ALPHA);
        let z = plain.map_or(0.0, |(z, _)| z.abs());
        let is_clear = plain.is_some_and(|(_, test)| test.p < ALPHA);
        found.peeking |= u32::from(is_clear);
        if found.always == 0 {
            found.always = u32::from(always(sides));
        }
        if let Some(&(_, bound)) = weeks.get(week).filter(|(on, _)| *on == day) {
            week += 1;
            found.weekly |= u32::from(z > bound);
        }
        if day == how.ends_day {
            found.at_end = u32::from(is_clear);
        }
    }
    found
}

fn always([control, variant]: [(u64, u64); 2]) -> bool {
    let arm = |(n, goals)| Arm::share(n, goals);
    let difference = arm(control).zip(arm(variant));
    let difference = difference.and_then(|(control, arm)| Difference::absolute(&control, &arm));
    let test = difference.and_then(|difference| difference.always(ALPHA, TUNED_FOR));
    test.is_some_and(|test| test.is_clear())
}

#[expect(clippy::cast_precision_loss, reason = "people are far below 2^52")]
fn real(number: usize) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use foresend_insight::experiment::size;

    /// So many a day, of whom one in ten reaches the goal.
    fn people(days: u32, a_day: u32) -> Vec<Reached> {
        let one = |at: u32| Reached { day: at / a_day, goal: at.is_multiple_of(10) };
        (0..days * a_day).map(one).collect()
    }

    fn how(gap: f64, times: u32) -> Tried {
        Tried { gap, side: 0.4, window_days: 7, ends_day: 56, times, seed: 1 }
    }

    #[test]
    fn a_gap_is_found_as_often_as_theory_says() {
        let all = people(49, 500);
        let n = 49 * 500 * 4 / 10;
        let gap = 0.012;
        let found = tried(&all, &how(gap, 400), 2);
        let theory = size::power(0.1, gap, n, ALPHA).unwrap();
        // 400 tries: a standard error of .025 at most.
        assert!((found.share(found.at_end) - theory).abs() < 0.07, "{found:?} {theory}");
        assert!(found.always < found.weekly && found.weekly <= found.at_end + 8, "{found:?}");
        assert!(found.peeking >= found.at_end, "{found:?}");
    }

    #[test]
    fn nothing_is_found_as_seldom_as_was_asked() {
        let found = tried(&people(49, 300), &how(0.0, 400), 2);
        assert!(found.share(found.at_end) < 0.09, "{found:?}");
        assert!(found.share(found.weekly) < 0.09, "{found:?}");
        assert!(found.share(found.always) < 0.05, "{found:?}");
        assert!(found.share(found.peeking) > 0.15, "{found:?}");
    }

    #[test]
    fn threads_and_the_order_of_people_change_nothing() {
        let all = people(20, 40);
        let mut turned = all.clone();
        turned.reverse();
        let short = Tried { ends_day: 27, ..how(0.05, 50) };
        assert_eq!(tried(&all, &short, 1), tried(&turned, &short, 3));
        assert_ne!(tried(&all, &short, 1), tried(&all, &Tried { seed: 2, ..short }, 1));
    }

    #[test]
    fn nobody_tells_nothing() {
        let found = tried(&[], &how(0.01, 5), 1);
        assert_eq!(found, Found { times: 5, ..Found::default() });
    }
}
