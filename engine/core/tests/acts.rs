//! Stories of the acts beside `send`: waiting for an event, choosing and splitting paths, letting go, ending.
//! One journey: a sign-up is asked to confirm; who does gets a letter by what they bought, who does not is let go.
#![expect(clippy::wildcard_enum_match_arm, reason = "one record is looked for")]

mod common;

use common::story::{check_in, say};
use common::{BOUGHT, OFFERS, ORDERS, condition, instant, journey, shop, step};
use foresend_core::customer::Customer;
use foresend_core::customer::effect::Effects;
use foresend_core::customer::input::{Event, Input, Origin};
use foresend_core::customer::record::Decided;
use foresend_core::id::CustomerId;
use foresend_core::moment::Moment;
use foresend_core::time::Wait;
use foresend_core::world::World;
use foresend_core::world::condition::Op;
use foresend_core::world::event::EventIx;
use foresend_core::world::journey::{Act, Again, Listen, PathIx, Row, Share, Step, WaitFor};
use foresend_core::world::program::{Outline, Program};

fn act(name: &str, after: Wait, path: Option<u8>, act: Act) -> Step {
    let step = step(name, ORDERS, after, Moment::ANY, Wait::days(2));
    Step { act, path: path.map(PathIx), ..step }
}

fn mail(name: &str, after: Wait, path: Option<u8>) -> Step {
    let step = step(name, ORDERS, after, Moment::ANY, Wait::days(2));
    Step { path: path.map(PathIx), ..step }
}

fn world(steps: Vec<Step>) -> World {
    let mut outline: Outline = (*shop().program).clone();
    let on = [EventIx::CONSENT_REQUESTED, EventIx::PRODUCTS_SEARCHED];
    outline.journeys = vec![journey("welcome", ORDERS, &on, Again::Always, steps)];
    World::new(shop().seed, shop().id_key, Program::new(outline))
}

fn wait_for(event: EventIx, at_most: Wait) -> Act {
    Act::WaitFor(WaitFor { on: vec![Listen::any(event)], at_most, number: 0 })
}

/// Searching stands for the sign-up, sharing a product for its confirmation.
fn welcome() -> World {
    let bought = condition("buyer", &[Op::Count(BOUGHT, None), Op::Number(0.0), Op::Greater]);
    let rows = vec![Row { path: PathIx(0), when: bought }, Row { path: PathIx(1), when: None }];
    let mut silence = act("silence", Wait::ZERO, None, Act::Stop("not confirmed".into()));
    silence.when = condition("!came('confirmed')", &[Op::Came(0), Op::Not]);
    world(vec![
        mail("confirm", Wait::ZERO, None),
        act("confirmed", Wait::ZERO, None, wait_for(EventIx::PRODUCT_SHARED, Wait::days(7))),
        silence,
        act("which", Wait::ZERO, None, Act::Choose(rows)),
        mail("buyers", Wait::days(1), Some(0)),
        mail("others", Wait::days(1), Some(1)),
        act("let-go", Wait::days(30), None, Act::Leave(OFFERS)),
    ])
}

#[test]
fn who_confirms_goes_on_by_the_path_of_what_they_are_and_the_paths_join() {
    check_in(
        &welcome(),
        "02 09:00 Products Searched
         04 15:00 Product Shared
         31 00:00 …",
        "02 09:00 started welcome
         02 09:00 ready confirm
         02 09:00 listens confirmed until 09 09:00
         02 09:00 sent confirm, attempt 1, 0 min late
         04 15:00 heard confirmed: Product Shared
         04 15:00 skipped silence: IfFalse
         04 15:00 took which: Some(PathIx(1))
         05 15:00 ready others
         05 15:00 sent others, attempt 1, 0 min late",
    );
}

#[test]
fn a_buyer_takes_the_other_path_and_unknown_is_passed_over() {
    check_in(
        &welcome(),
        "01 10:00 Order Completed
         02 09:00 Products Searched
         02 09:30 Product Shared
         04 00:00 …",
        "02 09:00 started welcome
         02 09:00 ready confirm
         02 09:00 listens confirmed until 09 09:00
         02 09:00 sent confirm, attempt 1, 0 min late
         02 09:30 heard confirmed: Product Shared
         02 09:30 skipped silence: IfFalse
         02 09:30 took which: Some(PathIx(0))
         03 09:30 ready buyers
         03 09:30 sent buyers, attempt 1, 0 min late",
    );
    check_in(
        &welcome(),
        "02 08:00 was somebody's customer before
         02 09:00 Products Searched
         02 09:30 Product Shared
         02 10:00 …",
        "02 09:00 started welcome
         02 09:00 ready confirm
         02 09:00 listens confirmed until 09 09:00
         02 09:00 sent confirm, attempt 1, 0 min late
         02 09:30 heard confirmed: Product Shared
         02 09:30 skipped silence: IfFalse
         02 09:30 took which: Some(PathIx(1)), some unknown",
    );
}

