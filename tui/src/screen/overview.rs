//! Is mail flowing, is it read, did it cause orders, is something wrong?
//!
//! Order of loss where the screen is short: the list of alarms, journeys (they scroll), rows of the pace.

use super::{Body, VERY_WIDE, WIDE, parts};
use crate::app::Panel;
use crate::number::{count, difference, money, money_each, rate, share, signed, thousands};
use crate::pen::cut;
use crate::theme::Role;
use foresend_insight::board::caused::{Caused, HOLDOUT_MIN, Interval, Measured, Rehearsed};
use foresend_insight::board::funnel::Funnel;
use foresend_insight::board::{Board, Pace};

/// Rows of the funnel with its heading, and the empty one behind it.
const FUNNEL: u16 = 9;
/// Where the second panel begins on a wide screen, and the third.
const SECOND: u16 = 76;
const THIRD: u16 = 120;

pub(super) fn draw(body: &mut Body<'_>) {
    let Some(board) = &body.view.board else {
        return parts::nothing_yet(body);
    };
    if board.of.day.is_some_and(|(day, _)| day == 0) || board.of.customers == 0 {
        return body.empty(2, 0, "No mail yet. 0 customers. Send a first event: curl …/v1/track");
    }
    let (width, height) = (body.width(), body.height());
    if body.view.enlarged {
        if body.view.has_focus(Panel::Alarms) {
            parts::alarms(body, board);
        } else if body.view.has_focus(Panel::Funnel) {
            funnel(body, board, width);
        } else {
            parts::journeys(body, board);
        }
        return;
    }
    let has_third = width >= VERY_WIDE;
    let main = if has_third { THIRD } else { width };
    let mut y = if width >= WIDE {
        funnel(&mut body.part(0, 0, main, FUNNEL), board, SECOND - 4);
        caused(&mut body.part(SECOND, 0, main - SECOND, FUNNEL), board);
        FUNNEL
    } else {
        funnel(&mut body.part(0, 0, main, FUNNEL), board, main);
        let rows = caused_rows(board).min(height.saturating_sub(FUNNEL + 5));
        caused(&mut body.part(0, FUNNEL, main, rows), board);
        FUNNEL + rows + 1
    };
    let left = height.saturating_sub(y);
    let journeys = u16::try_from(board.journeys.len()).unwrap_or(u16::MAX).saturating_add(2);
    let alarms = if has_third { 0 } else { 5 };
    let rows = match left {
        left if left >= 12 + journeys.min(10) + alarms => 3,
        left if left >= 9 + journeys.min(10) => 2,
        _ => 1,
    };
    if left >= 5 {
        pace(&mut body.part(0, y, main, 2 + 3 * rows), board, rows);
        y += 3 + 3 * rows;
    }
    let left = height.saturating_sub(y);
    let has_alarms = !has_third && left >= 5 + alarms;
    let room = if has_alarms { left - alarms } else { left };
    if room >= 3 {
        let taken = parts::journeys(&mut body.part(0, y, main, room.min(journeys)), board);
        y += taken + 1;
    }
    if has_alarms {
        parts::alarms(&mut body.part(0, y, main, height.saturating_sub(y)), board);
    }
    if has_third {
        parts::alarms(&mut body.part(THIRD + 2, 0, width - THIRD - 2, height), board);
    }
}

