//! # `constant`
//!
//! A condition that is always true, or never, whatever a customer does: a slip of the pen, mostly.
//!
//! ```toml
//! buyer = "orders >= 0"        # a count is never below 0: everybody is a buyer
//! ```
//!
//! What is known without a customer: counts, days and carts are never negative. (An *unknown* fact makes a
//! condition unknown; that is not looked at here.) Meant so, in a journey? `allow = ["constant"]`.

use crate::condition::compile::Lowered;
use crate::diagnostic::Diagnostic;
use crate::sources::File;
use foresend_core::world::condition::{Op, Shown};

/// `None` also where it rests on a segment of which the same is told already.
pub(crate) fn find(file: File<'_>, what: &str, condition: &Lowered) -> Option<Diagnostic> {
    if condition.rests_on_constant {
        return None;
    }
    let always = verdict(&condition.ops())?;
    let (said, help) = if always {
        (
            "always true",
            "leave it out, or compare with another number: counts, days and carts are never below 0",
        )
    } else {
        ("never true", "compare with another number: counts, days and carts are never below 0")
    };
    Some(
        Diagnostic::warning("foresend::lint::constant", file.name, format!("{what} is {said}"))
            .at(condition.span.clone(), format!("{said}, whatever a customer does"))
            .help(help),
    )
}

/// What a part of a condition can come to: numbers within bounds, or truths.
#[derive(Clone, Copy, Debug)]
enum Range {
    Number { least: f64, most: f64 },
    Truth { can_hold: bool, can_fail: bool },
}

const ANY: Range = Range::Number { least: f64::NEG_INFINITY, most: f64::INFINITY };
const COUNT: Range = Range::Number { least: 0.0, most: f64::INFINITY };

/// Whether a condition always holds (true) or never (false); `None` if it depends.
fn verdict(ops: &[Op]) -> Option<bool> {
    let mut stack = Vec::new();
    for &op in ops {
        let result = run(op, &mut stack)?;
        stack.push(result);
    }
    match truth(stack.pop()?) {
        (true, false) => Some(true),
        (false, true) => Some(false),
        (_, _) => None,
    }
}

/// What an op can come to; `None` if its operands are not there, which cannot be.
fn run(op: Op, stack: &mut Vec<Range>) -> Option<Range> {
    Some(match op {
        Op::Number(number) => bounds(number, number),
        Op::Truth(truth) => truths(truth, !truth),
        Op::Came(_) | Op::Has(_) | Op::Text(..) | Op::SameText(..) => truths(true, true),
        Op::CartItems | Op::CartValue | Op::Count(..) | Op::DaysSince(_) => COUNT,
        Op::Distinct(..) | Op::FirstSeenDays | Op::Size(_) => COUNT,
        // What is read may also be a yes-or-no: a number without bounds says as little.
        Op::Sum(..) | Op::Last(_) | Op::EventTime | Op::Read(_) => ANY,
        Op::Shows(shown) => {
            stack.pop()?;
            shows(shown)
        }
        Op::Negate => {
            let (least, most) = number(stack.pop()?);
            bounds(-most, -least)
        }
        Op::Not => {
            let (can_hold, can_fail) = truth(stack.pop()?);
            truths(can_fail, can_hold)
        }
        Op::Choose => {
            let (that, this, when) = (stack.pop()?, stack.pop()?, truth(stack.pop()?));
            either(when, this, that)
        }
        Op::Add => {
            let (a, b) = numbers(stack)?;
            bounds(a.0 + b.0, a.1 + b.1)
        }
        Op::Subtract => {
            let (a, b) = numbers(stack)?;
            bounds(a.0 - b.1, a.1 - b.0)
        }
        Op::Multiply => {
            let (a, b) = numbers(stack)?;
            product(a, b)
        }
        Op::Divide => {
            numbers(stack)?;
            ANY
        }
        Op::Less => {
            let (a, b) = numbers(stack)?;
            truths(a.0 < b.1, a.1 >= b.0)
        }
        Op::LessOrEqual => {
            let (a, b) = numbers(stack)?;
            truths(a.0 <= b.1, a.1 > b.0)
        }
        Op::Greater => {
            let (a, b) = numbers(stack)?;
            truths(a.1 > b.0, a.0 <= b.1)
        }
        Op::GreaterOrEqual => {
            let (a, b) = numbers(stack)?;
            truths(a.1 >= b.0, a.0 < b.1)
        }
        Op::Equal => {
            let (equal, differ) = equality(stack.pop()?, stack.pop()?);
            truths(equal, differ)
        }
        Op::NotEqual => {
            let (equal, differ) = equality(stack.pop()?, stack.pop()?);
            truths(differ, equal)
        }
        Op::And => {
            let (b, a) = (truth(stack.pop()?), truth(stack.pop()?));
            truths(a.0 && b.0, a.1 || b.1)
        }
        Op::Or => {
            let (b, a) = (truth(stack.pop()?), truth(stack.pop()?));
            truths(a.0 || b.0, a.1 && b.1)
        }
    })
}

