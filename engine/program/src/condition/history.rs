//! The functions that read history: `count`, `sum`, `last`, `distinct`, `days_since`, `first_seen_days`. Their
//! arguments are written out, never computed, so that what must be remembered is known before anything happens.

use super::compile::{Compiler, Purpose};
use super::expr::{Expr, Kind};
use super::functions::Called;
use super::needs::Needs;
use super::piece::{Filter, History, Piece};
use super::types::Type;
use crate::text::{read, words};
use foresend_core::time::Wait;
use foresend_core::world::condition::{Condition, Op};
use foresend_core::world::event::{EventIx, PropertyIx, PropertyType};
use foresend_core::world::stream::Keeps;

/// Each with how it is written.
pub(super) const HISTORY: [(&str, &str); 6] = [
    (
        "count",
        "write `count('Order Completed')`, `count('Order Completed', '30d')` or `count('Order Completed', event.total > 50, '30d')`",
    ),
    (
        "sum",
        "write `sum('Order Completed', 'revenue')` or `sum('Order Completed', 'revenue', '1y')`",
    ),
    ("last", "write `last('Order Completed', 'total')`"),
    ("days_since", "write `days_since('Order Completed')`"),
    ("first_seen_days", "write `first_seen_days()`"),
    ("distinct", "write `distinct('Product Viewed', 'product_id', '30d')`: it needs its window"),
];

/// Which types of property a function reads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Wants {
    Numbers(&'static str),
    Any,
}

