//! The same inputs in groups of any size, to any number of shards that hold almost nobody in memory, take checkpoints at
//! any moment, lose their power, are started again with another number of shards, and put customers into quarantine and
//! take them out: the same records.

use crate::replayed::{One, beginning, group};
use crate::shop::{FROM, Shop};
use crate::told;
use foresend_core::chance::{join, mix};
use foresend_core::id::CustomerId;
use foresend_engine::entry::{Entry, Group, Seq, Told, each};
use foresend_engine::kv::Kv;
use foresend_engine::shard::{Input, Out, Part, ShardCore, partitions_of};
use foresend_engine::sim::kv::MemoryKv;
use foresend_engine::store::checkpoint::Checkpointer;
use foresend_engine::store::meta::Meta;
use foresend_engine::store::timeline;
use std::sync::Arc;

/// One history: its seed, and what was drawn so far.
pub(crate) struct Draws(pub(crate) u64, pub(crate) u64);

impl Draws {
    pub(crate) fn below(&mut self, most: u64) -> u64 {
        self.1 += 1;
        join(mix(self.0), self.1) % most
    }
}

struct Machine {
    kv: Arc<MemoryKv>,
    versions: Arc<One>,
    cores: Vec<ShardCore>,
    groups: Vec<Group>,
    /// A checkpoint that is being made: its cut, and the parts that are whole.
    making: Option<(Seq, Vec<Option<Part>>)>,
    crashes: u32,
    checkpoints: u32,
    repeats: u64,
}

impl Machine {
    fn new(versions: Arc<One>, draws: &mut Draws) -> Self {
        let (kv, cores, groups) = (Arc::new(MemoryKv::new()), Vec::new(), Vec::new());
        let (making, crashes, checkpoints, repeats) = (None, 0, 0, 0);
        let mut machine =
            Self { kv, versions, cores, groups, making, crashes, checkpoints, repeats };
        machine.start(draws);
        machine
    }

    fn start(&mut self, draws: &mut Draws) {
        let meta = Meta::load(&*self.kv).unwrap();
        let shards = u16::try_from(1 + draws.below(5)).unwrap();
        let memory = usize::try_from(draws.below(3) * 20_000).unwrap();
        let core = |shard| {
            let (kv, versions) = (self.kv.clone(), self.versions.clone());
            ShardCore::new(partitions_of(shard, shards), kv, versions, meta.as_ref(), memory)
                .unwrap()
        };
        self.cores = (0..shards).map(core).collect();
        let cut = meta.map_or(Seq(0), |meta| meta.cut);
        for core in &mut self.cores {
            for group in self.groups.iter().filter(|group| group.first >= cut) {
                core.handle(Input::Replay(group), 0, &mut Out::default()).unwrap();
            }
            core.handle(Input::Live, 0, &mut Out::default()).unwrap();
        }
    }

    /// Whose inputs are kept.
    fn held(&self) -> usize {
        self.cores.iter().map(|core| core.counts().quarantined).sum()
    }

    fn end(&self) -> Seq {
        self.groups.last().map_or(Seq(0), |last| Seq(last.first.0 + u64::from(last.count)))
    }

    fn tell(&mut self, group: Group) {
        for core in &mut self.cores {
            core.handle(Input::Group(&group), 0, &mut Out::default()).unwrap();
        }
        self.groups.push(group);
    }

    /// Goes on with a checkpoint, of `most` customers a shard; begins one if none is being made.
    fn checkpoint(&mut self, most: usize) {
        let mut parts = self.making.take().unwrap_or_else(|| {
            let cut = self.end();
            let mut begin = |core: &mut ShardCore| {
                let mut out = Out::default();
                core.handle(Input::Cut(cut), 0, &mut out).unwrap();
                out.part.map(|part| *part)
            };
            (cut, self.cores.iter_mut().map(&mut begin).collect())
        });
        for (core, part) in
            self.cores.iter_mut().zip(&mut parts.1).filter(|(_, part)| part.is_none())
        {
            let mut out = Out::default();
            core.handle(Input::Take(most), 0, &mut out).unwrap();
            *part = out.part.map(|part| *part);
        }
        if parts.1.iter().any(Option::is_none) {
            self.making = Some(parts);
            return;
        }
        let (cut, parts) = parts;
        self.write(cut, parts.into_iter().flatten());
        for core in &mut self.cores {
            core.handle(Input::Settled(cut), 0, &mut Out::default()).unwrap();
        }
        self.checkpoints += 1;
    }

