//! `foresend experiment`, from the outside: a plan, a design, and what is refused.

use super::{Run, check, copy, root};
use serde_json::Value;
use std::fs;
use std::path::Path;

fn shop() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy(&root().join("scenarios"), folder.path());
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> Run {
    let on = ["--scenario", "cart-recovery.toml", "--customers", "4000"];
    Run::within(folder, &[&["experiment"], arguments, &on[..]].concat())
}

#[test]
fn a_plan_says_how_long_and_how_often_it_would_be_right() {
    let folder = shop();
    check(
        "experiment_plan",
        &run(folder.path(), &["plan", "cart-first-look", "--times", "200"]).said(),
    );
}

#[test]
fn a_plan_in_json_is_the_same_on_any_number_of_threads() {
    let folder = shop();
    let json = |threads: &str| -> Value {
        let arguments =
            ["plan", "cart-first-look", "--times", "200", "--json", "-", "--threads", threads];
        let said = run(folder.path(), &arguments).said();
        assert_eq!(said.code, Some(0), "{}", said.err);
        serde_json::from_str(&said.out).unwrap()
    };
    let one = json("1");
    assert_eq!(one, json("3"));
    assert_eq!(one["schema"], "foresend.experiment-plan/1");
    let of = |name: &str| one["rehearsed"]["no_gap"][name].as_u64().unwrap();
    // Peeking finds what is not there far more often than a reading that is allowed.
    assert!(of("peeking") > 3 * of("at_end").max(1), "{one}");
    assert!(of("always_valid") <= of("at_end") + 5, "{one}");
}

#[test]
fn a_design_is_written_once_checks_and_can_be_planned() {
    let folder = shop();
    fs::remove_file(folder.path().join("shop/experiments/cart-first-look.toml")).unwrap();
    let file = folder.path().join("shop/experiments/cart-recovery-first-delay.toml");
    let dry = run(folder.path(), &["design-delay", "cart-recovery.first", "--dry-run"]).said();
    assert!(dry.code == Some(0) && !file.exists(), "{dry}");
    check(
        "experiment_design_delay",
        &run(folder.path(), &["design-delay", "cart-recovery.first"]).said(),
    );
    let text = fs::read_to_string(&file).unwrap();
    assert!(
        text.contains("control = { delay = \"now\" }") && text.contains("holdout = \"20%\""),
        "{text}"
    );
    let again = run(folder.path(), &["design-delay", "cart-recovery.first"]).said();
    assert_eq!((again.code, &*again.out), (Some(2), ""));
    assert!(
        again.err.contains("one experiment at a time") || again.err.contains("is there already"),
        "{}",
        again.err
    );
    assert_eq!(fs::read_to_string(&file).unwrap(), text);
    let checked = Run::within(folder.path(), &["check", "shop"]).said();
    assert_eq!(checked.code, Some(0), "{checked}");
    let planned =
        run(folder.path(), &["plan", "cart-recovery-first-delay", "--times", "100"]).said();
    assert_eq!(planned.code, Some(0), "{planned}");
}

#[test]
fn what_cannot_be_planned_is_told() {
    let folder = shop();
    for (arguments, message, help) in [
        (
            ["plan", "cart-first-lok"],
            "there is no experiment `cart-first-lok`",
            "did you mean `cart-first-look`?",
        ),
        (["design-delay", "cart-recovery"], "`cart-recovery` is no step", "JOURNEY.STEP"),
        (
            ["design-delay", "cart-recovery.frst"],
            "cart-recovery has no step `frst`",
            "did you mean `first`?",
        ),
        (
            ["design-delay", "cart-recovry.first"],
            "there is no journey `cart-recovry`",
            "cart-recovery",
        ),
        (
            ["design-delay", "cart-recovery.first"],
            "is tested by cart-first-look already",
            "one experiment at a time",
        ),
    ] {
        let said = run(folder.path(), &arguments).said();
        assert_eq!((said.code, &*said.out), (Some(2), ""), "{arguments:?} {}", said.err);
        assert!(said.err.contains(message) && said.err.contains(help), "{}", said.err);
    }
}