/// What became of mail, in the first `width` columns.
fn funnel(body: &mut Body<'_>, board: &Board, width: u16) {
    let is_wide = width >= 71;
    let (of, before) = (&board.funnel, board.before.as_ref());
    // Below 80 columns there is no room for bars.
    let (number, bar, room) = match width {
        0..=69 => (25, 0, 0),
        70..=75 => (25, 27, 22),
        _ => (23, 25, width.saturating_sub(50).min(60)),
    };
    let (percent, change) = (width.saturating_sub(12), width.saturating_sub(1));
    body.heading(Panel::Funnel, 2, 0, &parts::window(board));
    body.pen.right(percent, 0, if is_wide { "of delivered" } else { "of deliv." }, Role::Faint);
    body.pen.right(change, 0, "before", Role::Faint);
    let most = of.sent.max(1);
    for (y, (name, value, prior)) in (1..).zip(rows(of, before)) {
        let is_machine = name.starts_with(' ');
        let role = if is_machine { Role::Faint } else { Role::Plain };
        body.pen.left(2, y, name, role);
        body.pen.right(number, y, &count(value), role);
        let length = value as f64 / most as f64;
        if is_machine {
            body.pen.hatched(bar, y, room, length);
        } else {
            body.pen.bar(bar, y, room, length, Role::Plain);
        }
        if name == "sent" {
            continue;
        }
        // Delivered is of sent, all others of delivered.
        let whole = |of: &Funnel| if name == "delivered" { of.sent } else { of.delivered };
        body.pen.right(percent, y, &rate(value, whole(of), 1), role);
        let points = before.zip(prior).and_then(|(before, prior)| {
            Some(share(value, whole(of))? - share(prior, whole(before))?)
        });
        let text = points.map_or_else(|| "–".to_owned(), |points| difference(points, 1));
        body.pen.right(change, y, &text, Role::Faint);
    }
    let currency = (&*board.of.currency, board.of.minor_digits);
    let y = 7;
    body.pen.left(2, y, "revenue", Role::Plain);
    body.pen.right(number, y, &money(of.revenue_minor, currency), Role::Plain);
    let each = |of: &Funnel| of.revenue_minor as f64 / of.delivered.max(1) as f64;
    if let Some(text) = money_each(of.revenue_minor, of.delivered, currency) {
        body.pen.right(percent, y, &format!("{text} a mail"), Role::Plain);
        let digits = usize::from(board.of.minor_digits);
        let unit = 10f64.powi(i32::from(board.of.minor_digits));
        let change_by =
            before.filter(|before| before.delivered > 0).map(|before| each(of) - each(before));
        let text = change_by.map_or_else(|| "–".to_owned(), |by| difference(by / unit, digits));
        body.pen.right(change, y, &text, Role::Faint);
    }
}

/// Name, count, and the count of the window before.
fn rows<'a>(of: &Funnel, before: Option<&Funnel>) -> [(&'a str, u64, Option<u64>); 6] {
    let prior = |field: fn(&Funnel) -> u64| before.map(field);
    [
        ("sent", of.sent, prior(|of| of.sent)),
        ("delivered", of.delivered, prior(|of| of.delivered)),
        ("opened", of.opened, prior(|of| of.opened)),
        ("  by machines", of.opened_by_machines, prior(|of| of.opened_by_machines)),
        ("clicked", of.clicked, prior(|of| of.clicked)),
        ("ordered", of.ordered, prior(|of| of.ordered)),
    ]
}

/// Rows that the panel takes below the funnel.
fn caused_rows(board: &Board) -> u16 {
    match &board.caused {
        Caused::NotMeasured | Caused::TooFew { .. } => 2,
        Caused::Rehearsed(_) => 3,
        Caused::Measured(_) => 3,
    }
}

/// What mail caused.
fn caused(body: &mut Body<'_>, board: &Board) {
    let is_side = body.height() >= FUNNEL;
    let x = if is_side { 0 } else { 2 };
    match &board.caused {
        Caused::NotMeasured => {
            body.pen.left(x, 0, "Caused by mail", Role::Bold);
            body.empty(x, 1, "No holdout: what mail causes is not measured.");
        }
        Caused::TooFew { holdout } => {
            body.pen.left(x, 0, "Caused by mail", Role::Bold);
            let (so_many, of) = (thousands(*holdout), thousands(HOLDOUT_MIN));
            body.empty(x, 1, &format!("○ too few to say (holdout {so_many} of {of})"));
        }
        Caused::Rehearsed(found) if is_side => rehearsed(body, board, found),
        Caused::Rehearsed(found) => rehearsed_in_short(body, board, found),
        Caused::Measured(found) if is_side => measured(body, found),
        Caused::Measured(found) => measured_in_short(body, found),
    }
}

/// `4 worlds, 60 days`
fn over(board: &Board, found: &Rehearsed) -> String {
    let days = board.of.day.map_or(0, |(_, days)| days);
    match found.worlds.len() {
        0 => String::new(),
        1 => format!("1 world, {days} days"),
        worlds => format!("{worlds} worlds, {days} days"),
    }
}

/// `−121 … +1,106`
fn range(found: &Rehearsed) -> Option<String> {
    let (low, high) = found.range()?;
    Some(format!("{} … {}", signed(low.orders), signed(high.orders)))
}

