//! The journal on this machine: one thread that writes and syncs, and a helper that prepares files, so that nobody waits
//! for that. Between the two stands [`JournalCore`], which knows neither.
//! Invariant: while a sync is under way, what comes waits in the intake and is in the next group.

use super::core::{Command, Input, JournalCore, Lane, Output};
use super::intake::{Append, Intake, Item, Lag, Shared};
use super::{Class, Refused, Settings, Stopped, Ticket};
use crate::disk::{Disk, StdDisk};
use crate::entry::{Group, Seq};
use foresend_core::time::{Timestamp, Wait};
use hdrhistogram::Histogram;
use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// The wall clock.
pub type Wall = Box<dyn FnMut() -> Timestamp + Send>;

/// What the journal tells, in order, on its own thread.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Durable {
    /// These entries are durable. Groups come without gaps.
    Group(Arc<Group>),
    /// A cut that was asked for: everything before it was told of, nothing after it.
    Cut(Seq),
    /// The disk failed; nothing more will come.
    Stopped(Stopped),
}

/// How a journal ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ending {
    /// Everything accepted is durable, and the tail is sealed.
    Closed,
    /// The disk had failed.
    Stopped(Stopped),
}

/// The running journal.
pub struct Journal {
    intake: Intake,
    thread: JoinHandle<Ending>,
    helper: JoinHandle<()>,
}

/// Starts the journal's thread and its helper. `disk`: the folder that `core` was recovered from; `tell` is called with
/// everything that becomes durable, and holds up the journal for as long as it takes.
///
/// # Errors
/// Where the folder cannot be opened once more, or the machine gives no thread.
pub fn start(
    core: JournalCore,
    disk: StdDisk,
    wall: Wall,
    lag: Lag,
    tell: Box<dyn FnMut(Durable) + Send>,
) -> io::Result<Journal> {
    let settings = *core.settings();
    let shared = Arc::new(Shared::new(settings, core.durable(), lag));
    let intake = Intake { shared: Arc::clone(&shared) };
    let (rooms, jobs) = channel();
    let helped = (disk.again()?, Arc::clone(&shared));
    let helper = thread::Builder::new()
        .name("journal-rooms".to_owned())
        .spawn(move || help(&jobs, helped.0, &helped.1))?;
    let run = Run {
        core,
        disk,
        wall,
        tell,
        shared,
        rooms,
        settings,
        pending: Pending::default(),
        ending: None,
    };
    let thread = thread::Builder::new().name("journal".to_owned()).spawn(move || run.run())?;
    Ok(Journal { intake, thread, helper })
}

impl Journal {
    /// The door.
    #[must_use]
    pub fn intake(&self) -> Intake {
        self.intake.clone()
    }

    /// How long appends waited to be acknowledged since the start, in microseconds.
    #[must_use]
    pub fn waited(&self) -> Histogram<u64> {
        self.intake.shared.waited()
    }

    /// Makes durable what was accepted, seals the tail and ends. The engine's own entries that wait for room on a full disk
    /// are refused then.
    ///
    /// # Panics
    /// Where the journal's thread had panicked: in `tell`, or in what an append is answered with.
    #[must_use]
    pub fn close(self) -> Ending {
        self.intake.shared.push(Item::Close);
        let ending = self.thread.join().expect("the journal's thread does not panic");
        self.helper.join().expect("its helper does not panic");
        ending
    }
}

/// Carries out the commands of the room lane.
fn help(jobs: &Receiver<Command>, mut disk: StdDisk, shared: &Shared) {
    for command in jobs {
        let result = carry_out(&mut disk, &command).map_err(|error| error.kind());
        shared.push(Item::RoomDone(result));
    }
}

/// Carries out one command.
pub(crate) fn carry_out(disk: &mut impl Disk, command: &Command) -> io::Result<()> {
    match command {
        Command::Write { file, offset, head, group } => {
            disk.write(file, *offset, head)?;
            match group {
                // Two writes, so that a group of a megabyte is not copied behind its head first.
                Some(group) if !group.entries.is_empty() => {
                    disk.write(file, *offset + head.len() as u64, &group.entries)
                }
                Some(_) | None => Ok(()),
            }
        }
        Command::Sync { file } => disk.sync(file),
        Command::Create { file, len } => disk.create(file, *len),
        Command::Rename { from, to } => disk.rename(from, to),
        Command::Remove { file } => disk.remove(file),
    }
}

struct Run {
    core: JournalCore,
    disk: StdDisk,
    wall: Wall,
    tell: Box<dyn FnMut(Durable) + Send>,
    shared: Arc<Shared>,
    rooms: Sender<Command>,
    settings: Settings,
    pending: Pending,
    ending: Option<Ending>,
}

