//! What happens to one customer, told as text: what they did on the left clock, what was decided on the right one.
//! Each story is a rule of the language, and each has an unhappy end or a sibling that has.
//! All of March 2026 in London, before the clocks change: local time is UTC.

mod common;

use common::story::{at, check, check_in, say, tell};
use common::{Habits, Host, shop};
use foresend_core::customer::input::{Code, Gate, Input, Outcome, SendRef};
use foresend_core::customer::record::{Decided, Record};
use foresend_core::time::Wait;
use foresend_core::world::World;
use foresend_core::world::journey::{JourneyIx, StepIx};
use foresend_core::world::limit::Full;
use foresend_core::world::program::{Outline, Program};

#[test]
fn a_cart_left_alone_gets_three_mails_on_the_customers_clock() {
    check(
        "02 10:00 Product Added
         20 00:00 …",
        "02 10:00 armed cart-recovery until 02 11:00
         02 11:00 started cart-recovery, goal until 09 11:00
         02 11:00 ready first
         02 11:00 sent first, attempt 1, 0 min late
         03 09:00 ready second
         03 09:00 sent second, attempt 1, 0 min late
         05 09:00 ready offer
         05 09:00 ended cart-recovery: LastStep
         05 09:00 sent offer, attempt 1, 0 min late
         09 11:00 goal closed cart-recovery",
    );
}

#[test]
fn any_event_of_theirs_begins_the_quiet_wait_again() {
    check(
        "02 10:00 Product Added
         02 10:40 views a page
         02 11:30 Product Viewed
         02 11:40 Order Cancelled
         02 12:00 Order Completed
         02 12:01 …",
        "02 10:00 armed cart-recovery until 02 11:00
         02 10:40 rearmed cart-recovery until 02 11:40
         02 11:30 rearmed cart-recovery until 02 12:30
         02 11:30 not started browse: IfFalse
         02 12:00 disarmed cart-recovery by Order Completed
         02 12:00 started thanks
         02 12:00 ready thanks
         02 12:00 ended thanks: LastStep
         02 12:00 sent thanks, attempt 1, 0 min late",
    );
}

#[test]
fn a_purchase_ends_the_journey_and_reaches_its_goal() {
    check(
        "02 10:00 Product Added
         02 15:00 Order Completed £64
         03 15:00 Order Completed £10
         20 00:00 …",
        "02 10:00 armed cart-recovery until 02 11:00
         02 11:00 started cart-recovery, goal until 09 11:00
         02 11:00 ready first
         02 11:00 sent first, attempt 1, 0 min late
         02 15:00 reached cart-recovery £64
         02 15:00 ended cart-recovery: Stopped(EventIx(15))
         02 15:00 started thanks
         02 15:00 ready thanks
         02 15:00 ended thanks: LastStep
         02 15:00 sent thanks, attempt 1, 0 min late
         03 15:00 reached again cart-recovery £10
         03 15:00 started thanks
         03 15:00 ready thanks
         03 15:00 ended thanks: LastStep
         03 15:00 sent thanks, attempt 1, 0 min late
         09 11:00 goal closed cart-recovery",
    );
}

#[test]
fn a_purchase_that_overtook_its_cart_still_stops_the_reminder() {
    check(
        "02 10:41 Order Completed happened=10:40
         02 10:45 Product Added happened=10:00",
        "02 10:40 started thanks
         02 10:40 ready thanks
         02 10:40 ended thanks: LastStep
         02 10:41 sent thanks, attempt 1, 1 min late
         02 10:00 not started cart-recovery: Stopped(EventIx(15))",
    );
}

#[test]
fn a_late_purchase_ends_the_journey_by_its_own_time_but_unsends_nothing() {
    check(
        "02 10:00 Product Added
         02 12:00 Order Completed happened=10:50
         20 00:00 …",
        "02 10:00 armed cart-recovery until 02 11:00
         02 11:00 started cart-recovery, goal until 09 11:00
         02 11:00 ready first
         02 11:00 sent first, attempt 1, 0 min late
         02 10:50 ended cart-recovery: Stopped(EventIx(15))
         02 10:50 started thanks
         02 10:50 ready thanks
         02 10:50 ended thanks: LastStep
         02 12:00 sent thanks, attempt 1, 70 min late
         09 11:00 goal closed cart-recovery",
    );
}

#[test]
fn an_event_at_the_due_instant_wins_over_what_is_due() {
    check(
        "02 10:00 Product Added
         02 11:00 Order Completed
         02 11:01 …",
        "02 10:00 armed cart-recovery until 02 11:00
         02 11:00 disarmed cart-recovery by Order Completed
         02 11:00 started thanks
         02 11:00 ready thanks
         02 11:00 ended thanks: LastStep
         02 11:00 sent thanks, attempt 1, 0 min late",
    );
}

