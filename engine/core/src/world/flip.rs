//! When the truth of a condition changes by time alone, so that a host can wake a customer at that very instant
//! instead of asking again and again.
//! Between two instants at which something is counted differently, only ages move ("days since …"), and they move
//! evenly: every number is a line over time, and every comparison of two lines says itself how long it holds.
//! Invariant: a truth that is told has been read at that instant; arithmetic only says where to look.

use super::condition::{Condition, DEPTH_MAX, Facts, MS_PER_DAY, Op, Truth, truth};
use super::stream::StreamIx;
use crate::time::{Timestamp, Wait};

/// Most instants one call looks at.
const STEPS_MAX: u32 = 32;

/// One customer as they will be at any instant if nothing happens until then.
pub trait Timeline: Facts + Copy {
    /// The same at another instant.
    #[must_use]
    fn moved_to(self, at: Timestamp) -> Self;

    /// The first instant strictly after `at()` at which what `op` reads may change, or become known, by time alone;
    /// [`Timestamp::NEVER`] for what time does not change, and for ages, which move all the while.
    fn next_change(&self, op: &Op) -> Timestamp;

    /// An instant after `at()` and not later than the first at which what `op` reads, now `value`, stands on another
    /// side of `level` (below, at, above). Without it a flip is found as well, but by way of each change in between.
    fn next_crossing(&self, op: &Op, value: f64, level: f64) -> Timestamp {
        let _ = (value, level);
        self.next_change(op)
    }
}

/// What is read of a stream's entries in a window.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Measure {
    /// How many events.
    Count,
    /// The sum of their property.
    Sum,
    /// How many values it had.
    Distinct,
}

impl Op {
    /// What it reads of which stream's entries, and over which window, if it does.
    pub(crate) const fn counted(self) -> Option<(StreamIx, Measure, Option<Wait>)> {
        match self {
            Self::Count(stream, window) => Some((stream, Measure::Count, window)),
            Self::Sum(stream, window) => Some((stream, Measure::Sum, window)),
            Self::Distinct(stream, window) => Some((stream, Measure::Distinct, window)),
            Self::Number(_) | Self::Truth(_) | Self::DaysSince(_) | Self::Last(_) => None,
            Self::FirstSeenDays | Self::Came(_) | Self::EventTime | Self::Read(_) => None,
            Self::Has(_) | Self::Text(..) | Self::SameText(..) | Self::Size(_) => None,
            Self::Shows(_) | Self::CartItems | Self::CartValue | Self::Negate => None,
            Self::Add | Self::Subtract | Self::Multiply | Self::Divide | Self::Less => None,
            Self::LessOrEqual | Self::Greater | Self::GreaterOrEqual | Self::Equal => None,
            Self::NotEqual | Self::Not | Self::And | Self::Or | Self::Choose => None,
        }
    }
}

impl Condition {
    /// The first instant strictly after `facts.at()` at which the condition comes to another truth if nothing happens
    /// until then; [`Timestamp::NEVER`] if there is none.
    ///
    /// At most 32 instants are looked at. If none of them is the flip, the instant to look at next is returned: up to
    /// it the truth stays, and asking again there goes on where this call ended.
    ///
    /// Exact to the millisecond as long as the numbers that stand beside ages are below a million: much further up a
    /// double cannot tell a millisecond from the next one. Two ages that differ by a constant are taken to do so,
    /// though their doubles may differ in the last bit from one millisecond to the next.
    #[must_use]
    pub fn next_flip(&self, facts: &impl Timeline) -> Timestamp {
        debug_assert!(self.is_linear_in_time(), "`{}` may flip unseen", self.text());
        let (now, mut until) = self.ahead(facts);
        for _ in 0..STEPS_MAX {
            if until == Timestamp::NEVER {
                break;
            }
            let (then, next) = self.ahead(&facts.moved_to(until));
            if then != now {
                break;
            }
            debug_assert!(next > until, "`{}` does not move on from {until:?}", self.text());
            until = next;
        }
        until
    }

