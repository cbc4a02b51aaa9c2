//! What an event is about: which order, which product, which topic. A key is compared by its hash.

use super::Customer;
use super::input::Event;
use crate::id::Key;
use crate::money::Amount;
use crate::time::{Timestamp, Wait};
use crate::world::event::PropertyIx;
use crate::world::journey::{Listen, Same};
use crate::world::program::{AboutIx, Program};
use crate::world::value::Value;

/// Most of them that are remembered.
const ABOUT_MAX: usize = 64;
/// How long one is remembered that no live enrolment is about.
const KEPT: Wait = super::LATE_MAX;

/// When an event about something last happened. 24 bytes.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct LastAbout {
    pub(super) event: AboutIx,
    pub(super) key: Key,
    pub(super) last: Timestamp,
}

impl Event<'_> {
    /// The key that a property gives; `None`: it did not come with the event.
    pub(super) fn key(&self, property: PropertyIx) -> Option<Key> {
        self.property(property).map(|value| match value {
            Value::Text(text) => Key::of_text(text),
            Value::Number(number) => Key::of_text(&plain(number)),
            Value::Date(day) => Key::of_text(&day.to_string()),
            Value::Bool(yes) => Key::of_text(if yes { "true" } else { "false" }),
        })
    }

    /// Whether this event is one that is listened for, in an enrolment about `key`.
    pub(super) fn is(&self, listen: &Listen, key: Key) -> bool {
        self.name == listen.on && listen.same.is_none_or(|same| self.is_about(same, key))
    }

    fn is_about(&self, same: Same, key: Key) -> bool {
        let by_property = same.property.and_then(|property| self.key(property)) == Some(key);
        by_property
            || (same.products && self.products.iter().any(|line| Key::from(line.product) == key))
    }
}

/// A number as text: `5`, `5.25`. An id that one source sends as a number and another as text is the same id.
fn plain(number: Amount) -> String {
    let (parts, scale) = (number.parts(), Amount::SCALE);
    let (whole, rest) = ((parts / scale).unsigned_abs(), (parts % scale).unsigned_abs());
    let sign = if parts < 0 { "-" } else { "" };
    let text = format!("{sign}{whole}.{rest:04}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

impl Customer {
    /// Remembers what `event` was about, as far as something listens for that.
    pub(super) fn note_about(&mut self, program: &Program, event: &Event<'_>, t: Timestamp) {
        for &(ix, same) in &program.hears(event.name).about {
            let property = same.property.and_then(|property| event.key(property));
            let products = event.products.iter().filter(|_| same.products);
            for key in property.into_iter().chain(products.map(|line| Key::from(line.product))) {
                self.note_one(ix, key, t);
            }
        }
    }

    fn note_one(&mut self, event: AboutIx, key: Key, t: Timestamp) {
        let about = &mut self.ledger.about;
        if let Some(known) = about.iter_mut().find(|a| a.event == event && a.key == key) {
            known.last = known.last.max(t);
            return;
        }
        let live = |key: Key| self.runs.iter().any(|run| run.key == key && !run.is_over());
        about.retain(|old| old.last.after(KEPT) > t || live(old.key));
        if about.len() >= ABOUT_MAX {
            about.remove(0);
        }
        about.push(LastAbout { event, key, last: t });
    }

    /// When the event that is listened for last happened, in an enrolment about `key`; `None`: never, or unknown.
    pub(super) fn last_heard(
        &self,
        program: &Program,
        listen: &Listen,
        key: Key,
    ) -> Option<Timestamp> {
        match listen.same {
            None => self.history.last(program.remembers(listen.on)?),
            Some(same) => {
                let event = program.about(listen.on, same)?;
                let mut known = self.ledger.about.iter();
                known.find(|about| about.event == event && about.key == key).map(|about| about.last)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_the_same_id_as_its_text() {
        let plain = |parts| plain(Amount::from_parts(parts));
        assert_eq!(
            [plain(50_000), plain(52_500), plain(-1), plain(0), plain(104_210_000)],
            ["5", "5.25", "-0.0001", "0", "10421"]
        );
    }
}
