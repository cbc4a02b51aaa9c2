//! Calls for an engine: events as the shop's synthetic people cause them, in the same shares and with the same properties,
//! told of anybody at random: harder than visits, in which one customer's events follow each other. Nobody has an
//! address, so that no mail is measured with them.

use crate::shop::Shop;
use crate::told;
use foresend_core::chance::{bits, mix};
use foresend_core::id::{CustomerId, IdKey};
use foresend_core::time::Timestamp;
use foresend_engine::entry::{Call, ConsentTo, Entry, Line, Origin, Said, Told, Value, each};
use foresend_simulator::rehearsal;

/// Calls an append, as SDKs send them.
pub(crate) const CALLS: u32 = 100;
/// So many people's events are told again and again.
const PEOPLE: u32 = 100;

/// Customers, and what they may do.
pub(crate) struct Crowd {
    users: Vec<(CustomerId, String)>,
    /// What they may do, one entry after the other.
    events: Vec<u8>,
}

impl Crowd {
    /// `events`: of [`events`].
    pub(crate) fn of(customers: u32, key: IdKey, events: Vec<u8>) -> Self {
        let user = |number| {
            let user = format!("c-{number}");
            (CustomerId::of(key, &user), user)
        };
        Self { users: (0..customers).map(user).collect(), events }
    }

    pub(crate) fn len(&self) -> usize {
        self.users.len()
    }

    /// How a customer becomes known: a profile without an address, a consent, and a visit in which they look at two
    /// things, put one into the cart, and ask to be told when another is back. From there on one journey waits for
    /// that, and another for an hour of quiet. Returns how many entries that is.
    pub(crate) fn introduce(&self, customer: usize, now: Timestamp, into: &mut Vec<u8>) -> u32 {
        let (id, user) = &self.users[customer];
        let (traits, products) = (vec![("first_name", Value::Text("Ada"))], vec![LINE]);
        let track = |event, products| {
            let properties = vec![("product_id", Value::Text(LINE.product))];
            Said::Track { event, properties, products }
        };
        let all = [
            Said::Profile { traits, timezone: Some("Europe/London") },
            Said::Consent { topic: "offers", to: ConsentTo::Consent, cause: None, proof: "form" },
            track("Product Viewed", Vec::new()),
            track("Product Viewed", Vec::new()),
            track("Product Added", products),
            track("Stock Alert Requested", Vec::new()),
        ];
        let customer = u64::try_from(customer).expect("fits");
        let mut count = 0;
        for (said, number) in all.into_iter().zip(1..) {
            let message = mix(customer << 8 | number).max(1);
            let call = Call { user, message, at: now, origin: Origin::Live, said };
            Entry::Of(*id, Told::Call(call)).write(into).expect("short");
            count += 1;
        }
        count
    }

    /// Speaks for those of the first `customers`; `which` keeps speakers apart.
    pub(crate) fn speaker(&self, customers: usize, which: u64) -> Speaker<'_> {
        let events = each(&self.events).map(|raw| raw.and_then(|raw| raw.read()));
        let events = events.collect::<Result<Vec<_>, _>>().expect("entries of ours");
        let next = place(bits(2, which), events.len()); // so that not all say the same
        Speaker { users: &self.users[..customers], events, next, number: which << 40 }
    }
}

/// What the shop's people did on its site in two months, one entry after the other.
pub(crate) fn events() -> Vec<u8> {
    let shop = Shop::of(PEOPLE);
    let version = shop.version();
    let mut events = Vec::new();
    for life in &shop.lives {
        let is_event = |step: &&rehearsal::Step| matches!(step.told, rehearsal::Told::Event { .. });
        for step in life.lived.steps.iter().filter(is_event) {
            told::write(&shop, &version, life, step, &mut events);
        }
    }
    events
}

/// Makes events.
pub(crate) struct Speaker<'a> {
    users: &'a [(CustomerId, String)],
    events: Vec<Entry<'a>>,
    next: usize,
    number: u64,
}

impl Speaker<'_> {
    /// The next [`CALLS`] events, of now.
    pub(crate) fn speak(&mut self, now: Timestamp) -> Vec<u8> {
        let mut entries = Vec::with_capacity(200 * CALLS as usize);
        for _ in 0..CALLS {
            self.number += 1;
            let (id, user) = &self.users[place(bits(1, self.number), self.users.len())];
            let next = self.next % self.events.len();
            self.next = next + 1;
            let event = &mut self.events[next];
            if let Entry::Of(whom, Told::Call(call)) = event {
                (*whom, call.user, call.at) = (*id, user, now);
                call.origin = Origin::Live;
                call.message = mix(self.number).max(1);
            }
            event.write(&mut entries).expect("short");
        }
        entries
    }
}

fn place(drawn: u64, of: usize) -> usize {
    (((drawn >> 32) * of as u64) >> 32) as usize
}

/// A thing of the catalogue.
const LINE: Line<'_> = Line { product: "jf-0003", quantity: 1, price: 320_000 };
