//! Looks into the data of an engine that does not run: what the store says of a customer, what was told to them and decided,
//! which mails are open. The folder is locked meanwhile, and nothing that it holds is changed: but for the database's own files, which it
//! tidies when it is opened.
//!
//! The store is as of a cut. What the journal holds beyond it is counted and not applied: that is an engine's business, and
//! whoever shows something here must say so.

pub mod check;

use crate::disk::StdDisk;
use crate::entry::{Entry, EntryError, Raw, Seq, Told};
use crate::host::PublishedVersions;
use crate::journal;
use crate::kv::KvError;
use crate::shard::{Envelope, EnvelopeError, Person, Versions};
use crate::store::fjall::{FjallKv, FjallSettings};
use crate::store::lock::{Lock, LockError, lock};
use crate::store::meta::Meta;
use crate::store::timeline::{self, Under};
use crate::store::version::VersionError;
use crate::store::{Hex, StoreError, archive, load, version};
use crate::version::{Version, VersionId};
use foresend_core::customer::Customer;
use foresend_core::customer::held::{MailState, OpenMail};
use foresend_core::id::CustomerId;
use foresend_core::time::Timestamp;
use foresend_core::world::World;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// An engine's data, opened to be looked at.
pub struct Look {
    kv: FjallKv,
    meta: Meta,
    /// The entries of the journal that the store does not have.
    since: u64,
    versions: PublishedVersions,
    version: Arc<Version>,
    world: World,
    publications: Vec<Publication>,
    _lock: Lock,
}

/// From an entry on a version ran.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Publication {
    /// The entry.
    pub seq: Seq,
    /// When, by the journal's clock.
    pub at: Timestamp,
    /// Which version.
    pub version: VersionId,
}

/// A customer as the store has them.
#[derive(Clone, PartialEq, Debug)]
pub struct Held {
    /// Entries before this one are in it.
    pub settled: Seq,
    /// Entries from there on are kept, and not applied.
    pub quarantined: bool,
    /// What the shop has told of them.
    pub person: Person,
    /// What decisions read.
    pub customer: Customer,
}

/// What was told to a customer at one place of the journal, and what was decided upon it.
#[derive(Clone, PartialEq, Debug)]
pub struct Moment {
    /// The place.
    pub seq: Seq,
    /// What was told; `None`: it is not kept any more.
    told: Option<Kept>,
    /// What was decided, in order.
    pub decided: Vec<timeline::Line>,
}

#[derive(Clone, PartialEq, Debug)]
struct Kept {
    now: Timestamp,
    customer: CustomerId,
    kind: u8,
    fields: Vec<u8>,
}

/// A mail whose fate is open, and whose.
#[derive(Clone, PartialEq, Debug)]
pub struct Open {
    /// Whose: the shop's id for them.
    pub user: String,
    /// The mail.
    pub mail: OpenMail,
}

