//! Conditions as the core reads them: flat ops over a small stack, at most 64 of them. Three-valued: an unknown
//! number is NaN and an unknown truth is neither 0 nor 1, so that unknown passes through arithmetic by itself.
//! Instants are milliseconds, spans too; texts never stand on the stack, only what they were compared to does.
//! Invariant: no text, no allocation, no transcendental functions: equal on every host.

use super::event::PropertyType;
use super::stream::StreamIx;
use super::value::{Source, Value};
use crate::calendar::Day;
use crate::money::Amount;
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
    /// How many values a stream's property had, over `window` or ever.
    Distinct(StreamIx, Option<Wait>),
    /// A stream's property at its last event.
    Last(StreamIx),
    /// Days since the customer was first seen.
    FirstSeenDays,
    /// Whether the journey's wait with this number ended by its event.
    Came(u8),
    /// Own time of the event that started the enrolment, an instant.
    EventTime,
    /// A number, a truth, or a date as the instant of its midnight on the customer's clock.
    Read(Source),
    /// Whether there is a value.
    Has(Source),
    /// How a text relates to the written one with this number; missing: unknown.
    Text(Source, Relation, TextIx),
    /// Whether two texts are equal.
    SameText(Source, Source),
    /// How many characters a text has.
    Size(Source),
    /// What the customer's clock or calendar shows at an instant.
    Shows(Shown),
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

/// The place of a text among those written in a condition.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TextIx(pub u8);

/// How one text may relate to another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Relation {
    /// It is the same.
    Is,
    /// It begins so.
    Starts,
    /// It ends so.
    Ends,
    /// It has it somewhere.
    Contains,
}

/// What a clock or calendar shows, as CEL numbers it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shown {
    /// 2026
    Year,
    /// January is 0.
    Month,
    /// The day of the month, from 1.
    Date,
    /// The same from 0.
    DayOfMonth,
    /// Sunday is 0.
    DayOfWeek,
    /// The first of January is 0.
    DayOfYear,
    /// 0 to 23
    Hours,
    /// 0 to 59
    Minutes,
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
    texts: Box<[Box<str>]>,
    /// As its author wrote it.
    text: String,
    names: Box<[Named]>,
}

/// A name in a condition that stands for a number, a truth or an instant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Named {
    /// As its author wrote it.
    pub name: Box<str>,
    /// The place of the op that leaves what it comes to.
    pub op: u8,
    /// What it comes to: a number, a yes-or-no, or as a date the instant.
    pub is: PropertyType,
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
    /// How many values the stream's property had in the same window. `None`: unknown.
    fn distinct(&self, stream: StreamIx, window: Option<Wait>) -> Option<f64>;
    /// The stream's property at its last event. `None`: unknown, or there was none.
    fn last_value(&self, stream: StreamIx) -> Option<f64>;
    /// Own time of the first thing known of the customer.
    fn first_seen(&self) -> Timestamp;
    /// Whether the enrolment's wait with this number ended by its event. `false` outside an enrolment.
    fn came(&self, number: u8) -> bool;
    /// Own time of the event that started the enrolment.
    fn event_time(&self) -> Timestamp;
    /// The value there; `None`: there is none, or we do not hold it.
    fn value(&self, source: Source) -> Option<Value<'_>>;
    /// Midnight of a date on the customer's clock.
    fn midnight(&self, day: Day) -> Timestamp;
    /// What the customer's clock or calendar shows at an instant.
    fn shows(&self, shown: Shown, at: Timestamp) -> f64;
    /// Pieces and value of the cart.
    fn cart(&self) -> (f64, f64);
    /// The instant at which the condition is read.
    fn at(&self) -> Timestamp;
}

pub(super) const MS_PER_DAY: f64 = 86_400_000.0;

