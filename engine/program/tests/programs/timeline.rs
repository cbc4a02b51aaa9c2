//! Records in words: every word there is, for a journey that has everything.

use crate::folder;
use foresend_core::customer::effect::{Asked, Detail, Read};
use foresend_core::customer::input::{Engagement, Outcome, Reader};
use foresend_core::customer::record::{
    At, Decided, Did, End, Enrolled, Move, NoMail, NoStart, Record, Skip,
};
use foresend_core::id::Key;
use foresend_core::money::Amount;
use foresend_core::time::{Timestamp, Wait};
use foresend_core::world::condition::Truth;
use foresend_core::world::event::{EventIx, Property};
use foresend_core::world::experiment::{Assigned, ExperimentIx, Variants};
use foresend_core::world::journey::{JourneyIx, PathIx, SegmentIx, StepIx};
use foresend_core::world::offer::OfferIx;
use foresend_core::world::topic::{Basis, TopicIx};
use foresend_core::world::value::Value;
use foresend_program::{Compiled, Line, Timeline, Waits, compile};
use std::collections::BTreeMap;

/// 2026-03-02T22:30Z, a Monday.
const EVENING: Timestamp = Timestamp::from_millis(1_772_490_600_000);

const WELCOME: &str = r#"
    topic = "offers"
    on    = "Order Delivered"
    key   = "order_id"
    if    = "buyer"
    while = "cart.items == 0"
    again = "30d"
    yields_to = ["cart-recovery"]
    stop  = "Order Completed"
    goal  = { on = "Order Completed", within = "30d", from = "mail" }
    steps = [
      { id = "asks", wait_for = "Email Link Clicked", at_most = "12d" },
      { id = "sort", choose = [{ path = "rich", if = "!low_spender" }, { path = "poor" }] },
      { id = "mail", due = "event.time + days(spend_1y)", between = "09:00-20:00", if = "low_spender", send = "cart-offer", offer = "comeback" },
      { id = "mark", set = { tier = "gold", vip = true } },
      { id = "tell", call = "crm" },
      { id = "end", stop = "not interested" },
    ]"#;

/// The shop with a journey of everything, before its own.
fn shop() -> Compiled {
    let mut sources = folder::open("scenarios/shop");
    sources.files.insert("journeys/a-welcome.toml".to_owned(), WELCOME.to_owned());
    let program = sources.files["program.toml"]
        .replace("priority = [", "priority = [\"a-welcome\", \"cart-recovery\", ")
        .replace("\"back-in-stock\", \"cart-recovery\", ", "\"back-in-stock\", ")
        .replace("birthday = \"date\"", "birthday = \"date\", tier = \"text\", vip = \"bool\"");
    sources.files.insert("program.toml".to_owned(), program);
    let (compiled, told) = compile(&sources, None);
    compiled.unwrap_or_else(|| panic!("{}", folder::draw(&told, |file| &sources.files[file])))
}

fn spell(timeline: &Timeline<'_>, line: &Line) -> String {
    let journey = timeline.journey_if_unclear(line).map(|name| format!("{name}: "));
    let (time, what) = (timeline.time(line.at), line.what());
    let text =
        format!("{time} {:11}{what:19}{}{}", line.kind, journey.unwrap_or_default(), line.reason);
    text.trim_end().to_owned()
}

const OF: Enrolled = Enrolled { journey: JourneyIx(0), enrolment: 1 };
const CART: JourneyIx = JourneyIx(1);
/// Behind all others.
const JOURNAL: Enrolled = Enrolled { journey: JourneyIx(8), enrolment: 2 };

const fn at(step: u8) -> At {
    At { of: OF, step: StepIx(step) }
}

const fn assigned(variants: u8, held_out: bool) -> Assigned {
    Assigned { experiment: ExperimentIx(0), variants: Variants(variants), held_out }
}

