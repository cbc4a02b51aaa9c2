//! Pieces that several screens draw.

use super::Body;
use crate::app::Panel;
use crate::number::{count, rate};
use crate::pen::Pen;
use crate::source::Status;
use crate::table::{At, Line};
use crate::theme::Role;
use foresend_insight::board::alarm::{Alarm, Level};
use foresend_insight::board::funnel::Funnel;
use foresend_insight::board::{Board, JourneyBoard};

/// Text broken between words; returns the row behind it.
pub(super) fn wrapped(pen: &mut Pen<'_>, (x, mut y): (u16, u16), text: &str, role: Role) -> u16 {
    let room = usize::from(pen.width().saturating_sub(x + 2)).max(20);
    let mut line = String::new();
    for word in text.split(' ') {
        let wide = line.chars().count() + 1 + word.chars().count() > room;
        if wide && !line.is_empty() {
            pen.left(x, y, &line, role);
            (y, line) = (y + 1, String::new());
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    pen.left(x, y, &line, role);
    y + 1
}

/// What there is to say before there is a board.
pub(super) fn nothing_yet(body: &mut Body<'_>) {
    let so_far = match &body.view.status {
        Status::Working(_, words) if !words.is_empty() => format!("Rehearsing: {words}. "),
        Status::Working(..) | Status::Playing { .. } | Status::Stopped { .. } => String::new(),
        Status::Live(_) | Status::Lost(_) => String::new(),
        Status::Failed(_) => return,
    };
    body.empty(2, 0, &format!("{so_far}Its days are played when it is done."));
}

/// Which time the numbers are over: `Day 23`, `7 days to day 23`, `The last 24 h`.
pub(super) fn window(board: &Board) -> String {
    let days = board.of.window_hours / 24;
    match board.of.day {
        None => format!("The last {} h", board.of.window_hours),
        Some((day, _)) if days <= 1 => format!("Day {day}"),
        Some((day, _)) => format!("{days} days to day {day}"),
    }
}

/// The journeys with their numbers; returns the rows it takes.
pub(super) fn journeys(body: &mut Body<'_>, board: &Board) -> u16 {
    if board.journeys.is_empty() {
        body.heading(Panel::Journeys, 2, 0, "Journeys");
        body.empty(2, 1, NO_JOURNEYS);
        return 2;
    }
    let entered = if board.of.day.is_some() { "in/d" } else { "in/h" };
    let (window, narrow) = (format!("mails {}", short_window(board)), body.width() < 79);
    let head = ["Journeys", "waiting", entered, &window, "opened", "clicked", "ordered", "late"];
    let columns: [At; 8] = if body.width() >= super::WIDE {
        [
            At::Left(2, 20),
            At::Right(30),
            At::Right(39),
            At::Right(51),
            At::Right(61),
            At::Right(71),
            At::Right(81),
            At::Right(90),
        ]
    } else if narrow {
        [
            At::Left(2, 18),
            At::Right(28),
            At::Right(35),
            At::Right(46),
            At::Right(54),
            At::Right(0),
            At::Right(0),
            At::Right(59),
        ]
    } else {
        [
            At::Left(2, 19),
            At::Right(29),
            At::Right(36),
            At::Right(47),
            At::Right(56),
            At::Right(65),
            At::Right(74),
            At::Right(79),
        ]
    };
    let mut shown: Vec<&JourneyBoard> = board.journeys.iter().collect();
    match body.view.order % 4 {
        0 => shown.sort_by_key(|journey| std::cmp::Reverse(journey.funnel.sent)),
        1 => shown.sort_by_key(|journey| std::cmp::Reverse(journey.waiting)),
        2 => shown.sort_by_key(|journey| std::cmp::Reverse(journey.funnel.ordered)),
        _ => shown.sort_by(|a, b| a.name.cmp(&b.name)),
    }
    let lines: Vec<Line> = shown
        .into_iter()
        .map(|of| {
            Line::of(&of.name, cells(&of.name, (of.waiting, of.entered, of.late), &of.funnel))
        })
        .collect();
    let sum = |of: &dyn Fn(&JourneyBoard) -> u64| board.journeys.iter().map(of).sum::<u64>();
    let counts = (sum(&|of| of.waiting), sum(&|of| of.entered), sum(&|of| of.late));
    let total = Line::of("", cells("all", counts, &board.funnel));
    body.list(Panel::Journeys, (&head, &columns), &lines, Some(&total))
}

const NO_JOURNEYS: &str =
    "No journeys in this program. Write journeys/NAME.toml, or foresend new shop";

/// The same in few letters: `24 h`, `7 d`.
pub(super) fn short_window(board: &Board) -> String {
    match board.of.window_hours {
        hours if hours % 24 == 0 && board.of.day.is_some() => format!("{} d", hours / 24),
        hours => format!("{hours} h"),
    }
}

fn cells(
    name: &str,
    (waiting, entered, late): (u64, u64, u64),
    of: &Funnel,
) -> Vec<(String, Role)> {
    let plain = |text: String| (text, Role::Plain);
    let late = (count(late), if late > 0 { Role::Look } else { Role::Plain });
    vec![
        plain(name.to_owned()),
        plain(count(waiting)),
        plain(count(entered)),
        plain(count(of.sent)),
        plain(rate(of.opened, of.delivered, 1)),
        plain(rate(of.clicked, of.delivered, 1)),
        plain(rate(of.ordered, of.delivered, 1)),
        late,
    ]
}

/// The alarms, open ones first.
pub(super) fn alarms(body: &mut Body<'_>, board: &Board) {
    let width = body.width();
    let what = width.saturating_sub(34).min(48);
    let columns = [
        At::Left(2, 1),
        At::Left(4, 8),
        At::Left(13, 12),
        At::Left(26, what),
        At::Left(28 + what, width.saturating_sub(44 + what)),
        At::Right(width - 2),
    ];
    let lines: Vec<Line> = board.alarms.iter().map(|alarm| alarm_line(alarm, width)).collect();
    body.list(Panel::Alarms, (&[""], &columns), &lines, None);
    body.heading(Panel::Alarms, 2, 0, "Alarms");
    if board.alarms.is_empty() {
        body.empty(2, 1, "None.");
    }
}

fn alarm_line(alarm: &Alarm, width: u16) -> Line {
    let role = if alarm.cleared.is_some() { Role::Faint } else { Role::Plain };
    let state = match &alarm.cleared {
        Some(day) => format!("over {day}"),
        None => "open".to_owned(),
    };
    let screen = super::Screen::ALL[usize::from(alarm.screen.clamp(1, 6)) - 1].name();
    let (sign, sign_role) = sign(alarm);
    let detail = if width >= super::WIDE { alarm.detail.clone() } else { String::new() };
    let screen = if width >= super::WIDE {
        format!("{} {screen}", alarm.screen)
    } else {
        alarm.screen.to_string()
    };
    let cells = vec![
        (sign.to_owned(), sign_role),
        (alarm.since.clone(), role),
        (state, role),
        (alarm.what.clone(), role),
        (detail, Role::Faint),
        (screen, Role::Faint),
    ];
    Line::of(&alarm.id(), cells)
}

/// The sign of an alarm.
pub(super) const fn sign(alarm: &Alarm) -> (&'static str, Role) {
    match (&alarm.cleared, alarm.level) {
        (Some(_), _) => ("✓", Role::Good),
        (None, Level::Look) => ("▲", Role::Look),
        (None, Level::Failed) => ("✗", Role::Failed),
    }
}
