//! The parts of a condition before anything has a number: histories by what they remember, texts as they are
//! written, properties of the event that starts a journey by name. [`Needs`](super::needs::Needs) numbers them.

use foresend_core::time::Wait;
use foresend_core::world::condition::{Condition, Op, Relation};
use foresend_core::world::event::{EventIx, PropertyIx};
use foresend_core::world::stream::Keeps;
use foresend_core::world::value::{ColumnIx, TraitIx};
use std::cmp::Ordering;

/// One part of a condition.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Piece {
    /// Names nothing that is numbered.
    Op(Op),
    Count(History, Option<Wait>),
    Sum(History, Option<Wait>),
    Distinct(History, Option<Wait>),
    Last(History),
    DaysSince(History),
    /// A number, a truth or an instant.
    Read(Place),
    Has(Place),
    Text(Place, Relation, String),
    SameText(Place, Place),
    Size(Place),
}

/// Where a value stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Place {
    /// A property of the event that started the enrolment.
    Event(String),
    /// A property of the event that is being counted.
    Counted(PropertyIx),
    Trait(TraitIx),
    Item(ColumnIx),
}

/// What a function remembers. Functions that remember the same share a stream.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct History {
    pub(crate) event: EventIx,
    pub(crate) keeps: Keeps,
    pub(crate) filter: Option<Filter>,
}

/// Which events are counted. Two that say the same are one, however they are written.
#[derive(Clone, Debug)]
pub(crate) struct Filter {
    condition: Condition,
    /// Its ops and texts, spelled: in the order of these, filters have one.
    key: String,
}

impl Piece {
    /// What it remembers, if it reads any history.
    pub(crate) const fn history(&self) -> Option<&History> {
        match self {
            Self::Count(history, _) | Self::Sum(history, _) | Self::Distinct(history, _) => {
                Some(history)
            }
            Self::Last(history) | Self::DaysSince(history) => Some(history),
            Self::Op(_) | Self::Read(_) | Self::Has(_) | Self::Text(..) | Self::SameText(..) => {
                None
            }
            Self::Size(_) => None,
        }
    }

    /// Over which window it is read; `None`: over all time, or it reads no history.
    pub(super) const fn window(&self) -> Option<Wait> {
        match self {
            Self::Count(_, window) | Self::Sum(_, window) | Self::Distinct(_, window) => *window,
            Self::Last(_) | Self::DaysSince(_) | Self::Op(_) | Self::Read(_) | Self::Has(_) => None,
            Self::Text(..) | Self::SameText(..) | Self::Size(_) => None,
        }
    }

    /// Where it reads values: at none, one or two places.
    pub(super) const fn places(&self) -> [Option<&Place>; 2] {
        match self {
            Self::Read(at) | Self::Has(at) | Self::Text(at, ..) | Self::Size(at) => {
                [Some(at), None]
            }
            Self::SameText(one, other) => [Some(one), Some(other)],
            Self::Op(_) | Self::Count(..) | Self::Sum(..) | Self::Distinct(..) => [None, None],
            Self::Last(_) | Self::DaysSince(_) => [None, None],
        }
    }
}

impl History {
    /// Every event of this name, with nothing kept but how many there were, and when the last was.
    pub(crate) const fn of(event: EventIx) -> Self {
        Self { event, keeps: Keeps::Count, filter: None }
    }
}

impl Filter {
    /// `condition` reads only the event that is counted. `texts`: those that it names.
    pub(super) fn new(condition: Condition, texts: &[Box<str>]) -> Self {
        let key = format!("{:?} {texts:?}", condition.ops());
        Self { condition, key }
    }

    pub(crate) const fn condition(&self) -> &Condition {
        &self.condition
    }
}

impl PartialEq for Filter {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Filter {}

impl PartialOrd for Filter {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Filter {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key.cmp(&other.key)
    }
}

/// The properties of the event that starts a journey which `pieces` read, each once, in the order of reading.
pub(super) fn event_properties(pieces: &[Piece]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for place in pieces.iter().flat_map(Piece::places).flatten() {
        match place {
            Place::Event(name) if !names.contains(name) => names.push(name.clone()),
            Place::Event(_) | Place::Counted(_) | Place::Trait(_) | Place::Item(_) => {}
        }
    }
    names
}
