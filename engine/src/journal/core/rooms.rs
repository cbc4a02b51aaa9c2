//! The room lane: keeps prepared files at hand, and takes settled segments back. A file that cannot be prepared is tried
//! again later; meanwhile the log goes on in what there is.

use super::super::segment;
use super::super::{Refused, Settings};
use super::{Closed, Command, Lane, Output};
use crate::entry::Seq;
use std::collections::VecDeque;
use std::io;

#[derive(Debug)]
pub(super) struct Rooms {
    segment_len: u64,
    reserve: usize,
    /// How many files at most are kept for use.
    kept: usize,
    /// The labels of files that are ready.
    spares: VecDeque<u64>,
    /// Segments that are written no more, oldest first.
    closed: VecDeque<Closed>,
    settled: Seq,
    /// The next label.
    label: u64,
    job: Option<Job>,
    /// Why the last creation failed; no other is begun until it is time.
    failed: Option<io::ErrorKind>,
    /// A segment could not be taken back; that too is tried again when it is time.
    stuck: bool,
}

#[derive(Debug)]
enum Job {
    Create(u64),
    Recycle(u64),
    Remove,
}

impl Rooms {
    pub(super) fn new(settings: &Settings, closed: Vec<Closed>, spares: Vec<u64>) -> Self {
        let label = spares.iter().max().map_or(1, |label| label + 1);
        let reserve = settings.reserve_segments.get();
        let reserve = usize::try_from(reserve).unwrap_or(usize::MAX / 4);
        Self {
            segment_len: u64::from(settings.segment_bytes),
            reserve,
            kept: reserve + 1 + usize::try_from(settings.spare_segments).unwrap_or(usize::MAX / 4),
            spares: spares.into(),
            closed: closed.into(),
            settled: Seq(0),
            label,
            job: None,
            failed: None,
            stuck: false,
        }
    }

    pub(super) fn spares(&self) -> usize {
        self.spares.len()
    }

    pub(super) fn reserve(&self) -> usize {
        self.reserve
    }

    /// A prepared file, if there is one.
    pub(super) fn take(&mut self) -> Option<u64> {
        self.spares.pop_front()
    }

    /// Why no file is being prepared, where none is.
    pub(super) fn lacking(&self) -> Option<Refused> {
        match (&self.job, self.failed) {
            (None, Some(io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)) => {
                Some(Refused::DiskFull)
            }
            (None, Some(io::ErrorKind::ReadOnlyFilesystem)) => Some(Refused::ReadOnly),
            (None, Some(kind)) => Some(Refused::Disk(kind)),
            (Some(_), _) | (None, None) => None,
        }
    }

    pub(super) fn close(&mut self, segment: Closed) {
        self.closed.push_back(segment);
    }

    pub(super) fn settled(&mut self, before: Seq) {
        self.settled = self.settled.max(before);
    }

    pub(super) fn retry(&mut self) {
        self.failed = None;
        self.stuck = false;
    }

    pub(super) fn done(&mut self, result: Result<(), io::ErrorKind>) {
        let Some(job) = self.job.take() else { return };
        match (result, job) {
            (Err(kind), Job::Create(_)) => self.failed = Some(kind),
            (Err(_), Job::Recycle(_) | Job::Remove) => self.stuck = true,
            (Ok(()), Job::Create(label)) => self.spares.push_back(label),
            (Ok(()), Job::Recycle(label)) => {
                self.closed.pop_front();
                self.spares.push_back(label);
            }
            (Ok(()), Job::Remove) => {
                self.closed.pop_front();
                // There may be room now.
                self.failed = None;
            }
        }
    }

    /// Begins the next job, if there is one.
    pub(super) fn go_on(&mut self, out: &mut Vec<Output>) {
        if self.job.is_some() {
            return;
        }
        let wants = self.spares.len() <= self.reserve;
        // Oldest first, one by one: a crash leaves no gap.
        let settled = self.closed.front().filter(|segment| segment.until <= self.settled);
        let settled = settled.filter(|_| !self.stuck);
        let (job, command) = match settled {
            // A name needs no room, so a full disk does not stop it.
            Some(segment) if self.spares.len() < self.kept && segment.len == self.segment_len => {
                let from = segment::name(segment.number);
                let to = segment::spare_name(self.label);
                (Job::Recycle(self.label), Command::Rename { from, to })
            }
            Some(segment) => (Job::Remove, Command::Remove { file: segment::name(segment.number) }),
            None if wants && self.failed.is_none() => {
                let file = segment::spare_name(self.label);
                (Job::Create(self.label), Command::Create { file, len: self.segment_len })
            }
            None => return,
        };
        self.label += 1;
        self.job = Some(job);
        out.push(Output::Disk(Lane::Room, command));
    }
}
