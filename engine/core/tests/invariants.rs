//! What must never happen, whatever a customer, a host or a mail server does: random histories with objections,
//! suppressed addresses, outages, repeated inputs and answers of every kind, from fixed seeds.

#![expect(clippy::wildcard_enum_match_arm, reason = "one record is looked for")]

mod common;

use common::{OFFERS, REVENUE, instant, shop_that_waits};
use foresend_core::chance;
use foresend_core::customer::Customer;
use foresend_core::customer::effect::{Effect, Effects, Mailing};
use foresend_core::customer::input::{
    Code, Consent, ConsentTo, Engagement, Event, Gate, Input, Line, Origin, Outcome, Profile,
    Reader, SendRef,
};
use foresend_core::customer::record::{Decided, Record};
use foresend_core::id::{CustomerId, ProductId};
use foresend_core::money::Amount;
use foresend_core::time::{Timestamp, Wait};
use foresend_core::world::World;
use foresend_core::world::ZoneIx;
use foresend_core::world::event::{EventIx, Property};
use foresend_core::world::program::Program;
use foresend_core::world::topic::Basis;
use foresend_core::world::value::Value;

/// 2026-03-02T00:00Z, a Monday.
const START: i64 = 1_772_409_600_000;

/// One customer under a careless host, and what the host knows for certain.
struct Case<'w> {
    world: &'w World,
    customer: Customer,
    key: u64,
    draws: u64,
    attempts: u16,
    now: Timestamp,
    /// Each input is applied so many times.
    times: u32,
    ready: Vec<Mailing>,
    going: Vec<(SendRef, u16)>,
    records: Vec<Record>,
    permitted: bool,
    /// (event, own time, arrival)
    events: Vec<(EventIx, Timestamp, Timestamp)>,
    /// (hand-over, suppressed, permitted, mail)
    transmitted: Vec<(Timestamp, bool, bool, Mailing)>,
}

impl<'w> Case<'w> {
    fn new(world: &'w World, case: u64, times: u32) -> Self {
        let customer = Customer::new(CustomerId::of(world.id_key, "c-1"));
        Self {
            world,
            customer,
            key: chance::join(0xCA5E, case),
            draws: 0,
            attempts: 0,
            now: instant(START),
            times,
            ready: vec![],
            going: vec![],
            records: vec![],
            permitted: false,
            events: vec![],
            transmitted: vec![],
        }
    }

    fn draw(&mut self, below: u64) -> u64 {
        self.draws += 1;
        chance::bits(self.key, self.draws) % below
    }

    fn apply(&mut self, input: Input<'_>) {
        let suppressed = matches!(input, Input::Handover { gate: Gate::Suppressed, .. });
        for _ in 0..self.times {
            let mut out = Effects::default();
            self.customer.apply(self.world, self.now, input, &mut out);
            self.records.append(&mut out.records);
            for effect in out.asked {
                match effect {
                    Effect::Ready(mail) => self.ready.push(mail),
                    Effect::Call(_) => {}
                    Effect::Withdraw(send) => self.ready.retain(|mail| mail.send != send),
                    Effect::Transmit(mail, attempt) => {
                        self.going.push((mail.send, attempt));
                        self.transmitted.push((self.now, suppressed, self.permitted, mail));
                    }
                }
            }
        }
    }

    /// One thing that happens next.
    fn step(&mut self) {
        let pause = match self.draw(6) {
            0 => 0,
            1 => self.draw(60_000),
            2 => self.draw(3_600_000),
            3 => self.draw(5 * 3_600_000),
            4 => 1_800_000,
            _ => self.draw(86_400_000),
        };
        self.now = self.now.after(Wait::from_millis(pause.cast_signed()));
        match self.draw(12) {
            0..5 => self.event(),
            5 | 6 => self.apply(Input::Wake),
            7 | 8 => self.hand_over(),
            9 => self.answer(),
            10 => self.objects_or_agrees(),
            _ => self.reads(),
        }
    }

