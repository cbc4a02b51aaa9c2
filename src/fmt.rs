//! `foresend fmt`: the texts of a program in the one layout of the house. What the layout is, foresend-program knows;
//! here files are found, read and put back.
//! Invariant: if one text is not valid, none is written. A file is replaced as a whole, or stays as it was.

use crate::failure::Failure;
use crate::report::number::counted;
use crate::{mistakes, open, output};
use foresend_program::Diagnostic;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Lay out the files of a program as this house writes them
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  foresend fmt                                       the program of this folder, or of one above it
  foresend fmt scenarios/shop scenarios/cart-recovery.toml
  foresend fmt --check                               which files would change?

Of a program: program.toml, journeys, scenarios and the front matter of mails. Keys, values and
comments stay as they were written; only blanks, line ends and commas change. With a syntax error
in one file none is written.
Exit codes: 0 done, 1 could not run, 2 the input is wrong and nothing was done, 3 with --check:
files differ.")]
pub(crate) struct Arguments {
    /// Files, or folders of programs [default: the nearest folder that holds a program.toml]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Write nothing; list the files that would change
    #[arg(long)]
    check: bool,

    /// The folder of a program, as PATH takes it
    #[arg(long, value_name = "DIR")]
    program: Option<PathBuf>,
}

/// A file, as it is and as it should be.
struct LaidOut {
    path: PathBuf,
    old: String,
    new: String,
}

/// Runs it.
///
/// # Errors
/// Where a file cannot be read or written, is not valid, or with `--check` differs from its layout.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let files = laid_out(&found(arguments)?)?;
    let differ: Vec<&LaidOut> = files.iter().filter(|file| file.old != file.new).collect();
    let of_files = counted(files.len() as u64, "file").replace('\u{a0}', " ");
    let mut list = String::new();
    for file in &differ {
        if !arguments.check {
            replace(&file.path, &file.new).map_err(|e| {
                Failure::run(format!("{} cannot be written", open::show(&file.path)), &e)
            })?;
        }
        list += &open::show(&file.path);
        list.push('\n');
    }
    output::data(&list)?;
    if differ.is_empty() {
        output::data(&output::letters().spell(&format!("✓ {of_files} in the house layout\n")))?;
    } else if arguments.check {
        let differ = differ.len();
        output::talk(
            &output::letters().spell(&format!("{differ} of {of_files} differ · exit 3\n")),
        );
        return Err(Failure::Missed);
    } else {
        let line = format!("{} of {of_files} laid out anew\n", differ.len());
        output::talk(&line);
    }
    Ok(())
}

/// The files that are meant.
fn found(arguments: &Arguments) -> Result<BTreeSet<PathBuf>, Failure> {
    let mut places: Vec<PathBuf> =
        arguments.program.iter().chain(&arguments.paths).cloned().collect();
    if places.is_empty() {
        places.push(open::nearest("foresend fmt scenarios/shop")?);
    }
    let mut files = BTreeSet::new();
    for place in places {
        if place.is_dir() {
            files.extend(of_program(&place)?);
        } else if place.extension().is_some_and(|ending| ending == "toml" || ending == "md") {
            files.insert(place);
        } else if place.exists() {
            return Err(Failure::input(format!("{} is no text of ours", open::show(&place)))
                .help("name files that end in .toml or .md, or the folder of a program"));
        } else {
            return Err(Failure::input(format!("there is no {}", open::show(&place))));
        }
    }
    Ok(files)
}

/// The files of a program that have a layout, and the scenarios that lie in its folder.
fn of_program(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let in_place = |path: &&String| {
        let room = path.rsplit_once('/').map_or("", |(room, _)| room);
        match room {
            "" => path.as_str() == "program.toml",
            "journeys" => path.ends_with(".toml"),
            "mails" => path.ends_with(".md"),
            _ => false,
        }
    };
    let sources = open::program(folder)?;
    let here = if folder == Path::new(".") { Path::new("") } else { folder };
    let files = sources.files.keys().filter(in_place);
    let mut files: Vec<PathBuf> =
        files.map(|path| here.join(path.split('/').collect::<PathBuf>())).collect();
    files.extend(open::scenarios(here)?);
    Ok(files)
}

fn laid_out(paths: &BTreeSet<PathBuf>) -> Result<Vec<LaidOut>, Failure> {
    let mut files = Vec::new();
    let mut texts = BTreeMap::new();
    let mut told: Vec<Diagnostic> = Vec::new();
    for path in paths {
        let shown = open::show(path);
        let old = open::text(path, "file")?;
        match foresend_program::fmt(&shown, &old) {
            Ok(new) => files.push(LaidOut { path: path.clone(), old: old.clone(), new }),
            Err(wrong) => told.push(wrong),
        }
        texts.insert(shown, old);
    }
    if told.is_empty() {
        return Ok(files);
    }
    mistakes::tell(&told, &texts);
    Err(Failure::Mistakes)
}

/// Puts `text` in place of a file: written beside it first, so that there is never half of it.
pub(crate) fn replace(path: &Path, text: &str) -> io::Result<()> {
    // Where the name is a link, the file it leads to is the one to replace.
    let real = fs::canonicalize(path)?;
    let mut name = std::ffi::OsString::from(".");
    name.push(real.file_name().unwrap_or_default());
    name.push(format!(".{}.new", std::process::id()));
    let beside = real.with_file_name(name);
    let written =
        OpenOptions::new().write(true).create_new(true).open(&beside).and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.set_permissions(fs::metadata(&real)?.permissions())?;
            file.sync_all()
        });
    let replaced = written.and_then(|()| fs::rename(&beside, &real));
    if replaced.is_err() {
        drop(fs::remove_file(&beside));
    }
    replaced
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.toml");
        fs::write(&path, "a=1").unwrap();
        replace(&path, "a = 1\n").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "a = 1\n");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(replace(&folder.path().join("gone.toml"), "").is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link_and_permissions_stay() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real.toml"), folder.path().join("link.toml"));
        fs::write(&real, "a=1").unwrap();
        fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
        symlink(&real, &link).unwrap();
        replace(&link, "a = 1\n").unwrap();
        assert!(link.is_symlink());
        assert_eq!(fs::read_to_string(&real).unwrap(), "a = 1\n");
        assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
    }
}
