//! `foresend tune`, from the outside. Few customers: what is found is held against known truths in the simulator's tests;
//! here it is what people see, what is written, and what is refused.

use super::{Run, Said, check, copy, root};
use scraper::{Html, Selector};
use serde_json::Value;
use std::fs;
use std::path::Path;

/// The example shop with its tune files, to be changed.
fn shop() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy(&root().join("scenarios"), folder.path());
    folder
}

const SMALL: [&str; 4] = ["--effort", "40k", "--customers", "2000"];

fn tune(folder: &Path, arguments: &[&str]) -> Run {
    Run::within(folder, &[&["tune", "cart-recovery.tune.toml"], &SMALL[..], arguments].concat())
}

#[test]
fn a_tuning_tells_curve_confirmation_worlds_and_caution() {
    let folder = shop();
    check("tune", &tune(folder.path(), &[]).said());
}

#[test]
fn the_same_seed_and_effort_give_the_same_answer_whatever_the_number_of_threads() {
    let folder = shop();
    let json = |arguments: &[&str]| {
        let said = tune(folder.path(), &[arguments, &["--json", "-"]].concat()).said();
        assert_eq!(said.code, Some(0), "{}", said.err);
        let mut json: Value = serde_json::from_str(&said.out).unwrap();
        assert_eq!(json["schema"], "foresend.tune/1");
        json.as_object_mut().unwrap().remove("timing");
        json
    };
    let one = json(&["--threads", "1"]);
    assert_eq!(one, json(&["--threads", "3"]));
    assert_ne!(one["values"], json(&["--seed", "7"])["values"]);
}

#[test]
fn what_is_chosen_is_written_in_place_and_comments_stay() {
    let folder = shop();
    let journey = folder.path().join("shop/journeys/cart-recovery.toml");
    let before = fs::read_to_string(&journey).unwrap();
    // Five days are far from the best in every world: a small search sees that.
    let slow = before.replace("quiet = \"1h\"", "quiet = \"5d\"");
    assert_ne!(slow, before);
    fs::write(&journey, &slow).unwrap();
    let said = tune(folder.path(), &["--write", "--require-gain"]).said();
    assert_eq!(said.code, Some(0), "{}{}", said.out, said.err);
    let after = fs::read_to_string(&journey).unwrap();
    let changed: Vec<(&str, &str)> =
        slow.lines().zip(after.lines()).filter(|(a, b)| a != b).collect();
    let [(old, new)] = changed[..] else { panic!("{changed:?}") };
    assert!(old.starts_with("quiet = \"5d\"") && new.starts_with("quiet = \""), "{new}");
    assert_eq!(old.split_once('#').unwrap().1, new.split_once('#').unwrap().1);
    assert!(said.out.contains("+ quiet = ") && said.out.contains("▲ a changed line has a comment"));

    // What it chose is today's now, and nothing is better.
    let again = tune(folder.path(), &["--require-gain"]).said();
    assert_eq!(again.code, Some(3), "{}", again.out);
    assert_eq!(fs::read_to_string(&journey).unwrap(), after);
}

