//! Reads entries back, group by group: for the replay after a start, and for whoever archives what is settled while the
//! journal goes on writing. One group is in memory at a time.
//! Invariant: every frame is checked again; what cannot be read is an error with its place.

use super::damage::{Damage, Ill, ReadError};
use super::scan::{self, Scan};
use super::segment;
use crate::disk::Disk;
use crate::entry::{Group, Raw, Seq};
use std::io;

/// The groups of some entries, in order.
pub struct Groups<D> {
    disk: D,
    scan: Option<Scan>,
    from: Seq,
    until: Seq,
}

/// The groups of the entries from `from` on and before `until`. All of these must be durable, and `from` not yet settled: a
/// settled segment may go at any time. A group that lies across an end is cut to fit.
///
/// # Errors
/// [`ReadError`] where the first entry cannot be found.
pub fn groups<D: Disk>(mut disk: D, from: Seq, until: Seq) -> Result<Groups<D>, ReadError> {
    let scan = if from < until { Some(holding(&mut disk, from)?) } else { None };
    Ok(Groups { disk, scan, from, until })
}

/// The entry behind the last one that can be read, of a journal whose entries from `from` on are not settled. Reads these, and
/// changes nothing.
///
/// # Errors
/// [`ReadError`] where the entry `from` is not there and would not be the next one, or a segment is missing.
pub fn end(disk: &mut impl Disk, from: Seq) -> Result<Seq, ReadError> {
    let mut scan = holding(disk, from)?;
    loop {
        scan.walk(disk)?;
        let next = match Scan::open(disk, scan.header.number + 1, scan.next) {
            Ok(next) => next,
            Err(ReadError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => break,
            Err(error) => return Err(error),
        };
        if next.header.first != scan.next {
            return Err(scan.damage(Ill::Frame, Some(next.header.first)).into());
        }
        scan = next;
    }
    if scan.next < from { Err(scan.damage(Ill::Short, Some(from)).into()) } else { Ok(scan.next) }
}

/// The segment in which the entry `seq` stands, or will.
fn holding(disk: &mut impl Disk, seq: Seq) -> Result<Scan, ReadError> {
    let mut later = None;
    for number in numbers(disk)?.into_iter().rev() {
        let scan = match Scan::open(disk, number, seq) {
            Ok(scan) => scan,
            // It was settled, and went meanwhile.
            Err(ReadError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => break,
            Err(error) => return Err(error),
        };
        if scan.header.first <= seq {
            return Ok(scan);
        }
        later = Some(scan.header);
    }
    let number = later.map_or(1, |header| header.number.saturating_sub(1).max(1));
    let until = later.map(|header| header.first);
    let file = segment::name(number);
    Err(Damage { file, offset: 0, first: seq, until, ill: Ill::Missing }.into())
}

/// The numbers of all segments, in order.
pub(super) fn numbers(disk: &mut impl Disk) -> Result<Vec<u64>, ReadError> {
    let files = disk.list().map_err(ReadError::io("listing", ""))?;
    let mut numbers: Vec<u64> = files.iter().filter_map(|file| segment::number_of(file)).collect();
    numbers.sort_unstable();
    Ok(numbers)
}

impl<D: Disk> Groups<D> {
    fn read(&mut self) -> Result<Option<Group>, ReadError> {
        while let Some(scan) = &mut self.scan {
            if scan.next >= self.until {
                break;
            }
            let place = scan.damage(Ill::Frame, None);
            if let Some((head, entries)) = scan.next(&mut self.disk)? {
                // A seal holds nothing.
                if head.count == 0 || head.end().is_none_or(|end| end <= self.from) {
                    continue;
                }
                let mut group = scan::group(&head, entries);
                return if trim(&mut group, self.from, self.until).is_some() {
                    Ok(Some(group))
                } else {
                    Err(place.into())
                };
            }
            let next = match Scan::open(&mut self.disk, scan.header.number + 1, scan.next) {
                Ok(next) => next,
                Err(ReadError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                    return Err(scan.damage(Ill::Frame, None).into());
                }
                Err(error) => return Err(error),
            };
            if next.header.first != scan.next {
                return Err(scan.damage(Ill::Frame, Some(next.header.first)).into());
            }
            if next.header.folder != scan.header.folder {
                return Err(next.damage(Ill::Foreign(next.header.folder), None).into());
            }
            *scan = next;
        }
        Ok(None)
    }
}

impl<D: Disk> Iterator for Groups<D> {
    type Item = Result<Group, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        let read = self.read().transpose();
        if !matches!(read, Some(Ok(_))) {
            self.scan = None;
        }
        read
    }
}

/// Takes off what is before `from`, and what is not before `until`. `None`: there are not as many entries as the frame
/// says.
fn trim(group: &mut Group, from: Seq, until: Seq) -> Option<()> {
    let end = group.first.0 + u64::from(group.count);
    if from <= group.first && until.0 >= end {
        return Some(());
    }
    let before = usize::try_from(from.0.saturating_sub(group.first.0)).ok()?;
    let kept = u32::try_from(until.0.min(end).checked_sub(group.first.0.max(from.0))?).ok()?;
    let start = behind(&group.entries, before)?;
    group.entries.drain(..start);
    let end = behind(&group.entries, usize::try_from(kept).ok()?)?;
    group.entries.truncate(end);
    (group.first, group.count) = (group.first.max(from), kept);
    Some(())
}

/// How many bytes the first `count` entries have.
fn behind(entries: &[u8], count: usize) -> Option<usize> {
    let mut rest = entries;
    for _ in 0..count {
        (_, rest) = Raw::first(rest).ok()?;
    }
    Some(entries.len() - rest.len())
}
