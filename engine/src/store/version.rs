//! The published versions of the program: their texts as plain files, so that they can be read and compared with
//! whatever one likes. `versions/HASH/program/…` holds the texts, `versions/HASH/published.json` who published them
//! first, and when. A version is never changed and never removed.
//!
//! A version is there before the journal says that it runs: it is written beside its place, synced, and moved there.

use super::timeline::Under;
use crate::store::Hex;
use foresend_core::time::Timestamp;
use foresend_program::Sources;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

/// The folder of published versions.
#[derive(Clone, Debug)]
pub struct Versions {
    folder: PathBuf,
}

/// Who published a version first, and when. On disk as JSON; a field more is optional when read.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Published {
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// By whom, in their own words.
    pub by: String,
    /// What for, in their own words.
    pub note: String,
}

impl Published {
    /// When.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        Timestamp::from_millis(self.at_ms)
    }
}

/// Why a version was not stored or read.
#[derive(Debug, thiserror::Error)]
pub enum VersionError {
    /// The disk refused.
    #[error("{} could not be {doing}", path.display())]
    Io {
        /// "read"
        doing: &'static str,
        /// What.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Its texts are not those that were published.
    #[error("{} was changed after it was published; restore it from a backup", folder.display())]
    Changed {
        /// The version's folder.
        folder: PathBuf,
    },
    /// What stands beside the texts cannot be read.
    #[error("{} is damaged; restore it from a backup", file.display())]
    Garbled {
        /// The file.
        file: PathBuf,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// A text has a path that leads out of the folder, or none that every system can have.
    #[error("the program has a file named {path:?}, which cannot be stored; give it another name")]
    Path {
        /// Its path.
        path: String,
    },
    /// Its hash begins as that of another version does, and timelines tell them apart by that.
    #[error(
        "the version's hash begins as that of {other} does, which happens once in four billion times; change any text \
         of the program, be it a comment, and publish it again"
    )]
    Alike {
        /// The other version's hash.
        other: Hex,
    },
    /// No version has a hash that begins so.
    #[error("no published version begins with {start:?}")]
    Unknown {
        /// What was asked for.
        start: String,
    },
    /// Several have.
    #[error("{number} published versions begin with {start:?}: write more of the hash")]
    Ambiguous {
        /// What was asked for.
        start: String,
        /// How many.
        number: usize,
    },
}

impl Versions {
    /// The versions in `folder`, which need not be there yet.
    #[must_use]
    pub const fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Stores a version durably, and returns its hash. One that is there stays as it is, with who published it first.
    ///
    /// # Errors
    /// [`VersionError`] where it cannot be stored; then it is not there.
    pub fn put(&self, sources: &Sources, by: &Published) -> Result<[u8; 32], VersionError> {
        let hash = sources.hash();
        if let Some(bad) = sources.files.keys().find(|path| !can_be_stored(path)) {
            return Err(VersionError::Path { path: bad.clone() });
        }
        let all = self.hashes()?;
        if all.contains(&hash) {
            return Ok(hash);
        }
        if let Some(other) = all.iter().find(|other| Under::of(other) == Under::of(&hash)) {
            return Err(VersionError::Alike { other: Hex(other.to_vec()) });
        }
        let place = self.of(&hash);
        let beside = place.with_extension("new");
        let io = |source| VersionError::Io { doing: "written", path: beside.clone(), source };
        write(&beside, sources, by).map_err(io)?;
        fs::rename(&beside, &place).and_then(|()| sync(&self.folder)).map_err(io)?;
        Ok(hash)
    }

    /// Reads a version's texts.
    ///
    /// # Errors
    /// [`VersionError`] where it is not there, cannot be read, or is not what was published.
    pub fn get(&self, hash: &[u8; 32]) -> Result<Sources, VersionError> {
        let folder = self.of(hash);
        let program = folder.join("program");
        let mut files = BTreeMap::new();
        read(&program, "", &mut files)?;
        let sources = Sources { folder: program.display().to_string(), files };
        if sources.hash() != *hash {
            return Err(VersionError::Changed { folder });
        }
        Ok(sources)
    }

