//! The calendar against slow, obvious ways: dates as jiff counts them, clocks watched minute by minute, and every
//! clock change of every zone from 2020 to 2035.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up should stop")]

use foresend_core::calendar::{Day, Every, EveryDay, MonthDays, Yearly};
use foresend_core::moment::Days;
use foresend_core::time::{Timestamp, Wait, Zone};
use jiff::civil::Date;

const DAY: i64 = 86_400_000;

fn at(text: &str) -> Timestamp {
    Timestamp::from_millis(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
}

/// The date with this number, as jiff knows it.
fn date(number: i64) -> Date {
    let since_1970 = jiff::SignedDuration::from_hours(number * 24);
    jiff::civil::date(1970, 1, 1).checked_add(since_1970).unwrap()
}

#[test]
fn dates_are_numbered_as_jiff_numbers_them() {
    // 1900 to 2200, and round the first and the last year there is.
    for number in (-26_000..84_500).chain(-720_000..-719_000).chain(2_932_000..2_932_897) {
        let date = date(number);
        let (year, month, day) = (i32::from(date.year()), date.month(), date.day());
        let (month, day) = (u8::try_from(month).unwrap(), u8::try_from(day).unwrap());
        let found = Day::of(year, month, day);
        assert_eq!(found, Day::numbered(number), "{date}");
        assert_eq!(found.is_some(), year >= 0, "{date}");
        if let Some(found) = found {
            assert_eq!(found.year_month_day(), (year, month, day));
            assert_eq!((found.to_string(), found.number()), (date.to_string(), number));
            assert_eq!(Day::parse(&date.to_string()), Some(found));
        }
    }
    assert_eq!(Day::numbered(2_932_897), None);
    assert_eq!((Day::numbered(i64::MIN), Day::numbered(i64::MAX)), (None, None));
}

/// What a journey may start by.
#[derive(Clone, Copy, Debug)]
enum Rule {
    Every(Every),
    Yearly(Wait, Day),
}

impl Rule {
    fn week(days: &[u8], minute: u16) -> Self {
        let bits = days.iter().fold(0, |all, day| all | 1 << day);
        Self::Every(Every { on: EveryDay::Week(Days::new(bits).unwrap()), minute })
    }

    fn month(days: &[u8], minute: u16) -> Self {
        let bits = days.iter().fold(0, |all, day| all | 1 << (day - 1));
        Self::Every(Every { on: EveryDay::Month(MonthDays::new(bits).unwrap()), minute })
    }

    fn yearly(hours: u32, date: &str) -> Self {
        Self::Yearly(Wait::hours(hours), Day::parse(date).unwrap())
    }

    fn next(self, zone: &Zone, after: Timestamp, past_day: Option<i64>) -> (Timestamp, i64) {
        match self {
            Self::Every(every) => every.next(zone, after, past_day),
            Self::Yearly(before, date) => Yearly { before }.next(zone, date, after, past_day),
        }
    }

    /// Whether it is met on this date.
    fn is_on(self, number: i64) -> bool {
        let day = date(number);
        let unsigned = |n: i8| u8::try_from(n).unwrap();
        match self {
            Self::Every(Every { on: EveryDay::Week(days), minute: _ }) => {
                days.has(unsigned(day.weekday().to_monday_zero_offset()))
            }
            Self::Every(Every { on: EveryDay::Month(days), minute: _ }) => {
                days.has(unsigned(day.day()))
            }
            Self::Yearly(_, of) => {
                let born = date(of.number());
                let moved = (born.month(), born.day()) == (2, 29) && !day.in_leap_year();
                let kept = if moved { 28 } else { born.day() };
                number >= of.number() && (day.month(), day.day()) == (born.month(), kept)
            }
        }
    }

    /// What the clock shows when it is met for this date, in milliseconds since 1970, and how much earlier it is met.
    fn shown(self, number: i64) -> (i64, Wait) {
        match self {
            Self::Every(every) => (number * DAY + i64::from(every.minute) * 60_000, Wait::ZERO),
            Self::Yearly(before, _) => {
                let rest = before.millis() % DAY;
                (number * DAY - (before.millis() - rest), Wait::from_millis(rest))
            }
        }
    }
}

/// A minute that a clock shows for the first time, or jumps over: when, which (in milliseconds since 1970), and
/// whether the clock shows its day at all.
struct Minute {
    at: Timestamp,
    shown: i64,
    has_day: bool,
}

fn watch(zone: &Zone, from: Timestamp, until: Timestamp) -> Vec<Minute> {
    let shown = |at: Timestamp| at.millis() + zone.offset_ms(at);
    let (mut now, mut last) = (from, shown(from));
    let mut all = Vec::new();
    while now < until {
        now = now.after(Wait::MINUTE);
        let before = last;
        while last < shown(now) {
            last += 60_000;
            let day = |shown: i64| shown.div_euclid(DAY);
            let has_day = day(last) == day(before) || day(last) == day(shown(now));
            all.push(Minute { at: now, shown: last, has_day });
        }
    }
    all
}

#[test]
fn every_hour_of_a_year_in_many_zones_finds_what_watching_the_clock_finds() {
    let cases = [
        ("America/New_York", 2026),
        ("America/Los_Angeles", 2026),
        ("America/Nuuk", 2026),
        ("Europe/London", 2026),
        ("Asia/Tokyo", 2026),
        ("Asia/Kathmandu", 2026),
        ("Australia/Sydney", 2026),
        ("Australia/Lord_Howe", 2026),
        ("Africa/Casablanca", 2026),
        ("Pacific/Apia", 2026),
        ("Pacific/Apia", 2011),      // no 30 December
        ("Pacific/Kwajalein", 1993), // no 21 August
    ];
    let rules = [
        Rule::week(&[1], 600),
        Rule::week(&[0, 1, 2, 3, 4, 5, 6], 150),
        Rule::week(&[4, 5, 6], 1_410),
        Rule::week(&[4, 6], 0),
        Rule::month(&[1, 15, 21], 600),
        Rule::month(&[29, 31], 0),
        Rule::yearly(0, "1990-08-21"),
        Rule::yearly(7 * 24, "1980-02-29"),
        Rule::yearly(36, "1990-01-01"),
        Rule::yearly(24, "1990-12-31"),
        Rule::yearly(1_200 * 24, "1980-11-01"),
    ];
    for (name, year) in cases {
        let zone = Zone::named(name).unwrap();
        let begin = at(&format!("{year}-01-01T00:00Z"));
        let minutes = watch(&zone, begin.before(Wait::days(2)), begin.after(Wait::days(800)));
        for rule in rules {
            let (at_midnight, earlier) = rule.shown(0);
            let is_yearly = matches!(rule, Rule::Yearly(..));
            let met: Vec<(Timestamp, i64)> = minutes
                .iter()
                .filter(|minute| (minute.shown - at_midnight) % DAY == 0)
                .filter(|minute| minute.has_day || is_yearly)
                .map(|minute| (minute.at.before(earlier), (minute.shown - at_midnight) / DAY))
                .filter(|&(_, day)| rule.is_on(day))
                .collect();
            for half_hour in 0..2 * 365 * 24 {
                // Each hour, and the millisecond before it.
                let ms = i64::from(half_hour / 2) * 3_600_000 - i64::from(half_hour % 2);
                let after = Timestamp::from_millis(begin.millis() + ms);
                // Met last: nothing, or today's date, or tomorrow's, by one who came from the east.
                let today = zone.local_day(after);
                for past in [None, Some(today), Some(today + 1)] {
                    let is_next = |&&(at, day): &&(Timestamp, i64)| {
                        at > after && past.is_none_or(|past| day > past)
                    };
                    let from = met.partition_point(|&(at, _)| at <= after);
                    let slow = met[from..].iter().find(is_next).unwrap();
                    let found = rule.next(&zone, after, past);
                    assert_eq!(found, *slow, "{name} {rule:?} {after:?} {past:?}");
                }
            }
        }
    }
}

#[test]
fn round_every_clock_change_of_every_zone_nothing_is_early_late_or_skipped() {
    let (begin, end) = (at("2020-01-01T00:00Z"), at("2036-01-01T00:00Z"));
    let mut changes = 0;
    for name in jiff::tz::db().available() {
        let zone = Zone::named(name.as_str()).unwrap();
        let mut change = zone.piece(begin).until;
        while change < end {
            changes += 1;
            let twenty_years_ago = Day::numbered(zone.local_day(change) - 7_305).unwrap();
            // With each rule, the days it takes at most.
            for (rule, days) in [
                (Rule::week(&[0, 1, 2, 3, 4, 5, 6], 600), 1),
                (Rule::week(&[0, 1, 2, 3, 4, 5, 6], 0), 1),
                (Rule::week(&[5, 6], 150), 6),
                (Rule::week(&[4, 5, 6], 1_410), 5),
                (Rule::month(&[1, 31], 90), 31),
                (Rule::Yearly(Wait::ZERO, twenty_years_ago), 366),
                (Rule::Yearly(Wait::hours(36), twenty_years_ago), 366),
            ] {
                let mut last: Option<(Timestamp, i64)> = None;
                // Three days round the change, in steps that meet it exactly and miss it.
                for step in -72..73i64 {
                    let ms = step * 1_800_000 + step % 3;
                    let after = Timestamp::from_millis(change.millis() + ms);
                    let (found, day) = rule.next(&zone, after, None);
                    let place = || format!("{name} {rule:?} {after:?} {found:?} {day}");
                    assert!(found > after, "early: {}", place());
                    let most = Wait::hours(days * 24 + 3);
                    assert!(found <= after.after(most), "late: {}", place());
                    assert!(rule.is_on(day), "wrong day: {}", place());
                    // The clock shows that time now, or jumps over it.
                    let (shown, earlier) = rule.shown(day);
                    let then = found.after(earlier);
                    let before = then.before(Wait::from_millis(1));
                    assert!(then.millis() + zone.offset_ms(then) >= shown, "{}", place());
                    assert!(before.millis() + zone.offset_ms(before) < shown, "{}", place());
                    assert!(last.is_none_or(|last| last <= (found, day)), "back: {}", place());
                    last = Some((found, day));
                    let second = rule.next(&zone, after, Some(day));
                    assert_eq!(second, rule.next(&zone, found, None), "{}", place());
                }
            }
            change = zone.piece(change).until;
        }
    }
    assert!(changes > 3_000, "only {changes} clock changes looked at");
}
