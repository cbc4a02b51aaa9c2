//! JSON Schemas of our files, so that an editor completes keys and marks mistakes while they are typed. Which keys
//! there are, what they take and which must be there stands in `keys.rs`; what they mean and what stands for a key
//! that is left out, in the tables of the reference pages. Nothing is written a second time here.
//! Invariant: whatever compiles is valid under its schema. The other way round a schema knows less than
//! [`compile`](crate::compile()): no names, no conditions.

use crate::keys::{self, ACTS, Key, Need, Room, STARTS, Takes};
use crate::{event, experiment, kind, topic};
use serde_json::{Map, Value, json};

/// Draft 2020-12.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";
/// Any text that is not blank.
const SOMETHING: &str = r"\S";
/// Forms of texts, under the words that the reference pages have for them.
const FORMS: [(&str, &str); 6] = [
    ("days and a time", r"^\s*\S[\s\S]*\s[0-9]{1,2}:[0-9]{2}\s*$"),
    ("duration", "^[0-9]+[mhdwy]$"),
    ("part of the day", r"^\s*[0-9]{1,2}:[0-9]{2}\s*-\s*[0-9]{1,2}:[0-9]{2}\s*$"),
    ("share", r"^[0-9]{1,3}(\.[0-9])?%$"),
    ("size", "^[0-9]+(KB|MB|GB)$"),
    ("time of day", "^[0-9]{1,2}:[0-9]{2}$"),
];

/// The kinds of files that have a schema.
pub const SCHEMAS: [&str; 7] =
    ["program", "journey", "mail", "experiment", "scenario", "tune", "foresend"];

/// The schema of one of [`SCHEMAS`] as a JSON document; `None` for any other name.
///
/// ```
/// assert!(foresend_program::schema("journey").unwrap().contains("additionalProperties"));
/// assert_eq!(foresend_program::schema("jurney"), None);
/// ```
#[must_use]
pub fn schema(name: &str) -> Option<String> {
    let (file, room) = match name {
        "program" => ("program.toml", &keys::PROGRAM),
        "journey" => ("journeys/NAME.toml", &keys::JOURNEY),
        "mail" => ("the front matter of mails/NAME.md", &keys::MAIL),
        "experiment" => ("experiments/NAME.toml", &keys::EXPERIMENT),
        "scenario" => ("scenarios/NAME.toml", &keys::SCENARIO),
        "tune" => ("scenarios/NAME.tune.toml", &keys::TUNE),
        "foresend" => ("foresend.toml", &keys::OPERATOR),
        _ => return None,
    };
    let mut schema = object(room);
    schema.insert("$schema".to_owned(), json!(DIALECT));
    schema.insert("title".to_owned(), json!(format!("Foresend: {file}")));
    let mut text = serde_json::to_string_pretty(&schema).ok()?;
    text.push('\n');
    Some(text)
}

/// A table with the keys of `room` and no others.
fn object(room: &Room) -> Map<String, Value> {
    let built = || room.keys.iter().filter(|key| key.need != Need::NotYet);
    let properties: Map<String, Value> =
        built().map(|key| (key.name.to_owned(), property(room, key))).collect();
    let mut required: Vec<&str> =
        built().filter(|key| key.need == Need::Required).map(|key| key.name).collect();
    let mut schema = Map::new();
    // A step does exactly one thing, and a journey starts in one way.
    let one_of = if room.what == keys::STEP.what {
        ACTS
    } else if room.what == keys::JOURNEY.what {
        STARTS
    } else {
        &[]
    };
    let ways: Vec<&str> =
        built().map(|key| key.name).filter(|name| one_of.contains(name)).collect();
    match ways.as_slice() {
        [] => {}
        [only] if required.contains(only) => {}
        [only] => required.push(only),
        [_, _, ..] => {
            let one: Vec<Value> = ways.iter().map(|way| json!({ "required": [way] })).collect();
            schema.insert("oneOf".to_owned(), Value::Array(one));
        }
    }
    schema.insert("type".to_owned(), json!("object"));
    schema.insert("properties".to_owned(), Value::Object(properties));
    schema.insert("required".to_owned(), json!(required));
    schema.insert("additionalProperties".to_owned(), json!(false));
    schema
}