#[test]
fn every_record_has_its_words() {
    let compiled = shop();
    let keys = BTreeMap::from([(Key::of_text("o-5521"), "o-5521".to_owned())]);
    let timeline = Timeline::new(&compiled, &compiled.program.zone).naming(&keys);
    let later = |hours| EVENING.after(Wait::hours(hours));
    let mut decided = vec![
        Decided::Armed(CART, later(1)),
        Decided::Rearmed(CART, later(2)),
        Decided::Disarmed(CART, EventIx::ORDER_COMPLETED),
        Decided::Started(OF, Key::CUSTOMER, None),
        Decided::Started(OF, Key::CUSTOMER, Some(later(24 * 365))),
        Decided::Started(OF, Key::of_text("o-5521"), None),
        Decided::Started(JOURNAL, Key::of_day(20_527), Some(later(24 * 7))),
        Decided::GoalOpened(OF, later(24 * 30)),
        Decided::Turned(SegmentIx(0), Truth::True),
        Decided::Turned(SegmentIx(0), Truth::False),
        Decided::Turned(SegmentIx(0), Truth::Unknown),
        Decided::Awaits(at(2), later(12)),
        Decided::Ready(at(2)),
        Decided::Listens(at(0), later(24 * 12)),
        Decided::Heard(at(0), Some(EventIx::EMAIL_LINK_CLICKED)),
        Decided::Heard(at(0), None),
        Decided::Took(at(1), Some(PathIx(1)), 1),
        Decided::Took(at(1), None, 2),
        Decided::Set(at(3)),
        Decided::Calls(at(4)),
        Decided::Called(at(4), true),
        Decided::Called(at(4), false),
        Decided::Paused(at(2)),
        Decided::Resumed(at(2)),
        Decided::Gave(at(2), OfferIx(0)),
        Decided::Left(at(1), TopicIx(2)),
        Decided::Delayed(at(2), Move::Quiet, later(10)),
        Decided::Sent(at(2), 1, 0),
        Decided::Sent(at(2), 2, 75),
        Decided::Engaged(at(2), Engagement::Open, Reader::Machine),
        Decided::Engaged(at(2), Engagement::Click, Reader::Human),
        Decided::Reached(OF, true, Amount::whole(1_064)),
        Decided::Reached(OF, false, Amount::ZERO),
        Decided::GoalClosed(OF),
        Decided::Ended(at(5), End::ByStep),
        Decided::ConsentSet(TopicIx(2), true, None),
        Decided::ConsentSet(TopicIx(2), false, Some(at(2))),
        Decided::Met(at(2), assigned(1, false), true),
        Decided::Met(at(2), assigned(6, false), false),
        Decided::Met(at(2), assigned(0, true), true),
        Decided::Folded,
    ];
    decided.extend(Did::ALL.map(|did| Decided::Tested(OF, assigned(1, false), did)));
    let order = EventIx::ORDER_COMPLETED;
    for why in [
        NoStart::Busy,
        NoStart::Again,
        NoStart::IfFalse,
        NoStart::IfUnknown,
        NoStart::WhileFalse,
        NoStart::WhileUnknown,
        NoStart::Stopped(order),
        NoStart::Full,
        NoStart::Yielded(CART),
        NoStart::NoKey,
        NoStart::Closed,
    ] {
        decided.push(Decided::NotStarted(JourneyIx(0), why));
    }
    for why in [Move::Quiet, Move::StillShopping, Move::Limit, Move::Between] {
        decided.push(Decided::Moved(at(2), why, later(11)));
    }
    for why in [
        Skip::IfFalse,
        Skip::IfUnknown,
        Skip::WhileUnknown,
        Skip::DueUnknown,
        Skip::NoCode,
        Skip::Paused,
        Skip::Full,
    ] {
        decided.push(Decided::Skipped(at(2), why));
    }
    for why in [
        NoMail::Stopped(order),
        NoMail::WhileFalse,
        NoMail::WhileUnknown,
        NoMail::NoAddress,
        NoMail::NoPermission,
        NoMail::Suppressed,
        NoMail::Holdout,
        NoMail::TestHoldout,
        NoMail::Limit,
        NoMail::NoCode,
        NoMail::Yielded(CART),
        NoMail::Late,
        NoMail::Shut,
    ] {
        decided.push(Decided::Held(at(2), why));
    }
    for why in [End::LastStep, End::Stopped(order), End::WhileFalse, End::Yielded(CART)] {
        decided.push(Decided::Ended(at(2), why));
    }
    for outcome in [
        Outcome::Accepted,
        Outcome::Deferred,
        Outcome::Rejected,
        Outcome::Unknown,
        Outcome::Bounced { hard: true },
        Outcome::Bounced { hard: false },
        Outcome::Complained,
        Outcome::RenderFailed,
    ] {
        decided.push(Decided::Answered(at(2), outcome));
    }
    let lines: Vec<String> = decided
        .into_iter()
        .map(|decided| spell(&timeline, &timeline.record(&Record { at: EVENING, decided }, &[])))
        .collect();
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("timeline", lines.join("\n")));
}

