//! A program as `apply` reads it: compiled, checked, immutable. [`Program::new`] adds the lookup from an event to
//! everything that hears it.

use super::event::{Cause, EventDef, EventIx};
use super::journey::{Act, Journey, JourneyIx};
use super::limit::Limits;
use super::stream::{Stream, StreamIx};
use super::topic::{Topic, TopicIx};
use crate::time::{Wait, Zone};

/// What a program is made of; [`Program::new`] makes it one.
#[derive(Clone, PartialEq, Debug)]
pub struct Outline {
    /// SHA-256 over its files.
    pub hash: [u8; 32],
    /// The zone of customers whose own we do not know.
    pub zone: Zone,
    /// Its currency's code.
    pub currency: String,
    /// How many minor digits the currency has.
    pub minor_digits: u8,
    /// A sale counts as "clicked" if it follows a human click by so much.
    pub credit: Wait,
    /// Built-in events, then those it declares.
    pub events: Vec<EventDef>,
    /// Topics.
    pub topics: Vec<Topic>,
    /// What must be remembered for facts; [`Program::new`] adds what stops and waits need.
    pub streams: Vec<Stream>,
    /// Limits on marketing.
    pub limits: Limits,
    /// Names of the mails.
    pub mails: Vec<String>,
    /// Journeys by priority.
    pub journeys: Vec<Journey>,
}

/// What hears an event.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Hears {
    pub(crate) streams: Vec<StreamIx>,
    pub(crate) starts: Vec<JourneyIx>,
    pub(crate) stops: Vec<JourneyIx>,
    pub(crate) goals: Vec<JourneyIx>,
    pub(crate) waits: Vec<JourneyIx>,
    pub(crate) cart: bool,
}

/// A compiled program.
#[derive(Clone, PartialEq, Debug)]
pub struct Program {
    outline: Outline,
    hears: Vec<Hears>,
    /// For each journey the streams that remember when its `stop` events last happened.
    last_stops: Vec<Vec<StreamIx>>,
}

impl std::ops::Deref for Program {
    type Target = Outline;

    fn deref(&self) -> &Outline {
        &self.outline
    }
}

impl Program {
    /// Indexes `outline`.
    ///
    /// # Panics
    /// Where an index in `outline` points nowhere, or a list is longer than its index type: the compiler of
    /// programs must have refused that.
    #[must_use]
    pub fn new(mut outline: Outline) -> Self {
        let mut last_stops = Vec::with_capacity(outline.journeys.len());
        for journey in &outline.journeys {
            let streams = &mut outline.streams;
            last_stops.push(journey.stop.iter().map(|&event| stream_of(streams, event)).collect());
            // A wait counts what came before its step was due, so that must be remembered.
            for event in waited_for(journey) {
                stream_of(streams, event);
            }
        }
        let mut hears = vec![Hears::default(); outline.events.len()];
        for (i, stream) in outline.streams.iter().enumerate() {
            let ix = StreamIx(u16::try_from(i).expect("check refuses more than 1,000 streams"));
            hears[usize::from(stream.event.0)].streams.push(ix);
        }
        for (i, journey) in outline.journeys.iter().enumerate() {
            let ix = JourneyIx(u16::try_from(i).expect("check refuses more than 1,000 journeys"));
            assert!(!journey.steps.is_empty() && journey.steps.len() <= 200, "{}", journey.name);
            for event in &journey.on {
                hears[usize::from(event.0)].starts.push(ix);
            }
            for event in &journey.stop {
                hears[usize::from(event.0)].stops.push(ix);
            }
            for event in waited_for(journey) {
                let waits = &mut hears[usize::from(event.0)].waits;
                if waits.last() != Some(&ix) {
                    waits.push(ix);
                }
            }
            for event in journey.goal.iter().flat_map(|goal| &goal.on) {
                hears[usize::from(event.0)].goals.push(ix);
            }
        }
        for event in [
            EventIx::PRODUCT_ADDED,
            EventIx::PRODUCT_REMOVED,
            EventIx::CART_VIEWED,
            EventIx::CHECKOUT_STARTED,
            EventIx::ORDER_COMPLETED,
        ] {
            hears[usize::from(event.0)].cart = true;
        }
        Self { outline, hears, last_stops }
    }

    /// The journey at `ix`.
    #[must_use]
    pub fn journey(&self, ix: JourneyIx) -> &Journey {
        &self.outline.journeys[usize::from(ix.0)]
    }

    /// The topic at `ix`.
    #[must_use]
    pub fn topic(&self, ix: TopicIx) -> &Topic {
        &self.outline.topics[usize::from(ix.0)]
    }

    /// The event called `name`, if a program knows it.
    #[must_use]
    pub fn event(&self, name: &str) -> Option<EventIx> {
        let at = self.outline.events.iter().position(|e| !e.name.is_empty() && e.name == name)?;
        u16::try_from(at).ok().map(EventIx)
    }

    /// Whether `event` shows that the customer is there: a live call of theirs.
    #[must_use]
    pub fn is_theirs(&self, event: EventIx) -> bool {
        self.outline.events[usize::from(event.0)].cause == Cause::Customer
    }

    /// Whether anything but "last seen" depends on `event`.
    #[must_use]
    pub fn is_heard(&self, event: EventIx) -> bool {
        let hears = self.hears(event);
        hears.cart
            || !(hears.streams.is_empty()
                && hears.starts.is_empty()
                && hears.stops.is_empty()
                && hears.goals.is_empty()
                && hears.waits.is_empty())
    }

    pub(crate) fn hears(&self, event: EventIx) -> &Hears {
        &self.hears[usize::from(event.0)]
    }

    /// The stream that remembers when `event` last happened, if one does.
    pub(crate) fn remembers(&self, event: EventIx) -> Option<StreamIx> {
        self.hears(event).streams.first().copied()
    }

    pub(crate) fn last_stops(&self, journey: JourneyIx) -> &[StreamIx] {
        &self.last_stops[usize::from(journey.0)]
    }
}

fn waited_for(journey: &Journey) -> impl Iterator<Item = EventIx> + '_ {
    let waits = journey.steps.iter().filter_map(|step| match &step.act {
        Act::WaitFor(wait) => Some(&wait.on),
        Act::Send(_) | Act::Choose(_) | Act::Split(_) | Act::Leave(_) | Act::Stop(_) => None,
    });
    waits.flatten().copied()
}

/// The stream that remembers when `event` last happened; made if no fact needs it.
fn stream_of(streams: &mut Vec<Stream>, event: EventIx) -> StreamIx {
    let at = streams.iter().position(|stream| stream.event == event).unwrap_or_else(|| {
        streams.push(Stream { event, property: None, window: None });
        streams.len() - 1
    });
    StreamIx(u16::try_from(at).expect("check refuses more than 1,000 streams"))
}
