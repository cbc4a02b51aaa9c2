//! Flips of one customer whose things go one an hour, in small stories.

use super::*;
use crate::calendar::Day;
use crate::world::condition::Shown;
use crate::world::value::{Source, Value};

/// One stream, whose windows and cart lose one thing every hour of day 1, and which last happened then.
#[derive(Clone, Copy)]
struct Somebody {
    last: Option<Timestamp>,
    known_since: Timestamp,
    /// How many things there are to lose.
    things: i32,
    at: Timestamp,
}

const S: StreamIx = StreamIx(0);

impl Somebody {
    fn held(&self) -> Option<f64> {
        let hours = (self.at.millis() - day(1).millis()).div_euclid(Wait::hours(1).millis());
        let gone = i32::try_from(hours.clamp(0, i64::from(self.things))).unwrap();
        (self.at >= self.known_since).then_some(f64::from(self.things - gone))
    }
}

impl Facts for Somebody {
    fn count(&self, _: StreamIx, window: Option<Wait>) -> Option<f64> {
        window.map_or(Some(3.0), |_| self.held())
    }
    fn sum(&self, _: StreamIx, _: Option<Wait>) -> Option<f64> {
        self.held()
    }
    fn last(&self, _: StreamIx) -> Option<Timestamp> {
        self.last
    }
    fn distinct(&self, _: StreamIx, _: Option<Wait>) -> Option<f64> {
        self.held()
    }
    fn last_value(&self, _: StreamIx) -> Option<f64> {
        Some(7.0)
    }
    fn first_seen(&self) -> Timestamp {
        day(0)
    }
    fn came(&self, _: u8) -> bool {
        false
    }
    fn event_time(&self) -> Timestamp {
        day(0)
    }
    fn value(&self, _: Source) -> Option<Value<'_>> {
        None
    }
    fn midnight(&self, _: Day) -> Timestamp {
        day(0)
    }
    fn shows(&self, _: Shown, _: Timestamp) -> f64 {
        f64::NAN
    }
    fn cart(&self) -> (f64, f64) {
        (self.held().unwrap_or(0.0), 0.0)
    }
    fn at(&self) -> Timestamp {
        self.at
    }
}

impl Timeline for Somebody {
    fn moved_to(self, at: Timestamp) -> Self {
        Self { at, ..self }
    }
    fn next_change(&self, _: &Op) -> Timestamp {
        if self.at < self.known_since {
            return self.known_since;
        }
        let hour = Wait::hours(1).millis();
        let next = (self.at.millis().div_euclid(hour) + 1).max(25) * hour;
        if next > (24 + i64::from(self.things)) * hour {
            Timestamp::NEVER
        } else {
            Timestamp::from_millis(next)
        }
    }
}

fn day(days: i64) -> Timestamp {
    Timestamp::from_millis(days * Wait::DAY.millis())
}

fn ms_after(at: Timestamp, ms: i64) -> Timestamp {
    Timestamp::from_millis(at.millis() + ms)
}

/// What happened on day 1, read on day 1.
fn known() -> Somebody {
    Somebody { last: Some(day(1)), known_since: Timestamp::ALWAYS, things: 20, at: day(1) }
}

fn condition(ops: &[Op]) -> Condition {
    Condition::new(ops.to_vec(), vec![], format!("{ops:?}")).unwrap()
}

#[track_caller]
fn check(somebody: Somebody, ops: &[Op], flip: Timestamp) {
    let condition = condition(ops);
    let (mut at, mut calls) = (condition.next_flip(&somebody), 1);
    let reads = |at| condition.read(&somebody.moved_to(at));
    while at != Timestamp::NEVER && reads(at) == reads(somebody.at) {
        (at, calls) = (condition.next_flip(&somebody.moved_to(at)), calls + 1);
    }
    assert_eq!(at, flip, "in {calls} calls");
    assert!(calls < 3, "{calls}");
}

const WINDOW: Option<Wait> = Some(Wait::DAY);
const COUNT: Op = Op::Count(S, WINDOW);
const SINCE: Op = Op::DaysSince(S);

#[test]
fn days_since_crosses_a_line_at_it_or_a_millisecond_later() {
    let n = Op::Number(120.0);
    check(known(), &[SINCE, n, Op::GreaterOrEqual], day(121));
    check(known(), &[SINCE, n, Op::Less], day(121));
    check(known(), &[SINCE, n, Op::Equal], day(121));
    for op in [Op::Greater, Op::LessOrEqual] {
        check(known(), &[SINCE, n, op], ms_after(day(121), 1));
        check(known(), &[SINCE, n, op, Op::Not], ms_after(day(121), 1));
    }
    check(known(), &[n, SINCE, Op::Less], ms_after(day(121), 1));
    check(known(), &[SINCE, Op::Negate, Op::Number(-120.0), Op::Less], ms_after(day(121), 1));
    for at in [ms_after(day(121), -1), day(121)] {
        check(known().moved_to(at), &[SINCE, n, Op::Greater], ms_after(day(121), 1));
    }
    check(known().moved_to(day(121)), &[SINCE, n, Op::Equal], ms_after(day(121), 1));
    check(known().moved_to(day(122)), &[SINCE, n, Op::Greater], Timestamp::NEVER);
    check(known(), &[Op::FirstSeenDays, Op::Number(30.0), Op::GreaterOrEqual], day(30));
    check(known(), &[SINCE, Op::Number(0.0), Op::Equal], ms_after(day(1), 1));
}