#[test]
fn an_emptied_cart_ends_the_journey_when_its_next_step_comes_due() {
    check(
        "02 10:00 Product Added
         02 15:00 Product Removed
         03 12:00 …",
        "02 10:00 armed cart-recovery until 02 11:00
         02 11:00 started cart-recovery, goal until 09 11:00
         02 11:00 ready first
         02 11:00 sent first, attempt 1, 0 min late
         03 09:00 ended cart-recovery: WhileFalse",
    );
}

#[test]
fn the_same_customer_starts_again_only_after_a_while() {
    check(
        "02 10:00 Product Added
         02 12:00 Order Completed
         02 13:00 Product Added
         09 09:59 Product Added
         09 10:00 Product Added",
        "02 10:00 armed cart-recovery until 02 11:00
         02 11:00 started cart-recovery, goal until 09 11:00
         02 11:00 ready first
         02 11:00 sent first, attempt 1, 0 min late
         02 12:00 reached cart-recovery £40
         02 12:00 ended cart-recovery: Stopped(EventIx(15))
         02 12:00 started thanks
         02 12:00 ready thanks
         02 12:00 ended thanks: LastStep
         02 12:00 sent thanks, attempt 1, 0 min late
         02 13:00 not started cart-recovery: Again
         09 09:59 not started cart-recovery: Again
         09 10:00 armed cart-recovery until 09 11:00",
    );
}

#[test]
fn quiet_hours_and_shopping_move_a_mail_and_the_next_wait_counts_from_there() {
    check(
        "02 20:10 Product Added
         03 07:50 views a page
         04 12:00 …",
        "02 20:10 armed cart-recovery until 02 21:10
         02 21:10 started cart-recovery, goal until 09 21:10
         02 21:10 moved first to 03 08:00: Quiet
         03 08:00 moved first to 03 08:20: StillShopping
         03 08:20 ready first
         03 08:20 sent first, attempt 1, 0 min late
         04 09:00 ready second
         04 09:00 sent second, attempt 1, 0 min late",
    );
}

#[test]
fn a_full_limit_skips_the_mail() {
    check(
        "02 09:00 Product Viewed
         02 09:10 Product Viewed
         02 09:20 Product Viewed
         02 09:40 Product Added
         02 10:00 …
         02 13:00 …",
        "02 09:00 not started browse: IfFalse
         02 09:10 started browse
         02 09:20 not started browse: Busy
         02 09:40 ended browse: Stopped(EventIx(8))
         02 09:40 armed cart-recovery until 02 10:40
         02 10:40 started cart-recovery, goal until 09 10:40
         02 10:40 ready first
         02 10:40 sent first, attempt 1, 0 min late",
    );
    check(
        "02 09:00 Product Viewed
         02 09:10 Product Viewed
         02 12:30 Product Added
         02 14:00 …",
        "02 09:00 not started browse: IfFalse
         02 09:10 started browse
         02 12:10 ready look
         02 12:10 ended browse: LastStep
         02 12:10 sent look, attempt 1, 0 min late
         02 12:30 armed cart-recovery until 02 13:30
         02 13:30 started cart-recovery, goal until 09 13:30
         02 13:30 ready first
         02 13:30 held first: Limit",
    );
}

#[test]
fn a_full_limit_that_waits_moves_the_mail() {
    let mut outline: Outline = (*shop().program).clone();
    outline.limits.full = Full::Wait;
    let world = World::new(shop().seed, shop().id_key, Program::new(outline));
    check_in(
        &world,
        "02 09:00 Product Viewed
         02 09:10 Product Viewed
         02 12:30 Product Added
         03 12:00 …",
        "02 09:00 not started browse: IfFalse
         02 09:10 started browse
         02 12:10 ready look
         02 12:10 ended browse: LastStep
         02 12:10 sent look, attempt 1, 0 min late
         02 12:30 armed cart-recovery until 02 13:30
         02 13:30 started cart-recovery, goal until 09 13:30
         02 13:30 moved first to 03 08:10: Limit
         03 08:10 ready first
         03 08:10 sent first, attempt 1, 0 min late",
    );
}

#[test]
fn who_may_not_be_mailed_still_starts_and_is_counted() {
    check(
        "02 09:00 unsubscribes
         02 10:00 Product Added
         02 12:00 …",
        "02 10:00 armed cart-recovery until 02 11:00
         02 11:00 started cart-recovery, goal until 09 11:00
         02 11:00 ready first
         02 11:00 held first: NoPermission",
    );
    check(
        "02 09:00 loses the address
         02 10:00 Product Added
         02 12:00 …",
        "02 10:00 armed cart-recovery until 02 11:00
         02 11:00 started cart-recovery, goal until 09 11:00
         02 11:00 ready first
         02 11:00 held first: NoAddress",
    );
}

