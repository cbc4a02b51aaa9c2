//! A program as `apply` reads it: compiled, checked, immutable. [`Program::new`] adds the lookup from an event to
//! everything that hears it.

use super::condition::{Condition, Op};
use super::event::{Cause, EventDef, EventIx, PropertyIx, PropertyType};
use super::experiment::{COMBINATIONS_MAX, Experiment, ExperimentIx};
use super::journey::{Act, Journey, JourneyIx, Listen, Same, SegmentIx, Start};
use super::limit::Limits;
use super::names::Names;
use super::offer::{Offer, OfferIx};
use super::stream::{Keeps, Stream, StreamIx};
use super::topic::{Topic, TopicIx};
use super::value::{SlotIx, Source, TraitIx};
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
    /// The share of customers that get no marketing, in millionths.
    pub holdout: u32,
    /// Topics.
    pub topics: Vec<Topic>,
    /// What a profile may hold.
    pub traits: Vec<(String, PropertyType)>,
    /// Columns of the catalogue that conditions read, in the order of
    /// [`ColumnIx`](super::value::ColumnIx).
    pub columns: Vec<(String, PropertyType)>,
    /// Incentives.
    pub offers: Vec<Offer>,
    /// Segments that journeys listen to.
    pub segments: Vec<Segment>,
    /// What must be remembered for facts; [`Program::new`] adds what stops and waits need.
    pub streams: Vec<Stream>,
    /// Limits on marketing.
    pub limits: Limits,
    /// Names of the mails.
    pub mails: Vec<String>,
    /// Journeys by priority.
    pub journeys: Vec<Journey>,
    /// Tests of steps of theirs, one a journey at most.
    pub experiments: Vec<Experiment>,
}

impl Outline {
    /// One with nothing in it yet: every event a program knows, and sales credited for 5 days.
    #[must_use]
    pub fn new(zone: Zone, currency: &str, minor_digits: u8) -> Self {
        Self {
            hash: [0; 32],
            zone,
            currency: currency.to_owned(),
            minor_digits,
            credit: Wait::days(5),
            events: EventDef::builtin(),
            holdout: 0,
            topics: Vec::new(),
            traits: Vec::new(),
            columns: Vec::new(),
            offers: Vec::new(),
            segments: Vec::new(),
            streams: Vec::new(),
            limits: Limits::default(),
            mails: Vec::new(),
            journeys: Vec::new(),
            experiments: Vec::new(),
        }
    }
}

/// A named condition that journeys listen to.
#[derive(Clone, PartialEq, Debug)]
pub struct Segment {
    /// Its name in program.toml.
    pub name: String,
    /// What it says.
    pub condition: Condition,
}

/// An event's place among those of which it is remembered what they were about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct AboutIx(pub(crate) u16);

/// What hears an event.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Hears {
    pub(crate) streams: Vec<StreamIx>,
    /// Segments whose truth it may change.
    pub(crate) segments: Vec<SegmentIx>,
    /// Where it says what it is about, as far as something listens for that.
    pub(crate) about: Vec<(AboutIx, Same)>,
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
    /// Events of which it is remembered what they were about.
    about: Vec<(EventIx, Same)>,
    /// Journeys that the calendar starts.
    by_calendar: Vec<JourneyIx>,
    /// For each segment the journeys that entering it starts.
    enterers: Vec<Vec<JourneyIx>>,
    /// For each journey those that yield to it.
    yielders: Vec<Vec<JourneyIx>>,
    /// For each journey its experiment; empty if there is none at all.
    tested: Vec<Option<ExperimentIx>>,
    /// Traits that decisions read or set: only those are held.
    held: Vec<bool>,
    names: Names,
}

impl std::ops::Deref for Program {
    type Target = Outline;

    fn deref(&self) -> &Outline {
        &self.outline
    }
}

impl Program {
    /// Whether it decides as `other` does in everything: the texts may be spelled otherwise.
    #[must_use]
    pub fn decides_like(&self, other: &Self) -> bool {
        // What is indexed follows from the outline.
        Outline { hash: other.outline.hash, ..self.outline.clone() } == other.outline
    }

