//! What one arm has over the control, absolute or relative, with its variance: the form every test of two arms
//! starts from. The test that may be read once, at a size fixed before, is here (Welch); those that may be read
//! any day are in `sequential`, beliefs in `bayes`.

use super::arm::Arm;
use super::{Test, is_share, outside, two_sided};
use statrs::distribution::{ContinuousCDF, StudentsT};

/// An arm less the control.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Difference {
    /// The estimate: in the unit of the outcome, or as a share of the control.
    pub value: f64,
    /// The variance of the estimate; more than 0.
    pub variance: f64,
    /// Customers in both arms.
    pub n: f64,
    /// Degrees of freedom by Welch and Satterthwaite.
    pub freedom: f64,
    /// The control's mean, before any correction: what turns an absolute difference into a relative one.
    pub control: f64,
}

impl Difference {
    /// mean(arm) − mean(control). `None`: nothing varies.
    #[must_use]
    pub fn absolute(control: &Arm, arm: &Arm) -> Option<Self> {
        let variance = arm.variance / arm.n + control.variance / control.n;
        Self::of(control, arm, arm.mean - control.mean, variance)
    }

    /// The lift (mean(arm) − mean(control)) / mean(control), its variance by the delta method:
    /// var(arm) / (n·c²) + var(control)·a² / (n·c⁴). `None`: nothing varies, or the control's mean is 0.
    ///
    /// Source: GrowthBook's gbstats 0.8.0, `frequentist_variance`. Held by `gbstats_values_are_found`.
    #[must_use]
    pub fn relative(control: &Arm, arm: &Arm) -> Option<Self> {
        let (base, other) = (control.uncorrected, arm.uncorrected);
        let variance = arm.variance / (base.powi(2) * arm.n)
            + control.variance * other.powi(2) / (base.powi(4) * control.n);
        Self::of(control, arm, (arm.mean - control.mean) / base, variance)
    }

    fn of(control: &Arm, arm: &Arm, value: f64, variance: f64) -> Option<Self> {
        let (a, b) = (arm.variance / arm.n, control.variance / control.n);
        let apart = a * a / (arm.n - 1.0) + b * b / (control.n - 1.0);
        let difference = Self {
            value,
            variance,
            n: arm.n + control.n,
            freedom: (a + b) * (a + b) / apart,
            control: control.uncorrected,
        };
        let is_sound = value.is_finite()
            && variance > 0.0
            && variance.is_finite()
            && difference.freedom > 0.0
            && difference.freedom.is_finite();
        is_sound.then_some(difference)
    }

    /// Welch's test: to be read once, at a size that was fixed before. `None`: `alpha` is not a share.
    ///
    /// Source: Welch (1947), Biometrika 34; as in gbstats. Held by `gbstats_values_are_found`.
    #[must_use]
    pub fn welch(&self, alpha: f64) -> Option<Test> {
        let error = self.variance.sqrt();
        let half = is_share(alpha).then(|| t_point(alpha, self.freedom))? * error;
        Some(Test::about(self.value, half, t_outside(self.value / error, self.freedom)))
    }
}

/// From here on Student's t is taken by its distance from the normal distribution: the library's continued fraction
/// and its inverse lose digits where the degrees of freedom are very many.
const MANY_FREEDOM: f64 = 1_000.0;
/// From here on it is normal: probabilities differ by less than 1e-7.
const NORMAL_FREEDOM: f64 = 1e7;

/// The point that Student's t exceeds, on either side, with probability `alpha`. Above [`MANY_FREEDOM`] by the
/// expansion in 1/ν of Fisher and Cornish (1960), Technometrics 2(2); Abramowitz and Stegun 26.7.5.
/// Held by `students_point_does_not_jump_where_it_is_found_otherwise`.
fn t_point(alpha: f64, freedom: f64) -> f64 {
    if freedom < MANY_FREEDOM {
        return StudentsT::new(0.0, 1.0, freedom)
            .expect("the degrees of freedom are positive and finite")
            .inverse_cdf(1.0 - alpha / 2.0);
    }
    let z = two_sided(alpha);
    let odd = |powers: [f64; 5]| powers.iter().rev().fold(0.0, |sum, c| sum * z * z + c) * z;
    z + odd([1.0, 1.0, 0.0, 0.0, 0.0]) / (4.0 * freedom)
        + odd([3.0, 16.0, 5.0, 0.0, 0.0]) / (96.0 * freedom.powi(2))
        + odd([-15.0, 17.0, 19.0, 3.0, 0.0]) / (384.0 * freedom.powi(3))
        + odd([-945.0, -1920.0, 1482.0, 776.0, 79.0]) / (92_160.0 * freedom.powi(4))
}

fn t_outside(t: f64, freedom: f64) -> f64 {
    if freedom > NORMAL_FREEDOM {
        return outside(t);
    }
    let student = StudentsT::new(0.0, 1.0, freedom).expect("positive and finite, as above");
    2.0 * student.sf(t.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn students_point_does_not_jump_where_it_is_found_otherwise() {
        for alpha in [0.2, 0.05, 0.01, 0.001] {
            let (below, above) = (t_point(alpha, 999.999_999), t_point(alpha, 1_000.0));
            assert!((below - above).abs() < 1e-9, "{alpha}: {below} {above}");
            assert!((t_outside(above, 1_000.0) - alpha).abs() < 1e-11, "{alpha}");
        }
        let jump = t_outside(1.96, NORMAL_FREEDOM) - t_outside(1.96, NORMAL_FREEDOM * 1.01);
        assert!(jump.abs() < 1e-7, "{jump}");
    }

    /// Printed in every table of Student's t: two-sided 95 % at 10 and at 120 degrees of freedom.
    #[test]
    fn students_points_are_those_of_the_tables() {
        assert!((t_point(0.05, 10.0) - 2.228_138_85).abs() < 1e-8);
        assert!((t_point(0.05, 120.0) - 1.979_930_41).abs() < 1e-8);
    }
}
