//! The first three rows and the last one, the same on every screen.

use super::parts::sign;
use super::{Drawn, Screen, WIDE};
use crate::app::{Spot, View};
use crate::keys::{KEYS, Place};
use crate::pen::Pen;
use crate::source::Status;
use crate::theme::{Depth, Role};
use foresend_insight::board::alarm::Level;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

/// From here on there is room for whole names.
const NAMES: u16 = 116;

pub(super) fn draw(view: &View, pen: &mut Pen<'_>, drawn: &mut Drawn) {
    tabs(view, pen, drawn);
    rule(view, pen);
    foot(view, pen);
}

fn tabs(view: &View, pen: &mut Pen<'_>, drawn: &mut Drawn) {
    let is_wide = pen.width() >= NAMES;
    let mut x = if is_wide { pen.left(1, 0, "Foresend", Role::Bold) + 2 } else { 1 };
    for (number, screen) in (1..).zip(Screen::ALL) {
        let name = if is_wide { screen.name() } else { screen.short() };
        let is_shown = screen == view.screen;
        // Brackets only where there is no colour to say it.
        let brackets = is_shown && view.theme.depth == Depth::None;
        let text = match (brackets, is_wide) {
            (true, _) => format!("[{number} {name}]"),
            (false, true) => format!(" {number} {name} "),
            (false, false) => format!("{number} {name}"),
        };
        let role = if is_shown { Role::Accent } else { Role::Plain };
        let end = pen.left(x, 0, &text, role);
        if is_shown && !brackets {
            let edge = u16::from(is_wide);
            pen.modify(x + edge, 0, end - x - 2 * edge, Modifier::UNDERLINED);
        }
        let area = Rect { x, y: 0, width: end - x, height: 1 };
        drawn.spots.push((area, Spot::Tab(screen)));
        x = end + 1;
    }
    let (text, role) = standing(view);
    let end = pen.width() - 1;
    let room = end.saturating_sub(x + 1);
    let shown = crate::pen::cut(&text, usize::from(room));
    pen.right(end, 0, &shown, role);
}

/// How the source stands: at the right of the first row.
fn standing(view: &View) -> (String, Role) {
    if let Some(paused) = view.paused {
        let seconds = paused.as_secs();
        return (format!("‖ paused {}:{:02}", seconds / 60, seconds % 60), Role::Look);
    }
    match &view.status {
        Status::Working(share, _) => (format!("◌ rehearsing {:.0} %", share * 100.0), Role::Plain),
        Status::Playing { day, days, speed } => {
            (format!("▶ day {day} of {days} · {speed}×"), Role::Plain)
        }
        Status::Stopped { day, days } => (format!("‖ day {day} of {days}"), Role::Plain),
        Status::Live(now) => (format!("● live  {now}"), Role::Plain),
        Status::Lost(seconds) => (format!("◌ reconnecting {seconds} s"), Role::Look),
        Status::Failed(_) => ("✗ nothing to show".to_owned(), Role::Failed),
    }
}

/// A thin rule; of what is played or worked at it shows how far that is.
fn rule(view: &View, pen: &mut Pen<'_>) {
    let width = pen.width();
    let share = match view.status {
        Status::Working(share, _) => share,
        Status::Playing { day, days, .. } | Status::Stopped { day, days } => {
            f64::from(day) / f64::from(days.max(1))
        }
        Status::Live(_) | Status::Lost(_) | Status::Failed(_) => 0.0,
    };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "of a screen")]
    let done = (share.clamp(0.0, 1.0) * f64::from(width)).round() as usize;
    pen.left(0, 1, &"─".repeat(usize::from(width)), Role::Rule);
    pen.left(0, 1, &"━".repeat(done), Role::Accent);
}

/// What is typed, what was said, or the worst alarm.
pub(super) fn third(view: &View, pen: &mut Pen<'_>, chosen: Option<(usize, usize)>) {
    let chosen = chosen.filter(|_| view.screen != Screen::Customer);
    let chosen = chosen.map(|(some, all)| format!("   {some} of {all}")).unwrap_or_default();
    if view.typing {
        let what = if view.screen == Screen::Customer { "customer" } else { "/" };
        let end =
            pen.left(1, 2, &format!("{what} {}", view.filters[view.screen as usize]), Role::Plain);
        let end = pen.left(end, 2, "▏", Role::Accent);
        pen.left(end, 2, &chosen, Role::Faint);
        return;
    }
    if let Some(message) = &view.message {
        pen.left(1, 2, message, Role::Plain);
        return;
    }
    match &view.status {
        Status::Lost(seconds) => {
            pen.left(1, 2, &format!("✗ no data for {seconds} s"), Role::Failed);
            return;
        }
        Status::Failed(why) => {
            pen.left(1, 2, &format!("✗ {why}"), Role::Failed);
            return;
        }
        Status::Working(..) | Status::Playing { .. } | Status::Stopped { .. } | Status::Live(_) => {
        }
    }
    if !view.filter().is_empty() {
        let end = pen.left(1, 2, &format!("/ {}", view.filter()), Role::Plain);
        pen.left(end, 2, &format!("{chosen}   Esc clears"), Role::Faint);
        return;
    }
    let Some(board) = &view.board else { return };
    let open = || board.alarms.iter().filter(|alarm| alarm.cleared.is_none());
    let Some(worst) = open().max_by_key(|alarm| alarm.level) else { return };
    let (text, role) = sign(worst);
    let x = pen.left(1, 2, text, role);
    if worst.level == Level::Failed {
        pen.modify(1, 2, 1, Modifier::REVERSED);
    }
    pen.left(x + 1, 2, &worst.what, Role::Plain);
    let width = pen.width();
    if width >= WIDE {
        let count = open().count();
        let s = if count == 1 { "" } else { "s" };
        pen.left(56, 2, &format!("since {}      {count} alarm{s}", worst.since), Role::Plain);
    }
    pen.right(width - 1, 2, &format!("{} see", worst.screen), Role::Faint);
}

/// The keys that work here, as many as there is room for.
fn foot(view: &View, pen: &mut Pen<'_>) {
    let y = pen.height() - 1;
    let window = view.windows.get(view.window).copied().unwrap_or_default();
    let works = |place| view.is_played || place != Place::WhenPlayed;
    let texts = KEYS.iter().filter(|binding| works(binding.place)).filter_map(|binding| {
        let text = binding.foot?;
        Some(if text == "[ ] window" { format!("[ ] {window}") } else { text.to_owned() })
    });
    let texts: Vec<String> = texts.collect();
    let gap = if pen.width() >= WIDE { 3 } else { 2 };
    let last = texts.last().map_or(0, |text| u16::try_from(text.chars().count()).unwrap_or(0));
    let end = pen.width() - 1;
    let mut x = 1;
    for (at, text) in texts.iter().enumerate() {
        let width = u16::try_from(text.chars().count()).unwrap_or(end);
        let is_last = at + 1 == texts.len();
        // How to leave is always said.
        if !is_last && x + width + gap + last > end {
            continue;
        }
        x = pen.left(x, y, text, Role::Faint) + gap;
    }
}
