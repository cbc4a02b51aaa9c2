//! What a mail that advertises does to who opens it: they follow its link, or come later by themselves, and look around.
//! Such a session fills a cart with probability a_p, the same for everyone: mail *adds* visits and orders, it does not
//! multiply somebody's own. Hillstrom's randomised trial of 2008 rejects the multiplicative form and not this one.
//!
//! a_p = strength × Σ λ / (q Σ v) over the customers alive at the start: so many carts as that share of their visits.
//! Relevance scales it by the customer's interest in the category that the mail features, over the mean interest,
//! within bounds; scaled once more so that over customers its mean is 1, whatever is featured.

use super::catalogue::Catalogue;
use super::key::SessionKey;
use crate::population::{Person, Preset, crowd};
use foresend_core::chance::unit;

/// Carts of the sessions that mail brings.
#[derive(Clone, PartialEq, Debug)]
pub struct Promotion {
    /// a_p.
    carts: f64,
    /// Least and greatest relevance.
    bounds: [f64; 2],
    /// What makes its mean 1, by category.
    scales: Box<[f64]>,
}

/// What a mail features.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Featured {
    /// What was looked at in this session.
    Session(SessionKey),
    /// Something that does not depend on its reader, by a hash of what the mail is.
    Drawn(u64),
}

impl Promotion {
    /// Solves a_p and the scales for these numbers; the share `per_cart` of carts leads to an order.
    #[must_use]
    pub fn new(preset: &Preset, per_cart: f64, catalogue: &Catalogue) -> Self {
        let numbers = &preset.promotion;
        let [low, high] = numbers.relevance.value;
        let bounds = [low, high.max(low)];
        let categories = 0..catalogue.categories();
        let scales = categories.map(|category| scale(catalogue, category, bounds)).collect();
        let carts = *numbers.strength * crowd::carts_a_visit(preset, per_cart);
        Self { carts, bounds, scales }
    }

    /// a_p for a mean reader.
    #[must_use]
    pub const fn carts(&self) -> f64 {
        self.carts
    }

    /// The chance that a session that a mail featuring this brings `person` fills a cart, before the device is known.
    #[must_use]
    pub fn fills(&self, catalogue: &Catalogue, person: &Person, featured: Featured) -> f64 {
        let category = match featured {
            Featured::Session(session) => catalogue.category_of(person, session),
            Featured::Drawn(hash) => catalogue.popular(unit(hash)),
        };
        let over_mean = catalogue.interest(person, category) / catalogue.popularity(category);
        self.carts * self.bounded(over_mean, self.scales[category])
    }

    fn bounded(&self, over_mean: f64, scale: f64) -> f64 {
        (over_mean * scale).clamp(self.bounds[0], self.bounds[1])
    }
}

/// By which factor interest over its mean is scaled before it is bounded, so that its mean over customers is 1.
/// Bisection in the factor's logarithm; where the bounds leave no room, the nearest they allow.
fn scale(catalogue: &Catalogue, category: usize, [low, high]: [f64; 2]) -> f64 {
    let share = catalogue.popularity(category);
    let mean = |scale: f64| {
        [(false, false), (false, true), (true, false), (true, true)]
            .map(|(first, second)| {
                let chance = |is: bool| if is { share } else { 1.0 - share };
                let interest = catalogue.interest_if(category, first, second) / share;
                chance(first) * chance(second) * (interest * scale).clamp(low, high)
            })
            .iter()
            .sum::<f64>()
    };
    let (mut below, mut above) = (-20.0f64, 20.0f64);
    for _ in 0..60 {
        let middle = 0.5 * (below + above);
        if mean(middle.exp()) < 1.0 { below = middle } else { above = middle }
    }
    (0.5 * (below + above)).exp()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::behaviour::Model;
    use crate::population::Person;
    use crate::stream::Chance;
    use foresend_core::chance::{Seed, mix};

    fn people(model: &Model, n: u64) -> Vec<Person> {
        let mut past = Vec::new();
        let chance = |i| Chance::of(Seed(6), i);
        (0..n).map(|i| Person::draw(&model.preset, &model.people, chance(i), &mut past)).collect()
    }

    #[test]
    fn relevance_is_one_in_the_mean_whatever_is_featured() {
        let model = Model::new(Preset::named("retail").unwrap(), 2);
        let people = people(&model, 50_000);
        let Model { promotion, catalogue, .. } = &model;
        for hash in (0..40).map(mix) {
            let featured = Featured::Drawn(hash);
            let (mut sum, mut squares, mut least, mut most) = (0.0, 0.0, f64::MAX, 0.0f64);
            for person in &people {
                let r = promotion.fills(catalogue, person, featured) / promotion.carts;
                (sum, squares) = (sum + r, squares + r * r);
                (least, most) = (least.min(r), most.max(r));
            }
            let n = people.len() as f64;
            let error = ((squares / n - (sum / n).powi(2)) / n).sqrt();
            assert!((sum / n - 1.0).abs() < 4.0 * error + 1e-9, "{hash}: {}", sum / n);
            assert!(least >= 0.5 - 1e-12 && most <= 2.0 + 1e-12, "{least} {most}");
        }
    }

    #[test]
    fn without_relevance_it_is_the_same_for_everyone() {
        let preset = Preset::named("retail").unwrap();
        let preset = preset.with("promotion.relevance", &[1.0, 1.0]).unwrap();
        let model = Model::new(preset, 2);
        let Model { promotion, catalogue, .. } = &model;
        for (person, hash) in people(&model, 100).iter().zip((0..).map(mix)) {
            let fills = promotion.fills(catalogue, person, Featured::Drawn(hash));
            assert!((fills - promotion.carts).abs() < 1e-12);
        }
        // Of a mean visit .12 fill a cart, and of the visits of the living.
        assert!((promotion.carts / 1.4 - 0.12).abs() < 0.05, "{}", promotion.carts);
    }
}