fn rehearsed(body: &mut Body<'_>, board: &Board, found: &Rehearsed) {
    let end = body.width().min(44) - 1;
    let pen = &mut body.pen;
    pen.left(0, 0, "Caused by mail", Role::Bold);
    pen.right(end, 0, &over(board, found), Role::Faint);
    pen.left(0, 1, "orders, the same people with and without", Role::Faint);
    let mut y = 2;
    if found.worlds.len() > 1 {
        pen.left(0, y, "range over worlds", Role::Accent);
        pen.right(34, y, &range(found).unwrap_or_default(), Role::Accent);
        y += 1;
    }
    for world in &found.worlds {
        pen.within(0, y, 21, &world.id, Role::Plain);
        pen.right(34, y, &signed(world.orders), Role::Plain);
        let noise = world
            .noise
            .map_or_else(|| "too few".to_owned(), |noise| format!("±{}", count(whole(noise))));
        pen.right(end, y, &noise, Role::Faint);
        y += 1;
    }
    so_far(body, (0, y.min(7)), board, found);
}

/// What mail has caused until the day shown.
fn so_far(body: &mut Body<'_>, (x, y): (u16, u16), board: &Board, found: &Rehearsed) {
    let day = board.of.day.map_or(0, |(day, _)| day);
    let (orders, no_mail) = (signed(found.orders()), count(found.no_mail.orders));
    body.pen.left(x, y, &format!("to day {day}"), Role::Faint);
    body.pen.left(x + 21, y, &format!("{orders:>13} to {no_mail}"), Role::Faint);
}

fn rehearsed_in_short(body: &mut Body<'_>, board: &Board, found: &Rehearsed) {
    let end = body.pen.left(2, 0, "Caused by mail", Role::Bold);
    body.pen.left(end, 0, &format!(", orders in {}", over(board, found)), Role::Faint);
    match (found.worlds.as_slice(), range(found)) {
        ([own, _, ..], Some(range)) => {
            body.pen.left(2, 1, "range over worlds", Role::Accent);
            body.pen.left(23, 1, &range, Role::Accent);
            let noise =
                own.noise.map_or(String::new(), |noise| format!(" ±{}", count(whole(noise))));
            let text = format!("{} {}{noise}", own.id, signed(own.orders));
            body.pen.left(44, 1, &text, Role::Plain);
        }
        ([own], _) => {
            body.pen.left(2, 1, &own.id, Role::Plain);
            body.pen.left(23, 1, &signed(own.orders), Role::Accent);
        }
        ([], _) | (_, None) => {}
    }
    so_far(body, (2, 2), board, found);
}

/// To the nearest whole number, not below 0.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
fn whole(number: f64) -> u64 {
    number.round() as u64
}

fn points(of: &Interval) -> (String, String) {
    let text = |value: f64| difference(value, 2);
    (format!("{} pp", text(of.value)), format!("{} … {}", text(of.low), text(of.high)))
}

#[expect(clippy::cast_possible_truncation, reason = "numbers of customers")]
fn people(of: &Interval) -> (String, String) {
    let text = |value: f64| signed(value.round() as i64);
    (text(of.value), format!("{} … {}", text(of.low), text(of.high)))
}

fn measured(body: &mut Body<'_>, found: &Measured) {
    let pen = &mut body.pen;
    pen.left(0, 0, "Caused by mail", Role::Bold);
    pen.left(26, 0, &format!("since {}", found.since), Role::Faint);
    pen.left(0, 1, "customers who ordered, against holdout", Role::Faint);
    for (y, name, group) in [(2, "program", found.program), (3, "holdout", found.holdout)] {
        pen.left(0, y, name, Role::Plain);
        pen.right(19, y, &rate(group.ordered, group.people, 2), Role::Plain);
        let text = format!("{} of {}", count(group.ordered), count(group.people));
        pen.right(40, y, &text, Role::Plain);
    }
    let (value, interval) = points(&found.points);
    pen.left(0, 4, "increment", Role::Plain);
    pen.right(19, 4, &value, Role::Accent);
    pen.left(23, 4, &interval, Role::Plain);
    axis(body, found.points);
    let (value, interval) = people(&found.customers);
    body.pen.left(0, 7, "customers", Role::Plain);
    body.pen.right(19, 7, &value, Role::Plain);
    body.pen.left(23, 7, &interval, Role::Plain);
}

