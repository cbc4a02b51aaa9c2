//! Who a customer is to a mail: what the shop has told of them, by its own names. The core holds only what decisions
//! read; this is the rest.

use super::translate::value_of;
use crate::entry::Value;
use crate::mail::Contact;
use foresend_core::calendar::Day;
use foresend_core::time::Timestamp;
use foresend_core::world::program::Program;
use foresend_core::world::value::Kept;
use serde::{Deserialize, Serialize};

/// What the shop has told of a customer.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Person {
    /// The id by which the shop knows them.
    pub user: String,
    /// Their time zone, by its IANA name.
    pub timezone: Option<String>,
    /// Traits, in the order in which they were first told.
    pub traits: Vec<(String, Owned)>,
    /// Their address came back for good, or they called a mail spam.
    pub suppressed: bool,
}

/// A value that is kept.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Owned {
    /// Yes or no.
    Bool(bool),
    /// A number.
    Number(f64),
    /// Text.
    Text(String),
    /// A list or an object, as JSON.
    Json(String),
}

/// Most traits that are kept of one customer; further ones are as if they had not been told.
const TRAITS_MAX: usize = 200;

impl Person {
    /// Somebody of whom only the id is known.
    #[must_use]
    pub fn new(user: &str) -> Self {
        Self { user: user.to_owned(), ..Self::default() }
    }

    /// Learns traits; the others stay.
    pub fn learn(&mut self, traits: &[(&str, Value<'_>)], timezone: Option<&str>) {
        let before = self.address().map(str::to_owned);
        for &(name, value) in traits {
            let at = self.traits.iter().position(|(known, _)| known == name);
            match (at, Owned::of(value)) {
                (Some(at), Some(value)) => self.traits[at].1 = value,
                (Some(at), None) => {
                    self.traits.remove(at);
                }
                (None, Some(value)) if self.traits.len() < TRAITS_MAX => {
                    self.traits.push((name.to_owned(), value));
                }
                (None, _) => {}
            }
        }
        if timezone.is_some() {
            self.timezone = timezone.map(str::to_owned);
        }
        if self.address() != before.as_deref() {
            self.suppressed = false; // that was the address, not the person
        }
    }

    /// The address to mail to, if one was told that can be one.
    #[must_use]
    pub fn address(&self) -> Option<&str> {
        let (name, domain) = self.text("email")?.rsplit_once('@')?;
        (!name.is_empty() && !domain.is_empty()).then(|| self.text("email"))?
    }

    /// A trait that is text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.get(name)? {
            Owned::Text(text) => Some(text),
            Owned::Bool(_) | Owned::Number(_) | Owned::Json(_) => None,
        }
    }

    /// A trait.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Owned> {
        self.traits.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// Since when they have been the shop's customer, if it told us: `created_at` or `createdAt`, ISO 8601.
    #[must_use]
    pub fn created(&self) -> Option<Timestamp> {
        let text = self.text("created_at").or_else(|| self.text("createdAt"))?;
        instant(text)
    }

    /// Who they are to a mail of this program.
    #[must_use]
    pub fn contact(&self, program: &Program) -> Contact<'_> {
        let declared = program.traits.iter().filter_map(|(name, of)| {
            let value = value_of(self.get(name)?.value(), *of)?;
            Some((name.clone(), Kept::from(value)))
        });
        Contact {
            user: &self.user,
            address: self.address().unwrap_or_default(), // the core lets nothing leave without one
            locale: self.text("locale"),
            traits: declared.collect(),
        }
    }

    /// Memory held beyond its own size, in bytes.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        let traits = self.traits.iter().map(|(name, value)| name.len() + value.heap_bytes());
        self.user.len()
            + self.timezone.as_ref().map_or(0, String::len)
            + self.traits.capacity() * size_of::<(String, Owned)>()
            + traits.sum::<usize>()
    }
}

impl Owned {
    /// The value to keep; `None` for [`Value::Null`].
    #[must_use]
    pub fn of(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Null => None,
            Value::Bool(yes) => Some(Self::Bool(yes)),
            Value::Number(number) => Some(Self::Number(number)),
            Value::Text(text) => Some(Self::Text(text.to_owned())),
            Value::Json(json) => Some(Self::Json(json.to_owned())),
        }
    }

    fn value(&self) -> Value<'_> {
        match self {
            Self::Bool(yes) => Value::Bool(*yes),
            Self::Number(number) => Value::Number(*number),
            Self::Text(text) => Value::Text(text),
            Self::Json(json) => Value::Json(json),
        }
    }

    const fn heap_bytes(&self) -> usize {
        match self {
            Self::Bool(_) | Self::Number(_) => 0,
            Self::Text(text) | Self::Json(text) => text.len(),
        }
    }
}

/// `2026-03-02T10:00:00Z` or a date, to the day: what is older than our acquaintance is so by more than hours.
fn instant(text: &str) -> Option<Timestamp> {
    const DAY_MS: i64 = 86_400_000;
    let day = Day::parse(text.get(..10)?)?;
    Some(Timestamp::from_millis(day.number() * DAY_MS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traits_are_learned_replaced_and_taken_back() {
        let mut person = Person::new("c-1");
        person.learn(
            &[("email", Value::Text("a@b.example")), ("vip", Value::Bool(true))],
            Some("Asia/Tokyo"),
        );
        person.suppressed = true;
        person.learn(
            &[("vip", Value::Null), ("created_at", Value::Text("2020-01-02T03:04:05Z"))],
            None,
        );
        assert_eq!(person.address(), Some("a@b.example"));
        assert_eq!((person.get("vip"), person.suppressed), (None, true));
        assert_eq!(person.created(), Some(Timestamp::from_millis(1_577_923_200_000)));
        assert_eq!(person.timezone.as_deref(), Some("Asia/Tokyo"));
        person.learn(&[("email", Value::Text("c@d.example"))], None);
        assert!(!person.suppressed, "another address");
        person.learn(&[("email", Value::Text("nobody"))], None);
        assert_eq!(person.address(), None);
    }
}
