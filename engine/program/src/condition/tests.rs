//! What expressions come to, from text to ops and sentences: the tables of the language, row by row.

use super::compile::Purpose;
use super::definitions::Definitions;
use super::needs::Needs;
use super::rig;
use crate::event::Vocabulary;
use foresend_core::time::Wait;
use foresend_core::world::condition::{Op, Relation, TextIx};
use foresend_core::world::event::{EventIx, PropertyIx};
use foresend_core::world::stream::{Keeps, StreamIx};
use foresend_core::world::value::{ColumnIx, SlotIx, Source, TraitIx};

const START: Option<(&[EventIx], bool)> = Some((&[EventIx::PRODUCT_VIEWED], true));

#[track_caller]
fn ops(text: &str, expected: &[Op]) {
    let lowered = rig::lower(text, Purpose::Condition, START).unwrap();
    let mut needs = Needs::default();
    needs.add(&lowered.pieces);
    let slots = lowered.event_properties();
    assert_eq!(lowered.condition(&needs, &slots).ops(), expected, "{text}");
}

/// What is told of a text of this purpose; nothing if it is right.
#[track_caller]
fn told(text: &str, purpose: Purpose, expected: &[&str]) {
    assert_eq!(rig::lower(text, purpose, START).err().unwrap_or_default(), expected, "{text}");
}

#[test]
fn each_type_goes_with_what_it_may() {
    const TABLE: &[(&str, &str)] = &[
        ("orders + 1 > spend_1y * 2 / 3", ""),
        ("event.time + days(1) > event.time", ""),
        ("days(1) + event.time > event.time - hours(3)", ""),
        ("event.time - customer.birthday >= days(6570)", ""),
        ("days(1) - hours(3) * orders < -days(1) / 2 + 2 * hours(1)", ""),
        ("event.time == customer.birthday && days(1) != hours(24)", ""),
        ("customer.city == event.category && 'York' != customer.city", ""),
        ("customer.vip == true && buyer != local", ""),
        ("customer.city + 'x' == 'y'", "`+` takes numbers, and this is text"),
        ("customer.city < 'y'", "`<` takes numbers, and this is text"),
        ("buyer < local", "`<` takes numbers, and this is a yes-or-no"),
        ("customer.city == 3", "this condition compares text with a number"),
        ("customer.vip == 1", "this condition compares a yes-or-no with a number"),
        ("event.time + event.time > event.time", "this condition adds two instants"),
        ("event.time * 2 > event.time", "this condition multiplies an instant and a number"),
        ("3 - event.time > days(1)", "this condition subtracts a number and an instant"),
        (
            "days(3) - event.time > days(1)",
            "this condition subtracts a span of time and an instant",
        ),
        ("days(3) * days(3) > days(1)", "this condition multiplies two spans of time"),
        ("days(3) / days(1) > 1", "this condition divides two spans of time"),
        ("3 / days(1) > 1", "this condition divides a number and a span of time"),
        ("event.time > 3", "this condition compares an instant with a number"),
        ("event.time > days(3)", "this condition compares an instant with a span of time"),
        ("days(3) > 3", "this condition compares a span of time with a number"),
        ("event.time == '2026-03-02'", "this condition compares an instant with text"),
        ("-customer.city == 3", "`-` takes numbers, and this is text"),
        ("-event.time > event.time", "`-` takes numbers, and this is an instant"),
        ("!event.time", "`!` takes a yes-or-no, and this is an instant"),
        ("customer.city && buyer", "`&&` takes a yes-or-no, and this is text"),
        ("buyer ? event.time > event.time : days(1) > days(2)", ""),
        ("(buyer ? event.time : customer.birthday) > event.time", ""),
        ("(buyer ? 1 : days(1)) > 1", "this choice is between a number and a span of time"),
        ("(buyer ? 'a' : customer.city) == 'a'", "a choice is not between texts"),
    ];
    for (text, message) in TABLE {
        let expected: Vec<&str> = Some(*message).filter(|m| !m.is_empty()).into_iter().collect();
        told(text, Purpose::Condition, &expected);
    }
}

