//! Where do people stand, where do they leave, what is late? Above the journeys, below the map of the one that is
//! selected: a row for every wait and every act, with those who came and went in the newest day or hour.

use super::{Body, WIDE, parts};
use crate::app::Panel;
use crate::number::{count, rate, signed, thousands};
use crate::table::{At, Line};
use crate::theme::Role;
use foresend_insight::board::map::{Did, Flow, Row};
use foresend_insight::board::{Board, JourneyBoard};

/// With fewer rows than this for it the map is shown alone, once it has the focus.
const MAP: u16 = 10;

pub(super) fn draw(body: &mut Body<'_>) {
    let Some(board) = &body.view.board else {
        return parts::nothing_yet(body);
    };
    let (width, height) = (body.width(), body.height());
    let Some(shown) = shown(body, board) else {
        parts::journeys(body, board);
        return;
    };
    let on_map = body.view.has_focus(Panel::Map);
    let list = u16::try_from(board.journeys.len()).unwrap_or(u16::MAX).saturating_add(2);
    let rows = if height >= 30 { list.min(height / 3) } else { list };
    if height < rows.saturating_add(MAP) || body.view.enlarged {
        if on_map {
            map(body, board, shown);
        } else {
            parts::journeys(body, board);
        }
    } else {
        parts::journeys(&mut body.part(0, 0, width, rows), board);
        map(&mut body.part(0, rows + 1, width, height - rows - 1), board, shown);
    }
    if body.view.detail {
        detail(body, shown);
    }
}

/// The journey selected, or the first of the list.
fn shown<'a>(body: &Body<'_>, board: &'a Board) -> Option<&'a JourneyBoard> {
    let selected = body.view.selected(Panel::Journeys);
    let chosen = board.journeys.iter().find(|journey| Some(&journey.name) == selected);
    chosen.or_else(|| board.journeys.iter().max_by_key(|journey| journey.funnel.sent))
}

/// A row of the map as it is drawn.
struct Drawn {
    id: String,
    sign: &'static str,
    name: String,
    text: String,
    waiting: Option<u64>,
    flow: Option<Flow>,
}

fn map(body: &mut Body<'_>, board: &Board, journey: &JourneyBoard) {
    let (width, map) = (body.width(), &journey.map);
    let x = body.heading(Panel::Map, 2, 0, &journey.name);
    let mut says = format!("  {} · {}", board.of.program, journey.topic);
    if let (Some(goal), (reached, of @ 1..)) = (&map.goal, map.reached) {
        says.push_str(&format!(" · goal {goal}: {}", rate(reached, of, 1)));
    }
    let unit = if board.of.day.is_some() { "day" } else { "hour" };
    let change = format!(
        "waiting {} ({} in the last {unit})",
        thousands(map.waiting()),
        signed(map.change())
    );
    let room = width.saturating_sub(x + 4 + u16::try_from(change.chars().count()).unwrap_or(width));
    body.pen.within(x, 0, room, &says, Role::Faint);
    body.pen.right(width - 2, 0, &change, Role::Plain);
    if let Some((since, due)) = &journey.paused {
        body.pen.left(
            2,
            1,
            &format!("‖ paused since {since}, {} due", thousands(*due)),
            Role::Look,
        );
    }
    let drawn = rows(journey);
    let most = drawn.iter().filter_map(|row| row.waiting).max().unwrap_or(0).max(1);
    let name = drawn.iter().map(|row| row.name.chars().count()).max().unwrap_or(0).clamp(7, 14);
    let name = u16::try_from(name).unwrap_or(14);
    let is_wide = width >= WIDE;
    let flows: [u16; 7] = if is_wide {
        let from = width.min(120);
        [from - 41, from - 32, from - 25, from - 18, from - 11, from - 2, 0]
    } else {
        [width - 25, width - 16, width - 9, width - 2, 0, 0, 0]
    };
    let bar = if is_wide { 9 } else { 0 };
    let waiting = flows[0].saturating_sub(10 + bar);
    let text = waiting.saturating_sub(8 + 6 + name);
    let columns = [
        At::Left(2, 3),
        At::Left(6, name),
        At::Left(7 + name, text),
        At::Right(waiting),
        At::Right(flows[0]),
        At::Right(flows[1]),
        At::Right(flows[2]),
        At::Right(flows[3]),
        At::Right(flows[4]),
        At::Right(flows[5]),
    ];
    let head =
        ["", "", "Step", "waiting", "arrived", "went on", "stop", "while", "other", "change"];
    let shown = if is_wide { head.len() } else { head.len() - 2 };
    let lines: Vec<Line> = drawn.iter().map(|row| line(row, shown)).collect();
    let height = body.height().saturating_sub(2);
    let mut part = body.part(0, 2, width, height);
    part.list(Panel::Map, (&head[..shown], &columns), &lines, None);
    let is_scrolled =
        part.view.selected(Panel::Map).is_some() && lines.len() >= usize::from(height);
    if is_wide && !is_scrolled {
        for (y, row) in (1..).zip(&drawn) {
            if let Some(count) = row.waiting {
                part.pen.bar(waiting + 1, y, bar, count as f64 / most as f64, Role::Plain);
            }
        }
    }
}

