//! The shard itself: what it is told, and the order in which it does things.

use super::counts::Counts;
use super::quarantine::Quarantine;
use super::replay::Gathered;
use super::resident::Residents;
use super::seen::Seen;
use super::spread::Telling;
use super::wakes::Wakes;
use super::{Input, Out, PARTITIONS, Part, ShardError, Told, Versions, partition, seen};
use crate::entry::{self, Entry, Group, Seq};
use crate::journal::FolderId;
use crate::kv::Kv;
use crate::mail::{self, Draft, Ready};
use crate::store::checkpoint::{self, Resting};
use crate::store::load;
use crate::store::meta::Meta;
use crate::store::timeline::Under;
use crate::version::{Version, VersionId};
use foresend_core::chance::Seed;
use foresend_core::customer::effect::{Effect, Effects, Mailing};
use foresend_core::id::{CustomerId, IdKey, StableId};
use foresend_core::time::{Timestamp, Wait};
use foresend_core::world::World;
use foresend_core::world::offer::Codes;
use foresend_insight::pulse::Pulse;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

/// The world of a version, and what was counted in it.
pub(super) struct Running {
    pub(super) version: Arc<Version>,
    pub(super) world: World,
    pub(super) pulse: Pulse,
    pub(super) under: Under,
}

/// A checkpoint that is being made.
pub(super) struct Making {
    pub(super) cut: Seq,
    /// The journal's time at the cut.
    pub(super) now: Timestamp,
    /// Who is still to be taken.
    pub(super) left: Vec<CustomerId>,
    pub(super) part: Box<Part>,
}

/// Customers of some partitions.
pub struct ShardCore {
    pub(super) partitions: RangeInclusive<u8>,
    pub(super) kv: Arc<dyn Kv + Send + Sync>,
    pub(super) versions: Arc<dyn Versions + Send + Sync>,
    /// What hashed chance is keyed by, and external ids are hashed under, once the world began.
    pub(super) origin: Option<(Seed, IdKey)>,
    /// When each experiment began to run.
    pub(super) began: BTreeMap<StableId, Timestamp>,
    pub(super) running: Option<Running>,
    pub(super) residents: Residents,
    pub(super) seen: Seen,
    /// Ids of calls stand in the store that are not known yet: those of the last day before then, up to that cut.
    unread: Option<(Timestamp, Seq)>,
    pub(super) wakes: Wakes,
    pub(super) quarantine: Quarantine,
    pub(super) spreads: Vec<Telling>,
    pub(super) effects: Effects,
    pub(super) gathered: Gathered,
    /// The journal is being read again.
    pub(super) replaying: bool,
    /// The host's clock when that was over, in microseconds: what had come due before is caught up, and not late.
    pub(super) live_at: i64,
    /// Checkpoints begun. Whoever changes is marked with it.
    pub(super) round: u32,
    /// The last one that the store holds.
    pub(super) settled_round: u32,
    pub(super) settled: Seq,
    pub(super) making: Option<Making>,
    /// Who has changed in this round.
    pub(super) changed: Vec<CustomerId>,
    /// Who was taken into a checkpoint that the store does not hold yet.
    pub(super) taken: Vec<CustomerId>,
    pub(super) timeline: Vec<Told>,
    /// What is older was folded before: it is being told again.
    pub(super) folded: Seq,
    /// The journal's time.
    pub(super) now: Timestamp,
    pub(super) counts: Counts,
    /// Most bytes of customers in memory that do not have to be there.
    pub(super) memory: usize,
}

