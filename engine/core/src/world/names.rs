//! The stable ids of what a program names, each list in the order of the places. Snapshots are written and read by them, one
//! for every customer who comes and goes, so they are made once a program.

use super::event::EventIx;
use super::journey::{Journey, Same, Start};
use super::program::Outline;
use super::stream::{Keeps, Stream};
use crate::id::StableId;

/// Ids by place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Names {
    pub(crate) events: Vec<u32>,
    pub(crate) topics: Vec<u32>,
    pub(crate) traits: Vec<u32>,
    pub(crate) offers: Vec<u32>,
    pub(crate) segments: Vec<u32>,
    pub(crate) streams: Vec<u32>,
    /// Of what events are about: (event, property, whether by products).
    pub(crate) abouts: Vec<u32>,
    /// For each journey, of the properties that its slots are filled from.
    pub(crate) slots: Vec<Vec<u32>>,
}

impl Names {
    /// `about`: the events of which it is remembered what they were about.
    pub(super) fn of(outline: &Outline, about: &[(EventIx, Same)]) -> Self {
        let id = |kind, name: &str| StableId::of(kind, name).0;
        Self {
            events: outline.events.iter().map(|event| id("event", &event.name)).collect(),
            topics: outline.topics.iter().map(|topic| id("topic", &topic.name)).collect(),
            traits: outline.traits.iter().map(|(name, _)| id("trait", name)).collect(),
            offers: outline.offers.iter().map(|offer| id("offer", &offer.name)).collect(),
            segments: outline.segments.iter().map(|segment| id("segment", &segment.name)).collect(),
            streams: outline.streams.iter().map(|stream| stream_id(outline, stream)).collect(),
            abouts: about.iter().map(|about| about_id(outline, *about)).collect(),
            slots: outline.journeys.iter().map(|journey| slot_ids(outline, journey)).collect(),
        }
    }
}

fn stream_id(outline: &Outline, stream: &Stream) -> u32 {
    let event = &outline.events[usize::from(stream.event.0)];
    let property = |ix: u16| event.properties[usize::from(ix)].0.as_str();
    let (keeps, property) = match stream.keeps {
        Keeps::Count => ("", ""),
        Keeps::Sum(ix) => ("", property(ix.0)),
        Keeps::Distinct(ix) => ("\ndistinct", property(ix.0)),
        Keeps::Last(ix) => ("\nlast", property(ix.0)),
    };
    let filter =
        stream.filter.as_ref().map_or(String::new(), |filter| format!("\n{}", filter.text()));
    StableId::of("stream", &format!("{}\n{property}{keeps}{filter}", event.name)).0
}

fn about_id(outline: &Outline, (event, same): (EventIx, Same)) -> u32 {
    let event = &outline.events[usize::from(event.0)];
    let property = same.property.map_or("", |ix| event.properties[usize::from(ix.0)].0.as_str());
    let products = if same.products { "products" } else { "" };
    StableId::of("about", &format!("{}\n{property}\n{products}", event.name)).0
}

fn slot_ids(outline: &Outline, journey: &Journey) -> Vec<u32> {
    let events: &[EventIx] = match &journey.start {
        Start::On(events) => events,
        Start::Enters(_) | Start::Date(..) | Start::Every(_) => &[],
    };
    let id = |places: &Vec<_>| {
        let found = events.iter().zip(places).find_map(|(event, place)| Some((event, (*place)?)));
        let name = found.map_or("", |(event, property): (_, super::event::PropertyIx)| {
            let properties = &outline.events[usize::from(event.0)].properties;
            properties[usize::from(property.0)].0.as_str()
        });
        StableId::of("property", name).0
    };
    journey.reads.iter().map(id).collect()
}
