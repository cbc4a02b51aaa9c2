//! `foresend explain`: one customer's life in a rehearsal. The ids were found by looking, and stay while the people
//! of a seed stay.

use crate::{check, fixtures, foresend, root};
use serde_json::Value;
use std::fs;

/// `foresend explain` of the fixtures' scenario.
fn explain(customer: &str, more: &[&str]) -> crate::Said {
    foresend(&[&["explain", "cart-recovery.toml", "--customer", customer], more].concat()).said()
}

#[test]
fn a_purchase_that_stops_the_journey_before_it_starts_is_explained() {
    let said = explain("c-3", &[]);
    assert!(said.out.contains("stop Order Completed, before it started"), "{said}");
    check("explain_stopped_early", &said);
}

#[test]
fn a_purchase_between_two_mails_is_explained() {
    let said = explain("c-255", &["--since", "2026-03-03"]);
    assert!(said.out.contains("stop Order Completed, before offer"), "{said}");
    check("explain_stopped", &said);
}

#[test]
fn three_mails_of_which_one_moved_are_explained_in_both_arms() {
    let said = explain("c-0000000084", &["--arm", "no-mail,as-written"]);
    assert_eq!(said.out.matches("  sent  ").count(), 3, "{said}");
    assert!(said.out.contains("moved") && said.out.contains("this arm is without mail"), "{said}");
    check("explain_three_mails", &said);
}

#[test]
fn what_is_still_waited_for_is_the_last_that_is_said() {
    let said = explain("c-84", &["--set", "cart-recovery.offer.after=20d"]);
    assert!(said.out.contains("cart-recovery, offer: Sat 2026-03-28 09:00:00"), "{said}");
}

#[test]
fn who_lives_elsewhere_has_their_own_clock_and_what_a_journey_is_about_is_named() {
    let scenario = root().join("scenarios/whole-shop.toml");
    let scenario = scenario.to_str().unwrap();
    let explain = |customer: &str, more: &[&str]| {
        let said =
            foresend(&[&["explain", scenario, "--customer", customer], more].concat()).said();
        assert_eq!((said.code, &*said.err), (Some(0), ""), "{said}");
        said.out
    };
    let page = explain("c-169", &[]);
    assert!(page.contains("c-0000000169 · Australia/Sydney · local times"), "{page}");
    // A journey that starts at ten starts at ten in Sydney.
    assert!(page.contains("10:00:00  started     journal             for 2026-03-15"), "{page}");
    assert!(page.contains("started     post-purchase       for o-"), "{page}");
    let json: Value = serde_json::from_str(&explain("c-169", &["--json"])).unwrap();
    assert_eq!(json["zone"], "Australia/Sydney");
    let lines = json["arms"][0]["lines"].as_array().unwrap();
    let read =
        |kind| lines.iter().filter(move |line| line["kind"] == kind).map(|line| &line["read"]);
    assert!(read("sent").all(|read| read.as_array().is_some_and(|read| !read.is_empty())));
    assert!(read("started").any(|read| read[0] == "while !asleep ✓ (asleep false, signs_60d 22)"));
    let lapsed: Value = serde_json::from_str(&explain("c-40", &["--json"])).unwrap();
    assert_eq!(lapsed["arms"][0]["before"]["segments"], serde_json::json!(["lapsed"]));
}

#[test]
fn the_same_person_in_another_world_has_the_same_luck() {
    let said = explain("c-84", &["--world", "touchy"]);
    assert!(said.out.contains("touchy · as written"), "{said}");
    // What differs in that world is how mail is taken: until the first one, nothing.
    let before =
        |said: &crate::Said| said.out.split("  sent  ").next().unwrap().replace("retail", "touchy");
    assert_eq!(before(&said), before(&explain("c-84", &[])));
    let said = explain("c-84", &["--world", "tuchy"]);
    assert!(said.code == Some(2) && said.err.contains("did you mean `touchy`?"), "{said}");
}

#[test]
fn without_utf8_an_explanation_is_ascii() {
    let arguments = ["explain", "cart-recovery.toml", "--customer", "c-84"];
    let said = foresend(&arguments).with("LC_ALL", "C").said();
    assert!(said.code == Some(0) && said.out.is_ascii(), "{said}");
}

#[test]
fn somebody_or_something_that_is_not_there_is_refused() {
    for (name, customer, more) in [
        ("explain_unknown", "c-048213", &[][..]),
        ("explain_no_id", "ana@juniperandfinch.example", &[][..]),
        ("explain_journey", "c-1", &["--journey", "cart-recovry"][..]),
        ("explain_arm", "c-1", &["--arm", "no-mails"][..]),
        ("explain_day", "c-1", &["--since", "9 March"][..]),
        ("explain_set", "c-1", &["--set", "cart-recovery.quiet=soon"][..]),
    ] {
        let said = explain(customer, more);
        check(name, &said);
        assert_eq!((said.code, &*said.out), (Some(2), ""), "{name}");
    }
}

#[test]
fn help_says_how_to_ask() {
    check("help_explain", &foresend(&["explain", "--help"]).said());
}

fn json(more: &[&str]) -> Value {
    let said = explain("c-84", &[&["--json"], more].concat());
    assert_eq!((said.code, &*said.err), (Some(0), ""), "{said}");
    serde_json::from_str(&said.out).unwrap()
}

#[test]
fn the_json_holds_every_record_and_is_narrowed_like_the_page() {
    let all = json(&["--arm", "as-written,no-mail"]);
    assert_eq!(
        (&all["schema"], &all["customer"]),
        (&"foresend.explain/1".into(), &"c-0000000084".into())
    );
    let lines = |json: &Value| json["arms"][0]["lines"].as_array().unwrap().clone();
    let awaits = lines(&all).iter().filter(|line| line["kind"] == "awaits").count();
    assert_eq!(awaits, 3, "one for each step");
    assert_eq!(all["arms"][1]["id"], "no-mail");
    let late = lines(&json(&["--since", "2026-03-08"]));
    assert!(!late.is_empty() && late.len() < lines(&all).len());
    assert!(late.iter().all(|line| line["local"].as_str().unwrap() >= "2026-03-08"));
    let whole = lines(&json(&["--journey", "cart-recovery"]));
    assert_eq!(whole, lines(&json(&[])), "there is only one journey");
}

#[test]
fn every_key_of_the_json_has_its_line_in_the_reference() {
    fn keys(value: &Value, into: &mut Vec<String>) {
        match value {
            Value::Object(map) => {
                for (key, value) in map.iter().filter(|(key, _)| !key.contains([' ', '.'])) {
                    into.push(key.clone());
                    keys(value, into);
                }
            }
            Value::Array(all) => all.iter().for_each(|value| keys(value, into)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    assert!(fixtures().is_dir());
    let page = fs::read_to_string(root().join("docs/reference/explain.md")).unwrap();
    let mut all = Vec::new();
    keys(&json(&[]), &mut all);
    assert!(all.len() > 40);
    for key in all {
        assert!(page.contains(&format!("`{key}`")), "docs/reference/explain.md has no `{key}`");
    }
}
