//! Where JSON, recordings and pages to send round go. Whether a file can be written is found out before the long run, not
//! after it; what stood in it stays until there is something to put in its place.

use crate::failure::{Failure, plainly};
use crate::open::show;
use crate::output;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

/// `--json -` or `--json FILE`; `--record` likewise.
#[derive(Debug)]
pub(crate) enum Target {
    /// In place of the page.
    Stdout,
    /// Beside the page.
    File(Opened),
}

/// A file that can be written.
#[derive(Debug)]
pub(crate) struct Opened {
    /// As it was named.
    path: PathBuf,
    file: File,
    /// Whether there was none before.
    new: bool,
}

/// Opens the files that were named behind options: all of them, or none.
///
/// # Errors
/// Where one cannot be written, or two would go to stdout.
pub(crate) fn open_all<const N: usize>(
    named: [(&str, Option<&Path>); N],
) -> Result<[Option<Target>; N], Failure> {
    let stdout = |path: Option<&Path>| path == Some(Path::new("-"));
    let mut to_stdout = named.iter().filter(|(_, path)| stdout(*path));
    if let (Some((one, _)), Some((other, _))) = (to_stdout.next(), to_stdout.next()) {
        return Err(Failure::input(format!("{one} - and {other} - cannot both go to stdout"))
            .help("name a file for one of them"));
    }
    let mut opened = [const { None }; N];
    for at in 0..N {
        let (option, path) = named[at];
        match path.map(|path| Target::open(option, path)).transpose() {
            Ok(target) => opened[at] = target,
            Err(failure) => {
                opened.into_iter().flatten().for_each(Target::abandon);
                return Err(failure);
            }
        }
    }
    Ok(opened)
}

impl Target {
    /// Makes sure that `path`, named behind `option`, can be written, and leaves its content alone.
    ///
    /// # Errors
    /// Where it cannot.
    pub(crate) fn open(option: &str, path: &Path) -> Result<Self, Failure> {
        if path == Path::new("-") {
            return Ok(Self::Stdout);
        }
        let new = !path.exists();
        match OpenOptions::new().write(true).create(true).truncate(false).open(path) {
            Ok(file) => Ok(Self::File(Opened { path: path.to_owned(), file, new })),
            Err(e) => {
                let message = format!("{option} {} cannot be written: {}", show(path), plainly(&e));
                Err(Failure::input(message)
                    .help("name a file in a folder that exists, or - for stdout"))
            }
        }
    }

    /// Puts `text` where it goes.
    ///
    /// # Errors
    /// Where the disk is full or broken, or stdout is closed.
    pub(crate) fn write(self, text: &str) -> Result<(), Failure> {
        match self {
            Self::Stdout => Ok(output::data(text)?),
            Self::File(file) => file.write(text),
        }
    }

    /// There is nothing to write after all: an empty file would look like a report.
    pub(crate) fn abandon(self) {
        match self {
            Self::File(Opened { path, file: _, new: true }) => drop(fs::remove_file(path)),
            Self::File(Opened { path: _, file: _, new: false }) | Self::Stdout => {}
        }
    }
}

impl Opened {
    /// Puts `text` in it, in place of what was there.
    ///
    /// # Errors
    /// Where the disk is full or broken.
    pub(crate) fn write(&self, text: &str) -> Result<(), Failure> {
        let mut file = &self.file;
        let cut = |file: &File| match file.metadata()?.is_file() {
            true => file.set_len(0),
            false => Ok(()), // a pipe or a device has no length
        };
        cut(file)
            .and_then(|()| file.write_all(text.as_bytes()))
            .map_err(|e| Failure::run(format!("{} could not be written", show(&self.path)), &e))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_keeps_its_content_until_there_is_something_to_write() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        fs::write(&path, "a longer text from before").unwrap();
        Target::open("--json", &path).unwrap().abandon();
        assert_eq!(fs::read_to_string(&path).unwrap(), "a longer text from before");
        let Target::File(file) = Target::open("--json", &path).unwrap() else {
            panic!("it is a file")
        };
        file.write("now\n").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "now\n");
    }

    #[test]
    fn all_are_opened_or_none() {
        let folder = tempfile::tempdir().unwrap();
        let (new, nowhere) = (folder.path().join("new"), folder.path().join("no/file"));
        assert!(open_all([("--json", Some(&*new)), ("--html", Some(&*nowhere))]).is_err());
        assert!(!new.exists());
        let stdout = Some(Path::new("-"));
        let both = open_all([("--json", Some(&*new)), ("--record", stdout), ("--html", stdout)]);
        let said = both.unwrap_err().text().unwrap();
        assert!(said.starts_with("error: --record - and --html - cannot both"), "{said}");
        assert!(!new.exists());
    }

    #[test]
    fn a_new_file_is_gone_again_if_nothing_comes_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        Target::open("--json", &path).unwrap().abandon();
        assert!(!path.exists());
    }
}
