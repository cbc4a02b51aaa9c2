//! A customer as JSON: format `foresend.customer/1`, described key by key in docs/reference/customer.md. Within version 1 keys
//! are only ever added. Keys stand in the order of these structs.

use super::Known;
use crate::generate::{number, written};
use crate::looked::{Data, Mail};
use foresend_core::customer::held::{Awaited, Permission, Waiting};
use foresend_core::id::Key;
use foresend_core::time::Timestamp;
use foresend_core::world::event::PropertyType;
use foresend_engine::shard::Owned;
use foresend_program::{Compiled, Fact, Timeline};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::path::Path;

const SCHEMA: &str = "foresend.customer/1";

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    data: Data,
    customer: &'a str,
    zone: &'a str,
    quarantined: bool,
    settled: u64,
    calls: u64,
    address: bool,
    suppressed: bool,
    held_out: bool,
    next_wake_ms: Option<i64>,
    timezone: Option<&'a str>,
    traits: Map<String, Value>,
    permitted: Vec<Permitted<'a>>,
    facts: Vec<Came<'a>>,
    cart: Vec<Line<'a>>,
    waits_for: Vec<Waits<'a>>,
    mails: Vec<Mail<'a>>,
}

#[derive(Serialize)]
struct Permitted<'a> {
    topic: &'a str,
    basis: Option<&'static str>,
    consented_ms: Option<i64>,
    bought_ms: Option<i64>,
    objected_ms: Option<i64>,
}

#[derive(Serialize)]
struct Came<'a> {
    name: &'a str,
    value: Value,
    says: &'a str,
}

#[derive(Serialize)]
struct Line<'a> {
    product: Option<&'a str>,
    quantity: u32,
    price: Value,
}

#[derive(Serialize)]
struct Waits<'a> {
    journey: &'a str,
    enrolment: Option<u32>,
    about: Option<&'a str>,
    #[serde(rename = "for")]
    what: &'static str,
    step: Option<&'a str>,
    until_ms: i64,
    says: String,
}

/// `known` as one JSON document, with a newline at its end.
pub(super) fn write(known: &Known<'_>, data: &Path) -> String {
    let Known { look, held, zone, names, .. } = known;
    let compiled = &look.version().compiled;
    let timeline = Timeline::new(compiled, zone).naming(names);
    let person = &held.person;
    let cart = held.customer.cart_lines(look.meta().now);
    let document = Document {
        schema: SCHEMA,
        data: Data::of(look, data),
        customer: &person.user,
        zone: zone.name(),
        quarantined: held.quarantined,
        settled: held.settled.0,
        calls: known.calls,
        address: held.customer.has_address(),
        suppressed: person.suppressed,
        held_out: known.held_out,
        next_wake_ms: known.next_wake.map(Timestamp::millis),
        timezone: person.timezone.as_deref(),
        traits: person.traits.iter().map(|(name, value)| (name.clone(), plain(value))).collect(),
        permitted: known.permissions.iter().map(|one| permitted(one, compiled)).collect(),
        facts: known.facts.iter().map(came).collect(),
        cart: cart
            .iter()
            .map(|line| Line {
                product: names.get(&Key::from(line.product)).map(String::as_str),
                quantity: line.quantity,
                price: number(line.price),
            })
            .collect(),
        waits_for: known.waiting.iter().map(|one| waits(one, known, compiled, &timeline)).collect(),
        mails: known.mails.iter().map(|mail| Mail::of(mail, None, compiled)).collect(),
    };
    let mut text = serde_json::to_string_pretty(&document).expect("strings and numbers only");
    text.push('\n');
    text
}

fn plain(value: &Owned) -> Value {
    match value {
        Owned::Bool(yes) => json!(yes),
        Owned::Number(number) => json!(number),
        Owned::Text(text) => json!(text),
        // It was JSON when it came; should it be none any more, it is told as the text it is.
        Owned::Json(text) => serde_json::from_str(text).unwrap_or_else(|_| json!(text)),
    }
}

fn permitted<'a>(permission: &Permission, compiled: &'a Compiled) -> Permitted<'a> {
    let Permission { topic, basis, consented, bought, objected } = *permission;
    Permitted {
        topic: &compiled.program.topic(topic).name,
        basis: basis.map(written),
        consented_ms: consented.map(Timestamp::millis),
        bought_ms: bought.map(Timestamp::millis),
        objected_ms: objected.map(Timestamp::millis),
    }
}

/// Null is unknown; days since what never happened are no number in JSON, and only said.
fn came(fact: &Fact) -> Came<'_> {
    let value = match (fact.value, fact.is) {
        (Some(value), PropertyType::Bool) => json!(value > 0.0),
        (Some(value), PropertyType::Number | PropertyType::Date | PropertyType::Text)
            if value.is_finite() =>
        {
            json!(value)
        }
        (Some(_) | None, _) => Value::Null,
    };
    Came { name: &fact.name, value, says: &fact.says }
}

fn waits<'a>(
    waiting: &Waiting,
    known: &'a Known<'_>,
    compiled: &'a Compiled,
    timeline: &Timeline<'_>,
) -> Waits<'a> {
    let journey = compiled.program.journey(waiting.journey);
    let (what, step) = match waiting.what {
        Awaited::Quiet => ("quiet", None),
        Awaited::Step(step) => ("step", Some(step)),
        Awaited::Event(step) => ("event", Some(step)),
        Awaited::Goal => ("goal", None),
    };
    Waits {
        journey: &journey.name,
        enrolment: waiting.enrolment,
        about: known.names.get(&waiting.key).map(String::as_str),
        what,
        step: step.map(|step| &*journey.steps[usize::from(step.0)].name),
        until_ms: waiting.until.millis(),
        says: timeline.waiting(waiting),
    }
}
