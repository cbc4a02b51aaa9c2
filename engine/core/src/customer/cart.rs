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
        for product in products(&self.changes) {
            let (quantity, price, _) = self.line(product, at);
            items += i64::from(quantity);
            value = value.plus(price.times(i64::from(quantity)));
        }
        (items, value)
    }

    /// The lines that are in the cart at `at`, in the order in which they came in.
    pub(super) fn lines(&self, at: Timestamp) -> Vec<Line> {
        let line = |product| {
            let (quantity, price, _) = self.line(product, at);
            let quantity = u32::try_from(quantity).ok().filter(|quantity| *quantity > 0)?;
            Some(Line { product, quantity, price })
        };
        products(&self.changes).filter_map(line).collect()
    }

    /// The first instant strictly after `after` at which a line that is held then lapses, or at which a change with a
    /// later own time applies; [`Timestamp::NEVER`] if there is none.
    pub(super) fn next_lapse(&self, after: Timestamp) -> Timestamp {
        let applied = self.changes.partition_point(|change| change.at <= after);
        let mut next = self.changes.get(applied).map_or(Timestamp::NEVER, |change| change.at);
        for product in products(&self.changes[..applied]) {
            let (quantity, _, last) = self.line(product, after);
            if quantity > 0 {
                next = next.min(last.after(LAPSE));
            }
        }
        next
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

/// Every product of `changes` once.
fn products(changes: &[Change]) -> impl Iterator<Item = ProductId> + '_ {
    let is_first = |&(i, change): &(usize, &Change)| {
        changes[..i].iter().all(|earlier| earlier.product != change.product)
    };
    changes.iter().enumerate().filter(is_first).map(|(_, change)| change.product)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: u32) -> Timestamp {
        Timestamp::from_millis(0).after(Wait::days(day))
    }

    fn line(product: u64, quantity: u32) -> [Line; 1] {
        [Line { product: ProductId(product), quantity, price: Amount::whole(10) }]
    }

    #[test]
    fn the_next_lapse_is_that_of_the_line_left_alone_longest() {
        let mut cart = Cart::default();
        assert_eq!(cart.next_lapse(at(0)), Timestamp::NEVER);
        cart.add(&line(1, 1), at(1));
        cart.add(&line(2, 1), at(3));
        cart.add(&line(1, 1), at(5));
        assert_eq!(cart.next_lapse(at(5)), at(33));
        let before = Timestamp::from_millis(at(33).millis() - 1);
        assert_eq!((cart.held(before).0, cart.held(at(33)).0), (3, 2));
        assert_eq!(cart.next_lapse(before), at(33));
        assert_eq!(cart.next_lapse(at(33)), at(35));
        assert_eq!(cart.next_lapse(at(35)), Timestamp::NEVER);
    }

    #[test]
    fn a_line_taken_out_does_not_lapse_and_a_later_change_is_awaited() {
        let mut cart = Cart::default();
        cart.add(&line(1, 2), at(1));
        cart.remove(&line(1, 2), at(3));
        cart.add(&line(2, 1), at(9));
        assert_eq!(cart.next_lapse(at(1)), at(3), "an instant at which the later was not known");
        assert_eq!(cart.next_lapse(at(3)), at(9));
        assert_eq!(cart.next_lapse(at(9)), at(39));
        cart.empty(at(10));
        assert_eq!(cart.next_lapse(at(10)), Timestamp::NEVER);
    }
}
