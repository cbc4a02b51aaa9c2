//! The store as a whole: after any number of checkpoints it holds what a plain map would, and a crash between any two
//! steps of one leaves a store from which a replay finds everybody it must.

use super::checkpoint::{Checkpointer, GATHERED_BYTES, Part, Resting};
use super::fjall::{FjallKv, FjallSettings};
use super::meta::Meta;
use super::timeline::Under;
use super::*;
use crate::entry::{Raw, Seq, kind};
use crate::journal::FolderId;
use crate::sim::kv::MemoryKv;
use check::Restored;
use foresend_core::chance::Seed;
use foresend_core::customer::record::{Decided, Record};
use foresend_core::id::{CustomerId, IdKey, ProductId};
use foresend_core::time::Timestamp;
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// A customer, as the stand-in for a shard in this file holds them.
#[derive(Clone, PartialEq, Eq, Debug)]
struct State {
    settled: u64,
    next_wake: Timestamp,
    has_open: bool,
    waits: BTreeSet<u8>,
}

type People = BTreeMap<u8, State>;

/// An entry for a customer, and what it makes of them.
#[derive(Clone, Debug)]
struct Input {
    whom: u8,
    wake: Option<u8>,
    has_open: bool,
    waits: BTreeSet<u8>,
    records: u16,
}

/// Customer 0 is for what is told to all.
fn id(whom: u8) -> CustomerId {
    CustomerId::from_bits(u128::from(whom) << 120 | u128::from(whom))
}

fn product(number: u8) -> ProductId {
    ProductId(u64::from(number))
}

fn time(number: u8) -> Timestamp {
    Timestamp::from_millis(i64::from(number) * 1_000)
}

fn envelope(state: &State) -> Vec<u8> {
    let waits: Vec<u8> = state.waits.iter().copied().collect();
    let wake = state.next_wake.millis().to_le_bytes();
    [&state.settled.to_le_bytes(), &wake, &[u8::from(state.has_open)][..], &waits].concat()
}

fn state(bytes: &[u8]) -> State {
    let (settled, rest) = bytes.split_first_chunk::<8>().unwrap();
    let (wake, rest) = rest.split_first_chunk::<8>().unwrap();
    State {
        settled: u64::from_le_bytes(*settled),
        next_wake: Timestamp::from_millis(i64::from_le_bytes(*wake)),
        has_open: rest[0] == 1,
        waits: rest[1..].iter().copied().collect(),
    }
}

fn record(number: u16) -> Record {
    Record { at: Timestamp::from_millis(i64::from(number)), decided: Decided::Folded }
}

/// What a shard would do: applies the inputs that a customer is not the fold of yet, and hands over who changed.
fn fold(people: &mut People, journal: &[Input], from: u64) -> Part {
    let mut part = Part::default();
    let mut dirty = BTreeSet::new();
    for (seq, input) in (0_u64..).zip(journal).skip(usize::try_from(from).unwrap()) {
        let old = people.get(&input.whom).cloned();
        if input.whom == 0 || old.as_ref().is_some_and(|old| seq < old.settled) {
            continue;
        }
        let new = State {
            settled: seq + 1,
            next_wake: input.wake.map_or(Timestamp::NEVER, time),
            has_open: input.has_open,
            waits: input.waits.clone(),
        };
        if let Some(old) = old {
            part.wakes_left.push((old.next_wake, id(input.whom)));
            part.outbox_left.extend(old.has_open.then_some(id(input.whom)));
            part.waiting_left.extend(old.waits.iter().map(|of| (product(*of), id(input.whom))));
        }
        for place in 0..input.records {
            let bytes = timeline::to_bytes(Under([1; 4]), &record(place));
            part.timeline.push((id(input.whom), Seq(seq), place, bytes));
        }
        dirty.insert(input.whom);
        people.insert(input.whom, new);
    }
    part.customers = dirty.iter().map(|whom| resting(*whom, &people[whom])).collect();
    part
}

fn resting(whom: u8, state: &State) -> Resting {
    Resting {
        customer: id(whom),
        envelope: envelope(state),
        next_wake: state.next_wake,
        has_open: state.has_open,
        waits: state.waits.iter().map(|of| product(*of)).collect(),
    }
}

fn stored(kv: &dyn Kv) -> People {
    let mut people = People::new();
    kv.range(Room::Customers, &[], key::END, &mut |key, value| {
        people.insert(key[0], state(value));
        true
    })
    .unwrap();
    people
}

fn meta(cut: usize) -> Meta {
    let now = Timestamp::from_millis(1_772_470_800_000);
    let cut = Seq(u64::try_from(cut).unwrap());
    let (folder, begun, spreads) = (FolderId(0), Vec::new(), Vec::new());
    Meta { folder, cut, now, seed: Seed(1), id_key: IdKey(2), version: None, begun, spreads }
}

