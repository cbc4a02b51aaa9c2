//! Commands that look into the data of an engine that does not run, by the built binary: `store check`, `outbox`, `customer`,
//! `explain --data`; and `release`, which changes it. Calls are taken as of now, so days and times differ from run to run and
//! are left out.

use crate::{Run, Said, copy, root};
use foresend_engine::entry::{Entry, Told};
use foresend_engine::host::Engine;
use foresend_engine::journal::Class;
use foresend_engine::settings::Settings;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

/// What was due between what is long ago, which counts as 30 days ago, and what is told as of now is decided upon the calls
/// alone, however late a wake is.
const CALLS: &str = r#"{"type":"identify","userId":"u-1","traits":{"email":"u@customers.example","first_name":"Ana\u001b[2J","country":"PT"},"context":{"timezone":"Europe/Lisbon"},"messageId":"m-1"}
{"type":"consent","userId":"u-1","topic":"offers","to":"given","basis":"consent","proof":"form","messageId":"m-2"}
{"type":"consent","userId":"u-1","topic":"journal","to":"requested","proof":"form","timestamp":"2020-01-01T00:00:00Z","messageId":"m-3"}
{"type":"track","userId":"u-1","event":"Order Completed","properties":{"order_id":"o-1","revenue":64,"products":[{"product_id":"jf-101","price":64}]},"timestamp":"2020-01-01T00:00:00Z","messageId":"m-4"}
{"type":"track","userId":"u-1","event":"Sneezed","properties":{"price":3},"messageId":"m-5"}
{"type":"track","userId":"u-1","event":"Product Added","properties":{"product_id":"jf-102","price":12.5,"quantity":2},"messageId":"m-6"}
"#;

/// A folder with calls, and an engine's data in which they are.
fn fed() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy(&root().join("scenarios/shop"), &folder.path().join("shop"));
    feed(folder.path(), CALLS);
    folder
}

/// Feeds calls, with the program as it stands there.
fn feed(folder: &Path, calls: &str) {
    fs::write(folder.join("calls.ndjson"), calls).unwrap();
    let said = Run::within(folder, &["feed", "calls.ndjson", "--dev", "shop"]).said();
    assert_eq!(said.code, Some(0), "{said}");
}

fn look(folder: &Path, arguments: &[&str]) -> Said {
    Run::within(folder, arguments).said()
}

/// The engine, as the command runs it, takes an entry.
fn append(folder: &Path, entry: &Entry<'_>) {
    let settings = Settings { data: folder.join("data"), ..Settings::default() };
    actix::System::new().block_on(async {
        let engine = Engine::open(&settings, None, None).await.unwrap();
        let mut entries = Vec::new();
        entry.write(&mut entries).unwrap();
        let done = Box::new(|answer: Result<_, _>| assert!(answer.is_ok()));
        engine.intake().append(Class::Internal, entries, 1, done);
        engine.close().await.unwrap();
    });
}

/// What a command says where all is well.
#[track_caller]
fn told(folder: &Path, arguments: &[&str]) -> String {
    let said = look(folder, arguments);
    assert_eq!((said.code, &*said.err), (Some(0), ""), "{said}");
    said.out
}

fn json(folder: &Path, arguments: &[&str]) -> Value {
    serde_json::from_str(&told(folder, &[arguments, &["--json"]].concat())).unwrap()
}

/// Every file of a folder, with its length and a hash of its bytes.
fn files(folder: &Path) -> BTreeMap<PathBuf, (usize, u64)> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.path().is_dir() {
            all.append(&mut files(&entry.path()));
        } else {
            let bytes = fs::read(entry.path()).unwrap();
            let mut hasher = DefaultHasher::new();
            bytes.hash(&mut hasher);
            all.insert(entry.path(), (bytes.len(), hasher.finish()));
        }
    }
    all
}

const EXPLAIN: [&str; 5] = ["explain", "--data", "data", "--customer", "u-1"];

#[test]
fn a_customer_is_shown_with_what_they_permit_and_wait_for() {
    let folder = fed();
    let page = told(folder.path(), &["customer", "u-1"]);
    for line in [
        "  u-1 · Europe/Lisbon · local times",
        "    first_name  Ana\u{fffd}[2J\n",
        "    time zone   Europe/Lisbon\n",
        "    orders   contract\n",
        "    offers   consent, since ",
        "    journal  no: nothing permits it\n",
        "    orders            1\n",
        "    spend_1y          64\n",
        "    low_spender       true\n",
        "    days_since_order  30\n",
        "  Cart\n    jf-102  2 × £12.50\n",
        "    cart-recovery, start: ",
        "    welcome, confirm: its mail waits to be handed over\n",
        "    post-purchase, o-1, confirmation: its mail waits to be handed over\n",
        "    calls kept  6\n",
    ] {
        assert!(page.contains(line), "no {line:?} in\n{page}");
    }
    assert!(!page.contains('\u{1b}'), "what a shop wrote commands no terminal");
    let json = json(folder.path(), &["customer", "u-1"]);
    assert_eq!(json["traits"]["first_name"], "Ana\u{1b}[2J", "JSON has it as it came");
    assert_eq!((&json["calls"], &json["data"]["entries_since"]), (&6.into(), &0.into()));
    let waits = json["waits_for"].as_array().unwrap();
    assert!(waits.iter().any(|wait| wait["for"] == "quiet" && wait["journey"] == "cart-recovery"));
}

