//! The last look before a mail leaves. The journey decided minutes or days ago; here we ask again: bought, opted
//! out, suppressed, limited, asleep, late? The first "no" wins and is recorded as the reason.
//! Invariant: only this module answers a hand-over, and nothing is transmitted without its yes.
//! Invariant: no clock and no chance; `now`, the customer and the world are arguments.

use super::Customer;
use super::effect::{Asked, Effect, Effects, Read};
use super::input::{Code, Gate, SendRef};
use super::pending::{Pending, State};
use super::record::{Decided, Did, Move, NoMail};
use crate::time::{Timestamp, Wait};
use crate::world::World;
use crate::world::condition::Truth;
use crate::world::limit::Full;
use crate::world::offer::Codes;
use crate::world::topic::Basis;

/// What the last look came to.
enum Verdict {
    Leave(Basis),
    Later(Move, Timestamp),
    /// Its journey is paused.
    NotNow,
    No(NoMail),
}

impl Customer {
    /// Answers whether `send` may leave at `now`. A question about a mail that is not waiting for it (withdrawn,
    /// already going, already answered) changes nothing.
    pub(super) fn hand_over(
        &mut self,
        world: &World,
        now: Timestamp,
        (send, attempt, gate, code): (SendRef, u16, Gate, Code),
        out: &mut Effects,
    ) {
        let Some(at) = self.ledger.find(send) else { return };
        let mut pending = self.ledger.pending[at];
        if pending.state != State::Ready || attempt <= pending.attempt {
            return;
        }
        match self.last_look(world, now, &pending, (gate, code), out) {
            Verdict::Leave(basis) => {
                let late = now.since(pending.not_before);
                let own = if late < Wait::MINUTE { pending.not_before } else { now };
                let act = self.act_of(world, &pending);
                let is_marketing = world.program.topic(act.topic).is_marketing();
                out.detail(|| {
                    let limits = world.program.limits.mails.iter().filter(|_| is_marketing);
                    let counted = limits.map(|rate| self.ledger.counted(rate, send, own)).collect();
                    Read::LastLook { basis, counted }
                });
                if is_marketing {
                    self.ledger.note_sent(send, own, &world.program.limits);
                }
                pending.attempt = attempt;
                pending.state = State::Going;
                self.ledger.pending[at] = pending;
                let minutes =
                    u32::try_from(late.millis() / Wait::MINUTE.millis()).unwrap_or(u32::MAX);
                out.record(now, Decided::Sent(send.into(), attempt, minutes));
                if let Some(offer) = act.offer {
                    self.ledger.note_given(&world.program, offer, send, code, now);
                    out.record(now, Decided::Gave(send.into(), offer));
                }
                self.did_with(world, now, send, Did::Exposed, out);
                out.asked.push(Effect::Transmit(self.mailing(world, &pending), attempt));
            }
            Verdict::Later(why, until) => {
                debug_assert!(until > now, "a delay that is over");
                pending.not_before = until;
                pending.state = State::Delayed;
                self.ledger.pending[at] = pending;
                out.record(now, Decided::Delayed(send.into(), why, until));
            }
            Verdict::NotNow => {
                self.ledger.pending[at].state = State::Paused;
                out.record(now, Decided::Paused(send.into()));
            }
            Verdict::No(why) => {
                self.ledger.pending.remove(at);
                out.record(now, Decided::Held(send.into(), why));
            }
        }
    }

    /// Every recheck, in order. A stop needs none: it withdraws the mail at once, and recalls one that is under way.
    fn last_look(
        &self,
        world: &World,
        now: Timestamp,
        mail: &Pending,
        (gate, code): (Gate, Code),
        out: &mut Effects,
    ) -> Verdict {
        let program = &world.program;
        let act = self.act_of(world, mail);
        let topic = program.topic(act.topic);
        if world.is_paused(mail.send.journey) {
            return Verdict::NotNow;
        }
        if let Some(holds) = &program.journey(mail.send.journey).holds {
            let of = Asked::While(mail.send.journey);
            match out.ask(of, holds, &self.view_of(world, mail, now)) {
                Truth::True => {}
                Truth::False => return Verdict::No(NoMail::WhileFalse),
                Truth::Unknown => return Verdict::No(NoMail::WhileUnknown),
            }
        }
        if !self.has_address {
            return Verdict::No(NoMail::NoAddress);
        }
        let Some(basis) = self.ledger.consents.permit(act.topic, topic) else {
            return Verdict::No(NoMail::NoPermission);
        };
        if gate == Gate::Suppressed {
            return Verdict::No(NoMail::Suppressed);
        }
        if topic.is_marketing() && world.is_held_out(self.id) {
            return Verdict::No(NoMail::Holdout);
        }
        let journey = mail.send.journey;
        if topic.is_marketing() && mail.is_tested && self.is_held_out_of(world, journey) {
            return Verdict::No(NoMail::TestHoldout);
        }
        if topic.is_marketing() {
            let limits = &program.limits;
            // By the mail's own time, so that a punctual and a slightly late host count alike.
            let own = if now.since(mail.not_before) < Wait::MINUTE { mail.not_before } else { now };
            let room = self.ledger.first_room(limits, mail.send, own);
            if room > own {
                match limits.full {
                    Full::Skip => return Verdict::No(NoMail::Limit),
                    Full::Wait if room > now => return Verdict::Later(Move::Limit, room),
                    Full::Wait => {}
                }
            }
            if let Some((why, until)) = self.not_now(world, now) {
                return Verdict::Later(why, until);
            }
        }
        // A minute is nothing: below it only the host was not punctual.
        let late = now.since(mail.not_before);
        if late >= Wait::MINUTE && late > act.late {
            return Verdict::No(NoMail::Late);
        }
        if let Some(offer) = act.offer {
            let needs_one = program.offer(offer).codes == Codes::SingleUse
                && self.ledger.given_before(offer, mail.send).is_none();
            let has_one = match code {
                Code::Reserved(_) => true,
                Code::None | Code::Empty => !needs_one,
            };
            if !has_one || !self.ledger.may_give(program, offer, mail.send, now) {
                return Verdict::No(NoMail::NoCode);
            }
        }
        match gate {
            Gate::Open => Verdict::Leave(basis),
            Gate::Shut => Verdict::No(NoMail::Shut),
            Gate::Suppressed => unreachable!("asked above"),
        }
    }

    /// Quiet hours and `still_shopping`: why no marketing may leave at `at`, and the first moment it may.
    pub(super) fn not_now(&self, world: &World, at: Timestamp) -> Option<(Move, Timestamp)> {
        let limits = &world.program.limits;
        if let Some(quiet) = limits.quiet {
            let opens = world.zone(self.zone).first_within(quiet.complement(), at);
            if opens > at {
                return Some((Move::Quiet, opens));
            }
        }
        let gone = self.last_seen.after(limits.still_shopping?);
        (self.last_seen != Timestamp::ALWAYS && gone > at).then_some((Move::StillShopping, gone))
    }
}
