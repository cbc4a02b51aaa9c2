//! What the journal does next: appends become groups, a group becomes a frame, a frame is written and then synced, one at a
//! time; what arrives meanwhile is the next group. Sans-I/O: whoever drives it carries out the commands and says how they
//! went.
//!
//! There are two lanes, each with one command on its way. The log lane writes; the room lane prepares files and takes
//! settled ones back, so that no append waits for a file to be filled.
//! Invariant: an append is in one frame, whole. What was accepted earlier stands earlier.
//! Invariant: events never take the last prepared files: those are for withdrawals and for the engine itself.

mod log;
mod rooms;

use super::{Class, FolderId, Refused, Settings, Stopped, Ticket, frame, is_whole};
use crate::entry::{Group, Seq};
use foresend_core::time::Timestamp;
use log::{Log, Tail};
use rooms::Rooms;
use std::collections::VecDeque;
use std::io;
use std::sync::Arc;

/// What happens to the journal.
#[derive(Debug)]
pub enum Input {
    /// Somebody wants entries to become durable.
    Append {
        /// By which it is answered.
        ticket: Ticket,
        /// What it is.
        class: Class,
        /// The entries, one after the other.
        entries: Vec<u8>,
        /// How many.
        count: u32,
    },
    /// The command on its way in a lane was carried out, or failed.
    Done {
        /// The lane.
        lane: Lane,
        /// How it went.
        result: Result<(), io::ErrorKind>,
    },
    /// Somebody wants to know a place between two groups.
    Cut,
    /// What is before this place is needed no longer.
    Settled(Seq),
    /// Nothing has come for [`Settings::seal_after`].
    Idle,
    /// [`Settings::retry_after`] has passed.
    Retry,
    /// Make durable what was accepted, seal the tail, and end.
    Close,
}

/// Which command a result belongs to. The commands of one lane are carried out one after the other; those of the two
/// lanes in any order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lane {
    /// Frames.
    Log,
    /// Files that wait for their use, or have had it.
    Room,
}

/// Something to do with the disk.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Command {
    /// Write `head` at `offset`, and the entries of `group` behind it.
    Write {
        /// The file.
        file: String,
        /// Where, in bytes.
        offset: u64,
        /// What comes first.
        head: Vec<u8>,
        /// Whose entries come behind it.
        group: Option<Arc<Group>>,
    },
    /// Sync a file.
    Sync {
        /// The file.
        file: String,
    },
    /// Make a file of zeros.
    Create {
        /// Its name.
        file: String,
        /// Its length in bytes.
        len: u64,
    },
    /// Give a file another name.
    Rename {
        /// The old one.
        from: String,
        /// The new one.
        to: String,
    },
    /// Remove a file.
    Remove {
        /// Which.
        file: String,
    },
}

/// What the journal wants done or known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Output {
    /// Carry this out and answer with [`Input::Done`].
    Disk(Lane, Command),
    /// An append is durable.
    Acknowledge {
        /// Which.
        ticket: Ticket,
        /// The place of its first entry.
        first: Seq,
    },
    /// An append was not taken.
    Refuse {
        /// Which.
        ticket: Ticket,
        /// Why.
        why: Refused,
    },
    /// These are durable; its appends are acknowledged already. Groups come in order, without gaps.
    Durable(Arc<Group>),
    /// The place between the groups told of so far and those to come.
    Cut(Seq),
    /// The disk failed: nothing more will be written or taken.
    Stopped(Stopped),
    /// Everything accepted is durable, and the tail is sealed.
    Closed,
}

/// The journal's mind.
#[derive(Debug)]
pub struct JournalCore {
    settings: Settings,
    folder: FolderId,
    tail: Tail,
    log: Log,
    rooms: Rooms,
    waiting: VecDeque<Waiting>,
    /// Why events are refused since there was no file for one, until there is again.
    refusing: Option<Refused>,
    ending: Option<Ending>,
}

