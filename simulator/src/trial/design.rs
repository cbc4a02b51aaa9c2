//! Which delays, tried at random with some customers held out, would tell how fast carts are forgotten and how fast intent
//! fades: the constants that the ranking of delays rests on, and that nobody has published.
//!
//! A mail read u hours after the cart wins a share A Σ w e^(−u/(i tI)) (1 − e^(−u/(m tM))) of those who reach the step,
//! summed over segments; A is how much it wins at all, m and i are by how much the assumed times are off. The information
//! that groups of given sizes hold about (ln A, ln m, ln i) says how closely a test would know them.
//!
//! Source: the curve is that of the model (docs/models.md); Fisher information of independent binomial groups, and
//! D-optimality, as in Atkinson, Donev, Tobias (2007), "Optimum Experimental Designs, with SAS", ch. 17.

/// A kind of customer who leaves a cart.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Segment {
    /// Its share.
    pub weight: f64,
    /// In how many hours the cart is forgotten, and intent gone: each to 1/e.
    pub memory: f64,
    /// The same of intent.
    pub intent: f64,
}

/// What a world assumes.
#[derive(Clone, PartialEq, Debug)]
pub struct Curve {
    /// Its segments.
    pub segments: Vec<Segment>,
    /// A: what a mail would win of those who reach the step if nobody forgot and it were read when memory is gone.
    pub height: f64,
    /// The goal rate without mail.
    pub base: f64,
}

impl Curve {
    /// What a mail read after `hours` wins.
    #[must_use]
    pub fn wins(&self, hours: f64) -> f64 {
        self.height * self.shape(hours)
    }

    fn shape(&self, hours: f64) -> f64 {
        let one = |one: &Segment| {
            one.weight * (-hours / one.intent).exp() * -(-hours / one.memory).exp_m1()
        };
        self.segments.iter().map(one).sum()
    }

    /// How what is won moves with (ln A, ln m, ln i).
    fn slope(&self, hours: f64) -> [f64; 3] {
        let (mut by_memory, mut by_intent) = (0.0, 0.0);
        for &Segment { weight, memory, intent } in &self.segments {
            let (gone, fades) = (-(-hours / memory).exp_m1(), (-hours / intent).exp());
            by_memory -= weight * fades * (-hours / memory).exp() * hours / memory;
            by_intent += weight * fades * hours / intent * gone;
        }
        [self.height * self.shape(hours), self.height * by_memory, self.height * by_intent]
    }

    /// What `n` customers tell, of whom the share `holdout` gets no mail and the others one of `delays` each in equal
    /// parts. `None`: these groups cannot tell the three apart.
    #[must_use]
    pub fn told(&self, delays: &[f64], holdout: f64, n: f64) -> Option<Told> {
        let group = (1.0 - holdout) * n / real(delays.len());
        // The base rate is a fourth unknown: what the held-out customers tell of it is what every group lacks of certainty.
        let spread = |rate: f64| (rate * (1.0 - rate)).max(1e-12);
        let mut information = [[0.0; 4]; 4];
        let mut add = |slope: [f64; 4], weight: f64| {
            for (row, a) in information.iter_mut().zip(slope) {
                for (cell, b) in row.iter_mut().zip(slope) {
                    *cell += weight * a * b;
                }
            }
        };
        add([0.0, 0.0, 0.0, 1.0], holdout * n / spread(self.base));
        for &hours in delays {
            let [height, memory, intent] = self.slope(hours);
            let rate = self.base + self.wins(hours);
            add([height, memory, intent, 1.0], group / spread(rate));
        }
        let covariance = inverse(information)?;
        let error = |at: usize| covariance[at][at].sqrt();
        let told = Told { height: error(0), memory: error(1), intent: error(2) };
        let is_sound = [told.height, told.memory, told.intent].iter().all(|e| e.is_finite());
        is_sound.then_some(told)
    }

    /// How sure a test would be that delays differ at all: the power of the χ² test of equal goal rates over `delays`.
    #[must_use]
    pub fn power_to_differ(&self, delays: &[f64], holdout: f64, n: f64) -> f64 {
        let group = (1.0 - holdout) * n / real(delays.len());
        let rates: Vec<f64> = delays.iter().map(|&hours| self.base + self.wins(hours)).collect();
        let mean = rates.iter().sum::<f64>() / real(rates.len());
        let beyond = |rate: &f64| group * (rate - mean).powi(2) / (mean * (1.0 - mean)).max(1e-12);
        power_of_chi2(rates.iter().map(beyond).sum(), real(delays.len()) - 1.0)
    }
}

/// How closely constants would be known: standard errors of their logarithms.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Told {
    /// Of how much mail wins at all.
    pub height: f64,
    /// Of how fast carts are forgotten.
    pub memory: f64,
    /// Of how fast intent fades.
    pub intent: f64,
}

impl Told {
    /// The factor within which a constant lies on either side, with 95 %: 2 is "between half and double".
    #[must_use]
    pub fn factor(error: f64) -> f64 {
        (1.96 * error).exp()
    }
}

