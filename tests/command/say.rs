//! `foresend say`: a journey, read aloud, for whoever stands anywhere near its program.

use crate::{Run, check, fixtures, foresend, root};

#[test]
fn a_journey_of_the_program_beside_is_read_aloud() {
    check("say", &foresend(&["say", "cart-recovery", "--program", "shop"]).said());
    let near = Run::within(&fixtures().join("shop/mails"), &["say", "cart-recovery"]).said();
    assert_eq!(near.code, Some(0), "{near}");
}

#[test]
fn without_a_program_near_the_shop_of_the_project_is_meant() {
    let said = Run::within(root(), &["say", "cart-recovery"]).said();
    assert_eq!((said.code, &*said.err), (Some(0), ""), "{said}");
    assert!(said.out.contains("scenarios/shop/journeys/cart-recovery.toml"), "{said}");
    let nowhere = tempfile::tempdir().unwrap();
    check("say_nowhere", &Run::within(nowhere.path(), &["say", "cart-recovery"]).said());
}

#[test]
fn a_journey_that_is_not_there_is_refused_with_what_is_there() {
    let near = foresend(&["say", "cart-recovry", "--program", "shop"]).said();
    check("say_misspelt", &near);
    let other = foresend(&["say", "welcome", "--program", "shop"]).said();
    check("say_unknown", &other);
    assert_eq!((near.code, other.code), (Some(2), Some(2)));
}

#[test]
fn without_utf8_a_journey_is_read_aloud_in_ascii() {
    let arguments = ["say", "cart-recovery", "--program", "shop"];
    let said = foresend(&arguments).with("LC_ALL", "C").said();
    assert!(said.code == Some(0) && said.out.is_ascii(), "{said}");
}

#[test]
fn help_says_how_to_ask() {
    check("help_say", &foresend(&["say", "--help"]).said());
}