/// Why nothing can be looked at.
#[derive(Debug, thiserror::Error)]
pub enum LookError {
    /// There is no such folder, or no engine's data in it.
    #[error("there is no data of an engine in {}", data.display())]
    NoData {
        /// The folder.
        data: PathBuf,
    },
    /// No checkpoint was ever made.
    #[error(
        "the store in {} is empty; what was taken is in the journal: `foresend serve` or `foresend feed` applies it",
        data.display()
    )]
    Empty {
        /// The folder.
        data: PathBuf,
    },
    /// The data folder is somebody else's.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The journal cannot be read.
    #[error(transparent)]
    Journal(#[from] journal::ReadError),
    /// The version that runs cannot be read.
    #[error(transparent)]
    Version(#[from] VersionError),
    /// It can be read, and this Foresend makes no program of it.
    #[error("the version {} of the program does not compile with this version of Foresend", Hex(version.to_vec()))]
    Compile {
        /// Its hash.
        version: VersionId,
    },
    /// A customer cannot be read.
    #[error("the stored customer {:032x} cannot be read", customer.bits())]
    Customer {
        /// Who.
        customer: CustomerId,
        /// Why.
        source: EnvelopeError,
    },
    /// The machine gave no file.
    #[error("the data folder cannot be read")]
    Machine(#[source] io::Error),
}

impl From<KvError> for LookError {
    fn from(error: KvError) -> Self {
        Self::Store(error.into())
    }
}

impl Look {
    /// Opens the data folder `data`.
    ///
    /// # Errors
    /// [`LookError`]. Nothing is made where there is nothing.
    pub fn open(data: &Path) -> Result<Self, LookError> {
        let lock = lock_data(data)?;
        let kv = FjallKv::open(&data.join("store"), FjallSettings::default())?;
        let empty = || LookError::Empty { data: data.to_owned() };
        let meta = Meta::load(&kv)?.ok_or_else(empty)?;
        let mut disk = StdDisk::open(&data.join("journal")).map_err(LookError::Machine)?;
        let since = journal::end(&mut disk, meta.cut)?.0.saturating_sub(meta.cut.0);
        let id = meta.version.ok_or_else(empty)?;
        let versions = PublishedVersions::new(data.join("versions"));
        let Some(version) = versions.get(id) else {
            version::Versions::new(data.join("versions")).get(&id)?;
            return Err(LookError::Compile { version: id });
        };
        let world = world(&meta, &version);
        let publications = publications(&kv)?;
        Ok(Self { kv, meta, since, versions, version, world, publications, _lock: lock })
    }

    /// As of when the store is.
    #[must_use]
    pub const fn meta(&self) -> &Meta {
        &self.meta
    }

    /// How many entries the journal has that the store does not.
    #[must_use]
    pub const fn since(&self) -> u64 {
        self.since
    }

    /// The version that runs.
    #[must_use]
    pub fn version(&self) -> &Version {
        &self.version
    }

    /// Its world. Zones are known to it once a customer was read who lives there.
    #[must_use]
    pub const fn world(&self) -> &World {
        &self.world
    }

    /// Which version ran from when on, in order.
    #[must_use]
    pub fn publications(&self) -> &[Publication] {
        &self.publications
    }

    /// The version that ran when the entry at `seq` was applied, if it is there and compiles.
    #[must_use]
    pub fn ran_at(&self, seq: Seq) -> Option<Arc<Version>> {
        let before = self.publications.iter().rev().find(|publication| publication.seq < seq)?;
        self.versions.get(before.version)
    }

    /// The version that timelines call so, if it is there and compiles.
    #[must_use]
    pub fn under(&self, under: Under) -> Option<Arc<Version>> {
        let mut all = self.publications.iter().map(|publication| publication.version);
        self.versions.get(all.find(|version| Under::of(version) == under)?)
    }

    /// The id of the customer whom the shop calls `user`.
    #[must_use]
    pub fn id_of(&self, user: &str) -> CustomerId {
        CustomerId::of(self.meta.id_key, user)
    }

    /// A customer; `None`: the store has nobody of that id.
    ///
    /// # Errors
    /// [`LookError`] where they cannot be read.
    pub fn customer(&mut self, id: CustomerId) -> Result<Option<Held>, LookError> {
        let Some(bytes) = load::customer(&self.kv, id)? else { return Ok(None) };
        let unread = |source| LookError::Customer { customer: id, source };
        let envelope = Envelope::read(&bytes).map_err(unread)?;
        let customer = envelope.customer(id, &mut self.world).map_err(|e| unread(e.into()))?;
        let Envelope { settled, quarantined, has_open: _, waits: _, person, snapshot: _ } =
            envelope;
        Ok(Some(Held { settled, quarantined, person, customer }))
    }

    /// Everybody in quarantine. Reads everybody.
    ///
    /// # Errors
    /// [`LookError`] where they cannot be read.
    pub fn quarantined(&self) -> Result<Vec<CustomerId>, LookError> {
        let (mut all, mut unread) = (Vec::new(), None);
        load::everybody(&self.kv, &mut |customer, bytes| match Envelope::read(bytes) {
            Ok(envelope) => {
                all.extend(envelope.quarantined.then_some(customer));
                true
            }
            Err(source) => {
                unread = Some(LookError::Customer { customer, source });
                false
            }
        })?;
        unread.map_or(Ok(all), Err)
    }

    /// What was told to a customer and decided about them, in the order of the journal.
    ///
    /// # Errors
    /// [`LookError`] where it cannot be read.
    pub fn moments(&self, id: CustomerId) -> Result<Vec<Moment>, LookError> {
        let mut all: Vec<Moment> = Vec::new();
        archive::told(&self.kv, Some(id), Seq(0), &mut |told| {
            let archive::Told { seq, now, raw } = told;
            let Raw { customer: _, kind, fields } = raw;
            let kept = Kept { now, customer: id, kind, fields: fields.to_vec() };
            all.push(Moment { seq, told: Some(kept), decided: Vec::new() });
            true
        })?;
        let told = all.len();
        timeline::records(&self.kv, id, Seq(0), &mut |line| {
            // Both are in the order of the journal; what is not kept any more comes behind, and is sorted in.
            match all[..told].binary_search_by_key(&line.seq, |moment| moment.seq) {
                Ok(at) => all[at].decided.push(line),
                Err(_) => match all.get_mut(told..).and_then(<[Moment]>::last_mut) {
                    Some(last) if last.seq == line.seq => last.decided.push(line),
                    Some(_) | None => {
                        all.push(Moment { seq: line.seq, told: None, decided: vec![line] });
                    }
                },
            }
            true
        })?;
        all.sort_by_key(|moment| moment.seq);
        Ok(all)
    }

    /// Every mail that waits for its hand-over or for an answer, by the moment for which it was planned. Those that the last
    /// look has delayed are not among them.
    ///
    /// # Errors
    /// [`LookError`] where a customer cannot be read.
    pub fn outbox(&mut self) -> Result<Vec<Open>, LookError> {
        let mut customers = Vec::new();
        load::outbox(&self.kv, 0..=u8::MAX, &mut |customer| {
            customers.push(customer);
            true
        })?;
        let mut all = Vec::new();
        for id in customers {
            // The index may say too much.
            let Some(held) = self.customer(id)? else { continue };
            let open = held.customer.mails(&self.world).filter(|mail| match mail.state {
                MailState::Ready | MailState::Going | MailState::Paused => true,
                // They come by a wake, and the index does not know all of them.
                MailState::Delayed => false,
            });
            all.extend(open.map(|mail| Open { user: held.person.user.clone(), mail }));
        }
        all.sort_by(|a, b| (a.mail.planned, &a.user).cmp(&(b.mail.planned, &b.user)));
        Ok(all)
    }
}

impl Moment {
    /// When it was told, by the journal's clock, and what; `None`: it is not kept any more.
    #[must_use]
    pub fn told(&self) -> Option<(Timestamp, Result<Told<'_>, EntryError>)> {
        let Kept { now, customer, kind, fields } = self.told.as_ref()?;
        let raw = Raw { customer: Some(*customer), kind: *kind, fields };
        let told = raw.read().and_then(|entry| match entry {
            Entry::Of(_, told) => Ok(told),
            Entry::World { .. }
            | Entry::Boot { .. }
            | Entry::Published { .. }
            | Entry::Product { .. } => Err(EntryError::Addressed(*kind)),
        });
        Some((*now, told))
    }
}

/// Locks a folder that holds an engine's data.
fn lock_data(data: &Path) -> Result<Lock, LookError> {
    if ["journal", "store"].iter().any(|room| !data.join(room).is_dir()) {
        return Err(LookError::NoData { data: data.to_owned() });
    }
    Ok(lock(data)?)
}

/// The world that a version runs in.
fn world(meta: &Meta, version: &Version) -> World {
    let began = |id| meta.begun.iter().find(|(begun, _)| *begun == id).map(|(_, at)| *at);
    version.world((meta.seed, meta.id_key), began)
}

fn publications(kv: &FjallKv) -> Result<Vec<Publication>, StoreError> {
    let mut all = Vec::new();
    archive::told(kv, None, Seq(0), &mut |told| {
        if let Ok(Entry::Published { version }) = told.raw.read() {
            all.push(Publication { seq: told.seq, at: told.now, version });
        }
        true
    })?;
    Ok(all)
}
