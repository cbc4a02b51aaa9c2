//! What else a shop hears of: parcels, forms, stock, traits. It is told as the preset says, leads back to its order,
//! and changes nobody's orders.

use crate::programs::{campaign, cart, changed, mailable, one_mail, outline, program, run, send};
use foresend_core::calendar::Yearly;
use foresend_core::customer::input::{Consent, ConsentTo};
use foresend_core::time::{Timestamp, Wait};
use foresend_core::world::event::{Cause, EventDef, EventIx, FIRST_DECLARED, PropertyType};
use foresend_core::world::journey::{
    Act, Again, Journey, KeyOf, Kind, Listen, Same, Send, Start, Step, WaitFor,
};
use foresend_core::world::program::Program;
use foresend_core::world::stream::Stream;
use foresend_core::world::topic::{Basis, Confirm, Topic, TopicIx};
use foresend_core::world::value::{Kept, TraitIx};
use foresend_simulator::rehearsal::{AS_WRITTEN, NO_FAULTS, NO_MAIL, Plan, Told, trace};

const JOURNAL: TopicIx = TopicIx(2);
const CHOICES: TopicIx = TopicIx(3);
const ALERTS: TopicIx = TopicIx(4);
const ASKED: EventIx = EventIx(FIRST_DECLARED);

/// A program of these journeys that hears all of it: a sign-up to confirm, an alert, and facts about parcels.
pub(crate) fn hears_everything(journeys: Vec<Journey>) -> Program {
    let mut outline = outline(journeys);
    let topic = |name: &str, basis, confirm| Topic {
        name: name.to_owned(),
        says: name.to_owned(),
        basis: vec![basis],
        confirm,
    };
    outline.topics.push(topic("journal", Basis::Consent, Confirm::Double));
    outline.topics.push(topic("choices", Basis::Service, Confirm::Single));
    outline.topics.push(topic("alerts", Basis::Request, Confirm::Single));
    outline.events.push(EventDef {
        name: "Stock Alert Requested".to_owned(),
        cause: Cause::Customer,
        properties: vec![("product_id".to_owned(), PropertyType::Text)],
    });
    for event in [EventIx::ORDER_DELIVERED, EventIx::ORDER_CANCELLED, EventIx::ORDER_REFUNDED] {
        outline.streams.push(Stream::of(event));
    }
    outline.journeys.push(welcome());
    outline.journeys.push(back_in_stock());
    Program::new(outline)
}

fn property(event: EventIx, name: &str) -> Option<foresend_core::world::event::PropertyIx> {
    EventDef::builtin()[usize::from(event.0)].property(name).map(|(property, _)| property)
}

/// Confirmed first; then a letter.
fn welcome() -> Journey {
    let same = Same { property: property(EventIx::CONSENT_GIVEN, "topic"), products: false };
    let confirmed = WaitFor {
        on: vec![Listen { on: EventIx::CONSENT_GIVEN, same: Some(same) }],
        at_most: Wait::days(7),
        number: 0,
    };
    let confirm = Send { topic: CHOICES, late: Wait::hours(48), ..send(Kind::Service) };
    let hello = Send { topic: JOURNAL, ..send(Kind::Welcome) };
    let start = Start::On(vec![EventIx::CONSENT_REQUESTED]);
    Journey {
        key: KeyOf::Property(vec![property(EventIx::CONSENT_REQUESTED, "topic")]),
        again: Again::Never,
        steps: vec![
            Step::new("confirm", Wait::ZERO, Act::Send(confirm)),
            Step::new("confirmed", Wait::ZERO, Act::WaitFor(confirmed)),
            Step::new("welcome", Wait::ZERO, Act::Send(hello)),
        ],
        ..one_mail("welcome", start, Wait::ZERO, hello)
    }
}

/// Tells who asked.
fn back_in_stock() -> Journey {
    let same = Same { property: property(EventIx::BACK_IN_STOCK, "product_id"), products: true };
    let back = WaitFor {
        on: vec![Listen { on: EventIx::BACK_IN_STOCK, same: Some(same) }],
        at_most: Wait::days(180),
        number: 0,
    };
    let tell = Send { topic: ALERTS, ..send(Kind::Alert) };
    let asked = [Some(foresend_core::world::event::PropertyIx(0))];
    Journey {
        key: KeyOf::Property(asked.to_vec()),
        steps: vec![
            Step::new("back", Wait::ZERO, Act::WaitFor(back)),
            Step::new("tell", Wait::ZERO, Act::Send(tell)),
        ],
        ..one_mail("back-in-stock", Start::On(vec![ASKED]), Wait::ZERO, tell)
    }
}

