//! What must be remembered of a customer's events for the facts of a program, and nothing more.

use super::event::{EventIx, PropertyIx};
use crate::time::Wait;

/// A stream's place in a program's list.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct StreamIx(pub u16);

/// One event, and perhaps one of its properties, as facts, stops and waits need it remembered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stream {
    /// The event.
    pub event: EventIx,
    /// The property that is summed; a missing one counts 0.
    pub property: Option<PropertyIx>,
    /// The longest window over which the stream is read; `None`: only ever, and for the last one's time.
    pub window: Option<Wait>,
}
