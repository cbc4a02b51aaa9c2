//! Events that a journey names. `on` starts by their names alone; `stop`, `wait_for` and a goal may also ask that the
//! event is about the same as the enrolment: `{ on = "Order Cancelled", same = "order_id" }`.
//! Invariant: an event that could never be about anything by that property is refused: it would stop, end or reach
//! nothing, for ever.

use crate::diagnostic::{Diagnostic, Mistakes};
use crate::event::{self, Vocabulary};
use crate::keys;
use crate::known::Known;
use crate::sources::File;
use crate::start::{By, StartRead};
use crate::text::read::{self, Reader};
use crate::text::tree::{At, Table, Value};
use foresend_core::world::event::{EventIx, PropertyIx, PropertyType};
use foresend_core::world::journey::{Listen, Same};
use std::ops::Range;

/// Events that are listened for.
#[derive(Clone, Debug, Default)]
pub(crate) struct ListensRead {
    /// Each with the place of its name, or of the braces round it.
    pub(crate) all: Vec<At<Listen>>,
    /// Whether nothing in it is wrong.
    pub(crate) is_whole: bool,
}

impl ListensRead {
    pub(crate) fn build(&self) -> Vec<Listen> {
        self.all.iter().map(|listen| listen.value).collect()
    }
}

/// Names of events, each once.
pub(crate) fn names(
    reader: &Reader<'_>,
    key: &str,
    value: &At<Value>,
    known: Known<'_>,
    told: &mut Mistakes,
) -> Vec<At<EventIx>> {
    check_not_empty(reader.file, key, value, told);
    let mut events: Vec<At<EventIx>> = Vec::new();
    for item in items(value) {
        let Some(name) = reader.as_text(key, item, told) else { continue };
        let Some(event) = event::named(reader.file, &name, known.scope.vocabulary, told) else {
            continue;
        };
        if events.iter().any(|other| other.value == event) {
            told.tell(twice(reader.file, key, name.value, name.span.clone()));
        }
        events.push(At { value: event, span: name.span });
    }
    events
}

/// Events that are listened for. `beside`: a `same` that stands beside them, for those without one of their own.
pub(crate) fn read(
    reader: &Reader<'_>,
    key: &str,
    value: &At<Value>,
    beside: Option<&At<&str>>,
    known: Known<'_>,
    told: &mut Mistakes,
) -> ListensRead {
    check_not_empty(reader.file, key, value, told);
    let mut read = ListensRead { all: Vec::new(), is_whole: !items(value).is_empty() };
    for item in items(value) {
        let entry = match &item.value {
            Value::Table(table) => braces(reader.file, table, &item.span, known, told),
            Value::Text(_)
            | Value::Integer(_)
            | Value::Float
            | Value::Bool(_)
            | Value::Date(_)
            | Value::List(_) => alone(reader, key, item, beside, known, told),
        };
        read.is_whole &= !entry.events.is_empty();
        for event in entry.events {
            let Ok(same) = same_in(reader.file, event.value, entry.same.as_ref(), known, told)
            else {
                read.is_whole = false;
                continue;
            };
            let covers = |other: &At<Listen>| {
                other.value.on == event.value
                    && (other.value.same.is_none() || other.value.same == same)
            };
            // Without a key nobody knows what would be the same.
            let is_clear = known.is_keyed || entry.same.is_none();
            if is_clear && read.all.iter().any(covers) {
                let name = &known.scope.vocabulary.def(event.value).name;
                told.tell(twice(reader.file, key, name, event.span));
                read.is_whole = false;
            }
            let listen = Listen { on: event.value, same };
            read.all.push(At { value: listen, span: item.span.clone() });
        }
    }
    read
}

/// Events with what they are to be about.
struct Entry<'t> {
    /// None where something is wrong, which is told.
    events: Vec<At<EventIx>>,
    same: Option<At<&'t str>>,
}

fn alone<'t>(
    reader: &Reader<'_>,
    key: &str,
    item: &At<Value>,
    beside: Option<&At<&'t str>>,
    known: Known<'_>,
    told: &mut Mistakes,
) -> Entry<'t> {
    let named = reader.as_text(key, item, told).and_then(|name| {
        let event = event::named(reader.file, &name, known.scope.vocabulary, told)?;
        Some(At { value: event, span: name.span })
    });
    Entry { events: named.into_iter().collect(), same: beside.cloned() }
}

fn braces<'t>(
    file: File<'t>,
    table: &'t Table,
    span: &Range<usize>,
    known: Known<'_>,
    told: &mut Mistakes,
) -> Entry<'t> {
    let reader = Reader::new(file, table, &keys::LISTEN, span.clone(), told);
    let on = reader.require("on", &[], told);
    let events = on.map_or_else(Vec::new, |value| names(&reader, "on", value, known, told));
    let same = reader.required_text("same", told);
    Entry { events: if same.is_some() { events } else { Vec::new() }, same }
}

/// A mistake that has been told.
pub(crate) struct Told;

