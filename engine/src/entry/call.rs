//! What a call says as the journal holds it: the same, with its message id hashed and its customer's id beside it.
//! Invariant: the hash of a message id is part of the format; a golden value holds it.

use super::{Call, ConsentTo, Entry, Line, Origin, Said, Told, Value};
use foresend_core::id::{CustomerId, IdKey};
use foresend_program::call::{self, Called};
use siphasher::sip::SipHasher13;
use std::hash::Hasher;

/// "message id /1": keeps these hashes apart from all others.
const KEY: &[u8; 16] = b"message id    /1";

/// The hash of a message id; never 0, which stands for none.
#[must_use]
pub fn message(id: &str) -> u64 {
    let mut hasher = SipHasher13::new_with_key(KEY);
    hasher.write(id.as_bytes());
    hasher.finish().max(1)
}

impl<'a> Entry<'a> {
    /// What `called` says. `key`: that of the world; `origin`: whether to act upon it.
    #[must_use]
    pub fn of_call(called: &'a Called<'_>, key: IdKey, origin: Origin) -> Self {
        match called {
            Called::Customer(call) => {
                let told = Told::Call(Call {
                    user: &call.user,
                    message: call.message.as_deref().map_or(0, message),
                    at: call.at,
                    origin,
                    said: said(&call.said),
                });
                Self::Of(CustomerId::of(key, &call.user), told)
            }
            Called::Product { event, product } => Self::Product { event, product },
        }
    }
}

fn said<'a>(said: &'a call::Said<'_>) -> Said<'a> {
    match said {
        call::Said::Track { event, properties, products } => Said::Track {
            event,
            properties: fields(properties),
            products: products
                .iter()
                .map(|line| Line {
                    product: &line.product,
                    quantity: line.quantity,
                    price: line.price.parts(),
                })
                .collect(),
        },
        call::Said::Profile { traits, timezone } => {
            Said::Profile { traits: fields(traits), timezone: timezone.as_deref() }
        }
        call::Said::Consent { topic, to, proof } => {
            let to = match to {
                call::ConsentTo::Requested => ConsentTo::Requested,
                call::ConsentTo::Contract => ConsentTo::Contract,
                call::ConsentTo::Service => ConsentTo::Service,
                call::ConsentTo::Request => ConsentTo::Request,
                call::ConsentTo::Consent => ConsentTo::Consent,
                call::ConsentTo::ExistingCustomer => ConsentTo::ExistingCustomer,
                call::ConsentTo::Withdrawn => ConsentTo::Withdrawn,
            };
            // A shop knows of no mail of ours; who objects in one reaches us by its link.
            Said::Consent { topic, to, cause: None, proof }
        }
    }
}

fn fields<'a>(
    fields: &'a [(std::borrow::Cow<'_, str>, call::Value<'_>)],
) -> Vec<(&'a str, Value<'a>)> {
    let value = |value: &'a call::Value<'_>| match value {
        call::Value::Null => Value::Null,
        call::Value::Bool(truth) => Value::Bool(*truth),
        call::Value::Number(number) => Value::Number(*number),
        call::Value::Text(text) => Value::Text(text),
        call::Value::Json(json) => Value::Json(json),
    };
    fields.iter().map(|(name, one)| (&**name, value(one))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::Raw;
    use foresend_core::time::Timestamp;
    use foresend_program::call::{Arrival, parse};

    const ID_KEY: IdKey = IdKey(7);

    /// Writes what a call says, and reads it again.
    #[track_caller]
    fn check(json: &str, holds: impl FnOnce(&Entry<'_>)) {
        let called = parse(json.as_bytes(), &Arrival::in_file(Timestamp::from_millis(9))).unwrap();
        let entry = Entry::of_call(&called, ID_KEY, Origin::Live);
        let mut bytes = Vec::new();
        entry.write(&mut bytes).unwrap();
        let (raw, rest) = Raw::first(&bytes).unwrap();
        assert!(rest.is_empty(), "one entry");
        let read = raw.read().unwrap();
        assert_eq!(read, entry);
        holds(&read);
    }

    #[test]
    fn a_message_id_keeps_its_hash() {
        // Worked out by another implementation of SipHash-1-3 too.
        assert_eq!(message("node-next-4ee8"), 6_882_289_488_354_511_396);
    }

    #[test]
    fn a_call_is_journalled_as_it_was_read() {
        let json = r#"{"type":"track","userId":"u1","event":"Order Completed","messageId":"m",
            "timestamp":"1970-01-01T00:00:05Z","properties":{"order_id":"o","revenue":12.5,"gift":true,
            "note":null,"more":[1],"products":[{"product_id":"p","price":12.5,"quantity":2}]}}"#;
        check(json, |entry| {
            let properties = vec![
                ("order_id", Value::Text("o")),
                ("revenue", Value::Number(12.5)),
                ("gift", Value::Bool(true)),
                ("note", Value::Null),
                ("more", Value::Json("[1]")),
            ];
            let products = vec![Line { product: "p", quantity: 2, price: 125_000 }];
            let call = Call {
                user: "u1",
                message: message("m"),
                at: Timestamp::from_millis(5_000),
                origin: Origin::Live,
                said: Said::Track { event: "Order Completed", properties, products },
            };
            let whom = CustomerId::of(ID_KEY, "u1");
            assert_eq!(*entry, Entry::Of(whom, Told::Call(call)));
        });
        let json = r#"{"type":"identify","anonymousId":"a","traits":{"age":3},"context":{"timezone":"UTC"}}"#;
        check(json, |entry| {
            let said =
                Said::Profile { traits: vec![("age", Value::Number(3.0))], timezone: Some("UTC") };
            let at = Timestamp::from_millis(9);
            let call = Call { user: "anonymous:a", message: 0, at, origin: Origin::Live, said };
            let whom = CustomerId::of(ID_KEY, "anonymous:a");
            assert_eq!(*entry, Entry::Of(whom, Told::Call(call)));
        });
        let product = r#"{"type":"product","event":"Price Dropped","productId":"p-1"}"#;
        check(product, |entry| {
            assert_eq!(*entry, Entry::Product { event: "Price Dropped", product: "p-1" });
        });
    }

    #[test]
    fn every_word_of_consent_keeps_its_meaning() {
        for (words, to) in [
            (r#""to":"requested""#, ConsentTo::Requested),
            (r#""to":"withdrawn""#, ConsentTo::Withdrawn),
            (r#""to":"given","basis":"contract""#, ConsentTo::Contract),
            (r#""to":"given","basis":"service""#, ConsentTo::Service),
            (r#""to":"given","basis":"request""#, ConsentTo::Request),
            (r#""to":"given","basis":"consent""#, ConsentTo::Consent),
            (r#""to":"given","basis":"existing-customer""#, ConsentTo::ExistingCustomer),
        ] {
            let json =
                format!(r#"{{"type":"consent","userId":"u","topic":"t",{words},"proof":"p"}}"#);
            check(&json, |entry| {
                let Entry::Of(_, Told::Call(call)) = entry else { panic!("{entry:?}") };
                let said = Said::Consent { topic: "t", to, cause: None, proof: "p" };
                assert_eq!(call.said, said);
            });
        }
    }
}
