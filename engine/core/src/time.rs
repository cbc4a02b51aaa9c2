//! Instants, waits and the customer's own clock. Instants are UTC milliseconds; zones come from the bundled
//! database only, so that two machines agree.
//! Invariant: no clock is read here; "now" is always an argument.
//! Invariant: a local time in a spring gap means the first instant after the gap, in an autumn fold the earlier one.

use std::fmt;

const MINUTE: i64 = 60_000;
const DAY: i64 = 86_400_000;

/// An instant: milliseconds since 1970-01-01T00:00Z. Leap seconds do not exist.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Later than every instant that can occur: "not waiting".
    pub const NEVER: Self = Self(i64::MAX);
    /// Earlier than every instant that can occur: "known from birth".
    pub const ALWAYS: Self = Self(i64::MIN);

    /// The instant `ms` milliseconds after 1970-01-01T00:00Z.
    #[must_use]
    pub const fn from_millis(ms: i64) -> Self {
        Self(ms)
    }

    /// Milliseconds since 1970-01-01T00:00Z.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// This instant plus `wait`; stops at [`Timestamp::NEVER`].
    #[must_use]
    pub const fn after(self, wait: Wait) -> Self {
        Self(self.0.saturating_add(wait.0))
    }

    /// This instant less `wait`; stops at [`Timestamp::ALWAYS`].
    #[must_use]
    pub const fn before(self, wait: Wait) -> Self {
        Self(self.0.saturating_sub(wait.0))
    }

    /// Elapsed time since `earlier`; zero if `earlier` is not earlier.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Wait {
        let ms = self.0.saturating_sub(earlier.0);
        Wait(if ms < 0 { 0 } else { ms })
    }
}

/// A span of elapsed time, in milliseconds, never negative.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Wait(i64);

impl Wait {
    /// No time at all.
    pub const ZERO: Self = Self(0);
    /// One minute: what is handed over within it counts as punctual.
    pub const MINUTE: Self = Self(MINUTE);
    /// One day of 24 hours.
    pub const DAY: Self = Self(DAY);

    /// `ms` milliseconds; a negative number counts as zero.
    #[must_use]
    pub const fn from_millis(ms: i64) -> Self {
        Self(if ms < 0 { 0 } else { ms })
    }

    /// `minutes` minutes.
    #[must_use]
    pub const fn minutes(minutes: u32) -> Self {
        Self(minutes as i64 * MINUTE)
    }

    /// `hours` hours.
    #[must_use]
    pub const fn hours(hours: u32) -> Self {
        Self(hours as i64 * 60 * MINUTE)
    }

    /// `days` days of 24 hours.
    #[must_use]
    pub const fn days(days: u32) -> Self {
        Self(days as i64 * DAY)
    }

    /// Milliseconds.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }
}

/// As an author writes it, in the largest unit that divides it: `90m`, `22h`, `3d`, `250ms`.
impl fmt::Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => f.write_str("0m"),
            ms if ms % DAY == 0 => write!(f, "{}d", ms / DAY),
            ms if ms % (60 * MINUTE) == 0 => write!(f, "{}h", ms / (60 * MINUTE)),
            ms if ms % MINUTE == 0 => write!(f, "{}m", ms / MINUTE),
            ms if ms % 1000 == 0 => write!(f, "{}s", ms / 1000),
            ms => write!(f, "{ms}ms"),
        }
    }
}

/// A part of the day on a customer's own clock, in minutes since midnight: includes its start, excludes its
/// end, and may cross midnight. Start and end differ.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DayWindow {
    from: u16,
    until: u16,
}

impl DayWindow {
    /// The window from minute `from` to minute `until` of the day, each 0 to 1,439. `None` where they are
    /// equal (the window would be empty or the whole day) or out of range.
    #[must_use]
    pub const fn new(from: u16, until: u16) -> Option<Self> {
        if from == until || from >= 1440 || until >= 1440 {
            None
        } else {
            Some(Self { from, until })
        }
    }

    /// First minute of the window.
    #[must_use]
    pub const fn from(self) -> u16 {
        self.from
    }

    /// First minute after the window.
    #[must_use]
    pub const fn until(self) -> u16 {
        self.until
    }

    /// Everything outside this window.
    #[must_use]
    pub const fn complement(self) -> Self {
        Self { from: self.until, until: self.from }
    }

    /// Whether a local time of day, in milliseconds since midnight, lies inside.
    #[must_use]
    pub const fn contains(self, ms_of_day: i64) -> bool {
        let (from, until) = (self.from as i64 * MINUTE, self.until as i64 * MINUTE);
        if from < until {
            from <= ms_of_day && ms_of_day < until
        } else {
            from <= ms_of_day || ms_of_day < until
        }
    }
}

