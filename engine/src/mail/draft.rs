//! A draft: everything that a mail is made from, taken from its customer at the hand-over, as plain data. Rendering
//! happens later and elsewhere, and asks nobody.

use crate::entry;
use foresend_core::calendar::Day;
use foresend_core::customer::Customer;
use foresend_core::customer::effect::Mailing;
use foresend_core::customer::input::Line;
use foresend_core::id::{CustomerId, ProductId, SendId};
use foresend_core::time::Timestamp;
use foresend_core::world::World;
use foresend_core::world::condition::Truth;
use foresend_core::world::experiment::{ExperimentIx, Variants};
use foresend_core::world::journey::{Act, Journey, MailIx, Send, Start};
use foresend_core::world::offer::{Codes, OfferIx};
use foresend_core::world::program::Program;
use foresend_core::world::topic::TopicIx;
use foresend_core::world::value::Kept;
use foresend_program::Compiled;
use std::sync::Arc;

/// Everything that a mail is made from.
#[derive(Clone, PartialEq, Debug)]
pub struct Draft {
    /// Whose.
    pub customer: CustomerId,
    /// Which mail, by the ids that the journal has.
    pub send: entry::Send,
    /// Its id for ever.
    pub id: SendId,
    /// The attempt that this is.
    pub attempt: u16,
    /// The id by which the shop knows the customer.
    pub user: String,
    /// Where it goes.
    pub address: String,
    /// The language and country for which values are written: "en-GB".
    pub locale: String,
    /// The program whose words it has.
    pub words: Arc<Compiled>,
    /// The journey's name.
    pub journey: String,
    /// The step's name.
    pub step: String,
    /// Its template.
    pub mail: MailIx,
    /// What it is about.
    pub topic: TopicIx,
    /// The offer that it carries, and the code for it.
    pub offer: Option<(OfferIx, Option<String>)>,
    /// The experiment on its step, and how it is to look.
    pub variants: Option<(ExperimentIx, Variants)>,
    /// What is in the cart.
    pub cart: Vec<Line>,
    /// The product that its enrolment is about; nothing says that there is one.
    pub item: ProductId,
    /// What the profile holds.
    pub traits: Vec<(String, Kept)>,
    /// What the event said that started the journey, as far as its mails read it.
    pub said: Vec<(String, Kept)>,
    /// When that event happened.
    pub event_day: Option<Day>,
    /// What the facts and segments came to that mails read; `None`: unknown.
    pub shown: Vec<(String, Option<Fact>)>,
    /// When it was planned to leave.
    pub planned: Timestamp,
    /// When it was handed over.
    pub now: Timestamp,
}

/// What a fact or a segment came to.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Fact {
    /// A number; infinite where something never happened.
    Number(f64),
    /// A yes-or-no.
    Truth(bool),
}

/// What a host keeps beside a customer to write to them.
#[derive(Clone, Debug)]
pub struct Contact<'a> {
    /// The id by which the shop knows the customer.
    pub user: &'a str,
    /// Where mail goes.
    pub address: &'a str,
    /// Their language and country, if they were told.
    pub locale: Option<&'a str>,
    /// What their profile holds.
    pub traits: Vec<(String, Kept)>,
}

impl Draft {
    /// The draft of what [`Effect::Transmit`](foresend_core::customer::effect::Effect::Transmit) asks to send, right
    /// after that was asked: `customer` has not gone on. `words` is the program that `world` runs.
    ///
    /// # Panics
    /// Where `mailing` is of another program: its step sends nothing there.
    #[must_use]
    pub fn take(
        (customer, world): (&Customer, &World),
        words: &Arc<Compiled>,
        contact: Contact<'_>,
        (mailing, attempt): (&Mailing, u16),
        now: Timestamp,
    ) -> Self {
        let program = &world.program;
        let (at, key) = (mailing.send, mailing.key);
        let journey = program.journey(at.journey);
        let step = &journey.steps[usize::from(at.step.0)];
        let variants = mailing
            .variants
            .and_then(|variants| program.experiment_on(at.journey).map(|(ix, _)| (ix, variants)));
        let facts = customer.facts(world, now);
        let shown = words.shown.iter().map(|shown| {
            let truth = || match shown.condition.read(&facts) {
                Truth::True => Some(Fact::Truth(true)),
                Truth::False => Some(Fact::Truth(false)),
                Truth::Unknown => None,
            };
            let number = || shown.condition.number(&facts).map(Fact::Number);
            (shown.name.clone(), if shown.is_segment { truth() } else { number() })
        });
        let said = properties(program, journey).into_iter().filter_map(|name| {
            let slot = program.slot(at.journey, name)?;
            let (_, value) = customer.said(at.journey, key).find(|(other, _)| *other == slot)?;
            Some((name.to_owned(), Kept::from(value)))
        });
        let zone = world.zone(customer.zone());
        let event_day = customer.event_time_of(at).and_then(|at| Day::numbered(zone.local_day(at)));
        Self {
            customer: customer.id(),
            send: entry::Send { journey: journey.id, step: step.id, enrolment: at.enrolment },
            id: mailing.id,
            attempt,
            user: contact.user.to_owned(),
            address: contact.address.to_owned(),
            locale: contact.locale.unwrap_or(&words.brand.locale).to_owned(),
            words: Arc::clone(words),
            journey: journey.name.clone(),
            step: step.name.clone(),
            mail: sent(program, &step.act, variants).mail,
            topic: mailing.topic,
            offer: mailing.offer.map(|offer| (offer, code(program, offer))),
            variants,
            cart: customer.cart_lines(now),
            item: ProductId(key.bits()),
            traits: contact.traits,
            said: said.collect(),
            event_day,
            shown: shown.collect(),
            planned: mailing.planned,
            now,
        }
    }
}

/// What a step sends, its variants taken into account.
fn sent(program: &Program, act: &Act, variants: Option<(ExperimentIx, Variants)>) -> Send {
    let written = match act {
        Act::Send(send) => *send,
        Act::WaitFor(_) | Act::Choose(_) | Act::Split(_) | Act::Set(_) | Act::Call(_) => {
            unreachable!("only a step that sends is transmitted")
        }
        Act::Leave(_) | Act::Stop(_) => unreachable!("only a step that sends is transmitted"),
    };
    variants.map_or(written, |(ix, variants)| program.experiment(ix).send(variants, written))
}

/// The code that everyone has. One of their own comes out of a pool, of which there is none: without one the last look
/// lets nothing leave.
fn code(program: &Program, offer: OfferIx) -> Option<String> {
    match &program.offer(offer).codes {
        Codes::Shared(code) => Some(code.clone()),
        Codes::SingleUse => None,
    }
}

/// The properties of the events that start a journey, each once.
fn properties<'a>(program: &'a Program, journey: &Journey) -> Vec<&'a str> {
    let mut all: Vec<&str> = Vec::new();
    let events = match &journey.start {
        Start::On(events) => events.as_slice(),
        Start::Enters(_) | Start::Date(..) | Start::Every(_) => &[],
    };
    for event in events {
        for (name, _) in &program.events[usize::from(event.0)].properties {
            if !all.contains(&name.as_str()) {
                all.push(name);
            }
        }
    }
    all
}