fn line(row: &Drawn, columns: usize) -> Line {
    let number = |number: u64| (count(number), Role::Plain);
    let mut cells = vec![
        (row.sign.to_owned(), Role::Plain),
        (row.name.clone(), Role::Plain),
        (row.text.clone(), Role::Faint),
        row.waiting
            .map_or_else(|| (String::new(), Role::Plain), |waiting| (count(waiting), Role::Plain)),
    ];
    if let Some(flow) = &row.flow {
        let Flow { arrived, went_on, stop, holds, other } = *flow;
        cells.extend([arrived, went_on, stop, holds, other].map(number));
        cells.push((signed(flow.change()), Role::Plain));
    }
    cells.truncate(columns);
    Line { id: row.id.clone(), cells }
}

fn rows(journey: &JourneyBoard) -> Vec<Drawn> {
    let map = &journey.map;
    let nothing = || Drawn {
        id: String::new(),
        sign: "",
        name: String::new(),
        text: String::new(),
        waiting: None,
        flow: None,
    };
    let entered = Flow { arrived: map.entered, went_on: map.entered, ..Flow::default() };
    let mut all = vec![Drawn {
        sign: "●",
        name: "start".to_owned(),
        text: map.starts.clone(),
        flow: Some(entered),
        id: "start".to_owned(),
        ..nothing()
    }];
    if let Some(arming) = &map.arming {
        all.push(Drawn {
            id: "arming".to_owned(),
            sign: "○",
            name: arming.name.clone(),
            text: arming.when.clone().unwrap_or_default(),
            waiting: Some(arming.waiting),
            flow: Some(arming.flow),
        });
    }
    for step in &map.steps {
        let indent = if step.path.is_some() { "  " } else { "" };
        let path = step.path.as_ref().map(|path| format!("{path}: ")).unwrap_or_default();
        if let Some(when) = &step.when {
            all.push(Drawn {
                sign: "○",
                name: format!("{indent}┆"),
                text: format!("{path}{when}"),
                waiting: Some(step.waiting),
                flow: Some(step.flow),
                ..nothing()
            });
        }
        let is_immediate = step.when.is_none();
        let act = if is_immediate { format!("{path}{}", acts(step)) } else { acts(step) };
        all.push(Drawn {
            id: step.name.clone(),
            sign: if step.branches.is_empty() { "◆" } else { "◇" },
            name: format!("{indent}{}", step.name),
            text: act,
            waiting: is_immediate.then_some(step.waiting),
            flow: is_immediate.then_some(step.flow),
        });
        let last = step.branches.len().saturating_sub(1);
        for (at, (name, taken)) in step.branches.iter().enumerate() {
            let branch = if at == last { "└─▸" } else { "├─▸" };
            let text = format!("{branch} {name} {}", count(*taken));
            all.push(Drawn { text, ..nothing() });
        }
    }
    let ends = map.finished + map.by_step;
    let text = if map.by_step > 0 {
        format!("last step, or ended by one {}", count(map.by_step))
    } else {
        "last step".to_owned()
    };
    let ended = Flow { arrived: ends, went_on: ends, ..Flow::default() };
    all.push(Drawn {
        sign: "■",
        name: "end".to_owned(),
        text,
        flow: Some(ended),
        id: "end".to_owned(),
        ..nothing()
    });
    all
}

/// `if low_spender · send · 430 · held 333 · false 402`
fn acts(step: &Row) -> String {
    let Did { sent, held: why, skipped, ready } = &step.did;
    let mut parts = Vec::new();
    parts.extend(step.condition.as_ref().map(|condition| format!("if {condition}")));
    if step.act == "send" {
        parts.push(format!("send · {}", count(*sent)));
        for (name, number) in [("held", why.total()), ("ready", *ready)] {
            if number > 0 {
                parts.push(format!("{name} {}", count(number)));
            }
        }
    } else {
        parts.push(step.act.clone());
    }
    for (name, number) in [("false", skipped.if_false), ("unknown", skipped.if_unknown)] {
        if number > 0 {
            parts.push(format!("{name} {}", count(number)));
        }
    }
    parts.join(" · ")
}

/// The step selected, reason by reason, at the foot of the map.
fn detail(body: &mut Body<'_>, journey: &JourneyBoard) {
    let Some(id) = body.view.selected(Panel::Map) else { return };
    let Some(step) = journey.map.steps.iter().find(|step| step.name == *id) else { return };
    let mut part = body.overlay(9, &format!("{} of {}", step.name, journey.name));
    let Did { sent, held, skipped, ready } = step.did;
    let all = [
        ("sent", sent),
        ("ready", ready),
        ("held: stop", held.stopped),
        ("held: while", held.while_false + held.while_unknown),
        ("held: no permission", held.no_permission),
        ("held: no address", held.no_address),
        ("held: suppressed", held.suppressed),
        ("held: holdout", held.holdout),
        ("held: experiment holdout", held.test_holdout),
        ("held: limit", held.limit),
        ("held: no code", held.no_code),
        ("held: yielded", held.yielded),
        ("held: late", held.late),
        ("skipped: if false", skipped.if_false),
        ("skipped: if unknown", skipped.if_unknown),
        ("skipped: while unknown", skipped.while_unknown),
        ("skipped: due unknown", skipped.due_unknown),
        ("skipped: no code", skipped.no_code),
        ("skipped: paused", skipped.paused),
    ];
    let some = all.into_iter().filter(|(name, count)| *count > 0 || *name == "sent");
    let per_column = usize::from(part.height().saturating_sub(3)).max(1);
    for (at, (name, number)) in some.enumerate() {
        let column = u16::try_from(at / per_column).unwrap_or(0) * 38;
        let y = 2 + u16::try_from(at % per_column).unwrap_or(0);
        part.pen.within(2 + column, y, 24, name, Role::Plain);
        part.pen.right(34 + column, y, &thousands(number), Role::Plain);
    }
}
