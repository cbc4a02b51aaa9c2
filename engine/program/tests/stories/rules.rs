//! Each rule of a journey (docs/reference/journey.md) by a small one of its own.

use crate::player::{check, shop_with};
use foresend_core::world::World;

fn journey(text: &str) -> World {
    shop_with(&[("journeys/story.toml", text)])
}

fn two(one: &str, other: &str) -> World {
    shop_with(&[("journeys/one.toml", one), ("journeys/other.toml", other)])
}

const INTRODUCED: &str = "02 09:00 has an address\n02 09:00 agrees to offers\n";

#[track_caller]
fn told(world: World, story: &str, expected: &str) {
    check(world, &format!("{INTRODUCED}{story}"), expected);
}

#[test]
fn quiet_waits_for_any_event_of_theirs_and_for_none_of_the_shops() {
    told(
        journey(
            "topic = 'offers'\non = 'Product Viewed'\nquiet = '1h'\nagain = 'always'\n\
             steps = [{ id = 'a', send = 'letter' }]",
        ),
        "02 10:00 Product Viewed product_id=jf-0001
         02 10:30 views a page
         02 10:50 Order Delivered order_id=o-1
         02 13:00 …",
        "02 10:00 armed story until 02 11:00
         02 10:30 rearmed story until 02 11:30
         02 11:30 started story
         02 11:30 awaits story.a at 02 11:30
         02 11:30 ended story: last step
         02 11:30 sent story.a",
    );
}

#[test]
fn a_key_has_one_live_enrolment_and_a_missing_one_none() {
    told(
        journey(
            "topic = 'offers'\non = 'Order Completed'\nkey = 'order_id'\nagain = 'always'\n\
             steps = [{ id = 'a', after = '2d', send = 'letter' }]",
        ),
        "02 10:00 Order Completed order_id=o-1 revenue=5
         02 11:00 Order Completed order_id=o-2 revenue=5
         02 12:00 Order Completed order_id=o-1 revenue=5
         02 13:00 Order Completed revenue=5
         02 14:00 …",
        "02 10:00 started story
         02 10:00 awaits story.a at 04 10:00
         02 11:00 started story
         02 11:00 awaits story.a at 04 11:00
         02 12:00 not started story: Busy
         02 13:00 not started story: NoKey",
    );
}

#[test]
fn each_product_of_an_order_has_an_enrolment_of_its_own_and_a_double_line_one() {
    told(
        journey(
            "topic = 'offers'\non = 'Order Completed'\neach = 'products'\nagain = 'always'\n\
             stop = [{ on = 'Order Completed', same = 'product_id' }]\n\
             steps = [{ id = 'a', after = '2d', if = \"item.stock > 0\", send = 'letter' }]",
        ),
        "02 10:00 Order Completed order_id=o-1 revenue=5 of=jf-0001,jf-0009,jf-0001
         03 10:00 Order Completed order_id=o-2 revenue=5 of=jf-0009
         06 10:00 …",
        "02 10:00 started story
         02 10:00 awaits story.a at 04 10:00
         02 10:00 started story
         02 10:00 awaits story.a at 04 10:00
         03 10:00 ended story: stopped by Order Completed
         03 10:00 started story
         03 10:00 awaits story.a at 05 10:00
         04 10:00 ended story: last step
         04 10:00 sent story.a
         05 10:00 skipped story.a: IfFalse
         05 10:00 ended story: last step",
    );
}

#[test]
fn again_counts_from_start_to_start_of_the_same_key() {
    told(
        journey(
            "topic = 'orders'\non = 'Product Viewed'\nkey = 'product_id'\nagain = '2d'\n\
             steps = [{ id = 'a', send = 'letter' }]",
        ),
        "02 10:00 Product Viewed product_id=jf-0001
         03 10:00 Product Viewed product_id=jf-0001
         03 10:00 Product Viewed product_id=jf-0002
         04 10:00 Product Viewed product_id=jf-0001
         04 11:00 …",
        "02 10:00 started story
         02 10:00 awaits story.a at 02 10:00
         02 10:00 ended story: last step
         02 10:00 sent story.a
         03 10:00 not started story: Again
         03 10:00 started story
         03 10:00 awaits story.a at 03 10:00
         03 10:00 ended story: last step
         03 10:00 sent story.a
         04 10:00 started story
         04 10:00 awaits story.a at 04 10:00
         04 10:00 ended story: last step
         04 10:00 sent story.a",
    );
}

