//! One event as a shop would send it: its name, its properties, its products.
//!
//! Invariant: furnishing one allocates nothing.

use super::site::OfItem;
use crate::behaviour::Scene;
use crate::behaviour::catalogue::ItemIx;
use crate::behaviour::funnel::Lines;
use crate::behaviour::key::SessionKey;
use foresend_core::customer::input::{Event, Input, Line, Origin};
use foresend_core::money::Amount;
use foresend_core::time::Timestamp;
use foresend_core::world::event::{EventIx, Property, PropertyIx};
use foresend_core::world::journey::{Act, Journey, KeyOf, Listen, Start};
use foresend_core::world::program::Program;
use foresend_core::world::stream::Keeps;
use foresend_core::world::value::Value;

/// Whether a decision of `program` reads this property of `event`; in doubt it does.
pub(super) fn is_read(program: &Program, event: EventIx, property: PropertyIx) -> bool {
    let by_stream = program.streams.iter().filter(|stream| stream.event == event).any(|stream| {
        let kept = match stream.keeps {
            Keeps::Count => false,
            Keeps::Sum(of) | Keeps::Distinct(of) | Keeps::Last(of) => of == property,
        };
        kept || stream.filter.is_some()
    });
    by_stream || program.journeys.iter().any(|journey| reads(journey, event, property))
}

fn reads(journey: &Journey, event: EventIx, property: PropertyIx) -> bool {
    let starts: &[EventIx] = match &journey.start {
        Start::On(events) => events,
        Start::Enters(_) | Start::Date(..) | Start::Every(_) => &[],
    };
    let is = |places: &[Option<PropertyIx>]| {
        starts.iter().zip(places).any(|(on, place)| *on == event && *place == Some(property))
    };
    let by_key = match &journey.key {
        KeyOf::Property(places) => is(places),
        KeyOf::Customer | KeyOf::Products => false,
    };
    let same = |listen: &Listen| {
        listen.on == event && listen.same.is_some_and(|same| same.property == Some(property))
    };
    let waits = journey.steps.iter().any(|step| match &step.act {
        Act::WaitFor(wait) => wait.on.iter().any(same),
        Act::Send(_) | Act::Choose(_) | Act::Split(_) | Act::Set(_) => false,
        Act::Call(_) | Act::Leave(_) | Act::Stop(_) => false,
    });
    let by_goal = journey.goal.as_ref().is_some_and(|goal| {
        let mut valued = goal.on.iter().zip(&goal.value);
        goal.on.iter().any(same)
            || valued.any(|(listen, value)| listen.on == event && *value == Some(property))
    });
    by_key
        || journey.reads.iter().any(|places| is(places))
        || waits
        || by_goal
        || journey.stop.iter().any(same)
}

/// One event, furnished.
#[derive(Clone, Copy, Debug)]
pub(super) struct Said<'a> {
    name: EventIx,
    id: u64,
    words: [Property<'a>; WORDS_MAX],
    count: usize,
    /// The order that the first property names.
    order: Option<SessionKey>,
    products: Products,
}

/// Most properties of one event.
const WORDS_MAX: usize = 6;

#[derive(Clone, Copy, Debug)]
enum Products {
    None,
    One([Line; 1]),
    Lines(Lines),
}

impl<'a> Said<'a> {
    pub(super) const fn bare(name: EventIx, id: u64) -> Self {
        let nothing = Property { name: PropertyIx(0), value: Value::Number(Amount::ZERO) };
        let (words, products) = ([nothing; WORDS_MAX], Products::None);
        Self { name, id, words, count: 0, order: None, products }
    }