/// What a clock or calendar can show.
const fn shows(shown: Shown) -> Range {
    let (least, most) = match shown {
        Shown::Year => return ANY,
        Shown::Month => (0.0, 11.0),
        Shown::Date => (1.0, 31.0),
        Shown::DayOfMonth => (0.0, 30.0),
        Shown::DayOfWeek => (0.0, 6.0),
        Shown::DayOfYear => (0.0, 365.0),
        Shown::Hours => (0.0, 23.0),
        Shown::Minutes => (0.0, 59.0),
    };
    Range::Number { least, most }
}

/// Bounds that are no numbers (∞ − ∞, 0 × ∞) say nothing.
fn bounds(least: f64, most: f64) -> Range {
    if least.is_nan() || most.is_nan() { ANY } else { Range::Number { least, most } }
}

const fn truths(can_hold: bool, can_fail: bool) -> Range {
    Range::Truth { can_hold, can_fail }
}

const fn number(range: Range) -> (f64, f64) {
    match range {
        Range::Number { least, most } => (least, most),
        Range::Truth { .. } => (f64::NEG_INFINITY, f64::INFINITY),
    }
}

/// The bounds of two numbers, in the order in which they were written.
fn numbers(stack: &mut Vec<Range>) -> Option<((f64, f64), (f64, f64))> {
    let (b, a) = (number(stack.pop()?), number(stack.pop()?));
    Some((a, b))
}

const fn truth(range: Range) -> (bool, bool) {
    match range {
        Range::Truth { can_hold, can_fail } => (can_hold, can_fail),
        Range::Number { .. } => (true, true),
    }
}

fn either(when: (bool, bool), this: Range, that: Range) -> Range {
    match (when, this, that) {
        ((true, false), this, _) => this,
        ((false, true), _, that) => that,
        (_, Range::Number { .. }, _) => {
            let ((a, b), (c, d)) = (number(this), number(that));
            bounds(a.min(c), b.max(d))
        }
        (_, Range::Truth { .. }, _) => {
            let ((a, b), (c, d)) = (truth(this), truth(that));
            truths(a || c, b || d)
        }
    }
}

fn product(a: (f64, f64), b: (f64, f64)) -> Range {
    let corners = [a.0 * b.0, a.0 * b.1, a.1 * b.0, a.1 * b.1];
    if corners.iter().any(|corner| corner.is_nan()) {
        return ANY;
    }
    let least = corners.iter().copied().fold(f64::INFINITY, f64::min);
    bounds(least, corners.iter().copied().fold(f64::NEG_INFINITY, f64::max))
}

/// Whether two values can be equal, and whether they can differ.
#[expect(clippy::float_cmp, reason = "bounds are equal only if they are the same number")]
fn equality(a: Range, b: Range) -> (bool, bool) {
    match (a, b) {
        (Range::Number { .. }, Range::Number { .. }) => {
            let ((a, b), (c, d)) = (number(a), number(b));
            (a <= d && c <= b, !(a == b && b == c && c == d))
        }
        (Range::Number { .. } | Range::Truth { .. }, _) => {
            let (a, b) = (truth(a), truth(b));
            (a.0 && b.0 || a.1 && b.1, a.0 && b.1 || a.1 && b.0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::condition::compile::{self, Purpose, Scope};
    use crate::condition::definitions::Definitions;
    use crate::diagnostic::Mistakes;
    use crate::event::Vocabulary;
    use crate::text::spelled::Spelled;

    #[track_caller]
    fn check(text: &str, expected: Option<bool>) {
        let written = format!("'{text}'");
        let file = File { name: "x", text: &written };
        let spelled = Spelled::new(&written, 0..written.len(), text);
        let (definitions, vocabulary) = (Definitions::default(), Vocabulary::builtin());
        let scope = Scope {
            definitions: &definitions,
            vocabulary: &vocabulary,
            own: None,
            waits: &[],
            traits: &[],
            columns: &[],
            starts: None,
        };
        let mut told = Mistakes::default();
        let tree = compile::tree(file, &spelled, &mut told).unwrap();
        let lowered =
            compile::lower(file, &spelled, &tree, Purpose::Condition, scope, &mut told).unwrap();
        assert_eq!(verdict(&lowered.ops()), expected, "{text}");
    }

    #[test]
    fn what_no_cart_can_make_otherwise_is_constant() {
        check("cart.items >= 0", Some(true));
        check("cart.items > -1 && cart.value >= 0", Some(true));
        check("cart.items < 0", Some(false));
        check("cart.items > 0", None);
        check("cart.items + cart.value < 0", Some(false));
        check("cart.items - cart.value < 0", None);
        check("2 * 3 == 6", Some(true));
        check("1 == 2 || cart.items > 0", None);
        check("true || cart.items > 0", Some(true));
        check("!(cart.items < 0) ? cart.items > 1 : true", None);
        check("cart.items < 0 ? cart.items > 1 : true", Some(true));
        check("(cart.items > 0) == (cart.items > 0)", None);
        check("cart.items / cart.value >= 0", None);
    }
}
