//! One mistake a program, as its author reads it. A folder of `tests/programs/broken` holds only the files that
//! differ from `tests/programs/valid/minimal`; it is laid over a copy of that.

use crate::{Run, check, copy, root};
use std::fs;

#[test]
fn every_broken_program_is_told_what_is_wrong_with_it() {
    let programs = root().join("tests/programs");
    let mut names: Vec<String> = fs::read_dir(programs.join("broken"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert!(names.len() > 12, "only {names:?}");
    for name in names {
        let folder = tempfile::tempdir().unwrap();
        let (valid, here) = (folder.path().join("valid/minimal"), folder.path().join("broken"));
        for to in [&valid, &here] {
            copy(&programs.join("valid/minimal"), to);
        }
        copy(&programs.join("broken").join(&name), &here);
        let path = if here.join("scenario.toml").exists() { "scenario.toml" } else { "." };
        let said = Run::within(&here, &["check", path]).said();
        check(&format!("broken_{name}"), &said);

        let wrong = said.err.contains("1 error in 1 of");
        let odd = said.out.contains("· 1 warning in 1 of");
        assert!(wrong != odd, "{name} has one mistake: {said}");
        assert_eq!(said.code, Some(if wrong { 2 } else { 0 }), "{name}");
        assert!(said.err.contains("  help: "), "{name} is not told how to mend it: {said}");
    }
}