#[test]
fn the_outbox_lists_every_mail_that_is_open() {
    let folder = fed();
    let page = told(folder.path(), &["outbox"]);
    let line = "u-1                post-purchase, confirmation: order-confirmation waits";
    assert!(page.contains(line), "{page}");
    assert!(page.ends_with("  3 mails: 3 ready.\n"), "{page}");
    let json = json(folder.path(), &["outbox"]);
    let mails: Vec<_> =
        json["mails"].as_array().unwrap().iter().map(|mail| &mail["mail"]).collect();
    assert_eq!(mails.len(), 3);
    assert!(mails.contains(&&Value::from("order-confirmation")), "{mails:?}");
    assert!(json["mails"][0]["state"] == "ready" && json["mails"][0]["customer"] == "u-1");
}

#[test]
fn a_real_customer_is_explained_as_one_of_a_rehearsal_is() {
    let folder = fed();
    let page = told(folder.path(), &EXPLAIN);
    for (kind, what, why) in [
        ("event", "identify", "email, first_name, country, time zone"),
        ("consent", "offers", "a basis for mail arose"),
        ("event", "Consent Requested", "journal"),
        ("event", "Order Completed", "£64.00"),
        ("started", "post-purchase", "for o-1 · goal until "),
        ("event", "Sneezed", "£3.00 · the program does not name it"),
        ("event", "Product Added", "£12.50"),
        ("armed", "cart-recovery", "quiet 1h: until "),
    ] {
        let is = |line: &str| {
            line.contains(&format!("  {kind} ")) && line.contains(what) && line.contains(why)
        };
        assert!(page.lines().any(is), "no {kind} {what} {why} in\n{page}");
    }
    let all = json(folder.path(), &EXPLAIN);
    assert_eq!((&all["schema"], &all["run"]), (&"foresend.explain/1".into(), &Value::Null));
    assert_eq!(all["arms"][0]["id"], "live");
    let lines = |json: &Value| json["arms"][0]["lines"].as_array().unwrap().clone();
    let cart = json(folder.path(), &[&EXPLAIN[..], &["--journey", "cart-recovery"]].concat());
    let is_other = |line: &Value| !line["journey"].is_null() && line["journey"] != "cart-recovery";
    assert!(lines(&all).iter().any(is_other) && !lines(&cart).iter().any(is_other));
    let late = json(folder.path(), &[&EXPLAIN[..], &["--since", "9999-01-01"]].concat());
    assert_eq!(lines(&late), Vec::<Value>::new());
}

#[test]
fn imported_history_is_summed_up_and_a_call_that_came_again_is_told_of() {
    let folder = tempfile::tempdir().unwrap();
    copy(&root().join("scenarios/shop"), &folder.path().join("shop"));
    let order = r#"{"type":"track","userId":"u-1","event":"Order Completed","timestamp":"2025-03-01T10:00:00Z","properties":{"order_id":"o-0","revenue":5},"messageId":"m-0"}"#;
    fs::write(folder.path().join("calls.ndjson"), order).unwrap();
    told_of(&look(folder.path(), &["import", "calls.ndjson", "--dev", "shop"]));
    feed(folder.path(), CALLS);
    feed(folder.path(), CALLS);
    let page = told(folder.path(), &EXPLAIN);
    assert!(page.contains("  imported: 1 order"), "{page}");
    assert!(page.contains("£64.00 · came again, and counts once"), "{page}");
    assert_eq!(
        page.matches("  started  ").count(),
        2,
        "welcome and post-purchase, once each\n{page}"
    );
}

#[track_caller]
fn told_of(said: &Said) {
    assert_eq!(said.code, Some(0), "{said}");
}

