//! An engine in one thread over a simulated machine: the cores of the real one, each moved one step at a time, in whatever
//! order somebody chooses. What threads, clocks and disks do to the real one, a choice of steps does to this one.
//!
//! It keeps what it has promised outside of itself: see [`Promises`].

use super::disk::FaultyDisk;
use super::kv::MemoryKv;
use super::promises::Promises;
use crate::disk::Disk;
use crate::entry::{Code, Entry, Group, Raw, Send, Seq, Told, each};
use crate::journal::{self, Class, Command, FolderId, JournalCore, Lane, Opening, Ticket};
use crate::mail::{self, Draft, Envelope, MailCore, Pace, Wire};
use crate::shard::{self, Out, Part, ShardCore, Versions, partitions_of};
use crate::store::checkpoint::Checkpointer;
use crate::store::meta::Meta;
use foresend_core::id::{CustomerId, SendId};
use foresend_core::time::{Timestamp, Wait};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

pub use super::setup::{Begins, Broken, Ended, Setup, Step};

/// A machine with an engine on it.
pub struct Machine<W> {
    /// The disk of its journal.
    pub disk: FaultyDisk,
    /// Its store.
    pub kv: Arc<MemoryKv>,
    /// Where its mail goes.
    pub wire: W,
    /// Its clock: may go forth and back.
    pub at: Timestamp,
    /// What it has promised so far.
    pub promises: Promises,
    versions: Arc<dyn Versions + std::marker::Send + Sync>,
    journal: journal::Settings,
    begins: Begins,
    broken: Broken,
    /// The next code of a pool without end; `None`: there is no pool.
    codes: Option<u64>,
    /// An instant is over without the clock going on, once somebody lets it be looked at.
    punctual: bool,
    /// Nobody looks at the clock for now.
    blind: bool,
    process: Option<Process>,
}

struct Process {
    journal: JournalCore,
    log: Option<Command>,
    room: Option<Command>,
    shards: Vec<Actor>,
    mail: MailCore,
    /// The hand-over's own clock, which never goes back.
    mail_at: Timestamp,
    mail_inbox: VecDeque<mail::Input>,
    /// Mails on the wire that it has not answered.
    on_wire: usize,
    /// Mails that left before they might.
    early: BTreeSet<(CustomerId, Send, u16)>,
    tickets: u64,
    /// Appends from outside that are not answered, with their entries.
    outside: BTreeMap<Ticket, Vec<u8>>,
    making: Option<Making>,
    slice: usize,
    gathered: usize,
}

struct Actor {
    core: ShardCore,
    inbox: VecDeque<Tell>,
    live: bool,
    /// The last look at the clock.
    looked: Timestamp,
}

enum Tell {
    Replay(Arc<Group>),
    Group(Arc<Group>),
    Live,
    Cut(Seq),
    Settled(Seq),
}

struct Making {
    cut: Seq,
    parts: Vec<Option<Box<Part>>>,
}

const MS: Wait = Wait::from_millis(1);

impl<W: Wire> Machine<W> {
    /// A machine on which nothing has run yet.
    #[must_use]
    pub fn new(
        begins: Begins,
        versions: Arc<dyn Versions + std::marker::Send + Sync>,
        journal: journal::Settings,
        wire: W,
        at: Timestamp,
    ) -> Self {
        Self {
            disk: FaultyDisk::new(),
            kv: Arc::new(MemoryKv::new()),
            wire,
            at,
            promises: Promises::default(),
            versions,
            journal,
            begins,
            broken: Broken::Nowhere,
            codes: None,
            punctual: false,
            blind: false,
            process: None,
        }
    }

    /// The same with an engine that is broken.
    #[must_use]
    pub fn broken(mut self, broken: Broken) -> Self {
        self.broken = broken;
        if broken == Broken::NoSync {
            self.disk.lie();
        }
        self
    }

    /// The same with a pool of codes without end.
    #[must_use]
    pub const fn with_codes(mut self) -> Self {
        self.codes = Some(1);
        self
    }

    /// The same with a clock as a rehearsal has it: what is due at an instant happens at that instant, after everything
    /// that came from outside at it: see [`Machine::look_away`].
    #[must_use]
    pub const fn punctual(mut self) -> Self {
        self.punctual = true;
        self
    }

    /// Whether nobody looks at the clock from here on.
    pub const fn look_away(&mut self, away: bool) {
        self.blind = away;
    }

