//! One arm of an experiment as all tests see it: how many customers, and the mean and variance of one customer's
//! outcome. Whether it is a share, a sum, a ratio or corrected for what was known before shows nowhere else.

use super::real;

/// One arm.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Arm {
    /// Customers; at least one.
    pub n: f64,
    /// The mean of one customer's outcome.
    pub mean: f64,
    /// Its variance from customer to customer; not negative.
    pub variance: f64,
    /// The mean before any correction: what relative differences are relative to.
    pub uncorrected: f64,
}

/// Sums over the customers of an arm, of one outcome.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Sums {
    /// Customers.
    pub n: u64,
    /// The sum of the outcome.
    pub sum: f64,
    /// The sum of its square.
    pub squares: f64,
}

impl Sums {
    fn mean(&self) -> f64 {
        self.sum / real(self.n)
    }

    fn variance(&self) -> f64 {
        covariance(self.n, self.sum, self.sum, self.squares).max(0.0)
    }

    fn merged(&self, other: &Self) -> Self {
        Self {
            n: self.n + other.n,
            sum: self.sum + other.sum,
            squares: self.squares + other.squares,
        }
    }
}

/// Sums of two outcomes of the same customers, and of their product.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Pair {
    /// The first: the outcome, or the numerator of a ratio.
    pub of: Sums,
    /// The second: what was known before, or the denominator.
    pub by: Sums,
    /// The sum of the product of the two.
    pub products: f64,
}

impl Pair {
    fn covariance(&self) -> f64 {
        covariance(self.of.n, self.of.sum, self.by.sum, self.products)
    }

    fn is_sound(&self) -> bool {
        self.of.n == self.by.n && self.of.n >= 2
    }
}

fn covariance(n: u64, x: f64, y: f64, products: f64) -> f64 {
    let n = real(n);
    (products - x * y / n) / (n - 1.0)
}

impl Arm {
    /// A share: `successes` of `n` customers. The variance is p(1 − p), as in gbstats, not n/(n − 1) of it.
    /// `None`: nobody, or more successes than customers.
    #[must_use]
    pub fn share(n: u64, successes: u64) -> Option<Self> {
        if n == 0 || successes > n {
            return None;
        }
        let p = real(successes) / real(n);
        Some(Self { n: real(n), mean: p, variance: p * (1.0 - p), uncorrected: p })
    }

    /// A mean, with the sample variance. `None`: fewer than two customers.
    #[must_use]
    pub fn mean(sums: &Sums) -> Option<Self> {
        let mean = sums.mean();
        let arm = Self { n: real(sums.n), mean, variance: sums.variance(), uncorrected: mean };
        (sums.n >= 2).then_some(arm).filter(Self::is_finite)
    }

    /// A ratio of two sums, such as revenue by mail, when customers, not mails, were assigned: R = ΣY / ΣS, of
    /// variance (var Y − 2R·cov(Y, S) + R²·var S) / mean(S)². `None`: fewer than two customers, or a denominator of 0.
    ///
    /// Source: the delta method; Deng, Knoblich, Lu (2018), KDD, eq. 3. Held by
    /// `a_ratio_has_the_variance_of_its_residuals`.
    #[must_use]
    pub fn ratio(pair: &Pair) -> Option<Self> {
        if !pair.is_sound() {
            return None;
        }
        let ratio = pair.of.sum / pair.by.sum;
        let spread = pair.of.variance() - 2.0 * ratio * pair.covariance()
            + ratio * ratio * pair.by.variance();
        let variance = (spread / pair.by.mean().powi(2)).max(0.0);
        let arm = Self { n: real(pair.of.n), mean: ratio, variance, uncorrected: ratio };
        Some(arm).filter(Self::is_finite)
    }

    fn is_finite(&self) -> bool {
        self.mean.is_finite() && self.variance.is_finite()
    }
}

/// Two arms corrected by what was known of each customer before (CUPED): Y − θX with θ = cov(Y, X) / var(X), pooled
/// over both arms, so that the correction is the same in each. It takes ρ² off the variance. Returns θ, the control
/// and the arm. `None`: fewer than two customers in an arm. Where X does not vary, θ is 0.
///
/// Source: Deng, Xu, Kohavi, Walker (2013), WSDM, §3; as in gbstats. Held by `gbstats_values_are_found`.
#[must_use]
pub fn corrected(control: &Pair, arm: &Pair) -> Option<(f64, Arm, Arm)> {
    if !control.is_sound() || !arm.is_sound() {
        return None;
    }
    let pooled = Pair {
        of: control.of.merged(&arm.of),
        by: control.by.merged(&arm.by),
        products: control.products + arm.products,
    };
    let spread = pooled.by.variance();
    let theta = if spread > 0.0 { pooled.covariance() / spread } else { 0.0 };
    let correct = |pair: &Pair| {
        let variance = pair.of.variance() + theta * theta * pair.by.variance()
            - 2.0 * theta * pair.covariance();
        let corrected = Arm {
            n: real(pair.of.n),
            mean: pair.of.mean() - theta * pair.by.mean(),
            variance: variance.max(0.0),
            uncorrected: pair.of.mean(),
        };
        Some(corrected).filter(Arm::is_finite)
    };
    Some((theta, correct(control)?, correct(arm)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sums(values: &[f64]) -> Sums {
        let squares = values.iter().map(|v| v * v).sum();
        Sums { n: values.len() as u64, sum: values.iter().sum(), squares }
    }

    fn pair(of: &[f64], by: &[f64]) -> Pair {
        let products = of.iter().zip(by).map(|(x, y)| x * y).sum();
        Pair { of: sums(of), by: sums(by), products }
    }

    /// By the residuals e = (Y − R·S) / mean(S), one customer after the other.
    #[test]
    fn a_ratio_has_the_variance_of_its_residuals() {
        let (revenue, mails) = ([0.0, 5.0, 0.0, 12.0, 7.0], [1.0, 2.0, 3.0, 2.0, 1.0]);
        let arm = Arm::ratio(&pair(&revenue, &mails)).unwrap();
        let ratio = 24.0 / 9.0;
        let residuals: Vec<f64> =
            revenue.iter().zip(&mails).map(|(y, s)| (y - ratio * s) / (9.0 / 5.0)).collect();
        assert!((arm.mean - ratio).abs() < 1e-12);
        assert!((arm.variance - sums(&residuals).variance()).abs() < 1e-12, "{arm:?}");
    }

    #[test]
    fn what_was_known_before_and_says_all_leaves_no_variance() {
        let (before, after) = ([1.0, 2.0, 3.0, 4.0], [3.0, 5.0, 7.0, 9.0]);
        let one = pair(&after, &before);
        let (theta, control, arm) = corrected(&one, &one).unwrap();
        assert!((theta - 2.0).abs() < 1e-12);
        assert!(control.variance < 1e-12 && (arm.mean - 1.0).abs() < 1e-12);
        assert!((arm.uncorrected - 6.0).abs() < 1e-12);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        assert_eq!((Arm::share(0, 0), Arm::share(3, 4)), (None, None));
        assert_eq!(Arm::mean(&sums(&[1.0])), None);
        assert_eq!(Arm::ratio(&pair(&[1.0, 2.0], &[0.0, 0.0])), None);
        assert_eq!(Arm::ratio(&pair(&[1.0, 2.0], &[1.0])), None);
        assert_eq!(corrected(&pair(&[], &[]), &pair(&[], &[])), None);
    }
}
