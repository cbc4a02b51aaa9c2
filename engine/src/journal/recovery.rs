//! Opens a journal: everything from the cut on is verified before anything is believed, and the tail is settled.
//!
//! A last write that a crash cut short was never acknowledged: it is cut off and kept aside. Anything else that is wrong is
//! an error that names its place, and nothing is changed.
//! Invariant: what is told of as readable is durable, also where only a page cache held it: the tail is synced first.

use super::core::{Closed, JournalCore, Start};
use super::damage::{Damage, Ill, ReadError, Torn};
use super::frame::{ALIGN, HEAD};
use super::groups::numbers;
use super::scan::{Scan, Tail};
use super::segment::{self, Header, START};
use super::{FolderId, Settings};
use crate::disk::Disk;
use crate::entry::Seq;
use foresend_core::time::Timestamp;

/// Which journal is meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Opening {
    /// The cut: what is before it is settled and need not be there. `None`: nothing is settled, and where there is no
    /// journal one is made.
    pub from: Option<Seq>,
    /// The folder that the store belongs to, if it knows.
    pub folder: Option<FolderId>,
    /// The id of a journal that is made.
    pub fresh: FolderId,
}

/// A journal that was opened.
#[derive(Debug)]
pub struct Recovered {
    /// It goes on here.
    pub core: JournalCore,
    /// The folder it belongs to.
    pub folder: FolderId,
    /// Replay begins here …
    pub from: Seq,
    /// … and ends before here: see [`super::groups()`].
    pub until: Seq,
    /// A write that a crash cut short, if there was one.
    pub torn: Option<Torn>,
}

/// Opens the journal in a folder, or makes one.
///
/// # Errors
/// [`ReadError`]: nothing of the journal was changed where it says that it is damaged.
pub fn recover(
    disk: &mut impl Disk,
    settings: &Settings,
    opening: &Opening,
) -> Result<Recovered, ReadError> {
    if let Some(fault) = settings.fault() {
        return Err(ReadError::Settings(fault));
    }
    let from = opening.from.unwrap_or_default();
    disk.sync_names().map_err(ReadError::io("syncing", ""))?;
    let numbers = numbers(disk)?;
    let spares = spares(disk, settings)?;
    let Some(verified) = verify(disk, &numbers, from, opening.folder)? else {
        return begin(disk, settings, opening, from, spares);
    };
    let Verified { last, tail, closed, from } = verified;
    let torn = settle(disk, settings, &last, &tail)?;
    let start = Start {
        settings: *settings,
        folder: last.header.folder,
        number: last.header.number,
        segment_len: last.header.len,
        offset: last.offset,
        next: last.next,
        now: last.now,
        sealed: last.sealed,
        closed,
        spares,
    };
    let core = JournalCore::new(start);
    Ok(Recovered { core, folder: last.header.folder, from, until: last.next, torn })
}

struct Verified {
    /// The last segment, walked to its end.
    last: Scan,
    tail: Tail,
    closed: Vec<Closed>,
    from: Seq,
}

/// Verifies everything from the segment that holds `from` on. `None`: there is no journal.
fn verify(
    disk: &mut impl Disk,
    numbers: &[u64],
    from: Seq,
    folder: Option<FolderId>,
) -> Result<Option<Verified>, ReadError> {
    let Some(&newest) = numbers.last() else { return Ok(None) };
    let mut number = newest;
    let mut scan = open_before(disk, number, from, None)?;
    let folder = folder.unwrap_or(scan.header.folder);
    let missing = |number, until| Damage {
        file: segment::name(number),
        offset: 0,
        first: from,
        until: Some(until),
        ill: Ill::Missing,
    };
    while scan.header.first > from {
        number = number.saturating_sub(1);
        if !numbers.contains(&number) {
            return Err(missing(number, scan.header.first).into());
        }
        scan = open_before(disk, number, from, Some(scan.header.first))?;
    }
    let mut closed: Vec<Closed> = Vec::new();
    for &older in numbers.iter().filter(|older| **older < number) {
        let len = disk.len(&segment::name(older)).map_err(ReadError::io("reading", ""))?;
        // What is in it is settled; where in it each ends does not matter any more.
        closed.push(Closed { number: older, len, until: scan.header.first });
    }
    loop {
        if scan.header.folder != folder {
            return Err(scan.damage(Ill::Foreign(scan.header.folder), None).into());
        }
        scan.walk(disk)?;
        if number == newest {
            break;
        }
        number += 1;
        if !numbers.contains(&number) {
            return Err(missing(number, scan.next).into());
        }
        let next = Scan::open(disk, number, scan.next)?;
        if next.header.first != scan.next {
            return Err(scan.damage(Ill::Frame, Some(next.header.first)).into());
        }
        closed.push(Closed { number: number - 1, len: scan.header.len, until: scan.next });
        let now = scan.now;
        scan = next;
        scan.now = scan.now.max(now);
    }
    let tail = scan.tail(disk)?;
    if scan.next < from {
        return Err(scan.damage(Ill::Short, Some(from)).into());
    }
    Ok(Some(Verified { last: scan, tail, closed, from }))
}

