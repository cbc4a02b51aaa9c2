//! What mail caused: the same people with and without it. The range over worlds stands first; there is one world
//! so far, and the page says so instead.

use super::Report;
use super::number::{
    count, counted, money_noise, noise, roughly, signed, signed_money, signed_rate,
};
use super::page::{Letters, Page, Role, Row};
use foresend_insight::increment::Increment;

pub(super) fn write(report: &Report, page: &mut Page) {
    let Report { orders, revenue, no_mail, currency, .. } = report;
    let money = signed_money(revenue.value, *currency, page.paper().letters);
    if page.paper().is_wide() {
        page.row(
            &Row::named(Role::Heading, "Caused by mail")
                .until(29, Role::Faint, "no mail")
                .until(45, Role::Faint, "orders")
                .until(61, Role::Faint, "relative")
                .until(81, Role::Faint, "revenue")
                .until(100, Role::Faint, "simulation noise"),
        );
        page.row(&Row::named(Role::Faint, "one world only: no range"));
        page.row(
            &Row::named(Role::Plain, &*report.world)
                .until(29, Role::Plain, count(no_mail.orders))
                .until(45, Role::Accent, signed(orders.value))
                .until(61, Role::Plain, signed_rate(orders.value, no_mail.orders))
                .until(81, Role::Plain, money)
                .until(100, Role::Faint, noise(orders)),
        );
    } else {
        page.row(
            &Row::named(Role::Heading, "Caused by mail").until(40, Role::Faint, "orders").until(
                60,
                Role::Faint,
                "revenue",
            ),
        );
        page.row(&Row::named(Role::Faint, "one world only: no range"));
        let known = orders.noise.is_some();
        let noise = if known { noise(orders) } else { String::new() };
        page.row(
            &Row::named(Role::Plain, &*report.world)
                .until(35, Role::Accent, signed(orders.value))
                .until(40, Role::Faint, noise)
                .until(60, Role::Plain, money),
        );
    }
    page.prose(Role::Faint, &changed(report, page.paper().letters));
    page.prose(Role::Plain, &verdict(report));
    if let Some(trial) = trial(orders) {
        page.prose(Role::Faint, &trial);
    }
}

/// Who bought otherwise, and what chance leaves open of the revenue.
fn changed(report: &Report, letters: Letters) -> String {
    let Report { orders, revenue, currency, .. } = report;
    let revenue = match revenue.noise {
        Some(noise) => format!("Revenue {}.", money_noise(noise, *currency, letters)),
        None => format!(
            "Revenue: too few changed outcomes for an interval ({}).",
            counted(revenue.changed, "customer")
        ),
    };
    format!(
        "{} only with mail, {} only without. {revenue}",
        counted(orders.gained, "order"),
        count(orders.lost),
    )
}

/// What may be said of it, in fixed words.
fn verdict(report: &Report) -> String {
    let Report { orders, world, .. } = report;
    match orders.holds_zero() {
        None => format!(
            "Too few changed outcomes for an interval: {} bought otherwise. Rehearse more customers.",
            counted(orders.changed, "customer")
        ),
        Some(true) => format!(
            "No detectable difference in {world}: simulation noise holds 0. Rehearse more customers, or \
             take it that there is little to find."
        ),
        Some(false) => {
            let size = counted(orders.value.unsigned_abs(), "order");
            let verb = if orders.value > 0 { "gains" } else { "loses" };
            format!(
                "Mail {verb} {size} in {world}, the one world rehearsed. No rehearsal can say if it is yours."
            )
        }
    }
}

/// The size of a real test that would find the difference, where there is one.
fn trial(orders: &Increment) -> Option<String> {
    let trial = roughly(orders.trial.filter(|_| orders.holds_zero() == Some(false))?);
    Some(format!(
        "A real test would need {trial} customers with mail and as many without to find this."
    ))
}
