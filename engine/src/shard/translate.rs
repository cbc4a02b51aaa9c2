//! From what the journal holds, by name, to what the core takes, by place in the program that runs.
//! What the program does not know is not told, and counted.

use super::person::Person;
use crate::entry::{self, Call, ConsentTo, Said, Told, Value};
use crate::version::Version;
use foresend_core::calendar::Day;
use foresend_core::customer::input::{
    self, Consent, Engagement, Event, Gate, Input, Line, Origin, Profile, Reader,
};
use foresend_core::id::ProductId;
use foresend_core::money::Amount;
use foresend_core::time::Timestamp;
use foresend_core::world::World;
use foresend_core::world::event::{EventIx, Property, PropertyType};
use foresend_core::world::topic::Basis;
use foresend_core::world::value::{TraitIx, Value as CoreValue};
use smallvec::SmallVec;

/// What the program did not know.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Unknown {
    /// The send of an answer.
    Send,
    /// The topic of a consent.
    Topic,
    /// The event of which history is complete.
    Event,
}

/// Tells the core what an entry says. `Ok`: it was told, and whether as an event that the program does not name.
pub(super) fn tell(
    told: &Told<'_>,
    (version, world): (&Version, &mut World),
    person: &mut Person,
    to: impl FnOnce(&World, Input<'_>),
) -> Result<bool, Unknown> {
    let send = |send: &entry::Send| version.send(*send).ok_or(Unknown::Send);
    match told {
        Told::Call(call) => return calls(call, (version, world), person, to),
        Told::Wake => to(world, Input::Wake),
        Told::Handover { send: of, attempt, suppressed, code } => {
            // Asked again here: an address may have come back since the mail was ready.
            let suppressed = *suppressed || person.suppressed;
            let gate = if suppressed { Gate::Suppressed } else { Gate::Open };
            let code = match code {
                entry::Code::None => input::Code::None,
                entry::Code::Reserved(number) => input::Code::Reserved(*number),
                entry::Code::Empty => input::Code::Empty,
            };
            to(world, Input::Handover { send: send(of)?, attempt: *attempt, gate, code });
        }
        Told::Outcome { send: of, attempt, outcome } => {
            let outcome = outcome_of(*outcome);
            person.suppressed |= matches!(
                outcome,
                input::Outcome::Bounced { hard: true } | input::Outcome::Complained
            );
            to(world, Input::Outcome { send: send(of)?, attempt: *attempt, outcome });
        }
        Told::Called { send: of, done } => {
            to(world, Input::Called { send: send(of)?, done: *done });
        }
        Told::Engagement { send: of, clicked, human, at } => {
            let act = if *clicked { Engagement::Click } else { Engagement::Open };
            let reader = if *human { Reader::Human } else { Reader::Machine };
            to(world, Input::Engagement { send: send(of)?, act, reader, at: *at });
        }
        Told::Remember { event, since } => {
            let program = &version.compiled.program;
            let event = event.map(|name| program.event(name).ok_or(Unknown::Event)).transpose()?;
            to(world, Input::Remember { event, since: *since });
        }
        Told::Happened { of: _, event, product } => {
            let name = version.event(event).ok_or(Unknown::Event)?;
            let of = &version.compiled.program.events[usize::from(name.0)];
            let id = of.property("product_id");
            let property = id.map(|(name, _)| Property { name, value: CoreValue::Text(product) });
            let line = Line { product: ProductId::of(product), quantity: 1, price: Amount::ZERO };
            to(
                world,
                Input::Event(Event {
                    name,
                    origin: Origin::Live,
                    at: Timestamp::NEVER, // now: nothing is from the future
                    id: 0,
                    properties: property.as_slice(),
                    products: &[line],
                }),
            );
        }
        Told::Quarantine | Told::Release => {} // the shard's own business
    }
    Ok(true)
}

fn calls(
    call: &Call<'_>,
    (version, world): (&Version, &mut World),
    person: &mut Person,
    to: impl FnOnce(&World, Input<'_>),
) -> Result<bool, Unknown> {
    match &call.said {
        Said::Track { event, properties, products } => {
            let known = version.event(event);
            let name = known.unwrap_or(EventIx::OTHER);
            let of = &version.compiled.program.events[usize::from(name.0)];
            let properties: SmallVec<[Property<'_>; 8]> = properties
                .iter()
                .filter_map(|(name, value)| {
                    let (name, of) = of.property(name)?;
                    Some(Property { name, value: value_of(*value, of)? })
                })
                .collect();
            let products: SmallVec<[Line; 4]> = products.iter().map(line).collect();
            let origin = match call.origin {
                entry::Origin::Live => Origin::Live,
                entry::Origin::Backfill => Origin::Backfill,
            };
            to(
                world,
                Input::Event(Event {
                    name,
                    origin,
                    at: call.at,
                    id: call.message,
                    properties: &properties,
                    products: &products,
                }),
            );
            return Ok(known.is_some() || event.is_empty());
        }
        Said::Profile { traits, timezone } => {
            person.learn(traits, *timezone);
            let zone = world.zone_of(person.timezone.as_deref(), person.text("country"));
            let told: SmallVec<[(TraitIx, Option<CoreValue<'_>>); 8]> = traits
                .iter()
                .filter_map(|(name, value)| {
                    let ix = version.trait_named(name)?;
                    let (_, of) = &version.compiled.program.traits[usize::from(ix.0)];
                    match value {
                        Value::Null => Some((ix, None)),
                        Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::Json(_) => {
                            Some((ix, Some(value_of(*value, *of)?)))
                        }
                    }
                })
                .collect();
            let profile = Profile {
                zone,
                has_address: person.address().is_some(),
                created: person.created(),
                traits: &told,
            };
            to(world, Input::Profile(profile));
        }
        Said::Consent { topic, to: given, cause, proof: _ } => {
            let topic = version.topic(topic).ok_or(Unknown::Topic)?;
            let cause = cause.and_then(|send| version.send(send));
            let given = match given {
                ConsentTo::Requested => input::ConsentTo::Requested,
                ConsentTo::Contract => input::ConsentTo::Given(Basis::Contract),
                ConsentTo::Service => input::ConsentTo::Given(Basis::Service),
                ConsentTo::Request => input::ConsentTo::Given(Basis::Request),
                ConsentTo::Consent => input::ConsentTo::Given(Basis::Consent),
                ConsentTo::ExistingCustomer => input::ConsentTo::Given(Basis::ExistingCustomer),
                ConsentTo::Withdrawn => input::ConsentTo::Withdrawn,
            };
            to(world, Input::Consent(Consent { topic, to: given, at: call.at, cause }));
        }
    }
    Ok(true)
}

fn line(line: &entry::Line<'_>) -> Line {
    let product = ProductId::of(line.product);
    Line { product, quantity: line.quantity, price: Amount::from_parts(line.price) }
}

const fn outcome_of(outcome: entry::Outcome) -> input::Outcome {
    match outcome {
        entry::Outcome::Accepted => input::Outcome::Accepted,
        entry::Outcome::Deferred => input::Outcome::Deferred,
        entry::Outcome::Rejected => input::Outcome::Rejected,
        entry::Outcome::Unknown => input::Outcome::Unknown,
        entry::Outcome::BouncedSoft => input::Outcome::Bounced { hard: false },
        entry::Outcome::BouncedHard => input::Outcome::Bounced { hard: true },
        entry::Outcome::Complained => input::Outcome::Complained,
        entry::Outcome::RenderFailed => input::Outcome::RenderFailed,
    }
}

/// A value as the program declares it. Shops send numbers as text, and ids as numbers: a number is read out of text where
/// one is wanted, and an id may be either. `None`: it is nothing of that type.
pub(super) fn value_of(value: Value<'_>, of: PropertyType) -> Option<CoreValue<'_>> {
    match (value, of) {
        (Value::Number(number), PropertyType::Number | PropertyType::Text) => {
            amount(number).map(CoreValue::Number)
        }
        (Value::Text(text), PropertyType::Text) => Some(CoreValue::Text(text)),
        (Value::Text(text), PropertyType::Number) => {
            amount(text.trim().parse().ok()?).map(CoreValue::Number)
        }
        (Value::Text(text), PropertyType::Date) => {
            Day::parse(text.get(..10).unwrap_or(text)).map(CoreValue::Date)
        }
        (Value::Bool(yes), PropertyType::Bool | PropertyType::Text) => Some(CoreValue::Bool(yes)),
        (Value::Null | Value::Json(_), _)
        | (Value::Number(_), PropertyType::Date | PropertyType::Bool)
        | (Value::Bool(_), PropertyType::Number | PropertyType::Date)
        | (Value::Text(_), PropertyType::Bool) => None,
    }
}

/// To the nearest ten-thousandth.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "the cast saturates; amounts beyond 2^53 parts are nobody's"
)]
fn amount(number: f64) -> Option<Amount> {
    let parts = (number * Amount::SCALE as f64).round();
    number.is_finite().then_some(Amount::from_parts(parts as i64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_read_as_its_type_says() {
        let number = |parts| Some(CoreValue::Number(Amount::from_parts(parts)));
        assert_eq!(value_of(Value::Number(19.9), PropertyType::Number), number(199_000));
        assert_eq!(value_of(Value::Text(" 19.90 "), PropertyType::Number), number(199_000));
        assert_eq!(value_of(Value::Number(f64::NAN), PropertyType::Number), None);
        assert_eq!(value_of(Value::Number(1e300), PropertyType::Number), number(i64::MAX));
        let day = Day::of(2026, 3, 2).map(CoreValue::Date);
        assert_eq!(value_of(Value::Text("2026-03-02T10:00:00Z"), PropertyType::Date), day);
        assert_eq!(value_of(Value::Text("soon"), PropertyType::Date), None);
        assert_eq!(value_of(Value::Text("äääääääää"), PropertyType::Date), None);
        assert_eq!(value_of(Value::Number(7.0), PropertyType::Text), number(70_000));
    }
}
