//! What one arm of a rehearsal has over another, on the same customers, and how much of that chance leaves open.
//! The unit is the customer over the whole period: one row of outcomes, one per arm.
//! Invariant: sums are exact integers, so the order in which customers are added or sums merged cannot show.

/// Fewer customers than this with a changed number of orders: no interval is given, since it would be too
/// narrow (measured coverage of a nominal 95 % falls below 93 %).
pub const ORDERS_CHANGED_MIN: u64 = 50;
/// The same for revenue, whose tails are heavier.
pub const REVENUE_CHANGED_MIN: u64 = 200;

/// No outcome of one customer is larger than this: with it the totals of up to 2^26 customers fit 63 bits, and
/// everything their variance is computed from 127.
pub const OUTCOME_MAX: i64 = 1 << 35;

/// The two-sided 95 % point of the normal distribution.
const Z_95: f64 = 1.96;
/// The 80 % point: the power of the trial that is sized.
const Z_POWER: f64 = 0.84;

/// Sums over customers of one outcome (orders, revenue …) in several arms.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Paired {
    arms: usize,
    n: u64,
    /// Per arm: the sum of y.
    sums: Vec<i128>,
    /// Per pair of arms: the sum of y_a · y_b.
    products: Vec<i128>,
    /// Per ordered pair: the sum of max(0, y_a − y_b).
    gained: Vec<i128>,
    /// Per pair: customers with y_a ≠ y_b.
    changed: Vec<u64>,
}

/// One arm against another.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Increment {
    /// The sum of the arm less the sum of the reference.
    pub value: i64,
    /// What customers had more of in the arm: sum of max(0, y_arm − y_reference).
    pub gained: u64,
    /// What customers had less of in the arm. `value` = `gained` − `lost`.
    pub lost: u64,
    /// Customers whose outcome differs.
    pub changed: u64,
    /// Half the 95 % interval of simulation noise, paired: 1.96 · √(n · var(D)). `None`: too few changed
    /// outcomes for an interval.
    pub noise: Option<f64>,
    /// Customers per arm of a real test of two separate groups that would find this difference (95 %, power
    /// 80 %): (var(arm) + var(reference)) · (1.96 + 0.84)² / D², with D per customer. `None`: no difference.
    pub trial: Option<u64>,
}

impl Increment {
    /// Whether noise leaves the sign open. `None` where there are too few changed outcomes to say.
    #[must_use]
    pub fn holds_zero(&self) -> Option<bool> {
        self.noise.map(|noise| noise >= approx(i128::from(self.value)).abs())
    }
}

impl Paired {
    /// No customers yet, in `arms` arms.
    #[must_use]
    pub fn new(arms: usize) -> Self {
        let pairs = arms * arms;
        Self {
            arms,
            n: 0,
            sums: vec![0; arms],
            products: vec![0; pairs],
            gained: vec![0; pairs],
            changed: vec![0; pairs],
        }
    }

    /// Adds one customer: their outcome in each arm.
    ///
    /// # Panics
    /// Where `row` has not one outcome per arm, or one beyond ±[`OUTCOME_MAX`].
    pub fn add(&mut self, row: &[i64]) {
        assert_eq!(row.len(), self.arms, "one outcome per arm");
        self.n += 1;
        if row.iter().all(|&y| y == 0) {
            return; // most customers buy nothing in the period
        }
        for (a, &ya) in row.iter().enumerate() {
            assert!(ya.abs() <= OUTCOME_MAX, "one customer's outcome of {ya} is out of range");
            self.sums[a] += i128::from(ya);
            for (b, &yb) in row.iter().enumerate() {
                let pair = a * self.arms + b;
                self.products[pair] += i128::from(ya) * i128::from(yb);
                self.gained[pair] += i128::from(ya.saturating_sub(yb).max(0));
                self.changed[pair] += u64::from(ya != yb);
            }
        }
    }

    /// Adds the customers of `other`.
    ///
    /// # Panics
    /// Where the two do not have the same number of arms.
    pub fn merge(&mut self, other: &Self) {
        assert_eq!(self.arms, other.arms, "sums over different arms cannot be merged");
        self.n += other.n;
        add_all(&mut self.sums, &other.sums);
        add_all(&mut self.products, &other.products);
        add_all(&mut self.gained, &other.gained);
        add_all(&mut self.changed, &other.changed);
    }

