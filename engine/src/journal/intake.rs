//! The door of the journal: from any thread, without waiting. How much may stand before it is bounded, by class, and so is
//! how far those who apply may lag behind, and checkpoints.
//! Invariant: an append is answered once: at once here, or later by the journal's thread.

use super::{Class, Refused, Settings, is_whole};
use crate::entry::Seq;
use hdrhistogram::Histogram;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How an append is answered: with the place of its first entry. Called on the journal's thread, so it must be short and
/// never wait; a refusal at the door is told on the caller's own.
pub type Acknowledged = Box<dyn FnOnce(Result<Seq, Refused>) + Send>;

/// The door: cheap to clone, one for each that has something to say.
#[derive(Clone)]
pub struct Intake {
    pub(super) shared: Arc<Shared>,
}

/// How far each of those who apply has come.
#[derive(Clone, Debug)]
pub struct Lag {
    applied: Arc<[AtomicU64]>,
    replayed: Arc<[AtomicU64]>,
}

impl Lag {
    /// For so many, of which each has everything before `from`, or will have it from the replay: what came before does not
    /// count as a lag.
    #[must_use]
    pub fn new(shards: usize, from: Seq) -> Self {
        let all = |from| (0..shards).map(|_| AtomicU64::new(from)).collect();
        Self { applied: all(from.0), replayed: all(0) }
    }

    /// One of them, counted from 0, has applied everything before `seq`.
    pub fn applied(&self, shard: usize, seq: Seq) {
        if let Some(applied) = self.applied.get(shard) {
            applied.fetch_max(seq.0, Ordering::Relaxed);
        }
    }

    /// One of them, counted from 0, has taken in everything before `seq` that is told again.
    pub fn replayed_to(&self, shard: usize, seq: Seq) {
        if let Some(replayed) = self.replayed.get(shard) {
            replayed.fetch_max(seq.0, Ordering::Relaxed);
        }
    }

    /// All of them have taken in everything before this that is told again.
    #[must_use]
    pub fn replayed(&self) -> Seq {
        let all = self.replayed.iter().map(|replayed| replayed.load(Ordering::Relaxed));
        Seq(all.min().unwrap_or(u64::MAX))
    }

    /// All of them have applied everything before this.
    #[must_use]
    pub fn of_all(&self) -> Seq {
        let all = self.applied.iter().map(|applied| applied.load(Ordering::Relaxed));
        Seq(all.min().unwrap_or(u64::MAX))
    }
}

/// What the door, the journal's thread and its helper share.
pub(super) struct Shared {
    settings: Settings,
    queue: Mutex<Queue>,
    came: Condvar,
    events: AtomicU64,
    withdrawals: AtomicU64,
    pub(super) durable: AtomicU64,
    lag: Lag,
    bytes: Bytes,
    /// From append to acknowledge, in microseconds.
    waited: Mutex<Histogram<u64>>,
}

/// Bytes of entries that became durable since the start: all, those before the last cut, those before the last that was
/// settled. There is one cut at a time.
#[derive(Default)]
struct Bytes {
    durable: AtomicU64,
    cut: AtomicU64,
    settled: AtomicU64,
}

struct Queue {
    items: Vec<Item>,
    /// Why nothing is taken any more.
    ended: Option<Refused>,
}

pub(super) enum Item {
    Append(Append),
    RoomDone(Result<(), io::ErrorKind>),
    Cut,
    Settled(Seq),
    Close,
}

pub(super) struct Append {
    pub(super) class: Class,
    pub(super) entries: Vec<u8>,
    pub(super) count: u32,
    pub(super) done: Acknowledged,
    pub(super) at: Instant,
}

impl Intake {
    /// Asks for entries to become durable, all of them together in one group. `entries`: one after the other, as
    /// [`crate::entry::Entry::write`] writes them; `count`: how many. Does not wait; `done` is called once.
    pub fn append(&self, class: Class, entries: Vec<u8>, count: u32, done: Acknowledged) {
        let bytes = entries.len();
        let whole = is_whole(&entries, count);
        match self.shared.admit(class, bytes, whole) {
            Err(why) => done(Err(why)),
            Ok(()) => {
                let append = Append { class, entries, count, done, at: Instant::now() };
                if let Some((append, why)) = self.shared.push_append(append) {
                    self.shared.give_back(class, bytes);
                    (append.done)(Err(why));
                }
            }
        }
    }

    /// The first place that is not durable yet.
    #[must_use]
    pub fn durable(&self) -> Seq {
        Seq(self.shared.durable.load(Ordering::Acquire))
    }

    /// Asks for a cut: [`Durable::Cut`](super::Durable::Cut) comes between two groups.
    pub fn cut(&self) {
        self.shared.push(Item::Cut);
    }

