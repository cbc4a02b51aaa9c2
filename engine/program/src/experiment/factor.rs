//! `[vary]`: what varies, and what its variants are. Words are checked like a mail's own, names like a step's.

use super::{Around, Place, check_combinations, check_fills};
use crate::diagnostic::{Diagnostic, Mistakes};
use crate::mail::{self, Mail};
use crate::sources::File;
use crate::text::read::{self, Reader, bad_duration};
use crate::text::suggest::closest;
use crate::text::tree::{At, Table, Value};
use crate::text::words;
use crate::topic::bad_id;
use foresend_core::time::Wait;
use foresend_core::world::experiment::{Factor, Sets};
use foresend_core::world::journey::MailIx;
use foresend_core::world::offer::OfferIx;

/// What may vary.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Varies {
    Subject,
    Preheader,
    Design,
    Button,
    Offer,
    Delay,
}

/// What may vary, as it is written.
pub(crate) const FACTORS: [(&str, Varies); 6] = [
    ("subject", Varies::Subject),
    ("preheader", Varies::Preheader),
    ("design", Varies::Design),
    ("button", Varies::Button),
    ("offer", Varies::Offer),
    ("delay", Varies::Delay),
];

/// What stands for no offer.
pub(super) const NO_OFFER: &str = "none";

/// One factor.
#[derive(Debug)]
pub(super) struct FactorRead {
    pub(super) varies: Varies,
    pub(super) name: At<String>,
    pub(super) variants: Vec<VariantRead>,
}

/// One of its variants.
#[derive(Debug)]
pub(super) struct VariantRead {
    pub(super) name: At<String>,
    /// As it is written.
    pub(super) says: At<String>,
    /// What that is; `None` where it is wrong, which is told.
    pub(super) is: Option<Meant>,
}

/// What a variant is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Meant {
    Words,
    Mail(MailIx),
    Offer(Option<OfferIx>),
    Delay(Wait),
}

impl FactorRead {
    pub(super) const fn count(&self) -> usize {
        self.variants.len()
    }

    pub(super) fn says(&self) -> Vec<String> {
        self.variants.iter().map(|variant| variant.says.value.clone()).collect()
    }

    /// Each variant's own part; `None` where one is wrong.
    fn each<T>(&self, part: impl Fn(Meant) -> Option<T>) -> Option<Vec<T>> {
        self.variants.iter().map(|variant| part(variant.is?)).collect()
    }

    pub(super) fn build(&self, control: u8) -> Option<Factor> {
        let sets = match self.varies {
            Varies::Subject | Varies::Preheader | Varies::Button => Sets::Words,
            Varies::Design => Sets::Mail(self.each(Meant::mail)?),
            Varies::Offer => Sets::Offer(self.each(Meant::offer)?),
            Varies::Delay => Sets::Delay(self.each(Meant::delay)?),
        };
        let names = self.variants.iter().map(|variant| variant.name.value.clone()).collect();
        Some(Factor::new(&self.name.value, names, control, sets))
    }
}

impl Meant {
    pub(super) const fn mail(self) -> Option<MailIx> {
        match self {
            Self::Mail(mail) => Some(mail),
            Self::Words | Self::Offer(_) | Self::Delay(_) => None,
        }
    }

    pub(super) const fn offer(self) -> Option<Option<OfferIx>> {
        match self {
            Self::Offer(offer) => Some(offer),
            Self::Words | Self::Mail(_) | Self::Delay(_) => None,
        }
    }

    pub(super) const fn delay(self) -> Option<Wait> {
        match self {
            Self::Delay(wait) => Some(wait),
            Self::Words | Self::Mail(_) | Self::Offer(_) => None,
        }
    }
}

