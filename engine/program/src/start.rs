//! How a journey starts: on an event, when a customer enters a segment, by a date of theirs, or by the calendar.

use crate::condition::definitions::Sort;
use crate::condition::needs::Needs;
use crate::diagnostic::{Diagnostic, Mistakes};
use crate::event::{self, Vocabulary};
use crate::every;
use crate::key::{self, KeyRead};
use crate::keys::{self, STARTS};
use crate::known::Known;
use crate::listen::{self, PRODUCT};
use crate::sources::File;
use crate::text::read::{self, Reader};
use crate::text::tree::{At, Value};
use foresend_core::calendar::{Every, Yearly};
use foresend_core::time::Wait;
use foresend_core::world::event::{EventIx, PropertyType};
use foresend_core::world::journey::{KeyOf, SegmentIx, Start};
use foresend_core::world::value::TraitIx;
use std::ops::Range;

/// How a journey starts, with places.
#[derive(Debug)]
pub(crate) struct StartRead {
    pub(crate) by: By,
    /// What starts it: the key with its value.
    pub(crate) place: Range<usize>,
    pub(crate) key: KeyRead,
}

/// What starts a journey.
#[derive(Debug)]
pub(crate) enum By {
    On(Vec<At<EventIx>>),
    /// The name of the segment.
    Enters(String),
    Date(TraitIx, Yearly),
    Every(Every),
    /// Nothing, or it is wrong, which is told.
    Wrong,
}

impl StartRead {
    /// Events that start it.
    pub(crate) fn events(&self) -> &[At<EventIx>] {
        match &self.by {
            By::On(events) => events,
            By::Enters(_) | By::Date(..) | By::Every(_) | By::Wrong => &[],
        }
    }

    /// Whether its enrolments have a key, right or wrong.
    pub(crate) const fn is_keyed(&self) -> bool {
        match self.key {
            KeyRead::Property(_) | KeyRead::Products | KeyRead::Wrong => true,
            KeyRead::Customer => false,
        }
    }

    /// Whether each of its enrolments is about one product.
    pub(crate) fn has_item(&self) -> bool {
        match &self.key {
            KeyRead::Property(name) => name == PRODUCT,
            KeyRead::Products => true,
            KeyRead::Customer | KeyRead::Wrong => false,
        }
    }

    /// The segment that it enters.
    pub(crate) fn segment(&self) -> Option<&str> {
        match &self.by {
            By::Enters(segment) => Some(segment),
            By::On(_) | By::Date(..) | By::Every(_) | By::Wrong => None,
        }
    }

    /// As the core reads it. `segments`: those that journeys enter, in the order of their numbers. `None` where a
    /// mistake has been told.
    pub(crate) fn build(
        &self,
        vocabulary: &Vocabulary,
        segments: &[String],
    ) -> Option<(Start, KeyOf)> {
        let events: Vec<EventIx> = self.events().iter().map(|event| event.value).collect();
        let key = match &self.key {
            KeyRead::Customer => KeyOf::Customer,
            KeyRead::Products => KeyOf::Products,
            KeyRead::Property(name) => {
                let place = |&event: &EventIx| vocabulary.def(event).property(name);
                KeyOf::Property(events.iter().map(|e| place(e).map(|(ix, _)| ix)).collect())
            }
            KeyRead::Wrong => return None,
        };
        let start = match &self.by {
            By::On(_) => Start::On(events),
            By::Enters(segment) => {
                let at = segments.iter().position(|other| other == segment)?;
                Start::Enters(SegmentIx(u16::try_from(at).ok()?))
            }
            By::Date(of, yearly) => Start::Date(*of, *yearly),
            By::Every(every) => Start::Every(*every),
            By::Wrong => return None,
        };
        Some((start, key))
    }
}

pub(crate) fn read(journey: &Reader<'_>, known: Known<'_>, told: &mut Mistakes) -> StartRead {
    let written: Vec<_> = STARTS.iter().filter_map(|key| journey.entry(key)).collect();
    let (by, place) = match written.as_slice() {
        [] => {
            if !STARTS.iter().any(|key| journey.was_meant(key)) {
                told.tell(nothing(journey));
            }
            (By::Wrong, journey.place())
        }
        [(key, value)] => {
            let by = match key.value.as_str() {
                "on" => on(journey, value, known, told),
                "enters" => enters(journey, known, told),
                "date" => date(journey, value, known, told),
                _ => every::read(journey, told).map(By::Every),
            };
            (by.unwrap_or(By::Wrong), key.span.start..value.span.end)
        }
        [first, second, ..] => {
            told.tell(two_starts(journey.file, first, second));
            (By::Wrong, first.0.span.start..first.1.span.end)
        }
    };
    let key = key::read(journey, &by, &written, known, told);
    StartRead { by, place, key }
}

