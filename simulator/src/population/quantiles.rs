//! Draws by inversion: a distribution as a table of its quantiles, read with straight lines between. One uniform
//! number makes one draw, and a larger number a larger draw whatever the parameters are: presets that differ in a
//! parameter meet the same luck, customer by customer, which rejection sampling would not give.
//!
//! 3,969 knots lie evenly between 1/64 and 63/64; beyond, 64 more on either side lie along −ln of what is left outside,
//! as far as a uniform number of 52 bits can reach. There the quantiles of gamma and normal distributions are nearly
//! straight, so that their means are right although the tails are heavy.
//! Invariant: a table never falls.

use statrs::distribution::{ContinuousCDF, Normal};
use statrs::function::gamma::{gamma_lr, gamma_ur, ln_gamma};

/// A distribution, by its quantiles.
#[derive(Clone, PartialEq, Debug)]
pub struct Quantiles {
    /// From 1/64 to 63/64 in steps of 1/4096.
    body: Box<[f64]>,
    /// Beyond: by −ln u, and by −ln(1 − u).
    low: Box<[f64]>,
    high: Box<[f64]>,
}

/// Even cells if the body were the whole.
const CELLS: f64 = 4096.0;
/// First and last knot of the body.
const BODY: [u16; 2] = [64, 4032];
/// Cells of a tail.
const TAIL: u16 = 64;
/// The last of Newton's steps: its square is what is then left.
const CLOSE: f64 = 1e-6;
/// ln 64, and the −ln of less than a uniform number can be.
const REACH: [f64; 2] = [4.158_883_083_359_672, 37.0];

impl Quantiles {
    /// Gamma with this shape, above 0, and rate 1: its mean is the shape.
    #[must_use]
    pub fn gamma(shape: f64) -> Self {
        let (ln_full, ln_part) = (ln_gamma(shape + 1.0), ln_gamma(shape));
        let ln_density = |y: f64| shape * y - y.exp() - ln_part;
        // In y = ln x: ln P rises concave, so Newton's steps from the left stay left, and −ln Q rises convex.
        let solve_low = |from: f64, ln_u: f64| {
            let mut y = from.max((ln_u + ln_full) / shape);
            for _ in 0..100 {
                if y < -690.0 {
                    return y; // P(x) = x^s / Γ(s + 1) down there, which is where we began
                }
                let below = gamma_lr(shape, y.exp());
                let step = (ln_u - below.ln()) / (ln_density(y).exp() / below);
                if !step.is_finite() {
                    break;
                }
                y += step.clamp(-1.0, 1.0);
                if step.abs() < CLOSE {
                    break;
                }
            }
            y
        };
        let solve_high = |from: f64, e: f64| {
            let mut y = from;
            for _ in 0..100 {
                let above = gamma_ur(shape, y.exp());
                let step = (e + above.ln()) / (ln_density(y).exp() / above);
                if !step.is_finite() {
                    break;
                }
                y += step.clamp(-1.0, 1.0);
                if step.abs() < CLOSE {
                    break;
                }
            }
            y
        };
        let mut y = f64::NEG_INFINITY;
        let mut low: Vec<f64> = tail_knots()
            .rev()
            .map(|e| {
                y = solve_low(y, -e);
                y.exp()
            })
            .collect();
        low.reverse();
        let body = body_knots().map(|u| {
            y = if u < 0.5 { solve_low(y, u.ln()) } else { solve_high(y, -(-u).ln_1p()) };
            y.exp()
        });
        let body = body.collect();
        let high = tail_knots().map(|e| {
            y = solve_high(y, e);
            y.exp()
        });
        let high = high.collect();
        Self { body, low: low.into(), high }.risen()
    }

    /// Normal with mean 0 and variance 1.
    #[must_use]
    pub fn normal() -> Self {
        let normal = Normal::standard();
        let low: Box<[f64]> = tail_knots().map(|e| normal.inverse_cdf((-e).exp())).collect();
        let body = body_knots().map(|u| normal.inverse_cdf(u)).collect();
        let high = low.iter().map(|z| -z).collect();
        Self { body, low, high }.risen()
    }

    /// The distribution of `to` of it; `to` never falls.
    #[must_use]
    pub fn map(&self, to: impl Fn(f64) -> f64) -> Self {
        let all = |knots: &[f64]| knots.iter().map(|&x| to(x)).collect();
        Self { body: all(&self.body), low: all(&self.low), high: all(&self.high) }.risen()
    }

    /// The draw for a uniform number, between 0 and 1.
    #[must_use]
    pub fn at(&self, unit: f64) -> f64 {
        let place = unit * CELLS - f64::from(BODY[0]);
        if place >= 0.0 && place < f64::from(BODY[1] - BODY[0]) {
            return between(&self.body, place);
        }
        let along =
            |e: f64| f64::from(TAIL) * ((e - REACH[0]) / (REACH[1] - REACH[0])).max(0.0).sqrt();
        if unit < 0.5 {
            falling(&self.low, along(-unit.ln()))
        } else {
            between(&self.high, along(-(-unit).ln_1p()))
        }
    }

