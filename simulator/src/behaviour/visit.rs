//! Visits and the sessions they begin. Visits are a Poisson process with the customer's rate on the customer's week;
//! a session is a few views, sometimes followed by a short one hours later (the cascade of Malmgren et al. 2008).
//!
//! Invariant: a visit is known by its ordinal, and everything about its session follows from that number; so every
//! arm meets the same visits, and mail never shifts them.

use super::key::SessionKey;
use super::offer::{pulled, trained};
use super::shopper::Letter;
use super::{Model, Scene};
use crate::population::Quantiles;
use crate::population::preset::section::Visits;
use crate::stream::{Purpose, Stream};

/// How long sessions are and how fast people click.
#[derive(Clone, PartialEq, Debug)]
pub struct Sessions {
    /// Of the gap between two views, in hours.
    gaps: Quantiles,
    /// 1/ln(1 − 1/mean): turns an exponential number into a geometric one.
    per_view: f64,
}

impl Sessions {
    /// The tables for these numbers.
    #[must_use]
    pub fn new(numbers: &Visits) -> Self {
        let gap = |z: f64| {
            let seconds = (*numbers.gap_mu + *numbers.gap_sigma * z).exp();
            seconds.min(*numbers.gap_most * 60.0) / 3600.0
        };
        Self {
            gaps: Quantiles::normal().map(gap),
            per_view: -1.0 / (-1.0 / numbers.views.value).ln_1p(),
        }
    }

    /// The time between two views for a uniform number, in hours.
    #[must_use]
    pub fn gap(&self, unit: f64) -> f64 {
        self.gaps.at(unit)
    }

    /// Views of a session for an exponential number: 1 + geometric.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounded")]
    pub fn views(&self, exponential: f64) -> u16 {
        1 + (exponential * self.per_view).min(500.0) as u16
    }
}

/// A session: what is settled about it when it begins.
#[derive(Clone, Copy, PartialEq, PartialOrd, Debug)]
pub struct Session {
    /// Which.
    pub key: SessionKey,
    /// How many views.
    pub views: u16,
    /// Whether a cart is filled after the last view; then, what becomes of it in the session.
    pub cart: Option<Ends>,
    /// Hours from the last view to a further, short session.
    pub again: Option<f64>,
}

/// What becomes of a cart in its session.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Ends {
    /// It is ordered.
    Ordered,
    /// It is left behind.
    Left,
    /// It is left behind by somebody who would have ordered, had they not learned to wait for an offer.
    Waits,
}

impl Session {
    /// The session of visit number `ordinal`, of someone who has redeemed so many offers.
    #[must_use]
    pub fn of_visit(scene: &Scene<'_>, ordinal: i64, redeemed: u16) -> Self {
        let key = SessionKey::visit(ordinal);
        let draws = draws(scene, key);
        let funnel = &scene.model.funnel;
        let device = funnel.device(draws.unit(0));
        let fills = draws.unit(3) < scene.person.carts * funnel.fills(device);
        let ends = || {
            let orders = funnel.orders(device);
            match draws.unit(4) {
                u if u >= orders => Ends::Left,
                u if u < trained(orders, *scene.model.preset.offer.training, redeemed) => {
                    Ends::Ordered
                }
                _ => Ends::Waits,
            }
        };
        let views = scene.model.sessions.views(draws.exp(1));
        Self { key, views, cart: fills.then(ends), again: again_after(scene, &draws) }
    }

    /// The session that `letter` brought at `t`, of someone who has redeemed so many offers.
    #[must_use]
    pub fn of_promotion(scene: &Scene<'_>, letter: &Letter, t: f64, redeemed: u16) -> Self {
        let key = SessionKey::of_mail(letter.key);
        let draws = draws(scene, key);
        let Model { funnel, promotion, catalogue, preset, .. } = scene.model;
        let device = funnel.device(draws.unit(0));
        let carts = promotion.fills(catalogue, scene.person, letter.featured);
        let fills = draws.unit(3) < carts * funnel.fills(device);
        let ends = || {
            let mut orders = trained(funnel.orders(device), *preset.offer.training, redeemed);
            if let Some(deal) = letter.deal_at(t) {
                let (people, digits) = (&scene.model.people, scene.model.digits);
                let value = scene.person.order_value(people, Purpose::Value, key.key(), digits);
                orders = pulled(orders, deal.off.pull(*preset.offer.strength, value));
            }
            if draws.unit(4) < orders { Ends::Ordered } else { Ends::Left }
        };
        let views = scene.model.sessions.views(draws.exp(1));
        Self { key, views, cart: fills.then(ends), again: again_after(scene, &draws) }
    }

