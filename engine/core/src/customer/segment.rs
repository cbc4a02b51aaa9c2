//! Segments that journeys wait to be entered. Between inputs a segment's truth changes by time alone, at an instant
//! that is known before: the customer is woken then, not at a next poll.
//! Invariant: only turning from false to true is entering; from unknown, or while history is imported, it is not.

use super::Customer;
use super::effect::Effects;
use super::record::Decided;
use crate::id::Key;
use crate::time::Timestamp;
use crate::world::World;
use crate::world::condition::Truth;
use crate::world::journey::SegmentIx;
use std::iter;

/// What one segment came to. 24 bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Standing {
    pub(super) truth: Truth,
    /// When it was read last: a late event is not looked at with eyes of the past.
    pub(super) at: Timestamp,
    /// When to look again, should nothing happen before.
    pub(super) flips: Timestamp,
}

impl Customer {
    /// Reads every segment that is listened to for the first time, or after the program has changed.
    pub(super) fn stand(&mut self, world: &World, t: Timestamp) {
        let unread = Standing { truth: Truth::Unknown, at: t, flips: Timestamp::NEVER };
        self.ledger.segments = iter::repeat_n(unread, world.program.segments.len()).collect();
        for at in 0..self.ledger.segments.len() {
            self.read_segment(world, at, t);
        }
    }

    /// Something happened at `t` that may have changed all of them; entering starts journeys if it `acts`.
    pub(super) fn reread_all(
        &mut self,
        world: &World,
        t: Timestamp,
        acts: bool,
        out: &mut Effects,
    ) {
        for ix in (0u16..).map(SegmentIx).take(self.ledger.segments.len()) {
            self.reread(world, ix, t, acts, out);
        }
    }

    /// The same for one of them.
    pub(super) fn reread(
        &mut self,
        world: &World,
        ix: SegmentIx,
        t: Timestamp,
        acts: bool,
        out: &mut Effects,
    ) {
        let place = usize::from(ix.0);
        let Some(&before) = self.ledger.segments.get(place) else { return };
        let t = t.max(before.at);
        let truth = self.read_segment(world, place, t);
        if truth != before.truth {
            out.record(t, Decided::Turned(ix, truth));
        }
        if acts && before.truth == Truth::False && truth == Truth::True {
            for &journey in world.program.enterers(ix) {
                self.start_one(world, journey, Key::CUSTOMER, t, None, out);
            }
        }
    }

    fn read_segment(&mut self, world: &World, place: usize, t: Timestamp) -> Truth {
        let condition = &world.program.segments[place].condition;
        let view = self.view(world, t);
        let standing =
            Standing { truth: condition.read(&view), at: t, flips: condition.next_flip(&view) };
        debug_assert!(
            standing.flips > t,
            "{} flips in the past",
            world.program.segments[place].name
        );
        self.ledger.segments[place] = standing;
        standing.truth
    }
}
