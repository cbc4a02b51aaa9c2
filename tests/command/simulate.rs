//! `foresend simulate`: the page, the JSON, and that neither depends on threads.

use crate::{Run, check, fixtures, foresend, root};
use serde_json::Value;
use std::fs;
use std::io::Read;
use std::process::Stdio;

#[test]
fn a_small_rehearsal_is_reported() {
    let said = foresend(&["simulate", "cart-recovery.toml"]).said();
    check("simulate", &said);
}

#[test]
fn quiet_keeps_what_mail_caused_and_what_that_rests_on() {
    check("simulate_quiet", &foresend(&["simulate", "cart-recovery.toml", "--quiet"]).said());
}

#[test]
fn without_utf8_a_report_is_ascii() {
    let said = foresend(&["simulate", "cart-recovery.toml"]).with("LC_ALL", "C").said();
    assert!(said.out.is_ascii(), "{said}");
    check("simulate_ascii", &said);
}

/// The JSON of a rehearsal, and the same without what may differ.
fn json(arguments: &[&str]) -> (Value, String) {
    let all = [&["simulate", "cart-recovery.toml", "--json", "-"], arguments].concat();
    let said = foresend(&all).said();
    assert_eq!((said.code, &*said.err), (Some(0), ""), "{said}");
    let (before, timing) = said.out.split_once("  \"timing\": {").unwrap();
    assert_eq!(timing.lines().count(), 7, "timing is the last key: {timing}");
    (serde_json::from_str(&said.out).unwrap(), before.to_owned())
}

#[test]
fn threads_do_not_show_in_the_json() {
    let (_, one) = json(&["--threads", "1"]);
    for threads in ["2", "5"] {
        let (_, more) = json(&["--threads", threads]);
        assert_eq!(one, more, "{threads} threads");
    }
}

#[test]
fn another_seed_is_another_rehearsal() {
    assert_ne!(json(&[]).1, json(&["--seed", "43"]).1);
}

#[test]
fn what_arguments_set_is_rehearsed_and_named() {
    let second = |json: &Value| json["journeys"][0]["steps"][1]["mail"]["sent"].as_u64().unwrap();
    let (as_written, _) = json(&[]);
    let (later, _) = json(&["--set", "cart-recovery.second.after=2d"]);
    assert_eq!(later["run"]["set"]["cart-recovery.second.after"], "2d");
    assert_ne!(later["run"]["program"], as_written["run"]["program"]);
    assert_ne!(second(&later), second(&as_written), "the second mail leaves a day later");

    let (small, _) = json(&["--customers", "500", "--days", "7"]);
    assert_eq!((&small["run"]["customers"], &small["run"]["days"]), (&500.into(), &7.into()));
}

#[test]
fn a_step_that_never_comes_is_gone() {
    let (json, _) = json(&["--set", "cart-recovery.offer.after=never"]);
    assert_eq!(json["journeys"][0]["steps"].as_array().unwrap().len(), 2);
}

#[test]
fn numbers_of_the_json_balance() {
    let (json, _) = json(&["--customers", "20_000"]);
    let journey = &json["journeys"][0];
    let number = |path: &str| journey.pointer(path).and_then(Value::as_u64).unwrap();
    let ended = number("/ended/last_step") + number("/ended/stopped") + number("/ended/while");
    assert!(number("/started") > 500, "too few to show anything");
    assert_eq!(number("/started"), ended + number("/waiting"));
    let steps = journey["steps"].as_array().unwrap();
    assert_eq!(steps[2]["went_on"], journey["ended"]["last_step"]);
    for step in steps {
        let sum = |key: &str| -> u64 {
            step[key].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum()
        };
        let [went_on, sent] =
            ["/went_on", "/mail/sent"].map(|p| step.pointer(p).unwrap().as_u64().unwrap());
        let on_its_way = went_on - (sent + sum("held_back") + sum("skipped"));
        assert!(
            on_its_way < 20,
            "{on_its_way} mails of {} neither left nor were held back",
            step["id"]
        );
    }
    let world = &json["worlds"][0];
    let orders = |arm: &str| world[arm]["orders"].as_i64().unwrap();
    let increment = world["increment"]["orders"]["value"].as_i64().unwrap();
    assert_eq!(increment, orders("as_written") - orders("no_mail"));
    assert_eq!(increment, world["gained"].as_i64().unwrap() - world["lost"].as_i64().unwrap());
}

