//! What mail caused: the range over worlds in large type, the verdict, each world against 0, and the same in a table.

use crate::html::chart::Told;
use crate::html::chart::intervals::{Interval, Intervals, Range};
use crate::html::figure::Figure;
use crate::html::{Column, Kind, Row, prose, signed, table};
use crate::report::caused::{against_as_written, changed, trial, verdict};
use crate::report::number::signed_share;
use crate::report::page::Letters;
use crate::report::{Report, Share, World};
use foresend_insight::increment::Increment;
use maud::{Markup, html};

/// The key of a chart of increments.
const KEY: &str = "Orders caused by mail: with it less without it, of the same people. ● estimate, ├─┤ simulation noise \
     (95\u{a0}%, paired); hollow where noise holds 0, or where too few outcomes changed for an interval.";

pub(super) fn write(report: &Report) -> Markup {
    let missed = report.expected.iter().filter(|expected| !expected.met).count();
    html! {
        (headline(report))
        p { (prose(&verdict(report))) }
        @if missed > 0 {
            p.signed { span.failed { "✗" } " " a href="#expected" {
                (missed) " of " (report.expected.len()) " expectations not met"
            } }
        }
        (chart(report))
        (worlds(report))
        @for compared in &report.compared {
            p { (prose(&against_as_written(report, compared, Letters::Unicode))) }
        }
        p.faint { (prose(&changed(report, report.own(), Letters::Unicode))) }
        @if let Some(trial) = trial(report) { p.faint { (trial) } }
        @if report.worlds.iter().any(|world| world.orders.noise.is_none()) {
            (signed("faint", "○", "Too few changed: fewer than 50 customers ordered otherwise, so an interval would be too narrow."))
        }
    }
}

/// The lowest and the highest of all worlds, or the one that there is.
fn headline(report: &Report) -> Markup {
    let own = report.own();
    html! { p.headline {
        @match &*report.worlds {
            [_, _, ..] => {
                "The range over " (report.worlds.len()) " worlds"
                strong { (orders_range(report)) " orders" }
                span.rest { (relative_range(report)) " · " (revenue_range(report)) " of revenue" }
            }
            _ => {
                "In " (own.id) ", one world only: no range"
                strong { (Figure::signed("/worlds/0/increment/orders/value", own.orders.value)) " orders" }
                span.rest {
                    (relative(0, "worlds/0/increment", own, &own.orders)) " · " (revenue("worlds/0/increment", report, &own.revenue)) " of revenue · \
                     simulation noise " (noise("worlds/0/increment", &own.orders)) " orders"
                }
            }
        }
    } }
}

fn ends(report: &Report, of: fn(&World) -> i64) -> (i64, i64) {
    let values = report.worlds.iter().map(of);
    values.fold((i64::MAX, i64::MIN), |(low, high), value| (low.min(value), high.max(value)))
}

fn orders_range(report: &Report) -> Markup {
    let (low, high) = ends(report, |world| world.orders.value);
    let (low, high) =
        (Figure::signed("/range/orders/low", low), Figure::signed("/range/orders/high", high));
    html! { (low) " … " (high) }
}

fn revenue_range(report: &Report) -> Markup {
    let (low, high) = ends(report, |world| world.revenue.value);
    let money = |at: &str, minor| {
        Figure::signed_money(format!("/range/revenue_minor/{at}"), minor, report.currency)
    };
    html! { (money("low", low)) " … " (money("high", high)) }
}

/// From the world where mail adds least to its orders to the one where it adds most.
fn relative_range(report: &Report) -> Markup {
    let share = |world: &World| signed_share(world.orders.value, world.no_mail.orders);
    let shares: Option<Vec<f64>> = report.worlds.iter().map(share).collect();
    let by = |a: &(usize, &f64), b: &(usize, &f64)| a.1.total_cmp(b.1);
    let shares = shares.unwrap_or_default();
    let all = || shares.iter().enumerate();
    let (Some((low, _)), Some((high, _))) = (all().min_by(by), all().max_by(by)) else {
        return html! { "–" };
    };
    let figure = |at: usize| {
        let world = &report.worlds[at];
        relative(at, &format!("worlds/{at}/increment"), world, &world.orders)
    };
    html! { (figure(low)) " … " (figure(high)) }
}

