//! Records as bytes: each variant is written and read as ever, and no bytes make it panic.

use super::super::Hex;
use super::*;
use foresend_core::customer::input::{Engagement, Outcome, Reader};
use foresend_core::customer::record::{
    At, Decided, Did, End, Enrolled, Move, NoMail, NoStart, Skip,
};
use foresend_core::id::Key;
use foresend_core::money::Amount;
use foresend_core::world::condition::Truth;
use foresend_core::world::event::EventIx;
use foresend_core::world::experiment::{Assigned, ExperimentIx, Variants};
use foresend_core::world::journey::{JourneyIx, PathIx, SegmentIx, StepIx};
use foresend_core::world::offer::OfferIx;
use foresend_core::world::topic::TopicIx;
use proptest::prelude::*;

const UNDER: Under = Under([0xa1, 0xb2, 0xc3, 0xd4]);
const OF: Enrolled = Enrolled { journey: JourneyIx(300), enrolment: 2 };
const AT: At = At { of: OF, step: StepIx(5) };
const HAS: Assigned =
    Assigned { experiment: ExperimentIx(1), variants: Variants(6), held_out: true };
const EVENT: EventIx = EventIx(9);
const THEN: Timestamp = Timestamp::from_millis(258);

/// Every variant, and every variant of what they hold.
fn every_decision() -> Vec<Decided> {
    use Decided as D;
    let journey = JourneyIx(300);
    let mut all = vec![
        D::Armed(journey, THEN),
        D::Rearmed(journey, THEN),
        D::Disarmed(journey, EVENT),
        D::Started(OF, Key::from_bits(1 << 63), Some(THEN)),
        D::Started(OF, Key::CUSTOMER, None),
        D::GoalOpened(OF, THEN),
        D::Awaits(AT, THEN),
        D::Ready(AT),
        D::Listens(AT, THEN),
        D::Heard(AT, Some(EVENT)),
        D::Heard(AT, None),
        D::Took(AT, Some(PathIx(1)), 2),
        D::Took(AT, None, 0),
        D::Set(AT),
        D::Calls(AT),
        D::Called(AT, true),
        D::Left(AT, TopicIx(4)),
        D::Paused(AT),
        D::Resumed(AT),
        D::Gave(AT, OfferIx(8)),
        D::Sent(AT, 1, 90),
        D::Engaged(AT, Engagement::Open, Reader::Machine),
        D::Engaged(AT, Engagement::Click, Reader::Human),
        D::Reached(OF, true, Amount::from_parts(195_000)),
        D::GoalClosed(OF),
        D::ConsentSet(TopicIx(4), false, Some(AT)),
        D::ConsentSet(TopicIx(4), true, None),
        D::Met(AT, HAS, true),
        D::Folded,
    ];
    let truths = [Truth::True, Truth::False, Truth::Unknown];
    all.extend(truths.map(|truth| D::Turned(SegmentIx(3), truth)));
    let not_started = [
        NoStart::Busy,
        NoStart::Again,
        NoStart::IfFalse,
        NoStart::IfUnknown,
        NoStart::WhileFalse,
        NoStart::WhileUnknown,
        NoStart::Stopped(EVENT),
        NoStart::Full,
        NoStart::Yielded(journey),
        NoStart::NoKey,
        NoStart::Closed,
    ];
    all.extend(not_started.map(|why| D::NotStarted(journey, why)));
    let moves = [Move::Quiet, Move::StillShopping, Move::Limit, Move::Between];
    all.extend(moves.map(|why| D::Moved(AT, why, THEN)));
    all.extend(moves.map(|why| D::Delayed(AT, why, THEN)));
    let skips = [
        Skip::IfFalse,
        Skip::IfUnknown,
        Skip::WhileUnknown,
        Skip::DueUnknown,
        Skip::NoCode,
        Skip::Paused,
        Skip::Full,
    ];
    all.extend(skips.map(|why| D::Skipped(AT, why)));
    let held = [
        NoMail::Stopped(EVENT),
        NoMail::WhileFalse,
        NoMail::WhileUnknown,
        NoMail::NoAddress,
        NoMail::NoPermission,
        NoMail::Suppressed,
        NoMail::Holdout,
        NoMail::TestHoldout,
        NoMail::Limit,
        NoMail::NoCode,
        NoMail::Yielded(journey),
        NoMail::Late,
        NoMail::Shut,
    ];
    all.extend(held.map(|why| D::Held(AT, why)));
    let outcomes = [
        Outcome::Accepted,
        Outcome::Deferred,
        Outcome::Rejected,
        Outcome::Unknown,
        Outcome::Bounced { hard: false },
        Outcome::Bounced { hard: true },
        Outcome::Complained,
        Outcome::RenderFailed,
    ];
    all.extend(outcomes.map(|outcome| D::Answered(AT, outcome)));
    let ends =
        [End::LastStep, End::Stopped(EVENT), End::WhileFalse, End::ByStep, End::Yielded(journey)];
    all.extend(ends.map(|why| D::Ended(AT, why)));
    all.extend(Did::ALL.map(|did| D::Tested(OF, HAS, did)));
    all
}