#[test]
fn every_number_of_the_page_to_send_round_is_the_jsons() {
    let folder = shop();
    let said = tune(folder.path(), &["--html", "t.html", "--json", "t.json"]).said();
    assert_eq!(said.code, Some(0), "{}", said.err);
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    let (page, json) = (read("t.html"), serde_json::from_str::<Value>(&read("t.json")).unwrap());
    let number =
        |at: &str| json.pointer(at).and_then(Value::as_f64).unwrap_or_else(|| panic!("{at}"));
    // From a customer to a thousand units of the same object.
    let thousand = |at: &str| -> Option<f64> {
        let parts: Vec<&str> = at.split('/').skip(1).collect();
        let of = |customers: &str, units: &str| Some(1_000.0 * number(customers) / number(units));
        match parts[..] {
            ["values", one, "curve", _] => {
                of(&format!("/values/{one}/customers"), &format!("/values/{one}/units"))
            }
            ["confirmed", "values", _, "adds" | "over_today", _] => {
                of("/confirmed/customers", "/confirmed/units")
            }
            ["regret", "values", _, "regret", world] => {
                of("/regret/customers", &format!("/regret/worlds/{world}/units"))
            }
            ["regret", "values", one, "worst"] => {
                let name = json.pointer(&format!("/regret/values/{one}/worst_world")).unwrap();
                let worlds = json["run"]["worlds"].as_array().unwrap();
                let world = worlds.iter().position(|world| world == name).unwrap();
                of("/regret/customers", &format!("/regret/worlds/{world}/units"))
            }
            _ => None,
        }
    };
    let document = Html::parse_document(&page);
    assert!(document.errors.is_empty(), "{:?}", document.errors);
    let mut held = 0;
    for figure in document.select(&Selector::parse("span.figure").unwrap()) {
        let (text, at) = (figure.text().collect::<String>(), figure.attr("data-json").unwrap());
        if at.starts_with("/assumptions/") {
            assert_eq!(Some(&*text), json.pointer(at).unwrap().as_str());
            continue;
        }
        let plain: String =
            text.replace('−', "-").chars().filter(|c| "-.0123456789".contains(*c)).collect();
        let decimals = plain.split_once('.').map_or(0, |(_, after)| after.len());
        let per = figure.attr("data-per").map_or(1.0, number);
        let hundred = if text.ends_with('%') { 100.0 } else { 1.0 };
        let expected = number(at) * thousand(at).unwrap_or(1.0) * hundred / per;
        let shown: f64 = plain.parse().unwrap_or_else(|_| panic!("{at}: {text}"));
        let half = 0.5 * 10f64.powi(-i32::try_from(decimals).unwrap());
        assert!((shown - expected).abs() <= half + 1e-9, "{at}: {text}, not {expected}");
        held += 1;
    }
    assert!(held > 80, "{held} numbers");
    let needs = ["<script", "src=", "href=\"http", "url("];
    assert!(needs.iter().all(|needs| !page.contains(needs)), "it needs nothing");
}

#[test]
fn without_write_no_file_changes() {
    let folder = shop();
    let all = || {
        let program = fs::read_to_string(folder.path().join("shop/program.toml")).unwrap();
        program
            + &fs::read_to_string(folder.path().join("shop/journeys/cart-recovery.toml")).unwrap()
    };
    let before = all();
    assert_eq!(tune(folder.path(), &[]).said().code, Some(0));
    assert_eq!(all(), before);
}

#[test]
fn a_combination_is_named_by_all_its_values_and_profit_is_money() {
    let folder = shop();
    let vary = "\"cart-recovery.quiet\" = [\"1h\", \"5d\"]\n\"cart-recovery.second.after\" = [\"22h\", \"never\"]\n";
    let text = format!(
        "scenario = \"cart-recovery.toml\"\nmaximise = \"profit\"\nacross = [\"retail\"]\n\
         keep = [\"orders.increment > -100%\"]\nworth = {{ margin = \"42%\", mail = 0.0008, subscriber = 3.50 }}\n\
         [vary]\n{vary}"
    );
    fs::write(folder.path().join("two.tune.toml"), text).unwrap();
    let arguments = [&["tune", "two.tune.toml"], &SMALL[..]].concat();
    let said = Run::within(folder.path(), &arguments).said();
    assert_eq!(said.code, Some(0), "{}", said.err);
    for part in
        ["4 values", "Extra profit per 1,000 armed carts", "1h · never", "1h · 22h today", "£"]
    {
        assert!(said.out.contains(part), "{part}:\n{}", said.out);
    }
    assert!(!said.out.contains("If the world differs"), "{}", said.out);
}

