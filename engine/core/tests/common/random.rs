//! Random programs: every kind of start, key, act and condition, put together by chance from a fixed seed. What
//! the compiler of programs would refuse is not drawn: circles of `yields_to`, `same` without a key.

use super::{condition, instant, window};
use foresend_core::calendar::{Every, EveryDay, MonthDays, Yearly};
use foresend_core::chance::{self, Seed};
use foresend_core::id::{IdKey, ProductId, StableId};
use foresend_core::moment::{Clock, Days, Moment};
use foresend_core::money::{Amount, Money};
use foresend_core::time::{Wait, Zone};
use foresend_core::world::World;
use foresend_core::world::catalogue::Catalogue;
use foresend_core::world::condition::{Condition, Op, Relation, TextIx};
use foresend_core::world::event::{EventIx, PropertyIx, PropertyType};
use foresend_core::world::experiment::{Experiment, Factor, Sets};
use foresend_core::world::journey::{
    Act, Again, Begins, Goal, Journey, JourneyIx, KeyOf, Kind, Listen, MailIx, PathIx, Row, Same,
    SegmentIx, Send, Share, Start, Step, StepIx, WaitFor,
};
use foresend_core::world::limit::{Full, Limits, Rate};
use foresend_core::world::offer::{Codes, Cost, Offer, OfferIx};
use foresend_core::world::program::{Outline, Program, Segment};
use foresend_core::world::stream::{Keeps, Stream, StreamIx};
use foresend_core::world::topic::{Basis, Confirm, Topic, TopicIx};
use foresend_core::world::value::{ColumnIx, Kept, SlotIx, Source, TraitIx};

pub(crate) const ZONES: [&str; 5] =
    ["Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Asia/Tokyo"];
pub(crate) const COUNTRY: TraitIx = TraitIx(0);
pub(crate) const BIRTHDAY: TraitIx = TraitIx(1);
/// Products of the catalogue, by the shop's own ids.
pub(crate) const PRODUCTS: [&str; 3] = ["p-0", "p-1", "p-2"];

/// Draws from one key, one after the other.
pub(crate) struct Draws {
    key: u64,
    n: u64,
}

impl Draws {
    pub(crate) fn new(kind: u64, case: u64) -> Self {
        Self { key: chance::join(kind, case), n: 0 }
    }

    pub(crate) fn below(&mut self, below: u64) -> u64 {
        self.n += 1;
        chance::bits(self.key, self.n) % below
    }

    pub(crate) fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    pub(crate) fn of<T: Clone>(&mut self, all: &[T]) -> T {
        all[usize::try_from(self.below(all.len() as u64)).unwrap()].clone()
    }
}

/// Where `name` stands among the properties of `event`.
pub(crate) fn property(outline: &Outline, event: EventIx, name: &str) -> Option<PropertyIx> {
    outline.events[usize::from(event.0)].property(name).map(|(ix, _)| ix)
}

