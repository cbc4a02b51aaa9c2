//! The order of the house, held by a machine: which crate may know which, which module of the core may know which,
//! and that every file opens with its story.
#![expect(clippy::unwrap_used, reason = "a house that cannot be read is not tidy")]

use std::fs;
use std::path::{Path, PathBuf};

/// Arrows between our crates go down only: each may depend on those named with it.
const ARROWS: &[(&str, &str, &[&str])] = &[
    ("foresend-core", "engine/core", &[]),
    ("foresend-program", "engine/program", &["foresend-core"]),
    ("foresend-insight", "engine/insight", &["foresend-core"]),
    ("foresend-engine", "engine", &["foresend-core", "foresend-program", "foresend-insight"]),
    ("foresend-simulator", "simulator", &["foresend-core", "foresend-program", "foresend-insight"]),
    ("foresend-tui", "tui", &["foresend-insight"]),
    (
        "foresend",
        ".",
        &[
            "foresend-core",
            "foresend-engine",
            "foresend-program",
            "foresend-insight",
            "foresend-simulator",
            "foresend-tui",
        ],
    ),
];

/// All that the core may depend on: hashing, time zones, the encoding of its snapshots, and lists of one word.
const CORE_MAY_USE: &[&str] = &["jiff", "postcard", "serde", "siphasher", "thin-vec"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn manifest(folder: &str) -> toml::Table {
    let path = root().join(folder).join("Cargo.toml");
    fs::read_to_string(&path).unwrap().parse().unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn dependencies(manifest: &toml::Table) -> Vec<String> {
    let table = manifest.get("dependencies").and_then(toml::Value::as_table);
    table.map(|table| table.keys().cloned().collect()).unwrap_or_default()
}

/// Every Rust file of the project, as (path from the root, text).
fn sources() -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, into: &mut Vec<(PathBuf, String)>) {
        let mut entries: Vec<_> =
            fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                walk(&path, into);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                into.push((path.strip_prefix(root()).unwrap().to_owned(), text));
            }
        }
    }
    let mut all = Vec::new();
    for folder in ["src", "engine", "simulator", "tui", "tests", "benches"] {
        walk(&root().join(folder), &mut all);
    }
    assert!(all.len() > 40, "only {} files found: looked in the wrong place?", all.len());
    all
}

#[test]
fn arrows_between_crates_go_down_only() {
    let members = manifest(".")["workspace"]["members"].as_array().unwrap().len();
    assert_eq!(members + 1, ARROWS.len(), "a crate is missing from the list of this test");
    for (name, folder, may) in ARROWS {
        let manifest = manifest(folder);
        assert_eq!(manifest["package"]["name"].as_str(), Some(*name));
        for dependency in dependencies(&manifest) {
            let ours = dependency.starts_with("foresend");
            assert!(!ours || may.contains(&dependency.as_str()), "{name} knows {dependency}");
        }
    }
}

#[test]
fn the_core_depends_on_no_parser_runtime_or_clock() {
    for dependency in dependencies(&manifest("engine/core")) {
        assert!(CORE_MAY_USE.contains(&dependency.as_str()), "the core uses {dependency}");
    }
}

#[test]
fn arrows_inside_the_core_go_down_only() {
    let floors = [
        ("engine/core/src/moment.rs", &["crate::world", "crate::customer", "crate::calendar"][..]),
        ("engine/core/src/calendar.rs", &["crate::world", "crate::customer"][..]),
        ("engine/core/src/time.rs", &["crate::world", "crate::customer"][..]),
        ("engine/core/src/id.rs", &["crate::world", "crate::customer"][..]),
        ("engine/core/src/money.rs", &["crate::world", "crate::customer"][..]),
        ("engine/core/src/chance.rs", &["crate::world", "crate::customer"][..]),
        ("engine/core/src/world/", &["crate::customer"][..]),
    ];
    let sources = sources();
    for (place, must_not) in floors {
        let mut seen = 0;
        for (path, text) in sources.iter().filter(|(path, _)| path.starts_with(place)) {
            seen += 1;
            for above in must_not {
                assert!(!text.contains(above), "{} knows {above}", path.display());
            }
        }
        assert!(seen > 0, "{place} is gone: mend this list");
    }
}

#[test]
fn every_file_opens_with_its_story() {
    for (path, text) in sources() {
        assert!(text.starts_with("//! "), "{} has no `//!` header", path.display());
    }
}

#[test]
fn every_file_tells_one_story() {
    for (path, text) in sources() {
        let lines = text.lines().count();
        assert!(
            lines <= 600,
            "{} has {lines} lines: which two stories does it tell?",
            path.display()
        );
    }
}

#[test]
fn tests_are_named_for_what_they_hold_and_none_is_left_out() {
    for (path, text) in sources().iter().filter(|(path, _)| !path.ends_with("tidy.rs")) {
        assert!(!text.contains("#[ignore"), "{} ignores a test", path.display());
        assert!(!text.contains("fn test_"), "{} has a test named test_…", path.display());
        assert!(!text.contains("thread::sleep"), "{} sleeps", path.display());
    }
}

#[test]
fn pages_use_the_words_of_the_language() {
    let synonyms = [("workflow", "journey"), ("drip", "journey"), ("recipient", "customer")];
    for page in ["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "scenarios/README.md"] {
        let text = fs::read_to_string(root().join(page)).unwrap().to_lowercase();
        for (synonym, word) in synonyms {
            assert!(!text.contains(synonym), "{page} says {synonym:?}: the word is {word:?}");
        }
    }
}