/// Opens a segment. Where its header is hurt, `until` is the first entry behind it, and the segment before it tells which is
/// the first that is missing.
fn open_before(
    disk: &mut impl Disk,
    number: u64,
    from: Seq,
    until: Option<Seq>,
) -> Result<Scan, ReadError> {
    let mut damage = match Scan::open(disk, number, from) {
        Err(ReadError::Damage(damage)) => damage,
        other => return other,
    };
    damage.until = until;
    if let Ok(mut before) = Scan::open(disk, number.saturating_sub(1), from)
        && before.walk(disk).is_ok()
    {
        damage.first = before.next;
    }
    Err(damage.into())
}

/// Cuts off what a crash left behind the last frame, and makes all before it durable.
fn settle(
    disk: &mut impl Disk,
    settings: &Settings,
    last: &Scan,
    tail: &Tail,
) -> Result<Option<Torn>, ReadError> {
    let (file, offset) = (&last.file, last.offset);
    let longest = settings.append_bytes.max(settings.group_bytes);
    let longest = u64::from(longest).saturating_add((HEAD + ALIGN) as u64);
    let torn_bytes = match tail {
        Tail::Clean => 0,
        Tail::Torn(bytes) => *bytes,
    };
    // Also behind a clean end: the crash may have kept the rest of a frame and not its head.
    let len = longest.max(if torn_bytes == u64::MAX { 0 } else { torn_bytes });
    let len = len.min(last.header.len.saturating_sub(offset));
    let mut bytes = vec![0; usize::try_from(len).map_err(|_| ReadError::Settings(TOO_LONG))?];
    let read = disk.read(file, offset, &mut bytes).map_err(ReadError::io("reading", file))?;
    bytes.truncate(read);
    let used = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |at| at + 1);
    let torn = (torn_bytes > 0).then(|| {
        let name = segment::torn_name(last.header.number, offset);
        let kept = keep(disk, &name, &bytes[..used]).then_some(name);
        Torn { file: file.clone(), offset, first: last.next, kept }
    });
    if used > 0 {
        bytes.fill(0);
        disk.write(file, offset, &bytes[..used]).map_err(ReadError::io("writing", file))?;
    }
    disk.sync(file).map_err(ReadError::io("syncing", file))?;
    Ok(torn)
}

const TOO_LONG: &str = "the longest append is more than this machine can hold in memory";

/// Keeps bytes aside. A full disk is no reason not to start: they were promised to nobody.
fn keep(disk: &mut impl Disk, name: &str, bytes: &[u8]) -> bool {
    !bytes.is_empty()
        && disk.create(name, bytes.len() as u64).is_ok()
        && disk.write(name, 0, bytes).is_ok()
        && disk.sync(name).is_ok()
}

/// The prepared files that can be used; the others, left by a crash or by other settings, go.
fn spares(disk: &mut impl Disk, settings: &Settings) -> Result<Vec<u64>, ReadError> {
    let files = disk.list().map_err(ReadError::io("listing", ""))?;
    let mut spares = Vec::new();
    for file in files {
        let Some(label) = segment::spare_of(&file) else { continue };
        let len = disk.len(&file).map_err(ReadError::io("reading", &file))?;
        if len == u64::from(settings.segment_bytes) && file == segment::spare_name(label) {
            spares.push(label);
        } else {
            disk.remove(&file).map_err(ReadError::io("removing", &file))?;
        }
    }
    Ok(spares)
}

/// Makes a journal.
fn begin(
    disk: &mut impl Disk,
    settings: &Settings,
    opening: &Opening,
    from: Seq,
    mut spares: Vec<u64>,
) -> Result<Recovered, ReadError> {
    let file = segment::name(1);
    if from > Seq(0) {
        let missing = Damage { file, offset: 0, first: from, until: None, ill: Ill::Missing };
        return Err(missing.into());
    }
    let folder = opening.folder.unwrap_or(opening.fresh);
    let (now, len) = (Timestamp::from_millis(0), u64::from(settings.segment_bytes));
    let header = Header { folder, number: 1, first: Seq(0), now, len };
    let spare = if let Some(label) = spares.pop() {
        segment::spare_name(label)
    } else {
        let spare = segment::spare_name(0);
        disk.create(&spare, len).map_err(ReadError::io("making", &spare))?;
        spare
    };
    disk.write(&spare, 0, &header.bytes()).map_err(ReadError::io("writing", &spare))?;
    disk.sync(&spare).map_err(ReadError::io("syncing", &spare))?;
    disk.rename(&spare, &file).map_err(ReadError::io("naming", &file))?;
    let core = JournalCore::new(Start {
        settings: *settings,
        folder,
        number: 1,
        segment_len: len,
        offset: START,
        next: Seq(0),
        now,
        sealed: true,
        closed: Vec::new(),
        spares,
    });
    Ok(Recovered { core, folder, from, until: Seq(0), torn: None })
}
