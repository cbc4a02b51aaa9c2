//! The eight journeys of the example shop, happy and not.

use crate::player::{check, shop};

#[test]
fn cart_recovery_writes_three_times_and_then_is_over() {
    check(
        shop(),
        "02 09:00 has an address
         02 09:00 agrees to offers
         02 10:00 Product Added of=jf-0001 price=89
         02 10:20 views a page
         20 12:00 …",
        "02 10:00 armed cart-recovery until 02 11:00
         02 10:20 rearmed cart-recovery until 02 11:20
         02 11:20 started cart-recovery, goal until 09 11:20
         02 11:20 awaits cart-recovery.first at 02 11:20
         02 11:20 awaits cart-recovery.second at 03 09:20
         02 11:20 sent cart-recovery.first
         03 09:20 awaits cart-recovery.offer at 05 09:20
         03 09:20 sent cart-recovery.second
         05 09:20 ended cart-recovery: last step
         05 09:20 sent cart-recovery.offer
         05 09:20 gave cart-recovery.offer: comeback
         09 11:20 goal closed cart-recovery
         15 10:00 not started journal: WhileFalse",
    );
}

#[test]
fn cart_recovery_ends_with_the_purchase_and_says_nothing_more() {
    check(
        shop(),
        "02 09:00 has an address
         02 09:00 agrees to offers
         02 10:00 Product Added of=jf-0001 price=89
         02 11:30 opens
         02 15:00 Order Completed order_id=o-1 revenue=89 of=jf-0001
         03 20:00 …",
        "02 10:00 armed cart-recovery until 02 11:00
         02 11:00 started cart-recovery, goal until 09 11:00
         02 11:00 awaits cart-recovery.first at 02 11:00
         02 11:00 awaits cart-recovery.second at 03 09:00
         02 11:00 sent cart-recovery.first
         02 15:00 reached cart-recovery £89
         02 15:00 ended cart-recovery: stopped by Order Completed
         02 15:00 not started replenishment: IfUnknown
         02 15:00 started post-purchase, goal until 92 16:00
         02 15:00 awaits post-purchase.confirmation at 02 15:00
         02 15:00 awaits post-purchase.delivered at 02 15:00
         02 15:00 listens post-purchase.delivered until 14 15:00
         02 15:00 sent post-purchase.confirmation",
    );
}

#[test]
fn cart_recovery_gives_no_code_to_a_good_customer_and_none_twice() {
    check(
        shop(),
        "02 09:00 has an address
         02 09:00 agrees to offers
         02 09:00 imports Order Completed order_id=o-0 revenue=900 happened=01/10:00
         02 10:00 Product Added of=jf-0001 price=89
         09 10:00 …",
        "02 10:00 armed cart-recovery until 02 11:00
         02 11:00 started cart-recovery, goal until 09 11:00
         02 11:00 awaits cart-recovery.first at 02 11:00
         02 11:00 awaits cart-recovery.second at 03 09:00
         02 11:00 sent cart-recovery.first
         03 09:00 awaits cart-recovery.offer at 05 09:00
         03 09:00 sent cart-recovery.second
         05 09:00 skipped cart-recovery.offer: IfFalse
         05 09:00 ended cart-recovery: last step",
    );
    check(
        shop(),
        "02 09:00 has an address
         02 09:00 agrees to offers
         02 10:00 Product Added of=jf-0001 price=89
         12 10:00 Product Added of=jf-0002 price=89
         20 10:00 …",
        "02 10:00 armed cart-recovery until 02 11:00
         02 11:00 started cart-recovery, goal until 09 11:00
         02 11:00 awaits cart-recovery.first at 02 11:00
         02 11:00 awaits cart-recovery.second at 03 09:00
         02 11:00 sent cart-recovery.first
         03 09:00 awaits cart-recovery.offer at 05 09:00
         03 09:00 sent cart-recovery.second
         05 09:00 ended cart-recovery: last step
         05 09:00 sent cart-recovery.offer
         05 09:00 gave cart-recovery.offer: comeback
         09 11:00 goal closed cart-recovery
         12 10:00 armed cart-recovery until 12 11:00
         12 11:00 started cart-recovery, goal until 19 11:00
         12 11:00 awaits cart-recovery.first at 12 11:00
         12 11:00 awaits cart-recovery.second at 13 09:00
         12 11:00 sent cart-recovery.first
         13 09:00 awaits cart-recovery.offer at 15 09:00
         13 09:00 sent cart-recovery.second
         15 09:00 skipped cart-recovery.offer: NoCode
         15 09:00 ended cart-recovery: last step
         15 10:00 not started journal: WhileFalse
         19 11:00 goal closed cart-recovery",
    );
}