/// One engine that opens the store, replays from its cut, and checkpoints up to `cut`.
fn checkpoint(
    kv: &dyn Kv,
    journal: &[Input],
    cut: usize,
    gathered: usize,
) -> Result<(), StoreError> {
    let mut people = stored(kv);
    let from = Meta::load(kv)?.map_or(0, |meta| meta.cut.0);
    let part = fold(&mut people, &journal[..cut], from);
    let meta = meta(cut);
    let mut checkpointer = Checkpointer::begin(kv, meta.cut, gathered)?;
    assert_eq!(checkpointer.from(), Seq(from));
    // As two shards would, with some partitions each.
    let (mut low, mut high) = (Part::default(), part);
    (low.customers, high.customers) =
        high.customers.into_iter().partition(|of| key::partition(of.customer) < 4);
    (low.timeline, high.timeline) =
        high.timeline.into_iter().partition(|(whom, ..)| key::partition(*whom) < 4);
    (low.wakes_left, high.wakes_left) =
        high.wakes_left.into_iter().partition(|(_, whom)| key::partition(*whom) < 4);
    (low.outbox_left, high.outbox_left) =
        high.outbox_left.into_iter().partition(|whom| key::partition(*whom) < 4);
    (low.waiting_left, high.waiting_left) =
        high.waiting_left.into_iter().partition(|(_, whom)| key::partition(*whom) < 4);
    low.seen = vec![(key::generation(meta.now), 0, vec![meta.cut.0])];
    checkpointer.take(low)?;
    checkpointer.take(high)?;
    for (seq, input) in (0..).zip(&journal[..cut]).skip(usize::try_from(from).unwrap()) {
        let customer = (input.whom != 0).then_some(id(input.whom));
        let (kind, fields): (_, &[u8]) =
            if input.whom == 0 { (kind::BOOT, &[0]) } else { (kind::WAKE, &[]) };
        let raw = Raw { customer, kind, fields };
        checkpointer.told(Seq(seq), time(input.whom), raw)?;
    }
    checkpointer.commit(&meta)
}

fn restore(_: CustomerId, envelope: &[u8]) -> Result<Restored, String> {
    let State { next_wake, has_open, waits, .. } = state(envelope);
    Ok(Restored { next_wake, has_open, waits: waits.into_iter().map(product).collect() })
}

/// The store at `cut` says of every customer what a fold from the beginning says, and finds them.
fn holds(kv: &dyn Kv, journal: &[Input], cut: usize) {
    assert_eq!(Meta::load(kv).unwrap(), Some(meta(cut)));
    let mut people = People::new();
    let all = fold(&mut people, &journal[..cut], 0);
    assert_eq!(stored(kv), people);
    assert_eq!(load::customers(kv).unwrap(), u64::try_from(people.len()).unwrap());
    let report = check::check(kv, &mut restore);
    assert!(report.is_whole(), "{:?}", report.problems);
    for (whom, state) in &people {
        let mut lines = Vec::new();
        timeline::records(kv, id(*whom), Seq(0), &mut |line| {
            lines.push((line.seq, line.place, line.record));
            true
        })
        .unwrap();
        let mine = all.timeline.iter().filter(|(of, ..)| *of == id(*whom));
        let mine: Vec<_> = mine.map(|(_, seq, place, _)| (*seq, *place, record(*place))).collect();
        assert_eq!(lines, mine);
        for of in &state.waits {
            let mut found = false;
            load::waiting(kv, product(*of), None, &mut |who| {
                found |= who == id(*whom);
                true
            })
            .unwrap();
            assert!(found);
        }
    }
    for whom in 0..8_u8 {
        let mut told = Vec::new();
        archive::told(kv, (whom != 0).then_some(id(whom)), Seq(0), &mut |entry| {
            told.push((entry.seq.0, entry.now));
            true
        })
        .unwrap();
        let mine = (0..).zip(&journal[..cut]).filter(|(_, input)| input.whom == whom);
        assert_eq!(told, mine.map(|(seq, _)| (seq, time(whom))).collect::<Vec<_>>());
    }
}