impl ShardCore {
    /// The customers of `partitions`, of whom up to `memory` bytes stay in memory. The store knows them as of the
    /// cut `begin`; `None`: it is empty.
    ///
    /// # Errors
    /// [`ShardError`] where the store cannot be read, or the version is not there.
    pub fn new(
        partitions: RangeInclusive<u8>,
        kv: Arc<dyn Kv + Send + Sync>,
        versions: Arc<dyn Versions + Send + Sync>,
        begin: Option<&Meta>,
        memory: usize,
    ) -> Result<Self, ShardError> {
        let mut shard = Self {
            partitions,
            kv,
            versions,
            origin: begin.map(|meta| (meta.seed, meta.id_key)),
            began: begin.iter().flat_map(|meta| meta.begun.iter().copied()).collect(),
            running: None,
            residents: Residents::default(),
            seen: Seen::default(),
            unread: begin.map(|meta| (meta.now, meta.cut)),
            wakes: Wakes::default(),
            quarantine: Quarantine::default(),
            spreads: Vec::new(),
            effects: Effects::default(),
            gathered: Gathered::default(),
            replaying: true,
            live_at: 0,
            round: 1,
            settled_round: 0,
            settled: begin.map_or(Seq(0), |meta| meta.cut),
            making: None,
            changed: Vec::new(),
            taken: Vec::new(),
            timeline: Vec::new(),
            folded: Seq(0),
            now: begin.map_or(Timestamp::ALWAYS, |meta| meta.now),
            counts: Counts::new(),
            memory,
        };
        if let Some(meta) = begin {
            if let Some(version) = meta.version {
                shard.run(version, None)?;
            }
            shard.restore_spreads(&meta.spreads);
        }
        Ok(shard)
    }

    /// Takes one input. `at` is the host's clock, by which lateness is measured and nothing is decided, in microseconds.
    ///
    /// # Errors
    /// [`ShardError`] where the shard cannot go on.
    pub fn handle(&mut self, input: Input<'_>, at: i64, out: &mut Out) -> Result<(), ShardError> {
        self.remember_seen()?;
        if !matches!(input, Input::Replay(_)) {
            self.tell_gathered(at, out)?;
        }
        match input {
            Input::Replay(group) => self.gather(group, at, out)?,
            Input::Group(group) => {
                self.group(group, at, out)?;
                self.residents.rest(self.memory, self.settled_round, LOOKS);
            }
            Input::Live => {
                self.live_at = at;
                self.go_live(out)?;
            }
            Input::Over(over) => self.wake(over, out)?,
            Input::Cut(cut) => self.cut(cut, out)?,
            Input::Take(most) => self.take(most, out)?,
            Input::Settled(cut) => self.settle(cut, out)?,
        }
        Ok(())
    }

    /// When a wake is due next; [`Timestamp::NEVER`]: none is, in the next minutes.
    #[must_use]
    pub fn next_wake(&self) -> Timestamp {
        self.wakes.next()
    }

    /// Whether a checkpoint is being made.
    #[must_use]
    pub const fn is_taking(&self) -> bool {
        self.making.is_some()
    }

    /// What external ids are hashed under; `None`: the world has not begun.
    #[must_use]
    pub fn id_key(&self) -> Option<IdKey> {
        self.origin.map(|(_, key)| key)
    }

    /// What was counted, and what it holds.
    #[must_use]
    pub fn counts(&self) -> Counts {
        Counts {
            quarantined: self.quarantine.len(),
            residents: (self.residents.len(), self.residents.bytes()),
            changed: self.changed.len(),
            seen: self.seen.len(),
            ..self.counts.clone()
        }
    }

    /// The version that runs, and the numbers of it since this shard began to run it: of what was decided now, not of
    /// what the journal told again.
    #[must_use]
    pub fn pulse(&self) -> Option<(VersionId, &Pulse)> {
        self.running.as_ref().map(|running| (running.version.id(), &running.pulse))
    }

    fn group(&mut self, group: &Group, at: i64, out: &mut Out) -> Result<(), ShardError> {
        let mut seq = group.first;
        self.now = self.now.max(group.now);
        for raw in entry::each(&group.entries) {
            let unread = |source| ShardError::Entry { seq, source };
            let raw = raw.map_err(unread)?;
            match raw.customer {
                Some(customer) if !self.partitions.contains(&partition(customer)) => {}
                Some(_) => {
                    let Entry::Of(customer, told) = raw.read().map_err(unread)? else { continue };
                    self.tell((seq, group.now, at), customer, &told, raw.fields, out)?;
                }
                None => self.tell_all((seq, group.now), &raw.read().map_err(unread)?)?,
            }
            seq = Seq(seq.0 + 1);
        }
        Ok(())
    }

