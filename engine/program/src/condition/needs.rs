//! What must be remembered of a customer so that conditions can be read, and what that costs.
//!
//! A *stream* is one event, perhaps only those that pass a filter, perhaps with one of its properties. A function
//! over all time needs one scalar of it; a function over a window needs an entry for each event in the window.
//! Several functions share a stream; it is kept over the longest window any of them asks for.

use super::piece::{Filter, History, Piece, Place};
use foresend_core::time::Wait;
use foresend_core::world::condition::{BadOps, Condition, Op, TextIx};
use foresend_core::world::stream::{Keeps, Stream, StreamIx};
use foresend_core::world::value::{SlotIx, Source};
use std::collections::BTreeMap;

/// Most streams of a program.
pub(crate) const STREAMS_MAX: usize = 1_000;
/// Most properties of the event that starts it which a journey may read: what [`SlotIx`] can count.
pub(crate) const SLOTS_MAX: usize = 256;

/// Bytes of a stream's scalars: count, sum or last value, last time, known since.
const SCALAR_BYTES: usize = 32;
/// Bytes of one remembered entry: of a windowed stream, or of one whose values are told apart.
const ENTRY_BYTES: usize = 24;
/// Events of one stream that the usual customer has within a year: assumed, to give the estimate a size. The
/// report of a rehearsal measures what is really kept.
const EVENTS_A_YEAR: usize = 4;

/// Every stream that is needed, with the longest window over which it is read.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Needs {
    streams: BTreeMap<History, Option<Wait>>,
}

impl Needs {
    /// Adds what `pieces` read.
    pub(crate) fn add(&mut self, pieces: &[Piece]) {
        for piece in pieces {
            let Some(history) = piece.history() else { continue };
            match self.streams.get_mut(history) {
                Some(longest) => *longest = (*longest).max(piece.window()),
                None => {
                    self.streams.insert(history.clone(), piece.window());
                }
            }
        }
    }

    /// How many streams there are.
    pub(crate) fn len(&self) -> usize {
        self.streams.len()
    }

    /// What the streams remember, in the order of their numbers.
    pub(crate) fn histories(&self) -> impl Iterator<Item = &History> {
        self.streams.keys()
    }

    /// The streams, in the order of their numbers.
    pub(crate) fn streams(&self) -> Vec<Stream> {
        let stream = |(history, &window): (&History, &Option<Wait>)| Stream {
            event: history.event,
            filter: history.filter.as_ref().map(Filter::condition).cloned(),
            keeps: history.keeps,
            window,
        };
        self.streams.iter().map(stream).collect()
    }

    /// The condition that `pieces` are. All that they read has been added before; `slots` are the properties of
    /// the event that starts the journey, in the order of their numbers, and hold all that `pieces` name.
    pub(super) fn condition(
        &self,
        pieces: &[Piece],
        slots: &[String],
        text: String,
    ) -> Result<Condition, BadOps> {
        let (ops, texts) = self.numbered(pieces, slots);
        Condition::new(ops, texts, text)
    }

    /// The ops of `pieces`, and the texts that they name.
    pub(super) fn numbered(&self, pieces: &[Piece], slots: &[String]) -> (Vec<Op>, Vec<Box<str>>) {
        let mut texts: Vec<Box<str>> = Vec::new();
        let ops = pieces
            .iter()
            .map(|piece| match piece {
                Piece::Op(op) => *op,
                Piece::Count(history, window) => Op::Count(self.number(history), *window),
                Piece::Sum(history, window) => Op::Sum(self.number(history), *window),
                Piece::Distinct(history, window) => Op::Distinct(self.number(history), *window),
                Piece::Last(history) => Op::Last(self.number(history)),
                Piece::DaysSince(history) => Op::DaysSince(self.number(history)),
                Piece::Read(place) => Op::Read(source(place, slots)),
                Piece::Has(place) => Op::Has(source(place, slots)),
                Piece::Text(place, relation, written) => {
                    Op::Text(source(place, slots), *relation, text_ix(&mut texts, written))
                }
                Piece::SameText(one, other) => {
                    Op::SameText(source(one, slots), source(other, slots))
                }
                Piece::Size(place) => Op::Size(source(place, slots)),
            })
            .collect();
        (ops, texts)
    }

    fn number(&self, history: &History) -> StreamIx {
        let at = self.streams.keys().position(|other| other == history);
        let at = at.expect("what a condition reads is added before it is written");
        StreamIx(u16::try_from(at).expect("more than 1,000 streams are refused before"))
    }
}

fn source(place: &Place, slots: &[String]) -> Source {
    match place {
        Place::Event(name) => {
            let at = slots.iter().position(|slot| slot == name);
            let at = at.expect("what a condition reads of the event has a slot");
            Source::Event(SlotIx(u8::try_from(at).expect("more than 256 slots are refused before")))
        }
        Place::Counted(property) => Source::Counted(*property),
        Place::Trait(ix) => Source::Trait(*ix),
        Place::Item(ix) => Source::Item(*ix),
    }
}

