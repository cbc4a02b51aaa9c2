//! `foresend new`: a shop that works as it is, and nothing that was there before is touched.

use crate::{Run, check};
use std::fs;

#[test]
fn a_new_shop_is_right_and_can_be_rehearsed() {
    let folder = tempfile::tempdir().unwrap();
    let new = Run::within(folder.path(), &["new", "my-shop"]).said();
    check("new", &new);
    let lines: Vec<&str> = new.out.lines().collect();
    assert_eq!(lines.len(), 4, "{new}");
    let wrong = Run::within(folder.path(), &["check", "my-shop", "--strict"]).said();
    assert_eq!((wrong.code, &*wrong.err), (Some(0), ""), "{wrong}");
    let laid_out = Run::within(folder.path(), &["fmt", "my-shop", "--check"]).said();
    assert_eq!(laid_out.code, Some(0), "{laid_out}");
    // What it says to do next is run as it is said.
    for line in lines.iter().filter_map(|line| line.strip_prefix("  foresend ")) {
        let mut words: Vec<&str> = line.split(' ').collect();
        if words[0] == "simulate" {
            words.extend(["--customers", "200", "--days", "14", "--threads", "1"]);
        }
        let said = Run::within(folder.path(), &words).said();
        assert_eq!((said.code, &*said.err), (Some(0), ""), "{line}: {said}");
    }
}

#[test]
fn a_new_shop_is_the_program_of_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("empty")).unwrap();
    let here = folder.path().join("empty");
    let said = Run::within(&here, &["new", "."]).said();
    check("new_here", &said);
    for arguments in [&["check"][..], &["check", "scenarios/cart-recovery.toml"]] {
        let said = Run::within(&here, arguments).said();
        assert_eq!(said.code, Some(0), "{said}");
        assert!(said.out.contains(" in 30 files"), "a scenario is no part of the program: {said}");
    }
    let inside = Run::within(&here.join("scenarios"), &["check"]).said();
    assert_eq!(inside.code, Some(0), "{inside}");
}

#[test]
fn what_exists_is_never_written_over() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("full")).unwrap();
    fs::write(folder.path().join("full/notes.txt"), "mine").unwrap();
    check("new_full", &Run::within(folder.path(), &["new", "full"]).said());
    check("new_file", &Run::within(folder.path(), &["new", "full/notes.txt"]).said());
    assert_eq!(fs::read_dir(folder.path().join("full")).unwrap().count(), 1);
    assert_eq!(fs::read_to_string(folder.path().join("full/notes.txt")).unwrap(), "mine");
    // A folder below a file cannot be made: nothing is left of the attempt.
    let said = Run::within(folder.path(), &["new", "full/notes.txt/shop"]).said();
    assert!(matches!(said.code, Some(1 | 2)) && said.out.is_empty(), "{said}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}