#[test]
fn every_key_of_the_json_has_its_line_in_the_reference() {
    fn keys(value: &Value, into: &mut Vec<String>) {
        match value {
            Value::Object(map) => {
                for (key, value) in map.iter().filter(|(key, _)| !key.contains('.')) {
                    into.push(key.clone());
                    keys(value, into);
                }
            }
            Value::Array(all) => all.iter().for_each(|value| keys(value, into)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let page = fs::read_to_string(root().join("docs/reference/report-json.md")).unwrap();
    let mut all = Vec::new();
    keys(&json(&[]).0, &mut all);
    assert!(all.len() > 100);
    for key in all {
        assert!(page.contains(&format!("`{key}`")), "docs/reference/report-json.md has no `{key}`");
    }
}

#[test]
fn json_to_a_file_stands_beside_the_page() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.json");
    let said =
        foresend(&["simulate", "cart-recovery.toml", "--json", file.to_str().unwrap()]).said();
    assert_eq!(said.code, Some(0), "{said}");
    assert!(said.out.contains("Caused by mail"), "{said}");
    let written: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(written["schema"], "foresend.report/1");
}

#[test]
fn json_that_cannot_be_written_is_refused_before_the_run() {
    // So many customers would take minutes: that it answers at all shows that nothing was rehearsed.
    let said = foresend(&[
        "simulate",
        "cart-recovery.toml",
        "--customers",
        "50_000_000",
        "--json",
        "no/such/folder.json",
    ])
    .said();
    check("json_unwritable", &said);
}

#[test]
fn wrong_input_is_told_in_a_sentence() {
    for (name, arguments) in [
        ("missing_file", &["simulate", "nowhere.toml"][..]),
        ("folder_for_file", &["simulate", "shop"][..]),
        ("no_program_there", &["simulate", "lost.toml"][..]),
        (
            "set_unknown_journey",
            &["simulate", "cart-recovery.toml", "--set", "cart-recovry.quiet=4h"][..],
        ),
        (
            "set_unknown_key",
            &["simulate", "cart-recovery.toml", "--set", "cart-recovery.second.afterr=4h"][..],
        ),
        (
            "set_bad_value",
            &["simulate", "cart-recovery.toml", "--set", "cart-recovery.quiet=soon"][..],
        ),
        ("unknown_population", &["simulate", "luxury.toml"][..]),
        ("unknown_journey", &["simulate", "unknown-journey.toml"][..]),
        ("scenario_broken", &["simulate", "broken-scenario.toml"][..]),
    ] {
        let said = foresend(arguments).said();
        check(name, &said);
        assert_eq!((said.code, &*said.out), (Some(2), ""), "{name}");
    }
}

#[test]
fn a_reader_who_has_seen_enough_is_no_failure() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.json");
    let mut run = foresend(&["simulate", "cart-recovery.toml", "--json", file.to_str().unwrap()]);
    let mut child = run.command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let mut err = String::new();
    child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
    assert_eq!((child.wait().unwrap().code(), &*err), (Some(0), ""));
    let written: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(written["schema"], "foresend.report/1", "what was written stays");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said_and_is_1() {
    let mut run = foresend(&["simulate", "cart-recovery.toml"]);
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let out = run.command.stdout(full).output().unwrap();
    let err = String::from_utf8(out.stderr).unwrap();
    assert_eq!(
        (out.status.code(), &*err),
        (Some(1), "error: stdout cannot be written: no space left on device\n")
    );
}

#[test]
fn the_scenario_of_the_project_can_be_rehearsed() {
    let arguments =
        ["simulate", "scenarios/cart-recovery.toml", "--customers", "500", "--days", "10"];
    let said = Run::within(root(), &arguments).said();
    assert_eq!(said.code, Some(0), "{said}");
}

#[test]
fn colours_are_left_out_of_a_pipe_and_where_nobody_wants_them() {
    for (name, value) in [("NO_COLOR", "1"), ("TERM", "dumb")] {
        let said = foresend(&["simulate", "cart-recovery.toml"]).with(name, value).said();
        assert!(!said.out.contains('\u{1b}'), "{name}");
    }
    let forced = foresend(&["simulate", "cart-recovery.toml"]).with("CLICOLOR_FORCE", "1").said();
    assert!(forced.out.contains("\u{1b}[1m"), "headings are bold where colours are: {forced}");
    assert!(fixtures().is_dir());
}

/// A scenario beside the fixtures' own, of one journey or of the shop's eight.
fn scenario(text: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let shop = root().join("scenarios/shop");
    let file = folder.path().join("s.toml");
    fs::write(&file, format!("program = {:?}\ncustomers = 3_000\ndays = 30\n{text}\n", shop))
        .unwrap();
    let name = file.to_str().unwrap().to_owned();
    (folder, name)
}

#[test]
fn worlds_are_those_of_the_scenario_or_the_one_that_was_asked_for() {
    let (_folder, file) = scenario("only = ['cart-recovery']\nworlds = ['touchy', 'retail']");
    let worlds = |arguments: &[&str]| -> Vec<Value> {
        let said = foresend(&[&["simulate", &file, "--json", "-"], arguments].concat()).said();
        let json: Value = serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{said}"));
        let own = &json["run"]["own_world"];
        let worlds = json["worlds"].as_array().unwrap();
        assert_eq!(&worlds[0]["id"], own);
        assert_eq!(json["range"].is_null(), worlds.len() == 1);
        worlds.iter().map(|world| world["id"].clone()).collect()
    };
    assert_eq!(worlds(&[]), ["retail", "touchy"], "the own world comes first");
    assert_eq!(worlds(&["--world", "fast-fashion"]), ["fast-fashion"]);
    let said = foresend(&["simulate", &file, "--world", "tuchy"]).said();
    assert_eq!((said.code, &*said.out), (Some(2), ""), "{said}");
    assert!(said.err.contains("did you mean `touchy`?"), "{said}");
}

#[test]
fn each_journey_has_what_it_adds_and_a_row_if_all_are_wanted() {
    let (_folder, file) = scenario("worlds = ['retail']");
    let page = |arguments: &[&str]| {
        let said = foresend(&[&["simulate", &file], arguments].concat()).said();
        assert_eq!(said.code, Some(0), "{said}");
        said.out
    };
    let (short, long) = (page(&[]), page(&["--all"]));
    assert!(short.contains("By journey in retail") && short.contains("others"), "{short}");
    for journey in ["welcome", "journal", "win-back", "replenishment", "back-in-stock"] {
        let rows =
            |page: &str| page.lines().filter(|line| line.trim_start().starts_with(journey)).count();
        assert_eq!(rows(&long), 2, "{journey}, what it adds and its mail: {long}");
    }
    assert!(!long.contains("others"), "{long}");
    let said = foresend(&["simulate", &file, "--json", "-"]).said();
    let json: Value = serde_json::from_str(&said.out).unwrap();
    let adds = |of: &Value| of["increment"]["orders"]["value"].as_i64().unwrap();
    let journeys = json["journeys"].as_array().unwrap();
    let sum: i64 = journeys.iter().map(adds).sum();
    let whole = adds(&json["worlds"][0]);
    assert_eq!(whole, sum + json["shared"]["orders"].as_i64().unwrap());
    assert!(whole > 10, "{whole} orders: too few to show anything");
    assert_eq!(json["run"]["arms"].as_array().unwrap().len(), 2 + journeys.len());
}

#[test]
fn an_expectation_that_is_not_met_is_exit_code_3() {
    let (_folder, file) = scenario(
        "only = ['cart-recovery']\nexpect = ['mails_after_purchase == 0', 'mails_per_customer_week < 0.001']",
    );
    let said = foresend(&["simulate", &file, "--quiet"]).said();
    assert_eq!(said.code, Some(3), "{said}");
    assert!(said.out.contains("Expected in every world: 1 of 2 not met · exit 3"), "{said}");
    assert!(said.out.contains("✗ mails_per_customer_week < 0.001"), "{said}");
    assert!(!said.out.contains("mails_after_purchase"), "{said}");
    let (_folder, file) =
        scenario("only = ['cart-recovery']\nexpect = ['mails_after_purchase == 0']");
    let said = foresend(&["simulate", &file]).said();
    assert_eq!(said.code, Some(0), "{said}");
    assert!(said.out.contains("Expected in every world: 1 of 1 met"), "{said}");
}

#[test]
fn a_further_arm_has_its_row_and_its_difference() {
    let (_folder, file) = scenario(
        "only = ['cart-recovery']\nworlds = ['retail']\n\
         compare = { rarely = { \"cart-recovery.second.after\" = \"never\", \"cart-recovery.offer.after\" = \"never\", \"cart-recovery.first.after\" = \"3d\" }, same = { \"cart-recovery.quiet\" = \"1h\" } }",
    );
    let said = foresend(&["simulate", &file]).said();
    assert_eq!(said.code, Some(0), "{said}");
    assert!(said.out.contains("  retail, rarely"), "{said}");
    assert!(said.out.contains("same, against as written: 0 orders"), "{said}");
    let said = foresend(&["simulate", &file, "--json", "-"]).said();
    let json: Value = serde_json::from_str(&said.out).unwrap();
    let compared = json["compared"].as_array().unwrap();
    assert_eq!(compared[1]["arm"], json["worlds"][0]["as_written"]);
    assert_ne!(
        compared[0]["arm"], json["worlds"][0]["as_written"],
        "one mail, after three days, is other mail"
    );
}

#[test]
fn markdown_is_for_a_pull_request() {
    let said = foresend(&["simulate", "cart-recovery.toml", "--format", "markdown"]).said();
    assert!(said.out.starts_with("### Rehearsal of `cart-recovery.toml`\n\n```text\n"), "{said}");
    assert_eq!(said.out.matches("```").count(), 4, "{said}");
}

#[test]
fn faults_are_named_above_every_result_and_show() {
    let (_folder, file) = scenario(
        "only = ['cart-recovery']\nworlds = ['retail']\n\
         faults = [{ at = 2026-03-02, what = 'mail provider down', for = '30d' }, { what = 'events twice', share = '5%' }]",
    );
    let said = foresend(&["simulate", &file]).said();
    let named =
        "With faults: mail provider down for 30d from 2026-03-02 00:00; 5 % of events twice.";
    assert!(said.code == Some(0) && said.out.contains(named), "{said}");
    assert!(
        said.out.contains("cart-recovery               0            0"),
        "nothing left: {said}"
    );
}

#[test]
fn a_population_may_be_a_file_with_personas_and_every_number_can_be_set() {
    let (folder, file) =
        scenario("only = ['cart-recovery']\npopulation = 'ours.toml'\nworlds = ['ours.toml']");
    let ours = folder.path().join("ours.toml");
    let run = |arguments: &[&str]| {
        foresend(&[&["simulate", &file, "--json", "-"], arguments].concat()).said()
    };
    let found = |arguments: &[&str]| -> Value {
        let said = run(arguments);
        serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{said}"))
    };
    let persona = |share: &str| {
        format!(
            "like = 'retail'\n[personas.eager]\n\
             share = {{ value = {share}, unit = 'share of customers', grade = 'A', source = 'a guess' }}\n\
             visits.per_week = {{ value = 4.0, unit = 'visits a week', grade = 'A', source = 'a guess' }}\n"
        )
    };
    let outcome = |json: &Value| json["worlds"][0]["as_written"].clone();
    // All of them are eager: as if everyone were.
    fs::write(&ours, persona("1.0")).unwrap();
    let eager = found(&[]);
    fs::write(&ours, "like = 'retail'\n").unwrap();
    let usual = found(&[]);
    assert_eq!(outcome(&eager), outcome(&found(&["--set", "population.visits.per_week=4"])));
    assert_ne!(outcome(&eager), outcome(&usual));
    // A third of them are: something between.
    fs::write(&ours, persona("0.3")).unwrap();
    let mixed = found(&[]);
    let views = |json: &Value| json["timing"]["events"].as_u64().unwrap();
    assert!(views(&usual) < views(&mixed) && views(&mixed) < views(&eager));
    let assumed = mixed["assumptions"].as_array().unwrap();
    assert_eq!(assumed.last().unwrap()["key"], "eager.visits.per_week");
    let set = found(&["--set", "population.eager.visits.per_week=1.9"]);
    assert_eq!(outcome(&set), outcome(&usual));
    // What is wrong is told with its place.
    for (text, arguments, told) in [
        ("like = 'retial'\n", &[][..], "no population that comes along"),
        (
            "like = 'retail'\n",
            &["--set", "population.visits.per_weak=4"][..],
            "did you mean `population.visits.per_week`?",
        ),
        (
            "like = 'retail'\n",
            &["--set", "population.visits.per_week=often"][..],
            "`often` is no number",
        ),
        (
            "like = 'retail'\n",
            &["--set", "population.reminder.strength=2"][..],
            "which is not a share from 0 to 1",
        ),
    ] {
        fs::write(&ours, text).unwrap();
        let said = run(arguments);
        assert_eq!((said.code, &*said.out), (Some(2), ""), "{said}");
        assert!(said.err.contains(told), "{said}");
    }
    fs::remove_file(&ours).unwrap();
    let said = run(&[]);
    assert!(said.code == Some(2) && said.err.contains("ours.toml cannot be read"), "{said}");
}