#[test]
fn yields_to_does_not_start_and_ends_at_once_and_takes_its_mail_back() {
    told(
        two(
            "topic = 'orders'\non = 'Checkout Started'\nagain = 'always'\n\
             steps = [{ id = 'a', after = '1d', send = 'letter' }]",
            "topic = 'offers'\non = 'Product Viewed'\nagain = 'always'\nyields_to = ['one']\n\
             steps = [{ id = 'b', after = '1h', send = 'letter' }]",
        ),
        "02 10:00 Product Viewed product_id=jf-0001
         02 10:50 views a page
         02 11:10 Checkout Started order_id=o-1
         02 12:00 Product Viewed product_id=jf-0001
         03 12:00 Product Viewed product_id=jf-0001
         03 14:00 …",
        "02 10:00 started other
         02 10:00 awaits other.b at 02 11:00
         02 11:00 moved other.b to 02 11:20: StillShopping
         02 11:10 started one
         02 11:10 ended other: yields to one
         02 11:10 awaits one.a at 03 11:10
         02 12:00 not started other: yields to one
         03 11:10 ended one: last step
         03 11:10 sent one.a
         03 12:00 started other
         03 12:00 awaits other.b at 03 13:00
         03 13:00 ended other: last step
         03 13:00 sent other.b",
    );
}

#[test]
fn a_stop_counts_by_its_own_time_however_late_it_comes() {
    told(
        journey(
            "topic = 'offers'\non = 'Product Viewed'\nagain = 'always'\nstop = ['Order Completed']\n\
             steps = [{ id = 'a', after = '2h', send = 'letter' }, { id = 'b', after = '1d', send = 'letter' }]",
        ),
        "02 10:00 Product Viewed product_id=jf-0001
         02 14:00 Order Completed order_id=o-1 revenue=5 happened=09:30
         02 15:00 Order Completed order_id=o-2 revenue=5 happened=11:00
         02 16:00 Product Viewed product_id=jf-0001 happened=10:30
         04 14:00 …",
        "02 10:00 started story
         02 10:00 awaits story.a at 02 12:00
         02 12:00 awaits story.b at 03 12:00
         02 12:00 sent story.a
         02 11:00 ended story: stopped by Order Completed
         02 10:30 not started story: stopped by Order Completed",
    );
}

#[test]
fn a_goal_from_a_step_counts_who_came_to_it() {
    told(
        journey(
            "topic = 'orders'\non = 'Checkout Started'\nkey = 'order_id'\nagain = 'always'\n\
             goal = { on = 'Order Completed', same = 'order_id', within = '2d', value = 'revenue', from = 'b' }\n\
             steps = [{ id = 'a', after = '1h', send = 'letter' }, { id = 'b', after = '1d', send = 'letter' }]",
        ),
        "02 10:00 Checkout Started order_id=o-1
         02 12:00 Order Completed order_id=o-1 revenue=5
         03 12:00 Order Completed order_id=o-2 revenue=7
         03 13:00 Order Completed order_id=o-1 revenue=9
         07 13:00 …",
        "02 10:00 started story
         02 10:00 awaits story.a at 02 11:00
         02 11:00 awaits story.b at 03 11:00
         02 11:00 sent story.a
         03 11:00 goal of story counts until 05 11:00
         03 11:00 ended story: last step
         03 11:00 sent story.b
         03 13:00 reached story £9
         05 11:00 goal closed story",
    );
}

