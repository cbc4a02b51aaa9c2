//! Operators between two operands: what each comes to, and the sentences for operands that do not fit together.

use super::compile::Compiler;
use super::expr::{Expr, Kind, Operator};
use super::types::Type;
use crate::diagnostic::Diagnostic;
use foresend_core::world::condition::Op;
use std::ops::Range;

impl Operator {
    const fn op(self) -> Op {
        match self {
            Self::Add => Op::Add,
            Self::Subtract => Op::Subtract,
            Self::Multiply => Op::Multiply,
            Self::Divide => Op::Divide,
            Self::Less => Op::Less,
            Self::LessOrEqual => Op::LessOrEqual,
            Self::Greater => Op::Greater,
            Self::GreaterOrEqual => Op::GreaterOrEqual,
            Self::Equal => Op::Equal,
            Self::NotEqual => Op::NotEqual,
            Self::And => Op::And,
            Self::Or => Op::Or,
        }
    }

    /// What it makes of operands of these types; `None`: they do not fit together.
    const fn comes_to(self, left: Type, right: Type) -> Option<Type> {
        use Type::{Instant, Number, Span, Text, Truth};
        match self {
            Self::Add => match (left, right) {
                (Number, Number) => Some(Number),
                (Instant, Span) | (Span, Instant) => Some(Instant),
                (Span, Span) => Some(Span),
                (_, _) => None,
            },
            Self::Subtract => match (left, right) {
                (Number, Number) => Some(Number),
                (Instant, Span) => Some(Instant),
                (Instant, Instant) | (Span, Span) => Some(Span),
                (_, _) => None,
            },
            Self::Multiply => match (left, right) {
                (Number, Number) => Some(Number),
                (Span, Number) | (Number, Span) => Some(Span),
                (_, _) => None,
            },
            Self::Divide => match (left, right) {
                (Number, Number) => Some(Number),
                (Span, Number) => Some(Span),
                (_, _) => None,
            },
            Self::Less | Self::LessOrEqual | Self::Greater | Self::GreaterOrEqual => {
                match (left, right) {
                    (Number, Number) | (Instant, Instant) | (Span, Span) => Some(Truth),
                    (_, _) => None,
                }
            }
            Self::Equal | Self::NotEqual => match (left, right) {
                (Number, Number) | (Truth, Truth) | (Text, Text) => Some(Truth),
                (Instant, Instant) | (Span, Span) => Some(Truth),
                (_, _) => None,
            },
            Self::And | Self::Or => match (left, right) {
                (Truth, Truth) => Some(Truth),
                (_, _) => None,
            },
        }
    }

    /// What it does with its operands, in a sentence: "this condition … a number … text".
    const fn verb(self) -> (&'static str, &'static str) {
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

    const fn adds_or_subtracts(self) -> bool {
        matches!(self, Self::Add | Self::Subtract)
    }
}

impl Compiler<'_> {
    pub(super) fn binary(
        &mut self,
        expr: &Expr,
        operator: Operator,
        place: &Range<usize>,
        left: &Expr,
        right: &Expr,
    ) -> Type {
        if operator == Operator::Subtract && self.is_a_name_with_hyphens(expr) {
            return Type::Broken;
        }
        let (a, b) = (self.expr(left), self.expr(right));
        match (operator.comes_to(a, b), operator) {
            (Some(_), Operator::Equal | Operator::NotEqual) if a == Type::Text => {
                self.same_text(left, right, operator == Operator::NotEqual)
            }
            (Some(found), _) => self.leaf(operator.op(), found),
            (None, _) => {
                self.do_not_fit(operator, place, (left, a), (right, b));
                Type::Broken
            }
        }
    }

