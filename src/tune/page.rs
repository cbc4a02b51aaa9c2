//! The page: the curve, what was confirmed, the other worlds, the verdict, the caution, and what to do next.

use super::report::{CAUTION, Report};
use super::run::counted;
use super::{curve, verdict};
use crate::report::number::{count, rate, roughly, seconds};
use crate::report::page::{Page, Paper, Role, Row};
use foresend_program::{Amount, Currency, Expect, Worth};
use foresend_simulator::tune::ensemble::Ensemble;
use foresend_simulator::tune::{Seen, TODAY};

/// Rows of a table of combinations.
const ROWS: usize = 12;
/// A longer name leaves no room for what the search found.
const LABEL_MAX: usize = 34;
/// Columns of the last one of a table.
const WORST: usize = 15;

pub(super) fn page(report: &Report, paper: Paper) -> Page {
    let mut page = Page::new(paper);
    head(report, &mut page);
    page.gap();
    found(report, &mut page);
    if report.tuned.confirmed.is_some() {
        page.gap();
        confirmed(report, &mut page);
    }
    if let Some(ensemble) = &report.tuned.ensemble {
        page.gap();
        if ensemble.worlds.len() > 1 {
            worlds(report, ensemble, &mut page);
        }
        tell_kept(report, &mut page);
    }
    page.gap();
    match verdict::sentences(report, paper.letters) {
        Some(said) => page.signed_prose(Role::Failed, said.sign, &said.text),
        None => {
            page.prose(Role::Plain, "Partial: nothing is confirmed, so nothing here may be quoted.")
        }
    }
    page.prose(Role::Look, CAUTION);
    next(report, &mut page);
    page.gap();
    foot(report, &mut page);
    page
}

fn head(report: &Report, page: &mut Page) {
    let what = match &*report.addresses {
        [one] => one.clone(),
        several => format!("{} addresses", several.len()),
    };
    let partial = if report.tuned.is_partial() { "Partial: " } else { "" };
    let title = format!("{partial}Tuning by {} · {what}", report.file);
    let program: String = report.program.chars().take(7).collect();
    let row = Row::named(Role::Heading, title);
    page.row(&if page.paper().is_wide() {
        row.until(100, Role::Faint, format!("seed {} · program {program}", report.seed))
    } else {
        row
    });
    let searched = &report.tuned.searched;
    let varied = report.values.iter().filter(|value| value.varies).count();
    let of = match report.combinations {
        all if all > varied as u64 => format!(" of {} combinations", count(all)),
        _ => String::new(),
    };
    let units = counted(searched.curve_units, &report.unit);
    page.prose(
        Role::Plain,
        &format!(
            "{varied} values{of} · {units} each, the same for all · maximise {} · shown in {}",
            report.what(),
            report.worlds[0]
        ),
    );
    for assumed in &report.assumed {
        page.prose(Role::Look, &format!("Assumed of people: {assumed}"));
    }
    if let Some(known) = &report.worth {
        page.prose(Role::Faint, &worth(known, report.currency));
    }
}

/// `worth: margin 42 %, a mail £0.0008, a subscriber £3.50`
pub(super) fn worth(worth: &Worth, currency: Currency) -> String {
    let margin = f64::from(worth.margin_ppm) / 1e4;
    let amount = |amount: &Amount| match &*amount.text {
        "" => "0".to_owned(),
        text => text.to_owned(),
    };
    let (mail, subscriber) = (amount(&worth.mail), amount(&worth.subscriber));
    let symbol = currency.symbol;
    format!("worth: margin {margin} %, a mail {symbol}{mail}, a subscriber {symbol}{subscriber}")
}

/// `Extra orders per 1,000 armed carts, against no mail`
fn title(report: &Report) -> String {
    format!("Extra {} per 1,000 {}, against no mail", report.what(), report.unit.noun)
}

fn found(report: &Report, page: &mut Page) {
    page.row(&Row::named(Role::Heading, title(report)));
    if report.addresses.len() == 1 {
        curve::write(report, page);
        return;
    }
    let searched = &report.tuned.searched;
    let scale = report.curve_scale();
    let letters = page.paper().letters;
    let edge = if page.paper().is_wide() { 76 } else { 48 };
    let shown: Vec<usize> = searched
        .ranking
        .iter()
        .copied()
        .filter(|&one| one != TODAY)
        .take(ROWS)
        .chain([TODAY])
        .collect();
    page.prose(Role::Faint, &report.addresses.join(" · "));
    for one in shown {
        let point = &searched.curve[one];
        let role = if point.keeps { Role::Plain } else { Role::Faint };
        let row = Row::default().from(4, role, report.name(one)).until(
            edge,
            role,
            scale.plain(point.adds.value, letters),
        );
        page.row(&if page.paper().is_wide() {
            row.until(94, Role::Faint, scale.range(&point.adds, letters))
        } else {
            row
        });
    }
    let hidden = report.values.len().saturating_sub(ROWS + 1);
    if hidden > 0 {
        page.prose(
            Role::Faint,
            &format!("and {hidden} more, in the JSON; in the order of the last round of each"),
        );
    }
}

