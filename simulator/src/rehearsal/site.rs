//! The shop's side: what people do becomes the events a shop would send, with the properties that a program can read.
//! An event nobody listens to is not furnished.

use super::said::{Said, is_read};
use crate::behaviour::catalogue::{Catalogue, ItemIx};
use crate::behaviour::key::{Happened, SessionKey, message_id};
use crate::behaviour::parcel::ParcelStep;
use crate::behaviour::shopper::{Cart, Order};
use crate::behaviour::{Heard, Scene};
use crate::population::Home;
use foresend_core::customer::input::{Event, Input, Origin};
use foresend_core::money::{Amount, Money};
use foresend_core::time::Timestamp;
use foresend_core::world::event::{EventIx, Property, PropertyIx, PropertyType};
use foresend_core::world::journey::Start;
use foresend_core::world::offer::Codes;
use foresend_core::world::program::Program;
use foresend_core::world::topic::{Basis, Confirm, Topic, TopicIx};
use foresend_core::world::value::{TraitIx, Value};

/// What a program listens to, and under which names.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Vocabulary {
    hears_views: bool,
    /// Some journey starts with a view.
    views_start: bool,
    /// Of the scenery.
    heard: Heard,
    viewed: OfItem,
    added: OfItem,
    removed: OfItem,
    checkout: [Option<PropertyIx>; 2],
    ordered: OfOrder,
    cancelled: OfOrder,
    delivered: OfOrder,
    refunded: OfOrder,
    /// The event by which people ask to be told when something is back: a program declares it.
    asked: Option<(EventIx, OfItem)>,
    back: OfItem,
    /// Topics that the form on the site asks for.
    topics: Vec<TopicIx>,
    /// Of a profile, as far as the program holds it.
    first_name: Option<TraitIx>,
    birthday: Option<TraitIx>,
    country: Option<TraitIx>,
    locale: Option<TraitIx>,
}

/// What a profile says: most traits, and how many of them are known.
pub(super) type Traits<'a> = ([(TraitIx, Option<Value<'a>>); 4], usize);

/// By which people ask to be told.
const STOCK_ALERT: &str = "Stock Alert Requested";

/// What an event says of one item.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct OfItem {
    price: Option<PropertyIx>,
    quantity: Option<PropertyIx>,
    product: Option<PropertyIx>,
    category: Option<PropertyIx>,
}

/// What an event says of an order.
#[derive(Clone, Copy, PartialEq, Debug)]
struct OfOrder {
    order: Option<PropertyIx>,
    /// `revenue`, `total`, `subtotal`.
    worth: [Option<PropertyIx>; 3],
    discount: Option<PropertyIx>,
    coupon: Option<PropertyIx>,
}

impl OfItem {
    /// Of what it names, what there is to say of `item`, which costs `price` here.
    pub(super) fn words<'a>(
        &self,
        catalogue: &'a Catalogue,
        item: ItemIx,
        price: Amount,
    ) -> ([Property<'a>; 4], usize) {
        let nothing = Property { name: PropertyIx(0), value: Value::Number(Amount::ZERO) };
        let (mut words, mut count) = ([nothing; 4], 0);
        let mut say = |name: Option<PropertyIx>, value| {
            if let Some(name) = name {
                words[count] = Property { name, value };
                count += 1;
            }
        };
        say(self.price, Value::Number(price));
        say(self.quantity, Value::Number(Amount::whole(1)));
        if self.product.is_some() || self.category.is_some() {
            let (product, category) = catalogue.names(item);
            say(self.product, Value::Text(product));
            if let Some(category) = category {
                say(self.category, Value::Text(category));
            }
        }
        (words, count)
    }
}

impl Vocabulary {
    /// What `program` listens to, with the properties that its decisions read.
    pub(super) fn of(program: &Program) -> Self {
        let sense = |event, property| is_read(program, event, property);
        Self::hearing(program, &sense, &|event| program.is_heard(event), &|ix| program.holds(ix))
    }

    /// Everything that a shop would send, whoever listens.
    pub(super) fn everything(program: &Program) -> Self {
        let all = Self::hearing(program, &|_, _| true, &|_| true, &|_| true);
        all.naming_views()
    }

    /// The same, in which every view has a message id, whether it may become a mail's origin or not.
    pub(super) fn naming_views(self) -> Self {
        Self { views_start: true, ..self }
    }

