//! What a customer weighs: the shop's, after two months of a synthetic life, in a shard's memory, as the envelope in which
//! they rest, and on disk.

use crate::asked::Asked;
use crate::direct::{Direct, Parts};
use crate::shard::{beginning, begun, cut, groups, lived, tell, world};
use crate::shop::Shop;
use crate::{figure, machine};
use foresend_engine::entry::{Group, Seq, each};
use foresend_engine::kv::Kv;
use foresend_engine::sim::kv::MemoryKv;
use foresend_engine::store::checkpoint::{Checkpointer, GATHERED_BYTES, Part};
use foresend_engine::store::fjall::{FjallKv, FjallSettings};
use foresend_engine::store::meta::Meta;
use std::sync::Arc;

/// Entries a group.
const GROUP: usize = 100;

pub(crate) fn measure(asked: &Asked) {
    let shop = Shop::of(asked.customers(10_000));
    let version = Arc::new(shop.version());
    let told = lived(&shop);
    let mut journal = vec![beginning(&version)];
    journal.extend(groups(&shop, &version, &told, GROUP, 2));
    let mut world = world(&shop);
    let parts = told.iter().map(|(of, step)| Parts::of(step, &shop.lives[*of], &mut world));
    let parts: Vec<_> = parts.collect();
    let mut direct = Direct::new(&shop, &world);
    for (told, parts) in told.chunks(GROUP).zip(parts.chunks(GROUP)) {
        direct.tell_group(told, parts);
    }

    let kv: Arc<dyn Kv + Send + Sync> = Arc::new(MemoryKv::new());
    let mut shard = begun(&version, &kv);
    journal[1..].iter().for_each(|group| tell(&mut shard, group));
    let (customers, bytes) = shard.counts().residents;
    let per = |bytes: u64| format!("{} B", bytes / u64::try_from(customers).expect("fits").max(1));
    let bytes = u64::try_from(bytes).expect("fits");
    let what = format!("one of {customers} in memory, as the shard counts");
    figure(&what, &per(bytes), "aim 240 with two enrolments, ≤ 1,024 busy");

    let core = direct.bytes() / u64::try_from(shop.lives.len()).expect("fits");
    figure("of which the core's own state", &format!("{core} B"), "");

    let until = Seq(journal.last().map_or(0, |last| last.first.0 + u64::from(last.count)));
    let part = *cut(&mut shard, until);
    let meta = part.meta.clone().expect("the world has begun");
    let store = part.into_store();
    let lengths = store.customers.iter().map(|resting| resting.envelope.len());
    let mean = lengths.clone().sum::<usize>() / store.customers.len().max(1);
    figure("one at rest: the envelope, on average", &format!("{mean} B"), "");
    let longest = lengths.max().unwrap_or(0);
    figure("one at rest: the longest envelope", &format!("{longest} B"), "≤ 65,536");

    let empty = written(Part::default(), &meta, &[]);
    let per = |part, journal| per(written(part, &meta, journal) - empty);
    let state = Part { seen: Vec::new(), timeline: Vec::new(), ..store.clone() };
    figure("one on disk: state and indexes", &per(state, &[]), "");
    let records = store.timeline.len();
    let what =
        format!("the same with {until} entries, their ids, and {records} records", until = until.0);
    figure(&what, &per(store, &journal), "");
}

/// Bytes of a store that one checkpoint wrote: of everything in `journal`.
fn written(part: Part, meta: &Meta, journal: &[Group]) -> u64 {
    let folder = machine::folder();
    let kv = FjallKv::open(folder.path(), FjallSettings::default()).expect("a new store");
    let cut = Seq(journal.last().map_or(0, |last| last.first.0 + u64::from(last.count)));
    let mut checkpointer = Checkpointer::begin(&kv, cut, GATHERED_BYTES).expect("a store");
    checkpointer.take(part).expect("room on the disk");
    for group in journal {
        for (raw, seq) in each(&group.entries).zip(group.first.0..) {
            let raw = raw.expect("entries of ours");
            checkpointer.told(Seq(seq), group.now, raw).expect("room on the disk");
        }
    }
    checkpointer.commit(&Meta { cut, ..meta.clone() }).expect("room on the disk");
    drop(kv);
    machine::bytes_of(folder.path())
}