fn confirmed(report: &Report, page: &mut Page) {
    let tuned = &report.tuned;
    let Some(confirmed) = &tuned.confirmed else { return };
    let letters = page.paper().letters;
    let is_wide = page.paper().is_wide();
    let heading = Row::named(Role::Heading, "Confirmed on fresh people");
    let label = confirmed.candidates.iter().map(|&one| report.name(one).chars().count()).max();
    // What the search found may not be quoted: it goes first where there is no room.
    let has_found = is_wide && label.unwrap_or(0) <= LABEL_MAX;
    page.row(&if is_wide {
        let heading = if has_found { heading.until(44, Role::Faint, "found") } else { heading };
        heading
            .until(56, Role::Faint, "confirmed")
            .until(76, Role::Faint, "simulation noise")
            .until(100, Role::Faint, "against today")
    } else {
        heading.until(42, Role::Faint, "confirmed").until(60, Role::Faint, "against today")
    });
    let scale = report.scale(confirmed.customers, confirmed.units);
    let mut order: Vec<usize> = (0..confirmed.candidates.len()).collect();
    order.sort_by(|&a, &b| confirmed.adds[b].value.total_cmp(&confirmed.adds[a].value));
    let chosen = tuned.verdict.as_ref().and_then(|verdict| verdict.choice.candidate());
    for place in order {
        let one = confirmed.candidates[place];
        let (adds, over) = (&confirmed.adds[place], &confirmed.over_today[place]);
        let role = if chosen == Some(one) { Role::Accent } else { Role::Plain };
        let row = Row::named(role, report.name(one));
        let over = match one {
            TODAY => "–".to_owned(),
            _ => format!(
                "{}  {}",
                scale.signed(over.value, letters),
                scale.signed_range(over, letters)
            ),
        };
        page.row(&if is_wide {
            let found = scale.plain(report.tuned.searched.found[one], letters);
            let row = if has_found { row.until(44, Role::Faint, found) } else { row };
            row.until(56, role, scale.plain(adds.value, letters))
                .until(76, Role::Faint, scale.range(adds, letters))
                .until(100, Role::Plain, over)
        } else {
            row.until(42, role, scale.plain(adds.value, letters)).until(60, Role::Plain, over)
        });
    }
    let fresh = match confirmed.units == confirmed.customers {
        true => format!("{} new customers", count(confirmed.customers)),
        false => format!(
            "{} new customers, {}",
            count(confirmed.customers),
            counted(confirmed.units, &report.unit)
        ),
    };
    page.prose(
        Role::Faint,
        &format!(
            "{fresh}; simulation noise only, for all rows at once (max-t). Only these may be quoted.",
        ),
    );
}

fn worlds(report: &Report, ensemble: &Ensemble, page: &mut Page) {
    let letters = page.paper().letters;
    let label = ensemble.candidates.iter().map(|&one| report.name(one).chars().count()).max();
    let label = label.unwrap_or(0).max("If the world differs".len()).min(44);
    let columns: Vec<usize> =
        report.worlds.iter().map(|name| name.chars().count().max(8) + 3).collect();
    let fits = 2 + label + columns.iter().sum::<usize>() + WORST <= page.paper().width.min(100);
    let mut heading = Row::named(Role::Heading, "If the world differs");
    let mut edge = 2 + label;
    if fits {
        for (name, width) in report.worlds.iter().zip(&columns) {
            edge += width;
            heading = heading.until(edge, Role::Faint, name.clone());
        }
    }
    let last = edge + WORST;
    page.row(&heading.until(last, Role::Faint, "worst regret"));
    for (place, &one) in ensemble.candidates.iter().enumerate() {
        if ensemble.candidates.len() > ROWS && !report.is_shown(one) {
            continue;
        }
        let is_robust = ensemble.robust == Some(one);
        let role = match (is_robust, ensemble.keeps[place]) {
            (true, _) => Role::Accent,
            (false, true) => Role::Plain,
            (false, false) => Role::Faint,
        };
        let mut row = Row::named(role, report.name(one));
        let regret = |world: usize| {
            let found = &ensemble.worlds[world];
            report.scale(ensemble.customers, found.units).plain(found.regret[place], letters)
        };
        let mut edge = 2 + label;
        if fits {
            for (world, width) in columns.iter().enumerate() {
                edge += width;
                row = row.until(edge, role, regret(world));
            }
        }
        let (_, world) = ensemble.worst(place);
        let sign = if is_robust { "◂ " } else { "" };
        page.row(&row.until(last, role, format!("{sign}{}", regret(world))));
    }
    page.prose(
        Role::Faint,
        &format!(
            "regret: what the best value of that world adds beyond this one, per 1,000 {}; {} customers a world",
            report.unit.noun,
            count(ensemble.customers)
        ),
    );
}