#[derive(Debug)]
struct Waiting {
    ticket: Ticket,
    class: Class,
    entries: Vec<u8>,
    count: u32,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Ending {
    Closing,
    Closed,
    Stopped(Stopped),
}

/// Where a journal that was opened goes on.
#[derive(Debug)]
pub(super) struct Start {
    pub(super) settings: Settings,
    pub(super) folder: FolderId,
    pub(super) number: u64,
    pub(super) segment_len: u64,
    pub(super) offset: u64,
    pub(super) next: Seq,
    pub(super) now: Timestamp,
    pub(super) sealed: bool,
    pub(super) closed: Vec<Closed>,
    pub(super) spares: Vec<u64>,
}

/// A segment that is written no more.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Closed {
    pub(super) number: u64,
    pub(super) len: u64,
    /// The first entry behind it.
    pub(super) until: Seq,
}

impl JournalCore {
    pub(super) fn new(start: Start) -> Self {
        Self {
            settings: start.settings,
            folder: start.folder,
            tail: Tail {
                number: start.number,
                len: start.segment_len,
                offset: start.offset,
                durable: start.next,
                now: start.now,
                sealed: start.sealed,
            },
            log: Log::Idle,
            rooms: Rooms::new(&start.settings, start.closed, start.spares),
            waiting: VecDeque::new(),
            refusing: None,
            ending: None,
        }
    }

    /// How it was set up.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The first place that is not durable yet: the next append's, when nothing is waiting.
    #[must_use]
    pub const fn durable(&self) -> Seq {
        self.tail.durable
    }

