//! `foresend schema`: what compiles is valid, and a key that is none is not. The validator below knows the words
//! that our schemas use, and stops at any other.

use crate::{check, foresend, root};
use regex::Regex;
use serde_json::{Map, Value, json};
use std::fs;
use std::path::Path;

fn schema(kind: &str) -> Value {
    let said = foresend(&["schema", kind]).said();
    assert_eq!((said.code, &*said.err), (Some(0), ""), "{said}");
    serde_json::from_str(&said.out).unwrap()
}

/// Every way in which `value` is not what `schema` wants.
fn wrong(schema: &Value, value: &Value, at: &str) -> Vec<String> {
    let mut all = Vec::new();
    let schema = schema.as_object().unwrap();
    let texts = |list: &Value| -> Vec<String> {
        list.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
    };
    for (word, wanted) in schema {
        let holds = match word.as_str() {
            "type" => match wanted.as_str().unwrap() {
                "object" => value.is_object(),
                "array" => value.is_array(),
                "string" => value.is_string(),
                "integer" => value.is_i64() || value.is_u64(),
                "number" => value.is_number(),
                "boolean" => value.is_boolean(),
                other => panic!("no type {other}"),
            },
            "enum" => wanted.as_array().unwrap().contains(value),
            "pattern" => value
                .as_str()
                .is_none_or(|text| Regex::new(wanted.as_str().unwrap()).unwrap().is_match(text)),
            "minimum" => value.as_i64().is_none_or(|number| number >= wanted.as_i64().unwrap()),
            "maximum" => value.as_i64().is_none_or(|number| number <= wanted.as_i64().unwrap()),
            "minItems" => {
                value.as_array().is_none_or(|items| items.len() as u64 >= wanted.as_u64().unwrap())
            }
            "required" => value
                .as_object()
                .is_none_or(|map| texts(wanted).iter().all(|key| map.contains_key(key))),
            "anyOf" => {
                wanted.as_array().unwrap().iter().any(|one| wrong(one, value, at).is_empty())
            }
            "oneOf" => {
                let fits = |one: &&Value| wrong(one, value, at).is_empty();
                wanted.as_array().unwrap().iter().filter(fits).count() == 1
            }
            "properties" => {
                for (key, one) in wanted.as_object().unwrap() {
                    if let Some(value) = value.get(key) {
                        all.extend(wrong(one, value, &format!("{at}.{key}")));
                    }
                }
                true
            }
            "items" => {
                for (i, item) in value.as_array().into_iter().flatten().enumerate() {
                    all.extend(wrong(wanted, item, &format!("{at}[{i}]")));
                }
                true
            }
            "additionalProperties" => {
                all.extend(others(schema, wanted, value, at));
                true
            }
            "$schema" | "title" | "description" | "default" | "examples" | "format" => true,
            other => panic!("the validator of this test does not know {other}"),
        };
        if !holds {
            all.push(format!("{at}: {word} {wanted}, not {value}"));
        }
    }
    all
}

/// Keys that have no property of their own.
fn others(schema: &Map<String, Value>, wanted: &Value, value: &Value, at: &str) -> Vec<String> {
    let named = |key: &str| schema.get("properties").is_some_and(|p| p.get(key).is_some());
    let other = value.as_object().into_iter().flatten().filter(|(key, _)| !named(key));
    other
        .flat_map(|(key, value)| {
            if *wanted == Value::Bool(false) {
                vec![format!("{at}: no key {key}")]
            } else {
                wrong(wanted, value, &format!("{at}.{key}"))
            }
        })
        .collect()
}

/// TOML as a schema sees it: a date is a text.
fn seen(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => json!(text),
        toml::Value::Integer(number) => json!(number),
        toml::Value::Float(number) => json!(number),
        toml::Value::Boolean(truth) => json!(truth),
        toml::Value::Datetime(date) => json!(date.to_string()),
        toml::Value::Array(items) => Value::Array(items.into_iter().map(seen).collect()),
        toml::Value::Table(table) => {
            Value::Object(table.into_iter().map(|(key, value)| (key, seen(value))).collect())
        }
    }
}

/// The kind of a file, and the TOML in it.
fn kind_and_toml<'t>(path: &str, text: &'t str) -> Option<(&'static str, &'t str)> {
    let path = path.replace('\\', "/");
    let (kind, toml) = match path.rsplit_once('/').unwrap_or(("", &path)) {
        (_, "program.toml") => ("program", text),
        (room, _) if room.ends_with("journeys") => ("journey", text),
        (room, _) if room.ends_with("experiments") => ("experiment", text),
        (room, _) if room.ends_with("mails") => ("mail", text.split("+++").nth(1)?),
        (_, name) if name.ends_with(".tune.toml") => ("tune", text),
        (_, name) if name.ends_with(".toml") => ("scenario", text),
        (_, _) => return None,
    };
    Some((kind, toml))
}

/// Mistakes by schema in each file of a folder, below which no folder `except` is looked at.
fn told(folder: &Path, except: &str) -> Vec<(String, Vec<String>)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if !path.ends_with(except) {
                all.extend(told(&path, except));
            }
            continue;
        }
        let name = path.to_str().unwrap().to_owned();
        let text = fs::read_to_string(&path).unwrap();
        let Some((kind, text)) = kind_and_toml(&name, &text) else { continue };
        let Ok(table) = text.parse::<toml::Table>() else { continue };
        all.push((name, wrong(&schema(kind), &seen(table.into()), kind)));
    }
    all
}

