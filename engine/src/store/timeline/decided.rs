//! What was decided, in plain integers: format 1 of the timeline. The order of variants and of their fields is the
//! format; the core's own enum may change its order and its names, but here it is told apart variant by variant, both
//! ways, so that the compiler asks for each.

use foresend_core::customer::input::{Engagement, Outcome, Reader};
use foresend_core::customer::record::{
    At, Decided, Did, End, Enrolled, Move, NoMail, NoStart, Skip,
};
use foresend_core::id::Key;
use foresend_core::money::Amount;
use foresend_core::time::Timestamp;
use foresend_core::world::condition::Truth;
use foresend_core::world::event::EventIx;
use foresend_core::world::experiment::{Assigned, ExperimentIx, Variants};
use foresend_core::world::journey::{JourneyIx, PathIx, SegmentIx, StepIx};
use foresend_core::world::offer::OfferIx;
use foresend_core::world::topic::TopicIx;
use serde::{Deserialize, Serialize};

/// [`Decided`], durable.
#[derive(Serialize, Deserialize)]
pub(super) enum DecidedV1 {
    Armed(u16, i64),
    Rearmed(u16, i64),
    Disarmed(u16, u16),
    NotStarted(u16, NoStartV1),
    Started(EnrolledV1, u64, Option<i64>),
    GoalOpened(EnrolledV1, i64),
    Turned(u16, TruthV1),
    Awaits(AtV1, i64),
    Moved(AtV1, MoveV1, i64),
    Skipped(AtV1, SkipV1),
    Ready(AtV1),
    Listens(AtV1, i64),
    Heard(AtV1, Option<u16>),
    Took(AtV1, Option<u8>, u8),
    Set(AtV1),
    Calls(AtV1),
    Called(AtV1, bool),
    Left(AtV1, u16),
    Paused(AtV1),
    Resumed(AtV1),
    Gave(AtV1, u16),
    Delayed(AtV1, MoveV1, i64),
    Held(AtV1, NoMailV1),
    Sent(AtV1, u16, u32),
    Answered(AtV1, OutcomeV1),
    Engaged(AtV1, EngagementV1, ReaderV1),
    Reached(EnrolledV1, bool, i64),
    GoalClosed(EnrolledV1),
    Ended(AtV1, EndV1),
    ConsentSet(u16, bool, Option<AtV1>),
    Met(AtV1, AssignedV1, bool),
    Tested(EnrolledV1, AssignedV1, DidV1),
    Folded,
}

/// Journey and enrolment number.
#[derive(Serialize, Deserialize)]
pub(super) struct EnrolledV1(u16, u32);

/// The enrolment, and the step.
#[derive(Serialize, Deserialize)]
pub(super) struct AtV1(EnrolledV1, u8);

/// Experiment, variants, and whether they are held out.
#[derive(Serialize, Deserialize)]
pub(super) struct AssignedV1(u8, u8, bool);

/// What the mail server said. That a mail came back for good, or not, stands in its name.
#[derive(Serialize, Deserialize)]
pub(super) enum OutcomeV1 {
    Accepted,
    Deferred,
    Rejected,
    Unknown,
    BouncedSoft,
    BouncedHard,
    Complained,
    RenderFailed,
}

/// An enum of the core whose variants hold nothing, or one index, and the same durable.
macro_rules! durable {
    ($name:ident of $core:ident { $($variant:ident $(($ix:ident))?),+ $(,)? }) => {
        #[derive(Serialize, Deserialize)]
        pub(super) enum $name {
            $($variant $((durable!(@u16 $ix)))?),+
        }

        impl From<$core> for $name {
            fn from(core: $core) -> Self {
                match core {
                    $($core::$variant $(($ix(ix)))? => Self::$variant $((durable!(@of $ix ix)))?),+
                }
            }
        }

        impl From<$name> for $core {
            fn from(durable: $name) -> Self {
                match durable {
                    $($name::$variant $((durable!(@of $ix ix)))? => Self::$variant $(($ix(ix)))?),+
                }
            }
        }
    };
    (@u16 $ix:ident) => { u16 };
    (@of $ix:ident $ix_value:ident) => { $ix_value };
}

durable!(NoStartV1 of NoStart {
    Busy, Again, IfFalse, IfUnknown, WhileFalse, WhileUnknown, Stopped(EventIx), Full, Yielded(JourneyIx), NoKey, Closed,
});
durable!(MoveV1 of Move { Quiet, StillShopping, Limit, Between });
durable!(SkipV1 of Skip { IfFalse, IfUnknown, WhileUnknown, DueUnknown, NoCode, Paused, Full });
durable!(NoMailV1 of NoMail {
    Stopped(EventIx), WhileFalse, WhileUnknown, NoAddress, NoPermission, Suppressed, Holdout, TestHoldout, Limit, NoCode,
    Yielded(JourneyIx), Late, Shut,
});
durable!(EndV1 of End { LastStep, Stopped(EventIx), WhileFalse, ByStep, Yielded(JourneyIx) });
durable!(DidV1 of Did { Goal, Exposed, Accepted, Bounced, Opened, Clicked, Unsubscribed, Complained });
durable!(TruthV1 of Truth { True, False, Unknown });
durable!(EngagementV1 of Engagement { Open, Click });
durable!(ReaderV1 of Reader { Human, Machine });

