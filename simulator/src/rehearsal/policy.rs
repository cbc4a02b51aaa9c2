//! What the arms of a rehearsal do differently, and which journeys' arms can be told from the program only once their
//! mail leaves.
//!
//! Invariant: an arm without a journey is the program as it is written, until that journey starts: nobody else can have
//! noticed that it is missing.

use crate::behaviour::queue::Due;
use foresend_core::customer::effect::Mailing;
use foresend_core::customer::input::Gate;
use foresend_core::world::World;
use foresend_core::world::event::EventIx;
use foresend_core::world::journey::{Act, JourneyIx, Start};
use foresend_core::world::program::Program;

/// Whom a life in progress belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Side {
    /// Every arm of the program: they are still one.
    Common,
    /// One of them, by its index.
    Apart(usize),
}

/// How one arm differs from the program as it is written.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Policy<'a> {
    /// What its actors decide in.
    pub(super) world: &'a World,
    /// Whose mail its gate holds back.
    pub(super) holds: Holds,
}

/// Whose mail a gate holds back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Holds {
    /// Nobody's.
    Nothing,
    /// All of it.
    Everything,
    /// That of one journey.
    One(JourneyIx),
}

impl Policy<'_> {
    /// The gate that `mail` meets.
    pub(super) fn gate(&self, mail: &Mailing, is_suppressed: bool) -> Gate {
        let holds = match self.holds {
            Holds::Nothing => false,
            Holds::Everything => true,
            Holds::One(journey) => mail.send.journey == journey,
        };
        match (holds, is_suppressed) {
            (true, _) => Gate::Shut,
            (false, true) => Gate::Suppressed,
            (false, false) => Gate::Open,
        }
    }
}

/// Some of a program's journeys. No rehearsal leaves out one beyond the 64th.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Journeys(u64);

impl Journeys {
    /// As many journeys as can be left out.
    pub(super) const MOST: usize = 64;

    pub(super) const fn one(journey: JourneyIx) -> Self {
        Self(if (journey.0 as usize) < Self::MOST { 1 << journey.0 } else { 0 })
    }

    pub(super) const fn and(self, others: Self) -> Self {
        Self(self.0 & others.0)
    }

    pub(super) const fn with(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    pub(super) const fn without(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }

    pub(super) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(super) const fn contains(self, journey: JourneyIx) -> bool {
        !self.and(Self::one(journey)).is_empty()
    }

    /// Each of them, in the order of the program.
    pub(super) fn each(self) -> impl Iterator<Item = JourneyIx> {
        (0u16..64).map(JourneyIx).filter(move |&journey| self.contains(journey))
    }
}

impl FromIterator<JourneyIx> for Journeys {
    fn from_iter<I: IntoIterator<Item = JourneyIx>>(all: I) -> Self {
        all.into_iter().fold(Self::default(), |some, one| some.with(Self::one(one)))
    }
}

/// Whether nobody could notice that somebody is in `journey`, but by the mail that it sends: no other yields to it, and
/// it neither sets traits nor objects to a topic. Then an arm without it is one whose gate holds back its mail.
pub(super) fn is_noticed_by_mail_alone(program: &Program, journey: JourneyIx) -> bool {
    let yielded_to = program.journeys.iter().any(|other| other.yields_to.contains(&journey));
    let steps = &program.journey(journey).steps;
    !yielded_to
        && steps.iter().all(|step| match &step.act {
            Act::Send(_) | Act::WaitFor(_) | Act::Choose(_) | Act::Split(_) => true,
            Act::Call(_) | Act::Stop(_) => true, // nobody answers a call with anything that is read
            Act::Set(_) | Act::Leave(_) => false,
        })
}

/// Which journeys may start by which things that happen on the site or in the mail: by an event that starts them at once,
/// or one that may turn their segment. A wake may start others, which the actor knows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Starters {
    views: Journeys,
    added: Journeys,
    checkout: Journeys,
    removed: Journeys,
    ordered: Journeys,
    /// By anything else.
    others: Journeys,
    /// Whatever happens.
    pub(super) always: Journeys,
}

impl Starters {
    pub(super) fn of(program: &Program) -> Self {
        // A step may turn a segment by what it sets, and object to a topic, whatever it was that let it come due.
        let acts = |is_meant: fn(&Act) -> bool| {
            program
                .journeys
                .iter()
                .flat_map(|journey| &journey.steps)
                .any(|step| is_meant(&step.act))
        };
        let sets = acts(|act| matches!(act, Act::Set(_)));
        let leaves = acts(|act| matches!(act, Act::Leave(_)));
        let by = |is_meant: &dyn Fn(EventIx) -> bool| -> Journeys {
            let journeys = (0u16..).map(JourneyIx).zip(&program.journeys);
            let meant = journeys.filter(|(_, journey)| match &journey.start {
                Start::Enters(segment) => program.turned_by(*segment).any(is_meant) || sets,
                Start::On(events) => {
                    journey.quiet.is_none()
                        && (events.iter().any(|&event| is_meant(event))
                            || leaves && events.contains(&EventIx::CONSENT_WITHDRAWN))
                }
                Start::Date(..) | Start::Every(_) => false,
            });
            meant.map(|(ix, _)| ix).collect()
        };
        let one = |event| by(&|on| on == event);
        const NAMED: [EventIx; 5] = [
            EventIx::PRODUCT_VIEWED,
            EventIx::PRODUCT_ADDED,
            EventIx::CHECKOUT_STARTED,
            EventIx::PRODUCT_REMOVED,
            EventIx::ORDER_COMPLETED,
        ];
        Self {
            views: one(EventIx::PRODUCT_VIEWED),
            added: one(EventIx::PRODUCT_ADDED),
            checkout: one(EventIx::CHECKOUT_STARTED),
            removed: one(EventIx::PRODUCT_REMOVED),
            ordered: one(EventIx::ORDER_COMPLETED),
            others: by(&|on| !NAMED.contains(&on)),
            always: by(&|_| false),
        }
    }

    /// What `due` may start; `None`: a visit.
    pub(super) fn by(&self, due: Option<&Due>) -> Journeys {
        match due {
            None | Some(Due::View { .. } | Due::ComeBack(_)) => self.views,
            Some(Due::Add { .. }) => self.added,
            Some(Due::Checkout { .. }) => self.checkout,
            Some(Due::Remove { .. }) => self.removed,
            Some(Due::Order { .. }) => self.ordered,
            Some(Due::Coin { .. } | Due::Calm { .. } | Due::Retry(_)) => Journeys::default(),
            Some(Due::Parcel { .. } | Due::SignUp(_) | Due::Ask { .. } | Due::Back { .. }) => {
                self.others
            }
            Some(Due::MachineOpen(_) | Due::MachineClick(_) | Due::Open(_)) => self.others,
            Some(Due::Confirm(_) | Due::Click(_)) => self.others,
        }
    }

    /// What an event may start, whichever it is.
    pub(super) const fn by_any(&self) -> Journeys {
        let Self { views, added, checkout, removed, ordered, others, always } = *self;
        views.with(added).with(checkout).with(removed).with(ordered).with(others).with(always)
    }

    /// What a mail that leaves may start, by what is said of it.
    pub(super) const fn by_mail(&self) -> Journeys {
        self.others
    }
}
