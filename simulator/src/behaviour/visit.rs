//! Visits and the sessions they begin. Visits are a Poisson process with the customer's rate on the customer's week;
//! a session is a few views, sometimes followed by a short one hours later (the cascade of Malmgren et al. 2008).
//!
//! Invariant: a visit is known by its ordinal, and everything about its session follows from that number; so every
//! arm meets the same visits, and mail never shifts them.

use super::Scene;
use crate::population::preset::section::Visits;
use crate::stream::{Purpose, Stream};
use statrs::distribution::{ContinuousCDF, Normal};

/// Which session: a visit's ordinal, or a mail's key. [`SessionKey::again`] is the short one that follows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct SessionKey(pub u64);

const AGAIN: u64 = 1 << 63;

impl SessionKey {
    /// The visit number `ordinal`; those before the start count back from −1.
    #[must_use]
    pub const fn visit(ordinal: i64) -> Self {
        Self(ordinal.cast_unsigned() & !AGAIN)
    }

    /// The short session after this one.
    #[must_use]
    pub const fn again(self) -> Self {
        Self(self.0 | AGAIN)
    }
}

/// How long sessions are and how fast people click.
#[derive(Clone, PartialEq, Debug)]
pub struct Sessions {
    /// Quantiles of the gap between two views, in hours, at (i + ½)/n.
    gaps: Box<[f64]>,
    /// 1/ln(1 − 1/mean): turns an exponential number into a geometric one.
    per_view: f64,
}

const KNOTS: usize = 1024;

impl Sessions {
    /// The tables for these numbers.
    #[must_use]
    pub fn new(numbers: &Visits) -> Self {
        let normal = Normal::standard();
        let gap = |i: usize| {
            let z = normal.inverse_cdf((small(i) + 0.5) / small(KNOTS));
            let seconds = (*numbers.gap_mu + *numbers.gap_sigma * z).exp();
            seconds.min(*numbers.gap_most * 60.0) / 3600.0
        };
        Self {
            gaps: (0..KNOTS).map(gap).collect(),
            per_view: -1.0 / (-1.0 / numbers.views.value).ln_1p(),
        }
    }

    /// The time between two views for a uniform number, in hours.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to KNOTS")]
    pub fn gap(&self, unit: f64) -> f64 {
        let at = (unit * small(KNOTS) - 0.5).clamp(0.0, small(KNOTS - 1));
        let knot = (at as usize).min(KNOTS - 2);
        let (low, high) = (self.gaps[knot], self.gaps[knot + 1]);
        low + (at - small(knot)) * (high - low)
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
    /// Whether a mail brought them; else it belongs to the skeleton.
    pub by_mail: bool,
    /// Whether a cart is filled after the last view; then, whether it is ordered in the session.
    pub cart: Option<bool>,
    /// Hours from the last view to a further, short session.
    pub again: Option<f64>,
}

impl Session {
    /// The session of visit number `ordinal`.
    #[must_use]
    pub fn of_visit(scene: &Scene<'_>, ordinal: i64) -> Self {
        let key = SessionKey::visit(ordinal);
        let draws = draws(scene, key);
        let funnel = &scene.model.funnel;
        let device = funnel.device(draws.unit(0));
        let fills = draws.unit(3) < scene.person.carts * funnel.fills(device);
        let numbers = &scene.model.preset.visits;
        Self {
            key,
            views: scene.model.sessions.views(draws.exp(1)),
            by_mail: false,
            cart: fills.then(|| draws.unit(4) < funnel.orders(device)),
            again: (draws.unit(2) < *numbers.again).then(|| *numbers.again_after * draws.exp(5)),
        }
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
        let key = SessionKey(mail);
        let views = scene.model.sessions.views(draws(scene, key).exp(1));
        Self { by_mail: true, ..Self::browsing(key, views) }
    }

    /// A session of `views` views and nothing else.
    #[must_use]
    pub const fn browsing(key: SessionKey, views: u16) -> Self {
        Self { key, views, by_mail: false, cart: None, again: None }
    }
}

/// When visit number `ordinal` begins, if the one before began at `t`: a Poisson process on the customer's own week,
/// by inversion.
#[must_use]
pub fn next_visit(scene: &Scene<'_>, t: f64, ordinal: i64) -> f64 {
    let gap = scene.person.chance.stream(Purpose::VisitGap, ordinal.cast_unsigned()).exp(0);
    scene.own().until(&scene.model.visits, t, gap / scene.person.visits)
}

/// The visit before `t`, whose number is `ordinal` < 0: the same process looked at backwards.
#[must_use]
pub fn previous_visit(scene: &Scene<'_>, t: f64, ordinal: i64) -> f64 {
    let gap = scene.person.chance.stream(Purpose::VisitGap, ordinal.cast_unsigned()).exp(0);
    scene.own().until(&scene.model.visits, t, -gap / scene.person.visits)
}

/// Hours from view number `view` of a session to the next thing in it.
#[must_use]
pub fn gap_after(scene: &Scene<'_>, key: SessionKey, view: u16) -> f64 {
    let draws = scene.person.chance.stream(Purpose::ViewGap, key.0);
    scene.model.sessions.gap(draws.unit(u64::from(view)))
}

fn draws(scene: &Scene<'_>, key: SessionKey) -> Stream {
    scene.person.chance.stream(Purpose::Visit, key.0)
}

#[expect(clippy::cast_precision_loss, reason = "at most a few thousand")]
const fn small(n: usize) -> f64 {
    n as f64
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

    #[test]
    fn a_session_and_the_one_after_it_have_keys_of_their_own() {
        let keys: Vec<_> = [-2i64, -1, 0, 1]
            .into_iter()
            .flat_map(|i| [SessionKey::visit(i), SessionKey::visit(i).again()])
            .collect();
        for (i, key) in keys.iter().enumerate() {
            assert!(!keys[..i].contains(key), "{key:?}");
        }
    }
}
