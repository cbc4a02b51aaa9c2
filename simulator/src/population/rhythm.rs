//! The week as people live it: how much of visiting, reading and buying falls into each hour. A [`Rhythm`] answers
//! "when has so much of it passed", a [`Decay`] the same for something that is forgotten meanwhile.
//!
//! Both are tables over the 168 hours of a week with mean 1, read at `x`: local time in hours since a Monday 00:00.
//! Within an hour the rate is even, so every integral is exact.
//! Invariant: no thinning and no stepping by computed fractions: inversion is by whole weeks, then a search, then one
//! formula, or by whole hours.

/// Hours in a week.
pub const WEEK: usize = 168;
const WEEK_H: f64 = 168.0;

/// A weekly rate with mean 1, and its integral.
#[derive(Clone, PartialEq, Debug)]
pub struct Rhythm {
    rate: [f64; WEEK],
    /// `sum[h]`: the integral over the first `h` hours; the last is 168.
    sum: [f64; WEEK + 1],
    /// `guide[m]`: the hour in which the integral reaches `m`. A search from there is a step or two.
    guide: [u8; WEEK],
}

impl Rhythm {
    /// The rhythm in which an hour weighs `hours` × `days`, scaled to mean 1. All weights are above 0.
    #[must_use]
    pub fn new(hours: &[f64; 24], days: &[f64; 7]) -> Self {
        let mut rate = [0.0; WEEK];
        for (h, rate) in rate.iter_mut().enumerate() {
            *rate = hours[h % 24] * days[h / 24];
        }
        let mean = rate.iter().sum::<f64>() / WEEK_H;
        let mut sum = [0.0; WEEK + 1];
        for h in 0..WEEK {
            rate[h] /= mean;
            sum[h + 1] = sum[h] + rate[h];
        }
        // Rounding must not let a week be longer than its hours.
        sum[WEEK] = WEEK_H;
        let mut guide = [0u8; WEEK];
        let (mut hour, mut mass) = (0u8, 0.0);
        for guide in &mut guide {
            while sum[usize::from(hour) + 1] <= mass {
                hour += 1;
            }
            (*guide, mass) = (hour, mass + 1.0);
        }
        Self { rate, sum, guide }
    }

    /// A rhythm without hours: for tests of what is left when the clock does not matter.
    #[must_use]
    pub fn even() -> Self {
        Self::new(&[1.0; 24], &[1.0; 7])
    }

    /// The rate in the hour `hour` of the week.
    #[must_use]
    pub fn rate(&self, hour: usize) -> f64 {
        self.rate[hour % WEEK]
    }

    /// How much passes in the `hours` from `x` on.
    #[must_use]
    pub fn mass(&self, x: f64, hours: f64) -> f64 {
        self.integral(x + hours) - self.integral(x)
    }

    /// Hours until `mass` has passed from `x` on; a negative mass looks back, and gives negative hours.
    #[must_use]
    pub fn until(&self, x: f64, mass: f64) -> f64 {
        self.inverse(self.integral(x) + mass) - x
    }

    /// The integral from 0 to `x`.
    fn integral(&self, x: f64) -> f64 {
        let (weeks, hour, rest) = split(x);
        weeks * WEEK_H + self.sum[hour] + rest * self.rate[hour]
    }

    /// Where the integral from 0 reaches `mass`.
    fn inverse(&self, mass: f64) -> f64 {
        let weeks = floor(mass / WEEK_H);
        let rest = mass - weeks * WEEK_H;
        let (_, mass, _) = split(rest);
        let mut hour = usize::from(self.guide[mass]);
        while hour + 1 < WEEK && self.sum[hour + 1] <= rest {
            hour += 1;
        }
        weeks * WEEK_H + as_f64(hour) + (rest - self.sum[hour]) / self.rate[hour]
    }
}

