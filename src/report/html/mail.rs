//! The mail itself: how much left, what people did with it, what machines did apart from them, and why some did not
//! leave.

use super::reasons;
use crate::html::figure::Figure;
use crate::html::{Column, Kind, Row, table};
use crate::report::finding::{Level, complaint_level};
use crate::report::mail::{opens, spam};
use crate::report::{Journey, Report};
use foresend_insight::pulse::{Held, Mail, Moved, Skipped, StepPulse};
use maud::{Markup, html};

pub(super) fn write(report: &Report) -> Markup {
    let all = report.pulse().all_steps();
    html! {
        (people(report))
        @if let Some(opens) = opens(report) { p.faint { (opens) } }
        @if let Some(spam) = spam(report) { p { (spam) } }
        (machines(report, &all.mail))
        (why(report, &all))
    }
}

/// Every journey, its place in the JSON and its mail; then all together, where there are several.
fn rows(report: &Report) -> Vec<(String, String, Mail, Kind)> {
    let pulses = &report.pulse().journeys;
    let journeys = report.journeys.iter().zip(pulses).enumerate();
    let mut rows: Vec<_> = journeys
        .map(|(at, (journey, pulse))| {
            let (name, place) = (journey.name.clone(), format!("/journeys/{at}/mail"));
            (name, place, pulse.all_steps().mail, Kind::Plain)
        })
        .collect();
    if let ([journey], [pulse]) = (&*report.journeys, &**pulses) {
        let steps = journey.steps.iter().zip(&pulse.steps).enumerate();
        let sending = steps.filter(|(_, (_, step))| step.ready > 0);
        rows.extend(sending.map(|(at, (step, pulse))| {
            let place = format!("/journeys/0/steps/{at}/mail");
            (step.clone(), place, pulse.mail, Kind::Part)
        }));
    } else {
        let all = report.pulse().all_steps().mail;
        rows.push(("all".to_owned(), "/mail".to_owned(), all, Kind::Sum));
    }
    rows
}

fn people(report: &Report) -> Markup {
    let columns = [
        Column::Number("sent"),
        Column::Number("delivered"),
        Column::Number("opened"),
        Column::Number("clicked"),
        Column::Number("unsubscribed"),
        Column::Number("complained"),
    ];
    let row = |(name, place, mail, kind): (String, String, Mail, Kind)| {
        let of = (&*format!("{place}/delivered"), mail.delivered());
        let rate = |key: &str, part, decimals| {
            Figure::rate((&format!("{place}/{key}"), part), of, decimals)
        };
        let complained = rate("complained", mail.complained, 3);
        Row {
            name: html! { (name) },
            cells: vec![
                html! { (Figure::count(format!("{place}/sent"), mail.sent)) },
                html! { (Figure::count(of.0, of.1)) },
                html! { (rate("opened_human", mail.opened_human, 1)) },
                html! { (rate("clicked_human", mail.clicked_human, 1)) },
                html! { (rate("unsubscribed", mail.unsubscribed, 2)) },
                match complaint_level(&mail) {
                    Some(level) => {
                        html! { span class=(class(level)) { (level.sign()) " " (complained) } }
                    }
                    None => html! { (complained) },
                },
            ],
            kind,
        }
    };
    let rows: Vec<Row> = rows(report).into_iter().map(row).collect();
    let levels =
        report.pulse().journeys.iter().map(|pulse| complaint_level(&pulse.all_steps().mail));
    html! {
        (table("Mail, and what people did with it; rates of delivered", "journey", &columns, &rows))
        @if levels.flatten().next().is_some() {
            p.faint { "▲ from 0.10 % of complaints on, ✗ from 0.30 % on: the lines of large mailbox providers." }
        }
    }
}

/// The colour of a level.
pub(super) fn class(level: Level) -> &'static str {
    match level {
        Level::Look => "look",
        Level::Failed => "failed",
    }
}

