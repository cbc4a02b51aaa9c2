//! A customer's own clock. Model time is real time in hours since the start of the rehearsal (`t`, negative before
//! it); the rhythms of people are read at local time. Between two changes of a zone's offset the two differ by a
//! constant, so everything here is done stretch by stretch: across a change the label jumps, real time does not.
//!
//! Invariant: an instant and its hours name the same millisecond; rounding happens here and nowhere else.

use super::rhythm::{Decay, Rhythm};
use foresend_core::calendar::Day;
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

/// A stretch in which local time is `t + offset`, in hours since a Monday 00:00, and visits are `season` times as many
/// as in the mean month.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Stretch {
    from: f64,
    until: f64,
    offset: f64,
    season: f64,
}

impl Clock {
    /// The clock of `zone` from `before` ahead of `start` until `after` it; beyond these offset and season stay. The
    /// weights of the twelve months are scaled to mean 1.
    #[must_use]
    pub fn new(
        zone: &Zone,
        start: Timestamp,
        (before, after): (Wait, Wait),
        months: &[f64; 12],
    ) -> Self {
        let mean = months.iter().sum::<f64>() / 12.0;
        let is_even = months.iter().all(|month| (month / mean - 1.0).abs() < 1e-12);
        let (mut stretches, mut from) = (Vec::new(), f64::NEG_INFINITY);
        let (mut at, end) = (start.before(before), start.after(after));
        loop {
            let piece = zone.piece(at);
            let local = (start.millis() + piece.offset_ms - MONDAY_MS).rem_euclid(WEEK_MS);
            let offset = hours_of(local);
            let (season, turns) = if is_even {
                (1.0, Timestamp::NEVER)
            } else {
                let (month, turns) = month_of(zone, at);
                (months[month] / mean, turns)
            };
            let edge = piece.until.min(turns);
            if edge > end {
                stretches.push(Stretch { from, until: f64::INFINITY, offset, season });
                return Self { start, stretches };
            }
            let until = hours_of(edge.millis() - start.millis());
            stretches.push(Stretch { from, until, offset, season });
            (from, at) = (until, edge);
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

/// The month at `at` on the zone's clock, January 0, and when the next one begins.
fn month_of(zone: &Zone, at: Timestamp) -> (usize, Timestamp) {
    let today = Day::numbered(zone.local_day(at)).expect("a rehearsal is in our time");
    let (year, month, _) = today.year_month_day();
    let (year_then, month_then) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    let then = Day::of(year_then, month_then, 1).expect("every month has a first");
    // At once, should the clock have skipped midnight.
    let turns = zone.instant(then.number(), 0).max(at.after(Wait::from_millis(1)));
    (usize::from(month) - 1, turns)
}

/// A clock as one customer lives by it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct OwnClock<'a> {
    clock: &'a Clock,
    shift: f64,
}

impl OwnClock<'_> {
    /// When `mass` of `rhythm` has passed since `t`.
    #[must_use]
    pub fn until(self, rhythm: &Rhythm, t: f64, mass: f64) -> f64 {
        self.reach(rhythm, t, mass, |_| 1.0)
    }

    /// The same of something that has a season; a negative mass looks back.
    #[must_use]
    pub fn until_in_season(self, rhythm: &Rhythm, t: f64, mass: f64) -> f64 {
        self.reach(rhythm, t, mass, |here| here.season)
    }

    #[inline]
    fn reach(
        self,
        rhythm: &Rhythm,
        mut t: f64,
        mut mass: f64,
        weight: impl Fn(&Stretch) -> f64,
    ) -> f64 {
        let forwards = mass >= 0.0;
        let mut i = self.clock.stretch(t);
        loop {
            let here = &self.clock.stretches[i];
            let x = t + here.offset - self.shift;
            let found = t + rhythm.until(x, mass / weight(here));
            let edge = if forwards { here.until } else { here.from };
            if (forwards && found <= edge) || (!forwards && found >= edge) {
                return found;
            }
            mass -= weight(here) * rhythm.mass(x, edge - t);
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

    const EVEN: [f64; 12] = [1.0; 12];

    /// 2026-03-23 is a Monday; Berlin's clocks go forward on the 29th, 02:00.
    fn berlin() -> Clock {
        let start = Timestamp::from_millis(1_774_220_400_000); // 2026-03-23T00:00+01:00
        let waits = (Wait::days(90), Wait::days(60));
        Clock::new(&Zone::named("Europe/Berlin").unwrap(), start, waits, &EVEN)
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
    fn a_season_turns_with_the_months_and_is_even_over_the_year() {
        let zone = Zone::named("Europe/Berlin").unwrap();
        let start = Timestamp::from_millis(1_767_222_000_000); // 2026-01-01T00:00+01:00
        let waits = (Wait::ZERO, Wait::days(364));
        let months = [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 2.0, 3.0];
        let clock = Clock::new(&zone, start, waits, &months);
        let own = clock.shifted(0.0);
        let visits = visits();
        // 31 days of January and 28 of February at 12/15, then a day of March; clocks change later.
        let day = |days: f64| own.until_in_season(&visits, 0.0, 24.0 * days * 0.8);
        let even = |days: f64| own.until(&visits, 0.0, 24.0 * days);
        for days in [7.0, 35.0, 63.0, 84.0] {
            assert!((day(days) - even(days)).abs() < 1e-9, "{days}");
        }
        // All of a year: 304 days at .8, 30 at 1.6, 31 at 2.4.
        let mass = 24.0 * (304.0 * 0.8 + 30.0 * 1.6 + 31.0 * 2.4);
        let year = own.until_in_season(&visits, 0.0, mass);
        assert!((year - 365.0 * 24.0).abs() < 2.0, "{year}");
        let back = own.until_in_season(&visits, year, -mass);
        assert!(back.abs() < 1e-6, "{back}");
        assert_eq!(clock.stretches.len(), 14, "twelve months, and two clock changes");
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