impl From<Outcome> for OutcomeV1 {
    fn from(core: Outcome) -> Self {
        match core {
            Outcome::Accepted => Self::Accepted,
            Outcome::Deferred => Self::Deferred,
            Outcome::Rejected => Self::Rejected,
            Outcome::Unknown => Self::Unknown,
            Outcome::Bounced { hard: false } => Self::BouncedSoft,
            Outcome::Bounced { hard: true } => Self::BouncedHard,
            Outcome::Complained => Self::Complained,
            Outcome::RenderFailed => Self::RenderFailed,
        }
    }
}

impl From<OutcomeV1> for Outcome {
    fn from(durable: OutcomeV1) -> Self {
        match durable {
            OutcomeV1::Accepted => Self::Accepted,
            OutcomeV1::Deferred => Self::Deferred,
            OutcomeV1::Rejected => Self::Rejected,
            OutcomeV1::Unknown => Self::Unknown,
            OutcomeV1::BouncedSoft => Self::Bounced { hard: false },
            OutcomeV1::BouncedHard => Self::Bounced { hard: true },
            OutcomeV1::Complained => Self::Complained,
            OutcomeV1::RenderFailed => Self::RenderFailed,
        }
    }
}

impl From<Enrolled> for EnrolledV1 {
    fn from(core: Enrolled) -> Self {
        let Enrolled { journey: JourneyIx(journey), enrolment } = core;
        Self(journey, enrolment)
    }
}

impl From<EnrolledV1> for Enrolled {
    fn from(EnrolledV1(journey, enrolment): EnrolledV1) -> Self {
        Self { journey: JourneyIx(journey), enrolment }
    }
}

impl From<At> for AtV1 {
    fn from(core: At) -> Self {
        let At { of, step: StepIx(step) } = core;
        Self(of.into(), step)
    }
}

impl From<AtV1> for At {
    fn from(AtV1(of, step): AtV1) -> Self {
        Self { of: of.into(), step: StepIx(step) }
    }
}

impl From<Assigned> for AssignedV1 {
    fn from(core: Assigned) -> Self {
        let Assigned {
            experiment: ExperimentIx(experiment),
            variants: Variants(variants),
            held_out,
        } = core;
        Self(experiment, variants, held_out)
    }
}

impl From<AssignedV1> for Assigned {
    fn from(AssignedV1(experiment, variants, held_out): AssignedV1) -> Self {
        Self { experiment: ExperimentIx(experiment), variants: Variants(variants), held_out }
    }
}

impl From<Decided> for DecidedV1 {
    fn from(core: Decided) -> Self {
        match core {
            Decided::Armed(JourneyIx(journey), until) => Self::Armed(journey, until.millis()),
            Decided::Rearmed(JourneyIx(journey), until) => Self::Rearmed(journey, until.millis()),
            Decided::Disarmed(JourneyIx(journey), EventIx(by)) => Self::Disarmed(journey, by),
            Decided::NotStarted(JourneyIx(journey), why) => Self::NotStarted(journey, why.into()),
            Decided::Started(of, about, until) => {
                Self::Started(of.into(), about.bits(), until.map(Timestamp::millis))
            }
            Decided::GoalOpened(of, until) => Self::GoalOpened(of.into(), until.millis()),
            Decided::Turned(SegmentIx(segment), to) => Self::Turned(segment, to.into()),
            Decided::Awaits(at, due) => Self::Awaits(at.into(), due.millis()),
            Decided::Moved(at, why, from) => Self::Moved(at.into(), why.into(), from.millis()),
            Decided::Skipped(at, why) => Self::Skipped(at.into(), why.into()),
            Decided::Ready(at) => Self::Ready(at.into()),
            Decided::Listens(at, until) => Self::Listens(at.into(), until.millis()),
            Decided::Heard(at, event) => Self::Heard(at.into(), event.map(|EventIx(ix)| ix)),
            Decided::Took(at, path, unknown) => {
                Self::Took(at.into(), path.map(|PathIx(ix)| ix), unknown)
            }
            Decided::Set(at) => Self::Set(at.into()),
            Decided::Calls(at) => Self::Calls(at.into()),
            Decided::Called(at, well) => Self::Called(at.into(), well),
            Decided::Left(at, TopicIx(topic)) => Self::Left(at.into(), topic),
            Decided::Paused(at) => Self::Paused(at.into()),
            Decided::Resumed(at) => Self::Resumed(at.into()),
            Decided::Gave(at, OfferIx(offer)) => Self::Gave(at.into(), offer),
            Decided::Delayed(at, why, to) => Self::Delayed(at.into(), why.into(), to.millis()),
            Decided::Held(at, why) => Self::Held(at.into(), why.into()),
            Decided::Sent(at, attempt, late) => Self::Sent(at.into(), attempt, late),
            Decided::Answered(at, outcome) => Self::Answered(at.into(), outcome.into()),
            Decided::Engaged(at, how, who) => Self::Engaged(at.into(), how.into(), who.into()),
            Decided::Reached(of, first, worth) => Self::Reached(of.into(), first, worth.parts()),
            Decided::GoalClosed(of) => Self::GoalClosed(of.into()),
            Decided::Ended(at, why) => Self::Ended(at.into(), why.into()),
            Decided::ConsentSet(TopicIx(topic), to, by) => {
                Self::ConsentSet(topic, to, by.map(Into::into))
            }
            Decided::Met(at, has, first) => Self::Met(at.into(), has.into(), first),
            Decided::Tested(of, has, did) => Self::Tested(of.into(), has.into(), did.into()),
            Decided::Folded => Self::Folded,
        }
    }
}

