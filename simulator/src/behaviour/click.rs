//! Who follows a link of an opened cart mail: with probability 1 − e^(−c₀ R), R the strength of the wish for the
//! cart. So those who click are those more inclined to buy, and clicks select buyers rather than make them.
//!
//! c₀ = s((1 − ctr)^(−1/s) − 1) makes the mean over R ~ Gamma(s, mean 1) the preset's click rate. Assumed form.

use crate::population::Preset;

/// c₀ of the first, second, third mail.
#[derive(Clone, PartialEq, Debug)]
pub struct Clicking {
    per_strength: [f64; 3],
    rates: [f64; 3],
}

impl Clicking {
    /// Solves c₀ for these numbers.
    #[must_use]
    pub fn new(preset: &Preset) -> Self {
        let (shape, rates) = (*preset.intent.shape, preset.cart_mail.clicks.value);
        let solve = |rate: f64| shape * ((1.0 - rate).powf(-1.0 / shape) - 1.0);
        Self { per_strength: rates.map(solve), rates }
    }

    /// The chance that an opened mail is clicked; `nth` counts from 0, `strength` is R of the cart it is about.
    #[must_use]
    pub fn chance(&self, nth: usize, strength: Option<f64>) -> f64 {
        let nth = nth.min(2);
        strength.map_or(self.rates[nth], |r| -(-self.per_strength[nth] * r).exp_m1())
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
        for (nth, rate) in [0.17, 0.14, 0.12].into_iter().enumerate() {
            let mean = (0..n)
                .map(|i| {
                    let strength = model.intent.strength(Chance::of(Seed(8), i), 1);
                    model.clicking.chance(nth, Some(strength))
                })
                .sum::<f64>()
                / n as f64;
            assert!((mean - rate).abs() < 0.003, "{nth}: {mean}");
        }
        assert!(model.clicking.chance(0, Some(2.0)) > 2.0 * model.clicking.chance(0, Some(0.5)));
    }
}