    /// Whether every number in it is a line over time while nothing is counted differently: no product of two ages,
    /// none below a fraction bar, and no calendar asked about one. Only of such conditions the flips can be told, so
    /// only such segments can start a journey.
    #[must_use]
    pub fn is_linear_in_time(&self) -> bool {
        let mut moves = [false; DEPTH_MAX];
        let mut top = 0;
        for op in self.ops() {
            top -= op.takes();
            let v = &moves[top..];
            let result = match op {
                Op::DaysSince(_) | Op::FirstSeenDays => true,
                Op::Number(_) | Op::Truth(_) | Op::Count(..) | Op::Sum(..) | Op::Distinct(..) => {
                    false
                }
                Op::Last(_) | Op::Came(_) | Op::EventTime | Op::Read(_) | Op::Has(_) => false,
                Op::Text(..) | Op::SameText(..) | Op::Size(_) | Op::CartItems | Op::CartValue => {
                    false
                }
                Op::Negate => v[0],
                Op::Add | Op::Subtract => v[0] || v[1],
                Op::Multiply if v[0] && v[1] => return false,
                Op::Multiply => v[0] || v[1],
                Op::Divide if v[1] => return false,
                Op::Divide => v[0],
                Op::Shows(_) if v[0] => return false,
                Op::Shows(_) => false,
                Op::Less | Op::LessOrEqual | Op::Greater | Op::GreaterOrEqual => false,
                Op::Equal | Op::NotEqual | Op::Not | Op::And | Op::Or => false,
                Op::Choose => v[1] || v[2],
            };
            moves[top] = result;
            top += 1;
        }
        true
    }

    /// What it comes to at `facts.at()`, and the next instant at which that may change.
    fn ahead(&self, facts: &impl Timeline) -> (Truth, Timestamp) {
        let mut stack = Stack::EMPTY;
        let mut top = 0usize; // `new` has checked that it stays within 0..=DEPTH_MAX
        for (place, op) in self.ops().iter().enumerate() {
            let takes = op.takes();
            top -= takes;
            let value = op.run(&stack.values[top..top + takes], self.texts(), facts);
            let first = if takes == 0 { place } else { stack.firsts[top] };
            let still = Trend { value, slope: 0.0, until: Timestamp::NEVER, first };
            let trend = still.drawn(place, |operand| stack.get(top + operand), self.ops(), facts);
            stack.set(top, trend);
            top += 1;
        }
        let whole = stack.get(0);
        (truth(whole.value), whole.until)
    }
}

/// Trends, taken apart: one that is written in parts and read back whole stalls the processor, at every op.
struct Stack {
    values: [f64; DEPTH_MAX],
    slopes: [f64; DEPTH_MAX],
    untils: [Timestamp; DEPTH_MAX],
    firsts: [usize; DEPTH_MAX],
}

impl Stack {
    const EMPTY: Self = Self {
        values: [0.0; DEPTH_MAX],
        slopes: [0.0; DEPTH_MAX],
        untils: [Timestamp::NEVER; DEPTH_MAX],
        firsts: [0; DEPTH_MAX],
    };

    #[inline]
    fn get(&self, at: usize) -> Trend {
        let (value, slope) = (self.values[at], self.slopes[at]);
        Trend { value, slope, until: self.untils[at], first: self.firsts[at] }
    }

    #[inline]
    fn set(&mut self, at: usize, trend: Trend) {
        let Trend { value, slope, until, first } = trend;
        (self.values[at], self.slopes[at]) = (value, slope);
        (self.untils[at], self.firsts[at]) = (until, first);
    }
}

/// A value on the stack, from the instant at which it is read until a later one.
#[derive(Clone, Copy)]
struct Trend {
    value: f64,
    /// Its change each millisecond.
    slope: f64,
    /// Before this instant it moves evenly, a truth not at all.
    until: Timestamp,
    /// The first of the ops that it comes from; they stand together.
    first: usize,
}

