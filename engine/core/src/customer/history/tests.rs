//! What is remembered, in small stories.

use super::*;
use crate::calendar::Day;
use crate::customer::input::Origin;
use crate::time::Zone;
use crate::world::condition::{Condition, Op, Relation, TextIx};
use crate::world::event::{EventDef, EventIx, Property, PropertyIx};
use crate::world::limit::Limits;
use crate::world::program::Outline;
use crate::world::stream::Stream;
use crate::world::value::Source;

const FIRST: StreamIx = StreamIx(0);
const CATEGORY: PropertyIx = PropertyIx(2);
const PRICE: PropertyIx = PropertyIx(4);

/// A program that remembers these streams and does nothing.
pub(super) fn program(streams: Vec<Stream>) -> Program {
    Program::new(Outline {
        hash: [0; 32],
        zone: Zone::named("UTC").unwrap(),
        currency: "EUR".into(),
        minor_digits: 2,
        credit: Wait::days(5),
        events: EventDef::builtin(),
        topics: vec![],
        holdout: 0,
        traits: vec![],
        columns: vec![],
        offers: vec![],
        segments: vec![],
        streams,
        limits: Limits::default(),
        mails: vec![],
        journeys: vec![],
        experiments: Vec::new(),
    })
}

fn views(keeps: Keeps, window: Option<Wait>) -> Stream {
    Stream { keeps, window, ..Stream::of(EventIx::PRODUCT_VIEWED) }
}

fn days(days: u32) -> Option<Wait> {
    Some(Wait::days(days))
}

fn at(minute: u32) -> Timestamp {
    Timestamp::from_millis(0).after(Wait::minutes(minute))
}