#[test]
fn format_1_never_changes() {
    // One line each, in the order above; without the names, which may change.
    let lines = every_decision().into_iter().map(|decided| {
        let bytes = to_bytes(UNDER, &Record { at: THEN, decided });
        format!("{}\n", Hex(bytes))
    });
    let written: String = lines.collect();
    assert_eq!(written, include_str!("format_1.txt"), "a released format is for ever");
}

#[test]
fn every_decision_is_read_as_it_was_written() {
    let mut variants = std::collections::BTreeSet::new();
    for decided in every_decision() {
        let record = Record { at: THEN, decided };
        let bytes = to_bytes(UNDER, &record);
        variants.insert(bytes[7]);
        assert_eq!(from_bytes(&[], &bytes).unwrap(), (UNDER, record));
    }
    let without_gaps: Vec<u8> = (0..33).collect();
    assert!(variants.iter().eq(&without_gaps), "a variant is missing above: {variants:?}");
}

#[test]
fn what_cannot_be_read_is_told_with_its_key() {
    let bytes = to_bytes(UNDER, &Record { at: THEN, decided: Decided::Folded });
    for cut in 0..bytes.len() {
        let error = from_bytes(&[0xab], &bytes[..cut]).unwrap_err().to_string();
        assert!(error.contains("`timeline`") && error.contains("key ab"), "{error}");
    }
    let longer = [&bytes[..], &[0]].concat();
    assert!(from_bytes(&[], &longer).is_err());
    let newer = [&[2], &bytes[1..]].concat();
    assert!(from_bytes(&[], &newer).unwrap_err().to_string().contains("newer version"));
}

proptest! {
    #[test]
    fn indexes_and_times_come_back(
        at: i64, then: i64, journey: u16, enrolment: u32, step: u8, index: u16, bits: u64, which in 0..8_usize,
    ) {
        let of = Enrolled { journey: JourneyIx(journey), enrolment };
        let step = At { of, step: StepIx(step) };
        let then = Timestamp::from_millis(then);
        let decided = [
            Decided::Delayed(step, Move::Limit, then),
            Decided::Started(of, Key::from_bits(bits), Some(then)),
            Decided::Reached(of, false, Amount::from_parts(then.millis())),
            Decided::NotStarted(of.journey, NoStart::Stopped(EventIx(index))),
            Decided::Sent(step, index, enrolment),
            Decided::Gave(step, OfferIx(index)),
            Decided::Turned(SegmentIx(index), Truth::Unknown),
            Decided::Held(step, NoMail::Yielded(JourneyIx(index))),
        ][which];
        let record = Record { at: Timestamp::from_millis(at), decided };
        prop_assert_eq!(from_bytes(&[], &to_bytes(UNDER, &record)).unwrap(), (UNDER, record));
    }

    #[test]
    fn no_bytes_make_it_panic(noise in proptest::collection::vec(any::<u8>(), 0..60), seed: usize) {
        drop(from_bytes(&noise, &noise));
        let decisions = every_decision();
        let decided = decisions[seed % decisions.len()];
        let mut bytes = to_bytes(UNDER, &Record { at: THEN, decided });
        let place = seed % bytes.len();
        bytes[place] ^= 1 << (seed % 8);
        drop(from_bytes(&noise, &bytes));
    }
}
