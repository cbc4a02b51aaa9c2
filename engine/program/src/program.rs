//! program.toml: who sends, in which currency and zone, and what the whole program shares.

use crate::catalogue::Columns;
use crate::condition::definitions::Definitions;
use crate::currency::Currency;
use crate::defaults;
use crate::diagnostic::{Diagnostic, Mistakes};
use crate::event::Vocabulary;
use crate::keys;
use crate::limit::LimitsRead;
use crate::offer::Offers;
use crate::privacy::{Keep, Tracking};
use crate::share::{self, Share};
use crate::sources::File;
use crate::text::read::{self, Reader};
use crate::text::suggest::closest;
use crate::text::tree::{self, At, Table, Value};
use crate::topic::Topics;
use crate::traits::Traits;
use foresend_core::time::{Wait, Zone};
use std::ops::Range;

/// Most that may be held out: of fewer who get mail, little could be said.
const HOLDOUT_MAX: Share = Share::tenths(900);

/// Who sends, as readers see it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Brand {
    /// What the shop is called: `{{ brand }}` in mails.
    pub name: String,
    /// The sender's mailbox.
    pub from: String,
    /// Where answers go, if not to the sender.
    pub reply_to: Option<String>,
    /// The postal address under every marketing mail.
    pub postal: String,
    /// Where the privacy notice stands.
    pub privacy: Option<String>,
    /// The language of customers whose own we do not know.
    pub locale: String,
}

/// What program.toml says. A part that is wrong is missing, and its mistake has been told.
#[derive(Debug)]
pub(crate) struct ProgramRead {
    pub(crate) brand: Option<Brand>,
    pub(crate) zone: Option<Zone>,
    pub(crate) currency: Option<Currency>,
    pub(crate) credit: Wait,
    pub(crate) holdout: Option<At<Share>>,
    pub(crate) tracking: Tracking,
    pub(crate) keep: Keep,
    pub(crate) traits: Traits,
    pub(crate) offers: Offers,
    pub(crate) columns: Columns,
    pub(crate) topics: Topics,
    pub(crate) vocabulary: Vocabulary,
    pub(crate) limits: LimitsRead,
    pub(crate) definitions: Definitions,
    pub(crate) priority: Vec<At<String>>,
    /// Where to say that there is no postal address.
    pub(crate) without_postal: Option<Range<usize>>,
}

impl ProgramRead {
    /// Nothing could be read: nothing is known, and nothing is called unknown.
    fn unread() -> Self {
        let mut topics = Topics::default();
        topics.mark_incomplete();
        let mut vocabulary = Vocabulary::builtin();
        vocabulary.mark_incomplete();
        let (mut traits, mut columns) = (Traits::default(), Columns::default());
        traits.mark_incomplete();
        columns.mark_incomplete();
        let mut offers = Offers::default();
        offers.mark_incomplete();
        Self {
            brand: None,
            zone: None,
            currency: None,
            credit: defaults::CREDIT,
            holdout: None,
            tracking: defaults::TRACKING,
            keep: defaults::KEEP,
            traits,
            offers,
            columns,
            topics,
            vocabulary,
            limits: LimitsRead::default(),
            definitions: Definitions::unread(),
            priority: Vec::new(),
            without_postal: None,
        }
    }

    pub(crate) fn read(file: Option<File<'_>>, told: &mut Mistakes) -> Self {
        let Some(file) = file else {
            told.tell(
                Diagnostic::error(
                    "foresend::missing_file",
                    "program.toml",
                    "this folder has no program.toml",
                )
                .help(
                    "a program is a folder with program.toml, journeys/NAME.toml and mails/NAME.md",
                ),
            );
            return Self::unread();
        };
        match tree::parse(file) {
            Ok(table) => Self::of(file, &table, told),
            Err(wrong) => {
                told.tell(wrong);
                Self::unread()
            }
        }
    }

