//! What a rehearsal found, as the numbers of its report.

use crate::report::{Arm, Compared, Experiment, Journey, Part, Sends, Share, World, is_notable};
use foresend_core::time::Zone;
use foresend_core::world::event::EventIx;
use foresend_core::world::experiment;
use foresend_core::world::journey::{self, Act, JourneyIx, Kind};
use foresend_core::world::program::Program;
use foresend_insight::increment::{ORDERS_CHANGED_MIN, Paired, REVENUE_CHANGED_MIN};
use foresend_program::{Assume, Assumed, Compare, Fault};
use foresend_simulator::rehearsal::{self, AS_WRITTEN, Faults, NO_MAIL, Rehearsal};
use std::cmp::Reverse;

/// Rows about journeys: the largest so many, every one with a finding, and the others together.
const ROWS: usize = 3;

/// What is assumed of variants, for a plan.
pub(crate) fn assumed(assume: &[Assume]) -> Vec<rehearsal::Assumed<'_>> {
    let each = assume.iter().map(|assume| {
        let times = assume.factor_of_rate();
        let (opens, clicks) = match assume.of {
            Assumed::Opens => (times, 1.0),
            Assumed::Clicks => (1.0, times),
        };
        let Assume { experiment, factor, variant, .. } = assume;
        rehearsal::Assumed { experiment, factor, variant, opens, clicks }
    });
    each.collect()
}

/// `cart-first-look.subject.named: opens +5%`
pub(crate) fn assumed_words(assume: &Assume) -> String {
    format!("{}: {}", assume.address(), assume.text)
}

/// The program's experiments, with where they are.
pub(crate) fn experiments(program: &Program) -> Vec<Experiment> {
    let place = |of: &experiment::Experiment| {
        let journey = program.journey(of.journey);
        format!("{}.{}", journey.name, journey.steps[usize::from(of.step.0)].name)
    };
    let all = program.experiments.iter();
    all.map(|of| Experiment { place: place(of), of: of.clone() }).collect()
}

/// What happened in the world called `id`.
pub(crate) fn world(id: &str, program: &Program, rehearsal: &Rehearsal) -> World {
    let whole = share(rehearsal, AS_WRITTEN, NO_MAIL);
    let journeys = (0u16..).map(JourneyIx).take(program.journeys.len());
    let shares = journeys.map(|journey| {
        let without = rehearsal.without(journey)?;
        Some(share(rehearsal, AS_WRITTEN, without))
    });
    World {
        id: id.to_owned(),
        no_mail: Arm::from(&rehearsal.arms[NO_MAIL]),
        as_written: Arm::from(&rehearsal.arms[AS_WRITTEN]),
        orders: whole.orders,
        revenue: whole.revenue,
        discounts_minor: rehearsal.discounts.total(AS_WRITTEN),
        attributed_orders: rehearsal.attributed_orders,
        deliverability: rehearsal.deliverability,
        shares: shares.collect(),
    }
}

fn share(rehearsal: &Rehearsal, arm: usize, reference: usize) -> Share {
    Share {
        orders: rehearsal.orders.increment(arm, reference, ORDERS_CHANGED_MIN),
        revenue: rehearsal.revenue.increment(arm, reference, REVENUE_CHANGED_MIN),
    }
}

/// Its further arms.
pub(crate) fn compared(compares: &[Compare], rehearsal: &Rehearsal) -> Vec<Compared> {
    let arms = rehearsal.arms.iter().enumerate().skip(AS_WRITTEN + 1);
    compares
        .iter()
        .zip(arms)
        .map(|(compare, (at, arm))| Compared {
            id: compare.id.clone(),
            set: compare.set.clone(),
            arm: Arm::from(arm),
            less_no_mail: share(rehearsal, at, NO_MAIL),
            less_as_written: share(rehearsal, at, AS_WRITTEN),
        })
        .collect()
}

/// The rows about the journeys of `world`, the largest first; each of them if `all` are wanted. None where there were no
/// arms without them.
pub(crate) fn parts(world: &World, rehearsal: &Rehearsal, all: bool) -> Vec<Part> {
    let adds = |at: usize| world.shares.get(at).copied().flatten();
    let mut order: Vec<usize> = (0..world.shares.len()).filter(|&at| adds(at).is_some()).collect();
    let size = |&at: &usize| adds(at).map_or(0, |share| share.orders.value.unsigned_abs());
    order.sort_by_key(|at| Reverse(size(at))); // stable: equals stay in the program's order
    let pulses = &world.as_written.pulse.journeys;
    let is_shown = |i: usize, at: usize| {
        let Some(share) = adds(at) else { return false };
        all || i < ROWS || is_notable(&pulses[at], &share)
    };
    let (shown, others): (Vec<_>, Vec<_>) =
        order.into_iter().enumerate().partition(|&(i, at)| is_shown(i, at));
    let mut shown: Vec<usize> = shown.into_iter().map(|(_, at)| at).collect();
    let others: Vec<usize> = others.into_iter().map(|(_, at)| at).collect();
    if others.len() == 1 {
        shown.extend(&others); // a row for "1 other" saves nothing
    }
    shown.sort_by_key(|&at| adds(at).map_or(0, |share| -share.orders.value));
    let mut parts: Vec<Part> = shown.iter().filter_map(|&at| Some(part(at, &adds(at)?))).collect();
    if others.len() > 1 {
        parts.push(together(others, rehearsal, &adds));
    }
    parts
}

