//! `foresend simulate --html`: the page beside the JSON of the same run. Every number on it is the JSON's, no chart knows
//! a number that no table has, and neither threads nor names of files change what it is.

use crate::{fixtures, foresend, root};
use scraper::{ElementRef, Html, Selector};
use serde_json::Value;
use std::collections::HashSet;
use std::fs;

fn selector(text: &str) -> Selector {
    Selector::parse(text).unwrap()
}

/// The page of a rehearsal and the JSON of the same run.
fn both(scenario: &str, more: &[&str]) -> (String, Value) {
    let folder = tempfile::tempdir().unwrap();
    let [page, json] = ["page.html", "report.json"].map(|name| folder.path().join(name));
    let (to_page, to_json) = (page.to_str().unwrap(), json.to_str().unwrap());
    let named = ["simulate", scenario, "--quiet", "--html", to_page, "--json", to_json];
    let said = foresend(&[&named[..], more].concat()).said();
    assert!(matches!(said.code, Some(0 | 3)), "{said}");
    let json = serde_json::from_str(&fs::read_to_string(json).unwrap()).unwrap();
    (fs::read_to_string(page).unwrap(), json)
}

/// The sum of what stands at `pointers`; `None`: nothing does. Money is in whole units of a currency with hundredths.
fn number(json: &Value, pointers: &str) -> Option<f64> {
    let mut sum = 0.0;
    for pointer in pointers.split(' ') {
        let value = json.pointer(pointer).unwrap_or_else(|| panic!("the JSON has no {pointer}"));
        let unit = if pointer.contains("_minor") { 100.0 } else { 1.0 };
        sum += value.as_f64()? / unit;
    }
    Some(sum)
}

/// Holds one figure of the page against the JSON. Whether it says anything.
fn holds(json: &Value, figure: ElementRef<'_>) -> bool {
    let text: String = figure.text().collect();
    let at = figure.attr("data-json").unwrap();
    let words = at.starts_with("/expect/") || at.starts_with("/assumptions/");
    if words {
        let said = json.pointer(at).and_then(Value::as_str).unwrap();
        assert_eq!(text.replace('\u{a0}', " "), said, "{at}");
        return true;
    }
    let found = number(json, at);
    let per = figure.attr("data-per").map(|per| number(json, per).unwrap());
    match &*text {
        "–" => assert!(per.is_some_and(|per| per < 20.0), "{at} is not shown"),
        "too few changed" => assert_eq!(found, None, "{at}"),
        _ => {
            let is_rate = text.ends_with('%');
            let plain: String =
                text.replace('−', "-").chars().filter(|c| "-.0123456789".contains(*c)).collect();
            let decimals = plain.split_once('.').map_or(0, |(_, after)| after.len());
            let shown: f64 = plain.parse().unwrap_or_else(|_| panic!("{at}: {text}"));
            let expected = found.unwrap() / per.unwrap_or(1.0) * if is_rate { 100.0 } else { 1.0 };
            // Noise is rounded to a tenth in the JSON.
            let slack = if at.ends_with("/noise") { 0.051 } else { 1e-9 };
            let half = 0.5 * 10f64.powi(-i32::try_from(decimals).unwrap());
            assert!((shown - expected).abs() <= half + slack, "{at}: {text} is not {expected}");
            assert_eq!(text.starts_with('−'), shown < 0.0, "{at}: {text}");
        }
    }
    true
}

#[test]
fn every_number_of_the_page_is_the_one_of_the_json() {
    let shop = root().join("scenarios/whole-shop.toml");
    for (scenario, customers, least) in
        [("cart-recovery.toml", "20_000", 300), (shop.to_str().unwrap(), "2_000", 700)]
    {
        let (page, json) = both(scenario, &["--customers", customers]);
        let page = Html::parse_document(&page);
        assert!(page.errors.is_empty(), "{:?}", page.errors);
        let figures = selector("[data-json]");
        let checked = page.select(&figures).filter(|figure| holds(&json, *figure)).count();
        assert!(checked > least, "only {checked} figures");
        // No cell of a table has a number that is not one of them.
        for cell in page.select(&selector("td")) {
            let all: String = cell.text().collect();
            let from: String = cell.select(&figures).flat_map(|figure| figure.text()).collect();
            let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
            assert_eq!(digits(&all), digits(&from), "{all}");
        }
    }
}

#[test]
fn no_chart_has_a_number_that_no_table_has() {
    let (page, _) = both("cart-recovery.toml", &["--customers", "20_000"]);
    let page = Html::parse_document(&page);
    let cells = selector("td");
    let words = |element: ElementRef<'_>| -> Vec<String> {
        let text: String = element.text().collect();
        text.split_whitespace().map(str::to_owned).collect()
    };
    let known: HashSet<String> = page.select(&cells).flat_map(words).collect();
    let mut seen = 0;
    let numbers = selector("svg text[text-anchor=end]:not(.tick)");
    for word in page.select(&numbers).flat_map(words) {
        let is_number = word.contains(|letter: char| letter.is_ascii_digit());
        assert!(!is_number || known.contains(&word), "{word} stands in a chart alone");
        seen += usize::from(is_number);
    }
    assert!(seen >= 4, "{seen}");
}

#[test]
fn threads_do_not_show_on_the_page() {
    let page = |threads| {
        let said =
            foresend(&["simulate", "cart-recovery.toml", "--html", "-", "--threads", threads])
                .said();
        assert_eq!((said.code, &*said.err), (Some(0), ""), "{said}");
        assert!(said.out.starts_with("<!DOCTYPE html>") && said.out.ends_with("</html>\n"));
        said.out
    };
    assert_eq!(page("1"), page("3"));
}

#[test]
fn a_page_that_cannot_be_written_is_refused_before_the_run() {
    // So many customers would take minutes: that it answers at all shows that nothing was rehearsed.
    let customers = ["simulate", "cart-recovery.toml", "--customers", "50_000_000"];
    let folder = tempfile::tempdir().unwrap();
    let json = folder.path().join("report.json");
    let to_json = json.to_str().unwrap();
    let nowhere = ["--json", to_json, "--html", "no/such/folder/page.html"];
    let said = foresend(&[&customers[..], &nowhere].concat()).said();
    assert_eq!(said.code, Some(2), "{said}");
    assert!(said.err.contains("--html no/such/folder/page.html cannot be written"), "{said}");
    assert!(!json.exists(), "an empty file would look like a report");

    for others in [["--json", "-"], ["--record", "-"]] {
        let said = foresend(&[&customers[..], &["--html", "-"], &others].concat()).said();
        let refused = format!("error: {} - and --html - cannot both go to stdout", others[0]);
        assert_eq!(said.code, Some(2), "{said}");
        assert!(said.err.starts_with(&refused), "{said}");
    }
}

#[test]
fn a_hostile_file_name_stays_a_name() {
    let folder = tempfile::tempdir().unwrap();
    let name = "<img src=x onerror=alert(1)>&amp;.toml";
    let text = fs::read_to_string(fixtures().join("cart-recovery.toml")).unwrap();
    let shop = fixtures().join("shop");
    let text = text.replace("\"shop\"", &format!("\"{}\"", shop.display()));
    let scenario = folder.path().join(name);
    fs::write(&scenario, text).unwrap();
    let (page, _) = both(scenario.to_str().unwrap(), &[]);
    let page = Html::parse_document(&page);
    assert_eq!(page.select(&selector("img, script")).count(), 0);
    let title: String = page.select(&selector("h1")).flat_map(|title| title.text()).collect();
    assert!(title.ends_with(name), "{title}");
}
