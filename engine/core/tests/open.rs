//! What a host asks a customer for: what is open after a restart, what is in the cart, what the starting event said, and
//! for which products they wait.

mod common;

use common::story::at;
use common::{OFFERS, ORDERS, journey, shop, step};
use foresend_core::customer::Customer;
use foresend_core::customer::effect::{Effect, Effects};
use foresend_core::customer::held::{Awaited, MailState, Waiting};
use foresend_core::customer::input::{
    Code, Consent, ConsentTo, Event, Gate, Input, Line, Origin, Outcome, Profile, SendRef,
};
use foresend_core::id::{CustomerId, Key, ProductId};
use foresend_core::moment::Moment;
use foresend_core::money::Amount;
use foresend_core::time::{Timestamp, Wait};
use foresend_core::world::event::{EventIx, Property, PropertyIx};
use foresend_core::world::journey::{Act, Again, JourneyIx, KeyOf, Listen, Same, StepIx, WaitFor};
use foresend_core::world::program::{Outline, Program};
use foresend_core::world::topic::Basis;
use foresend_core::world::value::{SlotIx, Value};
use foresend_core::world::{World, ZoneIx};

/// The property `product_id` of what is told and asked of one product here.
const PRODUCT: PropertyIx = PropertyIx(0);

fn customer(world: &World) -> Customer {
    let mut customer = Customer::new(CustomerId::of(world.id_key, "c-1"));
    let profile = Profile { zone: ZoneIx::PROGRAM, has_address: true, created: None, traits: &[] };
    apply(&mut customer, world, at(1, "00:00"), Input::Profile(profile));
    for topic in [OFFERS, ORDERS] {
        let to = ConsentTo::Given(if topic == OFFERS { Basis::Consent } else { Basis::Contract });
        let consent = Consent { topic, to, at: at(1, "00:00"), cause: None };
        apply(&mut customer, world, at(1, "00:00"), Input::Consent(consent));
    }
    customer
}

fn apply(customer: &mut Customer, world: &World, now: Timestamp, input: Input<'_>) -> Vec<Effect> {
    let mut out = Effects::default();
    customer.apply(world, now, input, &mut out);
    // What is due at this instant runs by a wake.
    customer.apply(world, now, Input::Wake, &mut out);
    out.asked
}

fn event<'a>(
    name: EventIx,
    at: Timestamp,
    properties: &'a [Property<'a>],
    products: &'a [Line],
) -> Input<'a> {
    let origin = Origin::Live;
    Input::Event(Event { name, origin, at, id: 0, properties, products })
}

fn line(product: u64, quantity: u32) -> Line {
    Line { product: ProductId(product), quantity, price: Amount::whole(10) }
}

#[test]
fn a_mail_is_asked_for_again_until_it_is_answered() {
    let world = shop();
    let mut customer = customer(&world);
    let open = |customer: &Customer| {
        let mut out = Effects::default();
        (customer.open(&world, &mut out), out.asked)
    };
    assert!(!customer.has_open());
    let now = at(2, "12:00");
    let ready = apply(&mut customer, &world, now, event(EventIx::ORDER_COMPLETED, now, &[], &[]));
    let [Effect::Ready(mail)] = ready[..] else { panic!("{ready:?}") };
    let send = mail.send;
    assert_eq!(open(&customer), (vec![], ready), "as it was asked for the first time");
    assert_eq!((customer.has_open(), customer.attempts(send)), (true, Some(0)));
    assert_eq!(customer.event_time_of(send), Some(now));
    let mail = |customer: &Customer| {
        let mails: Vec<_> =
            customer.mails(&world).map(|mail| (mail.state, mail.attempts)).collect();
        assert_eq!(mails.len(), 1);
        mails[0]
    };
    assert_eq!(mail(&customer), (MailState::Ready, 0));

    let handover = |attempt| Input::Handover { send, attempt, gate: Gate::Open, code: Code::None };
    apply(&mut customer, &world, now, handover(1));
    assert_eq!(open(&customer), (vec![(send, 1)], vec![]));
    assert_eq!(mail(&customer), (MailState::Going, 1));
    let outcome = |attempt, outcome| Input::Outcome { send, attempt, outcome };
    apply(&mut customer, &world, now, outcome(1, Outcome::Deferred));
    assert_eq!(open(&customer).0, []);
    assert_eq!((open(&customer).1.len(), customer.attempts(send)), (1, Some(1)));
    apply(&mut customer, &world, now, handover(2));
    apply(&mut customer, &world, now, outcome(2, Outcome::Accepted));
    assert_eq!(open(&customer), (vec![], vec![]));
    assert_eq!((customer.has_open(), customer.attempts(send)), (false, None));
    assert_eq!(customer.mails(&world).count(), 0);
}

