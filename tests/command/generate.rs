//! `foresend generate`: the events of a rehearsal's people, as a shop would send them.

use crate::{check, foresend, root};
use foresend_core::id::{CustomerId, IdKey};
use foresend_core::time::Timestamp;
use foresend_engine::entry::{self, ConsentTo, Entry, Origin, Said, Told};
use foresend_program::call::{Arrival, parse};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

fn lines(arguments: &[&str]) -> Vec<Value> {
    let all = [&["generate", "cart-recovery.toml", "--out", "-"], arguments].concat();
    let said = foresend(&all).said();
    assert_eq!((said.code, &*said.err), (Some(0), ""), "{}", said.err);
    said.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn the_orders_are_those_of_the_rehearsal_without_mail() {
    let said =
        foresend(&["simulate", "cart-recovery.toml", "--world", "retail", "--json", "-"]).said();
    let report: Value = serde_json::from_str(&said.out).unwrap();
    let orders: Vec<Value> = lines(&[])
        .into_iter()
        .filter(|call| call["event"] == "Order Completed")
        .filter(|call| call["timestamp"].as_str().unwrap() >= "2026-03-02")
        .collect();
    let no_mail = &report["worlds"][0]["no_mail"];
    assert_eq!(orders.len() as u64, no_mail["orders"].as_u64().unwrap());
    let pence = |call: &Value| (call["properties"]["revenue"].as_f64().unwrap() * 100.0).round();
    let revenue: f64 = orders.iter().map(pence).sum();
    let there = no_mail["revenue_minor"].as_f64().unwrap();
    assert!((revenue - there).abs() < 0.5, "{revenue} {there}");
}

#[test]
fn each_call_says_who_when_and_what_once() {
    let calls = lines(&["--customers", "300"]);
    let (mut ids, mut orders, mut kinds) = (BTreeSet::new(), BTreeSet::new(), BTreeMap::new());
    for call in &calls {
        let user = call["userId"].as_str().unwrap();
        assert!(user.starts_with("c-0000000") && user.len() == 12, "{call}");
        let time = call["timestamp"].as_str().unwrap();
        assert!(time.len() == 24 && time < "2026-03-16T00:00:00.001Z", "{call}");
        assert!(ids.insert(call["messageId"].to_string()), "twice: {call}");
        let event = call["event"].as_str().unwrap_or_default();
        *kinds.entry((call["type"].as_str().unwrap(), event)).or_insert(0) += 1;
        match (call["type"].as_str().unwrap(), event) {
            ("identify", _) => assert!(call["context"]["timezone"].as_str().unwrap().contains('/')),
            ("consent", _) => {
                assert_eq!(call["topic"], "offers");
                assert_eq!(call["basis"].is_string(), call["to"] == "given", "{call}");
            }
            ("track", "Order Completed") => {
                assert!(orders.insert(call["properties"]["order_id"].to_string()), "{call}");
            }
            ("track", "Product Viewed" | "Product Added") => {
                assert!(call["properties"]["product_id"].as_str().unwrap().starts_with("p-"));
                assert_eq!(call["properties"]["quantity"], 1);
            }
            ("track", "Checkout Started") => {
                let products = call["properties"]["products"].as_array().unwrap();
                assert!(products.iter().all(|one| one["product_id"].is_string()), "{call}");
            }
            ("track", _) => {}
            _ => panic!("{call}"),
        }
    }
    for kind in [("identify", ""), ("consent", ""), ("track", "Product Added")] {
        assert!(kinds[&kind] > 5, "{kinds:?}");
    }
    assert!(orders.len() > 300, "history too: {}", orders.len());
}

#[test]
fn a_file_is_written_whole_and_one_that_cannot_be_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("events.ndjson");
    let to = file.to_str().unwrap();
    let said =
        foresend(&["generate", "cart-recovery.toml", "--customers", "20", "--out", to]).said();
    assert_eq!((said.code, &*said.out, &*said.err), (Some(0), "", ""), "{said}");
    let written = std::fs::read_to_string(&file).unwrap();
    assert_eq!(written.lines().count(), lines(&["--customers", "20"]).len());
    check(
        "generate_nowhere",
        &foresend(&["generate", "cart-recovery.toml", "--out", "no/such/folder.ndjson"]).said(),
    );
    check("help_generate", &foresend(&["generate", "--help"]).said());
}

/// A value of an entry, as JSON has it.
fn plain(value: &entry::Value<'_>) -> Value {
    match value {
        entry::Value::Null => Value::Null,
        entry::Value::Bool(truth) => Value::from(*truth),
        entry::Value::Number(number) => Value::from(*number),
        entry::Value::Text(text) => Value::from(*text),
        entry::Value::Json(json) => serde_json::from_str(json).unwrap(),
    }
}

