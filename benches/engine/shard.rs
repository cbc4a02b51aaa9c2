//! What a shard adds to the decision: entries told to a [`ShardCore`] in groups, beside the same inputs told straight to
//! [`Customer::apply`](foresend_core::customer::Customer::apply) in the same order. The store is in memory and read for
//! nobody: every customer was told of before the clock runs. Both must come to equally many records.

use crate::asked::Asked;
use crate::direct::{Direct, Parts, now_of};
use crate::figure;
use crate::machine::works;
use crate::shop::{FROM, SEED, Shop, id_key};
use crate::told;
use foresend_core::chance::Seed;
use foresend_core::time::Wait;
use foresend_core::world::World;
use foresend_core::world::event::EventIx;
use foresend_core::world::experiment::ExperimentIx;
use foresend_engine::entry::{Entry, Group, Seq};
use foresend_engine::kv::Kv;
use foresend_engine::shard::{Input, Out, Part, ShardCore, Versions, partitions_of};
use foresend_engine::sim::kv::MemoryKv;
use foresend_engine::version::{Version, VersionId};
use foresend_simulator::rehearsal::{Step, Told};
use std::sync::Arc;
use std::time::Duration;

/// How often each is timed; the middle counts.
const TIMES: usize = 5;
/// How often each customer sees, or adds, one thing more.
const ROUNDS: usize = 200;
/// So many customers do that.
const WARM: usize = 1_000;

/// The one version.
pub(crate) struct One(pub(crate) Arc<Version>);

impl Versions for One {
    fn get(&self, id: VersionId) -> Option<Arc<Version>> {
        (id == self.0.id()).then(|| Arc::clone(&self.0))
    }
}

/// What customers, by the place of their lives, are told in a row. The clock runs from the step `warm` on.
struct Story {
    warm: usize,
    told: Vec<(usize, Step)>,
}

pub(crate) fn measure(asked: &Asked) {
    let shop = Shop::of(asked.customers(5_000));
    let lived = lived(&shop);
    let half = FROM.after(Wait::days(30));
    let warm = lived.partition_point(|(_, step)| step.at < half);
    let second = Story { warm, told: lived.clone() };
    let what = format!("a second month of {} customers", shop.lives.len());
    for size in [100, 1_000] {
        compare(&shop, &what, &second, size);
    }
    let few = lived.into_iter().filter(|(customer, _)| *customer < WARM).collect::<Vec<_>>();
    for (what, name) in [
        ("Product Viewed, warm customers", EventIx::PRODUCT_VIEWED),
        ("Product Added, warm customers", EventIx::PRODUCT_ADDED),
    ] {
        let story = again_and_again(&shop, &few, name);
        for size in [100, 1_000] {
            compare(&shop, what, &story, size);
        }
    }
}

/// Every input of everybody in the order of time. Events have ids, as a shop's have.
pub(crate) fn lived(shop: &Shop) -> Vec<(usize, Step)> {
    let lives = shop.lives.iter().enumerate();
    let steps = lives.flat_map(|(customer, life)| {
        let steps = life.lived.steps.iter().zip(1..);
        steps.map(move |(step, number)| (customer, without_records(step, number)))
    });
    let mut steps: Vec<_> = steps.collect();
    steps.sort_by_key(|(_, step)| step.at);
    steps
}

fn without_records(step: &Step, number: u64) -> Step {
    let mut told = step.told.clone();
    if let Told::Event { id, .. } = &mut told {
        *id = number;
    }
    Step { at: step.at, told, records: Vec::new(), details: Vec::new() }
}

/// The lives, and then one of the events called `name` for each customer in turn, a minute between two of theirs.
fn again_and_again(shop: &Shop, lived: &[(usize, Step)], name: EventIx) -> Story {
    let mut told = lived.to_vec();
    let is_wanted =
        |step: &&(usize, Step)| matches!(step.1.told, Told::Event { name: is, .. } if is == name);
    let like = lived.iter().find(is_wanted).expect("somebody did it in two months").1.clone();
    let customers = WARM.min(shop.lives.len());
    let until = FROM.after(Wait::days(61));
    let between = Wait::from_millis(60_000 / i64::try_from(customers).expect("few"));
    let mut now = until;
    for number in 0..ROUNDS * customers {
        now = now.after(between);
        let mut step = like.clone();
        step.at = now;
        if let Told::Event { at, id, .. } = &mut step.told {
            (*at, *id) = (now, u64::try_from(number).expect("fits") + 1_000_000);
        }
        told.push((number % customers, step));
    }
    Story { warm: lived.len(), told }
}