    /// When a shard or the hand-over wants to look at the clock next, as far as they know.
    #[must_use]
    pub fn next_look(&self) -> Timestamp {
        let Some(process) = &self.process else { return Timestamp::NEVER };
        let shards = process.shards.iter().map(|actor| actor.core.next_wake());
        shards.chain(process.mail.next_time()).min().unwrap_or(Timestamp::NEVER)
    }

    /// Every instant up to this one is over.
    fn over(&self) -> Timestamp {
        if self.punctual { self.at } else { self.at.before(MS) }
    }

    /// What the hand-over's clock shows when it looks: a moment later, where the machine's stands still.
    fn mail_looks(&self, mail_at: Timestamp) -> Timestamp {
        let at = mail_at.max(self.at);
        if self.punctual { at.after(MS) } else { at }
    }

    /// Whether an engine runs.
    #[must_use]
    pub const fn runs(&self) -> bool {
        self.process.is_some()
    }

    /// The shards of the engine that runs.
    pub fn shards(&self) -> impl Iterator<Item = &ShardCore> {
        self.process.iter().flat_map(|process| process.shards.iter().map(|actor| &actor.core))
    }

    /// Mails that wait for their hand-over, and those between claim and outcome.
    #[must_use]
    pub fn mails(&self) -> (usize, usize) {
        self.process
            .as_ref()
            .map_or((0, 0), |process| (process.mail.waiting(), process.mail.in_flight()))
    }

    /// The process is gone. `power`: so is the machine's, and the number decides what survives of what was not durable.
    pub fn kill(&mut self, power: Option<u64>, draw: u64) {
        self.process = None;
        match power {
            Some(draw) => self.disk.restart_machine(draw),
            None => self.disk.restart_process(),
        }
        Arc::get_mut(&mut self.kv).expect("nobody else holds it").crash(draw);
    }

    /// Starts an engine: what it finds is held against what was promised.
    ///
    /// # Errors
    /// [`Ended`].
    pub fn start(&mut self, setup: Setup) -> Result<(), Ended> {
        assert!(self.process.is_none(), "one engine at a time");
        let meta = Meta::load(&*self.kv)?;
        let opening = Opening {
            from: meta.as_ref().map(|meta| meta.cut),
            folder: None,
            fresh: FolderId(self.begins.id_key),
        };
        let recovered = journal::recover(&mut self.disk, &self.journal, &opening);
        let recovered = recovered.map_err(|error| self.ended(&error))?;
        let groups = read(&mut self.disk, recovered.from, recovered.until)?;
        self.promises.hold(recovered.from, recovered.until, &groups).map_err(Ended::Broke)?;
        let mut shards = Vec::new();
        for shard in 0..setup.shards {
            let (partitions, kv) = (partitions_of(shard, setup.shards), self.kv.clone());
            let versions = Arc::clone(&self.versions);
            let core = ShardCore::new(partitions, kv, versions, meta.as_ref(), setup.memory)?;
            let told = groups.iter().map(|group| Tell::Replay(Arc::clone(group)));
            let inbox = told.chain([Tell::Live]).collect();
            shards.push(Actor { core, inbox, live: false, looked: Timestamp::ALWAYS });
        }
        self.process = Some(Process {
            journal: recovered.core,
            log: None,
            room: None,
            shards,
            mail: MailCore::new(Pace { in_flight: 4, ..Pace::default() }),
            mail_at: self.at,
            mail_inbox: VecDeque::new(),
            on_wire: 0,
            early: BTreeSet::new(),
            tickets: 0,
            outside: BTreeMap::new(),
            making: None,
            slice: setup.slice,
            gathered: setup.gathered,
        });
        self.tell_journal(journal::Input::Retry)?;
        let mut entries = Vec::new();
        if recovered.until == Seq(0) {
            let Begins { seed, id_key, version } = self.begins;
            for entry in [Entry::World { seed, id_key }, Entry::Published { version }] {
                entry.write(&mut entries).expect("it is short");
            }
        }
        Entry::Boot { build: "simulated" }.write(&mut entries).expect("it is short");
        self.append_own(entries)
    }

