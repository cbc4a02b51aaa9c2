//! Who wakes next. Entries of the next minutes are in memory, those beyond in the store; an entry counts only if it is
//! what its customer waits for, so nobody has to take one back.
//! Invariant: a customer whose wake lies before the horizon has an entry here.

use foresend_core::id::CustomerId;
use foresend_core::time::{Timestamp, Wait};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// How far ahead entries are in memory.
const AHEAD: Wait = Wait::minutes(10);
/// What is left of it when the next ones are read.
const LEFT: Wait = Wait::minutes(5);

/// Who wakes next.
#[derive(Debug)]
pub(super) struct Wakes {
    near: BinaryHeap<Reverse<(Timestamp, CustomerId)>>,
    /// Entries up to here are in memory.
    horizon: Timestamp,
    /// Entries that came out, and may stand in the store still.
    out: Vec<(Timestamp, CustomerId)>,
}

impl Default for Wakes {
    fn default() -> Self {
        Self { near: BinaryHeap::new(), horizon: Timestamp::ALWAYS, out: Vec::new() }
    }
}

impl Wakes {
    /// The customer wakes at `due`.
    pub(super) fn note(&mut self, due: Timestamp, customer: CustomerId) {
        if due <= self.horizon {
            self.near.push(Reverse((due, customer)));
        }
    }

    /// The first one whose instant is over, if there is one. It may be stale.
    pub(super) fn pop(&mut self, over: Timestamp) -> Option<(Timestamp, CustomerId)> {
        let Reverse(first) = *self.near.peek()?;
        if first.0 > over {
            return None;
        }
        self.near.pop();
        self.out.push(first);
        Some(first)
    }

    /// When the first entry in memory is due; [`Timestamp::NEVER`]: none is.
    pub(super) fn next(&self) -> Timestamp {
        self.near.peek().map_or(Timestamp::NEVER, |Reverse((due, _))| *due)
    }

    /// What is to be read from the store now: the entries after the first instant, and up to the second. They are in
    /// memory when the caller has noted them.
    pub(super) fn advance(&mut self, over: Timestamp) -> Option<(Timestamp, Timestamp)> {
        if self.horizon > over.after(LEFT) {
            return None;
        }
        let from = self.horizon;
        self.horizon = over.after(AHEAD);
        Some((from, self.horizon))
    }

    /// Entries that came out since the last cut; those that count still are to be handed back by [`Wakes::keep`].
    pub(super) fn take_out(&mut self) -> Vec<(Timestamp, CustomerId)> {
        std::mem::take(&mut self.out)
    }

    /// The entry is to stay in the store.
    pub(super) fn keep(&mut self, entry: (Timestamp, CustomerId)) {
        self.out.push(entry);
    }
}