/// Numbers as floats, so that 2 and 2.0 are the same.
fn with_floats(value: &Value) -> Value {
    value.as_f64().map_or_else(|| value.clone(), Value::from)
}

/// That `entry` says what `line` says.
fn says_the_same(line: &Value, entry: &Entry<'_>) {
    let Entry::Of(customer, Told::Call(call)) = entry else { panic!("{entry:?}") };
    let user = line["userId"].as_str().unwrap();
    assert_eq!((call.user, *customer), (user, CustomerId::of(IdKey(1), user)));
    assert_eq!(call.message, entry::message(line["messageId"].as_str().unwrap()));
    let at: jiff::Timestamp = line["timestamp"].as_str().unwrap().parse().unwrap();
    assert_eq!(call.at.millis(), at.as_millisecond());
    let same = |told: &[(&str, entry::Value<'_>)], there: &Value, but: &str| {
        let there = there.as_object().unwrap().iter().filter(|(name, _)| *name != but);
        let there: BTreeMap<&str, Value> =
            there.map(|(name, value)| (name.as_str(), with_floats(value))).collect();
        let told: BTreeMap<&str, Value> =
            told.iter().map(|(name, value)| (*name, plain(value))).collect();
        assert_eq!(told, there, "{line}");
    };
    match &call.said {
        Said::Track { event, properties, products } => {
            assert_eq!(
                (line["type"].as_str(), line["event"].as_str()),
                (Some("track"), Some(*event))
            );
            same(properties, &line["properties"], "products");
            let list = line["properties"]["products"].as_array();
            let named = line["properties"].get("product_id").map(|_| &line["properties"]);
            let there: Vec<&Value> =
                list.map_or_else(|| named.into_iter().collect(), |l| l.iter().collect());
            assert_eq!(products.len(), there.len(), "{line}");
            for (told, there) in products.iter().zip(there) {
                assert_eq!(there["product_id"].as_str(), Some(told.product));
                // A product that somebody only looked at is one piece.
                let quantity = there.get("quantity").map_or(Some(1), Value::as_u64);
                assert_eq!(quantity, Some(u64::from(told.quantity)), "{line}");
                let price = there["price"].as_f64().unwrap_or(0.0) * 10_000.0;
                assert!((price - told.price as f64).abs() < 0.01, "{line}");
            }
        }
        Said::Profile { traits, timezone } => {
            assert_eq!(line["type"], "identify");
            same(traits, &line["traits"], "");
            assert_eq!(line["context"]["timezone"].as_str(), *timezone);
        }
        Said::Consent { topic, to, cause, proof } => {
            assert_eq!(
                (line["type"].as_str(), line["topic"].as_str()),
                (Some("consent"), Some(*topic))
            );
            assert_eq!((line["proof"].as_str(), *cause), (Some(*proof), None));
            let word = match to {
                ConsentTo::Requested => "requested",
                ConsentTo::Contract => "given contract",
                ConsentTo::Service => "given service",
                ConsentTo::Request => "given request",
                ConsentTo::Consent => "given consent",
                ConsentTo::ExistingCustomer => "given existing-customer",
                ConsentTo::Withdrawn => "withdrawn",
            };
            let there = [line["to"].as_str(), line["basis"].as_str()];
            assert_eq!(there.into_iter().flatten().collect::<Vec<_>>().join(" "), word);
        }
    }
}

#[test]
fn every_line_is_a_call_and_its_entry_says_the_same() {
    let mut kinds = BTreeSet::new();
    for name in ["browse-abandonment", "cart-recovery", "post-purchase", "whole-shop", "win-back"] {
        let scenario = root().join(format!("scenarios/{name}.toml"));
        let scenario = scenario.to_str().unwrap();
        let said = foresend(&["generate", scenario, "--customers", "100", "--out", "-"]).said();
        assert_eq!((said.code, &*said.err), (Some(0), ""), "{}", said.err);
        assert!(said.out.lines().count() > 500, "{name}: {}", said.out.lines().count());
        for line in said.out.lines() {
            let arrival = Arrival::in_file(Timestamp::from_millis(0));
            let called =
                parse(line.as_bytes(), &arrival).unwrap_or_else(|bad| panic!("{line}: {bad}"));
            let entry = Entry::of_call(&called, IdKey(1), Origin::Live);
            let mut bytes = Vec::new();
            entry.write(&mut bytes).unwrap();
            let (raw, _) = entry::Raw::first(&bytes).unwrap();
            let line: Value = serde_json::from_str(line).unwrap();
            says_the_same(&line, &raw.read().unwrap());
            kinds.insert(line["type"].to_string() + &line["event"].to_string());
        }
    }
    assert!(kinds.len() > 8, "{kinds:?}");
}
