//! A small shop and a small host for the tests of the core: what a real host does, with the unpunctuality of a
//! real host as a setting.
#![allow(dead_code, reason = "each test file uses its part")]
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up should stop")]

pub(crate) mod random;
pub(crate) mod story;

use foresend_core::chance::{self, Seed};
use foresend_core::customer::Customer;
use foresend_core::customer::effect::{Detail, Effect, Effects, Mailing};
use foresend_core::customer::input::{
    Code, Consent, ConsentTo, Event, Gate, Input, Line, Origin, Outcome, Profile,
};
use foresend_core::customer::record::Record;
use foresend_core::id::{CustomerId, IdKey, ProductId, StableId};
use foresend_core::moment::{Clock, Days, Moment};
use foresend_core::money::Amount;
use foresend_core::time::{DayWindow, Timestamp, Wait, Zone};
use foresend_core::world::condition::{Condition, Op};
use foresend_core::world::event::{EventIx, Property, PropertyIx};
use foresend_core::world::experiment::{Experiment, Factor, Sets};
use foresend_core::world::journey::{
    Act, Again, Goal, Journey, JourneyIx, Kind, Listen, MailIx, PathIx, Row, Send, Start, Step,
    StepIx, WaitFor,
};
use foresend_core::world::limit::{Full, Limits, Rate};
use foresend_core::world::program::{Outline, Program};
use foresend_core::world::stream::{Keeps, Stream, StreamIx};
use foresend_core::world::topic::{Basis, Confirm, Topic, TopicIx};
use foresend_core::world::value::Value;
use foresend_core::world::{World, ZoneIx};

pub(crate) const OFFERS: TopicIx = TopicIx(0);
pub(crate) const ORDERS: TopicIx = TopicIx(1);
/// Streams of the shop.
pub(crate) const SPEND: StreamIx = StreamIx(0);
pub(crate) const VIEWS: StreamIx = StreamIx(1);
pub(crate) const BOUGHT: StreamIx = StreamIx(2);
/// "Order Completed".revenue, "Product Added".price.
pub(crate) const REVENUE: PropertyIx = PropertyIx(3);

pub(crate) fn condition(text: &str, ops: &[Op]) -> Option<Condition> {
    Some(Condition::new(ops.to_vec(), vec![], text.to_owned()).unwrap())
}

pub(crate) fn window(from: u16, until: u16) -> Option<DayWindow> {
    DayWindow::new(from * 60, until * 60)
}

pub(crate) fn step(name: &str, topic: TopicIx, after: Wait, moment: Moment, late: Wait) -> Step {
    let send = Send { mail: MailIx(0), topic, kind: Kind::Cart, late, offer: None };
    Step { moment, ..Step::new(name, after, Act::Send(send)) }
}

pub(crate) fn journey(
    name: &str,
    topic: TopicIx,
    on: &[EventIx],
    again: Again,
    steps: Vec<Step>,
) -> Journey {
    let start = Start::On(on.to_vec());
    Journey { kind: Kind::Cart, ..Journey::new(name, topic, start, again, steps) }
}