    /// Somebody outside wants these entries to become durable. Their answer is in [`Machine::promises`].
    ///
    /// # Errors
    /// [`Ended`].
    pub fn submit(&mut self, entries: Vec<u8>) -> Result<(), Ended> {
        let count = counted(&entries);
        let Some(process) = &mut self.process else { return Err(Ended::Power) };
        let ticket = process.ticket();
        process.outside.insert(ticket, entries.clone());
        self.tell_journal(journal::Input::Append { ticket, class: Class::Event, entries, count })
    }

    /// Nothing has come for a while.
    ///
    /// # Errors
    /// [`Ended`].
    pub fn idle(&mut self) -> Result<(), Ended> {
        self.tell_journal(journal::Input::Idle)
    }

    /// What failed for want of room is tried again.
    ///
    /// # Errors
    /// [`Ended`].
    pub fn retry(&mut self) -> Result<(), Ended> {
        self.tell_journal(journal::Input::Retry)
    }

    /// Asks for a checkpoint, if none is being made.
    ///
    /// # Errors
    /// [`Ended`].
    pub fn checkpoint(&mut self) -> Result<(), Ended> {
        let Some(process) = &mut self.process else { return Ok(()) };
        if process.making.is_some() {
            return Ok(());
        }
        self.tell_journal(journal::Input::Cut)
    }

    /// What can be done now, in a fixed order.
    #[must_use]
    pub fn steps(&self) -> Vec<Step> {
        let Some(process) = &self.process else { return Vec::new() };
        let mut steps = Vec::new();
        let mut may = |step, may: bool| steps.extend(may.then_some(step));
        may(Step::Disk(Lane::Log), process.log.is_some());
        may(Step::Disk(Lane::Room), process.room.is_some());
        for (at, actor) in process.shards.iter().enumerate() {
            may(Step::Shard(at), !actor.inbox.is_empty());
            let over = self.over();
            let due =
                actor.looked < over || actor.core.next_wake() <= over || actor.core.has_to_tell();
            may(Step::Look(at), actor.live && due && !self.blind);
            may(Step::Take(at), actor.core.is_taking());
        }
        let is_whole = |making: &Making| making.parts.iter().all(Option::is_some);
        may(Step::Write, process.making.as_ref().is_some_and(is_whole));
        may(Step::Mail, !process.mail_inbox.is_empty());
        let mail_at = self.mail_looks(process.mail_at);
        let due = process.mail.next_time().is_some_and(|next| next <= mail_at);
        may(Step::Time, due && !self.blind);
        may(Step::Answer, process.on_wire > 0);
        steps
    }

    /// Does it.
    ///
    /// # Errors
    /// [`Ended`]: then no engine runs any more.
    pub fn step(&mut self, step: Step) -> Result<(), Ended> {
        let done = self.take_step(step);
        if done.is_err() {
            self.process = None;
        }
        done
    }

    /// Does everything that can be done while the clock stands still, in a fixed order.
    ///
    /// # Errors
    /// [`Ended`].
    pub fn settle(&mut self) -> Result<(), Ended> {
        while let Some(step) = self.steps().first() {
            self.step(*step)?;
        }
        Ok(())
    }

    fn take_step(&mut self, step: Step) -> Result<(), Ended> {
        let Some(process) = &mut self.process else { return Err(Ended::Power) };
        match step {
            Step::Disk(lane) => {
                let command = match lane {
                    Lane::Log => process.log.take(),
                    Lane::Room => process.room.take(),
                };
                let Some(command) = command else { return Ok(()) };
                if self.broken == Broken::EarlyAcknowledge
                    && matches!((lane, &command), (Lane::Log, Command::Sync { .. }))
                    && let Some(group) = process.journal.written()
                {
                    self.promises.acknowledge(group.first, &group.entries);
                }
                let result = journal::carry_out(&mut self.disk, &command);
                if self.disk.is_dark() {
                    return Err(Ended::Power);
                }
                let result = result.map_err(|error| error.kind());
                self.tell_journal(journal::Input::Done { lane, result })
            }
            Step::Shard(at) => {
                let Some(tell) = process.shards[at].inbox.pop_front() else { return Ok(()) };
                match tell {
                    Tell::Replay(group) => self.tell_shard(at, shard::Input::Replay(&group)),
                    Tell::Group(group) => self.tell_shard(at, shard::Input::Group(&group)),
                    Tell::Live => {
                        process.shards[at].live = true;
                        self.tell_shard(at, shard::Input::Live)
                    }
                    Tell::Cut(cut) => self.tell_shard(at, shard::Input::Cut(cut)),
                    Tell::Settled(cut) => self.tell_shard(at, shard::Input::Settled(cut)),
                }
            }
            Step::Look(at) => {
                let over = self.over();
                let Some(process) = &mut self.process else { return Ok(()) };
                process.shards[at].looked = over;
                self.tell_shard(at, shard::Input::Over(over))
            }
            Step::Take(at) => {
                let slice = process.slice;
                self.tell_shard(at, shard::Input::Take(slice))
            }
            Step::Write => self.write(),
            Step::Mail => {
                let Some(input) = process.mail_inbox.pop_front() else { return Ok(()) };
                self.tell_mail(input)
            }
            Step::Time => self.tell_mail(mail::Input::Time),
            Step::Answer => {
                let Some(answer) = self.wire.answer() else { return Ok(()) };
                process.on_wire -= 1;
                let mail::Answer { customer, send, attempt, outcome } = answer;
                self.tell_mail(mail::Input::Outcome { customer, send, attempt, outcome })
            }
        }
    }

