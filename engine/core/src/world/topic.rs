//! What a mail is about, and on what it rests that we may send it.

/// A topic's place in a program's list.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct TopicIx(pub u16);

/// What a mail is about, and why we may send it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Topic {
    /// Its id in program.toml.
    pub name: String,
    /// As people read it.
    pub says: String,
    /// Any one of these permits a mail; at least one.
    pub basis: Vec<Basis>,
    /// How consent to it is given.
    pub confirm: Confirm,
}

/// How consent is given.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Confirm {
    /// Asking for the topic is agreeing to it.
    #[default]
    Single,
    /// Asking permits nothing until it is confirmed.
    Double,
}

impl Topic {
    /// Marketing is what rests on consent or on the soft opt-in alone: limits, quiet hours, holdouts and the
    /// shorter `late` apply to it.
    #[must_use]
    pub fn is_marketing(&self) -> bool {
        self.basis.iter().all(|basis| matches!(basis, Basis::Consent | Basis::ExistingCustomer))
    }
}

/// Why we may send a mail.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Basis {
    /// To perform a contract: about an order.
    Contract,
    /// To settle something: asks, sells nothing.
    Service,
    /// They asked to be told.
    Request,
    /// They agreed.
    Consent,
    /// The soft opt-in: they bought, and have not objected.
    ExistingCustomer,
}