    fn event(&mut self) {
        let names = [
            EventIx::PRODUCT_ADDED,
            EventIx::PRODUCT_ADDED,
            EventIx::PRODUCT_VIEWED,
            EventIx::CHECKOUT_STARTED,
            EventIx::ORDER_COMPLETED,
            EventIx::OTHER,
        ];
        let name = names[usize::try_from(self.draw(6)).unwrap_or(0)];
        let late = if self.draw(4) == 0 { self.draw(86_400_000) } else { 0 };
        let lines = [Line { product: ProductId(1), quantity: 1, price: Amount::whole(9) }];
        let revenue = [Property { name: REVENUE, value: Value::Number(Amount::whole(9)) }];
        let with_lines = matches!(name, EventIx::PRODUCT_ADDED | EventIx::CHECKOUT_STARTED);
        let own = self.now.before(Wait::from_millis(late.cast_signed()));
        self.events.push((name, own, self.now));
        let id = chance::bits(self.key, 1 << 40 | self.draws) | 1;
        self.apply(Input::Event(Event {
            name,
            origin: Origin::Live,
            at: own,
            id,
            properties: if name == EventIx::ORDER_COMPLETED { &revenue } else { &[] },
            products: if with_lines { &lines } else { &[] },
        }));
    }

    fn hand_over(&mut self) {
        if self.ready.is_empty() {
            return;
        }
        let at = usize::try_from(self.draw(self.ready.len() as u64)).unwrap_or(0);
        let mail = self.ready.swap_remove(at);
        let gate = if self.draw(8) == 0 { Gate::Suppressed } else { Gate::Open };
        self.attempts += 1;
        let attempt = self.attempts;
        self.apply(Input::Handover { send: mail.send, attempt, gate, code: Code::None });
    }

    fn answer(&mut self) {
        let Some((send, attempt)) = self.going.pop() else { return };
        let outcomes = [
            Outcome::Accepted,
            Outcome::Accepted,
            Outcome::Rejected,
            Outcome::Unknown,
            Outcome::Deferred,
            Outcome::RenderFailed,
        ];
        let outcome = outcomes[usize::try_from(self.draw(6)).unwrap_or(0)];
        self.apply(Input::Outcome { send, attempt, outcome });
        if outcome == Outcome::Deferred {
            // The host asks again later, by the mail it still holds.
            let mail = self.transmitted.iter().rev().find(|sent| sent.3.send == send);
            self.ready.extend(mail.map(|sent| sent.3));
        }
    }

    fn objects_or_agrees(&mut self) {
        let agrees = self.draw(3) > 0;
        let to = if agrees { ConsentTo::Given(Basis::Consent) } else { ConsentTo::Withdrawn };
        self.now = self.now.after(Wait::from_millis(1)); // never both at one instant
        self.permitted = agrees;
        self.apply(Input::Consent(Consent { topic: OFFERS, to, at: self.now, cause: None }));
    }

    fn reads(&mut self) {
        let Some((_, _, _, mail)) = self.transmitted.last().copied() else { return };
        let act = if self.draw(2) == 0 { Engagement::Open } else { Engagement::Click };
        let at = self.now;
        self.apply(Input::Engagement { send: mail.send, act, reader: Reader::Human, at });
    }

    fn live(mut self) -> Self {
        let profile =
            Profile { zone: ZoneIx::PROGRAM, has_address: true, created: None, traits: &[] };
        self.apply(Input::Profile(profile));
        self.objects_or_agrees();
        for _ in 0..60 {
            self.step();
        }
        self
    }
}

fn is_marketing(program: &Program, mail: &Mailing) -> bool {
    program.topic(mail.topic).is_marketing()
}

#[test]
fn no_marketing_leaves_without_basis_to_a_suppressed_address_in_quiet_hours_or_late() {
    let world = shop_that_waits();
    let program = &world.program;
    let zone = world.zone(ZoneIx::PROGRAM);
    let mut marketing = 0;
    for case in 0..30_000 {
        let it = Case::new(&world, case, 1).live();
        for (now, suppressed, permitted, mail) in &it.transmitted {
            assert!(!suppressed, "case {case}: {mail:?} to a suppressed address");
            if is_marketing(program, mail) {
                marketing += 1;
                assert!(*permitted, "case {case}: {mail:?} without a basis at {now:?}");
                let quiet = program.limits.quiet.is_some_and(|quiet| zone.is_within(quiet, *now));
                assert!(!quiet, "case {case}: {mail:?} in quiet hours at {now:?}");
                let late = now.since(mail.not_before);
                let most = if mail.send.step.0 == 0 && mail.send.journey.0 == 0 { 4 } else { 6 };
                assert!(late <= Wait::hours(most), "case {case}: {mail:?} at {now:?}");
            }
        }
    }
    assert!(marketing > 2_000, "too little marketing to prove anything: {marketing}");
}

