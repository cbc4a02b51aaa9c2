//! The days of a rehearsal add up to it, and asking for them changes nothing.

use crate::effects::everything;
use crate::programs::{MONDAY, mailable};
use crate::scenery::hears_everything;
use foresend_core::customer::record::{Decided, NoStart};
use foresend_core::world::journey;
use foresend_insight::board::Board;
use foresend_insight::day::{Day, Sales};
use foresend_insight::recording::{Head, JourneyHead, Recording, StepHead};
use foresend_simulator::rehearsal::{
    AS_WRITTEN, NO_FAULTS, NO_MAIL, Plan, Rehearsal, rehearse, trace,
};
use std::collections::{BTreeMap, BTreeSet};

#[test]
fn the_days_add_up_to_the_rehearsal() {
    let (program, preset) = (&hears_everything(everything()), &mailable());
    let plan = |by_day, threads| Plan {
        program,
        catalogue: None,
        preset,
        customers: 4_000,
        from: MONDAY,
        days: 30,
        seed: 3,
        threads,
        left_out: &[],
        compared: &[],
        faults: &NO_FAULTS,
        assumed: &[],
        by_day,
    };
    let run = |by_day, threads| rehearse(&plan(by_day, threads), &|_, _| ()).unwrap();
    let found = run(true, 1);
    assert_eq!(run(true, 3), found);
    assert_eq!(run(false, 2), Rehearsal { days: Vec::new(), ..found.clone() });
    assert_eq!(found.days.len(), 30);
    let mut all = Day::of(program);
    found.days.iter().for_each(|day| all.merge(day));
    assert_eq!(all.pulse, found.arms[AS_WRITTEN].pulse);
    let sales = |arm: usize| {
        let arm = &found.arms[arm];
        Sales { orders: arm.orders, revenue: arm.revenue.minor() }
    };
    assert_eq!((all.sales, all.without), (sales(AS_WRITTEN), Some(sales(NO_MAIL))));
    assert_eq!(all.all_credited().orders, found.attributed_orders);
    assert!(all.credited.iter().filter(|sales| sales.orders > 0).count() > 2, "{all:?}");
    assert!(all.events > 50_000 && all.events < found.events, "{}", all.events);
    let busy =
        |day: &Day| day.events > 0 && day.sales.orders > 0 && day.pulse.all_steps().ready > 0;
    assert!(found.days.iter().all(busy), "something happens every day");
}

/// Who waits for what, found by following every customer, is what the counts of the days come to.
#[test]
#[expect(clippy::wildcard_enum_match_arm, reason = "other records move nobody")]
fn everybody_who_waits_is_counted_where_they_wait() {
    let (program, preset) = (&hears_everything(everything()), &mailable());
    let plan = Plan {
        program,
        catalogue: None,
        preset,
        customers: 1_500,
        from: MONDAY,
        days: 30,
        seed: 3,
        threads: 1,
        left_out: &[],
        compared: &[],
        faults: &NO_FAULTS,
        assumed: &[],
        by_day: true,
    };
    let (mut arming, mut waiting) = (BTreeMap::new(), BTreeMap::new());
    for customer in 0..plan.customers {
        let mut stands = BTreeMap::new();
        let mut armed = BTreeSet::new();
        for record in
            trace(&plan, customer, AS_WRITTEN).unwrap().steps.iter().flat_map(|s| &s.records)
        {
            match record.decided {
                Decided::Armed(journey, _) => assert!(armed.insert(journey)),
                Decided::Disarmed(journey, _) => assert!(armed.remove(&journey)),
                Decided::Started(of, ..) => {
                    armed.remove(&of.journey);
                }
                Decided::NotStarted(journey, why) => match why {
                    NoStart::IfFalse
                    | NoStart::IfUnknown
                    | NoStart::Yielded(_)
                    | NoStart::Closed => {
                        armed.remove(&journey);
                    }
                    NoStart::WhileFalse | NoStart::WhileUnknown => {
                        armed.remove(&journey);
                    }
                    NoStart::Busy
                    | NoStart::Again
                    | NoStart::Stopped(_)
                    | NoStart::Full
                    | NoStart::NoKey => {}
                },
                Decided::Awaits(at, _) => {
                    stands.insert(at.of, at.step);
                }
                Decided::Ended(at, _) => {
                    stands.remove(&at.of);
                }
                _ => {}
            }
        }
        for journey in armed {
            *arming.entry(journey.0).or_insert(0) += 1;
        }
        for (of, step) in stands {
            *waiting.entry((of.journey.0, step.0)).or_insert(0) += 1;
        }
    }
    let step = |step: &journey::Step| StepHead { name: step.name.clone(), ..StepHead::default() };
    let journeys = program.journeys.iter().map(|journey| JourneyHead {
        name: journey.name.clone(),
        quiet: journey.quiet.map(|quiet| quiet.to_string()),
        steps: journey.steps.iter().map(step).collect(),
        ..JourneyHead::default()
    });
    let head = Head { days: plan.days, journeys: journeys.collect(), ..Head::default() };
    let days = rehearse(&plan, &|_, _| ()).unwrap().days;
    let board = Board::of(&Recording { head, days }, 29, 1);
    let (mut there, mut in_all) = (0, 0);
    for (ix, journey) in (0u16..).zip(&board.journeys) {
        let expected = arming.get(&ix).copied().unwrap_or(0);
        assert_eq!(
            journey.map.arming.as_ref().map_or(0, |row| row.waiting),
            expected,
            "{}",
            journey.name
        );
        there += expected;
        for (at, row) in (0u8..).zip(&journey.map.steps) {
            let expected = waiting.get(&(ix, at)).copied().unwrap_or(0);
            assert_eq!(row.waiting, expected, "{} {}", journey.name, row.name);
            in_all += expected;
        }
    }
    assert!(in_all > 100 && there > 1, "{in_all} wait, {there} arm");
}
