//! Estimates with their noise against 0, one row each: a dot, whiskers, and in words at the right what they are. A
//! name stands above its row, so that a telephone shows the longest.

use super::{Scale, Told, grid, percent, pixels, ticks};
use maud::{Markup, html};

/// From one row to the next, in pixels.
const ROW: f64 = 46.0;
/// Within a row: the baseline of its name, the middle of its estimate, the grid beside that.
const NAME: f64 = 15.0;
const MIDDLE: f64 = 32.0;
const GRID: (f64, f64) = (23.0, 41.0);
/// Room above the rows, and below them for the axis.
const TOP: f64 = 4.0;
const BOTTOM: f64 = 22.0;
/// Steps of the axis: more would not stand side by side on a telephone.
const TICKS_MAX: u32 = 5;

/// A chart of them.
pub(crate) struct Intervals {
    pub(crate) told: Told,
    /// From the lowest to the highest of the rows.
    pub(crate) range: Option<Range>,
    pub(crate) rows: Vec<Interval>,
}

/// A range over all rows.
pub(crate) struct Range {
    pub(crate) name: String,
    pub(crate) low: f64,
    pub(crate) high: f64,
    /// As the table prints it.
    pub(crate) text: String,
}

/// One row.
pub(crate) struct Interval {
    pub(crate) name: String,
    pub(crate) value: f64,
    /// Half of what noise leaves open, not negative; `None`: nobody can say.
    pub(crate) noise: Option<f64>,
    /// As the table prints it.
    pub(crate) text: String,
    /// As the table prints it.
    pub(crate) noise_text: String,
}

impl Interval {
    /// Filled where noise does not hold 0.
    fn class(&self) -> &'static str {
        match self.noise {
            Some(noise) if noise < self.value.abs() && self.value < 0.0 => "estimate loss",
            Some(noise) if noise < self.value.abs() => "estimate",
            Some(_) | None => "estimate unclear",
        }
    }
}

impl Intervals {
    /// The chart.
    pub(crate) fn draw(&self) -> Markup {
        let ends = self.rows.iter().flat_map(|row| {
            let noise = row.noise.unwrap_or(0.0);
            [row.value - noise, row.value + noise]
        });
        let scale = Scale::over(ends, TICKS_MAX);
        let first = if self.range.is_some() { 1.0 } else { 0.0 };
        let rows = (0..u32::MAX).map(|at| TOP + ROW * (f64::from(at) + first));
        let bottom = TOP + ROW * first + rows.clone().zip(&self.rows).map(|_| ROW).sum::<f64>();
        let body = html! {
            @if let Some(range) = &self.range { (range.draw(&scale)) }
            @for (top, row) in rows.zip(&self.rows) {
                // Only beside the estimates: through the names it would strike them out.
                (grid(&scale, top + GRID.0, top + GRID.1))
                (row.draw(&scale, top))
            }
            (ticks(&scale, bottom + 14.0))
        };
        self.told.drawn(bottom + BOTTOM, &body)
    }
}

impl Range {
    fn draw(&self, scale: &Scale) -> Markup {
        let Self { name, low, high, text } = self;
        let (from, to) = (scale.across(*low), scale.across(*high));
        let middle = pixels(TOP + MIDDLE);
        html! {
            (grid(scale, TOP + GRID.0, TOP + GRID.1))
            text.leading x="0" y=(pixels(TOP + NAME)) { (name) }
            text.leading x="100%" y=(pixels(TOP + NAME)) text-anchor="end" { (text) }
            line.range x1=(percent(from)) x2=(percent(to)) y1=(middle) y2=(middle) {}
        }
    }
}

impl Interval {
    fn draw(&self, scale: &Scale, top: f64) -> Markup {
        let Self { name, value, noise, text, noise_text } = self;
        let (x, middle) = (percent(scale.across(*value)), top + MIDDLE);
        let y = pixels(middle);
        html! {
            text x="0" y=(pixels(top + NAME)) { (name) }
            text x="100%" y=(pixels(top + NAME)) text-anchor="end" {
                (text) tspan.faint { " " (noise_text) }
            }
            g class=(self.class()) {
                @if let Some(noise) = noise {
                    @let ends = [value - noise, value + noise].map(|end| percent(scale.across(end)));
                    line x1=(ends[0]) x2=(ends[1]) y1=(y) y2=(y) {}
                    @for end in &ends {
                        line x1=(end) x2=(end) y1=(pixels(middle - 5.0)) y2=(pixels(middle + 5.0)) {}
                    }
                }
                circle cx=(x) cy=(y) r="4.5" {}
            }
        }
    }
}
