//! History, cart and flips against a slow judge that shares nothing with them: it keeps every event as it arrived,
//! computes every number from that list, and finds a flip by asking at one instant after another.

mod drawn;
mod judge;

use super::tests::program;
use super::*;
use crate::calendar::Day;
use crate::customer::cart::Cart;
use crate::customer::input::{Line, Origin};
use crate::id::ProductId;
use crate::world::condition::{Condition, Facts, Op, Shown, Truth};
use crate::world::event::{EventIx, Property, PropertyIx};
use crate::world::flip::Timeline;
use crate::world::stream::Stream;
use crate::world::value::Source;
use judge::{
    CATEGORIES, Cond, DAY, Happened, LAST_TOTAL, Life, Num, SPENT, START, What, days, price,
};
use proptest::test_runner::{Config, RngSeed, TestRunner};
use proptest::{prop_assert, prop_assert_eq};
use std::cell::Cell;

const CATEGORY: PropertyIx = PropertyIx(2);
const TOTAL: PropertyIx = PropertyIx(1);

impl Num {
    fn ops(&self, out: &mut Vec<Op>) {
        let wait = |window: &Option<i64>| window.map(Wait::from_millis);
        match self {
            Self::Const(number) => out.push(Op::Number(*number)),
            Self::Span(ms) => out.push(Op::Number(days(*ms))),
            Self::Count(stream, window) => out.push(Op::Count(StreamIx(*stream), wait(window))),
            Self::Sum(window) => out.push(Op::Sum(StreamIx(SPENT), wait(window))),
            Self::Distinct(window) => {
                out.push(Op::Distinct(StreamIx(CATEGORIES), wait(&Some(*window))));
            }
            Self::Last => out.push(Op::Last(StreamIx(LAST_TOTAL))),
            Self::Since(stream) => out.push(Op::DaysSince(StreamIx(*stream))),
            Self::FirstSeen => out.push(Op::FirstSeenDays),
            Self::Items => out.push(Op::CartItems),
            Self::Value => out.push(Op::CartValue),
            Self::Two(op, both) => {
                both.0.ops(out);
                both.1.ops(out);
                out.push(*op);
            }
            Self::Choose(of) => {
                of.0.ops(out);
                of.1.ops(out);
                of.2.ops(out);
                out.push(Op::Choose);
            }
        }
    }
}

impl Cond {
    fn ops(&self, out: &mut Vec<Op>) {
        match self {
            Self::Compare(op, a, b) => {
                a.ops(out);
                b.ops(out);
                out.push(*op);
            }
            Self::Not(of) => {
                of.ops(out);
                out.push(Op::Not);
            }
            Self::Two(op, both) => {
                both.0.ops(out);
                both.1.ops(out);
                out.push(*op);
            }
            Self::Choose(of) => {
                of.0.ops(out);
                of.1.ops(out);
                of.2.ops(out);
                out.push(Op::Choose);
            }
        }
    }
}

fn streams(unit: i64) -> Program {
    let window = Some(Wait::from_millis(30 * unit));
    let large = vec![Op::Read(Source::Counted(TOTAL)), Op::Number(2.0), Op::Greater];
    let filter = Condition::new(large, vec![], "total > 2".into()).unwrap();
    let of = |event, keeps| Stream { keeps, window, ..Stream::of(event) };
    program(vec![
        of(EventIx::PRODUCT_VIEWED, Keeps::Count),
        of(EventIx::ORDER_COMPLETED, Keeps::Sum(TOTAL)),
        of(EventIx::PRODUCT_VIEWED, Keeps::Distinct(CATEGORY)),
        Stream { window: None, ..of(EventIx::ORDER_COMPLETED, Keeps::Last(TOTAL)) },
        Stream { filter: Some(filter), ..of(EventIx::ORDER_COMPLETED, Keeps::Count) },
    ])
}

