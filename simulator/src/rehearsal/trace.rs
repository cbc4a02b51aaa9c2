//! What one customer lived: every input their actor was told in one arm, with what it decided. The life is lived as
//! in the rehearsal, by the same code with somebody watching; a rehearsal itself has nobody watching, at no cost.
//!
//! Invariant: the records of the traces of all customers are those that the rehearsal folds.

use super::assumed;
use super::life::{Forks, Lives, Name};
use super::policy::Side;
use super::run::{Stage, crowd_of, shelves_of};
use super::{Plan, RehearsalError};
use foresend_core::customer::effect::{Detail, Effects};
use foresend_core::customer::input::{
    Code, Consent, Engagement, Event, Gate, Input, Line, Origin, Outcome, Profile, Reader, SendRef,
};
use foresend_core::customer::record::Record;
use foresend_core::id::{CustomerId, ProductId};
use foresend_core::time::{Timestamp, Zone};
use foresend_core::world::ZoneIx;
use foresend_core::world::event::{EventIx, PropertyIx};
use foresend_core::world::program::Program;
use foresend_core::world::value::{Kept, TraitIx};
use std::collections::BTreeMap;
use std::ops::Range;

/// One input, and what was decided on it.
#[derive(Clone, PartialEq, Debug)]
pub struct Step {
    /// When the actor was told.
    pub at: Timestamp,
    /// What it was told.
    pub told: Told,
    /// What it decided, in order.
    pub records: Vec<Record>,
    /// What was read before each of these decisions.
    pub details: Vec<Detail>,
}

/// One life.
#[derive(Clone, PartialEq, Debug)]
pub struct Lived {
    /// On whose clock it was lived.
    pub zone: Zone,
    /// In the order in which the actor was told.
    pub steps: Vec<Step>,
}

/// An [`Input`] that can be kept.
#[derive(Clone, PartialEq, Debug)]
pub enum Told {
    /// The clock is past what the actor waited for.
    Wake,
    /// Something they did.
    Event {
        /// Which event.
        name: EventIx,
        /// Whether it was acted upon, or is history.
        origin: Origin,
        /// When it happened.
        at: Timestamp,
        /// Its message id; 0 where nobody needs one.
        id: u64,
        /// The properties the program reads.
        properties: Vec<(PropertyIx, Kept)>,
        /// Its products.
        products: Vec<Line>,
    },
    /// What we know of them.
    Profile {
        /// Whether we hold an address to mail to.
        has_address: bool,
        /// Where they live.
        zone: ZoneIx,
        /// What else the program holds of them.
        traits: Vec<(TraitIx, Kept)>,
    },
    /// A basis for mail that arose or ended.
    Consent(Consent),
    /// May this mail leave now?
    Handover {
        /// The mail.
        send: SendRef,
        /// The attempt.
        attempt: u16,
        /// What else was looked up.
        gate: Gate,
        /// The code that was held ready.
        code: Code,
    },
    /// What the mail server said.
    Outcome {
        /// The mail.
        send: SendRef,
        /// The attempt.
        attempt: u16,
        /// The answer.
        outcome: Outcome,
    },
    /// What came of a call of a webhook.
    Called {
        /// The step that called.
        send: SendRef,
        /// Whether it was answered well.
        done: bool,
    },
    /// A mail was opened or one of its links followed.
    Engagement {
        /// The mail.
        send: SendRef,
        /// What was done with it.
        act: Engagement,
        /// By whom.
        reader: Reader,
        /// When.
        at: Timestamp,
    },
    /// Since when nothing of an event is missing.
    Remember {
        /// Which event; `None`: all.
        event: Option<EventIx>,
        /// Since when.
        since: Timestamp,
    },
}

impl From<Input<'_>> for Told {
    fn from(input: Input<'_>) -> Self {
        match input {
            Input::Wake => Self::Wake,
            Input::Event(Event { name, origin, at, id, properties, products }) => Self::Event {
                name,
                origin,
                at,
                id,
                properties: properties.iter().map(|p| (p.name, p.value.into())).collect(),
                products: products.to_vec(),
            },
            Input::Profile(Profile { has_address, zone, traits, created: _ }) => Self::Profile {
                has_address,
                zone,
                traits: traits
                    .iter()
                    .filter_map(|&(name, value)| Some((name, value?.into())))
                    .collect(),
            },
            Input::Called { send, done } => Self::Called { send, done },
            Input::Consent(consent) => Self::Consent(consent),
            Input::Handover { send, attempt, gate, code } => {
                Self::Handover { send, attempt, gate, code }
            }
            Input::Outcome { send, attempt, outcome } => Self::Outcome { send, attempt, outcome },
            Input::Engagement { send, act, reader, at } => {
                Self::Engagement { send, act, reader, at }
            }
            Input::Remember { event, since } => Self::Remember { event, since },
        }
    }
}