/// Of the orders without mail in the world at `world`.
fn relative(world: usize, at: &str, of: &World, orders: &Increment) -> Figure {
    let without = format!("/worlds/{world}/no_mail/orders");
    let value = format!("/{at}/orders/value");
    Figure::signed_rate((&value, orders.value), (&without, of.no_mail.orders))
}

fn revenue(at: &str, report: &Report, revenue: &Increment) -> Figure {
    Figure::signed_money(format!("/{at}/revenue_minor/value"), revenue.value, report.currency)
}

fn noise(at: &str, orders: &Increment) -> Figure {
    Figure::noise(format!("/{at}/orders/noise"), orders.noise)
}

/// Every row: its name, its place in the JSON, the place of its world, and what it adds.
fn rows(report: &Report) -> Vec<(String, String, usize, Share)> {
    let mut rows = Vec::new();
    for (at, world) in report.worlds.iter().enumerate() {
        let share = Share { orders: world.orders, revenue: world.revenue };
        rows.push((world.id.clone(), format!("worlds/{at}/increment"), at, share));
        for (i, compared) in report.compared.iter().enumerate().filter(|_| at == 0) {
            let name = format!("{}, {}", world.id, compared.id);
            rows.push((name, format!("compared/{i}/increment"), 0, compared.less_no_mail));
        }
    }
    rows
}

#[expect(clippy::cast_precision_loss, reason = "a chart is exact to a pixel")]
fn chart(report: &Report) -> Markup {
    let (low, high) = ends(report, |world| world.orders.value);
    let rows = rows(report).into_iter().map(|(name, at, _, share)| Interval {
        name,
        value: share.orders.value as f64,
        noise: share.orders.noise,
        text: Figure::signed("", share.orders.value).text,
        noise_text: noise(&at, &share.orders).text,
    });
    let range = Range {
        name: format!("range over {} worlds", report.worlds.len()),
        low: low as f64,
        high: high as f64,
        text: format!("{} … {}", Figure::signed("", low).text, Figure::signed("", high).text),
    };
    Intervals {
        told: Told {
            id: "caused-chart".to_owned(),
            title: "Orders caused by mail, in each world".to_owned(),
            finding: verdict(report),
            key: Some(KEY),
        },
        range: (report.worlds.len() > 1).then_some(range),
        rows: rows.collect(),
    }
    .draw()
}

fn worlds(report: &Report) -> Markup {
    let columns = [
        Column::Number("no mail"),
        Column::Number("orders"),
        Column::Number("relative"),
        Column::Number("revenue"),
        Column::Faint("noise, orders"),
        Column::Faint("noise, revenue"),
    ];
    let mut all = Vec::new();
    if report.worlds.len() > 1 {
        let none = || html! {};
        all.push(Row {
            name: html! { "range over " (report.worlds.len()) " worlds" },
            cells: vec![
                none(),
                orders_range(report),
                relative_range(report),
                revenue_range(report),
                none(),
                none(),
            ],
            kind: Kind::Leading,
        });
    }
    for (name, at, world, share) in rows(report) {
        let of = &report.worlds[world];
        let without = Figure::count(format!("/worlds/{world}/no_mail/orders"), of.no_mail.orders);
        let orders = Figure::signed(format!("/{at}/orders/value"), share.orders.value);
        let money_noise = Figure::money_noise(
            format!("/{at}/revenue_minor/noise"),
            share.revenue.noise,
            report.currency,
        );
        all.push(Row {
            name: html! { (name) },
            cells: vec![
                html! { (without) },
                html! { (orders) },
                html! { (relative(world, &at, of, &share.orders)) },
                html! { (revenue(&at, report, &share.revenue)) },
                html! { (noise(&at, &share.orders)) },
                html! { (money_noise) },
            ],
            kind: if report.worlds.len() == 1 { Kind::Leading } else { Kind::Plain },
        });
    }
    let caption = "Orders and revenue with mail, less those without. Revenue is net of discounts.";
    table(caption, "world", &columns, &all)
}
