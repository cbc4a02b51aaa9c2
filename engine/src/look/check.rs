//! Whether everything that an engine holds is as it was written: the journal, the store, the published versions, and that
//! the three agree. Reads all of it and changes nothing.

use super::{LookError, PublishedVersions};
use super::{Publication, lock_data, publications, world};
use crate::disk::StdDisk;
use crate::entry::Seq;
use crate::host::with_causes;
use crate::journal::{self, Damage, Ill};
use crate::shard::{Envelope, Versions as _};
use crate::store::check::{Report, Restored};
use crate::store::fjall::{FjallKv, FjallSettings};
use crate::store::meta::Meta;
use crate::store::version::{Published, Versions};
use crate::store::{self, Hex};
use crate::version::VersionId;
use foresend_core::customer::Customer;
use foresend_core::id::{CustomerId, ProductId};
use foresend_core::time::Timestamp;
use foresend_core::world::World;
use std::path::Path;

/// What an engine holds, and what is wrong with it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Found {
    /// The journal.
    pub journal: journal::Report,
    /// From where on the journal is not in the store; `None`: nothing is in the store yet, or that cannot be read.
    pub cut: Option<Seq>,
    /// The store; `None`: it cannot be opened.
    pub store: Option<Report>,
    /// The versions of the program, by when they were first published.
    pub versions: Vec<(VersionId, Published)>,
    /// Faults that are told neither of the journal nor of the store alone.
    pub faults: Vec<String>,
}

impl Found {
    /// Everything is as it was written.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.journal.damage.is_empty()
            && self.store.as_ref().is_some_and(Report::is_whole)
            && self.faults.is_empty()
    }

    /// The entry behind the last one of the journal that can be read.
    #[must_use]
    pub fn until(&self) -> Seq {
        self.journal.segments.last().map(|segment| segment.until).unwrap_or_default()
    }
}

/// Checks the data in the folder `data`.
///
/// # Errors
/// [`LookError`] where there is no data, it is in use, or the journal's disk cannot be read. Whatever else is wrong is found.
pub fn check(data: &Path) -> Result<Found, LookError> {
    let _lock = lock_data(data)?;
    let mut disk = StdDisk::open(&data.join("journal")).map_err(LookError::Machine)?;
    let mut found = Found { journal: journal::check(&mut disk)?, ..Found::default() };
    let folder = data.join("versions");
    check_versions(&Versions::new(folder.clone()), &mut found);
    match FjallKv::open(&data.join("store"), FjallSettings::default()) {
        Ok(kv) => check_store(&kv, &PublishedVersions::new(folder), &mut found),
        Err(error) => found.faults.push(with_causes(&error)),
    }
    Ok(found)
}

/// Every version is what was published under its hash.
fn check_versions(versions: &Versions, found: &mut Found) {
    match versions.list() {
        Ok(all) => found.versions = all,
        Err(error) => found.faults.push(with_causes(&error)),
    }
    for (hash, _) in &found.versions {
        if let Err(error) = versions.get(hash) {
            found.faults.push(with_causes(&error));
        }
    }
}

fn check_store(kv: &FjallKv, versions: &PublishedVersions, found: &mut Found) {
    // What cannot be read here is told of by the check of its room.
    let meta = Meta::load(kv).ok().flatten();
    let published = publications(kv).unwrap_or_default();
    found.cut = meta.as_ref().map(|meta| meta.cut);
    if let Some(meta) = &meta {
        check_ends(meta, found);
        let needed = published.iter().map(|publication| publication.version).chain(meta.version);
        let mut needed: Vec<VersionId> = needed.collect();
        needed.sort_unstable();
        needed.dedup();
        for version in needed.into_iter().filter(|version| versions.get(*version).is_none()) {
            let name = Hex(version.to_vec());
            found
                .faults
                .push(format!("the version {name} of the program has run and cannot be compiled"));
        }
    }
    let mut worlds = meta.as_ref().map(|meta| Worlds::new(meta, versions, &published));
    let report = store::check::check(kv, &mut |whom, bytes| match &mut worlds {
        Some(worlds) => worlds.restore(whom, bytes),
        None => Err("there is no cut that says in which world they live".to_owned()),
    });
    found.store = Some(report);
}

/// The journal has everything from the cut on.
fn check_ends(meta: &Meta, found: &mut Found) {
    let (cut, until) = (meta.cut, found.until());
    let segments = &found.journal.segments;
    if !found.journal.damage.is_empty() {
        return; // that is why
    }
    let place = match (segments.first(), segments.last()) {
        (Some(first), _) if first.first > cut => {
            Some((&first.file, 0, cut, Some(first.first), Ill::Missing))
        }
        (_, Some(last)) if until < cut => {
            Some((&last.file, last.bytes, until, Some(cut), Ill::Short))
        }
        (Some(_), _) | (None, Some(_)) => None,
        (None, None) => {
            found.faults.push(format!(
                "the journal has no segment, and the store has its entries before {}",
                cut.0
            ));
            None
        }
    };
    if let Some((file, offset, first, until, ill)) = place {
        let damage = Damage { file: file.clone(), offset, first, until, ill };
        found.journal.damage.push(damage);
    }
}

/// The worlds of every version that ran.
struct Worlds<'a> {
    /// Where each version began to run, in order, and its world where it compiles.
    all: Vec<(Seq, Option<World>)>,
    /// The world of the version that runs.
    running: Option<World>,
    meta: &'a Meta,
}

impl<'a> Worlds<'a> {
    fn new(meta: &'a Meta, versions: &PublishedVersions, published: &[Publication]) -> Self {
        let of = |id: VersionId| versions.get(id).map(|version| world(meta, &version));
        let all = published.iter().map(|one| (one.seq, of(one.version))).collect();
        Self { all, running: meta.version.and_then(of), meta }
    }

    /// Reads a customer: as they were written, in the world of then, and in the one that runs.
    fn restore(&mut self, whom: CustomerId, bytes: &[u8]) -> Result<Restored, String> {
        let envelope = Envelope::read(bytes).map_err(|error| error.to_string())?;
        if envelope.settled > self.meta.cut {
            // Written by a checkpoint that a crash cut short: they are ahead of the cut, and that is no fault.
            return Ok(index_of(&envelope, None));
        }
        let running = self.running.as_mut().ok_or("the version that runs cannot be compiled")?;
        let now = read(&envelope, whom, running)?;
        // What is due next was worked out in the world in which they were put to rest.
        let then = self.all.iter_mut().rev().find(|(seq, _)| *seq < envelope.settled);
        let then = match then.and_then(|(_, world)| world.as_mut()) {
            Some(world) => read(&envelope, whom, world)?,
            None => now,
        };
        if then.has_open() != envelope.has_open && !envelope.quarantined {
            return Err("whether they have open mails is not what was written of them".to_owned());
        }
        Ok(index_of(&envelope, Some(&then)))
    }
}

fn read(envelope: &Envelope, whom: CustomerId, world: &mut World) -> Result<Customer, String> {
    envelope.customer(whom, world).map_err(|error| error.to_string())
}

/// What the indexes must say of them. Nothing wakes whoever is in quarantine.
fn index_of(envelope: &Envelope, customer: Option<&Customer>) -> Restored {
    let awake = customer.filter(|_| !envelope.quarantined);
    Restored {
        next_wake: awake.map_or(Timestamp::NEVER, Customer::next_wake),
        has_open: envelope.has_open,
        waits: envelope.waits.iter().map(|product| ProductId(*product)).collect(),
    }
}
