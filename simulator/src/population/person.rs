//! One customer, drawn once: how often they order, how soon they lose interest, what they spend, what they like,
//! and what happened before the start. Each number has a purpose of its own, so that adding one shifts no other.
//!
//! Invariant: depends on the seed, the customer and the preset only; never on an arm, a program or mail.

use super::homes::HomeIx;
use super::preset::Preset;
use super::purchase::bg_nbd::{BgNbd, PastOrder, Spread};
use super::quantiles::Quantiles;
use crate::stream::{Chance, Purpose};
use foresend_core::calendar::Day;
use foresend_core::money::Money;
use rand_distr::{Beta, Distribution};

/// Hours in a week.
pub const WEEK_H: f64 = 168.0;

/// What customers are drawn from: a preset's distributions as tables.
#[derive(Clone, PartialEq, Debug)]
pub struct People {
    process: Spread,
    /// Of ν.
    spend: Quantiles,
    /// Of an order's value where ν is 1.
    value: Quantiles,
    readiness: Beta<f64>,
    /// q: share of carts that lead to an order.
    per_cart: f64,
}

impl People {
    /// The people of these numbers, of whose carts the share `per_cart` leads to an order.
    #[must_use]
    pub fn new(numbers: &Preset, per_cart: f64) -> Self {
        let (mean, total) = (*numbers.mail.propensity, *numbers.mail.propensity_total);
        Self {
            process: Spread::new(&numbers.purchase),
            spend: Quantiles::gamma(*numbers.spend.q).map(|x| x / *numbers.spend.v),
            value: Quantiles::gamma(*numbers.spend.p),
            readiness: Beta::new(mean * total, (1.0 - mean) * total)
                .expect("the mean is inside (0, 1)"),
            per_cart,
        }
    }

    /// The logit of a readiness to open mail.
    fn readiness(&self, chance: Chance) -> f64 {
        let drawn = self.readiness.sample(&mut chance.stream(Purpose::Propensity, 0));
        // Beta of a small first parameter can come out as 0 or 1 in f64.
        let drawn = drawn.clamp(1e-300, 1.0 - 1e-16);
        (drawn / (1.0 - drawn)).ln()
    }
}

/// One customer.
#[derive(Clone, PartialEq, Debug)]
pub struct Person {
    /// Where their luck comes from.
    pub chance: Chance,
    /// Orders.
    pub process: BgNbd,
    /// Hours since the first order, at the start.
    pub age: f64,
    /// When they went dormant, in hours before the start. `None`: they have not.
    pub dormant_since: Option<f64>,
    /// Visits an hour while alive, above 0.
    pub visits: f64,
    /// Share of their visits that fill a cart, before the device is known.
    pub carts: f64,
    /// ν: rate of the order value; above 0.
    pub spend: f64,
    /// η: readiness to open mail, a logit.
    pub readiness: f64,
    /// Where they live.
    pub home: HomeIx,
    /// Whether they agreed that opening a mail is recorded.
    pub is_tracked: bool,
    /// How many hours their day begins late.
    pub shift: f64,
    /// Their two favourite categories, as uniform numbers: the catalogue knows which these are. They may be one.
    pub interests: [f64; 2],
}

impl Person {
    /// The customer whose luck is `chance`. Their past orders are left in `past`, first first.
    #[must_use]
    pub fn draw(
        numbers: &Preset,
        people: &People,
        chance: Chance,
        past: &mut Vec<PastOrder>,
    ) -> Self {
        let process = BgNbd::draw(&people.process, chance);
        let weeks = *numbers.purchase.age * chance.stream(Purpose::Age, 0).unit(0);
        past.clear();
        let alive = process.live(chance, weeks, |order| past.push(order));
        let last = past.last().map_or(0.0, |order| order.age);
        let (visits, carts) = visits_and_carts(numbers, people.per_cart, process.rate);
        let interests = chance.stream(Purpose::Interests, 0);
        let spend = people.spend.at(chance.stream(Purpose::Spend, 0).unit(0));
        Self {
            chance,
            process,
            age: weeks * WEEK_H,
            dormant_since: (!alive).then_some((weeks - last) * WEEK_H),
            visits,
            carts,
            spend: spend.max(f64::MIN_POSITIVE),
            readiness: people.readiness(chance),
            home: HomeIx::draw(&numbers.zones, chance),
            is_tracked: chance.stream(Purpose::Contact, 0).unit(2) < *numbers.contact.open_tracking,
            shift: shift(*numbers.rhythm.chronotype, chance.stream(Purpose::Chronotype, 0).unit(0)),
            interests: [interests.unit(0), interests.unit(1)],
        }
    }

    /// What an order is worth, in a currency with `digits` minor digits: Gamma(p, rate ν), at least one minor unit.
    /// `purpose` and `key` say which order.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "bounded in the same line")]
    pub fn order_value(&self, people: &People, purpose: Purpose, key: u64, digits: u8) -> Money {
        let drawn = people.value.at(self.chance.stream(purpose, key).unit(0)) / self.spend;
        let minor = drawn * 10f64.powi(i32::from(digits));
        Money::from_minor(minor.round().clamp(1.0, VALUE_MAX) as i64)
    }