pub(crate) fn world(case: u64) -> World {
    let mut draws = Draws::new(0x9A_0D, case);
    let zone = Zone::named(draws.of(&ZONES)).unwrap();
    let mut outline = Outline::new(zone, "GBP", 2);
    outline.topics = vec![
        topic("offers", &[Basis::Consent, Basis::ExistingCustomer], Confirm::Single),
        topic("orders", &[Basis::Contract], Confirm::Single),
        topic("journal", &[Basis::Consent], Confirm::Double),
    ];
    outline.holdout = draws.of(&[0, 0, 300_000]);
    outline.traits = vec![
        ("country".to_owned(), PropertyType::Text),
        ("birthday".to_owned(), PropertyType::Date),
        ("score".to_owned(), PropertyType::Number),
    ];
    outline.columns = vec![("stock".to_owned(), PropertyType::Number)];
    outline.offers = vec![
        offer("comeback", Codes::SingleUse, Wait::days(3), Some(Wait::days(20))),
        offer("thanks", Codes::Shared("THANKS".to_owned()), Wait::days(1), None),
    ];
    outline.limits = Limits {
        mails: draws.of(&[
            vec![],
            vec![Rate { most: 1, within: Wait::hours(20) }],
            vec![
                Rate { most: 1, within: Wait::hours(20) },
                Rate { most: 3, within: Wait::days(7) },
            ],
        ]),
        full: draws.of(&[Full::Skip, Full::Wait]),
        quiet: draws.of(&[None, window(21, 8)]),
        still_shopping: draws.of(&[None, Some(Wait::minutes(30))]),
    };
    outline.streams = streams(&outline);
    let pool = conditions();
    outline.segments = (0..1 + draws.below(3))
        .map(|n| Segment { name: format!("segment-{n}"), condition: draws.of(&pool) })
        .collect();
    outline.mails = vec!["mail".to_owned()];
    for n in 0..1 + draws.below(6) {
        let journey = journey(&outline, &mut draws, &pool, n);
        outline.journeys.push(journey);
    }
    let stock = |n: i64| Box::from([Some(Kept::Number(Amount::whole(n)))]);
    outline.experiments = experiments(&outline, case);
    // The last product is delisted.
    let rows = vec![(ProductId::of(PRODUCTS[0]), stock(3)), (ProductId::of(PRODUCTS[1]), stock(0))];
    let catalogue = Catalogue::new(outline.columns.clone(), rows);
    let mut world = World::new(Seed(case), IdKey(1), Program::new(outline));
    world.catalogue = catalogue.into();
    world = world.with_experiments_from(instant(EXPERIMENTS_FROM));
    for zone in ZONES {
        world.zone_named(zone).unwrap();
    }
    world
}

/// 2026-03-04T00:00Z: some enrolments have begun by then.
const EXPERIMENTS_FROM: i64 = 1_772_582_400_000;

/// A test of the last sending step of some journeys. Drawn from draws of their own: the journeys stay what they are.
fn experiments(outline: &Outline, case: u64) -> Vec<Experiment> {
    let mut draws = Draws::new(0xE4_9E, case);
    let mut all = Vec::new();
    for (journey, ix) in outline.journeys.iter().zip((0..).map(JourneyIx)) {
        let sends = |step: &Step| matches!(step.act, Act::Send(_));
        let Some(at) = journey.steps.iter().rposition(sends).filter(|_| draws.one_in(2)) else {
            continue;
        };
        let names = |all: &[&str]| all.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        let offers = vec![None, Some(OfferIx(0)), Some(OfferIx(1))];
        let offer =
            Factor::new("offer", names(&["none", "comeback", "thanks"]), 0, Sets::Offer(offers));
        let mut factors =
            vec![Factor::new("subject", names(&["plain", "named"]), 0, Sets::Words), offer];
        if matches!(journey.steps[at].begins, Begins::After(_)) && draws.one_in(2) {
            let waits = vec![Wait::hours(4), Wait::ZERO];
            factors.push(Factor::new("delay", names(&["late", "soon"]), 1, Sets::Delay(waits)));
        }
        let name = format!("experiment-{}", ix.0);
        all.push(Experiment {
            id: StableId::of("experiment", &name),
            name,
            journey: ix,
            step: StepIx(u8::try_from(at).unwrap()),
            holdout: draws.of(&[0, 500_000]),
            ends: draws.of(&[Wait::days(9), Wait::days(90)]),
            factors,
        });
    }
    all
}

fn topic(name: &str, basis: &[Basis], confirm: Confirm) -> Topic {
    Topic { name: name.into(), says: name.into(), basis: basis.to_vec(), confirm }
}

fn offer(name: &str, codes: Codes, lasts: Wait, once: Option<Wait>) -> Offer {
    let cost = Cost::Fixed(Money::from_minor(500));
    Offer { name: name.into(), says: name.into(), codes, lasts, once, cost }
}

