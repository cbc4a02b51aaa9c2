//! What mail caused: the same people with and without it. The range over worlds stands first: it says what the
//! assumptions leave open. Simulation noise says only what chance leaves open inside one world, and stands last.

use super::number::{
    count, counted, money_noise, noise, roughly, signed, signed_money, signed_rate, signed_share,
};
use super::page::{Letters, Page, Role, Row};
use super::{Compared, Report, Share, World};
use foresend_insight::increment::Increment;

pub(super) fn write(report: &Report, page: &mut Page) {
    let own = report.own();
    heading(page);
    range(report, page);
    for (i, world) in report.worlds.iter().enumerate() {
        let Share { orders, revenue } = Share { orders: world.orders, revenue: world.revenue };
        row(report, page, &world.id, world.no_mail.orders, (&orders, &revenue));
        for Compared { id, less_no_mail: Share { orders, revenue }, .. } in
            report.compared.iter().filter(|_| i == 0)
        {
            let name = format!("{}, {id}", world.id);
            row(report, page, &name, world.no_mail.orders, (orders, revenue));
        }
    }
    for compared in &report.compared {
        page.prose(Role::Plain, &against_as_written(report, compared, page.paper().letters));
    }
    page.prose(Role::Faint, &changed(report, own, page.paper().letters));
    page.prose(Role::Plain, &verdict(report));
    if let Some(trial) = trial(report) {
        page.prose(Role::Faint, &trial);
    }
}

fn heading(page: &mut Page) {
    let heading = Row::named(Role::Heading, "Caused by mail");
    page.row(&if page.paper().is_wide() {
        heading
            .until(31, Role::Faint, "no mail")
            .until(45, Role::Faint, "orders")
            .until(61, Role::Faint, "relative")
            .until(81, Role::Faint, "revenue")
            .until(100, Role::Faint, "simulation noise")
    } else {
        heading.until(40, Role::Faint, "orders").until(60, Role::Faint, "revenue")
    });
}

/// From the lowest world to the highest, noise not added. It is no interval.
fn range(report: &Report, page: &mut Page) {
    let worlds = &report.worlds;
    let span = |of: &dyn Fn(&World) -> i64| {
        let values = worlds.iter().map(of);
        values.fold((i64::MAX, i64::MIN), |(low, high), value| (low.min(value), high.max(value)))
    };
    let [_, _, ..] = &**worlds else {
        page.row(&Row::named(Role::Faint, "one world only: no range"));
        return;
    };
    let (low, high) = span(&|world| world.orders.value);
    let (low_money, high_money) = span(&|world| world.revenue.value);
    let money = |minor| signed_money(minor, report.currency, page.paper().letters);
    let orders = format!("{} … {}", signed(low), signed(high));
    let revenue = format!("{} … {}", money(low_money), money(high_money));
    let name = format!("range over {} worlds", worlds.len());
    let row = Row::named(Role::Accent, name);
    page.row(&if page.paper().is_wide() {
        let relative = worlds.iter().map(|world| (world.orders.value, world.no_mail.orders));
        row.until(45, Role::Accent, orders).until(61, Role::Accent, relative_span(relative)).until(
            81,
            Role::Accent,
            revenue,
        )
    } else {
        row.until(40, Role::Accent, orders).until(60, Role::Accent, revenue)
    });
}

/// `−0.5 … +4.1 %`
pub(super) fn relative_span(all: impl Iterator<Item = (i64, u64)>) -> String {
    let shares: Option<Vec<f64>> = all.map(|(value, of)| signed_share(value, of)).collect();
    let Some(shares) = shares else { return "–".to_owned() };
    let low = shares.iter().copied().fold(f64::INFINITY, f64::min);
    let high = shares.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let spell = |share: f64| format!("{share:+.1}").replace('-', "−");
    format!("{} … {}\u{a0}%", spell(low), spell(high))
}

fn row(
    report: &Report,
    page: &mut Page,
    name: &str,
    no_mail: u64,
    (orders, revenue): (&Increment, &Increment),
) {
    let money = signed_money(revenue.value, report.currency, page.paper().letters);
    let role = if report.worlds.len() == 1 { Role::Accent } else { Role::Plain };
    page.row(&if page.paper().is_wide() {
        Row::named(Role::Plain, name)
            .until(31, Role::Plain, count(no_mail))
            .until(45, role, signed(orders.value))
            .until(61, Role::Plain, signed_rate(orders.value, no_mail))
            .until(81, Role::Plain, money)
            .until(100, Role::Faint, noise(orders))
    } else {
        let known = orders.noise.is_some();
        let noise = if known { noise(orders) } else { String::new() };
        Row::named(Role::Plain, name)
            .until(35, role, signed(orders.value))
            .until(40, Role::Faint, noise)
            .until(60, Role::Plain, money)
    });
}

