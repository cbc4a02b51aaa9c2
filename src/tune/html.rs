//! A tuning as a page to send round: the verdict, the curve, what was confirmed, the other worlds, what it rests on.
//! Numbers are per thousand units, as on the page of the terminal; each names its place in the JSON of the same run.

use super::report::{CAUTION, Report, Scale};
use super::run::counted;
use super::verdict;
use crate::html::chart::Told;
use crate::html::chart::curve::{Curve, Point};
use crate::html::chart::intervals::{Interval, Intervals};
use crate::html::figure::Figure;
use crate::html::{Column, Kind, Page, Row, Section, prose, signed, table};
use crate::report::html::settings;
use crate::report::number::{count, roughly};
use crate::report::page::Letters;
use foresend_simulator::tune::TODAY;
use foresend_simulator::tune::contrast::Bounds;
use maud::{Markup, html};

const LETTERS: Letters = Letters::Unicode;
/// Rows of a chart of combinations.
const ROWS: usize = 12;
/// What the signs of its charts mean.
const CURVE_KEY: &str = "● estimate; the band is simulation noise (95\u{a0}%, for all values at once). Only the values were tried.";
const KEY: &str = "● estimate, ├─┤ simulation noise (95\u{a0}%, for all values at once).";

/// `report`, as one file.
pub(crate) fn write(report: &Report) -> String {
    let section = |id, title: &str, body| Section { id, title: title.to_owned(), body };
    let own = &report.worlds[0];
    let mut sections = vec![section("verdict", "What follows", follows(report))];
    sections.push(section("found", "What the search found", found(report)));
    if report.tuned.confirmed.is_some() {
        sections.push(section("confirmed", "Confirmed on fresh people", confirmed(report)));
    }
    if let Some(ensemble) = &report.tuned.ensemble {
        if ensemble.worlds.len() > 1 {
            sections.push(section("worlds", "If the world differs", worlds(report)));
        }
        if !report.keep.is_empty() {
            sections.push(section("kept", "What must be kept", kept(report)));
        }
    }
    sections.push(section(
        "rests",
        "What this rests on",
        html! {
            p { (CAUTION) }
            (settings(own, &report.settings))
        },
    ));
    Page {
        title: format!("Tuning by {}", report.file),
        head: head(report),
        sections,
        foot: html! {
            dl {
                dt { "Confirmed" }
                dd { "On people whom the search has not met, in a number fixed before. Only these numbers may be quoted: what a \
                      search finds is flattered by the finding." }
                dt { "Simulation noise" }
                dd { "What chance leaves open inside one world, for all rows of a table at once. It says nothing about how far \
                      that world is from your shop." }
                dt { "Regret" }
                dd { "What the best value of a world adds beyond this one. It may be slightly negative, where one half of the \
                      people says otherwise than the other." }
            }
            p { "Made by foresend tune. The same files, seed and effort make the same page." }
        },
    }
    .write()
}

fn head(report: &Report) -> Markup {
    let program: String = report.program.chars().take(7).collect();
    let varied = report.values.iter().filter(|value| value.varies).count();
    html! {
        @if report.tuned.is_partial() {
            (signed("look", "▲", "Partial: it was stopped early, and nothing is confirmed."))
        }
        p {
            (varied) " values of " @for (at, address) in report.addresses.iter().enumerate() {
                @if at > 0 { ", " } code { (address) }
            }
            ", each for the same people, to make most of " (report.what()) "." br;
            span.faint {
                (prose(&format!("{} days of {} · seed {} · program {program} · effort {}", report.days, report.scenario, report.seed, count(report.effort))))
            }
        }
        @for assumed in &report.assumed { p { "Assumed of people: " (assumed) } }
        @if let Some(worth) = &report.worth {
            p.faint { (prose(&super::page::worth(worth, report.currency))) }
        }
        p { a href="#rests" { "What it rests on" } "." }
    }
}

/// `Extra orders per 1,000 armed carts, against no mail`
fn unit(report: &Report) -> String {
    format!("Extra {} per 1,000 {}, against no mail", report.what(), report.unit.noun)
}

fn follows(report: &Report) -> Markup {
    let said = verdict::sentences(report, LETTERS);
    html! {
        @match said {
            Some(said) if said.sign.is_empty() => p.headline { span.rest { (prose(&said.text)) } },
            Some(said) => (signed("failed", said.sign, &said.text)),
            None => p { "Nothing is confirmed, so nothing here may be quoted." },
        }
        @if let Some(one) = report.changed_to() {
            p { "To try it: " code { (super::page::command(report, one)) } }
            @for change in &report.change {
                p { code { (change.file) } @if report.is_written { ", written" } }
                ul.change { @for line in &change.lines {
                    li { code {
                        (line.number) " " (if line.comes { "+" } else { "−" }) " " (line.text.trim_start())
                    } }
                } }
            }
        }
        (trial(report))
    }
}

