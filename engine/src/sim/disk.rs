//! A disk in memory that fails as real ones do. What was not synced survives a loss of power sector by sector, in any
//! combination and in any of the versions that were written; a name that was given and not waited for is there or not.
//! It can lose power in the middle of any operation, flip bits, and answer errors.
//!
//! What it does not model: a disk that says it has synced and has not, unless it is told to be such a one.

use crate::disk::Disk;
use foresend_core::chance;
use std::collections::BTreeMap;
use std::io;

/// What a disk writes whole or not at all, in bytes.
pub const SECTOR: usize = 512;

/// An operation, where it matters which.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Doing {
    /// [`Disk::create`]
    Create,
    /// [`Disk::rename`]
    Rename,
    /// [`Disk::remove`]
    Remove,
    /// [`Disk::write`]
    Write,
    /// [`Disk::sync`]
    Sync,
}

/// The disk.
#[derive(Clone, Debug, Default)]
pub struct FaultyDisk {
    files: BTreeMap<u64, Bytes>,
    /// What a reader finds.
    names: BTreeMap<String, u64>,
    /// Names that may still be lost: they were changed and not waited for.
    loose: Vec<Change>,
    next: u64,
    /// Operations that change something, so far.
    done: u64,
    /// Power is lost during the operation of this number.
    power: Option<u64>,
    dark: bool,
    answers: BTreeMap<Doing, io::ErrorKind>,
    lies: bool,
    /// Bytes that files may have together.
    room: Option<u64>,
}

#[derive(Clone, Debug, Default)]
struct Bytes {
    durable: Vec<u8>,
    /// Sectors written and not synced, each with all versions since the last sync.
    loose: BTreeMap<usize, Vec<Vec<u8>>>,
}

#[derive(Clone, Debug)]
enum Change {
    Name(String),
    Gone(String),
    Renamed { from: String, to: String, file: u64 },
}

impl FaultyDisk {
    /// An empty disk.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many operations have changed something so far.
    #[must_use]
    pub const fn done(&self) -> u64 {
        self.done
    }

    /// Loses power in the middle of the operation after `more` further ones: what it was doing is done and not durable, it
    /// answers an error, and so does everything after it.
    pub fn lose_power_after(&mut self, more: u64) {
        self.power = Some(self.done + more);
    }

    /// Whether power was lost.
    #[must_use]
    pub const fn is_dark(&self) -> bool {
        self.dark
    }

    /// Answers `kind` to all operations of a kind, without doing them, until told otherwise.
    pub fn answer(&mut self, doing: Doing, kind: Option<io::ErrorKind>) {
        match kind {
            Some(kind) => drop(self.answers.insert(doing, kind)),
            None => drop(self.answers.remove(&doing)),
        }
    }

    /// From now on files may have so many bytes together; `None`: any number.
    pub fn set_room(&mut self, bytes: Option<u64>) {
        self.room = bytes;
    }

    /// From now on syncs are answered and not done: a broken disk, or an engine that forgets to sync.
    pub fn lie(&mut self) {
        self.lies = true;
    }

    /// The process ends and another is started: the machine keeps what it holds, durable or not.
    pub fn restart_process(&mut self) {
        (self.power, self.dark) = (None, false);
    }

    /// Power is lost and comes back. `draw` decides what survives of what was not durable.
    pub fn restart_machine(&mut self, draw: u64) {
        self.restart_process();
        let mut draws = 0;
        let mut below = |n: usize| {
            draws += 1;
            let n = u64::try_from(n.max(1)).expect("memory is smaller");
            usize::try_from(chance::bits(draw, draws) % n).expect("less than a usize")
        };
        // Changes of names happen in order: a few of the last are lost.
        let kept = below(self.loose.len() + 1);
        let lost = self.loose.split_off(kept);
        for change in lost.into_iter().rev() {
            match change {
                Change::Name(name) => drop(self.names.remove(&name)),
                // The file was not given up yet: `remove` and `rename` keep it until the change is durable.
                Change::Gone(name) => self.restore(&name),
                Change::Renamed { from, to, file } => {
                    self.names.remove(&to);
                    self.names.insert(from, file);
                }
            }
        }
        self.settle_names();
        for file in self.files.values_mut() {
            for (sector, versions) in std::mem::take(&mut file.loose) {
                let version = below(versions.len() + 1);
                if let Some(bytes) = versions.get(version) {
                    file.put(sector, bytes);
                }
            }
        }
    }

    /// Flips one bit of a file's durable bytes; false where there is no such byte.
    pub fn flip(&mut self, name: &str, offset: u64, bit: u8) -> bool {
        let file = self.names.get(name).and_then(|id| self.files.get_mut(id));
        let byte = file.and_then(|file| file.durable.get_mut(usize::try_from(offset).ok()?));
        byte.map(|byte| *byte ^= 1 << (bit % 8)).is_some()
    }

    fn restore(&mut self, name: &str) {
        if let Some(id) = self.names.remove(&gone(name)) {
            self.names.insert(name.to_owned(), id);
        }
    }

