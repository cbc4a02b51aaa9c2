//! Tests as they come to be judged, told by their counts.

use super::*;

/// `whole` over so many days, as even as can be.
fn spread(whole: (u64, u64), days: u64) -> Vec<(u64, u64)> {
    let part = |all: u64, day: u64| all * (day + 1) / days - all * day / days;
    (0..days).map(|day| (part(whole.0, day), part(whole.1, day))).collect()
}

/// Six days settled, and seven whose goals may still come.
fn counts(name: &str, settled: (u64, u64), open: u64) -> Counts {
    let days = [spread(settled, 6), spread((open, open / 30), 7)].concat();
    Counts { name: name.to_owned(), days }
}

fn split(name: &str, variants: Vec<Counts>) -> Split {
    Split { name: name.to_owned(), variants }
}

/// In its second week: two factors, a fifth held out.
fn half_way() -> Watched {
    Watched {
        name: "cart-first-look".to_owned(),
        place: "cart-recovery.first".to_owned(),
        factors: vec![
            split(
                "subject",
                vec![
                    counts("plain", (73_604, 7_924), 93_500),
                    counts("named", (73_512, 7_979), 93_500),
                ],
            ),
            split(
                "design",
                vec![
                    counts("photo", (73_498, 7_953), 93_500),
                    counts("letter", (73_618, 7_950), 93_500),
                ],
            ),
        ],
        holdout: Some(Holdout { share: 0.2, days: counts("", (36_703, 3_611), 46_750).days }),
        elapsed_days: 13,
        window_days: 7,
        ends_days: 84,
        guards: vec![
            Guard { name: "unsubscribes".to_owned(), line: 0.005, happened: 441, of: 147_000 },
            Guard { name: "complaints".to_owned(), line: 0.001, happened: 47, of: 147_000 },
        ],
        then: Then::Ask,
    }
}

/// One factor, everything settled.
fn two(a: (u64, u64), b: (u64, u64)) -> Watched {
    let one = |name: &str, (n, x)| Counts { name: name.to_owned(), days: vec![(n, x)] };
    Watched {
        name: "win-back-offer".to_owned(),
        place: "win-back.offer".to_owned(),
        factors: vec![split("offer", vec![one("comeback", a), one("free-delivery", b)])],
        holdout: None,
        elapsed_days: 14,
        guards: Vec::new(),
        ..half_way()
    }
}

fn rounded(row: &Row) -> Option<[i64; 3]> {
    let of = |number: f64| format!("{:.0}", number * 100.0).parse().unwrap();
    row.against.map(|interval| [interval.value, interval.low, interval.high].map(of))
}

#[test]
fn a_test_half_way_says_what_is_missing() {
    let found = judge(&half_way());
    assert_eq!(
        found.verdict,
        Verdict::NotYet {
            says: "Not yet, week 2 of 12. 0.2 pp needs 380,200 a side: 3.4 more weeks. Guards ✓ 0.30 % ✓ \
                   0.032 %. Sample ratio ✓ p 0.81"
                .to_owned()
        }
    );
    let [subject, design] = &found.factors[..] else { panic!("{found:?}") };
    assert_eq!(rounded(&subject.variants[0]), None);
    assert_eq!(rounded(&subject.variants[1]), Some([9, -46, 64]));
    assert_eq!(rounded(&design.variants[1]), Some([-2, -57, 53]));
    let chances = [subject, design].map(|of| of.variants[1].best.unwrap());
    assert!((chances[0] - 0.71).abs() < 0.006 && (chances[1] - 0.45).abs() < 0.006, "{chances:?}");
    let (name, held) = found.holdout.unwrap();
    assert_eq!((name.as_str(), held.reached, held.goal), ("no mail, 20 %", 36_703, 3_611));
    let any = found.any.unwrap();
    assert_eq!((any.reached, any.goal, rounded(&any)), (147_116, 15_903, Some([97, 37, 157])));
    assert!(any.best.unwrap() > 0.999);
    let plain = &found.over_time[0];
    assert_eq!((plain.days.len(), plain.days[5]), (6, (73_604, 7_924)));
}

#[test]
fn something_better_waits_for_a_word() {
    let found = judge(&two((48_212, 1_350), (48_090, 1_539)));
    let row = &found.factors[0].variants[1];
    assert_eq!(rounded(row), Some([40, 3, 77]));
    assert!(row.best.unwrap() > 0.999);
    let says = "free-delivery is better. It waits for your word (then = \"ask\"): write it into \
                win-back.offer. Sample ratio ✓ p 0.69";
    assert_eq!(found.verdict, Verdict::Found { says: says.to_owned() });
}