/// How many people did otherwise, and how large a real test would be.
fn trial(report: &Report) -> Markup {
    let tuned = &report.tuned;
    let (Some(confirmed), Some(verdict)) = (&tuned.confirmed, &tuned.verdict) else {
        return html! {};
    };
    let one = verdict.choice.candidate().unwrap_or(verdict.best);
    let Some(place) = confirmed.place(one) else { return html! {} };
    let seen = &confirmed.seen[place];
    let at = |key: &str| format!("/confirmed/values/{place}/{key}");
    let of = at("delivered");
    html! {
        p.faint {
            (report.name(one)) ": " (Figure::count(at("changed"), seen.changed)) " of the "
            (Figure::count("/confirmed/customers", confirmed.customers)) " new customers ordered otherwise than without mail; of its \
            mails " (Figure::rate((&at("unsubscribed"), seen.unsubscribed), (&of, seen.delivered), 2)) " unsubscribed, "
            (Figure::rate((&at("complained"), seen.complained), (&of, seen.delivered), 3)) " complained."
            @if let Some(trial) = confirmed.trial[place] {
                " A real test of it against no mail needs about " (roughly(trial)) " customers a side."
            }
        }
    }
}

fn found(report: &Report) -> Markup {
    let searched = &report.tuned.searched;
    let scale = report.curve_scale();
    let shown: Vec<usize> =
        if report.addresses.len() == 1 { report.drawn() } else { ranked(report) };
    let rows = shown.iter().map(|&one| {
        let (value, point) = (&report.values[one], &searched.curve[one]);
        let at = |key: &str| format!("/values/{one}/curve/{key}");
        let says = match (point.keeps, point.dropped) {
            (false, _) => html! { span.failed { "✗ breaks what must be kept" } },
            (true, _) if point.on_plateau => {
                html! { "as good as the best, for all that noise shows" }
            }
            (true, Some(round)) => html! { "out after round " (round) },
            (true, None) => html! {},
        };
        Row {
            name: html! { (value.label) @if value.is_today { " " span.faint { "today" } } },
            cells: vec![
                html! { (per(at("value"), point.adds.value, scale)) },
                html! { (bounds(&at, &point.adds, scale)) },
                says,
            ],
            kind: if report.changed_to() == Some(one) { Kind::Leading } else { Kind::Plain },
        }
    });
    let rows: Vec<Row> = rows.collect();
    let columns = [
        Column::Number("against no mail"),
        Column::Faint("simulation noise"),
        Column::Words("how it fared"),
    ];
    let hidden = report.values.len() - shown.len();
    html! {
        p { "Exploratory, not to be quoted: " (prose(&counted(searched.curve_units, &report.unit))) " for each value in the first round." }
        (drawn(report, &shown, scale))
        (table(&unit(report), "value", &columns, &rows))
        @if hidden > 0 { p.faint { "And " (hidden) " more, in the JSON." } }
    }
}

/// The best of many combinations, and today's.
fn ranked(report: &Report) -> Vec<usize> {
    let ranking = report.tuned.searched.ranking.iter().copied().filter(|&one| one != TODAY);
    ranking.take(ROWS).chain([TODAY]).collect()
}

fn drawn(report: &Report, shown: &[usize], scale: Scale) -> Markup {
    let curve = &report.tuned.searched.curve;
    let finding = verdict::sentences(report, LETTERS).map_or_else(
        || "Nothing is confirmed.".to_owned(),
        |said| format!("{} {}", said.sign, said.text).trim().to_owned(),
    );
    let key = if report.addresses.len() > 1 { KEY } else { CURVE_KEY };
    let told = Told { id: "found-chart".to_owned(), title: unit(report), finding, key: Some(key) };
    let factor = scale.factor;
    if report.addresses.len() > 1 {
        let rows = shown.iter().map(|&one| interval(&report.name(one), &curve[one].adds, scale));
        return Intervals { told, range: None, rows: rows.collect() }.draw();
    }
    let points = shown.iter().map(|&one| {
        let (value, Bounds { value: found, low, high }) = (&report.values[one], curve[one].adds);
        Point {
            label: value.label.clone(),
            at: value.at,
            value: found * factor,
            low: low * factor,
            high: high * factor,
            regret: None,
            is_plateau: curve[one].on_plateau,
            is_kept: curve[one].keeps,
            is_today: value.is_today,
            is_chosen: report.changed_to() == Some(one),
        }
    });
    Curve { told, points: points.collect(), plateau: "cannot be told from the best".to_owned() }
        .draw()
}

fn interval(name: &str, bounds: &Bounds, scale: Scale) -> Interval {
    Interval {
        name: name.to_owned(),
        value: bounds.value * scale.factor,
        noise: Some((bounds.high - bounds.value) * scale.factor),
        text: scale.signed(bounds.value, LETTERS),
        noise_text: scale.range(bounds, LETTERS),
    }
}