/// A shop in London: a cart journey of three mails, a browse journey with one, a thank-you on order.
pub(crate) fn shop() -> World {
    let year = Some(Wait::days(365));
    let cart_items = [Op::CartItems, Op::Number(0.0), Op::Greater];
    let low = [Op::Sum(SPEND, year), Op::Number(150.0), Op::Less];
    let looks = [Op::Count(VIEWS, Some(Wait::days(1))), Op::Number(2.0), Op::GreaterOrEqual];

    let between = window(9, 20).map(Clock::Between);
    let day = Moment { clock: between.unwrap(), days: Days::ALL };
    let mut third = step("offer", OFFERS, Wait::days(2), day, Wait::hours(6));
    third.when = condition("low_spender", &low);
    let first = step("first", OFFERS, Wait::ZERO, Moment::ANY, Wait::hours(4));
    let second = step("second", OFFERS, Wait::hours(22), day, Wait::hours(6));
    let on_cart = [EventIx::PRODUCT_ADDED, EventIx::CHECKOUT_STARTED];
    let mut cart = journey(
        "cart-recovery",
        OFFERS,
        &on_cart,
        Again::After(Wait::days(7)),
        vec![first, second, third],
    );
    cart.quiet = Some(Wait::hours(1));
    cart.holds = condition("cart.items > 0", &cart_items);
    cart.stop = vec![Listen::any(EventIx::ORDER_COMPLETED)];
    cart.goal = Some(Goal {
        on: vec![Listen::any(EventIx::ORDER_COMPLETED)],
        within: Wait::days(7),
        from: None,
        value: vec![Some(REVENUE)],
    });

    let look = step("look", OFFERS, Wait::hours(3), Moment::ANY, Wait::hours(6));
    let mut browse = journey(
        "browse",
        OFFERS,
        &[EventIx::PRODUCT_VIEWED],
        Again::After(Wait::days(1)),
        vec![look],
    );
    browse.when = condition("looks_1d >= 2", &looks);
    browse.stop = vec![Listen::any(EventIx::PRODUCT_ADDED), Listen::any(EventIx::ORDER_COMPLETED)];

    let thanks = step("thanks", ORDERS, Wait::ZERO, Moment::ANY, Wait::days(2));
    let order = journey("thanks", ORDERS, &[EventIx::ORDER_COMPLETED], Again::Always, vec![thanks]);

    let rate = |most, within| Rate { most, within };
    let topic = |name: &str, basis: &[Basis]| Topic {
        name: name.into(),
        says: name.into(),
        basis: basis.to_vec(),
        confirm: Confirm::Single,
    };
    let stream = |event, keeps, window| Stream { event, filter: None, keeps, window };
    let program = Program::new(Outline {
        topics: vec![
            topic("offers", &[Basis::Consent, Basis::ExistingCustomer]),
            topic("orders", &[Basis::Contract]),
        ],
        streams: vec![
            stream(EventIx::ORDER_COMPLETED, Keeps::Sum(REVENUE), year),
            stream(EventIx::PRODUCT_VIEWED, Keeps::Count, Some(Wait::days(1))),
            Stream::of(EventIx::ORDER_COMPLETED),
        ],
        limits: Limits {
            mails: vec![rate(1, Wait::hours(20)), rate(3, Wait::days(7))],
            full: Full::Skip,
            quiet: window(21, 8),
            still_shopping: Some(Wait::minutes(30)),
        },
        mails: vec!["mail".into()],
        journeys: vec![cart, browse, order],
        ..Outline::new(Zone::named("Europe/London").unwrap(), "GBP", 2)
    });
    World::new(Seed(1), IdKey(1), program)
}

/// The same shop, and a journey that waits for an order and then chooses its words.
pub(crate) fn shop_that_waits() -> World {
    let mut outline: Outline = (*shop().program).clone();
    let act = |name: &str, act| {
        let step = step(name, ORDERS, Wait::hours(1), Moment::ANY, Wait::days(2));
        Step { act, ..step }
    };
    let on = vec![Listen::any(EventIx::ORDER_COMPLETED)];
    let ordered = Act::WaitFor(WaitFor { on, at_most: Wait::days(2), number: 0 });
    let mut ask = act(
        "ask",
        Act::WaitFor(WaitFor {
            on: vec![Listen::any(EventIx::PRODUCT_VIEWED)],
            at_most: Wait::hours(5),
            number: 1,
        }),
    );
    ask.when = condition("!came('ordered')", &[Op::Came(0), Op::Not]);
    let rows = vec![
        Row { path: PathIx(0), when: condition("came('ask')", &[Op::Came(1)]) },
        Row { path: PathIx(1), when: None },
    ];
    let on_path = |name: &str, path| Step {
        path: Some(PathIx(path)),
        ..step(name, ORDERS, Wait::minutes(30), Moment::ANY, Wait::days(2))
    };
    let steps = vec![
        act("ordered", ordered),
        ask,
        act("which", Act::Choose(rows)),
        on_path("seen", 0),
        on_path("unseen", 1),
    ];
    let on = [EventIx::CHECKOUT_STARTED];
    outline.journeys.push(journey("ask", ORDERS, &on, Again::Always, steps));
    World::new(shop().seed, shop().id_key, Program::new(outline))
}

