//! Journeys read aloud. A snapshot shows the sentences one below the other; what wraps them is the command's.

use crate::folder;
use foresend_program::{Said, SaidStep, Sources, compile, say};

/// The sentences of `journey`, after the texts given by (file, text) are put over the shop's.
#[track_caller]
fn said(files: &[(&str, &str)], journey: &str) -> String {
    let mut sources: Sources = folder::open("scenarios/shop");
    for (file, text) in files {
        sources.files.insert((*file).to_owned(), (*text).to_owned());
    }
    let (compiled, told) = compile(&sources, None);
    let compiled =
        compiled.unwrap_or_else(|| panic!("{}", folder::draw(&told, |file| &sources.files[file])));
    let Said { journey, topic, kind, head, steps, foot } = say(&compiled, journey).unwrap();
    let mut lines = vec![format!("{journey} · {topic} · {kind}")];
    lines.extend(head);
    lines.extend(steps.into_iter().map(|SaidStep { name, text }| format!("- {name}: {text}")));
    lines.extend(foot);
    lines.join("\n")
}

#[track_caller]
fn check(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

#[test]
fn the_cart_recovery_of_the_shop_is_read_aloud() {
    check("say_cart_recovery", &said(&[], "cart-recovery"));
}

#[test]
fn a_journey_without_a_quiet_wait_says_when_it_starts_and_how_often() {
    let thanks = r#"
        topic = "orders"
        on    = "Order Completed"
        if    = "orders < 3 || !buyer"
        again = "always"
        steps = [
          { id = "thanks", after = "90m", at = "10:00", days = "mon-sat", send = "cart-first" },
          { id = "offer", topic = "offers", if = "buyer", send = "cart-offer", late = "2d" },
        ]"#;
    check("say_thanks", &said(&[("journeys/thanks.toml", thanks)], "thanks"));
}

#[test]
fn a_while_that_may_be_unknown_says_what_happens_then() {
    let delivered = r#"
        topic = "offers"
        kind  = "cart"
        on    = ["Order Delivered", "Product Viewed"]
        quiet = "2d"
        if    = "cart.items == 0"
        while = "spend_1y > 40"
        again = "never"
        allow = ["no-purchase-stop"]
        steps = [{ id = "only", days = "tue,thu", send = "cart-first" }]"#;
    let limits = |sources: &Sources| {
        let text = &sources.files["program.toml"];
        let (before, rest) = text.split_once("[limits]").unwrap();
        let (_, after) = rest.split_once("[facts]").unwrap();
        format!("{before}[limits]\nmails = [\"2 in 7d\"]\nfull = \"wait\"\n[facts]{after}")
    };
    let program = limits(&folder::open("scenarios/shop"));
    let files = [("journeys/delivered.toml", delivered), ("program.toml", &program)];
    check("say_delivered", &said(&files, "delivered"));
}

#[test]
fn paths_and_waits_are_read_aloud() {
    let welcome = r#"
        topic = "offers"
        on    = "Consent Given"
        again = "never"
        steps = [
          { id = "hello", send = "cart-first" },
          { id = "asks", wait_for = ["Order Completed", "Email Link Clicked"], at_most = "12d" },
          { id = "half", if = "came('asks')", split = { one = 30, two = 70 } },
          { id = "sort", path = "one", choose = [{ path = "rich", if = "!low_spender" }, { path = "poor" }] },
          { id = "poor-one", path = "poor", after = "1d", send = "cart-offer" },
          { id = "bye", path = "two", leave = "offers" },
          { id = "end", path = "two", stop = "not interested" },
        ]"#;
    check("say_welcome", &said(&[("journeys/welcome.toml", welcome)], "welcome"));
}

#[test]
fn a_journey_that_is_not_there_is_not_said() {
    let (compiled, _) = compile(&folder::open("scenarios/shop"), None);
    assert_eq!(say(&compiled.unwrap(), "cart-recovry"), None);
}