/// `quicker, against as written: +41 orders (±30), +£2,114.`
pub(super) fn against_as_written(report: &Report, compared: &Compared, letters: Letters) -> String {
    let Share { orders, revenue } = &compared.less_as_written;
    let noise = match orders.noise {
        Some(_) => format!("({})", noise(orders)),
        None => "(too few changed outcomes for an interval)".to_owned(),
    };
    let clear = match orders.holds_zero() {
        Some(true) => ": no detectable difference",
        Some(false) | None => "",
    };
    format!(
        "{}, against as written: {}\u{a0}orders {noise}, {}{clear}.",
        compared.id,
        signed(orders.value),
        signed_money(revenue.value, report.currency, letters),
    )
}

/// Who bought otherwise, and what chance leaves open of the revenue.
pub(super) fn changed(report: &Report, world: &World, letters: Letters) -> String {
    let World { orders, revenue, .. } = world;
    let place = if report.worlds.len() > 1 { format!("In {}: ", world.id) } else { String::new() };
    let revenue = match revenue.noise {
        Some(noise) => format!("Revenue {}.", money_noise(noise, report.currency, letters)),
        None => format!(
            "Revenue: too few changed outcomes for an interval ({}).",
            counted(revenue.changed, "customer")
        ),
    };
    format!(
        "{place}{} only with mail, {} only without. {revenue}",
        counted(orders.gained, "order"),
        count(orders.lost),
    )
}

/// What may be said of it, in fixed words.
pub(super) fn verdict(report: &Report) -> String {
    match &*report.worlds {
        [only] => verdict_in(only),
        worlds => verdict_over(worlds),
    }
}

fn verdict_in(world: &World) -> String {
    let World { orders, id, .. } = world;
    match orders.holds_zero() {
        None => format!(
            "Too few changed outcomes for an interval: {} bought otherwise. Rehearse more customers.",
            counted(orders.changed, "customer")
        ),
        Some(true) => format!(
            "No detectable difference in {id}: simulation noise holds 0. Rehearse more customers, or \
             take it that there is little to find."
        ),
        Some(false) => {
            let size = counted(orders.value.unsigned_abs(), "order");
            let verb = if orders.value > 0 { "gains" } else { "loses" };
            format!(
                "Mail {verb} {size} in {id}, the one world rehearsed. No rehearsal can say if it is yours."
            )
        }
    }
}

fn verdict_over(worlds: &[World]) -> String {
    let (mut gains, mut losses, mut none, mut few) = (0, Vec::new(), Vec::new(), Vec::new());
    for World { id, orders, .. } in worlds {
        match orders.holds_zero() {
            Some(false) if orders.value > 0 => gains += 1,
            Some(false) => {
                losses.push(format!("loses {} in {id}", count(orders.value.unsigned_abs())));
            }
            Some(true) => none.push(&**id),
            None => few.push(&**id),
        }
    }
    let of = worlds.len();
    if few.len() == of {
        return format!(
            "Too few changed outcomes for an interval in any of {of} worlds. Rehearse more customers."
        );
    }
    let mut says = vec![match gains {
        0 => format!("gains orders in none of {of} worlds"),
        all if all == of => format!("gains orders in all {of} worlds"),
        some => format!("gains orders in {some} of {of} worlds"),
    }];
    says.extend(losses);
    if !none.is_empty() {
        says.push(format!("makes no detectable difference in {}", listed(&none)));
    }
    if !few.is_empty() {
        says.push(format!("changes too few outcomes to say in {}", listed(&few)));
    }
    let says: Vec<&str> = says.iter().map(String::as_str).collect();
    format!("Mail {}. No rehearsal can say which is yours.", listed(&says))
}

/// `a, b and c`
fn listed(all: &[&str]) -> String {
    match all {
        [first @ .., before, last] if !first.is_empty() => {
            format!("{}, {before} and {last}", first.join(", "))
        }
        [before, last] => format!("{before} and {last}"),
        few => few.concat(),
    }
}

/// The size of a real test that would find the difference, where there is one.
pub(super) fn trial(report: &Report) -> Option<String> {
    let own = report.own();
    let orders = &own.orders;
    let trial = roughly(orders.trial.filter(|_| orders.holds_zero() == Some(false))?);
    let like = match report.worlds.len() {
        1 => String::new(),
        _ => format!(" If {} is yours,", own.id),
    };
    let a = if like.is_empty() { "A" } else { " a" };
    Some(format!(
        "{}{a} real test would need {trial} customers with mail and as many without to find this.",
        like.trim_start()
    ))
}
