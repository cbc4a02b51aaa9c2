//! What stands between the braces: what each part comes to, and whether it may be missing. Two things that do not
//! fit together would fail when the mail is made, for some customers and not for others; so they are told here.

use super::Values;
use super::filter::{FILTERS, Takes};
use super::shape::{extent, is_there_if, number, path};
use super::template::Source;
use super::value::{Found, Type};
use crate::diagnostic::{Diagnostic, Mistakes};
use minijinja::machinery::ast::{BinOp, BinOpKind, CompareOpKind, Expr, IfExpr, UnaryOpKind};
use minijinja::value::ValueKind;
use std::ops::Range;

/// The walk over one text.
pub(super) struct Walk<'a, 'v, 'm> {
    pub(super) source: &'a Source<'a>,
    pub(super) values: &'m mut Values<'v>,
    /// Values that a condition around this place has found there.
    pub(super) there: Vec<String>,
    pub(super) told: &'m mut Mistakes,
}

/// What a part comes to.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) found: Type,
    pub(super) missing: Option<Missing>,
}

/// What may be missing, where it stands, and what to write against that.
#[derive(Clone, Debug)]
pub(super) struct Missing {
    what: String,
    span: Range<usize>,
    help: String,
}

pub(super) const fn part(found: Type) -> Part {
    Part { found, missing: None }
}