    /// Indexes `outline`.
    ///
    /// # Panics
    /// Where an index in `outline` points nowhere, or a list is longer than its index type: the compiler of
    /// programs must have refused that.
    #[must_use]
    pub fn new(mut outline: Outline) -> Self {
        let mut about: Vec<(EventIx, Same)> = Vec::new();
        for journey in &outline.journeys {
            // A start looks back for stops, and a wait counts what came before its step was due: both must be
            // remembered.
            for &listen in journey.stop.iter().chain(waited_for(journey)) {
                match listen.same {
                    None => {
                        stream_of(&mut outline.streams, listen.on);
                    }
                    Some(same) if about.contains(&(listen.on, same)) => {}
                    Some(same) => about.push((listen.on, same)),
                }
            }
        }
        let hears = hears(&outline, &about);
        let journeys = || (0u16..).map(JourneyIx).zip(&outline.journeys);
        let starting = |start: &dyn Fn(&Start) -> bool| -> Vec<JourneyIx> {
            journeys().filter(|(_, journey)| start(&journey.start)).map(|(ix, _)| ix).collect()
        };
        let by_calendar = starting(&|start| matches!(start, Start::Date(..) | Start::Every(_)));
        let segments = (0u16..).map(SegmentIx).take(outline.segments.len());
        let enterers = segments.map(|ix| starting(&|start| *start == Start::Enters(ix))).collect();
        let yielders = journeys()
            .map(|(ix, _)| {
                let yields = journeys().filter(|(_, other)| other.yields_to.contains(&ix));
                yields.map(|(other, _)| other).collect()
            })
            .collect();
        let (held, tested) = (held(&outline), tested(&outline));
        let names = Names::of(&outline, &about);
        Self { outline, hears, about, by_calendar, enterers, yielders, tested, held, names }
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

    /// The offer at `ix`.
    #[must_use]
    pub fn offer(&self, ix: OfferIx) -> &Offer {
        &self.outline.offers[usize::from(ix.0)]
    }

    /// The experiment at `ix`.
    #[must_use]
    pub fn experiment(&self, ix: ExperimentIx) -> &Experiment {
        &self.outline.experiments[usize::from(ix.0)]
    }

    /// The experiment that tests a step of `journey`, if one does.
    #[must_use]
    pub fn experiment_on(&self, journey: JourneyIx) -> Option<(ExperimentIx, &Experiment)> {
        let ix = (*self.tested.get(usize::from(journey.0))?)?;
        Some((ix, self.experiment(ix)))
    }

    /// The segment at `ix`.
    #[must_use]
    pub fn segment(&self, ix: SegmentIx) -> &Segment {
        &self.outline.segments[usize::from(ix.0)]
    }

    /// The event called `name`, if a program knows it.
    #[must_use]
    pub fn event(&self, name: &str) -> Option<EventIx> {
        let at = self.outline.events.iter().position(|e| !e.name.is_empty() && e.name == name)?;
        u16::try_from(at).ok().map(EventIx)
    }

    /// Where `journey` keeps a property of the event that starts it, if something reads that property.
    #[must_use]
    pub fn slot(&self, journey: JourneyIx, property: &str) -> Option<SlotIx> {
        let journey = self.journey(journey);
        let events: &[EventIx] = match &journey.start {
            Start::On(events) => events,
            Start::Enters(_) | Start::Date(..) | Start::Every(_) => &[],
        };
        let is = |(event, place): (&EventIx, &Option<PropertyIx>)| {
            let properties = &self.outline.events[usize::from(event.0)].properties;
            let found = place.and_then(|place| properties.get(usize::from(place.0)));
            found.is_some_and(|(name, _)| name == property)
        };
        let at = journey.reads.iter().position(|places| events.iter().zip(places).any(is))?;
        u8::try_from(at).ok().map(SlotIx)
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
                && hears.about.is_empty()
                && hears.starts.is_empty()
                && hears.stops.is_empty()
                && hears.goals.is_empty()
                && hears.waits.is_empty())
    }