    fn write(&self, cut: Seq, parts: impl Iterator<Item = Part>) {
        let mut checkpointer = Checkpointer::begin(&*self.kv, cut, 10_000).unwrap();
        let from = checkpointer.from();
        let mut meta = None;
        for part in parts {
            meta = part.meta_with(meta);
            checkpointer.take(part.into_store()).unwrap();
        }
        for group in self.groups.iter().filter(|group| (from..cut).contains(&group.first)) {
            for (raw, seq) in each(&group.entries).zip(group.first.0..) {
                checkpointer.told(Seq(seq), group.now, raw.unwrap()).unwrap();
            }
        }
        checkpointer.commit(&meta.unwrap()).unwrap();
    }

    /// Power is lost, perhaps in the middle of writing a checkpoint.
    fn crash(&mut self, draws: &mut Draws) {
        self.crashes += 1;
        if draws.below(2) == 0 && self.making.is_none() {
            let cut = self.end();
            let mut parts = Vec::new();
            for core in &mut self.cores {
                let mut out = Out::default();
                core.handle(Input::Cut(cut), 0, &mut out).unwrap();
                core.handle(Input::Take(usize::MAX), 0, &mut out).unwrap();
                parts.push(*out.part.unwrap());
            }
            let mut checkpointer = Checkpointer::begin(&*self.kv, cut, 1_000).unwrap();
            for part in parts {
                checkpointer.take(part.into_store()).unwrap();
            }
        }
        self.repeats += self.cores.iter().map(|core| core.counts().repeats).sum::<u64>();
        (self.cores, self.making) = (Vec::new(), None);
        Arc::get_mut(&mut self.kv).unwrap().crash(draws.below(u64::MAX));
        self.start(draws);
    }
}

#[test]
fn groups_shards_memory_checkpoints_power_failures_and_quarantine_change_no_record() {
    let shop = Shop::of(60);
    let version = Arc::new(shop.version());
    let versions = Arc::new(One(Arc::clone(&version)));
    let expected = shop.records();
    let mut steps: Vec<_> = shop
        .lives
        .iter()
        .flat_map(|life| life.lived.steps.iter().map(move |step| (life, step)))
        .collect();
    steps.sort_by_key(|(_, step)| step.at);
    let (mut crashes, mut checkpoints, mut quarantined) = (0, 0, 0);
    for seed in 0..12 {
        let draws = &mut Draws(seed, 0);
        let mut machine = Machine::new(versions.clone(), draws);
        machine.tell(group(Seq(0), FROM, beginning(&version)));
        let mut rest = &steps[..];
        while let Some((_, first)) = rest.first() {
            let most = 1 + usize::try_from(draws.below(40)).unwrap();
            let count = rest.iter().take(most).take_while(|(_, step)| step.at == first.at).count();
            let mut entries = Vec::new();
            for (life, step) in &rest[..count] {
                told::write(&shop, &version, life, step, &mut entries);
            }
            // Somebody's inputs are kept from here on, or applied again from here on: what was decided is the same.
            if draws.below(30) == 0 {
                let whom = shop.lives[usize::try_from(draws.below(60)).unwrap()].id;
                let told = if draws.below(3) == 0 { Told::Quarantine } else { Told::Release };
                quarantined += u32::from(told == Told::Quarantine);
                Entry::Of(whom, told).write(&mut entries).unwrap();
            }
            machine.tell(group(machine.end(), first.at, entries));
            rest = &rest[count..];
            match draws.below(400) {
                0 => machine.crash(draws),
                1..=20 => machine.checkpoint(usize::try_from(1 + draws.below(200)).unwrap()),
                _ => {}
            }
        }
        machine.crash(draws);
        let release = shop.lives.iter().map(|life| Entry::Of(life.id, Told::Release));
        let mut entries = Vec::new();
        release.for_each(|release| release.write(&mut entries).unwrap());
        let last = machine.groups.last().unwrap().now;
        machine.tell(group(machine.end(), last, entries));
        // Who was released comes back also where power is lost before the store has them back.
        machine.checkpoint(usize::MAX);
        machine.crash(draws);
        assert_eq!(machine.held(), 0);
        machine.checkpoint(usize::MAX);
        machine.checkpoint(usize::MAX);
        for life in &shop.lives {
            assert_eq!(
                found(&*machine.kv, life.id),
                expected.get(&life.id).cloned().unwrap_or_default(),
                "seed {seed}, {}",
                life.user
            );
        }
        (crashes, checkpoints) = (crashes + machine.crashes, checkpoints + machine.checkpoints);
        assert_eq!(machine.repeats, 0);
    }
    assert!(crashes > 50 && checkpoints > 100, "{crashes} {checkpoints}");
    assert!(quarantined > 100, "{quarantined}");
}

pub(crate) fn found(
    kv: &dyn Kv,
    customer: CustomerId,
) -> Vec<foresend_core::customer::record::Record> {
    let mut records = Vec::new();
    timeline::records(kv, customer, Seq(0), &mut |line| {
        records.push(line.record);
        true
    })
    .unwrap();
    records
}