impl Walk<'_, '_, '_> {
    /// `{{ … }}`: it must be there.
    pub(super) fn shown(&mut self, expr: &Expr<'_>) {
        if matches!(self.present(expr), Type::Texts | Type::List) {
            let help = "write `| join(', ')` behind it, or `| first`";
            self.wrong_type("a list cannot be shown", &extent(expr), "a list", help);
        }
    }

    /// `{% if … %}`: what is missing there counts as no.
    pub(super) fn asked(&mut self, expr: &Expr<'_>) {
        self.part(expr);
    }

    /// Goes on where `condition` came to `truth`.
    pub(super) fn where_it_is<T>(
        &mut self,
        condition: &Expr<'_>,
        truth: bool,
        go_on: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let before = self.there.len();
        is_there_if(condition, truth, &mut self.there);
        let done = go_on(self);
        self.there.truncate(before);
        done
    }

    /// What it comes to, where it must be there.
    pub(super) fn present(&mut self, expr: &Expr<'_>) -> Type {
        let part = self.part(expr);
        if let Some(Missing { what, span, help }) = part.missing {
            let message = format!("`{what}` may be missing");
            self.told.tell(
                Diagnostic::error("foresend::missing_default", self.source.file.name, message)
                    .at(self.source.at(&span), "would leave a hole in the mail")
                    .help(help),
            );
        }
        part.found
    }

    pub(super) fn part(&mut self, expr: &Expr<'_>) -> Part {
        match expr {
            Expr::Var(_) | Expr::GetAttr(_) => match path(expr) {
                Some((path, span)) => self.value(path, &span),
                None => {
                    let help = "write the name of a value, such as `cart.first.name`";
                    self.not_yet("a part of anything but a value", expr, help)
                }
            },
            Expr::Const(constant) => part(match constant.value.kind() {
                ValueKind::String => Type::Text,
                ValueKind::Number => Type::Number,
                ValueKind::Bool => Type::Truth,
                ValueKind::Undefined | ValueKind::None | ValueKind::Bytes | ValueKind::Seq => {
                    Type::Any
                }
                ValueKind::Map
                | ValueKind::Iterable
                | ValueKind::Plain
                | ValueKind::Invalid
                | _ => Type::Any,
            }),
            Expr::UnaryOp(one) => match one.op {
                UnaryOpKind::Not => {
                    self.asked(&one.expr);
                    part(Type::Truth)
                }
                UnaryOpKind::Neg => self.numbers("-", &[&one.expr]),
            },
            Expr::BinOp(two) => self.two(expr, two),
            Expr::Compare(chain) => {
                let is_same = |op| {
                    matches!(
                        op,
                        CompareOpKind::Eq
                            | CompareOpKind::Ne
                            | CompareOpKind::In
                            | CompareOpKind::NotIn
                    )
                };
                let sizes = !chain.ops.iter().all(|next| is_same(next.op));
                let mut left = (&chain.expr, self.side(&chain.expr, sizes));
                for next in &chain.ops {
                    let right = (&next.expr, self.side(&next.expr, sizes));
                    match next.op {
                        CompareOpKind::In | CompareOpKind::NotIn => self.among(right),
                        CompareOpKind::Eq | CompareOpKind::Ne | CompareOpKind::Lt => {
                            self.compared(left, right)
                        }
                        CompareOpKind::Lte | CompareOpKind::Gt | CompareOpKind::Gte => {
                            self.compared(left, right)
                        }
                    }
                    left = right;
                }
                part(Type::Truth)
            }
            Expr::IfExpr(choice) => self.choice(expr, choice),
            Expr::Filter(filter) => self.filter(expr, filter),
            Expr::Test(test) => self.question(expr, test),
            Expr::List(list) => self.list(&list.items),
            Expr::Tuple(tuple) => self.list(&tuple.items),
            Expr::Slice(_) => {
                let help = "use `| first`, `| last` or `| split(' ')`";
                self.not_yet("a part of a text by its place", expr, help)
            }
            Expr::GetItem(_) => {
                let help = "write its parts with points: `cart.first.name`";
                self.not_yet("`[…]` behind a value", expr, help)
            }
            Expr::Map(_) => self.not_yet("a table of values", expr, "write the name of a value"),
            Expr::Call(call) => {
                let name = path(&call.expr).map(|(path, _)| path);
                let last = name.as_deref().and_then(|path| path.rsplit('.').next());
                let filter = FILTERS.iter().find(|filter| Some(filter.name) == last);
                let help = filter.map_or_else(
                    || "a value is changed by a filter: `{{ brand | upper }}`".to_owned(),
                    |filter| format!("write `| {}` behind the value", filter.name),
                );
                self.not_yet("a function in a mail", expr, &help)
            }
        }
    }

    fn value(&mut self, path: String, span: &Range<usize>) -> Part {
        let known = self.values.known;
        let (found, may_be_missing) = match known.find(&path) {
            Found::There(found) => (found, false),
            Found::Maybe(found) => (found, !self.there.contains(&path)),
            Found::Unread => return part(Type::Any),
            Found::Nothing => {
                if !self.values.unknown.contains(&path) {
                    known.tell_unknown(self.source, &path, span, self.told);
                    self.values.unknown.push(path);
                }
                return part(Type::Any);
            }
        };
        let missing = may_be_missing.then(|| self.missing(span.clone(), or_default(&path, found)));
        self.values.reads.push((path, self.source.at(span)));
        Part { found, missing }
    }

    pub(super) fn missing(&self, span: Range<usize>, help: String) -> Missing {
        Missing { what: self.source.slice(&span).to_owned(), span, help }
    }

    /// `a if b else c`
    fn choice(&mut self, expr: &Expr<'_>, choice: &IfExpr<'_>) -> Part {
        self.asked(&choice.test_expr);
        let yes = self.where_it_is(&choice.test_expr, true, |walk| walk.part(&choice.true_expr));
        let no = match &choice.false_expr {
            Some(other) => self.where_it_is(&choice.test_expr, false, |walk| walk.part(other)),
            None => {
                let help = "say what stands there otherwise: `… if … else '…'`".to_owned();
                Part { found: yes.found, missing: Some(self.missing(extent(expr), help)) }
            }
        };
        either(yes, no)
    }

    fn list(&mut self, items: &[Expr<'_>]) -> Part {
        let mut found = Type::Texts;
        for item in items {
            if self.present(item) != Type::Text {
                found = Type::List;
            }
        }
        part(found)
    }

    fn two(&mut self, expr: &Expr<'_>, two: &BinOp<'_>) -> Part {
        let both = [&two.left, &two.right];
        match two.op {
            BinOpKind::ScAnd => {
                let left = self.part(&two.left);
                either(left, self.where_it_is(&two.left, true, |walk| walk.part(&two.right)))
            }
            BinOpKind::ScOr => {
                // It is the second where there is no first.
                let left = Part { missing: None, ..self.part(&two.left) };
                either(left, self.where_it_is(&two.left, false, |walk| walk.part(&two.right)))
            }
            BinOpKind::Eq | BinOpKind::Ne => self.sides(both, false),
            BinOpKind::Lt | BinOpKind::Lte | BinOpKind::Gt | BinOpKind::Gte => {
                self.sides(both, true)
            }
            BinOpKind::In => {
                let among = self.present(&two.right);
                // What is missing stands in no list, but in every text.
                self.side(&two.left, !matches!(among, Type::Texts | Type::List));
                self.among((&two.right, among));
                part(Type::Truth)
            }
            BinOpKind::Concat => {
                for side in both {
                    self.present(side);
                }
                part(Type::Text)
            }
            BinOpKind::Sub if self.is_name_with_hyphens(expr) => part(Type::Any),
            BinOpKind::Add => self.numbers("+", &both),
            BinOpKind::Sub => self.numbers("-", &both),
            BinOpKind::Mul => self.numbers("*", &both),
            BinOpKind::Div => self.divided("/", both),
            BinOpKind::FloorDiv => self.divided("//", both),
            BinOpKind::Rem => self.divided("%", both),
            BinOpKind::Pow => self.not_yet("`**`", expr, "multiply instead"),
        }
    }

    /// `low-spender`, which is a subtraction of two names that do not exist.
    fn is_name_with_hyphens(&mut self, expr: &Expr<'_>) -> bool {
        let span = extent(expr);
        let written = self.source.slice(&span);
        let is_one_word =
            written.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
        if !is_one_word {
            return false;
        }
        let Some(meant) = self.values.known.meant_by_hyphens(written) else { return false };
        let message = format!("`{written}` is a subtraction");
        self.told.tell(
            Diagnostic::error("foresend::unknown_value", self.source.file.name, message)
                .at(self.source.at(&span), "read as one value minus another")
                .help(format!("write `{meant}`: names take `_`")),
        );
        true
    }

    fn numbers(&mut self, sign: &str, all: &[&Expr<'_>]) -> Part {
        for expr in all {
            let found = self.present(expr);
            if !Takes::Number.fits(found) {
                let message = format!("`{sign}` counts with numbers, and this is {}", found.noun());
                let help = match sign {
                    "+" => "put texts together with `~`",
                    _ => "write a number, or a value that is one",
                };
                self.wrong_type(&message, &extent(expr), found.noun(), help);
            }
        }
        part(Type::Number)
    }

    fn divided(&mut self, sign: &str, both: [&Expr<'_>; 2]) -> Part {
        let [_, divisor] = both;
        let found = self.numbers(sign, &both);
        if number(divisor).is_none_or(|divisor| divisor == 0) {
            let message = format!("what stands behind `{sign}` may be 0");
            let help = "divide by a whole number above 0, in digits: `cart.value / 2`";
            self.wrong_type(&message, &extent(divisor), "nothing can be divided by 0", help);
        }
        found
    }

    /// One side of a comparison. What is missing is the same as nothing, but smaller than anything: whoever asks
    /// which is larger must have both.
    fn side(&mut self, expr: &Expr<'_>, must_be_there: bool) -> Type {
        if must_be_there { self.present(expr) } else { self.part(expr).found }
    }

    fn sides(&mut self, both: [&Expr<'_>; 2], must_be_there: bool) -> Part {
        let [left, right] = both.map(|side| (side, self.side(side, must_be_there)));
        self.compared(left, right);
        part(Type::Truth)
    }

    /// What `in` looks into.
    fn among(&mut self, (expr, found): (&Expr<'_>, Type)) {
        if !Takes::Many.fits(found) {
            let message = format!("`in` looks into text or a list, and this is {}", found.noun());
            let help = "write the list behind it: `customer.country in ['GB', 'IE']`";
            self.wrong_type(&message, &extent(expr), found.noun(), help);
        }
    }

    fn compared(&mut self, (left, is): (&Expr<'_>, Type), (right, with): (&Expr<'_>, Type)) {
        // A date stands in a mail as text does.
        let alike = |found: Type| if found == Type::Date { Type::Text } else { found };
        let is_open = |found: Type| matches!(found, Type::Any | Type::Mixed);
        if alike(is) == alike(with) || is_open(is) || is_open(with) {
            return;
        }
        let message = format!("this compares {} with {}", is.noun(), with.noun());
        let span = extent(left).start..extent(right).end;
        let help = "compare text with text in quotes, and numbers with numbers";
        self.wrong_type(&message, &span, "never the same", help);
    }

    pub(super) fn wrong_type(
        &mut self,
        message: &str,
        span: &Range<usize>,
        label: &str,
        help: &str,
    ) {
        self.told.tell(
            Diagnostic::error("foresend::value_type", self.source.file.name, message)
                .at(self.source.at(span), label)
                .help(help),
        );
    }

    pub(super) fn not_yet(&mut self, what: &str, expr: &Expr<'_>, instead: &str) -> Part {
        let span = self.source.at(&extent(expr));
        self.told.tell(Diagnostic::not_yet(self.source.file.name, what, span, instead));
        part(Type::Any)
    }
}

/// How to say what stands there when a value is missing.
pub(super) fn or_default(what: &str, found: Type) -> String {
    let instead = match found {
        Type::Text | Type::Texts | Type::List | Type::Mixed | Type::Any => "'there'",
        Type::Number => "0",
        Type::Date => "'soon'",
        Type::Truth => "false",
    };
    format!("say what stands there then: `{what} | default({instead})`")
}

/// One of two.
pub(super) fn either(one: Part, other: Part) -> Part {
    let found = match (one.found, other.found) {
        (one, other) if one == other => one,
        (Type::Any, _) | (_, Type::Any) => Type::Any,
        (_, _) => Type::Mixed,
    };
    Part { found, missing: one.missing.or(other.missing) }
}
