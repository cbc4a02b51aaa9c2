//! A customer's own clock. Model time is real time in hours since the start of the rehearsal (`t`, negative before
//! it); the rhythms of people are read at local time. Between two changes of a zone's offset the two differ by a
//! constant, so everything here is done stretch by stretch: across a change the label jumps, real time does not.
//!
//! Invariant: an instant and its hours name the same millisecond; rounding happens here and nowhere else.

use super::rhythm::{Decay, Rhythm};
use foresend_core::time::{Timestamp, Wait, Zone};

const HOUR_MS: f64 = 3_600_000.0;
/// A Monday, 00:00, on no clock in particular: 1970-01-05.
const MONDAY_MS: i64 = 4 * 86_400_000;
const WEEK_MS: i64 = 7 * 86_400_000;

/// A zone's clock around one rehearsal.
#[derive(Clone, PartialEq, Debug)]
pub struct Clock {
    start: Timestamp,
    /// In order; the first begins at −∞, the last ends at ∞.
    stretches: Vec<Stretch>,
}

/// A stretch in which local time is `t + offset`, in hours since a Monday 00:00.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Stretch {
    from: f64,
    until: f64,
    offset: f64,
}

impl Clock {
    /// The clock of `zone` from `before` ahead of `start` until `after` it; beyond these the offset stays.
    #[must_use]
    pub fn new(zone: &Zone, start: Timestamp, before: Wait, after: Wait) -> Self {
        let mut stretches = Vec::new();
        let end = start.after(after);
        let mut piece = zone.piece(start.before(before));
        let mut from = f64::NEG_INFINITY;
        loop {
            let local = (start.millis() + piece.offset_ms - MONDAY_MS).rem_euclid(WEEK_MS);
            let offset = hours_of(local);
            if piece.until > end {
                stretches.push(Stretch { from, until: f64::INFINITY, offset });
                return Self { start, stretches };
            }
            let until = hours_of(piece.until.millis() - start.millis());
            stretches.push(Stretch { from, until, offset });
            from = until;
            piece = zone.piece(piece.until);
        }
    }

    /// The start of the rehearsal: where `t` is 0.
    #[must_use]
    pub const fn start(&self) -> Timestamp {
        self.start
    }

    /// `at` in hours since the start.
    #[must_use]
    pub fn hours(&self, at: Timestamp) -> f64 {
        hours_of(at.millis() - self.start.millis())
    }

    /// The instant `t` hours after the start, to the next whole millisecond; [`Timestamp::NEVER`] where that is
    /// beyond a thousand years.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        reason = "bounded in the line before"
    )]
    pub fn instant(&self, t: f64) -> Timestamp {
        // Hours made from milliseconds may come back a rounding above them.
        let ms = t * HOUR_MS - 1e-3;
        if ms.abs() > 3.2e13 {
            return Timestamp::NEVER;
        }
        // Without SSE 4.1, which we do not ask for, `f64::ceil` is a call.
        let whole = ms as i64;
        let up = i64::from((whole as f64) < ms);
        Timestamp::from_millis(self.start.millis() + whole + up)
    }

    /// This clock for someone whose day begins `shift` hours late.
    #[must_use]
    pub const fn shifted(&self, shift: f64) -> OwnClock<'_> {
        OwnClock { clock: self, shift }
    }

    /// The index of the stretch that holds `t`.
    fn stretch(&self, t: f64) -> usize {
        let found = self.stretches.iter().position(|stretch| t < stretch.until);
        found.unwrap_or(self.stretches.len() - 1)
    }
}

/// A clock as one customer lives by it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct OwnClock<'a> {
    clock: &'a Clock,
    shift: f64,
}

impl OwnClock<'_> {
    /// When `mass` of `rhythm` has passed since `t`; a negative mass looks back.
    #[must_use]
    pub fn until(self, rhythm: &Rhythm, mut t: f64, mut mass: f64) -> f64 {
        let forwards = mass >= 0.0;
        let mut i = self.clock.stretch(t);
        loop {
            let here = self.clock.stretches[i];
            let x = t + here.offset - self.shift;
            let found = t + rhythm.until(x, mass);
            let edge = if forwards { here.until } else { here.from };
            if (forwards && found <= edge) || (!forwards && found >= edge) {
                return found;
            }
            mass -= rhythm.mass(x, edge - t);
            t = edge;
            i = if forwards { i + 1 } else { i - 1 };
        }
    }

    /// What of `decay` comes in `[from, to]`, counted in what is worth 1 at `from`.
    #[must_use]
    pub fn mass(self, decay: &Decay, from: f64, to: f64) -> f64 {
        let (mut t, mut sum) = (from, 0.0);
        for here in &self.clock.stretches[self.clock.stretch(from)..] {
            let end = here.until.min(to);
            sum += decay.kept(t - from) * decay.mass(t + here.offset - self.shift, end - t);
            if here.until >= to {
                break;
            }
            t = end;
        }
        sum
    }

    /// All of `decay` that comes after `t`, counted in what is worth 1 at `t`.
    #[must_use]
    pub fn left(self, decay: &Decay, t: f64) -> f64 {
        let last = self.clock.stretches.len() - 1;
        if self.clock.stretch(t) == last {
            return decay.left(t + self.clock.stretches[last].offset - self.shift);
        }
        let edge = self.clock.stretches[last].from;
        let after = decay.left(edge + self.clock.stretches[last].offset - self.shift);
        self.mass(decay, t, edge) + decay.kept(edge - t) * after
    }

    /// When `mass` of `decay` has come since `t`. `None`: never.
    #[must_use]
    pub fn reaches(self, decay: &Decay, mut t: f64, mut mass: f64) -> Option<f64> {
        if mass >= self.left(decay, t) {
            return None; // nine of ten carts: no walk
        }
        for here in &self.clock.stretches[self.clock.stretch(t)..] {
            let x = t + here.offset - self.shift;
            if let Some(hours) = decay.until(x, mass, here.until - t) {
                return Some(t + hours);
            }
            // The next stretch counts in what is worth 1 at its own start.
            let hours = here.until - t;
            if hours.is_infinite() {
                return None; // by rounding only
            }
            mass = (mass - decay.mass(x, hours)).max(0.0) / decay.kept(hours);
            t = here.until;
        }
        None
    }
}