impl Trend {
    /// What the op at `place` makes of its operands `v`; `self` is its result, standing still.
    #[inline] // or its operands and its result go through memory
    fn drawn(
        self,
        place: usize,
        v: impl Fn(usize) -> Self,
        ops: &[Op],
        facts: &impl Timeline,
    ) -> Self {
        let (op, now) = (ops[place], facts.at());
        match op {
            Op::Number(_) | Op::Truth(_) | Op::Last(_) | Op::Came(_) | Op::EventTime => self,
            Op::Read(_) | Op::Has(_) | Op::Text(..) | Op::SameText(..) | Op::Size(_) => self,
            Op::Count(..) | Op::Sum(..) | Op::Distinct(..) => match level_beside(ops, place) {
                Some(level) if !self.value.is_nan() => {
                    Self { until: facts.next_crossing(&op, self.value, level), ..self }
                }
                Some(_) | None => Self { until: facts.next_change(&op), ..self },
            },
            Op::CartItems | Op::CartValue => Self { until: facts.next_change(&op), ..self },
            Op::DaysSince(stream) => match facts.last(stream) {
                None | Some(Timestamp::ALWAYS) => self, // unknown, or later than any number
                Some(last) => self.aging_since(last, now),
            },
            Op::FirstSeenDays => self.aging_since(facts.first_seen(), now),
            Op::Shows(_) | Op::Not => Self { until: v(0).until, ..self },
            Op::Negate => Self { slope: -v(0).slope, until: v(0).until, ..self },
            Op::Add => Self { slope: v(0).slope + v(1).slope, until: both(v(0), v(1)), ..self },
            Op::Subtract => {
                Self { slope: v(0).slope - v(1).slope, until: both(v(0), v(1)), ..self }
            }
            Op::Multiply => {
                let slope = v(0).slope * v(1).value + v(0).value * v(1).slope;
                self.bent(slope, v(0), v(1), now)
            }
            Op::Divide => self.bent(v(0).slope / v(1).value, v(0), v(1), now),
            Op::Less
            | Op::LessOrEqual
            | Op::Greater
            | Op::GreaterOrEqual
            | Op::Equal
            | Op::NotEqual => {
                let (left, right) = ops[..place].split_at(v(1).first);
                let sides = [(v(0), &left[v(0).first..], v(1)), (v(1), right, v(0))];
                let counted =
                    sides.iter().find_map(|(pile, ops, level)| toppled(*pile, ops, *level, facts));
                let meet = root(v(0).value - v(1).value, v(0).slope - v(1).slope, now);
                Self { until: counted.unwrap_or_else(|| both(v(0), v(1))).min(meet), ..self }
            }
            Op::And => Self { until: decided(v(0), v(1), Truth::False), ..self },
            Op::Or => Self { until: decided(v(0), v(1), Truth::True), ..self },
            Op::Choose => match truth(v(0).value) {
                Truth::True => {
                    Self { slope: v(1).slope, until: v(0).until.min(v(1).until), ..self }
                }
                Truth::False => {
                    Self { slope: v(2).slope, until: v(0).until.min(v(2).until), ..self }
                }
                Truth::Unknown => Self { until: v(0).until, ..self },
            },
        }
    }

    /// An age: zero until `birth`, then growing.
    fn aging_since(self, birth: Timestamp, now: Timestamp) -> Self {
        if birth > now {
            Self { until: birth, ..self }
        } else if birth == Timestamp::ALWAYS {
            self
        } else {
            Self { slope: 1.0 / MS_PER_DAY, ..self }
        }
    }

    /// A product or a quotient of which at most the first or the second factor moves. By zero, or with "later than
    /// any number", it is no line, and changes where the moving factor passes zero: 0 ÷ 0 is unknown, 1 ÷ 0 is not.
    fn bent(self, slope: f64, a: Self, b: Self, now: Timestamp) -> Self {
        if slope.is_finite() {
            Self { slope, until: both(a, b), ..self }
        } else {
            let zero = |factor: Self| root(factor.value, factor.slope, now);
            Self { until: both(a, b).min(zero(a)).min(zero(b)), ..self }
        }
    }

