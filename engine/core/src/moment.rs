//! When a step may come due on a customer's own clock: `at`, `between`, `days`. Each moves a moment forward to the
//! first that fits, never back.
//! Invariant: the weekday is that of the moment itself, on the customer's clock, after every move.

use crate::time::{DayWindow, Timestamp, Wait, Zone};
use std::fmt;

/// Days of the week on which a moment may lie. Never empty.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Days(u8);

impl Days {
    /// Every day.
    pub const ALL: Self = Self(0b111_1111);

    /// The days whose bits are set, Monday the lowest. `None` where there are none, or more than seven.
    #[must_use]
    pub const fn new(bits: u8) -> Option<Self> {
        if bits == 0 || bits > Self::ALL.0 { None } else { Some(Self(bits)) }
    }

    /// Whether the day with this number, Monday 0, is one of them.
    #[must_use]
    pub const fn has(self, weekday: u8) -> bool {
        weekday < 7 && self.0 >> weekday & 1 == 1
    }
}

/// As an author writes it: `mon-sat`, `tue,thu`.
impl fmt::Display for Days {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const NAMES: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        let mut day = 0u8;
        let mut first = true;
        while day < 7 {
            let run = (day..7).take_while(|&d| self.has(d)).count();
            if run > 0 {
                let comma = if first { "" } else { "," };
                let last = usize::from(day) + run - 1;
                match run {
                    1 => write!(f, "{comma}{}", NAMES[last])?,
                    2 => write!(f, "{comma}{},{}", NAMES[usize::from(day)], NAMES[last])?,
                    _ => write!(f, "{comma}{}-{}", NAMES[usize::from(day)], NAMES[last])?,
                }
                first = false;
            }
            day += u8::try_from(run.max(1)).unwrap_or(7);
        }
        Ok(())
    }
}

/// A time of day.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Clock {
    /// Any.
    Any,
    /// This minute of the day, 0 to 1,439: met once, and not asked again.
    At(u16),
    /// Any within.
    Between(DayWindow),
}

/// When a step may come due.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Moment {
    /// At which time of day.
    pub clock: Clock,
    /// On which days.
    pub days: Days,
}

impl Moment {
    /// At any time.
    pub const ANY: Self = Self { clock: Clock::Any, days: Days::ALL };

    /// The first moment from `from` on that fits, on the clock of `zone`.
    #[must_use]
    pub fn first(self, zone: &Zone, from: Timestamp) -> Timestamp {
        match self.clock {
            Clock::Any | Clock::Between(_) => self.again(zone, from),
            Clock::At(minute) => {
                let minute = Wait::minutes(u32::from(minute)).millis();
                let today = zone.local_day(from);
                // A week has every weekday; some are cut short by a clock change, none for long.
                let moments = (0..WEEKS_MAX * 7).map(|day| zone.instant(today + day, minute));
                let fits = |at: &Timestamp| *at >= from && self.days.has(zone.weekday(*at));
                moments.into_iter().find(fits).expect("every week has every weekday")
            }
        }
    }

    /// The same after another move: `at` was met and is not asked again, `between` and `days` are.
    #[must_use]
    pub fn again(self, zone: &Zone, from: Timestamp) -> Timestamp {
        let mut at = from;
        for _ in 0..WEEKS_MAX * 7 {
            if self.days.has(zone.weekday(at)) {
                let within = match self.clock {
                    Clock::Any | Clock::At(_) => at,
                    Clock::Between(window) => zone.first_within(window, at),
                };
                if self.days.has(zone.weekday(within)) {
                    return within;
                }
                at = within;
            }
            at = zone.instant(zone.local_day(at) + 1, 0);
        }
        unreachable!("{self:?} fits on no day of {WEEKS_MAX} weeks in {}", zone.name())
    }
}

const WEEKS_MAX: i64 = 3;

#[cfg(test)]
mod tests {
    use super::*;
    use Clock::{Any, At, Between};

    fn at(text: &str) -> Timestamp {
        let instant: jiff::Timestamp = text.parse().unwrap();
        Timestamp::from_millis(instant.as_millisecond())
    }

    fn days(names: &str) -> Days {
        let bits = (0..7).filter(|d| names.contains(&Days(1 << d).to_string()));
        Days::new(bits.fold(0, |all, d| all | 1 << d)).unwrap()
    }

