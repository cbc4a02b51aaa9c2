//! Programs to rehearse, and what is the same for all tests of this folder.

use foresend_core::calendar::{Every, EveryDay};
use foresend_core::moment::Days;
use foresend_core::money::Money;
use foresend_core::time::{Timestamp, Wait, Zone};
use foresend_core::world::condition::{Condition, Op};
use foresend_core::world::event::EventIx;
use foresend_core::world::journey::{
    Act, Again, Journey, KeyOf, Kind, Listen, MailIx, Send, Start, Step,
};
use foresend_core::world::offer::{Codes, Cost, Offer, OfferIx};
use foresend_core::world::program::{Outline, Program};
use foresend_core::world::stream::{Stream, StreamIx};
use foresend_core::world::topic::{Basis, Confirm, Topic, TopicIx};
use foresend_simulator::population::Preset;
use foresend_simulator::rehearsal::{NO_FAULTS, Plan, Rehearsal, rehearse};

/// 2026-03-02T00:00Z, a Monday, also on the clocks of London.
pub(crate) const MONDAY: Timestamp = Timestamp::from_millis(1_772_409_600_000);

/// Consent or the soft opt-in.
pub(crate) const OFFERS: TopicIx = TopicIx(0);
/// By contract.
pub(crate) const ORDERS: TopicIx = TopicIx(1);

/// All orders of a customer.
const ORDERED: StreamIx = StreamIx(0);

/// A program of these journeys, in order of priority.
pub(crate) fn program(journeys: Vec<Journey>) -> Program {
    Program::new(outline(journeys))
}

pub(crate) fn outline(journeys: Vec<Journey>) -> Outline {
    let topic = |name: &str, basis: &[Basis]| Topic {
        name: name.to_owned(),
        says: name.to_owned(),
        basis: basis.to_vec(),
        confirm: Confirm::Single,
    };
    let offer = |name: &str, cost| Offer {
        name: name.to_owned(),
        says: name.to_owned(),
        codes: Codes::Shared(name.to_uppercase()),
        lasts: Wait::days(7),
        once: None,
        cost,
    };
    Outline {
        topics: vec![
            topic("offers", &[Basis::Consent, Basis::ExistingCustomer]),
            topic("orders", &[Basis::Contract]),
        ],
        streams: vec![Stream::of(EventIx::ORDER_COMPLETED)],
        offers: vec![
            offer("tenth", Cost::OfOrder(100_000)),
            offer("five", Cost::Fixed(Money::from_minor(500))),
        ],
        mails: vec!["mail".to_owned()],
        journeys,
        ..Outline::new(Zone::named("Europe/London").unwrap(), "GBP", 2)
    }
}

/// A mail of this kind on the topic of marketing.
pub(crate) fn send(kind: Kind) -> Send {
    Send { mail: MailIx(0), topic: OFFERS, kind, late: Wait::hours(6), offer: None }
}

/// A journey that sends one mail so long after its start.
pub(crate) fn one_mail(name: &str, start: Start, after: Wait, send: Send) -> Journey {
    let steps = vec![Step::new("mail", after, Act::Send(send))];
    Journey { kind: send.kind, ..Journey::new(name, send.topic, start, Again::Always, steps) }
}

/// Mails that leave so many hours after the cart, until any order; again after seven days.
pub(crate) fn cart(delays: &[u32]) -> Journey {
    cart_minutes(&delays.iter().map(|hours| 60 * hours).collect::<Vec<_>>())
}

/// The same in minutes.
pub(crate) fn cart_minutes(delays: &[u32]) -> Journey {
    let mut before = 0;
    let mut step = |(i, &minutes): (usize, &u32)| {
        let after = Wait::minutes(minutes - before);
        before = minutes;
        Step::new(&format!("mail-{i}"), after, Act::Send(send(Kind::Cart)))
    };
    let steps = delays.iter().enumerate().map(&mut step).collect();
    let start = Start::On(vec![EventIx::PRODUCT_ADDED, EventIx::CHECKOUT_STARTED]);
    Journey {
        kind: Kind::Cart,
        stop: vec![Listen::any(EventIx::ORDER_COMPLETED)],
        ..Journey::new("cart-recovery", OFFERS, start, Again::After(Wait::days(7)), steps)
    }
}