fn part(at: usize, share: &Share) -> Part {
    Part {
        of: vec![at],
        orders: (share.orders.value, share.orders.noise),
        revenue: share.revenue.value,
    }
}

/// One row for several journeys: the sum of what each adds, with the noise of that sum.
fn together(of: Vec<usize>, rehearsal: &Rehearsal, adds: &dyn Fn(usize) -> Option<Share>) -> Part {
    let without = of.iter().filter_map(|&at| {
        let at = u16::try_from(at).ok()?;
        Some((rehearsal.without(JourneyIx(at))?, -1))
    });
    let whole = i64::try_from(of.len()).expect("a program has few journeys");
    let weights: Vec<(usize, i64)> = [(AS_WRITTEN, whole)].into_iter().chain(without).collect();
    let sum = |paired: &Paired| paired.contrast(&weights);
    let ((orders, noise), (revenue, _)) = (sum(&rehearsal.orders), sum(&rehearsal.revenue));
    // At least as many customers differ in the sum as in one of its parts, but for those in whom two cancel out.
    let changed = of.iter().filter_map(|&at| adds(at)).map(|share| share.orders.changed).max();
    let enough = changed.is_some_and(|changed| changed >= ORDERS_CHANGED_MIN);
    Part { of, orders: (orders, noise.filter(|_| enough)), revenue }
}

impl From<&rehearsal::Arm> for Arm {
    fn from(arm: &rehearsal::Arm) -> Self {
        let rehearsal::Arm { id, pulse, orders, revenue } = arm;
        Self {
            id: id.clone(),
            pulse: pulse.clone(),
            orders: *orders,
            revenue_minor: revenue.minor(),
        }
    }
}

/// What goes wrong, on the clocks of `zone`.
pub(crate) fn faults(all: &[Fault], zone: &Zone) -> Faults {
    let mut faults = Faults::default();
    for fault in all {
        match *fault {
            Fault::MailProviderDown(at, lasts) => {
                let from = at.instant(zone);
                faults.down.push((from, from.after(lasts)));
            }
            Fault::EventsLate(share, by) => faults.late.push((share, by)),
            // Several are one: an event that arrives three times tells no more than one that does twice.
            Fault::EventsTwice(share) => faults.twice = faults.twice.max(share),
            Fault::Restart(at) => faults.restarts.push(at.instant(zone)),
        }
    }
    faults.restarts.sort_unstable();
    faults
}

/// `mail provider down for 6h from 2026-03-20 02:00`
pub(crate) fn spelled(fault: &Fault) -> String {
    let percent = |ppm: u32| format!("{}\u{a0}%", f64::from(ppm) / 1e4);
    match fault {
        Fault::MailProviderDown(at, lasts) => format!("mail provider down for {lasts} from {at}"),
        Fault::EventsLate(share, by) => format!("{} of events {by} late", percent(*share)),
        Fault::EventsTwice(share) => format!("{} of events twice", percent(*share)),
        Fault::Restart(at) => format!("restart at {at}"),
    }
}

/// What sorts of mail `program` sends.
pub(crate) fn sends(program: &Program) -> Sends {
    let mut sends = Sends::default();
    for step in program.journeys.iter().flat_map(|journey| &journey.steps) {
        let send = match &step.act {
            Act::Send(send) => send,
            Act::WaitFor(_) | Act::Choose(_) | Act::Split(_) | Act::Set(_) => continue,
            Act::Call(_) | Act::Leave(_) | Act::Stop(_) => continue,
        };
        sends.offers |= send.offer.is_some();
        match send.kind {
            Kind::Cart => sends.about_carts = true,
            Kind::Browse | Kind::Item | Kind::Return | Kind::Welcome | Kind::News => {
                sends.advertising = true;
            }
            // Of an order's journey, marketing advertises; the rest is about the order.
            Kind::Order => sends.advertising |= program.topic(send.topic).is_marketing(),
            Kind::Alert | Kind::Service => {}
        }
    }
    sends
}

impl From<&journey::Journey> for Journey {
    fn from(journey: &journey::Journey) -> Self {
        let by_purchase = journey.stop.iter().all(|stop| stop.on == EventIx::ORDER_COMPLETED);
        let (stopped, stopped_in_time) = if by_purchase {
            ("bought", "bought while quiet")
        } else {
            ("stopped", "stopped while quiet")
        };
        let asks_for_cart =
            journey.holds.as_ref().is_some_and(|holds| holds.text().contains("cart."));
        Self {
            name: journey.name.clone(),
            stopped,
            stopped_in_time,
            left: if asks_for_cart { "emptied" } else { "`while` false" },
            goal_from_step: journey.goal.as_ref().is_some_and(|goal| goal.from.is_some()),
            steps: journey.steps.iter().map(|step| step.name.clone()).collect(),
        }
    }
}
