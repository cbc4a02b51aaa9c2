//! `assume`: what a scenario takes for granted of a variant, since synthetic people read no words. Nothing unless it is
//! said, and printed above every result.

use crate::compile::Compiled;
use crate::diagnostic::{Diagnostic, Mistakes};
use crate::text::read::{self, Reader};
use crate::text::tree::{At, Table, Value};
use foresend_core::world::experiment::Experiment;
use std::ops::Range;

/// What is assumed of one variant.
#[derive(Clone, PartialEq, Debug)]
pub struct Assume {
    /// The experiment, by its file's name.
    pub experiment: String,
    /// The factor, `subject`.
    pub factor: String,
    /// The variant.
    pub variant: String,
    /// What is assumed of people.
    pub of: Assumed,
    /// By how much that changes, in percent of what it is: 5 of `+5%`.
    pub percent: f64,
    /// As its author wrote it: `opens +5%`.
    pub text: String,
    key_place: Range<usize>,
}

/// What may be assumed of people.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Assumed {
    /// How many open a mail.
    Opens,
    /// How many of those who open it follow a link.
    Clicks,
}

/// An assumption that more than this is lost, or gained, is taken for a slip.
const LEAST: f64 = -90.0;
const MOST: f64 = 100.0;

const EXAMPLE: &str = r#"write it like `"cart-first-look.subject.named" = "opens +5%"`"#;

pub(super) fn read(reader: &Reader<'_>, told: &mut Mistakes) -> Vec<Assume> {
    let Some(value) = reader.get("assume") else { return Vec::new() };
    let Value::Table(table) = &value.value else {
        reader.wrong_type("assume", value, told);
        return Vec::new();
    };
    let mut all = Vec::new();
    flatten(reader.file.name, "", table, &mut all, told);
    all
}

/// Dots in a key may stand in quotes or not, as in `compare`.
fn flatten(file: &str, before: &str, table: &Table, all: &mut Vec<Assume>, told: &mut Mistakes) {
    for (key, value) in &table.entries {
        let address = format!("{before}{}", key.value);
        match &value.value {
            Value::Table(more) => flatten(file, &format!("{address}."), more, all, told),
            Value::List(items) => {
                for item in items {
                    one(file, (&address, &key.span), item, all, told);
                }
            }
            Value::Text(_) | Value::Integer(_) | Value::Float | Value::Bool(_) | Value::Date(_) => {
                one(file, (&address, &key.span), value, all, told);
            }
        }
    }
}

fn one(
    file: &str,
    (address, key_place): (&str, &Range<usize>),
    value: &At<Value>,
    all: &mut Vec<Assume>,
    told: &mut Mistakes,
) {
    let mut wrong = |message: String, place: &Range<usize>, help: &str| {
        told.tell(
            Diagnostic::error("foresend::bad_assumption", file, message)
                .at(place.clone(), "assumed here")
                .help(help),
        );
    };
    let parts: Vec<&str> = address.split('.').collect();
    let &[experiment, factor, variant] = &*parts else {
        return wrong(format!("`{address}` names no variant of an experiment"), key_place, EXAMPLE);
    };
    let text = match &value.value {
        Value::Text(text) => text.trim(),
        Value::Integer(_) | Value::Float | Value::Bool(_) => "",
        Value::Date(_) | Value::List(_) | Value::Table(_) => "",
    };
    let (name, number) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let of = match name {
        "opens" => Assumed::Opens,
        "clicks" => Assumed::Clicks,
        _ => {
            let message = "of people opens and clicks may be assumed, and nothing else".to_owned();
            return wrong(message, &value.span, EXAMPLE);
        }
    };
    let Some(percent) = percent(number) else {
        let help = "write a sign, a number and `%`: `opens +5%`, `clicks -10%`";
        return wrong(format!("`{number}` is no change of {name}"), &value.span, help);
    };
    if !(LEAST..=MOST).contains(&percent) {
        let help = "a change is relative: `+5%` makes 42 % of 40 %; from -90% to +100%";
        return wrong(format!("`{number}` is beyond what words do"), &value.span, help);
    }
    let assume = Assume {
        experiment: experiment.to_owned(),
        factor: factor.to_owned(),
        variant: variant.to_owned(),
        of,
        percent,
        text: text.to_owned(),
        key_place: key_place.clone(),
    };
    if all.iter().any(|other| other.address() == assume.address() && other.of == of) {
        let help = "leave one of them out";
        return wrong(format!("{name} of `{address}` are assumed twice"), &value.span, help);
    }
    all.push(assume);
}

/// `+5%`, `-10%`, `+2.5 %`: with its sign.
fn percent(text: &str) -> Option<f64> {
    let text = text.trim().replace('−', "-");
    let number = text.strip_suffix('%')?.trim_end();
    let digits = number.strip_prefix(['+', '-'])?;
    let is_plain = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let number = number.parse::<f64>().ok().filter(|_| is_plain)?;
    number.is_finite().then_some(number)
}

impl Assume {
    /// `cart-first-look.subject.named`
    #[must_use]
    pub fn address(&self) -> String {
        format!("{}.{}.{}", self.experiment, self.factor, self.variant)
    }

    /// By what a rate is multiplied: 1.05 of `+5%`.
    #[must_use]
    pub fn factor_of_rate(&self) -> f64 {
        1.0 + self.percent / 100.0
    }

    /// Why `compiled` has no such variant; `None`: it has.
    pub(super) fn check(&self, file: &str, compiled: &Compiled) -> Option<Diagnostic> {
        let wrong = |message: String, help: String| {
            let told = Diagnostic::error("foresend::bad_assumption", file, message);
            Some(told.at(self.key_place.clone(), "assumed of this").help(help))
        };
        let Self { experiment: name, factor, variant, .. } = self;
        let of = |known: &&Experiment| known.name == *name;
        let Some(experiment) = compiled.program.experiments.iter().find(of) else {
            if compiled.experiment_names.contains(name) {
                return wrong(
                    format!("the journey that `{name}` tests is not rehearsed"),
                    "name the journey in `only`, or leave this out".to_owned(),
                );
            }
            let names = || compiled.experiment_names.iter().map(String::as_str);
            let help = read::did_you_mean(name, names(), || {
                read::there_are("there are", names(), "there are no experiments in experiments/")
            });
            return wrong(format!("there is no experiment `{name}`"), help);
        };
        let Some(found) = experiment.factors.iter().find(|known| known.name == *factor) else {
            let names = || experiment.factors.iter().map(|factor| factor.name.as_str());
            let help = read::did_you_mean(factor, names(), || {
                read::there_are("what varies", names(), "nothing varies")
            });
            return wrong(format!("`{factor}` does not vary in {name}"), help);
        };
        if !found.variants.contains(variant) {
            let names = || found.variants.iter().map(String::as_str);
            let help = read::did_you_mean(variant, names(), || {
                read::there_are("its variants", names(), "it has none")
            });
            return wrong(format!("`{variant}` is no variant of {factor} in {name}"), help);
        }
        None
    }
}
