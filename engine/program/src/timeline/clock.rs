//! Instants on a customer's own clock, as a timeline prints them: no longer than needed beside another instant.

use foresend_core::id::Key;
use foresend_core::time::{Timestamp, Wait, Zone};
use jiff::civil::DateTime;
use jiff::tz::Offset;

/// One customer's clock.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock<'a> {
    pub(super) zone: &'a Zone,
}

impl Clock<'_> {
    /// `Mon 2026-03-09`
    pub(super) fn day(self, at: Timestamp) -> String {
        self.format(at, "%a %Y-%m-%d")
    }

    /// `10:10:04`
    pub(super) fn time(self, at: Timestamp) -> String {
        self.format(at, "%H:%M:%S")
    }

    /// `2026-03-09T10:10:04`
    pub(super) fn local(self, at: Timestamp) -> String {
        self.format(at, "%Y-%m-%dT%H:%M:%S")
    }

    /// `2026-03-15` of the key that stands for this day; `None` if it stands for none.
    pub(super) fn date(self, key: Key) -> Option<String> {
        const DAY: u64 = 1 << 63;
        let day = i64::try_from(key.bits().checked_sub(DAY)?).ok()?;
        let noon = day.checked_mul(Wait::DAY.millis())?.checked_add(Wait::DAY.millis() / 2)?;
        let noon = jiff::Timestamp::from_millisecond(noon).ok()?;
        Some(Offset::UTC.to_datetime(noon).date().to_string())
    }

    /// `to` seen from `from`: `19:50:31` on the same day, else `Sat 03-21 19:50:31`.
    pub(super) fn second(self, from: Timestamp, to: Timestamp) -> String {
        self.seen(from, to, "%H:%M:%S")
    }

    /// The same without its seconds: what is counted in days.
    pub(super) fn minute(self, from: Timestamp, to: Timestamp) -> String {
        self.seen(from, to, "%H:%M")
    }

    fn seen(self, from: Timestamp, to: Timestamp, time: &str) -> String {
        let day = if self.zone.local_day(from) == self.zone.local_day(to) {
            ""
        } else if self.format(from, "%Y") == self.format(to, "%Y") {
            "%a %m-%d "
        } else {
            "%a %Y-%m-%d "
        };
        self.format(to, &format!("{day}{time}"))
    }

    fn format(self, at: Timestamp, as_said: &str) -> String {
        let shown = self.shown(at);
        shown.map_or_else(|| "never".to_owned(), |shown| shown.strftime(as_said).to_string())
    }

    /// What the clock shows; `None` outside the calendar.
    fn shown(self, at: Timestamp) -> Option<DateTime> {
        let local = at.millis().checked_add(self.zone.offset_ms(at))?;
        let local = jiff::Timestamp::from_millisecond(local).ok()?;
        Some(Offset::UTC.to_datetime(local))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_a_day_is_said_as_that_day() {
        let zone = Zone::named("Pacific/Apia").unwrap();
        let clock = Clock { zone: &zone };
        assert_eq!(clock.date(Key::of_day(20_527)).as_deref(), Some("2026-03-15"));
        assert_eq!(clock.date(Key::CUSTOMER), None);
        assert_eq!(clock.date(Key::from_bits(u64::MAX)), None);
    }

    #[test]
    fn an_instant_is_said_no_longer_than_needed() {
        let zone = Zone::named("Europe/London").unwrap();
        let clock = Clock { zone: &zone };
        // 2026-03-28T23:30Z, the night before the clocks change.
        let at = Timestamp::from_millis(1_774_740_600_000);
        assert_eq!((clock.day(at), clock.time(at)), ("Sat 2026-03-28".into(), "23:30:00".into()));
        assert_eq!(clock.second(at, at.after(Wait::minutes(29))), "23:59:00");
        assert_eq!(clock.second(at, at.after(Wait::hours(10))), "Sun 03-29 10:30:00");
        assert_eq!(clock.minute(at, at.after(Wait::days(365))), "Mon 2027-03-29 00:30");
        assert_eq!(clock.minute(at, Timestamp::NEVER), "never");
    }
}