#[test]
fn a_webhook_is_called_again_until_it_is_answered() {
    let mut outline: Outline = (*shop().program).clone();
    let call = step("call", ORDERS, Wait::ZERO, Moment::ANY, Wait::days(2));
    let call = foresend_core::world::journey::Step { act: Act::Call("parcel".into()), ..call };
    outline.journeys =
        vec![journey("calls", ORDERS, &[EventIx::ORDER_COMPLETED], Again::Always, vec![call])];
    let world = World::new(shop().seed, shop().id_key, Program::new(outline));
    let mut customer = customer(&world);
    let now = at(2, "12:00");
    let asked = apply(&mut customer, &world, now, event(EventIx::ORDER_COMPLETED, now, &[], &[]));
    let [Effect::Call(calling)] = asked[..] else { panic!("{asked:?}") };
    let mut out = Effects::default();
    assert_eq!(customer.open(&world, &mut out), []);
    assert_eq!((out.asked, customer.has_open()), (asked, true));
    apply(&mut customer, &world, now, Input::Called { send: calling.send, done: true });
    assert!(!customer.has_open());
}

#[test]
fn what_a_customer_permits_is_told_with_when_they_did() {
    let world = shop();
    let mut customer = customer(&world);
    let of_offers = |customer: &Customer| {
        let mut all = customer.permissions(&world.program);
        let found = all.find(|permission| permission.topic == OFFERS).unwrap();
        (found.basis, found.consented, found.objected)
    };
    let given = Some(at(1, "00:00"));
    assert_eq!(of_offers(&customer), (Some(Basis::Consent), given, None));
    let now = at(2, "12:00");
    let consent = Consent { topic: OFFERS, to: ConsentTo::Withdrawn, at: now, cause: None };
    apply(&mut customer, &world, now, Input::Consent(consent));
    assert_eq!(of_offers(&customer), (None, given, Some(now)));
    assert_eq!(customer.permissions(&world.program).count(), world.program.topics.len());
    assert!(customer.has_address());
}

#[test]
fn cart_lines_come_in_their_order_and_lapse_as_the_cart_does() {
    let world = shop();
    let mut customer = customer(&world);
    assert_eq!(customer.cart_lines(at(2, "12:00")), []);
    for (day, product, quantity) in [(2, 7, 1), (3, 5, 2), (4, 7, 1)] {
        let now = at(day, "12:00");
        let lines = [line(product, quantity)];
        apply(&mut customer, &world, now, event(EventIx::PRODUCT_ADDED, now, &[], &lines));
    }
    assert_eq!(customer.cart_lines(at(2, "12:00")), [line(7, 1)], "as of then");
    assert_eq!(customer.cart_lines(at(4, "12:00")), [line(7, 2), line(5, 2)]);
    assert_eq!(customer.cart_lines(at(33, "12:00")), [line(7, 2)], "30 days after the last change");
    let now = at(34, "00:00");
    apply(&mut customer, &world, now, event(EventIx::ORDER_COMPLETED, now, &[], &[]));
    assert_eq!(customer.cart_lines(now), []);
}