    /// The journal's clock: that of its last group, or later.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.tail.now
    }

    /// Whether the last frame is a seal, or there is none: [`Input::Idle`] would change nothing.
    #[must_use]
    pub const fn is_sealed(&self) -> bool {
        self.tail.sealed
    }

    /// What is written and not synced yet: for whoever simulates an engine that answers too early.
    pub(crate) fn written(&self) -> Option<Arc<Group>> {
        self.log.written()
    }

    /// Takes one input. `at`: the wall clock; where it goes back, the journal's clock stands still. What is to be done is
    /// added to `out`, in the order in which it is to be done.
    pub fn handle(&mut self, at: Timestamp, input: Input, out: &mut Vec<Output>) {
        self.tail.now = self.tail.now.max(at);
        match input {
            Input::Append { ticket, class, entries, count } => {
                self.append(Waiting { ticket, class, entries, count }, out);
            }
            Input::Done { lane: Lane::Log, result } => self.log_done(result, out),
            Input::Done { lane: Lane::Room, result } => self.rooms.done(result),
            Input::Cut => {
                if !matches!(self.ending, Some(Ending::Stopped(_))) {
                    out.push(Output::Cut(self.tail.durable));
                }
            }
            Input::Settled(before) => self.rooms.settled(before),
            Input::Idle => {
                if self.log == Log::Idle && self.waiting.is_empty() && !self.tail.sealed {
                    self.seal(out);
                }
            }
            Input::Retry => self.rooms.retry(),
            Input::Close => {
                if self.ending.is_none() {
                    self.ending = Some(Ending::Closing);
                }
            }
        }
        if !matches!(self.ending, Some(Ending::Stopped(_))) {
            self.rooms.go_on(out);
            if self.rooms.spares() > self.rooms.reserve() {
                self.refusing = None;
            }
            self.go_on(out);
        }
    }

    fn append(&mut self, append: Waiting, out: &mut Vec<Output>) {
        let bytes = append.entries.len();
        let max = self.settings.append_bytes;
        let why = match self.ending {
            Some(Ending::Stopped(why)) => Some(Refused::Stopped(why)),
            Some(Ending::Closing | Ending::Closed) => Some(Refused::Closed),
            None if u32::try_from(bytes).map_or(true, |bytes| bytes > max) => {
                Some(Refused::TooLong { bytes, max })
            }
            None => self.refusing.filter(|_| append.class == Class::Event),
        };
        debug_assert!(is_whole(&append.entries, append.count), "the intake has counted");
        match why {
            Some(why) => out.push(Output::Refuse { ticket: append.ticket, why }),
            None => self.waiting.push_back(append),
        }
    }

    /// Begins the next frame if the log lane is free.
    fn go_on(&mut self, out: &mut Vec<Output>) {
        while self.log == Log::Idle {
            let Some(first) = self.waiting.front() else { break };
            if self.tail.fits(first.entries.len()) {
                self.write_group(out);
            } else if self.rooms.spares() > self.rooms.reserve() {
                self.roll(out);
            } else if let Some(why) = self.rooms.lacking() {
                self.refusing = Some(why);
                if !self.refuse_waiting(Class::Event, why, out) {
                    if self.rooms.spares() > 0 {
                        self.roll(out);
                    } else if !self.refuse_waiting(Class::Withdrawal, why, out) {
                        // Only the engine's own are left, and they wait.
                        break;
                    }
                }
            } else {
                // A file is being prepared.
                return;
            }
        }
        if self.ending == Some(Ending::Closing) && self.log == Log::Idle {
            for left in self.waiting.drain(..) {
                out.push(Output::Refuse { ticket: left.ticket, why: Refused::Closed });
            }
            if self.tail.sealed {
                self.ending = Some(Ending::Closed);
                out.push(Output::Closed);
            } else {
                self.seal(out);
            }
        }
    }

    /// Refuses what waits of one class; whether there was any.
    fn refuse_waiting(&mut self, class: Class, why: Refused, out: &mut Vec<Output>) -> bool {
        let before = self.waiting.len();
        self.waiting.retain(|waiting| {
            let goes = waiting.class == class;
            if goes {
                out.push(Output::Refuse { ticket: waiting.ticket, why });
            }
            !goes
        });
        self.waiting.len() < before
    }

    /// Takes what waits into a group, up to the bytes of one and of what the segment has left, and writes it.
    fn write_group(&mut self, out: &mut Vec<Output>) {
        let max = usize::try_from(self.settings.group_bytes).unwrap_or(usize::MAX);
        let (mut appends, mut bytes, mut count) = (0, 0, 0u32);
        for waiting in &self.waiting {
            let more = bytes + waiting.entries.len();
            if appends > 0 && (more > max || !self.tail.fits(more)) {
                break;
            }
            (appends, bytes) = (appends + 1, more);
            count += waiting.count;
        }
        let mut answers = Vec::with_capacity(appends);
        let mut entries = Vec::with_capacity(if appends > 1 { bytes } else { 0 });
        for waiting in self.waiting.drain(..appends) {
            if appends == 1 {
                entries = waiting.entries;
            } else {
                entries.extend_from_slice(&waiting.entries);
            }
            answers.push((waiting.ticket, waiting.count));
        }
        let group = Group { first: self.tail.durable, count, now: self.tail.now, entries };
        self.write(group, answers, out);
    }

    /// Writes an empty frame: it says that everything before it is durable.
    fn seal(&mut self, out: &mut Vec<Output>) {
        debug_assert!(frame::room(0) as u64 <= self.tail.len - self.tail.offset, "room is kept");
        let (first, now) = (self.tail.durable, self.tail.now);
        self.write(Group { first, count: 0, now, entries: Vec::new() }, Vec::new(), out);
    }

    fn stop(&mut self, doing: &'static str, kind: io::ErrorKind, out: &mut Vec<Output>) {
        let why = Stopped { doing, kind };
        self.ending = Some(Ending::Stopped(why));
        let on_its_way = self.log.take_answers().into_iter().map(|(ticket, _)| ticket);
        for ticket in on_its_way.chain(self.waiting.drain(..).map(|waiting| waiting.ticket)) {
            out.push(Output::Refuse { ticket, why: Refused::Stopped(why) });
        }
        out.push(Output::Stopped(why));
    }
}
