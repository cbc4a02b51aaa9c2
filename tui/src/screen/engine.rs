//! Is it fast, is it full, is it safe, is it fed?

use super::{Body, WIDE};
use crate::app::Panel;
use crate::number::{bytes, count, micros, thousands};
use crate::table::{At, Line};
use crate::theme::Role;
use foresend_insight::board::engine::{Engine, Feed, Histogram, Shard};
use ratatui::style::Modifier;

const NONE: &str =
    "A rehearsal has no engine: no disk to fill, no queue to wait in, no clock to be late by.";

/// Rows of a histogram's columns.
const COLUMNS: u16 = 4;

pub(super) fn draw(body: &mut Body<'_>) {
    let Some(engine) = body.view.board.as_ref().and_then(|board| board.engine.as_ref()) else {
        body.heading(Panel::Shards, 2, 0, "Engine");
        return body.empty(2, 1, NONE);
    };
    let (width, height) = (body.width(), body.height());
    let half = width / 2;
    histogram(&mut body.part(0, 0, half, COLUMNS + 3), "Acknowledge", &engine.acknowledge);
    histogram(
        &mut body.part(half, 0, width - half, COLUMNS + 3),
        "Wake lateness",
        &engine.wake_lateness,
    );
    let mut y = COLUMNS + 4;
    let rows = u16::try_from(engine.shards.len() + 2).unwrap_or(u16::MAX).min(height / 3).max(3);
    shards(&mut body.part(0, y, width, rows), &engine.shards);
    y += rows + 1;
    gauges(&mut body.part(0, y, width, 3), engine);
    y += 4;
    feed(&mut body.part(0, y, width, height.saturating_sub(y)), &engine.feed);
}

/// Logarithmic bins, the height of each as the root of its count.
fn histogram(body: &mut Body<'_>, name: &str, of: &Histogram) {
    let width = body.width();
    body.pen.left(2, 0, name, Role::Bold);
    body.pen.right(width - 2, 0, &of.over, Role::Faint);
    let chosen =
        body.view.bin.filter(|_| !of.bins.is_empty()).map(|bin| bin.min(of.bins.len() - 1));
    if let Some(bin) = chosen {
        let (bound, count) = of.bins[bin];
        let from = bin.checked_sub(1).map_or(0, |before| of.bins[before].0);
        let text = format!("{} … {}: {}", micros(from), micros(bound), thousands(count));
        body.pen.left(18, 0, &text, Role::Accent);
    }
    let root = |count: u64| Some(((count as f64).sqrt() * 100.0).round());
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a root of a count"
    )]
    let columns: Vec<Option<u64>> =
        of.bins.iter().map(|(_, count)| root(*count).map(|root| root as u64)).collect();
    let shown = u16::try_from(columns.len()).unwrap_or(u16::MAX).min(width.saturating_sub(4));
    body.pen.columns((2, 1), (shown, COLUMNS), &columns);
    let first = columns.len().saturating_sub(usize::from(shown));
    if let Some(at) = chosen.and_then(|bin| bin.checked_sub(first)) {
        let x = 2 + u16::try_from(at).unwrap_or(0);
        (1..=COLUMNS).for_each(|y| body.pen.modify(x, y, 1, Modifier::REVERSED));
    }
    let bounds: Vec<u64> = of.bins.iter().skip(first).map(|(bound, _)| *bound).collect();
    let place = |value: u64| {
        bounds.iter().position(|bound| *bound >= value).and_then(|at| u16::try_from(at).ok())
    };
    let y = COLUMNS + 1;
    for at in (0..bounds.len()).step_by(9) {
        let x = 2 + u16::try_from(at).unwrap_or(0);
        body.pen.left(x, y, &micros(bounds[at]), Role::Faint);
    }
    if let Some(at) = of.line.and_then(place) {
        body.pen.left(2 + at, 1, "│", Role::Rule);
    }
    let [p50, p99, p999, most] = of.quantiles.map(micros);
    let is_over = of.line.is_some_and(|line| of.quantiles[1] > line);
    let x = body.pen.left(2, y + 1, &format!("p50 {p50}   "), Role::Plain);
    let role = if is_over { Role::Failed } else { Role::Accent };
    let sign = if is_over { "✗ " } else { "" };
    let x = body.pen.left(x, y + 1, &format!("{sign}p99 {p99}"), role);
    body.pen.left(x, y + 1, &format!("   p99.9 {p999}   max {most}"), Role::Plain);
}

