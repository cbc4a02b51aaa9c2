//! The hand-over against a slow and obvious account of it: a list of what waits, searched from end to end for whoever
//! goes next. Whatever happens in whatever order, both agree on every claim, and nothing is forgotten.
#![expect(clippy::wildcard_enum_match_arm, reason = "two kinds of entries are looked for")]

use super::core::{Input, MailCore, Output, Pace, Ready};
use super::draft::Draft;
use crate::entry::{Code, Entry, Outcome, Raw, Send, Told};
use foresend_core::customer::input::SendRef;
use foresend_core::id::{CustomerId, StableId};
use foresend_core::time::{Timestamp, Wait};
use foresend_core::world::journey::{JourneyIx, StepIx};
use proptest::prelude::*;

/// What may happen next.
#[derive(Clone, Copy, Debug)]
enum Happens {
    Ready {
        who: u8,
        mail: u8,
        attempt: u16,
    },
    Withdrawn {
        who: u8,
        mail: u8,
    },
    /// The last look at one of those claimed: yes or no.
    LooksAt {
        at: u8,
        yes: bool,
    },
    /// One of those on the wire is answered.
    Answers {
        at: u8,
        outcome: u8,
    },
    /// One of those answers is applied.
    Ends {
        at: u8,
    },
    Passes {
        ms: u16,
    },
    Drain,
}

const OUTCOMES: [Outcome; 5] = [
    Outcome::Accepted,
    Outcome::Deferred,
    Outcome::Rejected,
    Outcome::Unknown,
    Outcome::RenderFailed,
];

fn happens() -> impl Strategy<Value = Happens> {
    prop_oneof![
        5 => (0..4u8, 0..6u8, 1..4u16)
            .prop_map(|(who, mail, attempt)| Happens::Ready { who, mail, attempt }),
        1 => (0..4u8, 0..6u8).prop_map(|(who, mail)| Happens::Withdrawn { who, mail }),
        3 => (any::<u8>(), any::<bool>()).prop_map(|(at, yes)| Happens::LooksAt { at, yes }),
        3 => (any::<u8>(), 0..5u8).prop_map(|(at, outcome)| Happens::Answers { at, outcome }),
        3 => any::<u8>().prop_map(|at| Happens::Ends { at }),
        4 => prop_oneof![0..3u16, 0..60_000u16].prop_map(|ms| Happens::Passes { ms }),
        1 => Just(Happens::Drain),
    ]
}

fn customer(who: u8) -> CustomerId {
    CustomerId::from_bits(u128::from(who) + 1)
}

/// Mails of one customer whose order is not that of their ids.
fn mail(which: u8) -> (Send, SendRef) {
    let journey = JourneyIx(u16::from(which / 2));
    let step = StepIx(which % 2);
    let (send_journey, send_step) = (StableId(u32::from(7 - which / 2)), StableId(step.0.into()));
    (
        Send { journey: send_journey, step: send_step, enrolment: 1 },
        SendRef { journey, step, enrolment: 1 },
    )
}

fn draft(customer: CustomerId, send: Send, attempt: u16) -> Box<Draft> {
    Box::new(super::shop::any_draft(customer, send, attempt))
}

/// A mail that waits.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Waits {
    customer: CustomerId,
    send: Send,
    order: SendRef,
    attempt: u16,
    /// When it was asked for; a retry may be claimed some while later.
    asked: Timestamp,
}

/// How far a mail in flight has come.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Stage {
    Claimed,
    OnTheWire,
    Answered(Outcome),
}

struct Rig {
    core: MailCore,
    now: Timestamp,
    waits: Vec<Waits>,
    flies: Vec<(Waits, Stage)>,
    drained: bool,
    pace: Pace,
}

impl Rig {
    fn new(in_flight: usize) -> Self {
        let pace = Pace { in_flight, ..Pace::default() };
        let now = Timestamp::from_millis(1_000_000);
        let (waits, flies) = (Vec::new(), Vec::new());
        Self { core: MailCore::new(pace), now, waits, flies, drained: false, pace }
    }

