//! Two shares, read once at a size fixed before: the z test of the textbooks. Its p-value read every day and acted
//! on at the first below 5 % is wrong in 27 of 100 tests of nothing: see `examples/peeking`.

use super::arm::Arm;
use super::{Test, is_share, outside, two_sided};

/// The z test of two shares: p from z = (p₂ − p₁) / √(p(1 − p)(1/n₁ + 1/n₂)) with p pooled, since it asks what would
/// be if they were one; the interval unpooled, since it allows that they are not. `control` and `arm` are
/// (customers, successes). Returns z with the test. `None`: nobody in an arm, nobody or everybody a success in both,
/// `alpha` not a share.
///
/// Source: Fleiss, Levin, Paik (2003), Statistical Methods for Rates and Proportions, ch. 3; z² is Pearson's χ² of
/// the 2 × 2 table. Held by `gbstats_values_are_found` (from statsmodels, in the same file).
#[must_use]
pub fn z_test(control: (u64, u64), arm: (u64, u64), alpha: f64) -> Option<(f64, Test)> {
    let of = |(n, successes)| Arm::share(n, successes);
    let (a, b) = (of(control)?, of(arm)?);
    let pooled = (a.n * a.mean + b.n * b.mean) / (a.n + b.n);
    let variance = pooled * (1.0 - pooled) * (1.0 / a.n + 1.0 / b.n);
    if !is_share(alpha) || variance <= 0.0 {
        return None;
    }
    let z = (b.mean - a.mean) / variance.sqrt();
    let half = two_sided(alpha) * (a.variance / a.n + b.variance / b.n).sqrt();
    Some((z, Test::about(b.mean - a.mean, half, outside(z))))
}