    pub(super) fn with<const N: usize>(
        mut self,
        names: [Option<PropertyIx>; N],
        values: [Value<'a>; N],
    ) -> Self {
        for (name, value) in names.into_iter().zip(values) {
            if let Some(name) = name {
                self.words[self.count] = Property { name, value };
                self.count += 1;
            }
        }
        self
    }

    /// It happened to this order: the first thing said.
    pub(super) fn of_order(self, name: Option<PropertyIx>, order: SessionKey) -> Self {
        assert_eq!(self.count, 0, "an order is named first");
        Self { order: name.map(|_| order), ..self.with([name], [Value::Text("")]) }
    }

    /// It happened to this item, which costs `price` here, or what it usually does.
    pub(super) fn about(
        mut self,
        scene: &Scene<'a>,
        of: &OfItem,
        item: ItemIx,
        price: Option<Amount>,
    ) -> Self {
        let catalogue = &scene.model.catalogue;
        let usual = catalogue.line(item);
        let line = Line { price: price.unwrap_or(usual.price), ..usual };
        self.products = Products::One([line]);
        let (words, count) = of.words(catalogue, item, line.price);
        self.words[..count].copy_from_slice(&words[..count]);
        self.count = count;
        self
    }

    /// It concerns these products.
    pub(super) fn holding(self, lines: Lines) -> Self {
        Self { products: Products::Lines(lines), ..self }
    }

    /// Hands it over as the input that says it.
    pub(super) fn tell(&self, origin: Origin, at: Timestamp, to: impl FnOnce(Input<'_>)) {
        let products = match &self.products {
            Products::None => &[][..],
            Products::One(line) => line,
            Products::Lines(lines) => lines,
        };
        let Self { name, id, count, .. } = *self;
        let event = |properties| Input::Event(Event { name, origin, at, id, properties, products });
        match self.order {
            None => to(event(&self.words[..count])),
            Some(order) => {
                let order = OrderId::of(order);
                let mut words = self.words;
                words[0].value = Value::Text(order.as_str());
                let Self { name, id, .. } = *self;
                let properties = &words[..count];
                to(Input::Event(Event { name, origin, at, id, properties, products }));
            }
        }
    }
}

/// An order's id as text, "o-42": the digits of its key, so that it is the same in every arm.
struct OrderId {
    text: [u8; 20],
    from: usize,
}

impl OrderId {
    fn of(order: SessionKey) -> Self {
        let mut id = Self { text: [0; 20], from: 20 };
        let mut left = order.key(); // below 2^50: 16 digits
        loop {
            id.push(b'0' + u8::try_from(left % 10).expect("a digit"));
            left /= 10;
            if left == 0 {
                break;
            }
        }
        id.push(b'-');
        id.push(b'o');
        id
    }

    const fn push(&mut self, byte: u8) {
        self.from -= 1;
        self.text[self.from] = byte;
    }

    fn as_str(&self) -> &str {
        std::str::from_utf8(&self.text[self.from..]).expect("ASCII")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use foresend_core::time::{Wait, Zone};
    use foresend_core::world::event::EventDef;
    use foresend_core::world::journey::{Again, Step};
    use foresend_core::world::program::Outline;
    use foresend_core::world::stream::Stream;
    use foresend_core::world::topic::{Basis, Confirm, Topic, TopicIx};

    #[test]
    fn what_a_fact_a_key_or_a_goal_reads_is_said() {
        let viewed = EventIx::PRODUCT_VIEWED;
        let of = |name| EventDef::builtin()[usize::from(viewed.0)].property(name).unwrap().0;
        let outline = Outline::new(Zone::named("UTC").unwrap(), "EUR", 2);
        let read = |outline: &Outline| {
            let program = Program::new(outline.clone());
            ["price", "quantity", "category", "product_id"]
                .map(|name| is_read(&program, viewed, of(name)))
        };
        assert_eq!(read(&outline), [false; 4]);
        let topics = vec![Topic {
            name: "offers".to_owned(),
            says: "Offers".to_owned(),
            basis: vec![Basis::Consent],
            confirm: Confirm::Single,
        }];
        let stop = vec![Step::new("stop", Wait::ZERO, Act::Stop("done".to_owned()))];
        let start = Start::On(vec![EventIx::PRODUCT_ADDED, viewed]);
        let journey = Journey {
            key: KeyOf::Property(vec![None, Some(of("product_id"))]),
            reads: vec![vec![None, Some(of("category"))]],
            ..Journey::new("j", TopicIx(0), start, Again::Always, stop)
        };
        let streams = vec![Stream { keeps: Keeps::Sum(of("price")), ..Stream::of(viewed) }];
        let outline = Outline { topics, streams, journeys: vec![journey], ..outline };
        assert_eq!(read(&outline), [true, false, true, true]);
    }

    #[test]
    fn an_orders_id_is_its_key() {
        for (key, id) in [
            (SessionKey::visit(0), "o-0"),
            (SessionKey::visit(42), "o-42"),
            (SessionKey::of_mail(u64::MAX).again(), "o-1125899906842623"),
        ] {
            assert_eq!(OrderId::of(key).as_str(), id);
        }
    }
}
