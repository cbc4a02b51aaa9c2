//! Customers at whom we stumbled: an input made the core panic, which is a bug of ours. Their neighbours go on; their own
//! inputs are kept, and applied when somebody says so. They come back as the store has them, and are told again everything
//! since.
//!
//! Invariant: nothing that was told to them is lost: what is older than the last checkpoint is in the archive, what is
//! newer is here.
//! Invariant: who was released comes back, whatever crashes: until the store has them back, its index of those whose mails are
//! open names them, so that a restart looks at them.

use super::core::ShardCore;
use super::resident::{Envelope, Resident};
use super::{Out, Part, ShardError};
use crate::entry::{self, Entry, Raw, Seq, kind};
use crate::store::archive;
use crate::store::checkpoint::Resting;
use foresend_core::id::{CustomerId, ProductId};
use foresend_core::time::Timestamp;
use std::collections::{BTreeMap, HashSet};

/// One entry that is kept: its place, the journal's time, its kind and fields.
type Kept = (Seq, Timestamp, u8, Vec<u8>);

/// One customer.
#[derive(Debug, Default)]
struct Held {
    /// The first entry that was not applied.
    since: Seq,
    /// The journal says so.
    recorded: bool,
    /// The store says so.
    stored: bool,
    /// They are to come back once the archive holds everything before this.
    released: Option<Seq>,
    entries: Vec<Kept>,
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Quarantine(BTreeMap<CustomerId, Held>);

impl Quarantine {
    pub(super) fn holds(&self, customer: CustomerId) -> bool {
        !self.0.is_empty() && self.0.contains_key(&customer)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The store says that they are here, and the archive, if they are, that they were released.
    fn was(&mut self, customer: CustomerId, since: Seq, released: Option<Seq>) {
        let (recorded, stored) = (true, true);
        let held = Held { since, recorded, stored, released, entries: Vec::new() };
        self.0.insert(customer, held);
    }
}

impl ShardCore {
    /// From here on a customer's inputs are kept.
    pub(super) fn quarantine(
        &mut self,
        customer: CustomerId,
        seq: Seq,
        recorded: bool,
        out: &mut Out,
    ) {
        self.residents.remove(customer);
        let held = Held { since: seq, recorded, ..Held::default() };
        self.quarantine.0.insert(customer, held);
        if !self.replaying {
            self.record_quarantined(out);
        }
    }

    /// The store says that they are here.
    pub(super) fn was_quarantined(
        &mut self,
        customer: CustomerId,
        since: Seq,
    ) -> Result<(), ShardError> {
        let mut released = None;
        archive::told(&*self.kv, Some(customer), since, &mut |told| {
            match told.raw.kind {
                kind::RELEASE => released = Some(told.seq),
                kind::QUARANTINE => released = None,
                _ => {}
            }
            true
        })?;
        self.quarantine.was(customer, since, released);
        Ok(())
    }

    /// Tells the journal who is here that it does not know of.
    pub(super) fn record_quarantined(&mut self, out: &mut Out) {
        for (&customer, held) in self.quarantine.0.iter_mut().filter(|(_, held)| !held.recorded) {
            held.recorded = true;
            out.push(&Entry::Of(customer, entry::Told::Quarantine));
        }
    }

    /// Keeps an entry.
    pub(super) fn keep(
        &mut self,
        (seq, now): (Seq, Timestamp),
        customer: CustomerId,
        told: &entry::Told<'_>,
        fields: &[u8],
    ) {
        let Some(held) = self.quarantine.0.get_mut(&customer) else { return };
        match told {
            entry::Told::Quarantine => held.recorded = true,
            // What is to be applied again may not be in the archive yet: see `release_settled`.
            entry::Told::Release => held.released = Some(seq),
            entry::Told::Wake
            | entry::Told::Call(_)
            | entry::Told::Handover { .. }
            | entry::Told::Outcome { .. }
            | entry::Told::Called { .. }
            | entry::Told::Engagement { .. }
            | entry::Told::Remember { .. }
            | entry::Told::Happened { .. } => {
                held.entries.push((seq, now, kind_of(told), fields.to_vec()));
            }
        }
    }

