//! `foresend say`: a journey, read aloud. What it says is made in the program's crate; here it is laid out.

use crate::failure::Failure;
use crate::report::page::{MARGIN, Page, Paper, Role, Row};
use crate::{mistakes, open, output};
use foresend_program::{Compiled, Said, Sources};
use std::path::{Path, PathBuf};

/// The shop of the project: what is meant where nobody names a program and none is near.
const SHOP: &str = "scenarios/shop";

/// Read a journey aloud: what does it do, exactly?
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  foresend say cart-recovery
  foresend say cart-recovery --program scenarios/shop

Exit codes: 0 done, 1 could not run, 2 there is no such journey, or the program has a mistake.")]
pub(crate) struct Arguments {
    /// The journey: the name of its file
    #[arg(value_name = "JOURNEY")]
    journey: String,

    /// The program's folder [default: the nearest folder upward that holds a program.toml, else scenarios/shop]
    #[arg(long, value_name = "DIR")]
    program: Option<PathBuf>,
}

/// Runs it.
///
/// # Errors
/// Where there is no program or no such journey, or the program has a mistake.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let sources = {
        let example = "foresend say cart-recovery --program scenarios/shop";
        open::program(&folder(arguments.program.as_deref(), example)?)?
    };
    let (compiled, told) = foresend_program::compile(&sources, None);
    let Some(compiled) = compiled else {
        mistakes::tell(&told, &sources.files);
        return Err(Failure::Mistakes);
    };
    let Some(said) = foresend_program::say(&compiled, &arguments.journey) else {
        return Err(unknown(&arguments.journey, &compiled, &sources.folder));
    };
    Ok(output::data(&page(&said, &sources, output::paper()).styled())?)
}

/// The program's folder: the one that is named, else the nearest, else the shop of the project. `example` names one.
///
/// # Errors
/// Where there is none.
pub(crate) fn folder(named: Option<&Path>, example: &str) -> Result<PathBuf, Failure> {
    if let Some(folder) = named {
        return Ok(folder.to_owned());
    }
    open::nearest(example).or_else(|failure| {
        let shop = Path::new(SHOP);
        if shop.join("program.toml").is_file() { Ok(shop.to_owned()) } else { Err(failure) }
    })
}

/// There is no journey called `name` in the program of `folder`.
pub(crate) fn unknown(name: &str, compiled: &Compiled, folder: &str) -> Failure {
    let names = &compiled.journey_names;
    let failure = Failure::input(format!("there is no journey `{name}` in {folder}"));
    match foresend_program::closest(name, names.iter().map(String::as_str)) {
        Some(near) => failure.help(format!("did you mean `{near}`?")),
        None if names.is_empty() => failure.help("a journey is a file journeys/NAME.toml"),
        None => failure.help(format!("there are: {}", names.join(", "))),
    }
}

fn page(said: &Said, sources: &Sources, paper: Paper) -> Page {
    let mut page = Page::new(paper);
    let file = format!("journeys/{}.toml", said.journey);
    let file = open::show(&Path::new(&sources.folder).join(file));
    let head = format!("{} · topic {} · kind {} · {file}", said.journey, said.topic, said.kind);
    page.beside(Row::default(), MARGIN, Role::Heading, &head);
    for paragraph in &said.head {
        page.beside(Row::default(), MARGIN, Role::Plain, paragraph);
    }
    let (numbers, names) = columns(said);
    for (number, step) in (1..).zip(&said.steps) {
        let row = Row::named(Role::Plain, format!("{number:>numbers$} {}", step.name));
        page.beside(row, MARGIN + numbers + 1 + names + 2, Role::Plain, &step.text);
    }
    for paragraph in &said.foot {
        page.beside(Row::default(), MARGIN, Role::Plain, paragraph);
    }
    page
}

/// The widths of the steps' numbers and names. A name longer than most is cut.
fn columns(said: &Said) -> (usize, usize) {
    let names = said.steps.iter().map(|step| step.name.chars().count());
    (said.steps.len().to_string().len(), names.max().unwrap_or(0).min(NAME_MAX))
}

const NAME_MAX: usize = 24;
