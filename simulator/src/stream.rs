//! Where the rehearsal's chance comes from: a number for each (seed, customer, purpose, key), hashed by the core's
//! fixed function. Nothing is keyed by time, thread or "the n-th draw", so two arms that differ in a single mail
//! meet the same luck everywhere else, and customers may be lived in any order on any thread.
//!
//! Invariant: a [`Purpose`] keeps its number for ever and is never reused. Golden tests hold numbers and draws.
//! Invariant: one key serves one occasion; who needs several numbers for it takes them by index.

use foresend_core::chance::{Seed, bits, join, mix, unit};
use rand::TryRng;
use std::convert::Infallible;

/// What a draw is for. The numbers are part of the format.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u16)]
pub enum Purpose {
    // The customer, drawn once.
    /// Which persona they are.
    Persona = 51,
    /// Orders per week while alive.
    Rate = 1,
    /// Chance to go dormant after a repeat order.
    Dropout = 2,
    /// Time since the first order.
    Age = 3,
    /// Spend level.
    Spend = 4,
    /// Readiness to open mail.
    Propensity = 5,
    /// Privacy proxy, scanner, dead address.
    Machines = 6,
    /// Shift of the daily rhythm.
    Chronotype = 7,
    /// Favourite categories.
    Interests = 8,
    /// Address and permission.
    Contact = 9,
    /// Before the start: gap and coin of each order; key: its number.
    History = 10,
    /// What that order was worth.
    HistoryValue = 11,
    /// Where they live.
    Home = 12,
    /// Their name and birthday.
    Named = 13,
    // A visit; key: its ordinal, or the mail that it was clicked in.
    /// Time since the visit before.
    VisitGap = 20,
    /// Device, number of views, further visit, cart, order in the session.
    Visit = 21,
    /// Time between two views.
    ViewGap = 22,
    /// What is looked at.
    View = 23,
    // A mission (a cart); key: the visit's ordinal.
    /// Segment, hazard and checkout.
    Mission = 30,
    /// How much intent there is.
    Intent = 31,
    /// What the order is worth.
    Value = 32,
    /// Lines of the cart.
    Lines = 33,
    /// The dormancy coin.
    Coin = 34,
    /// Whether an order that a mail won replaces the next.
    PullForward = 35,
    /// Whether it ends dormancy.
    Revival = 36,
    /// What becomes of the order.
    Parcel = 37,
    /// The form for a topic, and which; key: the session.
    SignUp = 38,
    /// Asking to be told; key: the session.
    Stock = 39,
    // A mail; key: the mail.
    /// Bounce.
    Bounce = 40,
    /// Machine open and clicks.
    MachineRead = 41,
    /// Human open and its delay.
    Open = 42,
    /// Unsubscribing and complaining.
    Leave = 43,
    /// Clicking.
    Click = 44,
    /// The spam folder.
    Spam = 45,
    /// Confirming what was asked for.
    Confirm = 46,
    // An event; key: its message id.
    /// Whether it arrives late, or twice.
    Fault = 50,
}

/// The draws of one customer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Chance(u64);

impl Chance {
    /// The draws of the customer called `customer` under `seed`.
    #[must_use]
    pub const fn of(seed: Seed, customer: u64) -> Self {
        Self(join(mix(seed.0), customer))
    }

    /// The numbers for one occasion.
    #[must_use]
    pub const fn stream(self, purpose: Purpose, key: u64) -> Stream {
        Stream { key: join(bits(self.0, purpose as u64), key), next: 0 }
    }
}

/// The numbers for one occasion: by index, or one after the other as a generator for `rand_distr`.
#[derive(Clone, Debug)]
pub struct Stream {
    key: u64,
    next: u64,
}

impl Stream {
    /// The `index`-th number, uniform strictly between 0 and 1.
    #[must_use]
    pub const fn unit(&self, index: u64) -> f64 {
        unit(bits(self.key, index))
    }

    /// The `index`-th number as an exponential one of mean 1.
    #[must_use]
    pub fn exp(&self, index: u64) -> f64 {
        -self.unit(index).ln()
    }
}

impl TryRng for Stream {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.try_next_u64().map(|bits| (bits >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let drawn = bits(self.key, self.next);
        self.next += 1;
        Ok(drawn)
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            let Ok(drawn) = self.try_next_u64();
            chunk.copy_from_slice(&drawn.to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::population::Quantiles;
    use rand_distr::{Beta, Distribution};

    fn stream(key: u64) -> Stream {
        Chance::of(Seed(42), 7).stream(Purpose::Visit, key)
    }

    #[test]
    fn golden_draws_never_change() {
        let drawn = format!(
            "{:.12} {:.12} {:.12} {:.12} {:.12}",
            stream(3).unit(0),
            stream(3).unit(1),
            Quantiles::gamma(0.2426).at(stream(3).unit(0)),
            Beta::new(0.7929, 2.4258).unwrap().sample(&mut stream(3)),
            Quantiles::normal().at(stream(3).unit(0)),
        );
        assert_eq!(
            drawn,
            "0.433535112937 0.313111173331 0.021804702028 0.314120960357 -0.167381067152"
        );
    }

    #[test]
    fn a_draw_depends_on_each_of_its_keys() {
        let drawn = |seed, customer, purpose, key| {
            Chance::of(Seed(seed), customer).stream(purpose, key).unit(0).to_bits()
        };
        let one = drawn(1, 1, Purpose::Visit, 1);
        assert_ne!(one, drawn(2, 1, Purpose::Visit, 1));
        assert_ne!(one, drawn(1, 2, Purpose::Visit, 1));
        assert_ne!(one, drawn(1, 1, Purpose::View, 1));
        assert_ne!(one, drawn(1, 1, Purpose::Visit, 2));
    }

    #[test]
    fn neighbouring_keys_and_purposes_are_uncorrelated() {
        let n = 200_000u32;
        for (purpose, shift) in [(Purpose::Visit, 1), (Purpose::ViewGap, 0)] {
            let sum: f64 = (0..u64::from(n))
                .map(|key| {
                    let other = Chance::of(Seed(42), 7).stream(purpose, key + shift);
                    (stream(key).unit(0) - 0.5) * (other.unit(0) - 0.5)
                })
                .sum();
            // The product of two independent centred uniforms has variance 1/144.
            assert!(sum.abs() < 4.0 * (f64::from(n) / 144.0).sqrt(), "{purpose:?}: {sum}");
        }
    }
}