/// Where `event` says whether it is about the same. Without a key nothing is the same as anything: that is told once
/// for the whole journey.
fn same_in(
    file: File<'_>,
    event: EventIx,
    same: Option<&At<&str>>,
    known: Known<'_>,
    told: &mut Mistakes,
) -> Result<Option<Same>, Told> {
    let Some(same) = same.filter(|_| known.is_keyed) else { return Ok(None) };
    let property = key_property(file, event, same, known.scope.vocabulary, told)?;
    let (products, carries) = (same.value == PRODUCT, event::carries_products(event));
    if property.is_some() || products && carries {
        return Ok(Some(Same { property, products }));
    }
    // Where [events] could not be read, it may stand there.
    if known.scope.vocabulary.is_complete() {
        told.tell(no_such_property(file, &[event], same, carries, known.scope.vocabulary));
    }
    Err(Told)
}

/// The property whose value names a product; also that of each of an event's products.
pub(crate) const PRODUCT: &str = "product_id";

/// Where a property that tells one thing from another stands in an event, if it does.
pub(crate) fn key_property(
    file: File<'_>,
    event: EventIx,
    name: &At<&str>,
    vocabulary: &Vocabulary,
    told: &mut Mistakes,
) -> Result<Option<PropertyIx>, Told> {
    let def = vocabulary.def(event);
    let what = match def.property(name.value) {
        None => return Ok(None),
        Some((ix, PropertyType::Text | PropertyType::Number)) => return Ok(Some(ix)),
        Some((_, PropertyType::Date)) => "a date",
        Some((_, PropertyType::Bool)) => "a yes-or-no",
    };
    told.tell(
        Diagnostic::error(
            "foresend::wrong_type",
            file.name,
            format!("`{}` of {} is {what}, which tells nothing apart", name.value, def.name),
        )
        .at(name.span.clone(), "a text or a number was expected")
        .help("name a property that is an id: `order_id`, `product_id`"),
    );
    Err(Told)
}

/// "Order Completed has no property `ordr_id`". `products`: whether one of an event's products would do as well.
pub(crate) fn no_such_property(
    file: File<'_>,
    events: &[EventIx],
    name: &At<&str>,
    products: bool,
    vocabulary: &Vocabulary,
) -> Diagnostic {
    let defs = || events.iter().map(|&event| vocabulary.def(event));
    let own = defs().flat_map(|def| def.properties.iter().map(|(name, _)| name.as_str()));
    let mut names: Vec<&str> = own.chain(products.then_some(PRODUCT)).collect();
    names.sort_unstable();
    names.dedup();
    let said: Vec<&str> = defs().map(|def| def.name.as_str()).collect();
    let (message, have, none) = match said.as_slice() {
        [one] => (
            format!("{one} has no property `{}`", name.value),
            "it has",
            "it has none; declare it in [events] of program.toml",
        ),
        several => (
            format!("none of {} has a property `{}`", several.join(", "), name.value),
            "they have",
            "they have none; declare it in [events] of program.toml",
        ),
    };
    let help = read::did_you_mean(name.value, names.iter().copied(), || {
        read::there_are(have, names.iter().copied(), none)
    });
    Diagnostic::error("foresend::unknown_property", file.name, message)
        .at(name.span.clone(), "named here")
        .help(help)
}

/// Without a key nothing is the same as anything. Told once, at the first `same`.
pub(crate) fn check_no_same(start: &StartRead, file: File<'_>, table: &Table, told: &mut Mistakes) {
    let listens = |key: &str| matches!(key, "stop" | "goal" | "steps");
    let values = table.entries.iter().filter(|(key, _)| listens(&key.value));
    let Some(place) = values.filter_map(|(_, value)| first_same(&value.value)).next() else {
        return;
    };
    let help = match start.by {
        By::On(_) | By::Wrong => {
            "say what the journey is about, such as `key = \"order_id\"` or `each = \"products\"`; or leave `same` out: the event then counts whatever it is about"
        }
        By::Enters(_) | By::Date(..) | By::Every(_) => {
            "only a journey that starts `on` an event is about something: leave `same` out"
        }
    };
    told.tell(
        Diagnostic::error(
            "foresend::same_without_key",
            file.name,
            "`same` without `key` or `each`",
        )
        .at(place, "the same as what?")
        .help(help),
    );
}

/// Where the first `same` stands. Names of traits and paths are the author's own.
fn first_same(value: &Value) -> Option<Range<usize>> {
    match value {
        Value::Table(table) => table.entries.iter().find_map(|(key, value)| match &*key.value {
            "same" => Some(key.span.start..value.span.end),
            "set" | "split" => None,
            _ => first_same(&value.value),
        }),
        Value::List(items) => items.iter().find_map(|item| first_same(&item.value)),
        Value::Text(_) | Value::Integer(_) | Value::Float | Value::Bool(_) | Value::Date(_) => None,
    }
}

/// What a list holds; anything else is a list of one.
fn items(value: &At<Value>) -> &[At<Value>] {
    if let Value::List(items) = &value.value { items } else { std::slice::from_ref(value) }
}

fn check_not_empty(file: File<'_>, key: &str, value: &At<Value>, told: &mut Mistakes) {
    if items(value).is_empty() {
        told.tell(
            Diagnostic::error("foresend::bad_value", file.name, format!("`{key}` names no event"))
                .at(value.span.clone(), "an empty list")
                .help(format!("name one, such as `\"Order Completed\"`, or leave `{key}` out")),
        );
    }
}

fn twice(file: File<'_>, key: &str, name: &str, span: Range<usize>) -> Diagnostic {
    Diagnostic::error(
        "foresend::duplicate_name",
        file.name,
        format!("`{name}` stands in `{key}` twice"),
    )
    .at(span, "again here")
    .help("leave one of them out")
}
