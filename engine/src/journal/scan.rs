//! Walking one segment: frame after frame, each checked, and what the place behind the last one means.
//! Invariant: memory is bounded by a window and the longest frame; a length is believed only under a sum.

use super::damage::{Damage, Ill, ReadError};
use super::frame::{self, ALIGN, HEAD, Head, MAGIC, Place};
use super::segment::{self, Bad, Header, START};
use crate::disk::Disk;
use crate::entry::{Group, Seq};
use foresend_core::time::Timestamp;
use std::io;

/// How much of a file is read at once, in bytes.
const WINDOW: usize = 4 << 20;

/// One segment, open for reading.
pub(super) struct Scan {
    pub(super) file: String,
    pub(super) header: Header,
    salt: u64,
    window: Window,
    /// Where the next frame starts.
    pub(super) offset: u64,
    /// The next entry.
    pub(super) next: Seq,
    /// The latest clock seen.
    pub(super) now: Timestamp,
    /// The last frame was a seal.
    pub(super) sealed: bool,
}

/// What is behind the last frame of a segment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Tail {
    /// Nothing.
    Clean,
    /// A write that was cut short, of at most so many bytes.
    Torn(u64),
}

impl Scan {
    /// Opens a segment and reads its header. `first` is what its first entry is thought to be, for an error's sake.
    pub(super) fn open(disk: &mut impl Disk, number: u64, first: Seq) -> Result<Self, ReadError> {
        let file = segment::name(number);
        let ill = |ill, offset| Damage { file: file.clone(), offset, first, until: None, ill };
        let len = disk.len(&file).map_err(ReadError::io("reading", &file))?;
        let mut window = Window::new(len);
        let bytes = window.bytes(disk, &file, 0, START).map_err(ReadError::io("reading", &file))?;
        let header = Header::read(bytes).map_err(|bad| match bad {
            Bad::Format(format) => ill(Ill::Format(format), 0),
            Bad::Garbled => ill(Ill::Header, 0),
        })?;
        if header.number != number || header.len != len {
            return Err(ill(Ill::Renamed, 0).into());
        }
        Ok(Self {
            file,
            salt: frame::salt(header.folder, number),
            window,
            offset: START,
            next: header.first,
            now: header.now,
            sealed: true,
            header,
        })
    }

    /// The next frame, checked, with its entries; `None` at the end of the frames.
    pub(super) fn next(
        &mut self,
        disk: &mut impl Disk,
    ) -> Result<Option<(Head, &[u8])>, ReadError> {
        let Some(head) = self.head(disk)? else { return Ok(None) };
        let (at, len) = (self.offset + HEAD as u64, u64::from(head.len));
        let body = self
            .window
            .bytes(disk, &self.file, at, len)
            .map_err(ReadError::io("reading", &self.file))?;
        if body.len() as u64 != len || crc32c::crc32c(body) != head.body {
            return Ok(None);
        }
        let end = head.end().filter(|_| head.first == self.next && head.now >= self.now);
        let Some(end) = end else {
            return Err(Damage {
                file: self.file.clone(),
                offset: self.offset,
                first: self.next,
                until: Some(head.first),
                ill: Ill::Order,
            }
            .into());
        };
        self.offset += head.room();
        (self.next, self.now, self.sealed) = (end, head.now, head.count == 0);
        Ok(Some((head, body)))
    }

    fn head(&mut self, disk: &mut impl Disk) -> Result<Option<Head>, ReadError> {
        match self.place(disk, self.offset).map_err(ReadError::io("reading", &self.file))? {
            Place::Head(head) => Ok(Some(head)),
            Place::Nothing | Place::Broken => Ok(None),
            Place::Format(format) => Err(self.damage(Ill::Format(format), None).into()),
        }
    }

    fn place(&mut self, disk: &mut impl Disk, offset: u64) -> io::Result<Place> {
        let bytes = self.window.bytes(disk, &self.file, offset, HEAD as u64)?;
        Ok(frame::place(bytes, self.salt, self.next))
    }

