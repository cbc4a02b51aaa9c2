//! The last look before a mail leaves. The journey decided minutes or days ago; here we ask again: bought, opted
//! out, suppressed, limited, asleep, late? The first "no" wins and is recorded as the reason.
//! Invariant: only this module answers a hand-over, and nothing is transmitted without its yes.
//! Invariant: no clock and no chance; `now`, the customer and the world are arguments.

use super::Customer;
use super::effect::{Effect, Effects};
use super::input::{Gate, SendRef};
use super::pending::{Pending, State};
use super::record::{Decided, Move, NoMail};
use crate::time::{Timestamp, Wait};
use crate::world::World;
use crate::world::condition::Truth;
use crate::world::limit::Full;

/// What the last look came to.
enum Verdict {
    Leave,
    Later(Move, Timestamp),
    No(NoMail),
}

impl Customer {
    /// Answers whether `send` may leave at `now`. A question about a mail that is not waiting for it (withdrawn,
    /// already going, already answered) changes nothing.
    pub(super) fn hand_over(
        &mut self,
        world: &World,
        now: Timestamp,
        (send, attempt, gate): (SendRef, u16, Gate),
        out: &mut Effects,
    ) {
        let Some(at) = self.ledger.find(send) else { return };
        let mut pending = self.ledger.pending[at];
        if pending.state != State::Ready || attempt <= pending.attempt {
            return;
        }
        match self.last_look(world, now, &pending, gate) {
            Verdict::Leave => {
                let late = now.since(pending.not_before);
                let own = if late < Wait::MINUTE { pending.not_before } else { now };
                if world.program.topic(pending.act(&world.program).topic).is_marketing() {
                    self.ledger.note_sent(send, own, &world.program.limits);
                }
                pending.attempt = attempt;
                pending.state = State::Going;
                self.ledger.pending[at] = pending;
                let minutes =
                    u32::try_from(late.millis() / Wait::MINUTE.millis()).unwrap_or(u32::MAX);
                out.record(now, Decided::Sent(send.into(), attempt, minutes));
                let mailing = pending.mailing(self.id, &world.program);
                out.asked.push(Effect::Transmit(mailing, attempt));
            }
            Verdict::Later(why, until) => {
                debug_assert!(until > now, "a delay that is over");
                pending.not_before = until;
                pending.state = State::Delayed;
                self.ledger.pending[at] = pending;
                out.record(now, Decided::Delayed(send.into(), why, until));
            }
            Verdict::No(why) => {
                self.ledger.pending.remove(at);
                out.record(now, Decided::Held(send.into(), why));
            }
        }
    }

    /// Every recheck, in order. A stop needs none: it withdraws the mail at once, and recalls one that is under way.
    fn last_look(&self, world: &World, now: Timestamp, mail: &Pending, gate: Gate) -> Verdict {
        let program = &world.program;
        let act = mail.act(program);
        let topic = program.topic(act.topic);
        if let Some(holds) = &program.journey(mail.send.journey).holds {
            match holds.read(&self.view(now)) {
                Truth::True => {}
                Truth::False => return Verdict::No(NoMail::WhileFalse),
                Truth::Unknown => return Verdict::No(NoMail::WhileUnknown),
            }
        }
        if !self.has_address {
            return Verdict::No(NoMail::NoAddress);
        }
        if !self.ledger.consents.permit(act.topic, topic) {
            return Verdict::No(NoMail::NoPermission);
        }
        if gate == Gate::Suppressed {
            return Verdict::No(NoMail::Suppressed);
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
        match gate {
            Gate::Open => Verdict::Leave,
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
