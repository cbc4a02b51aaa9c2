//! The shop's side: what people do becomes the events a shop would send, with the properties that a program can read.
//! An event nobody listens to is not furnished.

use crate::behaviour::Scene;
use crate::behaviour::funnel::{CartEvent, Lines};
use crate::behaviour::shopper::Cart;
use crate::behaviour::visit::SessionKey;
use foresend_core::customer::input::{Event, Line, Origin};
use foresend_core::money::{Amount, Money};
use foresend_core::time::Timestamp;
use foresend_core::world::event::{EventIx, Property, PropertyIx};
use foresend_core::world::program::Program;

/// What a program listens to, and under which names.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Vocabulary {
    hears_views: bool,
    viewed: [Option<PropertyIx>; 2],
    added: [Option<PropertyIx>; 2],
    checkout: [Option<PropertyIx>; 2],
    ordered: [Option<PropertyIx>; 3],
}

impl Vocabulary {
    pub(super) fn of(program: &Program) -> Self {
        let property = |event: EventIx, name: &str| {
            let event = program.events.get(usize::from(event.0))?;
            event.property(name).map(|(property, _)| property)
        };
        let named = |event, names: [&str; 2]| names.map(|name| property(event, name));
        Self {
            hears_views: program.is_heard(EventIx::PRODUCT_VIEWED),
            viewed: named(EventIx::PRODUCT_VIEWED, ["price", "quantity"]),
            added: named(EventIx::PRODUCT_ADDED, ["price", "quantity"]),
            checkout: named(EventIx::CHECKOUT_STARTED, ["value", "revenue"]),
            ordered: ["revenue", "total", "subtotal"]
                .map(|name| property(EventIx::ORDER_COMPLETED, name)),
        }
    }

    /// Whether views need to be furnished.
    pub(super) const fn hears_views(&self) -> bool {
        self.hears_views
    }

    pub(super) fn viewed(&self, scene: &Scene<'_>, session: SessionKey, view: u16) -> Said {
        if !self.hears_views {
            return Said::bare(EventIx::PRODUCT_VIEWED);
        }
        let line = scene.model.catalogue.looks_at(scene.person, session, view);
        Said::bare(EventIx::PRODUCT_VIEWED)
            .with(self.viewed, [line.price, Amount::whole(1)])
            .about(line)
    }

    pub(super) fn added(&self, scene: &Scene<'_>, cart: &Cart, line: u8) -> Said {
        let added = cart.lines(scene)[usize::from(line)];
        Said {
            id: cart.key.message_id(CartEvent::Added(line)),
            ..Said::bare(EventIx::PRODUCT_ADDED)
        }
        .with(self.added, [added.price, Amount::whole(1)])
        .about(added)
    }

    pub(super) fn checkout_started(&self, scene: &Scene<'_>, cart: &Cart) -> Said {
        let value = cart.value.amount(scene.model.digits);
        let id = cart.key.message_id(CartEvent::CheckoutStarted);
        Said {
            id,
            products: Products::Lines(cart.lines(scene)),
            ..Said::bare(EventIx::CHECKOUT_STARTED)
        }
        .with(self.checkout, [value; 2])
    }

    pub(super) fn ordered(&self, scene: &Scene<'_>, cart: &Cart) -> Said {
        let products = Products::Lines(cart.lines(scene));
        Said { products, ..self.order_of(scene, cart.value) }
    }

    /// An order of which only the worth is known.
    pub(super) fn order_of(&self, scene: &Scene<'_>, value: Money) -> Said {
        let value = value.amount(scene.model.digits);
        Said::bare(EventIx::ORDER_COMPLETED).with(self.ordered, [value; 3])
    }
}

/// One event, furnished.
#[derive(Clone, Copy, Debug)]
pub(super) struct Said {
    name: EventIx,
    id: u64,
    properties: [Property; 3],
    count: usize,
    products: Products,
}

#[derive(Clone, Copy, Debug)]
enum Products {
    None,
    One([Line; 1]),
    Lines(Lines),
}

impl Said {
    const fn bare(name: EventIx) -> Self {
        let nothing = Property { name: PropertyIx(0), value: Amount::ZERO };
        Self { name, id: 0, properties: [nothing; 3], count: 0, products: Products::None }
    }

    fn with<const N: usize>(mut self, names: [Option<PropertyIx>; N], values: [Amount; N]) -> Self {
        for (name, value) in names.into_iter().zip(values) {
            if let Some(name) = name {
                self.properties[self.count] = Property { name, value };
                self.count += 1;
            }
        }
        self
    }

    const fn about(mut self, line: Line) -> Self {
        self.products = Products::One([line]);
        self
    }

    /// As an input says it.
    pub(super) fn event(&self, origin: Origin, at: Timestamp) -> Event<'_> {
        let products = match &self.products {
            Products::None => &[][..],
            Products::One(line) => line,
            Products::Lines(lines) => lines,
        };
        let properties = &self.properties[..self.count];
        Event { name: self.name, origin, at, id: self.id, properties, products }
    }
}
