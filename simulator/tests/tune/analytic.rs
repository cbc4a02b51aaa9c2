//! A world whose truth is known: everybody has one cart, no clock matters, and a mail is opened at once. A cart is ordered
//! anyway with probability 1 − e^−κ; one that is not is ordered because of a mail after u hours with probability
//! 1 − e^−m(u), m(u) = κ e^(−u/tI) (1 − e^(−u/tM)): memory has faded, and intent not yet. The best delay is tM ln(1 + tI/tM).

use foresend_core::chance::{bits, join, unit};
use foresend_insight::increment::Paired;
use foresend_simulator::tune::{Ask, Field, Part, Seen, Stopped, Tried};

/// Hours after the cart.
pub(crate) const DELAYS: [f64; 9] = [1.0, 0.5, 2.0, 4.0, 8.0, 12.0, 24.0, 48.0, 72.0];

/// How carts are forgotten in one world.
#[derive(Clone, Copy, Debug)]
pub(crate) enum World {
    /// Memory and intent fade with these times, in hours.
    Fades { memory: f64, intent: f64 },
    /// Every delay does the same, and it does something.
    AllAlike,
}

/// Several of them.
pub(crate) struct Analytic {
    pub(crate) worlds: Vec<World>,
    /// Orders without mail: 1 − e^−κ.
    pub(crate) kappa: f64,
    /// The share of people who answer each delay by a chance of its own.
    pub(crate) own: f64,
}

impl Analytic {
    pub(crate) fn of(worlds: &[World]) -> Self {
        Self { worlds: worlds.to_vec(), kappa: 0.0202, own: 0.2 }
    }

    /// The chance that a mail with this delay wins an order that would not have come.
    fn wins(&self, world: World, delay: f64) -> f64 {
        let mass = match world {
            World::Fades { memory, intent } => {
                self.kappa * (-delay / intent).exp() * -(-delay / memory).exp_m1()
            }
            World::AllAlike => self.kappa * 0.66,
        };
        -(-mass).exp_m1()
    }

    /// What each delay adds to no mail, a customer: the truth.
    pub(crate) fn truth(&self, world: usize) -> Vec<f64> {
        let wins = |&delay: &f64| (-self.kappa).exp() * self.wins(self.worlds[world], delay);
        DELAYS.iter().map(wins).collect()
    }

    /// One customer without mail, then with each candidate.
    pub(crate) fn row(
        &self,
        world: usize,
        seed: u64,
        customer: u32,
        candidates: &[usize],
    ) -> Vec<i64> {
        let key = join(seed, u64::from(customer));
        let draw = |index: u64| unit(bits(key, index));
        let organic = draw(0) < -(-self.kappa).exp_m1();
        let is_own = draw(1) < self.own;
        let shared = draw(2);
        let with = |&one: &usize| {
            let drawn = if is_own { draw(3 + one as u64) } else { shared };
            i64::from(organic || drawn < self.wins(self.worlds[world], DELAYS[one]))
        };
        [i64::from(organic)].into_iter().chain(candidates.iter().map(with)).collect()
    }
}

impl Field for Analytic {
    fn tried(&self, ask: &Ask<'_>, _: &(dyn Fn(u64, u64) + Sync)) -> Result<Tried, Stopped> {
        let mut sums = Paired::new(ask.candidates.len() + 1);
        for customer in 0..ask.customers {
            sums.add(&self.row(ask.world, ask.seed, customer, ask.candidates));
        }
        let mails = |(place, &one): (usize, &usize)| Seen {
            changed: sums.changed(place + 1, 0),
            // A longer wait leaves fewer carts to be mailed.
            mails: u64::from(ask.customers) * 1_000 - DELAYS[one].to_bits().count_ones() as u64,
            kept: vec![Part { part: DELAYS[one], of: Some(1.0), variance: 0.0 }],
            ..Seen::default()
        };
        let seen = ask.candidates.iter().enumerate().map(mails).collect();
        Ok(Tried { sums, seen, units: u64::from(ask.customers), events: u64::from(ask.customers) })
    }
}
