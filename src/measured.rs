//! What a measure of `expect` or `keep` comes to in an arm, as what is divided at the end.

use crate::report::number::{count, signed, signed_money};
use crate::report::page::Letters;
use foresend_core::world::journey::{Act, Journey};
use foresend_insight::pulse::{JourneyPulse, Mail, Pulse};
use foresend_program::{Compiled, Currency, Expect, Measure, Unit};
use foresend_simulator::tune::Part;

/// Days of a week.
const WEEK: f64 = 7.0;

/// An arm.
#[derive(Clone, Copy)]
pub(crate) struct Of<'a> {
    pub(crate) pulse: &'a Pulse,
    /// In it, and without mail.
    pub(crate) orders: (i64, i64),
    /// The same of revenue, in minor units.
    pub(crate) revenue: (i64, i64),
    pub(crate) customers: u64,
    pub(crate) days: u32,
}

/// What `expect` speaks of, in its unit. What needs an arm without a journey, or an audit, is 0: its caller knows.
#[expect(clippy::cast_precision_loss, reason = "a measure is compared and shown to a few digits")]
pub(crate) fn part(expect: &Expect, compiled: &Compiled, of: &Of<'_>) -> Part {
    let program = &compiled.program;
    let marketing = || {
        let mut all = Mail::default();
        for (journey, pulse) in program.journeys.iter().zip(&of.pulse.journeys) {
            marketing(journey, pulse, compiled, &mut all);
        }
        all
    };
    // Rare events: their number varies as a Poisson number does.
    let percent = |part: u64, of: u64| Part {
        part: part as f64 * 100.0,
        of: Some(of as f64),
        variance: part as f64 * 1e4,
    };
    let exact = |part: f64, of: Option<f64>| Part { part, of, variance: 0.0 };
    let against = |(with, without): (i64, i64)| match expect.unit {
        Unit::None | Unit::Points => exact((with - without) as f64, None),
        Unit::Percent => exact((with - without) as f64 * 100.0, Some(without as f64)),
    };
    let at = |name: &str| program.journeys.iter().position(|journey| journey.name == name);
    let nothing = exact(0.0, None);
    match &expect.measure {
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
        Measure::MailsPerCustomerWeek => exact(
            of.pulse.all_steps().mail.sent as f64,
            Some(of.customers as f64 * f64::from(of.days) / WEEK),
        ),
        Measure::Orders => against(of.orders),
        Measure::Revenue => {
            let found = against(of.revenue);
            match found.of {
                Some(_) => found,
                None => exact(found.part / 10f64.powi(compiled.currency.minor_digits.into()), None),
            }
        }
        Measure::JourneyUnsubscribes(name) => at(name).map_or(nothing, |at| {
            let mail = of.pulse.journeys[at].all_steps().mail;
            percent(mail.unsubscribed, mail.delivered())
        }),
        Measure::MailsAfterPurchase | Measure::JourneyIncrement(_) => nothing,
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
pub(crate) fn found(expect: &Expect, found: f64, currency: Currency) -> String {
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
            let minor = found * 10f64.powi(currency.minor_digits.into());
            signed_money(whole(minor), currency, Letters::Unicode)
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
