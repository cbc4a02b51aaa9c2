//! `foresend check`: is this program right, where is it wrong, how is it mended. All mistakes of a folder at once,
//! in the order of its files.

use crate::failure::Failure;
use crate::report::number::{count, counted};
use crate::scenario::{self, Unopened};
use crate::told::Told;
use crate::tune::opened;
use crate::{mistakes, open, output};
use foresend_program::{Compiled, Diagnostic, Remembered, Severity, Summary};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Find every mistake in a program, or in a scenario or tune file and its program
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  foresend check                                     the program of this folder, or of one above it
  foresend check scenarios/shop
  foresend check scenarios/cart-recovery.toml        a scenario, and the program it names
  foresend check scenarios/cart-recovery.tune.toml   a tune file, its scenario and every value
  foresend check scenarios/shop --format github      annotations for a pull request

Mistakes are told on stderr; NO_GRAPHICS=1 tells them in sentences, for screen readers.
With --format json or github they are told on stdout.
Exit codes: 0 no error (there may be warnings), 2 an error, 1 could not run.")]
pub(crate) struct Arguments {
    /// A program's folder, a scenario's file or a tune file [default: the nearest folder that holds a program.toml]
    path: Option<PathBuf>,

    /// Count warnings as errors
    #[arg(long)]
    strict: bool,

    /// How to tell mistakes: drawn for people, for programs, or as annotations of GitHub's actions
    #[arg(long, value_enum, value_name = "FORM", default_value_t)]
    format: Format,

    /// Say what is remembered of a customer, and what each part takes
    #[arg(short, long)]
    verbose: bool,
}

/// In what form mistakes are told.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, clap::ValueEnum)]
enum Format {
    #[default]
    Text,
    Json,
    Github,
}

/// What was looked at.
struct Looked {
    /// Where the program's files are, seen from here.
    folder: PathBuf,
    /// The scenario, as it was named.
    scenario: Option<String>,
    texts: BTreeMap<String, String>,
    told: Vec<Diagnostic>,
    /// There is one unless something told is an error.
    compiled: Option<Compiled>,
}

/// Runs it.
///
/// # Errors
/// Where something cannot be read, or what was read has an error.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let path = match &arguments.path {
        Some(path) => path.clone(),
        None => open::nearest("foresend check scenarios/shop")?,
    };
    let mut looked = look(&path)?;
    if arguments.strict {
        looked.told.iter_mut().for_each(|told| told.severity = Severity::Error);
    }
    match arguments.format {
        Format::Text => tell(&looked, arguments.verbose),
        Format::Json => for_machines(&looked, |told| told.json()),
        Format::Github => for_machines(&looked, |told| told.github()),
    }
}

fn look(path: &Path) -> Result<Looked, Failure> {
    if path.extension().is_none_or(|ending| ending != "toml") || path.is_dir() {
        return program(path);
    }
    if path.file_name().is_some_and(|name| name == "program.toml") {
        return program(&open::beside(path, ""));
    }
    if path.parent().is_some_and(|folder| folder.ends_with("journeys")) {
        return Err(Failure::input(format!("{} is a journey", open::show(path))).help(
            "a journey is checked with its program: name the folder that holds program.toml",
        ));
    }
    let scenario = Some(open::show(path));
    if opened::is_named(path) {
        return tuning(path, scenario);
    }
    match scenario::look(path) {
        Ok(opened) => {
            let (compiled, told) = opened.compile();
            let folder = PathBuf::from(&opened.sources.folder);
            Ok(Looked { folder, scenario, texts: opened.texts(), told, compiled })
        }
        Err(Unopened::Mistakes(told, texts)) => {
            Ok(Looked { folder: PathBuf::from("."), scenario, texts, told, compiled: None })
        }
        Err(Unopened::Unread(failure)) => Err(failure),
    }
}

