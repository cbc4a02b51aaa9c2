//! The journal on this machine: its threads, a real folder, and the bounds of its door.

use super::*;
use crate::disk::StdDisk;
use std::sync::mpsc::{Receiver, Sender, channel};
use tempfile::TempDir;

struct Running {
    journal: Journal,
    lag: Lag,
    told: Receiver<Durable>,
    _folder: TempDir,
}

fn running(settings: Settings) -> Running {
    let folder = tempfile::tempdir().unwrap();
    let mut disk = StdDisk::open(folder.path()).unwrap();
    let core = recover(&mut disk, &settings, &opening(None)).unwrap().core;
    start_in(folder, disk, core)
}

fn start_in(folder: TempDir, disk: StdDisk, core: JournalCore) -> Running {
    let lag = Lag::new(2, core.durable());
    let (tell, told) = channel();
    let wall = Box::new(|| Timestamp::from_millis(7));
    let tell = Box::new(move |durable| tell.send(durable).unwrap());
    let journal = start(core, disk, wall, lag.clone(), tell).unwrap();
    Running { journal, lag, told, _folder: folder }
}

type Answer = (u64, Result<Seq, Refused>);

fn append(intake: &Intake, class: Class, ticket: u64, count: u32, to: &Sender<Answer>) {
    let to = to.clone();
    let done = Box::new(move |answer| to.send((ticket, answer)).unwrap());
    intake.append(class, entries(ticket, count, 100), count, done);
}

#[test]
fn what_several_threads_append_is_acknowledged_told_and_read_after_a_restart() {
    let settings = Settings { segment_bytes: 1 << 16, append_bytes: 1 << 12, ..small() };
    let Running { journal, told, _folder: folder, .. } = running(settings);
    let (to, answers) = channel();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (intake, to) = (journal.intake(), to.clone());
            scope.spawn(move || {
                for ticket in 0..500 {
                    append(&intake, Class::Internal, thread * 1_000 + ticket, 2, &to);
                }
            });
        }
    });
    let acknowledged: BTreeMap<u64, u64> =
        answers.iter().take(2_000).map(|(ticket, first)| (first.unwrap().0, ticket)).collect();
    assert_eq!(journal.intake().durable(), Seq(4_000));
    assert_eq!(journal.waited().len(), 2_000);
    assert_eq!(journal.close(), Ending::Closed);
    let mut disk = StdDisk::open(folder.path()).unwrap();
    let recovered = recover(&mut disk, &settings, &opening(None)).unwrap();
    assert!(recovered.core.is_sealed() && recovered.torn.is_none());
    let read: Vec<Group> =
        groups(disk, Seq(0), recovered.until).unwrap().collect::<Result<_, _>>().unwrap();
    let heard: Vec<Group> = told
        .iter()
        .map(|durable| match durable {
            Durable::Group(group) => Arc::unwrap_or_clone(group),
            Durable::Cut(_) | Durable::Stopped(_) => panic!("{durable:?}"),
        })
        .collect();
    assert_eq!(heard, read);
    let firsts = read.iter().flat_map(|group| {
        (group.first.0..).zip(each(&group.entries)).filter_map(|(place, raw)| {
            let (ticket, within, _) = said(&raw.unwrap());
            (within == 0).then_some((place, ticket))
        })
    });
    assert_eq!(firsts.collect::<BTreeMap<_, _>>(), acknowledged);
    // Appends of one thread stand in its order.
    for thread in 0..4 {
        let own = acknowledged.values().filter(|ticket| **ticket / 1_000 == thread);
        assert!(own.is_sorted());
    }
}

#[test]
fn events_are_refused_while_those_who_apply_lag_behind() {
    let Running { journal, lag, told: _told, _folder } =
        running(Settings { lag_entries: 10, ..small() });
    let (to, answers) = channel();
    let intake = journal.intake();
    let one = |class, count| {
        append(&intake, class, 0, count, &to);
        answers.recv().unwrap().1
    };
    assert_eq!(one(Class::Event, 6), Ok(Seq(0)));
    assert_eq!(one(Class::Event, 5), Ok(Seq(6)));
    assert!(matches!(one(Class::Event, 1), Err(Refused::Behind { .. })));
    assert_eq!(one(Class::Internal, 1), Ok(Seq(11)));
    lag.applied(0, Seq(12));
    assert!(matches!(one(Class::Event, 1), Err(Refused::Behind { .. })), "the other one lags");
    lag.applied(1, Seq(2));
    assert_eq!(one(Class::Event, 1), Ok(Seq(12)));
    assert_eq!(journal.close(), Ending::Closed);
}

