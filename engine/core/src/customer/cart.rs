//! The one cart of a customer, as a short list of changes sorted by their own time, so that it comes out the same
//! in whatever order its events arrive.
//! Invariant: nothing up to `settled` is looked at again; a line lapses 30 days after its last change.

use super::input::Line;
use crate::id::ProductId;
use crate::money::Amount;
use crate::time::{Timestamp, Wait};

/// How long a line stays without a change.
const LAPSE: Wait = Wait::days(30);
/// More changes than this are settled into one for each line.
const CHANGES_MAX: usize = 128;

/// The cart's changes since it was last replaced or emptied.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Cart {
    pub(super) settled: Timestamp,
    pub(super) changes: Vec<Change>,
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Change {
    pub(super) at: Timestamp,
    pub(super) product: ProductId,
    pub(super) price: Amount,
    pub(super) by: i32,
}

impl Default for Cart {
    fn default() -> Self {
        Self { settled: Timestamp::ALWAYS, changes: Vec::new() }
    }
}

impl Cart {
    pub(super) fn bytes(&self) -> usize {
        size_of::<Self>() + self.changes.capacity() * size_of::<Change>()
    }

    /// Pieces were added.
    pub(super) fn add(&mut self, lines: &[Line], t: Timestamp) {
        for line in lines {
            self.change(line, i32::try_from(line.quantity).unwrap_or(i32::MAX), t);
        }
    }

    /// Pieces were taken out.
    pub(super) fn remove(&mut self, lines: &[Line], t: Timestamp) {
        for line in lines {
            self.change(line, -i32::try_from(line.quantity).unwrap_or(i32::MAX), t);
        }
    }

    /// At `t` the cart held exactly these lines.
    pub(super) fn replace(&mut self, lines: &[Line], t: Timestamp) {
        if t >= self.settled {
            self.empty(t);
            self.add(lines, t);
        }
    }

    /// At `t` the cart held nothing; what was added later by its own time stays.
    pub(super) fn empty(&mut self, t: Timestamp) {
        if t >= self.settled {
            self.changes.retain(|change| change.at > t);
            self.settled = t;
        }
    }

    /// Pieces in the cart at `at`, and what they cost together.
    pub(super) fn held(&self, at: Timestamp) -> (i64, Amount) {
        let (mut items, mut value) = (0i64, Amount::ZERO);
        for (i, first) in self.changes.iter().enumerate() {
            if self.changes[..i].iter().all(|earlier| earlier.product != first.product) {
                let (quantity, price, _) = self.line(first.product, at);
                items += i64::from(quantity);
                value = value.plus(price.times(i64::from(quantity)));
            }
        }
        (items, value)
    }

    /// Quantity, price and last change of one line at `at`.
    fn line(&self, product: ProductId, at: Timestamp) -> (i32, Amount, Timestamp) {
        let (mut quantity, mut price, mut last) = (0i32, Amount::ZERO, Timestamp::ALWAYS);
        let until_then = self.changes.iter().take_while(|change| change.at <= at);
        for change in until_then.filter(|change| change.product == product) {
            if change.at >= last.after(LAPSE) {
                quantity = 0;
            }
            quantity = quantity.saturating_add(change.by).max(0);
            if change.by > 0 {
                price = change.price;
            }
            last = change.at;
        }
        if at >= last.after(LAPSE) { (0, price, last) } else { (quantity, price, last) }
    }

    fn change(&mut self, line: &Line, by: i32, t: Timestamp) {
        if t < self.settled {
            return; // It was in the cart before that was replaced or emptied.
        }
        let place = self.changes.partition_point(|change| change.at <= t);
        self.changes.insert(place, Change { at: t, product: line.product, price: line.price, by });
        if self.changes.len() > CHANGES_MAX {
            self.settle();
        }
    }

    /// Settles the older half: one change for each line that is left, the newest lines first in doubt.
    fn settle(&mut self) {
        let upto = self.changes[CHANGES_MAX / 2].at;
        let mut lines: Vec<Change> = Vec::new();
        for change in self.changes.iter().take_while(|change| change.at <= upto) {
            if lines.iter().all(|line| line.product != change.product) {
                let (quantity, price, last) = self.line(change.product, upto);
                if quantity > 0 {
                    lines.push(Change { at: last, product: change.product, price, by: quantity });
                }
            }
        }
        lines.sort_by_key(|line| line.at);
        let surplus = lines.len().saturating_sub(CHANGES_MAX / 2);
        lines.drain(..surplus);
        self.changes.retain(|change| change.at > upto);
        // Events of one instant may be many: then the oldest of them are let go.
        let surplus = self.changes.len().saturating_sub(CHANGES_MAX / 2);
        self.changes.drain(..surplus);
        self.changes.splice(0..0, lines);
        self.settled = self.settled.max(upto);
    }
}
