//! What a discount does. Of depth d, a share of the order, it raises the hazard of an order by the factor e^(β d) and
//! turns the chance c of an order in a session into 1 − (1 − c)^(e^(β d)), from the moment its mail is read until it
//! expires. Every order of that cart within this time pays d, also one that would have come anyway. Who has redeemed one
//! orders less readily at once: each lowers the logit of c, and carts that would have been ordered wait instead.
//!
//! Sizes are assumed, signs are from field experiments: see docs/models.md.
//! Invariant: with β = 0 no order moves; only what it pays does.

use foresend_core::money::Money;

/// An offer as one mail carries it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Deal {
    /// Its place in the program's list.
    pub offer: u16,
    /// What it costs the shop.
    pub off: Off,
    /// How long it is good for once it is handed over, in hours.
    pub lasts: f64,
}

/// What comes off an order.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Off {
    /// So many millionths of it.
    Share(u32),
    /// An amount, if it is worth so much.
    Amount(Money),
}

impl Off {
    /// What comes off an order of `value`.
    #[must_use]
    pub fn of(self, value: Money) -> Money {
        let minor = match self {
            Self::Share(ppm) => {
                // Orders are far below 2^43 minor units.
                (value.minor().saturating_mul(i64::from(ppm.min(1_000_000))) + 500_000) / 1_000_000
            }
            Self::Amount(amount) => amount.minor().clamp(0, value.minor()),
        };
        Money::from_minor(minor)
    }

    /// By what factor it raises the hazard of an order of `value`.
    #[must_use]
    pub fn pull(self, strength: f64, value: Money) -> f64 {
        (strength * self.depth(value)).exp()
    }

    #[expect(clippy::cast_precision_loss, reason = "orders are far below 2^52 minor units")]
    fn depth(self, value: Money) -> f64 {
        match self {
            Self::Share(ppm) => f64::from(ppm.min(1_000_000)) / 1e6,
            Self::Amount(_) => self.of(value).minor() as f64 / value.minor().max(1) as f64,
        }
    }
}

/// The chance `c` of an order in the session under the factor `pull`.
#[must_use]
pub fn pulled(c: f64, pull: f64) -> f64 {
    1.0 - (1.0 - c).powf(pull)
}

/// The chance `c` of an order at once, of someone who has redeemed so many offers.
#[must_use]
pub fn trained(c: f64, training: f64, redeemed: u16) -> f64 {
    if redeemed == 0 || c <= 0.0 || c >= 1.0 {
        return c;
    }
    let logit = (c / (1.0 - c)).ln() - training * f64::from(redeemed);
    1.0 / (1.0 + (-logit).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_or_an_amount_comes_off_and_never_more_than_the_order() {
        let off = |off: Off, value| off.of(Money::from_minor(value)).minor();
        assert_eq!(off(Off::Share(100_000), 8_005), 801);
        assert_eq!(off(Off::Share(2_000_000), 8_005), 8_005);
        assert_eq!(off(Off::Amount(Money::from_minor(500)), 8_000), 500);
        assert_eq!(off(Off::Amount(Money::from_minor(500)), 300), 300);
    }

    #[test]
    fn a_tenth_off_raises_ordering_by_a_third() {
        let value = Money::from_minor(8_000);
        let pull = Off::Share(100_000).pull(3.0, value);
        assert!((pull - 0.3f64.exp()).abs() < 1e-12);
        assert!((Off::Amount(Money::from_minor(800)).pull(3.0, value) - pull).abs() < 1e-12);
        assert!((pulled(0.3, pull) - 0.382).abs() < 1e-3);
        assert!((pulled(0.3, 1.0) - 0.3).abs() < 1e-12);
    }

    #[test]
    fn each_one_redeemed_lowers_ordering_at_once() {
        let chance = |redeemed| trained(0.3, 0.15, redeemed);
        assert!((chance(0) - 0.3).abs() < 1e-12);
        assert!((chance(1) - 0.2694).abs() < 1e-4);
        assert!(chance(2) < chance(1) && trained(0.3, 0.0, 5) >= 0.3 - 1e-12);
    }
}
