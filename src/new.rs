//! `foresend new`: an example shop to change into one's own. It is the shop of scenarios/, built into the command.
//! Invariant: nothing that exists is ever written over, and after an error nothing of ours is left.

use crate::failure::Failure;
use crate::{open, output};
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Write an example shop, to change into your own
#[derive(clap::Args)]
#[command(after_help = "\
Example:
  foresend new my-shop

It holds program.toml, eight journeys with their mails, a catalogue, and scenarios to rehearse
them in. Nothing that exists is written over.
Exit codes: 0 done, 1 the disk refused, 2 DIR exists and is not an empty folder.")]
pub(crate) struct Arguments {
    /// Where to write it: a folder that does not exist yet, or is empty
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

/// One file of the example: its path in the new folder, and its text.
type Part = (&'static str, &'static str);

macro_rules! file {
    ($path:literal) => {
        ($path, include_str!(concat!("../scenarios/shop/", $path)))
    };
}

/// The files of scenarios/shop, every one: a test compares.
const SHOP: &[Part] = &[
    file!("program.toml"),
    file!("experiments/cart-first-look.toml"),
    file!("journeys/back-in-stock.toml"),
    file!("journeys/browse-abandonment.toml"),
    file!("journeys/cart-recovery.toml"),
    file!("journeys/journal.toml"),
    file!("journeys/post-purchase.toml"),
    file!("journeys/replenishment.toml"),
    file!("journeys/welcome.toml"),
    file!("journeys/win-back.toml"),
    file!("mails/a-reason-to-return.md"),
    file!("mails/back-in-stock.md"),
    file!("mails/cart-first-letter.md"),
    file!("mails/cart-first.md"),
    file!("mails/cart-offer.md"),
    file!("mails/cart-second.md"),
    file!("mails/goes-well-with.md"),
    file!("mails/how-to-care.md"),
    file!("mails/how-we-make-things.md"),
    file!("mails/most-loved.md"),
    file!("mails/order-confirmation.md"),
    file!("mails/please-confirm.md"),
    file!("mails/review-request.md"),
    file!("mails/running-low.md"),
    file!("mails/shall-we-stop.md"),
    file!("mails/still-looking.md"),
    file!("mails/the-journal.md"),
    file!("mails/welcome.md"),
    file!("mails/what-is-new.md"),
    file!("catalogue.csv"),
];

macro_rules! scenario {
    ($name:literal) => {
        (concat!("scenarios/", $name), include_str!(concat!("../scenarios/", $name)))
    };
}

/// The scenarios that rehearse it, every one; the first is shown as what to run next. In scenarios/ the program is a
/// folder beside them; in the new folder the program is the folder round them.
const SCENARIOS: &[Part] = &[
    scenario!("cart-recovery.toml"),
    scenario!("browse-abandonment.toml"),
    scenario!("post-purchase.toml"),
    scenario!("whole-shop.toml"),
    scenario!("win-back.toml"),
];
/// The tune files that stand beside them, every one.
const TUNE_FILES: &[Part] =
    &[scenario!("cart-recovery.tune.toml"), scenario!("whole-shop.tune.toml")];
const PROGRAM_BESIDE: &str = r#"program    = "shop""#;
const PROGRAM_ROUND: &str = r#"program    = ".."  "#;

/// Runs it.
///
/// # Errors
/// Where the folder is not empty or cannot be written. What was begun is then gone again.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let folder = &arguments.folder;
    refuse_what_exists(folder)?;
    let mut begun = Begun::default();
    if let Err((path, e)) = write_all(folder, &mut begun) {
        begun.undo();
        return Err(Failure::run(format!("{} cannot be written", open::show(&path)), &e));
    }
    Ok(output::data(&output::letters().spell(&what_next(folder)))?)
}

/// Writing into a folder that somebody uses would mix two programs.
fn refuse_what_exists(folder: &Path) -> Result<(), Failure> {
    let shown = open::show(folder);
    let full = match fs::read_dir(folder) {
        Ok(mut entries) => entries.next().is_some(),
        Err(e) if e.kind() == io::ErrorKind::NotFound => false,
        Err(e) if e.kind() == io::ErrorKind::NotADirectory => {
            return Err(Failure::input(format!("{shown} is a file")).help("name a new folder"));
        }
        Err(e) => return Err(Failure::run(format!("{shown} cannot be read"), &e)),
    };
    if full {
        return Err(Failure::input(format!("{shown} exists and is not empty"))
            .help("name a new folder: nothing is ever written over"));
    }
    Ok(())
}

fn write_all(folder: &Path, begun: &mut Begun) -> Result<(), (PathBuf, io::Error)> {
    let scenarios = SCENARIOS.iter();
    let scenarios = scenarios.map(|&(path, text)| (path, of_the_folder_round_it(text)));
    let as_they_are = SHOP.iter().chain(TUNE_FILES);
    let as_they_are = as_they_are.map(|&(path, text)| (path, text.to_owned()));
    let all: Vec<(&str, String)> = as_they_are.chain(scenarios).collect();
    // program.toml is the last: until it is there, the folder is no program.
    for (path, text) in all.iter().rev() {
        let path: PathBuf = folder.join(path.split('/').collect::<PathBuf>());
        begun.write(&path, text).map_err(|e| (path, e))?;
    }
    Ok(())
}

