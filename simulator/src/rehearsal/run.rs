//! Customers over threads. A chunk of customers is dealt out to whoever is free; each worker adds up its own, and at the
//! end the workers are added up. All of it is integers, so the deal cannot show.

use super::arm::Row;
use super::assumed;
use super::diary::Diary;
use super::fault::Faults;
use super::host::Host;
use super::life::{Forks, Lives};
use super::past::looks_back;
use super::policy::{Holds, Journeys, Policy};
use super::site::Vocabulary;
use super::trace::Watch;
use super::worth::Worth;
use super::{AS_WRITTEN, Arm, Claimed, Compared, Deliverability, Plan, Rehearsal, RehearsalError};
use crate::behaviour::Crowd;
use crate::behaviour::catalogue::{Catalogue, Shelves, described};
use crate::behaviour::inbox::{Day, Inbox, PASSES_MAX, SETTLED};
use crate::population::Homes;
use foresend_core::chance::{Seed, join};
use foresend_core::id::{CustomerId, IdKey};
use foresend_core::money::Money;
use foresend_core::time::{Timestamp, Wait};
use foresend_core::world::World;
use foresend_core::world::catalogue::Catalogue as Table;
use foresend_core::world::journey::JourneyIx;
use foresend_core::world::program::Program;
use foresend_insight::increment::Paired;
use foresend_insight::pulse::Pulse;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::thread;

/// Customers dealt out at a time.
pub(super) const CHUNK: u32 = 1_024;

/// Rehearses `plan`. `progress` is told the customers done and the events applied so far, from the worker threads, after
/// each chunk of customers.
///
/// # Errors
/// [`RehearsalError::TooMuchAssumed`] where an assumption cannot be so in the population.
///
/// # Panics
/// Where an actor or a life breaks an invariant of its own: a bug.
pub fn rehearse(
    plan: &Plan<'_>,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<Rehearsal, RehearsalError> {
    rehearse_until(plan, None, progress, &AtomicBool::new(false))
}

/// The same, until somebody sets `stop`; with what each customer's outcome is worth, if that is asked for.
///
/// # Errors
/// [`RehearsalError::Stopped`].
///
/// # Panics
/// The same.
pub fn rehearse_until(
    plan: &Plan<'_>,
    worth: Option<&Worth>,
    progress: &(dyn Fn(u64, u64) + Sync),
    stop: &AtomicBool,
) -> Result<Rehearsal, RehearsalError> {
    assumed::check(plan)?;
    let crowd = crowd_of(plan);
    let stage = Stage::of(plan, plan.program, left_out(plan), &crowd);
    let others = plan.compared.iter().map(|other| Stage::of(plan, other.program, &[], &crowd));
    let others: Vec<Stage<'_>> = others.collect();
    let (policies, other_policies) =
        (stage.policies(), others.iter().map(Stage::policies).collect::<Vec<_>>());
    let feeds_back = *plan.preset.deliverability.feedback > 0.0;
    let arms = || [policies.len()].into_iter().chain(other_policies.iter().map(Vec::len));
    let mut inboxes: Vec<Inbox> = arms().map(Inbox::open).collect();
    let mut before = 0;
    for pass in 1.. {
        let pass_through = |customers, events| progress(customers, before + events);
        let tables = feeds_back.then_some(&*inboxes);
        let stages = (&stage, &*policies, &*others, &*other_policies);
        let mut counted = play((plan, worth), stages, tables, &pass_through, stop);
        if stop.load(Ordering::Relaxed) {
            return Err(RehearsalError::Stopped);
        }
        before += counted.events;
        counted.events = before;
        if !feeds_back {
            return Ok(counted.rehearsal(plan, None));
        }
        let found: Vec<Inbox> =
            counted.days.iter().map(|arms| Inbox::of(plan.preset, arms)).collect();
        let change = found.iter().zip(&inboxes).map(|(a, b)| a.change(b)).fold(0.0, f64::max);
        inboxes = found;
        if change <= SETTLED || pass == PASSES_MAX {
            let lowest = inboxes[0].lowest(AS_WRITTEN);
            let deliverability = Deliverability { passes: pass, change, lowest };
            return Ok(counted.rehearsal(plan, Some(deliverability)));
        }
    }
    unreachable!("there is a last pass")
}