/// What is left of a rhythm for something that decays as exp(−s/τ): G(x) = ∫₀^∞ e^(−s/τ) rate(x + s) ds.
///
/// Kept by backward recursion, which adds positive terms only; differences of forward sums would cancel.
#[derive(Clone, PartialEq, Debug)]
pub struct Decay {
    rhythm: Rhythm,
    /// τ, in hours.
    tau: f64,
    /// e^(−1/τ): what is left after an hour.
    hour: f64,
    /// G at the whole hours; the last entry is the first again.
    left: [f64; WEEK + 1],
}

impl Decay {
    /// The table for decay time `tau`, in hours, above 0.
    #[must_use]
    pub fn new(rhythm: &Rhythm, tau: f64) -> Self {
        let hour = (-1.0 / tau).exp();
        let mut left = [0.0; WEEK + 1];
        // One week back from an unknown end leaves e^(−168/τ) of the error; repeat until that is nothing.
        loop {
            let before = left[0];
            left[WEEK] = before;
            for h in (0..WEEK).rev() {
                left[h] = rhythm.rate[h] * tau * (1.0 - hour) + hour * left[h + 1];
            }
            if (left[0] - before).abs() <= 1e-14 * left[0] {
                left[WEEK] = left[0];
                return Self { rhythm: rhythm.clone(), tau, hour, left };
            }
        }
    }

    /// τ, in hours.
    #[must_use]
    pub const fn tau(&self) -> f64 {
        self.tau
    }

    /// G(x): all that is still to come, in hours.
    #[must_use]
    pub fn left(&self, x: f64) -> f64 {
        let (_, hour, rest) = split(x);
        let kept = self.kept(1.0 - rest);
        self.rhythm.rate[hour] * self.tau * (1.0 - kept) + kept * self.left[hour + 1]
    }

    /// e^(−hours/τ): what is left after so long.
    #[must_use]
    pub fn kept(&self, hours: f64) -> f64 {
        (-hours / self.tau).exp()
    }

    /// What comes within the next `hours` from `x` on.
    #[must_use]
    pub fn mass(&self, x: f64, hours: f64) -> f64 {
        (self.left(x) - self.kept(hours) * self.left(x + hours)).max(0.0)
    }

    /// Hours until `mass` has come from `x` on, if that happens within `most` hours.
    ///
    /// Walks whole hours of the clock: the rest of this one, then exactly one at a time, since a walk by computed
    /// fractions can stand still; the last hour is solved for.
    #[must_use]
    pub fn until(&self, x: f64, mass: f64, most: f64) -> Option<f64> {
        let (_, mut hour, passed) = split(x);
        let (mut left, mut scale, mut walked, mut step) = (mass, 1.0, 0.0, 1.0 - passed);
        let mut kept = self.kept(step);
        while walked < most {
            let full = scale * self.rhythm.rate[hour] * self.tau;
            let here = full * (1.0 - kept);
            if left <= here {
                let hours = walked - self.tau * (-left / full).ln_1p();
                return (hours <= most).then_some(hours);
            }
            left -= here;
            scale *= kept;
            walked += step;
            if scale < 1e-30 {
                return None; // what is left is smaller than the rounding of what was asked
            }
            (hour, step, kept) = ((hour + 1) % WEEK, 1.0, self.hour);
        }
        None
    }
}

/// Whole weeks, hour of the week, and part of that hour.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 167")]
fn split(x: f64) -> (f64, usize, f64) {
    let weeks = floor(x / WEEK_H);
    let of_week = x - weeks * WEEK_H;
    let hour = (of_week as usize).min(WEEK - 1);
    (weeks, hour, of_week - as_f64(hour))
}

/// `x` rounded down; |x| < 2^52. Without SSE 4.1, which we do not ask for, `f64::floor` is a call.
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "weeks")]
fn floor(x: f64) -> f64 {
    let whole = x as i64 as f64;
    if whole > x { whole - 1.0 } else { whole }
}