    /// Rounding in the outermost knots must not make a larger number a smaller draw.
    fn risen(mut self) -> Self {
        let mut least = f64::NEG_INFINITY;
        for x in self.low.iter_mut().rev().chain(&mut self.body).chain(&mut self.high) {
            least = least.max(*x);
            *x = least;
        }
        self
    }
}

/// Uniform numbers of the body's knots.
fn body_knots() -> impl Iterator<Item = f64> {
    (BODY[0]..=BODY[1]).map(|i| f64::from(i) / CELLS)
}

/// −ln of what lies beyond a tail's knots, nearest first and closest there: they widen with the square.
fn tail_knots() -> impl DoubleEndedIterator<Item = f64> {
    let part = |i: u16| f64::from(i) / f64::from(TAIL);
    (0..=TAIL).map(move |i| REACH[0] + (REACH[1] - REACH[0]) * part(i).powi(2))
}

/// The same for a lower tail, which near 0 falls by factors: gamma of a small shape.
fn falling(knots: &[f64], place: f64) -> f64 {
    let (at, part) = split(knots, place);
    let (near, far) = (knots[at], knots[at + 1]);
    if far > 0.0 { near * (far / near).powf(part) } else { near + part * (far - near) }
}

fn between(knots: &[f64], place: f64) -> f64 {
    let (at, part) = split(knots, place);
    knots[at] + part * (knots[at + 1] - knots[at])
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place in a table")]
fn split(knots: &[f64], place: f64) -> (usize, f64) {
    let at = (place as usize).min(knots.len() - 2);
    (at, place - small(at))
}

#[expect(clippy::cast_precision_loss, reason = "at most 4,096")]
const fn small(n: usize) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draw_is_the_quantile() {
        for shape in [0.05, 0.2426, 0.6, 1.0, 3.74, 6.25, 400.0] {
            let gamma = Quantiles::gamma(shape);
            for i in 1..2000u32 {
                let u = f64::from(i) / 2000.0;
                let back = gamma_lr(shape, gamma.at(u));
                assert!((back - u).abs() < 2.5e-3 * u, "{shape}: {u} {back}");
            }
            for e in [4.2f64, 5.0, 8.0, 15.0, 25.0, 30.0] {
                let back = -gamma_ur(shape, gamma.at(1.0 - (-e).exp())).ln();
                assert!((back - e).abs() < 0.02, "{shape}: {e} {back}");
            }
        }
        let normal = Quantiles::normal();
        for (u, z) in [(0.5, 0.0), (0.975, 1.959_964), (0.001, -3.090_232), (1e-9, -5.997_807)] {
            assert!((normal.at(u) - z).abs() < 2e-3, "{u}: {}", normal.at(u));
        }
    }

    #[test]
    fn means_and_squares_are_those_of_the_distribution() {
        // Evenly spread uniform numbers, finer where the tail is.
        let mean = |of: &dyn Fn(f64) -> f64| {
            let n = 400_000u32;
            let body: f64 = (0..n).map(|i| of(0.999 * (f64::from(i) + 0.5) / f64::from(n))).sum();
            let tail: f64 =
                (0..n).map(|i| of(0.999 + 0.001 * (f64::from(i) + 0.5) / f64::from(n))).sum();
            (0.999 * body + 0.001 * tail) / f64::from(n)
        };
        for shape in [0.2426, 0.6, 3.74, 6.25] {
            let gamma = Quantiles::gamma(shape);
            let (first, second) = (mean(&|u| gamma.at(u)), mean(&|u| gamma.at(u).powi(2)));
            assert!((first / shape - 1.0).abs() < 1e-4, "{shape}: {first}");
            let wanted = shape * (shape + 1.0);
            assert!((second / wanted - 1.0).abs() < 5e-4, "{shape}: {second} {wanted}");
        }
        let normal = Quantiles::normal();
        assert!((mean(&|u| normal.at(u).powi(2)) - 1.0).abs() < 1e-4);
    }

    #[test]
    fn more_luck_is_never_less_and_a_larger_shape_never_less_either() {
        let [small, large] = [0.5, 0.6].map(Quantiles::gamma);
        let mut before = (0.0, 0.0);
        for i in 0..100_000u32 {
            let u = (f64::from(i) + 0.5) / 100_000.0;
            let here = (small.at(u), large.at(u));
            assert!(here.0 >= before.0 && here.1 >= before.1 && here.1 >= here.0, "{u}: {here:?}");
            before = here;
        }
        for extreme in [f64::EPSILON / 2.0, 1.0 - f64::EPSILON / 2.0] {
            for shape in [0.01, 0.6, 1000.0] {
                let drawn = Quantiles::gamma(shape).at(extreme);
                assert!(drawn.is_finite() && drawn >= 0.0, "{shape} {extreme}: {drawn}");
            }
        }
    }
}
