//! One engine a data folder: who opens it holds its lock until it ends, however it ends.

use std::fs::{File, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

/// Held for as long as this lives; the system lets go of it when the process ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Why the data folder was not locked.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Somebody else has it.
    #[error(
        "{} is in use by {}; stop that one first, or give this one another folder",
        folder.display(),
        pid.map_or("another process".to_owned(), |pid| format!("process {pid}"))
    )]
    Held {
        /// The data folder.
        folder: PathBuf,
        /// Who has it, if they wrote it down.
        pid: Option<u32>,
    },
    /// The system did not let us.
    #[error("{} could not be locked", file.display())]
    Io {
        /// The lock's file.
        file: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// Locks a data folder; makes it where there is none.
///
/// # Errors
/// [`LockError::Held`] where another process has it, [`LockError::Io`] where the folder cannot be written.
pub fn lock(folder: &Path) -> Result<Lock, LockError> {
    let path = folder.join("lock");
    let io = |source| LockError::Io { file: path.clone(), source };
    std::fs::create_dir_all(folder).map_err(io)?;
    // Not truncated: until it is ours, what stands in it is the other's.
    let mut file = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(io)?;
    match file.try_lock() {
        Ok(()) => {
            write_pid(&mut file).map_err(io)?;
            Ok(Lock { _file: file })
        }
        Err(TryLockError::WouldBlock) => {
            let mut text = String::new();
            // Only for the message: without it we say "another process".
            let pid = file.read_to_string(&mut text).ok().and_then(|_| text.trim().parse().ok());
            Err(LockError::Held { folder: folder.to_owned(), pid })
        }
        Err(TryLockError::Error(source)) => Err(io(source)),
    }
}

fn write_pid(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{}", std::process::id())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_one_engine_and_the_other_learns_which() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("new/data");
        let held = lock(&data).unwrap();
        let error = lock(&data).unwrap_err().to_string();
        let process = format!("is in use by process {}", std::process::id());
        assert!(error.contains("new/data") && error.contains(&process), "{error}");
        drop(held);
        lock(&data).unwrap();
    }
}
