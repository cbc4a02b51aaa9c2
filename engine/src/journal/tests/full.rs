//! A full disk, a disk nobody may write to, and a disk that fails.

use super::*;
use crate::sim::disk::Doing;
use std::io::ErrorKind;

/// A journal with its files prepared, on a disk that then becomes full.
fn full() -> Rig {
    let mut rig = Rig::made();
    rig.settle();
    rig.disk.set_room(Some(0));
    rig
}

/// Appends of one class, a ticket each, until one is refused; how many were taken.
fn until_refused(rig: &mut Rig, tickets: &mut u64, class: Class) -> u64 {
    for taken in 0..100 {
        let ticket = *tickets;
        *tickets += 1;
        rig.append(ticket, class, 1, 500);
        rig.settle();
        if rig.refused.contains_key(&ticket) {
            return taken;
        }
    }
    panic!("{class:?} are never refused");
}

#[test]
fn on_a_full_disk_events_are_refused_and_withdrawals_taken() {
    let (mut rig, mut tickets) = (full(), 0);
    // The segment in use and the spare that is not the reserve, 6 or 7 each.
    let events = until_refused(&mut rig, &mut tickets, Class::Event);
    assert!((12..16).contains(&events), "{events}");
    assert_eq!(rig.refused[&(tickets - 1)], Refused::DiskFull);
    let withdrawals = until_refused(&mut rig, &mut tickets, Class::Withdrawal);
    assert!((6..9).contains(&withdrawals), "{withdrawals}");
    // An event that would still fit takes nothing of the reserve.
    rig.append(tickets, Class::Event, 1, 0);
    assert_eq!(rig.refused[&tickets], Refused::DiskFull);
    assert_eq!(rig.acknowledged.len() as u64, events + withdrawals);
    assert_eq!(rig.stopped, None);
}

#[test]
fn the_engines_own_wait_for_room_and_are_not_refused() {
    let (mut rig, mut tickets) = (full(), 0);
    until_refused(&mut rig, &mut tickets, Class::Event);
    until_refused(&mut rig, &mut tickets, Class::Withdrawal);
    for _ in 0..3 {
        rig.append(tickets, Class::Internal, 1, 500);
        rig.settle();
        assert!(!rig.refused.contains_key(&tickets));
        tickets += 1;
    }
    let before = rig.acknowledged.len();
    rig.disk.set_room(None);
    rig.settle();
    assert_eq!(rig.acknowledged.len(), before, "nobody has tried again");
    rig.tell(Input::Retry);
    rig.settle();
    assert_eq!(rig.acknowledged.len(), before + 3);
}

#[test]
fn when_there_is_room_again_events_are_taken_again() {
    let (mut rig, mut tickets) = (full(), 0);
    until_refused(&mut rig, &mut tickets, Class::Event);
    rig.append(tickets, Class::Event, 1, 500);
    assert_eq!(rig.refused[&tickets], Refused::DiskFull);
    // A checkpoint makes room: its segments are used again, though nothing new can be made.
    rig.tell(Input::Settled(rig.core.durable()));
    rig.settle();
    rig.append(tickets + 1, Class::Event, 1, 500);
    rig.settle();
    assert!(rig.acknowledged.contains_key(&(tickets + 1)));
}

#[test]
fn a_disk_that_is_read_only_is_named_so() {
    let mut rig = Rig::made();
    rig.settle();
    rig.disk.answer(Doing::Create, Some(ErrorKind::ReadOnlyFilesystem));
    let mut tickets = 0;
    until_refused(&mut rig, &mut tickets, Class::Event);
    assert_eq!(rig.refused[&(tickets - 1)], Refused::ReadOnly);
}

#[test]
fn after_a_failed_write_or_sync_it_stops_for_good() {
    for (doing, kind, word) in [
        (Doing::Sync, ErrorKind::Other, "syncing"),
        (Doing::Write, ErrorKind::ReadOnlyFilesystem, "writing"),
    ] {
        let mut rig = Rig::made();
        rig.append(0, Class::Event, 1, 0);
        rig.settle();
        rig.disk.answer(doing, Some(kind));
        for ticket in 1..4 {
            rig.append(ticket, Class::Internal, 1, 0);
        }
        while rig.stopped.is_none() {
            assert!(rig.go(Lane::Log));
        }
        // It would work again, and yet nobody can know what became of what was written before.
        rig.disk.answer(doing, None);
        rig.append(4, Class::Withdrawal, 1, 0);
        rig.tell(Input::Cut);
        rig.settle();
        let why = Stopped { doing: word, kind };
        assert_eq!(rig.stopped, Some(why));
        assert_eq!(rig.acknowledged.keys().collect::<Vec<_>>(), [&0]);
        for ticket in 1..5 {
            assert_eq!(rig.refused[&ticket], Refused::Stopped(why));
        }
        assert_eq!((rig.durable.len(), rig.cuts.len()), (1, 0));
    }
}

#[test]
fn a_cut_lies_between_two_groups_and_closing_makes_durable_what_was_accepted() {
    let mut rig = Rig::made();
    rig.append(0, Class::Event, 2, 0);
    rig.append(1, Class::Event, 3, 0);
    rig.tell(Input::Cut);
    rig.settle();
    rig.tell(Input::Cut);
    assert_eq!(rig.cuts, [Seq(0), Seq(5)]);
    rig.append(2, Class::Event, 1, 0);
    rig.tell(Input::Close);
    rig.append(3, Class::Internal, 1, 0);
    rig.settle();
    assert!(rig.closed && rig.core.is_sealed());
    assert_eq!(rig.refused[&3], Refused::Closed);
    assert_eq!(rig.acknowledged, BTreeMap::from([(0, 0), (1, 2), (2, 5)]));
}

#[test]
fn what_comes_while_one_is_written_is_one_group_and_none_is_longer_than_it_may_be() {
    let mut rig = Rig::made();
    for ticket in 0..20 {
        rig.append(ticket, Class::Event, 1, 40);
    }
    rig.settle();
    let counts: Vec<u32> = rig.durable.iter().map(|group| group.count).collect();
    assert_eq!(counts, [1, 10, 9]);
    assert!(rig.durable.iter().all(|group| group.entries.len() <= 700));
}

#[test]
fn the_clock_never_goes_back_not_even_over_a_restart() {
    let mut rig = Rig::made();
    rig.at = 5_000;
    rig.append(0, Class::Event, 1, 0);
    rig.settle();
    rig.at = 4_000;
    rig.append(1, Class::Event, 1, 0);
    rig.settle();
    let mut disk = rig.disk;
    let core = open(&mut disk, 0).unwrap().core;
    assert_eq!(core.now(), Timestamp::from_millis(5_000));
    let nows: Vec<i64> = rig.durable.iter().map(|group| group.now.millis()).collect();
    assert_eq!(nows, [5_000, 5_000]);
}

#[test]
fn an_append_that_is_too_long_is_refused_and_settings_that_make_no_journal_too() {
    let mut rig = Rig::made();
    rig.append(0, Class::Internal, 1, 2_000);
    assert!(matches!(rig.refused[&0], Refused::TooLong { bytes: _, max: 1000 }));
    let settings = Settings { append_bytes: 2_000, ..small() };
    let error = recover(&mut FaultyDisk::new(), &settings, &opening(None)).unwrap_err();
    assert!(matches!(error, ReadError::Settings(_)), "{error}");
}