    /// The short session that may follow the one called `key`.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounded")]
    pub fn again(scene: &Scene<'_>, key: SessionKey) -> Self {
        let views = *scene.model.preset.visits.again_views;
        Self::browsing(key.again(), views.clamp(1.0, 500.0) as u16)
    }

    /// The session in which the link of the mail `mail` was followed.
    #[must_use]
    pub fn of_click(scene: &Scene<'_>, mail: u64) -> Self {
        let key = SessionKey::of_mail(mail);
        Self::browsing(key, scene.model.sessions.views(draws(scene, key).exp(1)))
    }

    /// A session of `views` views and nothing else.
    #[must_use]
    pub const fn browsing(key: SessionKey, views: u16) -> Self {
        Self { key, views, cart: None, again: None }
    }
}

/// When visit number `ordinal` begins, if the one before began at `t`: a Poisson process on the customer's own week,
/// by inversion.
#[must_use]
pub fn next_visit(scene: &Scene<'_>, t: f64, ordinal: i64) -> f64 {
    let gap = scene.person.chance.stream(Purpose::VisitGap, ordinal.cast_unsigned()).exp(0);
    scene.own().until_in_season(&scene.model.visits, t, gap / scene.person.visits)
}

/// The visit before `t`, whose number is `ordinal` < 0: the same process looked at backwards.
#[must_use]
pub fn previous_visit(scene: &Scene<'_>, t: f64, ordinal: i64) -> f64 {
    let gap = scene.person.chance.stream(Purpose::VisitGap, ordinal.cast_unsigned()).exp(0);
    scene.own().until_in_season(&scene.model.visits, t, -gap / scene.person.visits)
}

/// Whether the form for a topic is filled in during the session.
#[must_use]
pub fn signs_up(scene: &Scene<'_>, key: SessionKey) -> bool {
    let draws = scene.person.chance.stream(Purpose::SignUp, key.key());
    draws.unit(0) < *scene.model.preset.sign_up.share
}

/// Hours from view number `view` of a session to the next thing in it.
#[must_use]
pub fn gap_after(scene: &Scene<'_>, key: SessionKey, view: u16) -> f64 {
    let draws = scene.person.chance.stream(Purpose::ViewGap, key.key());
    scene.model.sessions.gap(draws.unit(u64::from(view)))
}

/// Hours from the last view of a session to a further, short one.
fn again_after(scene: &Scene<'_>, draws: &Stream) -> Option<f64> {
    let numbers = &scene.model.preset.visits;
    (draws.unit(2) < *numbers.again).then(|| *numbers.again_after * draws.exp(5))
}

fn draws(scene: &Scene<'_>, key: SessionKey) -> Stream {
    scene.person.chance.stream(Purpose::Visit, key.key())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::population::Preset;

    #[test]
    fn sessions_have_as_many_views_as_measured() {
        let sessions = Sessions::new(&Preset::named("retail").unwrap().visits);
        let n = 100_000u32;
        let views: u64 = (0..n)
            .map(|i| u64::from(sessions.views(-((f64::from(i) + 0.5) / f64::from(n)).ln())))
            .sum();
        let mean = views as f64 / f64::from(n);
        assert!((mean - 3.9).abs() < 0.01, "{mean}");
    }

    #[test]
    fn gaps_have_the_measured_quantiles() {
        let sessions = Sessions::new(&Preset::named("retail").unwrap().visits);
        let seconds = |unit| sessions.gap(unit) * 3600.0;
        // Yoochoose 2014: median 56 s, 90 % below 299 s; the lognormal that was fitted gives 53 and 362.
        assert!((seconds(0.5) - 53.0).abs() < 1.0, "{}", seconds(0.5));
        assert!((seconds(0.9) - 362.0).abs() < 5.0, "{}", seconds(0.9));
        assert!((seconds(0.999_99) - 1800.0).abs() < 1.0, "{}", seconds(0.999_99));
    }
}