    /// The events that may change the truth of the segment.
    pub fn turned_by(&self, segment: SegmentIx) -> impl Iterator<Item = EventIx> + '_ {
        let hears = (0u16..).map(EventIx).zip(&self.hears);
        hears.filter(move |(_, hears)| hears.segments.contains(&segment)).map(|(event, _)| event)
    }

    /// Whether decisions read or set the trait: only such traits are held.
    #[must_use]
    pub fn holds(&self, ix: TraitIx) -> bool {
        self.held.get(usize::from(ix.0)).copied().unwrap_or(false)
    }

    pub(crate) fn hears(&self, event: EventIx) -> &Hears {
        &self.hears[usize::from(event.0)]
    }

    /// The stream that remembers when `event` last happened, if one does.
    pub(crate) fn remembers(&self, event: EventIx) -> Option<StreamIx> {
        let knows = |ix: &&StreamIx| tells_the_last(&self.outline.streams[usize::from(ix.0)]);
        self.hears(event).streams.iter().find(knows).copied()
    }

    /// Under which number it is remembered what `event` was about.
    pub(crate) fn about(&self, event: EventIx, same: Same) -> Option<AboutIx> {
        self.hears(event).about.iter().find(|(_, other)| *other == same).map(|(ix, _)| *ix)
    }

    /// The stable ids of what it names.
    pub(crate) fn names(&self) -> &Names {
        &self.names
    }

    pub(crate) fn by_calendar(&self) -> &[JourneyIx] {
        &self.by_calendar
    }

    pub(crate) fn enterers(&self, ix: SegmentIx) -> &[JourneyIx] {
        &self.enterers[usize::from(ix.0)]
    }

    pub(crate) fn yielders(&self, ix: JourneyIx) -> &[JourneyIx] {
        &self.yielders[usize::from(ix.0)]
    }
}

/// For each event what hears it.
fn hears(outline: &Outline, about: &[(EventIx, Same)]) -> Vec<Hears> {
    let mut hears = vec![Hears::default(); outline.events.len()];
    for (i, stream) in outline.streams.iter().enumerate() {
        let ix = StreamIx(u16::try_from(i).expect("check refuses more than 1,000 streams"));
        hears[usize::from(stream.event.0)].streams.push(ix);
    }
    for (i, &(event, same)) in about.iter().enumerate() {
        let ix = AboutIx(u16::try_from(i).expect("there are at most two a listener"));
        hears[usize::from(event.0)].about.push((ix, same));
    }
    for event in CART {
        hears[usize::from(event.0)].cart = true;
    }
    for (i, segment) in outline.segments.iter().enumerate() {
        let ix = SegmentIx(u16::try_from(i).expect("check refuses more than 1,000 segments"));
        let (streams, cart) = reads(&segment.condition);
        let of_streams = streams.iter().map(|stream| outline.streams[usize::from(stream.0)].event);
        for event in of_streams.chain(CART.into_iter().filter(|_| cart)) {
            let heard = &mut hears[usize::from(event.0)].segments;
            if heard.last() != Some(&ix) {
                heard.push(ix);
            }
        }
    }
    for (i, journey) in outline.journeys.iter().enumerate() {
        let ix = JourneyIx(u16::try_from(i).expect("check refuses more than 1,000 journeys"));
        assert!(!journey.steps.is_empty() && journey.steps.len() <= 200, "{}", journey.name);
        let starts: &[EventIx] = match &journey.start {
            Start::On(events) => events,
            Start::Enters(_) | Start::Date(..) | Start::Every(_) => &[],
        };
        for event in starts {
            hears[usize::from(event.0)].starts.push(ix);
        }
        for stop in &journey.stop {
            hears[usize::from(stop.on.0)].stops.push(ix);
        }
        for wait in waited_for(journey) {
            let waits = &mut hears[usize::from(wait.on.0)].waits;
            if waits.last() != Some(&ix) {
                waits.push(ix);
            }
        }
        for goal in journey.goal.iter().flat_map(|goal| &goal.on) {
            hears[usize::from(goal.on.0)].goals.push(ix);
        }
    }
    hears
}

