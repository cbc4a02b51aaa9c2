//! Is mail leaving, who refuses it, what did we hold back and why?

use super::{Body, WIDE, parts};
use crate::app::Panel;
use crate::number::{count, rate, thousands};
use crate::table::{At, Line};
use crate::theme::Role;
use foresend_insight::board::Board;
use foresend_insight::board::delivery::{Domain, WhyNot};

pub(super) fn draw(body: &mut Body<'_>) {
    let Some(board) = &body.view.board else {
        return parts::nothing_yet(body);
    };
    outbox(body, board);
    let (width, height) = (body.width(), body.height());
    let mut y = 2;
    let domains = board.delivery.domains.as_deref();
    match domains {
        Some([]) => body.empty(2, y, "Nothing sent. Stage: capture (mails are kept, none leaves)"),
        Some(domains) => {
            let rows = u16::try_from(domains.len() + 2).unwrap_or(u16::MAX).min(height / 2);
            by_domain(&mut body.part(0, y, width, rows), domains);
            y += rows;
        }
        None => {
            body.heading(Panel::Domains, 2, y, "By domain");
            body.empty(
                2,
                y + 1,
                "A rehearsal has no mailbox providers: nothing is known by domain.",
            );
            y += 2;
        }
    }
    y += 1;
    if body.view.enlarged && body.view.has_focus(Panel::WhyNot) {
        y = 0;
        body.pen.clear();
    }
    let room = height.saturating_sub(y);
    why_not(&mut body.part(0, y, width.min(78), room), board);
    if width >= WIDE {
        answers(&mut body.part(80, y, width - 80, room), board);
    }
    if body.view.detail {
        detail(body, board);
    }
}

/// Mails of the domain or the reason selected, over the foot of the screen.
fn detail(body: &mut Body<'_>, board: &Board) {
    let panel = if body.view.has_focus(Panel::WhyNot) { Panel::WhyNot } else { Panel::Domains };
    let Some(id) = body.view.selected(panel).cloned() else { return };
    let mut part = body.overlay(12, &format!("{id}: mails, the newest first"));
    let Some(mails) = board.delivery.recent.get(&id) else {
        return part.empty(2, 2, "Only counts are kept here: a rehearsal lists no mails.");
    };
    for (y, mail) in (2..part.height()).zip(mails) {
        part.pen.within(2, y, 10, &mail.at, Role::Faint);
        part.pen.within(13, y, 34, &mail.send, Role::Plain);
        part.pen.left(48, y, &mail.what, Role::Plain);
    }
}

fn outbox(body: &mut Body<'_>, board: &Board) {
    let of = &board.delivery.outbox;
    let width = body.width();
    let pen = &mut body.pen;
    let mut x = pen.left(2, 0, "Outbox now", Role::Bold) + 4;
    let going = of.going.map(|going| ("going", going));
    let now = [("ready", of.ready)].into_iter().chain(going);
    for (name, number) in now.chain([("deferred", of.deferred)]) {
        x = pen.left(x, 0, &format!("{name} {}", thousands(number)), Role::Plain) + 3;
    }
    let role = if of.unknown > 0 { Role::Failed } else { Role::Plain };
    let sign = if of.unknown > 0 { "✗ " } else { "" };
    pen.left(x, 0, &format!("{sign}unknown {}", thousands(of.unknown)), role);
    if width >= WIDE {
        let text = format!(
            "{}   accepted {}   rejected {}",
            parts::window(board).to_lowercase(),
            thousands(of.accepted),
            thousands(of.rejected)
        );
        pen.right(width - 2, 0, &text, Role::Plain);
    }
}

fn by_domain(body: &mut Body<'_>, domains: &[Domain]) {
    let is_wide = body.width() >= WIDE;
    let title = "By domain";
    let head = [
        title,
        "accepted",
        "deferred",
        "rejected",
        "bounced",
        "complained",
        "a minute",
        "breaker",
        "ramp",
    ];
    let columns: [At; 9] = if is_wide {
        [
            At::Left(2, 17),
            At::Right(28),
            At::Right(38),
            At::Right(48),
            At::Right(58),
            At::Right(70),
            At::Right(83),
            At::Left(87, 12),
            At::Left(101, 17),
        ]
    } else {
        [
            At::Left(2, 17),
            At::Right(28),
            At::Right(38),
            At::Right(48),
            At::Right(58),
            At::Right(70),
            At::Right(0),
            At::Left(72, 8),
            At::Left(0, 0),
        ]
    };
    let mut shown: Vec<&Domain> = domains.iter().collect();
    match body.view.order % 3 {
        0 => {}
        1 => shown.sort_by_key(|of| std::cmp::Reverse(of.rejected + of.deferred)),
        _ => shown.sort_by(|a, b| a.name.cmp(&b.name)),
    }
    let lines: Vec<Line> = shown.into_iter().map(domain).collect();
    let sum = |of: fn(&Domain) -> u64| domains.iter().map(of).sum::<u64>();
    let said = || domains.iter().filter(|of| of.complained.is_some());
    let all = Domain {
        name: "all".to_owned(),
        accepted: sum(|of| of.accepted),
        deferred: sum(|of| of.deferred),
        rejected: sum(|of| of.rejected),
        bounced: sum(|of| of.bounced),
        complained: Some(said().filter_map(|of| of.complained).sum()),
        a_minute: (sum(|of| of.a_minute.0), None),
        ..Domain::default()
    };
    let mut total = domain(&all);
    let reported = said().map(|of| of.accepted).sum();
    total.cells[5] = complaints(all.complained, reported);
    for cell in &mut total.cells[7..] {
        cell.0.clear();
    }
    total.cells[6].0 = count(all.a_minute.0);
    let used = if is_wide { 9 } else { 8 };
    let shorten = |mut line: Line| {
        line.cells.truncate(used);
        if !is_wide {
            line.cells[6].0.clear();
        }
        line
    };
    let lines: Vec<Line> = lines.into_iter().map(shorten).collect();
    let mut titles = head;
    if !is_wide {
        titles[6] = "";
    }
    body.list(Panel::Domains, (&titles[..used], &columns), &lines, Some(&shorten(total)));
}

