//! The names of what happens: those that every program knows, and those that `[events]` adds. A name in neither is
//! a mistake in a journey, since nothing would ever start or stop by it.

use crate::diagnostic::{Diagnostic, Mistakes};
use crate::sources::File;
use crate::text::read;
use crate::text::suggest::closest;
use crate::text::tree::{At, Table, Value};
use foresend_core::world::event::{Cause, EventDef, EventIx, PropertyType};

/// Most events that a program may declare.
const DECLARED_MAX: usize = 1_000;

pub(crate) const TYPES: [(&str, PropertyType); 4] = [
    ("text", PropertyType::Text),
    ("number", PropertyType::Number),
    ("date", PropertyType::Date),
    ("bool", PropertyType::Bool),
];
pub(crate) const CAUSES: [(&str, Cause); 2] =
    [("customer", Cause::Customer), ("shop", Cause::Shop)];

/// The word for a type, as files have it.
pub(crate) fn type_word(found: PropertyType) -> &'static str {
    TYPES.iter().find(|(_, other)| *other == found).map_or("", |(word, _)| word)
}

/// Every event a program knows.
#[derive(Debug)]
pub(crate) struct Vocabulary {
    events: Vec<EventDef>,
    /// `[events]` could not be read: an unknown name may stand there.
    incomplete: bool,
}

impl Vocabulary {
    /// The built-in events alone.
    pub(crate) fn builtin() -> Self {
        Self { events: EventDef::builtin(), incomplete: false }
    }

    /// Reads `[events]`.
    pub(crate) fn read(file: File<'_>, table: &Table, told: &mut Mistakes) -> Self {
        let mut this = Self::builtin();
        for (name, value) in &table.entries {
            this.declare(file, name, value, told);
        }
        this
    }

    pub(crate) fn mark_incomplete(&mut self) {
        self.incomplete = true;
    }

    /// Whether a name that is not here is a mistake.
    pub(crate) fn is_complete(&self) -> bool {
        !self.incomplete
    }

    pub(crate) fn find(&self, name: &str) -> Option<EventIx> {
        let at = self.events.iter().position(|e| !e.name.is_empty() && e.name == name)?;
        u16::try_from(at).ok().map(EventIx)
    }

    pub(crate) fn def(&self, event: EventIx) -> &EventDef {
        &self.events[usize::from(event.0)]
    }

    /// The type of a property, whichever event it is of. `None`: no event has it; `Some(None)`: they do not agree.
    pub(crate) fn property_type(&self, name: &str) -> Option<Option<PropertyType>> {
        let types = self.events.iter().filter_map(|event| event.property(name));
        let mut types = types.map(|(_, found)| found);
        let first = types.next()?;
        Some(types.all(|other| other == first).then_some(first))
    }

    pub(crate) fn into_events(self) -> Vec<EventDef> {
        self.events
    }

    /// How to mend a name that is not here.
    pub(crate) fn help(&self, name: &str) -> String {
        let names = self.events.iter().map(|event| event.name.as_str());
        closest(name, names).map_or_else(
            || format!("it is none of Segment's e-commerce events; declare it in [events] of program.toml: `\"{name}\" = {{}}`"),
            |near| format!("did you mean `{near}`?"),
        )
    }

