//! What each journey adds to the others, and for each: how many came to its steps, what became of them there, and of
//! its mails.

use super::reasons;
use crate::html::chart::Told;
use crate::html::chart::funnel::{self, Funnel};
use crate::html::chart::intervals::{Interval, Intervals};
use crate::html::figure::Figure;
use crate::html::{Column, Kind, Row, table};
use crate::report::journeys::still_in;
use crate::report::number::count;
use crate::report::{Journey, Report, Share};
use foresend_insight::pulse::{Ended, JourneyPulse, NotStarted, StepPulse};
use maud::{Markup, html};
use std::cmp::Reverse;

/// The key of a chart of steps.
const KEY: &str = "Thick bars: who came to a step; solid went on, grey left, dashed still waited when the rehearsal was over. \
     Thin bars: its mails, pale delivered, darker opened, solid clicked, by people.";

pub(super) fn write(report: &Report) -> Markup {
    let order = order(report);
    let pulses = &report.pulse().journeys;
    html! {
        @if report.journeys.len() > 1 {
            p { "What each journey adds to the others: all mail, less all mail but that of the journey." }
            (chart(report, &order))
            (shares(report, &order))
        }
        (enrolments(report, &order))
        @for (i, &at) in order.iter().enumerate() {
            (journey(at, &report.journeys[at], &pulses[at], (i == 0).then_some(KEY)))
        }
    }
}

/// Places of journeys, those that add most first.
fn order(report: &Report) -> Vec<usize> {
    let mut order: Vec<usize> = (0..report.journeys.len()).collect();
    let adds = |at: usize| share(report, at).map_or(0, |share| share.orders.value);
    order.sort_by_key(|&at| Reverse(adds(at))); // stable: equals stay in the program's order
    order
}

fn share(report: &Report, at: usize) -> Option<Share> {
    report.own().shares.get(at).copied().flatten()
}

#[expect(clippy::cast_precision_loss, reason = "a chart is exact to a pixel")]
fn chart(report: &Report, order: &[usize]) -> Markup {
    let shares: Vec<(&str, Share)> = order
        .iter()
        .filter_map(|&at| Some((&*report.journeys[at].name, share(report, at)?)))
        .collect();
    let clear = shares.iter().filter(|(_, share)| share.orders.holds_zero() == Some(false));
    let clear: Vec<String> = clear
        .map(|(name, share)| format!("{name} {}", Figure::signed("", share.orders.value).text))
        .collect();
    let finding = match &*clear {
        [] => "Of no journey alone is there a clear effect.".to_owned(),
        some => format!("Clear effects in {}: {}.", report.own().id, some.join(", ")),
    };
    let rows = shares.iter().map(|(name, Share { orders, .. })| Interval {
        name: (*name).to_owned(),
        value: orders.value as f64,
        noise: orders.noise,
        text: Figure::signed("", orders.value).text,
        noise_text: Figure::noise("", orders.noise).text,
    });
    Intervals {
        told: Told {
            id: "journeys-chart".to_owned(),
            title: "Orders that each journey adds to the others".to_owned(),
            finding,
            key: None,
        },
        range: None,
        rows: rows.collect(),
    }
    .draw()
}

fn shares(report: &Report, order: &[usize]) -> Markup {
    let columns = [
        Column::Number("orders"),
        Column::Number("revenue"),
        Column::Number("orders/unsubscribe"),
        Column::Faint("noise, orders"),
        Column::Faint("noise, revenue"),
    ];
    let mut rows: Vec<Row> = Vec::new();
    let mut known: Vec<Share> = Vec::new();
    for &at in order {
        let Some(share) = share(report, at) else { continue };
        known.push(share);
        let Share { orders, revenue } = share;
        let of = format!("/journeys/{at}/increment");
        let money = |key: &str, minor| {
            Figure::signed_money(format!("{of}/revenue_minor/{key}"), minor, report.currency)
        };
        let noise = format!("{of}/revenue_minor/noise");
        rows.push(Row {
            name: html! { (report.journeys[at].name) },
            cells: vec![
                html! { (Figure::signed(format!("{of}/orders/value"), orders.value)) },
                html! { (money("value", revenue.value)) },
                ratio(at, report, &share),
                html! { (Figure::noise(format!("{of}/orders/noise"), orders.noise)) },
                html! { (Figure::money_noise(noise, revenue.noise, report.currency)) },
            ],
            kind: Kind::Plain,
        });
    }
    if known.len() == report.journeys.len() {
        let sum = |of: fn(&Share) -> i64| known.iter().map(of).sum::<i64>();
        let orders = report.own().orders.value - sum(|share| share.orders.value);
        let revenue = report.own().revenue.value - sum(|share| share.revenue.value);
        let revenue = Figure::signed_money("/shared/revenue_minor", revenue, report.currency);
        rows.push(Row {
            name: html! { "shared" },
            cells: vec![
                html! { (Figure::signed("/shared/orders", orders)) },
                html! { (revenue) },
                html! {},
                html! {},
                html! {},
            ],
            kind: Kind::Sum,
        });
    }
    html! {
        (table("What each journey adds to the others", "journey", &columns, &rows))
        p.faint {
            "The rows do not add up to the whole and are not made to: shared is what more than one journey would have \
             saved, or took from each other."
        }
    }
}

