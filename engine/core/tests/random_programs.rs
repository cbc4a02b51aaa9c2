//! Promises of the core that must hold for every program and every history, held on random ones of both.
//! A failure prints the case's number, which replays it.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up should stop")]
#![expect(clippy::wildcard_enum_match_arm, reason = "each property looks at a few records")]

mod common;

use common::random::{self, BIRTHDAY, COUNTRY, Draws, PRODUCTS, ZONES, property};
use common::{Habits, Host, instant};
use foresend_core::calendar::Day;
use foresend_core::customer::Customer;
use foresend_core::customer::effect::{Asked, Effects, Mailing, Read};
use foresend_core::customer::input::{
    Consent, ConsentTo, Engagement, Event, Input, Line, Origin, Profile, Reader,
};
use foresend_core::customer::record::{
    At, Decided, Did, End, Enrolled, NoMail, NoStart, Record, Skip,
};
use foresend_core::customer::snapshot::BYTES_MAX;
use foresend_core::id::ProductId;
use foresend_core::money::Amount;
use foresend_core::time::{Timestamp, Wait};
use foresend_core::world::World;
use foresend_core::world::condition::Truth;
use foresend_core::world::event::{EventIx, Property};
use foresend_core::world::experiment::{Assigned, ExperimentIx};
use foresend_core::world::topic::{Basis, TopicIx};
use foresend_core::world::value::Value;

/// 2026-03-02T00:00Z, a Monday; the clocks of London and New York change within the weeks that follow.
const START: i64 = 1_772_409_600_000;
const HOUR: u64 = 3_600_000;

/// Something to tell a customer, at its own time or later.
#[derive(Clone, Copy, Debug)]
struct Thing {
    own: Timestamp,
    arrives: Timestamp,
    what: What,
    id: u64,
}

#[derive(Clone, Copy, Debug)]
enum What {
    /// An event, of which order, about which product, of how many pounds; told as news or as history.
    Event(EventIx, u64, usize, i64, Origin),
    Consent(TopicIx, ConsentTo),
    /// They moved to that zone; whether they told their birthday and country.
    Moves(usize, bool),
    /// They opened or followed the mail that was sent last.
    Reads(Engagement),
}

fn things(case: u64, late: bool) -> Vec<Thing> {
    let mut draws = Draws::new(0x7A_1E, case);
    let mut own = START.cast_unsigned();
    let mut all = Vec::new();
    for n in 0..4 + draws.below(30) {
        own += match draws.below(8) {
            0 => 0,
            1 => 60_000 * draws.below(50),
            2 => HOUR * draws.below(30),
            3 => HOUR,
            4 => 22 * HOUR,
            5 => HOUR * draws.below(24 * 6),
            6 => draws.below(3 * HOUR),
            _ => 30 * 60_000,
        };
        let names = [
            EventIx::PRODUCT_ADDED,
            EventIx::PRODUCT_ADDED,
            EventIx::PRODUCT_VIEWED,
            EventIx::PRODUCT_VIEWED,
            EventIx::CHECKOUT_STARTED,
            EventIx::PRODUCT_REMOVED,
            EventIx::ORDER_COMPLETED,
            EventIx::ORDER_COMPLETED,
            EventIx::ORDER_DELIVERED,
            EventIx::ORDER_CANCELLED,
            EventIx::OTHER,
        ];
        let what = match draws.below(12) {
            0 => {
                let to = draws.of(&[
                    ConsentTo::Requested,
                    ConsentTo::Given(Basis::Consent),
                    ConsentTo::Given(Basis::ExistingCustomer),
                    ConsentTo::Withdrawn,
                ]);
                What::Consent(TopicIx(u16::try_from(draws.below(3)).unwrap()), to)
            }
            1 => What::Moves(usize::try_from(draws.below(5)).unwrap(), draws.one_in(2)),
            2 => What::Reads(draws.of(&[Engagement::Open, Engagement::Click])),
            _ => {
                let (name, order) = (draws.of(&names), draws.below(3));
                let product = usize::try_from(draws.below(3)).unwrap();
                let origin = if draws.one_in(12) { Origin::Backfill } else { Origin::Live };
                What::Event(name, order, product, 10 + draws.below(90).cast_signed(), origin)
            }
        };
        let is_event = matches!(what, What::Event(..));
        let delay =
            if late && is_event && draws.one_in(3) { draws.below(5 * 24 * HOUR) } else { 0 };
        let (arrives, own) = (own + delay, own.cast_signed());
        all.push(Thing {
            own: instant(own),
            arrives: instant(arrives.cast_signed()),
            what,
            id: case << 8 | n | 1 << 63,
        });
    }
    all.sort_by_key(|thing| thing.arrives); // stable: ties stay in order
    all
}