    pub(super) fn tell_all(
        &mut self,
        (seq, now): (Seq, Timestamp),
        entry: &Entry<'_>,
    ) -> Result<(), ShardError> {
        match *entry {
            Entry::World { seed, id_key } => {
                self.origin = Some((Seed(seed), IdKey(id_key)));
            }
            Entry::Published { version } => {
                if self.origin.is_none() {
                    return Err(ShardError::TooEarly { seq });
                }
                self.run(version, Some(now))?;
            }
            Entry::Product { event, product } => self.begin_spread(seq, event, product),
            Entry::Boot { .. } | Entry::Of(..) => {}
        }
        Ok(())
    }

    /// Runs another version from here on. Whoever is in memory is carried over as if they had rested.
    fn run(&mut self, id: VersionId, now: Option<Timestamp>) -> Result<(), ShardError> {
        let version = self.versions.get(id).ok_or(ShardError::Version { version: id })?;
        let origin = self.origin.ok_or(ShardError::TooEarly { seq: Seq(0) })?;
        let world = version.world(origin, |experiment| match now {
            Some(now) => Some(*self.began.entry(experiment).or_insert(now)),
            None => self.began.get(&experiment).copied(),
        });
        let pulse = Pulse::of(&version.compiled.program);
        let under = Under::of(&id);
        let before = self.running.replace(Running { version, world, pulse, under });
        if let Some(before) = before {
            self.carry_over(&before.world)?;
        }
        Ok(())
    }

    /// Reads the ids of calls that the store knows. Only with the first input: a million customers have so many of them
    /// that calls would be accepted a second later.
    fn remember_seen(&mut self) -> Result<(), ShardError> {
        let Some((now, cut)) = self.unread.take() else { return Ok(()) };
        let seen = &mut self.seen;
        let hours = (seen::asked_since(now), now);
        load::seen(&*self.kv, &self.partitions, hours, cut, &mut |hour, ids| {
            seen.restore(hour, ids.iter().map(|id| u64::from_le_bytes(*id)));
        })?;
        Ok(())
    }

    /// Begins a checkpoint.
    fn cut(&mut self, cut: Seq, out: &mut Out) -> Result<(), ShardError> {
        assert!(self.making.is_none(), "one checkpoint at a time");
        self.round += 1;
        let version = self.running.as_ref().map(|running| running.version.id());
        let begun: Vec<_> = self.began.iter().map(|(id, at)| (*id, *at)).collect();
        let meta = self.origin.map(|(seed, id_key)| {
            let (now, folder) = (self.now, FolderId(0));
            let spreads = self.left_to_tell();
            Meta { folder, cut, now, seed, id_key, version, begun, spreads }
        });
        let mut part = Box::new(Part {
            meta,
            timeline: std::mem::take(&mut self.timeline),
            store: checkpoint::Part { seen: self.seen.cut(), ..checkpoint::Part::default() },
        });
        for entry in self.wakes.take_out() {
            if self.counts_still(entry)? {
                self.wakes.keep(entry);
            } else {
                part.store.wakes_left.push(entry);
            }
        }
        self.rest_quarantined(&mut part)?;
        let left = std::mem::take(&mut self.changed);
        self.making = Some(Making { cut, now: self.now, left, part });
        self.take(0, out)
    }

    /// Whether the entry is what its customer waits for.
    fn counts_still(
        &mut self,
        (due, customer): (Timestamp, CustomerId),
    ) -> Result<bool, ShardError> {
        if let Some(resident) = self.residents.get(customer) {
            return Ok(resident.customer.next_wake() == due);
        }
        match self.stored(customer)? {
            Some(envelope) if !envelope.quarantined => {
                let Some(running) = &mut self.running else { return Ok(true) };
                let stored = envelope.customer(customer, &mut running.world);
                Ok(stored.is_ok_and(|stored| stored.next_wake() == due))
            }
            Some(_) | None => Ok(false),
        }
    }