    fn hearing(
        program: &Program,
        is_read: &dyn Fn(EventIx, PropertyIx) -> bool,
        is_heard: &dyn Fn(EventIx) -> bool,
        is_held: &dyn Fn(TraitIx) -> bool,
    ) -> Self {
        let property = |event: EventIx, name: &str| {
            let event = program.events.get(usize::from(event.0))?;
            event.property(name).map(|(property, _)| property)
        };
        // These are said of most events: what nobody reads is left out.
        let read = |event, name| property(event, name).filter(|&p| is_read(event, p));
        let of_item = |event| OfItem {
            price: read(event, "price"),
            quantity: read(event, "quantity"),
            product: read(event, "product_id"),
            category: read(event, "category"),
        };
        let of_order = |event| OfOrder {
            order: property(event, "order_id"),
            worth: ["revenue", "total", "subtotal"].map(|name| property(event, name)),
            discount: property(event, "discount"),
            coupon: property(event, "coupon"),
        };
        let asked = program.event(STOCK_ALERT).filter(|&event| is_heard(event));
        let consented = [EventIx::CONSENT_REQUESTED, EventIx::CONSENT_GIVEN];
        let parcels = [EventIx::ORDER_CANCELLED, EventIx::ORDER_DELIVERED, EventIx::ORDER_REFUNDED];
        let topics = topics(program);
        let held = |wanted: &str, of: PropertyType| {
            let mut traits = (0u16..).map(TraitIx).zip(&program.traits);
            let found = traits.find(|(_, (name, is))| name == wanted && *is == of)?.0;
            is_held(found).then_some(found)
        };
        let any = |events: &[EventIx]| events.iter().any(|&event| is_heard(event));
        Self {
            hears_views: is_heard(EventIx::PRODUCT_VIEWED),
            views_start: starts_with(program, EventIx::PRODUCT_VIEWED),
            heard: Heard {
                parcels: any(&parcels),
                sign_ups: any(&consented) && !topics.is_empty(),
                stock: asked.is_some(),
            },
            viewed: of_item(EventIx::PRODUCT_VIEWED),
            added: of_item(EventIx::PRODUCT_ADDED),
            removed: of_item(EventIx::PRODUCT_REMOVED),
            cancelled: of_order(EventIx::ORDER_CANCELLED),
            delivered: of_order(EventIx::ORDER_DELIVERED),
            refunded: of_order(EventIx::ORDER_REFUNDED),
            asked: asked.map(|event| (event, of_item(event))),
            back: of_item(EventIx::BACK_IN_STOCK),
            topics,
            first_name: held("first_name", PropertyType::Text),
            birthday: held("birthday", PropertyType::Date),
            country: held("country", PropertyType::Text),
            locale: held("locale", PropertyType::Text),
            checkout: ["value", "revenue"].map(|name| property(EventIx::CHECKOUT_STARTED, name)),
            ordered: of_order(EventIx::ORDER_COMPLETED),
        }
    }

    /// Whether views need to be furnished.
    pub(super) const fn hears_views(&self) -> bool {
        self.hears_views
    }

    /// What a profile says of somebody.
    pub(super) fn traits<'a>(&self, scene: &Scene<'a>, home: &'a Home) -> Traits<'a> {
        let numbers = &scene.model.preset;
        let says = home.says.as_ref();
        let known = [
            self.first_name.map(|ix| (ix, Some(Value::Text(scene.person.first_name(numbers))))),
            self.birthday.map(|ix| (ix, scene.person.birthday(numbers).map(Value::Date))),
            self.country.map(|ix| (ix, says.map(|(country, _)| Value::Text(country)))),
            self.locale.map(|ix| (ix, says.map(|(_, locale)| Value::Text(locale)))),
        ];
        let (mut traits, mut count) = ([(TraitIx(0), None); 4], 0);
        for (ix, value) in known.into_iter().flatten().filter(|(_, value)| value.is_some()) {
            traits[count] = (ix, value);
            count += 1;
        }
        (traits, count)
    }

    /// What of the scenery needs to happen.
    pub(super) const fn heard(&self) -> Heard {
        self.heard
    }

    /// The topic that the form on the site asks for, for a uniform number.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below a length")]
    pub(super) fn topic(&self, unit: f64) -> TopicIx {
        let all = u16::try_from(self.topics.len()).expect("topics are numbered by 16 bits");
        self.topics[(unit * f64::from(all)) as usize]
    }