#[test]
fn each_decision_is_told_in_the_words_of_its_version() {
    let folder = fed();
    let program = folder.path().join("shop/program.toml");
    // Journeys change places: what the timeline holds by its place is another one in the new version.
    let text = fs::read_to_string(&program).unwrap().replace(
        "\"back-in-stock\", \"cart-recovery\", \"welcome\"",
        "\"welcome\", \"cart-recovery\", \"back-in-stock\"",
    );
    fs::write(&program, text).unwrap();
    let before = json(folder.path(), &EXPLAIN)["arms"][0]["lines"].as_array().unwrap().clone();
    feed(
        folder.path(),
        r#"{"type":"track","userId":"u-1","event":"Product Viewed","messageId":"m-9"}"#,
    );
    let all = json(folder.path(), &EXPLAIN)["arms"][0]["lines"].as_array().unwrap().clone();
    let programs: Vec<&Value> = all.iter().filter(|line| line["kind"] == "program").collect();
    assert_eq!(programs.len(), 2, "{all:#?}");
    assert_ne!(programs[0]["about"], programs[1]["about"]);
    let kept: Vec<&Value> = all.iter().filter(|line| line["kind"] != "program").collect();
    assert_eq!(kept[..before.len()], before.iter().collect::<Vec<_>>());
    assert_eq!(look(folder.path(), &["store", "check"]).code, Some(0));
    assert!(told(folder.path(), &["store", "check"]).contains("2 versions of the program"));
}

#[test]
fn what_the_store_does_not_have_yet_is_said_and_looking_changes_nothing() {
    let folder = fed();
    let data = folder.path().join("data");
    copy(&data.join("store"), &folder.path().join("earlier"));
    feed(
        folder.path(),
        r#"{"type":"track","userId":"u-2","event":"Product Viewed","messageId":"m-9"}"#,
    );
    fs::remove_dir_all(data.join("store")).unwrap();
    copy(&folder.path().join("earlier"), &data.join("store"));
    let promised = || (files(&data.join("journal")), files(&data.join("versions")));
    let before = promised();
    // The engine's own entry, that it began, and the call.
    let since =
        "2 entries since are not in it yet: `foresend serve` or `foresend feed` applies them";
    for arguments in [&["outbox"][..], &["customer", "u-1"], &EXPLAIN] {
        let page = told(folder.path(), arguments);
        assert!(page.contains(since), "{page}");
    }
    assert_eq!(json(folder.path(), &["outbox"])["data"]["entries_since"], 2);
    let nobody = look(folder.path(), &["customer", "u-2"]);
    assert_eq!(nobody.err, format!("error: nobody is called u-2 in data\n  help: {since}\n"));
    let page = told(folder.path(), &["store", "check"]);
    assert!(page.contains("and lacks 2 entries since"), "{page}");
    assert!(promised() == before, "nothing is changed");
    assert_eq!(told(folder.path(), &["store", "check"]), page);
    feed(folder.path(), "");
    assert!(!told(folder.path(), &["customer", "u-2"]).contains("not in it yet"));
}

#[test]
fn who_or_what_is_not_there_is_refused_in_one_sentence() {
    let folder = fed();
    let refused = |arguments: &[&str], told: &str| {
        let said = look(folder.path(), arguments);
        assert_eq!((said.code, &*said.out), (Some(2), ""), "{said}");
        assert!(said.err.contains(told), "{said}");
    };
    refused(&["customer", "u-9"], "error: nobody is called u-9 in data\n");
    refused(&["explain", "--data", "data", "--customer", "u-9"], "nobody is called u-9 in data");
    refused(
        &[&EXPLAIN[..], &["--journey", "cart-recovry"]].concat(),
        "did you mean `cart-recovery`?",
    );
    refused(&[&EXPLAIN[..], &["--arm", "no-mail"]].concat(), "cannot be used with");
    refused(&["explain", "--customer", "u-1"], "required arguments were not provided");
    for command in [&["store", "check"][..], &["outbox"], &["customer", "u-1"]] {
        let arguments = [command, &["--data", "shop"]].concat();
        refused(&arguments, "error: there is no data of an engine in shop\n");
        assert!(!folder.path().join("shop/lock").exists(), "nothing is made");
    }
}

/// Turns a bit of a file.
fn flip(file: &Path, at: usize) {
    let mut bytes = fs::read(file).unwrap();
    bytes[at] ^= 1;
    fs::write(file, bytes).unwrap();
}