impl fmt::Display for DayWindow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (a, b) = (self.from, self.until);
        write!(f, "{:02}:{:02}-{:02}:{:02}", a / 60, a % 60, b / 60, b % 60)
    }
}

/// A stretch of time in which a zone's clock runs evenly.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Piece {
    /// First instant of the stretch.
    pub from: Timestamp,
    /// First instant after it.
    pub until: Timestamp,
    /// Local time less UTC, in milliseconds.
    pub offset_ms: i64,
}

/// A time zone: its transitions from 1970 to 2100, in order. After the last one the last offset stays.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Zone {
    name: String,
    /// (first instant in ms, offset in ms), ascending; the first entry begins at `i64::MIN`.
    pieces: Vec<(i64, i64)>,
}

impl Zone {
    /// The zone with this IANA name, from the database compiled in. `None` if there is none of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let zone = jiff::tz::TimeZone::get(name).ok()?;
        let first = jiff::Timestamp::from_second(0).ok()?;
        let last = jiff::Timestamp::from_second(4_102_444_800).ok()?; // 2100-01-01T00:00Z
        let mut pieces = vec![(i64::MIN, i64::from(zone.to_offset(first).seconds()) * 1000)];
        for transition in zone.following(first) {
            if transition.timestamp() >= last {
                break;
            }
            let offset = i64::from(transition.offset().seconds()) * 1000;
            // Some transitions change only a name or the daylight flag: the clock runs on.
            if pieces.last().is_some_and(|&(_, before)| before != offset) {
                pieces.push((transition.timestamp().as_millisecond(), offset));
            }
        }
        Some(Self { name: name.to_owned(), pieces })
    }

    /// The IANA name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The even stretch that holds `at`.
    #[must_use]
    pub fn piece(&self, at: Timestamp) -> Piece {
        let after = self.pieces.partition_point(|&(from, _)| from <= at.0).max(1);
        let (from, offset_ms) = self.pieces[after - 1];
        let until = self.pieces.get(after).map_or(Timestamp::NEVER, |&(from, _)| Timestamp(from));
        Piece { from: Timestamp(from), until, offset_ms }
    }

    /// Local time less UTC at `at`, in milliseconds.
    #[must_use]
    pub fn offset_ms(&self, at: Timestamp) -> i64 {
        self.piece(at).offset_ms
    }

    /// Milliseconds since local midnight at `at`.
    #[must_use]
    pub fn ms_of_day(&self, at: Timestamp) -> i64 {
        at.0.saturating_add(self.offset_ms(at)).rem_euclid(DAY)
    }

    /// The local calendar day at `at`: days since 1970-01-01.
    #[must_use]
    pub fn local_day(&self, at: Timestamp) -> i64 {
        at.0.saturating_add(self.offset_ms(at)).div_euclid(DAY)
    }

    /// The weekday at `at` on the local clock: Monday 0 to Sunday 6.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "0 to 6")]
    pub fn weekday(&self, at: Timestamp) -> u8 {
        (self.local_day(at) + 3).rem_euclid(7) as u8 // 1970-01-01 was a Thursday
    }

    /// When the local clock shows `ms_of_day` on the calendar day `day`: in a gap the first instant after it, in a
    /// fold the earlier one.
    #[must_use]
    pub fn instant(&self, day: i64, ms_of_day: i64) -> Timestamp {
        let local = day.saturating_mul(DAY).saturating_add(ms_of_day);
        // No clock is more than a day from UTC, and none changed twice within the two days that leaves.
        let mut piece = self.piece(Timestamp(local.saturating_sub(DAY + DAY / 12)));
        loop {
            let at = local.saturating_sub(piece.offset_ms);
            if at < piece.until.0 {
                return Timestamp(at.max(piece.from.0));
            }
            piece = self.piece(piece.until);
        }
    }

    /// Whether the local clock shows a time inside `window` at `at`.
    #[must_use]
    pub fn is_within(&self, window: DayWindow, at: Timestamp) -> bool {
        window.contains(self.ms_of_day(at))
    }

    /// The first instant from `at` on at which the local clock shows a time inside `window`. Where the clock
    /// jumps over the window's start, that is the instant of the jump, even if it jumps over the whole window.
    #[must_use]
    pub fn first_within(&self, window: DayWindow, at: Timestamp) -> Timestamp {
        let start = i64::from(window.from) * MINUTE;
        let mut at = at;
        // A window opens every day, so two pieces are enough unless a zone changes twice within a day.
        for _ in 0..8 {
            let piece = self.piece(at);
            let local = at.0.saturating_add(piece.offset_ms);
            let of_day = local.rem_euclid(DAY);
            if window.contains(of_day) {
                return at;
            }
            let opens = Timestamp(at.0.saturating_add((start - of_day).rem_euclid(DAY)));
            if opens < piece.until {
                return opens;
            }
            let next = self.piece(piece.until);
            let (before, after) = (piece.until.0 + piece.offset_ms, piece.until.0 + next.offset_ms);
            // Local [before, after) does not exist; a start in it means the first instant after the gap.
            if after > before && (start - before).rem_euclid(DAY) < after - before {
                return piece.until;
            }
            at = piece.until;
        }
        unreachable!("{}: no daily window opened within eight clock changes", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
    }

    fn window(text: &str) -> DayWindow {
        let minute = |t: &str| {
            let (hours, minutes) = t.split_once(':').unwrap();
            hours.parse::<u16>().unwrap() * 60 + minutes.parse::<u16>().unwrap()
        };
        let (from, until) = text.split_once('-').unwrap();
        DayWindow::new(minute(from), minute(until)).unwrap()
    }

    #[track_caller]
    fn check(zone: &str, between: &str, from: &str, first: &str) {
        let found = Zone::named(zone).unwrap().first_within(window(between), at(from));
        assert_eq!(found, at(first), "{found:?} is {}", found.0 - at(first).0);
    }

    #[test]
    fn a_window_opens_at_its_start_and_closes_before_its_end() {
        check("Europe/London", "09:00-20:00", "2026-03-02T07:00Z", "2026-03-02T09:00Z");
        check("Europe/London", "09:00-20:00", "2026-03-02T09:00Z", "2026-03-02T09:00Z");
        check(
            "Europe/London",
            "09:00-20:00",
            "2026-03-02T19:59:59.999Z",
            "2026-03-02T19:59:59.999Z",
        );
        check("Europe/London", "09:00-20:00", "2026-03-02T20:00Z", "2026-03-03T09:00Z");
    }

    #[test]
    fn a_window_may_cross_midnight() {
        check("Asia/Tokyo", "21:00-08:00", "2026-03-02T14:00Z", "2026-03-02T14:00Z");
        check("Asia/Tokyo", "21:00-08:00", "2026-03-02T01:00Z", "2026-03-02T12:00Z");
    }

    #[test]
    fn nine_in_new_york_stays_nine_across_both_clock_changes() {
        check("America/New_York", "09:00-20:00", "2026-03-08T02:00Z", "2026-03-08T13:00Z");
        check("America/New_York", "09:00-20:00", "2026-11-01T03:00Z", "2026-11-01T14:00Z");
    }

    #[test]
    fn a_start_in_a_spring_gap_is_the_first_instant_after_it() {
        check("America/New_York", "02:30-04:00", "2026-03-08T05:00Z", "2026-03-08T07:00Z");
        check("America/New_York", "02:10-02:40", "2026-03-08T05:00Z", "2026-03-08T07:00Z");
    }

    #[test]
    fn a_start_in_an_autumn_fold_is_the_earlier_one() {
        check("America/New_York", "01:30-05:00", "2026-11-01T04:00Z", "2026-11-01T05:30Z");
    }

    #[test]
    fn every_hour_of_a_year_finds_the_window_that_a_slow_search_finds() {
        for name in ["America/New_York", "Europe/London", "Australia/Lord_Howe", "Asia/Kathmandu"] {
            let zone = Zone::named(name).unwrap();
            for between in ["09:00-20:00", "21:00-08:00"] {
                let between = window(between);
                for hour in 0..8760 {
                    let start = at("2026-01-01T00:00Z").after(Wait::minutes(hour * 60 + 7));
                    let mut slow = start;
                    while !zone.is_within(between, slow) {
                        // Steps of a minute, on whole minutes, since windows open on whole minutes.
                        slow = slow.after(Wait::MINUTE);
                    }
                    assert_eq!(
                        zone.first_within(between, start),
                        slow,
                        "{name} {between} {start:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn own_table_agrees_with_the_zone_database() {
        for name in ["America/New_York", "Pacific/Apia", "Africa/Casablanca", "Australia/Lord_Howe"]
        {
            let (zone, jiff) = (Zone::named(name).unwrap(), jiff::tz::TimeZone::get(name).unwrap());
            for hour in 0..(15 * 8766) {
                let t = at("2020-01-01T00:00Z").after(Wait::minutes(hour * 60));
                let theirs = jiff.to_offset(jiff::Timestamp::from_millisecond(t.0).unwrap());
                assert_eq!(zone.offset_ms(t), i64::from(theirs.seconds()) * 1000, "{name} {t:?}");
            }
        }
    }
}
