//! One customer, whom the judges and the core ask for the same things: as values for an expression's own reckoning,
//! as [`Facts`] for the core, as variables for CEL. Her clock is UTC.

use foresend_core::calendar::Day;
use foresend_core::money::Amount;
use foresend_core::time::{Timestamp, Wait};
use foresend_core::world::condition::{Facts, Shown};
use foresend_core::world::event::{EventIx, PropertyIx};
use foresend_core::world::program::Program;
use foresend_core::world::stream::{Keeps, Stream, StreamIx};
use foresend_core::world::value::{Source, Value};
use std::collections::HashMap;

/// What a fact can be.
#[derive(Clone, Copy, Debug)]
pub(super) enum Known {
    Number(f64),
    /// It never happened: later than any number.
    Never,
    Unknown,
}

/// What is read of a place; `None`: there is none.
#[derive(Clone, Debug)]
pub(super) struct Values {
    pub(super) number: Option<f64>,
    pub(super) text: Option<String>,
    pub(super) date: Option<i32>,
    pub(super) truth: Option<bool>,
}

/// Facts, a cart, a profile, an item, and the event that started the journey.
#[derive(Clone, Debug)]
pub(super) struct Customer {
    pub(super) facts: [Known; 9],
    pub(super) cart: (f64, f64),
    /// In the order of [`ROOTS`].
    pub(super) values: [Values; 3],
    /// Own time of the event.
    pub(super) time: Timestamp,
}

pub(super) const NAMES: [&str; 9] = [
    "views",
    "orders_30d",
    "spend",
    "days_since_order",
    "days_since_look",
    "big_orders",
    "kinds_7d",
    "last_total",
    "age",
];

pub(super) const FACTS: &str = "
views            = \"count('Product Viewed')\"
orders_30d       = \"count('Order Completed', '30d')\"
spend            = \"sum('Order Completed', 'revenue')\"
days_since_order = \"days_since('Order Delivered')\"
days_since_look  = \"days_since('Product Clicked')\"
big_orders       = \"count('Order Completed', event.total >= 50 && event.coupon != 'x', '1y')\"
kinds_7d         = \"distinct('Product Viewed', 'category', '7d')\"
last_total       = \"last('Order Completed', 'total')\"
age              = \"first_seen_days()\"
";

/// Where values stand.
pub(super) const ROOTS: [&str; 3] = ["customer", "item", "event"];

/// What each root calls its number, its text, its date and its truth.
pub(super) const PARTS: [[&str; 4]; 3] = [
    ["points", "city", "birthday", "vip"],
    ["lasts_days", "season", "since", "fragile"],
    ["worth", "plan", "ends", "gift"],
];

pub(super) const DAY_MS: i64 = 86_400_000;
pub(super) const NOW: Timestamp = Timestamp::from_millis(1_772_409_600_000);

/// What the clock and calendar of UTC show, numbered as CEL numbers it.
pub(super) fn shown(shown: Shown, at: Timestamp) -> f64 {
    let at = jiff::tz::TimeZone::UTC
        .to_datetime(jiff::Timestamp::from_millisecond(at.millis()).unwrap());
    f64::from(match shown {
        Shown::Year => at.year(),
        Shown::Month => i16::from(at.month()) - 1,
        Shown::Date => i16::from(at.day()),
        Shown::DayOfMonth => i16::from(at.day()) - 1,
        Shown::DayOfWeek => i16::from(at.weekday().to_sunday_zero_offset()),
        Shown::DayOfYear => at.day_of_year() - 1,
        Shown::Hours => i16::from(at.hour()),
        Shown::Minutes => i16::from(at.minute()),
    })
}