impl Thing {
    fn tell(&self, host: &mut Host<'_>) {
        host.run_until(self.arrives);
        let (now, world) = (self.arrives, host.world);
        match self.what {
            What::Event(name, order, product, pounds, origin) => {
                let named = |property_name: &str| property(&world.program, name, property_name);
                let order = format!("o-{order}");
                let number = Value::Number(Amount::whole(pounds));
                let properties: Vec<Property<'_>> = [
                    ("order_id", Value::Text(&order)),
                    ("product_id", Value::Text(PRODUCTS[product])),
                    ("revenue", number),
                    ("price", number),
                ]
                .into_iter()
                .filter_map(|(name, value)| Some(Property { name: named(name)?, value }))
                .collect();
                let line = |product: usize| {
                    let product = ProductId::of(PRODUCTS[product]);
                    Line { product, quantity: 1, price: Amount::whole(pounds) }
                };
                let lines = [line(product), line((product + 1) % 3)];
                let products = match name {
                    EventIx::ORDER_COMPLETED | EventIx::CHECKOUT_STARTED => &lines[..],
                    EventIx::PRODUCT_ADDED | EventIx::PRODUCT_REMOVED => &lines[..1],
                    _ => &[],
                };
                let (at, id, properties) = (self.own, self.id, &properties);
                host.apply(now, Input::Event(Event { name, origin, at, id, properties, products }));
            }
            What::Consent(topic, to) => {
                let consent = Consent { topic, to, at: self.own, cause: None };
                host.apply(now, Input::Consent(consent));
            }
            What::Moves(zone, tells) => {
                let birthday = Value::Date(Day::of(1990, 4, 3).unwrap());
                let told = [(BIRTHDAY, Some(birthday)), (COUNTRY, Some(Value::Text("FR")))];
                host.apply(
                    now,
                    Input::Profile(Profile {
                        zone: world.find_zone(ZONES[zone]).unwrap(),
                        has_address: true,
                        created: None,
                        traits: if tells { &told } else { &[] },
                    }),
                );
            }
            What::Reads(act) => {
                let Some(send) = host.transmitted.last().map(|mail| mail.send) else { return };
                let (reader, at) = (Reader::Human, now);
                host.apply(now, Input::Engagement { send, act, reader, at });
            }
        }
    }
}

const PUNCTUAL: Habits = Habits { hand_over_after: Wait::MINUTE, ..Habits::PUNCTUAL };
const DAYS: u32 = 60;

fn live<'w>(world: &'w World, case: u64, habits: Habits, late: bool) -> Host<'w> {
    let mut host = Host::new(world, Habits { seed: case, ..habits }, instant(START));
    things(case, late).iter().for_each(|thing| thing.tell(&mut host));
    host.run_until(instant(START).after(Wait::days(DAYS)));
    host
}

fn started(records: &[Record]) -> usize {
    records.iter().filter(|r| matches!(r.decided, Decided::Started(..))).count()
}

#[test]
fn when_a_host_delivers_a_wake_does_not_matter_whatever_the_program() {
    let unpunctual = Habits { late_max: Wait::from_millis(6_000), repeats: true, ..PUNCTUAL };
    let (mut starts, mut sent) = (0, 0);
    for case in 0..10_000 {
        let world = random::world(case);
        let (mut a, mut b) =
            (live(&world, case, PUNCTUAL, false), live(&world, case, unpunctual, false));
        // When a webhook answers is the host's affair.
        for host in [&mut a, &mut b] {
            host.records.retain(|record| !matches!(record.decided, Decided::Called(..)));
        }
        let differ = a.records.iter().zip(&b.records).position(|(x, y)| x != y);
        if let Some(at) = differ {
            panic!("case {case}: record {at}: {:?}, late {:?}", a.records[at], b.records[at]);
        }
        assert_eq!(a.records.len(), b.records.len(), "case {case}");
        assert_eq!(a.transmitted, b.transmitted, "case {case}");
        starts += started(&a.records);
        sent += a.transmitted.len();
    }
    assert!(starts > 10_000 && sent > 5_000, "too little happened: {starts} starts, {sent} mails");
}