fn confirmed(report: &Report) -> Markup {
    let Some(confirmed) = &report.tuned.confirmed else { return html! {} };
    let scale = report.scale(confirmed.customers, confirmed.units);
    let mut order: Vec<usize> = (0..confirmed.candidates.len()).collect();
    order.sort_by(|&a, &b| confirmed.adds[b].value.total_cmp(&confirmed.adds[a].value));
    let chosen = report.tuned.verdict.as_ref().and_then(|verdict| verdict.choice.candidate());
    let rows = order.iter().map(|&place| {
        let one = confirmed.candidates[place];
        let adds = |key: &str| format!("/confirmed/values/{place}/adds/{key}");
        let over = |key: &str| format!("/confirmed/values/{place}/over_today/{key}");
        let difference = &confirmed.over_today[place];
        let against = match one {
            TODAY => vec![html! { "–" }, html! { "–" }],
            _ => vec![
                html! { (signed_per(over("value"), difference.value, scale)) },
                html! {
                    (signed_per(over("low"), difference.low, scale)) " … " (signed_per(over("high"), difference.high, scale))
                },
            ],
        };
        let own = [
            html! { (per(adds("value"), confirmed.adds[place].value, scale)) },
            html! { (bounds(&adds, &confirmed.adds[place], scale)) },
        ];
        Row {
            name: html! { (report.name(one)) },
            cells: own.into_iter().chain(against).collect(),
            kind: if chosen == Some(one) { Kind::Leading } else { Kind::Plain },
        }
    });
    let rows: Vec<Row> = rows.collect();
    let columns = [
        Column::Number("against no mail"),
        Column::Faint("simulation noise"),
        Column::Number("against today"),
        Column::Faint("noise of that"),
    ];
    let title = format!("{}, confirmed", unit(report));
    let told = Told {
        id: "confirmed-chart".to_owned(),
        title: title.clone(),
        finding: format!(
            "On {} new customers; bounds hold for all rows at once.",
            count(confirmed.customers)
        ),
        key: None,
    };
    let drawn = order.iter().map(|&place| {
        interval(&report.name(confirmed.candidates[place]), &confirmed.adds[place], scale)
    });
    html! {
        (Intervals { told, range: None, rows: drawn.collect() }.draw())
        (table(&title, "value", &columns, &rows))
        p.faint {
            (Figure::count("/confirmed/customers", confirmed.customers)) " new customers; bounds hold for all rows at once (max-t). Only \
            these may be quoted."
        }
    }
}

fn worlds(report: &Report) -> Markup {
    let Some(ensemble) = &report.tuned.ensemble else { return html! {} };
    let rows = ensemble.candidates.iter().enumerate().map(|(place, &one)| {
        let scale = |world: usize| report.scale(ensemble.customers, ensemble.worlds[world].units);
        let regret = |world: usize| {
            let at = format!("/regret/values/{place}/regret/{world}");
            html! { (per(at, ensemble.worlds[world].regret[place], scale(world))) }
        };
        let (worst, world) = ensemble.worst(place);
        let worst = html! {
            @if ensemble.robust == Some(one) { span.good { "✓ least " } }
            (per(format!("/regret/values/{place}/worst"), worst, scale(world)))
        };
        Row {
            name: html! { (report.name(one)) },
            cells: [worst].into_iter().chain((0..report.worlds.len()).map(regret)).collect(),
            kind: if ensemble.robust == Some(one) { Kind::Leading } else { Kind::Plain },
        }
    });
    let rows: Vec<Row> = rows.collect();
    let columns: Vec<Column<'_>> = [Column::Number("worst")]
        .into_iter()
        .chain(report.worlds.iter().map(|name| Column::Number(name)))
        .collect();
    html! {
        p {
            "What the best value of each world adds beyond a value, per 1,000 " (report.unit.noun) ": "
            (Figure::count("/regret/customers", ensemble.customers)) " customers a world, the same in each."
        }
        (table("Regret in each world", "value", &columns, &rows))
    }
}

fn kept(report: &Report) -> Markup {
    html! { ul { @for kept in super::page::kept(report) {
        li { @match kept {
            Ok(text) => { span.good { "✓" } " " (text) " by every value, in every world" },
            Err(text) => { span.failed { "✗" } " " (text) },
        } }
    } } }
}

fn per(at: impl Into<String>, value: f64, scale: Scale) -> Figure {
    Figure::text(at, scale.plain(value, LETTERS))
}

fn signed_per(at: impl Into<String>, value: f64, scale: Scale) -> Figure {
    Figure::text(at, scale.signed(value, LETTERS))
}

fn bounds(at: &dyn Fn(&str) -> String, bounds: &Bounds, scale: Scale) -> Markup {
    html! { (per(at("low"), bounds.low, scale)) " … " (per(at("high"), bounds.high, scale)) }
}