const SPEND: StreamIx = StreamIx(0);
const VIEWS: StreamIx = StreamIx(1);
const ORDERS: StreamIx = StreamIx(2);
const DEAR: StreamIx = StreamIx(3);
const THINGS: StreamIx = StreamIx(4);
const LAST: StreamIx = StreamIx(5);
const CLICKS: StreamIx = StreamIx(6);

fn streams(outline: &Outline) -> Vec<Stream> {
    let (ordered, viewed) = (EventIx::ORDER_COMPLETED, EventIx::PRODUCT_VIEWED);
    let revenue = property(outline, ordered, "revenue").unwrap();
    let price = property(outline, viewed, "price").unwrap();
    let product = property(outline, viewed, "product_id").unwrap();
    let dear = [Op::Read(Source::Counted(price)), Op::Number(50.0), Op::Greater];
    let window = |days| Some(Wait::days(days));
    let of = |event, keeps, window| Stream { keeps, window, ..Stream::of(event) };
    vec![
        of(ordered, Keeps::Sum(revenue), window(30)),
        of(viewed, Keeps::Count, window(1)),
        Stream::of(ordered),
        Stream {
            filter: condition("event.price > 50", &dear),
            ..of(viewed, Keeps::Count, window(7))
        },
        of(viewed, Keeps::Distinct(product), window(2)),
        of(ordered, Keeps::Last(revenue), None),
        of(EventIx::EMAIL_LINK_CLICKED, Keeps::Count, window(5)),
    ]
}

/// Conditions that any journey, and any segment, may ask.
fn conditions() -> Vec<Condition> {
    let compare = |op: Op, number: f64, with: Op| vec![op, Op::Number(number), with];
    let day = Some(Wait::days(1));
    let asked = [
        compare(Op::CartItems, 0.0, Op::Greater),
        compare(Op::CartItems, 0.0, Op::Equal),
        compare(Op::CartValue, 60.0, Op::Greater),
        compare(Op::Sum(SPEND, Some(Wait::days(30))), 100.0, Op::Less),
        compare(Op::Count(VIEWS, day), 2.0, Op::GreaterOrEqual),
        compare(Op::Count(ORDERS, None), 0.0, Op::Greater),
        compare(Op::DaysSince(ORDERS), 3.0, Op::Greater),
        compare(Op::Count(DEAR, Some(Wait::days(7))), 1.0, Op::Less),
        compare(Op::Distinct(THINGS, Some(Wait::days(2))), 2.0, Op::GreaterOrEqual),
        compare(Op::Last(LAST), 50.0, Op::Greater),
        compare(Op::Count(CLICKS, Some(Wait::days(5))), 0.0, Op::Equal),
        compare(Op::FirstSeenDays, 4.0, Op::GreaterOrEqual),
        vec![Op::Has(Source::Trait(BIRTHDAY))],
        vec![Op::Truth(true)],
    ];
    let country = [Op::Text(Source::Trait(COUNTRY), Relation::Is, TextIx(0))];
    let country =
        Condition::new(country.to_vec(), vec!["GB".into()], "customer.country == 'GB'".into());
    let mut all: Vec<Condition> = asked.iter().map(|ops| condition("?", ops).unwrap()).collect();
    all.push(country.unwrap());
    // Both of two, and not one of them.
    let both = |a: usize, b: usize, not: bool| {
        let mut ops = [&asked[a][..], &asked[b], &[Op::And]].concat();
        ops.extend(not.then_some(Op::Not));
        condition("?", &ops).unwrap()
    };
    all.extend([both(5, 6, false), both(0, 11, true), both(4, 10, false), both(3, 8, true)]);
    all
}

