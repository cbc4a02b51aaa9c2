//! From an expression to pieces: names are looked up, types checked, facts and segments written out. All mistakes
//! of one condition are told together.

use super::definitions::{Definition, Definitions};
use super::expr::{Expr, Foreign, Kind};
use super::functions::Called;
use super::needs::Needs;
use super::parse;
use super::piece::{self, Piece};
use super::types::Type;
use crate::diagnostic::{Diagnostic, Mistakes};
use crate::event::Vocabulary;
use crate::sources::File;
use crate::text::spelled::Spelled;
use foresend_core::world::condition::{BadOps, Condition, DEPTH_MAX, Named, OPS_MAX, Op};
use foresend_core::world::event::{EventIx, PropertyType};
use std::ops::Range;

/// A condition that is right, but for the numbers of its streams and of the event's properties.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Lowered {
    pub(crate) pieces: Vec<Piece>,
    /// As its author wrote it.
    pub(crate) text: String,
    /// Its place, with the quotes.
    pub(crate) span: Range<usize>,
    /// Whether it names a segment that is always or never true: of that its own line tells.
    pub(crate) rests_on_constant: bool,
    /// What explanations tell the value of.
    pub(crate) names: Vec<Named>,
}

impl Lowered {
    /// The condition as the core reads it. `slots` are the properties of the event that starts the journey, in the
    /// order of [`SlotIx`](foresend_core::world::value::SlotIx), and hold at least its
    /// [`event_properties`](Self::event_properties); `needs` hold its pieces.
    pub(crate) fn condition(&self, needs: &Needs, slots: &[String]) -> Condition {
        needs
            .condition(&self.pieces, slots, self.text.clone())
            .expect("length, depth and balance were checked when it was lowered")
            .naming(self.names.clone())
    }

    /// The properties of the event that starts the journey which it reads, each once.
    pub(crate) fn event_properties(&self) -> Vec<String> {
        piece::event_properties(&self.pieces)
    }

    /// Its ops, with streams and properties numbered for itself alone: to be looked at, not to be run.
    pub(crate) fn ops(&self) -> Vec<Op> {
        ops(&self.pieces).0
    }
}

/// Pieces numbered for themselves alone.
fn ops(pieces: &[Piece]) -> (Vec<Op>, Vec<Box<str>>) {
    let mut needs = Needs::default();
    needs.add(pieces);
    needs.numbered(pieces, &piece::event_properties(pieces))
}

/// What an expression is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Purpose {
    /// A number kept about a customer; the only place where history is read.
    Fact,
    /// A named condition.
    Segment,
    /// A journey's or step's own.
    Condition,
    /// When a step comes due: an instant.
    Due,
    /// Which events of this name are counted.
    Filter(EventIx),
}

/// What conditions are compiled against.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scope<'a> {
    pub(crate) definitions: &'a Definitions,
    pub(crate) vocabulary: &'a Vocabulary,
    /// The name that is being defined: it is no help inside its own definition.
    pub(crate) own: Option<&'a str>,
    /// Steps further up that wait for an event: what `came` may ask about.
    pub(crate) waits: &'a [String],
    /// What a customer may have: the order of `TraitIx`.
    pub(crate) traits: &'a [(String, PropertyType)],
    /// What an item has: the order of `ColumnIx`.
    pub(crate) columns: &'a [(String, PropertyType)],
    /// What starts the journey. `None` in facts and segments, which belong to none, and where it could not be read.
    pub(crate) starts: Option<Starts<'a>>,
}

/// What a journey's conditions may say of its start.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Starts<'a> {
    /// The events that start it; none: something else does.
    pub(crate) events: &'a [EventIx],
    /// Its key is a product.
    pub(crate) has_item: bool,
}

/// One expression on its way.
#[derive(Debug)]
pub(crate) struct Compiler<'a> {
    pub(super) file: File<'a>,
    pub(super) spelled: &'a Spelled,
    pub(super) purpose: Purpose,
    pub(super) scope: Scope<'a>,
    pub(super) pieces: Vec<Piece>,
    /// Something in it is wrong.
    pub(super) broken: bool,
    pub(super) rests_on_constant: bool,
    /// Names with the pieces that leave what they come to.
    pub(super) names: Vec<Named>,
    /// Names told as unknown: each once.
    pub(super) unknown: Vec<String>,
    pub(super) told: &'a mut Mistakes,
}