    fn id(&self, name: &str) -> io::Result<u64> {
        self.names.get(name).copied().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn file(&mut self, name: &str) -> io::Result<&mut Bytes> {
        let id = self.id(name)?;
        self.files.get_mut(&id).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// Counts an operation; true: power goes during it.
    fn begin(&mut self, doing: Doing) -> io::Result<bool> {
        if self.dark {
            return Err(lost());
        }
        if let Some(kind) = self.answers.get(&doing) {
            return Err((*kind).into());
        }
        self.dark = self.power == Some(self.done);
        self.done += 1;
        Ok(self.dark)
    }

    /// All changes of names are durable.
    fn hold_names(&mut self) {
        if !self.lies {
            self.settle_names();
        }
    }

    fn settle_names(&mut self) {
        for change in self.loose.drain(..) {
            if let Change::Gone(name) = change
                && let Some(id) = self.names.remove(&gone(&name))
            {
                self.files.remove(&id);
            }
        }
    }

    fn end(&mut self, dark: bool) -> io::Result<()> {
        if dark {
            return Err(lost());
        }
        self.hold_names();
        Ok(())
    }

    fn take_away(&mut self, name: &str) {
        if let Some(id) = self.names.remove(name) {
            self.names.insert(gone(name), id);
            self.loose.push(Change::Gone(name.to_owned()));
        }
    }
}

fn lost() -> io::Error {
    io::Error::other("power was lost")
}

/// Under which name a file lies whose removal is not durable. No file of ours can have it.
fn gone(name: &str) -> String {
    format!("/{name}")
}

impl Bytes {
    fn put(&mut self, sector: usize, bytes: &[u8]) {
        let start = sector * SECTOR;
        if let Some(place) = self.durable.get_mut(start..start + bytes.len()) {
            place.copy_from_slice(bytes);
        }
    }

    fn sector(&self, sector: usize) -> Vec<u8> {
        let start = sector * SECTOR;
        let end = (start + SECTOR).min(self.durable.len());
        let durable = || self.durable.get(start..end).unwrap_or_default().to_vec();
        self.loose
            .get(&sector)
            .and_then(|versions| versions.last())
            .cloned()
            .unwrap_or_else(durable)
    }

    fn write(&mut self, offset: usize, bytes: &[u8]) {
        let mut rest = bytes;
        let mut at = offset;
        while !rest.is_empty() {
            let (sector, within) = (at / SECTOR, at % SECTOR);
            let mut whole = self.sector(sector);
            let (some, more) = rest.split_at(rest.len().min(whole.len() - within));
            whole[within..within + some.len()].copy_from_slice(some);
            self.loose.entry(sector).or_default().push(whole);
            (at, rest) = (at + some.len(), more);
        }
    }

    fn sync(&mut self) {
        for (sector, versions) in std::mem::take(&mut self.loose) {
            if let Some(last) = versions.last() {
                self.put(sector, last);
            }
        }
    }
}

impl Disk for FaultyDisk {
    fn list(&mut self) -> io::Result<Vec<String>> {
        let ours = self.names.keys().filter(|name| !name.starts_with('/'));
        Ok(ours.cloned().collect())
    }

    fn len(&mut self, name: &str) -> io::Result<u64> {
        Ok(self.file(name)?.durable.len() as u64)
    }

    fn create(&mut self, name: &str, len: u64) -> io::Result<()> {
        let used: usize = self.files.values().map(|file| file.durable.len()).sum();
        if self.room.is_some_and(|room| used as u64 + len > room) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let dark = self.begin(Doing::Create)?;
        // In the dark, fewer bytes than were asked for may be there.
        let len = if dark { len / 2 } else { len };
        let durable = vec![0; usize::try_from(len).map_err(io::Error::other)?];
        self.take_away(name);
        self.next += 1;
        self.files.insert(self.next, Bytes { durable, loose: BTreeMap::new() });
        self.names.insert(name.to_owned(), self.next);
        self.loose.push(Change::Name(name.to_owned()));
        self.end(dark)
    }

    fn rename(&mut self, from: &str, to: &str) -> io::Result<()> {
        let file = self.id(from)?;
        let dark = self.begin(Doing::Rename)?;
        self.take_away(to);
        self.names.remove(from);
        self.names.insert(to.to_owned(), file);
        self.loose.push(Change::Renamed { from: from.to_owned(), to: to.to_owned(), file });
        self.end(dark)
    }

    fn remove(&mut self, name: &str) -> io::Result<()> {
        self.id(name)?;
        let dark = self.begin(Doing::Remove)?;
        self.take_away(name);
        self.end(dark)
    }

    fn read(&mut self, name: &str, offset: u64, bytes: &mut [u8]) -> io::Result<usize> {
        if self.dark {
            return Err(lost());
        }
        let file = self.file(name)?;
        let offset = usize::try_from(offset).map_err(io::Error::other)?;
        let len = bytes.len().min(file.durable.len().saturating_sub(offset));
        if len == 0 {
            return Ok(0);
        }
        bytes[..len].copy_from_slice(&file.durable[offset..offset + len]);
        for (sector, versions) in file.loose.range(offset / SECTOR..) {
            let start = sector * SECTOR;
            if start >= offset + len {
                break;
            }
            let Some(last) = versions.last() else { continue };
            let (from, until) = (start.max(offset), (start + last.len()).min(offset + len));
            bytes[from - offset..until - offset]
                .copy_from_slice(&last[from - start..until - start]);
        }
        Ok(len)
    }

    fn write(&mut self, name: &str, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let len = self.file(name)?.durable.len();
        let offset = usize::try_from(offset).map_err(io::Error::other)?;
        if offset.checked_add(bytes.len()).is_none_or(|end| end > len) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "a write past the end"));
        }
        let dark = self.begin(Doing::Write)?;
        self.file(name)?.write(offset, bytes);
        if dark { Err(lost()) } else { Ok(()) }
    }

    fn sync(&mut self, name: &str) -> io::Result<()> {
        self.id(name)?;
        let dark = self.begin(Doing::Sync)?;
        if dark {
            return Err(lost());
        }
        if !self.lies {
            self.file(name)?.sync();
        }
        Ok(())
    }

    fn sync_names(&mut self) -> io::Result<()> {
        if self.dark {
            return Err(lost());
        }
        self.hold_names();
        Ok(())
    }
}