#[test]
fn what_an_expression_is_for_says_what_it_comes_to() {
    told("event.time + days(3)", Purpose::Due, &[]);
    told("customer.birthday", Purpose::Due, &[]);
    told("buyer ? event.time : event.time + days(3)", Purpose::Due, &[]);
    told("days(3)", Purpose::Due, &["`due` is an instant, and this is a span of time"]);
    told("orders", Purpose::Due, &["`due` is an instant, and this is a number"]);
    told("buyer", Purpose::Due, &["`due` is an instant, and this is a yes-or-no"]);
    told("event.time", Purpose::Condition, &["a condition is a yes-or-no, and this is an instant"]);
    told(
        "event.time",
        Purpose::Fact,
        &["`event` is the one that started a journey, and a fact belongs to none"],
    );
    told("customer.birthday", Purpose::Fact, &["a fact is a number, and this is an instant"]);
    told("customer.points * 2 + customer.city.size()", Purpose::Fact, &[]);
    told("customer.city", Purpose::Segment, &["a segment is a yes-or-no, and this is text"]);
}

#[test]
fn history_is_read_with_arguments_that_are_written_out() {
    const TABLE: &[(&str, &str)] = &[
        ("count('Order Completed', event.total > 50)", ""),
        ("count('Order Completed', event.total > 50 && has(event.coupon), '30d')", ""),
        ("count('Order Completed', event.coupon in ['a', 'b'])", ""),
        ("distinct('Product Viewed', 'category', '30d')", ""),
        ("last('Order Completed', 'total')", ""),
        ("first_seen_days()", ""),
        ("first_seen_days(1)", "`first_seen_days()` does not take 1 argument"),
        ("count()", "`count()` needs arguments"),
        ("count('Order Completed', '30d', '30d')", "a filter is an expression, and this is text"),
        (
            "count('Order Completed', event.total > 50, 30)",
            "`30` stands where a window was expected",
        ),
        ("count('Order Completed', event.totl > 50)", "Order Completed has no property `totl`"),
        ("count('Order Completed', event.total)", "a filter is a yes-or-no, and this is a number"),
        (
            "count('Order Completed', customer.vip)",
            "a filter reads only the event that is counted, and not the customer",
        ),
        (
            "count('Order Completed', item.stock > 0)",
            "a filter reads only the event that is counted, and not the catalogue",
        ),
        (
            "count('Order Completed', buyer)",
            "a filter reads only the event that is counted, and not `buyer`",
        ),
        (
            "count('Order Completed', came('answer'))",
            "a filter reads only the event that is counted, and not `came()`",
        ),
        (
            "count('Order Completed', count('Product Viewed') > 1)",
            "a filter reads only the event that is counted, and not `count()`",
        ),
        (
            "count('Order Completed', event.time.getHours() > 3)",
            "a filter reads only the event that is counted, and not `event.time`: a window says how long ago",
        ),
        (
            "sum('Order Completed', 'total', event.total > 50)",
            "`event.total > 50` stands where a window was expected",
        ),
        (
            "sum('Order Completed', 'total', event.total > 50, '30d')",
            "`sum()` does not take 4 arguments",
        ),
        ("distinct('Product Viewed', 'category')", "`distinct()` does not take 2 arguments"),
        ("last('Order Completed', 'coupon')", "`coupon` of Order Completed is not a number"),
    ];
    for (text, message) in TABLE {
        let expected: Vec<&str> = Some(*message).filter(|m| !m.is_empty()).into_iter().collect();
        told(text, Purpose::Fact, &expected);
    }
}