    const ALL: &str = "mon tue wed thu fri sat sun";

    fn window(from: u16, until: u16) -> Clock {
        Between(DayWindow::new(from, until).unwrap())
    }

    #[track_caller]
    fn check(zone: &str, clock: Clock, on: &str, from: &str, first: &str) {
        let moment = Moment { clock, days: days(on) };
        let found = moment.first(&Zone::named(zone).unwrap(), at(from));
        let shown = jiff::Timestamp::from_millisecond(found.millis()).unwrap();
        assert_eq!(found, at(first), "found {shown}");
    }

    #[test]
    fn today_at_that_time_if_it_is_not_past_and_else_tomorrow() {
        let nine = At(540);
        check("UTC", nine, ALL, "2026-03-02T08:59:59.999Z", "2026-03-02T09:00Z");
        check("UTC", nine, ALL, "2026-03-02T09:00Z", "2026-03-02T09:00Z");
        check("UTC", nine, ALL, "2026-03-02T09:00:00.001Z", "2026-03-03T09:00Z");
        check("UTC", nine, "thu", "2026-03-05T10:00Z", "2026-03-12T09:00Z");
    }

    #[test]
    fn nine_in_new_york_across_both_clock_changes() {
        check("America/New_York", At(540), ALL, "2026-03-08T05:00Z", "2026-03-08T13:00Z");
        check("America/New_York", At(540), ALL, "2026-03-07T15:00Z", "2026-03-08T13:00Z");
        check("America/New_York", At(540), ALL, "2026-11-01T04:00Z", "2026-11-01T14:00Z");
    }

    #[test]
    fn the_weekday_is_the_customers_own() {
        // Wednesday 21:00 in UTC is Thursday 06:00 in Tokyo; Saturday 03:00 or 04:00 is Friday 20:00 in Los Angeles.
        check("Asia/Tokyo", At(360), "thu", "2026-03-02T00:00Z", "2026-03-04T21:00Z");
        check("America/Los_Angeles", At(1200), "fri", "2026-03-02T00:00Z", "2026-03-07T04:00Z");
        check("America/Los_Angeles", At(1200), "fri", "2026-03-09T00:00Z", "2026-03-14T03:00Z");
        check("Asia/Kathmandu", At(540), "sun", "2026-03-02T00:00Z", "2026-03-08T03:15Z");
    }

    #[test]
    fn a_time_in_a_gap_is_the_first_instant_after_it_and_in_a_fold_the_earlier_one() {
        check("America/New_York", At(150), ALL, "2026-03-08T06:00Z", "2026-03-08T07:00Z");
        check("America/New_York", At(90), ALL, "2026-11-01T05:00Z", "2026-11-01T05:30Z");
        check("America/New_York", At(90), ALL, "2026-11-01T05:30:00.001Z", "2026-11-02T06:30Z");
        check("Australia/Lord_Howe", At(135), ALL, "2026-10-03T12:00Z", "2026-10-03T15:30Z");
    }

    #[test]
    fn a_window_waits_for_its_day() {
        check("UTC", window(540, 1200), "tue", "2026-03-02T12:00Z", "2026-03-03T09:00Z");
        check("UTC", window(540, 1200), "mon", "2026-03-02T20:00Z", "2026-03-09T09:00Z");
        // Across midnight: the part that lies on Monday, in the night to Monday first.
        check("UTC", window(1320, 120), "mon", "2026-03-01T22:30Z", "2026-03-02T00:00Z");
        check("UTC", window(1320, 120), "mon", "2026-03-02T03:00Z", "2026-03-02T22:00Z");
        check("UTC", Any, "thu", "2026-03-02T12:00Z", "2026-03-05T00:00Z");
        check("UTC", Any, "mon", "2026-03-02T12:00Z", "2026-03-02T12:00Z");
    }

    #[test]
    fn days_are_written_as_authors_write_them() {
        for text in ["mon-sat", "tue,thu", "mon,tue,fri-sun", "sun", "mon-sun"] {
            let bits = |text: &str| {
                let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
                let place = |n: &str| names.iter().position(|name| *name == n).unwrap();
                text.split(',').fold(0u8, |all, part| {
                    let (from, to) = part.split_once('-').unwrap_or((part, part));
                    (place(from)..=place(to)).fold(all, |all, day| all | 1 << day)
                })
            };
            assert_eq!(Days::new(bits(text)).unwrap().to_string(), text);
        }
    }

