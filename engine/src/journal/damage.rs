//! What can be wrong with a journal on disk, with its place. A torn tail is not among it: see [`Torn`].

use super::FolderId;
use crate::entry::Seq;
use std::fmt;
use std::io;

/// Something that cannot have come from a crash: bytes changed, or files were lost or mixed. Nothing was changed on disk.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Damage {
    /// The file.
    pub file: String,
    /// Where in it, in bytes.
    pub offset: u64,
    /// The first entry that is missing.
    pub first: Seq,
    /// The first that is there again; `None`: that is not known. Equal to `first`: only a seal is hurt.
    pub until: Option<Seq>,
    /// What is wrong there.
    pub ill: Ill,
}

/// What is wrong at a place of the journal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ill {
    /// A frame cannot be read, though it was durable.
    Frame,
    /// A frame follows that does not continue the one before it.
    Order,
    /// The head of a segment cannot be read.
    Header,
    /// Written in a format that this version does not know.
    Format(u16),
    /// It belongs to another data folder.
    Foreign(FolderId),
    /// The file has another number or length than it says.
    Renamed,
    /// The file is not there.
    Missing,
    /// The entries end before this place, where the store already holds what followed.
    Short,
}

impl fmt::Display for Ill {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Frame => f.write_str("a frame that was durable cannot be read"),
            Self::Order => f.write_str("a frame does not continue the one before it"),
            Self::Header => f.write_str("the segment's header cannot be read"),
            Self::Format(number) => {
                write!(f, "it is of format {number}, which this version does not know")
            }
            Self::Foreign(folder) => {
                write!(f, "it belongs to another data folder ({:032x})", folder.0)
            }
            Self::Renamed => f.write_str("its number or length is not the one it was written with"),
            Self::Missing => f.write_str("the file is missing"),
            Self::Short => {
                f.write_str("the journal ends before what the store has already settled")
            }
        }
    }
}

impl std::error::Error for Damage {}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}: {}; ", self.file, self.offset, self.ill)?;
        let first = self.first.0;
        match self.until.map(|until| until.0.saturating_sub(first)) {
            Some(0) => f.write_str("no entry is missing")?,
            Some(1) => write!(f, "entry {first} is missing")?,
            Some(some) => write!(f, "entries {first} to {} are missing", first + (some - 1))?,
            None => write!(f, "entries from {first} on are missing")?,
        }
        f.write_str(". Nothing was changed; bring the file back from a copy of the data folder")
    }
}

/// Why a journal was not read, or not opened.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is damaged.
    #[error(transparent)]
    Damage(#[from] Damage),
    /// The disk failed.
    #[error("{doing} {file}")]
    Io {
        /// "reading"
        doing: &'static str,
        /// Which file; the folder, where it is empty.
        file: String,
        /// What it said.
        #[source]
        source: io::Error,
    },
    /// Settings that make no journal.
    #[error("{0}")]
    Settings(&'static str),
}

impl ReadError {
    pub(super) fn io(doing: &'static str, file: &str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { doing, file: file.to_owned(), source }
    }
}

/// A last write that a crash cut short: it was never durable, so nobody was told that it was.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Torn {
    /// The segment.
    pub file: String,
    /// Where it starts, in bytes.
    pub offset: u64,
    /// The entry that would have been its first.
    pub first: Seq,
    /// The file in which its bytes are kept; `None`: none were there to keep, or there was no room for them.
    pub kept: Option<String>,
}
