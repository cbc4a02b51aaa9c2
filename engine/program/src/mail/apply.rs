//! Filters and questions as they stand in a mail: whether there is one by that name, and whether it can be given
//! what it is given.

use super::expression::{Part, Walk, either, or_default, part};
use super::filter::{Argument, FILTERS, Filter, Gives, QUESTIONS, Takes};
use super::shape::{extent, number};
use super::template::range;
use super::value::Type;
use crate::diagnostic::Diagnostic;
use crate::text::read;
use minijinja::machinery::ast::{self, CallArg, Expr};
use std::ops::Range;

impl Walk<'_, '_, '_> {
    pub(super) fn filter(&mut self, expr: &Expr<'_>, used: &ast::Filter<'_>) -> Part {
        let name = used.name;
        let at = range(expr.span()).start;
        let place = at..at + name.len();
        let Some(filter) = FILTERS.iter().find(|filter| filter.name == name) else {
            let names = || FILTERS.iter().map(|filter| filter.name);
            let help = read::did_you_mean(name, names(), || {
                read::there_are("there are", names(), "there are none")
            });
            self.unknown_filter(&format!("there is no filter `{name}`"), &place, help);
            used.expr.iter().for_each(|of| self.asked(of));
            return part(Type::Any);
        };
        let given = match &used.expr {
            Some(of) if filter.takes == Takes::Missing => self.part(of),
            Some(of) => part(self.present(of)),
            None => part(Type::Any), // only a statement has it, and that is refused
        };
        let first = self.arguments(filter, &place, &used.args);
        if let Some(of) = &used.expr
            && !filter.takes.fits(given.found)
        {
            let message = format!(
                "`{name}` takes {}, and this is {}",
                filter.takes.noun(),
                given.found.noun()
            );
            self.wrong_type(&message, &extent(of), given.found.noun(), "leave the filter out");
            return part(Type::Any);
        }
        match filter.gives {
            Gives::Default => either(Part { missing: None, ..given }, part(first)),
            Gives::Text => part(Type::Text),
            Gives::Number => part(Type::Number),
            Gives::Texts => part(Type::Texts),
            Gives::One => {
                let span = extent(expr);
                let found = match given.found {
                    Type::Text | Type::Texts => Type::Text,
                    Type::Any => Type::Any,
                    Type::List | Type::Mixed | Type::Number | Type::Date | Type::Truth => {
                        Type::Mixed
                    }
                };
                let help = or_default(self.source.slice(&span), found);
                Part { found, missing: Some(self.missing(span, help)) }
            }
        }
    }

    /// What stands in a filter's brackets; what the first of it is.
    fn arguments(&mut self, filter: &Filter, place: &Range<usize>, args: &[CallArg<'_>]) -> Type {
        let (least, most, takes) = filter.arguments;
        let fits = (least..=most).contains(&args.len());
        let mut first = None;
        for arg in args {
            let takes = if fits { takes } else { Argument::Anything };
            let found = self.argument(arg, takes, filter.example);
            first.get_or_insert(found);
        }
        if !fits {
            let message = format!("`{}` takes {} in its brackets", filter.name, count(least, most));
            self.unknown_filter(&message, place, format!("write it like `{}`", filter.example));
        }
        first.unwrap_or(Type::Any)
    }

    fn argument(&mut self, arg: &CallArg<'_>, takes: Argument, example: &str) -> Type {
        let expr = match arg {
            CallArg::Pos(expr) => expr,
            CallArg::Kwarg(_, expr) | CallArg::PosSplat(expr) | CallArg::KwargSplat(expr) => {
                self.not_yet("an argument by name", expr, &format!("write it like `{example}`"));
                return Type::Any;
            }
        };
        let found = self.present(expr);
        let (fits, noun) = match takes {
            Argument::Anything => (true, "anything"),
            Argument::Text => (Takes::Text.fits(found), "text"),
            Argument::Digits => (number(expr).is_some_and(|digits| digits <= 4), "0 to 4"),
            Argument::Divisor => {
                (number(expr).is_some_and(|divisor| divisor > 0), "a whole number above 0")
            }
        };
        if !fits {
            let help = format!("write it like `{example}`");
            self.wrong_type(
                &format!("{noun} was expected here"),
                &extent(expr),
                found.noun(),
                &help,
            );
        }
        found
    }

    /// `is defined`
    pub(super) fn question(&mut self, expr: &Expr<'_>, asked: &ast::Test<'_>) -> Part {
        let (name, of) = (asked.name, &asked.expr);
        let at = range(expr.span()).start;
        let place = at..at + name.len();
        let names = || QUESTIONS.iter().map(|(name, _, _)| *name);
        let Some(&(_, takes, argument)) = QUESTIONS.iter().find(|(other, _, _)| *other == name)
        else {
            let help = read::did_you_mean(name, names(), || {
                read::there_are("there are", names(), "there are none")
            });
            self.unknown_filter(&format!("`is {name}` asks nothing"), &place, help);
            self.asked(of);
            return part(Type::Truth);
        };
        let found = if takes == Takes::Missing { self.part(of).found } else { self.present(of) };
        if !takes.fits(found) {
            let message =
                format!("`is {name}` asks of {}, and this is {}", takes.noun(), found.noun());
            let help = "ask something else of it, or compare it";
            self.wrong_type(&message, &extent(of), found.noun(), help);
        }
        let example =
            if takes == Takes::Number { "is divisibleby(2)" } else { "is startingwith('a')" };
        for arg in &asked.args {
            self.argument(arg, argument.unwrap_or(Argument::Anything), example);
        }
        let expected = usize::from(argument.is_some());
        if asked.args.len() != expected {
            let message = format!("`is {name}` takes {} behind it", count(expected, expected));
            let help = match argument {
                Some(_) => format!("write it like `{example}`"),
                None => format!("write `is {name}` alone"),
            };
            self.unknown_filter(&message, &place, help);
        }
        part(Type::Truth)
    }

    fn unknown_filter(&mut self, message: &str, place: &Range<usize>, help: String) {
        self.told.tell(
            Diagnostic::error("foresend::unknown_filter", self.source.file.name, message)
                .at(self.source.at(place), "named here")
                .help(help),
        );
    }
}

/// "one value", "0 to 2 values"
fn count(least: usize, most: usize) -> String {
    match (least, most) {
        (0, 0) => "nothing".to_owned(),
        (1, 1) => "one value".to_owned(),
        (least, most) if least == most => format!("{least} values"),
        (least, most) => format!("{least} to {most} values"),
    }
}
