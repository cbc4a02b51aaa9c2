//! Time in stories: outages, moves, clock changes, lateness.

use crate::player::{check, shop, shop_with};

/// One journey of one step each, beside nothing else.
fn journey(text: &str) -> foresend_core::world::World {
    shop_with(&[("journeys/story.toml", text)])
}

#[test]
fn three_days_of_outage_are_no_flood() {
    check(
        shop(),
        "02 09:00 has an address
         02 09:00 agrees to offers
         02 09:00 agrees to journal
         02 09:30 Order Completed order_id=o-1 revenue=89
         02 10:00 Product Added of=jf-0001 price=89
         05 12:00 the host is up again
         05 12:00 …
         12 12:00 …",
        "02 09:30 not started replenishment: NoKey
         02 09:30 started post-purchase, goal until 92 10:30
         02 09:30 awaits post-purchase.confirmation at 02 09:30
         02 09:30 awaits post-purchase.delivered at 02 09:30
         02 09:30 listens post-purchase.delivered until 14 09:30
         02 09:30 sent post-purchase.confirmation
         02 10:00 armed cart-recovery until 02 11:00
         02 11:00 started cart-recovery, goal until 09 11:00
         02 11:00 awaits cart-recovery.first at 02 11:00
         02 11:00 awaits cart-recovery.second at 03 09:00
         03 09:00 awaits cart-recovery.offer at 05 09:00
         05 09:00 ended cart-recovery: last step
         05 12:00 held cart-recovery.first: Late
         05 12:00 held cart-recovery.second: Late
         05 12:00 sent cart-recovery.offer, 180 min late
         05 12:00 gave cart-recovery.offer: comeback
         09 11:00 goal closed cart-recovery",
    );
}

#[test]
fn a_move_from_lisbon_to_tokyo_in_the_middle_of_a_wait_plans_it_anew() {
    let at_nine = "topic = 'orders'\non = 'Order Completed'\nagain = 'always'\n\
                   steps = [{ id = 'nine', after = '12h', at = '09:00', send = 'letter' }]";
    // 9 in Lisbon is 9 in London; 9 in Tokyo is midnight in London.
    check(
        journey(at_nine),
        "02 09:00 has an address
         02 09:00 moves to Europe/Lisbon
         02 10:00 Order Completed order_id=o-1 revenue=89
         02 20:00 moves to Asia/Tokyo
         03 12:00 …",
        "02 10:00 started story
         02 10:00 awaits story.nine at 03 09:00
         02 20:00 awaits story.nine at 03 00:00
         03 00:00 ended story: last step
         03 00:00 sent story.nine",
    );
    // Too late for Tokyo's Tuesday: the next 9 there is Wednesday's.
    check(
        journey(at_nine),
        "02 09:00 has an address
         02 10:00 Order Completed order_id=o-1 revenue=89
         03 02:00 moves to Asia/Tokyo
         05 12:00 …",
        "02 10:00 started story
         02 10:00 awaits story.nine at 03 09:00
         03 02:00 awaits story.nine at 04 00:00
         04 00:00 ended story: last step
         04 00:00 sent story.nine",
    );
}

#[test]
fn a_clock_change_moves_no_morning() {
    // London's clocks go forward on Sunday the 29th.
    check(
        journey(
            "topic = 'orders'\non = 'Order Completed'\nagain = 'always'\n\
             steps = [{ id = 'a', after = '1d', at = '09:00', send = 'letter' },
                      { id = 'b', after = '1d', send = 'letter' },
                      { id = 'c', after = '1d', days = 'sun', at = '01:30', send = 'letter' }]",
        ),
        "02 09:00 has an address
         26 10:00 Order Completed order_id=o-1 revenue=89
         40 10:00 …",
        "26 10:00 started story
         26 10:00 awaits story.a at 28 09:00
         28 09:00 awaits story.b at 29 10:00
         28 09:00 sent story.a
         29 10:00 awaits story.c at 36 01:30
         29 10:00 sent story.b
         36 01:30 ended story: last step
         36 01:30 sent story.c",
    );
}

#[test]
fn a_birthday_is_met_a_week_before_once_a_year() {
    check(
        journey(
            "topic = 'orders'\ndate = { trait = 'birthday', before = '7d' }\nagain = '300d'\n\
             steps = [{ id = 'wish', at = '09:00', send = 'letter' }]",
        ),
        "02 09:00 has an address
         02 09:00 is birthday=1990-03-20
         15 10:00 is birthday=1990-03-24
         420 10:00 …",
        "13 00:00 started story
         13 00:00 awaits story.wish at 13 09:00
         13 09:00 ended story: last step
         13 09:00 sent story.wish
         17 00:00 not started story: Again
         382 00:00 started story
         382 00:00 awaits story.wish at 382 09:00
         382 09:00 ended story: last step
         382 09:00 sent story.wish",
    );
}

#[test]
fn every_tuesday_is_theirs_and_no_date_comes_twice() {
    check(
        journey(
            "topic = 'orders'\nevery = 'tue 10:00'\nagain = 'always'\n\
             steps = [{ id = 'letter', send = 'letter' }]",
        ),
        "02 09:00 has an address
         02 10:00 moves to Asia/Tokyo
         03 02:00 moves to America/New_York
         12 10:00 …",
        "03 01:00 started story
         03 01:00 awaits story.letter at 03 01:00
         03 01:00 ended story: last step
         03 01:00 sent story.letter
         10 14:00 started story
         10 14:00 awaits story.letter at 10 14:00
         10 14:00 ended story: last step
         10 14:00 sent story.letter",
    );
}

#[test]
fn a_due_instant_in_the_past_is_at_once() {
    check(
        journey(
            "topic = 'orders'\non = 'Order Completed'\nagain = 'always'\n\
             steps = [{ id = 'a', after = '3d', send = 'letter' },
                      { id = 'b', due = \"event.time + days(2)\", send = 'letter' },
                      { id = 'c', due = \"event.time + days(5)\", at = '09:00', send = 'letter' }]",
        ),
        "02 09:00 has an address
         02 10:00 Order Completed order_id=o-1 revenue=89
         20 10:00 …",
        "02 10:00 started story
         02 10:00 awaits story.a at 05 10:00
         05 10:00 awaits story.b at 05 10:00
         05 10:00 awaits story.c at 08 09:00
         05 10:00 sent story.a
         05 10:00 sent story.b
         08 09:00 ended story: last step
         08 09:00 sent story.c",
    );
}