fn domain(of: &Domain) -> Line {
    let plain = |text: String| (text, Role::Plain);
    let (now, most) = of.a_minute;
    let most = most.map_or_else(|| "–".to_owned(), count);
    let breaker = match &of.breaker {
        None => ("✓ closed".to_owned(), Role::Good),
        Some(state) => (format!("▲ {state}"), Role::Look),
    };
    let ramp = match of.ramp_a_day {
        None => plain("done".to_owned()),
        Some(a_day) => (format!("▲ {} a day", thousands(a_day)), Role::Look),
    };
    let cells = vec![
        plain(of.name.clone()),
        plain(count(of.accepted)),
        plain(count(of.deferred)),
        plain(count(of.rejected)),
        plain(rate(of.bounced, of.accepted, 2)),
        complaints(of.complained, of.accepted),
        plain(format!("{} of {most}", count(now))),
        breaker,
        ramp,
    ];
    Line::of(&of.name, cells)
}

/// `▲ 0.121 %`: beyond 0.10 % it is looked at, beyond 0.30 % it has failed.
fn complaints(complained: Option<u64>, of: u64) -> (String, Role) {
    let Some(complained) = complained else { return ("–".to_owned(), Role::Faint) };
    let text = rate(complained, of, 3);
    match complained.saturating_mul(100_000).checked_div(of).unwrap_or(0) {
        300.. => (format!("✗ {text}"), Role::Failed),
        100.. => (format!("▲ {text}"), Role::Look),
        _ => (text, Role::Plain),
    }
}

fn why_not(body: &mut Body<'_>, board: &Board) {
    let WhyNot {
        due,
        stopped,
        holds,
        yielded,
        holdout,
        no_permission,
        suppressed,
        limit,
        late,
        no_code,
        ramp,
        sent,
        moved,
    } = board.delivery.why_not;
    let title = format!("Why not, {}", parts::short_window(board));
    let put_off = moved.quiet + moved.still_shopping + moved.between;
    let moved_text = format!("{} moved, none lost", thousands(put_off));
    let limit_text = format!("{} waited for room", thousands(moved.limit));
    let text = |text: &str| text.to_owned();
    let mut rows = vec![
        ("due", due, true, String::new()),
        ("stopped", stopped, false, text("a stop event")),
        ("while", holds, false, text("false or unknown when it came due")),
        ("yielded", yielded, false, text("to another journey")),
        ("holdout", holdout, false, String::new()),
        ("no permission", no_permission, false, text("or no address")),
        ("suppressed", suppressed, false, text("bounced or complained before")),
        ("limit", limit, false, if moved.limit > 0 { limit_text } else { String::new() }),
        ("quiet", 0, false, moved_text),
        ("late", late, false, text("over `late` after the plan")),
        ("no code", no_code, false, String::new()),
        ("held by ramp", ramp, false, String::new()),
    ];
    // What takes nothing is left out, but for what is moved instead.
    rows.retain(|(name, number, ..)| *number > 0 || matches!(*name, "due" | "stopped" | "quiet"));
    rows.push(("sent", sent, true, String::new()));
    let (bar, width) = (29, 18);
    let most = due.max(1);
    let columns =
        [At::Left(2, 16), At::Right(26), At::Left(bar, width), At::Left(bar + width + 2, 29)];
    let lines: Vec<Line> = rows
        .iter()
        .map(|(name, number, is_whole, why)| {
            let number = if *is_whole || *number == 0 {
                count(*number)
            } else {
                format!("−{}", count(*number))
            };
            let role = if *name == "late" { Role::Look } else { Role::Plain };
            let cells = vec![
                ((*name).to_owned(), role),
                (number, role),
                (String::new(), Role::Plain),
                (why.clone(), Role::Faint),
            ];
            Line::of(name, cells)
        })
        .collect();
    let room = usize::from(body.height());
    body.list(Panel::WhyNot, (&[&title, "mails"], &columns), &lines, None);
    let is_scrolled = body.view.selected(Panel::WhyNot).is_some() && rows.len() >= room;
    if body.view.filter().is_empty() && !is_scrolled {
        for (y, (_, number, ..)) in (1..).zip(&rows) {
            body.pen.bar(bar, y, width, *number as f64 / most as f64, Role::Plain);
        }
    }
    body.heading(Panel::WhyNot, 2, 0, &title);
}

fn answers(body: &mut Body<'_>, board: &Board) {
    body.pen.left(0, 0, "Answers", Role::Bold);
    body.pen.right(32, 0, "mails", Role::Faint);
    for (y, (name, number)) in (1..).zip(&board.delivery.answers) {
        body.pen.within(0, y, 22, name, Role::Plain);
        body.pen.right(32, y, &count(*number), Role::Plain);
    }
}
