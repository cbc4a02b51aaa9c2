//! From what a rehearsal told an actor to the entry that a journal would hold.

use crate::shop::{Life, Shop};
use foresend_core::customer::input::{self, Engagement, Gate, Reader};
use foresend_core::money::Amount;
use foresend_core::world::topic::Basis;
use foresend_core::world::value::Kept;
use foresend_engine::entry::{
    Call, Code, ConsentTo, Entry, Line, Origin, Outcome, Said, Told, Value,
};
use foresend_engine::version::Version;
use foresend_simulator::rehearsal::{self, Step};

/// Writes the entry of a step.
pub(crate) fn write(shop: &Shop, version: &Version, life: &Life, step: &Step, into: &mut Vec<u8>) {
    let program = &shop.compiled.program;
    let call = |at, message, origin, said| {
        Told::Call(Call { user: &life.user, message, at, origin, said })
    };
    let dates: Vec<String>;
    let address;
    let told = match &step.told {
        rehearsal::Told::Wake => Told::Wake,
        rehearsal::Told::Event { name, origin, at, id, properties, products } => {
            let event = &program.events[usize::from(name.0)];
            dates = properties.iter().map(|(_, value)| as_text(value)).collect();
            let properties = properties.iter().zip(&dates).map(|((ix, value), text)| {
                (&*event.properties[usize::from(ix.0)].0, as_value(value, text))
            });
            let products = products.iter().map(|line| Line {
                product: &shop.names[&line.product],
                quantity: line.quantity,
                price: line.price.parts(),
            });
            let origin = match origin {
                input::Origin::Live => Origin::Live,
                input::Origin::Backfill => Origin::Backfill,
            };
            let (properties, products) = (properties.collect(), products.collect());
            call(*at, *id, origin, Said::Track { event: &event.name, properties, products })
        }
        rehearsal::Told::Profile { has_address, zone: _, traits } => {
            dates = traits.iter().map(|(_, value)| as_text(value)).collect();
            let traits = traits.iter().zip(&dates).map(|((ix, value), text)| {
                (&*program.traits[usize::from(ix.0)].0, as_value(value, text))
            });
            address = format!("{}@customers.example", life.user);
            let email = has_address.then_some(("email", Value::Text(&address)));
            let traits = traits.chain(email).collect();
            let timezone = Some(life.lived.zone.name());
            call(step.at, 0, Origin::Live, Said::Profile { traits, timezone })
        }
        rehearsal::Told::Consent(consent) => {
            let to = match consent.to {
                input::ConsentTo::Requested => ConsentTo::Requested,
                input::ConsentTo::Given(Basis::Contract) => ConsentTo::Contract,
                input::ConsentTo::Given(Basis::Service) => ConsentTo::Service,
                input::ConsentTo::Given(Basis::Request) => ConsentTo::Request,
                input::ConsentTo::Given(Basis::Consent) => ConsentTo::Consent,
                input::ConsentTo::Given(Basis::ExistingCustomer) => ConsentTo::ExistingCustomer,
                input::ConsentTo::Withdrawn => ConsentTo::Withdrawn,
            };
            let cause = consent.cause.map(|send| version.stable(send));
            let topic = &program.topic(consent.topic).name;
            call(consent.at, 0, Origin::Live, Said::Consent { topic, to, cause, proof: "" })
        }
        rehearsal::Told::Handover { send, attempt, gate, code } => Told::Handover {
            send: version.stable(*send),
            attempt: *attempt,
            suppressed: *gate == Gate::Suppressed,
            code: match code {
                input::Code::None => Code::None,
                input::Code::Reserved(number) => Code::Reserved(*number),
                input::Code::Empty => Code::Empty,
            },
        },
        rehearsal::Told::Outcome { send, attempt, outcome } => Told::Outcome {
            send: version.stable(*send),
            attempt: *attempt,
            outcome: outcome_of(*outcome),
        },
        rehearsal::Told::Called { send, done } => {
            Told::Called { send: version.stable(*send), done: *done }
        }
        rehearsal::Told::Engagement { send, act, reader, at } => Told::Engagement {
            send: version.stable(*send),
            clicked: *act == Engagement::Click,
            human: *reader == Reader::Human,
            at: *at,
        },
        rehearsal::Told::Remember { event, since } => Told::Remember {
            event: event.map(|event| &*program.events[usize::from(event.0)].name),
            since: *since,
        },
    };
    Entry::Of(life.id, told).write(into).unwrap();
}

fn outcome_of(outcome: input::Outcome) -> Outcome {
    match outcome {
        input::Outcome::Accepted => Outcome::Accepted,
        input::Outcome::Deferred => Outcome::Deferred,
        input::Outcome::Rejected => Outcome::Rejected,
        input::Outcome::Unknown => Outcome::Unknown,
        input::Outcome::Bounced { hard: false } => Outcome::BouncedSoft,
        input::Outcome::Bounced { hard: true } => Outcome::BouncedHard,
        input::Outcome::Complained => Outcome::Complained,
        input::Outcome::RenderFailed => Outcome::RenderFailed,
    }
}

fn as_text(value: &Kept) -> String {
    match value {
        Kept::Date(day) => day.to_string(),
        Kept::Text(text) => text.to_string(),
        Kept::Number(_) | Kept::Bool(_) => String::new(),
    }
}

fn as_value<'a>(value: &Kept, text: &'a str) -> Value<'a> {
    match value {
        Kept::Number(amount) => Value::Number(number(*amount)),
        Kept::Bool(yes) => Value::Bool(*yes),
        Kept::Date(_) | Kept::Text(_) => Value::Text(text),
    }
}

#[expect(clippy::cast_precision_loss, reason = "prices are exact in a float")]
fn number(amount: Amount) -> f64 {
    amount.parts() as f64 / 10_000.0
}
