//! The Pulse: records, counted. Reports, metrics and the dashboard read these numbers and no others; each field
//! says its formula. Only counts are kept: a rate is divided at the moment it is shown.
//!
//! The names of its fields are the format `foresend.pulse/1` (`recording.rs`): within version 1 fields are only added.
//! It must never know which customer a record is of, so what needs a customer's past (which mail came first)
//! is the core's to record, not ours to rebuild.
//! Invariant: folding any split of the records and merging gives the numbers of folding them all.

mod counts;

pub use counts::{Called, Ended, Heard, Held, Left, Mail, Moved, NotStarted, Skipped, Tested};

use foresend_core::customer::input::{Engagement, Outcome, Reader};
use foresend_core::customer::record::{At, Decided, Did, End, Move, NoMail, NoStart, Record, Skip};
use foresend_core::money::Amount;
use foresend_core::world::experiment::Assigned;
use foresend_core::world::journey::JourneyIx;
use foresend_core::world::program::Program;
use serde::{Deserialize, Serialize};

/// Everything counted, sized by the journeys and steps of one program.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Pulse {
    /// In the order of the program.
    pub journeys: Vec<JourneyPulse>,
    /// In the order of the program.
    pub experiments: Vec<ExperimentPulse>,
    /// Bases for mail that arose.
    pub consent_given: u64,
    /// Objections that came by no mail of ours. Those that did are the step's `unsubscribed`.
    pub consent_withdrawn: u64,
    /// Streams that had more entries than are kept one by one.
    pub folded: u64,
    /// Times a segment that a journey listens to came to another truth.
    pub turned: u64,
}

/// One journey.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct JourneyPulse {
    /// Times somebody began to be quiet: the journey would start after that. Without `quiet`: 0.
    pub armed: u64,
    /// Times the quiet wait began again.
    pub rearmed: u64,
    /// Times a `stop` event ended it.
    pub disarmed: u64,
    /// Enrolments.
    pub started: u64,
    /// Starts that did not happen.
    pub not_started: NotStarted,
    /// Enrolments that are over.
    pub ended: Ended,
    /// Enrolments that came to the step from which the goal counts; 0 where it counts from the start.
    pub goal_opened: u64,
    /// Enrolments that reached the goal; a second time counts none.
    pub goal_reached: u64,
    /// What the events that reached it were worth, second times included.
    pub goal_value: Amount,
    /// Enrolments whose goal can no longer be reached.
    pub goal_closed: u64,
    /// In the order of the journey.
    pub steps: Vec<StepPulse>,
}

/// One experiment: customers, each counted once.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ExperimentPulse {
    /// Those who are not held out, by their combination of variants, in the order of
    /// [`Variants`](foresend_core::world::experiment::Variants). A factor's variant is the sum of all combinations that
    /// have it: [`Experiment::variant`](foresend_core::world::experiment::Experiment::variant).
    pub variants: Vec<Tested>,
    /// Those who are held out.
    pub held_out: Tested,
}

impl ExperimentPulse {
    /// Nobody yet, in as many combinations.
    #[must_use]
    pub fn of(combinations: usize) -> Self {
        Self { variants: vec![Tested::default(); combinations], held_out: Tested::default() }
    }

    /// All who are not held out.
    #[must_use]
    pub fn any_variant(&self) -> Tested {
        self.some(|_| true)
    }

    /// Those whose combination, by its number, is meant.
    pub fn some(&self, mut is_meant: impl FnMut(usize) -> bool) -> Tested {
        let mut all = Tested::default();
        let meant = self.variants.iter().enumerate().filter(|(at, _)| is_meant(*at));
        meant.for_each(|(_, of)| all.merge(of));
        all
    }

    fn of_assigned(&mut self, assigned: Assigned) -> &mut Tested {
        match assigned.held_out {
            true => &mut self.held_out,
            false => &mut self.variants[usize::from(assigned.variants.0)],
        }
    }

    fn merge(&mut self, other: &Self) {
        let Self { variants, held_out } = other;
        assert_eq!(self.variants.len(), variants.len(), "pulses of different programs");
        for (to, from) in self.variants.iter_mut().zip(variants) {
            to.merge(from);
        }
        self.held_out.merge(held_out);
    }
}