    fn do_not_fit(
        &mut self,
        operator: Operator,
        place: &Range<usize>,
        left: (&Expr, Type),
        right: (&Expr, Type),
    ) {
        self.broken = true;
        if left.1 == Type::Broken || right.1 == Type::Broken {
            return;
        }
        let written = format!("`{}`", self.slice(place));
        match operator {
            Operator::And | Operator::Or => {
                self.wants_truth(&written, left.0, left.1);
                self.wants_truth(&written, right.0, right.1);
            }
            Operator::Add
            | Operator::Subtract
            | Operator::Multiply
            | Operator::Divide
            | Operator::Less
            | Operator::LessOrEqual
            | Operator::Greater
            | Operator::GreaterOrEqual
            | Operator::Equal
            | Operator::NotEqual => {
                if left.1 == right.1 && matches!(left.1, Type::Truth | Type::Text) {
                    self.wants_number(&written, left.0, left.1);
                } else {
                    let (verb, with) = operator.verb();
                    let verb = format!("this {} {verb}", self.what());
                    let help = self.to_mend(operator, left, right);
                    self.mismatch(&verb, with, left, right, help);
                }
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
        help: String,
    ) {
        self.broken = true;
        let what = if left.1 == right.1 {
            format!("{verb} {}", left.1.two())
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

    /// How to mend operands that do not fit.
    pub(super) fn to_mend(
        &self,
        operator: Operator,
        left: (&Expr, Type),
        right: (&Expr, Type),
    ) -> String {
        let [a, b] = [left, right].map(|(expr, _)| self.slice(&expr.span));
        let between = self.slice(&(left.0.span.end..right.0.span.start));
        let is_whole = !between.contains(['(', ')']);
        // Brackets round one of the two are no part of its place: then only what changes is shown.
        let left_as =
            |new: &str| if is_whole { format!("{new}{between}{b}") } else { new.to_owned() };
        let right_as =
            |new: &str| if is_whole { format!("{a}{between}{new}") } else { new.to_owned() };
        if let Some(number) = number_in(right.0).filter(|_| left.1 == Type::Number) {
            return format!("write `{}`, without the quotes", right_as(&number));
        }
        if let Some(number) = number_in(left.0).filter(|_| right.1 == Type::Number) {
            return format!("write `{}`, without the quotes", left_as(&number));
        }
        let number_of = |days: &Expr| self.slice(&days.span);
        match (left.1, right.1) {
            (Type::Instant, Type::Number) if operator.adds_or_subtracts() => {
                format!("a number of days is a span: `{}`", right_as(&format!("days({b})")))
            }
            (Type::Number, Type::Instant) if operator == Operator::Add => {
                format!("a number of days is a span: `{}`", left_as(&format!("days({a})")))
            }
            (Type::Number, Type::Span) => match days(right.0) {
                Some(days) => {
                    format!("a number goes with a number: `{}`", right_as(number_of(days)))
                }
                None => format!("a number of days is a span: `{}`", left_as(&format!("days({a})"))),
            },
            (Type::Span, Type::Number) => match days(left.0) {
                Some(days) => {
                    format!("a number goes with a number: `{}`", left_as(number_of(days)))
                }
                None => format!("a number of days is a span: `{}`", right_as(&format!("days({b})"))),
            },
            (Type::Instant, Type::Instant) => {
                "two instants are compared, or subtracted: what is between them is a span".to_owned()
            }
            (Type::Span, Type::Span) => {
                "spans are added, subtracted and compared; multiplied and divided by numbers"
                    .to_owned()
            }
            (Type::Instant, Type::Text) | (Type::Text, Type::Instant) => {
                "no date is written out in a condition: compare with `event.time`, or with a trait, property or column that is a date".to_owned()
            }
            (Type::Instant, Type::Number | Type::Truth | Type::Span)
            | (Type::Number | Type::Truth | Type::Span, Type::Instant) => {
                "an instant is compared with another, such as `event.time + days(3)`".to_owned()
            }
            (Type::Text, _) | (_, Type::Text) => {
                "texts go with texts: traits, properties and columns that are text, and what stands in quotes".to_owned()
            }
            (Type::Span, Type::Truth | Type::Broken) | (Type::Truth | Type::Broken, Type::Span) => {
                "spans go with spans, such as `days(30)`".to_owned()
            }
            (Type::Number | Type::Truth | Type::Broken, _) | (_, Type::Broken) => {
                "numbers go with numbers: facts, `cart.items`, `cart.value`; a segment stands alone: `buyer`, `!buyer`".to_owned()
            }
        }
    }
}

/// `150` out of `'150'`: the number a text holds.
fn number_in(expr: &Expr) -> Option<String> {
    let Kind::Text(text) = &expr.kind else { return None };
    let text = text.trim();
    let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    (plain && text.parse::<f64>().is_ok()).then(|| text.to_owned())
}

/// `30` out of `days(30)`.
fn days(expr: &Expr) -> Option<&Expr> {
    match &expr.kind {
        Kind::Call(name, _, args) if name == "days" => args.first(),
        Kind::Call(..) | Kind::Number(_) | Kind::Truth(_) | Kind::Text(_) | Kind::Name(_) => None,
        Kind::Method(..) | Kind::Not(_) | Kind::Negate(_) | Kind::Binary(..) => None,
        Kind::Choose(..) | Kind::In(..) | Kind::Foreign(_) => None,
    }
}
