//! What mail cost and what to look at, what was expected of it, and what the answer rests on: every setting, with its
//! grade and its source.

use super::mail::class;
use crate::html::figure::Figure;
use crate::html::{Column, Kind, Row, signed, table};
use crate::report::Report;
use crate::report::finding::findings;
use crate::report::foot::{caution, last_click};
use foresend_simulator::population::preset::Setting;
use maud::{Markup, html};

pub(super) fn cost(report: &Report) -> Markup {
    let mail = report.pulse().all_steps().mail;
    let own = report.own();
    let mut rows = vec![
        ("people who unsubscribed", Figure::count("/cost/unsubscribed", mail.unsubscribed)),
        ("complaints", Figure::count("/cost/complained", mail.complained)),
    ];
    if own.discounts_minor > 0 {
        let discounts = Figure::money("/cost/discount_minor", own.discounts_minor, report.currency);
        rows.push(("discounts, already off revenue", discounts));
    }
    let claimed = Figure::count("/cost/attributed_orders", own.attributed_orders);
    rows.push(("orders that last click would claim", claimed));
    let rows: Vec<Row> = rows
        .into_iter()
        .map(|(name, figure)| Row {
            name: html! { (name) },
            cells: vec![html! { (figure) }],
            kind: Kind::Plain,
        })
        .collect();
    html! {
        @for finding in findings(report) {
            (signed(class(finding.level), finding.level.sign(), &finding.message))
        }
        (table(&format!("What mail cost in {}", own.id), "cost", &[Column::Number("how much")], &rows))
        @if let Some(claim) = last_click(report) { p { (claim) } }
    }
}

pub(super) fn expected(report: &Report) -> Markup {
    let all = &report.expected;
    let missed = all.iter().filter(|expected| !expected.met).count();
    let rows: Vec<Row> = all
        .iter()
        .enumerate()
        .map(|(at, expected)| {
            let place = |key: &str| format!("/expect/{at}/{key}");
            Row {
                name: html! { code { (Figure::text(place("text"), &*expected.text)) } },
                cells: vec![
                    if expected.met {
                        html! { span.good { "✓ met" } }
                    } else {
                        html! { span.failed { "✗ not met" } }
                    },
                    html! { (Figure::text(place("worst"), &*expected.worst)) },
                    html! { (Figure::text(place("world"), &*expected.world)) },
                ],
                kind: Kind::Plain,
            }
        })
        .collect();
    let columns = [Column::Words("in every world"), Column::Number("worst"), Column::Words("in")];
    html! {
        @match missed {
            0 => (signed("good", "✓", &format!("{0} of {0} met.", all.len()))),
            _ => (signed("failed", "✗", &format!("{missed} of {} not met.", all.len()))),
        }
        (table("What the scenario expects, and the worst that was found", "expected", &columns, &rows))
    }
}

pub(super) fn rests(report: &Report) -> Markup {
    html! {
        p { (caution(report)) }
        (settings(&report.own().id, &report.settings))
    }
}

/// Everything the world called `own` rests on.
pub(crate) fn settings(own: &str, all: &[Setting]) -> Markup {
    let rows: Vec<Row> = all
        .iter()
        .enumerate()
        .map(|(at, setting)| {
            let figure = |key: &str, text: &str| {
                html! { (Figure::text(format!("/assumptions/{at}/{key}"), text)) }
            };
            Row {
                name: figure("key", &setting.key),
                cells: vec![
                    figure("value", &setting.value),
                    figure("unit", &setting.unit),
                    figure("grade", &setting.grade.to_string()),
                    figure("source", &setting.source),
                ],
                kind: Kind::Plain,
            }
        })
        .collect();
    let columns = [
        Column::Words("value"),
        Column::Words("unit"),
        Column::Words("grade"),
        Column::Words("source"),
    ];
    html! {
        details.long.settings {
            summary { "Every setting of " (own) ", with its grade and source" }
            p.faint {
                "A assumed · B published of other shops · R an experiment or public data, re-analysed · V verified by \
                 computation"
            }
            (table(&format!("The settings of {own}"), "setting", &columns, &rows))
        }
    }
}
