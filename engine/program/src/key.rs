//! What tells the enrolments of one customer in one journey apart: nothing, a property of the event (`key`), or each
//! product of it (`each`).

use crate::diagnostic::{Diagnostic, Mistakes};
use crate::event;
use crate::known::Known;
use crate::listen::{self, PRODUCT};
use crate::start::By;
use crate::text::read::{self, Reader};
use crate::text::tree::{At, Value};
use foresend_core::world::event::EventIx;

/// What tells the enrolments of one customer apart.
#[derive(Debug)]
pub(crate) enum KeyRead {
    Customer,
    Property(String),
    Products,
    /// Told.
    Wrong,
}

/// `key` or `each` of a journey that starts `by` what is `written`.
pub(crate) fn read(
    journey: &Reader<'_>,
    by: &By,
    written: &[&(At<String>, At<Value>)],
    known: Known<'_>,
    told: &mut Mistakes,
) -> KeyRead {
    let entries = ["key", "each"].map(|key| journey.entry(key));
    let entry = match entries {
        [None, None] if journey.was_meant("key") || journey.was_meant("each") => {
            return KeyRead::Wrong;
        }
        [None, None] => return KeyRead::Customer,
        [Some(entry), None] | [None, Some(entry)] => entry,
        [Some(key), Some(each)] => {
            told.tell(
                Diagnostic::error(
                    "foresend::two_keys",
                    journey.file.name,
                    "this journey has both `key` and `each`",
                )
                .at(key.0.span.start..key.1.span.end, "one enrolment for each of these")
                .at(each.0.span.start..each.1.span.end, "and for each of these")
                .help("keep one of the two"),
            );
            return KeyRead::Wrong;
        }
    };
    let events = match (by, written) {
        (By::On(events), _) => events,
        // Whatever starts it by an event has been told, or is missing.
        (By::Wrong, []) => return KeyRead::Wrong,
        (By::Wrong, written) if written.iter().any(|(key, _)| key.value == "on") => {
            return KeyRead::Wrong;
        }
        (By::Enters(_) | By::Date(..) | By::Every(_) | By::Wrong, _) => {
            let start = written.first().map_or("", |(key, _)| &key.value);
            told.tell(
                Diagnostic::error(
                    "foresend::out_of_place",
                    journey.file.name,
                    format!(
                        "`{}` is a part of an event, and this journey starts by `{start}`",
                        entry.0.value
                    ),
                )
                .at(entry.0.span.start..entry.1.span.end, "out of place here")
                .help(format!(
                    "leave `{}` out: what starts this journey is about nothing but the customer",
                    entry.0.value
                )),
            );
            return KeyRead::Wrong;
        }
    };
    let found = match entry.0.value.as_str() {
        "key" => property(journey, events, known, told),
        _ => products(journey, events, known, told),
    };
    found.unwrap_or(KeyRead::Wrong)
}

/// A property of one of the events at least.
fn property(
    journey: &Reader<'_>,
    events: &[At<EventIx>],
    known: Known<'_>,
    told: &mut Mistakes,
) -> Option<KeyRead> {
    let name = journey.text("key", told)?;
    let (file, vocabulary) = (journey.file, known.scope.vocabulary);
    let mut is_there = false;
    for event in events {
        is_there |=
            listen::key_property(file, event.value, &name, vocabulary, told).ok()?.is_some();
    }
    if !is_there && !vocabulary.is_complete() {
        return None;
    }
    if !is_there {
        let events: Vec<EventIx> = events.iter().map(|event| event.value).collect();
        let mut wrong = listen::no_such_property(file, &events, &name, false, vocabulary);
        if name.value == PRODUCT && events.iter().any(|&event| event::carries_products(event)) {
            wrong = wrong.help("it has several products: `each = \"products\"` makes one enrolment for each of them");
        }
        told.tell(wrong);
        return None;
    }
    Some(KeyRead::Property(name.value.to_owned()))
}

fn products(
    journey: &Reader<'_>,
    events: &[At<EventIx>],
    known: Known<'_>,
    told: &mut Mistakes,
) -> Option<KeyRead> {
    let written = journey.text("each", told)?;
    read::choice(journey.file, "`each`", &written, &[("products", ())], told)?;
    if events.iter().any(|event| event::carries_products(event.value)) {
        return Some(KeyRead::Products);
    }
    let name = |event: &At<EventIx>| known.scope.vocabulary.def(event.value).name.as_str();
    let names: Vec<&str> = events.iter().map(name).collect();
    let message = match names.as_slice() {
        [one] => format!("{one} has no products"),
        several => format!("none of {} has products", several.join(", ")),
    };
    told.tell(
        Diagnostic::error("foresend::unknown_property", journey.file.name, message)
            .at(written.span, "one enrolment for each of them")
            .help("start by an event about products, such as `\"Order Completed\"` or `\"Cart Viewed\"`, or name a property: `key = \"…\"`"),
    );
    None
}