#[test]
fn order_mail_asks_for_no_consent_and_knows_no_quiet_hours() {
    check(
        "02 20:00 unsubscribes
         02 23:00 Order Completed
         02 23:01 …",
        "02 23:00 started thanks
         02 23:00 ready thanks
         02 23:00 ended thanks: LastStep
         02 23:00 sent thanks, attempt 1, 0 min late",
    );
}

#[test]
fn unknown_is_not_zero_so_no_offer_for_what_may_be_a_good_customer() {
    check(
        "02 09:00 was somebody's customer before
         02 10:00 Product Added
         06 00:00 …",
        "02 10:00 armed cart-recovery until 02 11:00
         02 11:00 started cart-recovery, goal until 09 11:00
         02 11:00 ready first
         02 11:00 sent first, attempt 1, 0 min late
         03 09:00 ready second
         03 09:00 sent second, attempt 1, 0 min late
         05 09:00 skipped offer: IfUnknown
         05 09:00 ended cart-recovery: LastStep",
    );
}

#[test]
fn a_condition_on_the_past_is_read_with_what_was_imported() {
    check(
        "02 09:00 imports an old order happened=08:00 £500
         02 10:00 Product Added
         06 00:00 …",
        "02 10:00 armed cart-recovery until 02 11:00
         02 11:00 started cart-recovery, goal until 09 11:00
         02 11:00 ready first
         02 11:00 sent first, attempt 1, 0 min late
         03 09:00 ready second
         03 09:00 sent second, attempt 1, 0 min late
         05 09:00 skipped offer: IfFalse
         05 09:00 ended cart-recovery: LastStep",
    );
}

#[test]
fn history_triggers_nothing() {
    check("02 09:00 imports an old order happened=08:00\n 06 00:00 …", "");
}

/// The mail server, told by hand: one journey's first mail is ready at 11:00 on the second.
fn outage(story: &[(&str, &str)], expected: &str) {
    let world = shop();
    let habits = Habits { hand_over_after: Wait::days(300), ..Habits::PUNCTUAL };
    let mut host = Host::new(&world, habits, at(1, "00:00"));
    host.records.clear();
    tell(&mut host, &world, "02 10:00 Product Added");
    tell(&mut host, &world, "02 11:00 …");
    let send = SendRef { journey: JourneyIx(0), step: StepIx(0), enrolment: 1 };
    for (attempt, (time, what)) in (1u16..).zip(story) {
        let now = at(2, time);
        host.run_until(now);
        let input = match *what {
            "hand over" => Input::Handover { send, attempt, gate: Gate::Open, code: Code::None },
            "suppressed" => {
                Input::Handover { send, attempt, gate: Gate::Suppressed, code: Code::None }
            }
            "deferred" => Input::Outcome { send, attempt: attempt - 1, outcome: Outcome::Deferred },
            "unknown" => Input::Outcome { send, attempt: attempt - 1, outcome: Outcome::Unknown },
            other => panic!("{other}"),
        };
        // The host of this test accepts every mail it is asked to transmit: here the server is told by hand.
        let mut out = foresend_core::customer::effect::Effects::default();
        host.customer.apply(&world, now, input, &mut out);
        host.records.extend(&out.records);
    }
    let mail = |record: &&Record| {
        matches!(record.decided, Decided::Sent(..) | Decided::Held(..) | Decided::Delayed(..))
    };
    let said: Vec<_> = host.records.iter().filter(mail).filter_map(|r| say(&world, r)).collect();
    let expected: Vec<&str> = expected.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
    assert_eq!(said, expected);
}

#[test]
fn a_mail_that_would_leave_too_late_is_skipped_at_every_attempt() {
    outage(&[("14:59", "hand over")], "02 14:59 sent first, attempt 1, 239 min late");
    outage(&[("15:00", "hand over")], "02 15:00 sent first, attempt 1, 240 min late");
    outage(&[("15:01", "hand over")], "02 15:01 held first: Late");
    outage(
        &[("11:00", "hand over"), ("11:01", "deferred"), ("15:30", "hand over")],
        "02 11:00 sent first, attempt 1, 0 min late
         02 15:30 held first: Late",
    );
}

#[test]
fn quiet_hours_at_hand_over_delay_the_mail_and_are_no_lateness() {
    outage(&[("21:30", "hand over")], "02 21:30 delayed first to 03 08:00: Quiet");
}

#[test]
fn a_suppressed_address_gets_nothing() {
    outage(&[("11:00", "suppressed")], "02 11:00 held first: Suppressed");
}

#[test]
fn a_marketing_mail_whose_fate_is_unknown_is_never_sent_again() {
    outage(
        &[("11:00", "hand over"), ("11:01", "unknown"), ("11:02", "hand over")],
        "02 11:00 sent first, attempt 1, 0 min late",
    );
}
