//! `foresend feed` and `import`: calls into a data folder, by the built binary.

use crate::{Run, copy, root};
use std::fs;
use std::path::Path;

const CALLS: &str = r#"{"type":"identify","userId":"u-1","traits":{"email":"u@customers.example"},"messageId":"m-1"}
{"type":"track","userId":"u-1","event":"Product Added","properties":{"product_id":"p-1","price":12.5},"messageId":"m-2"}
"#;

fn feed(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let said = Run::within(folder, arguments).said();
    (said.code, said.out + &said.err)
}

#[test]
fn calls_are_taken_again_and_again_and_a_restart_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("calls.ndjson"), CALLS).unwrap();
    let shop = root().join("scenarios/shop");
    let shop = shop.to_str().unwrap();
    let feed = |arguments: &[&str]| feed(folder.path(), arguments);
    assert_eq!(
        feed(&["feed", "calls.ndjson"]),
        (
            Some(2),
            "error: no program is published in data\n  help: name the folder of one: --dev PROGRAM\n"
                .to_owned()
        )
    );
    assert!(!folder.path().join("data").exists());
    let taken = (Some(0), "calls.ndjson: 2 calls taken\n".to_owned());
    assert_eq!(feed(&["feed", "calls.ndjson", "--dev", shop]), taken);
    assert_eq!(feed(&["feed", "calls.ndjson"]), taken);
    assert_eq!(feed(&["import", "calls.ndjson", "--data", "./data"]), taken);
}

#[test]
fn a_wrong_file_and_a_wrong_program_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("calls.ndjson"), format!("{CALLS}{{\n")).unwrap();
    fs::create_dir(folder.path().join("empty")).unwrap();
    let (code, told) = feed(folder.path(), &["feed", "calls.ndjson", "--dev", "empty"]);
    assert_eq!(code, Some(2));
    assert!(told.starts_with("calls.ndjson:3: "), "{told}");
    fs::write(folder.path().join("calls.ndjson"), CALLS).unwrap();
    assert_eq!(feed(folder.path(), &["feed", "calls.ndjson", "--dev", "empty"]).0, Some(2));
    assert!(!folder.path().join("data").exists());
}

#[test]
fn a_program_that_lacks_what_customers_may_rest_on_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("calls.ndjson"), CALLS).unwrap();
    copy(&root().join("scenarios/shop"), &folder.path().join("shop"));
    let taken = (Some(0), "calls.ndjson: 2 calls taken\n".to_owned());
    assert_eq!(feed(folder.path(), &["feed", "calls.ndjson", "--dev", "shop"]), taken);
    fs::remove_file(folder.path().join("shop/journeys/replenishment.toml")).unwrap();
    let program = folder.path().join("shop/program.toml");
    let text = fs::read_to_string(&program).unwrap();
    fs::write(&program, text.replace("\"replenishment\", ", "")).unwrap();
    let (code, told) = feed(folder.path(), &["feed", "calls.ndjson", "--dev", "shop"]);
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("of `replenishment` any more, which customers may rest on"), "{told}");
    let versions = fs::read_dir(folder.path().join("data/versions")).unwrap().count();
    assert_eq!(versions, 1, "what was refused was not published");
    assert_eq!(feed(folder.path(), &["feed", "calls.ndjson"]), taken, "the one before runs on");
}