    /// Damage where the next frame should be.
    pub(super) fn damage(&self, ill: Ill, until: Option<Seq>) -> Damage {
        Damage { file: self.file.clone(), offset: self.offset, first: self.next, until, ill }
    }

    /// Walks to the end of the frames, checking each.
    pub(super) fn walk(&mut self, disk: &mut impl Disk) -> Result<u64, ReadError> {
        let mut frames = 0;
        while self.next(disk)?.is_some() {
            frames += 1;
        }
        Ok(frames)
    }

    /// What is behind the last frame. Writes are synced one after the other, so a frame that has another one behind it was
    /// durable: then it is damage that it cannot be read.
    pub(super) fn tail(&mut self, disk: &mut impl Disk) -> Result<Tail, ReadError> {
        let place = self.place(disk, self.offset).map_err(ReadError::io("reading", &self.file))?;
        let behind = self.find_after(disk).map_err(ReadError::io("reading", &self.file))?;
        if let Some(first) = behind {
            return Err(self.damage(Ill::Frame, first).into());
        }
        Ok(match place {
            Place::Nothing => Tail::Clean,
            Place::Head(head) => Tail::Torn(head.room()),
            Place::Broken | Place::Format(_) => Tail::Torn(u64::MAX),
        })
    }

    /// The first entry of the next frame of this segment behind the place where one is missing; the inner `None`: of one in
    /// an unknown format.
    fn find_after(&mut self, disk: &mut impl Disk) -> io::Result<Option<Option<Seq>>> {
        let (salt, next) = (self.salt, self.next);
        let mut offset = self.offset + ALIGN as u64;
        while offset < self.header.len {
            let bytes = self.window.bytes(disk, &self.file, offset, WINDOW as u64)?;
            for (at, eight) in bytes.chunks_exact(ALIGN).enumerate() {
                if !eight.starts_with(&MAGIC) {
                    continue;
                }
                let rest = bytes.get(at * ALIGN..).unwrap_or_default();
                match frame::place(rest, salt, next) {
                    Place::Head(head) => return Ok(Some(Some(head.first))),
                    Place::Format(_) => return Ok(Some(None)),
                    Place::Nothing | Place::Broken => {}
                }
            }
            // The windows overlap by a head, so none is cut in two.
            let step = bytes.len().saturating_sub(HEAD.next_multiple_of(ALIGN));
            if step == 0 {
                break;
            }
            offset += step as u64;
        }
        Ok(None)
    }
}

/// A frame's entries as a group.
pub(super) fn group(head: &Head, entries: &[u8]) -> Group {
    Group { first: head.first, count: head.count, now: head.now, entries: entries.to_vec() }
}

/// A piece of a file in memory.
struct Window {
    bytes: Vec<u8>,
    start: u64,
    filled: usize,
    /// The file's length.
    len: u64,
}

impl Window {
    fn new(len: u64) -> Self {
        Self { bytes: Vec::new(), start: 0, filled: 0, len }
    }

    /// `len` bytes from `offset` on, or as many as there are.
    fn bytes(
        &mut self,
        disk: &mut impl Disk,
        file: &str,
        offset: u64,
        len: u64,
    ) -> io::Result<&[u8]> {
        let len = len.min(self.len.saturating_sub(offset));
        let within = offset.checked_sub(self.start).filter(|at| at + len <= self.filled as u64);
        if within.is_none() {
            let wanted = len.max((WINDOW as u64).min(self.len.saturating_sub(offset)));
            let wanted = usize::try_from(wanted).map_err(io::Error::other)?;
            if self.bytes.len() < wanted {
                self.bytes.resize(wanted, 0);
            }
            self.filled = 0;
            self.filled = disk.read(file, offset, &mut self.bytes[..wanted])?;
            self.start = offset;
        }
        let at = usize::try_from(offset - self.start).map_err(io::Error::other)?;
        let len = usize::try_from(len).map_err(io::Error::other)?;
        let end = (at + len).min(self.filled);
        Ok(self.bytes.get(at..end).unwrap_or_default())
    }
}