/// A shop that tells who asked when a product is back; with `drops`, also of lower prices.
fn alerts(drops: bool) -> World {
    let mut outline: Outline = (*shop().program).clone();
    let same = Some(Same { property: Some(PRODUCT), products: false });
    let on = vec![Listen { on: EventIx::BACK_IN_STOCK, same }];
    let wait = step("back", ORDERS, Wait::ZERO, Moment::ANY, Wait::days(2));
    let act = Act::WaitFor(WaitFor { on, at_most: Wait::days(20), number: 0 });
    let wait = foresend_core::world::journey::Step { act, ..wait };
    let tell = step("tell", ORDERS, Wait::ZERO, Moment::ANY, Wait::days(2));
    let mut alert =
        journey("alert", ORDERS, &[EventIx::PRODUCT_VIEWED], Again::Always, vec![wait, tell]);
    alert.key = KeyOf::Property(vec![Some(PRODUCT)]);
    // Product Viewed: product_id, sku, category, name.
    alert.reads = vec![vec![Some(PropertyIx(3))]];
    outline.journeys = vec![alert];
    if drops {
        let tell = step("drop", ORDERS, Wait::ZERO, Moment::ANY, Wait::days(2));
        let on = [EventIx::PRICE_DROPPED];
        outline.journeys.push(journey("drop", ORDERS, &on, Again::Always, vec![tell]));
    }
    World::new(shop().seed, shop().id_key, Program::new(outline))
}

#[test]
fn who_waits_for_a_product_is_known_until_it_came_or_the_wait_is_over() {
    let world = alerts(false);
    let mut customer = customer(&world);
    let product = |id| [Property { name: PRODUCT, value: Value::Text(id) }];
    let now = at(2, "12:00");
    for id in ["b", "a"] {
        apply(&mut customer, &world, now, event(EventIx::PRODUCT_VIEWED, now, &product(id), &[]));
    }
    let mut both = vec![ProductId::of("a"), ProductId::of("b")];
    both.sort_unstable();
    assert_eq!(customer.waited_for(&world, now), both);
    let waiting = customer.waiting(&world);
    let listens = |waiting: &Waiting| {
        (waiting.what, waiting.until) == (Awaited::Event(StepIx(0)), at(22, "12:00"))
    };
    assert!(waiting.len() == 2 && waiting.iter().all(listens), "{waiting:?}");
    assert_eq!((waiting[0].enrolment, waiting[0].key), (Some(1), Key::of_text("b")));
    let now = at(2, "15:00");
    apply(&mut customer, &world, now, event(EventIx::BACK_IN_STOCK, now, &product("a"), &[]));
    assert_eq!(customer.waited_for(&world, now), [ProductId::of("b")]);
    let over = at(22, "12:01");
    apply(&mut customer, &world, over, Input::Wake);
    assert_eq!(customer.waited_for(&world, over), []);
}

#[test]
fn where_the_catalogue_starts_a_journey_the_cart_is_what_they_wait_for() {
    let now = at(2, "12:00");
    for (drops, waited) in [(true, vec![ProductId(5)]), (false, vec![])] {
        let world = alerts(drops);
        let mut customer = customer(&world);
        apply(&mut customer, &world, now, event(EventIx::PRODUCT_ADDED, now, &[], &[line(5, 1)]));
        assert_eq!(customer.waited_for(&world, now), waited);
    }
}

#[test]
fn what_the_starting_event_said_is_found_by_its_name() {
    let world = alerts(false);
    let mut customer = customer(&world);
    let now = at(2, "12:00");
    let said = [
        Property { name: PRODUCT, value: Value::Text("a") },
        Property { name: PropertyIx(3), value: Value::Text("Bowl") },
    ];
    apply(&mut customer, &world, now, event(EventIx::PRODUCT_VIEWED, now, &said, &[]));
    let journey = JourneyIx(0);
    let slot = world.program.slot(journey, "name");
    assert_eq!((slot, world.program.slot(journey, "price")), (Some(SlotIx(0)), None));
    let of = |key| customer.said(journey, key).collect::<Vec<_>>();
    assert_eq!(of(Key::of_text("a")), [(SlotIx(0), Value::Text("Bowl"))]);
    assert_eq!(of(Key::of_text("b")), []);
    let other = SendRef { journey, step: StepIx(1), enrolment: 9 };
    assert_eq!((customer.attempts(other), customer.event_time_of(other)), (None, None));
}
