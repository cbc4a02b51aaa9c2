//! Alarms open after two readings beyond the line and are cleared after five within it, and never flicker.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use foresend_insight::board::Board;
use foresend_insight::board::alarm::Level;
use foresend_insight::recording::{Head, JourneyHead, Recording, StepHead};

/// A recording in which each day has a thousand mails delivered, so many of them called spam, and so many too late.
fn recording(days: &[(u64, u64)], marketing: bool) -> Recording {
    let step = StepHead { name: "only".to_owned(), act: "send".to_owned(), ..StepHead::default() };
    let journey = JourneyHead {
        name: "j".to_owned(),
        marketing,
        steps: vec![step],
        ..JourneyHead::default()
    };
    let count = u32::try_from(days.len()).unwrap();
    let head = Head { days: count, journeys: vec![journey], ..Head::default() };
    let days = days.iter().map(|&(complained, late)| {
        let mut day = head.nothing();
        let step = &mut day.pulse.journeys[0].steps[0];
        (step.mail.sent, step.mail.accepted) = (1_000, 1_000);
        (step.mail.complained, step.held.late) = (complained, late);
        day
    });
    Recording { days: days.collect(), head: head.clone() }
}

/// The alarms after each day: level, and since and until when.
fn alarms(recording: &Recording) -> Vec<Vec<(Level, String)>> {
    let after = |at| {
        let all = Board::of(recording, at, 1).alarms;
        all.into_iter()
            .map(|alarm| {
                (alarm.level, format!("{}-{}", alarm.since, alarm.cleared.unwrap_or_default()))
            })
            .collect()
    };
    (0..recording.days.len()).map(after).collect()
}

#[test]
fn one_bad_day_is_no_alarm_and_two_are() {
    let one = recording(&[(0, 0), (0, 5), (0, 0), (0, 0)], true);
    assert!(alarms(&one).iter().all(Vec::is_empty));
    let two = recording(&[(0, 0), (0, 5), (0, 5), (0, 0)], true);
    let open = vec![(Level::Look, "day 2-".to_owned())];
    assert_eq!(alarms(&two), [vec![], vec![], open.clone(), open]);
}

#[test]
fn it_is_cleared_by_five_good_days_in_a_row() {
    let late =
        |days: &[u64]| recording(&days.iter().map(|&late| (0, late)).collect::<Vec<_>>(), true);
    let flickers = alarms(&late(&[1, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0]));
    assert_eq!(flickers.last().unwrap(), &[(Level::Look, "day 1-".to_owned())]);
    let over = alarms(&late(&[1, 1, 0, 0, 0, 0, 0]));
    assert_eq!(over.last().unwrap(), &[(Level::Look, "day 1-day 3".to_owned())]);
}

#[test]
fn mail_that_is_not_marketing_must_never_be_too_late() {
    let late = recording(&[(0, 1), (0, 1)], false);
    assert_eq!(alarms(&late)[1], [(Level::Failed, "day 1-".to_owned())]);
}

#[test]
fn complaints_are_over_seven_days_and_of_a_thousand_mails_at_least() {
    let days = [(2, 0), (1, 0), (0, 0), (0, 0), (0, 0), (0, 0), (0, 0), (0, 0), (0, 0), (0, 0)];
    let found = alarms(&recording(&days, true));
    assert_eq!(found[0], []);
    assert_eq!(found[1], [(Level::Look, "day 1-".to_owned())]);
    // From the fourth day on it is three of four thousand and more: five such days in a row.
    assert_eq!(found[6], [(Level::Look, "day 1-".to_owned())]);
    assert_eq!(found[7], [(Level::Look, "day 1-day 4".to_owned())]);
    let bad = alarms(&recording(&[(9, 0); 3], true));
    assert_eq!(bad[2], [(Level::Failed, "day 1-".to_owned())]);
}

#[test]
fn an_alarm_is_the_same_while_its_numbers_change() {
    let recording = recording(&[(0, 1), (0, 2), (0, 3)], true);
    let at = |day| Board::of(&recording, day, 1).alarms.remove(0);
    let (before, after) = (at(1), at(2));
    assert_eq!(before.id(), after.id());
    assert_ne!(before.what, after.what);
}

#[test]
fn seeking_back_shows_what_was_shown() {
    let recording = recording(&[(2, 1), (3, 1), (0, 0), (9, 2), (0, 0), (0, 0)], true);
    for at in 0..6 {
        let cut = Recording { days: recording.days[..=at].to_vec(), head: recording.head.clone() };
        let (whole, cut) = (Board::of(&recording, at, 7), Board::of(&cut, at, 7));
        assert_eq!(whole, cut, "day {at}");
    }
}
