//! Expressions and customers by chance.

use super::customer::{Customer, Known, NOW, Values};
use super::expression::{Instant, Logic, Number, Span, Text};
use foresend_core::time::{Timestamp, Wait};
use foresend_core::world::condition::Shown;
use proptest::prelude::*;
use proptest::sample::select;

/// Few and alike, so that they are equal at times.
const TEXTS: [&str; 7] = ["", "a", "ab", "abc", "bc", "ä", "Äb🎁"];

const SHOWN: [(&str, Shown); 8] = [
    ("getFullYear", Shown::Year),
    ("getMonth", Shown::Month),
    ("getDate", Shown::Date),
    ("getDayOfMonth", Shown::DayOfMonth),
    ("getDayOfWeek", Shown::DayOfWeek),
    ("getDayOfYear", Shown::DayOfYear),
    ("getHours", Shown::Hours),
    ("getMinutes", Shown::Minutes),
];

fn halves() -> impl Strategy<Value = f64> {
    (0u32..400).prop_map(|halves| f64::from(halves) / 2.0)
}

fn compares() -> impl Strategy<Value = &'static str> {
    select(&["<", "<=", ">", ">=", "==", "!="][..])
}

fn same() -> impl Strategy<Value = &'static str> {
    select(&["==", "!="][..])
}

fn moves() -> impl Strategy<Value = &'static str> {
    select(&["+", "-"][..])
}

fn number(depth: u32) -> BoxedStrategy<Number> {
    let leaf = prop_oneof![
        2 => halves().prop_map(Number::Literal),
        4 => (0usize..9).prop_map(Number::Fact),
        1 => Just(Number::CartItems),
        1 => Just(Number::CartValue),
        2 => (0usize..3).prop_map(Number::Of),
        1 => text().prop_map(|a| Number::Size(Box::new(a))),
    ];
    if depth == 0 {
        return leaf.boxed();
    }
    let deeper = move || number(depth - 1).prop_map(Box::new);
    let op = select(&["+", "-", "*", "/"][..]);
    prop_oneof![
        3 => leaf,
        1 => deeper().prop_map(Number::Negate),
        3 => (op, deeper(), deeper()).prop_map(|(op, a, b)| Number::Arithmetic(op, a, b)),
        1 => (select(&SHOWN[..]), instant(depth - 1))
            .prop_map(|((name, shown), at)| Number::Shows(name, shown, Box::new(at))),
        1 => (logic(depth - 1).prop_map(Box::new), deeper(), deeper())
            .prop_map(|(c, a, b)| Number::Choose(c, a, b)),
    ]
    .boxed()
}

fn text() -> impl Strategy<Value = Text> {
    prop_oneof![
        1 => select(&TEXTS[..]).prop_map(Text::Written),
        3 => (0usize..3).prop_map(Text::Of),
    ]
}

fn instant(depth: u32) -> BoxedStrategy<Instant> {
    let leaf = prop_oneof![Just(Instant::EventTime), (0usize..3).prop_map(Instant::Of)];
    if depth == 0 {
        return leaf.boxed();
    }
    let moved = (moves(), instant(depth - 1), span(depth - 1))
        .prop_map(|(op, a, b)| Instant::Moved(op, Box::new(a), Box::new(b)));
    prop_oneof![2 => leaf, 1 => moved].boxed()
}

fn span(depth: u32) -> BoxedStrategy<Span> {
    let units = (select(&["days", "hours"][..]), number(depth.saturating_sub(1)))
        .prop_map(|(unit, n)| Span::Units(unit, Box::new(n)));
    if depth == 0 {
        return units.boxed();
    }
    let deeper = move || span(depth - 1).prop_map(Box::new);
    let at = move || instant(depth - 1).prop_map(Box::new);
    let scaled = (select(&["*", "/"][..]), deeper(), number(depth - 1))
        .prop_map(|(op, a, n)| Span::Scaled(op, a, Box::new(n)));
    prop_oneof![
        3 => units,
        3 => (at(), at()).prop_map(|(a, b)| Span::Between(a, b)),
        2 => (moves(), deeper(), deeper()).prop_map(|(op, a, b)| Span::Together(op, a, b)),
        1 => scaled,
    ]
    .boxed()
}

