//! The disk under the journal: files in one folder, each written at places of one's own choosing and synced when asked.
//! The real one is std's; the simulated one loses what was not synced.

mod real;

pub use real::StdDisk;

use std::io;

/// Files in one folder. Names hold no separators.
pub trait Disk {
    /// The names of all files, in order.
    ///
    /// # Errors
    /// What the folder answers.
    fn list(&mut self) -> io::Result<Vec<String>>;

    /// How long a file is, in bytes.
    ///
    /// # Errors
    /// What the file answers; [`io::ErrorKind::NotFound`] where there is none.
    fn len(&mut self, name: &str) -> io::Result<u64>;

    /// Makes a file of `len` zeros that are really there (no hole: a later write needs no room), and makes its name
    /// durable. A file of that name is replaced.
    ///
    /// # Errors
    /// What the folder answers; [`io::ErrorKind::StorageFull`] where there is no room. Nothing of it may be left then.
    fn create(&mut self, name: &str, len: u64) -> io::Result<()>;

    /// Gives a file another name, durably; one that has it already is replaced.
    ///
    /// # Errors
    /// What the folder answers.
    fn rename(&mut self, from: &str, to: &str) -> io::Result<()>;

    /// Removes a file, durably.
    ///
    /// # Errors
    /// What the folder answers.
    fn remove(&mut self, name: &str) -> io::Result<()>;

    /// Fills `bytes` from `offset` on; returns how many there were, fewer only at the end of the file.
    ///
    /// # Errors
    /// What the file answers.
    fn read(&mut self, name: &str, offset: u64, bytes: &mut [u8]) -> io::Result<usize>;

    /// Writes all of `bytes` at `offset`. Durable only after [`Disk::sync`].
    ///
    /// # Errors
    /// What the file answers; what of `bytes` was written then is not known.
    fn write(&mut self, name: &str, offset: u64, bytes: &[u8]) -> io::Result<()>;

    /// Everything written to the file so far is durable when this returns (fdatasync).
    ///
    /// # Errors
    /// What the file answers. What was written since the last success may be lost even where a later sync succeeds.
    fn sync(&mut self, name: &str) -> io::Result<()>;

    /// The names there are, and which file each of them means, are durable when this returns: a process that was killed may
    /// have given a name and not waited for it.
    ///
    /// # Errors
    /// What the folder answers.
    fn sync_names(&mut self) -> io::Result<()>;
}

impl<D: Disk + ?Sized> Disk for &mut D {
    fn list(&mut self) -> io::Result<Vec<String>> {
        (**self).list()
    }

    fn len(&mut self, name: &str) -> io::Result<u64> {
        (**self).len(name)
    }

    fn create(&mut self, name: &str, len: u64) -> io::Result<()> {
        (**self).create(name, len)
    }

    fn rename(&mut self, from: &str, to: &str) -> io::Result<()> {
        (**self).rename(from, to)
    }

    fn remove(&mut self, name: &str) -> io::Result<()> {
        (**self).remove(name)
    }

    fn read(&mut self, name: &str, offset: u64, bytes: &mut [u8]) -> io::Result<usize> {
        (**self).read(name, offset, bytes)
    }

    fn write(&mut self, name: &str, offset: u64, bytes: &[u8]) -> io::Result<()> {
        (**self).write(name, offset, bytes)
    }

    fn sync(&mut self, name: &str) -> io::Result<()> {
        (**self).sync(name)
    }

    fn sync_names(&mut self) -> io::Result<()> {
        (**self).sync_names()
    }
}
