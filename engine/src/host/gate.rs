//! Between the journal and the shards: while the journal of before a restart is read again, what becomes durable meanwhile
//! waits, so that every shard is told everything in order.

use super::Fault;
use super::checkpoints::Order;
use super::shard::{Shard, Tell};
use crate::disk::StdDisk;
use crate::entry::Seq;
use crate::journal::{self, Durable, Lag};
use actix::Addr;
use std::io;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// How many entries of a replay may be on their way to a shard.
const AHEAD: u64 = 200_000;

#[derive(Clone)]
pub(super) struct Gate {
    inner: Arc<Mutex<Inner>>,
    shards: Vec<Addr<Shard>>,
    orders: Sender<Order>,
    fault: Fault,
    /// After so many bytes of journal a checkpoint is due.
    bytes_max: u64,
}

struct Inner {
    /// What waits; `None`: the replay is over.
    waiting: Option<Vec<Durable>>,
    bytes: u64,
}

impl Gate {
    pub(super) fn new(
        shards: Vec<Addr<Shard>>,
        orders: Sender<Order>,
        fault: Fault,
        bytes_max: u64,
    ) -> Self {
        let inner = Inner { waiting: Some(Vec::new()), bytes: 0 };
        Self { inner: Arc::new(Mutex::new(inner)), shards, orders, fault, bytes_max }
    }

    /// What the journal tells.
    pub(super) fn teller(&self) -> Box<dyn FnMut(Durable) + Send> {
        let gate = self.clone();
        Box::new(move |durable| {
            let mut inner = gate.inner.lock().unwrap_or_else(PoisonError::into_inner);
            match &mut inner.waiting {
                Some(waiting) => waiting.push(durable),
                None => gate.pass(&mut inner.bytes, durable),
            }
        })
    }

    fn pass(&self, bytes: &mut u64, durable: Durable) {
        match durable {
            Durable::Group(group) => {
                *bytes += group.entries.len() as u64;
                if *bytes > self.bytes_max {
                    *bytes = 0;
                    drop(self.orders.send(Order::Now));
                }
                for shard in &self.shards {
                    shard.do_send(Tell::Group(Arc::clone(&group)));
                }
            }
            Durable::Cut(cut) => {
                *bytes = 0;
                for shard in &self.shards {
                    shard.do_send(Tell::Cut(cut));
                }
            }
            Durable::Stopped(why) => self.fault.set(&why),
        }
    }

    /// Tells the shards, from a thread of its own, what was durable before the restart; then what waits.
    pub(super) fn replay(
        &self,
        disk: StdDisk,
        (from, until): (Seq, Seq),
        lag: &Lag,
    ) -> io::Result<()> {
        let (gate, lag) = (self.clone(), lag.clone());
        let told = move || {
            if let Err(error) = gate.tell_again(disk, from, until, &lag) {
                gate.fault.set(&error);
                return;
            }
            let mut inner = gate.inner.lock().unwrap_or_else(PoisonError::into_inner);
            for shard in &gate.shards {
                shard.do_send(Tell::Live);
            }
            for durable in inner.waiting.take().unwrap_or_default() {
                gate.pass(&mut inner.bytes, durable);
            }
        };
        thread::Builder::new().name("replay".to_owned()).spawn(told).map(drop)
    }

    fn tell_again(
        &self,
        disk: StdDisk,
        from: Seq,
        until: Seq,
        lag: &Lag,
    ) -> Result<(), journal::ReadError> {
        for group in journal::groups(disk, from, until)? {
            let group = Arc::new(group?);
            for shard in &self.shards {
                shard.do_send(Tell::Replay(Arc::clone(&group)));
            }
            while lag.replayed().0 + AHEAD < group.first.0 && self.fault.check().is_ok() {
                thread::park_timeout(Duration::from_millis(1));
            }
        }
        Ok(())
    }
}
