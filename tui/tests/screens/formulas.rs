//! Every number of the Overview, walked back to the days it comes from: worked out here once more, slowly, from the
//! numbers of each day, and compared row by row with what is drawn.

use crate::{letters, press};
use foresend_insight::day::{Day, Sales};
use foresend_insight::pulse::{JourneyPulse, Pulse, StepPulse};
use foresend_insight::recording::{Head, JourneyHead, Recording, SCHEMA, StepHead, WorldHead};
use foresend_tui::app::App;
use foresend_tui::playback::Playback;
use foresend_tui::theme::{Depth, Theme};

const DAYS: usize = 40;
const JOURNEYS: [&str; 2] = ["cart-recovery", "letters"];

/// A number that goes up and down, from the day, what it is of, and how large it may be.
fn number(day: usize, of: usize, most: u64) -> u64 {
    let mixed = (day as u64 * 2_654_435_761 + of as u64 * 40_503 + 7)
        .wrapping_mul(6_364_136_223_846_793_005);
    (mixed >> 33) % most
}

fn step(day: usize, journey: usize) -> StepPulse {
    let of = |what: usize, most| number(day, journey * 100 + what, most);
    let sent = 900 + of(0, 500);
    let mut step = StepPulse { arrived: sent + 60, ready: sent + 20, ..StepPulse::default() };
    step.mail.sent = sent;
    step.mail.accepted = sent - of(1, 5);
    step.mail.bounced_hard = of(2, 9);
    step.mail.opened_human = of(3, 400);
    step.mail.opened_machine = of(4, 400);
    step.mail.clicked_human = of(5, 90);
    step.left.stopped = 3;
    step.held.late = of(6, 2);
    step
}

fn day(at: usize) -> Day {
    let journeys = (0..JOURNEYS.len()).map(|journey| JourneyPulse {
        armed: 2_000 + number(at, journey, 300),
        started: 1_900,
        steps: vec![step(at, journey)],
        ..JourneyPulse::default()
    });
    let credited = |journey| Sales {
        orders: number(at, 50 + journey, 30),
        revenue: 4_000 + i64::try_from(number(at, 60 + journey, 9_000)).unwrap(),
    };
    Day {
        pulse: Pulse { journeys: journeys.collect(), ..Pulse::default() },
        events: 20_000 + number(at, 70, 9_000),
        sales: Sales { orders: 400 + number(at, 80, 50), revenue: 1_000_000 },
        credited: (0..JOURNEYS.len()).map(credited).collect(),
        without: Some(Sales { orders: 390 + number(at, 81, 40), revenue: 900_000 }),
    }
}

fn recording() -> Recording {
    let step = StepHead { name: "only".to_owned(), act: "send".to_owned(), ..StepHead::default() };
    let journey = |name: &str| JourneyHead {
        name: name.to_owned(),
        topic: "offers".to_owned(),
        marketing: true,
        quiet: Some("quiet 1h".to_owned()),
        steps: vec![step.clone()],
        ..JourneyHead::default()
    };
    let world = |id: &str, no_mail, as_written, noise| WorldHead {
        id: id.to_owned(),
        no_mail: Sales { orders: no_mail, revenue: 0 },
        as_written: Sales { orders: as_written, revenue: 0 },
        noise,
    };
    Recording {
        head: Head {
            schema: SCHEMA.to_owned(),
            source: "a.toml".to_owned(),
            days: DAYS.try_into().unwrap(),
            customers: 1_000,
            currency: "EUR".to_owned(),
            minor_digits: 2,
            journeys: JOURNEYS.map(journey).to_vec(),
            worlds: vec![
                world("retail", 16_000, 16_830, Some(61.6)),
                world("touchy", 16_000, 15_879, None),
            ],
            ..Head::default()
        },
        days: (0..DAYS).map(day).collect(),
    }
}

/// What is drawn of it, at day 31 over 7 days, one wide picture.
fn shown() -> String {
    let source = Playback::of(recording()).on_day(31);
    let mut app = App::new(Box::new(source), Theme { depth: Depth::None, is_light: false });
    press(&mut app, "]");
    letters(&mut app, (120, 40))
}

/// Adds a number up over days, counted from 1 and both included, and over journeys.
fn sum(days: std::ops::RangeInclusive<usize>, of: impl Fn(usize, usize) -> u64) -> u64 {
    days.flat_map(|day| (0..JOURNEYS.len()).map(move |journey| (day - 1, journey)))
        .map(|(day, journey)| of(day, journey))
        .sum()
}

/// The words of the row that begins so.
fn row(text: &str, name: &str) -> Vec<String> {
    let found = text.lines().find(|line| line.trim_start().starts_with(name));
    let found = found.unwrap_or_else(|| panic!("no {name} in\n{text}"));
    found
        .split_whitespace()
        .map(str::to_owned)
        .filter(|word| !word.chars().all(|c| "█▉▊▋▌▍▎▏░".contains(c)))
        .collect()
}

fn grouped(number: u64) -> String {
    if number < 1_000 {
        number.to_string()
    } else {
        format!("{},{:03}", number / 1_000, number % 1_000)
    }
}

/// As it is drawn: in full below 10,000, in thousands above.
fn drawn(number: u64) -> String {
    if number < 10_000 { grouped(number) } else { format!("{:.1}k", number as f64 / 1e3) }
}

fn signed(number: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", number.abs());
    if text.trim_matches(['0', '.']).is_empty() {
        return text;
    }
    format!("{}{text}", if number < 0.0 { "−" } else { "+" })
}

