//! How far out the largest of several estimates may lie by chance: the one point that makes the intervals of all of
//! them hold together. Narrower than Bonferroni's, since estimates that share a control or a customer go together.
//! Invariant: no state. The draws are hashed from a fixed key, so the same correlation gives the same point.

use foresend_core::chance::{bits, join, unit};
use statrs::distribution::{ContinuousCDF, Normal};

/// Draws of the vector of estimates. The 95 % point of two-sided comparisons is found within ±0.03 (twice the
/// standard error √(0.05 · 0.95 / 20,000) / density ≈ 0.013).
pub const DRAWS: u32 = 20_000;

/// The key of the draws: "max_t" in ASCII. It never changes, or intervals would.
const KEY: u64 = 0x006D_6178_5F74;

/// A pivot of the factorisation below this is rounding: the estimate is a combination of the earlier ones.
const PIVOT_MIN: f64 = 1e-10;

/// The `index`-th standard normal number of the stream under `key`: the inverse of its distribution at a hashed
/// uniform number.
#[must_use]
pub fn normal(key: u64, index: u64) -> f64 {
    Normal::standard().inverse_cdf(unit(bits(key, index)))
}

/// The `level` quantile of max |Zᵢ| with Z normal, each of variance 1, correlated by `correlation`; `level` strictly
/// between 0 and 1. Estimate ± this · standard error holds for all estimates at once with probability `level`.
/// Without any estimate, 0.
///
/// `correlation` may be semidefinite: with three arms, a − b is the difference of a − none and b − none.
///
/// Source: Dunnett (1955), JASA 50(272); Hothorn, Bretz, Westfall (2008), Biometrical Journal 50(3), there by
/// quadrature, here by [`DRAWS`] hashed draws. Held by `dunnetts_table_is_found` and its neighbours.
///
/// # Panics
/// Where `correlation` is not square and finite, or `level` not between 0 and 1.
#[must_use]
pub fn quantile(correlation: &[Vec<f64>], level: f64) -> f64 {
    Largest::of(correlation).quantile(level)
}

/// The draws of max |Zᵢ|, for those who ask more than one thing of them.
pub(super) struct Largest(Vec<f64>);

impl Largest {
    /// As [`quantile`].
    pub(super) fn of(correlation: &[Vec<f64>]) -> Self {
        if correlation.is_empty() {
            return Self(Vec::new());
        }
        let factor = cholesky(correlation);
        let largest = |draw: u32| largest_of(&factor, join(KEY, u64::from(draw)));
        let mut drawn: Vec<f64> = (0..DRAWS).map(largest).collect();
        drawn.sort_unstable_by(f64::total_cmp);
        Self(drawn)
    }

    /// As [`quantile`].
    pub(super) fn quantile(&self, level: f64) -> f64 {
        assert!(level > 0.0 && level < 1.0, "a quantile at {level}");
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 0 and the number of draws"
        )]
        let rank = (level * f64::from(DRAWS)).ceil() as usize;
        self.0.get(rank.saturating_sub(1)).copied().unwrap_or_default()
    }

    /// The share of draws further out than `z`.
    pub(super) fn beyond(&self, z: f64) -> f64 {
        let within = self.0.partition_point(|drawn| *drawn <= z);
        let beyond = u32::try_from(self.0.len() - within).expect("no more than were drawn");
        f64::from(beyond) / f64::from(DRAWS)
    }
}

fn largest_of(factor: &[Vec<f64>], key: u64) -> f64 {
    let drawn: Vec<f64> = (0u64..).take(factor.len()).map(|i| normal(key, i)).collect();
    let size = |row: &Vec<f64>| row.iter().zip(&drawn).map(|(l, z)| l * z).sum::<f64>().abs();
    factor.iter().map(size).fold(0.0, f64::max)
}