    fn tell_journal(&mut self, input: journal::Input) -> Result<(), Ended> {
        let Some(process) = &mut self.process else { return Err(Ended::Power) };
        let mut out = Vec::new();
        process.journal.handle(self.at, input, &mut out);
        for output in out {
            match output {
                journal::Output::Disk(Lane::Log, command) => process.log = Some(command),
                journal::Output::Disk(Lane::Room, command) => process.room = Some(command),
                journal::Output::Acknowledge { ticket, first } => {
                    if let Some(entries) = process.outside.remove(&ticket) {
                        self.promises.acknowledge(first, &entries);
                    }
                }
                journal::Output::Refuse { ticket, why } => {
                    if process.outside.remove(&ticket).is_none() {
                        return Err(Ended::Stopped(why.to_string()));
                    }
                    self.promises.refused += 1;
                }
                journal::Output::Durable(group) => {
                    self.promises.told(&group);
                    for actor in &mut process.shards {
                        actor.inbox.push_back(Tell::Group(Arc::clone(&group)));
                    }
                }
                journal::Output::Cut(cut) => {
                    let parts = process.shards.iter().map(|_| None).collect();
                    process.making = Some(Making { cut, parts });
                    for actor in &mut process.shards {
                        actor.inbox.push_back(Tell::Cut(cut));
                    }
                }
                journal::Output::Stopped(why) => return Err(Ended::Stopped(why.to_string())),
                journal::Output::Closed => {}
            }
        }
        Ok(())
    }

    fn append_own(&mut self, entries: Vec<u8>) -> Result<(), Ended> {
        let count = counted(&entries);
        let Some(process) = &mut self.process else { return Err(Ended::Power) };
        let (ticket, class) = (process.ticket(), Class::Internal);
        self.tell_journal(journal::Input::Append { ticket, class, entries, count })
    }

    fn tell_shard(&mut self, at: usize, input: shard::Input<'_>) -> Result<(), Ended> {
        let Some(process) = &mut self.process else { return Err(Ended::Power) };
        let mut out = Out::default();
        process.shards[at].core.handle(input, self.at.millis().saturating_mul(1_000), &mut out)?;
        process.mail_inbox.extend(out.mail);
        if let (Some(part), Some(making)) = (out.part, &mut process.making) {
            making.parts[at] = Some(part);
        }
        if out.appended > 0 { self.append_own(out.append) } else { Ok(()) }
    }

    fn tell_mail(&mut self, input: mail::Input) -> Result<(), Ended> {
        let Some(process) = &self.process else { return Err(Ended::Power) };
        let mail_at = match input {
            mail::Input::Time => self.mail_looks(process.mail_at),
            mail::Input::Ready(_)
            | mail::Input::Withdraw(..)
            | mail::Input::Answered { .. }
            | mail::Input::Outcome { .. }
            | mail::Input::Over(..)
            | mail::Input::Drain => process.mail_at.max(self.at),
        };
        let Some(process) = &mut self.process else { return Err(Ended::Power) };
        process.mail_at = mail_at;
        let mut out = Vec::new();
        process.mail.handle(process.mail_at, input, &mut out);
        for output in out {
            match output {
                mail::Output::Append(entry) => {
                    let entry = self.with_code(entry);
                    if self.broken == Broken::EarlyTransmit {
                        self.transmit_early(&entry);
                    }
                    self.append_own(entry)?;
                }
                mail::Output::Transmit(draft) => self.transmit(&draft),
            }
        }
        Ok(())
    }