    fn happens(&mut self, happens: Happens) -> Result<(), TestCaseError> {
        match happens {
            Happens::Ready { who, mail: which, attempt } => {
                let (customer, (send, order)) = (customer(who), mail(which));
                let is = |waits: &Waits| (waits.customer, waits.send) == (customer, send);
                if !self.waits.iter().any(is) && !self.flies.iter().any(|(mail, _)| is(mail)) {
                    let asked = self.now;
                    self.waits.push(Waits { customer, send, order, attempt, asked });
                }
                let (needs_code, next_attempt) = (which == 1, attempt);
                self.tell(Input::Ready(Ready { customer, send, order, next_attempt, needs_code }))
            }
            Happens::Withdrawn { who, mail: which } => {
                let (customer, (send, _)) = (customer(who), mail(which));
                self.waits.retain(|waits| (waits.customer, waits.send) != (customer, send));
                self.tell(Input::Withdraw(customer, send))
            }
            Happens::LooksAt { at, yes } => {
                let Some(at) = self.one(at, |stage| stage == Stage::Claimed) else { return Ok(()) };
                let Waits { customer, send, attempt, .. } = self.flies[at].0;
                // Answers to another attempt, and what comes too early, change nothing.
                let stale = attempt + 1;
                self.tell(Input::Answered { customer, send, attempt: stale, left: None })?;
                self.tell(Input::Over(customer, send, attempt))?;
                if yes {
                    self.flies[at].1 = Stage::OnTheWire;
                } else {
                    self.flies.remove(at);
                }
                let left = yes.then(|| draft(customer, send, attempt));
                self.tell(Input::Answered { customer, send, attempt, left })
            }
            Happens::Answers { at, outcome } => {
                let on_wire = |stage| stage == Stage::OnTheWire;
                let Some(at) = self.one(at, on_wire) else { return Ok(()) };
                let outcome = OUTCOMES[usize::from(outcome)];
                self.flies[at].1 = Stage::Answered(outcome);
                let Waits { customer, send, attempt, .. } = self.flies[at].0;
                self.tell(Input::Outcome { customer, send, attempt, outcome })
            }
            Happens::Ends { at } => {
                let answered = |stage| matches!(stage, Stage::Answered(_));
                let Some(at) = self.one(at, answered) else { return Ok(()) };
                let (mail, stage) = self.flies.remove(at);
                let Waits { customer, send, attempt, .. } = mail;
                if stage == Stage::Answered(Outcome::Deferred) {
                    let asked = self.now;
                    self.waits.push(Waits { attempt: attempt + 1, asked, ..mail });
                }
                self.tell(Input::Over(customer, send, attempt))
            }
            Happens::Passes { ms } => {
                self.now = self.now.after(Wait::from_millis(ms.into()));
                self.tell(Input::Time)
            }
            Happens::Drain => {
                self.drained = true;
                self.tell(Input::Drain)
            }
        }
    }

    /// One of those in flight that have come so far.
    fn one(&self, at: u8, is: impl Fn(Stage) -> bool) -> Option<usize> {
        let all: Vec<usize> = (0..self.flies.len()).filter(|at| is(self.flies[*at].1)).collect();
        all.get(usize::from(at) % all.len().max(1)).copied()
    }

    /// Tells the core, and holds every claim against the list.
    fn tell(&mut self, input: Input) -> Result<(), TestCaseError> {
        let mut out = Vec::new();
        let transmits = usize::from(matches!(input, Input::Answered { left: Some(_), .. }));
        let answers = usize::from(matches!(input, Input::Outcome { .. }));
        self.core.handle(self.now, input, &mut out);
        let mut seen = (0, 0);
        for output in out {
            let bytes = match output {
                Output::Transmit(_) => {
                    seen.0 += 1;
                    continue;
                }
                Output::Append(bytes) => bytes,
            };
            let (raw, rest) = Raw::first(&bytes).unwrap();
            prop_assert!(rest.is_empty());
            match raw.read().unwrap() {
                Entry::Of(customer, Told::Handover { send, attempt, suppressed, code }) => {
                    self.claimed((customer, send, attempt), (suppressed, code))?;
                }
                Entry::Of(_, Told::Outcome { .. }) => seen.1 += 1,
                other => prop_assert!(false, "{other:?}"),
            }
        }
        prop_assert_eq!(seen, (transmits, answers), "sent and answered once each");
        prop_assert_eq!(self.core.in_flight(), self.flies.len());
        prop_assert_eq!(self.core.waiting(), self.waits.len(), "nothing is forgotten");
        prop_assert!(self.flies.len() <= self.pace.in_flight);
        prop_assert_eq!(self.core.is_drained(), self.drained && self.flies.is_empty());
        Ok(())
    }

