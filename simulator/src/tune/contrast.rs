//! Differences between arms on the same customers, with bounds that hold for all of them at once.

use foresend_insight::experiment::max_t;
use foresend_insight::increment::Paired;

/// A difference, a customer.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Bounds {
    /// As found.
    pub value: f64,
    /// Simulation noise leaves open everything from here …
    pub low: f64,
    /// … to here.
    pub high: f64,
}

impl Bounds {
    /// Whether noise leaves the sign open. A difference without any noise is what it is.
    #[must_use]
    pub fn holds_zero(&self) -> bool {
        self.low <= 0.0 && self.high >= 0.0
    }

    /// The same the other way round.
    #[must_use]
    pub fn negated(&self) -> Self {
        Self { value: -self.value, low: -self.high, high: -self.low }
    }
}

/// Bounds of the differences `pairs`, each (arm, reference), which hold for all of them together in `level` of all
/// samples: ± z √(var / n), with z the `level` quantile of max |N(0, R)| and R their estimated correlation. Returns z too.
///
/// Source: single-step max-t (Hothorn, Bretz, Westfall 2008, "Simultaneous inference in general parametric models").
#[must_use]
pub fn simultaneous(sums: &Paired, pairs: &[(usize, usize)], level: f64) -> (f64, Vec<Bounds>) {
    let covariance = |a, b| sums.covariance(a, b).unwrap_or(0.0);
    let spread: Vec<f64> =
        pairs.iter().map(|&pair| covariance(pair, pair).max(0.0).sqrt()).collect();
    // Arms that are one have no noise between them.
    let noisy: Vec<usize> = (0..pairs.len()).filter(|&at| spread[at] > 0.0).collect();
    let correlation: Vec<Vec<f64>> = noisy
        .iter()
        .map(|&a| {
            let with = |&b: &usize| covariance(pairs[a], pairs[b]) / (spread[a] * spread[b]);
            noisy.iter().map(with).collect()
        })
        .collect();
    let z = if noisy.is_empty() { 0.0 } else { max_t::quantile(&correlation, level) };
    let root = root(sums.customers());
    let bounds = pairs.iter().zip(&spread).map(|(&pair, spread)| {
        let (value, half) = (sums.mean(pair), z * spread / root);
        Bounds { value, low: value - half, high: value + half }
    });
    (z, bounds.collect())
}

/// √n of so many customers.
#[expect(clippy::cast_precision_loss, reason = "customers are far below 2^52")]
pub(super) fn root(customers: u64) -> f64 {
    (customers.max(1) as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_hold_for_all_at_once_and_arms_that_are_one_have_none() {
        let mut sums = Paired::new(4);
        for i in 0..1_000i64 {
            sums.add(&[i % 2, i % 3, i % 3, i % 5]);
        }
        let (z, bounds) = simultaneous(&sums, &[(1, 0), (2, 1), (3, 0)], 0.95);
        assert!((1.96..2.40).contains(&z), "{z}");
        assert_eq!((bounds[1].low, bounds[1].high), (0.0, 0.0));
        let half = z * (sums.covariance((1, 0), (1, 0)).unwrap() / 1_000.0).sqrt();
        assert!((bounds[0].high - bounds[0].value - half).abs() < 1e-12);
    }
}
