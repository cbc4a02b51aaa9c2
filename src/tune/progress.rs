//! One line on stderr that says how far a tuning is; and it is who asks to stop when the time is over.

use super::Arguments;
use super::report::Value;
use crate::output::Bar;
use crate::report::number::{count, seconds};
use foresend_simulator::tune::{Progress, Stage, Watch};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// The line.
pub(super) struct Line<'a> {
    bar: Bar,
    values: &'a [Value],
    worlds: &'a [&'a str],
    verbose: bool,
    started: Instant,
    at_most: Option<Duration>,
    stop: &'a AtomicBool,
    /// Of the stages that are done, and of the one that goes on.
    events: AtomicU64,
    now: AtomicU64,
}

impl<'a> Line<'a> {
    pub(super) fn new(
        values: &'a [Value],
        worlds: &'a [&'a str],
        arguments: &Arguments,
        stop: &'a AtomicBool,
    ) -> Self {
        Self {
            bar: Bar::new("tuning"),
            values,
            worlds,
            verbose: arguments.verbose,
            started: Instant::now(),
            at_most: arguments.at_most,
            stop,
            events: AtomicU64::new(0),
            now: AtomicU64::new(0),
        }
    }

    /// How many events were lived.
    pub(super) fn finish(self) -> u64 {
        self.events.load(Ordering::Relaxed) + self.now.load(Ordering::Relaxed)
    }

    fn stage(&self, stage: Stage) -> String {
        match stage {
            Stage::Pilot => "pilot".to_owned(),
            Stage::Search { round, rounds, left } => {
                format!("round {round} of {rounds}  {left} values left")
            }
            Stage::Ensemble { world, .. } => self.worlds[world].to_owned(),
            Stage::Confirm => "confirming".to_owned(),
        }
    }
}

impl Watch for Line<'_> {
    fn begins(&self, stage: Stage, customers: u64, arms: usize) {
        self.events.fetch_add(self.now.swap(0, Ordering::Relaxed), Ordering::Relaxed);
        let worlds = self.worlds.len() as u64;
        let size = match stage {
            Stage::Ensemble { world: 0, half: 0 } => {
                format!("other worlds: {} customers in {worlds} worlds", count(customers * 2))
            }
            Stage::Confirm => format!("confirmation: {} fresh customers", count(customers)),
            Stage::Pilot | Stage::Search { .. } | Stage::Ensemble { .. } => return,
        };
        self.bar.above(&format!("{size}, {arms} arms"));
    }

    fn at(&self, progress: &Progress) {
        if self.at_most.is_some_and(|most| self.started.elapsed() >= most) {
            self.stop.store(true, Ordering::Relaxed);
        }
        self.now.fetch_max(progress.events, Ordering::Relaxed);
        self.bar.at(progress.done, progress.of, |left, elapsed| {
            let events = self.events.load(Ordering::Relaxed) + progress.events;
            #[expect(clippy::cast_precision_loss, reason = "a speed is shown to two digits")]
            let speed = events as f64 / elapsed.max(1e-3) / 1e6;
            let (stage, millions) = (self.stage(progress.stage), events / 1_000_000);
            format!("{stage}  {} M events at {speed:.1} M/s  {left} s left here", count(millions))
        });
    }

    fn dropped(&self, round: usize, candidate: usize) {
        if self.verbose {
            let value = &self.values[candidate].label;
            let at = seconds(self.started.elapsed().as_secs_f64()).replace('\u{a0}', " ");
            self.bar.above(&format!("round {round}: {value} is out ({at})"));
        }
    }
}
