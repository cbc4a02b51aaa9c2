//! `send`: one mail, on a topic, not too late, perhaps with an offer.

use super::act::About;
use crate::defaults;
use crate::diagnostic::{Diagnostic, Mistakes};
use crate::kind;
use crate::text::read::{self, Reader};
use crate::text::tree::{At, Value};
use foresend_core::world::journey::{MailIx, Send};

/// What a step sends; `None` where it is wrong, which is told.
pub(super) fn read(
    reader: &Reader<'_>,
    act: &At<Value>,
    about: About<'_>,
    told: &mut Mistakes,
) -> Option<Send> {
    let About { topic, journey_kind, known } = about;
    let late = reader.some_duration("late", told);
    let offer = reader.text("offer", told).map(|name| known.offers.named(reader.file, &name, told));
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
    let offer = match offer {
        None => None,
        Some(found) => Some(found?),
    };
    Some(Send {
        mail: MailIx(u16::try_from(mail?).ok()?),
        topic,
        kind: kind::of_mail(about, journey_kind),
        late: late.map_or(usual, |late| late.value),
        offer,
    })
}
