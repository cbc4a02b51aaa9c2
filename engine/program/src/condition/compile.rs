//! From an expression to pieces: names are looked up, types checked, facts and segments written out. All mistakes
//! of one condition are told together.

use super::definitions::{Definition, Definitions};
use super::needs::{Needs, Piece};
use super::parse::{self, Expr, Kind, Operator};
use super::types::Type;
use crate::diagnostic::{Diagnostic, Mistakes};
use crate::event::Vocabulary;
use crate::sources::File;
use crate::text::spelled::Spelled;
use foresend_core::world::condition::{BadOps, Condition, DEPTH_MAX, OPS_MAX, Op};
use std::ops::Range;

/// A condition that is right, but for the numbers of its streams.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Lowered {
    pub(crate) pieces: Vec<Piece>,
    /// As its author wrote it.
    pub(crate) text: String,
    /// Its place, with the quotes.
    pub(crate) span: Range<usize>,
    /// Whether it names a segment that is always or never true: of that its own line tells.
    pub(crate) rests_on_constant: bool,
}

impl Lowered {
    /// The condition as the core reads it.
    pub(crate) fn condition(&self, needs: &Needs) -> Condition {
        Condition::new(needs.ops(&self.pieces), self.text.clone())
            .expect("length, depth and balance were checked when it was lowered")
    }
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
            let code = match wrong.not_yet {
                true => "foresend::not_supported_yet",
                false => "foresend::condition_syntax",
            };
            told.tell(
                Diagnostic::error(code, file.name, wrong.message)
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
    let Compiler { pieces, broken, rests_on_constant, .. } = compiler;
    (!broken).then(|| Lowered {
        pieces,
        text: spelled.text.clone(),
        span: spelled.whole(),
        rests_on_constant,
    })
}

impl<'a> Compiler<'a> {
    pub(super) fn reads_history(&self) -> bool {
        self.purpose == Purpose::Fact
    }

    /// What it is called in a sentence.
    pub(super) fn what(&self) -> &'static str {
        match self.purpose {
            Purpose::Fact => "fact",
            Purpose::Segment | Purpose::Condition => "condition",
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

    pub(super) fn not_yet(&mut self, what: &str, span: Range<usize>, instead: &str) {
        self.broken = true;
        let place = self.spelled.place(&span);
        self.told.tell(Diagnostic::not_yet(self.file.name, what, place, instead));
    }

    /// Pushes the pieces of `expr`, and says what it comes to.
    fn expr(&mut self, expr: &Expr) -> Type {
        match &expr.kind {
            Kind::Number(number) => self.leaf(Op::Number(*number), Type::Number),
            Kind::Truth(truth) => self.leaf(Op::Truth(*truth), Type::Truth),
            Kind::Text(_) => Type::Text,
            Kind::Name(name) => self.name(expr, name),
            Kind::Call(name, place, args) => self.call(expr, name, place, args),
            Kind::Not(inner) => {
                let found = self.expr(inner);
                self.wants_truth("`!`", inner, found);
                self.leaf(Op::Not, Type::Truth)
            }
            Kind::Negate(inner) => {
                let found = self.expr(inner);
                self.wants_number("`-`", inner, found);
                self.leaf(Op::Negate, Type::Number)
            }
            Kind::Binary(operator, place, left, right) => {
                self.binary(expr, *operator, place, left, right)
            }
            Kind::Choose(when, this, that) => {
                let found = self.expr(when);
                self.wants_truth("`? :`", when, found);
                let (a, b) = (self.expr(this), self.expr(that));
                if a != b && a != Type::Broken && b != Type::Broken {
                    self.mismatch("this choice is between", "and", (this, a), (that, b));
                }
                self.leaf(Op::Choose, if a == Type::Broken { b } else { a })
            }
            Kind::Foreign(what) => {
                let help = "conditions take facts, segments, the cart, and < <= > >= == != && || ! + - * / ? :";
                self.not_yet(what, expr.span.clone(), help);
                Type::Broken
            }
        }
    }

    pub(super) fn leaf(&mut self, op: Op, comes_to: Type) -> Type {
        self.push(Piece::Op(op));
        comes_to
    }

    fn binary(
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
        let (op, comes_to) = match operator {
            Operator::Add => (Op::Add, Type::Number),
            Operator::Subtract => (Op::Subtract, Type::Number),
            Operator::Multiply => (Op::Multiply, Type::Number),
            Operator::Divide => (Op::Divide, Type::Number),
            Operator::Less => (Op::Less, Type::Truth),
            Operator::LessOrEqual => (Op::LessOrEqual, Type::Truth),
            Operator::Greater => (Op::Greater, Type::Truth),
            Operator::GreaterOrEqual => (Op::GreaterOrEqual, Type::Truth),
            Operator::Equal => (Op::Equal, Type::Truth),
            Operator::NotEqual => (Op::NotEqual, Type::Truth),
            Operator::And => (Op::And, Type::Truth),
            Operator::Or => (Op::Or, Type::Truth),
        };
        self.push(Piece::Op(op));
        let written = format!("`{}`", self.slice(place));
        if a == Type::Broken || b == Type::Broken {
            self.broken = true;
            return comes_to;
        }
        match operator {
            Operator::And | Operator::Or => {
                self.wants_truth(&written, left, a);
                self.wants_truth(&written, right, b);
            }
            Operator::Equal | Operator::NotEqual if a == b && a == Type::Truth => {}
            Operator::Add | Operator::Subtract | Operator::Multiply | Operator::Divide
                if a == b && a != Type::Number =>
            {
                self.wants_number(&written, left, a);
            }
            Operator::Less
            | Operator::LessOrEqual
            | Operator::Greater
            | Operator::GreaterOrEqual
                if a == b && a == Type::Truth =>
            {
                self.wants_number(&written, left, a);
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
                if a != Type::Number || b != Type::Number {
                    let (verb, with) = operator.verb();
                    let verb = format!("this {} {verb}", self.what());
                    self.mismatch(&verb, with, (left, a), (right, b));
                }
            }
        }
        comes_to
    }

    fn check_size(&mut self, expr: &Expr) {
        let mut needs = Needs::default();
        needs.add(&self.pieces);
        let told = match Condition::new(needs.ops(&self.pieces), String::new()) {
            Ok(_) => return,
            Err(BadOps::TooMany) => format!(
                "{} parts of at most {OPS_MAX}, with its facts and segments written out",
                self.pieces.len()
            ),
            Err(BadOps::TooDeep | BadOps::Unbalanced) => format!(
                "more than {DEPTH_MAX} values wait for each other, with its facts and segments written out"
            ),
        };
        let help = "a comparison counts three parts, each function one: ask for less, or divide it between the journey's `if` and those of its steps".to_owned();
        self.mistake(
            "foresend::condition_size",
            &format!("this {} is too long", self.what()),
            expr.span.clone(),
            &told,
            help,
        );
    }
}
