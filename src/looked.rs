//! An engine's data, opened for the commands that show it: as of when it is, what it does not hold yet, and what several
//! pages say of it in the same words.

use crate::failure::Failure;
use crate::open;
use crate::report::number::{count, counted};
use crate::report::page::{MARGIN, Page, Role, Row};
use foresend_core::customer::held::{MailState, OpenMail};
use foresend_core::id::Key;
use foresend_core::world::journey::Step;
use foresend_engine::entry::{self, Said, Told};
use foresend_engine::host::with_causes;
use foresend_engine::look::{Held, Look, LookError, Moment};
use foresend_program::{Compiled, Timeline};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;

/// Opens the data in the folder `data`.
///
/// # Errors
/// Where there is none, an engine runs on it, or it cannot be read.
pub(crate) fn open(data: &Path) -> Result<Look, Failure> {
    Look::open(data).map_err(|error| failure(&error))
}

/// Why nothing can be shown.
pub(crate) fn failure(error: &LookError) -> Failure {
    let text = with_causes(error);
    match error {
        LookError::NoData { .. } => Failure::input(text).help("name its folder: --data DIR"),
        LookError::Empty { .. } => Failure::input(text),
        LookError::Journal(_)
        | LookError::Store(_)
        | LookError::Version(_)
        | LookError::Customer { .. } => Failure::Run(
            text + "\n  help: `foresend store check` tells of everything that is wrong",
        ),
        LookError::Lock(_) | LookError::Compile { .. } | LookError::Machine(_) => {
            Failure::Run(text)
        }
    }
}

/// The customer whom the shop calls `user`.
///
/// # Errors
/// Where nobody is called so, or they cannot be read.
pub(crate) fn customer(look: &mut Look, user: &str, data: &Path) -> Result<Held, Failure> {
    let found = look.customer(look.id_of(user)).map_err(|error| failure(&error))?;
    found.ok_or_else(|| {
        let nobody = format!("nobody is called {} in {}", shown(user), open::show(data));
        let failure = Failure::input(nobody);
        match since(look) {
            Some(since) => failure.help(since),
            None => failure,
        }
    })
}

/// `12 entries since are not in it yet: …`, where there are any.
pub(crate) fn since(look: &Look) -> Option<String> {
    let since = look.since();
    (since > 0).then(|| {
        let are = if since == 1 { "entry since is" } else { "entries since are" };
        let number = count(since);
        format!("{number} {are} not in it yet: `foresend serve` or `foresend feed` applies them")
    })
}

/// `as of Fri 2026-11-27 12:10:03, 3,580 entries of the journal`, on the clock of `timeline`.
fn as_of(look: &Look, timeline: &Timeline<'_>) -> String {
    let meta = look.meta();
    let (day, time) = (timeline.day(meta.now), timeline.time(meta.now));
    format!("as of {day} {time}, {} entries of the journal", count(meta.cut.0))
}

/// The first digits of a version's hash.
pub(crate) fn short(hash: &[u8; 32]) -> String {
    hex(hash).chars().take(7).collect()
}

fn hex(hash: &[u8]) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a shop wrote, for a page: on one line, and without what a terminal would take for commands.
pub(crate) fn shown(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { '\u{fffd}' } else { letter }).collect()
}

/// As of when the data is, in every JSON about it.
#[derive(Serialize)]
pub(crate) struct Data {
    folder: String,
    program: String,
    as_of_ms: i64,
    entries: u64,
    entries_since: u64,
}

impl Data {
    pub(crate) fn of(look: &Look, data: &Path) -> Self {
        Self {
            folder: open::show(data),
            program: hex(&look.version().id()),
            as_of_ms: look.meta().now.millis(),
            entries: look.meta().cut.0,
            entries_since: look.since(),
        }
    }
}

/// The step that a mail is of.
pub(crate) fn step<'a>(compiled: &'a Compiled, mail: &OpenMail) -> (&'a str, &'a Step) {
    let journey = compiled.program.journey(mail.send.journey);
    (&journey.name, &journey.steps[usize::from(mail.send.step.0)])
}

/// Where a mail is, in one word.
const fn state(mail: &OpenMail) -> &'static str {
    match mail.state {
        MailState::Ready => "ready",
        MailState::Delayed => "delayed",
        MailState::Going => "unknown",
        MailState::Paused => "paused",
    }
}

