//! `faults`: what goes wrong in a rehearsal, the same in every arm.

use super::day::{self, Day, Moment};
use crate::diagnostic::{Diagnostic, Mistakes};
use crate::keys;
use crate::share::Share;
use crate::text::read::Reader;
use crate::text::tree::{At, Value};
use foresend_core::time::Wait;

/// One thing that goes wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// Nothing can be handed over for so long.
    MailProviderDown(Moment, Wait),
    /// A share of events, in millionths, arrives so much later than it happened.
    EventsLate(u32, Wait),
    /// A share of events, in millionths, arrives twice.
    EventsTwice(u32),
    /// Every customer is written down and read again.
    Restart(Moment),
}

/// What each fault is called, and the keys that it takes beside `what`.
const WHATS: [(&str, &[&str]); 4] = [
    ("mail provider down", &["at", "for"]),
    ("events late", &["share", "by"]),
    ("events twice", &["share"]),
    ("restart", &["at"]),
];

/// The faults of a rehearsal that begins on the first of `period` and lasts so many days.
pub(super) fn read(reader: &Reader<'_>, period: (Day, u32), told: &mut Mistakes) -> Vec<Fault> {
    let Some(value) = reader.get("faults") else { return Vec::new() };
    let Value::List(items) = &value.value else {
        reader.wrong_type("faults", value, told);
        return Vec::new();
    };
    items.iter().filter_map(|item| one(reader, item, period, told)).collect()
}

fn one(
    reader: &Reader<'_>,
    item: &At<Value>,
    period: (Day, u32),
    told: &mut Mistakes,
) -> Option<Fault> {
    let Value::Table(table) = &item.value else {
        reader.wrong_type("faults", item, told);
        return None;
    };
    let file = reader.file;
    let fault = Reader::new(file, table, &keys::FAULT, item.span.clone(), told);
    let what = fault.required_text("what", told)?;
    let Some((what_is, takes)) = WHATS.iter().find(|(name, _)| *name == what.value) else {
        let names = WHATS.map(|(name, _)| format!("`{name}`")).join(", ");
        told.tell(
            Diagnostic::error("foresend::bad_value", file.name, "there is no such fault")
                .at(what.span, "named here")
                .help(format!("there are: {names}")),
        );
        return None;
    };
    for (key, value) in &table.entries {
        let is_known = key.value == "what" || fault.was_meant(&key.value);
        if keys::FAULT.key(&key.value).is_some() && !is_known && !takes.contains(&&*key.value) {
            let message = format!("`{what_is}` takes no `{}`", key.value);
            told.tell(
                Diagnostic::error("foresend::out_of_place", file.name, message)
                    .at(key.span.start..value.span.end, "has no meaning here")
                    .help(format!("it takes: {}", takes.join(", "))),
            );
        }
    }
    let mut span = |key| {
        fault.require(key, &[], told)?;
        fault.some_duration(key, told).map(|wait| wait.value)
    };
    Some(match *what_is {
        "mail provider down" => {
            let lasts = span("for");
            Fault::MailProviderDown(moment(&fault, period, told)?, lasts?)
        }
        "events late" => {
            let by = span("by");
            Fault::EventsLate(share(&fault, told)?, by?)
        }
        "events twice" => Fault::EventsTwice(share(&fault, told)?),
        _ => Fault::Restart(moment(&fault, period, told)?),
    })
}

/// When it happens: within the rehearsal, or it would change nothing.
fn moment(reader: &Reader<'_>, period: (Day, u32), told: &mut Mistakes) -> Option<Moment> {
    let moment = day::moment(reader, "at", told)?;
    if let Some(value) = reader.get("at").filter(|_| !moment.day.is_within(period)) {
        let (from, days) = period;
        told.tell(
            Diagnostic::error(
                "foresend::out_of_range",
                reader.file.name,
                "this fault lies outside the rehearsal",
            )
            .at(value.span.clone(), "stands here")
            .help(format!("it begins on {from} and lasts {days} days")),
        );
        return None;
    }
    Some(moment)
}

fn share(reader: &Reader<'_>, told: &mut Mistakes) -> Option<u32> {
    let text = reader.required_text("share", told)?;
    let share = Share::of(text.value).filter(|share| *share != Share::NONE);
    if share.is_none() {
        let message = format!("`{}` is not a share", text.value);
        told.tell(
            Diagnostic::error("foresend::bad_value", reader.file.name, message)
                .at(text.span, "stands here")
                .help("write a part of all events, in quotes: `\"2%\"`"),
        );
    }
    share.map(Share::ppm)
}

#[cfg(test)]
mod tests {
    use super::super::scenario;
    use super::*;
    use foresend_core::time::{Timestamp, Zone};

    #[test]
    fn faults_are_read_with_their_times_in_the_programs_zone() {
        let text = "program = 'shop'\nfaults = [
            { at = 2026-03-20T02:00:00, what = 'mail provider down', for = '6h' },
            { what = 'events late', share = '10%', by = '2h' },
            { what = 'events twice', share = '0.5%' },
            { at = 2026-03-29T01:30, what = 'restart' },
        ]";
        let (read, told) = scenario("s", text);
        let faults = read.unwrap_or_else(|| panic!("{told:?}")).faults;
        let [Fault::MailProviderDown(from, lasts), late, twice, Fault::Restart(at)] = faults[..]
        else {
            panic!("{faults:?}")
        };
        let zone = Zone::named("Europe/London").unwrap();
        let utc = |text: &str| {
            Timestamp::from_millis(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
        };
        assert_eq!((from.instant(&zone), lasts), (utc("2026-03-20T02:00Z"), Wait::hours(6)));
        assert_eq!(late, Fault::EventsLate(100_000, Wait::hours(2)));
        assert_eq!(twice, Fault::EventsTwice(5_000));
        // In the hour that London's clocks skip: the first instant after it.
        assert_eq!(at.instant(&zone), utc("2026-03-29T01:00Z"));
    }

    #[test]
    fn what_is_wrong_with_a_fault_is_told_once() {
        for (fault, message) in [
            ("{ what = 'mail provider down', for = '6h' }", "this fault has no `at`"),
            (
                "{ at = 2026-03-20T02:00:00, what = 'mail down', for = '6h' }",
                "there is no such fault",
            ),
            ("{ what = 'events twice', share = '2' }", "`2` is not a share"),
            ("{ what = 'events twice', share = '0%' }", "`0%` is not a share"),
            ("{ what = 'events twice', share = '2%', by = '1h' }", "`events twice` takes no `by`"),
            (
                "{ what = 'events late', share = '2%', by = 'an hour' }",
                "`an hour` is not a duration",
            ),
            ("{ what = 'restart', at = 2026-03-20T02:00:00Z }", "`at` of a fault cannot be a date"),
            ("{ what = 'restart', at = 1950-03-20 }", "`at` is out of range"),
            ("{ what = 'restart', at = 2026-05-01 }", "this fault lies outside the rehearsal"),
            (
                "{ what = 'restart', at = 2026-03-01T23:59 }",
                "this fault lies outside the rehearsal",
            ),
            ("'restart'", "`faults` of a scenario cannot be text"),
        ] {
            let (read, told) = scenario("s", &format!("program = 'shop'\nfaults = [{fault}]"));
            assert!(read.is_none(), "{fault}");
            let [told] = &*told else { panic!("{fault}: {told:?}") };
            assert!(told.message.contains(message), "{fault}: {}", told.message);
            assert!(told.help.is_some(), "{fault}");
        }
    }
}