#[test]
fn who_stays_silent_is_ended_when_the_time_is_up_and_a_late_answer_reopens_nothing() {
    check_in(
        &welcome(),
        "02 09:00 Products Searched
         09 09:01 …
         09 10:00 Product Shared happened=08:59
         20 00:00 …",
        "02 09:00 started welcome
         02 09:00 ready confirm
         02 09:00 listens confirmed until 09 09:00
         02 09:00 sent confirm, attempt 1, 0 min late
         09 09:00 heard confirmed: nothing
         09 09:00 ended welcome: ByStep",
    );
}

#[test]
fn an_answer_at_the_last_instant_counts() {
    check_in(
        &welcome(),
        "02 09:00 Products Searched
         09 09:00 Product Shared
         09 09:01 …",
        "02 09:00 started welcome
         02 09:00 ready confirm
         02 09:00 listens confirmed until 09 09:00
         02 09:00 sent confirm, attempt 1, 0 min late
         09 09:00 heard confirmed: Product Shared
         09 09:00 skipped silence: IfFalse
         09 09:00 took which: Some(PathIx(1))",
    );
}

#[test]
fn what_came_after_the_start_but_before_the_step_was_due_counts() {
    let steps = vec![
        act("later", Wait::days(2), None, wait_for(EventIx::PRODUCT_SHARED, Wait::days(7))),
        mail("thanks", Wait::ZERO, None),
    ];
    check_in(
        &world(steps),
        "01 12:00 Product Shared
         02 09:00 Products Searched
         03 10:00 Product Shared
         05 00:00 …",
        "02 09:00 started welcome
         04 09:00 heard later: Product Shared
         04 09:00 ready thanks
         04 09:00 ended welcome: LastStep
         04 09:00 sent thanks, attempt 1, 0 min late",
    );
}

#[test]
fn leaving_a_topic_ends_its_bases() {
    let steps = vec![
        act("let-go", Wait::ZERO, None, Act::Leave(OFFERS)),
        step("offer", OFFERS, Wait::hours(1), Moment::ANY, Wait::hours(6)),
    ];
    check_in(
        &world(steps),
        "02 09:00 Products Searched
         02 11:00 …",
        "02 09:00 started welcome
         02 09:00 left let-go: offers
         02 10:00 ready offer
         02 10:00 ended welcome: LastStep
         02 10:00 held offer: NoPermission",
    );
}

#[test]
fn a_split_keeps_its_shares_and_its_word() {
    let shares =
        [(0, 50), (1, 30), (2, 20)].map(|(path, weight)| Share { path: PathIx(path), weight });
    let world = world(vec![
        act("which", Wait::ZERO, None, Act::Split(shares.to_vec())),
        mail("a", Wait::days(1), Some(0)),
    ]);
    let path_of = |customer: u32| {
        let id = CustomerId::of(world.id_key, &customer.to_string());
        let (mut customer, mut out) = (Customer::new(id), Effects::default());
        let at = instant(1_772_323_200_000);
        let name = EventIx::PRODUCTS_SEARCHED;
        let event = Event { name, origin: Origin::Live, at, id: 0, properties: &[], products: &[] };
        customer.apply(&world, at, Input::Event(event), &mut out);
        customer.apply(&world, at, Input::Wake, &mut out);
        let took = out.records.iter().find_map(|record| match record.decided {
            Decided::Took(_, path, _) => path,
            _ => say(&world, record).and(None),
        });
        usize::from(took.unwrap().0)
    };
    let mut counted = [0u32; 3];
    for customer in 0..20_000 {
        let path = path_of(customer);
        assert_eq!(path, path_of(customer), "the same enrolment, another path");
        counted[path] += 1;
    }
    // Three standard errors of a share of one half in 20,000 are 212.
    for (found, expected) in counted.into_iter().zip([10_000u32, 6_000, 4_000]) {
        assert!(found.abs_diff(expected) < 220, "{counted:?}");
    }
}