    /// What is before `seq` is needed no longer: its segments are used again.
    pub fn settled(&self, seq: Seq) {
        let Bytes { cut, settled, .. } = &self.shared.bytes;
        settled.store(cut.load(Ordering::Relaxed), Ordering::Relaxed);
        self.shared.push(Item::Settled(seq));
    }

    /// How many bytes of events wait to become durable.
    #[must_use]
    pub fn waiting_bytes(&self) -> u64 {
        self.shared.events.load(Ordering::Relaxed)
    }
}

impl Shared {
    pub(super) fn new(settings: Settings, durable: Seq, lag: Lag) -> Self {
        let waited = Histogram::new_with_bounds(1, 600_000_000, 3).expect("bounds that it takes");
        Self {
            settings,
            queue: Mutex::new(Queue { items: Vec::new(), ended: None }),
            came: Condvar::new(),
            events: AtomicU64::new(0),
            withdrawals: AtomicU64::new(0),
            durable: AtomicU64::new(durable.0),
            lag,
            bytes: Bytes::default(),
            waited: Mutex::new(waited),
        }
    }

    fn room(&self, class: Class) -> Option<&AtomicU64> {
        match class {
            Class::Event => Some(&self.events),
            Class::Withdrawal => Some(&self.withdrawals),
            Class::Internal => None,
        }
    }

    /// Takes up room for an append, or says why not.
    fn admit(&self, class: Class, bytes: usize, whole: bool) -> Result<(), Refused> {
        let Settings { append_bytes: max, retry_after: retry, .. } = self.settings;
        if bytes as u64 > u64::from(max) {
            return Err(Refused::TooLong { bytes, max });
        }
        if !whole {
            return Err(Refused::Miscounted);
        }
        let durable = self.durable.load(Ordering::Relaxed);
        let lag = durable.saturating_sub(self.lag.of_all().0);
        if class == Class::Event && lag > self.settings.lag_entries {
            return Err(Refused::Behind { retry });
        }
        let Bytes { durable, settled, .. } = &self.bytes;
        let settled = settled.load(Ordering::Relaxed);
        let unsettled = durable.load(Ordering::Relaxed).saturating_sub(settled);
        if class == Class::Event && unsettled > self.settings.unsettled_bytes {
            return Err(Refused::Behind { retry });
        }
        let Some(room) = self.room(class) else { return Ok(()) };
        let held = room.fetch_add(bytes as u64, Ordering::Relaxed);
        if held + bytes as u64 > u64::from(self.settings.intake_bytes) {
            room.fetch_sub(bytes as u64, Ordering::Relaxed);
            return Err(Refused::Full { retry });
        }
        Ok(())
    }

    /// So many bytes of entries became durable.
    pub(super) fn are_durable(&self, bytes: usize) {
        self.bytes.durable.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// Everything durable is before a cut.
    pub(super) fn is_cut(&self) {
        self.bytes.cut.store(self.bytes.durable.load(Ordering::Relaxed), Ordering::Relaxed);
    }

    /// An append was acknowledged after so long.
    pub(super) fn has_waited(&self, took: Duration) {
        let took = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.waited.lock().unwrap_or_else(PoisonError::into_inner).saturating_record(took);
    }

    pub(super) fn waited(&self) -> Histogram<u64> {
        self.waited.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// An append was answered.
    pub(super) fn give_back(&self, class: Class, bytes: usize) {
        if let Some(room) = self.room(class) {
            room.fetch_sub(bytes as u64, Ordering::Relaxed);
        }
    }

    /// The append itself where nothing is taken any more, and why.
    fn push_append(&self, append: Append) -> Option<(Append, Refused)> {
        let mut queue = self.lock();
        if let Some(why) = queue.ended {
            return Some((append, why));
        }
        let first = queue.items.is_empty();
        queue.items.push(Item::Append(append));
        drop(queue);
        if first {
            self.came.notify_one();
        }
        None
    }

    pub(super) fn push(&self, item: Item) {
        self.lock().items.push(item);
        self.came.notify_one();
    }

    /// Moves what has come into `items`. `patience`: how long to wait where nothing has.
    pub(super) fn take(&self, items: &mut Vec<Item>, patience: Option<Duration>) {
        let mut queue = self.lock();
        if let Some(patience) = patience
            && queue.items.is_empty()
        {
            let waited = self.came.wait_timeout(queue, patience);
            (queue, _) = waited.unwrap_or_else(PoisonError::into_inner);
        }
        std::mem::swap(&mut queue.items, items);
    }

    /// Takes nothing any more; returns what was taken and not answered. The first reason stays.
    pub(super) fn end(&self, why: Refused) -> Vec<Item> {
        let mut queue = self.lock();
        queue.ended.get_or_insert(why);
        std::mem::take(&mut queue.items)
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        // Nothing is done under the lock that could leave half of it behind.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
