//! How a goal answers to a setting: values in their order across, what mail adds down, noise as a band. What cannot
//! be told apart from the best is shaded and bracketed; today's value and the chosen one are named below the axis.
//!
//! The line between two values is there for the eye: only the values were rehearsed.

use super::{ASIDE, Scale, Told, anchor, percent, pixels};
use maud::{Markup, html};
use std::fmt::Write as _;

/// The plot, in pixels from the top.
const TOP: f64 = 26.0;
const BOTTOM: f64 = 246.0;
/// Below it: labels in two rows, then today's and the chosen value.
const HEIGHT: f64 = 326.0;
const TICKS_MAX: u32 = 6;
/// Labels nearer to each other than this many percent stand in two rows.
const LABELS_APART: f64 = 10.0;
/// Of a plateau of one value, in percent of the width, to either side.
const PLATEAU_MIN: f64 = 2.0;

/// A chart of one.
pub(crate) struct Curve {
    pub(crate) told: Told,
    /// In the order of the axis.
    pub(crate) points: Vec<Point>,
    /// What stands over a plateau.
    pub(crate) plateau: String,
}

/// One value of the setting.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Point {
    /// As its author writes it: `4h`.
    pub(crate) label: String,
    /// Where it stands across: of a duration its logarithm, say. Where one has none, all stand evenly.
    pub(crate) at: Option<f64>,
    /// What was found, and what noise leaves open of it.
    pub(crate) value: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
    /// The most that is lost by it in any world, in the unit of `value`.
    pub(crate) regret: Option<f64>,
    /// Whether it cannot be told apart from the best.
    pub(crate) is_plateau: bool,
    /// Whether it keeps what every value must.
    pub(crate) is_kept: bool,
    /// Whether it is today's.
    pub(crate) is_today: bool,
    /// Whether it was chosen.
    pub(crate) is_chosen: bool,
}

impl Curve {
    /// The chart.
    pub(crate) fn draw(&self) -> Markup {
        let values = self.points.iter().flat_map(|p| [p.value, p.low, p.high]);
        let regrets = self.points.iter().filter_map(|point| point.regret);
        let scale = Scale::over(values.chain(regrets), TICKS_MAX);
        let down = |value: f64| BOTTOM - (BOTTOM - TOP) * scale.share(value);
        let across = self.across();
        let body = html! {
            (self.shaded(&across))
            @for tick in scale.ticks() {
                @let class = if scale.is_zero(tick) { "grid zero" } else { "grid" };
                line class=(class) x1="0" x2="100%" y1=(pixels(down(tick))) y2=(pixels(down(tick))) {}
                text.tick x="0" y=(pixels(down(tick) - 4.0)) { (scale.spell(tick, false)) }
            }
            (self.band(&across, &down))
            (line("curve", across.iter().zip(&self.points).map(|(x, p)| (*x, Some(down(p.value))))))
            (line("regret", across.iter().zip(&self.points).map(|(x, p)| (*x, p.regret.map(down)))))
            @for (at, (x, point)) in across.iter().zip(&self.points).enumerate() {
                (point.draw(*x, &down))
                (point.named(*x, at % 2 == 1 && self.is_tight(&across)))
            }
        };
        self.told.drawn(HEIGHT, &body)
    }

    /// Where each point stands, in percent of the width. The axis of values has room at the left for its ticks.
    fn across(&self) -> Vec<f64> {
        let places: Option<Vec<f64>> = self.points.iter().map(|point| point.at).collect();
        let even = || (0..u32::MAX).map(f64::from).take(self.points.len()).collect();
        let places: Vec<f64> = places
            .filter(|places| places.iter().all(|place| place.is_finite()))
            .unwrap_or_else(even);
        let low = places.iter().copied().fold(f64::INFINITY, f64::min);
        let high = places.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let (left, right) = (3.0 * ASIDE, 100.0 - ASIDE);
        let share = |place: f64| if high > low { (place - low) / (high - low) } else { 0.5 };
        places.into_iter().map(|place| left + (right - left) * share(place)).collect()
    }

    fn is_tight(&self, across: &[f64]) -> bool {
        across.windows(2).any(|pair| pair[1] - pair[0] < LABELS_APART)
    }

    /// Each run of values that cannot be told apart from the best, with its bracket.
    fn shaded(&self, across: &[f64]) -> Markup {
        let runs = self.points.iter().zip(across).collect::<Vec<_>>();
        let runs = runs.chunk_by(|a, b| a.0.is_plateau == b.0.is_plateau);
        let runs = runs.filter(|run| run.iter().any(|(point, _)| point.is_plateau));
        html! { @for (at, run) in runs.enumerate() {
            @let ends = run.iter().map(|(_, x)| **x);
            @let (from, to) = ends.fold((100.0f64, 0.0f64), |(low, high), x| (low.min(x), high.max(x)));
            @let (from, to) = (from - PLATEAU_MIN, to + PLATEAU_MIN);
            rect.plateau x=(percent(from)) width=(percent(to - from))
                y=(pixels(TOP)) height=(pixels(BOTTOM - TOP)) {}
            line.bracket x1=(percent(from)) x2=(percent(to)) y1=(pixels(TOP)) y2=(pixels(TOP)) {}
            @for end in [from, to] {
                line.bracket x1=(percent(end)) x2=(percent(end))
                    y1=(pixels(TOP)) y2=(pixels(TOP + 6.0)) {}
            }
            @if at == 0 {
                @let middle = f64::midpoint(from, to);
                @let anchor = if middle > 65.0 { "end" } else { "middle" };
                @let x = if middle > 65.0 { to } else { middle };
                text.leading x=(percent(x)) y=(pixels(TOP - 9.0)) text-anchor=(anchor) { (self.plateau) }
            }
        } }
    }

