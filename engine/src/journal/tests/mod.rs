//! A journal over a disk that fails, held against what was offered to it and what it acknowledged: a plain list.
//! Everything is drawn by hashing a seed, and a failing seed is named.

mod crash;
mod damage;
mod full;
mod shell;

use super::*;
use crate::disk::Disk;
use crate::entry::{Entry, Group, Raw, Seq, each};
use crate::sim::disk::FaultyDisk;
use foresend_core::chance;
use foresend_core::time::Timestamp;
use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::Arc;

/// Small, so that a few hundred appends fill many segments.
fn small() -> Settings {
    Settings {
        segment_bytes: SEGMENT_BYTES_MIN,
        reserve_segments: NonZeroU32::MIN,
        group_bytes: 700,
        append_bytes: 1000,
        ..Settings::default()
    }
}

fn opening(from: Option<Seq>) -> Opening {
    Opening { from, folder: None, fresh: FolderId(77) }
}

fn open(disk: &mut FaultyDisk, from: u64) -> Result<Recovered, ReadError> {
    recover(disk, &small(), &opening(Some(Seq(from))))
}

/// Entries that say whose they are: the ticket, their place in the append, and how many it has.
fn entries(ticket: u64, count: u32, pad: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    for place in 0..count {
        let build = format!("{ticket} {place} {count} {}", "x".repeat(pad));
        Entry::Boot { build: &build }.write(&mut bytes).unwrap();
    }
    bytes
}

/// What [`entries`] wrote into one.
fn said(raw: &Raw<'_>) -> (u64, u32, u32) {
    let Ok(Entry::Boot { build }) = raw.read() else { panic!("not of ours") };
    let mut words = build.split(' ');
    let mut number = || words.next().unwrap().parse::<u64>().unwrap();
    let (ticket, place, count) = (number(), number(), number());
    (ticket, u32::try_from(place).unwrap(), u32::try_from(count).unwrap())
}

/// All numbers that a test needs, from one.
struct Draws {
    key: u64,
    next: u64,
}

impl Draws {
    fn new(key: u64) -> Self {
        Self { key, next: 0 }
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next += 1;
        chance::bits(self.key, self.next) % n
    }
}

/// A core, its disk, and what it said.
struct Rig {
    core: JournalCore,
    disk: FaultyDisk,
    log: Option<Command>,
    room: Option<Command>,
    at: i64,
    acknowledged: BTreeMap<u64, u64>,
    refused: BTreeMap<u64, Refused>,
    durable: Vec<Arc<Group>>,
    cuts: Vec<Seq>,
    stopped: Option<Stopped>,
    closed: bool,
}

impl Rig {
    fn new(core: JournalCore, disk: FaultyDisk) -> Self {
        let mut rig = Self {
            core,
            disk,
            log: None,
            room: None,
            at: 1_000,
            acknowledged: BTreeMap::new(),
            refused: BTreeMap::new(),
            durable: Vec::new(),
            cuts: Vec::new(),
            stopped: None,
            closed: false,
        };
        rig.tell(Input::Retry);
        rig
    }

    fn made() -> Self {
        let mut disk = FaultyDisk::new();
        let core = recover(&mut disk, &small(), &opening(None)).unwrap().core;
        Self::new(core, disk)
    }

    fn tell(&mut self, input: Input) {
        let mut out = Vec::new();
        self.core.handle(Timestamp::from_millis(self.at), input, &mut out);
        for output in out {
            match output {
                Output::Disk(Lane::Log, command) => assert_eq!(self.log.replace(command), None),
                Output::Disk(Lane::Room, command) => assert_eq!(self.room.replace(command), None),
                Output::Acknowledge { ticket, first } => {
                    assert_eq!(self.acknowledged.insert(ticket.0, first.0), None);
                }
                Output::Refuse { ticket, why } => {
                    assert_eq!(self.refused.insert(ticket.0, why), None);
                }
                Output::Durable(group) => self.durable.push(group),
                Output::Cut(seq) => self.cuts.push(seq),
                Output::Stopped(why) => self.stopped = Some(why),
                Output::Closed => self.closed = true,
            }
        }
    }

    fn append(&mut self, ticket: u64, class: Class, count: u32, pad: usize) {
        let entries = entries(ticket, count, pad);
        self.tell(Input::Append { ticket: Ticket(ticket), class, entries, count });
    }

    /// Carries out the command of a lane, if there is one. False: the power went.
    fn go(&mut self, lane: Lane) -> bool {
        let command = match lane {
            Lane::Log => self.log.take(),
            Lane::Room => self.room.take(),
        };
        let Some(command) = command else { return true };
        let result = carry_out(&mut self.disk, &command).map_err(|error| error.kind());
        if self.disk.is_dark() {
            return false;
        }
        self.tell(Input::Done { lane, result });
        true
    }

    /// Carries out everything there is to do.
    fn settle(&mut self) {
        while self.log.is_some() || self.room.is_some() {
            assert!(self.go(Lane::Log) && self.go(Lane::Room), "nobody took the power");
        }
    }

    fn close(mut self) -> FaultyDisk {
        self.tell(Input::Close);
        self.settle();
        assert!(self.closed);
        self.disk
    }
}

/// Everything from `from` on, read back: checked to be without gaps and in the order of the clock.
fn read_back(disk: &mut FaultyDisk, from: Seq, until: Seq) -> Result<Vec<Group>, String> {
    let mut all: Vec<Group> = Vec::new();
    let mut next = from;
    for group in groups(disk, from, until).map_err(|error| error.to_string())? {
        let group = group.map_err(|error| error.to_string())?;
        if group.first != next {
            return Err(format!("{:?} follows {next:?}", group.first));
        }
        if each(&group.entries).count() as u64 != u64::from(group.count) {
            return Err(format!("{} entries were promised at {next:?}", group.count));
        }
        if all.last().is_some_and(|before| before.now > group.now) {
            return Err(format!("the clock went back at {next:?}"));
        }
        next = Seq(next.0 + u64::from(group.count));
        all.push(group);
    }
    if next == until { Ok(all) } else { Err(format!("ends at {next:?} and not at {until:?}")) }
}
