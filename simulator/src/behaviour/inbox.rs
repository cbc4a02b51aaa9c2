//! What mailbox providers make of complaints: mail of a sender of whom many complain is taken for spam more often. It is
//! the one thing that couples customers. They are not run in step for it: each arm's days are a table, which a rehearsal
//! is run with, counts anew, and is run with again, until no entry moves by more than a hundredth.
//!
//! Invariant: the table of an arm rests on what happened in that arm before the day.

use crate::population::Preset;

/// Passes of a rehearsal at most.
pub const PASSES_MAX: u32 = 5;
/// No entry moves by more than this between the last two passes, if there were enough.
pub const SETTLED: f64 = 0.01;
/// Fewer complaints than this are an accident, whatever their share.
const COMPLAINTS_MIN: u64 = 3;

/// Mails of one day of one arm.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Day {
    /// That arrived.
    pub arrived: u64,
    /// Of which somebody complained that day, whenever they arrived.
    pub complained: u64,
}

/// The share of mail that is not taken for spam, by arm and day.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Inbox(Vec<Vec<f64>>);

impl Inbox {
    /// Everything arrives, in so many arms.
    #[must_use]
    pub fn open(arms: usize) -> Self {
        Self(vec![Vec::new(); arms])
    }

    /// What providers make of these days, by arm, where `preset` says that they do.
    #[must_use]
    pub fn of(preset: &Preset, arms: &[Vec<Day>]) -> Self {
        let numbers = &preset.deliverability;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some days")]
        let over = numbers.over.round().clamp(1.0, 3650.0) as usize;
        let share = |days: &[Day], day: usize| {
            let before = &days[day.saturating_sub(over)..day];
            let sum = |of: fn(&Day) -> u64| before.iter().map(of).sum::<u64>();
            1.0 - lost(preset, sum(|day| day.complained), sum(|day| day.arrived))
        };
        Self(
            arms.iter().map(|days| (0..days.len()).map(|day| share(days, day)).collect()).collect(),
        )
    }

    /// The share of `arm` on `day`; days that nobody counted are as the last before, or open.
    #[must_use]
    pub fn share(&self, arm: usize, day: usize) -> f64 {
        let days = self.0.get(arm).map_or(&[][..], Vec::as_slice);
        days.get(day).or_else(|| days.last()).copied().unwrap_or(1.0)
    }

    /// The largest difference of an entry.
    #[must_use]
    pub fn change(&self, other: &Self) -> f64 {
        let arms = self.0.len().max(other.0.len());
        let days = self.0.iter().chain(&other.0).map(Vec::len).max().unwrap_or(0);
        let all = (0..arms).flat_map(|arm| (0..days).map(move |day| (arm, day)));
        all.map(|(arm, day)| (self.share(arm, day) - other.share(arm, day)).abs())
            .fold(0.0, f64::max)
    }

    /// The lowest entry of `arm`.
    #[must_use]
    pub fn lowest(&self, arm: usize) -> f64 {
        self.0.get(arm).into_iter().flatten().copied().fold(1.0, f64::min)
    }
}

/// The share that is taken for spam after so many complaints about so many mails: nothing up to the first of
/// `deliverability.complaints`, rising evenly to `lost` at the second.
fn lost(preset: &Preset, complained: u64, arrived: u64) -> f64 {
    let numbers = &preset.deliverability;
    if complained < COMPLAINTS_MIN || arrived == 0 {
        return 0.0;
    }
    #[expect(clippy::cast_precision_loss, reason = "a rate needs no more digits")]
    let rate = complained as f64 / arrived as f64;
    let [from, until] = numbers.complaints.value;
    let way = ((rate - from) / (until - from).max(1e-9)).clamp(0.0, 1.0);
    *numbers.feedback * *numbers.lost * way
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on() -> Preset {
        Preset::named("retail").unwrap().with("deliverability.feedback", &[1.0]).unwrap()
    }

    #[test]
    fn between_the_lines_of_the_providers_the_share_falls_evenly() {
        for (complained, arrived, expected) in [
            (0, 0, 0.0),
            (2, 10, 0.0), // an accident
            (10, 10_000, 0.0),
            (20, 10_000, 0.25),
            (30, 10_000, 0.5),
            (500, 10_000, 0.5),
        ] {
            assert!((lost(&on(), complained, arrived) - expected).abs() < 1e-9, "{complained}");
        }
        assert!(lost(&Preset::named("retail").unwrap(), 500, 10_000) < 1e-12, "off by default");
    }

    #[test]
    fn a_day_rests_on_the_seven_before_it() {
        let quiet = Day { arrived: 1_000, complained: 0 };
        let mut days = vec![quiet; 20];
        days[5].complained = 21; // a seventh of that a day: .3 %
        let inbox = Inbox::of(&on(), &[vec![quiet; 20], days]);
        for day in 0..20 {
            assert!((inbox.share(0, day) - 1.0).abs() < 1e-9);
            let low = (6..=12).contains(&day);
            assert_eq!(inbox.share(1, day) < 0.6, low, "day {day}: {}", inbox.share(1, day));
        }
        assert!((inbox.lowest(1) - 0.5).abs() < 1e-9 && inbox.lowest(0) > 0.99);
        assert!((inbox.change(&Inbox::open(2)) - 0.5).abs() < 1e-9);
    }
}
