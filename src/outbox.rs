//! `foresend outbox`: which mails are open, for whom, and where they are.

use crate::failure::Failure;
use crate::looked::{self, Data};
use crate::report::number::counted;
use crate::report::page::{MARGIN, Page, Role, Row};
use crate::{output, settings};
use foresend_core::customer::held::MailState;
use foresend_engine::look::{Look, Open};
use foresend_program::{Compiled, Timeline};
use serde::Serialize;
use std::path::Path;

/// List the mails that wait to be handed over, and those whose fate nobody knows
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  foresend outbox
  foresend outbox --data /var/lib/foresend --json

Stop the engine first: its data is locked while it runs. Nothing is changed.

Exit codes: 0 done, 1 could not run, 2 there is no such data.")]
pub(crate) struct Arguments {
    #[command(flatten)]
    settings: settings::Arguments,

    /// Write JSON to stdout instead of the page
    #[arg(long)]
    json: bool,
}

const SCHEMA: &str = "foresend.outbox/1";

/// Runs it.
///
/// # Errors
/// Where there is no such data, it is in use, or it cannot be read.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let data = arguments.settings.open()?.data;
    let mut look = looked::open(&data)?;
    let mails = look.outbox().map_err(|error| looked::failure(&error))?;
    if arguments.json {
        return Ok(output::data(&json(&look, &mails, &data))?);
    }
    let mut page = Page::new(output::paper());
    draw(&look, &mails, &data, &mut page);
    Ok(output::data(&page.styled())?)
}

/// Where the columns begin.
const WHO: usize = 27;
const WHAT: usize = 46;

fn draw(look: &Look, mails: &[Open], data: &Path, page: &mut Page) {
    let compiled = &look.version().compiled;
    let zone = &compiled.program.zone;
    let timeline = Timeline::new(compiled, zone);
    let who = format!("Outbox · times of {}", zone.name());
    looked::head(who, look, data, &timeline, page);
    page.gap();
    for open in mails {
        let (journey, step) = looked::step(compiled, &open.mail);
        let planned = open.mail.planned;
        let when = format!("{} {}", timeline.day(planned), timeline.time(planned));
        let row = Row::named(Role::Plain, when).from(WHO, Role::Plain, looked::shown(&open.user));
        let words = looked::state_words(&open.mail, &timeline);
        let what = format!("{journey}, {}: {} {words}", step.name, mail_name(compiled, open));
        page.beside(row, WHAT, Role::Plain, &what);
    }
    if !mails.is_empty() {
        page.gap();
    }
    page.beside(Row::default(), MARGIN, Role::Plain, &sum(mails));
}

/// `3 mails: 2 wait to be handed over, 1 was handed over and nobody knows what became of it`
fn sum(mails: &[Open]) -> String {
    if mails.is_empty() {
        return "No mail is open.".to_owned();
    }
    let of = |state| mails.iter().filter(|open| open.mail.state == state).count() as u64;
    let parts = [
        (of(MailState::Ready), "ready"),
        (of(MailState::Going), "of unknown fate"),
        (of(MailState::Paused), "paused"),
    ];
    let parts = parts.iter().filter(|(number, _)| *number > 0);
    let parts: Vec<String> = parts.map(|(number, word)| format!("{number} {word}")).collect();
    format!("{}: {}.", counted(mails.len() as u64, "mail"), parts.join(", "))
}

fn mail_name<'a>(compiled: &'a Compiled, open: &Open) -> &'a str {
    &compiled.program.mails[usize::from(open.mail.mail.0)]
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    data: Data,
    mails: Vec<looked::Mail<'a>>,
}

fn json(look: &Look, mails: &[Open], data: &Path) -> String {
    let compiled = &look.version().compiled;
    let mails = mails.iter().map(|open| looked::Mail::of(&open.mail, Some(&open.user), compiled));
    let document = Document { schema: SCHEMA, data: Data::of(look, data), mails: mails.collect() };
    let mut text = serde_json::to_string_pretty(&document).expect("strings and numbers only");
    text.push('\n');
    text
}
