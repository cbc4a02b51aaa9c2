//! The types of expressions, and the sentences for one that is not what is wanted.

use super::compile::{Compiler, Purpose};
use super::expr::{Expr, Kind};
use foresend_core::world::event::PropertyType;

/// What an expression comes to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Type {
    Number,
    Truth,
    Text,
    /// A date is one too: its midnight on the customer's clock.
    Instant,
    /// Time between two instants.
    Span,
    /// A mistake in it has been told; nothing more is to be said about it.
    Broken,
}

impl Type {
    /// What a trait, a property or a cell of this type comes to.
    pub(super) const fn of(declared: PropertyType) -> Self {
        match declared {
            PropertyType::Number => Self::Number,
            PropertyType::Text => Self::Text,
            PropertyType::Date => Self::Instant,
            PropertyType::Bool => Self::Truth,
        }
    }

    /// "a number"
    pub(crate) const fn noun(self) -> &'static str {
        match self {
            Self::Number => "a number",
            Self::Truth => "a yes-or-no",
            Self::Text => "text",
            Self::Instant => "an instant",
            Self::Span => "a span of time",
            Self::Broken => "a mistake",
        }
    }

    /// "two numbers"
    pub(super) const fn two(self) -> &'static str {
        match self {
            Self::Number => "two numbers",
            Self::Truth => "two yes-or-nos",
            Self::Text => "two texts",
            Self::Instant => "two instants",
            Self::Span => "two spans of time",
            Self::Broken => "two mistakes",
        }
    }
}

impl Compiler<'_> {
    /// What an operand is, and where it was declared.
    pub(super) fn describe(&self, expr: &Expr, found: Type) -> String {
        let noun = found.noun();
        let Kind::Name(name) = &expr.kind else { return noun.to_owned() };
        if let Some(definition) = self.definition(name) {
            let place = definition.place(self.file.name);
            return format!("{noun}, the {} of {place}", definition.sort.word());
        }
        match name.split_once('.') {
            Some(("customer", _)) => format!("{noun}, a trait of the customer"),
            Some(("item", _)) => format!("{noun}, a column of the catalogue"),
            Some(("event", "time")) => format!("{noun}, the event's own time"),
            Some(("event", _)) => format!("{noun}, a property of the event"),
            Some(_) | None => noun.to_owned(),
        }
    }

    pub(super) fn wants_number(&mut self, sign: &str, operand: &Expr, found: Type) {
        let help = match found {
            Type::Number => return,
            Type::Broken => {
                self.broken = true;
                return;
            }
            Type::Truth => "join yes-or-nos by `&&` (both) or `||` (one of them)",
            Type::Text => {
                "texts are compared by `==` and `!=`, and by `startsWith`, `endsWith` and `contains`"
            }
            Type::Instant | Type::Span => {
                "write a number: a fact, `cart.items`, a trait or a property that is one"
            }
        };
        let message = format!("{sign} takes numbers, and this is {}", found.noun());
        self.wrong_type(&message, operand, found, help.to_owned());
    }

    pub(super) fn wants_truth(&mut self, sign: &str, operand: &Expr, found: Type) {
        match found {
            Type::Truth => {}
            Type::Broken => self.broken = true,
            Type::Number | Type::Text | Type::Instant | Type::Span => {
                let message = format!("{sign} takes a yes-or-no, and this is {}", found.noun());
                let help = self.compare_it(operand, found);
                self.wrong_type(&message, operand, found, help);
            }
        }
    }

    pub(super) fn wrong_type(&mut self, message: &str, expr: &Expr, found: Type, help: String) {
        let label = self.describe(expr, found);
        self.mistake("foresend::condition_type", message, expr.span.clone(), &label, help);
    }

    /// How to make a yes-or-no of something else.
    fn compare_it(&self, operand: &Expr, found: Type) -> String {
        match (found, &operand.kind) {
            (Type::Number, Kind::Name(name)) => format!("compare it: `{name} > 0`"),
            (Type::Number, _) => "compare it with a number, such as `… > 0`".to_owned(),
            (Type::Text, Kind::Name(name)) => format!("compare it: `{name} == 'text'`"),
            (Type::Instant, _) => "compare it with another instant".to_owned(),
            (Type::Span, _) => "compare it with another span: `… > days(30)`".to_owned(),
            (Type::Text | Type::Truth | Type::Broken, _) => {
                "write a comparison or the name of a segment, without quotes".to_owned()
            }
        }
    }

    /// What an expression is for says what it must come to.
    pub(super) fn check_result(&mut self, expr: &Expr, found: Type) {
        let noun = found.noun();
        let (message, help) = match (self.purpose, found) {
            (_, Type::Broken) => return,
            (Purpose::Fact, Type::Number) | (Purpose::Due, Type::Instant) => return,
            (Purpose::Segment | Purpose::Condition | Purpose::Filter(_), Type::Truth) => return,
            (Purpose::Fact, Type::Truth | Type::Text | Type::Instant | Type::Span) => {
                let help = match found {
                    Type::Truth => "move it to [segments]",
                    Type::Text => "write a function of events: `count('Order Completed')`",
                    Type::Instant | Type::Span => {
                        "facts are numbers: days since an event are `days_since('Order Completed')`"
                    }
                    Type::Number | Type::Broken => "",
                };
                (format!("a fact is a number, and this is {noun}"), help.to_owned())
            }
            (Purpose::Segment, Type::Number) => (
                format!("a segment is a yes-or-no, and this is {noun}"),
                format!("{}, or move it to [facts]", self.compare_it(expr, found)),
            ),
            (Purpose::Segment, Type::Text | Type::Instant | Type::Span) => (
                format!("a segment is a yes-or-no, and this is {noun}"),
                self.compare_it(expr, found),
            ),
            (Purpose::Condition, Type::Number | Type::Text | Type::Instant | Type::Span) => (
                format!("a condition is a yes-or-no, and this is {noun}"),
                self.compare_it(expr, found),
            ),
            (Purpose::Filter(_), Type::Number | Type::Text | Type::Instant | Type::Span) => (
                format!("a filter is a yes-or-no, and this is {noun}"),
                self.compare_it(expr, found),
            ),
            (Purpose::Due, Type::Number | Type::Truth | Type::Text | Type::Span) => {
                let written = self.slice(&expr.span);
                let help = match found {
                    Type::Number => {
                        format!("count from an instant: `event.time + days({written})`")
                    }
                    Type::Span => format!("count from an instant: `event.time + {written}`"),
                    Type::Truth | Type::Text | Type::Instant | Type::Broken => {
                        "write an instant: `event.time + days(3)`".to_owned()
                    }
                };
                (format!("`due` is an instant, and this is {noun}"), help)
            }
        };
        self.wrong_type(&message, expr, found, help);
    }
}
