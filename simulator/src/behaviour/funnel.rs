//! From a visit to an order: whether it fills a cart, whether the cart is ordered at once, what is in it. A cart leads
//! to at most one order, in the session or later; q is the chance that it leads to any.
//!
//! Devices differ in both steps. Their multipliers are scaled so that over all visits the totals are the preset's:
//! Σ s m = 1, Σ s m c = c, and so q = c + (1 − c) ψ whatever the devices are.

use super::Scene;
use super::visit::SessionKey;
use crate::population::Preset;
use crate::stream::Purpose;
use foresend_core::customer::input::Line;
use foresend_core::money::Money;

/// Most lines of a cart.
pub const LINES_MAX: usize = 3;

/// The chances of the funnel by device.
#[derive(Clone, PartialEq, Debug)]
pub struct Funnel {
    /// Share of visits up to and with each device.
    up_to: [f64; 3],
    /// m: multiplier on filling a cart.
    fills: [f64; 3],
    /// c: share of carts ordered in the session.
    orders: [f64; 3],
    /// q: share of carts that lead to an order, without mail.
    per_cart: f64,
}

impl Funnel {
    /// The funnel of these numbers.
    #[must_use]
    pub fn new(preset: &Preset) -> Self {
        let (share, numbers) = (preset.device.share.value, &preset.funnel);
        let mean: f64 = (0..3).map(|d| share[d] * preset.device.cart[d]).sum();
        let fills = preset.device.cart.value.map(|m| m / mean);
        let mean: f64 = (0..3).map(|d| share[d] * fills[d] * preset.device.order[d]).sum();
        let orders = preset.device.order.value.map(|c| (c / mean * *numbers.order).min(1.0));
        let late = *numbers.late_order;
        let per_cart = (0..3).map(|d| share[d] * fills[d] * (orders[d] + (1.0 - orders[d]) * late));
        let up_to = [share[0], share[0] + share[1], 1.0];
        Self { up_to, fills, orders, per_cart: per_cart.sum() }
    }

    /// q: the share of carts that lead to an order, without mail.
    #[must_use]
    pub const fn per_cart(&self) -> f64 {
        self.per_cart
    }

    /// The device of a visit for a uniform number.
    #[must_use]
    pub fn device(&self, unit: f64) -> usize {
        usize::from(unit >= self.up_to[0]) + usize::from(unit >= self.up_to[1])
    }

    /// Multiplier on filling a cart.
    #[must_use]
    pub const fn fills(&self, device: usize) -> f64 {
        self.fills[device]
    }

    /// Share of carts ordered in the session.
    #[must_use]
    pub const fn orders(&self, device: usize) -> f64 {
        self.orders[device]
    }
}

/// Which cart. Its number leads from a mail back to the mission.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct CartKey(SessionKey);

/// One of the events that a cart sends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CartEvent {
    /// A line was added.
    Added(u8),
    /// The checkout was started.
    CheckoutStarted,
}

impl CartKey {
    /// The cart that is filled in session `key`.
    #[must_use]
    pub const fn of(key: SessionKey) -> Self {
        Self(key)
    }

    /// The key of its draws.
    #[must_use]
    pub const fn key(self) -> u64 {
        self.0.0
    }

    /// The session in which it was filled.
    #[must_use]
    pub const fn session(self) -> SessionKey {
        self.0
    }

    /// The message id of one of its events: not 0, and different for each.
    #[must_use]
    pub fn message_id(self, event: CartEvent) -> u64 {
        let which = match event {
            CartEvent::CheckoutStarted => 0,
            CartEvent::Added(line) => 1 + u64::from(line),
        };
        (self.0.0 + 1) << 3 | which
    }

    /// The cart whose event has this message id. `None`: the event was no cart's.
    #[must_use]
    pub fn from_message_id(id: u64) -> Option<Self> {
        (id >> 3).checked_sub(1).map(|key| Self(SessionKey(key)))
    }
}

/// How many lines a cart has.
#[must_use]
pub fn lines_of(scene: &Scene<'_>, cart: CartKey) -> u8 {
    let [one, two, _] = scene.model.preset.funnel.lines.value;
    match scene.person.chance.stream(Purpose::Lines, cart.key()).unit(0) {
        u if u < one => 1,
        u if u < one + two => 2,
        _ => 3,
    }
}

/// A cart's lines, which cost `value` together: what an order is worth is drawn first, and prices are made to fit it.
#[must_use]
pub fn lines(scene: &Scene<'_>, cart: CartKey, views: u16, value: Money) -> Lines {
    let count = lines_of(scene, cart);
    let each = value.minor() / i64::from(count);
    let first = value.minor() - each * (i64::from(count) - 1);
    let line = |line: u8| Line {
        price: Money::from_minor(if line == 0 { first } else { each }).amount(scene.model.digits),
        ..scene.model.catalogue.adds(scene.person, cart.session(), views, line)
    };
    Lines { count, all: std::array::from_fn(|i| line(u8::try_from(i).expect("at most three"))) }
}

/// The lines of a cart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Lines {
    count: u8,
    all: [Line; LINES_MAX],
}

impl std::ops::Deref for Lines {
    type Target = [Line];

    fn deref(&self) -> &[Line] {
        &self.all[..usize::from(self.count)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_do_not_change_how_many_carts_are_ordered() {
        let preset = Preset::named("retail").unwrap();
        let funnel = Funnel::new(&preset);
        let share = preset.device.share.value;
        let of = |f: &dyn Fn(usize) -> f64| (0..3).map(|d| share[d] * f(d)).sum::<f64>();
        assert!((of(&|d| funnel.fills(d)) - 1.0).abs() < 1e-12);
        assert!((of(&|d| funnel.fills(d) * funnel.orders(d)) - 0.30).abs() < 1e-12);
        assert!((funnel.per_cart() - (0.30 + 0.70 * 0.08)).abs() < 1e-12);
    }

    #[test]
    fn every_event_of_a_cart_leads_back_to_it() {
        let mut seen = vec![0];
        for ordinal in [0, 1, 7, 1_000_000] {
            let cart = CartKey::of(SessionKey::visit(ordinal));
            for event in [
                CartEvent::CheckoutStarted,
                CartEvent::Added(0),
                CartEvent::Added(1),
                CartEvent::Added(2),
            ] {
                let id = cart.message_id(event);
                assert!(!seen.contains(&id), "{id}");
                seen.push(id);
                assert_eq!(CartKey::from_message_id(id), Some(cart));
            }
        }
        assert_eq!(CartKey::from_message_id(0), None);
    }
}
