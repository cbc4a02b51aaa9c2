//! Before anything is rehearsed: help, and every argument that cannot be.

use crate::{check, foresend};

#[test]
fn no_arguments_are_answered_with_help() {
    check("no_arguments", &foresend(&[]).said());
}

#[test]
fn help_and_version_are_what_was_asked_for() {
    check("help", &foresend(&["--help"]).said());
    check("help_simulate", &foresend(&["simulate", "--help"]).said());
    check("help_check", &foresend(&["check", "--help"]).said());
    check("help_new", &foresend(&["new", "--help"]).said());
    check("help_fmt", &foresend(&["fmt", "--help"]).said());
    check("help_schema", &foresend(&["schema", "--help"]).said());
    let said = foresend(&["--version"]).said();
    assert_eq!(said.out, format!("foresend {}\n", env!("CARGO_PKG_VERSION")));
    assert_eq!(said.code, Some(0));
}

#[test]
fn a_number_out_of_range_is_refused_with_its_range() {
    for (argument, value) in [
        ("--customers", "0"),
        ("--customers", "50_000_001"),
        ("--customers", "many"),
        ("--days", "0"),
        ("--days", "3651"),
        ("--threads", "0"),
        ("--threads", "257"),
        ("--seed", "-1"),
    ] {
        let argument = format!("{argument}={value}");
        let said = foresend(&["simulate", "cart-recovery.toml", &argument]).said();
        check(&format!("range{}", argument.replace(['=', '-'], "_")), &said);
        assert_eq!((said.code, &*said.out), (Some(2), ""));
    }
}

#[test]
fn an_assignment_needs_both_sides() {
    check(
        "set_without_value",
        &foresend(&["simulate", "cart-recovery.toml", "--set", "cart-recovery.quiet"]).said(),
    );
}
