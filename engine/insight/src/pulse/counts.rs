//! What is counted by reason: each a struct of numbers that add up.
//! Invariant: a number that is counted is merged too, and summed where there is a sum.

use serde::{Deserialize, Serialize};

/// Defines a struct of counts whose `merge` and `total` cannot forget a field.
macro_rules! counts {
    ($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $field:ident,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
        #[serde(default)]
        pub struct $name { $($(#[$of])* pub $field: u64,)* }

        impl $name {
            /// Adds `other`.
            pub fn merge(&mut self, other: &Self) {
                $(self.$field += other.$field;)*
            }
        }
    };
}

counts! {
    /// Starts that did not happen, by reason.
    NotStarted {
        /// They were in it already.
        busy,
        /// They had started it too lately, or ever.
        again,
        /// `if` was false.
        if_false,
        /// `if` was unknown.
        if_unknown,
        /// `while` was false.
        while_false,
        /// `while` was unknown.
        while_unknown,
        /// A `stop` event had happened after its start.
        stopped,
        /// They were in as many journeys as a customer can be.
        full,
        /// They were in a journey to which it yields.
        yielded,
        /// The event did not say what it is about.
        no_key,
        /// An arm without the journey: nothing else spoke against it. No reason in any report.
        closed,
    }
}

counts! {
    /// Enrolments that are over, by reason.
    Ended {
        /// Their last step ended.
        last_step,
        /// A `stop` event happened.
        stopped,
        /// `while` was false.
        while_false,
        /// A step ended them.
        by_step,
        /// Another journey began, to which they yield.
        yielded,
    }
}

counts! {
    /// Enrolments that ended while they waited for a step, by reason.
    Left {
        /// A `stop` event happened.
        stopped,
        /// `while` was false as it came due.
        while_false,
        /// Another journey began, to which they yield.
        yielded,
    }
}

counts! {
    /// Webhooks that were called.
    Called {
        /// They answered well.
        done,
        /// They did not, however often they were tried.
        failed,
    }
}

counts! {
    /// Waits that are over.
    Heard {
        /// By their event.
        came,
        /// Their time was up.
        silent,
    }
}

counts! {
    /// Steps that did nothing, by reason.
    Skipped {
        /// `if` was false.
        if_false,
        /// `if` was unknown.
        if_unknown,
        /// `while` was unknown.
        while_unknown,
        /// `due` was unknown.
        due_unknown,
        /// The offer was not to be given again yet, or another was running.
        no_code,
        /// The journey was paused.
        paused,
        /// As many mails waited for an answer as a customer can have.
        full,
    }
}

counts! {
    /// Moments put off, by reason.
    Moved {
        /// Quiet hours.
        quiet,
        /// They were on the site just now.
        still_shopping,
        /// A limit was full, and `full = "wait"`.
        limit,
        /// After another move: the step's own `between`.
        between,
    }
}

counts! {
    /// Mails that asked to be handed over and did not leave, by reason.
    Held {
        /// A `stop` event ended the enrolment.
        stopped,
        /// `while` was false.
        while_false,
        /// `while` was unknown.
        while_unknown,
        /// We have no address.
        no_address,
        /// No basis of the topic holds.
        no_permission,
        /// The address is suppressed.
        suppressed,
        /// The customer is one of those who get no marketing.
        holdout,
        /// The customer gets no marketing from the journey, while a step of it is tested.
        test_holdout,
        /// A limit was full.
        limit,
        /// There was no code for its offer.
        no_code,
        /// Another journey began, to which its own yields.
        yielded,
        /// It would have left too long after its planned moment.
        late,
        /// An arm without mail: nothing else spoke against it. Not "held back" in any report.
        shut,
    }
}

counts! {
    /// Mails that left, and what became of them. All rates are of [`delivered`](Mail::delivered).
    Mail {
        /// Handed to the mail server, each mail once however many attempts it took.
        /// = `accepted` + `rejected` + `unknown` + `not_made` + still deferred.
        sent,
        /// Of those: a minute or more after their planned moment.
        sent_late,
        /// The mail server took it.
        accepted,
        /// Attempts that the mail server put off; one mail may be put off more than once.
        deferred,
        /// The mail server refused it for good.
        rejected,
        /// The connection was lost before an answer came.
        unknown,
        /// It could not be made; nothing left.
        not_made,
        /// Came back for good, after it had been accepted.
        bounced_hard,
        /// Came back for now, after it had been accepted.
        bounced_soft,
        /// Opens by people.
        opened_human,
        /// Opens by machines. They overlap with people's: the two are never added up.
        opened_machine,
        /// Followed links, by people.
        clicked_human,
        /// Followed links, by machines.
        clicked_machine,
        /// Objections by a link in the mail.
        unsubscribed,
        /// Called spam by the reader.
        complained,
    }
}

counts! {
    /// Customers who met an experiment, and what they did: each of them once, and each thing once.
    Tested {
        /// Met it: came to its step, mailed or not.
        reached,
        /// Of those: reached the journey's goal after that, in the same enrolment.
        goal,
        /// Of those: their mail was handed to the mail server.
        exposed,
        /// The mail server took it.
        accepted,
        /// It came back.
        bounced,
        /// A person opened it.
        opened,
        /// A person followed a link in it.
        clicked,
        /// Objected by a link in it.
        unsubscribed,
        /// Called it spam.
        complained,
    }
}

impl Tested {
    /// = `accepted` − `bounced`.
    #[must_use]
    pub fn delivered(&self) -> u64 {
        self.accepted.saturating_sub(self.bounced)
    }
}

impl NotStarted {
    /// All reasons.
    #[must_use]
    pub fn total(&self) -> u64 {
        let Self {
            busy,
            again,
            if_false,
            if_unknown,
            while_false,
            while_unknown,
            stopped,
            full,
            yielded,
            no_key,
            closed,
        } = *self;
        let asked = if_false + if_unknown + while_false + while_unknown;
        busy + again + asked + stopped + full + yielded + no_key + closed
    }
}

impl Ended {
    /// Those that did not come to their last step.
    #[must_use]
    pub fn early(&self) -> u64 {
        let Self { last_step: _, stopped, while_false, by_step, yielded } = *self;
        stopped + while_false + by_step + yielded
    }
}

impl Left {
    /// All reasons.
    #[must_use]
    pub fn total(&self) -> u64 {
        let Self { stopped, while_false, yielded } = *self;
        stopped + while_false + yielded
    }
}

impl Held {
    /// All reasons.
    #[must_use]
    pub fn total(&self) -> u64 {
        let Self {
            stopped,
            while_false,
            while_unknown,
            no_address,
            no_permission,
            suppressed,
            holdout,
            test_holdout,
            limit,
            no_code,
            yielded,
            late,
            shut,
        } = *self;
        let ended = stopped + while_false + while_unknown + yielded;
        let nobody = no_address + no_permission + suppressed + holdout + test_holdout;
        ended + nobody + limit + no_code + late + shut
    }
}

impl Skipped {
    /// All reasons.
    #[must_use]
    pub fn total(&self) -> u64 {
        let Self { if_false, if_unknown, while_unknown, due_unknown, no_code, paused, full } =
            *self;
        if_false + if_unknown + while_unknown + due_unknown + no_code + paused + full
    }
}

impl Moved {
    /// All reasons.
    #[must_use]
    pub fn total(&self) -> u64 {
        let Self { quiet, still_shopping, limit, between } = *self;
        quiet + still_shopping + limit + between
    }
}

impl Mail {
    /// = `accepted` − `bounced_hard` − `bounced_soft`.
    #[must_use]
    pub fn delivered(&self) -> u64 {
        self.accepted.saturating_sub(self.bounced_hard + self.bounced_soft)
    }
}