    fn declare(
        &mut self,
        file: File<'_>,
        name: &At<String>,
        value: &At<Value>,
        told: &mut Mistakes,
    ) {
        let written = name.value.as_str();
        if written.trim() != written || written.is_empty() || written.len() > 100 {
            told.tell(
                Diagnostic::error(
                    "foresend::bad_name",
                    file.name,
                    "this cannot be the name of an event",
                )
                .at(name.span.clone(), "named here")
                .help("write it as it arrives, such as `\"Stock Alert Requested\"`"),
            );
            return;
        }
        let Value::Table(properties) = &value.value else {
            told.tell(
                Diagnostic::error(
                    "foresend::wrong_type",
                    file.name,
                    format!("the event `{written}` cannot be {}", value.value.noun()),
                )
                .at(value.span.clone(), value.value.noun())
                .help(format!("give its properties and their types: `\"{written}\" = {{ order_id = \"text\" }}`")),
            );
            self.add(written); // known, so that its users are not told of it too
            return;
        };
        let known = self.find(written);
        if known.is_some_and(|ix| matches!(self.def(ix).cause, Cause::Ourselves | Cause::Catalogue))
        {
            told.tell(
                Diagnostic::error(
                    "foresend::duplicate_name",
                    file.name,
                    format!("`{written}` is an event of our own"),
                )
                .at(name.span.clone(), "declared again here")
                .help("its properties are fixed: leave this line out"),
            );
            return;
        }
        let Some(at) = known.map(|ix| usize::from(ix.0)).or_else(|| self.add(written)) else {
            told.tell(
                Diagnostic::error(
                    "foresend::too_many",
                    file.name,
                    format!("a program may declare {DECLARED_MAX} events"),
                )
                .at(name.span.clone(), "one too many"),
            );
            return;
        };
        for (property, value) in &properties.entries {
            self.property(file, at, property, value, told);
        }
    }

    /// `None`: there are too many.
    fn add(&mut self, name: &str) -> Option<usize> {
        if self.events.len() >= EventDef::builtin().len() + DECLARED_MAX {
            return None;
        }
        let event =
            EventDef { name: name.to_owned(), cause: Cause::Customer, properties: Vec::new() };
        self.events.push(event);
        Some(self.events.len() - 1)
    }

    /// One line of an event: `by`, or a property and its type.
    fn property(
        &mut self,
        file: File<'_>,
        at: usize,
        name: &At<String>,
        value: &At<Value>,
        told: &mut Mistakes,
    ) {
        let Value::Text(text) = &value.value else {
            told.tell(
                Diagnostic::error(
                    "foresend::wrong_type",
                    file.name,
                    format!("the type of `{}` cannot be {}", name.value, value.value.noun()),
                )
                .at(value.span.clone(), value.value.noun())
                .help("a property is `\"text\"`, `\"number\"`, `\"date\"` or `\"bool\"`"),
            );
            return;
        };
        let text = At { value: text.as_str(), span: value.span.clone() };
        let event = &mut self.events[at];
        if name.value == "by" {
            if let Some(cause) = read::choice(file, "`by`", &text, &CAUSES, told) {
                event.cause = cause;
            }
            return;
        }
        let Some(found) = read::choice(file, "a property", &text, &TYPES, told) else { return };
        match event.property(&name.value) {
            None => event.properties.push((name.value.clone(), found)),
            Some((_, same)) if same == found => {}
            Some((_, other)) => {
                let other = type_word(other);
                let message = format!("`{}` of {} is {other}", name.value, event.name);
                told.tell(
                    Diagnostic::error("foresend::wrong_type", file.name, message)
                        .at(text.span, "declared as another type here")
                        .help(format!("Segment's list has it as `\"{other}\"`: leave it out here")),
                );
            }
        }
    }
}

/// Whether an event comes with its product, or a list of products, by Segment's specification.
pub(crate) fn carries_products(event: EventIx) -> bool {
    matches!(
        event,
        EventIx::PRODUCT_ADDED
            | EventIx::PRODUCT_REMOVED
            | EventIx::PRODUCT_VIEWED
            | EventIx::PRODUCT_CLICKED
            | EventIx::CART_VIEWED
            | EventIx::CHECKOUT_STARTED
            | EventIx::ORDER_COMPLETED
            | EventIx::ORDER_UPDATED
            | EventIx::ORDER_REFUNDED
            | EventIx::ORDER_CANCELLED
    )
}

/// Looks an event up for a journey; tells if it is not known.
pub(crate) fn named(
    file: File<'_>,
    name: &At<&str>,
    vocabulary: &Vocabulary,
    told: &mut Mistakes,
) -> Option<EventIx> {
    let found = vocabulary.find(name.value);
    if found.is_none() && vocabulary.is_complete() {
        told.tell(
            Diagnostic::error(
                "foresend::unknown_event",
                file.name,
                format!("there is no event `{}`", name.value),
            )
            .at(name.span.clone(), "named here")
            .help(vocabulary.help(name.value)),
        );
    }
    found
}
