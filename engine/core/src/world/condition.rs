//! Conditions as the core reads them: flat ops over a small stack, at most 64 of them. Three-valued: an unknown
//! number is NaN and an unknown truth is neither 0 nor 1, so that unknown passes through arithmetic by itself.
//! Invariant: no text, no allocation, no transcendental functions: equal on every host.

use super::stream::StreamIx;
use crate::time::{Timestamp, Wait};

/// Most ops a condition may have after facts and segments are written out.
pub const OPS_MAX: usize = 64;
/// Deepest stack a condition may need.
pub const DEPTH_MAX: usize = 16;

/// One step of a condition: takes its operands from the stack and leaves its result there.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Op {
    /// A number.
    Number(f64),
    /// A truth.
    Truth(bool),
    /// How many events of a stream, over `window` or ever.
    Count(StreamIx, Option<Wait>),
    /// The sum of a stream's property, over `window` or ever.
    Sum(StreamIx, Option<Wait>),
    /// Days since the stream's last event; later than any number if there was none.
    DaysSince(StreamIx),
    /// Whether the journey's wait with this number ended by its event.
    Came(u8),
    /// Pieces in the cart.
    CartItems,
    /// What they cost together.
    CartValue,
    /// −a
    Negate,
    /// a + b
    Add,
    /// a − b
    Subtract,
    /// a × b
    Multiply,
    /// a ÷ b; ÷ 0 as in IEEE 754.
    Divide,
    /// a < b
    Less,
    /// a ≤ b
    LessOrEqual,
    /// a > b
    Greater,
    /// a ≥ b
    GreaterOrEqual,
    /// a = b, of two numbers or two truths
    Equal,
    /// a ≠ b, of two numbers or two truths
    NotEqual,
    /// Not a
    Not,
    /// a and b: false if either is false
    And,
    /// a or b: true if either is true
    Or,
    /// a ? b : c
    Choose,
}

/// What a condition came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Truth {
    /// It holds.
    True,
    /// It does not.
    False,
    /// It rests on something we do not hold.
    Unknown,
}

/// A compiled condition. Leaves one truth.
#[derive(Clone, PartialEq, Debug)]
pub struct Condition {
    ops: Box<[Op]>,
    /// As its author wrote it.
    text: String,
}

/// Why ops are no condition; the compiler of conditions turns each into words for an author.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BadOps {
    /// More than [`OPS_MAX`].
    TooMany,
    /// Needs a stack deeper than [`DEPTH_MAX`].
    TooDeep,
    /// Takes operands that are not there, or leaves other than one result.
    Unbalanced,
}

/// What ops read: one customer at one instant.
pub trait Facts {
    /// Events of `stream` in `(at − window, at]`, or ever. `None`: unknown.
    fn count(&self, stream: StreamIx, window: Option<Wait>) -> Option<f64>;
    /// The sum of the stream's property in the same window. `None`: unknown.
    fn sum(&self, stream: StreamIx, window: Option<Wait>) -> Option<f64>;
    /// Own time of the stream's last event; `Some(Timestamp::ALWAYS)` if there certainly was none. `None`: unknown.
    fn last(&self, stream: StreamIx) -> Option<Timestamp>;
    /// Whether the enrolment's wait with this number ended by its event. `false` outside an enrolment.
    fn came(&self, number: u8) -> bool;
    /// Pieces and value of the cart.
    fn cart(&self) -> (f64, f64);
    /// The instant at which the condition is read.
    fn at(&self) -> Timestamp;
}

const MS_PER_DAY: f64 = 86_400_000.0;