#[expect(clippy::cast_precision_loss, reason = "hours of a week")]
const fn as_f64(hour: usize) -> f64 {
    hour as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::population::Preset;

    fn visits() -> Rhythm {
        let preset = Preset::named("retail").unwrap();
        Rhythm::new(&preset.rhythm.visits, &preset.rhythm.weekdays)
    }

    /// Slow and obvious: sums rate · decay over small steps, which do not cross an hour.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small")]
    fn slow(rhythm: &Rhythm, tau: f64, x: f64, hours: f64) -> f64 {
        let steps = (hours * 2000.0).ceil();
        let step = hours / steps;
        (0..steps as u32)
            .map(|i| {
                let s = (f64::from(i) + 0.5) * step;
                (-s / tau).exp() * rhythm.rate(((x + s).rem_euclid(168.0)) as usize) * step
            })
            .sum()
    }

    #[test]
    fn a_week_holds_as_much_as_it_has_hours() {
        let visits = visits();
        assert!((visits.mass(13.25, 168.0) - 168.0).abs() < 1e-9);
        assert!((visits.mass(-1000.0, 1680.0) - 1680.0).abs() < 1e-9);
    }

    #[test]
    fn the_mass_is_what_a_slow_sum_finds() {
        let visits = visits();
        for (x, hours) in [(0.0, 1.0), (23.5, 4.2), (160.3, 30.0), (-5.0, 12.0), (0.25, 0.5)] {
            let (fast, slow) = (visits.mass(x, hours), slow(&visits, f64::INFINITY, x, hours));
            assert!((fast - slow).abs() < 1e-3, "{x} {hours}: {fast} {slow}");
        }
    }

    #[test]
    fn the_inverse_undoes_the_mass_forwards_and_backwards() {
        let visits = visits();
        for i in 0..2000 {
            let (x, mass) = (f64::from(i) * 0.37, f64::from(i % 61) * 7.3 + 0.01);
            let hours = visits.until(x, mass);
            assert!((visits.mass(x, hours) - mass).abs() < 1e-9, "{x} {mass}");
            let back = visits.until(x, -mass);
            assert!(back < 0.0 && (visits.mass(x + back, -back) - mass).abs() < 1e-9);
        }
    }

    #[test]
    fn what_is_left_of_a_decay_is_what_a_slow_integral_finds() {
        for tau in [1.43, 24.0] {
            let decay = Decay::new(&visits(), tau);
            for x in [0.0, 7.9, 20.0, 100.55, 167.99, 400.0] {
                let slow = slow(&visits(), tau, x, 40.0 * tau);
                assert!((decay.left(x) - slow).abs() < 2e-3 * slow, "{tau} {x}: {slow}");
            }
        }
    }

    #[test]
    fn the_mass_of_a_decay_is_what_a_slow_integral_finds() {
        let decay = Decay::new(&visits(), 24.0);
        for (x, hours) in [(0.0, 1.0), (23.5, 4.2), (160.3, 30.0), (3.3, 0.01)] {
            let slow = slow(&visits(), 24.0, x, hours);
            assert!((decay.mass(x, hours) - slow).abs() < 2e-3 * slow + 1e-6, "{x} {hours}");
        }
    }

    #[test]
    fn a_decay_reaches_a_mass_when_its_mass_says_so() {
        for tau in [1.43, 24.0] {
            let decay = Decay::new(&visits(), tau);
            for i in 0..500u32 {
                let (x, part) = (f64::from(i) * 0.719, (f64::from(i % 97) + 0.5) / 97.0);
                let mass = part * decay.left(x);
                let hours = decay.until(x, mass, f64::INFINITY).unwrap();
                assert!((decay.mass(x, hours) - mass).abs() < 1e-9 * mass.max(1.0), "{tau} {x}");
                assert_eq!(decay.until(x, mass, hours * 0.999), None);
            }
            assert_eq!(decay.until(5.0, decay.left(5.0) * 1.000_001, f64::INFINITY), None);
        }
    }

    #[test]
    fn an_even_rhythm_is_plain_time() {
        let decay = Decay::new(&Rhythm::even(), 10.0);
        assert!((decay.left(33.3) - 10.0).abs() < 1e-9);
        assert!((Rhythm::even().until(5.5, 300.0) - 300.0).abs() < 1e-9);
    }
}
