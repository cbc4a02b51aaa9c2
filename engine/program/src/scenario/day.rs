//! The first day of a rehearsal.

use crate::defaults;
use crate::diagnostic::{Diagnostic, Mistakes};
use crate::text::read::Reader;
use crate::text::tree::Value;
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
        let local = self.number() * Wait::DAY.millis();
        // No zone is more than a day ahead of UTC, so midnight is not over yet here.
        let mut piece = zone.piece(Timestamp::from_millis(local - Wait::DAY.millis()));
        loop {
            let candidate = Timestamp::from_millis(local - piece.offset_ms);
            if candidate < piece.until {
                // Earlier than the piece: local midnight lies in the gap before it.
                return candidate.max(piece.from);
            }
            piece = zone.piece(piece.until);
        }
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

pub(super) fn from(reader: &Reader<'_>, told: &mut Mistakes) -> Day {
    let (year, month, day) = defaults::FROM;
    let default = Day { year, month, day };
    let Some(value) = reader.get("from") else { return default };
    let Value::Date(Some((year, month, day))) = value.value else {
        reader.wrong_type("from", value, told);
        return default;
    };
    let found = u8::try_from(month).ok().zip(u8::try_from(day).ok());
    match found.filter(|_| YEARS.contains(&year)) {
        Some((month, day)) => Day { year, month, day },
        None => {
            let years = format!("a day from {} to {}", YEARS.start(), YEARS.end());
            told.tell(
                Diagnostic::error(
                    "foresend::out_of_range",
                    reader.file.name,
                    "`from` is out of range",
                )
                .at(value.span.clone(), "stands here")
                .help(format!("write {years}")),
            );
            default
        }
    }
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