    fn transmit(&mut self, draft: &Draft) {
        let Some(process) = &mut self.process else { return };
        let Draft { customer, send, attempt, id, .. } = *draft;
        self.promises.left(id, draft.words.program.topic(draft.topic).is_marketing());
        if !process.early.remove(&(customer, send, attempt)) {
            process.on_wire += 1;
            self.wire.send(envelope(customer, send, attempt, id));
        }
    }

    /// As an engine would that does not wait until its claim is durable.
    fn transmit_early(&mut self, entry: &[u8]) {
        let Some(process) = &mut self.process else { return };
        let read = Raw::first(entry).ok().and_then(|(raw, _)| raw.read().ok());
        if let Some(Entry::Of(customer, Told::Handover { send, attempt, .. })) = read {
            let id = SendId::of(customer, send.journey, send.enrolment, send.step);
            process.early.insert((customer, send, attempt));
            process.on_wire += 1;
            self.wire.send(envelope(customer, send, attempt, id));
        }
    }

    /// A claim with a code out of the pool, where it needs one and there is one.
    fn with_code(&mut self, entry: Vec<u8>) -> Vec<u8> {
        let Some(next) = &mut self.codes else { return entry };
        let read = Raw::first(&entry).ok().and_then(|(raw, _)| raw.read().ok());
        let Some(Entry::Of(
            customer,
            Told::Handover { send, attempt, suppressed, code: Code::Empty },
        )) = read
        else {
            return entry;
        };
        let code = Code::Reserved(*next);
        *next += 1;
        let mut entry = Vec::new();
        Entry::Of(customer, Told::Handover { send, attempt, suppressed, code })
            .write(&mut entry)
            .expect("it is short");
        entry
    }

    fn write(&mut self) -> Result<(), Ended> {
        let Some(process) = &mut self.process else { return Err(Ended::Power) };
        let Some(Making { cut, parts }) = process.making.take() else { return Ok(()) };
        let mut checkpointer = Checkpointer::begin(&*self.kv, cut, process.gathered)?;
        let mut meta = None;
        for part in parts.into_iter().flatten() {
            meta = part.meta_with(meta);
            checkpointer.take(part.into_store())?;
        }
        for group in read(&mut self.disk, checkpointer.from(), cut)? {
            for (raw, seq) in each(&group.entries).zip(group.first.0..) {
                let raw = raw.map_err(|error| Ended::Broke(error.to_string()))?;
                checkpointer.told(Seq(seq), group.now, raw)?;
            }
        }
        let Some(meta) = meta else { return Ok(()) };
        checkpointer.commit(&meta)?;
        for actor in &mut process.shards {
            actor.inbox.push_back(Tell::Settled(cut));
        }
        self.promises.checkpoints += 1;
        self.tell_journal(journal::Input::Settled(cut))
    }

    fn ended(&self, error: &dyn std::error::Error) -> Ended {
        if self.disk.is_dark() { Ended::Power } else { Ended::Broke(error.to_string()) }
    }
}

impl Process {
    const fn ticket(&mut self) -> Ticket {
        self.tickets += 1;
        Ticket(self.tickets)
    }
}

/// The groups of a journal, from one place to another. Power cannot go while nothing is written.
fn read(disk: &mut FaultyDisk, from: Seq, until: Seq) -> Result<Vec<Arc<Group>>, Ended> {
    let is_dark = disk.is_dark();
    let said = |error: journal::ReadError| match is_dark {
        true => Ended::Power,
        false => Ended::Broke(error.to_string()),
    };
    let groups = journal::groups(disk as &mut dyn Disk, from, until).map_err(said)?;
    groups.map(|group| group.map(Arc::new).map_err(said)).collect()
}

/// A mail of which nobody reads the words.
fn envelope(customer: CustomerId, send: Send, attempt: u16, id: SendId) -> Envelope {
    let (from, to, bytes) = (String::new(), String::new(), Vec::new());
    Envelope { customer, send, attempt, id, from, to, bytes }
}

fn counted(entries: &[u8]) -> u32 {
    u32::try_from(each(entries).count()).expect("an append is short")
}
