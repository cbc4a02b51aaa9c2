//! How an engine is: asked of its shards, and of those around them.

use super::{Engine, EngineError};
use crate::entry::Seq;
use crate::shard::{Counts, Versions};
use crate::version::Version;
use crate::vitals::{JourneyVitals, Quantiles, State, Vitals};
use foresend_insight::pulse::{Held, Mail, Pulse};
use hdrhistogram::Histogram;
use std::sync::Arc;

/// What an engine that looks at its shards finds.
#[derive(Clone, Debug)]
pub struct Status {
    /// Of each shard.
    pub shards: Vec<Counts>,
    /// The first entry that is not durable yet.
    pub durable: Seq,
    /// Everything before it is applied.
    pub applied: Seq,
    /// The version that runs, and its numbers since it does. Between two versions: of the shards that run one of them.
    pub pulse: Option<(Arc<Version>, Pulse)>,
}

impl Engine {
    /// What it has done, and what it holds.
    ///
    /// # Errors
    /// [`EngineError::Stopped`] where it has stopped.
    pub async fn status(&self) -> Result<Status, EngineError> {
        let (mut shards, mut pulse) = (Vec::new(), None);
        for shard in &self.shards {
            let says = self.ask(shard).await?;
            shards.push(says.counts);
            match (&mut pulse, says.running) {
                (None, running) => pulse = running,
                (Some((id, all)), Some((of, some))) if *id == of => all.merge(&some),
                (Some(_), _) => {}
            }
        }
        let (durable, applied) = (self.journal.intake().durable(), self.lag.of_all());
        let applied = Seq(applied.0.min(durable.0));
        let pulse = pulse.and_then(|(id, pulse)| Some((self.versions.get(id)?, pulse)));
        Ok(Status { shards, durable, applied, pulse })
    }

    /// The same as plain numbers, for whoever shows them.
    ///
    /// # Errors
    /// [`EngineError::Stopped`] where it has stopped.
    pub async fn vitals(&self) -> Result<Vitals, EngineError> {
        let Status { shards, durable, applied, pulse } = self.status().await?;
        let mails = pulse.as_ref().map(|(_, pulse)| pulse.all_steps()).unwrap_or_default();
        let sum = |of: fn(&Counts) -> u64| shards.iter().map(of).sum::<u64>();
        let size = |of: fn(&Counts) -> usize| {
            u64::try_from(shards.iter().map(of).sum::<usize>()).unwrap_or(u64::MAX)
        };
        let (waiting, in_flight) = self.post.as_ref().map_or((0, 0), crate::mail::Post::held);
        Ok(Vitals {
            state: if self.is_ready().await? { State::Ready } else { State::Replaying },
            durable_seq: durable.0,
            applied_seq: applied.0,
            intake_bytes: self.journal.intake().waiting_bytes(),
            calls: sum(|counts| counts.calls),
            repeats: sum(|counts| counts.repeats),
            residents: size(|counts| counts.residents.0),
            resident_bytes: size(|counts| counts.residents.1),
            quarantined: size(|counts| counts.quarantined),
            wakes: sum(|counts| counts.wakes),
            wake_lateness: lateness(&shards),
            acknowledge: Quantiles::of(&self.journal.waited()),
            mails_waiting: u64::try_from(waiting).unwrap_or(u64::MAX),
            mails_in_flight: u64::try_from(in_flight).unwrap_or(u64::MAX),
            sends: sends(&mails.mail),
            held: held(&mails.held),
            journeys: pulse.map(|(version, pulse)| journeys(&version, &pulse)).unwrap_or_default(),
            checkpoint_age: self.checkpoints.age(),
            disk_free_bytes: disk_free(&self.data),
        })
    }
}

fn lateness(shards: &[Counts]) -> Quantiles {
    let mut all: Option<Histogram<u64>> = None;
    for counts in shards {
        match &mut all {
            // They have the same bounds.
            Some(all) => all.add(&counts.lateness).unwrap_or_default(),
            None => all = Some(counts.lateness.clone()),
        }
    }
    all.as_ref().map(Quantiles::of).unwrap_or_default()
}

fn sends(mail: &Mail) -> Vec<(&'static str, u64)> {
    vec![
        ("accepted", mail.accepted),
        ("bounced", mail.bounced_hard + mail.bounced_soft),
        ("deferred", mail.deferred),
        ("not_made", mail.not_made),
        ("rejected", mail.rejected),
        ("unknown", mail.unknown),
    ]
}

fn held(held: &Held) -> Vec<(&'static str, u64)> {
    vec![
        ("holdout", held.holdout),
        ("late", held.late),
        ("limit", held.limit),
        ("no_address", held.no_address),
        ("no_code", held.no_code),
        ("no_permission", held.no_permission),
        ("stopped", held.stopped),
        ("suppressed", held.suppressed),
        ("test_holdout", held.test_holdout),
        ("while_false", held.while_false),
        ("while_unknown", held.while_unknown),
        ("yielded", held.yielded),
    ]
}

fn journeys(version: &Version, pulse: &Pulse) -> Vec<JourneyVitals> {
    let named = version.compiled.program.journeys.iter().zip(&pulse.journeys);
    let vitals = named.map(|(journey, pulse)| {
        let mail = pulse.all_steps().mail;
        JourneyVitals {
            journey: journey.name.clone(),
            started: pulse.started,
            goals: pulse.goal_reached,
            mails: vec![
                ("clicked", mail.clicked_human),
                ("complained", mail.complained),
                ("opened", mail.opened_human),
                ("sent", mail.sent),
                ("unsubscribed", mail.unsubscribed),
            ],
        }
    });
    vitals.collect()
}

/// Free bytes of the disk under `folder`, for those who are not its administrator.
#[cfg(unix)]
fn disk_free(folder: &std::path::Path) -> Option<u64> {
    let found = rustix::fs::statvfs(folder).ok()?;
    found.f_bavail.checked_mul(found.f_frsize)
}

#[cfg(not(unix))]
fn disk_free(_: &std::path::Path) -> Option<u64> {
    None
}
