//! A folder on disk becomes named texts. Only texts of a program are opened, nothing outside its folder is ever
//! followed, and what cannot be read is said with its path.

use crate::failure::{Failure, plainly};
use foresend_program::Sources;
use std::collections::BTreeMap;
use std::env;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

/// What texts of a program end in; anything else in the folder is not for us.
const ENDINGS: [&str; 4] = ["toml", "md", "mjml", "csv"];
/// No text written by a person is longer.
const TEXT_MAX: u64 = 1 << 20;
/// No catalogue of the most rows that one may have is: it is written by machines.
const TABLE_MAX: u64 = 1 << 29;
/// brand/words/en.toml
const DEPTH_MAX: usize = 3;
/// Worlds to rehearse in may lie in the program's folder. Production runs none of them, so they are no part of the
/// program: another seed does not make it another program.
const SCENARIOS: &str = "scenarios";
/// A folder with more texts than this is not a program's.
const FILES_MAX: usize = 2000;

/// The texts of the program in `folder`.
///
/// # Errors
/// Where there is no such folder, it has no program.toml, or one of its texts cannot be read.
pub(crate) fn program(folder: &Path) -> Result<Sources, Failure> {
    let shown = show(folder);
    let root = fs::canonicalize(folder)
        .map_err(|e| Failure::input(format!("no program folder {shown}: {}", plainly(&e))))?;
    if !root.is_dir() {
        return Err(Failure::input(format!("{shown} is a file, not a program folder"))
            .help("name the folder that holds program.toml"));
    }
    if !root.join("program.toml").exists() {
        return Err(Failure::input(format!("{shown} holds no program: it has no program.toml"))
            .help("name the folder that holds program.toml"));
    }
    let mut files = BTreeMap::new();
    read_into(&mut files, &Place { root: &root, folder: &root, shown: folder, depth: 1 })?;
    Ok(Sources { folder: shown, files })
}

/// The nearest folder upward that holds a program. `example`: how to name one instead.
///
/// # Errors
/// Where there is none.
pub(crate) fn nearest(example: &str) -> Result<PathBuf, Failure> {
    let here = env::current_dir().map_err(|e| Failure::run("this folder cannot be read", &e))?;
    let found = here.ancestors().find(|folder| folder.join("program.toml").is_file());
    match found {
        Some(folder) if folder == here => Ok(PathBuf::from(".")),
        Some(folder) => Ok(folder.to_owned()),
        None => Err(Failure::input("no program.toml here or in a folder above")
            .help(format!("name the program's folder: {example}"))),
    }
}