/// Every factor. `place`: the step, if there is one.
pub(super) fn read_all(
    reader: &Reader<'_>,
    place: Option<Place>,
    around: Around<'_>,
    told: &mut Mistakes,
) -> Vec<FactorRead> {
    let Some(value) = reader.require("vary", &[], told) else { return Vec::new() };
    let Value::Table(table) = &value.value else {
        reader.wrong_type("vary", value, told);
        return Vec::new();
    };
    if table.entries.is_empty() {
        told.tell(
            Diagnostic::error("foresend::bad_value", reader.file.name, "nothing varies here")
                .at(value.span.clone(), "an empty table")
                .help(
                    "write a factor and its variants: `subject = { plain = \"…\", named = \"…\" }`",
                ),
        );
    }
    let mut all = Vec::new();
    for (name, value) in &table.entries {
        all.extend(one(reader, name, value, around, told));
    }
    check_combinations(reader, &all, told);
    if let Some(place) = place {
        check_mails(reader.file, &all, place, around, told);
    }
    all
}

fn one(
    reader: &Reader<'_>,
    name: &At<String>,
    value: &At<Value>,
    around: Around<'_>,
    told: &mut Mistakes,
) -> Option<FactorRead> {
    let file = reader.file;
    let Some(&(_, varies)) = FACTORS.iter().find(|(word, _)| *word == name.value) else {
        let names = FACTORS.iter().map(|(word, _)| *word);
        let list = names.clone().collect::<Vec<_>>().join(", ");
        let help = match closest(&name.value, names) {
            Some(near) => format!("did you mean `{near}`? What may vary: {list}"),
            None => format!("what may vary: {list}"),
        };
        told.tell(
            Diagnostic::error(
                "foresend::unknown_factor",
                file.name,
                format!("`{}` is nothing that may vary", name.value),
            )
            .at(name.span.clone(), "varied here")
            .help(help),
        );
        return None;
    };
    let Value::Table(table) = &value.value else {
        told.tell(
            Diagnostic::error(
                "foresend::wrong_type",
                file.name,
                format!("`{}` cannot be {}", name.value, value.value.noun()),
            )
            .at(value.span.clone(), value.value.noun())
            .help(format!("give each variant a name: {}", example(varies))),
        );
        return None;
    };
    let variants = variants(file, table, varies, around, told);
    if table.entries.len() < 2 {
        told.tell(
            Diagnostic::error(
                "foresend::one_variant",
                file.name,
                format!("`{}` has nothing to be compared with", name.value),
            )
            .at(value.span.clone(), "two variants at least were expected")
            .help(format!("write what it is now and what is to be tried: {}", example(varies))),
        );
    }
    check_differ(file, name, &variants, told);
    Some(FactorRead { varies, name: name.clone(), variants })
}

const fn example(varies: Varies) -> &'static str {
    match varies {
        Varies::Subject => {
            "`subject = { plain = \"Your basket\", named = \"{{ cart.first.name }}\" }`"
        }
        Varies::Preheader => "`preheader = { calm = \"No rush.\", brief = \"It is saved.\" }`",
        Varies::Design => "`design = { photo = \"cart-first\", letter = \"cart-first-letter\" }`",
        Varies::Button => {
            "`button = { return = \"Return to my basket\", order = \"Complete my order\" }`"
        }
        Varies::Offer => "`offer = { none = \"none\", tenth = \"comeback\" }`",
        Varies::Delay => "`delay = { now = \"0m\", later = \"3h\" }`",
    }
}

fn variants(
    file: File<'_>,
    table: &Table,
    varies: Varies,
    around: Around<'_>,
    told: &mut Mistakes,
) -> Vec<VariantRead> {
    let mut all = Vec::new();
    for (name, value) in &table.entries {
        if !words::is_id(&name.value) {
            told.tell(bad_id(file, "variant", &name.value, Some(name.span.clone())));
        }
        let Value::Text(text) = &value.value else {
            told.tell(
                Diagnostic::error(
                    "foresend::wrong_type",
                    file.name,
                    format!("a variant cannot be {}", value.value.noun()),
                )
                .at(value.span.clone(), value.value.noun())
                .help(format!("write it like {}", example(varies))),
            );
            continue;
        };
        let text = At { value: text.as_str(), span: value.span.clone() };
        let is = meant(file, &text, varies, around, told);
        let says = At { value: text.value.trim().to_owned(), span: text.span };
        all.push(VariantRead { name: name.clone(), says, is });
    }
    all
}

