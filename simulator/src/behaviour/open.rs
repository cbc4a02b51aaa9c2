//! Who opens a mail, when, and what machines do with it. A person opens with probability
//! expit(η + δ − φ P): η their readiness, δ what the mail has over them, P the pressure of recent mails. The delay
//! is log-logistic in hours of *attention* (virtual time, as in Bonfrer and Drèze 2009): nights hardly count.
//!
//! Machines open and click beside people: recorded, never believed.
//! Invariant: whether and when a mail is opened is keyed by the mail, not by when it was sent; the same mail at another
//! delay meets the same luck.

use super::Scene;
use crate::population::Preset;
use crate::stream::{Purpose, Stream};
use statrs::function::beta::inv_beta_reg;

/// δ of the first, second, third cart mail.
#[derive(Clone, PartialEq, Debug)]
pub struct Opening {
    over_readiness: [f64; 3],
}

const QUANTILES: u32 = 512;

impl Opening {
    /// Solves δ so that over the population each mail is opened at its rate.
    #[must_use]
    pub fn new(preset: &Preset) -> Self {
        let total = *preset.mail.propensity_total;
        let (a, b) = (*preset.mail.propensity * total, (1.0 - *preset.mail.propensity) * total);
        let odds: Vec<f64> = (0..QUANTILES)
            .map(|i| {
                let p = inv_beta_reg(a, b, (f64::from(i) + 0.5) / f64::from(QUANTILES));
                p / (1.0 - p)
            })
            .collect();
        let solve = |rate: f64| {
            let (mut low, mut high) = (-40.0f64, 40.0f64);
            for _ in 0..100 {
                let middle = 0.5 * (low + high);
                let opens: f64 = odds.iter().map(|o| expit(o.ln() + middle)).sum();
                if opens / f64::from(QUANTILES) < rate {
                    low = middle;
                } else {
                    high = middle;
                }
            }
            0.5 * (low + high)
        };
        Self { over_readiness: preset.cart_mail.opens.value.map(solve) }
    }

    /// The chance that a person opens the mail number `nth` from 0.
    #[must_use]
    pub fn chance(&self, nth: usize, readiness: f64, weight: f64) -> f64 {
        expit(readiness + self.over_readiness[nth.min(2)] - weight)
    }
}

/// What the mail server makes of a mail.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Delivery {
    /// It arrives.
    Arrives,
    /// The address does not exist.
    Bounces,
    /// Not now.
    PutOff,
}

/// What becomes of the mail `key` at its attempt number `attempt` from 1.
#[must_use]
pub fn delivery(scene: &Scene<'_>, key: u64, attempt: u16) -> Delivery {
    let numbers = &scene.model.preset.mail;
    let unit = scene.person.chance.stream(Purpose::Bounce, key).unit(u64::from(attempt));
    if unit < *numbers.hard_bounce || machines(scene).unit(0) < *numbers.dead {
        Delivery::Bounces
    } else if unit < *numbers.hard_bounce + *numbers.soft_bounce {
        Delivery::PutOff
    } else {
        Delivery::Arrives
    }
}

/// Hours until the server is asked again.
#[must_use]
pub fn put_off_for(scene: &Scene<'_>, key: u64) -> f64 {
    let [from, to] = scene.model.preset.mail.soft_bounce_hours.value;
    from + (to - from) * scene.person.chance.stream(Purpose::Bounce, key).unit(0)
}

/// When a person opens the mail that arrived at `t`. `None`: never.
#[must_use]
pub fn opened_at(scene: &Scene<'_>, key: u64, nth: usize, t: f64, pressure: f64) -> Option<f64> {
    let numbers = &scene.model.preset.mail;
    let draws = scene.person.chance.stream(Purpose::Open, key);
    let readiness = scene.person.propensity(&scene.model.preset);
    let weight = *numbers.pressure * pressure;
    if draws.unit(0) >= scene.model.opening.chance(nth, readiness, weight) {
        return None;
    }
    let unit = draws.unit(1);
    let attention = *numbers.open_median * (unit / (1.0 - unit)).powf(1.0 / *numbers.open_shape);
    (attention <= *numbers.open_until)
        .then(|| scene.own().until(&scene.model.attention, t, attention))
}

/// When a privacy proxy opens the mail that arrived at `t`. `None`: never.
#[must_use]
pub fn opened_by_machine_at(scene: &Scene<'_>, key: u64, t: f64) -> Option<f64> {
    let numbers = &scene.model.preset.mail;
    let draws = machine_read(scene, key);
    (machines(scene).unit(1) < *numbers.proxy && draws.unit(0) < *numbers.proxy_opens)
        .then(|| t + *numbers.proxy_after * draws.exp(1))
}

/// When a scanner follows the link of the mail that arrived at `t`. `None`: never.
#[must_use]
pub fn clicked_by_machine_at(scene: &Scene<'_>, key: u64, t: f64) -> Option<f64> {
    let numbers = &scene.model.preset.mail;
    let seconds = 1.0 + (*numbers.scanner_within - 1.0) * machine_read(scene, key).unit(2);
    (machines(scene).unit(2) < *numbers.scanner).then(|| t + seconds / 3600.0)
}

/// What the reader does besides reading.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Leaving {
    /// Nothing.
    Stays,
    /// Unsubscribes.
    Unsubscribes,
    /// Calls it spam.
    Complains,
}

/// Whether the reader of the opened mail `key` has had enough. The preset's rates are per mail; since only an opened
/// one can be the last, they are divided by its open rate.
#[must_use]
pub fn leaves(scene: &Scene<'_>, key: u64, nth: usize, pressure: f64) -> Leaving {
    let numbers = &scene.model.preset;
    let draws = scene.person.chance.stream(Purpose::Leave, key);
    let opens = numbers.cart_mail.opens[nth.min(2)].max(1e-9);
    let raised = (*numbers.mail.pressure_leaves * pressure).exp() / opens;
    if draws.unit(0) < *numbers.cart_mail.unsubscribes * raised {
        Leaving::Unsubscribes
    } else if draws.unit(1) < *numbers.cart_mail.complaints * raised {
        Leaving::Complains
    } else {
        Leaving::Stays
    }
}

fn machines(scene: &Scene<'_>) -> Stream {
    scene.person.chance.stream(Purpose::Machines, 0)
}

fn machine_read(scene: &Scene<'_>, key: u64) -> Stream {
    scene.person.chance.stream(Purpose::MachineRead, key)
}

fn expit(logit: f64) -> f64 {
    1.0 / (1.0 + (-logit).exp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::population::Person;
    use crate::stream::Chance;
    use foresend_core::chance::Seed;

    #[test]
    fn each_mail_is_opened_at_its_rate_over_the_population() {
        let preset = Preset::named("retail").unwrap();
        let opening = Opening::new(&preset);
        let n = 50_000u64;
        let readiness: Vec<f64> = (0..n)
            .map(|i| {
                let chance = Chance::of(Seed(9), i);
                Person::draw(&preset, 0.356, chance, &mut Vec::new()).propensity(&preset)
            })
            .collect();
        for (nth, rate) in [0.45, 0.38, 0.34, 0.34].into_iter().enumerate() {
            let mean =
                readiness.iter().map(|&r| opening.chance(nth, r, 0.0)).sum::<f64>() / n as f64;
            assert!((mean - rate).abs() < 0.005, "{nth}: {mean}");
        }
        assert!(opening.chance(0, 0.0, 0.12) < opening.chance(0, 0.0, 0.0));
    }
}