#[test]
fn what_was_read_is_told_with_its_values() {
    let compiled = shop();
    let timeline = Timeline::new(&compiled, &compiled.program.zone);
    let read = |of, truth, values: &[f64]| Detail {
        record: 0,
        read: Read::Condition { of, truth, values: values.to_vec() },
    };
    let told = |decided, details: &[Detail]| {
        let line = timeline.record(&Record { at: EVENING, decided }, details);
        [vec![line.reason], line.read].concat()
    };
    let journey = JourneyIx(0);
    let row = |row| Asked::Row(journey, StepIx(1), row);
    // The reason itself, with what its names came to. What a condition is alone is said by its truth.
    assert_eq!(
        told(
            Decided::Skipped(at(2), Skip::IfUnknown),
            &[read(Asked::StepIf(journey, StepIx(2)), Truth::Unknown, &[f64::NAN, f64::NAN])]
        ),
        ["if low_spender is unknown (spend_1y unknown)"]
    );
    assert_eq!(
        told(
            Decided::NotStarted(journey, NoStart::WhileFalse),
            &[
                read(Asked::If(journey), Truth::True, &[1.0, 7.0]),
                read(Asked::While(journey), Truth::False, &[2.0]),
            ]
        ),
        ["not started: while cart.items == 0 is false (cart.items 2)", "if buyer ✓ (orders 7)"]
    );
    assert_eq!(
        told(
            Decided::Took(at(1), Some(PathIx(1)), 0),
            &[read(row(0), Truth::False, &[1.0, 79.994_9]), read(row(1), Truth::True, &[]),]
        ),
        ["path poor", "rich: !low_spender is false (low_spender true, spend_1y 79.99)"]
    );
    // A rehearsal's mail, and one that is no marketing.
    let looked = |counted: &[u16], basis| Detail {
        record: 0,
        read: Read::LastLook { basis, counted: counted.to_vec() },
    };
    assert_eq!(
        told(Decided::Sent(at(2), 1, 0), &[looked(&[0, 2], Basis::ExistingCustomer)]),
        ["attempt 1", "existing customer", "0 of 1 in 20h", "2 of 3 in 7d"]
    );
    assert_eq!(
        told(Decided::Sent(at(2), 1, 0), &[looked(&[], Basis::Contract)]),
        ["attempt 1", "contract"]
    );
}