/// The tree of a condition; `None` where it cannot be read, which is told.
pub(crate) fn tree(file: File<'_>, spelled: &Spelled, told: &mut Mistakes) -> Option<Expr> {
    match parse::parse(&spelled.text) {
        Ok(expr) => Some(expr),
        Err(wrong) => {
            let place = if spelled.text.trim().is_empty() {
                spelled.whole()
            } else {
                spelled.place(&wrong.span)
            };
            told.tell(
                Diagnostic::error("foresend::condition_syntax", file.name, wrong.message)
                    .at(place, wrong.label)
                    .perhaps(wrong.help),
            );
            None
        }
    }
}

/// A condition; `None` where it is wrong, which is told.
pub(crate) fn lower(
    file: File<'_>,
    spelled: &Spelled,
    expr: &Expr,
    purpose: Purpose,
    scope: Scope<'_>,
    told: &mut Mistakes,
) -> Option<Lowered> {
    let mut compiler = Compiler {
        file,
        spelled,
        purpose,
        scope,
        pieces: Vec::new(),
        broken: false,
        rests_on_constant: false,
        names: Vec::new(),
        unknown: Vec::new(),
        told,
    };
    let found = compiler.expr(expr);
    if !compiler.broken {
        compiler.check_result(expr, found);
    }
    if !compiler.broken {
        compiler.check_size(expr);
    }
    let Compiler { pieces, broken, rests_on_constant, names, .. } = compiler;
    (!broken).then(|| Lowered {
        pieces,
        text: spelled.text.clone(),
        span: spelled.whole(),
        rests_on_constant,
        names,
    })
}