pub(super) fn logic(depth: u32) -> BoxedStrategy<Logic> {
    let related = (select(&["startsWith", "endsWith", "contains"][..]), text(), select(&TEXTS[..]));
    let leaf = prop_oneof![
        1 => any::<bool>().prop_map(Logic::Literal),
        1 => (0usize..3).prop_map(Logic::Of),
        1 => (0usize..3, 0usize..4).prop_map(|(root, part)| Logic::Has(root, part)),
        2 => (same(), text(), text()).prop_map(|(op, a, b)| Logic::SameText(op, a, b)),
        2 => related.prop_map(|(name, a, written)| Logic::Related(name, a, written)),
        1 => (text(), proptest::collection::vec(select(&TEXTS[..]), 1..5))
            .prop_map(|(a, list)| Logic::AmongTexts(a, list)),
    ];
    if depth == 0 {
        return leaf.boxed();
    }
    let deeper = move || logic(depth - 1).prop_map(Box::new);
    let numbers = move || number(depth - 1).prop_map(Box::new);
    let instants = move || instant(depth - 1).prop_map(Box::new);
    let spans = move || span(depth - 1).prop_map(Box::new);
    let join = select(&["&&", "||"][..]);
    let few = (-4i8..40).prop_map(|halves| f64::from(halves) / 2.0);
    prop_oneof![
        3 => leaf,
        6 => (compares(), numbers(), numbers()).prop_map(|(op, a, b)| Logic::Compare(op, a, b)),
        2 => (compares(), instants(), instants())
            .prop_map(|(op, a, b)| Logic::CompareInstants(op, a, b)),
        2 => (compares(), spans(), spans()).prop_map(|(op, a, b)| Logic::CompareSpans(op, a, b)),
        1 => (numbers(), proptest::collection::vec(few, 1..5))
            .prop_map(|(a, list)| Logic::AmongNumbers(a, list)),
        1 => (same(), deeper(), deeper()).prop_map(|(op, a, b)| Logic::Same(op, a, b)),
        1 => deeper().prop_map(Logic::Not),
        4 => (join, deeper(), deeper()).prop_map(|(op, a, b)| Logic::Join(op, a, b)),
        1 => (deeper(), deeper(), deeper()).prop_map(|(c, a, b)| Logic::Choose(c, a, b)),
    ]
    .boxed()
}

fn values(known: bool) -> impl Strategy<Value = Values> {
    // Of one who is known little is missing: that is what `has` finds.
    let there = if known { 0.95 } else { 0.6 };
    use proptest::option::weighted;
    let text = select(&TEXTS[..]).prop_map(str::to_owned);
    let number = (-20i8..40).prop_map(|halves| f64::from(halves) / 2.0);
    // Around the present, so that some are equal to the day of the event.
    let date = prop_oneof![20_500i32..20_520, -10_000i32..40_000];
    let all = (
        weighted(there, number),
        weighted(there, text),
        weighted(there, date),
        weighted(there, any::<bool>()),
    );
    all.prop_map(|(number, text, date, truth)| Values { number, text, date, truth })
}

/// Small numbers, so that equality happens; days as whole milliseconds, so that they are exact.
pub(super) fn customer(known: bool) -> impl Strategy<Value = Customer> {
    let number = || (0u32..40).prop_map(|halves| Known::Number(f64::from(halves) / 2.0));
    let days = || {
        let some = halves().prop_map(Known::Number);
        prop_oneof![4 => some, 1 => Just(Known::Never)]
    };
    let perhaps = move |fact: BoxedStrategy<Known>| match known {
        true => fact,
        false => prop_oneof![2 => fact, 1 => Just(Known::Unknown)].boxed(),
    };
    let counts = proptest::collection::vec(perhaps(number().boxed()), 6);
    let since = proptest::collection::vec(perhaps(days().boxed()), 2);
    let age = halves().prop_map(Known::Number);
    // Quarters of an hour, within a month: some are midnight.
    let time = (0i64..3_000).prop_map(|quarters| NOW.before(Wait::from_millis(quarters * 900_000)));
    let values = [values(known), values(known), values(known)];
    (counts, since, age, 0u32..6, 0u32..400, values, time).prop_map(
        |(counts, since, age, items, value, values, time): (_, _, _, _, _, _, Timestamp)| {
            let facts: [&Known; 9] = [
                &counts[0], &counts[1], &counts[2], &since[0], &since[1], &counts[3], &counts[4],
                &counts[5], &age,
            ];
            Customer {
                facts: facts.map(|fact| *fact),
                cart: (f64::from(items), f64::from(value) / 2.0),
                values,
                time,
            }
        },
    )
}
