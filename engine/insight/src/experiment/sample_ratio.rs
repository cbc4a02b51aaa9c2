//! Were customers split as they should be? If not, something other than chance sorted them, and no difference between
//! the arms means anything. Asked first, of everyone assigned, before any outcome is looked at.

use super::real;
use statrs::distribution::{ChiSquared, ContinuousCDF};

/// Below this p-value the split is taken to be broken. It is so small because it is looked at often.
pub const ALARM: f64 = 0.001;

/// The p-value of the counts `seen` if customers were split by `weights`: Pearson's χ² with one degree of freedom less
/// than there are groups. 1 where nobody was assigned yet. `None`: not as many weights as counts, fewer than two
/// groups, or a weight that is not positive and finite.
///
/// Source: Fabijan et al. (2019), KDD, "Diagnosing sample ratio mismatch"; as `check_srm` of gbstats. Held by
/// `gbstats_values_are_found`.
#[must_use]
pub fn p_value(seen: &[u64], weights: &[f64]) -> Option<f64> {
    let is_weight = |weight: &f64| *weight > 0.0 && weight.is_finite();
    if seen.len() != weights.len() || seen.len() < 2 || !weights.iter().all(is_weight) {
        return None;
    }
    let all = seen.iter().map(|&count| real(count)).sum::<f64>();
    if all <= 0.0 {
        return Some(1.0);
    }
    let unit = all / weights.iter().sum::<f64>();
    let squares = seen.iter().zip(weights).map(|(&count, weight)| {
        let expected = weight * unit;
        (real(count) - expected).powi(2) / expected
    });
    let freedom = u32::try_from(seen.len() - 1).ok()?;
    Some(ChiSquared::new(f64::from(freedom)).ok()?.sf(squares.sum()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_of_4120_and_3710_are_not_equal() {
        let p = p_value(&[4_120, 3_710], &[1.0, 1.0]).unwrap();
        assert!(p < ALARM && (p - 0.000_004).abs() < 0.000_000_5, "{p}");
    }

    #[test]
    fn nobody_is_split_evenly_and_nothing_is_no_split() {
        assert_eq!(p_value(&[0, 0], &[1.0, 4.0]), Some(1.0));
        assert_eq!(p_value(&[5], &[1.0]), None);
        assert_eq!(p_value(&[5, 5], &[1.0, 0.0]), None);
        assert_eq!(p_value(&[5, 5], &[1.0, f64::NAN]), None);
    }
}