impl Customer {
    /// What a name in a condition comes to: a number, 1 or 0 for a yes-or-no, milliseconds for an instant.
    pub(super) fn named(&self, name: &str) -> Option<f64> {
        if let Some(fact) = NAMES.iter().position(|fact| *fact == name) {
            return match self.facts[fact] {
                Known::Number(number) => Some(number),
                Known::Never => Some(f64::INFINITY),
                Known::Unknown => None,
            };
        }
        let (root, part) = name.split_once('.').expect("what is no fact stands somewhere");
        #[expect(clippy::cast_precision_loss, reason = "all of these instants are exact")]
        match (root, part) {
            ("cart", "items") => Some(self.cart.0),
            ("cart", "value") => Some(self.cart.1),
            ("event", "time") => Some(self.time.millis() as f64),
            _ => {
                let root = ROOTS.iter().position(|at| *at == root).expect("a root");
                let values = &self.values[root];
                match PARTS[root].iter().position(|at| *at == part) {
                    Some(0) => values.number,
                    Some(2) => values.date.map(|day| (i64::from(day) * DAY_MS) as f64),
                    Some(3) => values.truth.map(f64::from),
                    _ => panic!("{name} is named"),
                }
            }
        }
    }
}

/// The customer as the core asks for her.
pub(super) struct Reader<'a>(pub(super) &'a Customer, pub(super) &'a Program);

impl Reader<'_> {
    fn stream(&self, ix: StreamIx) -> &Stream {
        &self.1.streams[usize::from(ix.0)]
    }

    fn fact(&self, ix: StreamIx) -> Known {
        let stream = self.stream(ix);
        let at = match (stream.event, stream.keeps, stream.filter.is_some()) {
            (EventIx::PRODUCT_VIEWED, Keeps::Count, false) => 0,
            (EventIx::ORDER_COMPLETED, Keeps::Count, false) => 1,
            (EventIx::ORDER_COMPLETED, Keeps::Sum(_), false) => 2,
            (EventIx::ORDER_DELIVERED, Keeps::Count, false) => 3,
            (EventIx::PRODUCT_CLICKED, Keeps::Count, false) => 4,
            (EventIx::ORDER_COMPLETED, Keeps::Count, true) => 5,
            (EventIx::PRODUCT_VIEWED, Keeps::Distinct(_), false) => 6,
            (EventIx::ORDER_COMPLETED, Keeps::Last(_), false) => 7,
            other => panic!("no fact reads {other:?}"),
        };
        self.0.facts[at]
    }

    fn number(&self, stream: StreamIx) -> Option<f64> {
        match self.fact(stream) {
            Known::Number(number) => Some(number),
            Known::Unknown => None,
            Known::Never => panic!("only days since are ever never"),
        }
    }

    /// Which root, and what of it.
    fn place(&self, source: Source) -> (usize, &str) {
        match source {
            Source::Trait(ix) => (0, &self.1.traits[usize::from(ix.0)].0),
            Source::Item(ix) => (1, &self.1.columns[usize::from(ix.0)].0),
            Source::Event(slot) => {
                let property = self.1.journeys[0].reads[usize::from(slot.0)][0];
                (2, self.property(property.unwrap()))
            }
            // The event that is counted is the one that started the journey.
            Source::Counted(property) => (2, self.property(property)),
        }
    }

    fn property(&self, ix: PropertyIx) -> &str {
        let event = self.1.events.iter().find(|event| event.name == "Trial Started");
        &event.unwrap().properties[usize::from(ix.0)].0
    }
}

#[expect(clippy::cast_possible_truncation, reason = "half days are whole milliseconds")]
fn ago(days: f64) -> Timestamp {
    NOW.before(Wait::from_millis((days * 86_400_000.0) as i64))
}

