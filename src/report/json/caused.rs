//! What mail caused: the range over worlds, each world, further arms, what journeys share, what was expected.

use crate::report::{self, Arm, Report, Share};
use foresend_insight::increment::Increment;
use foresend_simulator::rehearsal;
use serde::Serialize;
use std::collections::BTreeMap;

const LEVEL: f64 = 0.95;

#[derive(Serialize)]
pub(super) struct Range<'a> {
    orders: Span<'a>,
    revenue_minor: Span<'a>,
}

#[derive(Serialize)]
pub(super) struct Span<'a> {
    low: i64,
    high: i64,
    low_world: &'a str,
    high_world: &'a str,
}

#[derive(Serialize)]
pub(super) struct Compared<'a> {
    id: &'a str,
    set: BTreeMap<&'a str, &'a str>,
    arm: Outcome,
    increment: Increments,
    against_as_written: Increments,
}

#[derive(Serialize)]
pub(super) struct Shared {
    orders: i64,
    revenue_minor: i64,
}

#[derive(Serialize)]
pub(super) struct Expect<'a> {
    text: &'a str,
    met: bool,
    worst: String,
    world: &'a str,
}

#[derive(Serialize)]
pub(super) struct World<'a> {
    id: &'a str,
    no_mail: Outcome,
    as_written: Outcome,
    gained: u64,
    lost: u64,
    increment: Increments,
    deliverability: Option<Deliverability>,
}

#[derive(Serialize)]
struct Deliverability {
    passes: u32,
    last_change: f64,
    lowest_inbox: f64,
}

#[derive(Serialize)]
pub(super) struct Outcome {
    orders: u64,
    revenue_minor: i64,
}

#[derive(Serialize)]
pub(super) struct Increments {
    orders: Change,
    revenue_minor: Change,
}

#[derive(Serialize)]
pub(super) struct Change {
    value: i64,
    noise: Option<f64>,
    level: f64,
    method: &'static str,
    changed_customers: u64,
    trial_customers_per_arm: Option<u64>,
}

impl<'a> Range<'a> {
    /// `None`: of one world there is no range.
    pub(super) fn of(report: &'a Report) -> Option<Self> {
        if report.worlds.len() < 2 {
            return None;
        }
        let span = |of: fn(&report::World) -> i64| {
            let by = |world: &&report::World| of(world);
            // Of equals the first: the scenario's own.
            let low = report.worlds.iter().min_by_key(by)?;
            let high = report.worlds.iter().rev().max_by_key(by)?;
            Some(Span { low: of(low), high: of(high), low_world: &low.id, high_world: &high.id })
        };
        Some(Self {
            orders: span(|world| world.orders.value)?,
            revenue_minor: span(|world| world.revenue.value)?,
        })
    }
}

impl<'a> World<'a> {
    pub(super) fn of(world: &'a report::World) -> Self {
        let report::World { id, no_mail, as_written, orders, revenue, .. } = world;
        Self {
            id,
            no_mail: Outcome::of(no_mail),
            as_written: Outcome::of(as_written),
            gained: orders.gained,
            lost: orders.lost,
            increment: Increments::of(&Share { orders: *orders, revenue: *revenue }),
            deliverability: world.deliverability.map(Deliverability::of),
        }
    }
}

impl<'a> Compared<'a> {
    pub(super) fn of(compared: &'a report::Compared) -> Self {
        let report::Compared { id, set, arm, less_no_mail, less_as_written } = compared;
        Self {
            id,
            set: set.iter().map(|(address, value)| (&**address, &**value)).collect(),
            arm: Outcome::of(arm),
            increment: Increments::of(less_no_mail),
            against_as_written: Increments::of(less_as_written),
        }
    }
}

impl Shared {
    pub(super) fn of(report: &Report) -> Option<Self> {
        let shares: Option<Vec<&Share>> = report.own().shares.iter().map(Option::as_ref).collect();
        let shares = shares.filter(|shares| !shares.is_empty())?;
        let sum = |of: fn(&Share) -> i64| shares.iter().map(|share| of(share)).sum::<i64>();
        Some(Self {
            orders: report.own().orders.value - sum(|share| share.orders.value),
            revenue_minor: report.own().revenue.value - sum(|share| share.revenue.value),
        })
    }
}

impl<'a> Expect<'a> {
    pub(super) fn of(expected: &'a report::Expected) -> Self {
        let report::Expected { text, met, worst, world } = expected;
        Self { text, met: *met, worst: worst.replace('\u{a0}', " "), world }
    }
}

impl Increments {
    pub(super) fn of(share: &Share) -> Self {
        Self { orders: Change::of(&share.orders), revenue_minor: Change::of(&share.revenue) }
    }
}

impl Deliverability {
    fn of(found: rehearsal::Deliverability) -> Self {
        let rehearsal::Deliverability { passes, change, lowest } = found;
        Self { passes, last_change: change, lowest_inbox: lowest }
    }
}

impl Outcome {
    pub(super) fn of(arm: &Arm) -> Self {
        Self { orders: arm.orders, revenue_minor: arm.revenue_minor }
    }
}

impl Change {
    pub(super) fn of(increment: &Increment) -> Self {
        Self {
            value: increment.value,
            noise: increment.noise.map(|noise| (noise * 10.0).round() / 10.0),
            level: LEVEL,
            method: "paired",
            changed_customers: increment.changed,
            trial_customers_per_arm: increment.trial,
        }
    }
}