fn nothing(journey: &Reader<'_>) -> Diagnostic {
    Diagnostic::error("foresend::missing_key", journey.file.name, "nothing starts this journey")
        .at(journey.place(), "`on`, `enters`, `date` or `every` is missing here")
        .help("add `on = \"Product Viewed\"` (an event), `enters = \"lapsed\"` (a segment), `date = { trait = \"birthday\" }` or `every = \"tue 10:00\"`")
}

fn two_starts(
    file: File<'_>,
    first: &(At<String>, At<Value>),
    second: &(At<String>, At<Value>),
) -> Diagnostic {
    let [one, two] = [first, second].map(|(key, value)| key.span.start..value.span.end);
    let (first, second) = (&first.0.value, &second.0.value);
    let message = format!("this journey starts in two ways, by `{first}` and by `{second}`");
    Diagnostic::error("foresend::two_starts", file.name, message)
        .at(one, "one way")
        .at(two, "another")
        .help("keep one of them: what should start in two ways is two journeys")
}

fn on(
    journey: &Reader<'_>,
    value: &At<Value>,
    known: Known<'_>,
    told: &mut Mistakes,
) -> Option<By> {
    let events = listen::names(journey, "on", value, known, told);
    (!events.is_empty()).then_some(By::On(events))
}

fn enters(journey: &Reader<'_>, known: Known<'_>, told: &mut Mistakes) -> Option<By> {
    let name = journey.text("enters", told)?;
    let definitions = known.scope.definitions;
    let found = definitions.get(name.value);
    let Some(definition) = found.filter(|definition| definition.sort == Sort::Segment) else {
        if found.is_some() || definitions.is_complete() {
            told.tell(no_segment(journey.file, &name, known));
        }
        return None;
    };
    // One that is wrong is told where it is written.
    let mut needs = Needs::default();
    needs.add(definition.pieces.as_ref()?);
    let condition = definitions.condition(name.value, &needs)?;
    if !condition.is_linear_in_time() {
        let place = format!("program.toml:{}", definition.line);
        told.tell(
            Diagnostic::error(
                "foresend::not_foreseeable",
                journey.file.name,
                format!("nobody can say beforehand when `{}` turns true", name.value),
            )
            .at(name.span, format!("a segment, {place}"))
            .help("`days_since` and `first_seen_days` grow by themselves: in a segment that starts a journey they are not multiplied by one another, do not stand below a `/`, and no calendar is asked about them"),
        );
        return None;
    }
    Some(By::Enters(name.value.to_owned()))
}

fn no_segment(file: File<'_>, name: &At<&str>, known: Known<'_>) -> Diagnostic {
    let definitions = known.scope.definitions;
    let names = definitions.names_of_segments();
    let (message, label, help) = match definitions.get(name.value) {
        Some(fact) => (
            format!("`{}` is a fact, and only segments are entered", name.value),
            format!("a number, program.toml:{}", fact.line),
            format!(
                "give a yes-or-no over it a name in [segments] of program.toml, such as `my_segment = \"{} > 0\"`, and enter that",
                name.value
            ),
        ),
        None => (
            format!("there is no segment `{}`", name.value),
            "entered here".to_owned(),
            read::did_you_mean(name.value, names.clone(), || {
                read::there_are(
                    "declare it in [segments] of program.toml; there are",
                    names,
                    "declare it in [segments] of program.toml: `lapsed = \"days_since_order > 120\"`",
                )
            }),
        ),
    };
    Diagnostic::error("foresend::unknown_segment", file.name, message)
        .at(name.span.clone(), label)
        .help(help)
}

fn date(
    journey: &Reader<'_>,
    value: &At<Value>,
    known: Known<'_>,
    told: &mut Mistakes,
) -> Option<By> {
    let Value::Table(table) = &value.value else {
        journey.wrong_type("date", value, told);
        return None;
    };
    let reader = Reader::new(journey.file, table, &keys::DATE, value.span.clone(), told);
    let name = reader.required_text("trait", told);
    let before = reader.some_duration("before", told);
    if let Some(before) = before.as_ref().filter(|before| before.value > Wait::days(365)) {
        told.tell(
            Diagnostic::error(
                "foresend::bad_duration",
                journey.file.name,
                "`before` is longer than a year",
            )
            .at(before.span.clone(), "an anniversary comes each year")
            .help("write a year at most, such as `7d`"),
        );
    }
    let name = name?;
    let (ix, found) = known.customer_trait(journey.file, &name, told)?;
    if found != PropertyType::Date {
        let word = event::type_word(found);
        let dates: Vec<&str> = known.traits_of(PropertyType::Date).collect();
        told.tell(
            Diagnostic::error(
                "foresend::wrong_type",
                journey.file.name,
                format!("`{}` is {word}, and only a date comes each year", name.value),
            )
            .at(name.span, "named here")
            .help(read::there_are(
                "traits that are dates",
                dates.into_iter(),
                "declare one in [traits] of program.toml: `birthday = \"date\"`",
            )),
        );
        return None;
    }
    let before = before.map_or(Wait::ZERO, |before| before.value);
    Some(By::Date(ix, Yearly { before }))
}