fn lived(life: &Life, program: &Program) -> (History, Cart) {
    let (mut history, mut cart) = (History::default(), Cart::default());
    for (ix, since) in (0..).map(StreamIx).zip(&life.known) {
        if let Some(since) = *since {
            history.known_since(program, [ix].into_iter(), Timestamp::from_millis(since));
        }
    }
    let mut learn = |name, property: Option<Property<'_>>, t| {
        let properties = property.as_slice();
        let event = Event { name, origin: Origin::Live, at: t, id: 0, properties, products: &[] };
        history.learn(program, &event, t);
    };
    for &Happened { own, what } in &life.happened {
        let t = Timestamp::from_millis(own);
        let line = |product, quantity| {
            [Line { product: ProductId(product), quantity, price: Amount::whole(price(product)) }]
        };
        match what {
            What::Viewed(category) => {
                let text = category.map(|category| category.to_string());
                let value = text.as_deref().map(Value::Text);
                let property = value.map(|value| Property { name: CATEGORY, value });
                learn(EventIx::PRODUCT_VIEWED, property, t);
            }
            What::Ordered(total) => {
                let value = total.map(|total| Value::Number(Amount::from_parts(total)));
                let property = value.map(|value| Property { name: TOTAL, value });
                learn(EventIx::ORDER_COMPLETED, property, t);
                cart.empty(t);
            }
            What::Added(product, quantity) => cart.add(&line(product, quantity), t),
            What::Removed(product, quantity) => cart.remove(&line(product, quantity), t),
        }
    }
    (history, cart)
}

/// The customer as conditions see them. `SKIPS`: it says when levels are crossed.
#[derive(Clone, Copy)]
struct View<'a, const SKIPS: bool> {
    history: &'a History,
    cart: &'a Cart,
    first_seen: i64,
    at: Timestamp,
}

impl<const SKIPS: bool> Facts for View<'_, SKIPS> {
    fn count(&self, stream: StreamIx, window: Option<Wait>) -> Option<f64> {
        self.history.count(stream, window, self.at).map(|count| count as f64)
    }
    fn sum(&self, stream: StreamIx, window: Option<Wait>) -> Option<f64> {
        self.history.sum(stream, window, self.at).map(crate::world::condition::of_amount)
    }
    fn last(&self, stream: StreamIx) -> Option<Timestamp> {
        self.history.last(stream)
    }
    fn distinct(&self, stream: StreamIx, window: Option<Wait>) -> Option<f64> {
        self.history.distinct(stream, window, self.at).map(|values| values as f64)
    }
    fn last_value(&self, stream: StreamIx) -> Option<f64> {
        self.history.last_value(stream).map(crate::world::condition::of_amount)
    }
    fn first_seen(&self) -> Timestamp {
        Timestamp::from_millis(self.first_seen)
    }
    fn came(&self, _: u8) -> bool {
        false
    }
    fn event_time(&self) -> Timestamp {
        self.at
    }
    fn value(&self, _: Source) -> Option<Value<'_>> {
        None
    }
    fn midnight(&self, _: Day) -> Timestamp {
        self.at
    }
    fn shows(&self, _: Shown, _: Timestamp) -> f64 {
        f64::NAN
    }
    fn cart(&self) -> (f64, f64) {
        let (items, value) = self.cart.held(self.at);
        (items as f64, crate::world::condition::of_amount(value))
    }
    fn at(&self) -> Timestamp {
        self.at
    }
}

impl<const SKIPS: bool> Timeline for View<'_, SKIPS> {
    fn moved_to(self, at: Timestamp) -> Self {
        Self { at, ..self }
    }

    fn next_change(&self, op: &Op) -> Timestamp {
        match op.counted() {
            Some((ix, _, window)) => self.history.next_change(ix, window, self.at),
            None if reads_cart(op) => self.cart.next_lapse(self.at),
            None => Timestamp::NEVER,
        }
    }

    fn next_crossing(&self, op: &Op, value: f64, level: f64) -> Timestamp {
        match op.counted() {
            Some((ix, measure, window)) if SKIPS => {
                self.history.next_crossing((ix, measure), window, (value, level), self.at)
            }
            Some(_) | None => self.next_change(op),
        }
    }
}

fn reads_cart(op: &Op) -> bool {
    matches!(op, Op::CartItems | Op::CartValue)
}

/// The first flip after the view's instant, and how many calls it took to find it.
fn flip(condition: &Condition, view: impl Timeline) -> (Timestamp, usize) {
    let now = condition.read(&view);
    let (mut at, mut calls) = (condition.next_flip(&view), 1);
    while at != Timestamp::NEVER && condition.read(&view.moved_to(at)) == now {
        at = condition.next_flip(&view.moved_to(at));
        calls += 1;
    }
    (at, calls)
}

