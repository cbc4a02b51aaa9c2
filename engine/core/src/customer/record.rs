//! What was decided, and why: written when it is decided, never rebuilt. Reports, metrics and explanations fold
//! records and know nothing else.

use super::input::{Engagement, Outcome, Reader, SendRef};
use crate::id::Key;
use crate::money::Amount;
use crate::time::Timestamp;
use crate::world::condition::Truth;
use crate::world::event::EventIx;
use crate::world::experiment::Assigned;
use crate::world::journey::{JourneyIx, PathIx, SegmentIx, StepIx};
use crate::world::offer::OfferIx;
use crate::world::topic::TopicIx;

/// One line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Record {
    /// The due instant of what was decided, or the input's own time. Never the host's punctuality.
    pub at: Timestamp,
    /// What was decided.
    pub decided: Decided,
}

/// Which enrolment a record speaks of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Enrolled {
    /// The journey.
    pub journey: JourneyIx,
    /// The customer's enrolment number.
    pub enrolment: u32,
}

/// Which step of which enrolment.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct At {
    /// The enrolment.
    pub of: Enrolled,
    /// The step.
    pub step: StepIx,
}

impl From<SendRef> for At {
    fn from(send: SendRef) -> Self {
        Self { of: Enrolled { journey: send.journey, enrolment: send.enrolment }, step: send.step }
    }
}

/// What was decided.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Decided {
    /// The journey would start once they have been quiet until then.
    Armed(JourneyIx, Timestamp),
    /// They did something: the quiet wait begins again, until then.
    Rearmed(JourneyIx, Timestamp),
    /// A `stop` event, by its own time, ended the wait to start.
    Disarmed(JourneyIx, EventIx),
    /// The journey did not start.
    NotStarted(JourneyIx, NoStart),
    /// The enrolment about this began; its goal, if it is counted from the start, is counted until then.
    Started(Enrolled, Key, Option<Timestamp>),
    /// The step from which the goal is counted came due; it is counted until then.
    GoalOpened(Enrolled, Timestamp),
    /// The segment came to this.
    Turned(SegmentIx, Truth),
    /// The enrolment waits for the step, which comes due then.
    Awaits(At, Timestamp),
    /// The step came due at another moment than planned, which is then.
    Moved(At, Move, Timestamp),
    /// The step did nothing.
    Skipped(At, Skip),
    /// The step came due; its mail asks to be handed over.
    Ready(At),
    /// The step came due and waits for its event, until then at most.
    Listens(At, Timestamp),
    /// The step's wait is over: by this event, or because its time was up.
    Heard(At, Option<EventIx>),
    /// The step took this path, or none; so many of its rows were unknown and passed over.
    Took(At, Option<PathIx>, u8),
    /// The step gave traits their values.
    Set(At),
    /// The step asks for its webhook to be called.
    Calls(At),
    /// What came of that call: whether it was answered well.
    Called(At, bool),
    /// The step recorded an objection to this topic.
    Left(At, TopicIx),
    /// Its journey is paused: the mail waits, and grows late.
    Paused(At),
    /// Its journey goes on: the mail asks again to be handed over.
    Resumed(At),
    /// The mail that was handed over carries this offer.
    Gave(At, OfferIx),
    /// The mail may leave only later, at that instant; its plan stays.
    Delayed(At, Move, Timestamp),
    /// The mail does not leave.
    Held(At, NoMail),
    /// The mail was handed to the mail server: attempt, and whole minutes late.
    Sent(At, u16, u32),
    /// What the mail server said, or what became of the mail.
    Answered(At, Outcome),
    /// A mail was opened, or a link in it followed.
    Engaged(At, Engagement, Reader),
    /// The goal was reached; whether for the first time in this enrolment, and what the event was worth.
    Reached(Enrolled, bool, Amount),
    /// The goal's window closed.
    GoalClosed(Enrolled),
    /// The enrolment is over; the step is the one it waited for, or its last.
    Ended(At, End),
    /// A basis for mail arose (true) or all of the topic's ended (false), perhaps by a link in that mail.
    ConsentSet(TopicIx, bool, Option<At>),
    /// The enrolment came to a step that is tested, and has this there; whether it is the customer's first, which is
    /// the one that is counted.
    Met(At, Assigned, bool),
    /// Who was counted there did this, for the first time.
    Tested(Enrolled, Assigned, Did),
    /// A stream had more entries than are kept one by one: the oldest were folded into hours or more.
    Folded,
}