fn compare(shop: &Shop, what: &str, story: &Story, size: usize) {
    let version = Arc::new(shop.version());
    let mut world = world(shop);
    let parts: Vec<Parts<'_>> =
        story.told.iter().map(|(of, step)| Parts::of(step, &shop.lives[*of], &mut world)).collect();
    let (before, timed) = story.told.split_at(story.warm);
    let groups = |of: &[(usize, Step)], first| groups(shop, &version, of, size, first);
    let warm = groups(before, 2);
    let groups = groups(timed, 2 + u64::try_from(story.warm).expect("fits"));
    let (mut in_shard, mut direct) = (Vec::new(), Vec::new());
    for _ in 0..TIMES {
        let kv: Arc<dyn Kv + Send + Sync> = Arc::new(MemoryKv::new());
        let mut shard = begun(&version, &kv);
        warm.iter().for_each(|group| tell(&mut shard, group));
        in_shard.push(works(|| groups.iter().for_each(|group| tell(&mut shard, group))));
        let entries = Seq(2 + u64::try_from(story.told.len()).expect("fits"));
        let records = cut(&mut shard, entries).timeline.len();
        drop(shard);

        let mut customers = Direct::new(shop, &world);
        let mut apply = |told: &[(usize, Step)], parts: &[Parts<'_>]| {
            for (told, parts) in told.chunks(size).zip(parts.chunks(size)) {
                customers.tell_group(told, parts);
            }
        };
        let (parts_before, parts) = parts.split_at(story.warm);
        apply(before, parts_before);
        direct.push(works(|| apply(timed, parts)));
        assert_eq!(records, customers.records, "a shard decides as the core does");
    }
    let [in_shard, direct] = [in_shard, direct].map(|took| ns_each(took, timed.len()));
    let what = format!("{what}, groups of {size}");
    figure(&format!("{what}: in a shard"), &format!("{in_shard:.0} ns an entry"), "");
    figure(&format!("{what}: apply alone"), &format!("{direct:.0} ns an input"), "≤ 300, aim 90");
    figure(
        &format!("{what}: the shard adds"),
        &format!("{:.0} ns an entry", in_shard - direct),
        "",
    );
}

/// The world that a shard makes for itself of the same beginning.
pub(crate) fn world(shop: &Shop) -> World {
    let compiled = &shop.compiled;
    let mut world = World::new(Seed(SEED), id_key(), compiled.program.clone());
    world.catalogue = Arc::new(compiled.catalogue.clone());
    for (_, ix) in compiled.program.experiments.iter().zip(0u8..) {
        world.begin_experiment(ExperimentIx(ix), FROM);
    }
    world
}

/// A shard of all customers that has been told how a journal begins.
pub(crate) fn begun(version: &Arc<Version>, kv: &Arc<dyn Kv + Send + Sync>) -> ShardCore {
    let versions = Arc::new(One(Arc::clone(version)));
    let shard = ShardCore::new(partitions_of(0, 1), Arc::clone(kv), versions, None, usize::MAX);
    let mut shard = shard.expect("an empty store");
    tell(&mut shard, &beginning(version));
    shard.handle(Input::Live, 0, &mut Out::default()).expect("a store that can be read");
    shard
}

/// What a journal begins with.
pub(crate) fn beginning(version: &Version) -> Group {
    let mut entries = Vec::new();
    let all = [
        Entry::World { seed: SEED, id_key: id_key().0 },
        Entry::Published { version: version.id() },
    ];
    all.iter().for_each(|entry| entry.write(&mut entries).expect("short"));
    Group { first: Seq(0), count: 2, now: FROM, entries }
}

/// As groups of `size` entries, of which the first is `first`.
pub(crate) fn groups(
    shop: &Shop,
    version: &Version,
    told: &[(usize, Step)],
    size: usize,
    mut first: u64,
) -> Vec<Group> {
    let group = |told: &[(usize, Step)]| {
        let mut entries = Vec::new();
        for (customer, step) in told {
            told::write(shop, version, &shop.lives[*customer], step, &mut entries);
        }
        let count = u32::try_from(told.len()).expect("small");
        let group = Group { first: Seq(first), count, now: now_of(told), entries };
        first += u64::from(count);
        group
    };
    told.chunks(size).map(group).collect()
}

/// As its actor would: what the shard asks for is taken away.
pub(crate) fn tell(shard: &mut ShardCore, group: &Group) {
    let mut out = Out::default();
    shard.handle(Input::Group(group), 0, &mut out).expect("entries of ours");
}

/// The shard's part of a checkpoint at `cut`.
pub(crate) fn cut(shard: &mut ShardCore, cut: Seq) -> Box<Part> {
    let mut out = Out::default();
    shard.handle(Input::Cut(cut), 0, &mut out).expect("a store that can be read");
    shard.handle(Input::Take(usize::MAX), 0, &mut out).expect("a store that can be read");
    out.part.expect("all were taken")
}

#[expect(clippy::cast_precision_loss, reason = "a figure to three digits")]
fn ns_each(mut took: Vec<Duration>, number: usize) -> f64 {
    took.sort_unstable();
    took[TIMES / 2].as_secs_f64() * 1e9 / number as f64
}
