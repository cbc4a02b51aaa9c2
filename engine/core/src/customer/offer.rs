//! Offers as far as deciding goes: to whom one may be given now, and which code a mail carries again.
//! Invariant: offers never stack, and none is given twice within its `once`.

use super::input::{Code, SendRef};
use super::pending::Ledger;
use crate::time::Timestamp;
use crate::world::offer::OfferIx;
use crate::world::program::Program;

/// Most givings that are remembered.
const GIVEN_MAX: usize = 32;

/// An offer that was given. 40 bytes.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Given {
    pub(super) offer: OfferIx,
    /// The mail that carried it first.
    pub(super) send: SendRef,
    /// When that was handed over.
    pub(super) at: Timestamp,
    /// The code out of the pool; `None`: a shared one.
    pub(super) code: Option<u64>,
}

impl Ledger {
    /// What was given in the enrolment of `send` by an earlier mail, or an earlier attempt: it is carried again.
    pub(super) fn given_before(&self, offer: OfferIx, send: SendRef) -> Option<Given> {
        let same = |given: &&Given| {
            given.offer == offer
                && (given.send.journey, given.send.enrolment) == (send.journey, send.enrolment)
        };
        self.given.iter().find(same).copied()
    }

    /// Whether `send` may carry `offer` at `at`.
    pub(super) fn may_give(
        &self,
        program: &Program,
        offer: OfferIx,
        send: SendRef,
        at: Timestamp,
    ) -> bool {
        self.given_before(offer, send).is_some()
            || self.given.iter().all(|given| {
                let running = given.at.after(program.offer(given.offer).lasts);
                let again = match (given.offer == offer, program.offer(offer).once) {
                    (true, Some(once)) => given.at.after(once),
                    (true, None) | (false, _) => given.at,
                };
                running.max(again) <= at
            })
    }

    /// The mail carries the offer.
    pub(super) fn note_given(
        &mut self,
        program: &Program,
        offer: OfferIx,
        send: SendRef,
        code: Code,
        at: Timestamp,
    ) {
        if self.given_before(offer, send).is_some() {
            return;
        }
        self.given.retain(|given| {
            let of = program.offer(given.offer);
            given.at.after(of.lasts.max(of.once.unwrap_or_default())) > at
        });
        if self.given.len() >= GIVEN_MAX {
            self.given.remove(0);
        }
        let code = match code {
            Code::Reserved(code) => Some(code),
            Code::None | Code::Empty => None,
        };
        self.given.push(Given { offer, send, at, code });
    }

    /// The mail is known not to have arrived: its code is free again, unless an earlier mail carried it.
    pub(super) fn take_back(&mut self, send: SendRef) {
        self.given.retain(|given| given.send != send);
    }
}
