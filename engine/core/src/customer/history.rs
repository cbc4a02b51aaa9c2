//! What we remember of a customer's events: for each stream of the program its count, sum and last time ever, and
//! the single events that a window still needs, sorted by their own time.
//! Invariant: late events land where they belong, so facts do not depend on the order of arrival.
//! Invariant: what we do not hold is unknown, never zero.
//! Invariant: no floats in sums; at most [`KEPT_MAX`] single events a stream, older ones folded into longer spans.

use super::LATE_MAX;
use super::input::Event;
use crate::money::Amount;
use crate::time::{Timestamp, Wait};
use crate::world::program::Program;
use crate::world::stream::StreamIx;

/// Most entries a stream keeps one by one.
const KEPT_MAX: u16 = 256;

/// The streams of one customer.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct History {
    /// By stream; empty until something is known.
    pub(super) ever: Box<[Ever]>,
    /// Of all windowed streams together, by own time, then by arrival.
    pub(super) lately: Vec<Entry>,
}

/// What a stream came to in all. 32 bytes.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Ever {
    pub(super) sum: Amount,
    pub(super) last: Timestamp,
    /// Nothing of the stream is missing since then.
    pub(super) known_since: Timestamp,
    pub(super) count: u32,
    /// Entries of this stream in `lately`.
    pub(super) kept: u16,
    /// Into how many hours old entries were folded so far; 0: none were.
    pub(super) folded_hours: u16,
}

/// One event, or several folded into one. 24 bytes.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Entry {
    pub(super) at: Timestamp,
    pub(super) sum: Amount,
    pub(super) count: u32,
    pub(super) stream: StreamIx,
}

const _: () = assert!(size_of::<Ever>() == 32 && size_of::<Entry>() == 24);

impl Ever {
    /// Known from birth, and nothing happened.
    pub(super) const NOTHING: Self = Self {
        sum: Amount::ZERO,
        last: Timestamp::ALWAYS,
        known_since: Timestamp::ALWAYS,
        count: 0,
        kept: 0,
        folded_hours: 0,
    };
}

impl History {
    /// Learns `event`, which happened at `t`. Returns whether a stream had to fold old entries.
    pub(super) fn learn(&mut self, program: &Program, event: &Event<'_>, t: Timestamp) -> bool {
        let mut folded = false;
        for &ix in &program.hears(event.name).streams {
            let stream = &program.streams[usize::from(ix.0)];
            // A missing property counts 0.
            let value = stream.property.and_then(|property| {
                event.properties.iter().find(|p| p.name == property).map(|p| p.value)
            });
            let value = value.unwrap_or_default();
            let ever = self.ever(program, ix);
            ever.count = ever.count.saturating_add(1);
            ever.sum = ever.sum.plus(value);
            ever.last = ever.last.max(t);
            if stream.window.is_some() {
                ever.kept += 1;
                let full = ever.kept > KEPT_MAX;
                self.insert(program, Entry { at: t, sum: value, count: 1, stream: ix });
                if full {
                    self.fold(ix);
                    folded = true;
                }
            }
        }
        folded
    }

    pub(super) fn heap_bytes(&self) -> usize {
        size_of_val(&*self.ever) + self.lately.capacity() * size_of::<Entry>()
    }

    /// Nothing of `streams` is missing since `since`.
    pub(super) fn known_since(
        &mut self,
        program: &Program,
        streams: impl Iterator<Item = StreamIx>,
        since: Timestamp,
    ) {
        for ix in streams {
            self.ever(program, ix).known_since = since;
        }
    }

    /// Events of `stream` in `(at − window, at]`, or ever; `None`: unknown.
    pub(super) fn count(&self, ix: StreamIx, window: Option<Wait>, at: Timestamp) -> Option<u64> {
        let Some(ever) = self.ever.get(usize::from(ix.0)) else { return Some(0) };
        match window {
            None => (ever.known_since == Timestamp::ALWAYS).then_some(u64::from(ever.count)),
            Some(window) => {
                let from = at.before(window);
                (ever.known_since <= from)
                    .then(|| self.within(ix, from, at).map(|entry| u64::from(entry.count)).sum())
            }
        }
    }

    /// Sum of the stream's property over the same events; `None`: unknown.
    pub(super) fn sum(&self, ix: StreamIx, window: Option<Wait>, at: Timestamp) -> Option<Amount> {
        let Some(ever) = self.ever.get(usize::from(ix.0)) else { return Some(Amount::ZERO) };
        match window {
            None => (ever.known_since == Timestamp::ALWAYS).then_some(ever.sum),
            Some(window) => {
                let from = at.before(window);
                (ever.known_since <= from).then(|| {
                    self.within(ix, from, at).fold(Amount::ZERO, |sum, entry| sum.plus(entry.sum))
                })
            }
        }
    }

    /// Own time of the stream's last event; `Some(ALWAYS)`: certainly none; `None`: unknown.
    pub(super) fn last(&self, ix: StreamIx) -> Option<Timestamp> {
        let Some(ever) = self.ever.get(usize::from(ix.0)) else { return Some(Timestamp::ALWAYS) };
        if ever.last == Timestamp::ALWAYS && ever.known_since != Timestamp::ALWAYS {
            None
        } else {
            Some(ever.last)
        }
    }