/// Stages with the policies of their arms: the program's own, and those that are compared.
type Stages<'a> = (&'a Stage<'a>, &'a [Policy<'a>], &'a [Stage<'a>], &'a [Vec<Policy<'a>>]);

/// Every customer once, in all arms.
fn play(
    (plan, worth): (&Plan<'_>, Option<&Worth>),
    (stage, policies, others, other_policies): Stages<'_>,
    inboxes: Option<&[Inbox]>,
    progress: &(dyn Fn(u64, u64) + Sync),
    stop: &AtomicBool,
) -> Counted {
    let (dealt, done, events) = (AtomicU32::new(0), AtomicU64::new(0), AtomicU64::new(0));
    let inbox = |program: usize| inboxes.and_then(|inboxes| inboxes.get(program));
    let work = || {
        let hosts = (1..).zip(others.iter().zip(other_policies));
        let hosts = hosts.map(|(at, (stage, policies))| stage.host(policies, inbox(at), ()));
        let mut own = stage.host(policies, inbox(0), ());
        own.diary = plan.by_day.then(|| Diary::new(plan.program, plan.days));
        let mut worker = Worker::new(own, hosts.collect(), stage.forks.clone(), worth);
        loop {
            if stop.load(Ordering::Relaxed) {
                return worker.counted();
            }
            let chunk = dealt.fetch_add(1, Ordering::Relaxed);
            let Some(first) = chunk.checked_mul(CHUNK).filter(|&first| first < plan.customers)
            else {
                return worker.counted();
            };
            let last = first.saturating_add(CHUNK).min(plan.customers);
            let before = worker.events();
            for customer in first..last {
                worker.live(stage.world.seed, customer);
            }
            let here = worker.events() - before;
            let done = done.fetch_add(u64::from(last - first), Ordering::Relaxed);
            let events = events.fetch_add(here, Ordering::Relaxed);
            progress(done + u64::from(last - first), events + here);
        }
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..plan.threads.max(1)).map(|_| scope.spawn(work)).collect();
        let mut all = Counted::new(plan, worth.is_some());
        for worker in workers {
            match worker.join() {
                Ok(counted) => all.merge(&counted),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        all
    })
}

/// The journeys of `plan` that are left out: as many as can be told apart.
fn left_out<'a>(plan: &Plan<'a>) -> &'a [JourneyIx] {
    &plan.left_out[..plan.left_out.len().min(Journeys::MOST)]
}

/// How the people of `plan` behave.
pub(super) fn crowd_of(plan: &Plan<'_>) -> Crowd {
    let crowd = Crowd::new(plan.preset, &shelves_of(plan).into(), plan.program.minor_digits);
    crowd.assuming(&assumed::effects(plan))
}

/// What they look at: what the shop sells, or if that is nothing, what the population describes.
pub(super) fn shelves_of(plan: &Plan<'_>) -> Shelves {
    let usual = Catalogue::usual_price(plan.preset, plan.program.minor_digits);
    let of = |table: &Table| Shelves::of(table, usual);
    let own = plan.catalogue.and_then(of);
    own.or_else(|| of(&table_of(plan, plan.program))).expect("a described shop has items")
}

/// The same as `program` reads it.
fn table_of(plan: &Plan<'_>, program: &Program) -> Table {
    match plan.catalogue.filter(|table| !table.is_empty()) {
        Some(table) => table.clone(),
        None => described(plan.preset, &program.columns, program.minor_digits),
    }
}

/// What every life under one program is lived on.
pub(super) struct Stage<'a> {
    pub(super) world: World,
    /// The same without each journey whose absence others notice, in the order of its arms.
    worlds_without: Vec<Option<World>>,
    left_out: &'a [JourneyIx],
    pub(super) forks: Forks,
    crowd: &'a Crowd,
    homes: Homes,
    faults: &'a Faults,
    vocabulary: Vocabulary,
    /// By experiment and combination: what is assumed of it.
    assumed: Vec<Vec<u16>>,
    end: Timestamp,
    look_back: Wait,
}

impl<'a> Stage<'a> {
    pub(super) fn of(
        plan: &Plan<'a>,
        program: &Program,
        left_out: &'a [JourneyIx],
        crowd: &'a Crowd,
    ) -> Self {
        let model = crowd.everyone();
        // Of all programs of a plan: what one is told of the past the others are told too.
        let programs = plan.compared.iter().map(|other| other.program).chain([plan.program]);
        let look_back = programs.map(looks_back).max().unwrap_or(Wait::ZERO);
        let days = Wait::days(plan.days);
        // The secret behind customer ids: any will do, but the same seed must give the same ids.
        let id_key = IdKey(u128::from(join(plan.seed, ID_KEY)));
        let world = World::new(Seed(plan.seed), id_key, program.clone());
        // An arm without mail is the exact holdout; variants stay on, from the first day.
        let mut world = world.without_holdout().with_experiments_from(plan.from);
        let homes = Homes::new(&mut world, &model.preset, plan.from, (look_back, days));
        world.catalogue = Arc::new(table_of(plan, program));
        let forks = Forks::of(program, left_out);
        let without = |&journey: &JourneyIx| {
            (!forks.parts_at_mail(journey)).then(|| world.clone().without(journey))
        };
        Self {
            worlds_without: left_out.iter().map(without).collect(),
            world,
            left_out,
            forks,
            crowd,
            homes,
            faults: plan.faults,
            assumed: assumed::by_combination(plan, program),
            vocabulary: match plan.faults.of_events() {
                false => Vocabulary::of(program),
                true => Vocabulary::of(program).naming_views(),
            },
            end: plan.from.after(days),
            look_back,
        }
    }

    /// The same, in which everything is said, whether the program listens or not.
    pub(super) fn hearing_everything(self) -> Self {
        Self { vocabulary: Vocabulary::everything(&self.world.program), ..self }
    }

    /// How each arm differs: without mail, as written, without each journey that is left out.
    pub(super) fn policies(&self) -> Vec<Policy<'_>> {
        let of = |holds| Policy { world: &self.world, holds };
        let without = self.left_out.iter().zip(&self.worlds_without);
        let without = without.map(|(&journey, world)| match world {
            Some(world) => Policy { world, holds: Holds::Nothing },
            None => of(Holds::One(journey)),
        });
        [of(Holds::Everything), of(Holds::Nothing)].into_iter().chain(without).collect()
    }

    /// A host of lives, all of which `watch` is told of.
    pub(super) fn host<'s, W: Watch>(
        &'s self,
        policies: &'s [Policy<'s>],
        inbox: Option<&'s Inbox>,
        watch: W,
    ) -> Host<'s, W> {
        let Self { crowd, homes, vocabulary, faults, assumed, end, look_back, .. } = self;
        let around = (*crowd, homes, vocabulary, *faults, &**assumed);
        Host::new(policies, around, inbox, *end, *look_back, watch)
    }
}