/// The interval on an axis that holds 0 and it.
fn axis(body: &mut Body<'_>, of: Interval) {
    const WIDTH: f64 = 30.0;
    let (low, high) = (of.low.min(0.0), of.high.max(0.0));
    let span = (high - low).max(1e-9);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "of a screen")]
    let at = |value: f64| 10 + ((value - low) / span * WIDTH).round() as u16;
    let pen = &mut body.pen;
    let zero = at(0.0);
    pen.left(zero, 5, "0", Role::Faint);
    let end = format!("{} pp", difference(high, 2));
    if at(high) > zero + 4 {
        pen.right(at(high) + 4, 5, &end, Role::Faint);
    }
    pen.left(zero, 6, "│", Role::Rule);
    let (from, to) = (at(of.low), at(of.high));
    for x in from..=to {
        pen.left(x, 6, "─", Role::Plain);
    }
    pen.left(from, 6, "├", Role::Plain);
    pen.left(to, 6, "┤", Role::Plain);
    pen.left(at(of.value), 6, "●", Role::Accent);
}

fn measured_in_short(body: &mut Body<'_>, found: &Measured) {
    let pen = &mut body.pen;
    let end = pen.left(2, 0, "Caused by mail", Role::Bold);
    let held_out = rate(found.holdout.people, found.holdout.people + found.program.people, 1);
    pen.left(end, 0, &format!(", since {}, against {held_out} holdout", found.since), Role::Faint);
    let (value, interval) = points(&found.points);
    pen.left(2, 1, "ordered", Role::Plain);
    pen.right(25, 1, &value, Role::Accent);
    pen.left(28, 1, &interval, Role::Plain);
    let of = |group: foresend_insight::board::caused::Group| rate(group.ordered, group.people, 2);
    pen.left(49, 1, &format!("{} − {}", of(found.program), of(found.holdout)), Role::Faint);
    let (value, interval) = people(&found.customers);
    pen.left(2, 2, "customers", Role::Plain);
    pen.right(25, 2, &value, Role::Plain);
    pen.left(28, 2, &interval, Role::Plain);
}

/// How fast things go: columns, the newest at the right.
fn pace(body: &mut Body<'_>, board: &Board, rows: u16) {
    let width = body.width();
    let (from, columns) =
        if width >= WIDE { (24, width - 48) } else { (25, width.saturating_sub(40)) };
    let highest = width - 2;
    body.pen.left(2, 0, "Pace", Role::Bold);
    body.pen.right(22, 0, "now", Role::Faint);
    let unit = if board.of.column_minutes >= 24 * 60 {
        "a column is a day".to_owned()
    } else {
        format!("a column is {} min", board.of.column_minutes)
    };
    body.pen.left(from, 0, &unit, Role::Faint);
    body.pen.right(highest, 0, "highest", Role::Faint);
    for (at, pace) in (0..).zip(&board.pace) {
        let top = 1 + at * rows;
        let middle = top + rows / 2;
        body.pen.left(2, middle, &cut(&pace.name, 14), Role::Plain);
        body.pen.right(22, middle, &count(pace.now), Role::Plain);
        body.pen.columns((from, top), (columns, rows), &pace.columns);
        body.pen.right(highest, middle, &most(board, pace, columns, width >= WIDE), Role::Plain);
    }
    axis_of_time(body, board, (from, 1 + 3 * rows), columns);
}

/// `521 on day 12`: of the columns shown.
fn most(board: &Board, pace: &Pace, columns: u16, is_wide: bool) -> String {
    let first = pace.columns.len().saturating_sub(usize::from(columns));
    let shown = (first..).zip(pace.columns.iter().skip(first));
    let highest =
        shown.filter_map(|(at, count)| Some((count.as_ref()?, std::cmp::Reverse(at)))).max();
    match highest {
        Some((highest, std::cmp::Reverse(at))) if is_wide && board.of.day.is_some() => {
            format!("{} on day {}", count(*highest), at + 1)
        }
        Some((highest, _)) => count(*highest),
        None => "–".to_owned(),
    }
}

/// A tick every eighteen columns, the newest named `now`.
fn axis_of_time(body: &mut Body<'_>, board: &Board, (from, y): (u16, u16), columns: u16) {
    const EVERY: u16 = 18;
    let last = from + columns;
    let Some((day, _)) = board.of.day else {
        body.pen.right(last, y, "now", Role::Faint);
        return;
    };
    body.pen.right(last, y, &format!("day {day}"), Role::Faint);
    let mut back = EVERY;
    while u32::from(back) < day && back + 8 < columns {
        let text = format!("day {}", day - u32::from(back));
        body.pen.left(last - 1 - back, y, &text, Role::Faint);
        back += EVERY;
    }
}
