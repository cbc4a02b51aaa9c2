//! Programs without a mistake.

use crate::folder;
use foresend_core::calendar::Day;
use foresend_core::id::ProductId;
use foresend_core::money::Money;
use foresend_core::time::Wait;
use foresend_core::world::journey::Kind;
use foresend_core::world::offer::{Codes, Cost};
use foresend_core::world::topic::Confirm;
use foresend_core::world::value::{ColumnIx, Value};
use foresend_program::{Severity, Track, compile, scenario, set, tune};
use std::fs;

#[track_caller]
fn fine(path: &str) -> foresend_program::Compiled {
    let sources = folder::open(path);
    let (compiled, told) = compile(&sources, None);
    assert_eq!(folder::draw(&told, |file| &sources.files[file]), "", "{path}");
    compiled.expect("nothing is wrong with it")
}

#[test]
fn the_shop_and_the_smallest_program_compile_without_a_word() {
    let shop = fine("scenarios/shop");
    let eight = ["back-in-stock", "cart-recovery", "welcome", "browse-abandonment"];
    assert_eq!(shop.journey_names[..4], eight);
    assert_eq!(shop.journey_names.len(), 8);
    let journey = &shop.program.journeys[1];
    assert_eq!((journey.kind, journey.quiet), (Kind::Cart, Some(Wait::hours(1))));
    let names: Vec<&str> = journey.steps.iter().map(|step| step.name.as_str()).collect();
    assert_eq!(names, ["first", "second", "offer"]);
    assert_eq!(journey.steps[2].when.as_ref().unwrap().text(), "low_spender");
    assert!(shop.mails.iter().all(|mail| mail.subject.chars().count() <= 50));
    fine("tests/programs/valid/minimal");
    fine("tests/programs/valid/everything");
}

#[test]
fn every_key_and_table_is_read() {
    let whole = fine("tests/programs/valid/full");
    let program = &whole.program;
    assert_eq!(program.holdout, 25_000);
    assert_eq!((whole.tracking.clicks, whole.tracking.opens), (Track::Ask, Track::No));
    let keep = whole.keep;
    let waits = [keep.events, keep.opens, keep.mails, keep.unconfirmed, keep.proof];
    assert_eq!(waits, [365, 30, 365, 7, 3 * 365].map(Wait::days));
    let traits: Vec<&str> = program.traits.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(traits, ["first_name", "birthday", "shoe_size", "vip"]);
    let confirm: Vec<Confirm> = program.topics.iter().map(|topic| topic.confirm).collect();
    assert_eq!(confirm, [Confirm::Single, Confirm::Single, Confirm::Double]);
    let [comeback, hello] = program.offers.as_slice() else { panic!("{:?}", program.offers) };
    assert_eq!((&comeback.codes, comeback.once), (&Codes::SingleUse, Some(Wait::days(180))));
    assert_eq!(comeback.cost, Cost::OfOrder(100_000));
    assert_eq!(hello.codes, Codes::Shared("HELLO5".to_owned()));
    assert_eq!(hello.cost, Cost::Fixed(Money::from_minor(500)));
    let catalogue = &whole.catalogue;
    assert_eq!((catalogue.len(), catalogue.columns()), (3, &*program.columns));
    let cell = |product: &str, column: &str| {
        let at = program.columns.iter().position(|(name, _)| name == column).unwrap();
        catalogue.cell(ProductId::of(product), ColumnIx(at.try_into().unwrap()))
    };
    assert_eq!(cell("throw-1", "name"), Some(Value::Text("Linen throw, \"blue\"")));
    let eve = Day::parse("1969-12-31").unwrap();
    assert_eq!(
        (cell("soap-7", "new_since"), cell("soap-7", "handmade")),
        (Some(Value::Date(eve)), None)
    );
    let confirm = whole.mails.iter().find(|mail| mail.name == "confirm").unwrap();
    let reads: Vec<&str> = confirm.reads.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(reads, ["confirm.url", "event.topic"]);
}

#[test]
fn what_is_not_written_has_its_default() {
    let small = fine("tests/programs/valid/minimal");
    assert_eq!(small.program.holdout, 0);
    assert_eq!((small.tracking.clicks, small.tracking.opens), (Track::Yes, Track::Ask));
    assert_eq!((small.keep.events, small.keep.proof), (Wait::days(730), Wait::days(1_825)));
    let program = &small.program;
    assert!(program.offers.is_empty() && program.traits.is_empty() && small.catalogue.is_empty());
}

#[test]
fn every_scenario_names_a_program_and_journeys_that_exist() {
    for entry in fs::read_dir(folder::at("scenarios")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if !name.ends_with(".toml") || name.ends_with(".tune.toml") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let (read, told) = scenario("scenario", &text);
        assert_eq!(told, [], "{}", path.display());
        let read = read.unwrap();
        let compiled = fine(&format!("scenarios/{}", read.program));
        assert_eq!(read.unknown_journeys(&compiled.journey_names), []);
        assert_eq!(read.unknown_populations(&["retail"]), []);
    }
}

