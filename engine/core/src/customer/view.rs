//! A customer's facts at one instant, as conditions read them: of the customer alone, or inside an enrolment, which
//! also knows what it is about, which event started it and what came since.

use super::Customer;
use super::enrolment::Run;
use super::pending::Pending;
use crate::calendar::Day;
use crate::id::{Key, ProductId};
use crate::time::{Timestamp, Wait};
use crate::world::World;
use crate::world::condition::{Facts, Op, Shown, of_amount};
use crate::world::flip::Timeline;
use crate::world::journey::JourneyIx;
use crate::world::stream::StreamIx;
use crate::world::value::{Kept, Source, Value};

/// One customer, one world, one instant.
#[derive(Clone, Copy, Debug)]
pub(super) struct View<'a> {
    customer: &'a Customer,
    world: &'a World,
    at: Timestamp,
    within: Option<Within>,
}

/// What an enrolment knows of itself.
#[derive(Clone, Copy, Debug)]
struct Within {
    journey: JourneyIx,
    key: Key,
    event_at: Timestamp,
    came: u16,
}

impl Customer {
    /// Their facts as a condition would read them at `at`.
    #[must_use]
    pub fn facts<'a>(&'a self, world: &'a World, at: Timestamp) -> impl Facts + 'a {
        self.view(world, at)
    }

    pub(super) fn view<'a>(&'a self, world: &'a World, at: Timestamp) -> View<'a> {
        View { customer: self, world, at, within: None }
    }

    /// The same inside an enrolment, or while it arms.
    pub(super) fn view_in<'a>(&'a self, world: &'a World, run: &Run, at: Timestamp) -> View<'a> {
        let Run { journey, key, event_at, came, .. } = *run;
        View { within: Some(Within { journey, key, event_at, came }), ..self.view(world, at) }
    }

    /// The same for a mail, whose enrolment may be over. Only the journey's own conditions are asked then, which
    /// know nothing of what came.
    pub(super) fn view_of<'a>(
        &'a self,
        world: &'a World,
        mail: &Pending,
        at: Timestamp,
    ) -> View<'a> {
        let Pending { send, key, event_at, .. } = *mail;
        let within = Within { journey: send.journey, key, event_at, came: 0 };
        View { within: Some(within), ..self.view(world, at) }
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of one customer are far below 2^53")]
impl Facts for View<'_> {
    fn count(&self, stream: StreamIx, window: Option<Wait>) -> Option<f64> {
        self.customer.history.count(stream, window, self.at).map(|count| count as f64)
    }

    fn sum(&self, stream: StreamIx, window: Option<Wait>) -> Option<f64> {
        self.customer.history.sum(stream, window, self.at).map(of_amount)
    }

    fn last(&self, stream: StreamIx) -> Option<Timestamp> {
        self.customer.history.last(stream)
    }

    fn distinct(&self, stream: StreamIx, window: Option<Wait>) -> Option<f64> {
        self.customer.history.distinct(stream, window, self.at).map(|count| count as f64)
    }

    fn last_value(&self, stream: StreamIx) -> Option<f64> {
        self.customer.history.last_value(stream).map(of_amount)
    }

    fn first_seen(&self) -> Timestamp {
        self.customer.first_seen
    }

    fn came(&self, number: u8) -> bool {
        self.within.is_some_and(|within| within.came >> number & 1 == 1)
    }

    fn event_time(&self) -> Timestamp {
        self.within.map_or(self.at, |within| within.event_at)
    }

    fn value(&self, source: Source) -> Option<Value<'_>> {
        let ledger = &self.customer.ledger;
        match (source, self.within) {
            (Source::Trait(ix), _) => {
                let found = ledger.traits.iter().find(|(held, _)| *held == ix);
                found.map(|(_, value)| value.value())
            }
            (Source::Event(slot), Some(within)) => {
                let of = (within.journey, within.key);
                let found = ledger.said.iter().find(|said| said.of() == of && said.slot == slot);
                found.map(|said| Kept::value(&said.value))
            }
            (Source::Item(column), Some(within)) => {
                self.world.catalogue.cell(ProductId(within.key.bits()), column)
            }
            // Without an enrolment there is neither event nor item; filters of streams have a view of their own.
            (Source::Event(_) | Source::Item(_), None) | (Source::Counted(_), _) => None,
        }
    }

    fn midnight(&self, day: Day) -> Timestamp {
        self.world.zone(self.customer.zone).instant(day.number(), 0)
    }

    fn shows(&self, shown: Shown, at: Timestamp) -> f64 {
        let zone = self.world.zone(self.customer.zone);
        let (today, minute) = (zone.local_day(at), zone.ms_of_day(at) / 60_000);
        let Some(day) = Day::numbered(today) else { return f64::NAN };
        let (year, month, date) = day.year_month_day();
        let number = match shown {
            Shown::Year => i64::from(year),
            Shown::Month => i64::from(month) - 1,
            Shown::Date => i64::from(date),
            Shown::DayOfMonth => i64::from(date) - 1,
            // Ours begin on Monday, CEL's on Sunday.
            Shown::DayOfWeek => (i64::from(zone.weekday(at)) + 1) % 7,
            Shown::DayOfYear => {
                let new_year = Day::of(year, 1, 1).map_or(today, Day::number);
                today - new_year
            }
            Shown::Hours => minute / 60,
            Shown::Minutes => minute % 60,
        };
        number as f64
    }

    fn cart(&self) -> (f64, f64) {
        let cart = self.customer.cart.as_deref();
        cart.map_or((0.0, 0.0), |cart| {
            let (items, value) = cart.held(self.at);
            (items as f64, of_amount(value))
        })
    }

    fn at(&self) -> Timestamp {
        self.at
    }
}

impl Timeline for View<'_> {
    fn moved_to(self, at: Timestamp) -> Self {
        Self { at, ..self }
    }

    fn next_change(&self, op: &Op) -> Timestamp {
        let Customer { history, cart, .. } = self.customer;
        match op.counted() {
            Some((ix, _, window)) => history.next_change(ix, window, self.at),
            None if matches!(op, Op::CartItems | Op::CartValue) => {
                cart.as_ref().map_or(Timestamp::NEVER, |cart| cart.next_lapse(self.at))
            }
            None => Timestamp::NEVER,
        }
    }

    fn next_crossing(&self, op: &Op, value: f64, level: f64) -> Timestamp {
        match op.counted() {
            Some((ix, measure, window)) => {
                let history = &self.customer.history;
                history.next_crossing((ix, measure), window, (value, level), self.at)
            }
            None => self.next_change(op),
        }
    }
}
