//! The functions that read history: `count`, `sum`, `days_since`. Their arguments are written out, never
//! computed, so that what must be remembered is known before anything happens.

use super::compile::Compiler;
use super::needs::{History, Piece};
use super::parse::{Expr, Kind};
use super::types::Type;
use crate::text::suggest::closest;
use crate::text::{read, words};
use foresend_core::time::Wait;
use foresend_core::world::condition::Op;
use foresend_core::world::event::{EventIx, PropertyType};
use std::ops::Range;

/// Those that are built, as an author writes them.
const BUILT: &[(&str, &str)] = &[
    ("count", "count('Order Completed')` or `count('Order Completed', '30d')"),
    ("sum", "sum('Order Completed', 'revenue')` or `sum('Order Completed', 'revenue', '1y')"),
    ("days_since", "days_since('Order Completed')"),
];

/// Those of the language that are not.
const LATER: &[&str] = &[
    "last",
    "first_seen_days",
    "distinct",
    "days",
    "hours",
    "has",
    "size",
    "int",
    "double",
    "string",
    "timestamp",
    "duration",
    "matches",
];

impl Compiler<'_> {
    /// A call of a function; its piece is the last one afterwards.
    pub(super) fn call(
        &mut self,
        expr: &Expr,
        name: &str,
        place: &Range<usize>,
        args: &[Expr],
    ) -> Type {
        if name == "came" {
            return self.came(expr, args);
        }
        if LATER.contains(&name) {
            self.not_yet(&format!("`{name}()`"), expr.span.clone(), "leave it out for now");
            return Type::Broken;
        }
        let Some((_, usage)) = BUILT.iter().find(|(built, _)| *built == name) else {
            let near = closest(name, BUILT.iter().map(|(built, _)| *built));
            let help = match (near, self.definition(name)) {
                (_, Some(definition)) => {
                    format!("`{name}` is {}: write it without brackets", definition.sort.noun())
                }
                (Some(near), None) => format!("did you mean `{near}`?"),
                (None, None) => "there are: count, sum, days_since, came".to_owned(),
            };
            let message = format!("there is no function `{name}`");
            self.mistake("foresend::unknown_name", &message, place.clone(), "named here", help);
            return Type::Broken;
        };
        if !self.reads_history() {
            let message = format!("`{name}()` reads history, which only [facts] do");
            let written = self.slice(&expr.span);
            let help = format!(
                "give it a name in [facts] of program.toml, such as `my_{name} = \"{written}\"`, and write `my_{name}` here"
            );
            self.mistake(
                "foresend::history_outside_facts",
                &message,
                expr.span.clone(),
                "read here",
                help,
            );
            return Type::Broken;
        }
        let piece = match (name, args) {
            ("count", [event]) => self.count(event, None),
            ("count", [event, window]) => self.count(event, Some(window)),
            ("count", [_, filter, _]) => {
                self.not_yet_where(filter);
                None
            }
            ("sum", [event, property]) => self.sum(event, property, None),
            ("sum", [event, property, window]) => self.sum(event, property, Some(window)),
            ("days_since", [event]) => {
                self.event(event).map(|event| Piece::DaysSince(History { event, property: None }))
            }
            (_, _) => {
                let message = format!("`{name}()` does not take {} arguments", args.len());
                let help = format!("write `{usage}`");
                self.mistake(
                    "foresend::condition_type",
                    &message,
                    expr.span.clone(),
                    "called here",
                    help,
                );
                None
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

    /// `came('id')`: whether the wait further up ended by its event.
    fn came(&mut self, expr: &Expr, args: &[Expr]) -> Type {
        let [id] = args else {
            let help = "write `came('id')`, with the id of a step that waits".to_owned();
            let message = format!("`came()` does not take {} arguments", args.len());
            let code = "foresend::condition_type";
            self.mistake(code, &message, expr.span.clone(), "called here", help);
            return Type::Broken;
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
        self.leaf(Op::Came(number), Type::Truth)
    }

    fn count(&mut self, event: &Expr, window: Option<&Expr>) -> Option<Piece> {
        let window = match window {
            // `count('X', "total > 5")` has a filter, `count('X', '7 days')` a bad window.
            Some(Expr { kind: Kind::Text(text), .. })
                if words::duration(text).is_none()
                    && !text.trim_start().starts_with(|c: char| c.is_ascii_digit()) =>
            {
                self.not_yet_where(window?);
                None
            }
            Some(window) => Some(self.window(window)),
            None => Some(Some(None)),
        };
        let event = self.event(event);
        Some(Piece::Count(History { event: event?, property: None }, window??))
    }

    fn sum(&mut self, event: &Expr, property: &Expr, window: Option<&Expr>) -> Option<Piece> {
        let window = window.map_or(Some(None), |window| self.window(window));
        let event = self.event(event)?;
        let name = self.written(property, "the property, in quotes")?;
        let def = self.vocabulary().def(event);
        match def.property(&name) {
            Some((ix, PropertyType::Number)) => {
                Some(Piece::Sum(History { event, property: Some(ix) }, window?))
            }
            Some((_, PropertyType::Text | PropertyType::Date | PropertyType::Bool)) => {
                let message = format!("`{name}` of {} is not a number", def.name);
                let numbers = def.properties.iter().filter(|(_, t)| *t == PropertyType::Number);
                let help = read::there_are(
                    "its numbers",
                    numbers.map(|(name, _)| name.as_str()),
                    "it has no numbers; `count()` counts the events",
                );
                self.mistake(
                    "foresend::condition_type",
                    &message,
                    property.span.clone(),
                    "only numbers have a sum",
                    help,
                );
                None
            }
            None => {
                let message = format!("{} has no property `{name}`", def.name);
                let names = def.properties.iter().map(|(name, _)| name.as_str());
                let help = read::did_you_mean(&name, names.clone(), || {
                    read::there_are("it has", names, "it has none; declare it in [events]")
                });
                self.mistake(
                    "foresend::unknown_property",
                    &message,
                    property.span.clone(),
                    "named here",
                    help,
                );
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
            self.mistake(
                "foresend::unknown_event",
                &message,
                expr.span.clone(),
                "named here",
                help,
            );
        } else {
            self.quietly_broken();
        }
        None
    }

    #[expect(clippy::option_option, reason = "outer: told; inner: over all time")]
    fn window(&mut self, expr: &Expr) -> Option<Option<Wait>> {
        let text = self.written(expr, "the window, in quotes: `'30d'`")?;
        match words::duration(&text) {
            Some(window) if window > Wait::ZERO => Some(Some(window)),
            Some(_) => {
                self.mistake(
                    "foresend::bad_duration",
                    "a window cannot be no time at all",
                    expr.span.clone(),
                    "zero",
                    "leave the window out to read all time".to_owned(),
                );
                None
            }
            None => {
                let meant = words::duration_meant(&text);
                let help = meant.map_or_else(
                    || {
                        "write a whole number and one letter: m, h, d, w or y, such as `'30d'`"
                            .to_owned()
                    },
                    |meant| format!("write `'{meant}'`"),
                );
                let message = format!("`{text}` is not a duration");
                self.mistake(
                    "foresend::bad_duration",
                    &message,
                    expr.span.clone(),
                    "a window was expected",
                    help,
                );
                None
            }
        }
    }

    /// An argument that must be written out.
    fn written(&mut self, expr: &Expr, what: &str) -> Option<String> {
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

    fn not_yet_where(&mut self, filter: &Expr) {
        self.not_yet(
            "a filter in `count()`",
            filter.span.clone(),
            "count all events; a window is written `'30d'`",
        );
    }
}
