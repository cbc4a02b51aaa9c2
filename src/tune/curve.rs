//! The response curve, drawn as text: a row a value, from 0, which is no mail.

use super::report::{Report, Scale};
use crate::report::page::{Letters, Page, Role, Row};
use foresend_simulator::tune::contrast::Bounds;
use foresend_simulator::tune::search::Point;

/// Columns of the plot, on wide paper and on narrow.
const WIDE: usize = 50;
const NARROW: usize = 22;
/// The first column of values.
const LABEL: usize = 4;
/// A label that is longer is cut by the page.
const LABEL_MAX: usize = 22;

/// From values to columns.
struct Axis {
    low: f64,
    high: f64,
    columns: usize,
    step: f64,
}

impl Axis {
    /// From 0, or the lowest bound if that is below; to the highest.
    fn of(points: &[Bounds], columns: usize) -> Self {
        let low = points.iter().map(|point| point.low).fold(0.0, f64::min);
        let high = points.iter().map(|point| point.high).fold(0.0, f64::max);
        let span = if high > low { high - low } else { 1.0 };
        let step = round_step(span / 5.0);
        Self { low: (low / step).floor() * step, high: (high / step).ceil() * step, columns, step }
    }

    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a column of a page"
    )]
    fn column(&self, value: f64) -> usize {
        let share = ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0);
        (share * (self.columns - 1) as f64).round() as usize
    }

    fn ticks(&self) -> impl Iterator<Item = f64> {
        std::iter::successors(Some(self.low), |tick| Some(tick + self.step))
            .take_while(|tick| *tick <= self.high + self.step / 2.0)
    }
}

/// 1, 2 or 5 times a power of ten.
fn round_step(rough: f64) -> f64 {
    let power = 10f64.powf(rough.log10().floor());
    let times = [1.0, 2.0, 5.0, 10.0].into_iter().find(|times| times * power >= rough);
    times.unwrap_or(10.0) * power
}

pub(super) fn write(report: &Report, page: &mut Page) {
    let paper = page.paper();
    let columns = if paper.is_wide() { WIDE } else { NARROW };
    let scale = report.curve_scale();
    let drawn = report.drawn();
    let curve = &report.tuned.searched.curve;
    let label = drawn.iter().map(|&at| report.values[at].label.chars().count()).max().unwrap_or(0);
    let label = label.min(LABEL_MAX);
    let bounds: Vec<Bounds> = curve.iter().map(|point| scaled(&point.adds, scale)).collect();
    let axis = Axis::of(&bounds, columns);
    let plot = LABEL + label + " today".len() + 2;
    let best = drawn
        .iter()
        .copied()
        .filter(|&at| report.values[at].varies && curve[at].keeps)
        .max_by(|&a, &b| curve[a].adds.value.total_cmp(&curve[b].adds.value));
    let on: Vec<usize> = (0..drawn.len()).filter(|&row| curve[drawn[row]].on_plateau).collect();
    for (row, &at) in drawn.iter().enumerate() {
        let point = &curve[at];
        let role = if point.keeps { Role::Plain } else { Role::Faint };
        let plateau = match (on.first(), on.last()) {
            (Some(&first), Some(&last)) if first < last => match row {
                _ if row == first => '╷',
                _ if row == last => '╵',
                _ if first < row && row < last => '│',
                _ => ' ',
            },
            _ => ' ',
        };
        let drawn = draw(&axis, &bounds[at], plateau);
        let value = &report.values[at];
        let edge = LABEL + label;
        let mut line = Row::default().until(edge, role, value.label.clone());
        if value.is_today {
            line = line.from(edge + 1, Role::Faint, "today");
        }
        let after = plot + columns + 2;
        line = line.from(plot, role, drawn).until(
            after + 8,
            role,
            scale.plain(point.adds.value, paper.letters),
        );
        if paper.is_wide() {
            line = line.until(after + 24, Role::Faint, scale.range(&point.adds, paper.letters));
            let words = words(report, point, best == Some(at));
            if !words.is_empty() {
                let role = if point.keeps { Role::Accent } else { Role::Failed };
                line = line.from(after + 26, role, words);
            }
        }
        page.row(&line);
    }
    page.row(&ticks(&axis, plot, scale, paper.letters));
}

/// What stands behind a row.
fn words(report: &Report, point: &Point, is_best: bool) -> String {
    let broken = report
        .keep
        .iter()
        .zip(&point.kept)
        .find(|(expect, part)| !expect.op.holds(part.found(), expect.than));
    match broken.filter(|_| !point.keeps) {
        Some((expect, part)) => {
            format!("✗ {}", crate::measured::found(expect, part.found(), report.currency))
        }
        None if is_best => "plateau".to_owned(),
        None => String::new(),
    }
}

fn scaled(bounds: &Bounds, scale: Scale) -> Bounds {
    let Bounds { value, low, high } = *bounds;
    let factor = scale.factor;
    Bounds { value: value * factor, low: low * factor, high: high * factor }
}

/// `│   ├───●───┤`, with the bracket of the plateau before the axis where there is room.
fn draw(axis: &Axis, bounds: &Bounds, plateau: char) -> String {
    let mut cells = vec![' '; axis.columns + 2];
    let zero = axis.column(0.0) + 2;
    cells[zero] = '│';
    let (low, at, high) =
        (axis.column(bounds.low) + 2, axis.column(bounds.value) + 2, axis.column(bounds.high) + 2);
    for cell in &mut cells[low..=high] {
        *cell = '─';
    }
    cells[low] = '├';
    cells[high] = '┤';
    cells[at] = '●';
    cells[0] = plateau;
    cells.into_iter().collect::<String>().trim_end().to_owned()
}

fn ticks(axis: &Axis, plot: usize, scale: Scale, letters: Letters) -> Row {
    let mut row = Row::default();
    let mut free = 0;
    for tick in axis.ticks() {
        let text = tick_text(tick, axis.step, scale, letters);
        let width = text.chars().count();
        let column = plot + 2 + axis.column(tick);
        let from = column.saturating_sub(width / 2);
        if from >= free {
            free = from + width + 1;
            row = row.from(from, Role::Faint, text);
        }
    }
    row
}

/// With as many decimals as its step needs.
fn tick_text(tick: f64, step: f64, scale: Scale, letters: Letters) -> String {
    let decimals = if step >= 1.0 { 0 } else { 1 + usize::from(step < 0.1) };
    let sign = if tick < -step / 2.0 { "−" } else { "" };
    let digits = format!("{:.decimals$}", tick.abs());
    format!("{sign}{}{digits}", scale.symbol(letters))
}
