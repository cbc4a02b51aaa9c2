//! What is out of stock, and until when: each item is there and away in turn, for exponential times. Assumed, and
//! scenery: no order depends on it.
//!
//! Invariant: the same for every customer and seed, like the catalogue.

use crate::population::preset::section::Stock as Numbers;
use foresend_core::chance::{bits, unit};
use foresend_core::id::ProductId;

/// How often items are away.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Stock {
    out: f64,
    /// Mean hours away, and there.
    away: f64,
    there: f64,
}

impl Stock {
    /// Of these numbers.
    #[must_use]
    pub fn new(numbers: &Numbers) -> Self {
        let (out, away) = (*numbers.out, 24.0 * *numbers.back_after);
        Self { out, away, there: away * (1.0 - out) / out.max(1e-9) }
    }

    /// Until when the item is away that is away at `t` ≥ 0. `None`: it is there.
    #[must_use]
    pub fn away_until(&self, product: ProductId, t: f64) -> Option<f64> {
        if self.out <= 0.0 {
            return None;
        }
        let draw = |index: u64| unit(bits(!product.0, index));
        // At 0 the stretch it is in is as long from there on as any: it has no memory.
        let (mut is_away, mut until, mut index) = (draw(0) < self.out, 0.0, 1);
        loop {
            until += -draw(index).ln() * if is_away { self.away } else { self.there };
            if until > t {
                return is_away.then_some(until);
            }
            (is_away, index) = (!is_away, index + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::population::Preset;

    #[test]
    fn the_share_of_the_preset_is_away_at_any_time_and_comes_back() {
        let stock = Stock::new(&Preset::named("retail").unwrap().stock);
        let n = 40_000u32;
        for t in [0.0, 24.0 * 30.0, 24.0 * 300.0] {
            let waits: Vec<f64> = (0..n)
                .filter_map(|i| stock.away_until(ProductId::of(&format!("p-{i}")), t))
                .map(|until| until - t)
                .collect();
            let away = waits.len() as f64;
            assert!((away / f64::from(n) - 0.03).abs() < 0.003, "{t}: {away}");
            let mean = waits.iter().sum::<f64>() / away;
            assert!((mean - 12.0 * 24.0).abs() < 30.0, "{t}: {mean}");
        }
        let back = stock.away_until(ProductId::of("p-1"), 0.0).unwrap_or(0.0);
        assert_eq!(stock.away_until(ProductId::of("p-1"), back), None);
    }
}