    /// Writes down who is here, as the store has them.
    pub(super) fn rest_quarantined(&mut self, part: &mut Part) -> Result<(), ShardError> {
        let is_news = |held: &Held| !held.stored || held.released.is_some();
        let new = self.quarantine.0.iter_mut().filter(|(_, held)| is_news(held));
        let new: Vec<(CustomerId, bool)> = new
            .map(|(customer, held)| {
                held.stored = true;
                (*customer, held.released.is_some())
            })
            .collect();
        for (customer, has_open) in new {
            let envelope = self.stored(customer)?.unwrap_or_else(Envelope::empty);
            if envelope.has_open && !has_open {
                part.store.outbox_left.push(customer);
            }
            let waited = envelope.waits.iter().map(|product| (ProductId(*product), customer));
            part.store.waiting_left.extend(waited);
            let waits = Vec::new();
            let envelope = Envelope { quarantined: true, has_open, waits, ..envelope }.write();
            let (next_wake, waits) = (Timestamp::NEVER, Vec::new());
            part.store.customers.push(Resting { customer, envelope, next_wake, has_open, waits });
        }
        Ok(())
    }

    /// Lets those go on who were released, and of whom the store and the archive hold everything before `cut`.
    pub(super) fn release_settled(&mut self, cut: Seq, out: &mut Out) -> Result<(), ShardError> {
        let mut back = Vec::new();
        for (&customer, held) in &mut self.quarantine.0 {
            held.entries.retain(|(seq, ..)| *seq >= cut);
            if held.released.is_some() && held.since < cut && held.stored {
                back.push(customer);
            }
        }
        for customer in back {
            self.come_back(customer, out)?;
        }
        Ok(())
    }

    /// Tells a customer everything again that the store does not have of them, and lets them go on.
    fn come_back(&mut self, customer: CustomerId, out: &mut Out) -> Result<(), ShardError> {
        let Some(held) = self.quarantine.0.remove(&customer) else { return Ok(()) };
        let since = held.since;
        let stored = self.stored(customer)?.unwrap_or_else(Envelope::empty);
        let envelope = Envelope { quarantined: false, ..stored };
        let Some(running) = &mut self.running else { return Ok(()) };
        let actor = envelope.customer(customer, &mut running.world);
        let actor = actor.map_err(|e| ShardError::Customer { customer, source: e.into() })?;
        let mut entries: Vec<Kept> = Vec::new();
        archive::told(&*self.kv, Some(customer), envelope.settled, &mut |told| {
            entries.push((told.seq, told.now, told.raw.kind, told.raw.fields.to_vec()));
            true
        })?;
        let last = entries.last().map(|(seq, ..)| *seq);
        entries.extend(
            held.entries.into_iter().filter(|(seq, ..)| last.is_none_or(|last| *seq > last)),
        );
        let back = self.residents.insert(customer, Resident::new(actor, envelope));
        back.changed = self.round; // the store still says that they are here
        self.changed.push(customer);
        let replaying = std::mem::replace(&mut self.replaying, true);
        self.folded = since;
        let told_again = self.tell_again(customer, &entries, out);
        (self.replaying, self.folded) = (replaying, Seq(0));
        told_again?;
        if self.quarantine.holds(customer) {
            self.record_quarantined(out);
        } else {
            self.reopen(customer, out)?;
        }
        Ok(())
    }

    fn tell_again(
        &mut self,
        customer: CustomerId,
        entries: &[Kept],
        out: &mut Out,
    ) -> Result<(), ShardError> {
        let mut messages = HashSet::new();
        for (seq, now, kind, fields) in entries {
            let raw = Raw { customer: Some(customer), kind: *kind, fields };
            let read = raw.read().map_err(|source| ShardError::Entry { seq: *seq, source })?;
            let Entry::Of(_, told) = read else { continue };
            if let entry::Told::Call(call) = &told {
                if self
                    .residents
                    .get(customer)
                    .is_some_and(|resident| resident.person.user.is_empty())
                    && let Some(resident) = self.residents.get_mut(customer)
                {
                    resident.person.user = call.user.to_owned();
                }
                if call.message != 0 && !messages.insert(call.message) {
                    continue; // the archive has repeats too
                }
            }
            if matches!(told, entry::Told::Quarantine | entry::Told::Release) {
                continue;
            }
            if self.quarantine.holds(customer) {
                self.keep((*seq, *now), customer, &told, fields);
            } else {
                self.apply((*seq, *now, 0), customer, &told, fields, out)?;
            }
        }
        Ok(())
    }
}

const fn kind_of(told: &entry::Told<'_>) -> u8 {
    match told {
        entry::Told::Wake => kind::WAKE,
        entry::Told::Call(_) => kind::CALL,
        entry::Told::Handover { .. } => kind::HANDOVER,
        entry::Told::Outcome { .. } => kind::OUTCOME,
        entry::Told::Called { .. } => kind::CALLED,
        entry::Told::Engagement { .. } => kind::ENGAGEMENT,
        entry::Told::Remember { .. } => kind::REMEMBER,
        entry::Told::Quarantine => kind::QUARANTINE,
        entry::Told::Release => kind::RELEASE,
        entry::Told::Happened { .. } => kind::HAPPENED,
    }
}