#[test]
fn browse_abandonment_asks_at_the_start_and_yields_to_a_basket() {
    check(
        shop(),
        "02 09:00 has an address
         02 09:00 agrees to offers
         02 10:00 Product Viewed product_id=jf-0001
         02 10:05 Product Viewed product_id=jf-0002
         02 20:00 …
         03 10:00 Product Viewed product_id=jf-0001
         03 10:05 Product Viewed product_id=jf-0002
         03 10:09 Product Viewed product_id=jf-0003
         03 14:00 …
         20 10:00 Product Viewed product_id=jf-0001
         20 10:05 Product Viewed product_id=jf-0002
         20 10:09 Product Viewed product_id=jf-0003
         20 10:20 Product Added of=jf-0003 price=129
         20 16:00 …",
        "02 10:00 armed browse-abandonment until 02 13:00
         02 10:05 rearmed browse-abandonment until 02 13:05
         02 13:05 not started browse-abandonment: IfFalse
         03 10:00 armed browse-abandonment until 03 13:00
         03 10:05 rearmed browse-abandonment until 03 13:05
         03 10:09 rearmed browse-abandonment until 03 13:09
         03 13:09 started browse-abandonment, goal until 10 13:09
         03 13:09 awaits browse-abandonment.look at 03 13:09
         03 13:09 ended browse-abandonment: last step
         03 13:09 sent browse-abandonment.look
         10 13:09 goal closed browse-abandonment
         15 10:00 started journal, goal until 22 10:00
         15 10:00 awaits journal.letter at 15 10:00
         15 10:00 ended journal: last step
         15 10:00 held journal.letter: NoPermission
         20 10:00 armed browse-abandonment until 20 13:00
         20 10:05 rearmed browse-abandonment until 20 13:05
         20 10:09 rearmed browse-abandonment until 20 13:09
         20 10:20 disarmed browse-abandonment by Product Added
         20 10:20 armed cart-recovery until 20 11:20
         20 11:20 started cart-recovery, goal until 27 11:20
         20 11:20 awaits cart-recovery.first at 20 11:20
         20 11:20 awaits cart-recovery.second at 21 09:20
         20 11:20 sent cart-recovery.first",
    );
}

#[test]
fn browse_abandonment_ends_when_a_basket_is_filled() {
    check(
        shop(),
        "02 09:00 has an address
         02 09:00 agrees to offers
         02 17:20 Product Viewed product_id=jf-0001
         02 17:25 Product Viewed product_id=jf-0002
         02 17:29 Product Viewed product_id=jf-0003
         02 23:00 …
         03 07:00 Product Added of=jf-0003 price=129
         03 12:00 …",
        "02 17:20 armed browse-abandonment until 02 20:20
         02 17:25 rearmed browse-abandonment until 02 20:25
         02 17:29 rearmed browse-abandonment until 02 20:29
         02 20:29 started browse-abandonment, goal until 09 20:29
         02 20:29 awaits browse-abandonment.look at 03 09:00
         03 07:00 ended browse-abandonment: stopped by Product Added
         03 07:00 armed cart-recovery until 03 08:00
         03 08:00 started cart-recovery, goal until 10 08:00
         03 08:00 awaits cart-recovery.first at 03 08:00
         03 08:00 awaits cart-recovery.second at 04 09:00
         03 08:00 sent cart-recovery.first",
    );
}

