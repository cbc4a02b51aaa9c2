//! An expression as it was drawn: how it is written, for us and for CEL, and what it comes to by plain reckoning in
//! three values. Nothing here is shared with the compiler.

use super::customer::{Customer, DAY_MS, Known, NAMES, PARTS, ROOTS, shown};
use foresend_core::time::Timestamp;
use foresend_core::world::condition::Shown;

/// For whom an expression is written. CEL's clocks and sizes come to ints, which it mixes with no doubles.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum For {
    Us,
    Cel,
}

#[derive(Clone, Debug)]
pub(super) enum Number {
    Literal(f64),
    Fact(usize),
    CartItems,
    CartValue,
    /// The number of a root.
    Of(usize),
    Size(Box<Text>),
    Shows(&'static str, Shown, Box<Instant>),
    Negate(Box<Self>),
    Arithmetic(&'static str, Box<Self>, Box<Self>),
    Choose(Box<Logic>, Box<Self>, Box<Self>),
}

#[derive(Clone, Debug)]
pub(super) enum Text {
    Written(&'static str),
    /// The text of a root.
    Of(usize),
}

#[derive(Clone, Debug)]
pub(super) enum Instant {
    EventTime,
    /// The date of a root.
    Of(usize),
    Moved(&'static str, Box<Self>, Box<Span>),
}

#[derive(Clone, Debug)]
pub(super) enum Span {
    /// `days`, `hours`
    Units(&'static str, Box<Number>),
    Between(Box<Instant>, Box<Instant>),
    Together(&'static str, Box<Self>, Box<Self>),
    /// CEL has no such reckoning.
    Scaled(&'static str, Box<Self>, Box<Number>),
}

#[derive(Clone, Debug)]
pub(super) enum Logic {
    Literal(bool),
    /// The truth of a root.
    Of(usize),
    /// Whether a root has one of its parts.
    Has(usize, usize),
    Compare(&'static str, Box<Number>, Box<Number>),
    CompareInstants(&'static str, Box<Instant>, Box<Instant>),
    CompareSpans(&'static str, Box<Span>, Box<Span>),
    SameText(&'static str, Text, Text),
    Related(&'static str, Text, &'static str),
    AmongTexts(Text, Vec<&'static str>),
    AmongNumbers(Box<Number>, Vec<f64>),
    Same(&'static str, Box<Self>, Box<Self>),
    Not(Box<Self>),
    Join(&'static str, Box<Self>, Box<Self>),
    Choose(Box<Self>, Box<Self>, Box<Self>),
}

fn part(root: usize, part: usize) -> String {
    format!("{}.{}", ROOTS[root], PARTS[root][part])
}

fn int(written: String, whom: For) -> String {
    match whom {
        For::Us => written,
        For::Cel => format!("double({written})"),
    }
}

/// A number that is none, ∞ − ∞ or 0 ÷ 0, is one that nobody knows.
fn known(number: f64) -> Option<f64> {
    (!number.is_nan()).then_some(number)
}

fn compare(op: &str, a: f64, b: f64) -> bool {
    #[expect(clippy::float_cmp, reason = "`==` of the language is exact")]
    match op {
        "<" => a < b,
        "<=" => a <= b,
        ">" => a > b,
        ">=" => a >= b,
        "==" => a == b,
        _ => a != b,
    }
}

impl Number {
    /// Written with a point, so that CEL reads doubles: its ints divide as integers, ours do not.
    pub(super) fn text(&self, whom: For) -> String {
        match self {
            Self::Literal(number) => format!("{number:?}"),
            Self::Fact(at) => NAMES[*at].to_owned(),
            Self::CartItems => "cart.items".to_owned(),
            Self::CartValue => "cart.value".to_owned(),
            Self::Of(root) => part(*root, 0),
            Self::Size(a) => int(format!("{}.size()", a.text()), whom),
            Self::Shows(name, _, at) => int(format!("({}).{name}()", at.text(whom)), whom),
            Self::Negate(a) => format!("-({})", a.text(whom)),
            Self::Arithmetic(op, a, b) => format!("({} {op} {})", a.text(whom), b.text(whom)),
            Self::Choose(c, a, b) => {
                format!("({} ? {} : {})", c.text(whom), a.text(whom), b.text(whom))
            }
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "texts are short")]
    pub(super) fn value(&self, of: &Customer) -> Option<f64> {
        match self {
            Self::Literal(number) => Some(*number),
            Self::Fact(at) => match of.facts[*at] {
                Known::Number(number) => Some(number),
                Known::Never => Some(f64::INFINITY),
                Known::Unknown => None,
            },
            Self::CartItems => Some(of.cart.0),
            Self::CartValue => Some(of.cart.1),
            Self::Of(root) => of.values[*root].number,
            Self::Size(a) => Some(a.value(of)?.chars().count() as f64),
            Self::Shows(_, asked, at) => Some(shown(*asked, at.timestamp(of)?)),
            Self::Negate(a) => Some(-a.value(of)?),
            Self::Arithmetic(op, a, b) => {
                let (a, b) = (a.value(of)?, b.value(of)?);
                known(match *op {
                    "+" => a + b,
                    "-" => a - b,
                    "*" => a * b,
                    _ => a / b,
                })
            }
            Self::Choose(c, a, b) => match c.value(of)? {
                true => a.value(of),
                false => b.value(of),
            },
        }
    }

    /// Whether CEL comes to the same: every part, taken or not, is known.
    fn is_cels(&self, of: &Customer) -> bool {
        let parts = match self {
            Self::Literal(_) | Self::Fact(_) | Self::CartItems | Self::CartValue => true,
            Self::Of(_) | Self::Size(_) => true,
            Self::Shows(_, _, at) => at.is_cels(of),
            Self::Negate(a) => a.is_cels(of),
            Self::Arithmetic(_, a, b) => a.is_cels(of) && b.is_cels(of),
            Self::Choose(c, a, b) => c.is_cels(of) && a.is_cels(of) && b.is_cels(of),
        };
        parts && self.value(of).is_some()
    }
}

impl Text {
    fn text(&self) -> String {
        match self {
            Self::Written(text) => format!("'{text}'"),
            Self::Of(root) => part(*root, 1),
        }
    }

    fn value<'a>(&self, of: &'a Customer) -> Option<&'a str> {
        match self {
            Self::Written(text) => Some(text),
            Self::Of(root) => of.values[*root].text.as_deref(),
        }
    }
}

impl Instant {
    fn text(&self, whom: For) -> String {
        match self {
            Self::EventTime => "event.time".to_owned(),
            Self::Of(root) => part(*root, 2),
            Self::Moved(op, a, b) => format!("({} {op} {})", a.text(whom), b.text(whom)),
        }
    }

    /// In milliseconds.
    #[expect(clippy::cast_precision_loss, reason = "the present is exact")]
    pub(super) fn value(&self, of: &Customer) -> Option<f64> {
        match self {
            Self::EventTime => Some(of.time.millis() as f64),
            Self::Of(root) => Some((i64::from(of.values[*root].date?) * DAY_MS) as f64),
            Self::Moved("+", a, b) => known(a.value(of)? + b.value(of)?),
            Self::Moved(_, a, b) => known(a.value(of)? - b.value(of)?),
        }
    }

    /// `None` also where the calendar of this test does not reach.
    #[expect(clippy::cast_possible_truncation, reason = "a cast of a float saturates")]
    fn timestamp(&self, of: &Customer) -> Option<Timestamp> {
        let ms = self.value(of)? as i64;
        jiff::Timestamp::from_millisecond(ms).ok().map(|_| Timestamp::from_millis(ms))
    }

    /// Also: it is of years with four digits.
    fn is_cels(&self, of: &Customer) -> bool {
        let parts = match self {
            Self::EventTime | Self::Of(_) => true,
            Self::Moved(_, a, b) => a.is_cels(of) && b.is_cels(of),
        };
        let is_near = |ms: f64| (-62e12..253e12).contains(&ms);
        parts && self.value(of).is_some_and(is_near)
    }
}

impl Span {
    fn text(&self, whom: For) -> String {
        match self {
            Self::Units(unit, n) => format!("{unit}({})", n.text(whom)),
            Self::Between(a, b) => format!("({} - {})", a.text(whom), b.text(whom)),
            Self::Together(op, a, b) => format!("({} {op} {})", a.text(whom), b.text(whom)),
            Self::Scaled(op, a, b) => format!("({} {op} {})", a.text(whom), b.text(whom)),
        }
    }

    /// In milliseconds.
    fn value(&self, of: &Customer) -> Option<f64> {
        match self {
            Self::Units("days", n) => known(n.value(of)? * 86_400_000.0),
            Self::Units(_, n) => known(n.value(of)? * 3_600_000.0),
            Self::Between(a, b) => known(a.value(of)? - b.value(of)?),
            Self::Together("+", a, b) => known(a.value(of)? + b.value(of)?),
            Self::Together(_, a, b) => known(a.value(of)? - b.value(of)?),
            Self::Scaled("*", a, b) => known(a.value(of)? * b.value(of)?),
            Self::Scaled(_, a, b) => known(a.value(of)? / b.value(of)?),
        }
    }

    /// Also: it is of whole milliseconds, and few enough.
    fn is_cels(&self, of: &Customer) -> bool {
        let parts = match self {
            Self::Units(_, n) => n.is_cels(of),
            Self::Between(a, b) => a.is_cels(of) && b.is_cels(of),
            Self::Together(_, a, b) => a.is_cels(of) && b.is_cels(of),
            Self::Scaled(..) => false,
        };
        #[expect(clippy::float_cmp, reason = "whole or not")]
        let is_whole = |ms: f64| ms.trunc() == ms && ms.abs() < 1e14;
        parts && self.value(of).is_some_and(is_whole)
    }
}

impl Logic {
    pub(super) fn text(&self, whom: For) -> String {
        let quoted = |texts: &[&str]| {
            texts.iter().map(|text| format!("'{text}'")).collect::<Vec<_>>().join(", ")
        };
        match self {
            Self::Literal(truth) => truth.to_string(),
            Self::Of(root) => part(*root, 3),
            Self::Has(root, at) => format!("has({})", part(*root, *at)),
            Self::Compare(op, a, b) => format!("({} {op} {})", a.text(whom), b.text(whom)),
            Self::CompareInstants(op, a, b) => format!("({} {op} {})", a.text(whom), b.text(whom)),
            Self::CompareSpans(op, a, b) => format!("({} {op} {})", a.text(whom), b.text(whom)),
            Self::SameText(op, a, b) => format!("({} {op} {})", a.text(), b.text()),
            Self::Related(name, a, written) => format!("{}.{name}('{written}')", a.text()),
            Self::AmongTexts(a, list) => format!("({} in [{}])", a.text(), quoted(list)),
            Self::AmongNumbers(a, list) => format!("({} in {list:?})", a.text(whom)),
            Self::Same(op, a, b) | Self::Join(op, a, b) => {
                format!("({} {op} {})", a.text(whom), b.text(whom))
            }
            Self::Not(a) => format!("!({})", a.text(whom)),
            Self::Choose(c, a, b) => {
                format!("({} ? {} : {})", c.text(whom), a.text(whom), b.text(whom))
            }
        }
    }

    pub(super) fn value(&self, of: &Customer) -> Option<bool> {
        match self {
            Self::Literal(truth) => Some(*truth),
            Self::Of(root) => of.values[*root].truth,
            Self::Has(root, at) => {
                let values = &of.values[*root];
                Some(match at {
                    0 => values.number.is_some(),
                    1 => values.text.is_some(),
                    2 => values.date.is_some(),
                    _ => values.truth.is_some(),
                })
            }
            Self::Compare(op, a, b) => Some(compare(op, a.value(of)?, b.value(of)?)),
            Self::CompareInstants(op, a, b) => Some(compare(op, a.value(of)?, b.value(of)?)),
            Self::CompareSpans(op, a, b) => Some(compare(op, a.value(of)?, b.value(of)?)),
            Self::SameText(op, a, b) => Some((a.value(of)? == b.value(of)?) == (*op == "==")),
            Self::Related("startsWith", a, written) => Some(a.value(of)?.starts_with(written)),
            Self::Related("endsWith", a, written) => Some(a.value(of)?.ends_with(written)),
            Self::Related(_, a, written) => Some(a.value(of)?.contains(written)),
            Self::AmongTexts(a, list) => Some(list.contains(&a.value(of)?)),
            Self::AmongNumbers(a, list) => {
                let a = a.value(of)?;
                Some(list.contains(&a))
            }
            Self::Same(op, a, b) => Some((a.value(of)? == b.value(of)?) == (*op == "==")),
            Self::Not(a) => Some(!a.value(of)?),
            Self::Join("&&", a, b) => match (a.value(of), b.value(of)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (a, b) => Some(a? && b?),
            },
            Self::Join(_, a, b) => match (a.value(of), b.value(of)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (a, b) => Some(a? || b?),
            },
            Self::Choose(c, a, b) => match c.value(of)? {
                true => a.value(of),
                false => b.value(of),
            },
        }
    }

    /// Whether CEL comes to the same: every part, taken or not, is known and is no reckoning that it has not.
    pub(super) fn is_cels(&self, of: &Customer) -> bool {
        match self {
            Self::Literal(_) | Self::Has(..) => true,
            Self::Of(_) | Self::SameText(..) | Self::Related(..) | Self::AmongTexts(..) => {
                self.value(of).is_some()
            }
            Self::Compare(_, a, b) => a.is_cels(of) && b.is_cels(of),
            Self::CompareInstants(_, a, b) => a.is_cels(of) && b.is_cels(of),
            Self::CompareSpans(_, a, b) => a.is_cels(of) && b.is_cels(of),
            Self::AmongNumbers(a, _) => a.is_cels(of),
            Self::Same(_, a, b) | Self::Join(_, a, b) => a.is_cels(of) && b.is_cels(of),
            Self::Not(a) => a.is_cels(of),
            Self::Choose(c, a, b) => [c, a, b].iter().all(|part| part.is_cels(of)),
        }
    }
}
