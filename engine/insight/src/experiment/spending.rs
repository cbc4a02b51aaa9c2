//! Group sequential tests: a number of looks at a known end, and at each a bound for z, such that all looks together
//! find something in nothing with probability α. Early bounds are far out, the last (2.03 of five looks, 2.17 of 60) is
//! near that of a single look: the way to look often and lose little, where the end can be told beforehand.

use super::{is_share, outside, two_sided};
use statrs::distribution::{ContinuousCDF, Normal};

/// What of α may be spent until the share `time` of all information is in, 0 to `alpha`. Either side has half of it and
/// spends by itself: 2 · (2 − 2Φ(z₁₋α/₄ / √t)).
///
/// Source: Lan, DeMets (1983), Biometrika 70(3), the function like O'Brien and Fleming's bounds, of each side; as
/// ldbounds and gsDesign take it for symmetric bounds.
#[must_use]
pub fn obrien_fleming(alpha: f64, time: f64) -> f64 {
    if time <= 0.0 { 0.0 } else { 2.0 * outside(two_sided(alpha / 2.0) / time.min(1.0).sqrt()) }
}

/// The two-sided bounds for |z| at each look: a test finds something at the first look at which |z| is larger.
/// `times`: the share of all information at each look (customers so far / customers at the end), rising, in (0, 1];
/// a look later than planned or left out changes only the bounds after it. Estimate ± bound · standard error is an
/// interval that holds at all looks together. `None`: `alpha` is no share, or the times do not rise from 0 to at most 1 by at least
/// [`STEP_MIN`] each.
///
/// By recursive integration over the paths that have not crossed yet. Source: Armitage, McPherson, Rowe (1969),
/// JRSS A 132(2); Jennison, Turnbull (2000), Group Sequential Methods, ch. 19; repeated intervals ch. 9.
/// Held by `bounds_are_those_published` and `peeking_at_nothing_finds_what_was_published`.
#[must_use]
pub fn bounds(times: &[f64], alpha: f64) -> Option<Vec<f64>> {
    let mut steps =
        times.iter().scan(0.0, |before, &time| Some(time - std::mem::replace(before, time)));
    let rise = steps.try_fold(1.0f64, |least, step| (step >= STEP_MIN).then(|| least.min(step)))?;
    if !is_share(alpha) || times.last().is_some_and(|time| *time > 1.0) {
        return None;
    }
    let spacing = rise.sqrt() / 4.0;
    let mut found = Vec::with_capacity(times.len());
    let mut paths: Option<Paths> = None;
    let (mut before, mut spent) = (0.0, 0.0);
    for &time in times {
        let until = obrien_fleming(alpha, time);
        let (step, spend) = (time - before, (until - spent).max(0.0));
        let bound = match &paths {
            None => BOUND_MAX.min(two_sided(spend.max(f64::MIN_POSITIVE))),
            Some(paths) => crossing(spend, |z| paths.leave(z * time.sqrt(), step)),
        };
        // Where the bound is further out than any path comes, the points would only lie too far apart.
        let points = grid(bound.min(9.0) * time.sqrt(), spacing);
        paths = Some(Paths::arrive(points, |x| match &paths {
            None => density(x, step),
            Some(paths) => paths.sum(|from| density(x - from, step)),
        }));
        found.push(bound);
        (before, spent) = (time, until);
    }
    Some(found)
}

/// Two looks have at least this share of all information between them.
pub const STEP_MIN: f64 = 1e-4;

/// No bound is further out: a normal variable beyond has a chance that no float can tell from 0.
const BOUND_MAX: f64 = 37.0;
/// The fewest points on which the paths are kept; odd, for Simpson's rule.
const POINTS_MIN: u32 = 401;

/// The bound at which `leaves` falls to `spend`, by halving.
fn crossing(spend: f64, leaves: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (0.0, BOUND_MAX);
    while high - low > 1e-10 {
        let middle = f64::midpoint(low, high);
        if leaves(middle) > spend { low = middle } else { high = middle }
    }
    high
}

/// Points from −`edge` to `edge`, an odd number of them, at most `spacing` apart.
fn grid(edge: f64, spacing: f64) -> Vec<f64> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "positive, and below a million: an edge is at most 9, a spacing at least 0.0025"
    )]
    let half = ((edge / spacing).ceil() as u32).max(POINTS_MIN / 2);
    let width = edge / f64::from(half);
    (0..=2 * half).map(|i| (f64::from(i) - f64::from(half)) * width).collect()
}