#[test]
fn functions_of_values_take_what_they_may() {
    const TABLE: &[(&str, &str)] = &[
        ("customer.city.startsWith('Y') && event.category.contains('s')", ""),
        ("size(customer.city) == 'York'.size() && 'York'.endsWith('k')", ""),
        ("event.time.getDayOfWeek() in [0, 6]", ""),
        ("(event.time + days(1)).getHours() < 12", ""),
        ("has(customer.city) || has(event.price) || has(item.stock)", ""),
        ("came('answer')", ""),
        ("has(event.time)", "`has()` asks for what may be missing, and `event.time` never is"),
        (
            "has(customer.city == 'York')",
            "`has()` asks for what may be missing, and this is `customer.city == 'York'`",
        ),
        ("has(cart.items)", "`has()` asks for what may be missing, and this is `cart.items`"),
        ("orders.getHours() < 3", "`getHours()` takes an instant, and this is a number"),
        ("size(orders) > 3", "`size()` takes a text, and this is a number"),
        (
            "customer.city.contains(event.category)",
            "`contains()` looks for a written text, and this is `event.category`",
        ),
        (
            "event.time.getHours('UTC') < 3",
            "`getHours()` reads the customer's own clock, and takes no zone",
        ),
        (
            "event.time.getSeconds() < 3",
            "`getSeconds()` is not supported: conditions read a clock to the minute",
        ),
        (
            "customer.city.matches('Y.*')",
            "`matches()` is not supported: conditions have no regular expressions",
        ),
        (
            "customer.city.exists(x, x == 1)",
            "`exists()` is not supported: conditions go through no lists",
        ),
        ("int(orders) > 3", "`int()` is not supported: conditions convert nothing"),
        (
            "event.time > timestamp('2026-03-02T00:00:00Z')",
            "`timestamp()` is not supported: no date is written out in a condition",
        ),
        (
            "duration('3h') > hours(1)",
            "`duration()` is not supported: a span is written in days or hours",
        ),
        ("customer.city.length() > 3", "there is no function `length`"),
        ("orders.days() > days(3)", "there is no function `days`"),
        ("days(buyer) > days(3)", "`days()` takes a number, and this is a yes-or-no"),
        ("days() > days(3)", "`days()` needs arguments"),
        ("orders in ['1']", "`in` looks for a number in a list with text"),
        ("event.time in [1]", "`in` looks for a text or a number, and this is an instant"),
    ];
    for (text, message) in TABLE {
        let expected: Vec<&str> = Some(*message).filter(|m| !m.is_empty()).into_iter().collect();
        told(text, Purpose::Condition, &expected);
    }
}

#[test]
fn a_text_stands_on_no_stack_and_a_list_is_written_out() {
    let (city, shoes) = (Source::Trait(TraitIx(0)), Source::Event(SlotIx(0)));
    let is = |source, at| Op::Text(source, Relation::Is, TextIx(at));
    ops("'York' != customer.city", &[is(city, 0), Op::Not]);
    ops("event.category == customer.city", &[Op::SameText(shoes, city)]);
    ops(
        "customer.city in ['a', 'b', 'a']",
        &[is(city, 0), is(city, 1), Op::Or, is(city, 0), Op::Or],
    );
    ops("'a' in ['a']", &[Op::Truth(true)]);
    ops(
        "event.price in [1, -2]",
        &[
            Op::Read(shoes),
            Op::Number(1.0),
            Op::Equal,
            Op::Read(shoes),
            Op::Number(-2.0),
            Op::Equal,
            Op::Or,
        ],
    );
    ops("event.sku.endsWith('a')", &[Op::Text(shoes, Relation::Ends, TextIx(0))]);
    ops(
        "size(item.category) > 1",
        &[Op::Size(Source::Item(ColumnIx(1))), Op::Number(1.0), Op::Greater],
    );
}

#[test]
fn spans_are_milliseconds_and_dates_are_read_as_instants() {
    const DAY: f64 = 86_400_000.0;
    ops(
        "event.time - customer.birthday > days(2)",
        &[
            Op::EventTime,
            Op::Read(Source::Trait(TraitIx(1))),
            Op::Subtract,
            Op::Number(2.0 * DAY),
            Op::Greater,
        ],
    );
    ops(
        "days(event.price) < hours(1)",
        &[
            Op::Read(Source::Event(SlotIx(0))),
            Op::Number(DAY),
            Op::Multiply,
            Op::Number(3_600_000.0),
            Op::Less,
        ],
    );
}

#[test]
fn lists_within_lists_do_not_grow_without_bound() {
    let list = "[1,2,3,4,5,6,7]";
    let mut text = "orders".to_owned();
    for _ in 0..9 {
        text = format!("({text} in {list} ? 1 : 0)");
    }
    told(&format!("{text} > 0"), Purpose::Condition, &["this condition is too long"]);
}

#[test]
fn a_name_without_its_root_or_with_a_hyphen_is_told_as_what_was_meant() {
    let help = |text: &str, purpose| rig::helps(text, purpose, START);
    assert_eq!(help("city == 'York'", Purpose::Condition), ["write `customer.city`"]);
    assert_eq!(
        help("price > 3 || stock > 3", Purpose::Condition),
        ["write `event.price`", "write `item.stock`"]
    );
    assert_eq!(
        help("count('Order Completed', total > 50)", Purpose::Fact),
        ["write `event.total`"]
    );
    assert_eq!(
        help("count('Order Completed', totl > 50)", Purpose::Fact),
        ["a filter reads properties of the event that is counted: `event.total`"]
    );
    assert_eq!(
        help("event.product-id == 'x'", Purpose::Condition),
        ["write `event.product_id`: names in conditions take `_`"]
    );
    assert_eq!(help("cart.items-orders > 3", Purpose::Condition), [""; 0]);
}