fn property(room: &Room, key: &Key) -> Value {
    let row = Row::of(room, key.name).unwrap_or_default();
    let mut schema = match key.takes {
        Takes::Text => text(key, &row),
        Takes::Texts => {
            let text = text(key, &row);
            json!({ "anyOf": [text, { "type": "array", "items": text, "minItems": 1 }] })
        }
        Takes::List => json!({ "type": "array", "items": text(key, &row) }),
        Takes::Events => events(),
        Takes::Number if row.takes == "a number" => json!({ "type": "number", "minimum": 0 }),
        Takes::Number => number(&row),
        Takes::Date => json!({ "type": "string", "format": "date" }),
        Takes::Table => table(room, key.name),
        Takes::Tables => tables(key.name),
    };
    let about = schema.as_object_mut().expect("each of the above is a map");
    if !row.means.is_empty() {
        about.insert("description".to_owned(), json!(row.means));
    }
    // `from` stands for another key, and not for the text "from".
    if let Some(default) = one_word(row.default).filter(|word| room.key(word).is_none()) {
        let default = match key.takes {
            Takes::Number => {
                default.replace('_', "").parse::<u64>().map_or(Value::Null, Value::from)
            }
            Takes::Text
            | Takes::Texts
            | Takes::List
            | Takes::Events
            | Takes::Table
            | Takes::Tables
            | Takes::Date => json!(default),
        };
        about.insert("default".to_owned(), default);
    }
    // TOML and JSON write texts and lists alike.
    if let Ok(example) = serde_json::from_str::<Value>(key.example) {
        about.insert("examples".to_owned(), json!([example]));
    }
    schema
}

fn text(key: &Key, row: &Row) -> Value {
    let words = match key.name {
        "kind" => kind::KINDS.iter().map(|(word, _)| *word).collect(),
        "basis" => topic::BASES.iter().map(|(word, _)| *word).collect(),
        _ => only_words(row.takes),
    };
    if !words.is_empty() {
        return json!({ "enum": words });
    }
    if key.name == "effort" {
        return json!({ "anyOf": [
            { "type": "string", "pattern": "^[0-9][0-9_,]*[kKmM]?$" },
            { "type": "integer", "minimum": 10_000 },
        ] });
    }
    let form = FORMS.iter().find(|(takes, _)| *takes == row.takes);
    json!({ "type": "string", "pattern": form.map_or(SOMETHING, |(_, pattern)| pattern) })
}

/// An event, by its name or in braces with what it is to be about; or several.
fn events() -> Value {
    let one = json!({ "anyOf": [
        { "type": "string", "pattern": SOMETHING },
        Value::Object(object(&keys::LISTEN)),
    ] });
    json!({ "anyOf": [one, { "type": "array", "items": one, "minItems": 1 }] })
}

/// "1 to 3,650", "a whole number"
fn number(row: &Row) -> Value {
    let whole = |text: &str| text.replace(',', "").trim().parse::<u64>().ok();
    let range = row.takes.split_once(" to ");
    match range.and_then(|(least, most)| whole(least).zip(whole(most))) {
        Some((least, most)) => json!({ "type": "integer", "minimum": least, "maximum": most }),
        None => json!({ "type": "integer", "minimum": 0 }),
    }
}

