//! What becomes of a cart left behind. The wish for it fades, I = e^(−t/tI), and the cart is forgotten, M = e^(−t/tM);
//! the hazard of ordering it after all is their product, by the clock of late orders:
//!
//! ```text
//! h(t) = k · A(t) · clock · damping,   A = I · M,   1/tH = 1/tI + 1/tM,   k = κ R / tH
//! ```
//!
//! The order happens when the integral of h reaches E ~ Exp(1), the same E in every arm. κ is solved once so that
//! without mail the preset's share of abandoned carts is ordered late. The form is assumed: see docs/models.md.
//!
//! Invariant: one scalar A holds any number of mails: every change first brings the wish up to its instant.
//! Invariant: a change that changes nothing says so, and its caller leaves the schedule alone.

use crate::population::rhythm::{Decay, Rhythm, WEEK};
use crate::population::{OwnClock, Preset, Quantiles};
use crate::stream::{Chance, Purpose};

/// How people were when they left, and how strongly carts are wanted.
#[derive(Clone, PartialEq, Debug)]
pub struct Intent {
    segments: [Segment; 2],
    /// Share of the first segment.
    interrupted: f64,
    /// Gamma shape of R, whose mean is 1.
    shape: f64,
    /// Of R.
    strengths: Quantiles,
    /// κ.
    kappa: f64,
}

/// Interrupted people, or deliberating ones.
#[derive(Clone, PartialEq, Debug)]
pub struct Segment {
    /// The clock of late orders, discounted with tH.
    decay: Decay,
    /// tI, in hours.
    wish: f64,
}

impl Segment {
    /// People who forget with time constant `salience` and whose wish fades with `wish`, both in hours.
    #[must_use]
    pub fn new(clock: &Rhythm, salience: f64, wish: f64) -> Self {
        Self { decay: Decay::new(clock, 1.0 / (1.0 / salience + 1.0 / wish)), wish }
    }
}

impl Intent {
    /// Solves κ for these numbers: `visits` says at which hours carts are left, `late_orders` when people come back.
    #[must_use]
    pub fn new(preset: &Preset, visits: &Rhythm, late_orders: &Rhythm) -> Self {
        let numbers = &preset.intent;
        let segments =
            [0, 1].map(|s| Segment::new(late_orders, numbers.salience[s], numbers.intent[s]));
        let (interrupted, shape) = (*numbers.interrupted, *numbers.shape);
        let strengths = Quantiles::gamma(shape).map(|x| x / shape);
        let mut intent = Self { segments, interrupted, shape, strengths, kappa: 0.0 };
        let wanted = *preset.funnel.late_order;
        if wanted > 0.0 {
            // ln κ by bisection: the share rises with κ from 0 to 1.
            let masses = intent.masses(visits);
            let (mut low, mut high) = (-30.0f64, 30.0f64);
            for _ in 0..60 {
                intent.kappa = (0.5 * (low + high)).exp();
                if intent.ordered(&masses) < wanted {
                    low = intent.kappa.ln();
                } else {
                    high = intent.kappa.ln();
                }
            }
        }
        intent
    }

    /// ψ: the share of abandoned carts ordered late, without mail. Over R ~ Gamma(s, mean 1) a mass of κ R g has
    /// 1 − (1 + κ g / s)^(−s) ordered.
    #[must_use]
    pub fn late_share(&self, visits: &Rhythm) -> f64 {
        self.ordered(&self.masses(visits))
    }

    /// By segment and hour of the week: the share of carts that are left in it, and g.
    fn masses(&self, visits: &Rhythm) -> Vec<(f64, f64)> {
        let shares = [self.interrupted, 1.0 - self.interrupted];
        let of_segment = |(segment, share): (&Segment, f64)| {
            let mut hour = -0.5;
            let masses: Vec<_> = (0..WEEK)
                .map(|h| {
                    hour += 1.0;
                    let g = segment.decay.left(hour) / segment.decay.tau();
                    (share * visits.rate(h) / 168.0, g)
                })
                .collect();
            masses
        };
        self.segments.iter().zip(shares).flat_map(of_segment).collect()
    }

    fn ordered(&self, masses: &[(f64, f64)]) -> f64 {
        let ordered = |g: f64| 1.0 - (1.0 + self.kappa * g / self.shape).powf(-self.shape);
        masses.iter().map(|&(share, g)| share * ordered(g)).sum()
    }