#[test]
fn what_compiles_is_valid() {
    let scenarios = told(&root().join("scenarios"), "none");
    let programs = told(&root().join("tests/programs/valid"), "none");
    let fixtures = told(&root().join("tests/command/fixtures/shop"), "none");
    assert!(scenarios.len() >= 6 && programs.len() >= 3 && fixtures.len() >= 3);
    for (file, wrong) in scenarios.into_iter().chain(programs).chain(fixtures) {
        assert_eq!(wrong, Vec::<String>::new(), "{file}");
    }
}

/// Lays `block` over `whole`, table by table.
fn laid_over(whole: &mut toml::Table, block: toml::Table) {
    for (key, value) in block {
        match (whole.get_mut(&key), value) {
            (Some(toml::Value::Table(old)), toml::Value::Table(new)) if key != "goal" => {
                old.extend(new)
            }
            (_, value) => drop(whole.insert(key, value)),
        }
    }
}

#[test]
fn the_examples_of_the_reference_are_valid() {
    let minimal = |file: &str| -> toml::Table {
        let path = root().join("tests/programs/valid/minimal").join(file);
        fs::read_to_string(path).unwrap().parse().unwrap()
    };
    let mut seen_blocks = 0;
    for page in ["program", "journey", "experiment", "scenario", "conditions"] {
        let text = fs::read_to_string(root().join(format!("docs/reference/{page}.md"))).unwrap();
        for block in text.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()) {
            let file = block.lines().next().unwrap().trim_start_matches("# ");
            if file.contains(", refused: ") {
                continue;
            }
            let (kind, mut whole) = match kind_and_toml(file, "").unwrap().0 {
                "program" => ("program", minimal("program.toml")),
                "journey" => ("journey", minimal("journeys/hello.toml")),
                kind => (kind, toml::Table::new()),
            };
            let block: toml::Table = block.parse().unwrap();
            // One that starts in another way starts in no second one.
            if ["enters", "date", "every"].iter().any(|key| block.contains_key(*key)) {
                whole.remove("on");
            }
            laid_over(&mut whole, block);
            let wrong = wrong(&schema(kind), &seen(whole.into()), kind);
            assert_eq!(wrong, Vec::<String>::new(), "{page}: {file}");
            seen_blocks += 1;
        }
    }
    assert!(seen_blocks >= 12, "{seen_blocks} blocks");
}

#[test]
fn a_key_that_is_none_is_not_valid() {
    let broken = root().join("tests/programs/broken");
    let mut found = 0;
    for entry in fs::read_dir(&broken).unwrap() {
        let folder = entry.unwrap().path();
        let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
        let of_keys = name.contains("unknown-key") || name.contains("not-supported-yet");
        // Those of conditions, values and blocks stand inside texts.
        if of_keys && !["block-", "value-"].iter().any(|other| name.starts_with(other)) {
            let all = told(&folder, "none");
            assert!(all.iter().any(|(_, wrong)| !wrong.is_empty()), "{name} is valid: {all:?}");
            found += 1;
        }
    }
    assert!(found >= 3, "{found}");
    let journey = schema("journey");
    let step = |step: Value| json!({ "topic": "offers", "on": "Order Completed", "again": "7d", "steps": [step] });
    assert_eq!(wrong(&journey, &step(json!({ "id": "a", "send": "b" })), "").len(), 0);
    for other in [
        json!({ "id": "a" }),
        json!({ "id": "a", "send": 1 }),
        json!({ "id": "a", "send": "b", "afer": "2d" }),
    ] {
        assert_ne!(wrong(&journey, &step(other.clone()), "").len(), 0, "{other}");
    }
}

#[test]
fn the_kinds_are_listed_and_another_is_refused() {
    check("schema_list", &foresend(&["schema"]).said());
    check("schema_unknown", &foresend(&["schema", "jurney"]).said());
    let mail = schema("mail");
    assert_eq!(mail["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert_eq!(mail["required"], json!(["subject"]));
}

#[test]
fn the_operators_file_of_the_page_is_valid_and_says_the_defaults() {
    let page = fs::read_to_string(root().join("docs/reference/foresend.md")).unwrap();
    let file = page.split("```").nth(1).unwrap().strip_prefix("toml\n").unwrap();
    let (operator, told) = foresend_program::operator("foresend.toml", file);
    let cart_url = Some("https://shop.example/basket".to_owned());
    let usual = foresend_program::Operator { cart_url, ..foresend_program::Operator::default() };
    assert_eq!((operator, told), (Some(usual), Vec::new()));
    let schema = schema("foresend");
    let of = |text: &str| wrong(&schema, &seen(text.parse::<toml::Table>().unwrap().into()), "");
    assert_eq!(of(file), Vec::<String>::new());
    for mistake in ["stage = 'all'", "[disk]\nreserve = '256'", "keys = 'env:X'", "listen = 8080"] {
        assert_ne!(of(mistake).len(), 0, "{mistake}");
    }
}