/// The condition that a decision gives as its reason, and what it came to.
fn reason(decided: Decided) -> Option<(Asked, Truth)> {
    match decided {
        Decided::NotStarted(journey, NoStart::IfFalse) => Some((Asked::If(journey), Truth::False)),
        Decided::NotStarted(journey, NoStart::IfUnknown) => {
            Some((Asked::If(journey), Truth::Unknown))
        }
        Decided::NotStarted(journey, NoStart::WhileFalse) => {
            Some((Asked::While(journey), Truth::False))
        }
        Decided::NotStarted(journey, NoStart::WhileUnknown) => {
            Some((Asked::While(journey), Truth::Unknown))
        }
        Decided::Skipped(at, Skip::IfFalse) => {
            Some((Asked::StepIf(at.of.journey, at.step), Truth::False))
        }
        Decided::Skipped(at, Skip::IfUnknown) => {
            Some((Asked::StepIf(at.of.journey, at.step), Truth::Unknown))
        }
        Decided::Skipped(at, Skip::WhileUnknown) | Decided::Held(at, NoMail::WhileUnknown) => {
            Some((Asked::While(at.of.journey), Truth::Unknown))
        }
        Decided::Held(at, NoMail::WhileFalse) | Decided::Ended(at, End::WhileFalse) => {
            Some((Asked::While(at.of.journey), Truth::False))
        }
        _ => None,
    }
}

#[test]
fn who_asks_for_explanations_gets_the_reasons_of_the_same_decisions() {
    let (mut reasons, mut looks) = (0, 0);
    for case in 0..2_000 {
        let world = random::world(case);
        let silent = live(&world, case, PUNCTUAL, true);
        let told = live(&world, case, Habits { explains: true, ..PUNCTUAL }, true);
        assert_eq!(silent.records, told.records, "case {case}");
        assert_eq!(silent.transmitted, told.transmitted, "case {case}");
        assert!(silent.details.is_empty(), "case {case}: nobody asked");
        for (i, record) in told.records.iter().enumerate() {
            let own = || told.details.iter().filter(|detail| detail.record == i);
            // What an end takes back has its reason there.
            let is_withdrawn = told.records[..i].iter().rev().find_map(|before| {
                match (record.decided, before.decided) {
                    (Decided::Held(a, _), Decided::Ended(b, _)) => Some(a.of == b.of),
                    (_, Decided::Held(..)) => None,
                    _ => Some(false),
                }
            });
            let reason = reason(record.decided).filter(|_| is_withdrawn != Some(true));
            if let Some((asked, came_to)) = reason {
                let is_told = own().any(|detail| {
                    matches!(&detail.read, Read::Condition { of, truth, .. } if (*of, *truth) == (asked, came_to))
                });
                assert!(is_told, "case {case}: {record:?} of {:?}", own().collect::<Vec<_>>());
                reasons += 1;
            }
            let found = own().filter(|detail| matches!(detail.read, Read::LastLook { .. })).count();
            let is_sent = matches!(record.decided, Decided::Sent(..));
            assert_eq!(found, usize::from(is_sent), "case {case}: {record:?}");
            looks += found;
        }
        assert!(told.details.iter().all(|detail| detail.record < told.records.len()));
    }
    assert!(reasons > 1_000 && looks > 1_000, "{reasons} reasons, {looks} last looks");
}

#[test]
fn a_customer_who_rests_goes_on_the_same_whatever_the_program() {
    let mut longest = 0;
    for case in 0..4_000 {
        let world = random::world(case);
        let awake = live(&world, case, PUNCTUAL, true);
        let mut rests = Host::new(&world, Habits { seed: case, ..PUNCTUAL }, instant(START));
        for thing in things(case, true) {
            thing.tell(&mut rests);
            let bytes = rests.customer.snapshot(&world);
            longest = longest.max(bytes.len());
            let back = Customer::restore(rests.customer.id(), &world, &bytes);
            assert_eq!(back.as_ref(), Ok(&rests.customer), "case {case}");
            rests.customer = back.unwrap();
        }
        rests.run_until(instant(START).after(Wait::days(DAYS)));
        assert_eq!(awake.records, rests.records, "case {case}");
        assert_eq!(awake.transmitted, rests.transmitted, "case {case}");
    }
    assert!(longest < BYTES_MAX / 4, "{longest} bytes");
}