/// One step.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct StepPulse {
    /// Enrolments that began to wait for it.
    pub arrived: u64,
    /// Times its mail asked to be handed over.
    pub ready: u64,
    /// Times it began to wait for its event.
    pub listened: u64,
    /// Times its wait was over: by its event, or because its time was up.
    pub heard: Heard,
    /// Times it took a path, or found none to take.
    pub took: u64,
    /// Rows of its choice that were unknown and passed over.
    pub unknown_rows: u64,
    /// Times it gave traits their values.
    pub set: u64,
    /// Calls of a webhook it asked for.
    pub calls: u64,
    /// What came of them.
    pub called: Called,
    /// Objections it recorded.
    pub objected: u64,
    /// Enrolments that it ended.
    pub stopped_here: u64,
    /// Enrolments that ended while they waited for it: stopped, or `while` was false as it came due.
    pub left: Left,
    /// Times it came due and did nothing.
    pub skipped: Skipped,
    /// Times it came due at another moment than planned; one mail may move more than once.
    pub moved: Moved,
    /// Times a mail's hand-over was put off in the last look; its plan stayed.
    pub delayed: Moved,
    /// Mails that waited since their journey was paused.
    pub paused: u64,
    /// Of those: that asked again when it went on.
    pub resumed: u64,
    /// Mails that did not leave.
    pub held: Held,
    /// Mails that left with an offer.
    pub gave: u64,
    /// Mails that left, and what became of them.
    pub mail: Mail,
}

impl StepPulse {
    /// Times it came due and its time was up, whatever it did.
    /// = `ready` + `skipped` + `heard` + `took` + `set` + `calls` + `objected` +
    /// `stopped_here`.
    /// Who reached it and is neither in here nor `left` still waits.
    #[must_use]
    pub fn went_on(&self) -> u64 {
        let Heard { came, silent } = self.heard;
        let acted = self.ready + came + silent + self.took + self.set + self.calls;
        acted + self.objected + self.stopped_here + self.skipped.total()
    }

    /// Adds `other`.
    pub fn merge(&mut self, other: &Self) {
        let Self {
            arrived,
            ready,
            listened,
            heard,
            took,
            unknown_rows,
            set,
            calls,
            called,
            objected,
            stopped_here,
            left,
            skipped,
            moved,
            delayed,
            paused,
            resumed,
            held,
            gave,
            mail,
        } = other;
        self.arrived += arrived;
        self.ready += ready;
        self.listened += listened;
        self.heard.merge(heard);
        self.took += took;
        self.unknown_rows += unknown_rows;
        self.set += set;
        self.calls += calls;
        self.called.merge(called);
        self.objected += objected;
        self.stopped_here += stopped_here;
        self.left.merge(left);
        self.skipped.merge(skipped);
        self.moved.merge(moved);
        self.delayed.merge(delayed);
        self.paused += paused;
        self.resumed += resumed;
        self.held.merge(held);
        self.gave += gave;
        self.mail.merge(mail);
    }
}

impl JourneyPulse {
    /// Enrolments whose goal was counted: all that started, or those that came to the step from which it counts.
    #[must_use]
    pub const fn goal_counted(&self, from_step: bool) -> u64 {
        if from_step { self.goal_opened } else { self.started }
    }

    /// All its steps together.
    #[must_use]
    pub fn all_steps(&self) -> StepPulse {
        let mut all = StepPulse::default();
        for step in &self.steps {
            all.merge(step);
        }
        all
    }

    fn merge(&mut self, other: &Self) {
        let Self {
            armed,
            rearmed,
            disarmed,
            started,
            not_started,
            ended,
            goal_opened,
            goal_reached,
            goal_value,
            goal_closed,
            steps,
        } = other;
        self.armed += armed;
        self.rearmed += rearmed;
        self.disarmed += disarmed;
        self.started += started;
        self.not_started.merge(not_started);
        self.ended.merge(ended);
        self.goal_opened += goal_opened;
        self.goal_reached += goal_reached;
        self.goal_value = self.goal_value.plus(*goal_value);
        self.goal_closed += goal_closed;
        assert_eq!(self.steps.len(), steps.len(), "pulses of different programs");
        for (to, from) in self.steps.iter_mut().zip(steps) {
            to.merge(from);
        }
    }
}

impl Pulse {
    /// Nothing counted yet, with room for every journey and step of `program`.
    #[must_use]
    pub fn of(program: &Program) -> Self {
        let journeys = program
            .journeys
            .iter()
            .map(|journey| JourneyPulse {
                steps: vec![StepPulse::default(); journey.steps.len()],
                ..JourneyPulse::default()
            })
            .collect();
        let experiments = program.experiments.iter();
        let experiments = experiments.map(|of| ExperimentPulse::of(of.combinations())).collect();
        Self { journeys, experiments, ..Self::default() }
    }

