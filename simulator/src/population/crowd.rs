//! Means over the whole population, by integration instead of by a sample: what is the same for everyone must not
//! depend on who happened to be drawn.

use super::person::visits_and_carts;
use super::preset::Preset;

/// Carts a visit of the customers alive at the start, all their visits together: Σ λ / (q Σ v), over
/// λ ~ Gamma(r, rate α), p ~ Beta(a, b) and ages uniform from 0, alive with probability e^(−λ p age). `per_cart` is q.
///
/// By the trapezoid rule in ln λ and logit p, in which both densities fall off exponentially on either side: steps of a
/// fifth are exact to more digits than any preset has. Held by `the_mean_over_the_living_is_that_of_a_large_sample`.
#[must_use]
pub fn carts_a_visit(numbers: &Preset, per_cart: f64) -> f64 {
    let purchase = &numbers.purchase;
    let (r, alpha, age) = (*purchase.r, *purchase.alpha, *purchase.age);
    let dropouts = nodes(*purchase.a, *purchase.b, |z| {
        let (ln_p, ln_rest) = (-(-z).exp().ln_1p(), -z.exp().ln_1p());
        (*purchase.a * ln_p + *purchase.b * ln_rest, ln_p.exp())
    });
    let rates = nodes(r, 10.0, |y| (r * y - y.exp(), y.exp() / alpha));
    let (mut orders, mut visits) = (0.0, 0.0);
    for (weight, rate) in rates {
        let alive: f64 = dropouts
            .iter()
            .map(|(weight, p)| {
                let mass = rate * p * age;
                weight * if mass < 1e-9 { 1.0 } else { -(-mass).exp_m1() / mass }
            })
            .sum();
        orders += weight * alive * rate;
        visits += weight * alive * visits_and_carts(numbers, per_cart, rate).0;
    }
    // Visits are counted an hour, orders a week.
    orders / (visits * super::person::WEEK_H * per_cart)
}

/// Weights, which sum to 1, and values at even steps. `at` gives ln of the weight and the value; the weight falls off
/// at least as e^(`below` x) to the left and e^(−`above` x) to the right.
fn nodes(below: f64, above: f64, at: impl Fn(f64) -> (f64, f64)) -> Vec<(f64, f64)> {
    let (from, until) = (-(36.0 / below).min(690.0), (36.0 / above).min(690.0));
    let steps = ((until - from) / 0.2).clamp(64.0, 4096.0).round();
    let mut nodes = Vec::new();
    let mut step = 0.0;
    while step <= steps {
        let (ln_weight, value) = at(from + (until - from) * step / steps);
        nodes.push((ln_weight, value));
        step += 1.0;
    }
    let most = nodes.iter().map(|node| node.0).fold(f64::NEG_INFINITY, f64::max);
    let total: f64 = nodes.iter().map(|node| (node.0 - most).exp()).sum();
    nodes.into_iter().map(|(ln, value)| ((ln - most).exp() / total, value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::population::{People, Person};
    use crate::stream::Chance;
    use foresend_core::chance::Seed;

    #[test]
    fn the_mean_over_the_living_is_that_of_a_large_sample() {
        let retail = Preset::named("retail").unwrap();
        for preset in [
            retail.clone(),
            retail.with("purchase.age", &[0.0]).unwrap(),
            retail.with("visits.exponent", &[0.0]).unwrap(),
        ] {
            let people = People::new(&preset, 0.356);
            let (mut carts, mut visits, mut past) = (0.0, 0.0, Vec::new());
            for i in 0..400_000 {
                let person = Person::draw(&preset, &people, Chance::of(Seed(4), i), &mut past);
                if person.dormant_since.is_none() {
                    carts += person.visits * person.carts;
                    visits += person.visits;
                }
            }
            let (sampled, exact) = (carts / visits, carts_a_visit(&preset, 0.356));
            // The order rate varies by twice its mean: half a percent of error in the sample.
            assert!((sampled / exact - 1.0).abs() < 0.015, "{sampled} {exact}");
        }
    }
}
