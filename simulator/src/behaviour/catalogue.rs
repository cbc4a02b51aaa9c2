//! What there is to buy. Categories and the items in them are popular by Zipf's law, rank k with weight 1/(k + 1); a
//! session looks around in one category, mostly a favourite of the customer.
//!
//! Scenery: it gives events their products and prices, and no order depends on it.
//! Invariant: the catalogue is the same for every customer and seed.

use super::visit::SessionKey;
use crate::population::{Person, Preset};
use crate::stream::{Purpose, Stream};
use foresend_core::chance::{bits, join, unit};
use foresend_core::customer::input::Line;
use foresend_core::id::ProductId;
use foresend_core::money::{Amount, Money};

/// The shelves of a shop.
#[derive(Clone, PartialEq, Debug)]
pub struct Catalogue {
    /// By category, then by item, most popular first.
    items: Vec<Item>,
    per_category: usize,
    item_ranks: Ranks,
    category_ranks: Ranks,
    /// Share of sessions in one's first, and in one's first or second category.
    favourites: [f64; 2],
    same_item: f64,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Item {
    product: ProductId,
    price: Amount,
}

impl Catalogue {
    /// The shelves that these numbers describe, in a currency with `digits` minor digits.
    #[must_use]
    pub fn new(preset: &Preset, digits: u8) -> Self {
        let numbers = &preset.catalogue;
        let (categories, per_category) = (whole(*numbers.categories), whole(*numbers.items));
        let mean = mean_line(preset);
        let item = |place: usize| {
            let (category, rank) = (place / per_category, place % per_category);
            let product = ProductId(join(category as u64, rank as u64));
            let apart = *numbers.price_spread * (2.0 * unit(bits(product.0, 0)) - 1.0);
            Item { product, price: amount(mean * (1.0 + apart), digits) }
        };
        let [first, second] = numbers.interests.value;
        Self {
            items: (0..categories * per_category).map(item).collect(),
            per_category,
            item_ranks: Ranks::zipf(per_category),
            category_ranks: Ranks::zipf(categories),
            favourites: [first, first + second],
            same_item: *numbers.same_item,
        }
    }

    /// What view number `view` of a session looks at: an item of the session's category, or the last one again.
    #[must_use]
    pub fn looks_at(&self, person: &Person, session: SessionKey, view: u16) -> Line {
        let draws = draws(person, session);
        self.line(self.category(person, &draws), self.rank(&draws, view))
    }

    /// What is put into the cart after `views` views: the last item viewed, then others of the category.
    #[must_use]
    pub fn adds(&self, person: &Person, session: SessionKey, views: u16, line: u8) -> Line {
        let draws = draws(person, session);
        let rank = self.rank(&draws, views.saturating_sub(1)) + usize::from(line);
        self.line(self.category(person, &draws), rank % self.per_category)
    }

    fn rank(&self, draws: &Stream, view: u16) -> usize {
        let mut view = u64::from(view);
        while view > 0 && draws.unit(2 + 2 * view) < self.same_item {
            view -= 1;
        }
        self.item_ranks.at(draws.unit(3 + 2 * view))
    }

    /// The session's category: one of the two favourites, else any by popularity.
    fn category(&self, person: &Person, draws: &Stream) -> usize {
        self.category_ranks.at(match draws.unit(0) {
            u if u < self.favourites[0] => person.interests[0],
            u if u < self.favourites[1] => person.interests[1],
            _ => draws.unit(1),
        })
    }

    fn line(&self, category: usize, rank: usize) -> Line {
        let Item { product, price } = self.items[category * self.per_category + rank];
        Line { product, quantity: 1, price }
    }
}

/// What a line of a cart costs in the mean, in the currency.
fn mean_line(preset: &Preset) -> f64 {
    let order = *preset.spend.p * *preset.spend.v / (*preset.spend.q - 1.0);
    let [one, two, three] = preset.funnel.lines.value;
    order / (one + 2.0 * two + 3.0 * three)
}

#[expect(clippy::cast_possible_truncation, reason = "a price of some thousands")]
fn amount(price: f64, digits: u8) -> Amount {
    let minor = (price * 10f64.powi(i32::from(digits))).round();
    Money::from_minor(minor as i64).amount(digits)
}

fn draws(person: &Person, session: SessionKey) -> Stream {
    person.chance.stream(Purpose::View, session.0)
}

/// Ranks by popularity: a table of quantiles.
#[derive(Clone, PartialEq, Debug)]
struct Ranks(Box<[u16]>);

const QUANTILES: usize = 2048;

impl Ranks {
    fn zipf(n: usize) -> Self {
        let total: f64 = (1..=n).map(|k| 1.0 / small(k)).sum();
        let (mut rank, mut sum) = (0u16, 1.0);
        let quantile = |i: usize| {
            while sum < (small(i) + 0.5) / small(QUANTILES) * total && usize::from(rank) + 1 < n {
                rank += 1;
                sum += 1.0 / (f64::from(rank) + 1.0);
            }
            rank
        };
        Self((0..QUANTILES).map(quantile).collect())
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below QUANTILES")]
    fn at(&self, unit: f64) -> usize {
        usize::from(self.0[(unit * small(QUANTILES)) as usize])
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small count")]
const fn whole(n: f64) -> usize {
    n as usize
}

#[expect(clippy::cast_precision_loss, reason = "at most a few thousand")]
const fn small(n: usize) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn popularity_follows_zipf() {
        let ranks = Ranks::zipf(50);
        let share =
            |rank: u16| ranks.0.iter().filter(|&&r| r == rank).count() as f64 / QUANTILES as f64;
        let total: f64 = (1..=50).map(|k| 1.0 / f64::from(k)).sum();
        for rank in [0, 1, 9, 49] {
            assert!((share(rank) - 1.0 / f64::from(rank + 1) / total).abs() < 1e-3, "{rank}");
        }
    }

    #[test]
    fn the_lines_of_a_cart_are_different_products() {
        let preset = Preset::named("retail").unwrap();
        let catalogue = Catalogue::new(&preset, 2);
        for i in 0..1000 {
            let chance = crate::stream::Chance::of(foresend_core::chance::Seed(1), i);
            let person = Person::draw(&preset, 0.356, chance, &mut Vec::new());
            let line = |n| catalogue.adds(&person, SessionKey(3), 4, n).product;
            assert_eq!(line(0), catalogue.looks_at(&person, SessionKey(3), 3).product);
            assert!(line(0) != line(1) && line(1) != line(2) && line(0) != line(2));
        }
    }
}
