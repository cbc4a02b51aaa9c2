//! What the journal holds: entries, each told to one customer or to all. Format 1.
//!
//! Names stand here as they arrived (events, properties, topics) or as stable ids (journeys, steps): an entry outlives the
//! program version under which it came. The journal itself reads none of this: to it an entry is a [`Raw`].
//! Invariant: a kind and its fields, once released, are never changed; another layout is another kind.
//! Invariant: bytes are never trusted; what cannot be read is an error, and nothing panics.

mod call;
mod fields;
#[cfg(test)]
mod tests;

pub use call::message;
pub use fields::{Call, Code, ConsentTo, Line, Origin, Outcome, Said, Send, Value};

use foresend_core::id::CustomerId;
use foresend_core::time::Timestamp;
use serde::{Deserialize, Serialize};

/// An entry's place in the journal: counted from 0, without gaps.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Seq(pub u64);

/// Entries that became durable together, at one moment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Group {
    /// The place of the first.
    pub first: Seq,
    /// How many.
    pub count: u32,
    /// When, by the journal's clock, which never goes back.
    pub now: Timestamp,
    /// The entries, one after the other: see [`each`].
    pub entries: Vec<u8>,
}

/// An entry as the journal holds it: for whom, of which kind, and bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Raw<'a> {
    /// For whom; `None`: for all.
    pub customer: Option<CustomerId>,
    /// Which kind: one of [`kind`].
    pub kind: u8,
    /// The fields of that kind.
    pub fields: &'a [u8],
}

/// The bytes before the fields of an entry: its length, kind and customer.
pub const HEAD: usize = 4 + 1 + 16;
/// Longest entry, head included.
pub const BYTES_MAX: usize = 1 << 20;

/// The kinds of entries. They are bytes on disk: never give a number out twice.
pub mod kind {
    /// [`super::Entry::World`]
    pub const WORLD: u8 = 1;
    /// [`super::Entry::Boot`]
    pub const BOOT: u8 = 2;
    /// [`super::Entry::Published`]
    pub const PUBLISHED: u8 = 3;
    /// [`super::Entry::Product`]
    pub const PRODUCT: u8 = 4;
    /// [`super::Told::Wake`]
    pub const WAKE: u8 = 16;
    /// [`super::Told::Call`]
    pub const CALL: u8 = 17;
    /// [`super::Told::Handover`]
    pub const HANDOVER: u8 = 18;
    /// [`super::Told::Outcome`]
    pub const OUTCOME: u8 = 19;
    /// [`super::Told::Called`]
    pub const CALLED: u8 = 20;
    /// [`super::Told::Engagement`]
    pub const ENGAGEMENT: u8 = 21;
    /// [`super::Told::Remember`]
    pub const REMEMBER: u8 = 22;
    /// [`super::Told::Quarantine`]
    pub const QUARANTINE: u8 = 23;
    /// [`super::Told::Release`]
    pub const RELEASE: u8 = 24;
    /// [`super::Told::Happened`]
    pub const HAPPENED: u8 = 25;
}

/// An entry, read.
#[derive(Clone, PartialEq, Debug)]
pub enum Entry<'a> {
    /// The first of every journal.
    World {
        /// What hashed chance is keyed by.
        seed: u64,
        /// What external ids are hashed under.
        id_key: u128,
    },
    /// An engine opened the journal and goes on from here.
    Boot {
        /// Its version: "0.1.0".
        build: &'a str,
    },
    /// From here on this version of the program runs.
    Published {
        /// Its hash.
        version: [u8; 32],
    },
    /// Something happened to a product: those who wait for it are told.
    Product {
        /// The event: "Back In Stock".
        event: &'a str,
        /// The shop's id for the product.
        product: &'a str,
    },
    /// Told to one customer.
    Of(CustomerId, Told<'a>),
}

