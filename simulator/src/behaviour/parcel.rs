//! What becomes of an order: cancelled within hours, or delivered after days and perhaps refunded, or never heard of.
//! Assumed, and scenery: no order depends on it.

use super::Scene;
use super::key::SessionKey;
use crate::stream::Purpose;

/// One step of an order's way.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ParcelStep {
    /// Cancelled before it was sent.
    Cancelled,
    /// Delivered.
    Delivered,
    /// Sent back and refunded, all of it.
    Refunded,
}

/// What becomes of `order`, each with the hours after it.
pub fn steps(scene: &Scene<'_>, order: SessionKey) -> impl Iterator<Item = (f64, ParcelStep)> {
    let numbers = &scene.model.preset.parcel;
    let draws = scene.person.chance.stream(Purpose::Parcel, order.key());
    let drawn = draws.unit(0);
    let cancelled = (drawn < *numbers.cancelled)
        .then(|| (*numbers.cancelled_within * draws.unit(1), ParcelStep::Cancelled));
    let goes = cancelled.is_none() && drawn < *numbers.cancelled + *numbers.delivered;
    let delivered = goes.then(|| {
        let days = scene.model.delivery.at(draws.unit(1));
        (24.0 * days, ParcelStep::Delivered)
    });
    let refunded = delivered
        .filter(|_| draws.unit(2) < *numbers.refunded)
        .map(|(hours, _)| (hours + 24.0 * *numbers.refunded_after, ParcelStep::Refunded));
    [cancelled, delivered, refunded].into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::behaviour::{Heard, Model};
    use crate::population::{Clock, Person, Preset};
    use crate::stream::Chance;
    use foresend_core::chance::Seed;
    use foresend_core::time::{Timestamp, Wait, Zone};

    #[test]
    fn orders_are_delivered_cancelled_and_refunded_as_often_as_the_preset_says() {
        let model = Model::new(Preset::named("retail").unwrap(), 2);
        let zone = Zone::named("UTC").unwrap();
        let clock =
            Clock::new(&zone, Timestamp::from_millis(0), (Wait::ZERO, Wait::days(60)), &[1.0; 12]);
        let chance = Chance::of(Seed(2), 1);
        let person = Person::draw(&model.preset, &model.people, chance, &mut Vec::new());
        let scene = Scene {
            model: &model,
            clock: &clock,
            person: &person,
            end: 1e9,
            heard: Heard::ALL,
            inbox: 1.0,
        };
        let n = 50_000;
        let (mut counts, mut delivered) = ([0.0; 3], Vec::new());
        for order in (0..n).map(SessionKey::visit) {
            let mut before = 0.0;
            for (hours, step) in steps(&scene, order) {
                assert!(hours >= before, "{step:?} after {hours} h");
                before = hours;
                match step {
                    ParcelStep::Cancelled => counts[0] += 1.0,
                    ParcelStep::Delivered => {
                        counts[1] += 1.0;
                        delivered.push(hours / 24.0);
                    }
                    ParcelStep::Refunded => counts[2] += 1.0,
                }
            }
        }
        delivered.sort_by(f64::total_cmp);
        let n = n as f64;
        assert!((counts[0] / n - 0.02).abs() < 0.002, "{counts:?}");
        assert!((counts[1] / n - 0.97).abs() < 0.003, "{counts:?}");
        assert!((counts[2] / counts[1] - 0.08).abs() < 0.004, "{counts:?}");
        assert!((delivered[delivered.len() / 2] - 3.0).abs() < 0.05);
    }
}