#[test]
fn values_are_told_as_what_they_are() {
    let mut sources = folder::open("scenarios/shop");
    let journey = r#"
        topic = "offers"
        on    = "Order Delivered"
        if    = "days_since_order > 1 || event.time > customer.birthday || has(customer.vip) && customer.vip"
        again = "never"
        steps = [{ id = "mail", send = "cart-first" }]"#;
    sources.files.insert("journeys/a-welcome.toml".to_owned(), journey.to_owned());
    let program = sources.files["program.toml"]
        .replace("priority = [", "priority = [\"a-welcome\", ")
        .replace("birthday = \"date\"", "birthday = \"date\", vip = \"bool\"");
    sources.files.insert("program.toml".to_owned(), program);
    let (compiled, told) = compile(&sources, None);
    let compiled =
        compiled.unwrap_or_else(|| panic!("{}", folder::draw(&told, |file| &sources.files[file])));
    let timeline = Timeline::new(&compiled, &compiled.program.zone);
    #[expect(clippy::cast_precision_loss, reason = "an instant of this century is exact")]
    let evening = EVENING.millis() as f64;
    let values = vec![f64::INFINITY, evening, f64::NAN, 0.0];
    let read = Read::Condition { of: Asked::If(JourneyIx(0)), truth: Truth::False, values };
    let decided = Decided::NotStarted(JourneyIx(0), NoStart::IfFalse);
    let line = timeline.record(&Record { at: EVENING, decided }, &[Detail { record: 0, read }]);
    let (_, values) = line.reason.split_once(" is false ").unwrap();
    assert_eq!(
        values,
        "(days_since_order infinite, event.time 22:30:00, customer.birthday unknown, customer.vip false)"
    );
}

#[test]
fn an_event_says_what_it_was_worth_if_the_program_reads_that() {
    let compiled = shop();
    let timeline = Timeline::new(&compiled, &compiled.program.zone);
    let order = &compiled.program.events[usize::from(EventIx::ORDER_COMPLETED.0)];
    let (name, _) = order.property("revenue").unwrap();
    let worth = |parts| {
        let value = Value::Number(Amount::from_parts(parts));
        timeline.event(EVENING, EventIx::ORDER_COMPLETED, &[Property { name, value }]).reason
    };
    assert_eq!(worth(12_345_678), "£1,234.57");
    assert_eq!(worth(-5_000), "−£0.50");
    assert_eq!(timeline.event(EVENING, EventIx::PRODUCT_VIEWED, &[]).reason, "");
    assert_eq!(timeline.event(EVENING, EventIx::OTHER, &[]).what(), "another event");
}

#[test]
fn what_is_waited_for_follows_from_the_records() {
    let compiled = shop();
    let keys = BTreeMap::from([(Key::of_text("o-5521"), "o-5521".to_owned())]);
    let timeline = Timeline::new(&compiled, &compiled.program.zone).naming(&keys);
    let later = |hours| EVENING.after(Wait::hours(hours));
    let mut waits = Waits::default();
    let mut after = |decided| {
        waits.fold(&Record { at: EVENING, decided });
        waits.lines(&timeline)
    };
    let none: [&str; 0] = [];
    assert_eq!(
        after(Decided::Armed(CART, later(1))),
        ["cart-recovery, start: Mon 2026-03-02 23:30:00"]
    );
    assert_eq!(
        after(Decided::Rearmed(CART, later(2))),
        ["cart-recovery, start: Tue 2026-03-03 00:30:00"]
    );
    assert_eq!(after(Decided::Disarmed(CART, EventIx::ORDER_COMPLETED)), none);
    assert_eq!(after(Decided::Started(OF, Key::CUSTOMER, None)), none);
    let listens = "a-welcome, asks: Email Link Clicked, at most until Sat 2026-03-14 22:30:00";
    assert_eq!(after(Decided::Listens(at(0), later(288))), [listens]);
    let due = "a-welcome, mail: Tue 2026-03-03 09:30:00";
    assert_eq!(after(Decided::Awaits(at(2), later(11))), [due]);
    assert_eq!(after(Decided::Ended(at(2), End::WhileFalse)), none);
    after(Decided::Started(OF, Key::of_text("o-5521"), None));
    let listens = listens.replace("asks", "o-5521, asks");
    assert_eq!(after(Decided::Listens(at(0), later(288))), [listens]);
}