/// What one customer is told.
#[derive(Clone, PartialEq, Debug)]
pub enum Told<'a> {
    /// The clock is past what they waited for.
    Wake,
    /// A call of the shop: what they did, who they are, what they agreed to.
    Call(Call<'a>),
    /// May this mail leave now?
    Handover {
        /// The mail.
        send: Send,
        /// Attempts are numbered from 1.
        attempt: u16,
        /// The address is suppressed.
        suppressed: bool,
        /// The code held ready for its offer.
        code: Code,
    },
    /// What the mail server said.
    Outcome {
        /// The mail.
        send: Send,
        /// The attempt that it answers.
        attempt: u16,
        /// The answer.
        outcome: Outcome,
    },
    /// What came of a call of a webhook.
    Called {
        /// The step that called.
        send: Send,
        /// Whether it was answered well.
        done: bool,
    },
    /// A mail was opened, or one of its links followed.
    Engagement {
        /// The mail.
        send: Send,
        /// A link was followed; else it was opened.
        clicked: bool,
        /// By a person; else by a machine.
        human: bool,
        /// When.
        at: Timestamp,
    },
    /// Nothing of the event is missing since then.
    Remember {
        /// Which event; `None`: all.
        event: Option<&'a str>,
        /// Since when.
        since: Timestamp,
    },
    /// An input made us stumble: inputs are kept from here on, and not applied.
    Quarantine,
    /// What was kept is applied, and the customer goes on.
    Release,
    /// Something happened to a product that they wait for.
    Happened {
        /// The [`Entry::Product`] that said so.
        of: Seq,
        /// The event: "Back In Stock".
        event: &'a str,
        /// The shop's id for the product.
        product: &'a str,
    },
}

/// Why bytes are no entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum EntryError {
    /// The bytes end before it does, or its length is impossible.
    #[error("an entry is cut short")]
    Short,
    /// A kind that this version does not know.
    #[error("entries of kind {0} are unknown here: was this written by a newer version?")]
    Kind(u8),
    /// Not what that kind holds.
    #[error("the fields of an entry of kind {0} are garbled")]
    Garbled(u8),
    /// Told to all though it is meant for one, or the other way round.
    #[error("an entry of kind {0} is addressed wrongly")]
    Addressed(u8),
}

impl<'a> Raw<'a> {
    /// The first entry of `bytes`, and what follows it.
    ///
    /// # Errors
    /// [`EntryError::Short`] where `bytes` do not begin with a whole entry.
    pub fn first(bytes: &'a [u8]) -> Result<(Self, &'a [u8]), EntryError> {
        let (len, _) = bytes.split_first_chunk::<4>().ok_or(EntryError::Short)?;
        let len = usize::try_from(u32::from_le_bytes(*len)).map_err(|_| EntryError::Short)?;
        if !(HEAD..=BYTES_MAX).contains(&len) {
            return Err(EntryError::Short);
        }
        let (entry, rest) = bytes.split_at_checked(len).ok_or(EntryError::Short)?;
        let (_, entry) = entry.split_first_chunk::<4>().ok_or(EntryError::Short)?;
        let (&kind, entry) = entry.split_first().ok_or(EntryError::Short)?;
        let (customer, fields) = entry.split_first_chunk::<16>().ok_or(EntryError::Short)?;
        let customer = u128::from_be_bytes(*customer);
        let customer = (customer != 0).then(|| CustomerId::from_bits(customer));
        Ok((Self { customer, kind, fields }, rest))
    }

    /// Reads its fields.
    ///
    /// # Errors
    /// [`EntryError`] where they are not what its kind holds.
    pub fn read(&self) -> Result<Entry<'a>, EntryError> {
        let Some(customer) = self.customer else { return self.read_of_all() };
        let told = match self.kind {
            kind::WAKE => self.nothing(Told::Wake)?,
            kind::CALL => Told::Call(self.fields()?),
            kind::HANDOVER => {
                let (send, attempt, suppressed, code) = self.fields()?;
                Told::Handover { send, attempt, suppressed, code }
            }
            kind::OUTCOME => {
                let (send, attempt, outcome) = self.fields()?;
                Told::Outcome { send, attempt, outcome }
            }
            kind::CALLED => {
                let (send, done) = self.fields()?;
                Told::Called { send, done }
            }
            kind::ENGAGEMENT => {
                let (send, clicked, human, at) = self.fields()?;
                Told::Engagement { send, clicked, human, at: Timestamp::from_millis(at) }
            }
            kind::REMEMBER => {
                let (event, since) = self.fields()?;
                Told::Remember { event, since: Timestamp::from_millis(since) }
            }
            kind::QUARANTINE => self.nothing(Told::Quarantine)?,
            kind::RELEASE => self.nothing(Told::Release)?,
            kind::HAPPENED => {
                let (of, event, product) = self.fields()?;
                Told::Happened { of, event, product }
            }
            kind::WORLD | kind::BOOT | kind::PUBLISHED | kind::PRODUCT => {
                return Err(EntryError::Addressed(self.kind));
            }
            unknown => return Err(EntryError::Kind(unknown)),
        };
        Ok(Entry::Of(customer, told))
    }

    fn read_of_all(&self) -> Result<Entry<'a>, EntryError> {
        Ok(match self.kind {
            kind::WORLD => {
                let (seed, id_key) = self.fields()?;
                Entry::World { seed, id_key }
            }
            kind::BOOT => Entry::Boot { build: self.fields()? },
            kind::PUBLISHED => Entry::Published { version: self.fields()? },
            kind::PRODUCT => {
                let (event, product) = self.fields()?;
                Entry::Product { event, product }
            }
            kind::WAKE..=kind::HAPPENED => return Err(EntryError::Addressed(self.kind)),
            unknown => return Err(EntryError::Kind(unknown)),
        })
    }

    fn fields<T: Deserialize<'a>>(&self) -> Result<T, EntryError> {
        match postcard::take_from_bytes(self.fields) {
            Ok((fields, [])) => Ok(fields),
            Ok((_, [_, ..])) | Err(_) => Err(EntryError::Garbled(self.kind)),
        }
    }

    fn nothing(&self, told: Told<'a>) -> Result<Told<'a>, EntryError> {
        match self.fields {
            [] => Ok(told),
            [_, ..] => Err(EntryError::Garbled(self.kind)),
        }
    }
}

