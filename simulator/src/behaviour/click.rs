//! Who follows a link of an opened mail. Of a cart mail: with probability 1 − e^(−c₀ R), R the strength of the wish for
//! the cart. So those who click are those more inclined to buy, and clicks select buyers rather than make them.
//! c₀ = s((1 − ctr)^(−1/s) − 1) makes the mean over R ~ Gamma(s, mean 1) the preset's click rate. Assumed form.
//!
//! Of any other mail: with the preset's rate, whoever it is.

use super::kind::{KINDS, MailKind, Rates};
use crate::population::Preset;

/// Chances of clicking, by sort of mail.
#[derive(Clone, PartialEq, Debug)]
pub struct Clicking {
    /// c₀.
    per_strength: [f64; KINDS],
    rates: [f64; KINDS],
}

/// No sort of mail is clicked in by more of its readers.
const SOLVED_MAX: f64 = 0.999;

impl Clicking {
    /// Solves c₀ for these numbers.
    #[must_use]
    pub fn new(preset: &Preset) -> Self {
        Self::assuming(preset, 1.0)
    }

    /// The same where each is clicked in `times` as often.
    #[must_use]
    pub fn assuming(preset: &Preset, times: f64) -> Self {
        let shape = *preset.intent.shape;
        let rates = Rates::all(preset).map(|rates| (rates.clicks * times).min(SOLVED_MAX));
        let solve = |rate: f64| shape * ((1.0 - rate).powf(-1.0 / shape) - 1.0);
        Self { per_strength: rates.map(solve), rates }
    }

    /// The chance that an opened mail is clicked; `strength` is R of the cart it is about.
    #[must_use]
    pub fn chance(&self, kind: MailKind, strength: Option<f64>) -> f64 {
        let ix = kind.ix();
        strength.map_or(self.rates[ix], |r| -(-self.per_strength[ix] * r).exp_m1())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::behaviour::Model;
    use crate::stream::Chance;
    use foresend_core::chance::Seed;

    #[test]
    fn clicks_have_the_rate_of_the_preset_and_follow_the_wish() {
        let model = Model::new(Preset::named("retail").unwrap(), 2);
        let n = 100_000u64;
        for (nth, rate) in [(0, 0.17), (1, 0.14), (2, 0.12)] {
            let mean = (0..n)
                .map(|i| {
                    let strength = model.intent.strength(Chance::of(Seed(8), i), 1);
                    model.clicking.chance(MailKind::Cart(nth), Some(strength))
                })
                .sum::<f64>()
                / n as f64;
            assert!((mean - rate).abs() < 0.003, "{nth}: {mean}");
        }
        let chance = |r| model.clicking.chance(MailKind::Cart(0), Some(r));
        assert!(chance(2.0) > 2.0 * chance(0.5));
    }
}
