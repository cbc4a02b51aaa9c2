//! Journeys that start by the calendar, on a customer's own clock: each Tuesday at 10:00, each 1st and 15th, a week
//! before each birthday. One question: when next, and which date is met then?
//! Invariant: the answer is later than `after`, and its date later than the date met last. So a customer who moves
//! west, and lives through a date twice, meets it once.
//! Invariant: a time of day that a date lacks is the first instant after the gap, in a fold the earlier one.

use crate::moment::Days;
use crate::time::{Timestamp, Wait, Zone};
use std::fmt;

/// Days of the month. Never empty.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MonthDays(u32);

impl MonthDays {
    /// The days whose bits are set, the 1st the lowest. `None` where there are none, or one after the 31st.
    #[must_use]
    pub const fn new(bits: u32) -> Option<Self> {
        if bits == 0 || bits >> 31 != 0 { None } else { Some(Self(bits)) }
    }

    /// Whether the day with this number, the 1st being 1, is one of them.
    #[must_use]
    pub const fn has(self, day: u8) -> bool {
        1 <= day && day <= 31 && self.0 >> (day - 1) & 1 == 1
    }
}

/// As an author writes it: `1st,15th`.
impl fmt::Display for MonthDays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut comma = "";
        for day in (1..=31).filter(|&day| self.has(day)) {
            let ending = match day {
                1 | 21 | 31 => "st",
                2 | 22 => "nd",
                3 | 23 => "rd",
                _ => "th",
            };
            write!(f, "{comma}{day}{ending}")?;
            comma = ",";
        }
        Ok(())
    }
}

/// On which days something occurs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EveryDay {
    /// Of the week.
    Week(Days),
    /// Of the month. In a month without such a day it does not occur.
    Month(MonthDays),
}

/// Something that occurs once on certain days: `tue 10:00`, `1st,15th 10:00`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Every {
    /// On which days.
    pub on: EveryDay,
    /// At which minute of the day, 0 to 1,439.
    pub minute: u16,
}

/// As an author writes it: `mon-fri 09:00`.
impl fmt::Display for Every {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.on {
            EveryDay::Week(days) => days.fmt(f)?,
            EveryDay::Month(days) => days.fmt(f)?,
        }
        write!(f, " {:02}:{:02}", self.minute / 60, self.minute % 60)
    }
}

impl Every {
    /// The first occurrence after `after` on a day after `past_day`, and its day: days since 1970-01-01 on the clock
    /// of `zone`.
    ///
    /// Where the clock jumps over the time, the occurrence is the first instant after the gap and still belongs to
    /// its day, even if the gap ends past midnight. A day that the clock skips whole has no occurrence, as the 31st
    /// has none in April: Apia had no 30 December 2011, and its mail at the first instant of the 31st would be
    /// dated, and keyed, by a day nobody there had.
    #[must_use]
    pub fn next(self, zone: &Zone, after: Timestamp, past_day: Option<i64>) -> (Timestamp, i64) {
        assert!(self.minute < 1_440, "no day has a minute {}", self.minute);
        let of_day = Wait::minutes(u32::from(self.minute)).millis();
        // What belongs to a day before today's was met when the clock first showed today, or earlier.
        let today = zone.local_day(after);
        let first = past_day.map_or(today, |past| today.max(past + 1));
        for day in first..first + DAYS_MAX {
            let begins = zone.instant(day, 0);
            let is_on = match self.on {
                EveryDay::Week(days) => days.has(zone.weekday(begins)),
                EveryDay::Month(days) => days.has(civil(day).2),
            };
            if is_on && zone.local_day(begins) == day {
                let at = zone.instant(day, of_day);
                if at > after {
                    return (at, day);
                }
            }
        }
        unreachable!("{self} did not occur within {DAYS_MAX} days in {}", zone.name())
    }
}

/// A civil date from 0000-01-01 to 9999-12-31, as days since 1970-01-01.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Day(i32);

impl Day {
    /// This date. `None` if there is none such: 31 April, or a year beyond 0 to 9,999.
    #[must_use]
    pub fn of(year: i32, month: u8, day: u8) -> Option<Self> {
        if !(1..=12).contains(&month) {
            return None;
        }
        let found = Self::numbered(number_of(i64::from(year), month, day))?;
        if found.year_month_day() == (year, month, day) { Some(found) } else { None }
    }

    /// The date `number` days after 1970-01-01, as [`Every::next`] and [`Yearly::next`] count. `None` if its year is
    /// beyond 0 to 9,999.
    #[must_use]
    pub fn numbered(number: i64) -> Option<Self> {
        let in_range = (FIRST..=LAST).contains(&number);
        if in_range { i32::try_from(number).ok().map(Self) } else { None }
    }