#[test]
fn post_purchase_goes_with_its_own_order() {
    check(
        shop(),
        "02 09:00 has an address
         02 09:00 agrees to offers
         02 10:00 Order Completed order_id=o-1 revenue=89
         03 10:00 Order Completed order_id=o-2 revenue=20
         03 12:00 Order Cancelled order_id=o-2
         05 15:00 Order Delivered order_id=o-1
         40 10:00 …",
        "02 10:00 not started replenishment: NoKey
         02 10:00 started post-purchase, goal until 92 11:00
         02 10:00 awaits post-purchase.confirmation at 02 10:00
         02 10:00 awaits post-purchase.delivered at 02 10:00
         02 10:00 listens post-purchase.delivered until 14 10:00
         02 10:00 sent post-purchase.confirmation
         03 10:00 reached post-purchase £20
         03 10:00 not started replenishment: NoKey
         03 10:00 started post-purchase, goal until 93 11:00
         03 10:00 awaits post-purchase.confirmation at 03 10:00
         03 10:00 awaits post-purchase.delivered at 03 10:00
         03 10:00 listens post-purchase.delivered until 15 10:00
         03 10:00 sent post-purchase.confirmation
         03 12:00 ended post-purchase: stopped by Order Cancelled
         05 15:00 heard post-purchase.delivered: Order Delivered
         05 15:00 awaits post-purchase.care at 07 10:00
         07 10:00 awaits post-purchase.review at 16 18:00
         07 10:00 sent post-purchase.care
         15 10:00 not started journal: WhileFalse
         16 18:00 awaits post-purchase.next at 31 10:00
         16 18:00 sent post-purchase.review
         31 10:00 ended post-purchase: last step
         31 10:00 sent post-purchase.next
         32 10:00 not started journal: WhileFalse",
    );
}

#[test]
fn post_purchase_asks_for_no_review_of_what_never_came_or_came_back() {
    check(
        shop(),
        "02 09:00 has an address
         02 09:00 agrees to offers
         02 10:00 Order Completed order_id=o-1 revenue=89
         20 10:00 Order Refunded order_id=o-1 total=89
         60 10:00 …",
        "02 10:00 not started replenishment: NoKey
         02 10:00 started post-purchase, goal until 92 11:00
         02 10:00 awaits post-purchase.confirmation at 02 10:00
         02 10:00 awaits post-purchase.delivered at 02 10:00
         02 10:00 listens post-purchase.delivered until 14 10:00
         02 10:00 sent post-purchase.confirmation
         14 10:00 heard post-purchase.delivered: nothing
         14 10:00 awaits post-purchase.care at 15 10:00
         15 10:00 awaits post-purchase.review at 24 18:00
         15 10:00 not started journal: WhileFalse
         15 10:00 sent post-purchase.care
         24 18:00 skipped post-purchase.review: IfFalse
         24 18:00 awaits post-purchase.next at 39 10:00
         32 10:00 not started journal: WhileFalse
         39 10:00 skipped post-purchase.next: IfFalse
         39 10:00 ended post-purchase: last step
         46 10:00 not started journal: WhileFalse",
    );
}

#[test]
fn replenishment_reminds_of_what_is_used_up_a_week_before() {
    check(
        shop(),
        "02 09:00 has an address
         02 09:00 agrees to offers
         02 10:00 Order Completed order_id=o-1 revenue=110 of=jf-0001,jf-0151
         90 10:00 …",
        "02 10:00 not started replenishment: IfUnknown
         02 10:00 started replenishment
         02 10:00 awaits replenishment.low at 41 09:00
         02 10:00 started post-purchase, goal until 92 11:00
         02 10:00 awaits post-purchase.confirmation at 02 10:00
         02 10:00 awaits post-purchase.delivered at 02 10:00
         02 10:00 listens post-purchase.delivered until 14 10:00
         02 10:00 sent post-purchase.confirmation
         14 10:00 heard post-purchase.delivered: nothing
         14 10:00 awaits post-purchase.care at 15 10:00
         15 10:00 awaits post-purchase.review at 24 18:00
         15 10:00 not started journal: WhileFalse
         15 10:00 sent post-purchase.care
         24 18:00 skipped post-purchase.review: IfFalse
         24 18:00 awaits post-purchase.next at 39 10:00
         32 10:00 not started journal: WhileFalse
         39 10:00 ended post-purchase: last step
         39 10:00 sent post-purchase.next
         41 09:00 goal of replenishment counts until 62 09:00
         41 09:00 ended replenishment: last step
         41 09:00 sent replenishment.low
         46 10:00 not started journal: WhileFalse
         62 09:00 goal closed replenishment
         62 10:00 not started journal: WhileFalse
         76 10:00 not started journal: WhileFalse",
    );
}