/// Events that change what the cart holds.
const CART: [EventIx; 5] = [
    EventIx::PRODUCT_ADDED,
    EventIx::PRODUCT_REMOVED,
    EventIx::CART_VIEWED,
    EventIx::CHECKOUT_STARTED,
    EventIx::ORDER_COMPLETED,
];

/// The streams that a condition reads, and whether it reads the cart.
fn reads(condition: &Condition) -> (Vec<StreamIx>, bool) {
    let streams = condition.ops().iter().filter_map(|op| op.stream()).collect();
    let cart = condition.ops().iter().any(|op| matches!(op, Op::CartItems | Op::CartValue));
    (streams, cart)
}

fn waited_for(journey: &Journey) -> impl Iterator<Item = &Listen> {
    let waits = journey.steps.iter().filter_map(|step| match &step.act {
        Act::WaitFor(wait) => Some(&wait.on),
        Act::Send(_) | Act::Choose(_) | Act::Split(_) | Act::Set(_) => None,
        Act::Call(_) | Act::Leave(_) | Act::Stop(_) => None,
    });
    waits.flatten()
}

fn tells_the_last(stream: &Stream) -> bool {
    stream.filter.is_none() && matches!(stream.keeps, Keeps::Count | Keeps::Sum(_))
}

/// The stream that remembers when `event` last happened; made if no fact needs it.
fn stream_of(streams: &mut Vec<Stream>, event: EventIx) -> StreamIx {
    let fits = |stream: &Stream| stream.event == event && tells_the_last(stream);
    let at = streams.iter().position(fits).unwrap_or_else(|| {
        streams.push(Stream::of(event));
        streams.len() - 1
    });
    StreamIx(u16::try_from(at).expect("check refuses more than 1,000 streams"))
}

/// For each journey its experiment.
fn tested(outline: &Outline) -> Vec<Option<ExperimentIx>> {
    let journeys = if outline.experiments.is_empty() { 0 } else { outline.journeys.len() };
    let mut tested = vec![None; journeys];
    for (experiment, ix) in outline.experiments.iter().zip((0u8..=u8::MAX).map(ExperimentIx)) {
        let (name, journey) = (&experiment.name, usize::from(experiment.journey.0));
        assert!(experiment.combinations() <= COMBINATIONS_MAX, "{name}");
        assert!(tested[journey].is_none(), "{name} is the second of its journey");
        let step = &outline.journeys[journey].steps[usize::from(experiment.step.0)];
        assert!(matches!(step.act, Act::Send(_)), "{name} tests a step that sends nothing");
        tested[journey] = Some(ix);
    }
    tested
}

/// Which traits decisions read or set.
fn held(outline: &Outline) -> Vec<bool> {
    let mut held = vec![false; outline.traits.len()];
    let mut hold = |ix: TraitIx| held[usize::from(ix.0)] = true;
    let segments = outline.segments.iter().map(|segment| &segment.condition);
    let filters = outline.streams.iter().filter_map(|stream| stream.filter.as_ref());
    let conditions = outline.journeys.iter().flat_map(Journey::conditions);
    for op in conditions.chain(segments).chain(filters).flat_map(Condition::ops) {
        for source in op.sources().into_iter().flatten() {
            match source {
                Source::Trait(ix) => hold(ix),
                Source::Event(_) | Source::Counted(_) | Source::Item(_) => {}
            }
        }
    }
    for journey in &outline.journeys {
        match journey.start {
            Start::Date(ix, _) => hold(ix),
            Start::On(_) | Start::Enters(_) | Start::Every(_) => {}
        }
        for step in &journey.steps {
            match &step.act {
                Act::Set(traits) => traits.iter().for_each(|(ix, _)| hold(*ix)),
                Act::Send(_) | Act::WaitFor(_) | Act::Choose(_) | Act::Split(_) => {}
                Act::Call(_) | Act::Leave(_) | Act::Stop(_) => {}
            }
        }
    }
    held
}