/// A tune file, with its scenario and the program, every value of which must be possible.
fn tuning(path: &Path, scenario: Option<String>) -> Result<Looked, Failure> {
    match opened::look(path) {
        Ok(opened) => {
            let (compiled, mut told) = opened.scenario.compile();
            if compiled.is_some() {
                told.extend(opened.compiled().err().into_iter().flatten());
            }
            let compiled = compiled.filter(|_| !scenario::any_error(&told));
            Ok(Looked {
                folder: opened.folder.clone(),
                scenario,
                texts: opened.texts(),
                told,
                compiled,
            })
        }
        Err(Unopened::Mistakes(told, texts)) => {
            Ok(Looked { folder: PathBuf::from("."), scenario, texts, told, compiled: None })
        }
        Err(Unopened::Unread(failure)) => Err(failure),
    }
}

fn program(folder: &Path) -> Result<Looked, Failure> {
    let sources = open::program(folder)?;
    let (compiled, told) = foresend_program::compile(&sources, None);
    let folder = folder.to_owned();
    Ok(Looked { folder, scenario: None, texts: sources.files, told, compiled })
}

fn tell(looked: &Looked, verbose: bool) -> Result<(), Failure> {
    let Looked { folder: _, scenario: _, texts, told, compiled } = looked;
    let Some(compiled) = compiled.as_ref().filter(|_| !scenario::any_error(told)) else {
        mistakes::tell(told, texts);
        return Err(Failure::Mistakes);
    };
    output::talk(&mistakes::draw(told, texts));
    let mistakes =
        if told.is_empty() { "no mistakes".to_owned() } else { mistakes::count(told, texts.len()) };
    let mut page = format!("✓ {} · {mistakes}\n", says(&compiled.summary));
    if verbose {
        page += &remembers(&compiled.remembered, &compiled.summary);
    }
    Ok(output::data(&output::letters().spell(&page))?)
}

fn for_machines(looked: &Looked, form: impl Fn(&Told<'_>) -> String) -> Result<(), Failure> {
    let Looked { folder, scenario, texts, told, compiled: _ } = looked;
    let scenario = scenario.as_deref();
    output::data(&form(&Told { diagnostics: told, texts, folder, scenario }))?;
    if scenario::any_error(told) { Err(Failure::Mistakes) } else { Ok(()) }
}

/// What is remembered of a customer, a line each.
fn remembers(remembered: &[Remembered], summary: &Summary) -> String {
    let head = ["Remembered of a customer".to_owned(), "bytes".to_owned(), "read by".to_owned()];
    let row = |what: String, bytes: usize, by: String| [what, count(bytes as u64), by];
    let mut rows = vec![head];
    rows.push(row("before any event".to_owned(), summary.bytes_before, String::new()));
    for Remembered { event, property, window, bytes, facts } in remembered {
        let property = property.iter().map(|property| format!(", {property}"));
        let window = window.iter().map(|window| format!(", each of {window}"));
        let what = std::iter::once(event.clone()).chain(property).chain(window).collect();
        let by = if facts.is_empty() { "stop".to_owned() } else { facts.join(", ") };
        rows.push(row(what, *bytes, by));
    }
    rows.push(row("all, about".to_owned(), summary.bytes_a_customer, String::new()));
    let width = |at: usize| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or(0);
    let (first, second) = (width(0), width(1));
    let mut page = "\n".to_owned();
    for [what, bytes, by] in &rows {
        let line = format!("  {what:first$}  {bytes:>second$}   {by}");
        page += line.trim_end();
        page.push('\n');
    }
    page
}

/// `1 journey, 3 mails … in 5 files · remembers about 310 bytes a customer`
fn says(summary: &Summary) -> String {
    let Summary {
        journeys,
        mails,
        facts,
        segments,
        experiments,
        files,
        bytes_before: _,
        bytes_a_customer,
    } = *summary;
    let parts: Vec<String> =
        [(journeys, "journey"), (mails, "mail"), (facts, "fact"), (segments, "segment")]
            .into_iter()
            .chain((experiments > 0).then_some((experiments, "experiment")))
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