    /// Customers added.
    #[must_use]
    pub fn customers(&self) -> u64 {
        self.n
    }

    /// The sum over all customers in `arm`.
    #[must_use]
    pub fn total(&self, arm: usize) -> i64 {
        whole(self.sums[arm])
    }

    /// What `arm` has over `reference`. An interval is given if the outcome of at least `changed_min` customers
    /// differs: [`ORDERS_CHANGED_MIN`], [`REVENUE_CHANGED_MIN`].
    ///
    /// Held by `an_increment_is_what_a_slow_calculation_finds`.
    #[must_use]
    pub fn increment(&self, arm: usize, reference: usize, changed_min: u64) -> Increment {
        let (there, back) = (arm * self.arms + reference, reference * self.arms + arm);
        let difference = self.sums[arm] - self.sums[reference];
        let changed = self.changed[there];
        let squares = self.square(arm) - 2 * self.products[there] + self.square(reference);
        let enough = changed >= changed_min.max(1) && self.n >= 2;
        let noise = enough.then(|| {
            let n = approx(i128::from(self.n));
            Z_95 * (n * self.variance(squares, difference)).sqrt()
        });
        Increment {
            value: whole(difference),
            gained: count(self.gained[there]),
            lost: count(self.gained[back]),
            changed,
            noise,
            trial: (difference != 0 && self.n >= 2).then(|| self.trial(arm, reference)),
        }
    }

    /// What several arms have over others, added up: the sum of `weight` · y over `weights`, and half the 95 % interval
    /// of its simulation noise, 1.96 · √(n · w'Σw). `None`: fewer than two customers.
    ///
    /// Held by `a_contrast_is_what_a_slow_calculation_finds`.
    #[must_use]
    pub fn contrast(&self, weights: &[(usize, i64)]) -> (i64, Option<f64>) {
        let sum = |&(arm, weight): &(usize, i64)| i128::from(weight) * self.sums[arm];
        let value: i128 = weights.iter().map(sum).sum();
        let squares: i128 = weights
            .iter()
            .flat_map(|&(a, wa)| weights.iter().map(move |&(b, wb)| (a, b, wa * wb)))
            .map(|(a, b, weight)| i128::from(weight) * self.products[a * self.arms + b])
            .sum();
        let noise = (self.n >= 2).then(|| {
            Z_95 * (approx(i128::from(self.n)) * self.variance(squares, value)).max(0.0).sqrt()
        });
        (whole(value), noise)
    }

    /// The same customers in some of the arms, in this order.
    ///
    /// # Panics
    /// Where there is no such arm.
    #[must_use]
    pub fn of_arms(&self, arms: &[usize]) -> Self {
        let pairs = || arms.iter().flat_map(|&a| arms.iter().map(move |&b| a * self.arms + b));
        Self {
            arms: arms.len(),
            n: self.n,
            sums: arms.iter().map(|&arm| self.sums[arm]).collect(),
            products: pairs().map(|pair| self.products[pair]).collect(),
            gained: pairs().map(|pair| self.gained[pair]).collect(),
            changed: pairs().map(|pair| self.changed[pair]).collect(),
        }
    }

    /// Customers whose outcomes in the two arms differ.
    #[must_use]
    pub fn changed(&self, arm: usize, reference: usize) -> u64 {
        self.changed[arm * self.arms + reference]
    }

    /// The mean of arm `a` less arm `b`, a customer; 0 where there are none.
    #[must_use]
    pub fn mean(&self, (a, b): (usize, usize)) -> f64 {
        approx(self.sums[a] - self.sums[b]) / approx(i128::from(self.n.max(1)))
    }

    /// The sample covariance, over customers, of two differences between arms, each (arm, reference). `None`: fewer
    /// than two customers.
    ///
    /// Held by `a_covariance_is_what_a_slow_calculation_finds`.
    #[must_use]
    pub fn covariance(&self, (a, b): (usize, usize), (c, d): (usize, usize)) -> Option<f64> {
        let product = |x: usize, y: usize| self.products[x * self.arms + y];
        let products = product(a, c) - product(a, d) - product(b, c) + product(b, d);
        let sums = (self.sums[a] - self.sums[b]) * (self.sums[c] - self.sums[d]);
        let n = i128::from(self.n);
        (n >= 2).then(|| approx(n * products - sums) / approx(n * (n - 1)))
    }