    /// Takes up to `most` customers into the checkpoint that is being made.
    fn take(&mut self, most: usize, out: &mut Out) -> Result<(), ShardError> {
        for _ in 0..most {
            let Some(next) = self.making.as_mut().and_then(|making| making.left.pop()) else {
                break;
            };
            self.take_one(next);
        }
        if self.making.as_ref().is_some_and(|making| making.left.is_empty()) {
            out.part = self.making.take().map(|making| making.part);
        }
        Ok(())
    }

    /// Takes a customer into the checkpoint, if they are as they were at the cut.
    pub(super) fn take_one(&mut self, id: CustomerId) {
        let (Some(making), Some(running)) = (&mut self.making, &self.running) else { return };
        let Some(resident) = self.residents.get_mut(id) else { return };
        if resident.changed == 0 || resident.changed == self.round {
            return; // taken before they changed again
        }
        let has_open = resident.customer.has_open();
        let waits = resident.customer.waited_for(&running.world, making.now);
        if resident.has_open && !has_open {
            making.part.store.outbox_left.push(id);
        }
        let left = resident.waits.iter().filter(|product| !waits.contains(product));
        making.part.store.waiting_left.extend(left.map(|product| (*product, id)));
        (resident.has_open, resident.waits) = (has_open, waits.clone());
        let envelope = resident.envelope(&running.world, making.cut).write();
        let next_wake = resident.customer.next_wake();
        making.part.store.customers.push(Resting {
            customer: id,
            envelope,
            next_wake,
            has_open,
            waits,
        });
        resident.changed = 0;
        resident.taken = self.round;
        self.residents.weigh(id);
        self.taken.push(id);
    }

    fn settle(&mut self, cut: Seq, out: &mut Out) -> Result<(), ShardError> {
        self.settled_round = self.round;
        self.settled = cut;
        self.taken.clear();
        self.release_settled(cut, out)
    }

    /// Asks for the wakes whose instants are over.
    fn wake(&mut self, over: Timestamp, out: &mut Out) -> Result<(), ShardError> {
        if self.replaying {
            return Ok(());
        }
        self.spread(out)?;
        while let Some((from, until)) = self.wakes.advance(over) {
            self.read_wakes(from, until)?;
        }
        let mut last = None;
        for _ in 0..WAKES_MAX {
            let Some(entry) = self.wakes.pop(over) else { return Ok(()) };
            let (due, customer) = entry;
            let stale = match self.residents.get(customer) {
                Some(resident) => resident.customer.next_wake() != due,
                None => self.quarantine.holds(customer),
            };
            if !stale && last.replace(entry) != Some(entry) {
                out.push(&Entry::Of(customer, entry::Told::Wake));
            }
        }
        Ok(())
    }

    /// Reads the wakes of a span from the store, and of those whose entries are not there yet.
    fn read_wakes(&mut self, from: Timestamp, until: Timestamp) -> Result<(), ShardError> {
        let (wakes, partitions) = (&mut self.wakes, &self.partitions);
        load::wakes(&*self.kv, from.after(MS), until.after(MS), &mut |due, customer| {
            if partitions.contains(&partition(customer)) {
                wakes.note(due, customer);
            }
            true
        })?;
        let left = self.making.iter().flat_map(|making| &making.left);
        for &id in left.chain(&self.changed).chain(&self.taken) {
            let Some(resident) = self.residents.get(id) else { continue };
            let due = resident.customer.next_wake();
            if due > from {
                self.wakes.note(due, id);
            }
        }
        Ok(())
    }

