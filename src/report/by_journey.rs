//! What each of several journeys adds to the others: the program as it is written less the program without the journey.
//! These do not add up to the whole, and are not made to: what more than one would have saved is shared.

use super::number::{count, count_noise, signed, signed_money};
use super::page::{Page, Role, Row};
use super::{Part, Report};
use foresend_insight::pulse::JourneyPulse;

pub(super) fn write(report: &Report, page: &mut Page) {
    let wide = page.paper().is_wide();
    let own = report.own();
    let head = Row::named(Role::Heading, format!("By journey in {}", own.id));
    page.row(&if wide {
        head.until(31, Role::Faint, "started")
            .until(44, Role::Faint, "orders")
            .until(59, Role::Faint, "revenue")
            .until(80, Role::Faint, "orders/unsubscribe")
            .until(100, Role::Faint, "simulation noise")
    } else {
        head.until(40, Role::Faint, "orders").until(60, Role::Faint, "revenue")
    });
    for ((name, _), part) in report.rows().iter().zip(&report.parts) {
        page.row(&row(report, page, name, part));
    }
    let sum = |of: fn(&Part) -> i64| report.parts.iter().map(of).sum::<i64>();
    let orders = own.orders.value - sum(|part| part.orders.0);
    let revenue = own.revenue.value - sum(|part| part.revenue);
    let money = signed_money(revenue, report.currency, page.paper().letters);
    let shared = Row::named(Role::Plain, "shared");
    page.row(&if wide {
        shared.until(31, Role::Plain, "–").until(44, Role::Plain, signed(orders)).until(
            59,
            Role::Plain,
            money,
        )
    } else {
        shared.until(35, Role::Plain, signed(orders)).until(60, Role::Plain, money)
    });
}

fn row(report: &Report, page: &Page, name: &str, part: &Part) -> Row {
    let pulses: Vec<&JourneyPulse> =
        part.of.iter().map(|&at| &report.pulse().journeys[at]).collect();
    let started = pulses.iter().map(|pulse| pulse.started).sum();
    let money = signed_money(part.revenue, report.currency, page.paper().letters);
    let (orders, noise) = part.orders;
    let row = Row::named(Role::Plain, name);
    if !page.paper().is_wide() {
        let noise = noise.map(count_noise).unwrap_or_default();
        return row.until(35, Role::Plain, signed(orders)).until(40, Role::Faint, noise).until(
            60,
            Role::Plain,
            money,
        );
    }
    let unsubscribed: u64 = pulses.iter().map(|pulse| pulse.all_steps().mail.unsubscribed).sum();
    row.until(31, Role::Plain, count(started))
        .until(44, Role::Plain, signed(orders))
        .until(59, Role::Plain, money)
        .until(80, Role::Plain, ratio(part, unsubscribed))
        .until(100, Role::Faint, noise.map_or_else(|| "too few changed".to_owned(), count_noise))
}

#[expect(clippy::cast_precision_loss, reason = "a ratio is shown to two digits")]
fn ratio(part: &Part, unsubscribed: u64) -> String {
    let (orders, noise) = part.orders;
    match noise {
        Some(noise) if noise < orders.unsigned_abs() as f64 => match unsubscribed {
            0 => "–".to_owned(),
            some => {
                let ratio = orders as f64 / some as f64;
                format!("{ratio:.1}").replace('-', "−")
            }
        },
        Some(_) => "no clear effect".to_owned(),
        None => "–".to_owned(),
    }
}
