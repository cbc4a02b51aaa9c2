//! Instants and spans: `days(3)`, `hours(12)`, and what the customer's clock and calendar show at an instant.
//! An instant is milliseconds since 1970, a span milliseconds between two.

use super::compile::Compiler;
use super::expr::{Expr, Kind};
use super::functions::Called;
use super::piece::Piece;
use super::types::Type;
use foresend_core::time::Wait;
use foresend_core::world::condition::{Op, Shown};

/// CEL's functions of instants. Of seconds and thousandths a marketer has no use, and a host's clock little.
const SHOWN: [(&str, Shown); 8] = [
    ("getFullYear", Shown::Year),
    ("getMonth", Shown::Month),
    ("getDate", Shown::Date),
    ("getDayOfMonth", Shown::DayOfMonth),
    ("getDayOfWeek", Shown::DayOfWeek),
    ("getDayOfYear", Shown::DayOfYear),
    ("getHours", Shown::Hours),
    ("getMinutes", Shown::Minutes),
];

/// What a clock or calendar is asked, by the name of the function.
pub(super) fn shown(function: &str) -> Option<Shown> {
    SHOWN.iter().find(|(name, _)| *name == function).map(|(_, shown)| *shown)
}

/// The functions of instants, by name.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    SHOWN.iter().map(|(name, _)| *name)
}

impl Compiler<'_> {
    /// `days(n)`, `hours(n)`: `unit` is how long one is.
    pub(super) fn span(&mut self, called: &Called<'_>, unit: Wait) -> Type {
        let name = called.name;
        let [number] = called.args else {
            return self.wrong_arguments(called, &format!("write `{name}(3)`"));
        };
        #[expect(clippy::cast_precision_loss, reason = "a day has few milliseconds")]
        let unit_ms = unit.millis() as f64;
        if let Kind::Number(number) = number.kind {
            return self.leaf(Op::Number(number * unit_ms), Type::Span);
        }
        match self.expr(number) {
            Type::Number => {
                self.push(Piece::Op(Op::Number(unit_ms)));
                self.leaf(Op::Multiply, Type::Span)
            }
            Type::Broken => {
                self.broken = true;
                Type::Broken
            }
            found @ (Type::Truth | Type::Text | Type::Instant | Type::Span) => {
                let message = format!("`{name}()` takes a number, and this is {}", found.noun());
                let help = format!("write a number of {name}: `{name}(3)`");
                self.wrong_type(&message, number, found, help);
                Type::Broken
            }
        }
    }

    /// `event.time.getHours()`
    pub(super) fn shows(&mut self, called: &Called<'_>, shown: Shown, of: &Expr) -> Type {
        let name = called.name;
        if let [_, ..] = called.args {
            let message = format!("`{name}()` reads the customer's own clock, and takes no zone");
            let written = self.slice(&of.span);
            let help = format!("write `{written}.{name}()`");
            let (code, span) = ("foresend::condition_type", called.span.clone());
            self.mistake(code, &message, span, "called here", help);
            return Type::Broken;
        }
        match self.expr(of) {
            Type::Instant => self.leaf(Op::Shows(shown), Type::Number),
            Type::Broken => {
                self.broken = true;
                Type::Broken
            }
            found @ (Type::Number | Type::Truth | Type::Text | Type::Span) => {
                let message = format!("`{name}()` takes an instant, and this is {}", found.noun());
                let help =
                    "instants are `event.time`, and traits, properties and columns that are dates";
                self.wrong_type(&message, of, found, help.to_owned());
                Type::Broken
            }
        }
    }
}