#[test]
fn the_funnel_is_the_sum_of_its_days_and_its_rates_are_of_what_was_delivered() {
    let text = shown();
    let (now, before) = (25..=31, 18..=24);
    assert!(text.contains("7 days to day 31"), "{text}");
    let mail = |of: fn(&StepPulse) -> u64| move |day, journey| of(&step(day, journey));
    let sent = mail(|step| step.mail.sent);
    let delivered = mail(|step| step.mail.accepted - step.mail.bounced_hard);
    type Count = Box<dyn Fn(usize, usize) -> u64>;
    let rows: [(&str, Count, bool); 5] = [
        ("delivered", Box::new(delivered), true),
        ("opened", Box::new(mail(|step| step.mail.opened_human)), false),
        ("by machines", Box::new(mail(|step| step.mail.opened_machine)), false),
        ("clicked", Box::new(mail(|step| step.mail.clicked_human)), false),
        ("ordered", Box::new(|day_, journey| day(day_).credited[journey].orders), false),
    ];
    assert_eq!(row(&text, "sent")[1], drawn(sum(now.clone(), sent)));
    for (name, count, of_sent) in rows {
        let share = |days: std::ops::RangeInclusive<usize>| {
            let of = if of_sent { sum(days.clone(), sent) } else { sum(days.clone(), delivered) };
            sum(days, &count) as f64 * 100.0 / of as f64
        };
        let words = row(&text, name);
        let at = name.split(' ').count();
        assert_eq!(words[at], drawn(sum(now.clone(), &count)), "{name}");
        assert_eq!(words[at + 1], format!("{:.1}", share(now.clone())), "{name}");
        assert_eq!(words[at + 3], signed(share(now.clone()) - share(before.clone()), 1), "{name}");
    }
    let revenue =
        |days| sum(days, |day_, journey| day(day_).credited[journey].revenue.unsigned_abs());
    let each = |days: std::ops::RangeInclusive<usize>| {
        revenue(days.clone()) as f64 / 100.0 / sum(days, delivered) as f64
    };
    let words = row(&text, "revenue");
    assert_eq!(words[1], format!("€{}", drawn(revenue(now.clone()) / 100)));
    assert_eq!(words[2], format!("€{:.2}", each(now.clone())));
    assert_eq!(words[5], signed(each(now) - each(before), 2));
}

#[test]
fn what_mail_caused_is_with_it_less_without_it() {
    let text = shown();
    assert!(text.contains("2 worlds, 40 days"), "{text}");
    assert!(row(&text, "delivered").join(" ").contains("range over worlds −121 … +830"), "{text}");
    assert!(row(&text, "opened").join(" ").ends_with("retail +830 ±62"), "{text}");
    assert!(row(&text, "by machines").join(" ").ends_with("touchy −121 too few"), "{text}");
    let orders = |of: fn(&Day) -> u64| (0..31).map(|at| of(&day(at))).sum::<u64>();
    let (with, without) =
        (orders(|day| day.sales.orders), orders(|day| day.without.unwrap().orders));
    let gained = signed(with as f64 - without as f64, 0);
    assert!(
        text.contains(&format!("to day 31{gained:>25} to {}", drawn(without))),
        "{gained} {without}\n{text}"
    );
}

#[test]
fn the_pace_is_what_the_newest_day_had_and_the_highest_that_any_had() {
    let text = shown();
    type Count = fn(&Day) -> u64;
    let paces: [(&str, Count); 3] = [
        ("events/day", |day| day.events),
        ("mails/day", |day| {
            day.pulse.journeys.iter().map(|journey| journey.steps[0].mail.sent).sum()
        }),
        ("ordered/day", |day| day.credited.iter().map(|sales| sales.orders).sum()),
    ];
    for (name, count) in paces {
        let words = row(&text, name);
        assert_eq!(words[1], drawn(count(&day(30))), "{name}");
        let all: Vec<u64> = (0..31).map(|at| count(&day(at))).collect();
        let most = *all.iter().max().unwrap();
        let at = all.iter().position(|count| *count == most).unwrap() + 1;
        assert!(
            words.join(" ").ends_with(&format!("{} on day {at}", drawn(most))),
            "{name}: {words:?}"
        );
    }
}

#[test]
fn a_journeys_row_is_its_own_mails_and_everybody_who_waits() {
    let text = shown();
    let mut all = [0; 3];
    for (journey, name) in JOURNEYS.iter().enumerate() {
        let own = |days: std::ops::RangeInclusive<usize>, of: &dyn Fn(&StepPulse) -> u64| {
            days.map(|day| of(&step(day - 1, journey))).sum::<u64>()
        };
        // Armed and not started, and arrived at the step and neither gone on (`ready`) nor stopped.
        let arming: u64 =
            (1..=31).map(|at| day(at - 1).pulse.journeys[journey].armed - 1_900).sum();
        let waiting = arming + own(1..=31, &|step| step.arrived - step.ready - step.left.stopped);
        let entered = day(30).pulse.journeys[journey].armed;
        let sent = own(25..=31, &|step| step.mail.sent);
        let delivered = own(25..=31, &|step| step.mail.accepted - step.mail.bounced_hard);
        let ordered: u64 = (24..31).map(|at| day(at).credited[journey].orders).sum();
        let share = |count: u64| format!("{:.1}", count as f64 * 100.0 / delivered as f64);
        let words = row(&text, name);
        let wanted = [
            drawn(waiting),
            drawn(entered),
            drawn(sent),
            share(own(25..=31, &|step| step.mail.opened_human)),
            "%".to_owned(),
            share(own(25..=31, &|step| step.mail.clicked_human)),
            "%".to_owned(),
            share(ordered),
            "%".to_owned(),
            drawn(own(25..=31, &|step| step.held.late)),
        ];
        assert_eq!(words[1..], wanted, "{name}");
        all = [all[0] + waiting, all[1] + entered, all[2] + sent];
    }
    assert_eq!(row(&text, "all ")[1..4], all.map(drawn));
}
