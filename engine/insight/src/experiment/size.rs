//! How many customers a test of two shares needs, and what it can see with those it gets: asked before it starts.

use super::{is_share, real, two_sided};
use statrs::distribution::{ContinuousCDF, Normal};

/// The usual share of tests of nothing that find something, two-sided.
pub const ALPHA: f64 = 0.05;
/// The usual share of tests of something that find it.
pub const POWER: f64 = 0.8;

/// Customers a side that tell `base` from `base + gap` (shares, not percent) in `power` of tests, read once:
/// (z₁₋α/₂ + z_power)² · (p₁q₁ + p₂q₂) / gap², to the nearest customer. `None`: a share outside 0 … 1, a gap of 0,
/// or more than can be counted.
///
/// Source: Fleiss, Levin, Paik (2003), ch. 4, without the correction for continuity. Held by
/// `sizes_are_those_of_the_plan`.
#[must_use]
pub fn a_side(base: f64, gap: f64, alpha: f64, power: f64) -> Option<u64> {
    let z = z_of(alpha, power)?;
    let n = z * z * spread(base, gap)? / (gap * gap);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "not negative, and below 2^53"
    )]
    let whole = (n < 9e15).then(|| n.round() as u64);
    whole
}

/// The chance that a test of `n` customers a side, read once, finds a gap in its true direction. `None`: as above.
///
/// Held by `power_is_what_was_asked_for`.
#[must_use]
pub fn power(base: f64, gap: f64, n: u64, alpha: f64) -> Option<f64> {
    let error = (spread(base, gap)? / real(n)).sqrt();
    is_share(alpha).then(|| Normal::standard().cdf(gap.abs() / error - two_sided(alpha)))
}

/// The smallest gap upwards that `n` customers a side show in `power` of tests, as a share, to 1e-9. `None`: as above,
/// or not even the whole way to 1 would show.
///
/// Held by `power_is_what_was_asked_for`.
#[must_use]
pub fn smallest_gap(base: f64, n: u64, alpha: f64, power: f64) -> Option<f64> {
    let z = z_of(alpha, power)?;
    let shows = |gap: f64| spread(base, gap).is_some_and(|s| z * (s / real(n)).sqrt() <= gap);
    let (mut low, mut high) = (0.0, 1.0 - base);
    if n == 0 || !shows(high) {
        return None;
    }
    while high - low > 1e-10 {
        let middle = f64::midpoint(low, high);
        if shows(middle) { high = middle } else { low = middle }
    }
    Some(high)
}

fn z_of(alpha: f64, power: f64) -> Option<f64> {
    let z = || two_sided(alpha) + Normal::standard().inverse_cdf(power);
    (is_share(alpha) && is_share(power)).then(z)
}

/// p₁q₁ + p₂q₂.
fn spread(base: f64, gap: f64) -> Option<f64> {
    let other = base + gap;
    let is_sound = [base, other].iter().all(|p| (0.0..=1.0).contains(p)) && gap.abs() > 0.0;
    is_sound.then_some(base * (1.0 - base) + other * (1.0 - other))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The gaps in percentage points of a base of 10.77 %.
    #[test]
    fn sizes_are_those_of_the_plan() {
        for (gap, n) in [(1.0, 15_694), (0.5, 61_566), (0.2, 380_213), (0.1, 1_514_716)] {
            assert_eq!(a_side(0.1077, gap / 100.0, ALPHA, POWER), Some(n));
        }
        // 89,960 customers a side each week, of which the last week's goals are still open.
        for (weeks, gap) in [(4, 0.24), (8, 0.15), (12, 0.12)] {
            let seen = smallest_gap(0.1077, (weeks - 1) * 89_960, ALPHA, POWER).unwrap() * 100.0;
            assert!((seen - gap).abs() < 0.006, "{weeks} weeks: {seen}");
        }
    }

    #[test]
    fn power_is_what_was_asked_for() {
        for (base, n) in [(0.05, 20_000), (0.5, 300), (0.001, 1_000_000), (0.0, 500)] {
            let gap = smallest_gap(base, n, ALPHA, POWER).unwrap();
            assert!((power(base, gap, n, ALPHA).unwrap() - POWER).abs() < 1e-6, "{base} {n}");
            assert!(a_side(base, gap, ALPHA, POWER).unwrap().abs_diff(n) <= 1, "{base} {n}");
        }
    }

    #[test]
    fn what_no_size_can_tell_has_none() {
        assert_eq!(a_side(0.1, 0.0, ALPHA, POWER), None);
        assert_eq!(a_side(0.1, 0.95, ALPHA, POWER), None);
        assert_eq!(a_side(0.1, f64::NAN, ALPHA, POWER), None);
        assert_eq!(a_side(0.1, 1e-12, ALPHA, POWER), None);
        assert_eq!(smallest_gap(0.1, 0, ALPHA, POWER), None);
        assert_eq!(smallest_gap(0.5, 1, ALPHA, POWER), None);
    }
}