#[test]
fn no_mail_leaves_after_a_known_stop_even_if_the_server_put_it_off_before() {
    let world = shop_that_waits();
    let (mut put_off, mut recalled) = (0, 0);
    for case in 0..60_000 {
        let it = Case::new(&world, case, 1).live();
        for (now, _, _, mail) in &it.transmitted {
            let of = mail.send;
            let began = it.records.iter().find_map(|record| match record.decided {
                Decided::Started(run, _, _)
                    if run.journey == of.journey && run.enrolment == of.enrolment =>
                {
                    Some(record.at)
                }
                _ => None,
            });
            let stops = &world.program.journey(of.journey).stop;
            let known = it.events.iter().find(|(name, own, arrived)| {
                stops.iter().any(|stop| stop.on == *name)
                    && began.is_some_and(|b| *own > b)
                    && arrived < now
            });
            assert_eq!(known, None, "case {case}: {mail:?} at {now:?}");
        }
        let deferred = |r: &&Record| matches!(r.decided, Decided::Answered(_, Outcome::Deferred));
        put_off += it.records.iter().filter(deferred).count();
        recalled += it
            .records
            .windows(2)
            .filter(|pair| {
                deferred(&&pair[0]) && matches!(pair[1].decided, Decided::Held(..))
                    || deferred(&&pair[1]) && matches!(pair[0].decided, Decided::Held(..))
            })
            .count();
    }
    assert!(put_off > 1_000 && recalled > 10, "{put_off} put off, {recalled} recalled");
}

#[test]
fn no_more_marketing_leaves_than_the_limits_allow() {
    let world = shop_that_waits();
    let program = &world.program;
    for case in 0..30_000 {
        let it = Case::new(&world, case, 1).live();
        // What is known to have failed does not count; everything else does, by its own time, once.
        let failed = |send: SendRef| {
            it.records.iter().any(|record| {
                matches!(record.decided, Decided::Answered(at, Outcome::Rejected | Outcome::RenderFailed)
                    if at.of.journey == send.journey
                        && at.of.enrolment == send.enrolment
                        && at.step == send.step)
            })
        };
        let mut sent: Vec<(SendRef, Timestamp)> = Vec::new();
        for (now, _, _, mail) in it.transmitted.iter().filter(|t| is_marketing(program, &t.3)) {
            let punctual = now.since(mail.not_before) < Wait::MINUTE;
            let own = if punctual { mail.not_before } else { *now };
            sent.retain(|(send, _)| *send != mail.send);
            sent.push((mail.send, own));
        }
        sent.retain(|(send, _)| !failed(*send));
        for rate in &program.limits.mails {
            for (_, at) in &sent {
                let within =
                    sent.iter().filter(|(_, other)| *other > at.before(rate.within) && other <= at);
                let count = within.count();
                assert!(count <= usize::from(rate.most), "case {case}: {count} in {}", rate.within);
            }
        }
    }
}

#[test]
fn no_send_id_leaves_twice_but_after_a_deferral_or_for_order_mail() {
    let world = shop_that_waits();
    for case in 0..30_000 {
        let it = Case::new(&world, case, 1).live();
        for (i, (_, _, _, mail)) in it.transmitted.iter().enumerate() {
            let again = it.transmitted[..i].iter().any(|sent| sent.3.id == mail.id);
            let deferred = it.records.iter().any(|record| {
                matches!(record.decided, Decided::Answered(at, Outcome::Deferred) if at == mail.send.into())
            });
            let is_order_mail = !is_marketing(&world.program, mail);
            assert!(!again || deferred || is_order_mail, "case {case}: {mail:?} twice");
        }
    }
}

#[test]
fn the_same_input_twice_changes_nothing() {
    let world = shop_that_waits();
    for case in 0..30_000 {
        let once = Case::new(&world, case, 1).live();
        let twice = Case::new(&world, case, 2).live();
        let engagements = |it: &Case<'_>| {
            let engaged = |r: &&Record| matches!(r.decided, Decided::Engaged(..));
            it.records.iter().filter(engaged).count()
        };
        // Opens and clicks carry no id: each is a reading of its own, and hosts drop repeats.
        let but_engagements = |it: &Case<'_>| -> Vec<Record> {
            let engaged = |r: &&Record| !matches!(r.decided, Decided::Engaged(..));
            it.records.iter().filter(engaged).copied().collect()
        };
        assert_eq!(2 * engagements(&once), engagements(&twice), "case {case}");
        let (once_records, twice_records) = (but_engagements(&once), but_engagements(&twice));
        let differ = once_records.iter().zip(&twice_records).find(|(a, b)| a != b);
        assert!(differ.is_none(), "case {case}: {differ:?}");
        assert_eq!(once_records.len(), twice_records.len(), "case {case}");
        assert_eq!(once.transmitted.len(), twice.transmitted.len(), "case {case}");
    }
}