#[test]
fn nothing_of_the_scenery_changes_an_order() {
    let hears_nothing = run(&program(vec![cart(&[1])]), &mailable(), 20_000, 2);
    let hears_all = run(&hears_everything(vec![cart(&[1])]), &mailable(), 20_000, 2);
    assert!(hears_all.events > hears_nothing.events);
    // With mail they differ: it sends alerts and a welcome.
    assert_eq!(hears_all.arms[NO_MAIL].orders, hears_nothing.arms[NO_MAIL].orders);
    assert_eq!(hears_all.arms[NO_MAIL].revenue, hears_nothing.arms[NO_MAIL].revenue);
}

#[test]
fn what_is_asked_for_is_confirmed_by_the_mail_that_asks_and_not_without_it() {
    let preset = changed(&mailable(), &[("contact.consent", &[0.0])]);
    let found = run(&hears_everything(vec![cart(&[1])]), &preset, 20_000, 2);
    let steps = |arm: usize| &found.arms[arm].pulse.journeys[1].steps;
    let (sent, confirmed) = (steps(AS_WRITTEN)[0].mail.sent, steps(AS_WRITTEN)[1].heard.came);
    assert!(sent > 500, "{sent}");
    let share = confirmed as f64 / sent as f64;
    assert!((share - 0.75).abs() < 0.05, "{confirmed} of {sent}");
    assert_eq!(steps(NO_MAIL)[1].heard.came, 0);
    // Nobody has agreed to the journal but by confirming it.
    assert!(steps(AS_WRITTEN)[2].mail.sent <= confirmed);
    // What settles something is not tracked.
    assert_eq!(
        steps(AS_WRITTEN)[0].mail.opened_human + steps(AS_WRITTEN)[0].mail.opened_machine,
        0
    );
}

#[test]
fn who_asked_is_told_when_it_is_back() {
    let found = run(&hears_everything(vec![cart(&[1])]), &mailable(), 20_000, 2);
    let journey = &found.arms[AS_WRITTEN].pulse.journeys[2];
    let asked = journey.started;
    // .03 of items out, .05 of views of one; away for twelve days in the mean, of sixty.
    assert!(asked > 100, "{asked}");
    let told = journey.steps[1].mail.sent as f64 / asked as f64;
    assert!((0.5..0.95).contains(&told), "{told}");
}

/// One order: its id, when it was, and what became of it.
#[derive(Default)]
struct Parcels {
    orders: Vec<String>,
    delivered: usize,
    cancelled: usize,
    refunded: usize,
}

#[test]
fn what_becomes_of_an_order_names_it() {
    let program = hears_everything(vec![cart(&[1])]);
    let preset = changed(&mailable(), &[("purchase.alpha", &[0.25])]);
    let (program, preset) = (&program, &preset);
    let from = crate::programs::MONDAY;
    let plan = Plan {
        program,
        catalogue: None,
        preset,
        customers: 200,
        from,
        days: 60,
        seed: 42,
        threads: 1,
        left_out: &[],
        compared: &[],
        faults: &NO_FAULTS,
        assumed: &[],
        by_day: false,
    };
    let mut all = [0; 4];
    for customer in 0..plan.customers {
        let mut parcels = Parcels::default();
        for step in trace(&plan, customer, AS_WRITTEN).unwrap().steps {
            let Told::Event { name, properties, origin, .. } = step.told else { continue };
            let order_id = properties.iter().find_map(|(property, value)| match value {
                Kept::Text(text) if text.starts_with("o-") => Some((*property, text.to_string())),
                Kept::Text(_) | Kept::Number(_) | Kept::Date(_) | Kept::Bool(_) => None,
            });
            let count = match name {
                EventIx::ORDER_COMPLETED => {
                    let (_, id) = order_id.unwrap();
                    assert!(!parcels.orders.contains(&id), "{id} twice");
                    parcels.orders.push(id);
                    continue;
                }
                EventIx::ORDER_DELIVERED => &mut parcels.delivered,
                EventIx::ORDER_CANCELLED => &mut parcels.cancelled,
                EventIx::ORDER_REFUNDED => &mut parcels.refunded,
                _ => continue,
            };
            *count += 1;
            let (_, id) = order_id.unwrap();
            assert!(parcels.orders.contains(&id), "{name:?} of {id}, {origin:?}");
        }
        let Parcels { orders, delivered, cancelled, refunded } = parcels;
        assert!(delivered + cancelled <= orders.len() && refunded <= delivered);
        for (sum, count) in all.iter_mut().zip([orders.len(), delivered, cancelled, refunded]) {
            *sum += count;
        }
    }
    let [orders, delivered, cancelled, refunded] = all.map(|count| count as f64);
    assert!(orders > 1_500.0, "{orders}");
    assert!((delivered / orders - 0.97).abs() < 0.03, "{all:?}");
    assert!((cancelled / orders - 0.02).abs() < 0.01, "{all:?}");
    assert!((refunded / orders - 0.075).abs() < 0.02, "{all:?}");
}