/// The same world with a test of the first step of its first journey, which begins at `from`: its words and its delay,
/// or its words alone.
pub(crate) fn with_experiment(world: &World, from: Timestamp, delays: bool) -> World {
    let names = |a: &str, b: &str| vec![a.to_owned(), b.to_owned()];
    let mut factors = vec![Factor::new("subject", names("plain", "named"), 0, Sets::Words)];
    if delays {
        let waits = Sets::Delay(vec![Wait::ZERO, Wait::hours(3)]);
        factors.push(Factor::new("delay", names("now", "later"), 0, waits));
    }
    let mut outline: Outline = (*world.program).clone();
    outline.experiments = vec![Experiment {
        name: "look".into(),
        id: StableId::of("experiment", "look"),
        journey: JourneyIx(0),
        step: StepIx(0),
        holdout: 200_000,
        ends: Wait::days(14),
        factors,
    }];
    let world = World::new(world.seed, world.id_key, Program::new(outline));
    world.with_experiments_from(from)
}

/// Something to deliver: at its own time, or later.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Happening {
    pub(crate) name: EventIx,
    pub(crate) own: Timestamp,
    pub(crate) arrives: Timestamp,
    pub(crate) product: u64,
    pub(crate) quantity: u32,
    pub(crate) pounds: i64,
}

impl Happening {
    pub(crate) fn deliver(&self, out: &mut dyn FnMut(Input<'_>)) {
        let lines = [Line {
            product: ProductId(self.product),
            quantity: self.quantity,
            price: Amount::whole(self.pounds),
        }];
        let revenue =
            [Property { name: REVENUE, value: Value::Number(Amount::whole(self.pounds)) }];
        let has_lines = matches!(
            self.name,
            EventIx::PRODUCT_ADDED | EventIx::PRODUCT_REMOVED | EventIx::CHECKOUT_STARTED
        );
        out(Input::Event(Event {
            name: self.name,
            origin: Origin::Live,
            at: self.own,
            id: 0,
            properties: if self.name == EventIx::ORDER_COMPLETED { &revenue[..] } else { &[] },
            products: if has_lines { &lines[..] } else { &[] },
        }));
    }
}

/// How a host behaves.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Habits {
    /// A wake comes up to so long after its due instant; 0: punctual.
    pub(crate) late_max: Wait,
    /// Whether it sends wakes nobody needs, and some twice.
    pub(crate) repeats: bool,
    /// A mail that is ready is handed over so long after it may leave, plus up to five minutes.
    pub(crate) hand_over_after: Wait,
    /// Whether it wants to know what was read before each decision.
    pub(crate) explains: bool,
    pub(crate) seed: u64,
}

impl Habits {
    /// Everything at its moment, a mail as soon as it may leave.
    pub(crate) const PUNCTUAL: Self = Self {
        late_max: Wait::ZERO,
        repeats: false,
        hand_over_after: Wait::ZERO,
        explains: false,
        seed: 0,
    };
}

/// One customer's host on a virtual clock.
pub(crate) struct Host<'w> {
    pub(crate) world: &'w World,
    pub(crate) customer: Customer,
    pub(crate) records: Vec<Record>,
    pub(crate) transmitted: Vec<Mailing>,
    /// By the places of all records.
    pub(crate) details: Vec<Detail>,
    habits: Habits,
    out: Effects,
    /// Mails that are ready, by when they are to be handed over.
    ready: Vec<(Timestamp, Mailing)>,
    wakes: u64,
    /// Its clock, which never goes back.
    now: Timestamp,
}

pub(crate) fn instant(ms: i64) -> Timestamp {
    Timestamp::from_millis(ms)
}