#[test]
fn replenishment_begins_anew_when_it_is_bought_again() {
    check(
        shop(),
        "02 09:00 has an address
         02 09:00 agrees to offers
         02 10:00 Order Completed order_id=o-1 revenue=20 of=jf-0151
         12 10:00 Order Completed order_id=o-2 revenue=20 of=jf-0151
         20 10:00 …",
        "02 10:00 started replenishment
         02 10:00 awaits replenishment.low at 41 09:00
         02 10:00 started post-purchase, goal until 92 11:00
         02 10:00 awaits post-purchase.confirmation at 02 10:00
         02 10:00 awaits post-purchase.delivered at 02 10:00
         02 10:00 listens post-purchase.delivered until 14 10:00
         02 10:00 sent post-purchase.confirmation
         12 10:00 reached post-purchase £20
         12 10:00 ended replenishment: stopped by Order Completed
         12 10:00 started replenishment
         12 10:00 awaits replenishment.low at 51 09:00
         12 10:00 started post-purchase, goal until 102 11:00
         12 10:00 awaits post-purchase.confirmation at 12 10:00
         12 10:00 awaits post-purchase.delivered at 12 10:00
         12 10:00 listens post-purchase.delivered until 24 10:00
         12 10:00 sent post-purchase.confirmation
         14 10:00 heard post-purchase.delivered: nothing
         14 10:00 awaits post-purchase.care at 15 10:00
         15 10:00 awaits post-purchase.review at 24 18:00
         15 10:00 not started journal: WhileFalse
         15 10:00 sent post-purchase.care",
    );
}

#[test]
fn back_in_stock_tells_once_of_the_one_that_was_asked_for() {
    check(
        shop(),
        "02 09:00 has an address
         02 10:00 Stock Alert Requested product_id=jf-0012
         02 10:01 Stock Alert Requested product_id=jf-0009
         02 10:02 Stock Alert Requested product_id=jf-0012
         05 22:30 Back In Stock product_id=jf-0012
         06 10:00 Order Completed order_id=o-1 revenue=72 of=jf-0012
         06 11:00 Back In Stock product_id=jf-0009
         12 10:00 …",
        "02 10:00 started back-in-stock
         02 10:00 awaits back-in-stock.back at 02 10:00
         02 10:00 listens back-in-stock.back until 182 11:00
         02 10:01 started back-in-stock
         02 10:01 awaits back-in-stock.back at 02 10:01
         02 10:01 listens back-in-stock.back until 182 11:01
         02 10:02 not started back-in-stock: Busy
         05 22:30 heard back-in-stock.back: Back In Stock
         05 22:30 awaits back-in-stock.tell at 05 22:30
         05 22:30 goal of back-in-stock counts until 08 22:30
         05 22:30 ended back-in-stock: last step
         05 22:30 sent back-in-stock.tell
         06 10:00 reached back-in-stock £72
         06 10:00 not started replenishment: IfUnknown
         06 10:00 started post-purchase, goal until 96 11:00
         06 10:00 awaits post-purchase.confirmation at 06 10:00
         06 10:00 awaits post-purchase.delivered at 06 10:00
         06 10:00 listens post-purchase.delivered until 18 10:00
         06 10:00 sent post-purchase.confirmation
         06 11:00 heard back-in-stock.back: Back In Stock
         06 11:00 awaits back-in-stock.tell at 06 11:00
         06 11:00 goal of back-in-stock counts until 09 11:00
         06 11:00 skipped back-in-stock.tell: IfFalse
         06 11:00 ended back-in-stock: last step
         08 22:30 goal closed back-in-stock
         09 11:00 goal closed back-in-stock",
    );
}

