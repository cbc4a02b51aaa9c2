//! What is done with texts: compared, searched, measured, looked for in a list. A text never stands among the
//! numbers of a condition; only what came out of comparing it does. So every text here is one that is written, or
//! one that stands somewhere: never one that was chosen or put together.

use super::compile::Compiler;
use super::expr::{Expr, Kind};
use super::functions::Called;
use super::piece::{Piece, Place};
use super::types::Type;
use foresend_core::world::condition::{OPS_MAX, Op, Relation};
use std::ops::Range;

/// A text of a condition.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Text {
    Written(String),
    At(Place),
}

/// The functions that compare a text with a written one.
const RELATIONS: [(&str, Relation); 3] = [
    ("startsWith", Relation::Starts),
    ("endsWith", Relation::Ends),
    ("contains", Relation::Contains),
];

/// How a text relates to another, by the name of the function that asks.
pub(super) fn relation(function: &str) -> Option<Relation> {
    RELATIONS.iter().find(|(name, _)| *name == function).map(|(_, relation)| *relation)
}

impl Compiler<'_> {
    /// The text that an expression of type text is.
    fn text(&mut self, expr: &Expr) -> Option<Text> {
        match &expr.kind {
            Kind::Text(written) => Some(Text::Written(written.clone())),
            Kind::Name(name) => self.value(expr, name).map(|value| Text::At(value.place)),
            Kind::Number(_) | Kind::Truth(_) | Kind::Call(..) | Kind::Method(..) | Kind::Not(_) => {
                None
            }
            Kind::Negate(_) | Kind::Binary(..) | Kind::Choose(..) | Kind::In(..) => None,
            Kind::Foreign(_) => None,
        }
    }

    /// `a == b`, `a != b` of two texts.
    pub(super) fn same_text(&mut self, left: &Expr, right: &Expr, differ: bool) -> Type {
        let (Some(a), Some(b)) = (self.text(left), self.text(right)) else {
            self.broken = true;
            return Type::Broken;
        };
        self.push(is(a, b));
        if differ {
            self.push(Piece::Op(Op::Not));
        }
        Type::Truth
    }

    /// `x.startsWith('a')` and its like.
    pub(super) fn related(&mut self, called: &Called<'_>, relation: Relation, of: &Expr) -> Type {
        let name = called.name;
        let [written] = called.args else {
            return self.wrong_arguments(called, &format!("write `x.{name}('text')`"));
        };
        let Some(of) = self.wants_text(called, of) else { return Type::Broken };
        let Kind::Text(written) = &written.kind else {
            let shown = self.slice(&written.span);
            let message = format!("`{name}()` looks for a written text, and this is `{shown}`");
            let help = format!("write it out, in quotes: `x.{name}('text')`");
            let code = "foresend::condition_type";
            self.mistake(code, &message, written.span.clone(), "not a text in quotes", help);
            return Type::Broken;
        };
        let piece = match of {
            Text::At(place) => Piece::Text(place, relation, written.clone()),
            Text::Written(text) => Piece::Op(Op::Truth(match relation {
                Relation::Is => text == *written,
                Relation::Starts => text.starts_with(written.as_str()),
                Relation::Ends => text.ends_with(written.as_str()),
                Relation::Contains => text.contains(written.as_str()),
            })),
        };
        self.push(piece);
        Type::Truth
    }

    /// `size(x)`, `x.size()`: how many characters.
    pub(super) fn size(&mut self, called: &Called<'_>, of: &Expr) -> Type {
        let Some(of) = self.wants_text(called, of) else { return Type::Broken };
        #[expect(clippy::cast_precision_loss, reason = "a condition has at most 2,000 bytes")]
        let piece = match of {
            Text::At(place) => Piece::Size(place),
            Text::Written(text) => Piece::Op(Op::Number(text.chars().count() as f64)),
        };
        self.push(piece);
        Type::Number
    }

    fn wants_text(&mut self, called: &Called<'_>, of: &Expr) -> Option<Text> {
        match self.expr(of) {
            Type::Text => {
                let text = self.text(of);
                self.broken |= text.is_none();
                text
            }
            Type::Broken => {
                self.broken = true;
                None
            }
            found @ (Type::Number | Type::Truth | Type::Instant | Type::Span) => {
                let message =
                    format!("`{}()` takes a text, and this is {}", called.name, found.noun());
                let help = "texts are traits, properties and columns that are text, and what stands in quotes";
                self.wrong_type(&message, of, found, help.to_owned());
                None
            }
        }
    }

    /// `x in ['a', 'b']`: written out as `x == 'a' || x == 'b'`.
    pub(super) fn is_in(
        &mut self,
        expr: &Expr,
        of: &Expr,
        place: &Range<usize>,
        items: &[Expr],
    ) -> Type {
        let before = self.pieces.len();
        let found = self.expr(of);
        let operand = self.pieces.split_off(before);
        match found {
            Type::Number | Type::Text => {}
            Type::Broken => {
                self.broken = true;
                return Type::Broken;
            }
            Type::Truth | Type::Instant | Type::Span => {
                let message =
                    format!("`in` looks for a text or a number, and this is {}", found.noun());
                let help = "a list holds texts and numbers; compare other things one by one, and join by `||`";
                self.wrong_type(&message, of, found, help.to_owned());
                return Type::Broken;
            }
        }
        // Before it is written out: lists within lists would grow without bound.
        let parts = items.len() * (operand.len().max(1) + 2);
        if parts > 4 * OPS_MAX {
            if !self.broken {
                self.too_many(expr, parts);
            }
            return Type::Broken;
        }
        for (i, item) in items.iter().enumerate() {
            match (&item.kind, found) {
                (Kind::Text(written), Type::Text) => {
                    let Some(text) = self.text(of) else { continue };
                    self.push(is(text, Text::Written(written.clone())));
                }
                (Kind::Number(number), Type::Number) => {
                    self.pieces.extend_from_slice(&operand);
                    self.push(Piece::Op(Op::Number(*number)));
                    self.push(Piece::Op(Op::Equal));
                }
                (_, _) => {
                    let other = if found == Type::Text { Type::Number } else { Type::Text };
                    let verb = format!("`{}` looks for", self.slice(place));
                    let help = match other {
                        Type::Text => "leave the quotes out where numbers are looked for",
                        Type::Number | Type::Truth | Type::Instant | Type::Span | Type::Broken => {
                            "put each value of the list in quotes"
                        }
                    };
                    self.mismatch(
                        &verb,
                        "in a list with",
                        (of, found),
                        (item, other),
                        help.to_owned(),
                    );
                    return Type::Broken;
                }
            }
            if i > 0 {
                self.push(Piece::Op(Op::Or));
            }
        }
        Type::Truth
    }
}

/// Whether two texts are one.
fn is(a: Text, b: Text) -> Piece {
    match (a, b) {
        (Text::Written(a), Text::Written(b)) => Piece::Op(Op::Truth(a == b)),
        (Text::At(place), Text::Written(written)) | (Text::Written(written), Text::At(place)) => {
            Piece::Text(place, Relation::Is, written)
        }
        (Text::At(a), Text::At(b)) => Piece::SameText(a, b),
    }
}
