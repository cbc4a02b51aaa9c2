//! The log lane: one frame is written, then synced; where the segment is full, the next one is begun first.

use super::super::Ticket;
use super::super::frame::{self, Head};
use super::super::segment::{self, Header, START};
use super::{Closed, Command, JournalCore, Lane, Output};
use crate::entry::{Group, Seq};
use foresend_core::time::Timestamp;
use std::io;
use std::mem;
use std::sync::Arc;

/// The end of the log.
#[derive(Debug)]
pub(super) struct Tail {
    /// The segment that is written.
    pub(super) number: u64,
    /// Its length in bytes.
    pub(super) len: u64,
    /// Where its next frame starts.
    pub(super) offset: u64,
    /// The next entry; all before it are durable.
    pub(super) durable: Seq,
    /// The journal's clock.
    pub(super) now: Timestamp,
    /// The last frame is a seal, or there is none.
    pub(super) sealed: bool,
}

impl Tail {
    /// Whether a frame with so many bytes of entries goes into the segment, and a seal behind it.
    pub(super) fn fits(&self, bytes: usize) -> bool {
        let room = (frame::room(bytes) + frame::room(0)) as u64;
        self.offset.checked_add(room).is_some_and(|end| end <= self.len)
    }

    fn file(&self) -> String {
        segment::name(self.number)
    }
}

/// What the log lane is doing.
#[derive(PartialEq, Eq, Debug)]
pub(super) enum Log {
    /// Nothing.
    Idle,
    /// A spare gets the header of the next segment.
    Heading { label: u64 },
    /// That header is synced.
    HeadingSync { label: u64 },
    /// The spare gets the segment's name.
    Naming,
    /// A frame is written.
    Writing(Flight),
    /// It is synced.
    Syncing(Flight),
}

/// A frame on its way.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct Flight {
    group: Arc<Group>,
    /// Who is to be told, and how many entries each of them has.
    answers: Vec<(Ticket, u32)>,
}

impl Log {
    pub(super) fn take_answers(&mut self) -> Vec<(Ticket, u32)> {
        match mem::replace(self, Self::Idle) {
            Self::Writing(flight) | Self::Syncing(flight) => flight.answers,
            Self::Idle | Self::Heading { .. } | Self::HeadingSync { .. } | Self::Naming => {
                Vec::new()
            }
        }
    }
}

impl Log {
    /// The group that is written and not yet synced.
    pub(super) fn written(&self) -> Option<Arc<Group>> {
        if let Self::Syncing(flight) = self { Some(Arc::clone(&flight.group)) } else { None }
    }
}

impl JournalCore {
    /// Begins the next segment in a spare, of which there is one.
    pub(super) fn roll(&mut self, out: &mut Vec<Output>) {
        let label = self.rooms.take().expect("it was counted");
        let header = Header {
            folder: self.folder,
            number: self.tail.number + 1,
            first: self.tail.durable,
            now: self.tail.now,
            len: u64::from(self.settings.segment_bytes),
        };
        let (file, head) = (segment::spare_name(label), header.bytes().to_vec());
        self.log = Log::Heading { label };
        out.push(log(Command::Write { file, offset: 0, head, group: None }));
    }

    pub(super) fn write(
        &mut self,
        group: Group,
        answers: Vec<(Ticket, u32)>,
        out: &mut Vec<Output>,
    ) {
        let salt = frame::salt(self.folder, self.tail.number);
        let head = Head::of(&group, self.tail.durable, salt).bytes().to_vec();
        let group = Arc::new(group);
        let (file, offset) = (self.tail.file(), self.tail.offset);
        out.push(log(Command::Write { file, offset, head, group: Some(Arc::clone(&group)) }));
        self.log = Log::Writing(Flight { group, answers });
    }

    pub(super) fn log_done(&mut self, result: Result<(), io::ErrorKind>, out: &mut Vec<Output>) {
        if let Err(kind) = result {
            let doing = match self.log {
                Log::Idle => "reaching",
                Log::Heading { .. } | Log::Naming => "beginning",
                Log::Writing(_) => "writing",
                Log::HeadingSync { .. } | Log::Syncing(_) => "syncing",
            };
            return self.stop(doing, kind, out);
        }
        match mem::replace(&mut self.log, Log::Idle) {
            Log::Idle => debug_assert!(false, "an answer to no command"),
            Log::Heading { label } => {
                self.log = Log::HeadingSync { label };
                out.push(log(Command::Sync { file: segment::spare_name(label) }));
            }
            Log::HeadingSync { label } => {
                self.log = Log::Naming;
                let to = segment::name(self.tail.number + 1);
                out.push(log(Command::Rename { from: segment::spare_name(label), to }));
            }
            Log::Naming => {
                let Tail { number, len, durable, .. } = self.tail;
                self.rooms.close(Closed { number, len, until: durable });
                self.tail.number += 1;
                self.tail.len = u64::from(self.settings.segment_bytes);
                self.tail.offset = START;
                self.tail.sealed = true;
            }
            Log::Writing(flight) => {
                self.log = Log::Syncing(flight);
                out.push(log(Command::Sync { file: self.tail.file() }));
            }
            Log::Syncing(flight) => self.durable_now(flight, out),
        }
    }

    fn durable_now(&mut self, flight: Flight, out: &mut Vec<Output>) {
        let group = flight.group;
        self.tail.offset += frame::room(group.entries.len()) as u64;
        self.tail.sealed = group.count == 0;
        let mut first = group.first;
        out.reserve(flight.answers.len() + 1);
        for (ticket, count) in flight.answers {
            out.push(Output::Acknowledge { ticket, first });
            first.0 += u64::from(count);
        }
        assert_eq!(first.0, group.first.0 + u64::from(group.count), "every entry is somebody's");
        self.tail.durable = first;
        if group.count > 0 {
            out.push(Output::Durable(group));
        }
    }
}

fn log(command: Command) -> Output {
    Output::Disk(Lane::Log, command)
}