impl Run {
    fn run(mut self) -> Ending {
        let _guard = Guard(Arc::clone(&self.shared));
        let (mut items, mut out) = (Vec::new(), Vec::new());
        let mut tried = Instant::now();
        let mut command = None;
        self.handle(Input::Retry, &mut out);
        loop {
            let result = command.take().map(|command| carry_out(&mut self.disk, &command));
            let patience = if result.is_none() && out.is_empty() {
                let waits = [self.settings.seal_after, self.settings.retry_after];
                Some(duration(waits[usize::from(self.core.is_sealed())]))
            } else {
                None
            };
            self.shared.take(&mut items, patience);
            if patience.is_some() && items.is_empty() {
                self.handle(Input::Idle, &mut out);
            }
            if tried.elapsed() >= duration(self.settings.retry_after) {
                tried = Instant::now();
                self.handle(Input::Retry, &mut out);
            }
            // What came meanwhile goes in before the answer, so that the next group has it.
            for item in items.drain(..) {
                self.take(item, &mut out);
            }
            if let Some(result) = result {
                let result = result.map_err(|error| error.kind());
                self.handle(Input::Done { lane: Lane::Log, result }, &mut out);
            }
            command = self.tell_all(&mut out);
            if let Some(ending) = self.ending {
                self.end(ending);
                return ending;
            }
        }
    }

    fn handle(&mut self, input: Input, out: &mut Vec<Output>) {
        let at = (self.wall)();
        self.core.handle(at, input, out);
    }

    fn take(&mut self, item: Item, out: &mut Vec<Output>) {
        match item {
            Item::Append(append) => {
                let Append { class, entries, count, done, at } = append;
                let ticket = self.pending.add(Waits { class, bytes: entries.len(), done, at });
                self.handle(Input::Append { ticket, class, entries, count }, out);
            }
            Item::RoomDone(result) => self.handle(Input::Done { lane: Lane::Room, result }, out),
            Item::Cut => self.handle(Input::Cut, out),
            Item::Settled(seq) => self.handle(Input::Settled(seq), out),
            Item::Close => self.handle(Input::Close, out),
        }
    }

    /// Passes on what the core said; returns the command of the log lane, if it gave one.
    fn tell_all(&mut self, out: &mut Vec<Output>) -> Option<Command> {
        let mut command = None;
        let now = Instant::now();
        self.shared.durable.store(self.core.durable().0, Ordering::Release);
        // Before anything is answered: who hears that an append is durable finds it counted.
        for output in &*out {
            if let Output::Durable(group) = output {
                self.shared.are_durable(group.entries.len());
            }
        }
        for output in out.drain(..) {
            match output {
                Output::Disk(Lane::Log, next) => command = Some(next),
                Output::Disk(Lane::Room, job) => {
                    self.rooms.send(job).expect("the helper ends after the journal");
                }
                Output::Acknowledge { ticket, first } => {
                    if let Some(waits) = self.pending.remove(ticket) {
                        self.shared.has_waited(now.saturating_duration_since(waits.at));
                        waits.answer(&self.shared, Ok(first));
                    }
                }
                Output::Refuse { ticket, why } => {
                    if let Some(waits) = self.pending.remove(ticket) {
                        waits.answer(&self.shared, Err(why));
                    }
                }
                Output::Durable(group) => (self.tell)(Durable::Group(group)),
                Output::Cut(seq) => {
                    self.shared.is_cut();
                    (self.tell)(Durable::Cut(seq));
                }
                Output::Stopped(why) => {
                    (self.tell)(Durable::Stopped(why));
                    self.ending = Some(Ending::Stopped(why));
                }
                Output::Closed => self.ending = Some(Ending::Closed),
            }
        }
        command
    }

    /// Refuses what came in the last moment.
    fn end(&mut self, ending: Ending) {
        let why = match ending {
            Ending::Closed => Refused::Closed,
            Ending::Stopped(why) => Refused::Stopped(why),
        };
        for item in self.shared.end(why) {
            if let Item::Append(append) = item {
                self.shared.give_back(append.class, append.entries.len());
                (append.done)(Err(why));
            }
        }
    }
}

/// Who waits for an answer, in the order of their tickets.
#[derive(Default)]
struct Pending {
    first: u64,
    waits: VecDeque<Option<Waits>>,
}

struct Waits {
    class: Class,
    bytes: usize,
    done: super::Acknowledged,
    at: Instant,
}

impl Waits {
    fn answer(self, shared: &Shared, answer: Result<Seq, Refused>) {
        shared.give_back(self.class, self.bytes);
        (self.done)(answer);
    }
}

impl Pending {
    fn add(&mut self, waits: Waits) -> Ticket {
        self.waits.push_back(Some(waits));
        Ticket(self.first + (self.waits.len() as u64 - 1))
    }

    fn remove(&mut self, ticket: Ticket) -> Option<Waits> {
        let at = usize::try_from(ticket.0.checked_sub(self.first)?).ok()?;
        let waits = self.waits.get_mut(at)?.take();
        while matches!(self.waits.front(), Some(None)) {
            self.waits.pop_front();
            self.first += 1;
        }
        waits
    }
}

/// Ends the intake also where the thread panics, so that nobody waits for it for ever.
struct Guard(Arc<Shared>);

impl Drop for Guard {
    fn drop(&mut self) {
        let why = Stopped { doing: "running", kind: io::ErrorKind::Other };
        // Who is still waiting learns it when their answer is dropped.
        drop(self.0.end(Refused::Stopped(why)));
    }
}

fn duration(wait: Wait) -> Duration {
    Duration::from_millis(wait.millis().unsigned_abs())
}
