//! What a scenario expects, judged in every world.

use crate::report::number::{count, signed, signed_money};
use crate::report::page::Letters;
use crate::report::{Expected, World};
use foresend_core::world::journey::{Act, Journey};
use foresend_insight::pulse::{JourneyPulse, Mail};
use foresend_program::{Compiled, Expect, Measure, Scenario, Unit};

/// Days of a week.
const WEEK: f64 = 7.0;

/// Judges all that `scenario` expects. `after_purchase`: mails of each world that left after a known purchase.
pub(crate) fn judge(
    scenario: &Scenario,
    compiled: &Compiled,
    worlds: &[World],
    after_purchase: &[u64],
) -> Vec<Expected> {
    let one = |expect: &Expect| {
        let found: Vec<f64> = worlds
            .iter()
            .zip(after_purchase)
            .map(|(world, &after)| {
                measure(&expect.measure, expect.unit, scenario, compiled, (world, after))
            })
            .collect();
        let badness = |&at: &usize| expect.op.badness(found[at], expect.than);
        // Of equals the first: the scenario's own world.
        let worst = (0..found.len()).rev().max_by(|a, b| badness(a).total_cmp(&badness(b)));
        let worst = worst.expect("there is at least one world");
        let spelled: Vec<String> =
            found.iter().map(|&found| spell(found, expect, compiled)).collect();
        let same = spelled.iter().all(|other| *other == spelled[worst]);
        Expected {
            text: expect.text.clone(),
            met: found.iter().all(|&found| expect.op.holds(found, expect.than)),
            worst: spelled[worst].clone(),
            world: if same && worlds.len() > 1 {
                "all".to_owned()
            } else {
                worlds[worst].id.clone()
            },
        }
    };
    scenario.expect.iter().map(one).collect()
}

/// What `measure` comes to in a world, in the unit in which it is expected.
#[expect(clippy::cast_precision_loss, reason = "a measure is compared and shown to a few digits")]
fn measure(
    measure: &Measure,
    unit: Unit,
    scenario: &Scenario,
    compiled: &Compiled,
    (world, after_purchase): (&World, u64),
) -> f64 {
    let program = &compiled.program;
    let pulse = &world.as_written.pulse;
    let marketing = || {
        let mut all = Mail::default();
        for (journey, pulse) in program.journeys.iter().zip(&pulse.journeys) {
            marketing(journey, pulse, compiled, &mut all);
        }
        all
    };
    let percent = |part: u64, of: u64| if of == 0 { 0.0 } else { part as f64 * 100.0 / of as f64 };
    let against = |value: i64, of: i64| match unit {
        Unit::None | Unit::Points => value as f64,
        Unit::Percent if of == 0 => 0.0,
        Unit::Percent => value as f64 * 100.0 / of as f64,
    };
    let at = |name: &str| program.journeys.iter().position(|journey| journey.name == name);
    match measure {
        Measure::Unsubscribes => {
            let mail = marketing();
            percent(mail.unsubscribed, mail.delivered())
        }
        Measure::Complaints => {
            let mail = marketing();
            percent(mail.complained, mail.delivered())
        }
        Measure::Bounces => {
            let mail = marketing();
            percent(mail.bounced_hard + mail.bounced_soft, mail.accepted)
        }
        Measure::MailsPerCustomerWeek => {
            let weeks = f64::from(scenario.days) / WEEK;
            pulse.all_steps().mail.sent as f64 / f64::from(scenario.customers) / weeks
        }
        Measure::MailsAfterPurchase => after_purchase as f64,
        Measure::Orders => {
            against(world.orders.value, i64::try_from(world.no_mail.orders).unwrap_or(i64::MAX))
        }
        Measure::Revenue => match unit {
            Unit::None | Unit::Points => {
                let minor = 10f64.powi(compiled.currency.minor_digits.into());
                world.revenue.value as f64 / minor
            }
            Unit::Percent => against(world.revenue.value, world.no_mail.revenue_minor),
        },
        Measure::JourneyIncrement(name) => {
            let Some(at) = at(name) else { return 0.0 };
            // Of the only journey: all that mail caused.
            let share = world.shares.get(at).copied().flatten();
            let orders = share.map_or(world.orders.value, |share| share.orders.value);
            match pulse.journeys[at].started {
                0 => 0.0,
                started => orders as f64 * 100.0 / started as f64,
            }
        }
        Measure::JourneyUnsubscribes(name) => {
            let Some(at) = at(name) else { return 0.0 };
            let mail = pulse.journeys[at].all_steps().mail;
            percent(mail.unsubscribed, mail.delivered())
        }
    }
}

/// Adds the marketing mails of a journey.
fn marketing(journey: &Journey, pulse: &JourneyPulse, compiled: &Compiled, all: &mut Mail) {
    for (step, pulse) in journey.steps.iter().zip(&pulse.steps) {
        let is_marketing = match &step.act {
            Act::Send(send) => compiled.program.topic(send.topic).is_marketing(),
            Act::WaitFor(_) | Act::Choose(_) | Act::Split(_) | Act::Set(_) => false,
            Act::Call(_) | Act::Leave(_) | Act::Stop(_) => false,
        };
        if is_marketing {
            all.merge(&pulse.mail);
        }
    }
}

/// As it is printed: with one more decimal than was asked for, at least two of a rate.
fn spell(found: f64, expect: &Expect, compiled: &Compiled) -> String {
    let decimals = expect.decimals.max(1) + 1;
    let plain = |signs: bool| {
        let text =
            if signs { format!("{found:+.decimals$}") } else { format!("{found:.decimals$}") };
        text.replace('-', "−")
    };
    match (&expect.measure, expect.unit) {
        (Measure::MailsAfterPurchase, _) => count(whole(found).unsigned_abs()),
        (Measure::Orders, Unit::None) => signed(whole(found)),
        (Measure::Revenue, Unit::None) => {
            let minor = found * 10f64.powi(compiled.currency.minor_digits.into());
            signed_money(whole(minor), compiled.currency, Letters::Unicode)
        }
        (Measure::JourneyIncrement(_), _) => format!("{}\u{a0}pp", plain(true)),
        (Measure::Orders | Measure::Revenue, _) => format!("{}\u{a0}%", plain(true)),
        (Measure::MailsPerCustomerWeek, _) => plain(false),
        (Measure::Unsubscribes | Measure::Complaints | Measure::Bounces, _)
        | (Measure::JourneyUnsubscribes(_), _) => format!("{}\u{a0}%", plain(false)),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "counts and amounts are far below 2^63")]
fn whole(number: f64) -> i64 {
    number.round() as i64
}