    /// Counts one record. The pulse and the record are of the same program.
    ///
    /// # Panics
    /// Where the record names a journey or step that the pulse has no room for.
    pub fn fold(&mut self, record: &Record) {
        match record.decided {
            Decided::Armed(journey, _) => self.journey(journey).armed += 1,
            Decided::Rearmed(journey, _) => self.journey(journey).rearmed += 1,
            Decided::Disarmed(journey, _) => self.journey(journey).disarmed += 1,
            Decided::NotStarted(journey, why) => {
                *not_started(&mut self.journey(journey).not_started, why) += 1;
            }
            Decided::Started(of, ..) => self.journey(of.journey).started += 1,
            Decided::Awaits(at, _) => self.step(at).arrived += 1,
            Decided::Listens(at, _) => self.step(at).listened += 1,
            Decided::Heard(at, Some(_)) => self.step(at).heard.came += 1,
            Decided::Heard(at, None) => self.step(at).heard.silent += 1,
            Decided::Took(at, _, unknown) => {
                let step = self.step(at);
                step.took += 1;
                step.unknown_rows += u64::from(unknown);
            }
            Decided::Set(at) => self.step(at).set += 1,
            Decided::Calls(at) => self.step(at).calls += 1,
            Decided::Called(at, true) => self.step(at).called.done += 1,
            Decided::Called(at, false) => self.step(at).called.failed += 1,
            Decided::Left(at, _) => self.step(at).objected += 1,
            Decided::Paused(at) => self.step(at).paused += 1,
            Decided::Resumed(at) => self.step(at).resumed += 1,
            Decided::Gave(at, _) => self.step(at).gave += 1,
            Decided::Moved(at, why, _) => *moved(&mut self.step(at).moved, why) += 1,
            Decided::Skipped(at, why) => *skipped(&mut self.step(at).skipped, why) += 1,
            Decided::Ready(at) => self.step(at).ready += 1,
            Decided::Delayed(at, why, _) => *moved(&mut self.step(at).delayed, why) += 1,
            Decided::Held(at, why) => *held(&mut self.step(at).held, why) += 1,
            Decided::Sent(at, attempt, minutes_late) => {
                let mail = &mut self.step(at).mail;
                mail.sent += u64::from(attempt == 1);
                mail.sent_late += u64::from(attempt == 1 && minutes_late > 0);
            }
            Decided::Answered(at, outcome) => *answered(&mut self.step(at).mail, outcome) += 1,
            Decided::Engaged(at, act, reader) => {
                *engaged(&mut self.step(at).mail, act, reader) += 1;
            }
            Decided::Reached(of, first, worth) => {
                let journey = self.journey(of.journey);
                journey.goal_reached += u64::from(first);
                journey.goal_value = journey.goal_value.plus(worth);
            }
            Decided::GoalOpened(of, _) => self.journey(of.journey).goal_opened += 1,
            Decided::GoalClosed(of) => self.journey(of.journey).goal_closed += 1,
            Decided::Ended(at, why) => {
                *ended(&mut self.journey(at.of.journey).ended, why) += 1;
                match why {
                    End::LastStep => {}
                    End::Stopped(_) => self.step(at).left.stopped += 1,
                    End::WhileFalse => self.step(at).left.while_false += 1,
                    End::Yielded(_) => self.step(at).left.yielded += 1,
                    End::ByStep => self.step(at).stopped_here += 1,
                }
            }
            Decided::ConsentSet(_, true, _) => self.consent_given += 1,
            Decided::ConsentSet(_, false, None) => self.consent_withdrawn += 1,
            Decided::ConsentSet(_, false, Some(by)) => self.step(by).mail.unsubscribed += 1,
            Decided::Met(_, assigned, true) => self.tested(assigned).reached += 1,
            Decided::Met(_, _, false) => {} // another time: counted already
            Decided::Tested(_, assigned, did) => *did_what(self.tested(assigned), did) += 1,
            Decided::Folded => self.folded += 1,
            Decided::Turned(..) => self.turned += 1,
        }
    }

    /// Adds the counts of `other`, a pulse of the same program.
    ///
    /// # Panics
    /// Where the two are of different programs.
    pub fn merge(&mut self, other: &Self) {
        let Self { journeys, experiments, consent_given, consent_withdrawn, folded, turned } =
            other;
        assert_eq!(self.journeys.len(), journeys.len(), "pulses of different programs");
        for (to, from) in self.journeys.iter_mut().zip(journeys) {
            to.merge(from);
        }
        assert_eq!(self.experiments.len(), experiments.len(), "pulses of different programs");
        for (to, from) in self.experiments.iter_mut().zip(experiments) {
            to.merge(from);
        }
        self.consent_given += consent_given;
        self.consent_withdrawn += consent_withdrawn;
        self.folded += folded;
        self.turned += turned;
    }

    /// All steps of all journeys together.
    #[must_use]
    pub fn all_steps(&self) -> StepPulse {
        let mut all = StepPulse::default();
        for journey in &self.journeys {
            all.merge(&journey.all_steps());
        }
        all
    }