fn shards(body: &mut Body<'_>, all: &[Shard]) {
    let head = [
        "Shard",
        "events/s",
        "customers",
        "in memory",
        "at rest",
        "mailbox",
        "apply p50",
        "due in 1 h",
        "quarantined",
    ];
    let columns: [At; 9] = if body.width() >= WIDE {
        [
            At::Left(2, 9),
            At::Right(22),
            At::Right(34),
            At::Right(46),
            At::Right(58),
            At::Right(68),
            At::Right(80),
            At::Right(93),
            At::Right(107),
        ]
    } else {
        [
            At::Left(2, 6),
            At::Right(17),
            At::Right(27),
            At::Right(37),
            At::Right(46),
            At::Right(54),
            At::Right(64),
            At::Right(0),
            At::Right(78),
        ]
    };
    let used = |mut line: Line| {
        if let At::Right(0) = columns[7] {
            line.cells[7].0.clear();
        }
        line
    };
    let lines: Vec<Line> = all
        .iter()
        .enumerate()
        .map(|(at, shard)| used(shard_line(&at.to_string(), shard)))
        .collect();
    let mut sum = Shard::default();
    for shard in all {
        sum.events += shard.events;
        sum.in_memory += shard.in_memory;
        sum.at_rest += shard.at_rest;
        sum.mailbox += shard.mailbox;
        sum.due += shard.due;
        sum.quarantined += shard.quarantined;
        sum.apply_p50 = sum.apply_p50.max(shard.apply_p50);
    }
    let mut total = used(shard_line("all", &sum));
    total.id.clear();
    let mut titles = head;
    if let At::Right(0) = columns[7] {
        titles[7] = "";
    }
    body.list(Panel::Shards, (&titles, &columns), &lines, Some(&total));
}

fn shard_line(name: &str, of: &Shard) -> Line {
    let plain = |text: String| (text, Role::Plain);
    let quarantined = match of.quarantined {
        0 => plain("0".to_owned()),
        some => (format!("✗ {}", thousands(some)), Role::Failed),
    };
    let cells = vec![
        plain(name.to_owned()),
        plain(count(of.events)),
        plain(count(of.in_memory + of.at_rest)),
        plain(count(of.in_memory)),
        plain(count(of.at_rest)),
        plain(count(of.mailbox)),
        plain(format!("{} ns", thousands(of.apply_p50))),
        plain(count(of.due)),
        quarantined,
    ];
    Line::of(name, cells)
}

fn gauges(body: &mut Body<'_>, engine: &Engine) {
    let width = body.width();
    let is_wide = width >= WIDE;
    let room = if is_wide { 36 } else { 24 };
    for (y, name, (used, all)) in [(0, "Memory", engine.memory), (1, "Disk", engine.disk)] {
        let share = used as f64 / all.max(1) as f64;
        let role = if share >= 0.8 { Role::Look } else { Role::Accent };
        let sign = if share >= 0.8 { "▲ " } else { "" };
        body.pen.left(2, y, name, Role::Plain);
        body.pen.left(11, y, &"─".repeat(room), Role::Rule);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "of a screen")]
        let cells = (share.clamp(0.0, 1.0) * room as f64).round() as usize;
        body.pen.left(11, y, &"━".repeat(cells), role);
        let x = 13 + u16::try_from(room).unwrap_or(0);
        body.pen.left(x, y, &format!("{sign}{} of {}", bytes(used), bytes(all)), Role::Plain);
    }
    if is_wide {
        for (y, name, text) in [(0, "Journal", &engine.journal), (1, "Commit", &engine.commit)] {
            body.pen.left(70, y, name, Role::Plain);
            body.pen.left(80, y, text, Role::Faint);
        }
    }
    body.pen.left(2, 2, &engine.status, Role::Plain);
    if is_wide {
        body.pen.right(width - 2, 2, &format!("stage: {}", engine.stage), Role::Plain);
    }
}

fn feed(body: &mut Body<'_>, all: &[Feed]) {
    let columns = [At::Left(2, 26), At::Right(42), At::Right(54), At::Left(57, 22)];
    let lines: Vec<Line> = all
        .iter()
        .map(|feed| {
            let state = match feed.since {
                since if since > 3.0 * feed.usual => ("✗ the shop stopped telling", Role::Failed),
                since if since > feed.usual => ("▲ slow", Role::Look),
                _ => ("✓", Role::Good),
            };
            let minutes = |minutes: f64| (format!("{minutes:.1}"), Role::Plain);
            let cells = vec![
                (feed.event.clone(), Role::Plain),
                minutes(feed.since),
                minutes(feed.usual),
                (state.0.to_owned(), state.1),
            ];
            Line::of(&feed.event, cells)
        })
        .collect();
    let head = ["Feed, minutes", "since last", "usual"];
    body.list(Panel::Feed, (&head, &columns), &lines, None);
}