fn of_the_folder_round_it(scenario: &str) -> String {
    scenario.replacen(PROGRAM_BESIDE, PROGRAM_ROUND, 1)
}

/// What has been made so far, in order.
#[derive(Default)]
struct Begun {
    folders: Vec<PathBuf>,
    files: Vec<PathBuf>,
}

impl Begun {
    /// Writes a new file, with the folders it needs.
    fn write(&mut self, path: &Path, text: &str) -> io::Result<()> {
        let missing: Vec<&Path> = path
            .ancestors()
            .skip(1)
            .take_while(|folder| !folder.as_os_str().is_empty() && !folder.is_dir())
            .collect();
        for folder in missing.into_iter().rev() {
            fs::create_dir(folder)?;
            self.folders.push(folder.to_owned());
        }
        let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
        self.files.push(path.to_owned());
        file.write_all(text.as_bytes())?;
        file.flush()
    }

    /// Takes everything away again. A folder into which somebody else wrote in the meantime stays.
    fn undo(self) {
        self.files.iter().for_each(|file| drop(fs::remove_file(file)));
        self.folders.iter().rev().for_each(|folder| drop(fs::remove_dir(folder)));
    }
}

/// Where it is, and what to do next in three lines.
fn what_next(folder: &Path) -> String {
    let is_here = folder == Path::new(".");
    let (inside, shown) = if is_here {
        (Path::new(""), "this folder".to_owned())
    } else {
        (folder, open::show(folder))
    };
    let word = |path: &Path| in_a_shell(&open::show(path));
    let files = SHOP.len() + SCENARIOS.len();
    let program = word(&inside.join("program.toml"));
    let (folder, scenario) = (word(folder), word(&inside.join(SCENARIOS[0].0)));
    format!(
        "✓ {shown} holds a made-up shop: {files} files. Make it yours:\n  \
           edit {program}, then journeys/ and mails/\n  \
           foresend check {folder}\n  \
           foresend simulate {scenario}\n"
    )
}

/// A path as one word of a command line.
fn in_a_shell(path: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/\\._-+:~@%".contains(c);
    if path.chars().all(plain) { path.to_owned() } else { format!("\"{path}\"") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn files_below(folder: &Path, root: &Path, into: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                files_below(&path, root, into);
            } else {
                into.insert(path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/"));
            }
        }
    }

    #[test]
    fn every_file_of_the_shop_is_built_in() {
        let shop = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/shop");
        let mut there = BTreeSet::new();
        files_below(&shop, &shop, &mut there);
        let built_in: BTreeSet<String> = SHOP.iter().map(|(path, _)| (*path).to_owned()).collect();
        assert_eq!(built_in, there);
        for (path, text) in SHOP {
            assert_eq!(fs::read_to_string(shop.join(path)).unwrap(), *text, "{path}");
        }
    }

    #[test]
    fn every_scenario_is_built_in() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
        let names = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name());
        let there: BTreeSet<String> = names
            .map(|name| format!("scenarios/{}", name.to_str().unwrap()))
            .filter(|name| name.ends_with(".toml"))
            .collect();
        let built_in: BTreeSet<String> =
            SCENARIOS.iter().chain(TUNE_FILES).map(|(path, _)| (*path).to_owned()).collect();
        assert_eq!(built_in, there);
    }

    #[test]
    fn a_scenario_names_the_folder_round_it_and_its_comments_stay_in_their_column() {
        for (name, text) in SCENARIOS {
            let text = of_the_folder_round_it(text);
            let line = text.lines().find(|line| line.starts_with("program")).unwrap();
            assert!(line.starts_with(r#"program    = "..""#), "{name}: {line}");
            let columns: BTreeSet<Option<usize>> = text
                .lines()
                .filter(|line| line.contains(" = ") && !line.starts_with('#'))
                .filter(|line| line.contains('#'))
                .map(|line| line.find('#'))
                .collect();
            assert_eq!(columns.len(), 1, "{text}");
        }
    }

    #[test]
    fn what_was_begun_is_gone_after_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let shop = folder.path().join("deep/shop");
        let mut begun = Begun::default();
        begun.write(&shop.join("mails/a.md"), "a").unwrap();
        // There is a file where a folder is needed.
        let told = begun.write(&shop.join("mails/a.md/b.md"), "b");
        assert!(told.is_err() && shop.exists());
        begun.undo();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_path_with_blanks_is_one_word() {
        assert_eq!(in_a_shell("my-shop/scenarios"), "my-shop/scenarios");
        assert_eq!(in_a_shell("my shop"), "\"my shop\"");
    }
}