impl<'w> Host<'w> {
    pub(crate) fn new(world: &'w World, habits: Habits, start: Timestamp) -> Self {
        let mut host = Self {
            world,
            customer: Customer::new(CustomerId::of(world.id_key, "c-1")),
            records: vec![],
            transmitted: vec![],
            details: vec![],
            habits,
            out: if habits.explains { Effects::explaining() } else { Effects::default() },
            ready: vec![],
            wakes: 0,
            now: start,
        };
        let profile =
            Profile { zone: ZoneIx::PROGRAM, has_address: true, created: None, traits: &[] };
        host.apply(start, Input::Profile(profile));
        let to = ConsentTo::Given(Basis::Consent);
        host.apply(start, Input::Consent(Consent { topic: OFFERS, to, at: start, cause: None }));
        host
    }

    pub(crate) fn apply(&mut self, now: Timestamp, input: Input<'_>) {
        assert!(now >= self.now, "the host's clock went back");
        self.now = now;
        self.out.clear();
        self.customer.apply(self.world, now, input, &mut self.out);
        let details = self.out.details.iter().flatten();
        let before = self.records.len();
        self.details.extend(
            details.map(|detail| Detail { record: before + detail.record, ..detail.clone() }),
        );
        self.records.extend(&self.out.records);
        let asked = std::mem::take(&mut self.out.asked);
        for effect in &asked {
            match *effect {
                Effect::Ready(mail) => {
                    #[expect(clippy::cast_possible_truncation, reason = "the id's low bits")]
                    let low = u128::from_str_radix(&mail.id.to_string(), 16).unwrap() as u64;
                    let extra = chance::bits(low, 0) % 300_000;
                    let extra = Wait::from_millis(i64::try_from(extra).unwrap());
                    let extra =
                        if self.habits.hand_over_after == Wait::ZERO { Wait::ZERO } else { extra };
                    let at = mail.not_before.after(self.habits.hand_over_after).after(extra);
                    self.ready.push((at.max(now), mail));
                }
                Effect::Withdraw(send) => self.ready.retain(|(_, mail)| mail.send != send),
                Effect::Transmit(mail, attempt) => {
                    self.transmitted.push(mail);
                    let outcome = Outcome::Accepted;
                    self.apply(now, Input::Outcome { send: mail.send, attempt, outcome });
                }
                Effect::Call(calling) => {
                    self.apply(now, Input::Called { send: calling.send, done: true });
                }
            }
        }
        self.out.asked = asked;
    }

    /// Runs wakes and hand-overs up to `until`; those at `until` itself wait for what arrives then.
    pub(crate) fn run_until(&mut self, until: Timestamp) {
        loop {
            let wake = self.wake_at();
            let next = self.ready.iter().map(|(at, mail)| (*at, mail.send)).min();
            match next {
                Some((at, _)) if at < until && at < wake => {
                    let place =
                        self.ready.iter().position(|(t, m)| next == Some((*t, m.send))).unwrap();
                    let (_, mail) = self.ready.remove(place);
                    // The pool never runs dry.
                    let code = match (mail.offer, mail.code) {
                        (Some(_), None) => Code::Reserved(mail.origin),
                        (Some(_), Some(_)) | (None, _) => Code::None,
                    };
                    let send = mail.send;
                    let input = Input::Handover { send, attempt: 1, gate: Gate::Open, code };
                    self.apply(at, input);
                }
                _ if wake < until => {
                    self.wakes += 1;
                    if self.habits.repeats
                        && chance::bits(self.habits.seed, self.wakes).is_multiple_of(4)
                    {
                        self.apply(wake, Input::Wake);
                    }
                    self.apply(wake, Input::Wake);
                }
                _ => return,
            }
        }
    }

    /// When this host would deliver the next wake.
    fn wake_at(&self) -> Timestamp {
        let due = self.customer.next_wake();
        if due == Timestamp::NEVER || self.habits.late_max == Wait::ZERO {
            return due.max(self.now);
        }
        let late = chance::bits(self.habits.seed, due.millis().cast_unsigned());
        let late = late % self.habits.late_max.millis().cast_unsigned();
        due.after(Wait::from_millis(i64::try_from(late).unwrap())).max(self.now)
    }

    pub(crate) fn deliver(&mut self, happening: &Happening) {
        self.run_until(happening.arrives);
        let now = happening.arrives;
        happening.deliver(&mut |input| self.apply(now, input));
    }
}