fn tell_kept(report: &Report, page: &mut Page) {
    let (kept, broken): (Vec<_>, Vec<_>) = kept(report).into_iter().partition(Result::is_ok);
    for broken in broken.into_iter().filter_map(Result::err) {
        page.signed_prose(Role::Failed, "✗", &broken);
    }
    let kept: Vec<String> = kept.into_iter().flatten().map(|text| format!("✓ {text}")).collect();
    if !kept.is_empty() {
        let all = kept.join(" · ");
        page.prose(Role::Plain, &format!("Kept by every value, in every world: {all}"));
    }
}

/// Each thing that must be kept, in its author's words, if every value keeps it in every world; else what breaks it most.
pub(super) fn kept(report: &Report) -> Vec<Result<String, String>> {
    let Some(ensemble) = &report.tuned.ensemble else { return Vec::new() };
    let one = |(at, expect): (usize, &Expect)| {
        let found = ensemble.worlds.iter().enumerate().flat_map(|(world, found)| {
            let kept = found.kept.iter().zip(&ensemble.candidates);
            kept.map(move |(kept, &one)| (kept[at].found(), world, one))
        });
        let broken = found.filter(|(found, ..)| !expect.op.holds(*found, expect.than));
        let badness = |found: &(f64, usize, usize)| expect.op.badness(found.0, expect.than);
        match broken.max_by(|a, b| badness(a).total_cmp(&badness(b))) {
            None => Ok(expect.text.clone()),
            Some((found, world, one)) => Err(format!(
                "{} is broken: at worst {} by {} in {}",
                expect.text,
                crate::measured::found(expect, found, report.currency),
                report.values[one].label,
                report.worlds[world]
            )),
        }
    };
    report.keep.iter().enumerate().map(one).collect()
}

/// What tries a candidate.
pub(super) fn command(report: &Report, one: usize) -> String {
    let sets = report.addresses.iter().zip(&report.values[one].values).zip(&report.today);
    let sets = sets.filter(|((_, value), today)| today.as_ref() != Some(*value));
    let sets: Vec<String> = sets
        .map(|((address, value), _)| match value.contains([' ', '"', '[', '\'']) {
            true => format!(" --set '{address}={value}'"),
            false => format!(" --set {address}={value}"),
        })
        .collect();
    format!("foresend simulate {}{}", report.scenario, sets.concat())
}

/// The next command, or the change that was made.
fn next(report: &Report, page: &mut Page) {
    let Some(one) = report.changed_to() else { return };
    if !report.is_written {
        let command = command(report, one);
        page.prose(Role::Plain, &format!("To try it: {command}"));
        return;
    }
    for change in &report.change {
        page.prose(Role::Plain, &format!("Written: {}", change.file));
        for line in &change.lines {
            let sign = if line.comes { "+" } else { "−" };
            let number = line.number.to_string();
            let row = Row::default().until(8, Role::Faint, number).from(
                9,
                if line.comes { Role::Accent } else { Role::Faint },
                format!("{sign} {}", line.text.trim_start()),
            );
            page.row(&row);
        }
        if change.lines.iter().any(|line| line.comes && line.has_comment) {
            page.signed_prose(
                Role::Look,
                "▲",
                "a changed line has a comment: read whether it still holds",
            );
        }
    }
}

fn foot(report: &Report, page: &mut Page) {
    let tuned = &report.tuned;
    if let (Some(confirmed), Some(verdict)) = (&tuned.confirmed, &tuned.verdict) {
        let one = verdict.choice.candidate().unwrap_or(verdict.best);
        if let Some(place) = confirmed.place(one) {
            let Seen { changed, delivered, unsubscribed, complained, .. } = confirmed.seen[place];
            let trial = confirmed.trial[place].map_or_else(String::new, |trial| {
                format!(
                    " A real test of it against no mail needs about {} customers a side.",
                    roughly(trial)
                )
            });
            let text = format!(
                "{}: {} of the {} new customers ordered otherwise than without mail; of its mails {} unsubscribed, {} complained.{trial}",
                report.name(one),
                count(changed),
                count(confirmed.customers),
                rate(unsubscribed, delivered, 2),
                rate(complained, delivered, 3),
            );
            page.prose(Role::Faint, &text);
        }
    }
    let timing = &report.timing;
    #[expect(clippy::cast_precision_loss, reason = "a speed is shown to three digits")]
    let speed = timing.events as f64 / timing.seconds.max(1e-9) / 1e6;
    let threads = if timing.threads == 1 {
        "1 thread".to_owned()
    } else {
        format!("{} threads", timing.threads)
    };
    page.prose(
        Role::Faint,
        &format!(
            "{} events in {} · {speed:.2} M events/s · effort {} · {threads}",
            count(timing.events),
            seconds(timing.seconds),
            count(report.effort)
        ),
    );
}

impl Report {
    /// Whether a long table shows it: what was confirmed, and what risks least.
    fn is_shown(&self, one: usize) -> bool {
        let confirmed = self.tuned.confirmed.as_ref();
        confirmed.is_some_and(|confirmed| confirmed.place(one).is_some())
    }
}
