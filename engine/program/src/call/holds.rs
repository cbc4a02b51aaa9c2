//! What is true of any bytes, for tests of properties and for fuzzers, which call the same.

use super::{Arrival, BYTES_MAX, Called, FIELDS_MAX, ID_MAX, NAME_MAX, Said, Value};
use super::{Way, parse};
use foresend_core::time::Timestamp;

/// Reads `bytes` as a call, however they might have arrived.
///
/// # Panics
/// Where something that must hold does not: that is a bug of ours.
pub fn holds(bytes: &[u8]) {
    let at = Timestamp::from_millis(1_772_000_000_000);
    for way in [Way::Sent, Way::Again, Way::File] {
        for (sent, kind) in [(None, None), (Some("2026-03-02T10:00:00Z"), Some("track"))] {
            let arrival = Arrival { at, sent, kind, way };
            let read = parse(bytes, &arrival);
            assert_eq!(read, parse(bytes, &arrival), "the same bytes are the same call");
            match read {
                Ok(called) => is_within_limits(bytes, &called),
                Err(bad) => {
                    assert!(!bad.message.is_empty() && !bad.help.is_empty(), "{bad:?}");
                    assert!(!bad.to_string().contains('\n'), "a reason is one line: {bad:?}");
                }
            }
        }
    }
}

fn is_within_limits(bytes: &[u8], called: &Called<'_>) {
    assert!(bytes.len() <= BYTES_MAX, "longer than a call may be");
    let call = match called {
        Called::Product { event, product } => {
            assert!(!event.is_empty() && !product.is_empty() && product.len() <= ID_MAX);
            return;
        }
        Called::Customer(call) => call,
    };
    assert!(!call.user.is_empty(), "of nobody");
    assert!(call.message.as_ref().is_none_or(|id| !id.is_empty() && id.len() <= ID_MAX));
    let fields = match &call.said {
        Said::Track { event, properties, products } => {
            assert!(event.len() <= NAME_MAX, "an event's name is too long");
            assert!(products.iter().all(|line| !line.product.is_empty()), "a product without id");
            properties
        }
        Said::Profile { traits, timezone: _ } => traits,
        Said::Consent { topic, to: _, proof: _ } => {
            assert!(!topic.is_empty(), "about nothing");
            return;
        }
    };
    // One more each for name, country and locale, which may come from beside them.
    assert!(fields.len() <= FIELDS_MAX + 2, "too many fields");
    for (i, (name, value)) in fields.iter().enumerate() {
        assert!(fields.iter().skip(i + 1).all(|(other, _)| other != name), "{name} twice");
        if let Value::Json(json) = value {
            assert!(json.starts_with(['{', '[']), "{json}");
        }
    }
}
