//! The types of expressions, and the sentences for those that do not fit together.

use super::compile::{Compiler, Purpose};
use super::parse::{Expr, Kind, Operator};
use crate::diagnostic::Diagnostic;

/// What an expression comes to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Type {
    Number,
    Truth,
    /// Only as an argument of a function: there are no texts to compare yet.
    Text,
    /// A mistake in it has been told; nothing more is to be said about it.
    Broken,
}

impl Type {
    /// "a number"
    pub(crate) const fn noun(self) -> &'static str {
        match self {
            Self::Number => "a number",
            Self::Truth => "a yes-or-no",
            Self::Text => "text",
            Self::Broken => "a mistake",
        }
    }
}

impl Operator {
    /// What it does with its operands, in a sentence: "this condition … a number … text".
    pub(crate) const fn verb(self) -> (&'static str, &'static str) {
        match self {
            Self::Add => ("adds", "and"),
            Self::Subtract => ("subtracts", "and"),
            Self::Multiply => ("multiplies", "and"),
            Self::Divide => ("divides", "and"),
            Self::Less | Self::LessOrEqual | Self::Greater | Self::GreaterOrEqual => {
                ("compares", "with")
            }
            Self::Equal | Self::NotEqual => ("compares", "with"),
            Self::And | Self::Or => ("joins", "and"),
        }
    }
}

impl Compiler<'_> {
    /// What an operand is, and where it was declared.
    fn describe(&self, expr: &Expr, found: Type) -> String {
        let Kind::Name(name) = &expr.kind else { return found.noun().to_owned() };
        match self.definition(name) {
            Some(definition) => format!(
                "{}, the {} of {}",
                found.noun(),
                definition.sort.word(),
                definition.place(self.file.name)
            ),
            None => found.noun().to_owned(),
        }
    }

    pub(super) fn wants_number(&mut self, sign: &str, operand: &Expr, found: Type) {
        match found {
            Type::Number => {}
            Type::Broken => self.broken = true,
            Type::Truth | Type::Text => {
                let message = format!("{sign} takes numbers, and this is {}", found.noun());
                let label = self.describe(operand, found);
                let help = match found {
                    Type::Truth => "join yes-or-nos by `&&` (both) or `||` (one of them)",
                    Type::Number | Type::Text | Type::Broken => {
                        "there are no texts to compute with"
                    }
                };
                self.mistake(
                    "foresend::condition_type",
                    &message,
                    operand.span.clone(),
                    &label,
                    help.to_owned(),
                );
            }
        }
    }

    pub(super) fn wants_truth(&mut self, sign: &str, operand: &Expr, found: Type) {
        match found {
            Type::Truth => {}
            Type::Broken => self.broken = true,
            Type::Number | Type::Text => {
                let message = format!("{sign} takes a yes-or-no, and this is {}", found.noun());
                let label = self.describe(operand, found);
                let help = self.compare_it(operand, found);
                self.mistake(
                    "foresend::condition_type",
                    &message,
                    operand.span.clone(),
                    &label,
                    help,
                );
            }
        }
    }

    fn compare_it(&self, operand: &Expr, found: Type) -> String {
        match (found, &operand.kind) {
            (Type::Number, Kind::Name(name)) => format!("compare it: `{name} > 0`"),
            (Type::Number, _) => "compare it with a number, such as `… > 0`".to_owned(),
            (Type::Text | Type::Truth | Type::Broken, _) => {
                "write a comparison or the name of a segment, without quotes".to_owned()
            }
        }
    }

    /// Two operands that do not fit together, both labelled.
    pub(super) fn mismatch(
        &mut self,
        verb: &str,
        with: &str,
        left: (&Expr, Type),
        right: (&Expr, Type),
    ) {
        self.broken = true;
        let written = |expr: &Expr| self.slice(&expr.span);
        let unquoted = |text: &Expr, other: Type| number_in(text).filter(|_| other == Type::Number);
        let help = if let Some(number) = unquoted(right.0, left.1) {
            let between = left.0.span.end..right.0.span.start;
            format!(
                "write `{}{}{number}`, without the quotes",
                written(left.0),
                self.slice(&between)
            )
        } else if let Some(number) = unquoted(left.0, right.1) {
            let between = left.0.span.end..right.0.span.start;
            format!(
                "write `{number}{}{}`, without the quotes",
                self.slice(&between),
                written(right.0)
            )
        } else if left.1 == Type::Text || right.1 == Type::Text {
            "facts are numbers, segments are yes-or-nos; there are no texts to compare yet"
                .to_owned()
        } else {
            "numbers go with numbers: facts, `cart.items`, `cart.value`; a segment stands alone: `buyer`, `!buyer`".to_owned()
        };
        let what = if left.1 == right.1 {
            match left.1 {
                Type::Text => format!("{verb} two texts"),
                Type::Truth | Type::Number | Type::Broken => format!("{verb} two yes-or-nos"),
            }
        } else {
            format!("{verb} {} {with} {}", left.1.noun(), right.1.noun())
        };
        let [a, b] = [left, right]
            .map(|(expr, found)| (self.spelled.place(&expr.span), self.describe(expr, found)));
        self.told.tell(
            Diagnostic::error("foresend::condition_type", self.file.name, what)
                .at(a.0, a.1)
                .at(b.0, b.1)
                .help(help),
        );
    }

    /// A fact is a number, everything else a yes-or-no.
    pub(super) fn check_result(&mut self, expr: &Expr, found: Type) {
        let (message, help) = match (self.purpose, found) {
            (_, Type::Broken)
            | (Purpose::Fact, Type::Number)
            | (Purpose::Segment | Purpose::Condition, Type::Truth) => return,
            (Purpose::Fact, Type::Truth) => (
                "a fact is a number, and this is a yes-or-no".to_owned(),
                "move it to [segments]".to_owned(),
            ),
            (Purpose::Fact, Type::Text) => (
                "a fact is a number, and this is text".to_owned(),
                "write a function of events: `count('Order Completed')`".to_owned(),
            ),
            (Purpose::Segment, Type::Number) => (
                "a segment is a yes-or-no, and this is a number".to_owned(),
                format!("{}, or move it to [facts]", self.compare_it(expr, found)),
            ),
            (Purpose::Segment, Type::Text) => (
                "a segment is a yes-or-no, and this is text".to_owned(),
                self.compare_it(expr, found),
            ),
            (Purpose::Condition, Type::Number | Type::Text) => (
                format!("a condition is a yes-or-no, and this is {}", found.noun()),
                self.compare_it(expr, found),
            ),
        };
        let label = self.describe(expr, found);
        self.mistake("foresend::condition_type", &message, expr.span.clone(), &label, help);
    }
}

/// `150` out of `'150'`: the number a text holds.
fn number_in(expr: &Expr) -> Option<String> {
    let Kind::Text(text) = &expr.kind else { return None };
    let text = text.trim();
    let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    (plain && text.parse::<f64>().is_ok()).then(|| text.to_owned())
}