#[test]
fn welcome_waits_for_the_second_yes() {
    check(
        shop(),
        "02 09:00 has an address
         02 10:00 asks for journal
         02 10:30 agrees to journal
         20 10:00 …",
        "02 10:00 started welcome, goal until 32 11:00
         02 10:00 awaits welcome.confirm at 02 10:00
         02 10:00 awaits welcome.confirmed at 02 10:00
         02 10:00 listens welcome.confirmed until 09 10:00
         02 10:00 sent welcome.confirm
         02 10:30 heard welcome.confirmed: Consent Given
         02 10:30 awaits welcome.silence at 02 10:30
         02 10:30 skipped welcome.silence: IfFalse
         02 10:30 awaits welcome.welcome at 02 10:30
         02 10:30 awaits welcome.story at 05 10:00
         02 10:30 sent welcome.welcome
         05 10:00 awaits welcome.first at 09 10:00
         05 10:00 sent welcome.story
         09 10:00 ended welcome: last step
         09 10:00 sent welcome.first
         15 10:00 not started journal: WhileFalse",
    );
}

#[test]
fn welcome_without_the_second_yes_is_silent() {
    check(
        shop(),
        "02 09:00 has an address
         02 10:00 asks for journal
         10 10:00 agrees to journal
         20 10:00 …",
        "02 10:00 started welcome, goal until 32 11:00
         02 10:00 awaits welcome.confirm at 02 10:00
         02 10:00 awaits welcome.confirmed at 02 10:00
         02 10:00 listens welcome.confirmed until 09 10:00
         02 10:00 sent welcome.confirm
         09 10:00 heard welcome.confirmed: nothing
         09 10:00 awaits welcome.silence at 09 10:00
         09 10:00 ended welcome: by welcome.silence
         15 10:00 not started journal: WhileFalse",
    );
}

#[test]
fn win_back_begins_when_four_months_have_passed_and_lets_go_of_who_stays_away() {
    check(
        shop(),
        "01 09:00 has an address
         01 09:00 agrees to offers
         01 10:00 Order Completed order_id=o-1 revenue=300
         260 10:00 …",
        "01 10:00 not started replenishment: NoKey
         01 10:00 started post-purchase, goal until 91 11:00
         01 10:00 awaits post-purchase.confirmation at 01 10:00
         01 10:00 awaits post-purchase.delivered at 01 10:00
         01 10:00 listens post-purchase.delivered until 13 10:00
         01 10:00 not started journal: WhileFalse
         01 10:00 sent post-purchase.confirmation
         13 10:00 heard post-purchase.delivered: nothing
         13 10:00 awaits post-purchase.care at 14 10:00
         14 10:00 awaits post-purchase.review at 23 18:00
         14 10:00 sent post-purchase.care
         15 10:00 not started journal: WhileFalse
         23 18:00 skipped post-purchase.review: IfFalse
         23 18:00 awaits post-purchase.next at 38 10:00
         32 10:00 not started journal: WhileFalse
         38 10:00 ended post-purchase: last step
         38 10:00 sent post-purchase.next
         46 10:00 not started journal: WhileFalse
         62 10:00 not started journal: WhileFalse
         76 10:00 not started journal: WhileFalse
         91 11:00 goal closed post-purchase
         93 10:00 not started journal: WhileFalse
         107 10:00 not started journal: WhileFalse
         121 11:00 lapsed is true
         121 11:00 started win-back, goal until 181 11:00
         121 11:00 awaits win-back.hello at 122 10:00
         122 10:00 awaits win-back.offer at 132 10:00
         122 10:00 sent win-back.hello
         123 10:00 not started journal: WhileFalse
         132 10:00 awaits win-back.ask at 153 10:00
         132 10:00 sent win-back.offer
         132 10:00 gave win-back.offer: comeback
         137 10:00 not started journal: WhileFalse
         153 10:00 awaits win-back.sunset at 167 10:00
         153 10:00 sent win-back.ask
         154 10:00 not started journal: WhileFalse
         167 10:00 left win-back.sunset: offers
         167 10:00 ended win-back: last step
         168 10:00 not started journal: WhileFalse
         181 11:00 goal closed win-back
         185 10:00 not started journal: WhileFalse
         199 10:00 not started journal: WhileFalse
         215 10:00 not started journal: WhileFalse
         229 10:00 not started journal: WhileFalse
         246 10:00 not started journal: WhileFalse
         260 10:00 not started journal: WhileFalse",
    );
}

