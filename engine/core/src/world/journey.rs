//! Journeys and their steps, compiled.

use super::condition::Condition;
use super::event::{EventIx, PropertyIx};
use super::offer::OfferIx;
use super::topic::TopicIx;
use super::value::{Kept, TraitIx};
use crate::calendar::{Every, Yearly};
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
    /// What starts it.
    pub start: Start,
    /// What tells its enrolments of one customer apart.
    pub key: KeyOf,
    /// Properties of the event that starts it which conditions read, in the order of
    /// [`SlotIx`](super::value::SlotIx): for each event of [`Start::On`] where it stands there, if it does.
    pub reads: Vec<Vec<Option<PropertyIx>>>,
    /// The start waits until the customer has caused no event for so long.
    pub quiet: Option<Wait>,
    /// `if`: read at the start only.
    pub when: Option<Condition>,
    /// `while`: read at the start, when a step comes due, after each move and in the last look.
    pub holds: Option<Condition>,
    /// When the same customer may start again.
    pub again: Again,
    /// The events that end it.
    pub stop: Vec<Listen>,
    /// It does not start, and ends, while the customer is enrolled in one of these.
    pub yields_to: Vec<JourneyIx>,
    /// What it is for.
    pub goal: Option<Goal>,
    /// What happens, top to bottom; 1 to 200.
    pub steps: Vec<Step>,
}

impl Journey {
    /// One of these steps that starts so, with nothing else said of it.
    #[must_use]
    pub fn new(name: &str, topic: TopicIx, start: Start, again: Again, steps: Vec<Step>) -> Self {
        Self {
            name: name.to_owned(),
            id: StableId::of("journey", name),
            topic,
            kind: Kind::News,
            start,
            key: KeyOf::Customer,
            reads: Vec::new(),
            quiet: None,
            when: None,
            holds: None,
            again,
            stop: Vec::new(),
            yields_to: Vec::new(),
            goal: None,
            steps,
        }
    }

    /// Every condition that it reads.
    pub fn conditions(&self) -> impl Iterator<Item = &Condition> {
        let of_steps = self.steps.iter().flat_map(|step| {
            let rows: &[Row] = match &step.act {
                Act::Choose(rows) => rows,
                Act::Send(_) | Act::WaitFor(_) | Act::Split(_) | Act::Set(_) => &[],
                Act::Call(_) | Act::Leave(_) | Act::Stop(_) => &[],
            };
            let due = match &step.begins {
                Begins::Due(due) => Some(due),
                Begins::After(_) => None,
            };
            step.when.iter().chain(due).chain(rows.iter().filter_map(|row| row.when.as_ref()))
        });
        self.when.iter().chain(&self.holds).chain(of_steps)
    }
}

/// What starts a journey.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Start {
    /// One of these events.
    On(Vec<EventIx>),
    /// A segment turns from false to true.
    Enters(SegmentIx),
    /// The anniversary of a trait, or so long before it.
    Date(TraitIx, Yearly),
    /// A day and a time of the customer's clock.
    Every(Every),
}

/// A segment's place in the list of those that journeys listen to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SegmentIx(pub u16);

/// What tells enrolments of one customer in one journey apart.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum KeyOf {
    /// Nothing: one at a time. Of a start by the calendar: its day.
    Customer,
    /// This property of the event; for each event of [`Start::On`] where it stands there.
    Property(Vec<Option<PropertyIx>>),
    /// Each product of the event has an enrolment of its own.
    Products,
}

/// An event that is listened for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Listen {
    /// The event.
    pub on: EventIx,
    /// Only if it is about what the enrolment is about.
    pub same: Option<Same>,
}

impl Listen {
    /// The event, whatever it is about.
    #[must_use]
    pub const fn any(on: EventIx) -> Self {
        Self { on, same: None }
    }
}

/// Where an event says what it is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Same {
    /// In this property.
    pub property: Option<PropertyIx>,
    /// In one of its products.
    pub products: bool,
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
    pub on: Vec<Listen>,
    /// Counted over `(start, start + within]`.
    pub within: Wait,
    /// Counted from the moment this step came due, not from the start.
    pub from: Option<StepIx>,
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
    /// When it comes due, before it is moved.
    pub begins: Begins,
    /// Moved forward to such a moment on the customer's clock.
    pub moment: Moment,
    /// `if`: read when due; false or unknown skips the step.
    pub when: Option<Condition>,
    /// The path it stands on; `None`: it runs on all.
    pub path: Option<PathIx>,
    /// What it does.
    pub act: Act,
}

impl Step {
    /// One that comes due so long after the one before, with nothing else said of it.
    #[must_use]
    pub fn new(name: &str, after: Wait, act: Act) -> Self {
        Self {
            name: name.to_owned(),
            id: StableId::of("step", name),
            begins: Begins::After(after),
            moment: Moment::ANY,
            when: None,
            path: None,
            act,
        }
    }
}

/// When a step comes due.
#[derive(Clone, PartialEq, Debug)]
pub enum Begins {
    /// So long after the step before it ended, or after the start.
    After(Wait),
    /// At the instant this comes to; in the past: at once.
    Due(Condition),
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
    /// Gives traits of the customer these values.
    Set(Vec<(TraitIx, Kept)>),
    /// Calls the webhook that the operator's settings have under this name.
    Call(String),
    /// Records an objection to a topic.
    Leave(TopicIx),
    /// Ends the enrolment, for this reason.
    Stop(String),
}

/// What a step waits for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WaitFor {
    /// Any of these.
    pub on: Vec<Listen>,
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
    /// The offer it carries.
    pub offer: Option<OfferIx>,
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