impl<'a> Compiler<'a> {
    /// What it is called in a sentence.
    pub(super) const fn what(&self) -> &'static str {
        match self.purpose {
            Purpose::Fact => "fact",
            Purpose::Segment | Purpose::Condition => "condition",
            Purpose::Due => "`due`",
            Purpose::Filter(_) => "filter",
        }
    }

    pub(super) fn vocabulary(&self) -> &'a Vocabulary {
        self.scope.vocabulary
    }

    pub(super) fn definition(&self, name: &str) -> Option<&'a Definition> {
        self.scope.definitions.get(name)
    }

    pub(super) fn push(&mut self, piece: Piece) {
        self.pieces.push(piece);
    }

    /// Something it rests on is wrong, and has been told elsewhere.
    pub(super) fn quietly_broken(&mut self) {
        self.broken = true;
    }

    pub(super) fn slice(&self, span: &Range<usize>) -> &'a str {
        self.spelled.text.get(span.clone()).unwrap_or_default()
    }

    pub(super) fn mistake(
        &mut self,
        code: &'static str,
        message: &str,
        span: Range<usize>,
        label: &str,
        help: String,
    ) {
        self.broken = true;
        let place = self.spelled.place(&span);
        self.told
            .tell(Diagnostic::error(code, self.file.name, message).at(place, label).help(help));
    }

    /// Pushes the pieces of `expr`, and says what it comes to. Of a text there are none: it stands on no stack.
    pub(super) fn expr(&mut self, expr: &Expr) -> Type {
        match &expr.kind {
            Kind::Number(number) => self.leaf(Op::Number(*number), Type::Number),
            Kind::Truth(truth) => self.leaf(Op::Truth(*truth), Type::Truth),
            Kind::Text(_) => Type::Text,
            Kind::Name(name) => self.name(expr, name),
            Kind::Call(name, place, args) => {
                self.call(&Called { name, place: place.clone(), span: expr.span.clone(), args })
            }
            Kind::Method(of, name, place, args) => {
                let span = expr.span.clone();
                self.method(&Called { name, place: place.clone(), span, args }, of)
            }
            Kind::Not(inner) => {
                let found = self.expr(inner);
                self.wants_truth("`!`", inner, found);
                self.leaf(Op::Not, Type::Truth)
            }
            Kind::Negate(inner) => match self.expr(inner) {
                found @ (Type::Number | Type::Span) => self.leaf(Op::Negate, found),
                found @ (Type::Truth | Type::Text | Type::Instant | Type::Broken) => {
                    self.wants_number("`-`", inner, found);
                    Type::Broken
                }
            },
            Kind::Binary(operator, place, left, right) => {
                self.binary(expr, *operator, place, left, right)
            }
            Kind::Choose(when, this, that) => self.choose(expr, when, this, that),
            Kind::In(of, place, items) => self.is_in(expr, of, place, items),
            Kind::Foreign(what) => self.foreign(expr, *what),
        }
    }

    pub(super) fn leaf(&mut self, op: Op, comes_to: Type) -> Type {
        self.push(Piece::Op(op));
        comes_to
    }

    fn choose(&mut self, expr: &Expr, when: &Expr, this: &Expr, that: &Expr) -> Type {
        let found = self.expr(when);
        self.wants_truth("`? :`", when, found);
        let (a, b) = (self.expr(this), self.expr(that));
        self.push(Piece::Op(Op::Choose));
        match (a, b) {
            (Type::Broken, other) | (other, Type::Broken) => {
                self.broken = true;
                other
            }
            (Type::Text, Type::Text) => {
                let message = "a choice is not between texts";
                let help = "choose between comparisons: `buyer ? customer.city == 'York' : customer.city == 'Leeds'`";
                let code = "foresend::condition_type";
                let span = this.span.start..expr.span.end;
                self.mistake(code, message, span, "both are text", help.to_owned());
                Type::Broken
            }
            (a, b) if a == b => a,
            (_, _) => {
                let help = "both sides of `:` come to the same: two numbers, or two yes-or-nos";
                let (verb, with) = ("this choice is between", "and");
                self.mismatch(verb, with, (this, a), (that, b), help.to_owned());
                Type::Broken
            }
        }
    }

    fn foreign(&mut self, expr: &Expr, what: Foreign) -> Type {
        let (message, help) = match what {
            Foreign::Part => (
                "what a function comes to has no parts",
                "parts stand only behind `customer`, `item`, `event` and `cart`",
            ),
            Foreign::Remainder => (
                "`%` is not an operator of conditions",
                "numbers are not whole here: there are + - * and /",
            ),
            Foreign::Null => (
                "nothing is `null` in a condition",
                "ask whether there is a value: `has(customer.city)`",
            ),
            Foreign::Other => (
                "this has no place in a condition",
                "conditions take names, numbers, texts, functions, and < <= > >= == != && || ! in + - * / ? :",
            ),
        };
        let code = "foresend::condition_syntax";
        self.mistake(code, message, expr.span.clone(), "stands here", help.to_owned());
        Type::Broken
    }

    /// Whether the pieces can be run, once facts and segments are written out.
    pub(super) fn check_size(&mut self, expr: &Expr) {
        let (ops, texts) = ops(&self.pieces);
        match Condition::new(ops, texts, String::new()) {
            Ok(_) => {}
            Err(BadOps::TooMany) => self.too_many(expr, self.pieces.len()),
            Err(BadOps::TooDeep | BadOps::Unbalanced) => {
                self.too_long(expr, &format!("more than {DEPTH_MAX} values wait for each other, with its facts and segments written out"));
            }
        }
    }

    pub(super) fn too_many(&mut self, expr: &Expr, parts: usize) {
        self.too_long(
            expr,
            &format!("{parts} parts of at most {OPS_MAX}, with its facts and segments written out"),
        );
    }

    fn too_long(&mut self, expr: &Expr, label: &str) {
        let help = "a comparison counts three parts, each function one: ask for less, or divide it between the journey's `if` and those of its steps".to_owned();
        let message = format!("this {} is too long", self.what());
        self.mistake("foresend::condition_size", &message, expr.span.clone(), label, help);
    }
}
