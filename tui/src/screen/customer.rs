//! Who is this, what did they get, and why?

use super::{Body, WIDE, parts};
use crate::app::Panel;
use crate::table::{At, Line};
use crate::theme::Role;
use foresend_insight::board::customer::{CustomerBoard, Line as Happened};

const ASK: &str = "Type / and a customer's id, such as c-42, then Enter.";

/// The kinds that `f` goes through.
const KINDS: [&str; 4] = ["all kinds", "decisions", "mail", "events"];

pub(super) fn draw(body: &mut Body<'_>) {
    match &body.view.customer {
        None => {
            body.heading(Panel::Timeline, 2, 0, "Customer");
            body.empty(2, 1, ASK);
        }
        Some(Err(why)) => {
            body.heading(Panel::Timeline, 2, 0, "Customer");
            body.empty(2, 1, why);
        }
        Some(Ok(customer)) => found(body, customer),
    }
}

fn found(body: &mut Body<'_>, customer: &CustomerBoard) {
    let (width, height) = (body.width(), body.height());
    let is_wide = width >= WIDE;
    let side = if is_wide { 44 } else { 0 };
    let title = format!("{} · {} · local times", customer.id, customer.zone);
    body.pen.left(2, 0, &title, Role::Accent);
    let mut y = 1;
    {
        let mut known = body.part(0, 0, width - side, height);
        for line in &customer.known {
            y = parts::wrapped(&mut known.pen, (2, y), line, Role::Plain);
        }
    }
    y += 1;
    let rows = u16::try_from(customer.waits.len()).unwrap_or(u16::MAX).min(4);
    let below = if is_wide { 0 } else { rows + 2 };
    timeline(&mut body.part(0, y, width - side, height.saturating_sub(y + below)), customer);
    let mut waits = if is_wide {
        body.part(width - side, 0, side, height)
    } else {
        body.part(2, height.saturating_sub(below), width - 2, below)
    };
    waits.heading(Panel::Waits, 0, 0, "Waits for");
    if customer.waits.is_empty() {
        waits.empty(0, 1, "Nothing.");
    }
    let mut y = 1;
    for wait in &customer.waits {
        y = parts::wrapped(&mut waits.pen, (0, y), wait, Role::Plain);
    }
    if body.view.detail {
        detail(body, customer);
    }
}

/// What is known by its place in the whole list, newest first.
fn timeline(body: &mut Body<'_>, customer: &CustomerBoard) {
    let kind = body.view.kinds % KINDS.len();
    let shown: Vec<(usize, &Happened)> =
        customer.lines.iter().enumerate().rev().filter(|(_, line)| is_of(kind, line)).collect();
    let width = body.width();
    let columns = [
        At::Left(2, 15),
        At::Left(18, 8),
        At::Left(27, 9),
        At::Left(37, 18),
        At::Left(56, width.saturating_sub(58)),
    ];
    let mut day = "";
    let lines: Vec<Line> = shown
        .iter()
        .map(|(at, line)| {
            let is_new = std::mem::replace(&mut day, &line.day) != line.day;
            let role = match &*line.kind {
                "machine" => Role::Faint,
                _ => Role::Plain,
            };
            let cells = vec![
                (if is_new { line.day.clone() } else { String::new() }, Role::Bold),
                (line.time.clone(), Role::Faint),
                (
                    line.kind.clone(),
                    if &*line.kind == "event" { Role::Plain } else { Role::Accent },
                ),
                (line.what.clone(), role),
                (line.why.clone(), Role::Faint),
            ];
            Line::of(&at.to_string(), cells)
        })
        .collect();
    let counted = format!("{} of {} · {}", shown.len(), customer.lines.len(), KINDS[kind]);
    body.list(Panel::Timeline, (&["Timeline", "", "", "", &counted], &columns), &lines, None);
}

fn is_of(kind: usize, line: &Happened) -> bool {
    let is_event = matches!(&*line.kind, "event" | "machine");
    match KINDS[kind] {
        "decisions" => !is_event,
        "mail" => matches!(
            &*line.kind,
            "ready"
                | "held"
                | "sent"
                | "accepted"
                | "deferred"
                | "rejected"
                | "unknown"
                | "opened"
                | "clicked"
                | "machine"
        ),
        "events" => is_event,
        _ => true,
    }
}

/// The whole of the line selected, over the foot of the screen.
fn detail(body: &mut Body<'_>, customer: &CustomerBoard) {
    let chosen = body.view.selected(Panel::Timeline).and_then(|id| id.parse::<usize>().ok());
    let Some(line) = chosen.and_then(|at| customer.lines.get(at)) else { return };
    let title = format!("{} {} · {} {}", line.day, line.time, line.kind, line.what);
    let mut part = body.overlay(7, &title);
    parts::wrapped(&mut part.pen, (2, 2), &line.why, Role::Plain);
}
