//! Who meets an experiment, and what they do then, with its mail and without: the people whom the rehearsal of a test
//! deals out.

use super::life::{Forks, Lives};
use super::policy::Side;
use super::run::{CHUNK, Stage, crowd_of};
use super::trace::Watch;
use super::{AS_WRITTEN, NO_MAIL, Plan};
use crate::trial::Reached;
use foresend_core::customer::effect::Effects;
use foresend_core::customer::input::Input;
use foresend_core::customer::record::{Decided, Did};
use foresend_core::id::CustomerId;
use foresend_core::time::{Timestamp, Wait};
use foresend_core::world::experiment::ExperimentIx;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::thread;

/// Those who meet an experiment.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct People {
    /// With its mail, whichever variant they have.
    pub mailed: Vec<Reached>,
    /// The same customers without any mail, but for those who meet it only then.
    pub without: Vec<Reached>,
}

/// Everybody of `plan` who meets `experiment`, in the order of their numbers; nobody is held out. `progress` is told the
/// customers done.
///
/// # Panics
/// Where an actor or a life breaks an invariant of its own: a bug.
#[must_use]
pub fn people(
    plan: &Plan<'_>,
    experiment: ExperimentIx,
    progress: &(dyn Fn(u64) + Sync),
) -> People {
    let crowd = crowd_of(plan);
    let stage = Stage::of(plan, plan.program, &[], &crowd);
    let policies = stage.policies();
    let (dealt, done) = (AtomicU32::new(0), AtomicU64::new(0));
    let work = || {
        let watch = Meets { experiment, from: plan.from, arms: [None; 2] };
        let mut host = stage.host(&policies, None, watch);
        let mut lives = Lives::new(CustomerId::of(stage.world.id_key, ""), Forks::default());
        let mut found: Vec<(u32, [Option<Reached>; 2])> = Vec::new();
        loop {
            let chunk = dealt.fetch_add(1, Ordering::Relaxed);
            let first = chunk.checked_mul(CHUNK).filter(|&first| first < plan.customers);
            let Some(first) = first else { return found };
            let last = first.saturating_add(CHUNK).min(plan.customers);
            for customer in first..last {
                host.watch.arms = [None; 2];
                lives.live(&mut host, stage.world.seed, customer);
                if host.watch.arms.iter().any(Option::is_some) {
                    found.push((customer, host.watch.arms));
                }
            }
            let here = u64::from(last - first);
            progress(done.fetch_add(here, Ordering::Relaxed) + here);
        }
    };
    let mut all = thread::scope(|scope| {
        let workers: Vec<_> = (0..plan.threads.max(1)).map(|_| scope.spawn(work)).collect();
        let mut all = Vec::new();
        for worker in workers {
            match worker.join() {
                Ok(found) => all.extend(found),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        all
    });
    all.sort_unstable_by_key(|(customer, _)| *customer);
    let of = |arm: usize| all.iter().filter_map(|(_, arms)| arms[arm]).collect();
    People { mailed: of(AS_WRITTEN), without: of(NO_MAIL) }
}

/// Notes when one customer meets the experiment, in either arm, and whether they reach the goal.
struct Meets {
    experiment: ExperimentIx,
    from: Timestamp,
    arms: [Option<Reached>; 2],
}

impl Meets {
    fn note(&mut self, arm: usize, at: Timestamp, decided: Decided) {
        let own = |of: ExperimentIx| of == self.experiment;
        if let Decided::Met(_, assigned, true) = decided
            && own(assigned.experiment)
        {
            let day = at.since(self.from).millis() / Wait::days(1).millis();
            let day = u32::try_from(day.max(0)).unwrap_or(u32::MAX);
            self.arms[arm] = Some(Reached { day, goal: false });
        }
        if let Decided::Tested(_, assigned, Did::Goal) = decided
            && own(assigned.experiment)
            && let Some(reached) = &mut self.arms[arm]
        {
            reached.goal = true;
        }
    }
}

impl Watch for Meets {
    const WANTS_DETAILS: bool = false;

    fn told(&mut self, _: Timestamp, _: Input<'_>) {}

    fn decided(&mut self, side: Side, out: &Effects) {
        for record in &out.records {
            match side {
                // As long as the arms are one, what happens in it happens in both.
                Side::Common => {
                    self.note(NO_MAIL, record.at, record.decided);
                    self.note(AS_WRITTEN, record.at, record.decided);
                }
                Side::Apart(arm @ (NO_MAIL | AS_WRITTEN)) => {
                    self.note(arm, record.at, record.decided);
                }
                Side::Apart(_) => {}
            }
        }
    }
}
