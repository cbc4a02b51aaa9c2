//! Whether an event is one of those that a stream counts: its filter, read of that event alone.

use super::Event;
use crate::calendar::Day;
use crate::time::{Timestamp, Wait};
use crate::world::condition::{Condition, Facts, Shown, Truth};
use crate::world::stream::StreamIx;
use crate::world::value::{Source, Value};

/// Whether `filter` is true of `event`, which happened at `t`. Unknown is not.
pub(super) fn is_meant(filter: &Condition, event: &Event<'_>, t: Timestamp) -> bool {
    match filter.read(&Counted { event, t }) {
        Truth::True => true,
        Truth::False | Truth::Unknown => false,
    }
}

/// One event. Whatever else a condition may ask for is unknown here: the same event must count alike whenever it
/// arrives, and whatever else has arrived by then. What cannot be said to be unknown, an instant or a wait that came,
/// the compiler of conditions refuses in a filter.
struct Counted<'a> {
    event: &'a Event<'a>,
    t: Timestamp,
}

impl Facts for Counted<'_> {
    fn count(&self, _: StreamIx, _: Option<Wait>) -> Option<f64> {
        None
    }

    fn sum(&self, _: StreamIx, _: Option<Wait>) -> Option<f64> {
        None
    }

    fn last(&self, _: StreamIx) -> Option<Timestamp> {
        None
    }

    fn distinct(&self, _: StreamIx, _: Option<Wait>) -> Option<f64> {
        None
    }

    fn last_value(&self, _: StreamIx) -> Option<f64> {
        None
    }

    fn first_seen(&self) -> Timestamp {
        Timestamp::NEVER
    }

    fn came(&self, _: u8) -> bool {
        false
    }

    fn event_time(&self) -> Timestamp {
        self.t
    }

    fn value(&self, source: Source) -> Option<Value<'_>> {
        match source {
            Source::Counted(property) => self.event.property(property),
            Source::Event(_) | Source::Trait(_) | Source::Item(_) => None,
        }
    }

    /// In UTC: dates are compared to each other here, and a customer's zone may change.
    fn midnight(&self, day: Day) -> Timestamp {
        Timestamp::from_millis(day.number() * Wait::DAY.millis())
    }

    fn shows(&self, _: Shown, _: Timestamp) -> f64 {
        f64::NAN
    }

    fn cart(&self) -> (f64, f64) {
        (f64::NAN, f64::NAN)
    }

    fn at(&self) -> Timestamp {
        self.t
    }
}
