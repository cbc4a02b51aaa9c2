//! JSON as far as a call needs it: the fields of an object in order, each still as it was written, read when somebody
//! asks. So nothing is built that nobody reads, and nothing recurses.

use super::bad::{Bad, Why, shown};
use super::{BYTES_MAX, DEPTH_MAX, FIELDS_MAX, ID_MAX, NAME_MAX};
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

/// A value as it was written.
pub(super) type Raw<'a> = &'a RawValue;

/// Where whole numbers stop being exact in a float.
const EXACT: i64 = 1 << 53;

/// A value as it came.
#[derive(Clone, PartialEq, Debug)]
pub enum Value<'a> {
    /// Nothing.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A number. Whole ones beyond 2^53, which a float would round, are [`Value::Text`]: they are ids.
    Number(f64),
    /// Text.
    Text(Cow<'a, str>),
    /// A list or an object, as it was written.
    Json(&'a str),
}

/// The fields of an object, in order, none twice.
#[derive(Debug, Default)]
pub(super) struct Fields<'a>(pub(super) Vec<(Cow<'a, str>, Raw<'a>)>);

/// The fields of a whole call.
pub(super) fn call(bytes: &[u8]) -> Result<Fields<'_>, Bad> {
    if bytes.len() > BYTES_MAX {
        let message = format!("it has {} bytes, and a call at most {BYTES_MAX}", bytes.len());
        return Err(Bad::new(Why::Size, message, "send less with it, or several calls"));
    }
    let text = str::from_utf8(bytes).map_err(|e| {
        let message = format!("it is not UTF-8 (byte {})", e.valid_up_to());
        Bad::new(Why::Json, message, "JSON is written in UTF-8")
    })?;
    if depth(text) > DEPTH_MAX {
        let message = format!("lists and objects stand more than {DEPTH_MAX} deep in each other");
        return Err(Bad::new(Why::Size, message, "send it flatter"));
    }
    if !text.trim_start().starts_with('{') {
        let message = "it is not a JSON object";
        return Err(Bad::new(Why::Json, message, "a call looks like `{\"type\": \"track\", …}`"));
    }
    serde_json::from_str(text).map_err(|e| {
        let message = e.to_string();
        // Calls stand in one line; the library counts lines of its own.
        let what = message.split(" at line ").next().unwrap_or_default();
        let place = format!("not valid JSON at column {}: {what}", e.column());
        Bad::new(Why::Json, place, "write one JSON object a call")
    })
}

/// How deep brackets stand in each other. Of what is not JSON it may be anything.
fn depth(text: &str) -> usize {
    let (mut depth, mut deepest, mut quoted, mut escaped) = (0usize, 0, false, false);
    for byte in text.bytes() {
        if quoted {
            (quoted, escaped) = (escaped || byte != b'"', !escaped && byte == b'\\');
            continue;
        }
        match byte {
            b'"' => quoted = true,
            b'{' | b'[' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

impl<'a> Fields<'a> {
    /// What stands there; null is nothing.
    pub(super) fn get(&self, name: &str) -> Option<Raw<'a>> {
        let (_, raw) = self.0.iter().find(|(other, _)| other == name)?;
        (raw.get() != "null").then_some(*raw)
    }

    /// A text that is not empty, if there is one.
    pub(super) fn word(&self, name: &str) -> Result<Option<Cow<'a, str>>, Bad> {
        let Some(raw) = self.get(name) else { return Ok(None) };
        let text = text(raw).ok_or_else(|| {
            Bad::field(name, &noun(raw), &format!("write it as text: `\"{name}\": \"…\"`"))
        })?;
        limit(name, &text, NAME_MAX)?;
        Ok((!text.trim().is_empty()).then_some(text))
    }

    /// An id: text, or a whole number, which some shops have. An empty one is none.
    pub(super) fn id(&self, name: &str) -> Result<Option<Cow<'a, str>>, Bad> {
        let Some(raw) = self.get(name) else { return Ok(None) };
        let id = id(raw).ok_or_else(|| {
            Bad::field(name, &noun(raw), &format!("write an id as text: `\"{name}\": \"…\"`"))
        })?;
        limit(name, &id, ID_MAX)?;
        Ok((!id.trim().is_empty()).then_some(id))
    }

    /// An object that may be left out.
    pub(super) fn object(&self, name: &str) -> Result<Self, Bad> {
        let Some(raw) = self.get(name) else { return Ok(Self::default()) };
        fields(raw).ok_or_else(|| {
            Bad::field(name, &noun(raw), &format!("write it in braces: `\"{name}\": {{}}`"))
        })
    }

    /// Every field as a value, within limits. `what` they are: "properties".
    pub(super) fn values(&self, what: &str) -> Result<Vec<(Cow<'a, str>, Value<'a>)>, Bad> {
        if self.0.len() > FIELDS_MAX {
            let message = format!("`{what}` has {} fields, and at most {FIELDS_MAX}", self.0.len());
            return Err(Bad::new(Why::Size, message, "leave out what no journey reads"));
        }
        let value = |(name, raw): &(Cow<'a, str>, Raw<'a>)| {
            limit(what, name, NAME_MAX)?;
            let value = value(raw).ok_or_else(|| {
                let field = format!("{what}.{}", shown(name));
                Bad::field(
                    &field,
                    "no value that can be kept",
                    "a number must fit into a float, and text be Unicode",
                )
            })?;
            Ok((name.clone(), value))
        };
        self.0.iter().map(value).collect()
    }
}