/// So that ids do not share a hash with draws.
const ID_KEY: u64 = u64::from_le_bytes(*b"id key  ");

/// What lives came to, added up.
#[derive(Clone, PartialEq, Debug)]
struct Counted {
    /// Of the arms that are counted: without mail, as written, as compared.
    pulses: Vec<Pulse>,
    orders: Paired,
    revenue: Paired,
    discounts: Paired,
    /// Of no arm where nobody asks.
    profit: Paired,
    claimed: Claimed,
    after_purchase: u64,
    events: u64,
    /// Mails by program, arm and day.
    days: Vec<Vec<Vec<Day>>>,
    diary: Diary,
}

impl Counted {
    fn new(plan: &Plan<'_>, asks_worth: bool) -> Self {
        let compared = plan.compared.iter().map(|other| Pulse::of(other.program));
        let own = [Pulse::of(plan.program), Pulse::of(plan.program)];
        let pulses: Vec<Pulse> = own.into_iter().chain(compared).collect();
        let arms = pulses.len() + left_out(plan).len();
        Self {
            pulses,
            orders: Paired::new(arms),
            revenue: Paired::new(arms),
            discounts: Paired::new(arms),
            profit: Paired::new(if asks_worth { arms } else { 0 }),
            claimed: Claimed::default(),
            after_purchase: 0,
            events: 0,
            days: Vec::new(),
            diary: Diary::default(),
        }
    }

    fn merge(&mut self, other: &Self) {
        let Self {
            pulses,
            orders,
            revenue,
            discounts,
            profit,
            claimed,
            after_purchase,
            events,
            days,
            diary,
        } = other;
        for (to, from) in self.pulses.iter_mut().zip(pulses) {
            to.merge(from);
        }
        self.orders.merge(orders);
        self.revenue.merge(revenue);
        self.discounts.merge(discounts);
        self.profit.merge(profit);
        self.claimed.add(claimed);
        self.after_purchase += after_purchase;
        self.events += events;
        add_days(&mut self.days, days);
        self.diary.merge(diary);
    }