    /// From `low` to `high` over all values. A polygon has no percents, so it stands in a picture of its own that is
    /// stretched to the width.
    fn band(&self, across: &[f64], down: &dyn Fn(f64) -> f64) -> Markup {
        let upper = across.iter().zip(&self.points).map(|(x, point)| (*x, down(point.high)));
        let lower = across.iter().zip(&self.points).rev().map(|(x, point)| (*x, down(point.low)));
        let mut corners = String::new();
        for (x, y) in upper.chain(lower) {
            write!(corners, "{x:.2},{y:.1} ").expect("a string takes every text");
        }
        html! {
            svg x="0" y="0" width="100%" height=(pixels(HEIGHT))
                viewBox=(format!("0 0 100 {HEIGHT}")) preserveAspectRatio="none" {
                polygon.band points=(corners.trim_end()) {}
            }
        }
    }
}

/// From each point to the next, where both are there.
fn line(class: &str, points: impl Iterator<Item = (f64, Option<f64>)>) -> Markup {
    let points: Vec<(f64, Option<f64>)> = points.collect();
    html! { @for pair in points.windows(2) {
        @if let [(x1, Some(y1)), (x2, Some(y2))] = pair {
            line class=(class) x1=(percent(*x1)) x2=(percent(*x2)) y1=(pixels(*y1)) y2=(pixels(*y2)) {}
        }
    } }
}

impl Point {
    fn draw(&self, x: f64, down: &dyn Fn(f64) -> f64) -> Markup {
        let y = down(self.value);
        html! {
            @if let Some(regret) = self.regret {
                circle.regret cx=(percent(x)) cy=(pixels(down(regret))) r="2.5" {}
            }
            @if !self.is_kept {
                text.failed x=(percent(x)) y=(pixels(y + 5.0)) text-anchor="middle" { "✗" }
            } @else if self.is_chosen {
                text.chosen x=(percent(x)) y=(pixels(y + 6.0)) text-anchor="middle" { "◆" }
            } @else if self.is_today {
                g.estimate.unclear { circle cx=(percent(x)) cy=(pixels(y)) r="5" {} }
            } @else {
                g.estimate { circle cx=(percent(x)) cy=(pixels(y)) r="4" {} }
            }
        }
    }

    fn named(&self, x: f64, is_lower: bool) -> Markup {
        let label = BOTTOM + if is_lower { 34.0 } else { 18.0 };
        let name = |words: &str, y: f64, class: &str| {
            html! { text class=(class) x=(percent(x)) y=(pixels(y)) text-anchor=(anchor(x)) { (words) } }
        };
        html! {
            (name(&self.label, label, "label"))
            @if self.is_today { (name("○ today", BOTTOM + 54.0, "label")) }
            @if self.is_chosen { (name("◆ chosen", BOTTOM + 72.0, "leading")) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(label: &str, hours: f64, [value, low, high]: [f64; 3], regret: f64) -> Point {
        Point {
            label: label.to_owned(),
            at: Some(hours.ln()),
            value,
            low,
            high,
            regret: Some(regret),
            is_plateau: value >= 8.8,
            is_kept: true,
            is_today: label == "1h",
            is_chosen: label == "12h",
        }
    }

    fn curve() -> Curve {
        Curve {
            told: Told {
                id: "quiet".to_owned(),
                title: "Extra orders per 1,000 armed carts, by cart-recovery.quiet".to_owned(),
                finding: "2h to 1d cannot be told apart; 1h, today, loses 0.6; 12h is chosen."
                    .to_owned(),
                key: Some(
                    "● extra orders per 1,000 armed carts, with simulation noise (95 %, paired) shaded · dotted: worst \
                     regret in any world · ✗ breaks what every value must keep",
                ),
            },
            points: vec![
                point("30m", 0.5, [7.7, 6.9, 8.5], 16.1),
                point("1h", 1.0, [8.5, 7.7, 9.3], 13.4),
                point("2h", 2.0, [9.3, 8.5, 10.1], 7.6),
                point("4h", 4.0, [9.4, 8.6, 10.2], 3.8),
                point("12h", 12.0, [9.2, 8.4, 10.0], 2.1),
                point("1d", 24.0, [8.8, 8.0, 9.6], 3.6),
                Point { is_kept: false, ..point("2d", 48.0, [7.4, 6.6, 8.2], 4.0) },
                point("5d", 120.0, [4.0, 3.2, 4.8], 9.9),
            ],
            plateau: "cannot be told apart from the best".to_owned(),
        }
    }

    #[test]
    fn a_curve_shows_its_band_plateau_today_and_the_chosen_value() {
        insta::assert_snapshot!("curve", curve().draw().into_string().replace("><", ">\n<"));
    }

    #[test]
    fn durations_stand_by_their_logarithm_and_categories_evenly() {
        let apart = |curve: &Curve| -> Vec<f64> {
            curve.across().windows(2).map(|pair| (pair[1] - pair[0]).round()).collect()
        };
        let mut curve = curve();
        assert_eq!(apart(&curve), [11.0, 11.0, 11.0, 17.0, 11.0, 11.0, 14.0]);
        curve.points[3].at = None;
        assert_eq!(apart(&curve), [12.0; 7]);
    }

    #[test]
    fn one_value_or_none_is_a_chart_too() {
        let mut curve = curve();
        curve.points.truncate(1);
        assert_eq!(curve.across(), [54.0]);
        assert!(curve.draw().into_string().contains("30m"));
        curve.points.clear();
        assert!(!curve.draw().into_string().contains("NaN"));
    }
}