impl Compiler<'_> {
    /// A call of one of them.
    pub(super) fn history(&mut self, called: &Called<'_>) -> Type {
        let name = called.name;
        match self.purpose {
            Purpose::Fact => {}
            Purpose::Filter(_) => {
                return self.only_the_event(&format!("`{name}()`"), called.span.clone());
            }
            Purpose::Segment | Purpose::Condition | Purpose::Due => {
                let message = format!("`{name}()` reads history, which only [facts] do");
                let written = self.slice(&called.span);
                let help = format!(
                    "give it a name in [facts] of program.toml, such as `my_{name} = \"{written}\"`, and write `my_{name}` here"
                );
                let (code, span) = ("foresend::history_outside_facts", called.span.clone());
                self.mistake(code, &message, span, "read here", help);
                return Type::Broken;
            }
        }
        let piece = match (name, called.args) {
            ("count", [event]) => self.count(event, None, None),
            ("count", [event, Expr { kind: Kind::Text(_), .. }]) => {
                self.count(event, None, called.args.get(1))
            }
            ("count", [event, filter]) => self.count(event, Some(filter), None),
            ("count", [event, filter, window]) => self.count(event, Some(filter), Some(window)),
            ("sum", [event, property]) => self.sum(event, property, None),
            ("sum", [event, property, window]) => self.sum(event, property, Some(window)),
            ("last", [event, property]) => {
                let found = self.property(event, property, Wants::Numbers("only a number is kept"));
                found.map(|(event, at)| Piece::Last(keeping(event, Keeps::Last(at))))
            }
            ("distinct", [event, property, window]) => self.distinct(event, property, window),
            ("days_since", [event]) => {
                self.event(event).map(|event| Piece::DaysSince(History::of(event)))
            }
            ("first_seen_days", []) => Some(Piece::Op(Op::FirstSeenDays)),
            (_, _) => {
                let usage = HISTORY.iter().find(|(other, _)| *other == name);
                return self.wrong_arguments(called, usage.map_or("", |(_, usage)| usage));
            }
        };
        match piece {
            Some(piece) => {
                self.push(piece);
                Type::Number
            }
            None => Type::Broken,
        }
    }

    fn count(
        &mut self,
        event: &Expr,
        filter: Option<&Expr>,
        window: Option<&Expr>,
    ) -> Option<Piece> {
        let event = self.event(event);
        let filter = match (filter, event) {
            (Some(filter), Some(event)) => self.filter(filter, event).map(Some),
            (Some(_), None) => None,
            (None, _) => Some(None),
        };
        let window = window.map_or(Some(None), |window| self.window(window).map(Some));
        Some(Piece::Count(History { filter: filter?, ..History::of(event?) }, window?))
    }

    fn sum(&mut self, event: &Expr, property: &Expr, window: Option<&Expr>) -> Option<Piece> {
        let window = window.map_or(Some(None), |window| self.window(window).map(Some));
        let found = self.property(event, property, Wants::Numbers("only numbers have a sum"));
        let (event, at) = found?;
        Some(Piece::Sum(keeping(event, Keeps::Sum(at)), window?))
    }

    fn distinct(&mut self, event: &Expr, property: &Expr, window: &Expr) -> Option<Piece> {
        let window = self.window(window);
        let (event, at) = self.property(event, property, Wants::Any)?;
        Some(Piece::Distinct(keeping(event, Keeps::Distinct(at)), Some(window?)))
    }

    /// Which events are counted: an expression over the properties of one.
    fn filter(&mut self, expr: &Expr, event: EventIx) -> Option<Filter> {
        if matches!(expr.kind, Kind::Text(_)) {
            let help =
                "write it without the quotes, over properties of the event: `event.price > 50`";
            let message = "a filter is an expression, and this is text";
            let code = "foresend::condition_type";
            self.mistake(
                code,
                message,
                expr.span.clone(),
                "a filter was expected",
                help.to_owned(),
            );
            return None;
        }
        let outside = (std::mem::take(&mut self.pieces), std::mem::take(&mut self.names));
        let purpose = std::mem::replace(&mut self.purpose, Purpose::Filter(event));
        let was_broken = std::mem::replace(&mut self.broken, false);
        let found = self.expr(expr);
        if !self.broken {
            self.check_result(expr, found);
        }
        if !self.broken {
            self.check_size(expr);
        }
        let is_broken = std::mem::replace(&mut self.broken, was_broken);
        self.broken |= is_broken;
        self.purpose = purpose;
        let pieces = std::mem::replace(&mut self.pieces, outside.0);
        self.names = outside.1;
        if is_broken {
            return None;
        }
        let (ops, texts) = Needs::default().numbered(&pieces, &[]);
        let text = self.slice(&expr.span).to_owned();
        let condition = Condition::new(ops, texts.clone(), text).ok()?;
        Some(Filter::new(condition, &texts))
    }

    /// An event and one of its properties, both in quotes.
    fn property(
        &mut self,
        event: &Expr,
        property: &Expr,
        wants: Wants,
    ) -> Option<(EventIx, PropertyIx)> {
        let event = self.event(event)?;
        let name = self.written(property, "the property, in quotes")?;
        let def = self.vocabulary().def(event);
        match (def.property(&name), wants) {
            (Some((ix, _)), Wants::Any) => Some((event, ix)),
            (Some((ix, PropertyType::Number)), Wants::Numbers(_)) => Some((event, ix)),
            (
                Some((_, PropertyType::Text | PropertyType::Date | PropertyType::Bool)),
                Wants::Numbers(why),
            ) => {
                let message = format!("`{name}` of {} is not a number", def.name);
                let numbers = def.properties.iter().filter(|(_, t)| *t == PropertyType::Number);
                let help = read::there_are(
                    "its numbers",
                    numbers.map(|(name, _)| name.as_str()),
                    "it has no numbers; `count()` counts the events",
                );
                let code = "foresend::condition_type";
                self.mistake(code, &message, property.span.clone(), why, help);
                None
            }
            (None, _) => {
                self.no_property(event, &name, property.span.clone());
                None
            }
        }
    }

    fn event(&mut self, expr: &Expr) -> Option<EventIx> {
        let name = self.written(expr, "the event, in quotes")?;
        if let Some(event) = self.vocabulary().find(&name) {
            return Some(event);
        }
        if self.vocabulary().is_complete() {
            let help = self.vocabulary().help(&name);
            let message = format!("there is no event `{name}`");
            let code = "foresend::unknown_event";
            self.mistake(code, &message, expr.span.clone(), "named here", help);
        } else {
            self.quietly_broken();
        }
        None
    }

    fn window(&mut self, expr: &Expr) -> Option<Wait> {
        let Kind::Text(text) = &expr.kind else {
            let written = self.slice(&expr.span);
            let message = format!("`{written}` stands where a window was expected");
            let help = "a window is written out, in quotes: `'30d'`; a filter stands only in `count()`, behind the event";
            let (code, span) = ("foresend::condition_type", expr.span.clone());
            self.mistake(code, &message, span, "not a text", help.to_owned());
            return None;
        };
        let (message, label, help) = match words::duration(text) {
            Some(window) if window > Wait::ZERO => return Some(window),
            Some(_) => (
                "a window cannot be no time at all".to_owned(),
                "zero",
                "leave the window out to read all time".to_owned(),
            ),
            None => {
                // What looks like a filter is told how filters are written.
                let is_filter = text.contains(['=', '<', '>', '!', '.'])
                    && !text.trim_start().starts_with(|c: char| c.is_ascii_digit());
                let help = match words::duration_meant(text) {
                    Some(meant) => format!("write `'{meant}'`"),
                    None if is_filter => {
                        "a filter is written without quotes, over properties of the event: `count('Order Completed', event.total > 50, '30d')`".to_owned()
                    }
                    None => "write a whole number and one letter: m, h, d, w or y, such as `'30d'`".to_owned(),
                };
                (format!("`{text}` is not a duration"), "a window was expected", help)
            }
        };
        self.mistake("foresend::bad_duration", &message, expr.span.clone(), label, help);
        None
    }
}

const fn keeping(event: EventIx, keeps: Keeps) -> History {
    History { event, keeps, filter: None }
}