    /// The journal has been read: from here on things leave. What was open when we stopped is asked for again.
    fn go_live(&mut self, out: &mut Out) -> Result<(), ShardError> {
        self.replaying = false;
        let mut open = self.changed.clone();
        load::outbox(&*self.kv, self.partitions.clone(), &mut |customer| {
            open.push(customer);
            true
        })?;
        open.sort_unstable();
        open.dedup();
        for customer in open {
            self.reopen(customer, out)?;
        }
        self.record_quarantined(out);
        self.release_settled(self.settled, out)
    }

    /// Asks again for everything of a customer that is open.
    pub(super) fn reopen(&mut self, customer: CustomerId, out: &mut Out) -> Result<(), ShardError> {
        if !self.wake_up(customer, None)? {
            return Ok(());
        }
        let Some(running) = &self.running else { return Ok(()) };
        let Some(resident) = self.residents.get(customer) else { return Ok(()) };
        self.effects.clear();
        let going = resident.customer.open(&running.world, &mut self.effects);
        for (send, attempt) in going {
            let send = running.version.stable(send);
            let outcome = entry::Outcome::Unknown;
            out.push(&Entry::Of(customer, entry::Told::Outcome { send, attempt, outcome }));
        }
        self.ask(customer, out);
        Ok(())
    }

    /// Passes on what a customer asked for, right after it was asked.
    pub(super) fn ask(&mut self, customer: CustomerId, out: &mut Out) {
        let (Some(running), Some(resident)) = (&self.running, self.residents.get(customer)) else {
            return;
        };
        for effect in self.effects.asked.drain(..) {
            match effect {
                Effect::Ready(mailing) => {
                    let last = resident.customer.attempts(mailing.send);
                    out.mail.push(mail::Input::Ready(Ready {
                        customer,
                        send: running.version.stable(mailing.send),
                        order: mailing.send,
                        next_attempt: last.map_or(1, |last| last.saturating_add(1)),
                        needs_code: running.needs_code(&mailing),
                    }));
                }
                Effect::Withdraw(send) => {
                    let send = running.version.stable(send);
                    out.mail.push(mail::Input::Withdraw(customer, send));
                }
                Effect::Transmit(mailing, attempt) => {
                    let send = running.version.stable(mailing.send);
                    let of = (&resident.customer, &running.world);
                    let words = &running.version.compiled;
                    let contact = resident.person.contact(&words.program);
                    let draft = Draft::take(of, words, contact, (&mailing, attempt), self.now);
                    let left = Some(Box::new(draft));
                    out.mail.push(mail::Input::Answered { customer, send, attempt, left });
                }
                // A program that calls webhooks is refused before it is published.
                Effect::Call(_) => {}
            }
        }
    }
}

impl Running {
    /// Whether the mail is to carry a code of its own that it does not have yet.
    fn needs_code(&self, mailing: &Mailing) -> bool {
        let is_single = |offer| self.world.program.offer(offer).codes == Codes::SingleUse;
        mailing.code.is_none() && mailing.offer.is_some_and(is_single)
    }
}

impl Out {
    /// An entry for the journal.
    ///
    /// # Panics
    /// Never: what shards say is short.
    pub(super) fn push(&mut self, entry: &Entry<'_>) {
        entry.write(&mut self.append).expect("what shards say is short");
        self.appended += 1;
    }
}

/// The partitions of shard `shard` of `shards`.
///
/// # Panics
/// Where there are no shards, more than partitions, or not so many.
#[must_use]
pub fn partitions_of(shard: u16, shards: u16) -> RangeInclusive<u8> {
    assert!(shard < shards && shards <= PARTITIONS, "shard {shard} of {shards}");
    let first = |shard: u32| shard * u32::from(PARTITIONS) / u32::from(shards);
    let [from, until] = [first(u32::from(shard)), first(u32::from(shard) + 1) - 1];
    let byte = |at: u32| u8::try_from(at).expect("256 partitions");
    byte(from)..=byte(until)
}

const MS: Wait = Wait::from_millis(1);
/// How many customers are looked at after a group, for whether they may rest.
const LOOKS: usize = 1_024;
/// Most wakes asked for at a time.
const WAKES_MAX: usize = 10_000;
