//! Tests that may be read every day and stopped at any: their intervals hold the truth at all looks together with
//! the stated probability. The price is width; docs/experiments.md says what it buys.

use super::difference::Difference;
use super::{Test, is_share};

/// Where the confidence sequence is tightest, in customers of both arms together: GrowthBook's default.
pub const TUNED_FOR: f64 = 5_000.0;

impl Difference {
    /// An asymptotic confidence sequence: d ± σ√(2(Nρ² + 1)/(Nρ)² · ln(√(Nρ² + 1)/α)) with σ² = N·var(d) and
    /// ρ² = (−2 ln α + ln(1 − 2 ln α)) / `tuned_for`; its p-value is valid at any look. `tuned_for` is fixed before
    /// the first look: customers in both arms where the interval is to be tightest. `None`: `alpha` is not a share,
    /// `tuned_for` not positive.
    ///
    /// Source: Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas (2023), arXiv 2103.06476v7, eq. 9, 155, 161; as in gbstats
    /// 0.8.0. Held by `gbstats_values_are_found` and `peeking_at_nothing_finds_what_was_published`.
    #[must_use]
    pub fn always(&self, alpha: f64, tuned_for: f64) -> Option<Test> {
        if !(is_share(alpha) && tuned_for > 0.0 && tuned_for.is_finite()) {
            return None;
        }
        let surprise = -2.0 * alpha.ln();
        let rho2 = (surprise + (surprise + 1.0).ln()) / tuned_for;
        let grown = self.n * rho2 + 1.0;
        let half = self.variance.sqrt()
            * (2.0 * grown * (grown.sqrt() / alpha).ln() / (self.n * rho2)).sqrt();
        let z2 = self.value * self.value / self.variance;
        // One over the e-value, as one exponential: apart, the two overflow at a difference of 38 standard errors.
        let p = (0.5 * grown.ln() - rho2 * self.n * z2 / (2.0 * grown)).exp();
        Some(Test::about(self.value, half, p))
    }

    /// The mixture sequential probability ratio test, differences mixed by N(0, τ²):
    /// Λ = √(V/(V + τ²)) · exp(τ²d² / (2V(V + τ²))), p = 1/Λ, and d ± √(V(V + τ²)/τ² · (2 ln(1/α) + ln((V + τ²)/V))).
    /// `tau`: how large a difference is expected, in the unit of the difference, fixed before the first look; the
    /// smallest p of all looks so far is the valid one. `None`: `alpha` is not a share, `tau` not positive.
    ///
    /// Source: Johari, Koomen, Pekelis, Walsh (2022), Operations Research 70(3), "Always valid inference", §4–5.
    /// Held by `peeking_at_nothing_finds_what_was_published` and `a_mixture_test_agrees_with_its_interval`.
    #[must_use]
    pub fn mixture(&self, alpha: f64, tau: f64) -> Option<Test> {
        if !(is_share(alpha) && tau > 0.0 && tau.is_finite()) {
            return None;
        }
        let (v, tau2) = (self.variance, tau * tau);
        let spread = ((v + tau2) / v).ln();
        let half = (v * (v + tau2) / tau2 * (spread - 2.0 * alpha.ln())).sqrt();
        let p = (0.5 * spread - tau2 * self.value * self.value / (2.0 * v * (v + tau2))).exp();
        Some(Test::about(self.value, half, p))
    }
}

#[cfg(test)]
mod tests {
    use super::super::arm::Arm;
    use super::*;

    fn of(control: (u64, u64), arm: (u64, u64)) -> Difference {
        let share = |(n, successes)| Arm::share(n, successes).unwrap();
        Difference::absolute(&share(control), &share(arm)).unwrap()
    }

    /// At an interval that just touches 0, p is α: both are the same statement.
    #[test]
    fn a_mixture_test_agrees_with_its_interval() {
        let found = of((10_000, 500), (10_000, 600));
        for (at, alpha) in [(0.001, 0.05), (0.01, 0.01), (0.1, 0.2)] {
            let half = found.mixture(alpha, at).map(|test| test.high - test.value).unwrap();
            let p = Difference { value: half, ..found }.mixture(alpha, at).unwrap().p;
            assert!((p - alpha).abs() < 1e-12, "{p} {alpha}");
            let half = found.always(alpha, 5e5 * at).map(|test| test.high - test.value).unwrap();
            let p = Difference { value: half, ..found }.always(alpha, 5e5 * at).unwrap().p;
            assert!((p - alpha).abs() < 1e-12, "{p} {alpha}");
        }
    }

    /// 7,924 of 73,604 against 7,979 of 73,512: +0.09, −0.46 … +0.64 percentage points.
    #[test]
    fn an_interval_for_any_day_is_wider_than_one_for_a_fixed_day() {
        let found = of((73_604, 7_924), (73_512, 7_979));
        let always = found.always(0.05, TUNED_FOR).unwrap();
        let fixed = found.welch(0.05).unwrap();
        assert!(always.low < fixed.low && always.high > fixed.high);
        let points = [always.value, always.low, always.high].map(|x| (x * 1e4).round());
        assert!(
            points.iter().zip([9.0, -46.0, 64.0]).all(|(a, b)| (a - b).abs() < 0.5),
            "{points:?}"
        );
    }

    #[test]
    fn a_difference_beyond_all_doubt_has_a_p_value_of_zero_not_none() {
        let found = of((1_000_000, 1), (1_000_000, 999_999));
        let p =
            [found.always(0.05, TUNED_FOR), found.mixture(0.05, 0.01)].map(|test| test.unwrap().p);
        assert!(p.iter().all(|p| (0.0..1e-300).contains(p)), "{p:?}");
    }
}