/// The `size` of `delays` that tell most in the worst of `worlds`: the smallest largest error of the two times.
/// Of sets with `must` in them, if that is asked for. `None`: no such set tells them apart in every world.
///
/// Held by `the_best_set_is_the_best_of_all`.
#[must_use]
pub fn best(
    worlds: &[Curve],
    delays: &[f64],
    size: usize,
    holdout: f64,
    must: Option<f64>,
) -> Option<Vec<f64>> {
    let is_in = |set: &[f64], must: f64| set.iter().any(|one| (one - must).abs() < 1e-9);
    let mut best: Option<(f64, Vec<f64>)> = None;
    for_each_set(delays, size, &mut |set| {
        if must.is_some_and(|must| !is_in(set, must)) {
            return;
        }
        let error = |world: &Curve| {
            let told = world.told(set, holdout, 1.0);
            told.map_or(f64::INFINITY, |told| told.memory.max(told.intent))
        };
        let worst = worlds.iter().map(error).fold(0.0, f64::max);
        if worst.is_finite() && best.as_ref().is_none_or(|(least, _)| worst < *least) {
            best = Some((worst, set.to_vec()));
        }
    });
    best.map(|(_, set)| set)
}

fn for_each_set(all: &[f64], size: usize, each: &mut dyn FnMut(&[f64])) {
    fn go(all: &[f64], size: usize, set: &mut Vec<f64>, each: &mut dyn FnMut(&[f64])) {
        if set.len() == size {
            return each(set);
        }
        for (at, &one) in all.iter().enumerate() {
            set.push(one);
            go(&all[at + 1..], size, set, each);
            set.pop();
        }
    }
    go(all, size, &mut Vec::new(), each);
}

/// By Gauss and Jordan, with the largest pivot. `None`: singular.
fn inverse(mut a: [[f64; 4]; 4]) -> Option<[[f64; 4]; 4]> {
    let mut out = [[0.0; 4]; 4];
    for (at, row) in out.iter_mut().enumerate() {
        row[at] = 1.0;
    }
    let scale = a.iter().flatten().fold(0.0, |most: f64, cell| most.max(cell.abs()));
    for at in 0..4 {
        let pivot = (at..4).max_by(|&x, &y| a[x][at].abs().total_cmp(&a[y][at].abs()))?;
        if a[pivot][at].abs() <= scale * 1e-14 {
            return None;
        }
        a.swap(at, pivot);
        out.swap(at, pivot);
        let by = a[at][at];
        for cell in a[at].iter_mut().chain(out[at].iter_mut()) {
            *cell /= by;
        }
        for row in (0..4).filter(|&row| row != at) {
            let by = a[row][at];
            for column in 0..4 {
                a[row][column] -= by * a[at][column];
                out[row][column] -= by * out[at][column];
            }
        }
    }
    Some(out)
}

/// The chance that a noncentral χ² of `freedom` degrees exceeds the 95 % point of the central one: a Poisson mixture of
/// central ones.
///
/// Source: Johnson, Kotz, Balakrishnan (1995), "Continuous Univariate Distributions" 2, eq. 29.2.
fn power_of_chi2(noncentral: f64, freedom: f64) -> f64 {
    use statrs::distribution::{ChiSquared, ContinuousCDF};
    let Ok(central) = ChiSquared::new(freedom) else { return 0.0 };
    let line = central.inverse_cdf(0.95);
    let half = noncentral / 2.0;
    if !half.is_finite() || half > 500.0 {
        return 1.0; // the mixture's weights are too small for doubles, and the answer is not
    }
    let (mut weight, mut power, mut seen) = ((-half).exp(), 0.0, 0.0);
    for step in 0..4_000u32 {
        let more = ChiSquared::new(freedom + 2.0 * f64::from(step));
        power += weight * more.map_or(1.0, |more| more.sf(line));
        seen += weight;
        weight *= half / f64::from(step + 1);
        if 1.0 - seen < 1e-12 {
            break;
        }
    }
    power.clamp(0.0, 1.0)
}