fn viewed<'a>(properties: &'a [Property<'a>]) -> Event<'a> {
    let name = EventIx::PRODUCT_VIEWED;
    Event { name, origin: Origin::Live, at: at(0), id: 0, properties, products: &[] }
}

fn of_category(category: &str) -> [Property<'_>; 1] {
    [Property { name: CATEGORY, value: Value::Text(category) }]
}

const fn priced(euros: i64) -> [Property<'static>; 1] {
    [Property { name: PRICE, value: Value::Number(Amount::whole(euros)) }]
}

#[test]
fn a_full_stream_folds_its_oldest_and_keeps_its_count() {
    let program = program(vec![views(Keeps::Count, days(30))]);
    let mut history = History::default();
    let mut folded = 0;
    for minute in 0..20_000 {
        folded += u32::from(history.learn(&program, &viewed(&[]), at(minute)));
        assert!(history.ever[0].kept <= KEPT_MAX);
    }
    let end = at(19_999);
    assert_eq!(history.count(FIRST, days(30), end), Some(20_000));
    assert_eq!(history.lately.len(), usize::from(history.ever[0].kept));
    assert_eq!(
        history.count(FIRST, Some(Wait::minutes(30)), end),
        Some(30),
        "the newest are exact"
    );
    assert!(folded < 400, "{folded}");
}

#[test]
fn entries_thousands_of_years_apart_are_folded_too() {
    let program = program(vec![views(Keeps::Count, days(30))]);
    let mut history = History::default();
    for century in -2_000..2_000 {
        let t = Timestamp::from_millis(century * 100 * 365 * Wait::DAY.millis());
        history.learn(&program, &viewed(&[]), t);
        assert!(history.ever[0].kept <= KEPT_MAX && history.lately.len() <= 300);
    }
}

#[test]
fn a_full_stream_of_values_lets_older_repeats_go_first_and_then_the_oldest() {
    let program = program(vec![views(Keeps::Distinct(CATEGORY), days(30))]);
    let mut history = History::default();
    let mut learn = |minute: u32, category: u32| {
        let category = category.to_string();
        let lost = history.learn(&program, &viewed(&of_category(&category)), at(minute));
        assert!(history.lately.len() <= usize::from(KEPT_MAX));
        assert_eq!(history.lately.len(), usize::from(history.ever[0].kept));
        assert!(history.lately.is_sorted_by_key(|entry| entry.at));
        (lost, history.distinct(FIRST, days(30), at(minute)).unwrap())
    };
    for minute in 0..5_000 {
        let (lost, values) = learn(minute, minute % 250);
        assert_eq!((lost, values), (false, u64::from(minute + 1).min(250)));
    }
    for minute in 5_000..5_006 {
        assert_eq!(learn(minute, minute), (false, u64::from(minute - 4_749)));
    }
    assert_eq!(learn(5_006, 5_006), (true, 192), "257 values, each once");
    assert_eq!(history.distinct(FIRST, Some(Wait::minutes(7)), at(5_006)), Some(7));
    assert_eq!(history.distinct(FIRST, Some(Wait::minutes(180)), at(5_006)), Some(180));
}

#[test]
fn a_window_excludes_its_start_and_includes_its_end() {
    let program = program(vec![views(Keeps::Count, days(30))]);
    let mut history = History::default();
    history.learn(&program, &viewed(&[]), at(10));
    let count = |minute| history.count(FIRST, Some(Wait::minutes(5)), at(minute));
    assert_eq!([count(9), count(10), count(14), count(15)], [Some(0), Some(1), Some(1), Some(0)]);
}

#[test]
fn a_window_that_reaches_back_beyond_what_is_held_is_unknown() {
    let streams = [Keeps::Count, Keeps::Sum(PRICE), Keeps::Distinct(CATEGORY)];
    let program = program(streams.map(|keeps| views(keeps, days(30))).to_vec());
    let mut history = History::default();
    history.known_since(&program, (0..3).map(StreamIx), at(100));
    let window = Some(Wait::minutes(5));
    let count = |minute| history.count(FIRST, window, at(minute));
    let sum = |minute| history.sum(StreamIx(1), window, at(minute)).map(Amount::parts);
    let distinct = |minute| history.distinct(StreamIx(2), window, at(minute));
    assert_eq!([count(104), count(105)], [None, Some(0)]);
    assert_eq!([sum(104), sum(105)], [None, Some(0)]);
    assert_eq!([distinct(104), distinct(105)], [None, Some(0)]);
    assert_eq!(history.count(FIRST, None, at(500)), None);
    assert_eq!(history.last(FIRST), None);
}

#[test]
fn a_filter_counts_what_it_is_true_of_and_nothing_unknown() {
    let filters = [
        vec![Op::Read(Source::Counted(PRICE)), Op::Number(50.0), Op::GreaterOrEqual],
        vec![Op::Text(Source::Counted(CATEGORY), Relation::Starts, TextIx(0))],
        vec![Op::Count(FIRST, None), Op::Number(0.0), Op::GreaterOrEqual],
        vec![Op::Has(Source::Counted(PRICE)), Op::Not],
    ];
    let filtered = filters.map(|ops| {
        let filter = Condition::new(ops, vec!["sho".into()], String::new()).unwrap();
        Stream { filter: Some(filter), ..views(Keeps::Sum(PRICE), None) }
    });
    let program = program(filtered.to_vec());
    let mut history = History::default();
    let of_both = [of_category("shoes")[0], priced(70)[0]];
    for properties in [&[][..], &priced(49), &priced(50), &of_category("shirt"), &of_both] {
        history.learn(&program, &viewed(properties), at(1));
    }
    let counted = [0, 1, 2, 3].map(|ix| history.count(StreamIx(ix), None, at(2)).unwrap());
    assert_eq!(counted, [2, 1, 0, 2], "at least 50, begins with sho, unknown, without a price");
    assert_eq!(history.sum(FIRST, None, at(2)), Some(Amount::whole(120)));
    assert_eq!(history.last(StreamIx(2)), Some(Timestamp::ALWAYS), "as if nothing had happened");
}

#[test]
fn dates_of_one_event_are_compared_in_a_filter() {
    let day = |property| Op::Read(Source::Counted(property));
    let ops = vec![day(CATEGORY), day(PRICE), Op::Less];
    let filter = Condition::new(ops, vec![], String::new()).unwrap();
    let program = program(vec![Stream { filter: Some(filter), ..views(Keeps::Count, None) }]);
    let mut history = History::default();
    for (a, b) in [(1, 2), (2, 2), (-1, 0)] {
        let date = |name, day| Property { name, value: Value::Date(Day::numbered(day).unwrap()) };
        history.learn(&program, &viewed(&[date(CATEGORY, a), date(PRICE, b)]), at(0));
    }
    assert_eq!(history.count(FIRST, None, at(0)), Some(2));
}

#[test]
fn a_missing_property_adds_nothing_is_no_value_and_is_no_last_one() {
    let streams = [Keeps::Sum(PRICE), Keeps::Distinct(PRICE), Keeps::Last(PRICE)];
    let program = program(streams.map(|keeps| views(keeps, days(30))).to_vec());
    let mut history = History::default();
    assert_eq!(history.last_value(StreamIx(2)), None);
    history.learn(&program, &viewed(&priced(7)), at(1));
    history.learn(&program, &viewed(&[]), at(2));
    history.learn(&program, &viewed(&[Property { name: PRICE, value: Value::Text("7") }]), at(3));
    assert_eq!(history.count(FIRST, days(1), at(9)), Some(3));
    assert_eq!(history.sum(FIRST, days(1), at(9)), Some(Amount::whole(7)));
    assert_eq!(history.distinct(StreamIx(1), days(1), at(9)), Some(2), "the number and the text");
    assert_eq!(history.last(StreamIx(1)), Some(at(3)));
    assert_eq!(history.last_value(StreamIx(2)), Some(Amount::whole(7)));
    assert_eq!(history.last(StreamIx(2)), Some(at(1)), "of the last one that had a number");
}

#[test]
fn the_last_value_is_that_of_the_latest_own_time_and_then_of_the_later_arrival() {
    let program = program(vec![views(Keeps::Last(PRICE), None)]);
    let mut history = History::default();
    let mut last = |minute, euros| {
        history.learn(&program, &viewed(&priced(euros)), at(minute));
        history.last_value(FIRST).unwrap().parts() / Amount::SCALE
    };
    assert_eq!([last(5, 1), last(3, 2), last(5, 3), last(6, 4), last(5, 5)], [1, 1, 3, 4, 4]);
}

#[test]
fn the_next_change_is_when_an_entry_leaves_or_enters_or_all_becomes_known() {
    let program = program(vec![views(Keeps::Count, days(30)), views(Keeps::Sum(PRICE), days(30))]);
    let mut history = History::default();
    let window = Some(Wait::minutes(5));
    assert_eq!(history.next_change(FIRST, window, at(0)), Timestamp::NEVER);
    for minute in [10, 12, 12] {
        history.learn(&program, &viewed(&[]), at(minute));
    }
    let next = |minute| history.next_change(FIRST, window, at(minute));
    assert_eq!([next(9), next(10), next(11), next(12)], [10, 12, 12, 15].map(at));
    assert_eq!([next(15), next(16)], [17, 17].map(at));
    assert_eq!(next(17), Timestamp::NEVER);
    assert_eq!(history.next_change(FIRST, None, at(9)), Timestamp::NEVER);
    history.known_since(&program, [FIRST].into_iter(), at(13));
    let next = |minute| history.next_change(FIRST, window, at(minute));
    assert_eq!([next(12), next(17), next(18)], [at(18), at(18), Timestamp::NEVER]);
    history.known_since(&program, [FIRST].into_iter(), Timestamp::NEVER);
    assert_eq!(history.next_change(FIRST, window, at(12)), Timestamp::NEVER);
}

#[test]
fn a_level_is_crossed_when_so_many_have_left() {
    let keeps = [Keeps::Count, Keeps::Sum(PRICE), Keeps::Distinct(PRICE)];
    let program = program(keeps.map(|keeps| views(keeps, days(30))).to_vec());
    let mut history = History::default();
    for (minute, euros) in [(10, 5), (20, -3), (30, 4), (40, 4)] {
        history.learn(&program, &viewed(&priced(euros)), at(minute));
    }
    let next = |ix, measure, now, level| {
        let window = Some(Wait::minutes(1_000));
        history.next_crossing((StreamIx(ix), measure), window, (now, level), at(50))
    };
    let count = |level| next(0, Measure::Count, 4.0, level);
    assert_eq!(
        [count(0.0), count(1.0), count(3.5), count(4.0)],
        [1_040, 1_030, 1_010, 1_010].map(at)
    );
    assert_eq!([count(4.5), count(-1.0)], [Timestamp::NEVER; 2]);
    // 10 now; 5, 8, 4 and 0 as they leave.
    let sum = |level| next(1, Measure::Sum, 10.0, level);
    assert_eq!([sum(9.0), sum(7.0), sum(5.0), sum(4.5)], [1_010, 1_010, 1_010, 1_030].map(at));
    assert_eq!([sum(10.0), sum(0.0), sum(2.0)], [1_010, 1_040, 1_040].map(at));
    assert_eq!([sum(11.0), sum(-1.0)], [Timestamp::NEVER; 2]);
    let distinct = |level| next(2, Measure::Distinct, 3.0, level);
    assert_eq!([distinct(0.0), distinct(1.0), distinct(2.0)], [1_040, 1_020, 1_010].map(at));
    assert_eq!(distinct(3.5), Timestamp::NEVER);
}

#[test]
fn a_warm_history_asks_for_no_more_memory() {
    let keeps = [Keeps::Count, Keeps::Sum(PRICE), Keeps::Distinct(CATEGORY), Keeps::Last(PRICE)];
    let program = program(keeps.map(|keeps| views(keeps, days(1))).to_vec());
    let mut history = History::default();
    let mut bytes = Vec::new();
    for hour in 0..24 * 400 {
        history.learn(&program, &viewed(&of_category("a")), at(hour * 600));
        if hour % 2_400 == 2_399 {
            bytes.push(history.heap_bytes());
        }
    }
    assert!(bytes.windows(2).all(|two| two[0] == two[1]), "{bytes:?}");
}

#[test]
fn what_is_folded_does_not_depend_on_the_room_there_happens_to_be() {
    for keeps in [Keeps::Count, Keeps::Sum(PRICE), Keeps::Distinct(CATEGORY)] {
        let program = program(vec![views(keeps, days(7)), Stream::of(EventIx::ORDER_COMPLETED)]);
        let (mut one, mut other) = (History::default(), History::default());
        one.lately.reserve(10_000);
        let mut folded = 0;
        for nth in 0..2_000 {
            let category = nth.to_string();
            let properties = [of_category(&category)[0], priced(1)[0]];
            let t = at(nth * 300);
            let lost = one.learn(&program, &viewed(&properties), t);
            // A copy has as much room as it needs, like one who has rested.
            other = other.clone();
            assert_eq!(other.learn(&program, &viewed(&properties), t), lost, "{keeps:?} {nth}");
            assert_eq!(one.distinct(FIRST, days(7), t), other.distinct(FIRST, days(7), t));
            assert_eq!(one.sum(FIRST, days(7), t), other.sum(FIRST, days(7), t));
            folded += u32::from(lost);
        }
        assert_eq!(folded, 0, "{keeps:?}: of 37 days there are 178 entries");
    }
}
