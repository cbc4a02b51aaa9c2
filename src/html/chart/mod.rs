//! Charts, drawn as SVG that fits any width without its letters growing or shrinking: across, everything is in
//! percent of the width; down, in pixels. A chart is a picture of a table on the same page: it carries no number
//! that no table has, but for round ones along its axis, and is told to who cannot see it by its title and description.
//!
//! Colour is never alone: a loss stands left of 0 and has its `−`, what is unclear is hollow.

pub(crate) mod curve;
pub(crate) mod funnel;
pub(crate) mod intervals;

use crate::report::number::count;
use maud::{Markup, html};

/// Percent of the width that stay free at either side, so that what stands at the ends is not cut.
const ASIDE: f64 = 4.0;
/// Labels nearer to an end than this many percent are set towards the middle.
const EDGE: f64 = 8.0;

/// What a chart is to someone who cannot see it, and to someone who can.
pub(crate) struct Told {
    /// Unique on its page.
    pub(crate) id: String,
    /// What it shows.
    pub(crate) title: String,
    /// What is found in it, in a sentence.
    pub(crate) finding: String,
    /// Below it: units, and what its signs mean; `None` where a chart above has said so.
    pub(crate) key: Option<&'static str>,
}

impl Told {
    /// A chart `height` pixels high.
    fn drawn(&self, height: f64, body: &Markup) -> Markup {
        let Self { id, title, finding, key } = self;
        let (title_id, finding_id) = (format!("{id}-title"), format!("{id}-finding"));
        html! {
            figure {
                svg role="img" aria-labelledby=(format!("{title_id} {finding_id}"))
                    width="100%" height=(pixels(height)) xmlns="http://www.w3.org/2000/svg" {
                    title id=(title_id) { (title) }
                    desc id=(finding_id) { (finding) }
                    (body)
                }
                @if let Some(key) = key { figcaption { (key) } }
            }
        }
    }
}

/// An axis with round numbers on it.
#[derive(Clone, PartialEq, Debug)]
struct Scale {
    low: f64,
    high: f64,
    /// From one tick to the next.
    step: f64,
}

impl Scale {
    /// An axis that holds 0 and every one of `values`, with at most `most` steps.
    fn over(values: impl Iterator<Item = f64>, most: u32) -> Self {
        let finite = values.filter(|value| value.is_finite());
        let (low, high) =
            finite.fold((0.0, 0.0), |(low, high): (f64, f64), v| (low.min(v), high.max(v)));
        let high = if high > low { high } else { 1.0 }; // nothing but 0: some axis
        let span = high - low;
        // The least of 1, 2 and 5 times a power of ten that needs few enough steps.
        let mut power = 10f64.powf((span / f64::from(most)).log10().floor());
        let step = loop {
            let fits = |times: &f64| {
                let step = times * power;
                (high / step).ceil() - (low / step).floor() <= f64::from(most)
            };
            match [1.0, 2.0, 5.0].into_iter().find(fits) {
                Some(times) => break times * power,
                None => power *= 10.0,
            }
        };
        Self { low: (low / step).floor() * step, high: (high / step).ceil() * step, step }
    }

    /// How far along the axis `value` is, from 0 to 1.
    fn share(&self, value: f64) -> f64 {
        ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }

    /// How far from the left `value` is, in percent of the width.
    fn across(&self, value: f64) -> f64 {
        ASIDE + (100.0 - 2.0 * ASIDE) * self.share(value)
    }

    /// Its round numbers, from the lowest to the highest.
    fn ticks(&self) -> Vec<f64> {
        let steps = ((self.high - self.low) / self.step).round();
        let ticks = (0..=64u32).map(f64::from).take_while(|&at| at <= steps);
        ticks.map(|at| self.low + at * self.step).collect()
    }

    /// Whether a tick is the one at 0.
    fn is_zero(&self, tick: f64) -> bool {
        tick.abs() < self.step / 2.0
    }