impl Facts for Reader<'_> {
    fn came(&self, _: u8) -> bool {
        false
    }

    fn count(&self, ix: StreamIx, window: Option<Wait>) -> Option<f64> {
        let days = match (self.stream(ix).event, self.stream(ix).filter.is_some()) {
            (EventIx::ORDER_COMPLETED, true) => Some(365),
            (EventIx::ORDER_COMPLETED, false) => Some(30),
            (_, _) => None,
        };
        assert_eq!(window, days.map(Wait::days));
        self.number(ix)
    }

    fn sum(&self, ix: StreamIx, window: Option<Wait>) -> Option<f64> {
        assert_eq!(window, None);
        self.number(ix)
    }

    fn distinct(&self, ix: StreamIx, window: Option<Wait>) -> Option<f64> {
        assert_eq!(window, Some(Wait::days(7)));
        self.number(ix)
    }

    fn last_value(&self, ix: StreamIx) -> Option<f64> {
        self.number(ix)
    }

    fn last(&self, ix: StreamIx) -> Option<Timestamp> {
        match self.fact(ix) {
            Known::Number(days) => Some(ago(days)),
            Known::Never => Some(Timestamp::ALWAYS),
            Known::Unknown => None,
        }
    }

    fn first_seen(&self) -> Timestamp {
        match self.0.facts[8] {
            Known::Number(days) => ago(days),
            Known::Never | Known::Unknown => panic!("everyone was first seen at some time"),
        }
    }

    fn event_time(&self) -> Timestamp {
        self.0.time
    }

    #[expect(clippy::cast_possible_truncation, reason = "halves of small numbers")]
    fn value(&self, source: Source) -> Option<Value<'_>> {
        let (root, name) = self.place(source);
        let of = &self.0.values[root];
        match PARTS[root].iter().position(|part| *part == name).unwrap() {
            0 => of.number.map(|n| Value::Number(Amount::from_parts((n * 10_000.0) as i64))),
            1 => of.text.as_deref().map(Value::Text),
            2 => of.date.and_then(|day| Day::numbered(i64::from(day))).map(Value::Date),
            _ => of.truth.map(Value::Bool),
        }
    }

    fn midnight(&self, day: Day) -> Timestamp {
        Timestamp::from_millis(day.number() * DAY_MS)
    }

    fn shows(&self, asked: Shown, at: Timestamp) -> f64 {
        // Past the years that the calendar of this test knows there is nothing to hold.
        jiff::Timestamp::from_millisecond(at.millis()).map_or(f64::NAN, |_| shown(asked, at))
    }

    fn cart(&self) -> (f64, f64) {
        self.0.cart
    }

    fn at(&self) -> Timestamp {
        NOW
    }
}

/// A CEL value by what makes it.
fn made(text: &str) -> cel::Value {
    let program = cel::Program::compile(text).unwrap_or_else(|e| panic!("{text}: {e}"));
    program.execute(&cel::Context::default()).unwrap_or_else(|e| panic!("{text}: {e}"))
}

/// An instant of CEL.
fn instant(ms: i64) -> cel::Value {
    made(&format!("timestamp('{}')", jiff::Timestamp::from_millisecond(ms).unwrap()))
}

/// The customer as CEL asks for her. A value that is missing is no part of its map.
pub(super) fn context(of: &Customer) -> cel::Context<'static, 'static> {
    let mut context = cel::Context::default();
    for (name, fact) in NAMES.iter().zip(of.facts) {
        let value = match fact {
            Known::Number(number) => number,
            Known::Never => f64::INFINITY,
            // Only conditions that do not read it are asked.
            Known::Unknown => continue,
        };
        context.add_variable_from_value(*name, value);
    }
    let cart = [("items", of.cart.0), ("value", of.cart.1)];
    context.add_variable_from_value("cart", HashMap::from(cart));
    for ((root, parts), values) in ROOTS.iter().zip(PARTS).zip(&of.values) {
        let mut map: HashMap<&str, cel::Value> = HashMap::new();
        map.extend(values.number.map(|number| (parts[0], number.into())));
        map.extend(values.text.clone().map(|text| (parts[1], text.into())));
        map.extend(values.date.map(|day| (parts[2], instant(i64::from(day) * DAY_MS))));
        map.extend(values.truth.map(|truth| (parts[3], truth.into())));
        if *root == "event" {
            map.insert("time", instant(of.time.millis()));
        }
        context.add_variable_from_value(*root, map);
    }
    let span = |unit: f64| move |n: f64| made(&format!("duration('{}ms')", n * unit));
    context.add_function("days", span(86_400_000.0)).unwrap();
    context.add_function("hours", span(3_600_000.0)).unwrap();
    context
}
