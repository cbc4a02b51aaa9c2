//! Beliefs: how likely an arm is the best, and what choosing it may cost. Read any day they stay beliefs, but one who
//! stops at the first 95 % is wrong far more often than in 5 of 100 tests of nothing: they are shown, never a reason
//! to end a test.
//! Invariant: by quadrature on fixed points, not by draws: the same counts give the same chances.

use super::difference::Difference;
use super::{is_share, real, two_sided};
use statrs::distribution::{Continuous, ContinuousCDF, Normal};

/// What is believed of one of several arms.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Chance {
    /// That its share is the largest, 0 to 1.
    pub best: f64,
    /// What choosing it is expected to cost: E[largest share − its own], as a share.
    pub loss: f64,
}

/// Of each arm, given as (customers, successes): each share believed to be Beta(1 + x, 1 + n − x), so before anything
/// is seen all shares are equally likely. P(best) = ∫ f Π F of the others; loss = ∫ (F − Π F of all).
/// `None`: no arm, or more successes than customers. One arm alone is the best for certain.
///
/// Source: Gelman et al., Bayesian Data Analysis, §2.4; the closed form of two arms and its loss by Stucchio (2015),
/// "Bayesian A/B testing at VWO". Held by `gbstats_values_are_found` and `the_closed_form_of_two_arms_is_found`.
#[must_use]
pub fn chances(arms: &[(u64, u64)]) -> Option<Vec<Chance>> {
    if arms.is_empty() || arms.iter().any(|(n, successes)| successes > n) {
        return None;
    }
    let mut beliefs: Vec<Belief> = arms.iter().map(|&(n, x)| Belief::of(n, x)).collect();
    let mut points: Vec<f64> = beliefs.iter().flat_map(Belief::points).collect();
    points.sort_unstable_by(f64::total_cmp);
    points.dedup_by(|a, b| a.total_cmp(b).is_eq());
    for belief in &mut beliefs {
        belief.fill(&points);
    }
    let panels = || points.windows(2).map(|ends| ends[1] - ends[0]).enumerate();
    let chances = beliefs.iter().enumerate().map(|(own, belief)| {
        let others = |at: usize| {
            let other = |(i, of): (usize, &Belief)| if i == own { 1.0 } else { of.below[at] };
            beliefs.iter().enumerate().map(other).product::<f64>()
        };
        let (mut best, mut loss) = (0.0, 0.0);
        for (i, width) in panels() {
            for (at, weight) in [(2 * i, 1.0), (2 * i + 1, 4.0), (2 * i + 2, 1.0)] {
                let (others, weight) = (others(at), weight * width / 6.0);
                best += weight * belief.density[at] * others;
                loss += weight * belief.below[at] * (1.0 - others);
            }
        }
        Chance { best: best.clamp(0.0, 1.0), loss: loss.max(0.0) }
    });
    Some(chances.collect())
}

/// The distances from the mean, in standard deviations, at which a belief is looked at: (until, steps a deviation).
/// Far out for the beliefs that fall off slowly, next to a share of 0 or 1.
const RULER: [(f64, f64); 3] = [(8.0, 40.0), (16.0, 10.0), (48.0, 4.0)];

/// The belief of one share, on points and between them.
struct Belief {
    a: f64,
    b: f64,
    /// At each point and at the middle of each two.
    density: Vec<f64>,
    /// The chance of a smaller share, at the same.
    below: Vec<f64>,
}

impl Belief {
    fn of(n: u64, successes: u64) -> Self {
        let (a, b) = (1.0 + real(successes), 1.0 + real(n - successes));
        Self { a, b, density: Vec::new(), below: Vec::new() }
    }

    fn points(&self) -> Vec<f64> {
        let all = self.a + self.b;
        let (mean, deviation) =
            (self.a / all, (self.a * self.b / (all * all * (all + 1.0))).sqrt());
        let mut points = vec![0.0, mean, 1.0];
        let mut away = 0.0;
        for (until, steps) in RULER {
            while away < until {
                away += 1.0 / steps;
                points.extend([mean - away * deviation, mean + away * deviation]);
            }
        }
        points.retain(|point| (0.0..=1.0).contains(point));
        points
    }

    /// Density and distribution by Simpson's rule, both divided by the whole: the beta function is not needed, which
    /// for large counts would be known to fewer digits.
    fn fill(&mut self, points: &[f64]) {
        let all = self.a + self.b - 2.0;
        let mode = if all > 0.0 { (self.a - 1.0) / all } else { 0.5 };
        let peak = self.log(mode);
        let density = |x: f64| (self.log(x) - peak).exp();
        let mut seen = vec![density(points[0])];
        let mut below = vec![0.0];
        let mut sum = 0.0;
        for ends in points.windows(2) {
            let (from, width) = (seen[seen.len() - 1], ends[1] - ends[0]);
            let (middle, to) = (density(f64::midpoint(ends[0], ends[1])), density(ends[1]));
            // The area to the middle of the parabola through the three points.
            below.push((sum + width / 24.0 * (5.0 * from + 8.0 * middle - to)).max(sum));
            sum += width / 6.0 * (from + 4.0 * middle + to);
            below.push(sum);
            seen.extend([middle, to]);
        }
        self.density = seen.iter().map(|density| density / sum).collect();
        self.below = below.iter().map(|area| (area / sum).min(1.0)).collect();
    }

