//! Customers over threads. A chunk of customers is dealt out to whoever is free; each worker adds up its own, and at the
//! end the workers are added up. All of it is integers, so the deal cannot show.

use super::arm::{Host, Row};
use super::life::Lives;
use super::past::looks_back;
use super::site::Vocabulary;
use super::trace::Watch;
use super::{AS_WRITTEN, Arm, Claimed, NO_MAIL, Plan, Rehearsal, RehearsalError};
use crate::behaviour::Model;
use crate::population::Homes;
use foresend_core::chance::{Seed, join};
use foresend_core::id::{CustomerId, IdKey};
use foresend_core::money::Money;
use foresend_core::time::{Timestamp, Wait};
use foresend_core::world::World;
use foresend_core::world::program::Program;
use foresend_insight::increment::Paired;
use foresend_insight::pulse::Pulse;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::thread;

/// Customers dealt out at a time.
const CHUNK: u32 = 1_024;

/// Rehearses `plan`. `progress` is told the customers done and the events applied so far, from the worker threads, after
/// each chunk of customers.
///
/// # Errors
/// None today: whatever compiles can be rehearsed.
///
/// # Panics
/// Where an actor or a life breaks an invariant of its own: a bug.
pub fn rehearse(
    plan: &Plan<'_>,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<Rehearsal, RehearsalError> {
    let stage = Stage::of(plan);
    let (dealt, done, events) = (AtomicU32::new(0), AtomicU64::new(0), AtomicU64::new(0));
    let work = || {
        let mut worker = Worker::new(stage.host(()));
        loop {
            let chunk = dealt.fetch_add(1, Ordering::Relaxed);
            let Some(first) = chunk.checked_mul(CHUNK).filter(|&first| first < plan.customers)
            else {
                return worker.counted();
            };
            let last = first.saturating_add(CHUNK).min(plan.customers);
            let before = worker.host.events;
            for customer in first..last {
                worker.live(stage.world.seed, customer);
            }
            let here = worker.host.events - before;
            let done = done.fetch_add(u64::from(last - first), Ordering::Relaxed);
            let events = events.fetch_add(here, Ordering::Relaxed);
            progress(done + u64::from(last - first), events + here);
        }
    };
    let counted = thread::scope(|scope| {
        let workers: Vec<_> = (0..plan.threads.max(1)).map(|_| scope.spawn(work)).collect();
        let mut all = Counted::new(plan.program);
        for worker in workers {
            match worker.join() {
                Ok(counted) => all.merge(&counted),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        all
    });
    Ok(counted.rehearsal(plan))
}

/// What every life of a rehearsal is lived on.
pub(super) struct Stage {
    pub(super) world: World,
    model: Model,
    homes: Homes,
    vocabulary: Vocabulary,
    end: Timestamp,
    look_back: Wait,
}

impl Stage {
    pub(super) fn of(plan: &Plan<'_>) -> Self {
        let look_back = looks_back(plan.program);
        let days = Wait::days(plan.days);
        // The secret behind customer ids: any will do, but the same seed must give the same ids.
        let id_key = IdKey(u128::from(join(plan.seed, ID_KEY)));
        let model = Model::new(plan.preset.clone(), plan.program.minor_digits);
        let world = World::new(Seed(plan.seed), id_key, plan.program.clone());
        let mut world = world.without_holdout();
        let homes = Homes::new(&mut world, &model.preset, plan.from, (look_back, days));
        world.catalogue = model.catalogue.rows(&plan.program.columns);
        Self {
            world,
            model,
            homes,
            vocabulary: Vocabulary::of(plan.program),
            end: plan.from.after(days),
            look_back,
        }
    }

    /// A host of lives, all of which `watch` is told of.
    pub(super) fn host<W: Watch>(&self, watch: W) -> Host<'_, W> {
        let Self { world, model, homes, vocabulary, end, look_back } = self;
        Host::new(world, (model, homes, vocabulary), *end, *look_back, watch)
    }
}

/// So that ids do not share a hash with draws.
const ID_KEY: u64 = u64::from_le_bytes(*b"id key  ");

/// What lives came to, added up.
#[derive(Clone, PartialEq, Debug)]
struct Counted {
    pulses: [Pulse; 2],
    orders: Paired,
    revenue: Paired,
    discounts: Paired,
    claimed: Claimed,
    events: u64,
}

impl Counted {
    fn new(program: &Program) -> Self {
        Self {
            pulses: [Pulse::of(program), Pulse::of(program)],
            orders: Paired::new(2),
            revenue: Paired::new(2),
            discounts: Paired::new(2),
            claimed: Claimed::default(),
            events: 0,
        }
    }

    fn merge(&mut self, other: &Self) {
        let Self { pulses, orders, revenue, discounts, claimed, events } = other;
        for (to, from) in self.pulses.iter_mut().zip(pulses) {
            to.merge(from);
        }
        self.orders.merge(orders);
        self.revenue.merge(revenue);
        self.discounts.merge(discounts);
        self.claimed.add(claimed);
        self.events += events;
    }

    fn rehearsal(self, plan: &Plan<'_>) -> Rehearsal {
        let Self { pulses: [no_mail, as_written], orders, revenue, discounts, claimed, events } =
            self;
        let arm = |id: &str, ix: usize, pulse: Pulse| Arm {
            id: id.to_owned(),
            pulse,
            orders: orders.total(ix).unsigned_abs(),
            revenue: Money::from_minor(revenue.total(ix)),
        };
        let arms =
            vec![arm("no-mail", NO_MAIL, no_mail), arm("as-written", AS_WRITTEN, as_written)];
        Rehearsal {
            customers: u64::from(plan.customers),
            events,
            arms,
            orders,
            revenue,
            discounts,
            attributed_orders: claimed.click,
            claimed,
        }
    }
}

/// One thread's work.
struct Worker<'a> {
    host: Host<'a, ()>,
    lives: Lives,
    orders: Paired,
    revenue: Paired,
    discounts: Paired,
    claimed: Claimed,
}

impl<'a> Worker<'a> {
    fn new(host: Host<'a, ()>) -> Self {
        let nobody = CustomerId::of(host.world.id_key, "");
        let [orders, revenue, discounts] = [(); 3].map(|()| Paired::new(2));
        let claimed = Claimed::default();
        Self { host, lives: Lives::new(nobody), orders, revenue, discounts, claimed }
    }

    fn live(&mut self, seed: Seed, customer: u32) {
        let rows = self.lives.live(&mut self.host, seed, customer);
        let outcome = |of: fn(&Row) -> i64| [of(&rows[NO_MAIL]), of(&rows[AS_WRITTEN])];
        self.orders.add(&outcome(|row| row.orders));
        self.revenue.add(&outcome(|row| row.revenue));
        self.discounts.add(&outcome(|row| row.discounts));
        self.claimed.add(&rows[AS_WRITTEN].claimed);
    }

    fn counted(self) -> Counted {
        let Host { common, apart: [mut no_mail, mut as_written], events, .. } = self.host;
        no_mail.merge(&common);
        as_written.merge(&common);
        let Self { orders, revenue, discounts, claimed, .. } = self;
        Counted { pulses: [no_mail, as_written], orders, revenue, discounts, claimed, events }
    }
}
