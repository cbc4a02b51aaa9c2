//! Every number that describes people, by table: its type, what it may be, and what it says. A preset's file has
//! exactly these; `docs/models.md` lists them with their values and sources.

use super::Graded;
use serde::Deserialize;

/// What a number may be. Bounds are wide; they keep out what no population is like, above all what would make a
/// rehearsal endless.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Range {
    low: f64,
    high: f64,
    pub(super) says: &'static str,
}

impl Range {
    const fn new(low: f64, high: f64, says: &'static str) -> Self {
        Self { low, high, says }
    }

    pub(super) fn holds(self, value: f64) -> bool {
        (self.low..=self.high).contains(&value) // and so no NaN
    }
}

const SHARE: Range = Range::new(0.0, 1.0, "a share from 0 to 1");
const BELOW_ONE: Range = Range::new(0.0, 0.999, "a share from 0 to .999");
const SOME: Range = Range::new(0.01, 0.99, "a share from .01 to .99");
const POSITIVE: Range = Range::new(1e-3, 1e6, "a number from .001 to 1,000,000");
const NOT_NEGATIVE: Range = Range::new(0.0, 1e6, "a number from 0 to 1,000,000");
const PARAMETER: Range = Range::new(0.01, 1e3, "a number from .01 to 1,000");
const ABOVE_ONE: Range = Range::new(1.01, 1e3, "a number from 1.01 to 1,000");
const A_WEEK: Range = Range::new(0.01, 50.0, "a number from .01 to 50");
pub(super) const ORDERS: Range = Range::new(1e-4, 50.0, "a number from .0001 to 50");
const POWER: Range = Range::new(0.0, 1.5, "a number from 0 to 1.5");
const WEEKS: Range = Range::new(0.0, 1040.0, "a number from 0 to 1,040");
const COUNT: Range = Range::new(2.0, 1000.0, "a number from 2 to 1,000");
pub(super) const ALL: Range = Range::new(1.0 - 1e-9, 1.0 + 1e-9, "1");
const STRENGTH: Range = Range::new(0.0, 20.0, "a number from 0 to 20");
const RELEVANCE: Range = Range::new(0.05, 20.0, "a number from .05 to 20");
const YEAR: Range = Range::new(1900.0, 2100.0, "a year from 1900 to 2100");
const LOG: Range = Range::new(-20.0, 20.0, "a number from -20 to 20");

/// A number or a list: what a range is asked of.
trait Numbers {
    fn numbers(&self) -> &[f64];
}

impl Numbers for f64 {
    fn numbers(&self) -> &[f64] {
        std::slice::from_ref(self)
    }
}

impl<const N: usize> Numbers for [f64; N] {
    fn numbers(&self) -> &[f64] {
        self
    }
}

impl Numbers for Vec<f64> {
    fn numbers(&self) -> &[f64] {
        self
    }
}

impl Numbers for Vec<String> {
    fn numbers(&self) -> &[f64] {
        &[] // what texts may be is asked where a preset is loaded
    }
}