    fn claimed(
        &mut self,
        (customer, send, attempt): (CustomerId, Send, u16),
        (suppressed, code): (bool, Code),
    ) -> Result<(), TestCaseError> {
        prop_assert!(!self.drained, "claimed after the drain");
        let is = |waits: &&Waits| (waits.customer, waits.send) == (customer, send);
        let it = *self.waits.iter().find(is).expect("only what waits is claimed");
        prop_assert_eq!(attempt, it.attempt);
        prop_assert!(!suppressed, "the last look knows by itself");
        prop_assert_eq!(code, if send == mail(1).0 { Code::Empty } else { Code::None });
        let busy = |customer| self.flies.iter().any(|(mail, _)| mail.customer == customer);
        prop_assert!(!busy(customer), "two mails of one customer in flight");
        // First attempts: the oldest of all who may, and of equals the first by customer and order.
        let free = self.waits.iter().filter(|mail| !busy(mail.customer) && mail.attempt == 1);
        let first = free.min_by_key(|mail| (mail.asked, mail.customer, mail.order));
        if attempt == 1 {
            prop_assert_eq!(first, Some(&it));
            prop_assert!(it.asked < self.now, "its moment is not over");
        } else {
            let rest = self.now.since(it.asked);
            let least = Wait::minutes(5 << (attempt - 2).min(4)).min(Wait::hours(4));
            prop_assert!(rest > least.min(Wait::minutes(5)), "tried again after {rest:?}");
        }
        self.waits.retain(|mail| (mail.customer, mail.send) != (customer, send));
        self.flies.push((it, Stage::Claimed));
        Ok(())
    }
}

proptest! {
    #[test]
    fn every_claim_is_the_one_that_is_due_and_nothing_is_forgotten(
        in_flight in 1..5usize,
        story in prop::collection::vec(happens(), 1..200),
    ) {
        let mut rig = Rig::new(in_flight);
        for happening in story {
            rig.happens(happening)?;
        }
        // Everything ends: what is claimed leaves, what left is taken, and a day passes.
        for _ in 0..200 {
            for next in [
                Happens::Passes { ms: u16::MAX },
                Happens::LooksAt { at: 0, yes: true },
                Happens::Answers { at: 0, outcome: 0 },
                Happens::Ends { at: 0 },
            ] {
                rig.happens(next)?;
            }
            rig.now = rig.now.after(Wait::hours(1));
        }
        prop_assert_eq!(rig.core.in_flight(), 0);
        prop_assert!(rig.drained || rig.waits.is_empty(), "{:?}", rig.waits);
    }
}

#[test]
fn a_deferred_mail_rests_twice_as_long_each_time_up_to_the_longest() {
    let mut rig = Rig::new(1);
    rig.happens(Happens::Ready { who: 0, mail: 0, attempt: 1 }).unwrap();
    rig.now = rig.now.after(Wait::from_millis(1));
    rig.tell(Input::Time).unwrap();
    let mut rests = Vec::new();
    for _ in 0..8 {
        rig.happens(Happens::LooksAt { at: 0, yes: true }).unwrap();
        rig.happens(Happens::Answers { at: 0, outcome: 1 }).unwrap();
        rig.happens(Happens::Ends { at: 0 }).unwrap();
        let next = rig.core.next_time().expect("it waits");
        rests.push(next.since(rig.now).millis() / 60_000);
        rig.now = next;
        rig.tell(Input::Time).unwrap();
        assert_eq!(rig.core.in_flight(), 1, "at the first moment it may");
    }
    // In minutes, with up to a quarter more.
    let least = [5, 10, 20, 40, 80, 160, 240, 240];
    assert!(
        rests.iter().zip(least).all(|(rest, least)| (least..=least * 5 / 4).contains(rest)),
        "{rests:?}"
    );
}

#[test]
fn the_core_says_when_it_wants_the_time_and_not_while_it_is_full() {
    let mut rig = Rig::new(1);
    assert_eq!(rig.core.next_time(), None);
    rig.happens(Happens::Ready { who: 0, mail: 0, attempt: 1 }).unwrap();
    rig.happens(Happens::Ready { who: 1, mail: 0, attempt: 1 }).unwrap();
    assert_eq!(rig.core.next_time(), Some(rig.now.after(Wait::from_millis(1))));
    rig.happens(Happens::Passes { ms: 1 }).unwrap();
    assert_eq!((rig.core.in_flight(), rig.core.next_time()), (1, None));
}