#[test]
fn events_are_refused_while_checkpoints_lag_behind() {
    let Running { journal, told, lag: _, _folder } =
        running(Settings { unsettled_bytes: 5_000, ..small() });
    let (to, answers) = channel();
    let intake = journal.intake();
    let one = |class| {
        append(&intake, class, 0, 5, &to);
        answers.recv().unwrap().1
    };
    let settle = || {
        intake.cut();
        let cut = told.iter().find_map(|told| match told {
            Durable::Cut(cut) => Some(cut),
            Durable::Group(_) | Durable::Stopped(_) => None,
        });
        intake.settled(cut.unwrap());
    };
    let taken = |until| (0..100).take_while(|_| one(until).is_ok()).count();
    let first = taken(Class::Event);
    assert!((1..20).contains(&first), "{first}");
    assert!(matches!(one(Class::Event), Err(Refused::Behind { .. })));
    assert_eq!(taken(Class::Internal), 100);
    settle();
    assert_eq!(taken(Class::Event), first);
    assert_eq!(journal.close(), Ending::Closed);
}

#[test]
fn a_full_intake_refuses_events_and_takes_withdrawals_and_the_engines_own() {
    let Running { journal, told: _told, .. } = running(Settings { intake_bytes: 300, ..small() });
    let (to, answers) = channel();
    let (go, gate) = channel::<()>();
    let intake = journal.intake();
    // The journal's thread is held in the answer to the first, whose own bytes are given back.
    let (held, holds) = channel();
    let hold = Box::new(move |_| {
        held.send(()).unwrap();
        gate.recv().unwrap();
    });
    intake.append(Class::Event, entries(0, 1, 0), 1, hold);
    holds.recv().unwrap();
    assert_eq!(intake.waiting_bytes(), 0);
    for (ticket, class) in [
        (1, Class::Event),
        (2, Class::Event),
        (3, Class::Event),
        (4, Class::Withdrawal),
        (5, Class::Internal),
        (6, Class::Internal),
        (7, Class::Internal),
    ] {
        append(&intake, class, ticket, 1, &to);
    }
    go.send(()).unwrap();
    let answers: BTreeMap<u64, Result<Seq, Refused>> = answers.iter().take(7).collect();
    assert!(matches!(answers[&3], Err(Refused::Full { .. })), "{answers:?}");
    assert_eq!(answers.values().filter(|answer| answer.is_ok()).count(), 6);
    assert_eq!(journal.close(), Ending::Closed);
}

#[test]
fn nothing_is_taken_that_is_miscounted_or_comes_after_the_end() {
    let Running { journal, told: _told, .. } = running(small());
    let (to, answers) = channel();
    let intake = journal.intake();
    for (bytes, count) in [(entries(0, 2, 0), 1), (vec![1, 2, 3], 1), (Vec::new(), 0)] {
        let to = to.clone();
        intake.append(Class::Internal, bytes, count, Box::new(move |a| to.send((0, a)).unwrap()));
        assert_eq!(answers.recv().unwrap().1, Err(Refused::Miscounted));
    }
    assert_eq!(journal.close(), Ending::Closed);
    append(&intake, Class::Internal, 1, 1, &to);
    assert_eq!(answers.recv().unwrap().1, Err(Refused::Closed));
}

#[test]
fn an_idle_journal_seals_its_tail_and_a_cut_comes_between_groups() {
    let settings = Settings { seal_after: Wait::from_millis(1), ..small() };
    let Running { journal, told, _folder: folder, .. } = running(settings);
    let (to, answers) = channel();
    append(&journal.intake(), Class::Event, 0, 3, &to);
    assert_eq!(answers.recv().unwrap().1, Ok(Seq(0)));
    journal.intake().cut();
    assert!(matches!(told.recv().unwrap(), Durable::Group(_)));
    assert_eq!(told.recv().unwrap(), Durable::Cut(Seq(3)));
    let mut disk = StdDisk::open(folder.path()).unwrap();
    while !check(&mut disk).unwrap().segments[0].sealed {
        std::thread::yield_now();
    }
    journal.intake().settled(Seq(3));
    assert_eq!(journal.close(), Ending::Closed);
}