impl Condition {
    /// A condition of these ops.
    ///
    /// # Errors
    /// [`BadOps`] where they cannot be run within the limits.
    pub fn new(ops: Vec<Op>, text: String) -> Result<Self, BadOps> {
        if ops.len() > OPS_MAX {
            return Err(BadOps::TooMany);
        }
        let (mut depth, mut deepest) = (0usize, 0usize);
        for op in &ops {
            let takes = op.takes();
            if depth < takes {
                return Err(BadOps::Unbalanced);
            }
            depth = depth - takes + 1;
            deepest = deepest.max(depth);
        }
        if depth != 1 {
            Err(BadOps::Unbalanced)
        } else if deepest > DEPTH_MAX {
            Err(BadOps::TooDeep)
        } else {
            Ok(Self { ops: ops.into_boxed_slice(), text })
        }
    }

    /// As its author wrote it.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its ops.
    #[must_use]
    pub fn ops(&self) -> &[Op] {
        &self.ops
    }

    /// What it comes to.
    #[must_use]
    pub fn read(&self, facts: &impl Facts) -> Truth {
        let mut stack = [0.0f64; DEPTH_MAX];
        let mut top = 0usize; // `new` has checked that it stays within 0..=DEPTH_MAX
        for op in &self.ops {
            let takes = op.takes();
            top -= takes;
            let operands = &stack[top..top + takes];
            let result = op.run(operands, facts);
            stack[top] = result;
            top += 1;
        }
        truth(stack[0])
    }
}

impl Op {
    /// How many operands it takes.
    const fn takes(self) -> usize {
        match self {
            Self::Number(_) | Self::Truth(_) | Self::Count(..) | Self::Sum(..) => 0,
            Self::DaysSince(_) | Self::Came(_) | Self::CartItems | Self::CartValue => 0,
            Self::Negate | Self::Not => 1,
            Self::Add | Self::Subtract | Self::Multiply | Self::Divide => 2,
            Self::Less | Self::LessOrEqual | Self::Greater | Self::GreaterOrEqual => 2,
            Self::Equal | Self::NotEqual | Self::And | Self::Or => 2,
            Self::Choose => 3,
        }
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "spans of days in ms are exact below 285,000 years"
    )]
    fn run(self, v: &[f64], facts: &impl Facts) -> f64 {
        match self {
            Self::Number(number) => number,
            Self::Truth(truth) => from_bool(truth),
            Self::Count(stream, window) => facts.count(stream, window).unwrap_or(f64::NAN),
            Self::Sum(stream, window) => facts.sum(stream, window).unwrap_or(f64::NAN),
            Self::DaysSince(stream) => match facts.last(stream) {
                None => f64::NAN,
                Some(Timestamp::ALWAYS) => f64::INFINITY,
                // An instant later than the one we read at is known only of late: no time has passed.
                Some(last) => facts.at().since(last).millis() as f64 / MS_PER_DAY,
            },
            Self::Came(number) => from_bool(facts.came(number)),
            Self::CartItems => facts.cart().0,
            Self::CartValue => facts.cart().1,
            Self::Negate => -v[0],
            Self::Add => v[0] + v[1],
            Self::Subtract => v[0] - v[1],
            Self::Multiply => v[0] * v[1],
            Self::Divide => v[0] / v[1],
            Self::Less => compare(v, v[0] < v[1]),
            Self::LessOrEqual => compare(v, v[0] <= v[1]),
            Self::Greater => compare(v, v[0] > v[1]),
            Self::GreaterOrEqual => compare(v, v[0] >= v[1]),
            Self::Equal => compare(v, same(v)),
            Self::NotEqual => compare(v, !same(v)),
            Self::Not => match truth(v[0]) {
                Truth::True => 0.0,
                Truth::False => 1.0,
                Truth::Unknown => f64::NAN,
            },
            Self::And => match (truth(v[0]), truth(v[1])) {
                (Truth::False, _) | (_, Truth::False) => 0.0,
                (Truth::True, Truth::True) => 1.0,
                (Truth::Unknown, _) | (_, Truth::Unknown) => f64::NAN,
            },
            Self::Or => match (truth(v[0]), truth(v[1])) {
                (Truth::True, _) | (_, Truth::True) => 1.0,
                (Truth::False, Truth::False) => 0.0,
                (Truth::Unknown, _) | (_, Truth::Unknown) => f64::NAN,
            },
            Self::Choose => match truth(v[0]) {
                Truth::True => v[1],
                Truth::False => v[2],
                Truth::Unknown => f64::NAN,
            },
        }
    }
}

