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