    /// Days since 1970-01-01.
    #[must_use]
    pub fn number(self) -> i64 {
        i64::from(self.0)
    }

    /// The date written so: `2026-03-02`, and in no other way.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (year, rest) = text.split_once('-')?;
        let (month, day) = rest.split_once('-')?;
        let found = Self::of(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)?;
        if found.to_string() == text { Some(found) } else { None }
    }

    /// Year, month 1 to 12, and day 1 to 31.
    #[must_use]
    pub fn year_month_day(self) -> (i32, u8, u8) {
        let (year, month, day) = civil(self.number());
        (i32::try_from(year).expect("0 to 9,999"), month, day)
    }
}

/// As people and ISO 8601 write it: `2026-03-02`.
impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.year_month_day();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

/// Something that occurs once a year, some time before the anniversary of a date.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Yearly {
    /// How long before local midnight of the anniversary: its whole days are days of the calendar, whatever the
    /// clock does in them, and the rest is elapsed time.
    pub before: Wait,
}

impl Yearly {
    /// The first instant after `after` that is `before` away from an anniversary of `date` later than `past_day`, and
    /// the day of that anniversary: days since 1970-01-01.
    ///
    /// The first anniversary is `date` itself. 29 February is 28 February in years without one. Where the clock
    /// skips midnight, or the whole day, the instant is the first after the gap: unlike a newsletter, a birthday
    /// is not let pass because of it.
    #[must_use]
    pub fn next(
        self,
        zone: &Zone,
        date: Day,
        after: Timestamp,
        past_day: Option<i64>,
    ) -> (Timestamp, i64) {
        let days = self.before.millis() / Wait::DAY.millis();
        let rest = Wait::from_millis(self.before.millis() % Wait::DAY.millis());
        let (first_year, month, day) = civil(date.number());
        let (year, _, _) = civil(zone.local_day(after) + days);
        let year = year.max(first_year).max(past_day.map_or(first_year, |past| civil(past).0));
        for year in year..year + YEARS_MAX {
            let there = number_of(year, month, day);
            // What should be 29 February has come out as 1 March.
            let anniversary = if civil(there).2 == day { there } else { there - 1 };
            let at = zone.instant(anniversary - days, 0).before(rest);
            if at > after && past_day.is_none_or(|past| anniversary > past) {
                return (at, anniversary);
            }
        }
        unreachable!("{date} had no anniversary within {YEARS_MAX} years in {}", zone.name())
    }
}

