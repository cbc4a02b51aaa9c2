//! An explanation as a page: days as headings, one line for each thing that happened or was decided, on the customer's
//! own clock. When a step will come due is said by the records, and shown where it is still waited for.

use super::lived::Lived;
use super::{Explained, Of};
use crate::looked;
use crate::report::page::{MARGIN, Page, Role, Row};
use foresend_program::{Compiled, Line, Timeline};

/// Where the columns begin.
const KIND: usize = 12;
const WHAT: usize = 24;
/// A longer name of a step or journey is cut.
const WHAT_MAX: usize = 24;

pub(super) fn draw(explained: &Explained<'_>, page: &mut Page) {
    let compiled = explained.compiled;
    for (i, (arm, lived)) in explained.arms.iter().enumerate() {
        if i > 0 {
            page.gap();
        }
        let who = format!("{} · {} · local times", explained.customer, lived.zone.name());
        match explained.of {
            Of::Rehearsal(opened, set) => {
                let population = &opened.scenario.population;
                let program = looked::short(&compiled.program.hash);
                let run = format!("{population} · {} · program {program}", arm.replace('-', " "));
                looked::title(who, run, page);
                for (address, value) in set {
                    let set = format!("set {address} = {value}");
                    page.beside(Row::default(), MARGIN, Role::Look, &set);
                }
                if !lived.since {
                    let before = format!("before the start: {}", lived.before.says(compiled));
                    page.beside(Row::default(), MARGIN, Role::Plain, &before);
                }
            }
            Of::Data(look, data) => {
                looked::head(who, look, data, &Timeline::new(compiled, &lived.zone), page);
                if !lived.since && !lived.before.events.is_empty() {
                    let before = format!("imported: {}", lived.before.says(compiled));
                    page.beside(Row::default(), MARGIN, Role::Plain, &before);
                }
            }
        }
        draw_life(compiled, lived, page);
    }
}

/// Everything that happened and was decided, and what is waited for.
fn draw_life(compiled: &Compiled, lived: &Lived, page: &mut Page) {
    let timeline = Timeline::new(compiled, &lived.zone);
    let lines = merged(&lived.lines, &timeline);
    let names = lines.iter().map(|line| line.what().chars().count()).max().unwrap_or(0);
    let why = WHAT + names.min(WHAT_MAX) + 2;
    let (mut day, mut time) = (String::new(), String::new());
    for line in &lines {
        let (on, at) = (timeline.day(line.at), timeline.time(line.at));
        if on != day {
            page.gap();
            page.row(&Row::named(Role::Heading, &on));
            (day, time) = (on, String::new());
        }
        let shown = if at == time { String::new() } else { at.clone() };
        time = at;
        let row = Row::named(Role::Plain, shown).from(KIND, role(line), line.kind).from(
            WHAT,
            Role::Plain,
            line.what(),
        );
        let reason = Some(&line.reason).filter(|reason| !reason.is_empty()).into_iter();
        let reason = reason.chain(&line.read).map(String::as_str).collect::<Vec<_>>().join(" · ");
        let reason = match timeline.journey_if_unclear(line) {
            Some(journey) if reason.is_empty() => journey.to_owned(),
            Some(journey) => format!("{journey}: {reason}"),
            None => reason,
        };
        if reason.is_empty() {
            page.row(&row);
        } else {
            page.beside(row, why, Role::Plain, &reason);
        }
    }
    page.gap();
    if lines.is_empty() {
        page.beside(Row::default(), MARGIN, Role::Plain, "Nothing happened, nothing was decided.");
    }
    for (i, wait) in lived.waits.iter().enumerate() {
        let row = if i == 0 { Row::named(Role::Heading, "Waits for") } else { Row::default() };
        page.beside(row, KIND + 1, Role::Plain, wait);
    }
    if lived.waits.is_empty() {
        page.beside(Row::default(), MARGIN, Role::Plain, "Waits for nothing.");
    }
}

/// Without what is shown elsewhere: a wait that begins again stands behind the event that did it, when a step will
/// come due is no line of its own, what an experiment counts stands in another line already, the same event many times in a row is one line, and what was read a moment ago for
/// the same enrolment is not said again.
fn merged(lines: &[Line], timeline: &Timeline<'_>) -> Vec<Line> {
    let mut all: Vec<Line> = Vec::new();
    let mut times = 1;
    for line in lines.iter().filter(|line| !matches!(line.kind, "awaits" | "counted")) {
        let mut line = line.clone();
        let now = all.iter().rev().take_while(|said| said.at == line.at);
        let own: Vec<_> = now.filter(|said| is_of_same_enrolment(said, &line)).collect();
        line.read.retain(|read| !own.iter().any(|said| said.read.contains(read)));
        let line = &line;
        match all.last_mut() {
            Some(event) if line.kind == "rearmed" && event.kind == "event" => {
                let dot = if event.reason.is_empty() { "" } else { " · " };
                event.reason.push_str(&format!("{dot}{}", line.reason));
            }
            Some(first) if is_again(first, line, times, timeline) => {
                times += 1;
                first.reason = format!("{times} times until {}", timeline.time(line.at));
                continue;
            }
            Some(_) | None => all.push(line.clone()),
        }
        times = 1;
    }
    all
}

fn is_of_same_enrolment(one: &Line, other: &Line) -> bool {
    (&one.journey, one.enrolment) == (&other.journey, other.enrolment)
}

/// Whether `line` tells of the same event as `first`, which tells of `times` of them, on the same day.
fn is_again(first: &Line, line: &Line, times: u32, timeline: &Timeline<'_>) -> bool {
    let is_bare = (first.reason.is_empty() || times > 1) && line.reason.is_empty();
    let is_same = (first.kind, first.what()) == ("event", line.what()) && line.kind == "event";
    is_bare && is_same && timeline.day(first.at) == timeline.day(line.at)
}

/// What was done by machines is faint; what was decided stands out.
fn role(line: &Line) -> Role {
    match line.kind {
        "event" => Role::Plain,
        "machine" => Role::Faint,
        _ => Role::Accent,
    }
}
