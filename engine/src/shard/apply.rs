//! One entry told to one customer: is it a repeat, is it in what they are already, and what comes of it.

use super::core::ShardCore;
use super::person::Person;
use super::resident::{Envelope, Resident};
use super::translate::{self, Unknown};
use super::{Out, ShardError, Told};
use crate::entry::{self, Call, Seq};
use crate::mail;
use crate::store::load;
use foresend_core::id::CustomerId;
use foresend_core::time::Timestamp;
use foresend_core::world::World;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// When an entry came: its place, the journal's time, the host's clock in microseconds.
pub(super) type When = (Seq, Timestamp, i64);

impl ShardCore {
    /// Tells a customer.
    pub(super) fn tell(
        &mut self,
        when: When,
        customer: CustomerId,
        told: &entry::Told<'_>,
        fields: &[u8],
        out: &mut Out,
    ) -> Result<(), ShardError> {
        let (seq, now, _) = when;
        if let entry::Told::Happened { of, .. } = told {
            self.was_told(customer, *of);
        }
        let user = match told {
            entry::Told::Call(Call { message, user, .. }) => {
                if self.seen.is_repeat(customer, *message, now) {
                    self.counts.repeats += 1;
                    return Ok(());
                }
                Some(*user)
            }
            entry::Told::Wake
            | entry::Told::Handover { .. }
            | entry::Told::Outcome { .. }
            | entry::Told::Called { .. }
            | entry::Told::Engagement { .. }
            | entry::Told::Remember { .. }
            | entry::Told::Quarantine
            | entry::Told::Release
            | entry::Told::Happened { .. } => None,
        };
        if !self.wake_up(customer, user)? {
            self.keep((seq, now), customer, told, fields);
            self.answer_for_kept(customer, told, out);
            if matches!(told, entry::Told::Release) && !self.replaying {
                self.release_settled(self.settled, out)?;
            }
            return Ok(());
        }
        let round = self.round;
        let Some(resident) = self.residents.get_mut(customer) else { return Ok(()) };
        if seq < resident.settled {
            // It is in what the store held. But the indexes may be older than that.
            let due = resident.customer.next_wake();
            if resident.changed != round {
                resident.changed = round;
                self.changed.push(customer);
            }
            self.wakes.note(due, customer);
            return Ok(());
        }
        if matches!(told, entry::Told::Quarantine) {
            self.quarantine(customer, seq, true, out);
            return Ok(());
        }
        if resident.changed != 0 && resident.changed != round {
            self.take_one(customer);
        }
        self.apply(when, customer, told, fields, out)
    }

    /// Applies an entry to a customer in memory.
    pub(super) fn apply(
        &mut self,
        (seq, now, at): When,
        customer: CustomerId,
        told: &entry::Told<'_>,
        fields: &[u8],
        out: &mut Out,
    ) -> Result<(), ShardError> {
        let Some(running) = &mut self.running else { return Err(ShardError::TooEarly { seq }) };
        let Some(resident) = self.residents.get_mut(customer) else { return Ok(()) };
        let (round, due) = (self.round, resident.customer.next_wake());
        let (effects, Resident { customer: actor, person, .. }) =
            (&mut self.effects, &mut *resident);
        effects.clear();
        let (version, world) = (&*running.version, &mut running.world);
        let applied = catch_unwind(AssertUnwindSafe(|| {
            translate::tell(told, (version, world), person, |world: &World, input| {
                actor.apply(world, now, input, effects);
            })
        }));
        let Ok(known) = applied else {
            self.quarantine(customer, seq, false, out);
            self.keep((seq, now), customer, told, fields);
            self.answer_for_kept(customer, told, out);
            return Ok(());
        };
        match known {
            Ok(true) => {}
            Ok(false) | Err(Unknown::Event) => self.counts.unknown_events += 1,
            Err(Unknown::Topic) => self.counts.unknown_topics += 1,
            Err(Unknown::Send) => self.counts.unknown_sends += 1,
        }
        self.counts.applied += 1;
        self.counts.calls += u64::from(matches!(told, entry::Told::Call(_)));
        let is_wake = matches!(told, entry::Told::Wake);
        if is_wake {
            self.counts.wakes += 1;
        }
        let next = resident.customer.next_wake();
        let due_us = due.millis().saturating_mul(1_000);
        if is_wake && due <= now && !self.replaying && due_us >= self.live_at {
            let late = at.saturating_sub(due_us);
            self.counts.lateness.saturating_record(u64::try_from(late).unwrap_or(0).max(1));
        }
        let nothing = self.effects.records.is_empty() && self.effects.asked.is_empty();
        if is_wake && nothing && next == due {
            return Ok(()); // stale: they are as they were
        }
        if resident.changed != round {
            resident.changed = round;
            self.changed.push(customer);
        }
        if next != due {
            self.wakes.note(next, customer);
        }
        let is_new = seq >= self.folded;
        // What the journal tells again was counted before; what a customer in quarantine is told at last was not.
        let is_old = self.replaying && self.folded == Seq(0);
        for (record, place) in self.effects.records.iter().zip(0u16..).filter(|_| is_new) {
            if !is_old {
                running.pulse.fold(record);
            }
            let under = running.under;
            self.timeline.push(Told { customer, seq, place, under, record: *record });
        }
        if resident.was_told() {
            self.residents.weigh(customer);
        }
        if self.replaying {
            return Ok(());
        }
        // An outcome ends what was in flight before the mail may be ready again.
        over(customer, told, out);
        let asked = out.mail.len();
        self.ask(customer, out);
        answer(customer, told, asked, out);
        Ok(())
    }