    fn trial(&self, arm: usize, reference: usize) -> u64 {
        let difference = approx(self.sums[arm] - self.sums[reference]) / approx(self.n.into());
        let spread = [arm, reference]
            .map(|a| self.variance(self.square(a), self.sums[a]))
            .iter()
            .sum::<f64>();
        let size = spread * (Z_95 + Z_POWER).powi(2) / (difference * difference);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "not negative; a float beyond u64 becomes its largest value"
        )]
        let size = size.ceil() as u64;
        size
    }

    fn square(&self, arm: usize) -> i128 {
        self.products[arm * self.arms + arm]
    }

    /// The sample variance, from a sum of squares and a sum; the cancelling subtraction is exact.
    fn variance(&self, squares: i128, sum: i128) -> f64 {
        let n = i128::from(self.n);
        approx(n * squares - sum * sum) / approx(n * (n - 1))
    }
}

fn add_all<T: Copy + std::ops::AddAssign>(to: &mut [T], from: &[T]) {
    for (to, from) in to.iter_mut().zip(from) {
        *to += *from;
    }
}

fn whole(sum: i128) -> i64 {
    i64::try_from(sum)
        .expect("2^26 customers whose outcomes differ by at most 2^36 stay below 2^63")
}

fn count(sum: i128) -> u64 {
    u64::try_from(sum).expect("a sum of what is not negative, below 2^64")
}

