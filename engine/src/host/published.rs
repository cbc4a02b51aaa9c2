//! Published versions, compiled when a shard first asks for them.

use crate::shard::Versions;
use crate::store::version::{self, Published, VersionError};
use crate::version::{Version, VersionId};
use foresend_program::Sources;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// Versions in a folder.
#[derive(Debug)]
pub struct PublishedVersions {
    stored: version::Versions,
    compiled: Mutex<HashMap<VersionId, Arc<Version>>>,
}

impl PublishedVersions {
    /// The versions in `folder`.
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self { stored: version::Versions::new(folder), compiled: Mutex::default() }
    }

    /// Stores a version durably.
    ///
    /// # Errors
    /// [`VersionError`] where it cannot be stored; then it is not there.
    pub fn put(&self, sources: &Sources, by: &Published) -> Result<VersionId, VersionError> {
        self.stored.put(sources, by)
    }
}

impl Versions for PublishedVersions {
    fn get(&self, id: VersionId) -> Option<Arc<Version>> {
        let mut compiled = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(version) = compiled.get(&id) {
            return Some(Arc::clone(version));
        }
        let sources = self.stored.get(&id).ok()?;
        let (program, _) = foresend_program::compile(&sources, None);
        let version = Arc::new(Version::of(program?));
        compiled.insert(id, Arc::clone(&version));
        Some(version)
    }
}