/// Without a crash the indexes say nothing too much either.
fn indexes_are_exact(kv: &dyn Kv) {
    let people = stored(kv);
    let mut wakes = Vec::new();
    load::wakes(kv, Timestamp::ALWAYS, Timestamp::NEVER, &mut |due, whom| {
        wakes.push((due, whom));
        true
    })
    .unwrap();
    let awake = people.iter().filter(|(_, state)| state.next_wake != Timestamp::NEVER);
    let mut due: Vec<_> = awake.map(|(whom, state)| (state.next_wake, id(*whom))).collect();
    due.sort_unstable();
    assert_eq!(wakes, due);
    let mut open = Vec::new();
    load::outbox(kv, 0..=255, &mut |whom| {
        open.push(whom);
        true
    })
    .unwrap();
    let has_open = people.iter().filter(|(_, state)| state.has_open);
    assert_eq!(open, has_open.map(|(whom, _)| id(*whom)).collect::<Vec<_>>());
    let report = check::check(kv, &mut restore);
    let waits: usize = people.values().map(|state| state.waits.len()).sum();
    assert_eq!(report.keys[&Room::Waiting], u64::try_from(waits).unwrap());
    assert_eq!(report.stale_wakes, 0);
}

fn journal() -> impl Strategy<Value = Vec<Input>> {
    let input =
        (0..8_u8, proptest::option::of(0..6_u8), any::<bool>(), btree_set(0..4_u8, 0..3), 0..3_u16);
    vec(
        input.prop_map(|(whom, wake, has_open, waits, records)| Input {
            whom,
            wake,
            has_open,
            waits,
            records,
        }),
        1..40,
    )
}

fn cuts(journal: &[Input], at: [usize; 3]) -> [usize; 3] {
    let mut cuts = at.map(|at| at % (journal.len() + 1));
    cuts.sort_unstable();
    cuts
}

proptest! {
    #[test]
    fn checkpoints_hold_what_a_plain_map_does(journal in journal(), at: [usize; 3], gathered in 0..3_000_usize) {
        let kv = MemoryKv::new();
        for cut in cuts(&journal, at) {
            checkpoint(&kv, &journal, cut, gathered).unwrap();
            holds(&kv, &journal, cut);
            indexes_are_exact(&kv);
        }
    }

    #[test]
    fn a_crash_between_any_two_steps_loses_nobody(
        journal in journal(), at: [usize; 3], gathered in 0..3_000_usize, draws in vec(any::<(u32, u64)>(), 1..6),
    ) {
        let mut kv = MemoryKv::new();
        let [old, between, new] = cuts(&journal, at);
        checkpoint(&kv, &journal, old, gathered).unwrap();
        let mut cut = between;
        for (step, draw) in draws {
            kv.fail_after(step % 24);
            // What was durable at a crash is replayed, so no later cut is before it.
            cut = if draw % 3 == 0 { new } else { cut };
            let done = checkpoint(&kv, &journal, cut, gathered).is_ok();
            kv.crash(draw);
            let at = Meta::load(&kv).unwrap().unwrap().cut;
            if done {
                holds(&kv, &journal, cut);
                break;
            }
            prop_assert_eq!(at, meta(old).cut);
            let report = check::check(&kv, &mut restore);
            prop_assert!(report.is_whole(), "{:?}", report.problems);
        }
        checkpoint(&kv, &journal, new, gathered).unwrap();
        holds(&kv, &journal, new);
    }
}

/// A store that fails after some writes, over another.
struct Failing<'a> {
    under: &'a dyn Kv,
    left: std::cell::Cell<u32>,
}

impl Failing<'_> {
    fn may_write(&self) -> Result<(), KvError> {
        let left = self.left.get().checked_sub(1);
        self.left.set(left.ok_or_else(|| KvError { doing: "failing", source: "asked to".into() })?);
        Ok(())
    }
}

impl Kv for Failing<'_> {
    fn get(&self, room: Room, key: &[u8]) -> Result<Option<Vec<u8>>, KvError> {
        self.under.get(room, key)
    }

    fn range(
        &self,
        room: Room,
        from: &[u8],
        until: &[u8],
        each: &mut dyn FnMut(&[u8], &[u8]) -> bool,
    ) -> Result<(), KvError> {
        self.under.range(room, from, until, each)
    }

    fn ingest(
        &self,
        room: Room,
        changes: &mut dyn Iterator<Item = crate::kv::Change>,
    ) -> Result<(), KvError> {
        self.may_write()?;
        self.under.ingest(room, changes)
    }

    fn commit(&self, room: Room, changes: Vec<crate::kv::Change>) -> Result<(), KvError> {
        self.may_write()?;
        self.under.commit(room, changes)
    }
}

