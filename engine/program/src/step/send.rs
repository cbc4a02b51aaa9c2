//! `send`: one mail, on a topic, not too late.

use super::act::About;
use crate::defaults;
use crate::diagnostic::{Diagnostic, Mistakes};
use crate::text::read::{self, Reader};
use crate::text::tree::{At, Value};
use foresend_core::world::journey::{Kind, MailIx, Send};
use foresend_core::world::topic::{Basis, Topic};

/// What a step sends; `None` where it is wrong, which is told.
pub(super) fn read(
    reader: &Reader<'_>,
    act: &At<Value>,
    about: About<'_>,
    told: &mut Mistakes,
) -> Option<Send> {
    let About { topic, journey_kind, known } = about;
    let late = reader.some_duration("late", told);
    let text = reader.as_text("send", act, told)?;
    let mail = known.mails.iter().position(|mail| *mail == text.value);
    if mail.is_none() {
        let names = known.mails.iter().copied();
        let help = read::did_you_mean(text.value, names, || {
            format!("write the mail as mails/{}.md", text.value)
        });
        told.tell(
            Diagnostic::error(
                "foresend::unknown_mail",
                reader.file.name,
                format!("there is no mail `{}`", text.value),
            )
            .at(text.span, "sent here")
            .help(help),
        );
    }
    let topic = topic?;
    let about = known.topics.get(topic);
    let usual = if about.is_marketing() { defaults::LATE_MARKETING } else { defaults::LATE };
    Some(Send {
        mail: MailIx(u16::try_from(mail?).ok()?),
        topic,
        kind: kind(about, journey_kind),
        late: late.map_or(usual, |late| late.value),
    })
}

/// A mail that rests on a contract, a request or a service is of that kind, whatever its journey.
fn kind(topic: &Topic, journey: Kind) -> Kind {
    if topic.is_marketing() {
        return journey;
    }
    let of = |basis: &Basis| match basis {
        Basis::Contract => Some(Kind::Order),
        Basis::Request => Some(Kind::Alert),
        Basis::Service => Some(Kind::Service),
        Basis::Consent | Basis::ExistingCustomer => None,
    };
    topic.basis.iter().find_map(of).unwrap_or(journey)
}