/// A letter to all, Tuesdays at ten; not to those who get another letter at the same moment.
pub(crate) fn campaign(instead: Option<u16>) -> Journey {
    let yields_to = instead.into_iter().map(foresend_core::world::journey::JourneyIx).collect();
    Journey {
        yields_to,
        ..one_mail("campaign", Start::Every(tuesday()), Wait::ZERO, send(Kind::News))
    }
}

/// Instead of that letter, to those who have not ordered for 90 days; once in 180 days.
pub(crate) fn win_back() -> Journey {
    let ops = vec![Op::DaysSince(ORDERED), Op::Number(90.0), Op::Greater];
    let steps = vec![
        Step::new("mail", Wait::ZERO, Act::Send(send(Kind::Return))),
        // Enrolled a little longer, so that the letter of the same moment gives way.
        Step::new("end", Wait::minutes(1), Act::Stop("sent".to_owned())),
    ];
    let again = Again::After(Wait::days(180));
    Journey {
        kind: Kind::Return,
        when: Some(Condition::new(ops, Vec::new(), "lapsed".to_owned()).unwrap()),
        ..Journey::new("win-back", OFFERS, Start::Every(tuesday()), again, steps)
    }
}

/// To sell something more, a week after each order.
pub(crate) fn post_purchase() -> Journey {
    let start = Start::On(vec![EventIx::ORDER_COMPLETED]);
    let order_id = outline(Vec::new()).events[usize::from(EventIx::ORDER_COMPLETED.0)]
        .property("order_id")
        .map(|(property, _)| property);
    Journey {
        key: KeyOf::Property(vec![order_id]),
        ..one_mail("post-purchase", start, Wait::days(7), send(Kind::Order))
    }
}

/// To those who looked around, three hours later.
pub(crate) fn browse() -> Journey {
    let start = Start::On(vec![EventIx::PRODUCT_VIEWED]);
    Journey {
        quiet: Some(Wait::hours(3)),
        again: Again::After(Wait::days(14)),
        stop: vec![Listen::any(EventIx::PRODUCT_ADDED), Listen::any(EventIx::ORDER_COMPLETED)],
        ..one_mail("browse", start, Wait::ZERO, send(Kind::Browse))
    }
}

const fn tuesday() -> Every {
    let Some(tuesday) = Days::new(0b10) else { panic!("a day of the week") };
    Every { on: EveryDay::Week(tuesday), minute: 600 }
}

/// The offer at this place, carried by `send`.
pub(crate) fn offering(send: Send, offer: u16) -> Send {
    Send { offer: Some(OfferIx(offer)), ..send }
}

/// `retail` with these numbers changed.
pub(crate) fn changed(preset: &Preset, changes: &[(&str, &[f64])]) -> Preset {
    changes.iter().fold(preset.clone(), |preset, (key, values)| preset.with(key, values).unwrap())
}

/// `retail`, with an address and every permission for everyone.
pub(crate) fn mailable() -> Preset {
    let all = ["contact.address", "contact.consent", "contact.open_tracking"];
    all.iter()
        .fold(Preset::named("retail").unwrap(), |preset, key| preset.with(key, &[1.0]).unwrap())
}

pub(crate) fn run(program: &Program, preset: &Preset, customers: u32, threads: usize) -> Rehearsal {
    run_for(program, preset, customers, 60, threads)
}

pub(crate) fn run_for(
    program: &Program,
    preset: &Preset,
    customers: u32,
    days: u32,
    threads: usize,
) -> Rehearsal {
    let plan = Plan {
        program,
        catalogue: None,
        preset,
        customers,
        from: MONDAY,
        days,
        seed: 42,
        threads,
        left_out: &[],
        compared: &[],
        faults: &NO_FAULTS,
        assumed: &[],
        by_day: false,
    };
    rehearse(&plan, &|_, _| ()).unwrap()
}
