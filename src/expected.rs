//! What a scenario expects, judged in every world.

use crate::measured::{self, Of};
use crate::report::{Arm, Expected, World};
use foresend_program::{Compiled, Expect, Measure, Scenario};

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
            .map(|(world, &after)| measure(expect, scenario, compiled, (world, after)))
            .collect();
        let badness = |&at: &usize| expect.op.badness(found[at], expect.than);
        // Of equals the first: the scenario's own world.
        let worst = (0..found.len()).rev().max_by(|a, b| badness(a).total_cmp(&badness(b)));
        let worst = worst.expect("there is at least one world");
        let spelled: Vec<String> =
            found.iter().map(|&one| measured::found(expect, one, compiled.currency)).collect();
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

/// What is expected comes to in a world, in the unit in which it is expected.
#[expect(clippy::cast_precision_loss, reason = "a measure is compared and shown to a few digits")]
fn measure(
    expect: &Expect,
    scenario: &Scenario,
    compiled: &Compiled,
    (world, after_purchase): (&World, u64),
) -> f64 {
    let pulse = &world.as_written.pulse;
    match &expect.measure {
        Measure::MailsAfterPurchase => after_purchase as f64,
        Measure::JourneyIncrement(name) => {
            let at = compiled.program.journeys.iter().position(|journey| journey.name == *name);
            let Some(at) = at else { return 0.0 };
            // Of the only journey: all that mail caused.
            let share = world.shares.get(at).copied().flatten();
            let orders = share.map_or(world.orders.value, |share| share.orders.value);
            match pulse.journeys[at].started {
                0 => 0.0,
                started => orders as f64 * 100.0 / started as f64,
            }
        }
        Measure::Unsubscribes | Measure::Complaints | Measure::Bounces => {
            of(expect, scenario, compiled, world)
        }
        Measure::MailsPerCustomerWeek | Measure::Orders => of(expect, scenario, compiled, world),
        Measure::Revenue | Measure::JourneyUnsubscribes(_) => of(expect, scenario, compiled, world),
    }
}

/// The same, of what an arm and the one without mail tell by themselves.
fn of(expect: &Expect, scenario: &Scenario, compiled: &Compiled, world: &World) -> f64 {
    let orders = |arm: &Arm| i64::try_from(arm.orders).unwrap_or(i64::MAX);
    let (with, without) = (&world.as_written, &world.no_mail);
    let of = Of {
        pulse: &with.pulse,
        orders: (orders(with), orders(without)),
        revenue: (with.revenue_minor, without.revenue_minor),
        customers: u64::from(scenario.customers),
        days: scenario.days,
    };
    measured::part(expect, compiled, &of).found()
}
