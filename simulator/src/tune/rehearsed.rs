//! The field of real programs: each candidate is a program, rehearsed on the same synthetic people in an arm of its own.

use super::NONE;
use super::field::{Ask, Field, Part, Seen, Stopped, Tried};
use crate::population::Preset;
use crate::rehearsal::{
    AS_WRITTEN, Arm, Compared, NO_MAIL, Plan, Rehearsal, RehearsalError, Worth, rehearse_until,
};
use foresend_core::world::program::Program;
use foresend_insight::increment::Paired;
use foresend_insight::pulse::Pulse;
use std::sync::atomic::AtomicBool;

/// What is to be made most of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Objective {
    /// Orders.
    Orders,
    /// Revenue net of discounts, in minor units.
    Revenue,
    /// What that is worth, in hundredths of a minor unit.
    Profit(Worth),
}

/// Programs, to be rehearsed.
pub struct Programs<'a> {
    /// Of the rehearsal of today's program: customers, seed, preset, `compared` and `left_out` are not read.
    pub plan: Plan<'a>,
    /// The worlds, the own one first.
    pub worlds: &'a [&'a Preset],
    /// Today's first.
    pub programs: &'a [&'a Program],
    /// What is to be made most of.
    pub objective: Objective,
    /// What increments are spoken of per, of the arm without mail: carts that armed. `None`: customers.
    pub units: Option<&'a (dyn Fn(&Pulse) -> u64 + Sync)>,
    /// What must be kept, of an arm.
    pub kept: &'a (dyn Fn(&Kept<'_>) -> Vec<Part> + Sync),
    /// Somebody asks to stop.
    pub stop: &'a AtomicBool,
}

/// An arm of which is asked whether it keeps what must be kept.
#[derive(Clone, Copy, Debug)]
pub struct Kept<'a> {
    /// What was decided, counted.
    pub pulse: &'a Pulse,
    /// Orders and revenue in minor units, and the same without mail.
    pub orders: (i64, i64),
    /// The same.
    pub revenue: (i64, i64),
    /// Customers.
    pub customers: u64,
}

impl Field for Programs<'_> {
    fn tried(&self, ask: &Ask<'_>, progress: &(dyn Fn(u64, u64) + Sync)) -> Result<Tried, Stopped> {
        let compared: Vec<Compared<'_>> = ask
            .candidates
            .iter()
            .map(|&one| Compared { id: "", program: self.programs[one] })
            .collect();
        // Today's program is lived as it is written, next to no mail: most of the two lives is one.
        let is_first = ask.candidates.first() == Some(&0);
        let compared = if is_first { &compared[1..] } else { &compared };
        let plan = Plan {
            program: self.programs[0],
            preset: self.worlds[ask.world],
            customers: ask.customers,
            seed: ask.seed,
            left_out: &[],
            compared,
            by_day: false,
            ..self.plan
        };
        let worth = match &self.objective {
            Objective::Profit(worth) => Some(worth),
            Objective::Orders | Objective::Revenue => None,
        };
        match rehearse_until(&plan, worth, progress, self.stop) {
            Ok(rehearsal) => Ok(self.counted(&rehearsal, is_first)),
            Err(RehearsalError::Stopped | RehearsalError::NoSuchCustomer { .. }) => Err(Stopped),
            // Its caller has checked that.
            Err(RehearsalError::TooMuchAssumed { .. }) => Err(Stopped),
        }
    }
}

impl Programs<'_> {
    fn counted(&self, rehearsal: &Rehearsal, with_today: bool) -> Tried {
        let of: &Paired = match self.objective {
            Objective::Orders => &rehearsal.orders,
            Objective::Revenue => &rehearsal.revenue,
            Objective::Profit(_) => &rehearsal.profit,
        };
        let first = if with_today { AS_WRITTEN } else { AS_WRITTEN + 1 };
        let arms: Vec<usize> = [NO_MAIL].into_iter().chain(first..rehearsal.arms.len()).collect();
        debug_assert_eq!(arms[NONE], NO_MAIL, "sums begin with the arm without mail");
        let seen = arms.iter().skip(1).map(|&arm| self.seen(rehearsal, arm));
        let units = match self.units {
            Some(units) => units(&rehearsal.arms[NO_MAIL].pulse),
            None => rehearsal.customers,
        };
        Tried { sums: of.of_arms(&arms), seen: seen.collect(), units, events: rehearsal.events }
    }

    fn seen(&self, rehearsal: &Rehearsal, arm: usize) -> Seen {
        let Arm { pulse, .. } = &rehearsal.arms[arm];
        let mail = pulse.all_steps().mail;
        let both = |paired: &Paired| (paired.total(arm), paired.total(NO_MAIL));
        let kept = (self.kept)(&Kept {
            pulse,
            orders: both(&rehearsal.orders),
            revenue: both(&rehearsal.revenue),
            customers: rehearsal.customers,
        });
        Seen {
            changed: rehearsal.orders.changed(arm, NO_MAIL),
            mails: mail.sent,
            delivered: mail.delivered(),
            unsubscribed: mail.unsubscribed,
            complained: mail.complained,
            kept,
        }
    }
}