    /// A tick, with as many decimals as steps have; a sign where `signed`.
    fn spell(&self, tick: f64, signed: bool) -> String {
        let decimals = (0..9).find(|&places| {
            let scaled = self.step * 10f64.powi(places);
            (scaled - scaled.round()).abs() < 1e-6 * scaled
        });
        let decimals = usize::try_from(decimals.unwrap_or(9)).unwrap_or(9);
        let size = format!("{:.decimals$}", tick.abs());
        let (whole, rest) = size.split_once('.').unwrap_or((&size, ""));
        let whole = whole.parse().map_or_else(|_| whole.to_owned(), count);
        let point = if rest.is_empty() { "" } else { "." };
        let sign = match self.is_zero(tick) {
            true => return "0".to_owned(),
            false if tick < 0.0 => "−",
            false if signed => "+",
            false => "",
        };
        format!("{sign}{whole}{point}{rest}")
    }
}

/// A place across, in percent of the width.
fn percent(share: f64) -> String {
    format!("{share:.2}%")
}

/// A place down, in pixels.
fn pixels(at: f64) -> String {
    format!("{at:.1}")
}

/// Text at `x` percent is set from there, round it or up to it, so that it stays inside.
fn anchor(x: f64) -> &'static str {
    match x {
        x if x < EDGE => "start",
        x if x > 100.0 - EDGE => "end",
        _ => "middle",
    }
}

/// The grid of an axis, from `top` to `bottom`.
fn grid(scale: &Scale, top: f64, bottom: f64) -> Markup {
    html! { @for tick in scale.ticks() {
        @let x = percent(scale.across(tick));
        @let class = if scale.is_zero(tick) { "grid zero" } else { "grid" };
        line class=(class) x1=(x) x2=(x) y1=(pixels(top)) y2=(pixels(bottom)) {}
    } }
}

/// The round numbers of an axis, at `y`.
fn ticks(scale: &Scale, y: f64) -> Markup {
    html! { @for tick in scale.ticks() {
        @let (x, text) = (scale.across(tick), scale.spell(tick, true));
        // What the margins of the page hold may stand round its tick at the ends too.
        @let anchor = if text.chars().count() > 7 { anchor(x) } else { "middle" };
        text.tick x=(percent(x)) y=(pixels(y)) text-anchor=(anchor) { (text) }
    } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn ticks(values: &[f64], most: u32, expected: &[&str]) {
        let scale = Scale::over(values.iter().copied(), most);
        let spelled: Vec<String> =
            scale.ticks().into_iter().map(|tick| scale.spell(tick, true)).collect();
        assert_eq!(spelled, expected, "{scale:?}");
        for &value in values {
            assert!(scale.low <= value && value <= scale.high, "{value} in {scale:?}");
        }
    }

    #[test]
    fn an_axis_has_round_numbers_and_holds_0_and_every_value() {
        ticks(&[825.0, -121.0, 1_178.0], 5, &["−500", "0", "+500", "+1,000", "+1,500"]);
        ticks(&[6.9, 10.1], 6, &["0", "+2", "+4", "+6", "+8", "+10", "+12"]);
        ticks(&[-0.43, -0.1], 5, &["−0.5", "−0.4", "−0.3", "−0.2", "−0.1", "0"]);
        ticks(&[0.0], 5, &["0", "+0.2", "+0.4", "+0.6", "+0.8", "+1.0"]);
        ticks(&[], 2, &["0", "+0.5", "+1.0"]);
    }

    #[test]
    fn values_beyond_all_measure_stay_on_the_page() {
        for values in [[f64::INFINITY, 0.0], [1e300, -1e300], [1e-300, 0.0]] {
            let scale = Scale::over(values.into_iter(), 5);
            assert!(scale.ticks().len() <= 65);
            assert!(values.iter().all(|&value| scale.across(value) <= 100.0));
        }
    }
}