impl Condition {
    /// A condition of these ops, with the texts that they name.
    ///
    /// # Errors
    /// [`BadOps`] where they cannot be run within the limits.
    pub fn new(ops: Vec<Op>, texts: Vec<Box<str>>, text: String) -> Result<Self, BadOps> {
        if ops.len() > OPS_MAX {
            return Err(BadOps::TooMany);
        }
        let names_none =
            |op: &Op| matches!(op, Op::Text(_, _, ix) if usize::from(ix.0) >= texts.len());
        if ops.iter().any(names_none) {
            return Err(BadOps::Unbalanced);
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
            let (ops, texts) = (ops.into_boxed_slice(), texts.into_boxed_slice());
            Ok(Self { ops, texts, text, names: Box::default() })
        }
    }

    /// As its author wrote it.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The same, which can say what these names came to.
    #[must_use]
    pub fn naming(self, names: Vec<Named>) -> Self {
        Self { names: names.into_boxed_slice(), ..self }
    }

    /// Its names, in the order in which they are written, each before those that it is made of.
    #[must_use]
    pub fn names(&self) -> &[Named] {
        &self.names
    }

    /// The texts that they name.
    pub(super) fn texts(&self) -> &[Box<str>] {
        &self.texts
    }

    /// Its ops.
    #[must_use]
    pub fn ops(&self) -> &[Op] {
        &self.ops
    }

    /// What it comes to.
    #[must_use]
    pub fn read(&self, facts: &impl Facts) -> Truth {
        truth(self.result(facts))
    }

    /// The number it comes to, 1 or 0 for a yes-or-no; `None`: unknown. Days since what never happened are infinite.
    #[must_use]
    pub fn number(&self, facts: &impl Facts) -> Option<f64> {
        Some(self.result(facts)).filter(|number| !number.is_nan())
    }

    /// The instant it comes to; `None`: unknown, or none that a clock can show.
    #[must_use]
    pub fn instant(&self, facts: &impl Facts) -> Option<Timestamp> {
        let ms = self.result(facts);
        #[expect(
            clippy::cast_possible_truncation,
            reason = "within 285,000 years, which is asked first"
        )]
        (ms.abs() < 9e15).then(|| Timestamp::from_millis(ms as i64))
    }

    /// What it comes to, and what each of its names does, as a number: an instant in milliseconds, NaN for unknown.
    #[must_use]
    pub fn read_aloud(&self, facts: &impl Facts) -> (Truth, Vec<f64>) {
        let mut values = vec![f64::NAN; self.names.len()];
        let result = self.run(facts, |at, value| {
            let names = self.names.iter().zip(&mut values);
            names.filter(|(name, _)| usize::from(name.op) == at).for_each(|(_, to)| *to = value);
        });
        (truth(result), values)
    }

    fn result(&self, facts: &impl Facts) -> f64 {
        self.run(facts, |_, _| ())
    }

    /// Runs the ops; `told` hears what each comes to.
    fn run(&self, facts: &impl Facts, mut told: impl FnMut(usize, f64)) -> f64 {
        let mut stack = [0.0f64; DEPTH_MAX];
        let mut top = 0usize; // `new` has checked that it stays within 0..=DEPTH_MAX
        for (at, op) in self.ops.iter().enumerate() {
            let takes = op.takes();
            top -= takes;
            let operands = &stack[top..top + takes];
            let result = op.run(operands, &self.texts, facts);
            told(at, result);
            stack[top] = result;
            top += 1;
        }
        stack[0]
    }
}

impl Op {
    /// How many operands it takes.
    pub(super) const fn takes(self) -> usize {
        match self {
            Self::Number(_) | Self::Truth(_) | Self::Count(..) | Self::Sum(..) => 0,
            Self::DaysSince(_) | Self::Distinct(..) | Self::Last(_) | Self::FirstSeenDays => 0,
            Self::Came(_) | Self::CartItems | Self::CartValue | Self::EventTime => 0,
            Self::Read(_) | Self::Has(_) | Self::Text(..) | Self::SameText(..) => 0,
            Self::Size(_) => 0,
            Self::Negate | Self::Not | Self::Shows(_) => 1,
            Self::Add | Self::Subtract | Self::Multiply | Self::Divide => 2,
            Self::Less | Self::LessOrEqual | Self::Greater | Self::GreaterOrEqual => 2,
            Self::Equal | Self::NotEqual | Self::And | Self::Or => 2,
            Self::Choose => 3,
        }
    }