#[test]
fn what_the_starting_event_said_is_remembered() {
    told(
        journey(
            "topic = 'orders'\non = 'Order Completed'\nkey = 'order_id'\nagain = 'always'\n\
             if = \"event.revenue >= 20\"\n\
             steps = [{ id = 'a', after = '1h', if = \"event.coupon == 'SPRING'\", send = 'letter' },
                      { id = 'b', after = '1h', if = \"!has(event.coupon)\", send = 'letter' }]",
        ),
        "02 10:00 Order Completed order_id=o-1 revenue=50 coupon=SPRING
         02 10:30 Order Completed order_id=o-2 revenue=50
         02 10:40 Order Completed order_id=o-3 revenue=5
         03 10:00 …",
        "02 10:00 started story
         02 10:00 awaits story.a at 02 11:00
         02 10:30 started story
         02 10:30 awaits story.a at 02 11:30
         02 10:40 not started story: IfFalse
         02 11:00 awaits story.b at 02 12:00
         02 11:00 sent story.a
         02 11:30 skipped story.a: IfUnknown
         02 11:30 awaits story.b at 02 12:30
         02 12:00 skipped story.b: IfFalse
         02 12:00 ended story: last step
         02 12:30 ended story: last step
         02 12:30 sent story.b",
    );
}

#[test]
fn a_path_is_chosen_and_joined_again() {
    told(
        journey(
            "topic = 'orders'\non = 'Order Completed'\nagain = 'always'\n\
             steps = [{ id = 'which', choose = [{ path = 'low', if = 'low_spender' }, { path = 'high' }] },
                      { id = 'cheap', path = 'low', send = 'letter' },
                      { id = 'dear', path = 'high', send = 'letter' },
                      { id = 'both', after = '1h', send = 'letter' }]",
        ),
        "02 10:00 Order Completed order_id=o-1 revenue=50
         03 10:00 Order Completed order_id=o-2 revenue=500
         04 10:00 …",
        "02 10:00 started story
         02 10:00 awaits story.which at 02 10:00
         02 10:00 took story.which: Some(PathIx(0))
         02 10:00 awaits story.cheap at 02 10:00
         02 10:00 awaits story.both at 02 11:00
         02 10:00 sent story.cheap
         02 11:00 ended story: last step
         02 11:00 sent story.both
         03 10:00 started story
         03 10:00 awaits story.which at 03 10:00
         03 10:00 took story.which: Some(PathIx(1))
         03 10:00 awaits story.dear at 03 10:00
         03 10:00 awaits story.both at 03 11:00
         03 10:00 sent story.dear
         03 11:00 ended story: last step
         03 11:00 sent story.both",
    );
}

#[test]
fn set_call_leave_and_stop() {
    told(
        journey(
            "topic = 'orders'\non = 'Order Completed'\nagain = 'always'\n\
             steps = [{ id = 'mark', set = { country = 'FR' } },
                      { id = 'tell', after = '1h', if = \"customer.country == 'FR'\", call = 'crm' },
                      { id = 'go', after = '1h', leave = 'offers' },
                      { id = 'end', if = 'buyer', stop = 'has bought' },
                      { id = 'never', send = 'letter' }]",
        ),
        "02 10:00 Order Completed order_id=o-1 revenue=50
         04 10:00 …",
        "02 10:00 started story
         02 10:00 awaits story.mark at 02 10:00
         02 10:00 set story.mark
         02 10:00 awaits story.tell at 02 11:00
         02 11:00 calls story.tell
         02 11:00 awaits story.go at 02 12:00
         02 12:00 left story.go: offers
         02 12:00 awaits story.end at 02 12:00
         02 12:00 ended story: by story.end",
    );
}

#[test]
fn a_paused_journey_goes_on_planning_and_what_grew_late_is_not_sent() {
    told(
        journey(
            "topic = 'offers'\non = 'Product Viewed'\nagain = 'always'\n\
             steps = [{ id = 'a', after = '1h', send = 'letter' }, { id = 'b', after = '1d', send = 'letter' }]",
        ),
        "02 10:00 Product Viewed product_id=jf-0001
         02 10:30 pause story
         03 12:30 resume story
         04 12:30 …",
        "02 10:00 started story
         02 10:00 awaits story.a at 02 11:00
         02 11:00 awaits story.b at 03 11:00
         02 11:00 paused story.a
         03 11:00 ended story: last step
         03 11:00 paused story.b
         02 11:00 resumed story.a
         03 11:00 resumed story.b
         03 12:30 held story.a: Late
         03 12:30 sent story.b, 90 min late",
    );
}

#[test]
fn unknown_is_not_zero() {
    told(
        journey(
            "topic = 'orders'\non = 'Product Viewed'\nagain = 'always'\n\
             steps = [{ id = 'a', if = \"customer.country == 'GB'\", send = 'letter' },
                      { id = 'b', if = \"!(customer.country == 'GB')\", send = 'letter' },
                      { id = 'c', if = \"customer.country == 'GB' || true\", send = 'letter' }]",
        ),
        "02 10:00 Product Viewed product_id=jf-0001
         02 11:00 …",
        "02 10:00 started story
         02 10:00 awaits story.a at 02 10:00
         02 10:00 skipped story.a: IfUnknown
         02 10:00 awaits story.b at 02 10:00
         02 10:00 skipped story.b: IfUnknown
         02 10:00 awaits story.c at 02 10:00
         02 10:00 ended story: last step
         02 10:00 sent story.c",
    );
}

#[test]
fn an_import_starts_nobody() {
    told(
        journey(
            "topic = 'orders'\non = 'Order Completed'\nagain = 'always'\n\
             steps = [{ id = 'a', send = 'letter' }]",
        ),
        "02 10:00 imports Order Completed order_id=o-1 revenue=50 happened=01/10:00
         04 10:00 …",
        "",
    );
}