#[expect(clippy::float_cmp, reason = "`==` of the language is exact")]
fn same(v: &[f64]) -> bool {
    v[0] == v[1]
}

const fn from_bool(truth: bool) -> f64 {
    if truth { 1.0 } else { 0.0 }
}

fn compare(v: &[f64], holds: bool) -> f64 {
    if v[0].is_nan() || v[1].is_nan() { f64::NAN } else { from_bool(holds) }
}

fn truth(value: f64) -> Truth {
    if value.is_nan() {
        Truth::Unknown
    } else if value > 0.5 {
        Truth::True
    } else {
        Truth::False
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nothing is known; the only stream never had an event, for certain or not.
    struct Nobody {
        certain: bool,
    }

    impl Facts for Nobody {
        fn count(&self, _: StreamIx, _: Option<Wait>) -> Option<f64> {
            self.certain.then_some(0.0)
        }
        fn sum(&self, _: StreamIx, _: Option<Wait>) -> Option<f64> {
            self.certain.then_some(0.0)
        }
        fn last(&self, _: StreamIx) -> Option<Timestamp> {
            self.certain.then_some(Timestamp::ALWAYS)
        }
        fn came(&self, _: u8) -> bool {
            false
        }
        fn cart(&self) -> (f64, f64) {
            (0.0, 0.0)
        }
        fn at(&self) -> Timestamp {
            Timestamp::from_millis(0)
        }
    }

    #[track_caller]
    fn check(ops: &[Op], certain: bool, truth: Truth) {
        let condition = Condition::new(ops.to_vec(), String::new()).unwrap();
        assert_eq!(condition.read(&Nobody { certain }), truth, "{ops:?}");
    }

    #[test]
    fn what_never_happened_is_longer_ago_than_any_number() {
        let since = Op::DaysSince(StreamIx(0));
        check(&[since, Op::Number(120.0), Op::Greater], true, Truth::True);
        check(&[since, Op::Number(5.0), Op::Less], true, Truth::False);
        check(&[since, Op::Number(120.0), Op::Greater], false, Truth::Unknown);
    }

    #[test]
    fn unknown_decides_nothing_but_leaves_decided_what_is() {
        let unknown = [Op::Count(StreamIx(0), None), Op::Number(1.0), Op::Less];
        let with = |more: &[Op]| [&unknown[..], more].concat();
        check(&with(&[Op::Truth(false), Op::And]), false, Truth::False);
        check(&with(&[Op::Truth(true), Op::And]), false, Truth::Unknown);
        check(&with(&[Op::Truth(true), Op::Or]), false, Truth::True);
        check(&with(&[Op::Truth(false), Op::Or]), false, Truth::Unknown);
        check(&with(&[Op::Not]), false, Truth::Unknown);
        check(&with(&[Op::Truth(true), Op::Equal]), false, Truth::Unknown);
        check(&with(&[Op::Number(1.0), Op::Number(1.0), Op::Choose]), false, Truth::Unknown);
        check(&with(&[Op::Not]), true, Truth::False);
    }

    #[test]
    fn ops_that_cannot_run_are_no_condition() {
        let new = |ops: &[Op]| Condition::new(ops.to_vec(), String::new());
        assert_eq!(new(&[]), Err(BadOps::Unbalanced));
        assert_eq!(new(&[Op::Number(1.0), Op::Add]), Err(BadOps::Unbalanced));
        assert_eq!(new(&[Op::Number(1.0), Op::Number(1.0)]), Err(BadOps::Unbalanced));
        assert_eq!(new(&[Op::Number(1.0); 65]), Err(BadOps::TooMany));
        let deep = [[Op::Number(1.0); 17].as_slice(), &[Op::Add; 16]].concat();
        assert_eq!(new(&deep), Err(BadOps::TooDeep));
    }
}