#[test]
fn the_control_may_be_better_and_be_taken() {
    let found =
        judge(&Watched { then: Then::TakeTheWinner, ..two((48_212, 1_639), (48_090, 1_350)) });
    let says = "comeback (the control) is better. Everybody gets it now (then = \"take-the-winner\"). \
                Sample ratio ✓ p 0.69";
    assert_eq!(found.verdict, Verdict::Found { says: says.to_owned() });
}

#[test]
fn groups_that_are_not_split_as_planned_show_no_numbers() {
    let found = judge(&two((4_120, 300), (3_710, 400)));
    let says = "Groups 4,120 and 3,710 should be equal (p 0.000004). Do not read its result; find the \
                cause.";
    assert_eq!(found.verdict, Verdict::Broken { says: says.to_owned() });
    assert!(found.factors.is_empty() && found.over_time.is_empty() && found.any.is_none());
    let holdout = Some(Holdout { share: 0.2, days: vec![(4_000, 0)] });
    let found = judge(&Watched { holdout, ..two((5_000, 300), (5_000, 300)) });
    let Verdict::Broken { says } = found.verdict else { panic!("{found:?}") };
    assert!(says.starts_with("Groups 10,000 and 4,000 should be 80 % and 20 % (p below"), "{says}");
}

/// A lead too clear to overlook does not outweigh a guard.
#[test]
fn a_breached_guard_ends_it() {
    let guard = |happened, of| Guard { name: "unsubscribes".to_owned(), line: 0.005, happened, of };
    let with = |guard| Watched { guards: vec![guard], ..two((48_212, 1_350), (48_090, 1_539)) };
    let found = judge(&with(guard(590, 96_302)));
    let says = "Stopped in week 3 of 12: unsubscribes 0.61 % of 96,302, and its guard is 0.50 %.";
    assert_eq!(found.verdict, Verdict::Stopped { says: says.to_owned() });
    for (happened, of) in [(1, 20), (0, 0), (500, 96_302), (5, 0)] {
        assert!(!guard(happened, of).is_breached(), "{happened} of {of}");
    }
    assert!(guard(20_000, 20_000).is_breached());
    let Verdict::Found { says } = judge(&with(guard(1, 20))).verdict else { panic!() };
    assert!(says.contains("Guards ▲ 5.0 %."), "{says}");
}

#[test]
fn a_test_that_is_over_says_within_what() {
    let found = judge(&Watched { elapsed_days: 84, ..two((48_212, 1_350), (48_090, 1_360)) });
    let says = "Over after 12 weeks, and nothing is clear. No variant is further from its control than \
                −0.33 … +0.38 pp. Sample ratio ✓ p 0.69";
    assert_eq!(found.verdict, Verdict::Ended { says: says.to_owned() });
}

#[test]
fn before_the_first_goal_is_settled_there_is_nothing_to_read() {
    let found = judge(&Watched { elapsed_days: 3, ..half_way() });
    let Verdict::NotYet { says } = &found.verdict else { panic!("{found:?}") };
    assert!(
        says.starts_with("Not yet, week 1 of 12. The first goals are settled in 5 days."),
        "{says}"
    );
    assert!(found.factors.iter().flat_map(|of| &of.variants).all(|row| row.best.is_none()));
    let nothing = judge(&Watched { factors: Vec::new(), ends_days: 0, ..half_way() });
    assert!(matches!(nothing.verdict, Verdict::Ended { .. }), "{nothing:?}");
}

/// Three variants beside the control: each interval is wider than one alone would have.
#[test]
fn more_variants_widen_each_interval() {
    let one = two((10_000, 500), (10_000, 550));
    let mut many = one.clone();
    let more = [("c", 540), ("d", 560)]
        .map(|(name, x)| Counts { name: name.to_owned(), days: vec![(10_000, x)] });
    many.factors[0].variants.extend(more);
    let width = |of: &Watched| {
        judge(of).factors[0].variants[1]
            .against
            .map(|interval| interval.high - interval.low)
            .unwrap()
    };
    assert!(width(&many) > width(&one) * 1.05);
    let sum: f64 = judge(&many).factors[0].variants.iter().map(|row| row.best.unwrap()).sum();
    assert!((sum - 1.0).abs() < 1e-6, "{sum}");
}