#[expect(clippy::cast_precision_loss, reason = "spans of years in ms are exact in f64")]
const fn hours_of(ms: i64) -> f64 {
    ms as f64 / HOUR_MS
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::population::Preset;

    /// 2026-03-23 is a Monday; Berlin's clocks go forward on the 29th, 02:00.
    fn berlin() -> Clock {
        let start = Timestamp::from_millis(1_774_220_400_000); // 2026-03-23T00:00+01:00
        Clock::new(&Zone::named("Europe/Berlin").unwrap(), start, Wait::days(90), Wait::days(60))
    }

    fn visits() -> Rhythm {
        let preset = Preset::named("retail").unwrap();
        Rhythm::new(&preset.rhythm.visits, &preset.rhythm.weekdays)
    }

    /// Slow and obvious: asks the zone for the hour of each small step.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small")]
    fn slow(rhythm: &Rhythm, tau: f64, from: f64, to: f64) -> f64 {
        let zone = Zone::named("Europe/Berlin").unwrap();
        let (clock, step) = (berlin(), 0.005);
        let steps = ((to - from) / step).round() as u32;
        (0..steps)
            .map(|i| {
                let t = from + (f64::from(i) + 0.5) * step;
                let at = Timestamp::from_millis(clock.start().millis() + (t * 3.6e6) as i64);
                let local = at.millis() + zone.offset_ms(at) - MONDAY_MS;
                let hour = local.rem_euclid(WEEK_MS) / 3_600_000;
                rhythm.rate(hour as usize) * (-(t - from) / tau).exp() * step
            })
            .sum()
    }

    #[test]
    fn a_start_at_monday_midnight_reads_as_zero() {
        let clock = berlin();
        assert_eq!(clock.stretches.len(), 2);
        assert!(clock.stretches[0].offset.abs() < 1e-12);
        assert!((clock.stretches[1].offset - 1.0).abs() < 1e-12);
        assert!((clock.stretches[0].until - (6.0 * 24.0 + 2.0)).abs() < 1e-12);
    }

    #[test]
    fn a_rhythm_runs_on_across_a_clock_change() {
        let (clock, visits) = (berlin(), visits());
        for (from, to) in [(100.0, 120.0), (140.0, 150.0), (145.9, 146.1), (150.0, 170.0)] {
            let mass = slow(&visits, f64::INFINITY, from, to);
            assert!(
                (clock.shifted(0.0).until(&visits, from, mass) - to).abs() < 0.02,
                "{from} {to}"
            );
            assert!(
                (clock.shifted(0.0).until(&visits, to, -mass) - from).abs() < 0.02,
                "{from} {to}"
            );
        }
    }

    #[test]
    fn a_decay_runs_on_across_a_clock_change() {
        let clock = berlin();
        let decay = Decay::new(&visits(), 24.0);
        for (from, to) in [(100.0, 120.0), (140.0, 190.0), (145.9, 146.1)] {
            let (mass, slow) =
                (clock.shifted(0.0).mass(&decay, from, to), slow(&visits(), 24.0, from, to));
            assert!((mass - slow).abs() < 2e-3 * slow, "{from} {to}: {mass} {slow}");
            let reached = clock.shifted(0.0).reaches(&decay, from, mass).unwrap();
            assert!((reached - to).abs() < 1e-6, "{from} {to}: {reached}");
        }
        let all = clock.shifted(0.0).mass(&decay, 140.0, 1500.0);
        assert!((clock.shifted(0.0).left(&decay, 140.0) - all).abs() < 1e-9);
    }

    #[test]
    fn an_instant_and_its_hours_name_the_same_millisecond() {
        let clock = berlin();
        for ms in [0, 1, 59_999, 3_600_000, 5_184_000_001, -7_776_000_123] {
            let at = Timestamp::from_millis(clock.start().millis() + ms);
            assert_eq!(clock.instant(clock.hours(at)), at, "{ms}");
        }
    }
}
