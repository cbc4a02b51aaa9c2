//! Journeys that start by the calendar on the customer's own clock: `date` and `every`.
//! Invariant: one date starts a journey once, however its customer travels.

use super::Customer;
use super::effect::Effects;
use crate::id::Key;
use crate::time::Timestamp;
use crate::world::World;
use crate::world::condition::Facts;
use crate::world::journey::{JourneyIx, Start};
use crate::world::value::{Source, Value};

/// The next start of one journey. 24 bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Scheduled {
    pub(super) journey: JourneyIx,
    /// [`Timestamp::NEVER`]: they have no such date.
    pub(super) due: Timestamp,
    /// The day of the calendar that `due` stands for; as an `i32`, days since 1970-01-01.
    pub(super) day: i32,
    /// The last day that came; `i32::MIN`: none did.
    pub(super) past: i32,
}

impl Customer {
    /// Plans every start by the calendar anew, after `t`: they are new to us, moved, or their dates changed.
    pub(super) fn plan_calendar(&mut self, world: &World, t: Timestamp) {
        for &journey in world.program.by_calendar() {
            let at = self.ledger.schedule.iter().position(|entry| entry.journey == journey);
            let at = at.unwrap_or_else(|| {
                let due = Timestamp::NEVER;
                self.ledger.schedule.push(Scheduled {
                    journey,
                    due,
                    day: i32::MIN,
                    past: i32::MIN,
                });
                self.ledger.schedule.len() - 1
            });
            self.plan_start(world, at, t);
        }
    }

    fn plan_start(&mut self, world: &World, at: usize, after: Timestamp) {
        let Scheduled { journey, past, .. } = self.ledger.schedule[at];
        let zone = world.zone(self.zone);
        let past = (past != i32::MIN).then_some(i64::from(past));
        let next = match world.program.journey(journey).start {
            Start::Every(every) => Some(every.next(zone, after, past)),
            Start::Date(ix, yearly) => match self.view(world, after).value(Source::Trait(ix)) {
                Some(Value::Date(date)) => Some(yearly.next(zone, date, after, past)),
                Some(Value::Number(_) | Value::Text(_) | Value::Bool(_)) | None => None,
            },
            Start::On(_) | Start::Enters(_) => None,
        };
        let entry = &mut self.ledger.schedule[at];
        match next {
            Some((due, day)) => {
                entry.due = due;
                entry.day = i32::try_from(day).unwrap_or(i32::MAX);
            }
            None => entry.due = Timestamp::NEVER,
        }
    }

    /// The start planned at `at` comes due.
    pub(super) fn start_by_calendar(
        &mut self,
        world: &World,
        at: usize,
        due: Timestamp,
        out: &mut Effects,
    ) {
        let entry = &mut self.ledger.schedule[at];
        entry.past = entry.day;
        let (journey, key) = (entry.journey, Key::of_day(i64::from(entry.day)));
        self.plan_start(world, at, due);
        self.start_one(world, journey, key, due, None, out);
    }
}