fn machines(report: &Report, all: &Mail) -> Markup {
    if all.opened_machine + all.clicked_machine == 0 {
        return html! {};
    }
    let columns = [
        Column::Number("opened"),
        Column::Number("opened, of delivered"),
        Column::Number("clicked in"),
        Column::Number("clicked, of delivered"),
    ];
    let whole = rows(report).into_iter().filter(|(_, _, _, kind)| *kind != Kind::Part);
    let row = |(name, place, mail, kind): (String, String, Mail, Kind)| {
        let of = (&*format!("{place}/delivered"), mail.delivered());
        let (opened, clicked) =
            (format!("{place}/opened_machine"), format!("{place}/clicked_machine"));
        Row {
            name: html! { (name) },
            cells: vec![
                html! { (Figure::count(&*opened, mail.opened_machine)) },
                html! { (Figure::rate((&opened, mail.opened_machine), of, 1)) },
                html! { (Figure::count(&*clicked, mail.clicked_machine)) },
                html! { (Figure::rate((&clicked, mail.clicked_machine), of, 1)) },
            ],
            kind,
        }
    };
    let rows: Vec<Row> = whole.map(row).collect();
    let caption = "What machines did: privacy proxies and scanners. No decision uses it.";
    table(caption, "journey", &columns, &rows)
}

/// What people call it in every journey, or else `otherwise`.
fn called(
    report: &Report,
    of: fn(&Journey) -> &'static str,
    otherwise: &'static str,
) -> &'static str {
    let mut names = report.journeys.iter().map(of);
    let first = names.next().unwrap_or(otherwise);
    if names.all(|name| name == first) { first } else { otherwise }
}

fn why(report: &Report, all: &StepPulse) -> Markup {
    let Held {
        stopped,
        while_false,
        while_unknown,
        no_address,
        no_permission,
        suppressed,
        holdout,
        test_holdout,
        limit,
        no_code,
        yielded,
        late,
        shut: _, // not held back: the arm's own doing
    } = all.held;
    let held = vec![
        (called(report, |journey| journey.stopped, "bought or stopped"), "stopped", stopped),
        (called(report, |journey| journey.left, "`while` false"), "while", while_false),
        ("`while` unknown", "while_unknown", while_unknown),
        ("no permission", "no_permission", no_permission),
        ("no address", "no_address", no_address),
        ("suppressed", "suppressed", suppressed),
        ("holdout", "holdout", holdout),
        ("experiment holdout", "test_holdout", test_holdout),
        ("limit", "limit", limit),
        ("no code", "no_code", no_code),
        ("yielded", "yielded", yielded),
        ("late", "late", late),
    ];
    let mut moves = all.moved;
    moves.merge(&all.delayed);
    let Moved { quiet, still_shopping, limit, between } = moves;
    let moved = vec![
        ("quiet", "quiet", quiet),
        ("still shopping", "still_shopping", still_shopping),
        ("limit", "limit", limit),
        ("between", "between", between),
    ];
    let Skipped { if_false, if_unknown, while_unknown, due_unknown, no_code, paused, full } =
        all.skipped;
    let skipped = vec![
        ("`if` false", "false", if_false),
        ("`if` unknown", "unknown", if_unknown),
        ("`while` unknown", "while_unknown", while_unknown),
        ("`due` unknown", "due_unknown", due_unknown),
        ("no code", "no_code", no_code),
        ("paused", "paused", paused),
        ("too many mails waiting", "full", full),
    ];
    let mut rows = reasons::rows("Held back", "/held_back", held);
    rows.extend(reasons::rows("Moved", "/moved", moved));
    rows.extend(reasons::rows("Skipped", "/skipped", skipped));
    let caption =
        "Mails that came due and were held back, mails moved to a later moment, and steps skipped";
    html! { @if !rows.is_empty() { (table(caption, "reason", &[Column::Number("times")], &rows)) } }
}