/// The number of a text. Of those past the last number the ops are too many anyway, which [`Condition::new`] says.
fn text_ix(texts: &mut Vec<Box<str>>, written: &str) -> TextIx {
    let at = texts.iter().position(|text| **text == *written).unwrap_or_else(|| {
        texts.push(written.into());
        texts.len() - 1
    });
    TextIx(u8::try_from(at).unwrap_or(u8::MAX))
}

/// About how many bytes of the usual customer a stream takes.
pub(crate) fn bytes(stream: &Stream) -> usize {
    let entries = |window: Wait| {
        let days = usize::try_from(window.millis() / Wait::DAY.millis()).unwrap_or(usize::MAX);
        (EVENTS_A_YEAR * days.min(3650)).div_ceil(365)
    };
    let kept = match (stream.keeps, stream.window) {
        (Keeps::Count | Keeps::Sum(_) | Keeps::Distinct(_), Some(window)) => entries(window),
        // Which values there ever were can only be told from all of them.
        (Keeps::Distinct(_), None) => entries(Wait::days(3650)),
        (Keeps::Count | Keeps::Sum(_), None) | (Keeps::Last(_), _) => 0,
    };
    SCALAR_BYTES + kept * ENTRY_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;
    use foresend_core::world::condition::Relation;
    use foresend_core::world::event::{EventIx, PropertyIx};

    #[test]
    fn functions_share_a_stream_over_the_longest_window() {
        let order = History::of(EventIx::ORDER_COMPLETED);
        let viewed = History::of(EventIx::PRODUCT_VIEWED);
        let pieces = [
            Piece::Count(order.clone(), Some(Wait::days(30))),
            Piece::DaysSince(order.clone()),
            Piece::Count(viewed, Some(Wait::days(1))),
            Piece::Count(order.clone(), Some(Wait::days(365))),
            Piece::Count(order, None),
        ];
        let mut needs = Needs::default();
        needs.add(&pieces);
        let streams = needs.streams();
        assert_eq!(streams.len(), 2);
        assert_eq!(streams[1].window, Some(Wait::days(365)));
        let (ops, _) = needs.numbered(&pieces, &[]);
        assert_eq!(ops[2], Op::Count(StreamIx(0), Some(Wait::days(1))), "in order of event");
        assert_eq!(streams.iter().map(bytes).sum::<usize>(), 2 * 32 + 24 + 4 * 24);
    }

    #[test]
    fn what_is_kept_and_which_events_are_counted_tell_streams_apart() {
        let event = EventIx::PRODUCT_VIEWED;
        let filtered = |written: &str| {
            let place = Source::Counted(PropertyIx(2));
            let ops = vec![Op::Text(place, Relation::Is, TextIx(0))];
            let texts = vec![written.into()];
            let condition = Condition::new(ops, texts.clone(), String::new()).unwrap();
            History { filter: Some(Filter::new(condition, &texts)), ..History::of(event) }
        };
        let keeping = |keeps| History { keeps, ..History::of(event) };
        let pieces = [
            Piece::Count(filtered("shoes"), None),
            Piece::Count(filtered("hats"), Some(Wait::DAY)),
            Piece::Count(filtered("shoes"), Some(Wait::days(365))),
            Piece::Distinct(keeping(Keeps::Distinct(PropertyIx(0))), Some(Wait::days(365))),
            Piece::Last(keeping(Keeps::Last(PropertyIx(4)))),
        ];
        let mut needs = Needs::default();
        needs.add(&pieces);
        let streams = needs.streams();
        assert_eq!(streams.len(), 4);
        assert_eq!(streams.iter().map(bytes).collect::<Vec<_>>(), [32 + 24, 32 + 96, 32 + 96, 32]);
    }

    #[test]
    fn a_text_has_one_number_and_a_property_that_of_its_slot() {
        let (city, name) = (Place::Trait(foresend_core::world::value::TraitIx(3)), "x".to_owned());
        let text = |place: &Place, written: &str| {
            Piece::Text(place.clone(), Relation::Is, written.to_owned())
        };
        let pieces = [text(&city, "a"), text(&Place::Event(name.clone()), "b"), text(&city, "a")];
        let (ops, texts) = Needs::default().numbered(&pieces, &["w".to_owned(), name]);
        assert_eq!(texts, ["a".into(), "b".into()]);
        let event = Source::Event(SlotIx(1));
        assert_eq!(ops[1], Op::Text(event, Relation::Is, TextIx(1)));
        assert_eq!(ops[0], ops[2]);
    }
}
