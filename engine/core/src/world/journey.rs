//! Journeys and their steps, compiled.

use super::condition::Condition;
use super::event::{EventIx, PropertyIx};
use super::topic::TopicIx;
use crate::id::StableId;
use crate::moment::Moment;
use crate::time::Wait;

/// A journey's place in a program's list, which is in order of priority, first first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct JourneyIx(pub u16);

/// A step's place in its journey.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct StepIx(pub u8);

/// A path's place among those of its journey: at most [`PATHS_MAX`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct PathIx(pub u8);

/// Most paths of a journey.
pub const PATHS_MAX: usize = 16;
/// Most steps of a journey that wait for an event.
pub const WAITS_MAX: usize = 16;

/// A mail's place in a program's list.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct MailIx(pub u16);

/// Who goes through it, and what happens to them.
#[derive(Clone, PartialEq, Debug)]
pub struct Journey {
    /// Its file's name.
    pub name: String,
    /// What it is known by for ever.
    pub id: StableId,
    /// Its file's `topic`.
    pub topic: TopicIx,
    /// What sort of mail it sends.
    pub kind: Kind,
    /// The events that start it.
    pub on: Vec<EventIx>,
    /// The start waits until the customer has caused no event for so long.
    pub quiet: Option<Wait>,
    /// `if`: read at the start only.
    pub when: Option<Condition>,
    /// `while`: read at the start, when a step comes due, after each move and in the last look.
    pub holds: Option<Condition>,
    /// When the same customer may start again.
    pub again: Again,
    /// The events that end it.
    pub stop: Vec<EventIx>,
    /// What it is for.
    pub goal: Option<Goal>,
    /// What happens, top to bottom; 1 to 200.
    pub steps: Vec<Step>,
}

/// When the same customer may start a journey again, counted from start to start.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Again {
    /// Once in a life.
    Never,
    /// At any time.
    Always,
    /// After so long.
    After(Wait),
}

/// What a journey is for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Goal {
    /// Any of these events reaches it.
    pub on: Vec<EventIx>,
    /// Counted over `(start, start + within]`.
    pub within: Wait,
    /// The property to sum, looked up in each event of `on`; absent there: nothing.
    pub value: Vec<Option<PropertyIx>>,
}

/// One act with its when and if.
#[derive(Clone, PartialEq, Debug)]
pub struct Step {
    /// Its `id` in the file.
    pub name: String,
    /// What it is known by for ever.
    pub id: StableId,
    /// Elapsed time since the step before it ended, or since the start.
    pub after: Wait,
    /// Moved forward to such a moment on the customer's clock.
    pub moment: Moment,
    /// `if`: read when due; false or unknown skips the step.
    pub when: Option<Condition>,
    /// The path it stands on; `None`: it runs on all.
    pub path: Option<PathIx>,
    /// What it does.
    pub act: Act,
}

/// What a step does.
#[derive(Clone, PartialEq, Debug)]
pub enum Act {
    /// Sends a mail.
    Send(Send),
    /// Waits until one of these events has happened after the start, or so long.
    WaitFor(WaitFor),
    /// Takes the first path whose condition is true; a row without one always is.
    Choose(Vec<Row>),
    /// Takes a path by chance, the same for that enrolment for ever.
    Split(Vec<Share>),
    /// Records an objection to a topic.
    Leave(TopicIx),
    /// Ends the enrolment, for this reason.
    Stop(String),
}

/// What a step waits for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WaitFor {
    /// Any of these.
    pub on: Vec<EventIx>,
    /// For so long at most, above zero.
    pub at_most: Wait,
    /// Which of the journey's waits it is, below [`WAITS_MAX`]: what `came` asks about.
    pub number: u8,
}

/// One row of a choice.
#[derive(Clone, PartialEq, Debug)]
pub struct Row {
    /// The path it leads to.
    pub path: PathIx,
    /// Its condition.
    pub when: Option<Condition>,
}

/// One share of a split.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Share {
    /// The path it leads to.
    pub path: PathIx,
    /// Its weight; all weights together are above zero.
    pub weight: u32,
}

/// A mail to send.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Send {
    /// Which mail.
    pub mail: MailIx,
    /// The step's topic, or its journey's.
    pub topic: TopicIx,
    /// What sort of mail it is.
    pub kind: Kind,
    /// Handed over later than this after its planned moment, it is skipped.
    pub late: Wait,
}

/// What sort of mail it is: for reports and rehearsal, never for a decision.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Kind {
    /// About a cart left behind.
    Cart,
    /// About things looked at.
    Browse,
    /// After a purchase; on a `contract` topic: about an order.
    Order,
    /// About one item: running low.
    Item,
    /// To someone who has gone quiet.
    Return,
    /// To someone new.
    Welcome,
    /// What somebody asked to be told.
    Alert,
    /// A letter to many.
    News,
    /// Settling something: a confirmation.
    Service,
}