#[expect(clippy::cast_precision_loss, reason = "statistics are shown to four digits")]
fn approx(number: i128) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    /// The same by the textbook, one customer after the other.
    fn oracle(rows: &[Vec<i64>], arm: usize, reference: usize) -> (f64, f64, f64) {
        let n = rows.len() as f64;
        let mean = |values: &[f64]| values.iter().sum::<f64>() / n;
        let variance = |values: &[f64]| {
            let mean = mean(values);
            values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / (n - 1.0)
        };
        let column = |a: usize| rows.iter().map(|row| row[a] as f64).collect::<Vec<_>>();
        let (y, r) = (column(arm), column(reference));
        let d = y.iter().zip(&r).map(|(y, r)| y - r).collect::<Vec<_>>();
        let trial =
            (variance(&y) + variance(&r)) * (1.96f64 + 0.84).powi(2) / (mean(&d) * mean(&d));
        (d.iter().sum(), 1.96 * (n * variance(&d)).sqrt(), trial)
    }

    fn any_rows() -> impl Strategy<Value = Vec<Vec<i64>>> {
        let outcome = prop_oneof![3 => Just(0i64), 2 => 0i64..5, 1 => -20_000i64..900_000];
        prop::collection::vec(prop::collection::vec(outcome, 3), 2..200)
    }

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1.0)
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

        #[test]
        fn an_increment_is_what_a_slow_calculation_finds(rows in any_rows()) {
            let mut paired = Paired::new(3);
            for row in &rows {
                paired.add(row);
            }
            for (arm, reference) in [(0, 1), (1, 0), (2, 0), (1, 2)] {
                let found = paired.increment(arm, reference, 1);
                let (value, noise, trial) = oracle(&rows, arm, reference);
                prop_assert!(close(found.value as f64, value));
                prop_assert_eq!(found.value + found.lost.cast_signed(), found.gained.cast_signed());
                let changed = rows.iter().filter(|row| row[arm] != row[reference]).count();
                prop_assert_eq!(found.changed, changed as u64);
                prop_assert_eq!(found.noise.is_some(), changed > 0);
                prop_assert!(found.noise.is_none_or(|n| close(n, noise)), "{:?} {}", found, noise);
                prop_assert_eq!(found.trial.is_some(), found.value != 0);
                prop_assert!(found.trial.is_none_or(|t| (t as f64 - trial.ceil()).abs() <= 1.0 + 1e-9 * trial));
            }
        }

        #[test]
        fn a_covariance_is_what_a_slow_calculation_finds(rows in any_rows()) {
            let mut paired = Paired::new(3);
            rows.iter().for_each(|row| paired.add(row));
            let picked = paired.of_arms(&[2, 0, 1]);
            let difference = |a: usize, b: usize| -> Vec<f64> {
                rows.iter().map(|row| (row[a] - row[b]) as f64).collect()
            };
            let n = rows.len() as f64;
            let mean = |values: &[f64]| values.iter().sum::<f64>() / n;
            for ((a, b), (c, d)) in [((0, 1), (0, 1)), ((1, 0), (2, 0)), ((0, 2), (1, 2))] {
                let (x, y) = (difference(a, b), difference(c, d));
                let centred = x.iter().zip(&y).map(|(x0, y0)| (x0 - mean(&x)) * (y0 - mean(&y)));
                let slow = centred.sum::<f64>() / (n - 1.0);
                prop_assert!(close(paired.covariance((a, b), (c, d)).unwrap(), slow));
                prop_assert!(close(paired.mean((a, b)), mean(&x)));
                let place = |arm: usize| [1, 2, 0][arm];
                let there = ((place(a), place(b)), (place(c), place(d)));
                prop_assert_eq!(picked.covariance(there.0, there.1), paired.covariance((a, b), (c, d)));
                prop_assert_eq!(picked.changed(place(a), place(b)), paired.changed(a, b));
            }
        }

        #[test]
        fn a_contrast_is_what_a_slow_calculation_finds(rows in any_rows(), w in -3i64..4) {
            let mut paired = Paired::new(3);
            rows.iter().for_each(|row| paired.add(row));
            let (value, noise) = paired.contrast(&[(0, 2), (1, -1), (2, w)]);
            let single: Vec<Vec<i64>> =
                rows.iter().map(|row| vec![2 * row[0] - row[1] + w * row[2], 0]).collect();
            let (expected, spread, _) = oracle(&single, 0, 1);
            prop_assert!(close(value as f64, expected));
            prop_assert!(noise.is_some_and(|noise| close(noise, spread)), "{noise:?} {spread}");
            let (pair, noise) = paired.contrast(&[(0, 1), (1, -1)]);
            let increment = paired.increment(0, 1, 0);
            prop_assert_eq!(pair, increment.value);
            prop_assert!(increment.noise.is_none_or(|n| noise.is_some_and(|m| close(n, m))));
        }

        #[test]
        fn any_split_of_the_customers_merges_to_the_same_sums(rows in any_rows(), at in 0usize..200) {
            let fold = |rows: &[Vec<i64>]| {
                let mut paired = Paired::new(3);
                rows.iter().for_each(|row| paired.add(row));
                paired
            };
            let (left, right) = rows.split_at(at.min(rows.len()));
            let mut merged = fold(right);
            merged.merge(&fold(left));
            prop_assert_eq!(merged, fold(&rows));
        }
    }

    #[test]
    fn too_few_changed_outcomes_give_no_interval() {
        let mut paired = Paired::new(2);
        for i in 0..1000 {
            paired.add(&[i64::from(i < 49), 0]);
        }
        assert_eq!(paired.increment(0, 1, ORDERS_CHANGED_MIN).noise, None);
        paired.add(&[1, 0]);
        let found = paired.increment(0, 1, ORDERS_CHANGED_MIN);
        assert_eq!((found.value, found.changed, found.holds_zero()), (50, 50, Some(false)));
    }

    #[test]
    fn arms_that_agree_have_no_increment_and_no_trial() {
        let mut paired = Paired::new(2);
        for y in 0..100 {
            paired.add(&[y, y]);
        }
        let found = paired.increment(1, 0, 0);
        assert_eq!((found.value, found.changed, found.noise, found.trial), (0, 0, None, None));
    }

    #[test]
    fn the_largest_outcomes_of_many_customers_fit() {
        let mut paired = Paired::new(2);
        paired.add(&[OUTCOME_MAX, -OUTCOME_MAX]);
        for _ in 0..26 {
            paired.merge(&paired.clone());
        }
        assert_eq!(paired.customers(), 1 << 26);
        assert_eq!(paired.increment(0, 1, 1).value, 1 << 62);
    }
}