#[test]
fn an_event_told_twice_changes_nothing_whatever_the_program() {
    for case in 0..4_000 {
        let world = random::world(case);
        let once = live(&world, case, PUNCTUAL, true);
        let mut twice = Host::new(&world, Habits { seed: case, ..PUNCTUAL }, instant(START));
        for thing in things(case, true) {
            thing.tell(&mut twice);
            if matches!(thing.what, What::Event(..)) {
                thing.tell(&mut twice);
            }
        }
        twice.run_until(instant(START).after(Wait::days(DAYS)));
        assert_eq!(once.records, twice.records, "case {case}");
        assert_eq!(once.transmitted, twice.transmitted, "case {case}");
    }
}

#[test]
fn segments_turn_at_the_very_millisecond() {
    let mut turned = 0;
    for case in 0..4_000 {
        let world = random::world(case);
        let mut host = Host::new(&world, Habits { seed: case, ..PUNCTUAL }, instant(START));
        let things = things(case, false);
        things.iter().for_each(|thing| thing.tell(&mut host));
        let last = things.last().unwrap().arrives;
        let known = host.records.len();
        host.run_until(instant(START).after(Wait::days(DAYS)));
        if host.records[known..].iter().any(|r| !matches!(r.decided, Decided::Turned(..))) {
            continue; // a mail that was sent may be counted: here time alone is to be seen
        }
        for (ix, segment) in world.program.segments.iter().enumerate() {
            let turns: Vec<(Timestamp, Truth)> = host.records[known..]
                .iter()
                .filter_map(|record| match record.decided {
                    Decided::Turned(of, truth) if usize::from(of.0) == ix => {
                        Some((record.at, truth))
                    }
                    _ => None,
                })
                .collect();
            turned += turns.len();
            let read = |at| segment.condition.read(&host.customer.facts(&world, at));
            for &(at, truth) in &turns {
                let before = at.before(Wait::from_millis(1));
                assert_eq!(read(at), truth, "case {case}: {segment:?} at {at:?}");
                assert_ne!(read(before), truth, "case {case}: {segment:?} before {at:?}");
            }
            // And in between, every seven minutes, it stands as it was told last.
            let mut at = last.after(Wait::from_millis(1));
            let mut stands = read(at);
            while at < instant(START).after(Wait::days(DAYS)) {
                let next = at.after(Wait::minutes(7));
                for &(turn, truth) in &turns {
                    if turn > at && turn <= next {
                        stands = truth;
                    }
                }
                at = next;
                if at < instant(START).after(Wait::days(DAYS)) {
                    assert_eq!(read(at), stands, "case {case}: {segment:?} at {at:?}");
                }
            }
        }
    }
    assert!(turned > 250, "too little turned to prove anything: {turned}");
}

#[test]
fn no_mail_leaves_that_may_not_whatever_the_program() {
    let (mut marketing, mut held_out) = (0, 0);
    for case in 0..10_000 {
        let world = random::world(case);
        let host = live(&world, case, PUNCTUAL, true);
        let mut ids: Vec<&Mailing> = Vec::new();
        for mail in &host.transmitted {
            assert!(ids.iter().all(|other| other.id != mail.id), "case {case}: {mail:?} twice");
            ids.push(mail);
            if world.program.topic(mail.topic).is_marketing() {
                marketing += 1;
                let held = world.is_held_out(host.customer.id());
                assert!(!held, "case {case}: {mail:?} to somebody held out");
            }
        }
        held_out += u32::from(world.is_held_out(host.customer.id()));
        for record in &host.records {
            if let Decided::Sent(at, _, _) = record.decided {
                let stops = &world.program.journey(at.of.journey).stop;
                let began = host.records.iter().find_map(|r| match r.decided {
                    Decided::Started(of, key, _) if of == at.of => Some((r.at, key)),
                    _ => None,
                });
                let (began, _) = began.unwrap();
                let known = things(case, true).into_iter().find(|thing| match thing.what {
                    What::Event(name, _, _, _, Origin::Live) => {
                        stops.iter().any(|stop| stop.on == name && stop.same.is_none())
                            && thing.own > began
                            && thing.arrives <= record.at
                            && thing.own <= record.at
                    }
                    _ => false,
                });
                assert!(known.is_none(), "case {case}: {record:?} after {known:?}");
            }
        }
    }
    assert!(marketing > 1_000 && held_out > 500, "{marketing} mails, {held_out} held out");
}

