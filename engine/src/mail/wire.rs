//! The way out: a wire takes a mail, and says later what became of it. Whether anything was sent before it failed is
//! told apart, for that decides whether it may be sent again: what failed before the mail itself was sent is deferred or
//! rejected; where it was sent and no answer came, it is unknown.

use super::mime::Envelope;
use crate::entry::{self, Outcome};
use foresend_core::id::CustomerId;
use std::io;

/// What became of one attempt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Answer {
    /// Whose mail.
    pub customer: CustomerId,
    /// Which mail.
    pub send: entry::Send,
    /// Which attempt.
    pub attempt: u16,
    /// What became of it.
    pub outcome: Outcome,
}

/// A way out. Every mail that it takes is answered once.
pub trait Wire {
    /// Takes a mail.
    fn send(&mut self, mail: Envelope);

    /// The next answer, in any order of mails; `None`: there is none yet.
    fn answer(&mut self) -> Option<Answer>;

    /// Why mails could not be taken since this was last asked, where that is the wire's own trouble: they are deferred.
    fn trouble(&mut self) -> Option<io::Error> {
        None
    }
}

impl Wire for Box<dyn Wire + Send> {
    fn send(&mut self, mail: Envelope) {
        (**self).send(mail);
    }

    fn answer(&mut self) -> Option<Answer> {
        (**self).answer()
    }

    fn trouble(&mut self) -> Option<io::Error> {
        (**self).trouble()
    }
}

impl Answer {
    /// What became of `mail`.
    #[must_use]
    pub const fn of(mail: &Envelope, outcome: Outcome) -> Self {
        Self { customer: mail.customer, send: mail.send, attempt: mail.attempt, outcome }
    }
}