    fn within(
        &self,
        ix: StreamIx,
        from: Timestamp,
        at: Timestamp,
    ) -> impl Iterator<Item = &Entry> + '_ {
        let newest_first = self.lately.iter().rev();
        newest_first
            .skip_while(move |entry| entry.at > at)
            .take_while(move |entry| entry.at > from)
            .filter(move |entry| entry.stream == ix)
    }

    fn ever(&mut self, program: &Program, ix: StreamIx) -> &mut Ever {
        if self.ever.is_empty() {
            self.ever = vec![Ever::NOTHING; program.streams.len()].into_boxed_slice();
        }
        &mut self.ever[usize::from(ix.0)]
    }

    fn insert(&mut self, program: &Program, entry: Entry) {
        if self.lately.len() == self.lately.capacity() {
            // Entries that no window reaches any more are swept only when room runs out. An event may come
            // 30 days late, so a condition may yet be read 30 days back.
            let newest = self.lately.last().map_or(entry.at, |last| last.at.max(entry.at));
            let ever = &mut self.ever;
            self.lately.retain(|old| {
                let ix = usize::from(old.stream.0);
                let window = program.streams[ix].window.unwrap_or_default();
                let live = old.at > newest.before(window).before(LATE_MAX);
                ever[ix].kept -= u16::from(!live);
                live
            });
        }
        let place = self.lately.partition_point(|old| old.at <= entry.at);
        self.lately.insert(place, entry);
    }

    /// Halves a stream that is full: its older entries become one for each hour, then two hours, then four …
    fn fold(&mut self, ix: StreamIx) {
        let ever = &mut self.ever[usize::from(ix.0)];
        let keep = KEPT_MAX / 2;
        while ever.kept > keep + keep / 2 {
            ever.folded_hours = ever.folded_hours.saturating_mul(2).max(1);
            let span = Wait::hours(u32::from(ever.folded_hours)).millis();
            let mut older = ever.kept.saturating_sub(keep / 2);
            let mut open: Option<usize> = None;
            let mut write = 0;
            for read in 0..self.lately.len() {
                let entry = self.lately[read];
                if entry.stream == ix && older > 0 {
                    older -= 1;
                    if let Some(into) = open
                        && self.lately[into].at.millis().div_euclid(span)
                            == entry.at.millis().div_euclid(span)
                    {
                        let into = &mut self.lately[into];
                        into.sum = into.sum.plus(entry.sum);
                        into.count = into.count.saturating_add(entry.count);
                        ever.kept -= 1;
                        continue;
                    }
                    open = Some(write);
                }
                self.lately[write] = entry;
                write += 1;
            }
            self.lately.truncate(write);
            if ever.folded_hours == u16::MAX {
                break;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::customer::input::Origin;
    use crate::time::Zone;
    use crate::world::event::{EventDef, EventIx};
    use crate::world::limit::Limits;
    use crate::world::program::Outline;
    use crate::world::stream::Stream;

    const VIEWS: StreamIx = StreamIx(0);

    fn views_of_30_days() -> Program {
        let window = Some(Wait::days(30));
        Program::new(Outline {
            hash: [0; 32],
            zone: Zone::named("UTC").unwrap(),
            currency: "EUR".into(),
            minor_digits: 2,
            credit: Wait::days(5),
            events: EventDef::builtin(),
            topics: vec![],
            streams: vec![Stream { event: EventIx::PRODUCT_VIEWED, property: None, window }],
            limits: Limits::default(),
            mails: vec![],
            journeys: vec![],
        })
    }

    fn viewed(minute: u32) -> Event<'static> {
        Event {
            name: EventIx::PRODUCT_VIEWED,
            origin: Origin::Live,
            at: Timestamp::from_millis(0).after(Wait::minutes(minute)),
            id: 0,
            properties: &[],
            products: &[],
        }
    }

    #[test]
    fn a_full_stream_folds_its_oldest_and_keeps_its_count() {
        let program = views_of_30_days();
        let mut history = History::default();
        for minute in 0..20_000 {
            history.learn(&program, &viewed(minute), viewed(minute).at);
        }
        let end = viewed(19_999).at;
        assert_eq!(history.count(VIEWS, Some(Wait::days(30)), end), Some(20_000));
        assert!(history.lately.len() <= 257, "{}", history.lately.len());
        assert_eq!(
            history.count(VIEWS, Some(Wait::minutes(30)), end),
            Some(30),
            "the newest stay exact"
        );
    }

    #[test]
    fn a_window_excludes_its_start_and_includes_its_end() {
        let program = views_of_30_days();
        let mut history = History::default();
        history.learn(&program, &viewed(10), viewed(10).at);
        let count = |minute| history.count(VIEWS, Some(Wait::minutes(5)), viewed(minute).at);
        assert_eq!(
            [count(9), count(10), count(14), count(15)],
            [Some(0), Some(1), Some(1), Some(0)]
        );
    }

    #[test]
    fn a_window_that_reaches_back_beyond_what_is_held_is_unknown() {
        let program = views_of_30_days();
        let mut history = History::default();
        history.known_since(&program, [VIEWS].into_iter(), viewed(100).at);
        let count = |minute| history.count(VIEWS, Some(Wait::minutes(5)), viewed(minute).at);
        assert_eq!([count(104), count(105)], [None, Some(0)]);
        assert_eq!(history.count(VIEWS, None, viewed(500).at), None);
        assert_eq!(history.last(VIEWS), None);
    }
}