#[test]
fn a_snapshot_of_the_busiest_customer_is_bounded() {
    for case in 0..60 {
        let world = random::world(case);
        let mut customer = Host::new(&world, PUNCTUAL, instant(START)).customer;
        let mut out = Effects::default();
        for n in 0..6_000u64 {
            // Always another order and message, and a host that answers nothing.
            let now = instant(START).after(Wait::minutes(u32::try_from(n).unwrap() * 11));
            let name = [EventIx::ORDER_COMPLETED, EventIx::PRODUCT_VIEWED][usize::from(n % 3 > 0)];
            let order = format!("{n}-{}", "x".repeat(250));
            let properties = property(&world.program, name, "order_id");
            let properties: Vec<_> = properties
                .map(|name| Property { name, value: Value::Text(&order) })
                .into_iter()
                .collect();
            let products = [Line { product: ProductId(n), quantity: 1, price: Amount::whole(1) }];
            let (at, id, origin) = (now, n + 1, Origin::Live);
            let (properties, products) = (&properties[..], &products[..]);
            let event = Event { name, origin, at, id, properties, products };
            out.clear();
            customer.apply(&world, now, Input::Event(event), &mut out);
        }
        let bytes = customer.snapshot(&world).len();
        assert!(bytes < BYTES_MAX, "case {case}: {bytes} bytes");
    }
}

#[test]
fn a_customer_counts_once_an_experiment_whatever_the_program() {
    let (mut counted, mut again, mut held, mut exposed, mut reached) = (0, 0, 0, 0, 0);
    for case in 0..10_000 {
        let world = random::world(case);
        let host = live(&world, case, PUNCTUAL, true);
        let mut met: Vec<(At, Assigned)> = Vec::new();
        let mut did: Vec<(ExperimentIx, Did)> = Vec::new();
        let mut enrolled: Vec<Enrolled> = Vec::new();
        for record in &host.records {
            match record.decided {
                Decided::Met(at, assigned, first) => {
                    let ix = assigned.experiment;
                    let known = met.iter().any(|(_, other)| other.experiment == ix);
                    assert_eq!(first, !known, "case {case}: {record:?}");
                    let experiment = world.program.experiment(ix);
                    assert_eq!((at.of.journey, at.step), (experiment.journey, experiment.step));
                    assert_eq!(assigned, world.assigned(ix, host.customer.id()));
                    assert!(!enrolled.contains(&at.of), "case {case}: {record:?} twice");
                    enrolled.push(at.of);
                    if first {
                        met.push((at, assigned));
                    }
                    counted += u32::from(first);
                    again += u32::from(!first);
                }
                Decided::Tested(of, assigned, what) => {
                    assert!(met.iter().any(|(at, a)| (at.of, *a) == (of, assigned)), "case {case}");
                    let this = (assigned.experiment, what);
                    assert!(!did.contains(&this), "case {case}: {record:?} twice");
                    did.push(this);
                    exposed += u32::from(what == Did::Exposed);
                    reached += u32::from(what == Did::Goal);
                }
                Decided::Held(at, NoMail::TestHoldout) => {
                    assert!(enrolled.contains(&at.of), "case {case}: {record:?} of no test");
                    held += 1;
                }
                _ => {}
            }
        }
        for mail in &host.transmitted {
            let experiment = world.program.experiment_on(mail.send.journey);
            let is_tested = experiment.is_some_and(|(_, of)| of.step == mail.send.step)
                && enrolled.iter().any(|of| of.enrolment == mail.send.enrolment);
            assert_eq!(mail.variants.is_some(), is_tested, "case {case}: {mail:?}");
            let is_held_out = |(at, assigned): &(At, Assigned)| {
                assigned.held_out && at.of.enrolment == mail.send.enrolment
            };
            let is_marketing = world.program.topic(mail.topic).is_marketing();
            // A mail of an earlier step may have been on its way.
            let later = experiment.is_none_or(|(_, of)| of.step <= mail.send.step);
            let broken = is_marketing && later && met.iter().any(is_held_out);
            assert!(!broken, "case {case}: {mail:?} to somebody held out");
        }
    }
    assert!(
        counted > 1_000 && again > 100 && held > 100 && exposed > 500 && reached > 50,
        "{counted} counted, {again} again, {held} held out, {exposed} exposed, {reached} goals"
    );
}