    /// R: how strongly the cart whose draws are keyed by `key` is wanted; mean 1.
    #[must_use]
    pub fn strength(&self, chance: Chance, key: u64) -> f64 {
        self.strengths.at(chance.stream(Purpose::Intent, key).unit(0))
    }
}

/// What is left of the wish for one abandoned cart.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Wish {
    segment: u8,
    /// When the cart was left, in hours since the start.
    left_at: f64,
    /// Up to when the following is counted.
    at: f64,
    /// E less what has come of the hazard.
    to_come: f64,
    /// k = κ R / tH, an hour.
    hazard: f64,
    /// A = I · M at `at`.
    amplitude: f64,
    /// Z · Rx · O: clicks, reactance and offers.
    damping: f64,
}

impl Wish {
    /// The wish for the cart left at `t`, without mail.
    #[must_use]
    pub fn begin(intent: &Intent, chance: Chance, key: u64, t: f64) -> Self {
        let draws = chance.stream(Purpose::Mission, key);
        let segment = u8::from(draws.unit(0) >= intent.interrupted);
        let tau = intent.segments[usize::from(segment)].decay.tau();
        Self {
            segment,
            left_at: t,
            at: t,
            to_come: draws.exp(1),
            hazard: intent.kappa * intent.strength(chance, key) / tau,
            amplitude: 1.0,
            damping: 1.0,
        }
    }

    /// When the order happens if nothing changes any more. `None`: never.
    #[must_use]
    pub fn order_at(&self, intent: &Intent, own: OwnClock<'_>) -> Option<f64> {
        if self.to_come <= 0.0 {
            return Some(self.at); // by the rounding of an update just before the order
        }
        let scale = self.hazard * self.amplitude * self.damping;
        if scale <= 0.0 {
            return None;
        }
        own.reaches(self.decay(intent), self.at, self.to_come / scale)
    }

    /// All of the hazard that is still to come.
    #[must_use]
    pub fn remaining(&self, intent: &Intent, own: OwnClock<'_>) -> f64 {
        let scale = self.hazard * self.amplitude * self.damping;
        scale * own.left(self.decay(intent), self.at)
    }

    /// Brings the wish to `t`.
    pub fn advance(&mut self, intent: &Intent, own: OwnClock<'_>, t: f64) {
        let decay = self.decay(intent);
        let scale = self.hazard * self.amplitude * self.damping;
        self.to_come -= scale * own.mass(decay, self.at, t);
        self.amplitude *= decay.kept(t - self.at);
        self.at = t;
    }

    /// A mail about it was read at `t`: salience is restored by the share `strength` of what was lost,
    /// M → M + b(1 − M). Whether that changed anything.
    pub fn remind(&mut self, intent: &Intent, own: OwnClock<'_>, t: f64, strength: f64) -> bool {
        if strength <= 0.0 {
            return false;
        }
        self.advance(intent, own, t);
        let wish = (-self.hours_left(t) / self.segment(intent).wish).exp();
        self.amplitude += strength * (wish - self.amplitude).max(0.0);
        true
    }

    /// It was read too early: the hazard is damped by 1 − ρ e^(−u/tR), u hours after the cart was left. Returns the
    /// factor, which [`Wish::press`] takes out again; `None`: too late to matter.
    pub fn annoy(
        &mut self,
        intent: &Intent,
        own: OwnClock<'_>,
        t: f64,
        (rho, fades): (f64, f64),
    ) -> Option<f64> {
        let factor = (1.0 - rho * (-self.hours_left(t) / fades).exp()).max(1e-9);
        if factor >= 1.0 {
            return None;
        }
        self.advance(intent, own, t);
        self.damping *= factor;
        Some(factor)
    }

    /// The hazard is multiplied by `factor` from `t` on: an offer, or the end of one or of an annoyance.
    pub fn press(&mut self, intent: &Intent, own: OwnClock<'_>, t: f64, factor: f64) {
        self.advance(intent, own, t);
        self.damping *= factor;
    }

    /// The same with so strong a wish for the cart, instead of one drawn.
    #[must_use]
    pub fn of_strength(self, intent: &Intent, strength: f64) -> Self {
        Self { hazard: strength / self.decay(intent).tau(), ..self }
    }

    /// A click led back to it at `t`: the share `zeta` of what remains is decided at once. Whether it is ordered.
    pub fn spend(&mut self, intent: &Intent, own: OwnClock<'_>, t: f64, zeta: f64) -> bool {
        self.advance(intent, own, t);
        self.to_come -= zeta * self.remaining(intent, own);
        self.damping *= 1.0 - zeta;
        self.to_come <= 0.0
    }