#[test]
fn a_flipped_byte_anywhere_is_found_with_its_place() {
    let broken = |at: &dyn Fn(&Path), told: &[&str]| {
        let folder = fed();
        at(&folder.path().join("data"));
        let journal = || files(&folder.path().join("data/journal"));
        let before = journal();
        let said = look(folder.path(), &["store", "check"]);
        assert_eq!((said.code, &*said.err), (Some(3), ""), "{said}");
        let out = said.out.split_whitespace().collect::<Vec<_>>().join(" ");
        for told in told {
            assert!(out.contains(told), "no {told:?}: {said}");
        }
        assert!(journal() == before, "nothing is changed");
    };
    let journal = |data: &Path| flip(&data.join("journal/0000000000000001.seg"), 200);
    broken(
        &journal,
        &["✗ journal/0000000000000001.seg at byte 64: ", "entries 0 to 2 are missing"],
    );
    let store = |data: &Path| {
        // The largest table is that of the archive, which has every call; keyspace 0 is the database's own.
        let all =
            fs::read_dir(data.join("store/keyspaces")).unwrap().map(|entry| entry.unwrap().path());
        let tables = all.filter(|of| !of.ends_with("0")).flat_map(|of| files(&of));
        let table = tables.filter(|(path, _)| path.iter().any(|part| part == "tables"));
        let (table, _) = table.max_by_key(|(_, (length, _))| *length).unwrap();
        flip(&table, 40);
    };
    broken(&store, &["✗ the room `", "cannot be read on from its beginning"]);
    let version = |data: &Path| {
        let texts = files(&data.join("versions")).into_keys();
        let text = texts.into_iter().find(|path| path.ends_with("program.toml")).unwrap();
        fs::write(&text, fs::read_to_string(&text).unwrap() + "\n").unwrap();
    };
    broken(&version, &["was changed after it was published"]);
}

#[test]
fn every_key_of_the_json_has_its_line_in_the_reference() {
    fn keys(value: &Value, into: &mut Vec<String>) {
        match value {
            Value::Object(map) => {
                for (key, value) in map {
                    into.push(key.clone());
                    if key != "traits" {
                        keys(value, into);
                    }
                }
            }
            Value::Array(all) => all.iter().for_each(|value| keys(value, into)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let folder = fed();
    for (page, arguments) in [("outbox", &["outbox"][..]), ("customer", &["customer", "u-1"])] {
        let text = fs::read_to_string(root().join(format!("docs/reference/{page}.md"))).unwrap();
        let mut all = Vec::new();
        keys(&json(folder.path(), arguments), &mut all);
        assert!(all.len() > 15);
        for key in all {
            assert!(text.contains(&format!("`{key}`")), "docs/reference/{page}.md has no `{key}`");
        }
    }
}

#[test]
fn help_says_how_to_ask() {
    crate::check("help_customer", &look(root(), &["customer", "--help"]));
    crate::check("help_outbox", &look(root(), &["outbox", "--help"]));
    crate::check("help_release", &look(root(), &["release", "--help"]));
    crate::check("help_store_check", &look(root(), &["store", "check", "--help"]));
}

#[test]
fn who_is_in_quarantine_goes_on_when_released_with_everything_told_since() {
    let folder = fed();
    let folder = folder.path();
    let whom = {
        let data = folder.join("data");
        let look = foresend_engine::look::Look::open(&data).unwrap();
        look.id_of("u-1")
    };
    append(folder, &Entry::Of(whom, Told::Quarantine));
    let page = told(folder, &["customer", "u-1"]);
    assert!(page.contains("until `foresend release` lets them go on"), "{page}");
    let call = r#"{"type":"track","userId":"u-1","event":"Product Added","properties":{"product_id":"jf-103","price":7,"quantity":1},"messageId":"m-7"}"#;
    feed(folder, call);
    let cart = |folder: &Path| json(folder, &["customer", "u-1"])["cart"].as_array().unwrap().len();
    assert_eq!(cart(folder), 1, "what came is kept, and not applied");

    let wrong = look(folder, &["release", "u-1", "u-2"]);
    assert_eq!(wrong.code, Some(2), "{wrong}");
    let said = look(folder, &["release", "u-1"]);
    assert_eq!(said.code, Some(0), "{said}");
    assert_eq!(said.err, "1 customer released: everything told to them is applied\n");
    assert_eq!(cart(folder), 2);
    assert_eq!(json(folder, &["customer", "u-1"])["quarantined"], false);
    let again = look(folder, &["release", "u-1"]);
    assert_eq!(again.code, Some(2), "{again}");
    assert!(again.err.starts_with("error: u-1 is not in quarantine in data\n"), "{again}");
    let nobody = look(folder, &["release", "--all"]);
    assert_eq!((nobody.code, &*nobody.err), (Some(0), "nobody is in quarantine\n"));
    let none = look(folder, &["release"]);
    assert_eq!(none.code, Some(2), "{none}");

    append(folder, &Entry::Of(whom, Told::Quarantine));
    let all = look(folder, &["release", "--all"]);
    assert_eq!(all.code, Some(0), "{all}");
    assert_eq!(json(folder, &["customer", "u-1"])["quarantined"], false);
    told(folder, &["store", "check"]);
}
