//! Who opens a mail, when, and what machines do with it. A person opens with probability
//! expit(η + δ − φ P): η their readiness, δ what the mail has over them, P the pressure of recent mails. The delay
//! is log-logistic in hours of *attention* (virtual time, as in Bonfrer and Drèze 2009): nights hardly count.
//!
//! Machines open and click beside people: recorded, never believed.
//! Invariant: whether and when a mail is opened is keyed by the mail, not by when it was sent; the same mail at another
//! delay meets the same luck.

use super::Scene;
use super::kind::{KINDS, MailKind, Rates};
use crate::population::Preset;
use crate::stream::{Purpose, Stream};
use statrs::function::beta::inv_beta_reg;

/// What each sort of mail has over its readers' readiness.
#[derive(Clone, PartialEq, Debug)]
pub struct Opening {
    /// δ, by [`MailKind::ix`].
    over_readiness: [f64; KINDS],
    /// For [`leaves`].
    rates: [Rates; KINDS],
}

const QUANTILES: u32 = 512;
/// No sort of mail is opened by more.
const SOLVED_MAX: f64 = 0.999;

impl Opening {
    /// Solves δ so that over the population each sort of mail is opened at its rate.
    #[must_use]
    pub fn new(preset: &Preset) -> Self {
        Self::assuming(preset, 1.0)
    }

    /// The same where each is opened `times` as often: its δ is higher by the shift that makes it so, and a person's
    /// draw stays what it is.
    #[must_use]
    pub fn assuming(preset: &Preset, times: f64) -> Self {
        let total = *preset.mail.propensity_total;
        let (a, b) = (*preset.mail.propensity * total, (1.0 - *preset.mail.propensity) * total);
        let odds: Vec<f64> = (0..QUANTILES)
            .map(|i| {
                let p = inv_beta_reg(a, b, (f64::from(i) + 0.5) / f64::from(QUANTILES));
                p / (1.0 - p)
            })
            .collect();
        // ln of a factor on the odds, by bisection: the share rises with it from 0 to 1.
        let solve = |rate: f64| {
            let (mut low, mut high) = (-40.0f64, 40.0f64);
            for _ in 0..60 {
                let factor = (0.5 * (low + high)).exp();
                let opens: f64 = odds.iter().map(|o| 1.0 - 1.0 / (1.0 + o * factor)).sum();
                if opens / f64::from(QUANTILES) < rate {
                    low = factor.ln();
                } else {
                    high = factor.ln();
                }
            }
            0.5 * (low + high)
        };
        let rates = Rates::all(preset);
        let over_readiness = rates.map(|rates| solve((rates.opens * times).min(SOLVED_MAX)));
        Self { over_readiness, rates }
    }

    /// The chance that a person opens a mail of this sort.
    #[must_use]
    pub fn chance(&self, kind: MailKind, readiness: f64, weight: f64) -> f64 {
        expit(readiness + self.over_readiness[kind.ix()] - weight)
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

/// When a person opens the mail that arrived at `t`. `None`: never. `assumed`: what is assumed of its words.
#[must_use]
pub fn opened_at(
    scene: &Scene<'_>,
    key: u64,
    (kind, assumed): (MailKind, u16),
    t: f64,
    pressure: f64,
) -> Option<f64> {
    let numbers = &scene.model.preset.mail;
    let draws = scene.person.chance.stream(Purpose::Open, key);
    let weight = *numbers.pressure * pressure;
    let inbox = *numbers.inbox * scene.inbox;
    let in_inbox = inbox >= 1.0 || scene.person.chance.stream(Purpose::Spam, key).unit(0) < inbox;
    if !in_inbox
        || draws.unit(0)
            >= scene.model.opening(assumed).chance(kind, scene.person.readiness, weight)
    {
        return None;
    }
    let unit = draws.unit(1);
    let attention = *numbers.open_median * (unit / (1.0 - unit)).powf(1.0 / *numbers.open_shape);
    (attention <= *numbers.open_until)
        .then(|| scene.own().until(&scene.model.attention, t, attention))
}

/// When a person confirms what the mail that arrived at `t` asks about. `None`: never.
#[must_use]
pub fn confirmed_at(scene: &Scene<'_>, key: u64, t: f64) -> Option<f64> {
    let numbers = &scene.model.preset.sign_up;
    let draws = scene.person.chance.stream(Purpose::Confirm, key);
    (draws.unit(0) < *numbers.confirms).then(|| t + *numbers.confirms_after * draws.exp(1))
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
pub fn leaves(scene: &Scene<'_>, key: u64, kind: MailKind, pressure: f64) -> Leaving {
    let draws = scene.person.chance.stream(Purpose::Leave, key);
    let rates = &scene.model.opening.rates[kind.ix()];
    let per_open = 1.0 / rates.opens.max(1e-9);
    let raised = (*scene.model.preset.mail.pressure_leaves * pressure).exp() * per_open;
    if draws.unit(0) < rates.unsubscribes * raised {
        Leaving::Unsubscribes
    } else if draws.unit(1) < rates.complaints * raised {
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
    use crate::population::{People, Person};
    use crate::stream::Chance;
    use foresend_core::chance::Seed;

    #[test]
    fn each_mail_is_opened_at_its_rate_over_the_population() {
        let preset = Preset::named("retail").unwrap();
        let (opening, people) = (Opening::new(&preset), People::new(&preset, 0.356));
        let n = 50_000u64;
        let readiness: Vec<f64> = (0..n)
            .map(|i| {
                let chance = Chance::of(Seed(9), i);
                Person::draw(&preset, &people, chance, &mut Vec::new()).readiness
            })
            .collect();
        for (kind, rate) in [
            (MailKind::Cart(0), 0.45),
            (MailKind::Cart(1), 0.38),
            (MailKind::Cart(2), 0.34),
            (MailKind::Cart(9), 0.34),
            (MailKind::Campaign, 0.16),
            (MailKind::WinBack, 0.13),
            (MailKind::Service, 0.65),
        ] {
            let mean =
                readiness.iter().map(|&r| opening.chance(kind, r, 0.0)).sum::<f64>() / n as f64;
            assert!((mean - rate).abs() < 0.005, "{kind:?}: {mean}");
        }
        // One tenth more of each kind, by a shift of everybody's chance.
        let more = Opening::assuming(&preset, 1.1);
        for (kind, rate) in [(MailKind::Cart(0), 0.495), (MailKind::Campaign, 0.176)] {
            let mean = readiness.iter().map(|&r| more.chance(kind, r, 0.0)).sum::<f64>() / n as f64;
            assert!((mean - rate).abs() < 0.005, "{kind:?}: {mean}");
        }
        let chance = |weight| opening.chance(MailKind::Campaign, 0.0, weight);
        assert!(chance(0.12) < chance(0.0));
    }
}
