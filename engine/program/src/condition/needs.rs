//! What must be remembered of a customer so that conditions can be read, and what that costs.
//!
//! A *stream* is one event, perhaps with one of its properties. A function over all time needs one scalar of it; a
//! function over a window needs an entry for each event in the window. Several functions share a stream; it is
//! kept over the longest window any of them asks for.

use foresend_core::time::Wait;
use foresend_core::world::condition::Op;
use foresend_core::world::event::{EventIx, PropertyIx};
use foresend_core::world::stream::{Stream, StreamIx};
use std::collections::BTreeMap;

/// Most streams of a program.
pub(crate) const STREAMS_MAX: usize = 1_000;

/// Bytes of a customer before any stream.
pub(crate) const CUSTOMER_BYTES: usize = 128;
/// Bytes of a stream's scalar: count, sum, last time, known since.
const SCALAR_BYTES: usize = 32;
/// Bytes of one remembered entry of a windowed stream.
const ENTRY_BYTES: usize = 24;
/// Events of one stream that the usual customer has within a year: assumed, to give the estimate a size. The
/// report of a rehearsal measures what is really kept.
const EVENTS_A_YEAR: usize = 4;

/// The event, and perhaps the property, that a function reads.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct History {
    pub(crate) event: EventIx,
    pub(crate) property: Option<PropertyIx>,
}

impl Piece {
    /// What it reads, if it reads any history.
    pub(crate) const fn history(self) -> Option<History> {
        match self {
            Self::Op(_) => None,
            Self::Count(history, _) | Self::Sum(history, _) | Self::DaysSince(history) => {
                Some(history)
            }
        }
    }
}

/// One part of a condition whose streams have no numbers yet.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Piece {
    /// Reads no history.
    Op(Op),
    Count(History, Option<Wait>),
    Sum(History, Option<Wait>),
    DaysSince(History),
}

/// Every stream that is needed, with the longest window over which it is read.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Needs {
    streams: BTreeMap<History, Option<Wait>>,
}

impl Needs {
    /// Adds what `pieces` read.
    pub(crate) fn add(&mut self, pieces: &[Piece]) {
        for &piece in pieces {
            match piece {
                Piece::Op(_) => {}
                Piece::Count(history, window) | Piece::Sum(history, window) => {
                    let longest = self.streams.entry(history).or_default();
                    *longest = (*longest).max(window);
                }
                Piece::DaysSince(history) => {
                    self.streams.entry(history).or_default();
                }
            }
        }
    }

    /// How many streams there are.
    pub(crate) fn len(&self) -> usize {
        self.streams.len()
    }

    /// The streams, in the order of their numbers.
    pub(crate) fn streams(&self) -> Vec<Stream> {
        let stream = |(history, &window): (&History, &Option<Wait>)| Stream {
            event: history.event,
            property: history.property,
            window,
        };
        self.streams.iter().map(stream).collect()
    }

    /// The ops of `pieces`. All that they read has been added before.
    pub(crate) fn ops(&self, pieces: &[Piece]) -> Vec<Op> {
        pieces
            .iter()
            .map(|&piece| match piece {
                Piece::Op(op) => op,
                Piece::Count(history, window) => Op::Count(self.number(history), window),
                Piece::Sum(history, window) => Op::Sum(self.number(history), window),
                Piece::DaysSince(history) => Op::DaysSince(self.number(history)),
            })
            .collect()
    }

    fn number(&self, history: History) -> StreamIx {
        let at = self.streams.keys().position(|&other| other == history);
        let at = at.expect("what a condition reads is added before it is written");
        StreamIx(u16::try_from(at).expect("more than 1,000 streams are refused before"))
    }
}

/// About how many bytes of the usual customer a stream takes.
pub(crate) fn bytes(stream: &Stream) -> usize {
    let entries = |window: Wait| {
        let days = usize::try_from(window.millis() / Wait::DAY.millis()).unwrap_or(usize::MAX);
        (EVENTS_A_YEAR * days.min(3650)).div_ceil(365)
    };
    SCALAR_BYTES + stream.window.map_or(0, |window| entries(window) * ENTRY_BYTES)
}

/// About how many bytes the usual customer takes, with these streams.
pub(crate) fn bytes_a_customer(streams: &[Stream]) -> usize {
    CUSTOMER_BYTES + streams.iter().map(bytes).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_share_a_stream_over_the_longest_window() {
        let order = History { event: EventIx::ORDER_COMPLETED, property: None };
        let viewed = History { event: EventIx::PRODUCT_VIEWED, property: None };
        let pieces = [
            Piece::Count(order, Some(Wait::days(30))),
            Piece::DaysSince(order),
            Piece::Count(viewed, Some(Wait::days(1))),
            Piece::Count(order, Some(Wait::days(365))),
            Piece::Count(order, None),
        ];
        let mut needs = Needs::default();
        needs.add(&pieces);
        let streams = needs.streams();
        assert_eq!(streams.len(), 2);
        assert_eq!(streams[1].window, Some(Wait::days(365)));
        let ops = needs.ops(&pieces);
        assert_eq!(ops[2], Op::Count(StreamIx(0), Some(Wait::days(1))), "in order of event");
        assert_eq!(bytes_a_customer(&streams), 128 + 2 * 32 + 24 + 4 * 24);
    }
}
