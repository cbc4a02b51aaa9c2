//! Something happened to a product: those who wait for it are told, some at a time, in the order of their ids, each by an
//! entry of their own. How far that is follows from the journal: in each partition whoever comes after the last one who was
//! told is still to be told. What is left of it stands in every checkpoint.
//!
//! Who begins to wait while others are being told may be told as well.

use super::core::ShardCore;
use super::{Out, ShardError, partition};
use crate::entry::{Entry, Seq, Told};
use crate::store::load;
use crate::store::meta::Spread;
use foresend_core::id::{CustomerId, ProductId};
use std::collections::{BTreeMap, BTreeSet};

/// How many customers of a shard are told at a time: the next ones when these have been, at the next look at the clock.
const TOLD_MAX: usize = 1_000;

/// What is left to be told, and to whom.
#[derive(Debug)]
pub(super) struct Telling {
    /// The entry that said so.
    of: Seq,
    event: String,
    product: String,
    /// The partitions in which somebody may be left, each with the first customer of it who may.
    left: BTreeMap<u8, CustomerId>,
    /// Those who wait and whom the store does not know to wait.
    also: BTreeSet<CustomerId>,
    /// The last one for whom an entry was asked for that has not come yet.
    asked: Option<CustomerId>,
}

impl ShardCore {
    /// What a checkpoint left to be told, as far as it is for these partitions.
    pub(super) fn restore_spreads(&mut self, spreads: &[Spread]) {
        for Spread { of, event, product, left } in spreads {
            let left: BTreeMap<u8, CustomerId> = left
                .iter()
                .map(|next| (partition(*next), *next))
                .filter(|(of, _)| self.partitions.contains(of))
                .collect();
            // Each shard of before has left its own part of it.
            match self.spreads.iter_mut().find(|telling| telling.of == *of) {
                Some(telling) => telling.left.extend(left),
                None if left.is_empty() => {}
                None => self.telling(*of, event, product, left, BTreeSet::new()),
            }
        }
    }

    /// Something happened to a product.
    pub(super) fn begin_spread(&mut self, of: Seq, event: &str, product: &str) {
        let known = self.making.iter().flat_map(|making| &making.left);
        let waits = |id: &&CustomerId| self.waits_for(**id, product);
        let also = known.chain(&self.changed).chain(&self.taken).filter(waits).copied().collect();
        let left = self.partitions.clone().map(|partition| (partition, lowest(partition)));
        self.telling(of, event, product, left.collect(), also);
    }

    fn telling(
        &mut self,
        of: Seq,
        event: &str,
        product: &str,
        left: BTreeMap<u8, CustomerId>,
        also: BTreeSet<CustomerId>,
    ) {
        let (event, product) = (event.to_owned(), product.to_owned());
        self.spreads.push(Telling { of, event, product, left, also, asked: None });
    }

    /// One of those who wait was told what that entry says.
    pub(super) fn was_told(&mut self, customer: CustomerId, of: Seq) {
        let Some(telling) = self.spreads.iter_mut().find(|telling| telling.of == of) else {
            return;
        };
        let after = CustomerId::from_bits(customer.bits().saturating_add(1));
        if let Some(next) = telling.left.get_mut(&partition(customer)) {
            *next = after.max(*next);
            if partition(after) != partition(customer) {
                telling.left.remove(&partition(customer));
            }
        }
        if telling.asked == Some(customer) {
            telling.asked = None;
        }
    }

    /// Asks for the next ones to be told.
    pub(super) fn spread(&mut self, out: &mut Out) -> Result<(), ShardError> {
        for at in 0..self.spreads.len() {
            if self.spreads[at].asked.is_some() {
                continue;
            }
            let next = self.next_of(at)?;
            let Telling { of, event, product, asked, .. } = &mut self.spreads[at];
            for &customer in &next {
                out.push(&Entry::Of(customer, Told::Happened { of: *of, event, product }));
            }
            *asked = next.last().copied();
        }
        self.spreads.retain(|telling| !telling.left.is_empty());
        Ok(())
    }

    /// Whether some may still have to be told, and may be now.
    #[must_use]
    pub fn has_to_tell(&self) -> bool {
        !self.replaying && self.spreads.iter().any(|telling| telling.asked.is_none())
    }

    /// Whether somebody who is in memory waits for an event of the product.
    #[must_use]
    pub fn waits_for(&self, customer: CustomerId, product: &str) -> bool {
        let (Some(resident), Some(running)) = (self.residents.get(customer), &self.running) else {
            return false;
        };
        let waited_for = resident.customer.waited_for(&running.world, self.now);
        waited_for.contains(&ProductId::of(product))
    }

    /// What is left to be told, for a checkpoint.
    pub(super) fn left_to_tell(&self) -> Vec<Spread> {
        let left = self.spreads.iter().map(|telling| Spread {
            of: telling.of,
            event: telling.event.clone(),
            product: telling.product.clone(),
            left: telling.left.values().copied().collect(),
        });
        left.collect()
    }

    /// The next ones of a spread, in the order of their ids. Partitions in which nobody is left are taken off it.
    fn next_of(&mut self, at: usize) -> Result<Vec<CustomerId>, ShardError> {
        let mut waiting = Vec::new();
        let mut from = self.spreads[at].left.clone();
        while let Some((of, next)) = from.pop_first() {
            let some = self.candidates(at, next)?;
            let Some(&last) = some.last() else {
                self.spreads[at].left.remove(&of);
                continue;
            };
            let before = waiting.len();
            for customer in some {
                if self.waits(customer, &self.spreads[at].product)? {
                    waiting.push(customer);
                }
            }
            // Where none of them waits any more, the next ones of the partition are looked at.
            let after = CustomerId::from_bits(last.bits().saturating_add(1));
            if waiting.len() == before && partition(after) == of {
                from.insert(of, after);
            } else if waiting.len() >= TOLD_MAX {
                break;
            }
        }
        Ok(waiting)
    }

    /// Some customers of a partition who may wait, from one on.
    fn candidates(&self, at: usize, from: CustomerId) -> Result<Vec<CustomerId>, ShardError> {
        let Telling { product, also, .. } = &self.spreads[at];
        let of = partition(from);
        let mut some: BTreeSet<CustomerId> =
            also.range(from..).copied().take_while(|id| partition(*id) == of).collect();
        let after = from.bits().checked_sub(1).map(CustomerId::from_bits);
        let mut stored = 0;
        load::waiting(&*self.kv, ProductId::of(product), after, &mut |customer| {
            if partition(customer) != of {
                return false;
            }
            some.insert(customer);
            stored += 1;
            stored < TOLD_MAX
        })?;
        Ok(some.into_iter().take(TOLD_MAX).collect())
    }

    /// Whether the customer waits for an event of the product: the index may say too much.
    fn waits(&self, customer: CustomerId, product: &str) -> Result<bool, ShardError> {
        if self.residents.get(customer).is_some() {
            return Ok(self.waits_for(customer, product));
        }
        let (of, stored) = (ProductId::of(product), self.stored(customer)?);
        Ok(stored.is_some_and(|envelope| !envelope.quarantined && envelope.waits.contains(&of.0)))
    }
}

/// The first customer that a partition may have.
const fn lowest(partition: u8) -> CustomerId {
    CustomerId::from_bits((partition as u128) << 120)
}