    /// What is kept and not applied is answered all the same: nothing leaves, and whoever hands mail over does not wait.
    fn answer_for_kept(&self, customer: CustomerId, told: &entry::Told<'_>, out: &mut Out) {
        if !self.replaying {
            over(customer, told, out);
            answer(customer, told, out.mail.len(), out);
        }
    }

    /// Sees to it that a customer is in memory. `false`: they are in quarantine.
    pub(super) fn wake_up(
        &mut self,
        customer: CustomerId,
        user: Option<&str>,
    ) -> Result<bool, ShardError> {
        if self.residents.get_mut(customer).is_some() {
            return Ok(true);
        }
        if self.quarantine.holds(customer) {
            return Ok(false);
        }
        let envelope = match self.stored(customer)? {
            Some(envelope) if envelope.quarantined => {
                self.was_quarantined(customer, envelope.settled)?;
                return Ok(false);
            }
            Some(envelope) => envelope,
            None => Envelope {
                person: user.map_or_else(Person::default, Person::new),
                ..Envelope::empty()
            },
        };
        let Some(running) = &mut self.running else {
            return Err(ShardError::TooEarly { seq: self.settled });
        };
        let actor = envelope.customer(customer, &mut running.world);
        let actor = actor.map_err(|e| ShardError::Customer { customer, source: e.into() })?;
        self.residents.insert(customer, Resident::new(actor, envelope));
        Ok(true)
    }

    /// A customer as the store has them.
    pub(super) fn stored(&self, customer: CustomerId) -> Result<Option<Envelope>, ShardError> {
        let bytes = load::customer(&*self.kv, customer)?;
        let read = |bytes: Vec<u8>| Envelope::read(&bytes);
        bytes.map(read).transpose().map_err(|source| ShardError::Customer { customer, source })
    }

    /// Another version runs: whoever is in memory is read anew, as if they had rested.
    pub(super) fn carry_over(&mut self, before: &World) -> Result<(), ShardError> {
        let Some(running) = &mut self.running else { return Ok(()) };
        for id in self.residents.ids() {
            let Some(resident) = self.residents.get_mut(id) else { continue };
            let envelope = resident.envelope(before, resident.settled);
            let actor = envelope.customer(id, &mut running.world);
            resident.customer =
                actor.map_err(|e| ShardError::Customer { customer: id, source: e.into() })?;
            // Who changed before goes into the next checkpoint, or into the one that is being made, as they are now.
            if resident.changed == 0 {
                resident.changed = self.round;
                self.changed.push(id);
            }
            self.wakes.note(resident.customer.next_wake(), id);
        }
        Ok(())
    }
}

/// Tells whoever hands mail over that an outcome is applied.
fn over(customer: CustomerId, told: &entry::Told<'_>, out: &mut Out) {
    if let entry::Told::Outcome { send, attempt, .. } = told {
        out.mail.push(mail::Input::Over(customer, *send, *attempt));
    }
}

/// Answers whoever hands mail over: a hand-over upon which nothing has left since `asked` was refused.
fn answer(customer: CustomerId, told: &entry::Told<'_>, asked: usize, out: &mut Out) {
    if let entry::Told::Handover { send, attempt, .. } = told {
        let is_answer = |input: &mail::Input| matches!(input, mail::Input::Answered { .. });
        if !out.mail.iter().skip(asked).any(is_answer) {
            let (send, attempt) = (*send, *attempt);
            out.mail.push(mail::Input::Answered { customer, send, attempt, left: None });
        }
    }
}
