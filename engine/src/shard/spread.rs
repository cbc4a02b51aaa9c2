//! Something happened to a product: those who wait for it are told, some at a time, in the order of their ids, each by an
//! entry of their own. How far that is follows from the journal: whoever comes after the last one who was told is still
//! to be told. What is left of it stands in every checkpoint.
//!
//! Who begins to wait while others are being told may be told as well.

use super::core::ShardCore;
use super::{Out, ShardError, partition};
use crate::entry::{Entry, Seq, Told};
use crate::store::load;
use crate::store::meta::Spread;
use foresend_core::id::{CustomerId, ProductId};
use std::collections::BTreeSet;

/// How many customers of a shard are told at a time: the next ones when these have been, at the next look at the clock.
const TOLD_MAX: usize = 1_000;

/// What is left to be told, and who of it.
#[derive(Debug)]
pub(super) struct Telling {
    left: Spread,
    /// Those who wait and whom the store does not know to wait.
    also: BTreeSet<CustomerId>,
    /// The last one for whom an entry was asked for that has not come yet.
    asked: Option<CustomerId>,
}

impl ShardCore {
    /// What a checkpoint left to be told, as far as it is for these partitions.
    pub(super) fn restore_spreads(&mut self, spreads: &[Spread]) {
        for spread in spreads {
            let first = spread.next.max(lowest(*self.partitions.start()));
            let last = spread.last.min(*self.partitions.end());
            if partition(first) <= last {
                let left = Spread { next: first, last, ..spread.clone() };
                self.spreads.push(Telling { left, also: BTreeSet::new(), asked: None });
            }
        }
    }

    /// Something happened to a product.
    pub(super) fn begin_spread(&mut self, of: Seq, event: &str, product: &str) {
        let about = ProductId::of(product);
        let (Some(running), now) = (&self.running, self.now) else { return };
        let known = self.making.iter().flat_map(|making| &making.left);
        let waits = |id: &&CustomerId| {
            self.residents.get(**id).is_some_and(|resident| {
                resident.customer.waited_for(&running.world, now).contains(&about)
            })
        };
        let also = known.chain(&self.changed).chain(&self.taken).filter(waits).copied().collect();
        let (event, product) = (event.to_owned(), product.to_owned());
        let next = lowest(*self.partitions.start());
        let left = Spread { of, event, product, next, last: *self.partitions.end() };
        self.spreads.push(Telling { left, also, asked: None });
    }

    /// One of those who wait was told what that entry says.
    pub(super) fn was_told(&mut self, customer: CustomerId, of: Seq) {
        let told = self.spreads.iter_mut().filter(|telling| telling.left.of == of);
        for telling in told.filter(|telling| partition(customer) <= telling.left.last) {
            let next = CustomerId::from_bits(customer.bits().saturating_add(1));
            telling.left.next = telling.left.next.max(next);
            if telling.asked == Some(customer) {
                telling.asked = None;
            }
            return;
        }
    }

    /// Asks for the next ones to be told.
    pub(super) fn spread(&mut self, out: &mut Out) -> Result<(), ShardError> {
        let mut done = Vec::new();
        for at in 0..self.spreads.len() {
            if self.spreads[at].asked.is_some() {
                continue;
            }
            let next = self.next_of(at)?;
            let Telling { left, asked, .. } = &mut self.spreads[at];
            let Spread { of, event, product, .. } = &*left;
            for &customer in &next {
                out.push(&Entry::Of(customer, Told::Happened { of: *of, event, product }));
            }
            *asked = next.last().copied();
            if asked.is_none() {
                done.push(at);
            }
        }
        for at in done.into_iter().rev() {
            self.spreads.remove(at);
        }
        Ok(())
    }

    /// Whether some are still to be told, and may be now.
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
        self.spreads.iter().map(|telling| telling.left.clone()).collect()
    }

    /// The next ones of a spread; none: everybody was told.
    fn next_of(&self, at: usize) -> Result<Vec<CustomerId>, ShardError> {
        let Telling { left, also, .. } = &self.spreads[at];
        let of = ProductId::of(&left.product);
        let mut from = left.next;
        loop {
            let mut some: BTreeSet<CustomerId> =
                also.range(from..).copied().take(TOLD_MAX).collect();
            let after = from.bits().checked_sub(1).map(CustomerId::from_bits);
            let mut stored = 0;
            load::waiting(&*self.kv, of, after, &mut |customer| {
                stored += 1;
                some.insert(customer);
                partition(customer) <= left.last && stored < TOLD_MAX
            })?;
            some.retain(|customer| partition(*customer) <= left.last);
            let mut waiting = Vec::new();
            let some: Vec<CustomerId> = some.into_iter().take(TOLD_MAX).collect();
            for &customer in &some {
                if self.waits(customer, of)? {
                    waiting.push(customer);
                }
            }
            match some.last() {
                Some(last) if waiting.is_empty() => {
                    from = CustomerId::from_bits(last.bits().saturating_add(1));
                }
                Some(_) | None => return Ok(waiting),
            }
        }
    }

    /// Whether the customer waits for an event of the product: the index may say too much.
    fn waits(&self, customer: CustomerId, of: ProductId) -> Result<bool, ShardError> {
        if let (Some(resident), Some(running)) = (self.residents.get(customer), &self.running) {
            return Ok(resident.customer.waited_for(&running.world, self.now).contains(&of));
        }
        let stored = self.stored(customer)?;
        Ok(stored.is_some_and(|envelope| !envelope.quarantined && envelope.waits.contains(&of.0)))
    }
}

/// The first customer that a partition may have.
const fn lowest(partition: u8) -> CustomerId {
    CustomerId::from_bits((partition as u128) << 120)
}