/// What a customer who is counted in an experiment did: each once, and only in the enrolment that is counted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(u8)]
pub enum Did {
    /// Reached the journey's goal, after they had met the experiment.
    Goal = 0,
    /// The tested mail was handed over to the mail server: they are exposed to their variants.
    Exposed = 1,
    /// The mail server took it.
    Accepted = 2,
    /// It came back.
    Bounced = 3,
    /// A person opened it.
    Opened = 4,
    /// A person followed a link in it.
    Clicked = 5,
    /// They objected by a link in it.
    Unsubscribed = 6,
    /// They called it spam.
    Complained = 7,
}

impl Did {
    /// Every one of them.
    pub const ALL: [Self; 8] = [
        Self::Goal,
        Self::Exposed,
        Self::Accepted,
        Self::Bounced,
        Self::Opened,
        Self::Clicked,
        Self::Unsubscribed,
        Self::Complained,
    ];

    /// The bit by which it is remembered; part of the format of snapshots.
    pub(super) const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// Why a journey did not start.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum NoStart {
    /// They are in it already.
    Busy,
    /// They started it too lately, or ever.
    Again,
    /// `if` was false.
    IfFalse,
    /// `if` was unknown.
    IfUnknown,
    /// `while` was false.
    WhileFalse,
    /// `while` was unknown.
    WhileUnknown,
    /// A `stop` event had happened after its start.
    Stopped(EventIx),
    /// They are in as many journeys as a customer can be.
    Full,
    /// They are in this journey, to which it yields.
    Yielded(JourneyIx),
    /// The event does not say what it is about.
    NoKey,
    /// Nobody starts it in this world: nothing else spoke against it.
    Closed,
}

/// Why a mail moved or was delayed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Move {
    /// Quiet hours.
    Quiet,
    /// They were on the site just now.
    StillShopping,
    /// A limit was full, and `full = "wait"`.
    Limit,
    /// After another move: the step's own `between` or `days`.
    Between,
}

/// Why a step did nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Skip {
    /// `if` was false.
    IfFalse,
    /// `if` was unknown.
    IfUnknown,
    /// `while` was unknown.
    WhileUnknown,
    /// `due` was unknown.
    DueUnknown,
    /// Its offer is not to be given again yet, or another is running.
    NoCode,
    /// Its journey is paused.
    Paused,
    /// As many mails wait for an answer as a customer can have.
    Full,
}

/// Why a mail does not leave.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum NoMail {
    /// A `stop` event ended the enrolment.
    Stopped(EventIx),
    /// `while` was false.
    WhileFalse,
    /// `while` was unknown.
    WhileUnknown,
    /// We have no address.
    NoAddress,
    /// No basis of the topic holds.
    NoPermission,
    /// The address is suppressed.
    Suppressed,
    /// The customer is one of those who get no marketing.
    Holdout,
    /// The customer is one of those who get no marketing from the journey, while a step of it is tested.
    TestHoldout,
    /// A limit is full.
    Limit,
    /// There is no code for its offer: none is left, it is not to be given again yet, or another is running.
    NoCode,
    /// Its enrolment yielded to this journey.
    Yielded(JourneyIx),
    /// It would leave too long after its planned moment.
    Late,
    /// This is a rehearsal without mail.
    Shut,
}

/// Why an enrolment is over.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum End {
    /// Its last step ended.
    LastStep,
    /// A `stop` event happened.
    Stopped(EventIx),
    /// `while` was false.
    WhileFalse,
    /// A step ended it, for the reason it states.
    ByStep,
    /// It yielded to this journey.
    Yielded(JourneyIx),
}
