//! Which arm is ahead, how sure is that, may one stop?

use super::{Body, WIDE, parts};
use crate::app::Panel;
use crate::number::{difference, rate, share, thousands};
use crate::table::{At, Line};
use crate::theme::Role;
use foresend_insight::board::caused::Interval;
use foresend_insight::board::experiment::{Experiment, Row, Verdict};
use ratatui::layout::Constraint;
use ratatui::symbols::Marker;
use ratatui::widgets::{Axis, Chart, Dataset, GraphType, LegendPosition};

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
    let chosen = body.view.selected(Panel::Experiments).filter(|_| body.view.detail);
    if let Some(of) = board.experiments.iter().find(|of| Some(&of.name) == chosen) {
        detail(body, of);
    }
}

/// How the rates of an experiment came to be, over the foot of the screen.
fn detail(body: &mut Body<'_>, of: &Experiment) {
    let theme = body.view.theme;
    let mut part = body.overlay(16, &format!("{}: rate until the end of each day, %", of.name));
    if of.over_time.is_empty() {
        return part.empty(2, 2, "Its days are not known.");
    }
    let points: Vec<Vec<(f64, f64)>> = of
        .over_time
        .iter()
        .map(|variant| {
            let days = (1u32..).zip(&variant.days);
            days.filter_map(|(day, (reached, goal))| {
                Some((f64::from(day), share(*goal, *reached)?))
            })
            .collect()
        })
        .collect();
    let all = || points.iter().flatten();
    let days = of.over_time.iter().map(|variant| variant.days.len()).max().unwrap_or(1).max(2);
    let days = f64::from(u32::try_from(days).unwrap_or(u32::MAX));
    let most = all().map(|(_, rate)| *rate).fold(0.1, f64::max) * 1.1;
    let signs = [Marker::Dot, Marker::Braille, Marker::Block];
    let roles = [Role::Accent, Role::Plain, Role::Faint];
    let sets = of.over_time.iter().zip(&points).zip(signs.iter().zip(roles).cycle());
    let sets = sets.map(|((variant, points), (sign, role))| {
        Dataset::default()
            .name(variant.name.as_str())
            .marker(*sign)
            .graph_type(GraphType::Line)
            .style(theme.style(role))
            .data(points)
    });
    let faint = theme.style(Role::Faint);
    let x = Axis::default().bounds([1.0, days]).labels(["day 1".to_owned(), format!("day {days}")]);
    let y = Axis::default().bounds([0.0, most]).labels(["0".to_owned(), format!("{most:.1}")]);
    let chart = Chart::new(sets.collect())
        .x_axis(x.style(faint))
        .y_axis(y.style(faint))
        .legend_position(Some(LegendPosition::TopLeft))
        .hidden_legend_constraints((Constraint::Min(0), Constraint::Min(0)));
    part.pen.widget(2, 2, chart);
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
        Verdict::NotYet { says } | Verdict::Ended { says } => ("○", says.as_str(), Role::Plain),
        Verdict::Found { says } => ("✓", says.as_str(), Role::Good),
        Verdict::Stopped { says } | Verdict::Broken { says } => ("✗", says.as_str(), Role::Failed),
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
