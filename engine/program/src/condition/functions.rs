//! Functions by name: which there are, where each may stand, and what is said of a name that is none. What they
//! come to stands in [`history`](super::history), [`texts`] and [`times`]; only `came`
//! and `has`, which are about neither, are here.

use super::compile::{Compiler, Purpose};
use super::expr::{Expr, Kind};
use super::history::HISTORY;
use super::piece::Piece;
use super::types::Type;
use super::{texts, times};
use crate::text::read;
use foresend_core::time::Wait;
use foresend_core::world::condition::Op;
use std::ops::Range;

/// A call as it is written.
#[derive(Clone, Debug)]
pub(super) struct Called<'e> {
    pub(super) name: &'e str,
    /// Where its name stands.
    pub(super) place: Range<usize>,
    /// All of it.
    pub(super) span: Range<usize>,
    pub(super) args: &'e [Expr],
}

/// Functions that are called by name alone, beside those of history.
const FREE: [&str; 5] = ["came", "has", "days", "hours", "size"];
/// Functions of a text, `x.f()`.
const OF_TEXTS: [&str; 4] = ["startsWith", "endsWith", "contains", "size"];

/// What CEL has and conditions have not, and what to do instead.
const REFUSED: &[(&[&str], &str, &str)] = &[
    (
        &["matches"],
        "conditions have no regular expressions",
        "ask with `startsWith`, `endsWith`, `contains` or `in`",
    ),
    (
        &["all", "exists", "exists_one", "map", "filter"],
        "conditions go through no lists",
        "ask for each value by itself, or whether a value is among written ones: `x in ['a', 'b']`",
    ),
    (
        &["int", "uint", "double", "bool", "string", "bytes", "dyn", "type"],
        "conditions convert nothing",
        "numbers are numbers, texts are texts: declare the property or trait as what it is",
    ),
    (
        &["timestamp"],
        "no date is written out in a condition",
        "compare with `event.time`, or with a trait, property or column that is a date",
    ),
    (&["duration"], "a span is written in days or hours", "write `days(3)` or `hours(12)`"),
    (
        &["getSeconds", "getMilliseconds"],
        "conditions read a clock to the minute",
        "ask for `getHours()` or `getMinutes()`",
    ),
];

/// What people call functions of values, and what they are called here.
const MEANT: [(&str, &str); 7] = [
    ("beginsWith", "startsWith"),
    ("includes", "contains"),
    ("length", "size"),
    ("getYear", "getFullYear"),
    ("getDay", "getDayOfWeek"),
    ("getWeekday", "getDayOfWeek"),
    ("getHour", "getHours"),
];