    /// A view, by far the commonest event: what it says is made and handed over in one piece. Of a certain item, or of
    /// what the person looks at then.
    pub(super) fn tell_view(
        &self,
        scene: &Scene<'_>,
        (session, view, item): (SessionKey, u16, Option<ItemIx>),
        (origin, at): (Origin, Timestamp),
        to: impl FnOnce(Input<'_>),
    ) {
        let name = EventIx::PRODUCT_VIEWED;
        let mut event = Event { name, origin, at, id: 0, properties: &[], products: &[] };
        if !self.hears_views {
            return to(Input::Event(event));
        }
        let catalogue = &scene.model.catalogue;
        let item = item.unwrap_or_else(|| catalogue.looks_at(scene.person, session, view));
        // An id costs the actor a look at those it has seen: only where it may become a mail's origin.
        if self.views_start {
            event.id = message_id(session, Happened::Viewed(view));
        }
        let line = catalogue.line(item);
        let words = self.viewed.words(catalogue, item, line.price);
        event.properties = &words.0[..words.1];
        event.products = std::slice::from_ref(&line);
        to(Input::Event(event));
    }

    pub(super) fn added<'a>(&self, scene: &Scene<'a>, cart: &Cart, line: u8) -> Said<'a> {
        let id = message_id(cart.key.session(), Happened::Added(line));
        let (item, price) = cart.holds(scene, line);
        Said::bare(EventIx::PRODUCT_ADDED, id).about(scene, &self.added, item, Some(price))
    }

    pub(super) fn removed<'a>(&self, scene: &Scene<'a>, cart: &Cart, line: u8) -> Said<'a> {
        let id = message_id(cart.key.session(), Happened::Removed);
        let (item, price) = cart.holds(scene, line);
        Said::bare(EventIx::PRODUCT_REMOVED, id).about(scene, &self.removed, item, Some(price))
    }

    pub(super) fn checkout_started<'a>(&self, scene: &Scene<'a>, cart: &Cart) -> Said<'a> {
        let value = Value::Number(cart.value.amount(scene.model.digits));
        let id = message_id(cart.key.session(), Happened::CheckoutStarted);
        Said::bare(EventIx::CHECKOUT_STARTED, id)
            .holding(cart.lines(scene))
            .with(self.checkout, [value; 2])
    }

    pub(super) fn ordered<'a>(
        &self,
        scene: &Scene<'a>,
        order: &Order,
        program: &'a Program,
    ) -> Said<'a> {
        let Order { cart, discount, offer } = order;
        let said =
            self.order_of(scene, cart.key.session(), order.paid()).holding(cart.lines(scene));
        match offer {
            None => said,
            Some(offer) => {
                let offer = &program.offers[usize::from(*offer)];
                let code = match &offer.codes {
                    Codes::Shared(code) => code,
                    // A pool never runs dry in a rehearsal, and its codes have no names.
                    Codes::SingleUse => &offer.name,
                };
                let discount = Value::Number(discount.amount(scene.model.digits));
                let names = [self.ordered.discount, self.ordered.coupon];
                said.with(names, [discount, Value::Text(code)])
            }
        }
    }

    pub(super) fn parcel<'a>(
        &self,
        scene: &Scene<'a>,
        order: SessionKey,
        step: ParcelStep,
        paid: Money,
    ) -> Said<'a> {
        let (event, of, happened) = match step {
            ParcelStep::Cancelled => {
                (EventIx::ORDER_CANCELLED, &self.cancelled, Happened::Cancelled)
            }
            ParcelStep::Delivered => {
                (EventIx::ORDER_DELIVERED, &self.delivered, Happened::Delivered)
            }
            ParcelStep::Refunded => (EventIx::ORDER_REFUNDED, &self.refunded, Happened::Refunded),
        };
        let paid = Value::Number(paid.amount(scene.model.digits));
        Said::bare(event, message_id(order, happened))
            .of_order(of.order, order)
            .with(of.worth, [paid; 3])
    }

    /// They ask to be told when what they viewed is back. `None`: nobody listens.
    pub(super) fn asked<'a>(
        &self,
        scene: &Scene<'a>,
        session: SessionKey,
        view: u16,
    ) -> Option<Said<'a>> {
        let (event, of) = self.asked.as_ref()?;
        let item = scene.model.catalogue.looks_at(scene.person, session, view);
        let id = message_id(session, Happened::Asked(view));
        Some(Said::bare(*event, id).about(scene, of, item, None))
    }

    pub(super) fn back<'a>(&self, scene: &Scene<'a>, session: SessionKey, view: u16) -> Said<'a> {
        let item = scene.model.catalogue.looks_at(scene.person, session, view);
        let id = message_id(session, Happened::Back(view));
        Said::bare(EventIx::BACK_IN_STOCK, id).about(scene, &self.back, item, None)
    }

    /// An order of which only the worth is known.
    pub(super) fn order_of<'a>(
        &self,
        scene: &Scene<'a>,
        order: SessionKey,
        paid: Money,
    ) -> Said<'a> {
        let paid = Value::Number(paid.amount(scene.model.digits));
        Said::bare(EventIx::ORDER_COMPLETED, message_id(order, Happened::Ordered))
            .of_order(self.ordered.order, order)
            .with(self.ordered.worth, [paid; 3])
    }
}

/// What the form on the site asks for: the topics that want a confirmation, or if there is none, that take consent.
fn topics(program: &Program) -> Vec<TopicIx> {
    let topics = || (0u16..).map(TopicIx).zip(&program.topics);
    let of = |wanted: &dyn Fn(&Topic) -> bool| -> Vec<TopicIx> {
        let consent = |topic: &Topic| topic.basis.contains(&Basis::Consent);
        topics().filter(|(_, t)| consent(t) && wanted(t)).map(|(ix, _)| ix).collect()
    };
    let double = of(&|topic| topic.confirm == Confirm::Double);
    if double.is_empty() { of(&|_| true) } else { double }
}

fn starts_with(program: &Program, event: EventIx) -> bool {
    program.journeys.iter().any(|journey| match &journey.start {
        Start::On(events) => events.contains(&event),
        Start::Enters(_) | Start::Date(..) | Start::Every(_) => false,
    })
}