    fn hours_left(&self, t: f64) -> f64 {
        t - self.left_at
    }

    fn segment<'a>(&self, intent: &'a Intent) -> &'a Segment {
        &intent.segments[usize::from(self.segment)]
    }

    fn decay<'a>(&self, intent: &'a Intent) -> &'a Decay {
        &self.segment(intent).decay
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::behaviour::Model;
    use crate::population::Clock;
    use foresend_core::chance::Seed;
    use foresend_core::time::{Timestamp, Wait, Zone};

    fn utc() -> Clock {
        let zone = Zone::named("UTC").unwrap();
        Clock::new(&zone, Timestamp::from_millis(0), (Wait::days(1), Wait::days(400)), &[1.0; 12])
    }

    fn model() -> Model {
        Model::new(Preset::named("retail").unwrap(), 2)
    }

    /// One segment of people, no clock, a hazard of mass `kappa` in all, E = 1.
    fn plain(salience: f64, wish: f64, kappa: f64) -> (Intent, Wish) {
        let segment = Segment::new(&Rhythm::even(), salience, wish);
        let hazard = kappa / segment.decay.tau();
        let segments = [segment.clone(), segment];
        let strengths = Quantiles::gamma(1.0);
        let intent = Intent { segments, interrupted: 1.0, shape: 1.0, strengths, kappa };
        let (segment, left_at, at) = (0, 0.0, 0.0);
        (intent, Wish { segment, left_at, at, to_come: 1.0, hazard, amplitude: 1.0, damping: 1.0 })
    }

    #[test]
    fn kappa_gives_the_late_share_of_the_preset() {
        let model = model();
        assert!((model.intent.late_share(&model.visits) - 0.08).abs() < 1e-9);
    }

    #[test]
    fn sampled_wishes_are_ordered_as_often_as_solved_for() {
        let (model, clock) = (model(), utc());
        let n = 200_000u32;
        let (mut ordered, mut strength) = (0u32, 0.0);
        for i in 0..n {
            let chance = Chance::of(Seed(5), u64::from(i));
            // Carts are left when people visit.
            let t = model.visits.until(0.0, 168.0 * (f64::from(i) + 0.5) / f64::from(n));
            let own = clock.shifted(0.0);
            // `t` counts from a Thursday: shift it to the Monday of the tables.
            let wish = Wish::begin(&model.intent, chance, 1, t + 96.0);
            ordered += u32::from(wish.order_at(&model.intent, own).is_some());
            strength += model.intent.strength(chance, 1);
        }
        let share = f64::from(ordered) / f64::from(n);
        assert!((share - 0.08).abs() < 3.0 * (0.08f64 * 0.92 / f64::from(n)).sqrt(), "{share}");
        assert!((strength / f64::from(n) - 1.0).abs() < 0.012, "{strength}");
    }

    #[test]
    fn late_orders_echo_after_a_day() {
        let (model, clock) = (model(), utc());
        // S16: published 1.13.
        let n = 1_000_000u32;
        let (mut day, mut before) = (0u32, 0u32);
        for i in 0..n {
            // Carts are left when people visit; the clock's zero is a Thursday.
            let t = model.visits.until(0.0, 168.0 * (f64::from(i) + 0.5) / f64::from(n)) + 96.0;
            let wish = Wish::begin(&model.intent, Chance::of(Seed(4), u64::from(i)), 1, t);
            if let Some(due) = wish.order_at(&model.intent, clock.shifted(0.0)) {
                day += u32::from((22.0..24.0).contains(&(due - t)));
                before += u32::from((17.0..18.0).contains(&(due - t)));
            }
        }
        let echo = f64::from(day) / 2.0 / f64::from(before);
        assert!(echo > 1.05, "{echo}");
    }

    #[test]
    fn the_best_delay_is_where_theory_says() {
        // S11. One cart, tM 12 h, tI 96 h, b = 1, no clock, opened at once: a mail at u adds
        // e^(−κ) (1 − exp(−κ e^(−u/tI) (1 − e^(−u/tM)))), largest at u = tM ln(1 + tI/tM) = 26.37 h.
        let (salience, wish_h, kappa) = (12.0f64, 96.0f64, 0.0202f64);
        let (intent, wish) = plain(salience, wish_h, kappa);
        let clock = utc();
        let own = clock.shifted(0.0);
        let increment = |u: f64| {
            let mut wish = wish;
            assert!(wish.remind(&intent, own, u, 1.0));
            let mass = (1.0 - wish.to_come) + wish.remaining(&intent, own);
            (1.0 - (-mass).exp()) - (1.0 - (-kappa).exp())
        };
        let theory = |u: f64| {
            let restored = (-u / wish_h).exp() * (1.0 - (-u / salience).exp());
            (-kappa).exp() * (1.0 - (-kappa * restored).exp())
        };
        for u in [0.5, 1.0, 4.0, 8.0, 12.0, 18.0, 22.0, 24.0, 26.0, 28.0, 30.0, 72.0] {
            assert!((increment(u) - theory(u)).abs() < 1e-12, "{u}: {}", increment(u));
        }
        assert!((100.0 * increment(26.0) - 1.328).abs() < 5e-4);
        let best = (0..10_000).map(|i| f64::from(i) * 0.01).fold((0.0, 0.0), |best, u| {
            if increment(u) > best.1 { (u, increment(u)) } else { best }
        });
        assert!((best.0 - salience * (1.0 + wish_h / salience).ln()).abs() < 0.02, "{}", best.0);
        assert!((best.0 - 26.37).abs() < 0.02, "{}", best.0);
    }

    #[test]
    fn a_second_reminder_restores_only_what_was_lost_again() {
        let (intent, mut wish) = plain(12.0, 96.0, 0.02);
        let clock = utc();
        let own = clock.shifted(0.0);
        wish.remind(&intent, own, 24.0, 0.6);
        let once = wish.amplitude;
        wish.remind(&intent, own, 24.0, 0.6);
        let full = (-24.0f64 / 96.0).exp();
        assert!(
            (once - (0.4 * (-24.0f64 / intent.segments[0].decay.tau()).exp() + 0.6 * full)).abs()
                < 1e-12
        );
        assert!((wish.amplitude - (0.4 * once + 0.6 * full)).abs() < 1e-12);
    }

    #[test]
    fn updates_on_the_way_change_nothing() {
        let (model, clock) = (model(), utc());
        let own = clock.shifted(1.0);
        for i in 0..5_000 {
            let wish = Wish::begin(&model.intent, Chance::of(Seed(6), i), 1, 10.3);
            let Some(due) = wish.order_at(&model.intent, own) else { continue };
            let mut walked = wish;
            for step in 1..10 {
                walked.advance(&model.intent, own, 10.3 + (due - 10.3) * f64::from(step) / 10.0);
            }
            let later = walked.order_at(&model.intent, own).unwrap();
            assert!((later - due).abs() < 1e-6, "{due} {later}");
        }
    }

    #[test]
    fn a_click_moves_orders_and_creates_none() {
        // Over E ~ Exp(1): P(order) before and after must agree, since spending takes from both sides.
        let (model, clock) = (model(), utc());
        let own = clock.shifted(0.0);
        let (mut without, mut with, mut at_once) = (0, 0, 0);
        for i in 0..20_000 {
            let wish = Wish::begin(&model.intent, Chance::of(Seed(7), i), 1, 20.0);
            if wish.order_at(&model.intent, own).is_some_and(|due| due < 25.0) {
                continue;
            }
            without += u32::from(wish.order_at(&model.intent, own).is_some());
            let mut clicked = wish;
            if clicked.spend(&model.intent, own, 25.0, 0.5) {
                (with, at_once) = (with + 1, at_once + 1);
            } else {
                with += u32::from(clicked.order_at(&model.intent, own).is_some());
            }
        }
        assert_eq!(without, with);
        assert!(at_once > 100, "{at_once}");
    }

    #[test]
    fn annoyance_ends() {
        let (intent, mut wish) = plain(12.0, 96.0, 0.02);
        let clock = utc();
        let own = clock.shifted(0.0);
        let before = wish.remaining(&intent, own);
        let factor = wish.annoy(&intent, own, 0.0, (0.35, 0.75)).unwrap();
        assert!((factor - 0.65).abs() < 1e-12);
        assert!((wish.remaining(&intent, own) - 0.65 * before).abs() < 1e-12);
        wish.press(&intent, own, 24.0, 1.0 / factor);
        assert!((wish.damping - 1.0).abs() < 1e-12);
        assert_eq!(wish.annoy(&intent, own, 200.0, (0.35, 0.75)), None);
        assert_eq!(wish.annoy(&intent, own, 30.0, (0.0, 0.75)), None);
    }
}