impl Compiler<'_> {
    /// A call of a function, `f(x)`.
    pub(super) fn call(&mut self, called: &Called<'_>) -> Type {
        let name = called.name;
        if HISTORY.iter().any(|(history, _)| *history == name) {
            return self.history(called);
        }
        match (name, called.args) {
            ("came", _) => self.came(called),
            ("has", _) => self.has(called),
            ("days", _) => self.span(called, Wait::DAY),
            ("hours", _) => self.span(called, Wait::hours(1)),
            ("size", [of]) => self.size(called, of),
            ("size", _) => self.wrong_arguments(called, "write `size(x)`"),
            (_, _) => self.no_function(called, None),
        }
    }

    /// A function of a value, `x.f()`.
    pub(super) fn method(&mut self, called: &Called<'_>, of: &Expr) -> Type {
        if let Some(relation) = texts::relation(called.name) {
            return self.related(called, relation, of);
        }
        if let Some(shown) = times::shown(called.name) {
            return self.shows(called, shown, of);
        }
        match (called.name, called.args) {
            ("size", []) => self.size(called, of),
            ("size", _) => self.wrong_arguments(called, "write `x.size()`"),
            (_, _) => self.no_function(called, Some(of)),
        }
    }

    /// "`f()` does not take 3 arguments".
    pub(super) fn wrong_arguments(&mut self, called: &Called<'_>, help: &str) -> Type {
        let takes = match called.args.len() {
            0 => "needs arguments".to_owned(),
            1 => "does not take 1 argument".to_owned(),
            count => format!("does not take {count} arguments"),
        };
        let message = format!("`{}()` {takes}", called.name);
        let code = "foresend::condition_type";
        self.mistake(code, &message, called.span.clone(), "called here", help.to_owned());
        Type::Broken
    }

    /// `came('id')`: whether the wait further up ended by its event.
    fn came(&mut self, called: &Called<'_>) -> Type {
        if self.is_filter() {
            return self.only_the_event("`came()`", called.span.clone());
        }
        let [id] = called.args else {
            let help = "write `came('id')`, with the id of a step that waits";
            return self.wrong_arguments(called, help);
        };
        let Some(name) = self.written(id, "the id of a step, in quotes") else {
            return Type::Broken;
        };
        let waits = self.scope.waits;
        let number = waits.iter().position(|step| *step == name);
        let Some(number) = number.and_then(|number| u8::try_from(number).ok()) else {
            let message = format!("there is no step `{name}` that waits before this one");
            let names = waits.iter().map(String::as_str);
            let help = read::did_you_mean(&name, names.clone(), || {
                read::there_are(
                    "steps that wait above it",
                    names,
                    "`came` asks about a step with `wait_for` further up in the same journey",
                )
            });
            let code = "foresend::unknown_step";
            self.mistake(code, &message, id.span.clone(), "named here", help);
            return Type::Broken;
        };
        self.named_leaf(self.slice(&called.span), Op::Came(number), Type::Truth)
    }

    /// `has(customer.city)`: whether there is a value.
    fn has(&mut self, called: &Called<'_>) -> Type {
        let [of] = called.args else {
            return self.wrong_arguments(called, "write `has(customer.city)`");
        };
        let at = match &of.kind {
            Kind::Name(name) => name.split_once('.').map(|(root, path)| (name, root, path)),
            Kind::Number(_) | Kind::Truth(_) | Kind::Text(_) | Kind::Call(..) => None,
            Kind::Method(..) | Kind::Not(_) | Kind::Negate(_) | Kind::Binary(..) => None,
            Kind::Choose(..) | Kind::In(..) | Kind::Foreign(_) => None,
        };
        match at {
            Some((_, "event", "time")) => {
                let help = "every event has one: leave this out".to_owned();
                let message = "`has()` asks for what may be missing, and `event.time` never is";
                let code = "foresend::condition_type";
                self.mistake(code, message, of.span.clone(), "always there", help);
                Type::Broken
            }
            Some((name, "event" | "customer" | "item", _)) => match self.value(of, name) {
                Some(value) => {
                    self.push(Piece::Has(value.place));
                    Type::Truth
                }
                None => Type::Broken,
            },
            Some(_) | None => {
                let written = self.slice(&of.span);
                let message =
                    format!("`has()` asks for what may be missing, and this is `{written}`");
                let help = "it takes a trait, a property or a column: `has(customer.city)`, `has(event.coupon)`, `has(item.stock)`";
                let code = "foresend::condition_type";
                self.mistake(code, &message, of.span.clone(), "never missing", help.to_owned());
                Type::Broken
            }
        }
    }

    /// A name that is no function here: of a value, or by itself.
    fn no_function(&mut self, called: &Called<'_>, of: Option<&Expr>) -> Type {
        let name = called.name;
        let refused = REFUSED.iter().find(|(names, _, _)| names.contains(&name));
        if let Some((_, why, help)) = refused {
            let message = format!("`{name}()` is not supported: {why}");
            let code = "foresend::unknown_name";
            self.mistake(code, &message, called.place.clone(), "called here", (*help).to_owned());
            return Type::Broken;
        }
        let free: Vec<&str> = HISTORY.iter().map(|(name, _)| *name).chain(FREE).collect();
        let of_values: Vec<&str> = OF_TEXTS.into_iter().chain(times::names()).collect();
        let is_free = free.contains(&name);
        let is_of_values = of_values.contains(&name);
        let help = match (of, self.definition(name)) {
            (None, Some(definition)) => {
                format!("`{name}` is {}: write it without brackets", definition.sort.noun())
            }
            (Some(of), _) if is_free => {
                format!("write `{name}({})`", self.slice(&of.span))
            }
            (None, None) if is_of_values => {
                let of = called.args.first().map_or("x", |of| self.slice(&of.span));
                let rest = called.args.get(1).map_or("", |rest| self.slice(&rest.span));
                format!("write `{of}.{name}({rest})`")
            }
            (Some(_), _) if MEANT.iter().any(|(said, _)| *said == name) => {
                let meant = MEANT.iter().find(|(said, _)| *said == name);
                format!("write `{}()`", meant.map_or(name, |(_, meant)| meant))
            }
            (Some(_), _) => read::did_you_mean(name, of_values.iter().copied(), || {
                read::there_are("functions of a text or an instant", of_values.iter().copied(), "")
            }),
            (None, None) => {
                read::did_you_mean(name, free.iter().chain(&of_values).copied(), || {
                    read::there_are("there are", free.iter().copied(), "")
                })
            }
        };
        let message = format!("there is no function `{name}`");
        self.mistake("foresend::unknown_name", &message, called.place.clone(), "named here", help);
        Type::Broken
    }

    /// An argument that must be written out.
    pub(super) fn written(&mut self, expr: &Expr, what: &str) -> Option<String> {
        if let Kind::Text(text) = &expr.kind {
            return Some(text.clone());
        }
        let message = format!("`{}` stands where {what}, was expected", self.slice(&expr.span));
        self.mistake(
            "foresend::condition_type",
            &message,
            expr.span.clone(),
            "not a text",
            "arguments of functions are written out, in single quotes: `'Order Completed'`"
                .to_owned(),
        );
        None
    }

    pub(super) const fn is_filter(&self) -> bool {
        match self.purpose {
            Purpose::Filter(_) => true,
            Purpose::Fact | Purpose::Segment | Purpose::Condition | Purpose::Due => false,
        }
    }

    /// Whether an event passes a filter is settled when it happens, and never changes.
    pub(super) fn only_the_event(&mut self, what: &str, span: Range<usize>) -> Type {
        let message = format!("a filter reads only the event that is counted, and not {what}");
        let help = "ask for properties of the event, `event.price > 50`; other conditions stand where the fact is used";
        let code = "foresend::out_of_place";
        self.mistake(code, &message, span, "read here", help.to_owned());
        Type::Broken
    }
}