    fn journey(&mut self, ix: JourneyIx) -> &mut JourneyPulse {
        &mut self.journeys[usize::from(ix.0)]
    }

    fn tested(&mut self, assigned: Assigned) -> &mut Tested {
        self.experiments[usize::from(assigned.experiment.0)].of_assigned(assigned)
    }

    fn step(&mut self, at: At) -> &mut StepPulse {
        &mut self.journey(at.of.journey).steps[usize::from(at.step.0)]
    }
}

fn not_started(to: &mut NotStarted, why: NoStart) -> &mut u64 {
    match why {
        NoStart::Busy => &mut to.busy,
        NoStart::Again => &mut to.again,
        NoStart::IfFalse => &mut to.if_false,
        NoStart::IfUnknown => &mut to.if_unknown,
        NoStart::WhileFalse => &mut to.while_false,
        NoStart::WhileUnknown => &mut to.while_unknown,
        NoStart::Stopped(_) => &mut to.stopped,
        NoStart::Full => &mut to.full,
        NoStart::Yielded(_) => &mut to.yielded,
        NoStart::NoKey => &mut to.no_key,
        NoStart::Closed => &mut to.closed,
    }
}

fn ended(to: &mut Ended, why: End) -> &mut u64 {
    match why {
        End::LastStep => &mut to.last_step,
        End::Stopped(_) => &mut to.stopped,
        End::WhileFalse => &mut to.while_false,
        End::ByStep => &mut to.by_step,
        End::Yielded(_) => &mut to.yielded,
    }
}

fn skipped(to: &mut Skipped, why: Skip) -> &mut u64 {
    match why {
        Skip::IfFalse => &mut to.if_false,
        Skip::IfUnknown => &mut to.if_unknown,
        Skip::WhileUnknown => &mut to.while_unknown,
        Skip::DueUnknown => &mut to.due_unknown,
        Skip::NoCode => &mut to.no_code,
        Skip::Paused => &mut to.paused,
        Skip::Full => &mut to.full,
    }
}

fn moved(to: &mut Moved, why: Move) -> &mut u64 {
    match why {
        Move::Quiet => &mut to.quiet,
        Move::StillShopping => &mut to.still_shopping,
        Move::Limit => &mut to.limit,
        Move::Between => &mut to.between,
    }
}

fn held(to: &mut Held, why: NoMail) -> &mut u64 {
    match why {
        NoMail::Stopped(_) => &mut to.stopped,
        NoMail::WhileFalse => &mut to.while_false,
        NoMail::WhileUnknown => &mut to.while_unknown,
        NoMail::NoAddress => &mut to.no_address,
        NoMail::NoPermission => &mut to.no_permission,
        NoMail::Suppressed => &mut to.suppressed,
        NoMail::Holdout => &mut to.holdout,
        NoMail::TestHoldout => &mut to.test_holdout,
        NoMail::Limit => &mut to.limit,
        NoMail::NoCode => &mut to.no_code,
        NoMail::Yielded(_) => &mut to.yielded,
        NoMail::Late => &mut to.late,
        NoMail::Shut => &mut to.shut,
    }
}

fn did_what(to: &mut Tested, did: Did) -> &mut u64 {
    match did {
        Did::Goal => &mut to.goal,
        Did::Exposed => &mut to.exposed,
        Did::Accepted => &mut to.accepted,
        Did::Bounced => &mut to.bounced,
        Did::Opened => &mut to.opened,
        Did::Clicked => &mut to.clicked,
        Did::Unsubscribed => &mut to.unsubscribed,
        Did::Complained => &mut to.complained,
    }
}

fn answered(to: &mut Mail, outcome: Outcome) -> &mut u64 {
    match outcome {
        Outcome::Accepted => &mut to.accepted,
        Outcome::Deferred => &mut to.deferred,
        Outcome::Rejected => &mut to.rejected,
        Outcome::Unknown => &mut to.unknown,
        Outcome::Bounced { hard: true } => &mut to.bounced_hard,
        Outcome::Bounced { hard: false } => &mut to.bounced_soft,
        Outcome::Complained => &mut to.complained,
        Outcome::RenderFailed => &mut to.not_made,
    }
}

fn engaged(to: &mut Mail, act: Engagement, reader: Reader) -> &mut u64 {
    match (act, reader) {
        (Engagement::Open, Reader::Human) => &mut to.opened_human,
        (Engagement::Open, Reader::Machine) => &mut to.opened_machine,
        (Engagement::Click, Reader::Human) => &mut to.clicked_human,
        (Engagement::Click, Reader::Machine) => &mut to.clicked_machine,
    }
}

#[cfg(test)]
mod tests;