#[test]
fn on_disk_too_a_checkpoint_can_end_anywhere() {
    let input = |n: u8| Input {
        whom: n % 8,
        wake: (!n.is_multiple_of(3)).then_some(n % 5),
        has_open: n.is_multiple_of(5),
        waits: [n % 3].into(),
        records: u16::from(n % 3),
    };
    let journal: Vec<Input> = (0..60).map(input).collect();
    let mut ended = 0;
    for writes in 0.. {
        let folder = tempfile::tempdir().unwrap();
        let open = || FjallKv::open(folder.path(), FjallSettings { cache_bytes: 1 << 20 }).unwrap();
        checkpoint(&open(), &journal, 20, GATHERED_BYTES).unwrap();
        let done = {
            let failing = Failing { under: &open(), left: writes.into() };
            checkpoint(&failing, &journal, 60, GATHERED_BYTES).is_ok()
        };
        if !done {
            ended += 1;
            let kv = open();
            assert_eq!(Meta::load(&kv).unwrap(), Some(meta(20)));
            let report = check::check(&kv, &mut restore);
            assert!(report.is_whole(), "{:?}", report.problems);
            checkpoint(&kv, &journal, 60, GATHERED_BYTES).unwrap();
        }
        holds(&open(), &journal, 60);
        if done {
            break;
        }
    }
    assert_eq!(ended, 7 + 3 + 1, "seven rooms, three of them again, and the cut");
}

#[test]
fn message_ids_are_kept_for_a_day_and_then_forgotten() {
    let kv = MemoryKv::new();
    let hour = |hour: i64| Timestamp::from_millis(hour * 3_600_000);
    for cut in 1..40_u64 {
        let now = hour(cut.cast_signed());
        let mut checkpointer = Checkpointer::begin(&kv, Seq(cut), 0).unwrap();
        let seen = [6, 7, 9].map(|partition| {
            let ids = if partition == 7 { vec![cut, cut + 1_000] } else { vec![2_000] };
            (key::generation(now), partition, ids)
        });
        let seen = seen.to_vec();
        checkpointer.take(Part { seen, ..Part::default() }).unwrap();
        let raw = Raw { customer: None, kind: kind::BOOT, fields: &[0] };
        (checkpointer.from().0..cut).for_each(|seq| checkpointer.told(Seq(seq), now, raw).unwrap());
        checkpointer.commit(&Meta { now, ..meta(usize::try_from(cut).unwrap()) }).unwrap();
    }
    let ids = |since, cut| {
        let mut ids = Vec::new();
        load::seen(&kv, &(7..=8), (since, hour(39)), cut, &mut |_, block| {
            ids.extend(block.iter().map(|id| u64::from_le_bytes(*id)));
        })
        .unwrap();
        ids
    };
    assert_eq!(ids(hour(38), Seq(38)), [38, 1_038], "beyond the cut, or another shard's");
    assert_eq!(ids(hour(38), Seq(39)), [38, 1_038, 39, 1_039]);
    assert_eq!(ids(Timestamp::ALWAYS, Seq(39))[0], 39 - 24);
}

#[test]
fn a_check_tells_of_each_thing_that_is_wrong() {
    let kv = MemoryKv::new();
    let input = |whom, wake| Input { whom, wake, has_open: true, waits: [1].into(), records: 1 };
    let journal = [input(1, Some(1)), input(2, Some(2)), input(3, None)];
    checkpoint(&kv, &journal, 3, 1_000).unwrap();
    assert!(check::check(&kv, &mut restore).is_whole());
    let break_it = |room, key: Vec<u8>, value: Option<Vec<u8>>| {
        kv.ingest(room, &mut [(key, value)].into_iter()).unwrap();
    };
    break_it(Room::Wakes, key::wake(time(1), id(1)), None);
    break_it(Room::Wakes, key::wake(time(5), id(2)), Some(Vec::new()));
    break_it(Room::Outbox, key::customer(id(2)).to_vec(), None);
    break_it(Room::Waiting, key::waiting(product(1), id(3)), None);
    break_it(Room::Timeline, key::decided(id(1), Seq(0), 0), Some(vec![1, 2]));
    break_it(Room::Archive, key::told(Some(id(1)), Seq(0)), Some(vec![9]));
    break_it(Room::Seen, vec![1, 2], Some(vec![]));
    break_it(Room::Meta, key::META.to_vec(), Some(vec![]));
    let report = check::check(&kv, &mut restore);
    let told = report.problems.join("\n");
    for what in [
        "their next wake is not in the index `wakes`",
        "their open mail is not in the index `outbox`",
        "a product they wait for is not in the index `waiting`",
        "`timeline` the key 0100",
        "`archive` has format 9",
        "`seen` the key 0102 holds no message ids",
        "`meta` the key 637574 cannot be read",
    ] {
        assert!(told.contains(what), "{what}: {told}");
    }
    assert_eq!((report.problems.len(), report.stale_wakes), (7, 1));
    assert_eq!(report.keys[&Room::Customers], 3);
    let refused = check::check(&kv, &mut |_, _| Err("its world is gone".to_owned()));
    assert!(refused.problems.iter().any(|of| of.ends_with("its world is gone")));
}
