//! What an engine has promised to those outside of it, kept where no crash reaches it; and what it must still hold when it
//! is started again. The oracle's memory.

use crate::entry::{Group, Seq, each};
use foresend_core::id::SendId;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What was promised.
#[derive(Debug, Default)]
pub struct Promises {
    /// Entries from outside that were acknowledged, by their places.
    acknowledged: BTreeMap<Seq, Vec<u8>>,
    /// Everything that was durable, in order and without gaps.
    durable: Vec<Arc<Group>>,
    /// Marketing mails that left.
    marketing: BTreeSet<SendId>,
    /// Mails that left, each time.
    pub left: u64,
    /// Appends from outside that were refused.
    pub refused: u64,
    /// Checkpoints that were written.
    pub checkpoints: u64,
}

impl Promises {
    /// These entries were acknowledged, the first at that place.
    pub(super) fn acknowledge(&mut self, first: Seq, entries: &[u8]) {
        for (place, bytes) in (first.0..).zip(cut_up(entries)) {
            self.acknowledged.insert(Seq(place), bytes.to_vec());
        }
    }

    /// These are durable.
    pub(super) fn told(&mut self, group: &Arc<Group>) {
        self.durable.push(Arc::clone(group));
    }

    /// A mail left.
    pub(super) fn left(&mut self, id: SendId, is_marketing: bool) {
        self.left += 1;
        if is_marketing {
            self.marketing.insert(id);
        }
    }

    /// How many entries were acknowledged.
    #[must_use]
    pub fn acknowledgements(&self) -> usize {
        self.acknowledged.len()
    }

    /// Whether a mail of this id is marketing, and left.
    #[must_use]
    pub fn is_marketing(&self, id: SendId) -> bool {
        self.marketing.contains(&id)
    }

    /// Everything that was durable, in order and without gaps.
    #[must_use]
    pub fn durable(&self) -> &[Arc<Group>] {
        &self.durable
    }

    /// The first place that is not durable.
    #[must_use]
    pub fn end(&self) -> Seq {
        self.durable.last().map_or(Seq(0), |last| end(last))
    }

    /// Holds what a journal was found to have, `from` there `until` there, against what was promised; whatever is found
    /// beyond it was durable and nobody had been told.
    ///
    /// # Errors
    /// What is missing, or is not what it was.
    pub(super) fn hold(
        &mut self,
        from: Seq,
        until: Seq,
        found: &[Arc<Group>],
    ) -> Result<(), String> {
        if until < self.end() {
            return Err(format!(
                "the journal ends at {} and was told to {}",
                until.0,
                self.end().0
            ));
        }
        let read: BTreeMap<Seq, &Arc<Group>> =
            found.iter().map(|group| (group.first, group)).collect();
        for group in self.durable.iter().filter(|group| group.first >= from) {
            if read.get(&group.first) != Some(&group) {
                return Err(format!("the group at {} is not what it was", group.first.0));
            }
        }
        let is_new = |group: &&Arc<Group>| group.first >= self.end();
        let new: Vec<_> = found.iter().filter(is_new).map(Arc::clone).collect();
        self.durable.extend(new);
        let mut found: BTreeMap<Seq, &[u8]> = BTreeMap::new();
        for group in self.durable.iter().filter(|group| end(group) > from) {
            found.extend((group.first.0..).map(Seq).zip(cut_up(&group.entries)));
        }
        for (place, bytes) in self.acknowledged.range(from..) {
            if found.get(place) != Some(&&**bytes) {
                return Err(format!("the entry acknowledged at {} is lost", place.0));
            }
        }
        Ok(())
    }
}

/// The first place behind a group.
fn end(group: &Group) -> Seq {
    Seq(group.first.0 + u64::from(group.count))
}

/// The bytes of each entry.
fn cut_up(mut entries: &[u8]) -> Vec<&[u8]> {
    let mut all = Vec::new();
    for raw in each(entries) {
        let len = raw.map_or(entries.len(), |raw| crate::entry::HEAD + raw.fields.len());
        let (one, rest) = entries.split_at(len.min(entries.len()));
        all.push(one);
        entries = rest;
    }
    all
}