/// Where a mail is, in words.
pub(crate) fn state_words(mail: &OpenMail, timeline: &Timeline<'_>) -> String {
    let attempts = match mail.attempts {
        0 => String::new(),
        tried => format!(" after {}", counted(tried.into(), "attempt")),
    };
    match mail.state {
        MailState::Ready => format!("waits to be handed over{attempts}"),
        MailState::Delayed => {
            let (day, time) = (timeline.day(mail.not_before), timeline.time(mail.not_before));
            format!("may leave at {day} {time}{attempts}")
        }
        MailState::Going => {
            format!("handed over, and no answer: attempt {}", mail.attempts)
        }
        MailState::Paused => "its journey is paused".to_owned(),
    }
}

/// `cart-recovery, second: its mail waits to be handed over`, among what is waited for.
pub(crate) fn mail_waits(mail: &OpenMail, compiled: &Compiled, timeline: &Timeline<'_>) -> String {
    let (journey, step) = step(compiled, mail);
    let about = timeline.about(mail.send.journey, mail.key);
    let about = about.map(|about| format!("{about}, ")).unwrap_or_default();
    format!("{journey}, {about}{}: its mail {}", step.name, state_words(mail, timeline))
}

/// The first lines of a page about an engine's data.
pub(crate) fn head(
    who: String,
    look: &Look,
    data: &Path,
    timeline: &Timeline<'_>,
    page: &mut Page,
) {
    let program = short(&look.version().id());
    title(who, format!("{} · program {program}", open::show(data)), page);
    page.beside(Row::default(), MARGIN, Role::Plain, &as_of(look, timeline));
    if let Some(since) = since(look) {
        page.signed_prose(Role::Look, "▲", &since);
    }
}

/// Who, and out of what: on one line where there is room.
pub(crate) fn title(who: String, of: String, page: &mut Page) {
    if page.paper().is_wide() {
        page.row(&Row::named(Role::Heading, who).until(page.paper().width, Role::Plain, of));
    } else {
        page.row(&Row::named(Role::Heading, who));
        page.row(&Row::named(Role::Plain, of));
    }
}

/// A mail in every JSON that tells of some.
#[derive(Serialize)]
pub(crate) struct Mail<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    customer: Option<&'a str>,
    journey: &'a str,
    enrolment: u32,
    step: &'a str,
    mail: &'a str,
    planned_ms: i64,
    not_before_ms: i64,
    attempts: u16,
    state: &'static str,
}

impl<'a> Mail<'a> {
    /// `customer`: whose, where that is not said elsewhere.
    pub(crate) fn of(mail: &OpenMail, customer: Option<&'a str>, compiled: &'a Compiled) -> Self {
        let (journey, step) = step(compiled, mail);
        Self {
            customer,
            journey,
            enrolment: mail.send.enrolment,
            step: &step.name,
            mail: &compiled.program.mails[usize::from(mail.mail.0)],
            planned_ms: mail.planned.millis(),
            not_before_ms: mail.not_before.millis(),
            attempts: mail.attempts,
            state: state(mail),
        }
    }
}

/// What enrolments and lines of a cart may be about, by its key: every text, number and product that a call of theirs
/// named.
pub(crate) fn names(moments: &[Moment]) -> BTreeMap<Key, String> {
    let mut names = BTreeMap::new();
    let mut note = |text: &str| {
        names.entry(Key::of_text(text)).or_insert_with(|| shown(text));
    };
    for moment in moments {
        match moment.told() {
            Some((_, Ok(Told::Call(entry::Call { said, .. })))) => match said {
                Said::Track { event: _, properties, products } => {
                    for (_, value) in &properties {
                        match value {
                            entry::Value::Text(text) => note(text),
                            // An id may be a number.
                            entry::Value::Number(number) => note(&number.to_string()),
                            entry::Value::Null | entry::Value::Bool(_) | entry::Value::Json(_) => {}
                        }
                    }
                    products.iter().for_each(|line| note(line.product));
                }
                Said::Profile { .. } | Said::Consent { .. } => {}
            },
            Some((_, Ok(Told::Happened { of: _, event: _, product }))) => note(product),
            Some((_, Ok(_) | Err(_))) | None => {}
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_shop_wrote_commands_a_terminal() {
        assert_eq!(shown("a\u{1b}[2Jb\nc\u{9b}m"), "a\u{fffd}[2Jb\u{fffd}c\u{fffd}m");
        assert_eq!(shown("Käthe 🌱"), "Käthe 🌱");
    }

    #[test]
    fn a_folder_without_data_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        for data in [folder.path().join("none"), folder.path().to_owned()] {
            let refused = open(&data).err().and_then(|failure| failure.text());
            let told = format!(
                "error: there is no data of an engine in {}\n  help: name its folder: --data DIR\n",
                data.display()
            );
            assert_eq!(refused, Some(told));
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