/// Every kind of record, about this journey and step, with this place wherever a record names another thing.
fn every_kind(of: Enrolled, step: StepIx, place: u16, when: Timestamp) -> Vec<Decided> {
    let small = u8::try_from(place).unwrap_or(u8::MAX);
    let (at, event, journey) = (At { of, step }, EventIx(place), JourneyIx(place));
    let (experiment, variants) = (ExperimentIx(small), Variants(small));
    let has = Assigned { experiment, variants, held_out: false };
    let path = Some(PathIx(small));
    vec![
        Decided::Armed(of.journey, when),
        Decided::Rearmed(of.journey, when),
        Decided::Disarmed(of.journey, event),
        Decided::NotStarted(of.journey, NoStart::Stopped(event)),
        Decided::NotStarted(of.journey, NoStart::Yielded(journey)),
        Decided::Started(of, Key::from_bits(u64::MAX), Some(when)),
        Decided::GoalOpened(of, when),
        Decided::Turned(SegmentIx(place), Truth::True),
        Decided::Awaits(at, when),
        Decided::Moved(at, Move::Between, when),
        Decided::Skipped(at, Skip::NoCode),
        Decided::Ready(at),
        Decided::Listens(at, when),
        Decided::Heard(at, Some(event)),
        Decided::Took(at, path, small),
        Decided::Set(at),
        Decided::Calls(at),
        Decided::Called(at, true),
        Decided::Left(at, TopicIx(place)),
        Decided::Paused(at),
        Decided::Resumed(at),
        Decided::Gave(at, OfferIx(place)),
        Decided::Delayed(at, Move::Limit, when),
        Decided::Held(at, NoMail::Yielded(journey)),
        Decided::Held(at, NoMail::Stopped(event)),
        Decided::Held(at, NoMail::NoPermission),
        Decided::Sent(at, u16::MAX, u32::MAX),
        Decided::Answered(at, Outcome::Unknown),
        Decided::Engaged(at, Engagement::Click, Reader::Human),
        Decided::Reached(of, true, Amount::from_parts(i64::MIN)),
        Decided::GoalClosed(of),
        Decided::Ended(at, End::Yielded(journey)),
        Decided::Ended(at, End::Stopped(event)),
        Decided::ConsentSet(TopicIx(place), true, Some(at)),
        Decided::Met(at, has, true),
        Decided::Tested(of, has, Did::Goal),
        Decided::Folded,
    ]
}

#[test]
fn a_record_from_a_disk_is_known_or_refused_and_never_makes_it_panic() {
    let compiled = shop();
    let zone = compiled.program.zone.clone();
    let timeline = Timeline::new(&compiled, &zone);
    let (mut known, mut refused) = (0, 0);
    for at in [Timestamp::ALWAYS, Timestamp::from_millis(i64::MIN), EVENING, Timestamp::NEVER] {
        for (journey, step) in
            [(0, 0), (0, 5), (0, 6), (1, 1), (1, 200), (8, 0), (9, 0), (u16::MAX, 0)]
        {
            let of = Enrolled { journey: JourneyIx(journey), enrolment: u32::MAX };
            for place in [0, 1, 3, 8, 9, 40, 255, 256, u16::MAX] {
                for decided in every_kind(of, StepIx(step), place, at) {
                    let record = Record { at, decided };
                    if timeline.knows(&record) {
                        known += 1;
                        assert_eq!(timeline.record(&record, &[]).at, at);
                    } else {
                        refused += 1;
                    }
                }
            }
        }
    }
    assert!(known > 1_000 && refused > 1_000, "{known} known, {refused} refused");
    let record = Record { at: EVENING, decided: Decided::Ready(At { of: OF, step: StepIx(6) }) };
    assert!(!timeline.knows(&record), "the journey has six steps");
}
