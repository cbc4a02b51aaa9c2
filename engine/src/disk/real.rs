//! The disk of this machine: one folder, by std. Files that were used last stay open.

use super::Disk;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// How many files stay open. A removed file keeps its room while it is open, so there are few.
const OPEN_MAX: usize = 2;
/// How many zeros are written at once, in bytes.
const ZEROS: usize = 1 << 20;
/// After how many bytes a file that is filled is synced: one sync of it all would hold up those of others.
const SYNC_EVERY: u64 = 2 << 20;
const READ_ONLY: [io::ErrorKind; 2] =
    [io::ErrorKind::ReadOnlyFilesystem, io::ErrorKind::PermissionDenied];

/// Files in one folder of this machine.
#[derive(Debug)]
pub struct StdDisk {
    folder: PathBuf,
    names: File,
    /// The one used last comes last.
    open: Vec<(String, File)>,
}

impl StdDisk {
    /// Opens a folder, and makes it where it is missing.
    ///
    /// # Errors
    /// What the folder answers.
    pub fn open(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let names = File::open(folder)?;
        Ok(Self { folder: folder.to_owned(), names, open: Vec::new() })
    }

    /// Opens the same folder once more, for another thread.
    ///
    /// # Errors
    /// What the folder answers.
    pub fn again(&self) -> io::Result<Self> {
        Self::open(&self.folder)
    }

    fn file(&mut self, name: &str) -> io::Result<&File> {
        if let Some(at) = self.open.iter().position(|(open, _)| open == name) {
            let used = self.open.remove(at);
            self.open.push(used);
        } else {
            let path = self.folder.join(name);
            let file = match OpenOptions::new().read(true).write(true).open(&path) {
                // Whoever only reads may do so where nobody may write.
                Err(error) if READ_ONLY.contains(&error.kind()) => File::open(&path)?,
                opened => opened?,
            };
            if self.open.len() >= OPEN_MAX {
                self.open.remove(0);
            }
            self.open.push((name.to_owned(), file));
        }
        let (_, file) = self.open.last().expect("just pushed");
        Ok(file)
    }

    fn forget(&mut self, name: &str) {
        self.open.retain(|(open, _)| open != name);
    }

    fn fill(&self, name: &str, len: u64) -> io::Result<()> {
        let file = File::create(self.folder.join(name))?;
        let zeros = vec![0; ZEROS];
        let mut at = 0;
        while at < len {
            let some = usize::try_from(len - at).unwrap_or(ZEROS).min(ZEROS);
            file.write_all_at(&zeros[..some], at)?;
            at += some as u64;
            if at.is_multiple_of(SYNC_EVERY) {
                file.sync_data()?;
            }
        }
        file.sync_all()?;
        self.names.sync_all()
    }
}

impl Disk for StdDisk {
    fn list(&mut self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            // A name that is no text is none of ours.
            if let Ok(name) = entry?.file_name().into_string() {
                names.push(name);
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    fn len(&mut self, name: &str) -> io::Result<u64> {
        Ok(fs::metadata(self.folder.join(name))?.len())
    }

    fn create(&mut self, name: &str, len: u64) -> io::Result<()> {
        self.forget(name);
        let filled = self.fill(name, len);
        if filled.is_err() {
            // The first error is the one to tell of: what is left goes when the folder is opened again.
            drop(fs::remove_file(self.folder.join(name)));
        }
        filled
    }

    fn rename(&mut self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.folder.join(from), self.folder.join(to))?;
        self.forget(to);
        for (open, _) in &mut self.open {
            if open == from {
                to.clone_into(open);
            }
        }
        self.names.sync_all()
    }

    fn remove(&mut self, name: &str) -> io::Result<()> {
        self.forget(name);
        fs::remove_file(self.folder.join(name))?;
        self.names.sync_all()
    }

    fn read(&mut self, name: &str, offset: u64, bytes: &mut [u8]) -> io::Result<usize> {
        let file = self.file(name)?;
        let mut filled = 0;
        while let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match file.read_at(rest, offset + filled as u64) {
                Ok(0) => break,
                Ok(some) => filled += some,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }

    fn write(&mut self, name: &str, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.file(name)?.write_all_at(bytes, offset)
    }

    fn sync(&mut self, name: &str) -> io::Result<()> {
        self.file(name)?.sync_data()
    }

    fn sync_names(&mut self) -> io::Result<()> {
        self.names.sync_all()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_filled_written_named_read_and_removed() {
        let folder = tempfile::tempdir().unwrap();
        let mut disk = StdDisk::open(folder.path()).unwrap();
        disk.create("b", 3000).unwrap();
        disk.create("a", 10).unwrap();
        disk.write("b", 2990, b"0123456789").unwrap();
        disk.sync("b").unwrap();
        disk.rename("b", "c").unwrap();
        assert_eq!(disk.list().unwrap(), ["a", "c"]);
        let mut bytes = [7; 20];
        assert_eq!(disk.read("c", 2988, &mut bytes).unwrap(), 12);
        assert_eq!(&bytes[..13], b"\0\x000123456789\x07");
        assert_eq!(disk.len("c").unwrap(), 3000);
        disk.remove("c").unwrap();
        assert_eq!(disk.len("c").unwrap_err().kind(), io::ErrorKind::NotFound);
        assert_eq!(disk.sync("c").unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn a_name_means_the_file_that_has_it_now() {
        let folder = tempfile::tempdir().unwrap();
        let mut disk = StdDisk::open(folder.path()).unwrap();
        for (name, bytes) in [("old", b"old"), ("new", b"new")] {
            disk.create(name, 3).unwrap();
            disk.write(name, 0, bytes).unwrap();
        }
        disk.rename("new", "old").unwrap();
        let mut bytes = [0; 3];
        assert_eq!(disk.read("old", 0, &mut bytes).unwrap(), 3);
        assert_eq!(&bytes, b"new");
    }
}
