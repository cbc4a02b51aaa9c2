//! `foresend check`: is this program right, where is it wrong, how is it mended. All mistakes of a folder at once,
//! in the order of its files.

use crate::failure::Failure;
use crate::report::number::{count, counted};
use crate::{mistakes, open, output, scenario};
use foresend_program::{Compiled, Diagnostic, Summary};
use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};

/// Find every mistake in a program, or in a scenario and its program
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  foresend check                                     the program of this folder, or of one above it
  foresend check scenarios/shop
  foresend check scenarios/cart-recovery.toml        a scenario, and the program it names

Mistakes are told on stderr; NO_GRAPHICS=1 tells them in sentences, for screen readers.
Exit codes: 0 no error (there may be warnings), 2 an error, 1 could not run.")]
pub(crate) struct Arguments {
    /// A program's folder, or a scenario's file [default: the nearest folder that holds a program.toml]
    path: Option<PathBuf>,
}

/// Runs it.
///
/// # Errors
/// Where something cannot be read, or what was read has an error.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let path = match &arguments.path {
        Some(path) => path.clone(),
        None => nearest()?,
    };
    if path.extension().is_some_and(|ending| ending == "toml") && !path.is_dir() {
        if path.file_name().is_some_and(|name| name == "program.toml") {
            return program(&open::beside(&path, ""));
        }
        if path.parent().is_some_and(|folder| folder.ends_with("journeys")) {
            return Err(Failure::input(format!("{} is a journey", open::show(&path))).help(
                "a journey is checked with its program: name the folder that holds program.toml",
            ));
        }
        let opened = scenario::open(&path)?;
        let (compiled, told) = opened.compile();
        tell(&told, &opened.texts(), compiled.as_ref())
    } else {
        program(&path)
    }
}

fn program(folder: &Path) -> Result<(), Failure> {
    let sources = open::program(folder)?;
    let (compiled, told) = foresend_program::compile(&sources, None);
    tell(&told, &sources.files, compiled.as_ref())
}

fn tell(
    told: &[Diagnostic],
    texts: &BTreeMap<String, String>,
    compiled: Option<&Compiled>,
) -> Result<(), Failure> {
    let Some(compiled) = compiled else {
        mistakes::tell(told, texts);
        return Err(Failure::Mistakes);
    };
    output::talk(&mistakes::draw(told, texts));
    let mistakes =
        if told.is_empty() { "no mistakes".to_owned() } else { mistakes::count(told, texts.len()) };
    let line = format!("✓ {} · {mistakes}\n", says(&compiled.summary));
    Ok(output::data(&output::letters().spell(&line))?)
}

/// `1 journey, 3 mails … in 5 files · remembers about 310 bytes a customer`
fn says(summary: &Summary) -> String {
    let Summary { journeys, mails, facts, segments, files, bytes_a_customer } = *summary;
    let parts: Vec<String> =
        [(journeys, "journey"), (mails, "mail"), (facts, "fact"), (segments, "segment")]
            .into_iter()
            .map(|(number, noun)| counted(number as u64, noun))
            .collect();
    let text = format!(
        "{} in {} · remembers about {} bytes a customer",
        parts.join(", "),
        counted(files as u64, "file"),
        count(bytes_a_customer as u64)
    );
    text.replace('\u{a0}', " ")
}

/// The nearest folder upward that holds a program.
fn nearest() -> Result<PathBuf, Failure> {
    let here = env::current_dir().map_err(|e| Failure::run("this folder cannot be read", &e))?;
    let found = here.ancestors().find(|folder| folder.join("program.toml").is_file());
    match found {
        Some(folder) if folder == here => Ok(PathBuf::from(".")),
        Some(folder) => Ok(folder.to_owned()),
        None => Err(Failure::input("no program.toml here or in a folder above")
            .help("name the program's folder: foresend check scenarios/shop")),
    }
}