#[test]
fn opens_are_recorded_of_those_who_agreed_and_work_on_all() {
    let program = program(vec![cart(&[1])]);
    let [nobody, all] = [0.0, 1.0].map(|share| {
        run(&program, &changed(&mailable(), &[("contact.open_tracking", &[share])]), 20_000, 2)
    });
    let opens = |found: &foresend_simulator::rehearsal::Rehearsal| {
        let mail = found.arms[AS_WRITTEN].pulse.all_steps().mail;
        (mail.opened_human, mail.opened_machine)
    };
    assert_eq!(opens(&nobody), (0, 0));
    assert!(opens(&all).0 > 300 && opens(&all).1 > 300, "{:?}", opens(&all));
    assert_eq!(nobody.orders, all.orders);
    assert_eq!(nobody.claimed, all.claimed);
}

#[test]
fn who_signs_up_without_an_address_leaves_one() {
    let preset = changed(&mailable(), &[("contact.address", &[0.0])]);
    let found = run(&hears_everything(vec![cart(&[1])]), &preset, 5_000, 1);
    let steps = &found.arms[AS_WRITTEN].pulse.journeys[1].steps;
    assert!(steps[0].mail.sent > 100 && steps[0].held.no_address == 0, "{:?}", steps[0]);
    let requested = |consent: &Consent| matches!(consent.to, ConsentTo::Requested);
    let program = hears_everything(vec![cart(&[1])]);
    let (program, preset) = (&program, &preset);
    let from = crate::programs::MONDAY;
    let plan = Plan {
        program,
        catalogue: None,
        preset,
        customers: 80,
        from,
        days: 60,
        seed: 42,
        threads: 1,
        left_out: &[],
        compared: &[],
        faults: &NO_FAULTS,
        assumed: &[],
        by_day: false,
    };
    for customer in 0..plan.customers {
        let mut has_address = false;
        for step in trace(&plan, customer, AS_WRITTEN).unwrap().steps {
            match step.told {
                Told::Profile { has_address: told, zone: _, traits: _ } => has_address = told,
                Told::Consent(consent) if requested(&consent) => assert!(has_address),
                Told::Wake | Told::Event { .. } | Told::Consent(_) | Told::Handover { .. } => {}
                Told::Outcome { .. } | Told::Called { .. } | Told::Engagement { .. } => {}
                Told::Remember { .. } => {}
            }
        }
    }
}

#[test]
fn letters_leave_at_ten_on_each_ones_own_clock_and_profiles_are_told() {
    let mut outline = outline(vec![campaign(None), birthday()]);
    outline.traits = vec![
        ("birthday".to_owned(), PropertyType::Date),
        ("shoe_size".to_owned(), PropertyType::Number),
    ];
    let program = Program::new(outline);
    let preset = changed(&mailable(), &[("zones.home", &[0.5]), ("profile.birthday", &[1.0])]);
    let (program, preset, from) = (&program, &preset, crate::programs::MONDAY);
    let plan = Plan {
        program,
        catalogue: None,
        preset,
        customers: 150,
        from,
        days: 7,
        seed: 42,
        threads: 1,
        left_out: &[],
        compared: &[],
        faults: &NO_FAULTS,
        assumed: &[],
        by_day: false,
    };
    let hour = |at: Timestamp| at.since(from).millis() as f64 / 3.6e6;
    let mut hours = Vec::new();
    for customer in 0..plan.customers {
        for step in trace(&plan, customer, NO_MAIL).unwrap().steps {
            if matches!(step.told, Told::Handover { send, .. } if send.journey.0 == 0) {
                hours.push(hour(step.at));
            }
        }
    }
    // Monday 00:00 in London is the zero: Tuesday ten o'clock in Sydney, Berlin and Paris, London, New York.
    for (wanted, least) in [(23.0, 1), (33.0, 10), (34.0, 60), (39.0, 5)] {
        let count = hours.iter().filter(|hour| (**hour - wanted).abs() < 0.1).count();
        assert!(count >= least, "{count} at hour {wanted}");
    }
    assert_eq!(hours.len(), 150, "one each");
    let found = run(program, preset, 5_000, 1);
    let started = found.arms[NO_MAIL].pulse.journeys[1].started as f64;
    let expected = 5_000.0 * 60.0 / 365.0;
    assert!((started - expected).abs() < 0.15 * expected, "{started} birthdays, {expected}");
}

/// A week before each birthday.
fn birthday() -> Journey {
    let start = Start::Date(TraitIx(0), Yearly { before: Wait::days(7) });
    one_mail("birthday", start, Wait::ZERO, send(Kind::News))
}
