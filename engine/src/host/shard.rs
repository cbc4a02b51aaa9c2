//! The actor round a shard: it reads the clock, sets a timer for the next wake, and passes on what the shard asks for.

use super::checkpoints::Order;
use super::{Fault, MS, tell_journal, wall, wall_us};
use crate::entry::{Group, Seq};
use crate::journal::{Intake, Lag};
use crate::mail;
use crate::shard::{Counts, Input, Out, ShardCore};
use crate::version::VersionId;
use actix::{
    Actor, ActorFutureExt, AsyncContext, Context, Handler, Message, MessageResult, SpawnHandle,
};
use foresend_core::time::{Timestamp, Wait};
use foresend_insight::pulse::Pulse;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::Duration;

/// What a shard's actor is told.
#[derive(Message)]
#[rtype(result = "()")]
pub(super) enum Tell {
    Begin(Intake, Option<Sender<mail::Input>>),
    Group(Arc<Group>),
    Replay(Arc<Group>),
    Live,
    Cut(Seq),
    Take,
    Settled(Seq),
    Over,
}

/// Asks how it is.
#[derive(Message)]
#[rtype(result = "Says")]
pub(super) struct Ask;

/// How it is.
pub(super) struct Says {
    pub(super) counts: Counts,
    /// The version that runs, and its numbers.
    pub(super) running: Option<(VersionId, Pulse)>,
    pub(super) live: bool,
}

pub(super) struct Shard {
    core: ShardCore,
    index: usize,
    intake: Option<Intake>,
    /// Where mail is handed over, if it is.
    post: Option<Sender<mail::Input>>,
    orders: Sender<Order>,
    lag: Lag,
    fault: Fault,
    out: Out,
    live: bool,
    /// The cut of the checkpoint that is being made.
    cut: Seq,
    timer: Option<(Timestamp, SpawnHandle)>,
}

/// How many customers are taken into a checkpoint before others are told something: about a millisecond.
const TAKEN: usize = 500;
/// At least so often the shard looks whether an instant is over.
const LOOKS: Wait = Wait::from_millis(1_000);

impl Shard {
    pub(super) fn new(
        core: ShardCore,
        index: usize,
        orders: Sender<Order>,
        (lag, fault): (Lag, Fault),
    ) -> Self {
        let (intake, post) = (None, None);
        let (out, live, cut, timer) = (Out::default(), false, Seq(0), None);
        Self { core, index, intake, post, orders, lag, fault, out, live, cut, timer }
    }

    fn tell(&mut self, tell: &Tell, ctx: &mut Context<Self>) {
        let over = wall().before(MS);
        let input = match tell {
            Tell::Begin(intake, post) => {
                (self.intake, self.post) = (Some(intake.clone()), post.clone());
                return;
            }
            Tell::Group(group) => Input::Group(group),
            Tell::Replay(group) => Input::Replay(group),
            Tell::Live => Input::Live,
            Tell::Cut(cut) => {
                self.cut = *cut;
                Input::Cut(*cut)
            }
            Tell::Take => Input::Take(TAKEN),
            Tell::Settled(cut) => Input::Settled(*cut),
            Tell::Over => Input::Over(over),
        };
        let mut handled = self.core.handle(input, wall_us(), &mut self.out);
        // A shard that is told one thing after the other hears of no timer.
        let is_over = matches!(tell, Tell::Over);
        if handled.is_ok() && self.live && !is_over && self.core.next_wake() <= over {
            handled = self.core.handle(Input::Over(over), wall_us(), &mut self.out);
        }
        if let Err(error) = handled {
            self.fault.set(&error);
            return;
        }
        let end = |group: &Group| Seq(group.first.0 + u64::from(group.count));
        match tell {
            Tell::Group(group) => self.lag.applied(self.index, end(group)),
            Tell::Replay(group) => self.lag.replayed_to(self.index, end(group)),
            Tell::Live => self.live = true,
            Tell::Begin(..) | Tell::Cut(_) | Tell::Take | Tell::Settled(_) | Tell::Over => {}
        }
        self.pass_on();
        if self.core.is_taking() && matches!(tell, Tell::Cut(_) | Tell::Take) {
            take_later(ctx);
        }
        self.set_timer(is_over, ctx);
    }

    fn pass_on(&mut self) {
        if self.out.appended > 0 {
            let (entries, count) = (std::mem::take(&mut self.out.append), self.out.appended);
            self.out.appended = 0;
            if let Some(intake) = &self.intake {
                tell_journal(intake, &self.fault, entries, count);
            }
        }
        for input in self.out.mail.drain(..) {
            if let Some(post) = &self.post {
                // It has ended only where the engine ends: then the mail stays ready.
                drop(post.send(input));
            }
        }
        if let Some(part) = self.out.part.take() {
            drop(self.orders.send(Order::Part(self.cut, self.index, part)));
        }
    }

    /// The next look at the clock: when a wake is due, or soon.
    fn set_timer(&mut self, is_over: bool, ctx: &mut Context<Self>) {
        if !self.live {
            return;
        }
        let now = wall();
        let due = self.core.next_wake().after(MS).max(now.after(MS));
        let due = due.min(now.after(LOOKS));
        if let Some((set, handle)) = self.timer
            && (is_over || due < set)
        {
            ctx.cancel_future(handle);
            self.timer = None;
        }
        if self.timer.is_none() {
            let wait = u64::try_from(due.since(now).millis()).unwrap_or(0);
            self.timer = Some((due, ctx.notify_later(Tell::Over, Duration::from_millis(wait))));
        }
    }
}

/// Takes more into the checkpoint once the thread has seen to its timers and to what came meanwhile. A notification would
/// be handled before any of them, and so would the next.
fn take_later(ctx: &mut Context<Shard>) {
    let others = actix::fut::wrap_future::<_, Shard>(tokio::task::yield_now());
    ctx.spawn(others.map(|(), _, ctx| ctx.notify(Tell::Take)));
}

impl Actor for Shard {
    type Context = Context<Self>;
}

impl Handler<Tell> for Shard {
    type Result = ();

    fn handle(&mut self, tell: Tell, ctx: &mut Context<Self>) {
        if self.fault.check().is_err() {
            return;
        }
        // A customer at whom the core stumbles is the shard's to catch. Anything else is a state that nobody knows.
        if catch_unwind(AssertUnwindSafe(|| self.tell(&tell, ctx))).is_err() {
            std::process::abort();
        }
    }
}

impl Handler<Ask> for Shard {
    type Result = MessageResult<Ask>;

    fn handle(&mut self, _: Ask, _: &mut Context<Self>) -> Self::Result {
        let (counts, live) = (self.core.counts(), self.live);
        let running = self.core.pulse().map(|(version, pulse)| (version, pulse.clone()));
        MessageResult(Says { counts, running, live })
    }
}