/// The lower triangle L with L·Lᵀ = R, row by row. Where a row depends on the rows before it, its pivot is 0 and
/// adds nothing to the rows after it.
fn cholesky(matrix: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let mut factor: Vec<Vec<f64>> = Vec::with_capacity(matrix.len());
    for (i, of) in matrix.iter().enumerate() {
        assert_eq!(of.len(), matrix.len(), "a correlation matrix is square");
        assert!(of.iter().all(|r| r.is_finite()), "correlations of {of:?}");
        let mut row: Vec<f64> = Vec::with_capacity(i + 1);
        for (j, above) in factor.iter().enumerate() {
            let rest = of[j] - dot(&row, above);
            row.push(if above[j] > 0.0 { rest / above[j] } else { 0.0 });
        }
        let pivot = of[i] - dot(&row, &row);
        row.push(if pivot > PIVOT_MIN { pivot.sqrt() } else { 0.0 });
        factor.push(row);
    }
    factor
}

/// Over the length of the shorter of the two.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three standard errors of the 95 % point.
    const ERROR: f64 = 0.04;

    fn equal(k: usize, rho: f64) -> Vec<Vec<f64>> {
        (0..k).map(|i| (0..k).map(|j| if i == j { 1.0 } else { rho }).collect()).collect()
    }

    fn two_sided(tail: f64) -> f64 {
        Normal::standard().inverse_cdf(1.0 - tail / 2.0)
    }

    #[track_caller]
    fn check(correlation: &[Vec<f64>], level: f64, expected: f64) {
        let found = quantile(correlation, level);
        assert!((found - expected).abs() < ERROR, "{found}, not {expected}");
    }

    #[test]
    fn one_estimate_has_the_normal_point() {
        check(&equal(1, 0.0), 0.95, 1.959_964);
        check(&equal(1, 0.0), 0.5, 0.674_490);
    }

    #[test]
    fn independent_estimates_have_sidaks_point() {
        for (k, power) in [(2, 2.0), (5, 5.0), (12, 12.0)] {
            check(&equal(k, 0.0), 0.95, two_sided(1.0 - 0.95f64.powf(1.0 / power)));
        }
    }

    #[test]
    fn estimates_that_are_one_and_the_same_have_the_normal_point() {
        check(&equal(6, 1.0), 0.95, 1.959_964);
    }

    /// Dunnett (1964), Biometrics 20(3), table II: two-sided 95 %, infinitely many degrees of freedom, ρ = 0.5.
    #[test]
    fn dunnetts_table_is_found() {
        let published = [
            (2, 2.21),
            (3, 2.35),
            (4, 2.44),
            (5, 2.51),
            (6, 2.57),
            (7, 2.61),
            (8, 2.65),
            (9, 2.69),
        ];
        for (k, point) in published {
            check(&equal(k, 0.5), 0.95, point);
        }
    }

    /// All pairs of three equal arms, of which only two are independent: Tukey's studentised range at infinitely
    /// many degrees of freedom, 3.314 / √2.
    #[test]
    fn contrasts_that_depend_on_each_other_have_tukeys_point() {
        let pairs = vec![vec![1.0, 0.5, 0.5], vec![0.5, 1.0, -0.5], vec![0.5, -0.5, 1.0]];
        check(&pairs, 0.95, 3.314 / 2f64.sqrt());
    }

    #[test]
    fn bonferronis_point_is_not_exceeded() {
        for (k, all) in [(2, 2.0), (3, 3.0), (6, 6.0), (10, 10.0)] {
            for rho in [0.0, 0.1, 0.5, 0.9, 0.999] {
                let found = quantile(&equal(k, rho), 0.95);
                assert!(found < two_sided(0.05 / all) + ERROR, "{k} at {rho}: {found}");
                assert!(found > 1.959_964 - ERROR, "{k} at {rho}: {found}");
            }
        }
    }

    #[test]
    fn hashed_normals_have_the_moments_of_the_normal_distribution() {
        let n = 100_000u32;
        let power =
            |p: i32| (0..n).map(|i| normal(7, i.into()).powi(p)).sum::<f64>() / f64::from(n);
        // Four standard errors each.
        assert!(power(1).abs() < 0.013, "{}", power(1));
        assert!((power(2) - 1.0).abs() < 0.018, "{}", power(2));
        assert!((power(4) - 3.0).abs() < 0.13, "{}", power(4));
    }

    #[test]
    fn nothing_to_compare_has_no_distance() {
        assert!(quantile(&[], 0.95).abs() < f64::EPSILON);
    }
}
