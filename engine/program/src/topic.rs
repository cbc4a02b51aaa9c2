//! `[topics]`: what mails are about, and why we may send them.

use crate::diagnostic::{Diagnostic, Mistakes};
use crate::keys;
use crate::sources::File;
use crate::text::read::{self, Reader};
use crate::text::tree::{At, Table, Value};
use crate::text::words;
use foresend_core::world::topic::{Basis, Confirm, Topic, TopicIx};

pub(crate) const BASES: [(&str, Basis); 5] = [
    ("contract", Basis::Contract),
    ("service", Basis::Service),
    ("request", Basis::Request),
    ("consent", Basis::Consent),
    ("existing-customer", Basis::ExistingCustomer),
];

const CONFIRM: [(&str, Confirm); 2] = [("single", Confirm::Single), ("double", Confirm::Double)];

/// Most topics of a program.
const TOPICS_MAX: usize = 64;

/// Every topic of a program.
#[derive(Debug, Default)]
pub(crate) struct Topics {
    topics: Vec<Topic>,
    /// `[topics]` could not be read: an unknown name may stand there.
    incomplete: bool,
}

impl Topics {
    pub(crate) fn read(file: File<'_>, table: &Table, told: &mut Mistakes) -> Self {
        let mut this = Self::default();
        for (name, value) in &table.entries {
            if this.topics.len() >= TOPICS_MAX {
                told.tell(
                    Diagnostic::error(
                        "foresend::too_many",
                        file.name,
                        format!("a program may have {TOPICS_MAX} topics"),
                    )
                    .at(name.span.clone(), "one too many"),
                );
                break;
            }
            // A topic that is wrong is known all the same, so that its users are not told of it too.
            let (says, basis, confirm) = topic(file, name, value, told).unwrap_or_default();
            this.topics.push(Topic { name: name.value.clone(), says, basis, confirm });
        }
        this
    }

    pub(crate) fn mark_incomplete(&mut self) {
        self.incomplete = true;
    }

    pub(crate) fn get(&self, ix: TopicIx) -> &Topic {
        &self.topics[usize::from(ix.0)]
    }

    pub(crate) fn into_topics(self) -> Vec<Topic> {
        self.topics
    }

    /// Looks a topic up for a journey or step; tells if it is not known.
    pub(crate) fn named(
        &self,
        file: File<'_>,
        name: &At<&str>,
        told: &mut Mistakes,
    ) -> Option<TopicIx> {
        let found = self.topics.iter().position(|topic| topic.name == name.value);
        if found.is_none() && !self.incomplete {
            let names = self.topics.iter().map(|topic| topic.name.as_str());
            let help = read::did_you_mean(name.value, names.clone(), || {
                read::there_are(
                    "declare it in [topics] of program.toml; there are",
                    names,
                    "declare it in [topics] of program.toml: `offers = { says = \"Reminders and offers\", basis = \"consent\" }`",
                )
            });
            told.tell(
                Diagnostic::error(
                    "foresend::unknown_topic",
                    file.name,
                    format!("there is no topic `{}`", name.value),
                )
                .at(name.span.clone(), "named here")
                .help(help),
            );
        }
        found.and_then(|at| u16::try_from(at).ok()).map(TopicIx)
    }
}

fn topic(
    file: File<'_>,
    name: &At<String>,
    value: &At<Value>,
    told: &mut Mistakes,
) -> Option<(String, Vec<Basis>, Confirm)> {
    if !words::is_id(&name.value) {
        told.tell(bad_id(file, "topic", &name.value, Some(name.span.clone())));
    }
    let Value::Table(table) = &value.value else {
        told.tell(
            Diagnostic::error(
                "foresend::wrong_type",
                file.name,
                format!("the topic `{}` cannot be {}", name.value, value.value.noun()),
            )
            .at(value.span.clone(), value.value.noun())
            .help(format!(
                "write it like `{} = {{ says = \"Reminders and offers\", basis = \"consent\" }}`",
                name.value
            )),
        );
        return None;
    };
    let reader = Reader::new(file, table, &keys::TOPIC, name.span.clone(), told);
    let says = reader.required_text("says", told).map(|text| text.value.to_owned());
    let confirm = reader.one_of("confirm", &CONFIRM, told).unwrap_or_default();
    let value = reader.require("basis", &[], told)?;
    let (mut basis, mut all_read) = (Vec::new(), true);
    for text in reader.texts("basis", value, told) {
        let found = read::choice(file, "`basis`", &text, &BASES, told);
        all_read &= found.is_some();
        basis.extend(found.filter(|found| !basis.contains(found)));
    }
    if let Value::List(items) = &value.value
        && items.is_empty()
    {
        told.tell(
            Diagnostic::error("foresend::bad_value", file.name, "this topic has no basis")
                .at(value.span.clone(), "an empty list")
                .help("name at least one: contract, service, request, consent, existing-customer"),
        );
    }
    if let (Confirm::Double, Some(place)) = (confirm, reader.get("confirm"))
        && all_read
        && !basis.is_empty()
        && !basis.contains(&Basis::Consent)
    {
        told.tell(
            Diagnostic::error(
                "foresend::out_of_place",
                file.name,
                "only a consent can be confirmed, and this topic does not rest on one",
            )
            .at(place.span.clone(), "out of place here")
            .help("leave `confirm` out, or let `basis` be `\"consent\"`"),
        );
    }
    Some((says?, (!basis.is_empty()).then_some(basis)?, confirm))
}

/// "`Cart_Recovery` cannot be the name of a journey". No `place`: the name is the file's.
pub(crate) fn bad_id(
    file: File<'_>,
    what: &str,
    name: &str,
    place: Option<std::ops::Range<usize>>,
) -> Diagnostic {
    let help = words::name_meant(name, '-').map_or_else(
        || "names take a to z, digits and single hyphens, begin with a letter, and are at most 64 long".to_owned(),
        |meant| format!("write `{meant}`"),
    );
    let article = if what.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    let message = format!("`{name}` cannot be the name of {article} {what}");
    let diagnostic = Diagnostic::error("foresend::bad_name", file.name, message);
    match place {
        Some(place) => diagnostic.at(place, "named here").help(help),
        None => diagnostic.help(format!("{article} {what} is named by its file: {help}")),
    }
}