macro_rules! sections {
    ($($(#[$about:meta])* $section:ident $Section:ident {
        $($(#[$doc:meta])* $field:ident: $type:ty, $range:ident;)*
    })*) => {
        /// The tables of a preset.
        pub mod section {
            use super::{Deserialize, Graded};
            $($(#[$about])*
            #[derive(Clone, PartialEq, Debug, Deserialize)]
            #[serde(deny_unknown_fields)]
            pub struct $Section { $($(#[$doc])* pub $field: Graded<$type>,)* })*
        }

        /// The numbers, by table.
        #[derive(Clone, PartialEq, Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct Numbered { $($(#[$about])* pub $section: section::$Section,)* }

        impl Numbered {
            /// Every number with its key and range, in the order of the declaration.
            pub(super) fn each(&self, mut visit: impl FnMut(&'static str, &'static str, &[f64], Range)) {
                $($(visit(
                    stringify!($section),
                    stringify!($field),
                    self.$section.$field.value.numbers(),
                    $range,
                );)*)*
            }
        }
    };
}

sections! {
    /// Orders without mail: BG/NBD.
    purchase Purchase {
        /// Shape of the order rate between customers.
        r: f64, PARAMETER;
        /// Rate of the order rate between customers, in weeks.
        alpha: f64, PARAMETER;
        /// First parameter of the dormancy coin.
        a: f64, PARAMETER;
        /// Second parameter of the dormancy coin.
        b: f64, PARAMETER;
        /// Longest time since the first order, in weeks.
        age: f64, WEEKS;
    }
    /// What an order is worth: Gamma-Gamma.
    spend Spend {
        /// Shape of one customer's orders.
        p: f64, PARAMETER;
        /// Shape of the spend level between customers.
        q: f64, ABOVE_ONE;
        /// Rate of the spend level between customers.
        v: f64, PARAMETER;
    }
    /// When people come, and how they look around.
    visits Visits {
        /// Visits a week of a customer with the mean order rate.
        per_week: f64, A_WEEK;
        /// Power of the order rate by which visits grow.
        exponent: f64, POWER;
        /// Largest share of one's visits that fill a cart.
        cart_share: f64, SOME;
        /// Views a session, mean.
        views: f64, ABOVE_ONE;
        /// Mean of the log of a gap between views, in seconds.
        gap_mu: f64, LOG;
        /// Its standard deviation.
        gap_sigma: f64, NOT_NEGATIVE;
        /// Longest gap, in minutes.
        gap_most: f64, POSITIVE;
        /// Share of sessions followed by a short one.
        again: f64, SHARE;
        /// Mean time until that one, in hours.
        again_after: f64, POSITIVE;
        /// Its views.
        again_views: f64, POSITIVE;
    }
    /// The daily and weekly rhythms.
    rhythm Rhythm {
        /// Weight of each hour for visits.
        visits: [f64; 24], POSITIVE;
        /// Weight of each hour for late orders.
        late_orders: [f64; 24], POSITIVE;
        /// Weight of each hour for reading mail.
        attention: [f64; 24], POSITIVE;
        /// Weight of each weekday from Monday on.
        weekdays: [f64; 7], POSITIVE;
        /// Largest shift of one customer's day, in hours.
        chronotype: f64, NOT_NEGATIVE;
    }
    /// When in the year people come.
    season Season {
        /// Weight of each month from January on.
        months: [f64; 12], POSITIVE;
    }
    /// Where people live.
    zones Zones {
        /// Share that lives in the program's zone.
        home: f64, SHARE;
        /// Where the others do: zone, country and language of each place.
        away: Vec<String>, SHARE;
        /// Share of the others in each.
        shares: Vec<f64>, SHARE;
    }
    /// What a profile says of people.
    profile Profile {
        /// First names, all alike.
        first_names: Vec<String>, SHARE;
        /// Share whose birthday is known.
        birthday: f64, SHARE;
        /// In which years they were born, from and to.
        born: [f64; 2], YEAR;
    }
    /// Mobile, desktop, tablet.
    device Device {
        /// Share of visits.
        share: [f64; 3], SHARE;
        /// Multiplier on filling a cart.
        cart: [f64; 3], POSITIVE;
        /// Multiplier on ordering in the session.
        order: [f64; 3], POSITIVE;
    }
    /// From a cart to an order.
    funnel Funnel {
        /// Share of carts ordered in the session.
        order: f64, SOME;
        /// Share of abandoned carts ordered later, without mail.
        late_order: f64, BELOW_ONE;
        /// Share of abandoned carts that reached the checkout.
        checkout: f64, SHARE;
        /// From the cart to the checkout, in minutes.
        checkout_after: f64, NOT_NEGATIVE;
        /// From the cart, or a click, to the order, in minutes.
        order_after: f64, NOT_NEGATIVE;
        /// Between two lines added to a cart, in minutes.
        line_after: f64, NOT_NEGATIVE;
        /// Share of carts with one, two, three products.
        lines: [f64; 3], SHARE;
        /// Share of carts out of which a product is taken again, as far as they have another.
        removes: f64, SHARE;
        /// When it is, after the last was added, in hours.
        removes_after: f64, POSITIVE;
    }
    /// What becomes of an order.
    parcel Parcel {
        /// Share cancelled.
        cancelled: f64, SHARE;
        /// Within so many hours.
        cancelled_within: f64, POSITIVE;
        /// Share delivered.
        delivered: f64, SHARE;
        /// After so many days, median.
        delivered_after: f64, POSITIVE;
        /// Standard deviation of its log.
        delivered_spread: f64, NOT_NEGATIVE;
        /// Share of the delivered that are refunded.
        refunded: f64, SHARE;
        /// So many days after.
        refunded_after: f64, NOT_NEGATIVE;
    }
    /// A form on the site by which people ask for a topic.
    sign_up SignUp {
        /// Share of sessions in which it is filled in.
        share: f64, SHARE;
        /// Share of the mails asking to confirm it that are answered.
        confirms: f64, SHARE;
        /// Mean time until they are, in hours.
        confirms_after: f64, POSITIVE;
    }
    /// Items out of stock.
    stock Stock {
        /// Share of items, at any time.
        out: f64, BELOW_ONE;
        /// Mean time until one is back, in days.
        back_after: f64, POSITIVE;
        /// Share of views of one after which they ask to be told.
        asks: f64, SHARE;
    }
    /// How an abandoned cart is forgotten, and the wish for it fades.
    intent Intent {
        /// Gamma shape of its size between carts.
        shape: f64, PARAMETER;
        /// Share of abandoned carts whose owner was interrupted; the others deliberate.
        interrupted: f64, SHARE;
        /// Forgetting time of the two, in hours.
        salience: [f64; 2], POSITIVE;
        /// Fading time of the wish of the two, in hours.
        intent: [f64; 2], POSITIVE;
    }
    /// What reading a cart mail does to an open cart.
    reminder Reminder {
        /// Share of what was forgotten that is restored.
        strength: f64, SHARE;
        /// Share of the hazard lost to a mail at once.
        reactance: f64, SHARE;
        /// How fast that fades with the mail's delay, in hours.
        reactance_fades: f64, POSITIVE;
        /// How long it lasts, in hours.
        reactance_lasts: f64, POSITIVE;
        /// Share of the remaining mass decided in the session of a click.
        spends: f64, SHARE;
    }
    /// Who reads mail, when, and how often they are tired of it.
    mail Mail {
        /// Mean readiness to open.
        propensity: f64, SOME;
        /// Its concentration, a + b.
        propensity_total: f64, PARAMETER;
        /// Median delay of a human open, in hours of attention.
        open_median: f64, POSITIVE;
        /// Shape of the delay.
        open_shape: f64, PARAMETER;
        /// Later than this it is never opened, in hours of attention.
        open_until: f64, POSITIVE;
        /// A click follows the open within this, in seconds.
        click_within: f64, POSITIVE;
        /// Loss of the logit of opening per recent mail.
        pressure: f64, NOT_NEGATIVE;
        /// Rise of the log of unsubscribing per recent mail.
        pressure_leaves: f64, NOT_NEGATIVE;
        /// How long a mail counts as recent, in hours.
        pressure_memory: f64, POSITIVE;
        /// Share of customers behind a privacy proxy.
        proxy: f64, SHARE;
        /// Share of their mail it opens.
        proxy_opens: f64, SHARE;
        /// Mean delay of that, in hours.
        proxy_after: f64, POSITIVE;
        /// Share of customers behind a link scanner.
        scanner: f64, SHARE;
        /// It follows links within this, in seconds.
        scanner_within: f64, ABOVE_ONE;
        /// Share of addresses that are dead.
        dead: f64, SHARE;
        /// Share of mails that bounce for good on a live address.
        hard_bounce: f64, SHARE;
        /// Share of mails that the server puts off.
        soft_bounce: f64, SHARE;
        /// Until the next attempt, from and to, in hours.
        soft_bounce_hours: [f64; 2], POSITIVE;
        /// Share that is not taken for spam.
        inbox: f64, SHARE;
    }
    /// What mailbox providers make of complaints.
    deliverability Deliverability {
        /// How much of the rest holds; 0: nothing, and arms stay copies for longest.
        feedback: f64, SHARE;
        /// Complaints of delivered mails at which they begin, and at which they take the most for spam.
        complaints: [f64; 2], BELOW_ONE;
        /// Share that they take for spam then.
        lost: f64, SHARE;
        /// Over how many days they look.
        over: f64, ABOVE_ONE;
    }
    /// What people do with each sort of mail: share opened, share of the opened that are clicked, unsubscribes a mail,
    /// complaints a mail.
    rates Rates {
        /// The first mail about a cart.
        cart_1: [f64; 4], BELOW_ONE;
        /// The second of the same enrolment.
        cart_2: [f64; 4], BELOW_ONE;
        /// The third, and any later one.
        cart_3: [f64; 4], BELOW_ONE;
        /// About things looked at.
        browse: [f64; 4], BELOW_ONE;
        /// About an item running low.
        replenishment: [f64; 4], BELOW_ONE;
        /// After a purchase, to sell more.
        post_purchase: [f64; 4], BELOW_ONE;
        /// To someone new.
        welcome: [f64; 4], BELOW_ONE;
        /// A letter to many.
        campaign: [f64; 4], BELOW_ONE;
        /// To someone who has gone quiet.
        win_back: [f64; 4], BELOW_ONE;
        /// What somebody asked to be told.
        alert: [f64; 4], BELOW_ONE;
        /// About an order.
        order: [f64; 4], BELOW_ONE;
        /// A confirmation.
        service: [f64; 4], BELOW_ONE;
    }
    /// What a mail that advertises does to those who open it.
    promotion Promotion {
        /// Carts a session that it brings, relative to a visit.
        strength: f64, STRENGTH;
        /// Share of those who open it without a click and come later by themselves.
        view_through: f64, SHARE;
        /// Mean time until they do, in hours of attention.
        view_through_after: f64, POSITIVE;
        /// How much less and more likely a cart is by interest in what it features, at most.
        relevance: [f64; 2], RELEVANCE;
    }
    /// What an offer does.
    offer Offer {
        /// Rise of the log of ordering per depth of the discount.
        strength: f64, STRENGTH;
        /// Fall of the logit of ordering at once, for each one redeemed.
        training: f64, STRENGTH;
        /// Strength of the wish of who waits for the next.
        waiting: f64, STRENGTH;
    }
    /// Orders that mail only brought forward.
    pull_forward PullForward {
        /// Share of the orders it won that replace the next.
        share: f64, SHARE;
        /// If that comes within this many days.
        within: f64, NOT_NEGATIVE;
    }
    /// Dormant customers.
    dormancy Dormancy {
        /// Share of those who ordered by a mail that come back.
        ends: f64, SHARE;
    }
    /// Whom we may mail.
    contact Contact {
        /// Share of customers whose address we hold.
        address: f64, SHARE;
        /// Share of those who agreed to marketing.
        consent: f64, SHARE;
        /// Share of customers who agreed that opening a mail is recorded.
        open_tracking: f64, SHARE;
    }
    /// What there is to buy.
    catalogue Catalogue {
        /// How many categories.
        categories: f64, COUNT;
        /// How many items in each.
        items: f64, COUNT;
        /// Share of sessions in one's first and second category.
        interests: [f64; 2], SHARE;
        /// Share of views of the item viewed before.
        same_item: f64, SHARE;
        /// An item costs up to this share more or less than a mean line.
        price_spread: f64, BELOW_ONE;
        /// An item in a cart usually costs up to this share more or less than its part of what the order is worth.
        price_fit: f64, BELOW_ONE;
        /// Share of items that are used up.
        used_up: f64, SHARE;
        /// After how many days, from and to.
        lasts: [f64; 2], POSITIVE;
    }
}