/// The fields of an object; `None`: it is none.
pub(super) fn fields<'a>(raw: Raw<'a>) -> Option<Fields<'a>> {
    serde_json::from_str(raw.get()).ok()
}

/// The items of a list; `None`: it is none.
pub(super) fn items<'a>(raw: Raw<'a>) -> Option<Vec<Raw<'a>>> {
    serde_json::from_str(raw.get()).ok()
}

/// A text; `None`: it is none.
pub(super) fn text<'a>(raw: Raw<'a>) -> Option<Cow<'a, str>> {
    serde_json::from_str::<Text<'a>>(raw.get()).ok().map(|text| text.0)
}

/// A text or a whole number, as text.
pub(super) fn id<'a>(raw: Raw<'a>) -> Option<Cow<'a, str>> {
    let written = raw.get();
    let is_whole = written.strip_prefix('-').unwrap_or(written).bytes().all(|b| b.is_ascii_digit());
    if is_whole { Some(Cow::Borrowed(written)) } else { text(raw) }
}

fn value<'a>(raw: Raw<'a>) -> Option<Value<'a>> {
    let written = raw.get();
    Some(match written.bytes().next()? {
        b'n' => Value::Null,
        b't' => Value::Bool(true),
        b'f' => Value::Bool(false),
        b'"' => Value::Text(text(raw)?),
        b'{' | b'[' => Value::Json(written),
        _ => number(written)?,
    })
}

fn number<'a>(written: &'a str) -> Option<Value<'a>> {
    let is_whole = written.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    let is_exact = || written.parse::<i64>().is_ok_and(|n| (-EXACT..=EXACT).contains(&n));
    if is_whole && !is_exact() {
        return Some(Value::Text(Cow::Borrowed(written)));
    }
    written.parse::<f64>().ok().filter(|number| number.is_finite()).map(Value::Number)
}

/// What it is, as a sentence needs it.
fn noun(raw: Raw<'_>) -> String {
    let is = match raw.get().bytes().next() {
        Some(b'{') => "an object",
        Some(b'[') => "a list",
        Some(b'"') if text(raw).is_some() => "text",
        Some(b'"') => "text that is not Unicode",
        Some(b't' | b'f') => "true or false",
        Some(_) | None => "a number",
    };
    is.to_owned()
}

fn limit(name: &str, text: &str, most: usize) -> Result<(), Bad> {
    if text.len() <= most {
        return Ok(());
    }
    let message =
        format!("`{name}` holds a name or an id of {} bytes: {}", text.len(), shown(text));
    Err(Bad::new(Why::Size, message, format!("at most {most} are taken")))
}

/// A text that is borrowed where it has no escapes.
struct Text<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reads;
        impl<'de> Visitor<'de> for Reads {
            type Value = Text<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("text")
            }
            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }
        from.deserialize_str(Reads)
    }
}

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reads;
        impl<'de> Visitor<'de> for Reads {
            type Value = Fields<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields<'de>, A::Error> {
                let mut fields: Vec<(Cow<'de, str>, Raw<'de>)> = Vec::new();
                while let Some((Text(name), raw)) = map.next_entry::<Text<'de>, Raw<'de>>()? {
                    // Beyond the limit they are only counted: looking for each among all would take long.
                    let known = if fields.len() > FIELDS_MAX {
                        None
                    } else {
                        fields.iter_mut().find(|(other, _)| *other == name)
                    };
                    match known {
                        Some((_, earlier)) => *earlier = raw,
                        None => fields.push((name, raw)),
                    }
                }
                Ok(Fields(fields))
            }
        }
        from.deserialize_map(Reads)
    }
}
