//! Names of what stands somewhere: `customer.city`, `item.stock`, `event.total`, `event.time`. Each says where it
//! may be read: an event only where one started something, an item only where the journey is about one.

use super::compile::{Compiler, Purpose, Starts};
use super::expr::Expr;
use super::piece::{Piece, Place};
use super::types::Type;
use crate::text::read;
use foresend_core::world::condition::Op;
use foresend_core::world::event::{EventIx, PropertyType};
use foresend_core::world::value::{ColumnIx, TraitIx};
use std::ops::Range;

/// What a name stands for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Value {
    pub(super) place: Place,
    pub(super) is: PropertyType,
}

/// What program.toml declares a list of.
#[derive(Clone, Copy, Debug)]
struct Sort {
    root: &'static str,
    word: &'static str,
    code: &'static str,
    declare: &'static str,
}

const TRAIT: Sort = Sort {
    root: "customer",
    word: "trait",
    code: "foresend::unknown_trait",
    declare: "declare it in [traits] of program.toml",
};
const COLUMN: Sort = Sort {
    root: "item",
    word: "column",
    code: "foresend::unknown_column",
    declare: "declare it in [catalogue] of program.toml",
};

impl Compiler<'_> {
    /// Pushes what `customer.…`, `item.…` or `event.…` stands for, but for texts: those stand on no stack.
    pub(super) fn read(&mut self, expr: &Expr, name: &str) -> Type {
        if name == "event.time" {
            return match self.event_is_there(expr, "event.time") {
                Some(_) if self.is_filter() => {
                    let what = "`event.time`: a window says how long ago";
                    self.only_the_event(what, expr.span.clone())
                }
                Some(_) => self.named_leaf(name, Op::EventTime, Type::Instant),
                None => Type::Broken,
            };
        }
        let Some(value) = self.value(expr, name) else { return Type::Broken };
        match value.is {
            PropertyType::Number | PropertyType::Date | PropertyType::Bool => {
                self.push(Piece::Read(value.place));
                self.stands_for(name, Type::of(value.is));
            }
            PropertyType::Text => {}
        }
        Type::of(value.is)
    }

    /// Where `customer.…`, `item.…` or `event.…` stands, and what it is; `None`: a mistake, which is told.
    pub(super) fn value(&mut self, expr: &Expr, name: &str) -> Option<Value> {
        let (root, path) = name.split_once('.').unwrap_or((name, ""));
        if path.is_empty() {
            let example = match root {
                "customer" => "write the name of a trait: `customer.city`",
                "item" => "write the name of a column of the catalogue: `item.stock`",
                _ => "write the name of a property, `event.total`, or `event.time`",
            };
            let message = format!("`{root}` alone says nothing");
            let code = "foresend::unknown_name";
            self.mistake(code, &message, expr.span.clone(), "named here", example.to_owned());
            return None;
        }
        match root {
            "customer" => self.customer(expr, path),
            "item" => self.item(expr, path),
            _ => self.event_property(expr, path),
        }
    }

    /// Whether `customer.city` and the like stand for something that may be read here. Nothing is told.
    pub(super) fn is_declared(&self, name: &str) -> bool {
        let has = |list: &[(String, PropertyType)], name: &str| list.iter().any(|(n, _)| n == name);
        let in_any = |events: &[EventIx], name: &str| {
            events.iter().any(|&event| self.vocabulary().def(event).property(name).is_some())
        };
        match (name.split_once('.'), self.purpose, self.scope.starts) {
            (Some(("event", name)), Purpose::Filter(event), _) => in_any(&[event], name),
            (Some(_) | None, Purpose::Filter(_), _) => false,
            (Some(("customer", name)), _, _) => has(self.scope.traits, name),
            (Some(("event", name)), _, Some(starts)) => in_any(starts.events, name),
            (Some(("item", name)), _, Some(starts)) => {
                starts.has_item && has(self.scope.columns, name)
            }
            (Some(_) | None, _, _) => false,
        }
    }

    fn customer(&mut self, expr: &Expr, name: &str) -> Option<Value> {
        if self.is_filter() {
            self.only_the_event("the customer", expr.span.clone());
            return None;
        }
        let traits = self.scope.traits;
        let (at, is) = self.named(expr, name, traits, TRAIT)?;
        Some(Value { place: Place::Trait(TraitIx(at)), is })
    }

    fn item(&mut self, expr: &Expr, name: &str) -> Option<Value> {
        let why = match self.purpose {
            Purpose::Filter(_) => {
                self.only_the_event("the catalogue", expr.span.clone());
                return None;
            }
            Purpose::Fact => "`item` is what a journey is about, and a fact belongs to none",
            Purpose::Segment => "`item` is what a journey is about, and a segment belongs to none",
            Purpose::Condition | Purpose::Due => match self.scope.starts {
                // What starts the journey could not be read, which is told.
                None => {
                    self.quietly_broken();
                    return None;
                }
                Some(Starts { has_item: true, .. }) => "",
                Some(Starts { has_item: false, .. }) => {
                    "`item` is the product that a journey is about, and this one is about none"
                }
            },
        };
        if why.is_empty() {
            let columns = self.scope.columns;
            let (at, is) = self.named(expr, name, columns, COLUMN)?;
            return Some(Value { place: Place::Item(ColumnIx(at)), is });
        }
        let help = "a journey is about a product where its key is one: `key = \"product_id\"`, or `each = \"products\"`";
        self.mistake(
            "foresend::out_of_place",
            why,
            expr.span.clone(),
            "read here",
            help.to_owned(),
        );
        None
    }

    /// A name of a list that program.toml declares.
    fn named(
        &mut self,
        expr: &Expr,
        name: &str,
        list: &[(String, PropertyType)],
        sort: Sort,
    ) -> Option<(u16, PropertyType)> {
        let Sort { root, word, code, declare } = sort;
        if let Some(at) = list.iter().position(|(known, _)| known == name) {
            self.broken |= at > usize::from(u16::MAX);
            return Some((u16::try_from(at).ok()?, list[at].1));
        }
        self.broken = true;
        let written = format!("{root}.{name}");
        if !self.scope.definitions.is_complete() || self.unknown.contains(&written) {
            return None;
        }
        let names = list.iter().map(|(name, _)| name.as_str());
        let part = name.split_once('.').filter(|(first, _)| list.iter().any(|(n, _)| n == first));
        let help = match part {
            Some((first, _)) => format!("`{root}.{first}` has no parts: write it alone"),
            None => read::did_you_mean(name, names.clone(), || {
                read::there_are(&format!("{declare}; there are"), names, declare)
            }),
        };
        let message = format!("there is no {word} `{name}`");
        self.unknown.push(written);
        self.mistake(code, &message, expr.span.clone(), "named here", help);
        None
    }

    /// The events whose property may be read here; `None`: none, which is told.
    fn event_is_there(&mut self, expr: &Expr, name: &str) -> Option<Vec<EventIx>> {
        let (why, help) = match self.purpose {
            Purpose::Filter(event) => return Some(vec![event]),
            Purpose::Fact => (
                "`event` is the one that started a journey, and a fact belongs to none",
                format!(
                    "read it in a journey's own condition; which events are counted is said by a filter: `count('Product Viewed', {name} > 50)`"
                ),
            ),
            Purpose::Segment => (
                "`event` is the one that started a journey, and a segment belongs to none",
                "read it in a journey's own condition: `if = \"event.total > 50\"`".to_owned(),
            ),
            Purpose::Condition | Purpose::Due => match self.scope.starts {
                // What starts the journey could not be read, which is told.
                None => {
                    self.quietly_broken();
                    return None;
                }
                Some(Starts { events: [], .. }) => (
                    "`event` is the one that started the journey, and no event starts this one",
                    "only a journey with `on` has one".to_owned(),
                ),
                Some(Starts { events, .. }) => return Some(events.to_vec()),
            },
        };
        let code = "foresend::out_of_place";
        self.mistake(code, why, expr.span.clone(), "read here", help);
        None
    }

    fn event_property(&mut self, expr: &Expr, name: &str) -> Option<Value> {
        let events = self.event_is_there(expr, &format!("event.{name}"))?;
        let mut found: Option<(EventIx, PropertyType)> = None;
        let mut place = None;
        for &event in &events {
            let def = self.vocabulary().def(event);
            match (def.property(name), found) {
                (None, _) => {}
                (Some((at, is)), None) => {
                    place = Some(match self.purpose {
                        Purpose::Filter(_) => Place::Counted(at),
                        Purpose::Fact | Purpose::Segment | Purpose::Condition | Purpose::Due => {
                            Place::Event(name.to_owned())
                        }
                    });
                    found = Some((event, is));
                }
                (Some((_, is)), Some((_, same))) if is == same => {}
                (Some((_, is)), Some((first, other))) => {
                    let first = &self.vocabulary().def(first).name;
                    let message = format!(
                        "`{name}` is {} in {first} and {} in {}",
                        noun(other),
                        noun(is),
                        def.name
                    );
                    let help = "it must be one in all events that start the journey and have it";
                    let code = "foresend::condition_type";
                    let span = expr.span.clone();
                    self.mistake(code, &message, span, "read here", help.to_owned());
                    return None;
                }
            }
        }
        match (found, place, events.as_slice()) {
            (Some((_, is)), Some(place), _) => Some(Value { place, is }),
            (_, _, [event]) => {
                self.no_property(*event, name, expr.span.clone());
                None
            }
            (_, _, events) => {
                self.no_property_anywhere(events, name, expr.span.clone());
                None
            }
        }
    }

    pub(super) fn no_property(&mut self, event: EventIx, name: &str, span: Range<usize>) {
        let def = self.vocabulary().def(event);
        let message = format!("{} has no property `{name}`", def.name);
        let names = def.properties.iter().map(|(name, _)| name.as_str());
        let help = read::did_you_mean(name, names.clone(), || {
            read::there_are("it has", names, "it has none; declare it in [events]")
        });
        self.no_such_property(&message, span, help);
    }

    fn no_property_anywhere(&mut self, events: &[EventIx], name: &str, span: Range<usize>) {
        let vocabulary = self.vocabulary();
        let defs = || events.iter().map(|&event| vocabulary.def(event));
        let named = defs().map(|def| def.name.as_str()).collect::<Vec<_>>().join(", ");
        let mut names: Vec<&str> =
            defs().flat_map(|def| &def.properties).map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        let help = read::did_you_mean(name, names.iter().copied(), || {
            let none = "they have none; declare it in [events]";
            read::there_are("they have", names.iter().copied(), none)
        });
        self.no_such_property(&format!("none of {named} has a property `{name}`"), span, help);
    }

    /// Told once, however often it is read.
    fn no_such_property(&mut self, message: &str, span: Range<usize>, help: String) {
        self.broken = true;
        if self.vocabulary().is_complete() && !self.unknown.iter().any(|told| told == message) {
            self.unknown.push(message.to_owned());
            self.mistake("foresend::unknown_property", message, span, "named here", help);
        }
    }
}

/// What a declared type is called in a sentence.
const fn noun(of: PropertyType) -> &'static str {
    match of {
        PropertyType::Number => "a number",
        PropertyType::Text => "text",
        PropertyType::Date => "a date",
        PropertyType::Bool => "a yes-or-no",
    }
}