    fn of(file: File<'_>, table: &Table, told: &mut Mistakes) -> Self {
        let place = table.entries.first().map_or(0..0, |(key, _)| key.span.clone());
        let reader = Reader::new(file, table, &keys::PROGRAM, place, told);
        let mut vocabulary = match room(&reader, "events", told) {
            Some(table) => Vocabulary::read(file, table, told),
            None => Vocabulary::builtin(),
        };
        if is_incomplete(&reader, "events") {
            vocabulary.mark_incomplete();
        }
        let mut topics = match room(&reader, "topics", told) {
            Some(table) => Topics::read(file, table, told),
            None => Topics::default(),
        };
        if is_incomplete(&reader, "topics") {
            topics.mark_incomplete();
        }
        let mut traits = match room(&reader, "traits", told) {
            Some(table) => Traits::read(file, table, told),
            None => Traits::default(),
        };
        if is_incomplete(&reader, "traits") {
            traits.mark_incomplete();
        }
        let mut columns = match room(&reader, "catalogue", told) {
            Some(table) => Columns::read(file, table, told),
            None => Columns::default(),
        };
        if is_incomplete(&reader, "catalogue") {
            columns.mark_incomplete();
        }
        let placed = |key: &str, told: &mut Mistakes| {
            room(&reader, key, told).zip(reader.entry(key).map(|(key, _)| key.span.clone()))
        };
        let limits = match placed("limits", told) {
            Some((table, place)) => LimitsRead::read(file, table, place, told),
            None => LimitsRead::default(),
        };
        let tracking = match placed("tracking", told) {
            Some((table, place)) => Tracking::read(file, table, place, told),
            None => defaults::TRACKING,
        };
        let keep = match placed("keep", told) {
            Some((table, place)) => Keep::read(file, table, place, told),
            None => defaults::KEEP,
        };
        let currency = currency(&reader, told);
        let mut offers = match room(&reader, "offers", told) {
            Some(table) => Offers::read(file, table, currency, told),
            None => Offers::default(),
        };
        if is_incomplete(&reader, "offers") {
            offers.mark_incomplete();
        }
        let tables = (room(&reader, "facts", told), room(&reader, "segments", told));
        let incomplete = ["facts", "segments", "traits", "catalogue"]
            .iter()
            .any(|key| is_incomplete(&reader, key));
        let definitions =
            Definitions::read(file, tables, incomplete, &vocabulary, &traits.all(), told);
        let has_postal = reader.get("postal").is_some() || reader.was_meant("postal");
        Self {
            brand: brand(&reader, told),
            zone: zone(&reader, told),
            currency,
            credit: reader
                .some_duration("credit", told)
                .map_or(defaults::CREDIT, |wait| wait.value),
            holdout: share::read(&reader, "holdout", HOLDOUT_MAX, told),
            tracking,
            keep,
            traits,
            offers,
            columns,
            topics,
            vocabulary,
            limits,
            definitions,
            priority: reader
                .list("priority", told)
                .into_iter()
                .map(|name| At { value: name.value.to_owned(), span: name.span })
                .collect(),
            without_postal: (!has_postal).then(|| reader.place()),
        }
    }
}

/// A table of program.toml.
fn room<'a>(reader: &Reader<'a>, key: &str, told: &mut Mistakes) -> Option<&'a Table> {
    let value = reader.get(key)?;
    if let Value::Table(table) = &value.value {
        return Some(table);
    }
    reader.wrong_type(key, value, told);
    None
}

/// Whether names may stand in a table that could not be read.
fn is_incomplete(reader: &Reader<'_>, key: &str) -> bool {
    let unreadable = |value: &At<Value>| !matches!(value.value, Value::Table(_));
    reader.was_meant(key) || reader.get(key).is_some_and(unreadable)
}

fn brand(reader: &Reader<'_>, told: &mut Mistakes) -> Option<Brand> {
    let name = reader.required_text("brand", told).map(|text| text.value.to_owned());
    let from =
        reader.required_text("from", told).and_then(|text| mailbox(reader, "from", &text, told));
    let reply_to =
        reader.text("reply_to", told).and_then(|text| mailbox(reader, "reply_to", &text, told));
    // That it is missing is told once it is known whether a marketing mail needs it.
    let postal = reader.text("postal", told).map(|text| text.value.to_owned());
    let privacy = reader.text("privacy", told).and_then(|text| url(reader, "privacy", &text, told));
    let locale = match reader.text("locale", told) {
        Some(text) => locale(reader, &text, told),
        None => defaults::LOCALE.to_owned(),
    };
    Some(Brand { name: name?, from: from?, reply_to, postal: postal?, privacy, locale })
}