fn journey(outline: &Outline, draws: &mut Draws, pool: &[Condition], number: u64) -> Journey {
    let start = start(outline, draws);
    let events: &[EventIx] = if let Start::On(events) = &start { events } else { &[] };
    let at = |name: &str| -> Vec<Option<PropertyIx>> {
        events.iter().map(|event| property(outline, *event, name)).collect()
    };
    let keys: Vec<&str> = ["order_id", "product_id", "topic"]
        .into_iter()
        .filter(|name| at(name).iter().any(Option::is_some))
        .collect();
    let carries = |event: &EventIx| {
        [EventIx::ORDER_COMPLETED, EventIx::CHECKOUT_STARTED, EventIx::PRODUCT_ADDED]
            .contains(event)
    };
    let (key, named) = match draws.below(3) {
        0 if !keys.is_empty() => {
            let name = draws.of(&keys);
            (KeyOf::Property(at(name)), Some(name))
        }
        1 if events.iter().any(carries) => (KeyOf::Products, Some("product_id")),
        _ => (KeyOf::Customer, None),
    };
    let listens = |draws: &mut Draws, names: &[EventIx]| {
        let on = draws.of(names);
        let found = named.and_then(|name| property(outline, on, name));
        let products = named == Some("product_id") && carries(&on);
        let same = (found.is_some() || products) && draws.one_in(2);
        Listen { on, same: same.then_some(Same { property: found, products }) }
    };
    let ends = [EventIx::ORDER_COMPLETED, EventIx::PRODUCT_REMOVED, EventIx::ORDER_CANCELLED];
    let mut stop: Vec<Listen> = Vec::new();
    for _ in 0..draws.below(3) {
        let listen = listens(draws, &ends);
        if stop.iter().all(|other| other.on != listen.on) {
            stop.push(listen);
        }
    }
    let steps = steps(draws, pool, (named, events), &listens);
    let goal = draws.one_in(2).then(|| Goal {
        on: vec![listens(draws, &[EventIx::ORDER_COMPLETED])],
        within: Wait::days(1 + u32::try_from(draws.below(10)).unwrap()),
        from: draws
            .one_in(2)
            .then(|| StepIx(u8::try_from(draws.below(steps.len() as u64)).unwrap())),
        value: vec![property(outline, EventIx::ORDER_COMPLETED, "revenue")],
    });
    let topic = TopicIx(u16::try_from(draws.below(3)).unwrap());
    let again = draws.of(&[
        Again::Never,
        Again::Always,
        Again::After(Wait::hours(20)),
        Again::After(Wait::days(7)),
    ]);
    let yields_to = (0..u16::try_from(number).unwrap()).map(JourneyIx);
    let yields_to = yields_to.filter(|_| draws.one_in(4)).collect();
    Journey {
        kind: Kind::Cart,
        key,
        // What conditions of steps read of the event: the first slot.
        reads: events.first().map_or(vec![], |_| vec![at("order_id")]),
        quiet: draws.of(&[None, None, Some(Wait::hours(1))]),
        when: draws.one_in(3).then(|| draws.of(pool)),
        holds: draws.one_in(3).then(|| draws.of(pool)),
        stop,
        yields_to,
        goal,
        ..Journey::new(&format!("journey-{number}"), topic, start, again, steps)
    }
}

fn start(outline: &Outline, draws: &mut Draws) -> Start {
    let events = [
        EventIx::PRODUCT_ADDED,
        EventIx::PRODUCT_VIEWED,
        EventIx::CHECKOUT_STARTED,
        EventIx::ORDER_COMPLETED,
        EventIx::CONSENT_REQUESTED,
        EventIx::EMAIL_OPENED,
    ];
    match draws.below(8) {
        0 | 1 => {
            let segment = draws.below(outline.segments.len() as u64);
            Start::Enters(SegmentIx(u16::try_from(segment).unwrap()))
        }
        2 => {
            let week = EveryDay::Week(draws.of(&[Days::ALL, Days::new(2).unwrap()]));
            let month = EveryDay::Month(MonthDays::new(0b100_0000_0000_0001).unwrap());
            let minute = draws.of(&[90, 600, 1_410]);
            Start::Every(Every { on: draws.of(&[week, month]), minute })
        }
        3 => Start::Date(BIRTHDAY, Yearly { before: draws.of(&[Wait::ZERO, Wait::days(7)]) }),
        _ => {
            let mut on = vec![draws.of(&events), draws.of(&events)];
            on.dedup();
            Start::On(on)
        }
    }
}