/// What stands in a table, by its key: names of the author's own, or keys of ours.
fn table(room: &Room, key: &str) -> Value {
    let named = |each: Value| json!({ "type": "object", "additionalProperties": each });
    match key {
        "topics" => named(Value::Object(object(&keys::TOPIC))),
        "events" => {
            let types: Vec<&str> = event::TYPES.iter().map(|(word, _)| *word).collect();
            let causes: Vec<&str> = event::CAUSES.iter().map(|(word, _)| *word).collect();
            named(json!({
                "type": "object",
                "properties": { "by": { "enum": causes } },
                "additionalProperties": { "enum": types },
            }))
        }
        "limits" => Value::Object(object(&keys::LIMITS)),
        "tracking" => Value::Object(object(&keys::TRACKING)),
        "keep" => Value::Object(object(&keys::KEEP)),
        "offers" => named(Value::Object(object(&keys::OFFER))),
        "traits" | "catalogue" => {
            let types: Vec<&str> = event::TYPES.iter().map(|(word, _)| *word).collect();
            named(json!({ "enum": types }))
        }
        "facts" | "segments" => named(json!({ "type": "string", "pattern": SOMETHING })),
        "date" => Value::Object(object(&keys::DATE)),
        "goal" => Value::Object(object(&keys::GOAL)),
        "set" => named(json!({ "anyOf": [
            { "type": "string" },
            { "type": "number" },
            { "type": "boolean" },
        ] })),
        "button" => Value::Object(object(&keys::BUTTON)),
        "worth" => Value::Object(object(&keys::WORTH)),
        "vary" if room.what == keys::TUNE.what => named(json!({ "anyOf": [
            { "type": "array", "minItems": 1 },
            { "type": "object" },
        ] })),
        "control" => named(json!({ "type": "string", "pattern": SOMETHING })),
        "vary" => {
            let factors = experiment::FACTORS.iter();
            let variants = named(json!({ "type": "string", "pattern": SOMETHING }));
            let factors: Map<String, Value> =
                factors.map(|(word, _)| ((*word).to_owned(), variants.clone())).collect();
            json!({ "type": "object", "properties": factors, "additionalProperties": false })
        }
        _ => json!({ "type": "object" }),
    }
}

/// What stands in a list of tables.
fn tables(key: &str) -> Value {
    let each = match key {
        "steps" => Value::Object(object(&keys::STEP)),
        "choose" => Value::Object(object(&keys::ROW)),
        "faults" => Value::Object(object(&keys::FAULT)),
        _ => json!({ "type": "object" }),
    };
    json!({ "type": "array", "items": each, "minItems": 1 })
}

/// A key's row in its reference page.
#[derive(Clone, Copy, Default, Debug)]
struct Row {
    takes: &'static str,
    default: &'static str,
    means: &'static str,
}

impl Row {
    /// The row of a key of `room`.
    fn of(room: &Room, key: &str) -> Option<Self> {
        const PROGRAM: &str = include_str!("../../../docs/reference/program.md");
        const JOURNEY: &str = include_str!("../../../docs/reference/journey.md");
        const MAIL: &str = include_str!("../../../docs/reference/mail.md");
        const EXPERIMENT: &str = include_str!("../../../docs/reference/experiment.md");
        const SCENARIO: &str = include_str!("../../../docs/reference/scenario.md");
        const TUNE: &str = include_str!("../../../docs/reference/tune.md");
        const OPERATOR: &str = include_str!("../../../docs/reference/foresend.md");
        let places = [
            (&keys::PROGRAM, PROGRAM, ""),
            (&keys::TOPIC, PROGRAM, "[topics]"),
            (&keys::LIMITS, PROGRAM, "[limits]"),
            (&keys::TRACKING, PROGRAM, "[tracking]"),
            (&keys::KEEP, PROGRAM, "[keep]"),
            (&keys::OFFER, PROGRAM, "[offers]"),
            (&keys::JOURNEY, JOURNEY, ""),
            (&keys::DATE, JOURNEY, "How it starts"),
            (&keys::LISTEN, JOURNEY, "About the same"),
            (&keys::GOAL, JOURNEY, "goal"),
            (&keys::STEP, JOURNEY, "Steps"),
            (&keys::MAIL, MAIL, ""),
            (&keys::BUTTON, MAIL, ""),
            (&keys::EXPERIMENT, EXPERIMENT, ""),
            (&keys::SCENARIO, SCENARIO, ""),
            (&keys::FAULT, SCENARIO, "faults"),
            (&keys::TUNE, TUNE, ""),
            (&keys::RANGE, TUNE, "vary"),
            (&keys::WORTH, TUNE, "worth"),
            (&keys::OPERATOR, OPERATOR, ""),
        ];
        let (_, page, section) = places.iter().find(|(other, _, _)| other.what == room.what)?;
        Self::in_section(page, section, key).or_else(|| Self::of_table(page, key))
    }

