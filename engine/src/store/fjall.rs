//! The store on disk, by fjall: one keyspace a room, each a tree of sorted tables.
//!
//! Everything is written by ingestion: tables made from sorted changes, synced, and then taken in by one atomic rename
//! of the tree's list of tables, synced too. So what [`Kv::ingest`] took is durable when it returns, which is more than
//! it must be; a commit is a small ingestion. fjall's own log is never written: it opens without a word when a flipped
//! byte has cut it short, while tables carry checksums.
//! Invariant: after any error here whoever asked stops; nothing is tried again.

use crate::kv::{Change, Kv, KvError, Room};
use fjall::compaction::Leveled;
use fjall::config::{CompressionPolicy, FilterPolicy};
use fjall::{CompressionType, Database, Keyspace, KeyspaceCreateOptions};
use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// After how many bytes a table that is being written is synced.
const SYNC_EVERY: usize = 2 << 20;
/// How long tables are that are merged from others, in bytes: they are synced in one go.
const MERGED_BYTES: u64 = 8 << 20;

/// How the store uses memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FjallSettings {
    /// Memory for blocks read, in bytes. More spares reads of customers who were put out of memory; every bit more than
    /// the customers who are active in a day is of no use.
    pub cache_bytes: u64,
}

impl Default for FjallSettings {
    fn default() -> Self {
        Self { cache_bytes: 64 << 20 }
    }
}

/// A store in a folder.
pub struct FjallKv {
    // Dropped after the rooms: it waits for its thread to end.
    rooms: BTreeMap<Room, Keyspace>,
    _database: Database,
}

impl FjallKv {
    /// Opens the store in `folder`, or makes one.
    ///
    /// # Errors
    /// [`KvError`] where it cannot be read, or another process has it open.
    pub fn open(folder: &Path, settings: FjallSettings) -> Result<Self, KvError> {
        let failed = |error| {
            let source = format!("{}: {}", folder.display(), in_words(&error)).into();
            KvError { doing: "opening its folder", source }
        };
        let database = Database::builder(folder)
            .worker_threads(1)
            .cache_size(settings.cache_bytes)
            .open()
            .map_err(failed)?;
        let mut rooms = BTreeMap::new();
        for room in Room::ALL {
            let keyspace = database.keyspace(room.name(), || options(room)).map_err(failed)?;
            rooms.insert(room, keyspace);
        }
        Ok(Self { rooms, _database: database })
    }

    /// The room of that kind: every one was opened.
    fn room(&self, room: Room) -> &Keyspace {
        &self.rooms[&room]
    }
}

/// The table that was begun last, to sync it while it is written: one sync of a long table, in the end, would hold up
/// those of the journal. Nothing hangs on whether it is the right one, or there.
fn newest(tables: &Path) -> Option<File> {
    let number = |path: &PathBuf| path.file_name()?.to_str()?.parse::<u64>().ok();
    let files = std::fs::read_dir(tables).ok()?;
    File::open(files.filter_map(|file| Some(file.ok()?.path())).max_by_key(number)?).ok()
}

/// How a room's tables are made; kept by fjall from when the room was made.
fn options(room: Room) -> KeyspaceCreateOptions {
    let merging = Leveled::default().with_table_target_size(MERGED_BYTES);
    let options = KeyspaceCreateOptions::default()
        .compaction_strategy(Arc::new(merging))
        .data_block_compression_policy(CompressionPolicy::all(CompressionType::Lz4));
    match room {
        Room::Customers | Room::Outbox | Room::Meta => options,
        // Read by ranges only, so nobody would ask a filter.
        Room::Wakes | Room::Waiting | Room::Archive | Room::Timeline | Room::Seen => {
            options.filter_policy(FilterPolicy::disabled())
        }
    }
}

fn in_words(error: &fjall::Error) -> String {
    if let fjall::Error::Io(error) = error {
        error.to_string()
    } else if matches!(error, fjall::Error::Locked) {
        "another process has it open".to_owned()
    } else if matches!(error, fjall::Error::Poisoned) {
        "an earlier write failed".to_owned()
    } else {
        error.to_string()
    }
}

fn failed(doing: &'static str) -> impl FnOnce(fjall::Error) -> KvError {
    move |error| KvError { doing, source: in_words(&error).into() }
}

impl Kv for FjallKv {
    fn get(&self, room: Room, key: &[u8]) -> Result<Option<Vec<u8>>, KvError> {
        let value = self.room(room).get(key).map_err(failed("reading a key"))?;
        Ok(value.map(|value| value.to_vec()))
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
        for item in self.room(room).range(from..until) {
            let (key, value) = item.into_inner().map_err(failed("reading a range of keys"))?;
            if !each(&key, &value) {
                break;
            }
        }
        Ok(())
    }

