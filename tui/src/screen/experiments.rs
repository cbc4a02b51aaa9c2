//! Which arm is ahead, how sure is that, may one stop?

use super::{Body, WIDE, parts};
use crate::app::Panel;
use crate::number::{difference, rate, thousands};
use crate::table::{At, Line};
use crate::theme::Role;
use foresend_insight::board::caused::Interval;
use foresend_insight::board::experiment::{Experiment, Row, Verdict};

const NONE: &str =
    "No experiment runs. Write experiments/NAME.toml, then foresend experiment plan NAME";
const IN_A_REHEARSAL: &str =
    "A rehearsal of the whole program compares no variants: nothing is measured here yet.";

pub(super) fn draw(body: &mut Body<'_>) {
    let Some(board) = &body.view.board else {
        return parts::nothing_yet(body);
    };
    body.heading(Panel::Experiments, 2, 0, "Experiments");
    if board.experiments.is_empty() {
        let sentence = if board.of.day.is_some() { IN_A_REHEARSAL } else { NONE };
        return body.empty(2, 1, sentence);
    }
    let mut shown: Vec<&Experiment> = board.experiments.iter().collect();
    if body.view.order % 2 == 1 {
        shown.sort_by_key(|of| matches!(of.verdict, Verdict::Open | Verdict::NotYet { .. }));
    }
    let is_wide = body.width() >= WIDE;
    let columns: [At; 7] = if is_wide {
        [
            At::Left(2, 9),
            At::Left(12, 24),
            At::Right(47),
            At::Right(57),
            At::Right(67),
            At::Right(96),
            At::Right(114),
        ]
    } else {
        [
            At::Left(2, 7),
            At::Left(10, 14),
            At::Right(32),
            At::Right(40),
            At::Right(49),
            At::Right(70),
            At::Right(79),
        ]
    };
    let lines: Vec<Line> = shown.into_iter().flat_map(block).collect();
    let last = if is_wide { "chance it is best" } else { "best" };
    let head = ["", "", "reached", "goal", "rate", "against, pp", last];
    body.list(Panel::Experiments, (&head, &columns), &lines, None);
    body.heading(Panel::Experiments, 2, 0, "Experiments");
}

/// A heading, its variants, and the verdict.
fn block(of: &Experiment) -> Vec<Line> {
    let blank = || Line { id: String::new(), cells: Vec::new() };
    let title = Line::of(&of.name, vec![(format!("{} · {}", of.name, of.place), Role::Bold)]);
    let mut lines = vec![title];
    if !matches!(of.verdict, Verdict::Broken { .. }) {
        for factor in &of.factors {
            for (at, variant) in factor.variants.iter().enumerate() {
                lines.push(row(if at == 0 { &factor.name } else { "" }, variant));
            }
        }
        if let Some((name, held_out)) = &of.holdout {
            lines.push(row("", &Row { name: name.clone(), ..held_out.clone() }));
        }
        lines.extend(
            of.any.as_ref().map(|any| row("", &Row { name: "any mail".to_owned(), ..any.clone() })),
        );
    }
    let (sign, says, role) = match &of.verdict {
        Verdict::Open => ("○", "Nothing can be said yet.", Role::Faint),
        Verdict::NotYet { says } => ("○", says.as_str(), Role::Plain),
        Verdict::Found { says } => ("✓", says.as_str(), Role::Good),
        Verdict::Broken { says } => ("✗", says.as_str(), Role::Failed),
    };
    lines.push(Line { id: String::new(), cells: vec![(format!("{sign} {says}"), role)] });
    lines.push(blank());
    lines
}

fn row(factor: &str, of: &Row) -> Line {
    let clear = |interval: &Interval| interval.low > 0.0 || interval.high < 0.0;
    let (against, role) = match &of.against {
        None => (String::new(), Role::Plain),
        Some(interval) => {
            let text = |value: f64| difference(value, 2);
            let all = format!(
                "{}  {} … {}",
                text(interval.value),
                text(interval.low),
                text(interval.high)
            );
            (all, if clear(interval) { Role::Accent } else { Role::Plain })
        }
    };
    let cells = vec![
        (factor.to_owned(), Role::Faint),
        (of.name.clone(), Role::Plain),
        (thousands(of.reached), Role::Plain),
        (thousands(of.goal), Role::Plain),
        (rate(of.goal, of.reached, 2), Role::Plain),
        (against, role),
        (of.best.map_or(String::new(), best), Role::Plain),
    ];
    Line { id: String::new(), cells }
}

/// Never 0 % and never 100 %.
fn best(chance: f64) -> String {
    match chance * 100.0 {
        percent if percent > 99.9 => "> 99.9 %".to_owned(),
        percent if percent < 0.1 => "< 0.1 %".to_owned(),
        percent => format!("{percent:.0} %"),
    }
}