fn steps(
    draws: &mut Draws,
    pool: &[Condition],
    (named, events): (Option<&str>, &[EventIx]),
    listens: &impl Fn(&mut Draws, &[EventIx]) -> Listen,
) -> Vec<Step> {
    let of_the_event = Condition::new(
        vec![Op::Text(Source::Event(SlotIx(0)), Relation::Is, TextIx(0))],
        vec!["o-1".into()],
        "event.order_id == 'o-1'".into(),
    );
    let in_stock = [Op::Read(Source::Item(ColumnIx(0))), Op::Number(0.0), Op::Greater];
    let in_stock = condition("item.stock > 0", &in_stock).unwrap();
    let due = [Op::EventTime, Op::Number(2.0 * 86_400_000.0), Op::Add];
    let due = condition("event.time + days(2)", &due).unwrap();
    let (mut all, mut waits, mut paths) = (Vec::new(), 0u8, false);
    let count = 1 + draws.below(6);
    for n in 0..count {
        let path = if paths { draws.of(&[None, Some(PathIx(0)), Some(PathIx(1))]) } else { None };
        let act = match draws.below(9) {
            0 | 1 => {
                waits += 1;
                let on =
                    [EventIx::ORDER_DELIVERED, EventIx::PRODUCT_VIEWED, EventIx::ORDER_COMPLETED];
                let on = vec![listens(draws, &on)];
                let at_most = draws.of(&[Wait::hours(5), Wait::days(12), Wait::minutes(1)]);
                Act::WaitFor(WaitFor { on, at_most, number: waits - 1 })
            }
            2 if n + 1 < count => {
                paths = true;
                let row = |path, when| Row { path: PathIx(path), when };
                Act::Choose(vec![row(0, Some(draws.of(pool))), row(1, None)])
            }
            3 if n + 1 < count => {
                paths = true;
                let share = |path, weight| Share { path: PathIx(path), weight };
                Act::Split(vec![share(0, 50), share(1, 50)])
            }
            4 => Act::Set(vec![(COUNTRY, Kept::Text("GB".into()))]),
            5 => Act::Call("hook".to_owned()),
            6 if draws.one_in(4) => Act::Leave(TopicIx(0)),
            7 if n + 1 == count => Act::Stop("enough".to_owned()),
            _ => {
                let topic = TopicIx(u16::try_from(draws.below(3)).unwrap());
                let offer = draws.of(&[None, None, Some(OfferIx(0)), Some(OfferIx(1))]);
                let late = draws.of(&[Wait::hours(4), Wait::hours(6), Wait::days(2)]);
                Act::Send(Send { mail: MailIx(0), topic, kind: Kind::Cart, late, offer })
            }
        };
        let mut whens = vec![None, None, None, Some(draws.of(pool))];
        whens.extend((waits > 0).then(|| condition("came", &[Op::Came(0)])));
        whens.extend((!events.is_empty()).then(|| Some(of_the_event.clone().unwrap())));
        whens.extend((named == Some("product_id")).then(|| Some(in_stock.clone())));
        let after = draws.of(&[Wait::ZERO, Wait::minutes(30), Wait::hours(22), Wait::days(2)]);
        let begins = if draws.one_in(6) { Begins::Due(due.clone()) } else { Begins::After(after) };
        let between = Moment { clock: Clock::Between(window(9, 20).unwrap()), days: Days::ALL };
        let at = Moment { clock: Clock::At(600), days: Days::new(0b110).unwrap() };
        all.push(Step {
            begins,
            moment: draws.of(&[Moment::ANY, Moment::ANY, between, at]),
            when: draws.of(&whens),
            path,
            ..Step::new(&format!("step-{n}"), Wait::ZERO, act)
        });
    }
    all
}