    /// In the tables below one heading.
    fn in_section(page: &'static str, section: &str, key: &str) -> Option<Self> {
        let mut columns: Vec<&str> = Vec::new();
        let mut here = "";
        for line in page.lines() {
            if let Some(heading) = line.strip_prefix("## ") {
                here = heading;
            }
            let Some(cells) = line.strip_prefix("| ").and_then(|line| line.strip_suffix(" |"))
            else {
                continue;
            };
            let cells: Vec<&'static str> = cells.split(" | ").map(str::trim).collect();
            if cells.first() == Some(&"key") {
                columns = cells;
            } else if here == section && cells.first().and_then(|cell| one_word(cell)) == Some(key)
            {
                let cell = |names: [&str; 2]| {
                    let at = columns.iter().position(|column| names.contains(column))?;
                    cells.get(at).copied()
                };
                return Some(Self {
                    takes: cell(["takes", "takes"])?,
                    default: cell(["default", "default"]).unwrap_or_default(),
                    means: cell(["means", "does"])?,
                });
            }
        }
        None
    }

    /// A table of its own: the first sentence below its heading.
    fn of_table(page: &'static str, key: &str) -> Option<Self> {
        let heading = format!("[{key}]");
        let mut lines = page.lines();
        lines.find(|line| line.starts_with("## ") && line.contains(&heading))?;
        let means = lines.find(|line| !line.is_empty())?;
        let end = means.find(". ").map_or(means.len(), |at| at + 1);
        Some(Self { means: means.get(..end)?, ..Self::default() })
    }
}

/// `` `skip` `` and nothing else.
fn one_word(cell: &str) -> Option<&str> {
    cell.strip_prefix('`')?.strip_suffix('`').filter(|word| !word.contains('`'))
}

/// The words of `` `skip`, `wait` ``; none where the cell says more than that.
fn only_words(cell: &str) -> Vec<&str> {
    cell.split(", ").map(one_word).collect::<Option<_>>().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOMS: [&Room; 16] = [
        &keys::PROGRAM,
        &keys::TOPIC,
        &keys::LIMITS,
        &keys::TRACKING,
        &keys::KEEP,
        &keys::OFFER,
        &keys::JOURNEY,
        &keys::DATE,
        &keys::LISTEN,
        &keys::GOAL,
        &keys::STEP,
        &keys::MAIL,
        &keys::BUTTON,
        &keys::EXPERIMENT,
        &keys::SCENARIO,
        &keys::OPERATOR,
    ];

    #[test]
    fn every_key_is_described_by_its_page() {
        for room in ROOMS {
            for key in room.keys.iter().filter(|key| key.need != Need::NotYet) {
                let row = Row::of(room, key.name);
                assert!(
                    row.is_some_and(|row| !row.means.is_empty()),
                    "{} of {}",
                    key.name,
                    room.what
                );
            }
        }
    }

    #[test]
    fn a_key_that_is_not_built_is_no_key_of_a_schema() {
        for room in ROOMS {
            let schema = object(room);
            for key in room.keys {
                let is_there = schema["properties"].get(key.name).is_some();
                assert_eq!(is_there, key.need != Need::NotYet, "{} of {}", key.name, room.what);
            }
        }
    }

    #[test]
    fn a_property_says_what_its_page_says() {
        let limits = object(&keys::LIMITS);
        let full = &limits["properties"]["full"];
        assert_eq!((&full["enum"], &full["default"]), (&json!(["skip", "wait"]), &json!("skip")));
        let program = object(&keys::PROGRAM);
        assert_eq!(program["properties"]["reply_to"].get("default"), None);
        assert_eq!(program["properties"]["zone"]["default"], "UTC");
        let scenario = object(&keys::SCENARIO);
        let days = &scenario["properties"]["days"];
        assert_eq!((&days["maximum"], &days["default"]), (&json!(3650), &json!(60)));
        let journey = object(&keys::JOURNEY);
        assert_eq!(journey["properties"]["quiet"]["pattern"], "^[0-9]+[mhdwy]$");
        assert_eq!(journey["properties"]["goal"]["additionalProperties"], false);
        assert_eq!(journey["oneOf"].as_array().map(Vec::len), Some(STARTS.len()));
        assert_eq!(journey["properties"]["date"]["required"], json!(["trait"]));
    }
}
