//! Whether whoever sends a mail can fill it: the product, the event, the offer and the confirmation are there for
//! some journeys and not for others. Each hole is told once, in the mail, with the first step that would send it.

use super::Mail;
use crate::diagnostic::{Diagnostic, Mistakes};
use crate::sources::File;
use crate::text::suggest::closest;
use std::ops::Range;

/// A step that sends a mail, and what it has to fill it with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sender<'a> {
    pub(crate) journey: &'a str,
    pub(crate) step: &'a str,
    /// What starts the journey, any one of these: an event and its properties. Empty: it starts without an event.
    pub(crate) events: &'a [(&'a str, Vec<&'a str>)],
    /// Whether an enrolment is about one product.
    pub(crate) has_item: bool,
    /// Whether the step attaches an offer.
    pub(crate) has_offer: bool,
    /// Whether the mail asks to confirm a consent.
    pub(crate) confirms: bool,
}

/// Tells of what `mail` reads and shows that `sender` has not. What was told for another sender is not told again.
pub(crate) fn check_sender(mail: &Mail, file: File<'_>, sender: Sender<'_>, told: &mut Mistakes) {
    let mut seen: Vec<&str> = Vec::new();
    for (path, place) in &mail.reads {
        if !seen.contains(&path.as_str()) {
            seen.push(path);
            if let Some(why) = sender.lacks(path) {
                tell(file, &format!("`{path}`"), place, sender, why, told);
            }
        }
    }
    seen.clear();
    for (name, place) in &mail.blocks {
        if !seen.contains(&name.as_str()) {
            seen.push(name);
            if let Some(why) = sender.lacks_block(name) {
                tell(file, &format!("the block `{name}`"), place, sender, why, told);
            }
        }
    }
}

impl Sender<'_> {
    /// How to mend that a value is not there; `None`: it is.
    fn lacks(self, path: &str) -> Option<String> {
        match path.split_once('.') {
            Some(("item", _)) if !self.has_item => Some(
                "an enrolment is about one product where the journey says `key` or `each`; or read it elsewhere: `cart.first.name`"
                    .to_owned(),
            ),
            Some(("offer", _)) if !self.has_offer => {
                Some("attach an offer to the step: `offer = \"NAME\"`".to_owned())
            }
            Some(("confirm", _)) if !self.confirms => Some(
                "only a mail that answers `Consent Requested` asks to confirm: start the journey with that event, or leave it out"
                    .to_owned(),
            ),
            Some(("event", property)) => self.lacks_property(property),
            Some(_) | None => None,
        }
    }

    fn lacks_property(self, property: &str) -> Option<String> {
        if self.events.is_empty() {
            return Some(format!(
                "the journey `{}` starts without an event: start it with `on`, or leave this out",
                self.journey
            ));
        }
        // Its own time every event has.
        let has = |(_, properties): &&(&str, Vec<&str>)| {
            property == "time" || properties.contains(&property)
        };
        let (event, properties) = self.events.iter().find(|event| !has(event))?;
        let near = closest(property, properties.iter().copied());
        Some(match near {
            Some(near) => format!("did you mean `event.{near}`?"),
            None if properties.is_empty() => {
                format!("`{event}` has no properties: declare them in [events] of program.toml")
            }
            None => format!(
                "`{event}` has: {}; declare others in [events] of program.toml",
                properties.join(", ")
            ),
        })
    }

    /// How to mend that a block has nothing to show; `None`: it has.
    fn lacks_block(self, name: &str) -> Option<String> {
        let has_order = !self.events.is_empty()
            && self.events.iter().all(|(_, properties)| properties.contains(&"order_id"));
        let about_an_order =
            "start the journey with an event that has an `order_id`, such as `Order Completed`";
        match name {
            "offer" if !self.has_offer => {
                Some("attach an offer to the step: `offer = \"NAME\"`".to_owned())
            }
            "order" if !has_order => Some(about_an_order.to_owned()),
            "review" if !has_order && !self.has_item => {
                Some(format!("{about_an_order}, or let an enrolment be about one product"))
            }
            _ => None,
        }
    }
}

fn tell(
    file: File<'_>,
    what: &str,
    place: &Range<usize>,
    sender: Sender<'_>,
    help: String,
    told: &mut Mistakes,
) {
    const CODE: &str = "foresend::unknown_value";
    if told.is_told(CODE, file.name, place) {
        return;
    }
    let message = format!(
        "nothing provides {what} where `{}.{}` sends this mail",
        sender.journey, sender.step
    );
    told.tell(
        Diagnostic::error(CODE, file.name, message).at(place.clone(), "not there then").help(help),
    );
}