    /// Who published a version first, and when.
    ///
    /// # Errors
    /// [`VersionError`] where it is not there or cannot be read.
    pub fn published(&self, hash: &[u8; 32]) -> Result<Published, VersionError> {
        let file = self.of(hash).join("published.json");
        let io = |source| VersionError::Io { doing: "read", path: file.clone(), source };
        let text = fs::read(&file).map_err(io)?;
        serde_json::from_slice(&text).map_err(|source| VersionError::Garbled { file, source })
    }

    /// Every version, by when it was published first.
    ///
    /// # Errors
    /// [`VersionError`] where one cannot be read.
    pub fn list(&self) -> Result<Vec<([u8; 32], Published)>, VersionError> {
        let all = self.hashes()?.into_iter();
        let mut all =
            all.map(|hash| Ok((hash, self.published(&hash)?))).collect::<Result<Vec<_>, _>>()?;
        all.sort_by_key(|(hash, published)| (published.at_ms, *hash));
        Ok(all)
    }

    /// The one version whose hash begins with these hexadecimal digits.
    ///
    /// # Errors
    /// [`VersionError::Unknown`] where there is none, [`VersionError::Ambiguous`] where there are several.
    pub fn find(&self, start: &str) -> Result<[u8; 32], VersionError> {
        let digits = start.to_ascii_lowercase();
        let mut found = self.hashes()?;
        found.retain(|hash| Hex(hash.to_vec()).to_string().starts_with(&digits));
        match found[..] {
            [hash] => Ok(hash),
            [] => Err(VersionError::Unknown { start: start.to_owned() }),
            [_, _, ..] => {
                Err(VersionError::Ambiguous { start: start.to_owned(), number: found.len() })
            }
        }
    }

    /// The version that timelines call so.
    ///
    /// # Errors
    /// [`VersionError::Unknown`] where there is none.
    pub fn under(&self, under: Under) -> Result<[u8; 32], VersionError> {
        self.find(&Hex(under.0.to_vec()).to_string())
    }

    fn of(&self, hash: &[u8; 32]) -> PathBuf {
        self.folder.join(Hex(hash.to_vec()).to_string())
    }

    /// All that are there, by hash. What a crash left half-written has another name, and is none.
    fn hashes(&self) -> Result<Vec<[u8; 32]>, VersionError> {
        let io = |source| VersionError::Io { doing: "read", path: self.folder.clone(), source };
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(io(error)),
        };
        let mut all = Vec::new();
        for entry in entries {
            let name = entry.map_err(io)?.file_name();
            all.extend(name.to_str().and_then(hash_of));
        }
        all.sort_unstable();
        Ok(all)
    }
}

/// The hash that 64 hexadecimal digits stand for.
fn hash_of(name: &str) -> Option<[u8; 32]> {
    let mut hash = [0; 32];
    let (pairs, rest) = name.as_bytes().as_chunks::<2>();
    if pairs.len() != hash.len() || !rest.is_empty() {
        return None;
    }
    for (byte, &[high, low]) in hash.iter_mut().zip(pairs) {
        let digit = |digit: u8| match digit {
            b'0'..=b'9' => Some(digit - b'0'),
            b'a'..=b'f' => Some(digit - b'a' + 10),
            _ => None,
        };
        *byte = digit(high)? << 4 | digit(low)?;
    }
    Some(hash)
}

fn can_be_stored(path: &str) -> bool {
    !path.is_empty()
        && !path.contains(['\\', ':', '\0'])
        && path.split('/').all(|part| !part.is_empty())
        && Path::new(path).components().all(|part| matches!(part, Component::Normal(_)))
}

fn write(folder: &Path, sources: &Sources, by: &Published) -> io::Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    let program = folder.join("program");
    fs::create_dir_all(&program)?;
    let mut folders = vec![folder.to_owned(), program.clone()];
    for (path, text) in &sources.files {
        let path = program.join(path);
        let parents = path.ancestors().skip(1).take_while(|parent| *parent != program);
        folders.extend(parents.map(Path::to_owned));
        fs::create_dir_all(path.parent().unwrap_or(&program))?;
        write_file(&path, text.as_bytes())?;
    }
    let json = serde_json::to_vec_pretty(by).expect("texts and numbers are JSON");
    write_file(&folder.join("published.json"), &json)?;
    folders.sort_unstable();
    folders.dedup();
    folders.iter().try_for_each(|folder| sync(folder))
}

fn write_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Makes the names in a folder durable.
fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