/// Where a Brownian motion that has not left its bounds may stand: points, and the chance of each: the density times
/// its weight in Simpson's rule.
struct Paths {
    at: Vec<f64>,
    mass: Vec<f64>,
}

impl Paths {
    fn arrive(at: Vec<f64>, density: impl Fn(f64) -> f64) -> Self {
        let (width, last) = (at[1] - at[0], at.len() - 1);
        let weight = |i: usize| if i == 0 || i == last { 1.0 } else { [2.0, 4.0][i % 2] };
        let mass = (0..).zip(&at).map(|(i, &x)| density(x) * weight(i) * width / 3.0).collect();
        Self { at, mass }
    }

    /// The chance of standing beyond ±`edge` after a further `step`.
    fn leave(&self, edge: f64, step: f64) -> f64 {
        let (normal, deviation) = (Normal::standard(), step.sqrt());
        self.sum(|x| normal.sf((edge - x) / deviation) + normal.sf((edge + x) / deviation))
    }

    fn sum(&self, of: impl Fn(f64) -> f64) -> f64 {
        self.at.iter().zip(&self.mass).map(|(&x, mass)| mass * of(x)).sum()
    }
}

fn density(x: f64, variance: f64) -> f64 {
    (-x * x / (2.0 * variance)).exp() / (std::f64::consts::TAU * variance).sqrt()
}

#[cfg(test)]
mod tests {
    use super::super::max_t::normal;
    use super::*;

    fn evenly(looks: u32) -> Vec<f64> {
        (1..=looks).map(|look| f64::from(look) / f64::from(looks)).collect()
    }

    /// As the R packages ldbounds and gsDesign (`sfLDOF`) print them, two-sided α = 0.05, looks evenly spaced. Their
    /// grid is coarser: the second of five is 3.3570119 by adaptive quadrature (SciPy), not 3.3569.
    #[test]
    fn bounds_are_those_published() {
        let published: [&[f64]; 5] = [
            &[1.9600],
            &[2.9626, 1.9686],
            &[3.7103, 2.5114, 1.9930],
            &[4.3326, 2.9631, 2.3590, 2.0141],
            &[4.8769, 3.3569, 2.6803, 2.2898, 2.0310],
        ];
        for (looks, expected) in (1..).zip(published) {
            let found = bounds(&evenly(looks), 0.05).unwrap();
            assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1.5e-4), "{found:?}");
        }
        assert!((bounds(&evenly(5), 0.05).unwrap()[1] - 3.357_011_921_57).abs() < 1e-8);
    }

    /// Looks bunched together, some very early: walks of hashed steps leave them in α of cases.
    #[test]
    fn walks_that_go_nowhere_cross_as_often_as_they_may() {
        let times = [0.01, 0.3, 0.3002, 0.31, 0.7, 0.95, 1.0];
        let bounds = bounds(&times, 0.2).unwrap();
        let crosses = |walk: u64| {
            let (mut at, mut before) = (0.0, 0.0);
            times.iter().zip(&bounds).zip(0..).any(|((&time, bound), look)| {
                at += normal(walk, look) * (time - before).sqrt();
                before = time;
                at.abs() > bound * time.sqrt()
            })
        };
        let walks = 40_000u32;
        let crossed = (0..u64::from(walks)).filter(|&walk| crosses(walk)).count();
        let share = f64::from(u32::try_from(crossed).unwrap()) / f64::from(walks);
        // Four standard errors.
        assert!((share - 0.2).abs() < 0.008, "{share}");
    }

    #[test]
    fn the_last_of_many_bounds_stays_below_that_of_looking_always() {
        let found = bounds(&evenly(60), 0.05).unwrap();
        assert!(found.windows(2).all(|pair| pair[1] < pair[0] + 1e-9), "{found:?}");
        // Looked at without pause, a Brownian motion stays within ±z₁₋α/₄ = 2.2414 in 95 % of cases.
        assert!(found[0] > 10.0 && found[59] > 2.031 && found[59] < 2.2414, "{found:?}");
    }

    #[test]
    fn times_that_do_not_rise_have_no_bounds() {
        for times in [&[0.5, 0.5][..], &[0.0, 1.0], &[0.5, 1.1], &[f64::NAN], &[0.6, 0.2]] {
            assert_eq!(bounds(times, 0.05), None, "{times:?}");
        }
        assert_eq!((bounds(&[1.0], 1.0), bounds(&[], 0.05)), (None, Some(Vec::new())));
    }
}
