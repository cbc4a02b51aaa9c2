//! How an engine is: asked of its shards, and of those around them.

use super::{Engine, EngineError};
use crate::entry::Seq;
use crate::shard::Counts;
use crate::vitals::{Quantiles, State, Vitals};
use hdrhistogram::Histogram;
use std::collections::BTreeMap;

/// What an engine that looks at its shards finds.
#[derive(Clone, Debug)]
pub struct Status {
    /// Of each shard.
    pub shards: Vec<Counts>,
    /// The first entry that is not durable yet.
    pub durable: Seq,
    /// Everything before it is applied.
    pub applied: Seq,
}

impl Engine {
    /// What it has done, and what it holds.
    ///
    /// # Errors
    /// [`EngineError::Stopped`] where it has stopped.
    pub async fn status(&self) -> Result<Status, EngineError> {
        let mut shards = Vec::new();
        for shard in &self.shards {
            shards.push(self.ask(shard).await?.counts);
        }
        let (durable, applied) = (self.journal.intake().durable(), self.lag.of_all());
        Ok(Status { shards, durable, applied: Seq(applied.0.min(durable.0)) })
    }

    /// The same as plain numbers, for whoever shows them.
    ///
    /// # Errors
    /// [`EngineError::Stopped`] where it has stopped.
    pub async fn vitals(&self) -> Result<Vitals, EngineError> {
        let Status { shards, durable, applied } = self.status().await?;
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
            sends: by_word(&shards, |counts| &counts.answered),
            held: by_word(&shards, |counts| &counts.held),
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

fn by_word(
    shards: &[Counts],
    of: fn(&Counts) -> &BTreeMap<&'static str, u64>,
) -> Vec<(&'static str, u64)> {
    let mut all = BTreeMap::new();
    for (word, count) in shards.iter().flat_map(of) {
        *all.entry(*word).or_default() += count;
    }
    all.into_iter().collect()
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
