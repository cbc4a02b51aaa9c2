//! `foresend generate`: the events of a rehearsal's people, as a shop would send them.

use crate::{check, foresend};
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
