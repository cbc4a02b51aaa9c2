//! Days and moments of a rehearsal, on the clocks of its program's zone.

use crate::defaults;
use crate::diagnostic::{Diagnostic, Mistakes};
use crate::text::read::Reader;
use crate::text::tree::{At, Value};
use foresend_core::time::{Timestamp, Wait, Zone};
use std::fmt;

/// Zones know their clock changes within these years.
const YEARS: std::ops::RangeInclusive<i16> = 1971..=2090;

/// A day of the calendar.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Day {
    /// 1971 to 2090.
    pub year: i16,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl Day {
    /// Its midnight in `zone`; where there is none, the first instant after the gap.
    #[must_use]
    pub fn start(self, zone: &Zone) -> Timestamp {
        Moment { day: self, second: 0 }.instant(zone)
    }

    /// Whether it is one of the days of a period, from its first day on.
    pub(super) fn is_within(self, (from, days): (Self, u32)) -> bool {
        (0..i64::from(days)).contains(&(self.number() - from.number()))
    }

    /// Days since 1970-01-01, by the calendar that has always been in use.
    fn number(self) -> i64 {
        // Years from March on, so that the leap day is the last: Hinnant, "chrono-compatible low-level date
        // algorithms", days_from_civil, for years above 0.
        let (month, day) = (i64::from(self.month), i64::from(self.day));
        let year = i64::from(self.year) - i64::from(month <= 2);
        let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
    }
}

/// A moment on the clocks of the program's zone.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Moment {
    /// On which day.
    pub day: Day,
    /// How many seconds after its midnight, below 86,400.
    pub second: u32,
}

impl Moment {
    /// When that is in `zone`; where clocks skip it, the first instant after the gap; where they show it twice, the
    /// earlier.
    #[must_use]
    pub fn instant(self, zone: &Zone) -> Timestamp {
        let local = self.day.number() * Wait::DAY.millis() + i64::from(self.second) * 1_000;
        // No zone is more than a day ahead of UTC, so it has not come yet here.
        let mut piece = zone.piece(Timestamp::from_millis(local - Wait::DAY.millis()));
        loop {
            let candidate = Timestamp::from_millis(local - piece.offset_ms);
            if candidate < piece.until {
                // Earlier than the piece: the moment lies in the gap before it.
                return candidate.max(piece.from);
            }
            piece = zone.piece(piece.until);
        }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minute = self.second / 60;
        write!(f, "{} {:02}:{:02}", self.day, minute / 60, minute % 60)
    }
}

pub(super) fn from(reader: &Reader<'_>, told: &mut Mistakes) -> Day {
    let (year, month, day) = defaults::FROM;
    let default = Day { year, month, day };
    let Some(value) = reader.get("from") else { return default };
    let Value::Date(Some(date)) = value.value else {
        reader.wrong_type("from", value, told);
        return default;
    };
    day_of(reader, "from", date, value, told).unwrap_or(default)
}

/// A day, or a day with a time, that must stand there.
pub(super) fn moment(reader: &Reader<'_>, key: &str, told: &mut Mistakes) -> Option<Moment> {
    let value = reader.require(key, &[], told)?;
    if let Value::Date(Some(date)) = value.value {
        return Some(Moment { day: day_of(reader, key, date, value, told)?, second: 0 });
    }
    let written = reader.file.text.get(value.span.clone()).unwrap_or_default();
    let time = written.replace(' ', "T").parse::<jiff::civil::DateTime>().ok();
    // An offset would be read as none: the zone is the program's.
    let is_local = !written.contains(['Z', 'z', '+']) && written.matches('-').count() == 2;
    let Some(time) = time.filter(|_| is_local && matches!(value.value, Value::Date(_))) else {
        reader.wrong_type(key, value, told);
        return None;
    };
    let date = (time.year(), time.month(), time.day());
    let second = (i32::from(time.hour()) * 60 + i32::from(time.minute())) * 60;
    let second = u32::try_from(second + i32::from(time.second())).ok()?;
    Some(Moment { day: day_of(reader, key, date, value, told)?, second })
}

fn day_of(
    reader: &Reader<'_>,
    key: &str,
    (year, month, day): (i16, i8, i8),
    value: &At<Value>,
    told: &mut Mistakes,
) -> Option<Day> {
    let found = u8::try_from(month).ok().zip(u8::try_from(day).ok());
    let found = found.filter(|_| YEARS.contains(&year));
    if found.is_none() {
        let years = format!("a day from {} to {}", YEARS.start(), YEARS.end());
        let message = format!("`{key}` is out of range");
        told.tell(
            Diagnostic::error("foresend::out_of_range", reader.file.name, message)
                .at(value.span.clone(), "stands here")
                .help(format!("write {years}")),
        );
    }
    found.map(|(month, day)| Day { year, month, day })
}

#[cfg(test)]
mod tests {
    use super::super::scenario;
    use super::*;

    #[track_caller]
    fn check(zone: &str, from: &str, start: &str) {
        let (read, told) = scenario("x", &format!("program = 'shop'\nfrom = {from}"));
        let start = start.parse::<jiff::Timestamp>().unwrap().as_millisecond();
        let zone = Zone::named(zone).unwrap();
        let found = read.unwrap_or_else(|| panic!("{told:?}")).start(&zone);
        assert_eq!(found, Timestamp::from_millis(start));
    }

    #[test]
    fn a_rehearsal_starts_at_local_midnight() {
        check("UTC", "1971-01-01", "1971-01-01T00:00Z");
        check("Europe/London", "2026-03-02", "2026-03-02T00:00Z");
        check("Europe/Berlin", "2026-07-01", "2026-06-30T22:00Z");
        check("Pacific/Kiritimati", "2026-03-02", "2026-03-01T10:00Z");
        check("America/New_York", "2024-02-29", "2024-02-29T05:00Z");
    }

    #[test]
    fn a_midnight_that_does_not_exist_is_the_instant_after_the_gap() {
        // Cuba's clocks go from 00:00 to 01:00.
        check("America/Havana", "2026-03-08", "2026-03-08T05:00Z");
    }

    #[test]
    fn of_a_midnight_that_happens_twice_the_earlier_counts() {
        // Cuba's clocks go from 01:00 back to 00:00.
        check("America/Havana", "2026-11-01", "2026-11-01T04:00Z");
    }
}
