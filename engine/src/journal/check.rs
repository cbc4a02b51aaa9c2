//! Looks at a whole journal and changes nothing: every segment that is there, every frame, and every damage, not only the
//! first.

use super::damage::{Damage, Ill, ReadError, Torn};
use super::groups::numbers;
use super::scan::{Scan, Tail};
use super::segment;
use crate::disk::Disk;
use crate::entry::Seq;
use foresend_core::time::Timestamp;

/// What a journal holds, and what is wrong with it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Report {
    /// Its segments, in order.
    pub segments: Vec<SegmentReport>,
    /// A last write that a crash cut short: the next start cuts it off.
    pub torn: Option<Torn>,
    /// Everything wrong, in order.
    pub damage: Vec<Damage>,
}

/// What a segment holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SegmentReport {
    /// Its file.
    pub file: String,
    /// Its first entry.
    pub first: Seq,
    /// The first entry behind the last one that can be read.
    pub until: Seq,
    /// How many frames can be read.
    pub frames: u64,
    /// How many of its bytes they take up, the header included.
    pub bytes: u64,
    /// The journal's clock at its end.
    pub now: Timestamp,
    /// Its last frame is a seal: damage to what is before it can be told from a torn write.
    pub sealed: bool,
}

/// Verifies all segments. It may run while the journal writes, and may then take the write under way for a torn one.
///
/// # Errors
/// [`ReadError::Io`] where the disk fails. Damage is no error here: it is in the report.
pub fn check(disk: &mut impl Disk) -> Result<Report, ReadError> {
    let mut report = Report::default();
    let numbers = numbers(disk)?;
    let mut before: Option<Scan> = None;
    let mut expected = numbers.first().copied().unwrap_or_default();
    let mut first = Seq(0);
    for number in numbers {
        if number != expected {
            let file = segment::name(expected);
            let ill = Ill::Missing;
            report.damage.push(Damage { file, offset: 0, first, until: None, ill });
            before = None;
        }
        expected = number + 1;
        let mut scan = match Scan::open(disk, number, first) {
            Ok(scan) => scan,
            Err(ReadError::Damage(damage)) => {
                report.damage.push(damage);
                before = None;
                continue;
            }
            Err(error @ (ReadError::Io { .. } | ReadError::Settings(_))) => return Err(error),
        };
        // What could not be read before it ends where this begins.
        if let Some(damage) = report.damage.last_mut().filter(|damage| damage.first == first) {
            damage.until.get_or_insert(scan.header.first);
        }
        if let Some(before) = before {
            if before.header.folder != scan.header.folder {
                report.damage.push(scan.damage(Ill::Foreign(scan.header.folder), None));
            } else if before.next != scan.header.first {
                report.damage.push(before.damage(Ill::Frame, Some(scan.header.first)));
            }
        }
        let frames = walk_on(disk, &mut scan, &mut report)?;
        first = scan.next;
        report.segments.push(SegmentReport {
            file: scan.file.clone(),
            first: scan.header.first,
            until: scan.next,
            frames,
            bytes: scan.offset,
            now: scan.now,
            sealed: scan.sealed,
        });
        before = Some(scan);
    }
    if let Some(mut last) = before
        && !report.damage.iter().any(|damage| damage.file == last.file)
    {
        match last.tail(disk) {
            Ok(Tail::Clean) => {}
            Ok(Tail::Torn(_)) => {
                let (file, offset, first) = (last.file, last.offset, last.next);
                report.torn = Some(Torn { file, offset, first, kept: None });
            }
            Err(ReadError::Damage(damage)) => report.damage.push(damage),
            Err(error @ (ReadError::Io { .. } | ReadError::Settings(_))) => return Err(error),
        }
    }
    Ok(report)
}

fn walk_on(disk: &mut impl Disk, scan: &mut Scan, report: &mut Report) -> Result<u64, ReadError> {
    let mut frames = 0;
    loop {
        match scan.next(disk) {
            Ok(Some(_)) => frames += 1,
            Ok(None) => return Ok(frames),
            Err(ReadError::Damage(damage)) => {
                report.damage.push(damage);
                return Ok(frames);
            }
            Err(error @ (ReadError::Io { .. } | ReadError::Settings(_))) => return Err(error),
        }
    }
}
