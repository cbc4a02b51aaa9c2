//! What happened on each day, for whoever plays the days back. Kept only where it is asked for.
//!
//! Invariant: the days add up to the rehearsal: its pulse, orders, revenue and credited orders.

use super::policy::Side;
use foresend_core::money::Money;
use foresend_core::world::journey::JourneyIx;
use foresend_core::world::program::Program;
use foresend_insight::day::{Day, Sales};

/// The days of a rehearsal, as long as the arms were one, and since in the arms without mail and as written.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Diary {
    common: Vec<Day>,
    apart: [Vec<Day>; 2],
}

impl Diary {
    /// Of so many days of `program`.
    pub(super) fn new(program: &Program, days: u32) -> Self {
        let empty = vec![Day::of(program); days as usize];
        Self { common: empty.clone(), apart: [empty.clone(), empty] }
    }

    /// Day number `day` of the life at `side`; the last one for whatever comes after it. `None`: nobody asks.
    pub(super) fn day(&mut self, side: Side, day: usize) -> Option<&mut Day> {
        let days = match side {
            Side::Common => &mut self.common,
            Side::Apart(arm) => self.apart.get_mut(arm)?,
        };
        let last = days.len().checked_sub(1)?;
        days.get_mut(day.min(last))
    }

    pub(super) fn merge(&mut self, other: &Self) {
        let Self { common, apart } = other;
        let mine = [&mut self.common].into_iter().chain(&mut self.apart);
        for (mine, theirs) in mine.zip([common].into_iter().chain(apart)) {
            if mine.is_empty() {
                mine.clone_from(theirs);
            } else {
                mine.iter_mut().zip(theirs).for_each(|(mine, theirs)| mine.merge(theirs));
            }
        }
    }

    /// The days as written, each with what is ordered on it without mail.
    pub(super) fn days(self) -> Vec<Day> {
        let Self { common, apart: [no_mail, as_written] } = self;
        let both = no_mail.iter().zip(as_written).zip(&common);
        both.map(|((no_mail, mut day), common)| {
            day.merge(common);
            let mut without = common.sales;
            without.merge(&no_mail.sales);
            day.without = Some(without);
            day
        })
        .collect()
    }
}

/// Counts an order.
pub(super) fn count(day: &mut Day, revenue: Money, credited: Option<JourneyIx>) {
    let order = Sales { orders: 1, revenue: revenue.minor() };
    day.sales.merge(&order);
    if let Some(journey) = credited {
        day.credited[usize::from(journey.0)].merge(&order);
    }
}