#[test]
fn truths_and_flips_are_those_that_a_slow_judge_finds() {
    let config = Config {
        cases: 6_000,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(1),
        ..Config::default()
    };
    let (flips, unknown) = (Cell::new(0), Cell::new(0));
    let judged = TestRunner::new(config).run(&drawn::case(), |(life, cond, instants)| {
        let program = streams(life.unit);
        let (history, cart) = lived(&life, &program);
        let mut ops = Vec::new();
        cond.ops(&mut ops);
        let condition = Condition::new(ops, vec![], format!("{cond:?}")).unwrap();
        prop_assert!(condition.is_linear_in_time());
        let truth = |t| match life.truth(&cond, t) {
            Some(true) => Truth::True,
            Some(false) => Truth::False,
            None => Truth::Unknown,
        };
        // Nothing is read further back than events may be late, or before the cart was last emptied.
        let newest = life.happened.iter().map(|event| event.own).max().unwrap_or(START);
        let reads_cart = condition.ops().iter().any(reads_cart);
        let emptied = if reads_cart { cart.settled.millis() } else { i64::MIN };
        let back = (newest - 30 * DAY).max(emptied);
        for at in instants.iter().map(|at| *at.max(&back)) {
            let t = Timestamp::from_millis(at);
            let (history, cart, first_seen) = (&history, &cart, life.first_seen);
            let view = View::<true> { history, cart, first_seen, at: t };
            let now = truth(at);
            prop_assert_eq!(condition.read(&view), now, "at {}", at);
            let slow = life.candidates(&cond, at).into_iter().find(|t| truth(*t) != now);
            let slow = slow.map_or(Timestamp::NEVER, Timestamp::from_millis);
            let plain = View::<false> { history, cart, first_seen, at: t };
            for (found, calls) in [flip(&condition, view), flip(&condition, plain)] {
                if life.unit == 1 && found.millis() >= at + 600 {
                    prop_assert_eq!(slow, Timestamp::NEVER, "after {}", at);
                } else {
                    prop_assert_eq!(found, slow, "after {}", at);
                }
                prop_assert!(calls < 5, "{} calls", calls);
            }
            flips.set(flips.get() + usize::from(slow != Timestamp::NEVER));
            unknown.set(unknown.get() + usize::from(now == Truth::Unknown));
        }
        Ok(())
    });
    judged.unwrap_or_else(|wrong| panic!("{wrong}"));
    let (flips, unknown) = (flips.get(), unknown.get());
    assert!(
        flips > 6_000 && unknown > 2_000,
        "too little happened: {flips} flips, {unknown} unknown"
    );
}

#[test]
fn the_segments_of_a_shop_flip_when_they_should() {
    let ms = |days: i64| START + days * DAY;
    let (viewed, ordered) =
        (What::Viewed(Some(1)), |total: i64| What::Ordered(Some(total * 10_000)));
    let happened =
        [(0, viewed), (3, ordered(90)), (5, viewed), (10, What::Added(1, 2)), (9, ordered(70))];
    let happened = happened.map(|(day, what)| Happened { own: ms(day), what }).to_vec();
    let known = vec![None, Some(ms(2)), None, None, None];
    let life = Life { unit: DAY, happened, known, first_seen: ms(0) };
    let (history, cart) = lived(&life, &streams(DAY));
    let month = Some(Wait::days(30));
    let (views, spent) = (Op::Count(StreamIx(0), month), Op::Sum(StreamIx(1), month));
    let (orders, since) = (Op::Count(StreamIx(4), None), Op::DaysSince(StreamIx(4)));
    let distinct = Op::Distinct(StreamIx(2), month);
    let check = |name: &str, ops: &[Op], day: i64, flips: i64| {
        let condition = Condition::new(ops.to_vec(), vec![], name.into()).unwrap();
        let at = Timestamp::from_millis(ms(day));
        let view = View::<true> { history: &history, cart: &cart, first_seen: ms(0), at };
        assert_eq!(condition.next_flip(&view).millis(), flips, "{name}");
    };
    let n = Op::Number;
    check("asleep", &[views, Op::Count(StreamIx(4), month), Op::Add, n(0.0), Op::Equal], 9, ms(39));
    let lapsed = [orders, n(0.0), Op::Greater, since, n(120.0), Op::Greater, Op::And];
    check("lapsed", &lapsed, 9, ms(129) + 1);
    check("thrifty", &[spent, n(150.0), Op::Less], 32, ms(33));
    check("thrifty, once it is known", &[spent, n(150.0), Op::Less], 9, ms(32));
    check("curious", &[distinct, n(1.0), Op::GreaterOrEqual], 9, ms(35));
    check("has a cart", &[Op::CartItems, n(0.0), Op::Greater], 10, ms(40));
}