    fn log(&self, x: f64) -> f64 {
        let power = |of: f64, exponent: f64| if exponent > 0.0 { exponent * of.ln() } else { 0.0 };
        power(x, self.a - 1.0) + power(1.0 - x, self.b - 1.0)
    }
}

/// A normal belief of a difference.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Posterior {
    /// Its mean.
    pub mean: f64,
    /// Its standard deviation; more than 0.
    pub deviation: f64,
}

impl Difference {
    /// What is believed of the difference: with `prior` (mean and variance, in the unit of the difference) the
    /// average weighted by precision, without one the data alone. `None`: a variance that is not positive.
    ///
    /// Source: Gelman et al., §2.5; as `EffectBayesianABTest` of gbstats 0.8.0, whose prior is of the relative
    /// difference: for an absolute one multiply its variance by the control's mean squared.
    /// Held by `gbstats_values_are_found`.
    #[must_use]
    pub fn posterior(&self, prior: Option<(f64, f64)>) -> Option<Posterior> {
        let of = |mean: f64, variance: f64| Posterior { mean, deviation: variance.sqrt() };
        let Some((mean, variance)) = prior else { return Some(of(self.value, self.variance)) };
        if !(variance > 0.0 && variance.is_finite() && mean.is_finite()) {
            return None;
        }
        let precision = 1.0 / self.variance + 1.0 / variance;
        Some(of((self.value / self.variance + mean / variance) / precision, 1.0 / precision))
    }
}

impl Posterior {
    /// The chance that the arm is better than the control, 0 to 1.
    #[must_use]
    pub fn chance_to_win(&self) -> f64 {
        Normal::standard().cdf(self.mean / self.deviation)
    }

    /// The interval that holds the difference with probability 1 − `alpha`. `None`: `alpha` is not a share.
    #[must_use]
    pub fn interval(&self, alpha: f64) -> Option<(f64, f64)> {
        let half = is_share(alpha).then(|| two_sided(alpha))? * self.deviation;
        Some((self.mean - half, self.mean + half))
    }

    /// What choosing the control, or the arm, is expected to cost: E[max(d, 0)] and E[max(−d, 0)].
    #[must_use]
    pub fn risk(&self) -> (f64, f64) {
        let (standard, z) = (Normal::standard(), self.mean / self.deviation);
        let density = standard.pdf(z) * self.deviation;
        let control = self.mean * standard.cdf(z) + density;
        let arm = density - self.mean * standard.cdf(-z);
        (control.max(0.0), arm.max(0.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use statrs::function::beta::ln_beta;

    /// P(B > A) = Σᵢ₍₀…b₎ B(a + i, …) of whole parameters: Evan Miller's sum, added term by term.
    fn closed_form(a: (u64, u64), b: (u64, u64)) -> f64 {
        let of = |(n, x): (u64, u64)| (1.0 + real(x), 1.0 + real(n - x));
        let ((aa, ab), (ba, bb)) = (of(a), of(b));
        (0..=b.1)
            .map(real)
            .map(|i| {
                let log = ln_beta(aa + i, ab + bb) - ln_beta(1.0 + i, bb) - ln_beta(aa, ab);
                log.exp() / (bb + i)
            })
            .sum::<f64>()
            .min(ba.max(1.0))
    }

    #[test]
    fn the_closed_form_of_two_arms_is_found() {
        let pairs = [
            ((10, 3), (12, 7)),
            ((0, 0), (5, 5)),
            ((400, 0), (300, 1)),
            ((20, 20), (7, 0)),
            ((48_212, 1_350), (48_090, 1_539)),
            ((3, 1), (90_000, 9_000)),
        ];
        for (a, b) in pairs {
            let found = chances(&[a, b]).unwrap();
            let expected = closed_form(a, b);
            assert!((found[1].best - expected).abs() < 1e-7, "{a:?} {b:?}: {found:?} {expected}");
            assert!((found[0].best + found[1].best - 1.0).abs() < 1e-7, "{found:?}");
        }
    }

    #[test]
    fn equal_arms_are_equally_likely_the_best_and_one_alone_is() {
        let found = chances(&[(500, 40); 5]).unwrap();
        assert!(found.iter().all(|chance| (chance.best - 0.2).abs() < 1e-7), "{found:?}");
        let alone = chances(&[(500, 40)]).unwrap()[0];
        assert!((alone.best - 1.0).abs() < 1e-7 && alone.loss < 1e-9, "{alone:?}");
    }

    /// Two even beliefs: E[max] of two uniform numbers is 2/3, so either costs 1/6.
    #[test]
    fn arms_nobody_reached_cost_a_sixth() {
        for chance in chances(&[(0, 0), (0, 0)]).unwrap() {
            assert!((chance.loss - 1.0 / 6.0).abs() < 1e-9, "{chance:?}");
        }
        assert_eq!((chances(&[]), chances(&[(1, 2)])), (None, None));
    }

    /// The difference of the two risks is the mean itself.
    #[test]
    fn risks_differ_by_the_mean() {
        for (mean, deviation) in [(0.0, 1.0), (2.0, 0.5), (-3.0, 4.0)] {
            let (control, arm) = Posterior { mean, deviation }.risk();
            assert!((control - arm - mean).abs() < 1e-12);
        }
        let even = Posterior { mean: 0.0, deviation: 1.0 };
        assert!((even.risk().0 - 0.398_942_280_4).abs() < 1e-10);
    }
}
