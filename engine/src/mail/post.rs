//! The thread that hands mail over: it drives [`MailCore`] by a clock and a channel, makes the mails, and puts
//! them on a wire. Shards only tell it what is ready; making a mail costs them nothing.
//!
//! Nothing can wait in a circle here: this thread waits for its wire, and for the journal only to take an entry from the
//! room that is reserved for what is claimed; nobody waits for this thread. What waits in its channel are mails that are
//! ready, and the core holds those anyway.

use super::core::{Input, MailCore, Output, Pace};
use super::draft::Draft;
use super::mime::{Envelope, message};
use super::render::Renderer;
use super::wire::Wire;
use crate::entry::Outcome;
use foresend_core::time::Timestamp;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Something that went wrong, for somebody to hear.
#[derive(Debug)]
pub enum Trouble<'a> {
    /// This mail could not be made, and is not sent.
    Unmade(&'a Draft, &'a dyn std::error::Error),
    /// The wire does not take mails: they are tried again.
    Wire(&'a io::Error),
}

/// Hears of trouble.
pub type Hears = dyn FnMut(Trouble<'_>) + Send;

/// What the thread needs of the world around it.
pub struct Around {
    /// The time now. Where it goes back, the thread's own stands still.
    pub clock: Box<dyn FnMut() -> Timestamp + Send>,
    /// Appends an entry to the journal, out of the reserved room.
    pub append: Box<dyn FnMut(Vec<u8>) + Send>,
    /// Hears of trouble.
    pub hears: Box<Hears>,
}

/// The hand-over of mail, as its thread is spoken to.
#[derive(Debug)]
pub struct Post {
    inputs: Sender<Input>,
    thread: JoinHandle<()>,
    held: Arc<Held>,
}

/// How many mails wait, and how many are between claim and outcome.
#[derive(Debug, Default)]
struct Held {
    waiting: AtomicUsize,
    in_flight: AtomicUsize,
}

/// How long the thread sleeps at most.
const NAP: Duration = Duration::from_millis(200);
/// How long it sleeps while the wire has not answered.
const PAUSE: Duration = Duration::from_millis(1);

impl Post {
    /// Starts the thread.
    ///
    /// # Errors
    /// What the system answers where it has no room for a thread.
    pub fn start(
        pace: Pace,
        renderer: Renderer,
        wire: impl Wire + Send + 'static,
        around: Around,
    ) -> io::Result<Self> {
        let (inputs, received) = channel();
        let (core, now) = (MailCore::new(pace), Timestamp::ALWAYS);
        let held = Arc::new(Held::default());
        let shown = Arc::clone(&held);
        let driven = Driven { core, renderer, wire, around, now, held, on_wire: 0 };
        let thread = thread::Builder::new()
            .name("mail".to_owned())
            .spawn(move || driven.until_drained(&received))?;
        Ok(Self { inputs, thread, held: shown })
    }

    /// Where inputs are told. Telling fails once the thread has ended.
    #[must_use]
    pub fn inputs(&self) -> Sender<Input> {
        self.inputs.clone()
    }

    /// How many mails wait, and how many are between claim and outcome; as of a moment ago.
    #[must_use]
    pub fn held(&self) -> (usize, usize) {
        let of = |count: &AtomicUsize| count.load(Ordering::Relaxed);
        (of(&self.held.waiting), of(&self.held.in_flight))
    }

    /// Claims nothing more. Shards must still answer for what is in flight.
    pub fn begin_drain(&self) {
        drop(self.inputs.send(Input::Drain)); // fails only where the thread has ended already
    }

    /// Whether what was in flight has come to its end, and the thread with it.
    #[must_use]
    pub fn is_drained(&self) -> bool {
        self.thread.is_finished()
    }
}

struct Driven<W> {
    core: MailCore,
    renderer: Renderer,
    wire: W,
    around: Around,
    now: Timestamp,
    held: Arc<Held>,
    /// How many mails the wire has not answered.
    on_wire: usize,
}

impl<W: Wire> Driven<W> {
    fn until_drained(mut self, inputs: &Receiver<Input>) {
        let mut out = Vec::new();
        while !self.core.is_drained() {
            let input = match inputs.recv_timeout(self.rest()) {
                Ok(input) => input,
                Err(RecvTimeoutError::Timeout) => Input::Time,
                // Nobody is left who could answer for what is claimed.
                Err(RecvTimeoutError::Disconnected) if self.on_wire == 0 => return,
                Err(RecvTimeoutError::Disconnected) => Input::Drain,
            };
            self.told(input, &mut out);
            while let Some(answer) = self.wire.answer() {
                self.on_wire -= 1;
                let super::wire::Answer { customer, send, attempt, outcome } = answer;
                self.told(Input::Outcome { customer, send, attempt, outcome }, &mut out);
            }
            if let Some(why) = self.wire.trouble() {
                (self.around.hears)(Trouble::Wire(&why));
            }
            self.held.waiting.store(self.core.waiting(), Ordering::Relaxed);
            self.held.in_flight.store(self.core.in_flight(), Ordering::Relaxed);
        }
    }

    /// How long there is nothing to do unless somebody says so.
    fn rest(&mut self) -> Duration {
        if self.on_wire > 0 {
            return PAUSE;
        }
        let now = self.look();
        let next = self.core.next_time().map_or(NAP, |next| {
            Duration::from_millis(u64::try_from(next.since(now).millis()).unwrap_or(0))
        });
        next.min(NAP)
    }

    fn look(&mut self) -> Timestamp {
        self.now = self.now.max((self.around.clock)());
        self.now
    }

    fn told(&mut self, input: Input, out: &mut Vec<Output>) {
        let now = self.look();
        self.core.handle(now, input, out);
        // What could not be made is answered at once, and may free the next.
        while !out.is_empty() {
            for output in std::mem::take(out) {
                match output {
                    Output::Append(entry) => (self.around.append)(entry),
                    Output::Transmit(draft) => match self.made(&draft) {
                        Some(mail) => {
                            self.on_wire += 1;
                            self.wire.send(mail);
                        }
                        None => {
                            let Draft { customer, send, attempt, .. } = *draft;
                            let outcome = Outcome::RenderFailed;
                            let failed = Input::Outcome { customer, send, attempt, outcome };
                            self.core.handle(now, failed, out);
                        }
                    },
                }
            }
        }
    }

    fn made(&mut self, draft: &Draft) -> Option<Envelope> {
        let rendered = match self.renderer.render(draft) {
            Ok(rendered) => rendered,
            Err(why) => {
                (self.around.hears)(Trouble::Unmade(draft, &why));
                return None;
            }
        };
        match message(draft, &rendered) {
            Ok(mail) => Some(mail),
            Err(why) => {
                (self.around.hears)(Trouble::Unmade(draft, &why));
                None
            }
        }
    }
}
