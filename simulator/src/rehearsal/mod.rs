//! A rehearsal: every customer of a synthetic population lives the period in several arms. `no-mail` runs the program
//! with the gate shut: journeys start, steps come due, every hand-over is refused as the last of all reasons.
//! `as-written` runs it with the gate open; other arms run it without one of its journeys, or another program. Each
//! begins as a copy of the life that it was until then, taken just before the first thing that differs. So nothing is
//! simulated twice before it differs, and what differs was caused by what differs.
//!
//! [`run()`](rehearse) deals customers out to threads, `life` lives one customer in all arms, `policy` is how arms
//! differ, `host` lets a life happen, `arm` is one life with its actor, `answer` what comes back from mail, `letter` what a mail is to its reader, `assumed` what is taken for granted of its words, `past` what happened before,
//! `site` and `said` turn behaviour into the events a shop would send, `trace` keeps what one customer lived.
//!
//! Invariant: a rehearsal is a function of its plan. Everything folded is an integer, so neither the number of
//! threads nor their order can show.

mod answer;
mod arm;
mod assumed;
mod diary;
mod fault;
mod host;
mod letter;
mod life;
mod met;
mod past;
mod policy;
mod run;
mod said;
mod site;
mod trace;
mod worth;

use crate::population::Preset;
use foresend_core::money::Money;
use foresend_core::time::Timestamp;
use foresend_core::world::catalogue::Catalogue;
use foresend_core::world::journey::JourneyIx;
use foresend_core::world::program::Program;
use foresend_insight::day::Day;
use foresend_insight::increment::Paired;
use foresend_insight::pulse::Pulse;

pub use assumed::{Assumed, check};
pub use fault::{Faults, NO_FAULTS};
pub use met::{People, people};
pub use run::{rehearse, rehearse_until};
pub use trace::{Lived, Step, Told, customer_called, generate, name_of, products, trace, traces};
pub use worth::Worth;

/// Index of the arm without mail in [`Rehearsal::arms`], [`Rehearsal::orders`] and [`Rehearsal::revenue`].
pub const NO_MAIL: usize = 0;
/// Index of the arm that runs the program as it is written.
pub const AS_WRITTEN: usize = 1;

/// What to rehearse.
#[derive(Clone, Copy, Debug)]
pub struct Plan<'a> {
    /// The program, as production would run it.
    pub program: &'a Program,
    /// What the shop sells, with the columns that the program knows. `None`: what the population describes.
    pub catalogue: Option<&'a Catalogue>,
    /// The population.
    pub preset: &'a Preset,
    /// How many customers.
    pub customers: u32,
    /// Start of the period: a local midnight in the program's zone.
    pub from: Timestamp,
    /// Length of the period, in days of 24 h.
    pub days: u32,
    /// What every draw is keyed by.
    pub seed: u64,
    /// Worker threads; 0 counts as 1.
    pub threads: usize,
    /// Journeys, each of which is left out of the program in an arm of its own. Of the first 64 of a program.
    pub left_out: &'a [JourneyIx],
    /// Other programs for the same customers.
    pub compared: &'a [Compared<'a>],
    /// What goes wrong, the same in all arms.
    pub faults: &'a Faults,
    /// What is taken for granted of variants of experiments.
    pub assumed: &'a [Assumed<'a>],
    /// Whether to keep what happened on each day: [`Rehearsal::days`].
    pub by_day: bool,
}

/// Another program, in an arm of its own.
#[derive(Clone, Copy, Debug)]
pub struct Compared<'a> {
    /// Of the arm.
    pub id: &'a str,
    /// The program, of the same currency and zone.
    pub program: &'a Program,
}

