//! The thread that makes checkpoints: asks for a cut, waits for the shards' parts, writes them, and says that they are
//! settled. One at a time.

use super::Fault;
use super::shard::{Shard, Tell};
use crate::disk::StdDisk;
use crate::entry::{Seq, each};
use crate::journal::{self, FolderId, Intake};
use crate::kv::Kv;
use crate::shard::Part;
use crate::store::StoreError;
use crate::store::checkpoint::{Checkpointer, GATHERED_BYTES};
use crate::store::meta::Meta;
use actix::Addr;
use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// At least so often the thread looks whether the engine has stopped.
const LOOKS: Duration = Duration::from_millis(200);

/// What the thread is told.
pub(super) enum Order {
    /// A shard's part of a cut.
    Part(Seq, usize, Box<Part>),
    /// A checkpoint is due.
    Now,
    /// A last one, then end.
    End,
}

pub(super) struct Checkpoints {
    orders: Sender<Order>,
    thread: JoinHandle<()>,
    last: Last,
}

/// When the last one was whole.
type Last = Arc<Mutex<Option<Instant>>>;

struct Thread {
    kv: Arc<dyn Kv + Send + Sync>,
    disk: StdDisk,
    intake: Intake,
    shards: Vec<Addr<Shard>>,
    parts: Vec<Option<Box<Part>>>,
    /// A cut was asked for.
    under_way: bool,
    settled: Seq,
    last: Last,
    folder: FolderId,
}

#[derive(Debug, thiserror::Error)]
enum Failed {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Journal(#[from] journal::ReadError),
    #[error("an entry of the journal cannot be read")]
    Entry(#[source] crate::entry::EntryError),
    #[error("the journal's folder cannot be opened once more")]
    Disk(#[source] io::Error),
}

impl Checkpoints {
    pub(super) fn start(
        (kv, disk, folder): (Arc<dyn Kv + Send + Sync>, StdDisk, FolderId),
        intake: Intake,
        (shards, orders, ordered): (Vec<Addr<Shard>>, Sender<Order>, Receiver<Order>),
        every: Duration,
        fault: Fault,
    ) -> io::Result<Self> {
        let parts = shards.iter().map(|_| None).collect();
        let last = Last::default();
        let (under_way, settled) = (false, Seq(0));
        let shown = Arc::clone(&last);
        let mut thread =
            Thread { kv, disk, intake, shards, parts, under_way, settled, last, folder };
        let run = move || {
            if let Err(error) = thread.run(&ordered, every, &fault) {
                fault.set(&error);
            }
        };
        let thread = thread::Builder::new().name("checkpoints".to_owned()).spawn(run)?;
        Ok(Self { orders, thread, last: shown })
    }

    /// How long ago the last one of this process was whole; `None`: there was none.
    pub(super) fn age(&self) -> Option<Duration> {
        let last = *self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.map(|last| last.elapsed())
    }

    /// Makes a last one, and ends.
    pub(super) fn end(self) {
        drop(self.orders.send(Order::End));
        drop(self.thread.join());
    }
}

impl Thread {
    /// Until it is told to end, or the engine has stopped: then shards hand over nothing any more.
    fn run(
        &mut self,
        ordered: &Receiver<Order>,
        every: Duration,
        fault: &Fault,
    ) -> Result<(), Failed> {
        let (mut next, mut ending) = (Instant::now() + every, false);
        while fault.check().is_ok() {
            let wait = next.saturating_duration_since(Instant::now());
            match ordered.recv_timeout(wait.min(LOOKS)) {
                Ok(Order::Part(cut, shard, part)) => {
                    self.parts[shard] = Some(part);
                    if self.parts.iter().all(Option::is_some) {
                        self.write(cut)?;
                        next = Instant::now() + every;
                    }
                }
                Err(RecvTimeoutError::Timeout) if Instant::now() < next => {}
                Ok(Order::Now) | Err(RecvTimeoutError::Timeout) => {
                    next = Instant::now() + every;
                    self.begin();
                }
                Ok(Order::End) => {
                    ending = true;
                    self.begin();
                }
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
            if ending && !self.under_way {
                if self.settled >= self.intake.durable() {
                    return Ok(());
                }
                self.begin();
            }
        }
        Ok(())
    }

    fn begin(&mut self) {
        if !self.under_way && self.settled < self.intake.durable() {
            self.under_way = true;
            self.intake.cut();
        }
    }

    fn write(&mut self, cut: Seq) -> Result<(), Failed> {
        let mut checkpointer = Checkpointer::begin(&*self.kv, cut, GATHERED_BYTES)?;
        let mut meta = None;
        for part in self.parts.iter_mut().filter_map(Option::take) {
            meta = part.meta_with(meta);
            checkpointer.take(part.into_store())?;
        }
        let disk = self.disk.again().map_err(Failed::Disk)?;
        for group in journal::groups(disk, checkpointer.from(), cut)? {
            let group = group?;
            for (raw, seq) in each(&group.entries).zip(group.first.0..) {
                checkpointer.told(Seq(seq), group.now, raw.map_err(Failed::Entry)?)?;
            }
        }
        if let Some(meta) = meta {
            checkpointer.commit(&Meta { folder: self.folder, ..meta })?;
            self.settled = cut;
            *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
            self.intake.settled(cut);
            for shard in &self.shards {
                shard.do_send(Tell::Settled(cut));
            }
        }
        self.under_way = false;
        Ok(())
    }
}