fn meant(
    file: File<'_>,
    text: &At<&str>,
    varies: Varies,
    around: Around<'_>,
    told: &mut Mistakes,
) -> Option<Meant> {
    if text.value.trim().is_empty() {
        told.tell(
            Diagnostic::error("foresend::bad_value", file.name, "this variant is empty")
                .at(text.span.clone(), "nothing stands here")
                .help(format!("write it like {}", example(varies))),
        );
        return None;
    }
    match varies {
        // Values in them are checked with the step that fills them.
        Varies::Subject | Varies::Preheader | Varies::Button => Some(Meant::Words),
        Varies::Design => {
            let mails = around.known.mails;
            let found = mails.iter().position(|mail| *mail == text.value);
            if found.is_none() {
                let help = read::did_you_mean(text.value, mails.iter().copied(), || {
                    format!("write the mail as mails/{}.md", text.value)
                });
                told.tell(
                    Diagnostic::error(
                        "foresend::unknown_mail",
                        file.name,
                        format!("there is no mail `{}`", text.value),
                    )
                    .at(text.span.clone(), "sent here")
                    .help(help),
                );
            }
            u16::try_from(found?).ok().map(|at| Meant::Mail(MailIx(at)))
        }
        Varies::Offer if text.value == NO_OFFER => Some(Meant::Offer(None)),
        Varies::Offer => {
            around.known.offers.named(file, text, told).map(|offer| Meant::Offer(Some(offer)))
        }
        Varies::Delay => match words::duration(text.value) {
            Some(wait) => Some(Meant::Delay(wait)),
            None => {
                told.tell(bad_duration(file, text.value, text.span.clone()));
                None
            }
        },
    }
}

/// Two variants that say the same are one.
fn check_differ(file: File<'_>, name: &At<String>, variants: &[VariantRead], told: &mut Mistakes) {
    for (at, variant) in variants.iter().enumerate() {
        let same = |other: &&VariantRead| match (variant.is, other.is) {
            (Some(Meant::Words), Some(Meant::Words)) => variant.says.value == other.says.value,
            (Some(one), Some(other)) => one == other,
            (None, _) | (_, None) => false,
        };
        if let Some(other) = variants.iter().take(at).find(same) {
            told.tell(
                Diagnostic::error(
                    "foresend::same_variant",
                    file.name,
                    format!(
                        "`{}` and `{}` of `{}` are the same",
                        other.name.value, variant.name.value, name.value
                    ),
                )
                .at(variant.says.span.clone(), "the same again")
                .help("leave one of them out, or let it differ"),
            );
        }
    }
}

/// Checks that the step can fill every mail that it may send, and every line.
fn check_mails(
    file: File<'_>,
    factors: &[FactorRead],
    place: Place,
    around: Around<'_>,
    told: &mut Mistakes,
) {
    let Some(send) = place.send(around) else { return };
    let of = |varies| factors.iter().find(|factor| factor.varies == varies);
    // A mail must be whole whichever offer it comes with.
    let offers = of(Varies::Offer).and_then(|factor| factor.each(Meant::offer));
    let has_offer =
        offers.map_or_else(|| send.offer.is_some(), |all| all.iter().all(Option::is_some));
    let designs = of(Varies::Design).and_then(|factor| factor.each(Meant::mail));
    for mail in designs.unwrap_or_else(|| vec![send.mail]) {
        let at = usize::from(mail.0);
        let named = around.folder.mails.get(at).map(|(_, file)| *file);
        if let (Some(Some(mail)), Some(file)) = (around.mails.get(at), named) {
            check_fills(around, place, (mail, file), has_offer, told);
        }
    }
    for factor in factors {
        match factor.varies {
            Varies::Subject | Varies::Preheader | Varies::Button => {}
            Varies::Design | Varies::Offer | Varies::Delay => continue,
        }
        for variant in &factor.variants {
            let text = At { value: variant.says.value.as_str(), span: variant.says.span.clone() };
            let line: Mail =
                mail::line_elsewhere(file, &factor.name.value, &text, around.provided, told);
            check_fills(around, place, (&line, file), has_offer, told);
        }
    }
}
