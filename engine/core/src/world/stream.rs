//! What must be remembered of a customer's events for the facts of a program, and nothing more.

use super::condition::Condition;
use super::event::{EventIx, PropertyIx};
use crate::time::Wait;

/// A stream's place in a program's list.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct StreamIx(pub u16);

/// One event, as facts, stops and waits need it remembered.
#[derive(Clone, PartialEq, Debug)]
pub struct Stream {
    /// The event.
    pub event: EventIx,
    /// Only those events of which this is true; unknown is not. It is read of the event alone.
    pub filter: Option<Condition>,
    /// What is kept of each.
    pub keeps: Keeps,
    /// The longest window over which the stream is read; `None`: only ever, and for the last one's time.
    pub window: Option<Wait>,
}

/// What a stream keeps of its events besides their number and the last one's time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Keeps {
    /// Nothing more.
    Count,
    /// The sum of a numeric property; a missing one counts 0.
    Sum(PropertyIx),
    /// Which values a property had, over a window. A missing one is no value. More than 256 are not told apart.
    Distinct(PropertyIx),
    /// A numeric property of the last one that had it.
    Last(PropertyIx),
}

impl Stream {
    /// Every event of this name, with nothing more kept.
    #[must_use]
    pub const fn of(event: EventIx) -> Self {
        Self { event, filter: None, keeps: Keeps::Count, window: None }
    }
}
