//! What is drawn: lives whose events, windows and lines often meet, and conditions on them.

use super::judge::{
    Cond, DAY, HOUR, Happened, LARGE_ORDERS, Life, Num, SPENT, START, STREAMS, VIEWS, What,
};
use crate::world::condition::Op;
use proptest::prelude::*;

/// For how many units events happen; of days so many that early ones are swept away.
const fn lasting(unit: i64) -> i64 {
    if unit == DAY { 120 } else { 60 }
}

fn life_of(unit: i64) -> impl Strategy<Value = Life> {
    // Round instants, so that events, windows and lines often meet; and some that are not.
    let instant = (0..lasting(unit), prop_oneof![4 => Just(0), 1 => 0..unit])
        .prop_map(move |(n, more)| START + n * unit + more);
    let what = prop_oneof![
        4 => prop::option::weighted(0.8, 0..4u8).prop_map(What::Viewed),
        3 => prop::option::weighted(0.8, -20_000..60_000i64).prop_map(|total| {
            What::Ordered(total.map(|total| total - total % 2_500))
        }),
        2 => (0..3u64, 1..3u32).prop_map(|(product, n)| What::Added(product, n)),
        1 => (0..3u64, 1..3u32).prop_map(|(product, n)| What::Removed(product, n)),
    ];
    let happened = (instant.clone(), what).prop_map(|(own, what)| Happened { own, what });
    let known = prop::option::weighted(0.2, instant.clone());
    let known = prop::collection::vec(known, usize::from(STREAMS));
    (prop::collection::vec(happened, 0..24), known, instant)
        .prop_map(move |(happened, known, first_seen)| Life { unit, happened, known, first_seen })
}

fn window(unit: i64) -> impl Strategy<Value = i64> + Clone {
    (1..=30i64).prop_map(move |n| n * unit)
}

fn constant() -> impl Strategy<Value = Num> + Clone {
    prop_oneof![
        2 => Just(Num::Const(0.0)),
        3 => (-8..32i32).prop_map(|n| Num::Const(f64::from(n) / 4.0)),
        3 => (1..7i32).prop_map(|n| Num::Const(f64::from(n))),
    ]
}

fn compared() -> impl Strategy<Value = Op> + Clone {
    let all = [Op::Less, Op::LessOrEqual, Op::Greater, Op::GreaterOrEqual, Op::Equal, Op::NotEqual];
    prop::sample::select(all.to_vec())
}

fn two(op: Op, a: Num, b: Num) -> Num {
    Num::Two(op, Box::new((a, b)))
}

/// What is counted, and does not move between two changes.
fn counted(unit: i64) -> impl Strategy<Value = Num> + Clone {
    let count = || prop::sample::select(vec![VIEWS, LARGE_ORDERS]);
    let leaf = prop_oneof![
        5 => (count(), window(unit)).prop_map(|(stream, window)| Num::Count(stream, Some(window))),
        1 => count().prop_map(|stream| Num::Count(stream, None)),
        3 => window(unit).prop_map(|window| Num::Sum(Some(window))),
        1 => Just(Num::Sum(None)),
        3 => window(unit).prop_map(Num::Distinct),
        1 => Just(Num::Last),
        1 => Just(Num::Items),
        1 => Just(Num::Value),
    ];
    leaf.prop_recursive(2, 5, 2, |inner| {
        let ops = vec![Op::Add, Op::Add, Op::Add, Op::Subtract, Op::Multiply, Op::Divide];
        let side = prop_oneof![5 => inner, 1 => constant()].boxed();
        (prop::sample::select(ops), side.clone(), side).prop_map(|(op, a, b)| two(op, a, b))
    })
}

/// Comparisons in which something ages. No two ages that differ by a constant other than zero are compared: of them
/// the last bit of a double decides.
fn aged(unit: i64) -> impl Strategy<Value = Cond> + Clone {
    let since = prop::sample::select(vec![VIEWS, SPENT, LARGE_ORDERS]).prop_map(Num::Since);
    let age = prop_oneof![3 => since, 1 => Just(Num::FirstSeen)].boxed();
    let span = (-5..60i64, prop_oneof![3 => Just(0i64), 1 => 0..unit])
        .prop_map(move |(n, more)| Num::Span(n * unit + more))
        .boxed();
    let counted = counted(unit).boxed();
    let (a, s, n) = (|| age.clone(), || span.clone(), || counted.clone());
    let double = |a| two(Op::Multiply, a, Num::Const(2.0));
    let sides = prop_oneof![
        4 => (a(), s()),
        1 => (a(), a()),
        1 => (s(), a().prop_map(|a| two(Op::Subtract, Num::Const(0.0), a))),
        1 => (a().prop_map(double), a()),
        1 => (a().prop_map(double), (a(), s()).prop_map(|(a, s)| two(Op::Add, a, s))),
        1 => ((a(), a()).prop_map(|(a, b)| two(Op::Add, a, b)), s()),
        1 => ((a(), n()).prop_map(|(a, n)| two(Op::Divide, a, n)), s()),
        1 => ((n(), a()).prop_map(|(n, a)| two(Op::Multiply, n, a)), s()),
        1 => ((compared(), n(), constant(), a(), a()).prop_map(|(op, n, c, a, b)| {
            Num::Choose(Box::new((Cond::Compare(op, n, c), a, b)))
        }), s()),
    ];
    (compared(), sides, any::<bool>()).prop_map(|(op, (a, b), turned)| {
        if turned { Cond::Compare(op, b, a) } else { Cond::Compare(op, a, b) }
    })
}

fn cond(unit: i64) -> impl Strategy<Value = Cond> {
    let n = counted(unit).boxed();
    let leaf = prop_oneof![
        4 => (compared(), n.clone(), constant()).prop_map(|(op, a, b)| Cond::Compare(op, a, b)),
        1 => (compared(), constant(), n.clone()).prop_map(|(op, a, b)| Cond::Compare(op, a, b)),
        1 => (compared(), n.clone(), n).prop_map(|(op, a, b)| Cond::Compare(op, a, b)),
        4 => aged(unit),
    ];
    leaf.prop_recursive(2, 4, 3, |inner| {
        let (a, b, c) = (inner.clone(), inner.clone(), inner.clone());
        prop_oneof![
            1 => inner.prop_map(|of| Cond::Not(Box::new(of))),
            4 => (prop::sample::select(vec![Op::And, Op::Or]), a.clone(), b.clone())
                .prop_map(|(op, a, b)| Cond::Two(op, Box::new((a, b)))),
            1 => (a, b, c).prop_map(|of| Cond::Choose(Box::new(of))),
        ]
    })
}

/// A life, a condition, and instants to read it at.
pub(super) fn case() -> impl Strategy<Value = (Life, Cond, Vec<i64>)> {
    prop::sample::select(vec![1, HOUR, DAY]).prop_flat_map(|unit| {
        let instants = (-10..lasting(unit) + 40, prop_oneof![Just(0), 0..unit]);
        let instants = prop::collection::vec(instants, 4);
        let instants = instants.prop_map(move |of| {
            of.iter().map(|(n, more)| START + n * unit + more).collect::<Vec<i64>>()
        });
        (life_of(unit), cond(unit), instants)
    })
}
