//! What must be: the whole journal folded from its beginning by one shard that never fails, checkpoints once and forgets
//! nothing. Whatever an engine made of the same journal, over whatever failures, is held against it.

use super::kv::MemoryKv;
use crate::entry::{Entry, Group, Seq, Told, each};
use crate::kv::Kv;
use crate::shard::{Envelope, Input, Out, ShardCore, Versions};
use crate::store::checkpoint::Checkpointer;
use crate::store::{archive, load, timeline};
use foresend_core::customer::record::Record;
use foresend_core::id::CustomerId;
use foresend_core::time::Timestamp;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The store as one shard makes it of these groups.
///
/// # Errors
/// Where a group cannot be read, or one of `everybody` waited for a product to which something happened, still does, and
/// was never told.
pub(super) fn fold(
    versions: Arc<dyn Versions + Send + Sync>,
    durable: &[Arc<Group>],
    everybody: &[CustomerId],
) -> Result<MemoryKv, String> {
    let kv = Arc::new(MemoryKv::new());
    let mut core = ShardCore::new(0..=255, kv.clone(), versions, None, usize::MAX).map_err(text)?;
    let mut out = Out::default();
    // Who waited when it happened, for what, and was not told yet.
    let mut owed: BTreeSet<(CustomerId, String)> = BTreeSet::new();
    for group in durable {
        core.handle(Input::Group(group), 0, &mut out).map_err(text)?;
        let mut new: BTreeSet<(CustomerId, String)> = BTreeSet::new();
        for raw in each(&group.entries) {
            match raw.and_then(|raw| raw.read()).map_err(text)? {
                Entry::Product { product, .. } => {
                    let waiting = everybody.iter().filter(|whom| core.waits_for(**whom, product));
                    new.extend(waiting.map(|whom| (*whom, product.to_owned())));
                }
                Entry::Of(whom, told) => {
                    new.retain(|(waits, _)| *waits != whom); // perhaps they wait only since then
                    if let Told::Happened { product, .. } = told {
                        owed.remove(&(whom, product.to_owned()));
                    }
                }
                Entry::World { .. } | Entry::Boot { .. } | Entry::Published { .. } => {}
            }
        }
        owed.extend(new);
        owed.retain(|(whom, product)| core.waits_for(*whom, product));
    }
    if let Some((whom, product)) = owed.first() {
        return Err(format!("{:032x} waits for {product} for ever", whom.bits()));
    }
    let cut = durable.last().map_or(Seq(0), |last| Seq(last.first.0 + u64::from(last.count)));
    core.handle(Input::Cut(cut), 0, &mut out).map_err(text)?;
    core.handle(Input::Take(usize::MAX), 0, &mut out).map_err(text)?;
    let part = out.part.ok_or("the fold hands nothing over")?;
    let meta = part.meta.clone().ok_or("the fold knows no world")?;
    let mut checkpointer = Checkpointer::begin(&*kv, cut, usize::MAX).map_err(text)?;
    checkpointer.take(part.into_store()).map_err(text)?;
    for group in durable {
        for (raw, seq) in each(&group.entries).zip(group.first.0..) {
            checkpointer.told(Seq(seq), group.now, raw.map_err(text)?).map_err(text)?;
        }
    }
    checkpointer.commit(&meta).map_err(text)?;
    drop(core);
    Arc::into_inner(kv).ok_or_else(|| "the fold goes on".to_owned())
}

/// Holds a customer in the store against the fold: their state, what was decided, what was told, what they wait for; and
/// everything of theirs that was open has come to its end at `at`. Returns how many records there are.
///
/// # Errors
/// The first difference.
pub(super) fn compare(
    kv: &MemoryKv,
    folded: &MemoryKv,
    whom: CustomerId,
    at: Timestamp,
) -> Result<u64, String> {
    let resting = |kv: &MemoryKv| -> Result<Option<Envelope>, String> {
        let bytes = load::customer(kv, whom).map_err(text)?;
        let envelope = bytes.map(|bytes| Envelope::read(&bytes)).transpose().map_err(text)?;
        Ok(envelope.map(|envelope| Envelope { settled: Seq(0), ..envelope }))
    };
    let (is, expected) = (resting(kv)?, resting(folded)?);
    let (records, wanted) = (records(kv, whom)?, records(folded, whom)?);
    let same = records.iter().zip(&wanted).take_while(|(one, other)| one == other).count();
    if same < records.len().max(wanted.len()) {
        let (is, wanted) = (records.get(same), wanted.get(same));
        return Err(format!("record {same} is {is:?}, and in the fold {wanted:?}"));
    }
    if is != expected {
        return Err(format!("they are {is:?}, and in the fold {expected:?}"));
    }
    if is.is_some_and(|envelope| envelope.has_open) {
        return Err("a mail or a call has come to no end".to_owned());
    }
    if told(kv, whom)? != told(folded, whom)? {
        return Err("the archive holds other entries than the journal did".to_owned());
    }
    let mut due = Vec::new();
    for kv in [kv, folded] {
        let mut wakes = Vec::new();
        load::wakes(kv, Timestamp::ALWAYS, Timestamp::NEVER, &mut |due, who| {
            wakes.extend((who == whom).then_some(due));
            true
        })
        .map_err(text)?;
        due.push(wakes);
    }
    let is_lost = due[1].iter().any(|due_at| !due[0].contains(due_at));
    if is_lost || due[1].iter().any(|due| *due < at) {
        return Err(format!("their wakes are {:?}, and in the fold {:?}", due[0], due[1]));
    }
    Ok(u64::try_from(records.len()).unwrap_or(u64::MAX))
}

/// An entry of the archive: its place, the journal's time, its kind and fields.
type Archived = (Seq, Timestamp, u8, Vec<u8>);

/// What the archive holds of a customer.
fn told(kv: &dyn Kv, whom: CustomerId) -> Result<Vec<Archived>, String> {
    let mut told = Vec::new();
    archive::told(kv, Some(whom), Seq(0), &mut |one| {
        told.push((one.seq, one.now, one.raw.kind, one.raw.fields.to_vec()));
        true
    })
    .map_err(text)?;
    Ok(told)
}

fn records(kv: &dyn Kv, whom: CustomerId) -> Result<Vec<Record>, String> {
    let mut records = Vec::new();
    timeline::records(kv, whom, Seq(0), &mut |line| {
        records.push(line.record);
        true
    })
    .map_err(text)?;
    Ok(records)
}

fn text(error: impl std::error::Error) -> String {
    error.to_string()
}