/// `Name <name@example.com>` or `name@example.com`.
fn mailbox(reader: &Reader<'_>, key: &str, text: &At<&str>, told: &mut Mistakes) -> Option<String> {
    let written = text.value.trim();
    let address = match written.strip_suffix('>').and_then(|rest| rest.rsplit_once('<')) {
        Some((_, address)) => address,
        None => written,
    };
    let is_address = address.split_once('@').is_some_and(|(user, host)| {
        let fine = |part: &str| {
            !part.is_empty()
                && !part
                    .contains(|c: char| c.is_whitespace() || c.is_control() || "@<>,;".contains(c))
        };
        fine(user) && fine(host) && !host.starts_with('.') && !host.ends_with('.')
    });
    if is_address && !written.contains(char::is_control) {
        return Some(written.to_owned());
    }
    told.tell(
        Diagnostic::error(
            "foresend::bad_mailbox",
            reader.file.name,
            format!("`{key}` is not a mail address"),
        )
        .at(text.span.clone(), "read here")
        .help("write `name@example.com`, or `Shop Name <name@example.com>`"),
    );
    None
}

fn url(reader: &Reader<'_>, key: &str, text: &At<&str>, told: &mut Mistakes) -> Option<String> {
    if is_url(text.value) {
        return Some(text.value.to_owned());
    }
    told.tell(
        Diagnostic::error(
            "foresend::bad_url",
            reader.file.name,
            format!("`{key}` is not the address of a page"),
        )
        .at(text.span.clone(), "read here")
        .help("write it whole: `https://example.com/page`"),
    );
    None
}

/// Whether a text is the whole address of a page.
pub(crate) fn is_url(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    host.is_some_and(|rest| {
        !rest.is_empty()
            && !rest.starts_with('/')
            && !rest.contains(|c: char| c.is_whitespace() || c.is_control())
    })
}

fn locale(reader: &Reader<'_>, text: &At<&str>, told: &mut Mistakes) -> String {
    let mut parts = text.value.split('-');
    let language = parts.next().unwrap_or_default();
    let fine = (2..=3).contains(&language.len())
        && language.bytes().all(|b| b.is_ascii_lowercase())
        && parts.all(|part| {
            (2..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
        });
    if !fine {
        told.tell(
            Diagnostic::error(
                "foresend::bad_value",
                reader.file.name,
                format!("`{}` is not a language tag", text.value),
            )
            .at(text.span.clone(), "read here")
            .help("write it like `en` or `en-GB`"),
        );
    }
    text.value.to_owned()
}

fn zone(reader: &Reader<'_>, told: &mut Mistakes) -> Option<Zone> {
    let Some(text) = reader.text("zone", told) else {
        return reader.get("zone").is_none().then(|| Zone::named(defaults::ZONE)).flatten();
    };
    let found = Zone::named(text.value);
    if found.is_none() {
        let names: Vec<String> =
            jiff::tz::db().available().map(|name| name.as_str().to_owned()).collect();
        let help = closest(text.value, names.iter().map(String::as_str)).map_or_else(
            || {
                "write a name of the IANA list, such as `Europe/London` or `America/New_York`"
                    .to_owned()
            },
            |near| format!("did you mean `{near}`?"),
        );
        told.tell(
            Diagnostic::error(
                "foresend::unknown_zone",
                reader.file.name,
                format!("there is no time zone `{}`", text.value),
            )
            .at(text.span, "named here")
            .help(help),
        );
    }
    found
}

fn currency(reader: &Reader<'_>, told: &mut Mistakes) -> Option<Currency> {
    let text = reader.required_text("currency", told)?;
    let found = Currency::of(text.value);
    if found.is_none() {
        let help = read::did_you_mean(
            text.value,
            Currency::codes().collect::<Vec<_>>().into_iter(),
            || "write its three letters: `GBP`, `EUR`, `USD`".to_owned(),
        );
        told.tell(
            Diagnostic::error(
                "foresend::unknown_currency",
                reader.file.name,
                format!("there is no currency `{}`", text.value),
            )
            .at(text.span, "named here")
            .help(help),
        );
    }
    found
}