    /// The slow way: every whole minute of the days that follow, asked what the clock shows.
    fn slow(zone: &Zone, clock: Clock, on: Days, from: Timestamp) -> Timestamp {
        let fits = |at: Timestamp, before: Timestamp| {
            let shown = |t| zone.ms_of_day(t) / 60_000;
            let in_time = match clock {
                Any => true,
                Between(window) => zone.is_within(window, at),
                // Met at that minute for the first time of its day, or when the clock jumps over it.
                At(minute) => {
                    let minute = i64::from(minute);
                    let first = zone.instant(zone.local_day(at), minute * 60_000) == at;
                    let jumped = shown(before) < minute
                        && minute < shown(at)
                        && zone.local_day(before) == zone.local_day(at);
                    first && (shown(at) == minute || jumped)
                }
            };
            in_time && on.has(zone.weekday(at))
        };
        let mut at = from;
        loop {
            if fits(at, at.before(Wait::MINUTE)) {
                return at;
            }
            at = at.after(Wait::MINUTE);
        }
    }

    #[test]
    fn every_hour_of_2026_in_ten_zones_finds_what_a_slow_search_finds() {
        let zones = [
            "America/New_York",
            "America/Los_Angeles",
            "Europe/London",
            "Europe/Lisbon",
            "Asia/Tokyo",
            "Australia/Sydney",
            "Australia/Lord_Howe",
            "Asia/Kathmandu",
            "Pacific/Apia",
            "Africa/Casablanca",
        ];
        for name in zones {
            let zone = Zone::named(name).unwrap();
            for hour in 0..8_760u32 {
                let from = at("2026-01-01T00:00Z").after(Wait::minutes(hour * 60));
                let clock = match hour % 3 {
                    0 => At(540),
                    1 => window(540, 1200),
                    _ => At(150),
                };
                let on = if hour % 2 == 0 { Days::ALL } else { days("tue wed thu") };
                let found = Moment { clock, days: on }.first(&zone, from);
                assert_eq!(found, slow(&zone, clock, on, from), "{name} {clock:?} {from:?}");
            }
        }
    }

    #[test]
    fn round_every_clock_change_of_every_zone_nothing_is_early_late_or_skipped() {
        let (first, last) = (at("2020-01-01T00:00Z"), at("2036-01-01T00:00Z"));
        let moments = [
            Moment { clock: At(540), days: Days::ALL },
            Moment { clock: At(150), days: days("sat sun mon") },
            Moment { clock: At(0), days: Days::ALL },
            Moment { clock: window(540, 1200), days: days("mon tue wed thu fri") },
            Moment { clock: window(1380, 60), days: days("sun") },
            Moment { clock: Any, days: days("sun") },
        ];
        let mut changes = 0;
        for name in jiff::tz::db().available() {
            let zone = Zone::named(name.as_str()).unwrap();
            let mut at = first;
            while zone.piece(at).until < last {
                let change = zone.piece(at).until;
                changes += 1;
                for moment in moments {
                    let mut before: Option<Timestamp> = None;
                    // Four days round the change, in steps that meet it exactly and miss it.
                    for step in 0..193i64 {
                        let ms = (step - 96) * 1_800_000 + (step % 3) - 1;
                        let from = Timestamp::from_millis(change.millis() + ms);
                        let found = moment.first(&zone, from);
                        let place = || format!("{name} {moment:?} {from:?} {found:?}");
                        assert!(found >= from, "early: {}", place());
                        assert!(moment.days.has(zone.weekday(found)), "weekday: {}", place());
                        assert!(before.is_none_or(|b| b <= found), "not monotone: {}", place());
                        // A day, and the three hours by which a clock may be set back.
                        let most = if moment.days == Days::ALL { 27 } else { 8 * 24 };
                        assert!(found <= from.after(Wait::hours(most)), "skipped: {}", place());
                        before = Some(found);
                    }
                }
                at = change;
            }
        }
        assert!(changes > 3_000, "only {changes} clock changes looked at");
    }
}