#[test]
fn an_event_is_read_only_where_one_started_the_journey() {
    let without = |text: &str, starts| rig::lower(text, Purpose::Condition, starts).unwrap_err();
    let none = "`event` is the one that started the journey, and no event starts this one";
    assert_eq!(without("event.price > 3", Some((&[], true))), [none]);
    assert_eq!(without("event.time > event.time", Some((&[], true)))[0], none);
    let about_none = "`item` is the product that a journey is about, and this one is about none";
    assert_eq!(without("item.stock > 0", Some((&[EventIx::CART_VIEWED], false))), [about_none]);
    // What starts it could not be read, of which is told there.
    assert_eq!(without("event.price > 3 && item.stock > 0", None), [""; 0]);
}

#[test]
fn a_property_has_one_type_in_all_start_events_that_have_it() {
    let of = |text: &str, events: &[EventIx]| {
        rig::lower(text, Purpose::Condition, Some((events, false)))
            .map(|lowered| lowered.event_properties())
    };
    let views = [EventIx::PRODUCT_VIEWED, EventIx::CART_VIEWED];
    assert_eq!(
        of("event.price > 3 && event.sku != 'x' && event.price < 9", &views).unwrap(),
        ["price", "sku"]
    );
    assert_eq!(of("event.cart_id == 'x'", &views).unwrap(), ["cart_id"]);
    assert_eq!(
        of("event.total > 3", &views).unwrap_err(),
        ["none of Product Viewed, Cart Viewed has a property `total`"]
    );
    assert_eq!(
        of("event.total > 3", &views[..1]).unwrap_err(),
        ["Product Viewed has no property `total`"]
    );
}

#[test]
fn functions_that_remember_the_same_share_a_stream_however_they_are_written() {
    let mut needs = Needs::default();
    let facts = [
        "count('Product Viewed', event.category == 'shoes', '30d')",
        "count('Product Viewed', (event.category  ==  'shoes'), '60d')",
        "count('Product Viewed', event.category == 'hats')",
        "count('Product Viewed')",
        "days_since('Product Viewed')",
        "distinct('Product Viewed', 'category', '7d')",
        "last('Product Viewed', 'price')",
        "sum('Product Viewed', 'price')",
    ];
    for fact in facts {
        needs.add(&rig::lower(fact, Purpose::Fact, None).unwrap().pieces);
    }
    let streams = needs.streams();
    let (category, price) = (PropertyIx(2), PropertyIx(4));
    let kept: Vec<_> =
        streams.iter().map(|s| (s.keeps, s.filter.as_ref().map(|f| f.text()), s.window)).collect();
    assert_eq!(
        kept,
        [
            (Keeps::Count, None, None),
            (Keeps::Count, Some("event.category == 'hats'"), None),
            (Keeps::Count, Some("event.category == 'shoes'"), Some(Wait::days(60))),
            (Keeps::Sum(price), None, None),
            (Keeps::Distinct(category), None, Some(Wait::days(7))),
            (Keeps::Last(price), None, None),
        ]
    );
    let filter = streams[1].filter.as_ref().unwrap().ops();
    assert_eq!(filter, [Op::Text(Source::Counted(category), Relation::Is, TextIx(0))]);
}

#[test]
fn a_segment_that_a_journey_enters_is_a_condition_of_its_own() {
    let shop: Definitions = rig::shop(&Vocabulary::builtin());
    assert_eq!(shop.names_of_segments().collect::<Vec<_>>(), ["buyer", "local", "cobbler"]);
    let mut needs = Needs::default();
    for name in shop.names_of_segments() {
        needs.add(shop.get(name).unwrap().pieces.as_ref().unwrap());
    }
    let buyer = shop.condition("buyer", &needs).unwrap();
    assert_eq!(buyer.ops(), [Op::Count(StreamIx(1), None), Op::Number(0.0), Op::Greater]);
    assert_eq!(buyer.text(), "orders > 0");
    assert!(shop.condition("cobbler", &needs).is_some());
    assert!(shop.condition("orders", &needs).is_none(), "a fact");
    let histories: Vec<_> = needs.histories().map(|history| shop.facts_reading(history)).collect();
    assert_eq!(histories, [["looks"], ["orders"]]);
}
