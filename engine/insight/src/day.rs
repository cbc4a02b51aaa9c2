//! What one day came to: the pulse of what was decided in it, and what people did and bought. A dashboard adds days up
//! to windows; nothing of it is a rate.
//! Invariant: the days of a period add up to the period.

use crate::pulse::Pulse;
use foresend_core::world::program::Program;
use serde::{Deserialize, Serialize};

/// One day.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Day {
    /// What was decided in it.
    pub pulse: Pulse,
    /// Events that customers caused and shops told of.
    pub events: u64,
    /// What was ordered.
    pub sales: Sales,
    /// Of that: what was ordered within the program's `credit` after its customer followed a link, counted for the
    /// journey of the mail whose link they followed last; in the order of journeys.
    pub credited: Vec<Sales>,
    /// What the same people order without any mail, where somebody knows that: in a rehearsal.
    pub without: Option<Sales>,
}

/// Orders, and what they were worth.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Sales {
    /// How many.
    pub orders: u64,
    /// Net of discounts, in minor units.
    pub revenue: i64,
}

impl Sales {
    /// Adds `other`.
    pub const fn merge(&mut self, other: &Self) {
        let Self { orders, revenue } = other;
        self.orders += *orders;
        self.revenue += *revenue;
    }
}

impl Day {
    /// A day on which nothing happened yet, with room for every journey of `program`.
    #[must_use]
    pub fn of(program: &Program) -> Self {
        let credited = vec![Sales::default(); program.journeys.len()];
        Self { pulse: Pulse::of(program), credited, ..Self::default() }
    }

    /// Adds `other`, a day of the same program.
    ///
    /// # Panics
    /// Where the two are of different programs.
    pub fn merge(&mut self, other: &Self) {
        let Self { pulse, events, sales, credited, without } = other;
        self.pulse.merge(pulse);
        self.events += events;
        self.sales.merge(sales);
        assert_eq!(self.credited.len(), credited.len(), "days of different programs");
        for (to, from) in self.credited.iter_mut().zip(credited) {
            to.merge(from);
        }
        if let Some(without) = without {
            self.without.get_or_insert_default().merge(without);
        }
    }

    /// What was credited to any journey.
    #[must_use]
    pub fn all_credited(&self) -> Sales {
        self.credited.iter().fold(Sales::default(), |mut all, one| {
            all.merge(one);
            all
        })
    }
}
