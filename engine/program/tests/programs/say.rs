//! Journeys read aloud. A snapshot shows the sentences one below the other; what wraps them is the command's.

use crate::folder;
use foresend_program::{Said, SaidStep, Sources, compile, say};

/// The sentences of `journey`, after the texts given by (file, text) are put over the shop's.
#[track_caller]
fn said(files: &[(&str, &str)], journey: &str) -> String {
    said_in(folder::open("scenarios/shop"), files, journey)
}

/// The same in another program.
#[track_caller]
fn said_in(mut sources: Sources, files: &[(&str, &str)], journey: &str) -> String {
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
fn a_journey_without_a_quiet_wait_says_when_it_starts_and_how_often() {
    let thanks = r#"
        topic = "orders"
        on    = "Order Completed"
        if    = "orders < 3 || !buyer"
        again = "always"
        steps = [
          { id = "thanks", after = "90m", at = "10:00", days = "mon-sat", send = "cart-first" },
          { id = "offer", topic = "offers", if = "buyer", send = "cart-offer", offer = "comeback", late = "2d" },
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
        let (_, after) = rest.split_once("[offers]").unwrap();
        format!("{before}[limits]\nmails = [\"2 in 7d\"]\nfull = \"wait\"\n[offers]{after}")
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
          { id = "poor-one", path = "poor", after = "1d", send = "cart-offer", offer = "comeback" },
          { id = "bye", path = "two", leave = "offers" },
          { id = "end", path = "two", stop = "not interested" },
        ]"#;
    check("say_welcome", &said(&[("journeys/welcome.toml", welcome)], "welcome"));
}

#[test]
fn every_journey_of_the_shop_is_read_aloud() {
    for journey in [
        "back-in-stock",
        "browse-abandonment",
        "cart-recovery",
        "journal",
        "post-purchase",
        "replenishment",
        "welcome",
        "win-back",
    ] {
        check(&format!("say_shop_{journey}"), &said(&[], journey));
    }
}

/// The shop, with more to say in its program.toml.
fn more_to_say() -> Sources {
    let mut shop = folder::open("scenarios/shop");
    let program = shop.files["program.toml"]
        .replace("birthday = \"date\"", "birthday = \"date\", tier = \"text\", vip = \"bool\", points = \"number\"")
        .replace("\ncomeback = ", "\nspring = { says = \"Free delivery.\", codes = \"shared\", code = \"SPRING\", lasts = \"2w\", cost = \"5\", once = \"1y\" }\ncomeback = ");
    shop.files.insert("program.toml".to_owned(), program);
    shop
}

#[test]
fn a_birthday_is_read_aloud() {
    for (name, before, quiet) in [
        ("say_birthday", ", before = \"7d\"", ""),
        ("say_birthday_hours_before", ", before = \"36h\"", "again = \"always\""),
        ("say_birthday_after_quiet", "", "quiet = \"2h\""),
    ] {
        let again = if quiet.contains("again") { "" } else { "again = \"never\"" };
        let text = format!(
            "topic = \"offers\"\ndate = {{ trait = \"birthday\"{before} }}\n{quiet}\n{again}\n
             steps = [{{ id = \"wish\", send = \"welcome\", offer = \"spring\" }}]"
        );
        let files = [("journeys/birthday.toml", &*text)];
        check(name, &said_in(more_to_say(), &files, "birthday"));
    }
}

#[test]
fn what_a_step_does_beside_mailing_is_read_aloud() {
    let gold = r#"
        topic  = "offers"
        enters = "low_spender"
        quiet  = "30m"
        again  = "never"
        yields_to = ["win-back"]
        steps  = [
          { id = "mark", set = { tier = "gold", vip = true, points = -2.5, birthday = "2026-03-02" } },
          { id = "tell", call = "crm" },
          { id = "wait", after = "1d", wait_for = ["Order Completed", "Product Added"], at_most = "2d" },
        ]"#;
    let files = [("journeys/gold.toml", gold)];
    check("say_gold", &said_in(more_to_say(), &files, "gold"));
}

#[test]
fn what_events_are_about_is_read_aloud() {
    let returns = r#"
        topic = "offers"
        on    = ["Order Refunded", "Order Cancelled"]
        quiet = "1d"
        key   = "order_id"
        again = "7d"
        allow = ["constant"]
        stop  = ["Product Added", { on = ["Order Completed", "Order Updated"], same = "order_id" }, "Cart Viewed", { on = "Coupon Entered", same = "coupon_id" }]
        goal  = { on = "Order Completed", same = "order_id", within = "7d" }
        steps = [{ id = "sorry", days = "mon-fri", at = "10:00", send = "welcome" }]"#;
    let files = [("journeys/returns.toml", returns)];
    check("say_returns", &said_in(more_to_say(), &files, "returns"));
    let weekly = r#"
        topic = "orders"
        every = "mon-fri 09:00"
        quiet = "1h"
        again = "always"
        steps = [{ id = "letter", after = "1h", send = "welcome" }]"#;
    check("say_weekly", &said_in(more_to_say(), &[("journeys/weekly.toml", weekly)], "weekly"));
}

#[test]
fn a_journey_that_is_not_there_is_not_said() {
    let (compiled, _) = compile(&folder::open("scenarios/shop"), None);
    assert_eq!(say(&compiled.unwrap(), "cart-recovry"), None);
}