/// Orders for each person who left by its mails; words where there is nothing to divide.
#[expect(clippy::cast_precision_loss, reason = "a ratio is shown to two digits")]
fn ratio(at: usize, report: &Report, share: &Share) -> Markup {
    let unsubscribed = report.pulse().journeys[at].all_steps().mail.unsubscribed;
    match share.orders.holds_zero() {
        Some(true) => html! { span.faint { "no clear effect" } },
        Some(false) if unsubscribed > 0 => {
            let ratio = share.orders.value as f64 / unsubscribed as f64;
            let place = format!("/journeys/{at}/increment/orders/value");
            let figure = Figure::text(place, format!("{ratio:.1}").replace('-', "−"));
            html! { (figure.per(format!("/journeys/{at}/mail/unsubscribed"))) }
        }
        Some(false) | None => html! { "–" },
    }
}

fn enrolments(report: &Report, order: &[usize]) -> Markup {
    let columns = [
        Column::Number("started"),
        Column::Number("reached goal"),
        Column::Number("rate"),
        Column::Number("ended early"),
        Column::Number("last step"),
        Column::Number("still in it"),
    ];
    let row = |&at: &usize| {
        let (journey, pulse) = (&report.journeys[at], &report.pulse().journeys[at]);
        let place = |key: &str| format!("/journeys/{at}/{key}");
        let count = |key: &str, number| html! { (Figure::count(place(key), number)) };
        let counted = pulse.goal_counted(journey.goal_from_step);
        let (reached, of) = (place("goal_reached"), place("goal_counted"));
        let early =
            ["stopped", "while", "by_step", "yielded"].map(|key| place(&format!("ended/{key}")));
        Row {
            name: html! { (journey.name) },
            cells: vec![
                count("started", pulse.started),
                count("goal_reached", pulse.goal_reached),
                html! { (Figure::rate((&reached, pulse.goal_reached), (&of, counted), 1)) },
                html! { (Figure::count(early.join(" "), pulse.ended.early())) },
                count("ended/last_step", pulse.ended.last_step),
                count("waiting", still_in(pulse)),
            ],
            kind: Kind::Plain,
        }
    };
    let rows: Vec<Row> = order.iter().map(row).collect();
    let caption = "Enrolments, mailed or not. Reaching the goal is not what mail caused.";
    table(caption, "journey", &columns, &rows)
}

fn journey(
    at: usize,
    journey: &Journey,
    pulse: &JourneyPulse,
    key: Option<&'static str>,
) -> Markup {
    let steps: Vec<(&String, &StepPulse)> = journey.steps.iter().zip(&pulse.steps).collect();
    html! {
        h3 { (journey.name) }
        @if steps.iter().all(|(_, step)| step.arrived + step.ready == 0) {
            p.faint { "Nobody came to a step of it." }
        } @else {
            (funnel(at, journey, &steps, key))
            (steps_table(at, journey, &steps))
        }
        (why(at, journey, pulse))
    }
}

fn waiting(step: &StepPulse) -> u64 {
    step.arrived.saturating_sub(step.went_on() + step.left.total())
}

