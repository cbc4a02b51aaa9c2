//! Counting up the entries of a window one by one, in the numbers that conditions compare.

use super::Entry;
use super::distinct::Seen;
use crate::money::Amount;
use crate::world::condition::of_amount;

/// How far the counting has come; one type for each measure.
pub(super) trait Tally: Default {
    /// Whether no entry makes it less.
    const ONLY_RISES: bool;

    fn add(&mut self, entry: &Entry);

    fn value(&self) -> f64;
}

#[derive(Default)]
pub(super) struct Count(u64);

#[derive(Default)]
pub(super) struct Sum(Amount);

impl Tally for Count {
    const ONLY_RISES: bool = true;

    fn add(&mut self, entry: &Entry) {
        self.0 += u64::from(entry.count);
    }

    #[expect(clippy::cast_precision_loss, reason = "counts of one customer are far below 2^53")]
    fn value(&self) -> f64 {
        self.0 as f64
    }
}

impl Tally for Sum {
    const ONLY_RISES: bool = false; // a refund has a negative total

    fn add(&mut self, entry: &Entry) {
        self.0 = self.0.plus(entry.sum);
    }

    fn value(&self) -> f64 {
        of_amount(self.0)
    }
}

impl Tally for Seen {
    const ONLY_RISES: bool = true;

    fn add(&mut self, entry: &Entry) {
        self.is_new(entry.sum);
    }

    fn value(&self) -> f64 {
        f64::from(self.values())
    }
}