    /// It is known and stays what it is for ever.
    fn is_constant(self) -> bool {
        self.until == Timestamp::NEVER && self.slope == 0.0 && !self.value.is_nan()
    }
}

/// Until when what is calculated from two operands holds: while one of them is unknown, the other does not matter.
fn both(a: Trend, b: Trend) -> Timestamp {
    match (a.value.is_nan(), b.value.is_nan()) {
        (true, true) => a.until.max(b.until),
        (true, false) => a.until,
        (false, true) => b.until,
        (false, false) => a.until.min(b.until),
    }
}

/// Until when the truth of two truths holds, where `enough` of either decides: then the other does not matter.
fn decided(a: Trend, b: Trend, enough: Truth) -> Timestamp {
    match (truth(a.value) == enough, truth(b.value) == enough) {
        (true, true) => a.until.max(b.until),
        (true, false) => a.until,
        (false, true) => b.until,
        (false, false) => a.until.min(b.until),
    }
}

/// The next whole millisecond at which a line may be found to have reached zero, or to have left it. Doubles err by
/// far less than half a millisecond: where the line meets zero on a whole one, that one is asked and the next.
fn root(value: f64, slope: f64, now: Timestamp) -> Timestamp {
    let ms = -value / slope;
    // Not a number: it stands still, on zero or beyond numbers. So far ahead no clock goes.
    if ms > -0.5 && ms < 9e15 {
        #[expect(clippy::cast_possible_truncation, reason = "below 9e15, which was asked")]
        let ahead = ((ms - 0.5).ceil() as i64).max(1);
        Timestamp::from_millis(now.millis().saturating_add(ahead))
    } else {
        Timestamp::NEVER
    }
}

/// The number that the op at `place` is compared to right away: only on which side of it it stands matters.
fn level_beside(ops: &[Op], place: usize) -> Option<f64> {
    let compares = |op: &Op| {
        matches!(op, Op::Less | Op::LessOrEqual | Op::Greater | Op::GreaterOrEqual)
            || matches!(op, Op::Equal | Op::NotEqual)
    };
    match &ops[place + 1..] {
        [Op::Number(level), op, ..] if compares(op) => Some(*level),
        [op, ..] if compares(op) => match &ops[..place] {
            [.., Op::Number(level)] => Some(*level),
            [..] => None,
        },
        [..] => None,
    }
}

/// Until when a pile of several counts, the result of `ops`, stays on its side of a constant. `None`: it is no such
/// pile. Things leave one by one, and few of the instants at which they do matter.
fn toppled(pile: Trend, ops: &[Op], level: Trend, facts: &impl Timeline) -> Option<Timestamp> {
    // Not of sums: what they hold may be negative.
    let counts = |op: &Op| matches!(op, Op::Count(..) | Op::Distinct(..) | Op::Add);
    if ops.len() == 1 || !ops.iter().all(counts) || !level.is_constant() || pile.value.is_nan() {
        return None;
    }
    let counts = ops.iter().filter(|op| !matches!(op, Op::Add));
    let counts = counts.map(|op| (op, op.run(&[], &[], facts)));
    Some(if pile.value > level.value {
        // Above the level at least until every count is at most there.
        let above = counts.filter(|(_, value)| *value > level.value);
        let leaves = above.map(|(op, value)| facts.next_crossing(op, value, level.value));
        leaves.fold(pile.until, Timestamp::max)
    } else if pile.value < level.value {
        // Below it at least until one of them rises.
        let rises = counts.map(|(op, value)| facts.next_crossing(op, value, value + 0.5));
        rises.fold(Timestamp::NEVER, Timestamp::min)
    } else {
        pile.until
    })
}

#[cfg(test)]
mod tests;