/// The scenarios that lie in a program's folder, by name.
///
/// # Errors
/// Where their folder cannot be read.
pub(crate) fn scenarios(program: &Path) -> Result<Vec<PathBuf>, Failure> {
    let folder = program.join(SCENARIOS);
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let unread =
        |e: io::Error| Failure::input(format!("{} cannot be read: {}", show(&folder), plainly(&e)));
    let mut files = Vec::new();
    for entry in fs::read_dir(&folder).map_err(unread)? {
        let path = entry.map_err(unread)?.path();
        let is_hidden = path.file_name().is_some_and(|n| n.as_encoded_bytes().starts_with(b"."));
        if path.is_file() && !is_hidden && path.extension().is_some_and(|end| end == "toml") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// The text of the file at `path`; `what` it should be ("scenario").
///
/// # Errors
/// Where there is none, it is a folder, too large, or not UTF-8.
pub(crate) fn text(path: &Path, what: &str) -> Result<String, Failure> {
    let shown = show(path);
    if path.is_dir() {
        return Err(Failure::input(format!("{shown} is a folder, not a {what}"))
            .help("a scenario is a file that names a program's folder"));
    }
    if !path.exists() {
        return Err(Failure::input(format!("there is no {what} {shown}")));
    }
    read(path).map_err(|unread| unread.told(&shown))
}

/// The folder that a scenario's `program` names, seen from where we are; for "" the scenario's own.
pub(crate) fn beside(scenario: &Path, program: &str) -> PathBuf {
    let folder = scenario.parent().unwrap_or_else(|| Path::new("")).join(program);
    let mut plain = PathBuf::new();
    for part in folder.components() {
        // `a/../b` is `b` unless `a` is a link: then the reader meant what it leads to, and we keep the dots.
        let steps_back = matches!(part, Component::ParentDir)
            && matches!(plain.components().next_back(), Some(Component::Normal(_)))
            && !plain.is_symlink();
        if steps_back {
            plain.pop();
        } else if !matches!(part, Component::CurDir) {
            plain.push(part);
        }
    }
    if plain.as_os_str().is_empty() { PathBuf::from(".") } else { plain }
}

/// A path as people write it.
pub(crate) fn show(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// A folder on the way down.
struct Place<'a> {
    /// Nothing outside is followed.
    root: &'a Path,
    folder: &'a Path,
    /// The same, as the reader named it.
    shown: &'a Path,
    depth: usize,
}

fn read_into(files: &mut BTreeMap<String, String>, place: &Place<'_>) -> Result<(), Failure> {
    let unread = |e: &io::Error| {
        Failure::input(format!("{} cannot be read: {}", show(place.shown), plainly(e)))
    };
    for entry in fs::read_dir(place.folder).map_err(|e| unread(&e))? {
        let name = entry.map_err(|e| unread(&e))?.file_name();
        if name.as_encoded_bytes().starts_with(b".") {
            continue;
        }
        let (path, shown) = (place.folder.join(&name), place.shown.join(&name));
        let real = fs::canonicalize(&path);
        let is_folder = real.as_ref().is_ok_and(|real| real.is_dir());
        if is_folder && place.depth == 1 && name == SCENARIOS {
            continue;
        }
        if (is_folder && place.depth == DEPTH_MAX) || (!is_folder && !ends_as_ours(&path)) {
            continue;
        }
        let unreadable =
            |why: &str| Failure::input(format!("{} cannot be read: {why}", show(&shown)));
        let real = real.map_err(|e| unreadable(&plainly(&e)))?;
        if !real.starts_with(place.root) {
            return Err(Failure::input(format!(
                "{} leads out of the program folder",
                show(&shown)
            ))
            .help("copy it in: a program is one folder, published as it stands"));
        }
        if !is_folder && !real.is_file() {
            return Err(unreadable("it is not a file")); // a pipe would be waited for without end
        }
        if is_folder {
            let (folder, shown) = (&*path, &*shown);
            read_into(files, &Place { folder, shown, depth: place.depth + 1, ..*place })?;
        } else {
            let text = read(&path).map_err(|e| e.told(&show(&shown)))?;
            files.insert(relative(place.root, &path, &shown)?, text);
        }
        if files.len() > FILES_MAX {
            return Err(Failure::input(format!(
                "more than {FILES_MAX} texts: {} is not a program folder",
                show(place.shown)
            )));
        }
    }
    Ok(())
}

fn ends_as_ours(path: &Path) -> bool {
    path.extension().and_then(OsStr::to_str).is_some_and(|ending| ENDINGS.contains(&ending))
}

/// With `/` between the parts on every system.
fn relative(root: &Path, path: &Path, shown: &Path) -> Result<String, Failure> {
    let inside = path.strip_prefix(root).expect("found by walking down from the root");
    let parts: Option<Vec<&str>> =
        inside.components().map(|part| part.as_os_str().to_str()).collect();
    parts
        .map(|parts| parts.join("/"))
        .ok_or_else(|| Failure::input(format!("the name of {} is not UTF-8", show(shown))))
}

/// Why a text was not read.
enum Unread {
    Io(io::Error),
    TextTooLarge,
    TableTooLarge,
    NotUtf8(usize),
}

impl Unread {
    fn told(&self, shown: &str) -> Failure {
        match self {
            Self::Io(e) => Failure::input(format!("{shown} cannot be read: {}", plainly(e))),
            Self::TableTooLarge => Failure::input(format!("{shown} is larger than 512 MiB")),
            Self::TextTooLarge => Failure::input(format!("{shown} is larger than 1 MiB"))
                .help("texts of a program are written by people; is it the right file?"),
            Self::NotUtf8(at) => {
                Failure::input(format!("{shown} is not UTF-8 (byte {at})")).help("save it as UTF-8")
            }
        }
    }
}

fn read(path: &Path) -> Result<String, Unread> {
    let file = File::open(path).map_err(Unread::Io)?;
    let is_table = path.extension().is_some_and(|ending| ending == "csv");
    let (most, too_large) = match is_table {
        true => (TABLE_MAX, Unread::TableTooLarge),
        false => (TEXT_MAX, Unread::TextTooLarge),
    };
    let mut bytes = Vec::new();
    file.take(most + 1).read_to_end(&mut bytes).map_err(Unread::Io)?;
    if bytes.len() as u64 > most {
        return Err(too_large);
    }
    String::from_utf8(bytes).map_err(|e| Unread::NotUtf8(e.utf8_error().valid_up_to()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_found_beside_its_scenario() {
        let beside = |scenario: &str, program: &str| show(&beside(Path::new(scenario), program));
        assert_eq!(beside("scenarios/cart.toml", "shop"), "scenarios/shop");
        assert_eq!(beside("scenarios/cart.toml", "../shop"), "shop");
        assert_eq!(beside("cart.toml", "../shop"), "../shop");
        assert_eq!(beside("cart.toml", "./shop"), "shop");
        assert_eq!(beside("shop/cart.toml", ".."), ".");
        assert_eq!(beside("/a/cart.toml", "shop"), "/a/shop");
        assert_eq!(beside("cart.toml", ""), ".");
    }

    #[test]
    fn only_texts_of_a_program_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir_all(root.join("brand/words/deeper")).unwrap();
        fs::create_dir(root.join("scenarios")).unwrap();
        for file in [
            "program.toml",
            "brand/words/en.toml",
            "brand/logo.svg",
            "scenarios/cart.toml",
            ".hidden.toml",
            "brand/words/deeper/x.toml",
        ] {
            fs::write(root.join(file), file).unwrap();
        }
        let sources = program(root).unwrap();
        assert_eq!(
            sources.files.keys().collect::<Vec<_>>(),
            ["brand/words/en.toml", "program.toml"]
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_link_out_of_the_folder_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("shop");
        fs::create_dir_all(root.join("journeys")).unwrap();
        fs::write(root.join("program.toml"), "").unwrap();
        fs::write(folder.path().join("secret.toml"), "").unwrap();
        std::os::unix::fs::symlink("../../secret.toml", root.join("journeys/a.toml")).unwrap();
        let told = program(&root).unwrap_err().text().unwrap();
        assert!(told.contains("leads out of the program folder"), "{told}");
    }
}
