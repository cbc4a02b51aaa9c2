//! `foresend check`: one line where all is well, every mistake where not.

use crate::{Run, check, copy, fixtures, foresend, root};
use std::fs;

#[test]
fn a_good_program_is_one_line() {
    check("check_good", &foresend(&["check", "shop"]).said());
    check("check_good_scenario", &foresend(&["check", "cart-recovery.toml"]).said());
    check("check_scenario_unknown_names", &foresend(&["check", "unknown-journey.toml"]).said());
    check("check_good_ascii", &foresend(&["check", "shop"]).with("LC_ALL", "C").said());
}

#[test]
fn the_nearest_program_upward_is_meant_where_none_is_named() {
    let inside = fixtures().join("shop/journeys");
    let said = Run::within(&inside, &["check"]).said();
    assert_eq!(said.code, Some(0), "{said}");
    assert!(said.out.starts_with("✓ 1 journey, "), "{said}");
    let nowhere = tempfile::tempdir().unwrap();
    check("check_nowhere", &Run::within(nowhere.path(), &["check"]).said());
}

#[test]
fn the_shop_of_the_project_has_no_mistakes() {
    let said = Run::within(root(), &["check", "scenarios/shop"]).said();
    assert_eq!((said.code, &*said.err), (Some(0), ""), "{said}");
}

/// A shop with `changes`: (file, text to replace, by what).
fn changed(changes: &[(&str, &str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy(&fixtures().join("shop"), &folder.path().join("shop"));
    for (file, from, to) in changes {
        let path = folder.path().join("shop").join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file} has no {from}");
        fs::write(path, text.replace(from, to)).unwrap();
    }
    folder
}

#[test]
fn mistakes_of_several_files_are_told_together() {
    let folder = changed(&[
        ("program.toml", "spend_1y < 150", "spend_1y < '150'"),
        ("journeys/cart-recovery.toml", "again", "agian"),
        ("journeys/cart-recovery.toml", "\"low_spender\"", "\"low-spender\""),
        ("mails/cart-first.md", "subject", "subjct"),
    ]);
    check("check_broken", &Run::within(folder.path(), &["check", "shop"]).said());
    let narrated = Run::within(folder.path(), &["check", "shop"]).with("NO_GRAPHICS", "1");
    check("check_broken_narrated", &narrated.said());
    let ascii = Run::within(folder.path(), &["check", "shop"]).with("LC_ALL", "C");
    check("check_broken_ascii", &ascii.said());
}

#[test]
fn warnings_alone_are_no_failure() {
    let folder = changed(&[("journeys/cart-recovery.toml", "stop  = [\"Order Completed\"]\n", "")]);
    let said = Run::within(folder.path(), &["check", "shop"]).said();
    assert_eq!(said.code, Some(0), "{said}");
    check("check_warning", &said);
}

#[test]
fn strictly_a_warning_is_an_error() {
    let folder = changed(&[("journeys/cart-recovery.toml", "stop  = [\"Order Completed\"]\n", "")]);
    let said = Run::within(folder.path(), &["check", "shop", "--strict"]).said();
    check("check_strict", &said);
    assert_eq!((said.code, &*said.out), (Some(2), ""));
    assert_eq!(foresend(&["check", "shop", "--strict"]).said().code, Some(0));
}

#[test]
fn what_is_remembered_is_told_by_event_and_adds_up() {
    let said = foresend(&["check", "shop", "-v"]).said();
    check("check_verbose", &said);
    let bytes = |line: &str| -> Option<usize> {
        line.split("  ").filter_map(|cell| cell.trim().replace(',', "").parse().ok()).next()
    };
    let bytes: Vec<usize> = said.out.lines().skip(1).filter_map(bytes).collect();
    let (all, parts) = bytes.split_last().unwrap();
    assert_eq!(parts.iter().sum::<usize>(), *all, "{said}");
    assert!(said.out.contains(&format!("about {all} bytes a customer")), "{said}");
}

#[test]
fn machines_are_told_on_stdout() {
    let folder = changed(&[
        ("program.toml", "spend_1y < 150", "spend_1y < '150'"),
        ("journeys/cart-recovery.toml", "again", "agian"),
        ("journeys/cart-recovery.toml", "stop  = [\"Order Completed\"]\n", ""),
    ]);
    for format in ["json", "github"] {
        let said = Run::within(folder.path(), &["check", "shop", "--format", format]).said();
        check(&format!("check_{format}"), &said);
        assert_eq!((said.code, &*said.err), (Some(2), ""), "{said}");
        let inside =
            Run::within(&folder.path().join("shop"), &["check", "--format", format]).said();
        assert_eq!(inside.out, said.out.replace("shop/", ""), "files are named from where one is");
    }
    for arguments in [&["check", "shop"][..], &["check", "cart-recovery.toml"]] {
        let arguments = [arguments, &["--format", "json"]].concat();
        let said = foresend(&arguments).said();
        let document: serde_json::Value = serde_json::from_str(&said.out).unwrap();
        assert_eq!(document["schema"], "foresend.check/1");
        assert_eq!((said.code, document["mistakes"].as_array().unwrap().len()), (Some(0), 0));
    }
    let scenario = foresend(&["check", "broken-scenario.toml", "--format", "json"]).said();
    let document: serde_json::Value = serde_json::from_str(&scenario.out).unwrap();
    assert_eq!(document["mistakes"][0]["file"], "broken-scenario.toml");
    assert_eq!((scenario.code, &*scenario.err), (Some(2), ""), "{scenario}");
}

#[test]
fn a_simulation_of_a_broken_program_tells_its_mistakes_and_runs_nothing() {
    let folder = changed(&[("journeys/cart-recovery.toml", "again", "agian")]);
    fs::copy(fixtures().join("cart-recovery.toml"), folder.path().join("cart.toml")).unwrap();
    let said = Run::within(folder.path(), &["simulate", "cart.toml"]).said();
    check("simulate_broken", &said);
    assert_eq!((said.code, &*said.out), (Some(2), ""));
}

#[test]
fn what_cannot_be_read_is_said_with_its_path() {
    check("check_missing", &foresend(&["check", "nowhere"]).said());
    check("check_no_program", &foresend(&["check", "shop/mails"]).said());
    check("check_journey", &foresend(&["check", "shop/journeys/cart-recovery.toml"]).said());
    check("check_file", &foresend(&["check", "shop/mails/cart-first.md"]).said());

    let folder = changed(&[]);
    fs::write(folder.path().join("shop/journeys/latin.toml"), b"topic = \"caf\xe9\"").unwrap();
    check("check_not_utf8", &Run::within(folder.path(), &["check", "shop"]).said());
    fs::write(folder.path().join("shop/journeys/latin.toml"), vec![b'#'; (1 << 20) + 1]).unwrap();
    check("check_too_large", &Run::within(folder.path(), &["check", "shop"]).said());
}
