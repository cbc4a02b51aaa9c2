//! A store in memory that can crash: what was taken in bulk and not committed is then partly lost, as [`Kv::ingest`]
//! allows. It can also stop in the middle of things, as a store on a broken disk does.

use crate::kv::{Change, Kv, KvError, Room};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

type Map = BTreeMap<(Room, Vec<u8>), Vec<u8>>;

/// A store in memory.
#[derive(Debug, Default)]
pub struct MemoryKv {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// What can be read. Readers hold on to it as it was when they began.
    now: Arc<Map>,
    /// What a crash leaves at least.
    durable: Map,
    /// What was taken since the last commit, one after the other.
    since: Vec<(Room, Vec<Change>)>,
    /// How many more writes succeed.
    writes_left: Option<u32>,
}

impl MemoryKv {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The machine loses its power and is started again: of what was taken in bulk since the last commit a part is left,
    /// which `draw` picks. Writes succeed again.
    ///
    /// # Panics
    /// Where another thread panicked while it wrote.
    pub fn crash(&mut self, draw: u64) {
        let state = self.state.get_mut().expect("no writer panicked");
        let taken = u64::try_from(state.since.len()).expect("fits");
        let left = usize::try_from(draw % (taken + 1)).expect("no more than there were");
        let mut map = std::mem::take(&mut state.durable);
        for (room, changes) in state.since.drain(..).take(left) {
            apply(&mut map, room, changes);
        }
        *state = State { now: Arc::new(map.clone()), durable: map, ..State::default() };
    }

    /// From here on so many writes succeed; those after them fail, and change nothing.
    ///
    /// # Panics
    /// Where another thread panicked while it wrote.
    pub fn fail_after(&self, writes: u32) {
        self.state().writes_left = Some(writes);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no writer panicked")
    }
}

impl State {
    fn may_write(&mut self) -> Result<(), KvError> {
        match &mut self.writes_left {
            None => Ok(()),
            Some(0) => {
                Err(KvError { doing: "writing", source: "the simulated disk is broken".into() })
            }
            Some(left) => {
                *left -= 1;
                Ok(())
            }
        }
    }
}

fn apply(map: &mut Map, room: Room, changes: Vec<Change>) {
    for (key, value) in changes {
        match value {
            Some(value) => map.insert((room, key), value),
            None => map.remove(&(room, key)),
        };
    }
}

fn in_order(changes: &[Change]) -> bool {
    changes.is_sorted_by(|(one, _), (next, _)| one < next)
}

impl Kv for MemoryKv {
    fn get(&self, room: Room, key: &[u8]) -> Result<Option<Vec<u8>>, KvError> {
        Ok(self.state().now.get(&(room, key.to_vec())).cloned())
    }

    fn range(
        &self,
        room: Room,
        from: &[u8],
        until: &[u8],
        each: &mut dyn FnMut(&[u8], &[u8]) -> bool,
    ) -> Result<(), KvError> {
        if from >= until {
            return Ok(());
        }
        let now = Arc::clone(&self.state().now);
        for ((_, key), value) in now.range((room, from.to_vec())..(room, until.to_vec())) {
            if !each(key, value) {
                break;
            }
        }
        Ok(())
    }

    fn ingest(&self, room: Room, changes: &mut dyn Iterator<Item = Change>) -> Result<(), KvError> {
        let changes: Vec<Change> = changes.collect();
        assert!(in_order(&changes), "{} are not in order", room.name());
        let mut state = self.state();
        state.may_write()?;
        apply(Arc::make_mut(&mut state.now), room, changes.clone());
        state.since.push((room, changes));
        Ok(())
    }

    fn commit(&self, room: Room, changes: Vec<Change>) -> Result<(), KvError> {
        assert!(in_order(&changes), "{} are not in order", room.name());
        let mut state = self.state();
        state.may_write()?;
        apply(Arc::make_mut(&mut state.now), room, changes.clone());
        for (room, changes) in std::mem::take(&mut state.since) {
            apply(&mut state.durable, room, changes);
        }
        apply(&mut state.durable, room, changes);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(key: u8) -> Change {
        (vec![key], Some(vec![key]))
    }

    fn keys(kv: &MemoryKv) -> Vec<u8> {
        let mut keys = Vec::new();
        kv.range(Room::Customers, &[0], &[255], &mut |key, _| {
            keys.push(key[0]);
            true
        })
        .unwrap();
        keys
    }

    #[test]
    fn a_crash_leaves_what_was_committed_and_some_of_the_rest_in_order() {
        for draw in 0..3 {
            let mut kv = MemoryKv::new();
            kv.ingest(Room::Customers, &mut [put(1)].into_iter()).unwrap();
            kv.commit(Room::Meta, vec![put(9)]).unwrap();
            kv.ingest(Room::Customers, &mut [put(2)].into_iter()).unwrap();
            kv.ingest(Room::Customers, &mut [(vec![1], None)].into_iter()).unwrap();
            assert_eq!(keys(&kv), [2]);
            kv.crash(draw);
            assert_eq!(keys(&kv), [&[1][..], &[1, 2], &[2]][usize::try_from(draw).unwrap()]);
        }
    }

    #[test]
    fn a_failed_write_changes_nothing() {
        let kv = MemoryKv::new();
        kv.fail_after(1);
        kv.ingest(Room::Customers, &mut [put(1)].into_iter()).unwrap();
        kv.ingest(Room::Customers, &mut [put(2)].into_iter()).unwrap_err();
        kv.commit(Room::Customers, vec![put(3)]).unwrap_err();
        assert_eq!(keys(&kv), [1]);
    }

    #[test]
    fn who_reads_a_range_may_read_and_write_meanwhile() {
        let kv = MemoryKv::new();
        kv.ingest(Room::Customers, &mut [put(1), put(2)].into_iter()).unwrap();
        let mut seen = 0;
        kv.range(Room::Customers, &[0], &[255], &mut |key, _| {
            seen += 1;
            kv.ingest(Room::Customers, &mut [(key.to_vec(), None)].into_iter()).unwrap();
            true
        })
        .unwrap();
        assert_eq!((seen, keys(&kv).len()), (2, 0));
    }
}
