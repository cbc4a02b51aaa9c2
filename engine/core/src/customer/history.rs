//! What we remember of a customer's events: for each stream of the program its count, sum and last time ever, and
//! the single events that a window still needs, sorted by their own time.
//! Invariant: late events land where they belong, so facts do not depend on the order of arrival.
//! Invariant: what we do not hold is unknown, never zero.
//! Invariant: no floats in sums; at most [`KEPT_MAX`] single events a stream, older ones folded into longer spans.

mod counted;
mod distinct;
mod tally;

use super::LATE_MAX;
use super::input::Event;
use crate::money::Amount;
use crate::time::{Timestamp, Wait};
use crate::world::flip::Measure;
use crate::world::program::Program;
use crate::world::stream::{Keeps, StreamIx};
use crate::world::value::Value;
use distinct::Seen;
use tally::{Count, Sum, Tally};

/// Most entries a stream keeps one by one.
const KEPT_MAX: u16 = 256;
/// A stream that was full is thinned out to so many, so that this is not done for every event.
const KEPT_THIN: u16 = 192;

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
    /// Of a stream that keeps the last one's number: that number.
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
    /// Of a stream that keeps values: the value's 64 bits.
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
    /// Learns `event`, which happened at `t`. Returns whether a stream lost something: old entries were folded
    /// together, or old values let go.
    pub(super) fn learn(&mut self, program: &Program, event: &Event<'_>, t: Timestamp) -> bool {
        let mut lost = false;
        for &ix in &program.hears(event.name).streams {
            let stream = &program.streams[usize::from(ix.0)];
            if stream.filter.as_ref().is_some_and(|filter| !counted::is_meant(filter, event, t)) {
                continue;
            }
            let value = match stream.keeps {
                Keeps::Count => Amount::ZERO,
                // A missing property counts 0 …
                Keeps::Sum(property) => {
                    event.property(property).and_then(Value::number).unwrap_or_default()
                }
                // … but is no value, …
                Keeps::Distinct(property) => match event.property(property) {
                    Some(value) => distinct::bits(value),
                    None => continue,
                },
                // … and an order without a total says nothing of the last order's total.
                Keeps::Last(property) => match event.property(property).and_then(Value::number) {
                    Some(value) => value,
                    None => continue,
                },
            };
            let ever = self.ever(program, ix);
            ever.count = ever.count.saturating_add(1);
            match stream.keeps {
                Keeps::Sum(_) => ever.sum = ever.sum.plus(value),
                Keeps::Last(_) if t >= ever.last => ever.sum = value,
                Keeps::Count | Keeps::Distinct(_) | Keeps::Last(_) => {}
            }
            ever.last = ever.last.max(t);
            if stream.window.is_some() {
                ever.kept += 1;
                let full = ever.kept > KEPT_MAX;
                self.insert(program, Entry { at: t, sum: value, count: 1, stream: ix });
                if full {
                    // What no window reaches goes first: when that is done otherwise depends on the room there happens to
                    // be, and what is remembered must not.
                    self.sweep(program, t);
                }
                if self.ever[usize::from(ix.0)].kept > KEPT_MAX {
                    lost |= match stream.keeps {
                        Keeps::Distinct(_) => self.let_go(ix),
                        Keeps::Count | Keeps::Sum(_) | Keeps::Last(_) => self.fold(ix),
                    };
                }
            }
        }
        lost
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

    /// How many values the stream's property had over the same events; `None`: unknown, as it is without a window.
    /// Where there are more than 256, at least 192 are told.
    pub(super) fn distinct(
        &self,
        ix: StreamIx,
        window: Option<Wait>,
        at: Timestamp,
    ) -> Option<u64> {
        let from = at.before(window?);
        let Some(ever) = self.ever.get(usize::from(ix.0)) else { return Some(0) };
        (ever.known_since <= from).then(|| {
            let mut seen = Seen::default();
            self.within(ix, from, at).for_each(|entry| seen.add(entry));
            u64::from(seen.values())
        })
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

    /// The number that the stream's last event had; `None`: there was none, or it is unknown.
    pub(super) fn last_value(&self, ix: StreamIx) -> Option<Amount> {
        let ever = self.ever.get(usize::from(ix.0))?;
        (ever.count > 0).then_some(ever.sum)
    }

    /// The first instant strictly after `after` at which an entry of the stream enters or leaves the window, or
    /// what it holds becomes known. [`Timestamp::NEVER`]: none does, or there is no window.
    pub(super) fn next_change(
        &self,
        ix: StreamIx,
        window: Option<Wait>,
        after: Timestamp,
    ) -> Timestamp {
        let (Some(window), Some(ever)) = (window, self.ever.get(usize::from(ix.0))) else {
            return Timestamp::NEVER;
        };
        let from = after.before(window);
        if ever.known_since > from {
            return ever.known_since.after(window);
        }
        if ever.kept == 0 {
            return Timestamp::NEVER; // others' entries need not be searched
        }
        let first_after = |at| {
            let entries = &self.lately[self.lately.partition_point(|entry| entry.at <= at)..];
            entries.iter().find(|entry| entry.stream == ix).map(|entry| entry.at)
        };
        let leaves = first_after(from).map_or(Timestamp::NEVER, |at| at.after(window));
        // An event may be known before its own time only while something older is looked at.
        let enters = first_after(after).unwrap_or(Timestamp::NEVER);
        leaves.min(enters)
    }

    /// An instant after `after` and not later than the first at which `measure`, at `after` known and `value`, stands
    /// on another side of `level`. Exact unless an event's own time lies after `after`.
    pub(super) fn next_crossing(
        &self,
        (ix, measure): (StreamIx, Measure),
        window: Option<Wait>,
        (value, level): (f64, f64),
        after: Timestamp,
    ) -> Timestamp {
        let Some(window) = window else { return Timestamp::NEVER };
        if self.lately.last().is_some_and(|last| last.at > after) {
            return self.next_change(ix, Some(window), after);
        }
        let entries = self.within(ix, after.before(window), after);
        let leaves = match measure {
            Measure::Count => crosses::<Count>(entries, value, level),
            Measure::Sum => crosses::<Sum>(entries, value, level),
            Measure::Distinct => crosses::<Seen>(entries, value, level),
        };
        leaves.map_or(Timestamp::NEVER, |at| at.after(window))
    }

    /// The stream's entries in `(from, at]`, newest first.
    fn within(
        &self,
        ix: StreamIx,
        from: Timestamp,
        at: Timestamp,
    ) -> impl Iterator<Item = &Entry> + '_ {
        let kept = self.ever.get(usize::from(ix.0)).map_or(0, |ever| ever.kept);
        let newest_first = self.lately.iter().rev();
        newest_first
            .take_while(move |entry| entry.at > from)
            .filter(move |entry| entry.stream == ix)
            .take(usize::from(kept)) // beyond these there are only others'
            .skip_while(move |entry| entry.at > at)
    }

    fn ever(&mut self, program: &Program, ix: StreamIx) -> &mut Ever {
        if self.ever.is_empty() {
            self.ever = vec![Ever::NOTHING; program.streams.len()].into_boxed_slice();
        }
        &mut self.ever[usize::from(ix.0)]
    }

    fn insert(&mut self, program: &Program, entry: Entry) {
        if self.lately.len() == self.lately.capacity() {
            self.sweep(program, entry.at);
        }
        let place = self.lately.partition_point(|old| old.at <= entry.at);
        self.lately.insert(place, entry);
    }

    /// Lets go of entries that no window reaches any more: only when room runs out. An event may come 30 days late,
    /// so a condition may yet be read 30 days back.
    fn sweep(&mut self, program: &Program, t: Timestamp) {
        let newest = self.lately.last().map_or(t, |last| last.at.max(t));
        let ever = &mut self.ever;
        self.lately.retain(|old| {
            let ix = usize::from(old.stream.0);
            let window = program.streams[ix].window.unwrap_or_default();
            let live = old.at > newest.before(window).before(LATE_MAX);
            ever[ix].kept -= u16::from(!live);
            live
        });
        // With little room gained, the next events would each sweep again.
        let room = self.lately.capacity();
        if self.lately.len() > room - room / 4 {
            self.lately.reserve_exact((room / 2).max(4));
        }
    }

    /// Thins out a stream that is full: its older entries become one for each hour, then two hours, then four …
    fn fold(&mut self, ix: StreamIx) -> bool {
        let ever = &mut self.ever[usize::from(ix.0)];
        while ever.kept > KEPT_THIN {
            // After 65,535 hours of it: whatever is left of that age becomes one.
            let whole = ever.folded_hours == u16::MAX;
            ever.folded_hours = ever.folded_hours.saturating_mul(2).max(1);
            let span = Wait::hours(u32::from(ever.folded_hours)).millis();
            let mut older = ever.kept.saturating_sub(KEPT_MAX / 4);
            let mut open: Option<usize> = None;
            let mut write = 0;
            for read in 0..self.lately.len() {
                let entry = self.lately[read];
                if entry.stream == ix && older > 0 {
                    older -= 1;
                    let part = |entry: &Entry| entry.at.millis().div_euclid(span);
                    if let Some(into) = open
                        && (whole || part(&self.lately[into]) == part(&entry))
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
        }
        true
    }

    /// Makes room in a stream of values that is full: of each value the newest entry stays, since a window that
    /// reaches an older one reaches it too, unless it is read in the past. If no value was there twice, the oldest
    /// are lost: then `true`.
    fn let_go(&mut self, ix: StreamIx) -> bool {
        let mut seen = Seen::default();
        let (mut write, mut stay) = (self.lately.len(), 0);
        for read in (0..self.lately.len()).rev() {
            let entry = self.lately[read];
            if entry.stream == ix {
                if !seen.is_new(entry.sum) {
                    continue;
                }
                stay += 1;
            }
            write -= 1;
            self.lately[write] = entry;
        }
        self.lately.drain(..write);
        let ever = &mut self.ever[usize::from(ix.0)];
        if stay <= KEPT_MAX {
            ever.kept = stay;
            return false;
        }
        ever.kept = KEPT_THIN;
        let mut surplus = stay - KEPT_THIN;
        self.lately.retain(|entry| {
            let goes = entry.stream == ix && surplus > 0;
            surplus -= u16::from(goes);
            !goes
        });
        true
    }
}

/// Own time of the first entry, oldest first as they leave, with which `value`, that of all of them, crosses `level`.
fn crosses<'a, T: Tally>(
    newest_first: impl Iterator<Item = &'a Entry>,
    value: f64,
    level: f64,
) -> Option<Timestamp> {
    let side = value.partial_cmp(&level);
    let (mut newer, mut crosses) = (T::default(), None);
    for entry in newest_first {
        // What is newer than an entry is what is left once it has left.
        if newer.value().partial_cmp(&level) != side {
            crosses = Some(entry.at);
        } else if T::ONLY_RISES {
            break; // and stays on this side with every older entry
        }
        newer.add(entry);
    }
    crosses
}

#[cfg(test)]
mod by_brute_force;
#[cfg(test)]
mod tests;
