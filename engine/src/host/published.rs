//! Published versions, compiled when a shard first asks for them.

use super::EngineError;
use crate::shard::Versions;
use crate::store::version::{self, Published};
use crate::version::{Version, VersionId};
use foresend_program::{Diagnostic, Severity, Sources};
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

    /// Stores a version durably, if it can run after `before`.
    ///
    /// # Errors
    /// [`EngineError::Mistakes`] where the program has any; [`EngineError::Incompatible`] where it lacks what customers may
    /// rest on; [`EngineError::Version`] where it cannot be stored. Then it is not there.
    pub fn put(
        &self,
        sources: &Sources,
        by: &Published,
        before: Option<&Version>,
    ) -> Result<VersionId, EngineError> {
        let (program, told) = foresend_program::compile(sources, None);
        let Some(program) = program else {
            let folder = sources.folder.clone();
            let is_error = |one: &&Diagnostic| one.severity == Severity::Error;
            let mistakes = told.iter().filter(is_error).count();
            return Err(EngineError::Mistakes { folder, mistakes });
        };
        let version = Version::of(program);
        if let Some(lacks) = before.and_then(|before| version.lacks(before)) {
            return Err(EngineError::Incompatible { lacks });
        }
        let id = self.stored.put(sources, by)?;
        let mut compiled = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        compiled.entry(id).or_insert_with(|| Arc::new(version));
        Ok(id)
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