    fn rehearsal(self, plan: &Plan<'_>, deliverability: Option<Deliverability>) -> Rehearsal {
        let Self { pulses, orders, revenue, discounts, profit, claimed, after_purchase, .. } = self;
        let events = self.events;
        let days = self.diary.days();
        let compared = plan.compared.iter().map(|Compared { id, .. }| *id);
        let ids = ["no-mail", "as-written"].into_iter().chain(compared);
        let arms = ids.zip(pulses).enumerate().map(|(ix, (id, pulse))| Arm {
            id: id.to_owned(),
            pulse,
            orders: orders.total(ix).unsigned_abs(),
            revenue: Money::from_minor(revenue.total(ix)),
        });
        Rehearsal {
            customers: u64::from(plan.customers),
            events,
            arms: arms.collect(),
            left_out: left_out(plan).to_vec(),
            orders,
            revenue,
            discounts,
            profit,
            attributed_orders: claimed.click,
            after_purchase,
            claimed,
            days,
            deliverability,
        }
    }
}

/// Adds the mails of `other`, by program, arm and day.
fn add_days(all: &mut Vec<Vec<Vec<Day>>>, other: &[Vec<Vec<Day>>]) {
    all.resize(all.len().max(other.len()), Vec::new());
    for (all, other) in all.iter_mut().zip(other) {
        all.resize(all.len().max(other.len()), Vec::new());
        for (all, other) in all.iter_mut().zip(other) {
            all.resize(all.len().max(other.len()), Day::default());
            for (all, other) in all.iter_mut().zip(other) {
                all.arrived += other.arrived;
                all.complained += other.complained;
            }
        }
    }
}

/// One thread's work.
struct Worker<'a> {
    host: Host<'a, ()>,
    /// Of the programs that are compared.
    others: Vec<Host<'a, ()>>,
    lives: Lives,
    other_lives: Lives,
    rows: Vec<Row>,
    sums: [Paired; 3],
    /// What it is worth, and sums of that.
    profit: Option<(Worth, Paired)>,
    outcomes: Vec<i64>,
    claimed: Claimed,
    after_purchase: u64,
}

/// What is summed up of each arm.
const OUTCOMES: [fn(&Row) -> i64; 3] = [|row| row.orders, |row| row.revenue, |row| row.discounts];

impl<'a> Worker<'a> {
    fn new(
        host: Host<'a, ()>,
        others: Vec<Host<'a, ()>>,
        forks: Forks,
        worth: Option<&Worth>,
    ) -> Self {
        let nobody = CustomerId::of(host.world().id_key, "");
        let arms = 2 + others.len() + forks.count();
        Self {
            host,
            others,
            lives: Lives::new(nobody, forks),
            other_lives: Lives::new(nobody, Forks::default()),
            rows: Vec::new(),
            sums: [(); 3].map(|()| Paired::new(arms)),
            profit: worth.map(|worth| (*worth, Paired::new(arms))),
            outcomes: Vec::new(),
            claimed: Claimed::default(),
            after_purchase: 0,
        }
    }

    fn events(&self) -> u64 {
        self.host.events + self.others.iter().map(|host| host.events).sum::<u64>()
    }

    fn live(&mut self, seed: Seed, customer: u32) {
        let own = self.lives.live(&mut self.host, seed, customer);
        let (both, without) = own.split_at(AS_WRITTEN + 1);
        self.rows.clear();
        self.rows.extend(both);
        for host in &mut self.others {
            self.rows.push(self.other_lives.live_as_written(host, seed, customer));
        }
        self.rows.extend(without);
        for (sums, of) in self.sums.iter_mut().zip(OUTCOMES) {
            self.outcomes.clear();
            self.outcomes.extend(self.rows.iter().map(of));
            sums.add(&self.outcomes);
        }
        if let Some((worth, sums)) = &mut self.profit {
            self.outcomes.clear();
            self.outcomes.extend(self.rows.iter().map(|row| worth.profit(row)));
            sums.add(&self.outcomes);
        }
        self.claimed.add(&self.rows[AS_WRITTEN].claimed);
        self.after_purchase += self.rows[AS_WRITTEN].after_purchase;
    }

    fn counted(self) -> Counted {
        let events = self.events();
        let hosts = [&self.host].into_iter().chain(&self.others);
        let days = hosts.map(|host| host.days.clone()).collect();
        let Host { common, apart: [mut no_mail, mut as_written], diary, .. } = self.host;
        no_mail.merge(&common);
        as_written.merge(&common);
        let others = self.others.into_iter().map(|Host { apart: [_, as_written], .. }| as_written);
        let pulses = [no_mail, as_written].into_iter().chain(others).collect();
        let Self { sums: [orders, revenue, discounts], claimed, after_purchase, .. } = self;
        let diary = diary.unwrap_or_default();
        let profit = self.profit.map_or_else(|| Paired::new(0), |(_, sums)| sums);
        Counted {
            pulses,
            orders,
            revenue,
            discounts,
            profit,
            claimed,
            after_purchase,
            events,
            days,
            diary,
        }
    }
}
