//! Every input of a rehearsal, told to the engine as the journal would: the same records.

use crate::shop::{FROM, SEED, Shop, id_key};
use crate::told;
use foresend_core::customer::record::Record;
use foresend_core::id::CustomerId;
use foresend_core::time::Timestamp;
use foresend_engine::entry::{Entry, Group, Seq};
use foresend_engine::shard::{Input, Out, ShardCore, Versions, partitions_of};
use foresend_engine::sim::kv::MemoryKv;
use foresend_engine::version::{Version, VersionId};
use std::collections::BTreeMap;
use std::sync::Arc;

pub(crate) struct One(pub(crate) Arc<Version>);

impl Versions for One {
    fn get(&self, id: VersionId) -> Option<Arc<Version>> {
        (id == self.0.id()).then(|| Arc::clone(&self.0))
    }
}

/// A group of these entries.
pub(crate) fn group(first: Seq, now: Timestamp, entries: Vec<u8>) -> Group {
    let count = u32::try_from(foresend_engine::entry::each(&entries).count()).unwrap();
    Group { first, count, now, entries }
}

/// What a journal begins with.
pub(crate) fn beginning(version: &Version) -> Vec<u8> {
    let mut entries = Vec::new();
    Entry::World { seed: SEED, id_key: id_key().0 }.write(&mut entries).unwrap();
    Entry::Published { version: version.id() }.write(&mut entries).unwrap();
    entries
}

#[test]
fn what_a_rehearsal_was_told_leads_to_the_same_records_in_the_engine() {
    let shop = Shop::of(150);
    let version = Arc::new(shop.version());
    let expected = shop.records();
    assert!(expected.values().map(Vec::len).sum::<usize>() > 1_000);
    for shards in [1, 3] {
        let (kv, versions) = (Arc::new(MemoryKv::default()), Arc::new(One(Arc::clone(&version))));
        let of = |shard| {
            let partitions = partitions_of(shard, shards);
            ShardCore::new(partitions, kv.clone(), versions.clone(), None, 1 << 30).unwrap()
        };
        let mut cores: Vec<ShardCore> = (0..shards).map(of).collect();
        let mut steps: Vec<_> = shop
            .lives
            .iter()
            .flat_map(|life| life.lived.steps.iter().map(move |step| (life, step)))
            .collect();
        steps.sort_by_key(|(_, step)| step.at);
        let mut groups = vec![(FROM, beginning(&version))];
        for (life, step) in steps {
            if groups.last().unwrap().0 != step.at {
                groups.push((step.at, Vec::new()));
            }
            told::write(&shop, &version, life, step, &mut groups.last_mut().unwrap().1);
        }
        let mut seq = Seq(0);
        let mut found: BTreeMap<CustomerId, Vec<Record>> = BTreeMap::new();
        for (now, entries) in groups {
            let group = group(seq, now, entries);
            for core in &mut cores {
                core.handle(Input::Group(&group), 0, &mut Out::default()).unwrap();
            }
            seq = Seq(seq.0 + u64::from(group.count));
        }
        for core in &mut cores {
            let mut out = Out::default();
            core.handle(Input::Cut(seq), 0, &mut out).unwrap();
            core.handle(Input::Take(usize::MAX), 0, &mut out).unwrap();
            for told in out.part.unwrap().timeline {
                found.entry(told.customer).or_default().push(told.record);
            }
            assert_eq!(core.counts().unknown_events + core.counts().unknown_sends, 0);
        }
        for (customer, records) in &expected {
            let found = found.get(customer).map_or(&[][..], Vec::as_slice);
            let same = found.iter().zip(records).take_while(|(a, b)| a == b).count();
            assert_eq!(found.get(same), records.get(same), "{customer:?}, {shards} shards");
        }
        assert_eq!(found, expected);
    }
}
