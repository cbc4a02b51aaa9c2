//! From a visit to an order: whether it fills a cart, whether the cart is ordered at once, what is in it. A cart leads
//! to at most one order, in the session or later; q is the chance that it leads to any.
//!
//! Devices differ in both steps. Their multipliers are scaled so that over all visits the totals are the preset's:
//! Σ s m = 1, Σ s m c = c, and so q = c + (1 − c) ψ whatever the devices are.

use super::Scene;
use super::catalogue::ItemIx;
use super::key::CartKey;
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

/// How many lines a cart has: no more than there are different things of its category.
#[must_use]
pub fn lines_of(scene: &Scene<'_>, cart: CartKey) -> u8 {
    let [one, two, _] = scene.model.preset.funnel.lines.value;
    let most = match scene.person.chance.stream(Purpose::Lines, cart.key()).unit(0) {
        u if u < one => return 1,
        u if u < one + two => 2,
        _ => 3,
    };
    let room = scene.model.catalogue.room(scene.person, cart.session());
    u8::try_from(room).unwrap_or(most).min(most)
}

/// Whether the last of a cart's lines is taken out again, if the cart is still there: never the only one.
#[must_use]
pub fn removes(scene: &Scene<'_>, cart: CartKey) -> bool {
    let numbers = &scene.model.preset.funnel;
    let [one, _, _] = numbers.lines.value;
    let share = *numbers.removes / (1.0 - one).max(1e-9);
    let draws = scene.person.chance.stream(Purpose::Lines, cart.key());
    lines_of(scene, cart) > 1 && draws.unit(1) < share
}

/// A cart's first `count` lines, which cost `value` together: what an order is worth is drawn first, items are chosen
/// to fit it, and what is left between their usual prices and it is made even.
#[must_use]
pub fn lines(scene: &Scene<'_>, cart: CartKey, value: Money, count: u8) -> Lines {
    let items = items(scene, cart, value);
    let line = |(item, line)| Line {
        price: price(value, count, line).amount(scene.model.digits),
        ..scene.model.catalogue.line(item)
    };
    Lines { count, all: [(items[0], 0), (items[1], 1), (items[2], 2)].map(line) }
}

/// What line number `line` of `count` lines costs that cost `value` together.
#[must_use]
pub fn price(value: Money, count: u8, line: u8) -> Money {
    let each = value.minor() / i64::from(count);
    let others = i64::from(count) - 1;
    Money::from_minor(if line == 0 { value.minor() - each * others } else { each })
}

/// What a cart of that value holds, line by line; it holds the same when a line is taken out.
#[must_use]
pub fn items(scene: &Scene<'_>, cart: CartKey, value: Money) -> [ItemIx; LINES_MAX] {
    let each = value.minor() / i64::from(lines_of(scene, cart));
    let each = Money::from_minor(each).amount(scene.model.digits);
    scene.model.catalogue.holds(scene.person, cart, each)
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
}