fn read(
    folder: &Path,
    name: &str,
    files: &mut BTreeMap<String, String>,
) -> Result<(), VersionError> {
    let io = |path: &Path| {
        let path = path.to_owned();
        move |source| VersionError::Io { doing: "read", path, source }
    };
    for entry in fs::read_dir(folder).map_err(io(folder))? {
        let entry = entry.map_err(io(folder))?;
        let path = entry.path();
        // A name that is no text was never published: the hash then tells of it.
        let own = entry.file_name().to_string_lossy().into_owned();
        let name = if name.is_empty() { own } else { format!("{name}/{own}") };
        if entry.file_type().map_err(io(&path))?.is_dir() {
            read(&path, &name, files)?;
        } else {
            let text = fs::read_to_string(&path).map_err(io(&path))?;
            files.insert(name, text);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(files: &[(&str, &str)]) -> Sources {
        let files = files.iter().map(|&(path, text)| (path.to_owned(), text.to_owned())).collect();
        Sources { folder: "shop".to_owned(), files }
    }

    fn by(at_ms: i64) -> Published {
        Published { at_ms, by: "ana".to_owned(), note: "longer wait".to_owned() }
    }

    #[test]
    fn a_version_is_read_as_it_was_published_and_keeps_its_first_publisher() {
        let folder = tempfile::tempdir().unwrap();
        let versions = Versions::new(folder.path().join("data/versions"));
        assert_eq!(versions.list().unwrap(), []);
        let one = sources(&[("program.toml", "a"), ("journeys/cart/x.toml", "b")]);
        let two = sources(&[("program.toml", "c")]);
        let first = versions.put(&one, &by(5)).unwrap();
        let second = versions.put(&two, &by(3)).unwrap();
        assert_eq!(versions.put(&one, &by(9)).unwrap(), first);
        assert_eq!(versions.get(&first).unwrap().files, one.files);
        assert_eq!(versions.list().unwrap(), [(second, by(3)), (first, by(5))]);
        assert_eq!(versions.under(Under::of(&first)).unwrap(), first);
    }

    #[test]
    fn what_a_crash_left_half_written_is_no_version() {
        let folder = tempfile::tempdir().unwrap();
        let versions = Versions::new(folder.path().to_owned());
        let program = sources(&[("program.toml", "a")]);
        let half =
            folder.path().join(Hex(program.hash().to_vec()).to_string()).with_extension("new");
        fs::create_dir_all(half.join("program/old")).unwrap();
        assert_eq!(versions.list().unwrap(), []);
        let hash = versions.put(&program, &by(1)).unwrap();
        assert_eq!(versions.get(&hash).unwrap().files, program.files);
        assert!(!half.exists());
    }

    #[test]
    fn texts_that_were_changed_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let versions = Versions::new(folder.path().to_owned());
        let hash = versions.put(&sources(&[("program.toml", "a")]), &by(1)).unwrap();
        fs::write(versions.of(&hash).join("program/more.toml"), "").unwrap();
        let error = versions.get(&hash).unwrap_err().to_string();
        assert!(error.contains("was changed after it was published"), "{error}");
    }

    #[test]
    fn no_path_leads_out_of_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let versions = Versions::new(folder.path().to_owned());
        for path in ["../x", "/x", "a//b", "a/../b", "a\\b", "c:x", "", ".", "a/"] {
            let error = versions.put(&sources(&[(path, "")]), &by(1)).unwrap_err();
            assert!(matches!(error, VersionError::Path { .. }), "{path}: {error}");
        }
        assert_eq!(versions.list().unwrap(), []);
    }

    #[test]
    fn a_version_is_found_by_the_start_of_its_hash() {
        let folder = tempfile::tempdir().unwrap();
        let versions = Versions::new(folder.path().to_owned());
        let put = |text: &str| versions.put(&sources(&[("program.toml", text)]), &by(1)).unwrap();
        let hashes: Vec<_> = (0..17).map(|n| put(&n.to_string())).collect();
        let name = Hex(hashes[3].to_vec()).to_string().to_ascii_uppercase();
        assert_eq!(versions.find(&name).unwrap(), hashes[3]);
        assert!(matches!(versions.find(""), Err(VersionError::Ambiguous { number: 17, .. })));
        let unknown = versions.find("g").unwrap_err().to_string();
        assert_eq!(unknown, "no published version begins with \"g\"");
    }
}