impl From<DecidedV1> for Decided {
    fn from(durable: DecidedV1) -> Self {
        let time = Timestamp::from_millis;
        match durable {
            DecidedV1::Armed(journey, until) => Self::Armed(JourneyIx(journey), time(until)),
            DecidedV1::Rearmed(journey, until) => Self::Rearmed(JourneyIx(journey), time(until)),
            DecidedV1::Disarmed(journey, by) => Self::Disarmed(JourneyIx(journey), EventIx(by)),
            DecidedV1::NotStarted(journey, why) => Self::NotStarted(JourneyIx(journey), why.into()),
            DecidedV1::Started(of, about, until) => {
                Self::Started(of.into(), Key::from_bits(about), until.map(time))
            }
            DecidedV1::GoalOpened(of, until) => Self::GoalOpened(of.into(), time(until)),
            DecidedV1::Turned(segment, to) => Self::Turned(SegmentIx(segment), to.into()),
            DecidedV1::Awaits(at, due) => Self::Awaits(at.into(), time(due)),
            DecidedV1::Moved(at, why, from) => Self::Moved(at.into(), why.into(), time(from)),
            DecidedV1::Skipped(at, why) => Self::Skipped(at.into(), why.into()),
            DecidedV1::Ready(at) => Self::Ready(at.into()),
            DecidedV1::Listens(at, until) => Self::Listens(at.into(), time(until)),
            DecidedV1::Heard(at, event) => Self::Heard(at.into(), event.map(EventIx)),
            DecidedV1::Took(at, path, unknown) => Self::Took(at.into(), path.map(PathIx), unknown),
            DecidedV1::Set(at) => Self::Set(at.into()),
            DecidedV1::Calls(at) => Self::Calls(at.into()),
            DecidedV1::Called(at, well) => Self::Called(at.into(), well),
            DecidedV1::Left(at, topic) => Self::Left(at.into(), TopicIx(topic)),
            DecidedV1::Paused(at) => Self::Paused(at.into()),
            DecidedV1::Resumed(at) => Self::Resumed(at.into()),
            DecidedV1::Gave(at, offer) => Self::Gave(at.into(), OfferIx(offer)),
            DecidedV1::Delayed(at, why, to) => Self::Delayed(at.into(), why.into(), time(to)),
            DecidedV1::Held(at, why) => Self::Held(at.into(), why.into()),
            DecidedV1::Sent(at, attempt, late) => Self::Sent(at.into(), attempt, late),
            DecidedV1::Answered(at, outcome) => Self::Answered(at.into(), outcome.into()),
            DecidedV1::Engaged(at, how, who) => Self::Engaged(at.into(), how.into(), who.into()),
            DecidedV1::Reached(of, first, worth) => {
                Self::Reached(of.into(), first, Amount::from_parts(worth))
            }
            DecidedV1::GoalClosed(of) => Self::GoalClosed(of.into()),
            DecidedV1::Ended(at, why) => Self::Ended(at.into(), why.into()),
            DecidedV1::ConsentSet(topic, to, by) => {
                Self::ConsentSet(TopicIx(topic), to, by.map(Into::into))
            }
            DecidedV1::Met(at, has, first) => Self::Met(at.into(), has.into(), first),
            DecidedV1::Tested(of, has, did) => Self::Tested(of.into(), has.into(), did.into()),
            DecidedV1::Folded => Self::Folded,
        }
    }
}