#[test]
fn an_age_stands_still_before_it_begins() {
    let early = known().moved_to(day(-3));
    check(early, &[SINCE, Op::Number(0.0), Op::Greater], ms_after(day(1), 1));
    check(early, &[SINCE, Op::FirstSeenDays, Op::Less], ms_after(day(0), 1));
}

#[test]
fn what_never_happened_or_is_unknown_does_not_age() {
    for last in [None, Some(Timestamp::ALWAYS)] {
        let nobody = Somebody { last, ..known() };
        check(nobody, &[SINCE, Op::Number(120.0), Op::Greater], Timestamp::NEVER);
    }
}

#[test]
fn ages_are_added_divided_and_chosen_between() {
    let n = Op::Number(30.0);
    // (t − 1) + t > 30
    let sum = [SINCE, Op::FirstSeenDays, Op::Add, n, Op::GreaterOrEqual];
    check(known(), &sum, ms_after(day(15), Wait::hours(12).millis()));
    check(known(), &[SINCE, Op::Number(3.0), Op::Divide, n, Op::GreaterOrEqual], day(91));
    check(known(), &[SINCE, Op::Number(3.0), Op::Multiply, n, Op::GreaterOrEqual], day(11));
    // While the count is above 10, half the age; then the age.
    let full = [COUNT, Op::Number(10.0), Op::Greater];
    let age = [SINCE, Op::Number(0.5), Op::Multiply, SINCE, Op::Choose];
    let line = [Op::Number(0.4), Op::GreaterOrEqual];
    let flip = ms_after(day(1), Wait::hours(10).millis());
    check(known(), &[&full[..], &age, &line].concat(), flip);
}

#[test]
fn an_age_over_nothing_is_unknown_at_its_birth_only() {
    let ops = [SINCE, Op::Number(0.0), Op::Divide, Op::Number(5.0), Op::Greater];
    check(known(), &ops, ms_after(day(1), 1));
    check(known().moved_to(day(0)), &ops, ms_after(day(1), 1));
    check(known().moved_to(day(2)), &ops, Timestamp::NEVER);
}

#[test]
fn a_window_that_empties_flips_with_its_last_entry() {
    let hours = |hours| ms_after(day(1), Wait::hours(hours).millis());
    for op in [COUNT, Op::Sum(S, WINDOW), Op::Distinct(S, WINDOW), Op::CartItems] {
        check(known(), &[op, Op::Number(0.0), Op::Equal], hours(20));
        check(known(), &[op, Op::Number(18.5), Op::Less], hours(2));
    }
    check(known(), &[COUNT, COUNT, Op::Add, Op::Number(31.0), Op::Less], hours(5));
    check(known(), &[Op::Count(S, None), Op::Number(1.0), Op::Less], Timestamp::NEVER);
}

#[test]
fn unknown_becomes_known() {
    let unknown = Somebody { known_since: day(9), ..known() };
    check(unknown, &[COUNT, Op::Number(0.0), Op::Equal], day(9));
    check(
        unknown,
        &[COUNT, Op::Number(0.0), Op::Equal, Op::Truth(false), Op::And],
        Timestamp::NEVER,
    );
    let or_old = [COUNT, Op::Number(0.0), Op::Equal, SINCE, Op::Number(5.0), Op::Greater, Op::Or];
    check(unknown, &or_old, ms_after(day(6), 1));
}

#[test]
fn what_does_not_decide_is_not_awaited() {
    let condition = condition(&[
        COUNT,
        Op::Number(18.0),
        Op::Less,
        SINCE,
        Op::Number(3.0),
        Op::Less,
        Op::Or, //
    ]);
    // For three days the count does not matter, and by then it says the same.
    let (truth, until) = condition.ahead(&known());
    assert_eq!((truth, until), (Truth::True, day(4)));
    check(known(), condition.ops(), Timestamp::NEVER);
}

#[test]
fn a_call_looks_at_no_more_than_32_instants() {
    let mut somebody = Somebody { things: 100, ..known() };
    let same = condition(&[COUNT, Op::CartItems, Op::Equal]);
    for hours in [33, 66, 99] {
        // Nothing flips: where the call ends, the next one goes on.
        let at = ms_after(day(1), Wait::hours(hours).millis());
        assert_eq!(same.next_flip(&somebody), at);
        somebody = somebody.moved_to(at);
    }
    assert_eq!(same.next_flip(&somebody), Timestamp::NEVER);
}

#[test]
fn products_of_two_ages_are_not_linear_in_time() {
    let n = Op::Number(2.0);
    let is_linear = |ops: &[Op]| condition(&[ops, &[n, Op::Less]].concat()).is_linear_in_time();
    assert!(is_linear(&[SINCE, COUNT, Op::Divide]));
    assert!(is_linear(&[COUNT, SINCE, Op::Multiply]));
    assert!(is_linear(&[SINCE, n, Op::Less, SINCE, COUNT, Op::Choose]));
    assert!(is_linear(&[Op::EventTime, Op::Shows(Shown::Hours), SINCE, Op::Multiply]));
    assert!(!is_linear(&[SINCE, Op::FirstSeenDays, Op::Multiply]));
    assert!(!is_linear(&[COUNT, SINCE, Op::Divide]));
    assert!(!is_linear(&[SINCE, n, Op::Add, SINCE, Op::Negate, Op::Divide]));
    assert!(!is_linear(&[SINCE, Op::Shows(Shown::Hours)]));
    assert!(!is_linear(&[SINCE, n, Op::Less, SINCE, COUNT, Op::Choose, SINCE, Op::Multiply]));
}
