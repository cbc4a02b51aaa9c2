//! BG/NBD: while alive a customer orders at rate λ ~ Gamma(r, rate α); after each repeat order they go dormant with
//! chance p ~ Beta(a, b). The first order, at age 0, tosses no coin.
//!
//! Source: Fader, Hardie, Lee (2005), "Counting your customers the easy way", Marketing Science 24(2).
//! Invariant: this module draws; what the draws mean on a calendar and in a funnel is told elsewhere.

use crate::population::Quantiles;
use crate::population::preset::section::Purchase;
use crate::stream::{Chance, Purpose};
use rand_distr::{Beta, Distribution};

/// One customer's order process.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct BgNbd {
    /// λ: orders per week while alive; above 0.
    pub rate: f64,
    /// p: chance to go dormant after a repeat order; 0 to 1.
    pub dropout: f64,
}

/// How λ and p are spread between customers.
#[derive(Clone, PartialEq, Debug)]
pub struct Spread {
    /// Of λ, orders per week.
    rate: Quantiles,
    dropout: Beta<f64>,
}

impl Spread {
    /// λ ~ Gamma(r, rate α), p ~ Beta(a, b).
    #[must_use]
    pub fn new(numbers: &Purchase) -> Self {
        Self {
            rate: Quantiles::gamma(*numbers.r).map(|x| x / *numbers.alpha),
            dropout: Beta::new(*numbers.a, *numbers.b).expect("both are above 0"),
        }
    }
}

/// An order of the past.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct PastOrder {
    /// Weeks since the first order.
    pub age: f64,
    /// 0 for the first order.
    pub ordinal: u32,
}

impl BgNbd {
    /// The process of the customer whose draws are `chance`.
    #[must_use]
    pub fn draw(spread: &Spread, chance: Chance) -> Self {
        // Gamma of a small shape can come out as 0 in f64; such a customer would never have ordered.
        let rate = spread.rate.at(chance.stream(Purpose::Rate, 0).unit(0)).max(f64::MIN_POSITIVE);
        Self { rate, dropout: spread.dropout.sample(&mut chance.stream(Purpose::Dropout, 0)) }
    }

    /// Lives the first `age` weeks: calls `order` for each order from the first on. Returns whether the customer
    /// is alive at the end.
    pub fn live(self, chance: Chance, age: f64, mut order: impl FnMut(PastOrder)) -> bool {
        order(PastOrder { age: 0.0, ordinal: 0 });
        let (mut at, mut ordinal) = (0.0, 0);
        loop {
            ordinal += 1;
            let draws = chance.stream(Purpose::History, u64::from(ordinal));
            at += draws.exp(0) / self.rate;
            if at >= age {
                return true;
            }
            order(PastOrder { age: at, ordinal });
            if draws.unit(1) < self.dropout {
                return false;
            }
        }
    }

    /// Expected repeat orders in the next `weeks` of a customer who is alive: (1 − e^(−λpt)) / p.
    ///
    /// The order process of a living customer is Poisson, stopped after a geometric number of orders; this is its
    /// mean given λ and p, before equation (9) of the source averages over both.
    #[must_use]
    pub fn expected(self, weeks: f64) -> f64 {
        let mass = self.rate * weeks;
        if self.dropout < 1e-12 { mass } else { -(-mass * self.dropout).exp_m1() / self.dropout }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::population::Preset;
    use foresend_core::chance::Seed;

    #[test]
    fn the_history_is_bg_nbd_at_any_age() {
        let spread = Spread::new(&Preset::named("retail").unwrap().purchase);
        let n = 100_000u32;
        for weeks in [8.0, 39.0, 78.0] {
            let (mut sum, mut squares, mut lost) = (0.0, 0.0, 0.0);
            for customer in 0..n {
                let chance = Chance::of(Seed(1), u64::from(customer));
                let process = BgNbd::draw(&spread, chance);
                let mut orders = -1.0; // the first is no repeat
                process.live(chance, weeks, |_| orders += 1.0);
                let over: f64 = orders - process.expected(weeks);
                sum += over;
                squares += over * over;
                lost += (-process.rate * weeks).exp() - f64::from(u8::from(orders < 0.5));
            }
            let n = f64::from(n);
            let error = (squares / n - (sum / n).powi(2)).sqrt() / n.sqrt();
            assert!((sum / n).abs() < 3.0 * error, "{weeks} weeks: {} ± {error}", sum / n);
            assert!(
                (lost / n).abs() < 0.005,
                "{weeks} weeks: {lost} too few without a repeat order"
            );
        }
    }

    #[test]
    fn the_expectation_averages_to_the_published_curve() {
        // E[X(t)] of Fader, Hardie, Lee (2005) at the fitted parameters, by their hypergeometric formula.
        let spread = Spread::new(&Preset::named("retail").unwrap().purchase);
        let n = 1_000_000u32;
        for (weeks, published) in [(8.0, 0.3586), (26.0, 0.9014), (39.0, 1.1951), (78.0, 1.8580)] {
            let sum: f64 = (0..n)
                .map(|customer| {
                    BgNbd::draw(&spread, Chance::of(Seed(2), u64::from(customer))).expected(weeks)
                })
                .sum();
            let mean = sum / f64::from(n);
            assert!((mean - published).abs() < 0.01 * published, "{weeks}: {mean}");
        }
    }
}