/// The number of a civil date, in days since 1970-01-01; a day the month lacks counts on into the next.
/// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `days_from_civil`. Years begin in March, so
/// that the day a leap year adds is its last. Held by `dates_are_numbered_as_jiff_numbers_them`.
fn number_of(year: i64, month: u8, day: u8) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((i64::from(month) + 9) % 12) + 2) / 5 + i64::from(day) - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Year, month and day of the day with this number: `civil_from_days` of the same source.
fn civil(number: i64) -> (i64, u8, u8) {
    let from_march_of_0 = number + 719_468;
    let (era, of_era) = (from_march_of_0.div_euclid(146_097), from_march_of_0.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = (from_march + 2) % 12 + 1;
    let year = era * 400 + year + i64::from(month <= 2);
    let small = |n: i64| u8::try_from(n).expect("1 to 31");
    (year, small(month), small(day))
}

/// Two 31sts are up to 61 days apart, and 121 where a clock skips that of March. (In Kanton 92 have been.)
const DAYS_MAX: i64 = 122;
/// The first anniversary may be past, and the second a day away when `before` asks for a day and a half.
const YEARS_MAX: i64 = 3;
/// 0000-01-01 and 9999-12-31.
const FIRST: i64 = -719_528;
const LAST: i64 = 2_932_896;

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::from_millis(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
    }

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    /// On days of the week, Monday 0.
    fn week(days: &[u8], minute: u16) -> Every {
        let bits = days.iter().fold(0, |all, day| all | 1 << day);
        Every { on: EveryDay::Week(Days::new(bits).unwrap()), minute }
    }

    fn month(days: &[u8], minute: u16) -> Every {
        let bits = days.iter().fold(0, |all, day| all | 1 << (day - 1));
        Every { on: EveryDay::Month(MonthDays::new(bits).unwrap()), minute }
    }

    const DAILY: &[u8] = &[0, 1, 2, 3, 4, 5, 6];

    /// `met`: instants, each with its date, one after the other.
    #[track_caller]
    fn check(
        next: impl Fn(Timestamp, Option<i64>) -> (Timestamp, i64),
        after: &str,
        met: &[[&str; 2]],
    ) {
        let (mut after, mut past) = (at(after), None);
        for [instant, date] in met {
            let (found, number) = next(after, past);
            let shown = jiff::Timestamp::from_millisecond(found.millis()).unwrap();
            let dated = Day::numbered(number).unwrap();
            assert_eq!((found, dated), (at(instant), day(date)), "found {shown}, {dated}");
            (after, past) = (found, Some(number));
        }
    }

    #[track_caller]
    fn every(zone: &str, every: Every, after: &str, met: &[[&str; 2]]) {
        let zone = Zone::named(zone).unwrap();
        check(|after, past| every.next(&zone, after, past), after, met);
    }

    #[track_caller]
    fn yearly(zone: &str, before: Wait, date: &str, after: &str, met: &[[&str; 2]]) {
        let (zone, date) = (Zone::named(zone).unwrap(), day(date));
        check(|after, past| Yearly { before }.next(&zone, date, after, past), after, met);
    }

    #[test]
    fn ten_in_new_york_stays_ten_across_both_clock_changes() {
        let met = [["2026-03-08T14:00Z", "2026-03-08"], ["2026-03-09T14:00Z", "2026-03-09"]];
        every("America/New_York", week(DAILY, 600), "2026-03-07T15:00Z", &met);
        let met = [["2026-11-01T15:00Z", "2026-11-01"], ["2026-11-08T15:00Z", "2026-11-08"]];
        every("America/New_York", week(&[6], 600), "2026-10-25T14:00Z", &met);
    }

    #[test]
    fn the_weekday_and_the_date_are_the_customers_own() {
        // Monday 15:30 in UTC is Tuesday 00:30 in Tokyo.
        let met = [["2026-03-02T15:30Z", "2026-03-03"], ["2026-03-09T15:30Z", "2026-03-10"]];
        every("Asia/Tokyo", week(&[1], 30), "2026-03-02T15:29:59.999Z", &met);
        let met = [["2026-03-15T04:15Z", "2026-03-15"], ["2026-04-01T04:15Z", "2026-04-01"]];
        every("Asia/Kathmandu", month(&[1, 15], 600), "2026-03-01T04:15Z", &met);
        // In Ramadan, from 15 February, the clocks of Casablanca are an hour back.
        let met = [["2026-02-10T09:00Z", "2026-02-10"], ["2026-02-17T10:00Z", "2026-02-17"]];
        every("Africa/Casablanca", week(&[1], 600), "2026-02-10T08:59Z", &met);
    }

    #[test]
    fn a_time_in_a_gap_is_the_first_instant_after_it_and_in_a_fold_the_earlier_one() {
        let met = [["2026-10-03T15:30Z", "2026-10-04"], ["2026-10-10T15:15Z", "2026-10-11"]];
        every("Australia/Lord_Howe", week(&[6], 135), "2026-10-01T00:00Z", &met);
        let met = [["2026-04-04T14:45Z", "2026-04-05"], ["2026-04-11T15:15Z", "2026-04-12"]];
        every("Australia/Lord_Howe", week(&[6], 105), "2026-04-01T00:00Z", &met);
        // Nuuk goes from Saturday 23:00 to Sunday 00:00, and Saturday keeps its 23:30.
        let met = [["2026-03-29T01:00Z", "2026-03-28"], ["2026-04-05T00:30Z", "2026-04-04"]];
        every("America/Nuuk", week(&[5], 1_410), "2026-03-28T12:00Z", &met);
    }

    #[test]
    fn a_day_that_a_clock_or_a_month_lacks_has_no_occurrence() {
        // Apia went from the end of Thursday 29 December 2011, at UTC-10, to Saturday the 31st, at UTC+14.
        let met = [["2011-12-29T20:00Z", "2011-12-29"], ["2011-12-30T20:00Z", "2011-12-31"]];
        every("Pacific/Apia", week(DAILY, 600), "2011-12-29T12:00Z", &met);
        let met = [["2012-01-05T10:00Z", "2012-01-06"]];
        every("Pacific/Apia", week(&[4], 0), "2011-12-29T12:00Z", &met);
        let met = [["2026-03-31T10:00Z", "2026-03-31"], ["2026-05-31T10:00Z", "2026-05-31"]];
        every("UTC", month(&[31], 600), "2026-01-31T10:00Z", &met);
        // Kanton had no 31 December 1994.
        let met = [["1995-01-30T21:00Z", "1995-01-31"]];
        every("Pacific/Kanton", month(&[31], 600), "1994-10-31T21:00Z", &met);
    }

    #[test]
    fn who_moves_west_meets_no_date_twice() {
        let [tokyo, london] =
            ["Asia/Tokyo", "Europe/London"].map(|zone| Zone::named(zone).unwrap());
        let tuesday = week(&[1], 600);
        let (met, date) = tuesday.next(&tokyo, at("2026-03-02T12:00Z"), None);
        assert_eq!((met, date), (at("2026-03-03T01:00Z"), day("2026-03-03").number()));
        // At 11:00 in Tokyo she moves to London, where it is 02:00 on that Tuesday.
        let moved = met.after(Wait::hours(1));
        assert_eq!(tuesday.next(&london, moved, None).0, at("2026-03-03T10:00Z"));
        assert_eq!(tuesday.next(&london, moved, Some(date)).0, at("2026-03-10T10:00Z"));
        let (birthday, born) = (Yearly { before: Wait::ZERO }, day("1990-03-03"));
        let (met, date) = birthday.next(&tokyo, born, at("2026-03-01T00:00Z"), None);
        assert_eq!(birthday.next(&london, born, met, None).0, at("2026-03-03T00:00Z"));
        assert_eq!(birthday.next(&london, born, met, Some(date)).0, at("2027-03-03T00:00Z"));
    }

    #[test]
    fn a_birthday_on_29_february_is_on_the_28th_in_years_without_one() {
        let met = [["2027-02-28T00:00Z", "2027-02-28"], ["2028-02-29T00:00Z", "2028-02-29"]];
        yearly("UTC", Wait::ZERO, "2000-02-29", "2026-06-01T00:00Z", &met);
        let met = [["2028-02-28T00:00Z", "2028-02-28"]];
        yearly("UTC", Wait::ZERO, "1999-02-28", "2027-06-01T00:00Z", &met);
    }

    #[test]
    fn days_before_an_anniversary_are_days_of_the_calendar_and_may_lie_in_the_year_before() {
        let met = [["2026-12-26T15:00Z", "2027-01-03"], ["2027-12-26T15:00Z", "2028-01-03"]];
        yearly("Asia/Tokyo", Wait::days(7), "1990-01-03", "2026-12-26T14:59:59.999Z", &met);
        let met = [["2026-02-03T00:00Z", "2027-03-10"]];
        yearly("UTC", Wait::days(400), "1990-03-10", "2026-01-01T00:00Z", &met);
        // New York goes from UTC-5 to UTC-4 on 8 March 2026. Half a day is elapsed time.
        let met = [["2026-03-03T05:00Z", "2026-03-10"]];
        yearly("America/New_York", Wait::days(7), "1990-03-10", "2026-01-01T00:00Z", &met);
        let met = [["2026-03-08T16:00Z", "2026-03-10"]];
        yearly("America/New_York", Wait::hours(36), "1990-03-10", "2026-01-01T00:00Z", &met);
    }

    #[test]
    fn a_date_to_come_is_its_own_first_anniversary_and_one_that_a_clock_skips_is_kept() {
        let met = [["2030-04-30T00:00Z", "2030-05-01"], ["2031-04-30T00:00Z", "2031-05-01"]];
        yearly("UTC", Wait::days(1), "2030-05-01", "2026-01-01T00:00Z", &met);
        let met = [["2011-12-30T10:00Z", "2011-12-30"], ["2012-12-29T10:00Z", "2012-12-30"]];
        yearly("Pacific/Apia", Wait::ZERO, "1990-12-30", "2011-12-01T00:00Z", &met);
    }

    #[test]
    fn occurrences_and_dates_are_written_as_authors_write_them() {
        assert_eq!(week(&[0, 1, 2, 3, 4], 545).to_string(), "mon-fri 09:05");
        let days = month(&[1, 2, 3, 4, 11, 12, 13, 21, 22, 23, 31], 0).to_string();
        assert_eq!(days, "1st,2nd,3rd,4th,11th,12th,13th,21st,22nd,23rd,31st 00:00");
        assert!(MonthDays::new(0).is_none() && MonthDays::new(1 << 31).is_none());
        for text in ["2026-03-02", "0000-01-01", "9999-12-31", "2024-02-29"] {
            assert_eq!(day(text).to_string(), text);
        }
        let long = "2026-3-02 2026-03-2 26-03-02 02026-03-02 10000-01-01 2026-03-02-01 2026-03-02T";
        let odd = "2026/03/02 20260302 +026-03-02 -026-03-02 2026-+3-02 2026-03-0é -0001-12-31";
        let absent = "2026-02-29 2026-04-31 2026-00-01 2026-13-01 2026-01-00 2026-01-32";
        for text in [long, odd, absent].iter().flat_map(|list| list.split(' ')).chain(["", " "]) {
            assert_eq!(Day::parse(text), None, "{text:?}");
        }
    }
}