/// The customer with the external id `id`, `c-0000000042`; zeros may be left out. `None`: it is no such id.
#[must_use]
pub fn customer_called(id: &str) -> Option<u32> {
    let digits = id.strip_prefix("c-").filter(|digits| (1..=10).contains(&digits.len()))?;
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

/// The external id of customer number `customer`.
#[must_use]
pub fn name_of(customer: u32) -> String {
    Name::of(customer).as_str().to_owned()
}

/// What customer number `customer` of `plan` lived in `arm`, [`NO_MAIL`](super::NO_MAIL) or
/// [`AS_WRITTEN`](super::AS_WRITTEN).
///
/// # Errors
/// [`RehearsalError::NoSuchCustomer`] where the plan has fewer customers, and whatever a rehearsal of it would refuse.
///
/// # Panics
/// Where an actor or a life breaks an invariant of its own: a bug.
pub fn trace(plan: &Plan<'_>, customer: u32, arm: usize) -> Result<Lived, RehearsalError> {
    if customer >= plan.customers {
        return Err(RehearsalError::NoSuchCustomer { customer, customers: plan.customers });
    }
    let mut found = None;
    traces(plan, customer..customer + 1, arm, &mut |_, lived| found = Some(lived))?;
    found.ok_or(RehearsalError::NoSuchCustomer { customer, customers: plan.customers })
}

/// The same of several customers, one after the other.
///
/// # Errors
/// Whatever a rehearsal of the plan would refuse.
///
/// # Panics
/// Where an actor or a life breaks an invariant of its own: a bug.
pub fn traces(
    plan: &Plan<'_>,
    customers: Range<u32>,
    arm: usize,
    each: &mut dyn FnMut(u32, Lived),
) -> Result<(), RehearsalError> {
    assumed::check(plan)?;
    let crowd = crowd_of(plan);
    let stage = Stage::of(plan, plan.program, &[], &crowd);
    let policies = stage.policies();
    let mut host = stage.host(&policies, None, Keeper { arm, told: None, steps: Vec::new() });
    let mut lives = Lives::new(CustomerId::of(stage.world.id_key, ""), Forks::default());
    for customer in customers {
        lives.live(&mut host, stage.world.seed, customer);
        each(customer, lived(&stage, std::mem::take(&mut host.watch.steps)));
    }
    Ok(())
}

fn lived(stage: &Stage<'_>, steps: Vec<Step>) -> Lived {
    let zone = steps.iter().rev().find_map(|step| match step.told {
        Told::Profile { zone, .. } => Some(zone),
        Told::Wake | Told::Event { .. } | Told::Consent(_) | Told::Handover { .. } => None,
        Told::Outcome { .. } | Told::Called { .. } | Told::Engagement { .. } => None,
        Told::Remember { .. } => None,
    });
    let zone = stage.world.zone(zone.unwrap_or(ZoneIx::PROGRAM)).clone();
    Lived { zone, steps }
}

/// Everything that a shop would send of the customers of `plan` without any mail, whether its program listens or not,
/// one customer after the other: `each` is told who, and what they lived, and says whether to go on. Journeys of the
/// program do nothing here.
///
/// # Panics
/// Where an actor or a life breaks an invariant of its own: a bug.
pub fn generate(plan: &Plan<'_>, each: &mut dyn FnMut(u32, &Lived) -> bool) {
    let mut outline = (**plan.program).clone();
    outline.experiments.clear();
    outline.journeys.clear();
    let program = Program::new(outline);
    let crowd = crowd_of(plan);
    let stage = Stage::of(plan, &program, &[], &crowd).hearing_everything();
    let policies = stage.policies();
    let keeper = Keeper { arm: super::NO_MAIL, told: None, steps: Vec::new() };
    let mut host = stage.host(&policies, None, keeper);
    let mut lives = Lives::new(CustomerId::of(stage.world.id_key, ""), Forks::default());
    for customer in 0..plan.customers {
        lives.live(&mut host, stage.world.seed, customer);
        if !each(customer, &lived(&stage, std::mem::take(&mut host.watch.steps))) {
            return;
        }
    }
}

/// What events call the products that people of `plan` look at.
#[must_use]
pub fn products(plan: &Plan<'_>) -> BTreeMap<ProductId, String> {
    let shelves = shelves_of(plan);
    let named = |item| (shelves.line(item).product, shelves.names(item).0.to_owned());
    shelves.items().map(named).collect()
}

/// Somebody who is told everything that a host tells its actors: first the input, then what came of it.
pub(super) trait Watch {
    /// Whether they want to know what was read before each decision, too.
    const WANTS_DETAILS: bool;
    /// This input was applied.
    fn told(&mut self, now: Timestamp, input: Input<'_>);
    /// And this was decided on it, for that side.
    fn decided(&mut self, side: Side, out: &Effects);
}

/// Nobody.
impl Watch for () {
    const WANTS_DETAILS: bool = false;

    fn told(&mut self, _: Timestamp, _: Input<'_>) {}
    fn decided(&mut self, _: Side, _: &Effects) {}
}

/// Keeps one arm.
struct Keeper {
    arm: usize,
    told: Option<(Timestamp, Told)>,
    steps: Vec<Step>,
}

impl Watch for Keeper {
    const WANTS_DETAILS: bool = true;

    fn told(&mut self, now: Timestamp, input: Input<'_>) {
        self.told = Some((now, input.into()));
    }

    fn decided(&mut self, side: Side, out: &Effects) {
        let (at, told) = self.told.take().expect("an input comes before what is decided on it");
        let is_ours = match side {
            Side::Common => true,
            Side::Apart(arm) => arm == self.arm,
        };
        if is_ours {
            let (records, details) = (out.records.clone(), out.details.clone().unwrap_or_default());
            self.steps.push(Step { at, told, records, details });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_may_be_written_with_fewer_zeros_and_in_no_other_way() {
        for customer in [0, 42, u32::MAX] {
            assert_eq!(customer_called(&name_of(customer)), Some(customer));
        }
        assert_eq!(customer_called("c-42"), Some(42));
        for wrong in ["42", "c-", "c--1", "c-+1", "c-4 2", "c-4294967296", "c-00000000042", "C-42"]
        {
            assert_eq!(customer_called(wrong), None, "{wrong}");
        }
    }
}