    fn ingest(&self, room: Room, changes: &mut dyn Iterator<Item = Change>) -> Result<(), KvError> {
        const DOING: &str = "writing in bulk";
        // An ingestion of nothing would leave an empty file behind.
        let mut changes = changes.peekable();
        if changes.peek().is_none() {
            return Ok(());
        }
        let room = self.room(room);
        let mut ingestion = room.start_ingestion().map_err(failed(DOING))?;
        let (table, mut unsynced) = (newest(&room.path().join("tables")), 0);
        for (key, value) in changes {
            unsynced += key.len() + value.as_ref().map_or(0, Vec::len);
            if unsynced > SYNC_EVERY {
                unsynced = 0;
                if let Some(table) = &table {
                    drop(table.sync_data());
                }
            }
            match value {
                Some(value) => ingestion.write(key, value),
                None => ingestion.write_tombstone(key),
            }
            .map_err(failed(DOING))?;
        }
        ingestion.finish().map_err(failed(DOING))
    }

    fn commit(&self, room: Room, changes: Vec<Change>) -> Result<(), KvError> {
        self.ingest(room, &mut changes.into_iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(folder: &Path) -> FjallKv {
        FjallKv::open(folder, FjallSettings { cache_bytes: 1 << 20 }).unwrap()
    }

    fn all(kv: &FjallKv, room: Room) -> Vec<(Vec<u8>, Vec<u8>)> {
        let mut all = Vec::new();
        kv.range(room, &[], &[0xff; 9], &mut |key, value| {
            all.push((key.to_vec(), value.to_vec()));
            true
        })
        .unwrap();
        all
    }

    #[test]
    fn what_was_taken_last_is_read_before_and_after_it_is_opened_again() {
        let folder = tempfile::tempdir().unwrap();
        let mut expected = BTreeMap::new();
        for round in 0..6_u8 {
            let kv = open(folder.path());
            for room in [Room::Customers, Room::Wakes] {
                let changes = (0..60_u8).filter(|key| key % (round % 5 + 1) == 0).map(|key| {
                    let value = (key % 7 != round % 7).then(|| vec![round; usize::from(key)]);
                    (vec![key], value)
                });
                kv.ingest(room, &mut changes.clone()).unwrap();
                for (key, value) in changes {
                    match value {
                        Some(value) => expected.insert((room, key), value),
                        None => expected.remove(&(room, key)),
                    };
                }
            }
            kv.commit(Room::Meta, vec![(b"cut".to_vec(), Some(vec![round]))]).unwrap();
            let copy = copy_of(folder.path());
            for kv in [kv, open(copy.path())] {
                for room in [Room::Customers, Room::Wakes] {
                    let of = expected.iter().filter(|((of, _), _)| *of == room);
                    let of: Vec<_> =
                        of.map(|((_, key), value)| (key.clone(), value.clone())).collect();
                    assert_eq!(all(&kv, room), of, "round {round}");
                    for (key, value) in of {
                        assert_eq!(kv.get(room, &key).unwrap(), Some(value));
                    }
                    assert_eq!(kv.get(room, &[61]).unwrap(), None);
                }
                assert_eq!(kv.get(Room::Meta, b"cut").unwrap(), Some(vec![round]));
            }
        }
    }

    /// What is on disk now, as another machine would find it there: taken again where tables were merged meanwhile.
    fn copy_of(from: &Path) -> tempfile::TempDir {
        loop {
            let copy = tempfile::tempdir().unwrap();
            let before = all_files(from);
            let copied = before.as_ref().map(|files| {
                files.keys().try_for_each(|file| {
                    let to = copy.path().join(file.strip_prefix(from).unwrap());
                    std::fs::create_dir_all(to.parent().unwrap())?;
                    std::fs::copy(file, to).map(drop)
                })
            });
            if matches!(copied, Ok(Ok(()))) && all_files(from).ok() == before.ok() {
                return copy;
            }
        }
    }

    /// The files of a folder, each with when it was changed last.
    fn all_files(folder: &Path) -> std::io::Result<BTreeMap<PathBuf, std::time::SystemTime>> {
        let mut files = BTreeMap::new();
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                files.append(&mut all_files(&entry.path())?);
            } else {
                files.insert(entry.path(), entry.metadata()?.modified()?);
            }
        }
        Ok(files)
    }

    #[test]
    fn a_flipped_byte_is_told_of_and_nothing_else_is_read_in_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let kv = open(folder.path());
        let changes = (0..200_u8).map(|key| (vec![key], Some(vec![key; 100])));
        kv.ingest(Room::Customers, &mut changes.clone()).unwrap();
        let tables = kv.room(Room::Customers).path().join("tables");
        drop(kv);
        let table = std::fs::read_dir(tables).unwrap().next().unwrap().unwrap().path();
        let mut bytes = std::fs::read(&table).unwrap();
        bytes[40] ^= 1;
        std::fs::write(&table, bytes).unwrap();
        let kv = open(folder.path());
        let mut failures = 0;
        for (key, value) in changes {
            match kv.get(Room::Customers, &key) {
                Ok(read) => assert_eq!(read, value),
                Err(_) => failures += 1,
            }
        }
        assert!(failures > 0);
    }

    #[test]
    fn a_store_that_is_open_is_not_opened_twice() {
        let folder = tempfile::tempdir().unwrap();
        let _open = open(folder.path());
        let again = FjallKv::open(folder.path(), FjallSettings::default()).err().unwrap();
        let why = std::error::Error::source(&again).unwrap().to_string();
        assert!(why.contains("another process has it open"), "{why}");
    }
}