/// Every entry of `bytes`, in order. The journal has checked them: an error means that they were written by another
/// version.
pub fn each(mut bytes: &[u8]) -> impl Iterator<Item = Result<Raw<'_>, EntryError>> {
    std::iter::from_fn(move || {
        if bytes.is_empty() {
            return None;
        }
        let first = Raw::first(bytes);
        bytes = first.as_ref().map_or(&[][..], |(_, rest)| rest);
        Some(first.map(|(raw, _)| raw))
    })
}

impl Entry<'_> {
    /// Appends this to `bytes`, as the journal holds it.
    ///
    /// # Errors
    /// Its length in bytes where that is more than [`BYTES_MAX`]; `bytes` are as before.
    pub fn write(&self, bytes: &mut Vec<u8>) -> Result<(), usize> {
        let start = bytes.len();
        bytes.extend([0; HEAD]);
        let (kind, customer) = self.write_fields(bytes);
        let len = bytes.len() - start;
        if len > BYTES_MAX {
            bytes.truncate(start);
            return Err(len);
        }
        let customer = customer.map_or(0, CustomerId::bits);
        let head = &mut bytes[start..start + HEAD];
        head[..4]
            .copy_from_slice(&u32::try_from(len).expect("no longer than a megabyte").to_le_bytes());
        head[4] = kind;
        head[5..].copy_from_slice(&customer.to_be_bytes());
        Ok(())
    }

    fn write_fields(&self, bytes: &mut Vec<u8>) -> (u8, Option<CustomerId>) {
        match self {
            Self::World { seed, id_key } => put(bytes, kind::WORLD, None, &(seed, id_key)),
            Self::Boot { build } => put(bytes, kind::BOOT, None, build),
            Self::Published { version } => put(bytes, kind::PUBLISHED, None, version),
            Self::Product { event, product } => put(bytes, kind::PRODUCT, None, &(event, product)),
            Self::Of(customer, told) => {
                let whom = Some(*customer);
                match told {
                    Told::Wake => (kind::WAKE, whom),
                    Told::Call(call) => put(bytes, kind::CALL, whom, call),
                    Told::Handover { send, attempt, suppressed, code } => {
                        put(bytes, kind::HANDOVER, whom, &(send, attempt, suppressed, code))
                    }
                    Told::Outcome { send, attempt, outcome } => {
                        put(bytes, kind::OUTCOME, whom, &(send, attempt, outcome))
                    }
                    Told::Called { send, done } => put(bytes, kind::CALLED, whom, &(send, done)),
                    Told::Engagement { send, clicked, human, at } => {
                        put(bytes, kind::ENGAGEMENT, whom, &(send, clicked, human, at.millis()))
                    }
                    Told::Remember { event, since } => {
                        put(bytes, kind::REMEMBER, whom, &(event, since.millis()))
                    }
                    Told::Quarantine => (kind::QUARANTINE, whom),
                    Told::Release => (kind::RELEASE, whom),
                    Told::Happened { of, event, product } => {
                        put(bytes, kind::HAPPENED, whom, &(of, event, product))
                    }
                }
            }
        }
    }
}

fn put<T: Serialize + ?Sized>(
    bytes: &mut Vec<u8>,
    kind: u8,
    whom: Option<CustomerId>,
    fields: &T,
) -> (u8, Option<CustomerId>) {
    *bytes = postcard::to_extend(fields, std::mem::take(bytes)).expect("memory takes any bytes");
    (kind, whom)
}