#[expect(clippy::cast_precision_loss, reason = "a chart is exact to a pixel")]
fn funnel(
    at: usize,
    journey: &Journey,
    steps: &[(&String, &StepPulse)],
    key: Option<&'static str>,
) -> Markup {
    let says = steps.iter().map(|(name, step)| {
        let (on, left, waiting) = (step.went_on(), step.left.total(), waiting(step));
        let [came, on, left, waiting] = [step.arrived, on, left, waiting].map(count);
        format!("{name}: {came} came, {on} went on, {left} left, {waiting} waiting.")
    });
    let says: Vec<String> = says.collect();
    let drawn = steps.iter().map(|(name, step)| funnel::Step {
        name: (*name).clone(),
        text: count(step.arrived),
        came: [step.went_on(), step.left.total(), waiting(step)].map(|number| number as f64),
        mails: (step.ready > 0).then(|| {
            let mail = &step.mail;
            [mail.delivered(), mail.opened_human, mail.clicked_human].map(|number| number as f64)
        }),
    });
    Funnel {
        told: Told {
            id: format!("steps-{at}"),
            title: format!("Steps of {}", journey.name),
            finding: says.join(" "),
            key,
        },
        steps: drawn.collect(),
    }
    .draw()
}

fn steps_table(at: usize, journey: &Journey, steps: &[(&String, &StepPulse)]) -> Markup {
    let columns = [
        Column::Number("arrived"),
        Column::Number("went on"),
        Column::Number("left"),
        Column::Number("waiting"),
        Column::Number("sent"),
        Column::Number("delivered"),
        Column::Number("opened"),
        Column::Number("clicked"),
    ];
    let row = |(i, (name, step)): (usize, &(&String, &StepPulse))| {
        let count = |key: &str, number| {
            html! { (Figure::count(format!("/journeys/{at}/steps/{i}/{key}"), number)) }
        };
        let mut cells = vec![
            count("arrived", step.arrived),
            count("went_on", step.went_on()),
            count("left", step.left.total()),
            count("waiting", waiting(step)),
        ];
        let mail = &step.mail;
        let mails = [
            ("mail/sent", mail.sent),
            ("mail/delivered", mail.delivered()),
            ("mail/opened_human", mail.opened_human),
            ("mail/clicked_human", mail.clicked_human),
        ];
        cells.extend(mails.map(|(key, number)| match step.ready {
            0 => html! { "–" },
            _ => count(key, number),
        }));
        Row { name: html! { (name) }, cells, kind: Kind::Plain }
    };
    let rows: Vec<Row> = steps.iter().enumerate().map(row).collect();
    table(&format!("Steps of {}: enrolments and mails", journey.name), "step", &columns, &rows)
}

/// Why enrolments ended early, and why some did not start.
fn why(at: usize, journey: &Journey, pulse: &JourneyPulse) -> Markup {
    let Ended { last_step: _, stopped, while_false, by_step, yielded } = pulse.ended;
    let ended = vec![
        (journey.stopped, "stopped", stopped),
        (journey.left, "while", while_false),
        ("by a step", "by_step", by_step),
        ("yielded", "yielded", yielded),
    ];
    let NotStarted {
        busy,
        again,
        if_false,
        if_unknown,
        while_false,
        while_unknown,
        stopped,
        full,
        yielded,
        no_key,
        closed: _, // of an arm that is without the journey
    } = pulse.not_started;
    let not_started = vec![
        ("in it already", "busy", busy),
        ("too soon again", "again", again),
        ("`if` false", "if_false", if_false),
        ("`if` unknown", "if_unknown", if_unknown),
        (journey.left, "while_false", while_false),
        ("`while` unknown", "while_unknown", while_unknown),
        (journey.stopped, "stopped", stopped),
        (journey.stopped_in_time, "stopped_while_quiet", pulse.disarmed),
        ("in too many journeys", "full", full),
        ("yielded", "yielded", yielded),
        ("no key", "no_key", no_key),
    ];
    let mut rows = reasons::rows("Ended early", &format!("/journeys/{at}/ended"), ended);
    let place = format!("/journeys/{at}/not_started");
    rows.extend(reasons::rows("Did not start", &place, not_started));
    let caption = format!("Why enrolments in {} ended early or did not start", journey.name);
    html! { @if !rows.is_empty() {
        details {
            summary { "Why some ended " (journey.name) " early, or did not start it" }
            (table(&caption, "reason", &[Column::Number("enrolments")], &rows))
        }
    } }
}