#[test]
fn win_back_ends_with_a_purchase_since_they_are_no_longer_lapsed() {
    check(
        shop(),
        "01 09:00 has an address
         01 09:00 agrees to offers
         01 10:00 Order Completed order_id=o-1 revenue=300
         130 09:00 Order Completed order_id=o-2 revenue=80
         150 10:00 …",
        "01 10:00 not started replenishment: NoKey
         01 10:00 started post-purchase, goal until 91 11:00
         01 10:00 awaits post-purchase.confirmation at 01 10:00
         01 10:00 awaits post-purchase.delivered at 01 10:00
         01 10:00 listens post-purchase.delivered until 13 10:00
         01 10:00 not started journal: WhileFalse
         01 10:00 sent post-purchase.confirmation
         13 10:00 heard post-purchase.delivered: nothing
         13 10:00 awaits post-purchase.care at 14 10:00
         14 10:00 awaits post-purchase.review at 23 18:00
         14 10:00 sent post-purchase.care
         15 10:00 not started journal: WhileFalse
         23 18:00 skipped post-purchase.review: IfFalse
         23 18:00 awaits post-purchase.next at 38 10:00
         32 10:00 not started journal: WhileFalse
         38 10:00 ended post-purchase: last step
         38 10:00 sent post-purchase.next
         46 10:00 not started journal: WhileFalse
         62 10:00 not started journal: WhileFalse
         76 10:00 not started journal: WhileFalse
         91 11:00 goal closed post-purchase
         93 10:00 not started journal: WhileFalse
         107 10:00 not started journal: WhileFalse
         121 11:00 lapsed is true
         121 11:00 started win-back, goal until 181 11:00
         121 11:00 awaits win-back.hello at 122 10:00
         122 10:00 awaits win-back.offer at 132 10:00
         122 10:00 sent win-back.hello
         123 10:00 not started journal: WhileFalse
         130 09:00 reached win-back £80
         130 09:00 lapsed is false
         130 09:00 not started replenishment: NoKey
         130 09:00 started post-purchase, goal until 220 09:00
         130 09:00 awaits post-purchase.confirmation at 130 09:00
         130 09:00 awaits post-purchase.delivered at 130 09:00
         130 09:00 listens post-purchase.delivered until 142 09:00
         130 09:00 sent post-purchase.confirmation
         132 10:00 ended win-back: while is false
         137 10:00 not started journal: WhileFalse
         142 09:00 heard post-purchase.delivered: nothing
         142 09:00 awaits post-purchase.care at 143 10:00
         143 10:00 awaits post-purchase.review at 152 18:00
         143 10:00 sent post-purchase.care",
    );
}

#[test]
fn win_back_starts_nobody_who_was_lapsed_when_we_met() {
    check(
        shop(),
        "150 09:00 has an address
         150 09:00 imports Order Completed order_id=o-1 revenue=300 happened=01/10:00
         160 10:00 …",
        "150 09:00 lapsed is true
         154 10:00 not started journal: WhileFalse",
    );
}

#[test]
fn the_journal_comes_twice_a_month_to_who_is_awake() {
    check(
        shop(),
        "01 11:00 has an address
         01 11:00 agrees to journal
         01 12:00 Product Viewed product_id=jf-0001
         40 10:00 …
         62 10:00 …",
        "01 12:00 armed browse-abandonment until 01 15:00
         01 15:00 not started browse-abandonment: IfFalse
         15 10:00 started journal, goal until 22 10:00
         15 10:00 awaits journal.letter at 15 10:00
         15 10:00 ended journal: last step
         15 10:00 sent journal.letter
         22 10:00 goal closed journal
         32 10:00 started journal, goal until 39 10:00
         32 10:00 awaits journal.letter at 32 10:00
         32 10:00 ended journal: last step
         32 10:00 sent journal.letter
         39 10:00 goal closed journal
         46 10:00 started journal, goal until 53 10:00
         46 10:00 awaits journal.letter at 46 10:00
         46 10:00 ended journal: last step
         46 10:00 sent journal.letter
         53 10:00 goal closed journal
         62 10:00 not started journal: WhileFalse",
    );
}
