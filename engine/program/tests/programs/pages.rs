//! The reference pages: every example in them is read by the compiler, and every key stands in its page.
//!
//! A block of TOML begins with a comment that names the file it is of. What it holds is put into that file of the
//! smallest valid program, key by key, and the whole must compile without a word. A block that is meant to be
//! refused says so in that comment: `# program.toml, refused: unknown_key`.

use crate::folder;
use foresend_program::{Sources, compile, scenario};
use std::fs;
use toml_edit::DocumentMut;

const PAGES: [&str; 6] = ["program", "journey", "mail", "experiment", "scenario", "conditions"];

/// The blocks of a page, with the language they are marked with.
pub(crate) fn blocks(page: &str) -> Vec<(String, String)> {
    let text = fs::read_to_string(folder::at(&format!("docs/reference/{page}.md"))).unwrap();
    let mut blocks = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(language) = line.strip_prefix("```") {
            let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            blocks.push((language.to_owned(), block.join("\n") + "\n"));
        }
    }
    blocks
}

/// Puts the keys of one text into another.
pub(crate) fn merged(into: &str, from: &str) -> String {
    let mut document: DocumentMut = into.parse().unwrap();
    for (key, item) in from.parse::<DocumentMut>().unwrap().iter() {
        match (document.get_mut(key).and_then(|old| old.as_table_like_mut()), item.as_table_like())
        {
            (Some(old), Some(new)) if key != "goal" => {
                for (key, item) in new.iter() {
                    old.insert(key, item.clone());
                }
            }
            (_, _) => {
                document.insert(key, item.clone());
            }
        }
    }
    document.to_string()
}

/// `program` is program.toml as the blocks before have made it.
fn check(page: &str, block: &str, program: &mut String) {
    let first = block.lines().next().unwrap_or_default();
    let (file, refused) = match first.trim_start_matches("# ").split_once(", refused: ") {
        Some((file, code)) => (file, Some(format!("foresend::{code}"))),
        None => (first.trim_start_matches("# "), None),
    };
    if file.starts_with("scenarios/") {
        let (read, told) = scenario(file, block);
        assert!(read.is_some() && told.is_empty(), "{page}: {told:?}\n{block}");
        return;
    }
    let mut sources = folder::open("tests/programs/valid/minimal");
    sources.files.insert("program.toml".to_owned(), program.clone());
    let base = match file {
        "program.toml" => sources.files["program.toml"].clone(),
        journey if journey.starts_with("journeys/") => {
            let hello = &sources.files["journeys/hello.toml"];
            // One that starts in another way starts in no second one.
            let other = ["enters", "date", "every"];
            let starts = |line: &str| other.iter().any(|key| line.starts_with(key));
            match block.lines().any(starts) {
                true => hello.replace("on    = \"Product Viewed\"\n", ""),
                false => hello.clone(),
            }
        }
        experiment if experiment.starts_with("experiments/") => String::new(),
        other => panic!("{page}: a block of TOML begins with the name of its file, not {other:?}"),
    };
    sources.files.insert(file.to_owned(), merged(&base, block));
    for mail in mails_sent(block) {
        let mail = format!("mails/{mail}.md");
        sources.files.entry(mail).or_insert_with(|| "+++\nsubject = 'S'\n+++\n".to_owned());
    }
    told(page, block, &sources, refused.as_deref());
    if refused.is_none() {
        program.clone_from(&sources.files["program.toml"]);
    }
}

fn told(page: &str, block: &str, sources: &Sources, refused: Option<&str>) {
    let (compiled, told) = compile(sources, None);
    let drawn = folder::draw(&told, |file| sources.files.get(file).map_or("", String::as_str));
    match refused {
        Some(code) => assert!(told.iter().any(|d| d.code == code), "{page}:\n{block}\n{drawn}"),
        None => assert!(compiled.is_some() && told.is_empty(), "{page}:\n{block}\n{drawn}"),
    }
}

fn mails_sent(block: &str) -> Vec<&str> {
    let values = block.split("send ").skip(1).map(|rest| rest.trim_start_matches([' ', '=']));
    values.filter_map(|rest| rest.strip_prefix('"')?.split('"').next()).collect()
}

#[test]
fn every_example_of_the_reference_compiles() {
    let mut read = 0;
    for page in PAGES {
        let minimal = folder::open("tests/programs/valid/minimal");
        let mut program = minimal.files["program.toml"].clone();
        for (language, block) in blocks(page) {
            match language.as_str() {
                "toml" => check(page, &block, &mut program),
                "markdown" => {
                    let mut sources = folder::open("tests/programs/valid/minimal");
                    sources.files.insert("program.toml".to_owned(), program.clone());
                    sources.files.insert("mails/example.md".to_owned(), block.clone());
                    told(page, &block, &sources, None);
                }
                "text" => continue,
                other => panic!("{page}: a block of {other:?} is read by nobody"),
            }
            read += 1;
        }
    }
    assert!(read >= 15, "{read} blocks");
}