#[test]
fn what_is_wrong_is_told_and_nothing_is_done() {
    let folder = shop();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    let mut all = String::new();
    for (name, text) in [
        (
            "a.tune.toml",
            "scenario = \"cart-recovery.toml\"\nefort = \"1M\"\n[vary]\n\"cart-recovry.quiet\" = [\"1h\"]\n",
        ),
        (
            "b.tune.toml",
            "scenario = \"cart-recovery.toml\"\n[vary]\n\"cart-recovry.quiet\" = [\"1h\"]\n",
        ),
        ("c.tune.toml", "scenario = \"cart.toml\"\n[vary]\n\"cart-recovery.quiet\" = [\"2h\"]\n"),
        (
            "d.tune.toml",
            "scenario = \"cart-recovery.toml\"\n[vary]\n\"cart-recovery.quiet\" = [\"1h\"]\n",
        ),
        (
            "e.tune.toml",
            "scenario = \"cart-recovery.toml\"\nacross = [\"retial\"]\n[vary]\n\"cart-recovery.quiet\" = [\"2h\"]\n",
        ),
        (
            "f.tune.toml",
            "scenario = \"cart-recovery.toml\"\nkeep = [\"win-back.unsubscribes < 1%\"]\n[vary]\n\"cart-recovery.quiet\" = [\"2h\"]\n",
        ),
    ] {
        write(name, text);
        for command in ["tune", "check"] {
            let said = Run::within(folder.path(), &[command, name]).said();
            assert_eq!((said.code, &*said.out), (Some(2), ""), "{command} {name}");
            if command == "tune" {
                all += &format!("# {name}\n{}\n", said.err);
            }
        }
    }
    check("tune_mistakes", &Said { code: Some(2), out: String::new(), err: all });
}

#[test]
fn a_scenario_and_a_tune_file_are_told_apart_by_their_names() {
    let folder = shop();
    for (arguments, message, help) in [
        (["tune", "cart-recovery.toml"], "not named like a tune file", "NAME.tune.toml"),
        (
            ["simulate", "cart-recovery.tune.toml"],
            "is a tune file",
            "foresend tune cart-recovery.tune.toml",
        ),
    ] {
        let said = Run::within(folder.path(), &arguments).said();
        assert_eq!((said.code, &*said.out), (Some(2), ""), "{}", said.err);
        assert!(said.err.contains(message) && said.err.contains(help), "{}", said.err);
    }
}

#[test]
fn a_step_that_is_tested_is_not_written_away() {
    let folder = shop();
    let text = "scenario = \"cart-recovery.toml\"\n[vary]\n\"cart-recovery.first.after\" = [\"2h\", \"never\"]\n";
    fs::write(folder.path().join("n.tune.toml"), text).unwrap();
    let said = Run::within(folder.path(), &["tune", "n.tune.toml", "--write"]).said();
    assert_eq!((said.code, &*said.out), (Some(2), ""), "{}", said.err);
    assert!(said.err.contains("cart-first-look tests that step"), "{}", said.err);
}

#[test]
fn where_mail_changes_too_little_an_effort_is_named_that_would_do() {
    let folder = shop();
    let scenario = folder.path().join("cart-recovery.toml");
    let text = fs::read_to_string(&scenario).unwrap().replace("days       = 60", "days       = 1");
    fs::write(&scenario, text).unwrap();
    let said = tune(folder.path(), &[]).said();
    assert_eq!((said.code, &*said.out), (Some(2), ""));
    assert!(said.err.contains("of the 5000 customers tried"), "{}", said.err);
}

#[test]
fn time_that_is_over_leaves_what_is_known_and_calls_it_partial() {
    let folder = shop();
    let arguments = [
        "tune",
        "cart-recovery.tune.toml",
        "--effort",
        "1000M",
        "--at-most",
        "1s",
        "--json",
        "t.json",
    ];
    let said = Run::within(folder.path(), &arguments).said();
    // A million evaluations of the first round take longer than a second.
    assert_eq!(said.code, Some(1), "{}", said.out);
    assert!(said.err.contains("the time was over"), "{}", said.err);
    assert!(!folder.path().join("t.json").exists());
}