#[test]
fn every_tune_file_names_a_scenario_and_values_that_can_be() {
    let mut read = 0;
    for entry in fs::read_dir(folder::at("scenarios")).unwrap() {
        let path = entry.unwrap().path();
        if !path.to_str().unwrap().ends_with(".tune.toml") {
            continue;
        }
        let (tune, told) = tune("tune", &fs::read_to_string(&path).unwrap());
        assert_eq!(told, [], "{}", path.display());
        let tune = tune.unwrap();
        let text = fs::read_to_string(path.with_file_name(&tune.scenario)).unwrap();
        let scenario = scenario("scenario", &text).0.unwrap();
        let sources = folder::open(&format!("scenarios/{}", scenario.program));
        let only = scenario.only.as_deref();
        let today = compile(&sources, only).0.unwrap();
        let found = tune.candidates(&sources, only, &today, scenario.seed).unwrap();
        // What there is today is among the values: else nothing says whether it is as good.
        assert!(found.all.len() > 2 && found.all[0].values.is_some(), "{}", path.display());
        read += 1;
    }
    assert_eq!(read, 2);
}

#[test]
fn only_the_chosen_journeys_are_compiled_and_only_their_facts_remembered() {
    let mut sources = folder::open("tests/programs/valid/minimal");
    let (whole, _) = compile(&sources, None);
    let (none, told) = compile(&sources, Some(&["no-such-journey".to_owned()]));
    assert_eq!(told, []);
    let (whole, none) = (whole.unwrap(), none.unwrap());
    assert_eq!((none.program.journeys.len(), none.program.streams.len()), (0, 0));
    assert_eq!((whole.program.journeys.len(), whole.program.streams.len()), (1, 2));
    assert_eq!(none.journey_names, whole.journey_names);
    assert!(none.summary.bytes_a_customer < whole.summary.bytes_a_customer);
    // All are checked, the chosen and the others.
    sources.files.insert("journeys/other.toml".to_owned(), "topic = 1".to_owned());
    let (compiled, told) = compile(&sources, Some(&["hello".to_owned()]));
    assert!(compiled.is_none() && told.iter().any(|d| d.file == "journeys/other.toml"));
}

#[test]
fn what_is_set_is_compiled() {
    let mut sources = folder::open("scenarios/shop");
    let before = compile(&sources, None).0.unwrap();
    set(&mut sources, "cart-recovery.quiet", "4h").unwrap();
    set(&mut sources, "cart-recovery.offer.after", "never").unwrap();
    set(&mut sources, "limits.still_shopping", "2h").unwrap();
    let after = compile(&sources, None).0.unwrap();
    let journey = &after.program.journeys[1];
    assert_eq!((journey.quiet, journey.steps.len()), (Some(Wait::hours(4)), 2));
    assert_eq!(after.program.limits.still_shopping, Some(Wait::hours(2)));
    assert_ne!(before.program.hash, after.program.hash);
    assert!(sources.files["journeys/cart-recovery.toml"].contains("# begins once they"));
}

#[test]
fn a_meant_warning_is_silenced_by_its_name() {
    let journey = "journeys/cart.toml";
    let text = "topic = 'offers'\non = 'Product Added'\nagain = '1d'\nsteps = [{ id = 'a', send = 'hello' }]\n";
    let warnings = |text: &str| {
        let mut sources = folder::open("tests/programs/valid/minimal");
        sources.files.insert(journey.to_owned(), text.to_owned());
        let (compiled, told) = compile(&sources, None);
        assert!(compiled.is_some(), "{told:?}");
        assert!(told.iter().all(|d| d.severity == Severity::Warning));
        told.into_iter().map(|d| d.code).collect::<Vec<_>>()
    };
    assert_eq!(warnings(text), ["foresend::lint::no_purchase_stop"]);
    assert_eq!(warnings(&format!("allow = ['no-purchase-stop']\n{text}")), [""; 0]);
}

#[test]
fn one_unreadable_file_does_not_make_the_others_look_wrong() {
    for broken in ["", "brand = ", "[topics]\noffers = 1\n[facts]\norders = 2"] {
        let mut sources = folder::open("tests/programs/valid/minimal");
        sources.files.insert("program.toml".to_owned(), broken.to_owned());
        if broken.is_empty() {
            sources.files.remove("program.toml");
        }
        let (compiled, told) = compile(&sources, None);
        assert!(compiled.is_none());
        let of_program: Vec<_> = told.iter().filter(|d| d.file == "program.toml").collect();
        assert!(!of_program.is_empty());
        // `buyer` and `low_spender` are nowhere declared in the third: that is told, and nothing else.
        let others: Vec<_> = told.iter().filter(|d| d.file != "program.toml").collect();
        assert!(others.iter().all(|d| d.code == "foresend::unknown_name"), "{others:?}");
        assert!(others.is_empty() || broken.starts_with("[topics]"), "{others:?}");
    }
}