/// What came of it.
#[derive(Clone, PartialEq, Debug)]
pub struct Rehearsal {
    /// How many customers.
    pub customers: u64,
    /// Inputs applied to actors, those nobody listens to included; stretches that two arms share count once.
    pub events: u64,
    /// `no-mail`, `as-written`, then those that were compared.
    pub arms: Vec<Arm>,
    /// The journeys that were left out, each in an arm behind those: [`without`](Self::without).
    pub left_out: Vec<JourneyIx>,
    /// Orders of each customer in each arm, in the order of `arms`, then of `left_out`.
    pub orders: Paired,
    /// Revenue of each customer in each arm, net of discounts, in minor units, in the same order.
    pub revenue: Paired,
    /// What offers took off the orders of each customer in each arm, in minor units, in the same order.
    pub discounts: Paired,
    /// What each customer's outcome in each arm is worth, in the same order; of no arm where nobody asks.
    pub profit: Paired,
    /// Orders of `as-written` that a click attribution would claim: any order of a customer who, by their own hand,
    /// followed a link in any mail within the program's `credit` before it. Not what mail caused.
    pub attributed_orders: u64,
    /// Mails of `as-written` that left though a purchase that ends their enrolment was known: above 0 is a bug.
    pub after_purchase: u64,
    /// Orders of `as-written` that attribution would claim, by different definitions.
    pub claimed: Claimed,
    /// The days of `as-written`, if the plan asks for them.
    pub days: Vec<Day>,
    /// How complaints fed back, where the population says that they do.
    pub deliverability: Option<Deliverability>,
}

/// How complaints fed back on what becomes of later mail.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Deliverability {
    /// How often everybody was rehearsed, until the days of every arm had settled.
    pub passes: u32,
    /// By how much a day's share of mail outside the spam folder moved in the last pass, at most.
    pub change: f64,
    /// The lowest share of a day, as written.
    pub lowest: f64,
}

impl Rehearsal {
    /// Index of the arm without `journey` in [`orders`](Self::orders), [`revenue`](Self::revenue) and
    /// [`discounts`](Self::discounts). `None`: there was none.
    #[must_use]
    pub fn without(&self, journey: JourneyIx) -> Option<usize> {
        let at = self.left_out.iter().position(|&left_out| left_out == journey)?;
        Some(self.arms.len() + at)
    }
}

/// Orders that attribution would claim, within the program's `credit`. None of it is what mail caused.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Claimed {
    /// Any order after a click in any mail.
    pub click: u64,
    /// Any order after any mail was opened or clicked, whether or not that was recorded.
    pub touch: u64,
    /// Orders of a cart after a mail about this cart was opened or clicked.
    pub same_cart: u64,
}

impl Claimed {
    fn add(&mut self, other: &Self) {
        let Self { click, touch, same_cart } = other;
        self.click += click;
        self.touch += touch;
        self.same_cart += same_cart;
    }
}

/// One arm of a rehearsal.
#[derive(Clone, PartialEq, Debug)]
pub struct Arm {
    /// `no-mail`, `as-written`, or as it was called.
    pub id: String,
    /// What was decided, counted.
    pub pulse: Pulse,
    /// Orders in the period.
    pub orders: u64,
    /// What they were worth.
    pub revenue: Money,
}

/// Why nothing was rehearsed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RehearsalError {
    /// The rehearsal has fewer customers.
    #[error("no customer {} in this rehearsal (ids {} to {})", name_of(*customer), name_of(0), name_of(customers.saturating_sub(1)))]
    NoSuchCustomer {
        /// Who was asked for, by number.
        customer: u32,
        /// How many there are.
        customers: u32,
    },
    /// Somebody asked to stop.
    #[error("stopped")]
    Stopped,
    /// More is assumed of a variant than can be so.
    #[error("{experiment}: mails cannot be {what} {times:.2} times as often: {:.0} % of them are already", is * 100.0)]
    TooMuchAssumed {
        /// The experiment.
        experiment: String,
        /// `opened` or `clicked`.
        what: &'static str,
        /// The share of them that are without the assumption.
        is: f64,
        /// By what that would be multiplied.
        times: f64,
    },
}