    /// Their first name.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below a length")]
    pub fn first_name<'n>(&self, numbers: &'n Preset) -> &'n str {
        let names = &numbers.profile.first_names.value;
        let all = u32::try_from(names.len()).unwrap_or(u32::MAX);
        let drawn = self.chance.stream(Purpose::Named, 0).unit(0);
        &names[(drawn * f64::from(all)) as usize]
    }

    /// Their birthday, if it is known.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "days of two centuries")]
    pub fn birthday(&self, numbers: &Preset) -> Option<Day> {
        let draws = self.chance.stream(Purpose::Named, 0);
        if draws.unit(1) >= *numbers.profile.birthday {
            return None;
        }
        let [from, until] = numbers.profile.born.value.map(|year| (year - 1970.0) * 365.2425);
        Day::numbered((from + (until - from).max(0.0) * draws.unit(2)).floor() as i64)
    }

    /// Whether we hold their address, and whether they agreed to marketing. An agreement needs an address.
    #[must_use]
    pub fn contact(&self, numbers: &Preset) -> (bool, bool) {
        let draws = self.chance.stream(Purpose::Contact, 0);
        let address = draws.unit(0) < *numbers.contact.address;
        (address, address && draws.unit(1) < *numbers.contact.consent)
    }
}

/// Largest order, in minor units: outcomes of one customer stay summable in squares.
const VALUE_MAX: f64 = 1e7;

/// Visits an hour and the share of them that fill a cart: v = max(v̄ (λ/λ̄)^e, λ/(q a_max)), a = λ/(v q).
///
/// So each visit opens a cart independently with the chance that makes organic orders a displaced Poisson
/// process of rate λ: visits carry the order rate, they do not add to it.
pub(super) fn visits_and_carts(numbers: &Preset, per_cart: f64, rate: f64) -> (f64, f64) {
    let mean = *numbers.purchase.r / *numbers.purchase.alpha;
    let usual = *numbers.visits.per_week * (rate / mean).powf(*numbers.visits.exponent);
    let least = rate / (per_cart * *numbers.visits.cart_share);
    let visits = usual.max(least).max(f64::MIN_POSITIVE);
    (visits / WEEK_H, rate / (visits * per_cart))
}

/// A whole number of hours in `[−most, most]`, all alike.
fn shift(most: f64, unit: f64) -> f64 {
    let most = most.floor();
    (unit * (2.0 * most + 1.0)).floor() - most
}

#[cfg(test)]
mod tests {
    use super::*;
    use foresend_core::chance::Seed;

    fn people(n: u32) -> impl Iterator<Item = Person> {
        let preset = Preset::named("retail").unwrap();
        let people = People::new(&preset, 0.356);
        let mut past = Vec::new();
        (0..n).map(move |i| {
            Person::draw(&preset, &people, Chance::of(Seed(3), u64::from(i)), &mut past)
        })
    }

    #[test]
    fn the_shares_of_the_preset_come_out() {
        let n = 50_000;
        let preset = Preset::named("retail").unwrap();
        let of = People::new(&preset, 0.356);
        let (mut alive, mut address, mut agreed, mut readiness, mut value) = (0, 0, 0, 0.0, 0.0);
        for person in people(n) {
            alive += u32::from(person.dormant_since.is_none());
            let (has, consents) = person.contact(&preset);
            address += u32::from(has);
            agreed += u32::from(consents);
            readiness += 1.0 / (1.0 + (-person.readiness).exp());
            value += person.order_value(&of, Purpose::Value, 1, 2).minor() as f64 / 100.0;
        }
        let share = |count: u32| f64::from(count) / f64::from(n);
        // S6 of the model's acceptance list: .784 of the customers are alive at the start.
        assert!((share(alive) - 0.784).abs() < 0.784 * 0.03, "{}", share(alive));
        assert!((share(address) - 0.95).abs() < 0.005, "{}", share(address));
        assert!((share(agreed) - 0.76).abs() < 0.01, "{}", share(agreed));
        assert!((readiness / f64::from(n) - 0.30).abs() < 0.005);
        assert!((value / f64::from(n) - 79.8).abs() < 2.0, "{}", value / f64::from(n));
    }

    #[test]
    fn visits_carry_the_order_rate() {
        for person in people(2_000) {
            let orders = person.visits * WEEK_H * person.carts * 0.356;
            assert!((orders - person.process.rate).abs() < 1e-9 * person.process.rate);
            assert!(person.carts <= 0.5 + 1e-9);
        }
    }

    #[test]
    fn days_are_shifted_by_whole_hours_either_way() {
        for shift in [-2.0, -1.0, 0.0, 1.0, 2.0] {
            let seen = people(5_000).filter(|person| (person.shift - shift).abs() < 1e-9).count();
            assert!((900..1100).contains(&seen), "{shift}: {seen}");
        }
    }
}
