//! The page of reports that are written down: what stands on it, that a parser finds no fault with it, that hostile
//! names stay names, and that it says less where less is known.

use super::write;
use crate::report::Report;
use crate::report::tests::{report, whole_shop};
use foresend_insight::increment::Increment;
use scraper::{Html, Selector};

/// Without the style, and one element a line.
fn lines(report: &Report) -> String {
    let page = write(report);
    let (before, rest) = page.split_once("<style>").unwrap();
    let (_, after) = rest.split_once("</style>").unwrap();
    format!("{before}{after}").replace("><", ">\n<")
}

#[track_caller]
fn parsed(report: &Report) -> Html {
    let page = Html::parse_document(&write(report));
    assert!(page.errors.is_empty(), "{:?}", page.errors);
    page
}

fn texts(page: &Html, selector: &str) -> Vec<String> {
    let selector = Selector::parse(selector).unwrap();
    page.select(&selector).map(|element| element.text().collect()).collect()
}

#[test]
fn a_report_of_one_world_and_one_journey() {
    insta::assert_snapshot!("one_world", lines(&report()));
}

#[test]
fn a_parser_finds_no_fault_and_headings_are_in_order() {
    for report in [report(), whole_shop()] {
        let page = parsed(&report);
        let levels = texts(&page, "h1, h2, h3");
        assert_eq!(texts(&page, "h1").len(), 1, "{levels:?}");
        for section in page.select(&Selector::parse("main > section").unwrap()) {
            let first = section.child_elements().next().unwrap();
            assert_eq!(first.value().name(), "h2");
        }
        let ids = Selector::parse("[id]").unwrap();
        let mut ids: Vec<&str> = page.select(&ids).filter_map(|all| all.attr("id")).collect();
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all, "an id stands twice");
        let captions = texts(&page, "caption");
        assert_eq!(captions.len(), texts(&page, "table").len());
        for chart in page.select(&Selector::parse("svg[role]").unwrap()) {
            let named = chart.attr("aria-labelledby").unwrap();
            assert!(named.split(' ').all(|id| ids.contains(&id)), "{named}");
        }
    }
}

#[test]
fn every_world_journey_and_expectation_is_told() {
    let report = whole_shop();
    let page = parsed(&report);
    let rows = texts(&page, "tbody th");
    let worlds = report.worlds.iter().map(|world| &world.id);
    for name in worlds.chain(report.journeys.iter().map(|journey| &journey.name)) {
        assert!(rows.contains(name), "{name} has no row");
    }
    assert_eq!(texts(&page, ".headline strong"), ["−121 … +1,106 orders"]);
    let all = texts(&page, "main").concat();
    for said in [
        "✗ 1 of 4 expectations not met",
        "▲ win-back: complaints reach 0.124\u{a0}% for no clear effect.",
        "Last click would claim 2,188 orders".replace("188 ", "188\u{a0}").as_str(),
        "A rehearsal is no forecast.",
    ] {
        assert!(all.contains(said), "{said}: {all}");
    }
    let head = texts(&page, "header").concat();
    assert!(head.contains("With faults: mail provider down for 6h"), "{head}");
    assert!(head.contains("rests on 3 assumed settings"), "{head}");
}

#[test]
fn hostile_names_stay_names() {
    let hostile = "</title><script>alert('1')</script>\"onload=x <img src=x>&amp;";
    let mut report = whole_shop();
    report.scenario = hostile.into();
    report.set = vec![(hostile.into(), hostile.into())];
    report.faults = vec![hostile.into()];
    report.worlds[1].id = hostile.into();
    report.compared[0].id = hostile.into();
    report.expected[0].text = hostile.into();
    report.settings[0].source = hostile.into();
    for journey in &mut report.journeys {
        journey.name = format!("{} {hostile}", journey.name);
        journey.steps[0] = hostile.into();
    }
    let page = parsed(&report);
    let alien = "script, img, iframe, object, link, [onload], [src], body a:not([href^='#'])";
    assert_eq!(page.select(&Selector::parse(alien).unwrap()).count(), 0);
    assert_eq!(texts(&page, "title")[0], format!("Rehearsal of {hostile}"));
    assert!(texts(&page, "tbody th").iter().any(|row| row == hostile));
}

#[test]
fn what_the_run_took_is_no_part_of_the_page() {
    let mut slower = report();
    slower.timing.seconds *= 7.0;
    slower.timing.events += 1;
    slower.timing.threads += 3;
    slower.timing.peak_bytes = None;
    assert_eq!(write(&slower), write(&report()));
}

#[test]
fn what_noise_leaves_open_is_hollow_and_a_loss_has_its_sign() {
    let mut level = whole_shop();
    let classes = |report: &Report| -> Vec<String> {
        let estimates = Selector::parse("#caused .estimate").unwrap();
        let page = parsed(report);
        page.select(&estimates).map(|all| all.attr("class").unwrap().to_owned()).collect()
    };
    // The own world, the arm compared, then the others.
    let expected = ["estimate", "estimate", "estimate", "estimate", "estimate loss"];
    assert_eq!(classes(&level), expected);
    level.worlds[0].orders = Increment { value: 14, noise: Some(27.0), ..level.worlds[0].orders };
    level.worlds[1].orders = Increment { noise: None, ..level.worlds[1].orders };
    let expected =
        ["estimate unclear", "estimate", "estimate unclear", "estimate", "estimate loss"];
    assert_eq!(classes(&level), expected);
    let page = parsed(&level);
    assert!(texts(&page, "#caused td").contains(&"too few changed".to_owned()));
}

#[test]
fn a_journey_that_nobody_started_has_no_chart() {
    let mut report = report();
    report.worlds[0].as_written.pulse.journeys[0] = foresend_insight::pulse::JourneyPulse {
        steps: vec![Default::default(); 3],
        ..Default::default()
    };
    let page = parsed(&report);
    assert!(texts(&page, "#journeys").concat().contains("Nobody came to a step of it."));
    assert!(texts(&page, "#journeys figure").is_empty());
}