    /// The stream it reads, if it reads one.
    pub(crate) const fn stream(self) -> Option<StreamIx> {
        match self {
            Self::Count(ix, _) | Self::Sum(ix, _) | Self::Distinct(ix, _) => Some(ix),
            Self::DaysSince(ix) | Self::Last(ix) => Some(ix),
            Self::Number(_) | Self::Truth(_) | Self::FirstSeenDays | Self::Came(_) => None,
            Self::CartItems | Self::CartValue | Self::EventTime | Self::Read(_) => None,
            Self::Has(_) | Self::Text(..) | Self::SameText(..) | Self::Size(_) => None,
            Self::Shows(_) | Self::Negate | Self::Not | Self::Add | Self::Subtract => None,
            Self::Multiply | Self::Divide | Self::Less | Self::LessOrEqual => None,
            Self::Greater | Self::GreaterOrEqual | Self::Equal | Self::NotEqual => None,
            Self::And | Self::Or | Self::Choose => None,
        }
    }

    /// Where it reads values: none, one or two places.
    pub(crate) const fn sources(self) -> [Option<Source>; 2] {
        match self {
            Self::Read(a) | Self::Has(a) | Self::Text(a, ..) | Self::Size(a) => [Some(a), None],
            Self::SameText(a, b) => [Some(a), Some(b)],
            Self::Count(..) | Self::Sum(..) | Self::Distinct(..) => [None, None],
            Self::DaysSince(_) | Self::Last(_) | Self::Number(_) | Self::Truth(_) => [None, None],
            Self::FirstSeenDays | Self::Came(_) | Self::CartItems => [None, None],
            Self::CartValue | Self::EventTime | Self::Shows(_) => [None, None],
            Self::Negate | Self::Not | Self::Add | Self::Subtract => [None, None],
            Self::Multiply | Self::Divide | Self::Less | Self::LessOrEqual => [None, None],
            Self::Greater | Self::GreaterOrEqual | Self::Equal => [None, None],
            Self::NotEqual | Self::And | Self::Or | Self::Choose => [None, None],
        }
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "spans of days in ms are exact below 285,000 years"
    )]
    pub(super) fn run(self, v: &[f64], texts: &[Box<str>], facts: &impl Facts) -> f64 {
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
            Self::Distinct(stream, window) => facts.distinct(stream, window).unwrap_or(f64::NAN),
            Self::Last(stream) => facts.last_value(stream).unwrap_or(f64::NAN),
            Self::FirstSeenDays => {
                facts.at().since(facts.first_seen()).millis() as f64 / MS_PER_DAY
            }
            Self::Came(number) => from_bool(facts.came(number)),
            Self::EventTime => facts.event_time().millis() as f64,
            Self::Read(source) => match facts.value(source) {
                Some(Value::Number(number)) => of_amount(number),
                Some(Value::Bool(yes)) => from_bool(yes),
                Some(Value::Date(day)) => facts.midnight(day).millis() as f64,
                Some(Value::Text(_)) | None => f64::NAN,
            },
            Self::Has(source) => from_bool(facts.value(source).is_some()),
            Self::Text(source, relation, ix) => match facts.value(source) {
                Some(Value::Text(text)) => {
                    let written = &*texts[usize::from(ix.0)];
                    from_bool(match relation {
                        Relation::Is => text == written,
                        Relation::Starts => text.starts_with(written),
                        Relation::Ends => text.ends_with(written),
                        Relation::Contains => text.contains(written),
                    })
                }
                Some(Value::Number(_) | Value::Bool(_) | Value::Date(_)) | None => f64::NAN,
            },
            Self::SameText(a, b) => match (facts.value(a), facts.value(b)) {
                (Some(Value::Text(a)), Some(Value::Text(b))) => from_bool(a == b),
                (Some(_) | None, _) => f64::NAN,
            },
            Self::Size(source) => match facts.value(source) {
                Some(Value::Text(text)) => text.chars().count() as f64,
                Some(Value::Number(_) | Value::Bool(_) | Value::Date(_)) | None => f64::NAN,
            },
            Self::Shows(_) if v[0].is_nan() => f64::NAN,
            #[expect(clippy::cast_possible_truncation, reason = "a cast of a float saturates")]
            Self::Shows(shown) => facts.shows(shown, Timestamp::from_millis(v[0] as i64)),
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

/// An amount as conditions compute with it.
#[expect(clippy::cast_precision_loss, reason = "amounts of one customer are far below 2^53")]
pub(crate) fn of_amount(amount: Amount) -> f64 {
    amount.parts() as f64 / Amount::SCALE as f64
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

pub(super) fn truth(value: f64) -> Truth {
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
    use crate::world::value::TraitIx;

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
        fn distinct(&self, _: StreamIx, _: Option<Wait>) -> Option<f64> {
            self.certain.then_some(0.0)
        }
        fn last_value(&self, _: StreamIx) -> Option<f64> {
            None
        }
        fn first_seen(&self) -> Timestamp {
            Timestamp::from_millis(0)
        }
        fn came(&self, _: u8) -> bool {
            false
        }
        fn event_time(&self) -> Timestamp {
            Timestamp::from_millis(0)
        }
        fn value(&self, source: Source) -> Option<Value<'_>> {
            match source {
                Source::Trait(TraitIx(0)) => Some(Value::Text("York")),
                Source::Trait(_) | Source::Event(_) | Source::Counted(_) | Source::Item(_) => None,
            }
        }
        fn midnight(&self, day: Day) -> Timestamp {
            Timestamp::from_millis(day.number() * 86_400_000)
        }
        fn shows(&self, _: Shown, _: Timestamp) -> f64 {
            0.0
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
        let condition =
            Condition::new(ops.to_vec(), vec!["Yo".into(), "York".into()], String::new()).unwrap();
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
    fn texts_are_compared_and_a_missing_one_is_unknown() {
        let (here, missing) = (Source::Trait(TraitIx(0)), Source::Trait(TraitIx(1)));
        check(&[Op::Text(here, Relation::Is, TextIx(1))], true, Truth::True);
        check(&[Op::Text(here, Relation::Is, TextIx(0))], true, Truth::False);
        check(&[Op::Text(here, Relation::Starts, TextIx(0))], true, Truth::True);
        check(&[Op::Text(here, Relation::Ends, TextIx(0))], true, Truth::False);
        check(&[Op::Text(here, Relation::Contains, TextIx(0))], true, Truth::True);
        check(&[Op::Text(missing, Relation::Is, TextIx(1))], true, Truth::Unknown);
        check(&[Op::Has(missing)], true, Truth::False);
        check(&[Op::SameText(here, here)], true, Truth::True);
        check(&[Op::SameText(here, missing)], true, Truth::Unknown);
        check(&[Op::Size(here), Op::Number(4.0), Op::Equal], true, Truth::True);
        let past_the_end =
            Condition::new(vec![Op::Text(here, Relation::Is, TextIx(0))], vec![], String::new());
        assert_eq!(past_the_end, Err(BadOps::Unbalanced));
    }

    #[test]
    fn ops_that_cannot_run_are_no_condition() {
        let new = |ops: &[Op]| {
            Condition::new(ops.to_vec(), vec!["Yo".into(), "York".into()], String::new())
        };
        assert_eq!(new(&[]), Err(BadOps::Unbalanced));
        assert_eq!(new(&[Op::Number(1.0), Op::Add]), Err(BadOps::Unbalanced));
        assert_eq!(new(&[Op::Number(1.0), Op::Number(1.0)]), Err(BadOps::Unbalanced));
        assert_eq!(new(&[Op::Number(1.0); 65]), Err(BadOps::TooMany));
        let deep = [[Op::Number(1.0); 17].as_slice(), &[Op::Add; 16]].concat();
        assert_eq!(new(&deep), Err(BadOps::TooDeep));
    }
}