#[expect(clippy::cast_precision_loss, reason = "a few delays")]
fn real(number: usize) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use foresend_core::chance::{bits, unit};

    fn curve() -> Curve {
        let segments = vec![
            Segment { weight: 0.45, memory: 1.5, intent: 30.0 },
            Segment { weight: 0.55, memory: 30.0, intent: 120.0 },
        ];
        Curve { segments, height: 0.05, base: 0.08 }
    }

    #[test]
    fn slopes_are_those_that_small_steps_find() {
        let by = |memory: f64, intent: f64, height: f64| {
            let mut moved = curve();
            moved.height *= height;
            for one in &mut moved.segments {
                one.memory *= memory;
                one.intent *= intent;
            }
            moved
        };
        let step = 1e-5f64;
        for hours in [0.5, 3.0, 24.0, 100.0] {
            let slow =
                [by(1.0, 1.0, step.exp()), by(step.exp(), 1.0, 1.0), by(1.0, step.exp(), 1.0)];
            for (slope, moved) in curve().slope(hours).into_iter().zip(slow) {
                let found = (moved.wins(hours) - curve().wins(hours)) / step;
                assert!((slope - found).abs() < 1e-6, "{hours}: {slope} {found}");
            }
        }
    }

    /// Tests drawn many times, the two times fitted by least squares around the truth: their spread is what was foretold.
    #[test]
    fn errors_are_those_of_tests_that_are_drawn() {
        let (curve, delays, holdout, n) = (curve(), [1.0, 8.0, 40.0, 120.0], 0.2, 4e6);
        let told = curve.told(&delays, holdout, n).unwrap();
        let group = (1.0 - holdout) * n / 4.0;
        let normal = |index: u64| {
            let (a, b) = (unit(bits(9, 2 * index)), unit(bits(9, 2 * index + 1)));
            (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos()
        };
        // Exactly as many equations as unknowns: the linearised fit solves them.
        let rows: Vec<[f64; 3]> = delays[..3].iter().map(|&hours| curve.slope(hours)).collect();
        let times = 4_000u32;
        let mut squares = [0.0; 2];
        for time in 0..times {
            let noise = |at: u64, rate: f64, n: f64| {
                normal(u64::from(time) * 8 + at) * (rate * (1.0 - rate) / n).sqrt()
            };
            let base = noise(0, curve.base, holdout * n);
            let y: Vec<f64> = (0..3)
                .map(|at| {
                    let rate = curve.base + curve.wins(delays[at]);
                    noise(at as u64 + 1, rate, group) - base
                })
                .collect();
            let solved = solve3(&rows, &y);
            squares[0] += solved[1] * solved[1];
            squares[1] += solved[2] * solved[2];
        }
        let three =
            curve.told(&delays[..3], holdout, n * (holdout + (1.0 - holdout) * 0.75)).unwrap();
        let found = squares.map(|square| (square / f64::from(times)).sqrt());
        // A group of these three is as large as one of the four; the held-out ones are nearly so.
        assert!((found[0] / three.memory - 1.0).abs() < 0.08, "{found:?} {three:?}");
        assert!((found[1] / three.intent - 1.0).abs() < 0.08, "{found:?} {three:?}");
        // The fourth tells more than nothing.
        assert!(told.memory < three.memory && told.intent < three.intent, "{told:?} {three:?}");
    }

    fn solve3(rows: &[[f64; 3]], y: &[f64]) -> [f64; 3] {
        let det = |m: [[f64; 3]; 3]| {
            m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1])
                - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
                + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0])
        };
        let whole = [rows[0], rows[1], rows[2]];
        [0, 1, 2].map(|column| {
            let mut with = whole;
            for (row, y) in with.iter_mut().zip(y) {
                row[column] = *y;
            }
            det(with) / det(whole)
        })
    }

    #[test]
    fn four_times_the_people_know_twice_as_well() {
        let delays = [1.0, 6.0, 24.0, 96.0];
        let few = curve().told(&delays, 0.2, 1e5).unwrap();
        let many = curve().told(&delays, 0.2, 4e5).unwrap();
        assert!((few.memory / many.memory - 2.0).abs() < 1e-9);
        assert!((few.intent / many.intent - 2.0).abs() < 1e-9);
        assert!(curve().told(&[1.0, 24.0], 0.2, 1e9).is_none(), "two delays tell no three numbers");
    }

    #[test]
    fn the_best_set_is_the_best_of_all() {
        let delays = [0.5, 1.0, 2.0, 4.0, 8.0, 24.0, 48.0, 96.0];
        let found = best(&[curve()], &delays, 4, 0.2, None).unwrap();
        let worst = |set: &[f64]| {
            let told = curve().told(set, 0.2, 1.0).unwrap();
            told.memory.max(told.intent)
        };
        let mut least = f64::INFINITY;
        for a in 0..8 {
            for b in a + 1..8 {
                for c in b + 1..8 {
                    for d in c + 1..8 {
                        least = least.min(worst(&[delays[a], delays[b], delays[c], delays[d]]));
                    }
                }
            }
        }
        assert!((worst(&found) - least).abs() < 1e-12, "{found:?}");
        let with_two = best(&[curve()], &delays, 4, 0.2, Some(2.0)).unwrap();
        assert!(with_two.contains(&2.0) && worst(&with_two) >= least, "{with_two:?}");
        assert!(best(&[curve()], &[1.0, 2.0], 4, 0.2, None).is_none());
    }

    #[test]
    fn a_test_that_sees_nothing_has_the_power_of_chance_and_a_vast_one_all() {
        assert!((power_of_chi2(0.0, 3.0) - 0.05).abs() < 1e-9);
        // Tabulated: freedom 3, noncentrality 10.903 gives power .80 at 5 % (Cohen 1988, table 12.3.1 by w²n).
        assert!((power_of_chi2(10.903, 3.0) - 0.80).abs() < 0.001);
        assert!(power_of_chi2(1e6, 3.0) > 0.999_999);
        assert!(curve().power_to_differ(&[1.0, 24.0, 48.0, 120.0], 0.2, 1e7) > 0.99);
    }
}
