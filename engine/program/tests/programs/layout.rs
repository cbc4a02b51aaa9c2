//! The house layout over whole files: those of the house stay as they are, any other keeps what it says.

use crate::folder;
use crate::robust::{changed, changes};
use foresend_program::fmt;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use std::fs;
use toml_edit::{Document, Item, Value};

fn laid_out(file: &str, text: &str) -> String {
    fmt(file, text).unwrap_or_else(|wrong| panic!("{file}: {wrong:?}\n{text}"))
}

#[test]
fn the_shop_and_its_scenario_are_in_the_house_layout() {
    let files = folder::open("scenarios/shop").files;
    for (path, text) in files.into_iter().filter(|(path, _)| !path.ends_with(".csv")) {
        assert_eq!(laid_out(&path, &text), text, "{path}");
    }
    for entry in fs::read_dir(folder::at("scenarios")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "toml") {
            let text = fs::read_to_string(&path).unwrap();
            assert_eq!(laid_out("x.toml", &text), text, "{}", path.display());
        }
    }
}

/// Everything a text says, by the library that reads it for others: keys and values as written, comments in order.
fn says(text: &str) -> (Vec<String>, Vec<String>) {
    fn item(at: &str, whole: &Item, into: &mut Vec<String>) {
        match whole {
            Item::None => {}
            Item::Value(one) => value(at, one, into),
            Item::Table(table) => {
                into.push(format!("{at}: a table"));
                table.iter().for_each(|(key, one)| item(&format!("{at}/{key}"), one, into));
            }
            Item::ArrayOfTables(tables) => {
                for (i, table) in tables.iter().enumerate() {
                    let at = format!("{at}/{i}");
                    table.iter().for_each(|(key, one)| item(&format!("{at}/{key}"), one, into));
                }
            }
        }
    }
    fn value(at: &str, one: &Value, into: &mut Vec<String>) {
        match one {
            Value::Array(array) => {
                into.push(format!("{at}: a list of {}", array.len()));
                array
                    .iter()
                    .enumerate()
                    .for_each(|(i, one)| value(&format!("{at}/{i}"), one, into));
            }
            Value::InlineTable(table) => {
                into.push(format!("{at}: a table of {}", table.len()));
                table.iter().for_each(|(key, one)| value(&format!("{at}/{key}"), one, into));
            }
            Value::String(_)
            | Value::Integer(_)
            | Value::Float(_)
            | Value::Boolean(_)
            | Value::Datetime(_) => {
                let mut one = one.clone();
                one.decor_mut().clear();
                into.push(format!("{at} = {one}"));
            }
        }
    }
    let document = Document::parse(text).unwrap_or_else(|e| panic!("{e}\n{text}"));
    let mut values = Vec::new();
    for (key, one) in document.as_table().iter() {
        item(key, one, &mut values);
    }
    values.sort();
    (values, comments(text))
}

/// By hand: `#` outside texts, to the end of the line.
fn comments(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let quotes = ["\"\"\"", "'''", "\"", "'"];
        rest = match quotes.into_iter().find_map(|quote| rest.strip_prefix(quote).zip(Some(quote)))
        {
            Some((inside, quote)) => behind(inside, quote),
            None if first == '#' => {
                let (comment, below) = rest.split_once('\n').unwrap_or((rest, ""));
                found.push(comment.trim_end().to_owned());
                below
            }
            None => rest.trim_start_matches(first),
        };
    }
    found
}

/// What follows a text that has begun with `quote`.
fn behind<'t>(mut inside: &'t str, quote: &str) -> &'t str {
    loop {
        if let Some(rest) = inside.strip_prefix(quote) {
            // Up to two quotes of a long text may stand before the three that close it.
            let own = quote.chars().next().filter(|_| quote.len() == 3);
            return own.map_or(rest, |own| rest.trim_start_matches(own));
        }
        let mut characters = inside.chars();
        if characters.next() == Some('\\') && quote.starts_with('"') {
            characters.next();
        }
        inside = characters.as_str();
        assert!(!inside.is_empty(), "a valid text is closed");
    }
}

/// Laid out or refused; and what is laid out says the same and stays as it is.
fn holds(file: &str, text: &str) {
    let Ok(new) = fmt(file, text) else { return };
    assert_eq!(laid_out(file, &new), new, "laid out once more it is another:\n{text}");
    if file.ends_with(".md") {
        return;
    }
    assert_eq!(says(&new), says(text), "it says something else:\n{text}\n---\n{new}");
    assert!(new.is_empty() || new.ends_with('\n') && !new.ends_with("\n\n"), "{new:?}");
    if !text.contains("\"\"\"") && !text.contains("'''") {
        assert!(new.lines().all(|line| line == line.trim_end()), "{new}");
        assert!(!new.contains("\n\n\n"), "{new}");
    }
}

/// Texts with every form that TOML has, in no layout at all.
const WILD: &[&str] = &[
    "#!top\r\na.\"b c\".d=1 #x\r\n\r\n\r\n[ a . e ]#y\r\nf={g=[ 1,\r\n 2 ],h={}}\r\n[[i]]\r\n[[i]]\r\nj=''\r\n",
    "steps=[ # all\n # one\n {id=\"a\",send=\"x\"} # at once\n,\n\n\n{id=\"bb\",after=\"2d\",send=\"y\"},{id=\"c\",after=\"22h\",send=\"y\"} #z\n # end\n]#after\n",
    "a = \"\"\"\n  x  \n\n\n#no\n\"\"\"   # yes\nb = '''\n'''\nc = 2026-03-02 07:00:00 \nd=[[1,2],[3]]\n  # in\n  e=inf\n",
    "t = {\n  a = 1, # one\n\n\n  b = [ {x=1},{x=2,y=3} ]\n}\nu = [ [ {a=1}, {b=2} ], [] ]\n",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, rng_seed: RngSeed::Fixed(2), ..ProptestConfig::default() })]

    #[test]
    fn a_torn_text_is_laid_out_for_good_or_refused(
        file in proptest::sample::select(&["program.toml", "journeys/cart-recovery.toml", "mails/cart-second.md"][..]),
        changes in changes(),
    ) {
        let sources = folder::open("scenarios/shop");
        holds(file, &changed(&sources.files[file], &changes));
    }

    #[test]
    fn a_wild_text_is_laid_out_for_good_or_refused(
        text in proptest::sample::select(WILD),
        changes in changes(),
    ) {
        holds("wild.toml", text);
        holds("wild.toml", &changed(text, &changes));
    }

    #[test]
    fn blanks_and_line_ends_do_not_matter_to_what_is_said(blanks in proptest::collection::vec(0usize..4, 40)) {
        let text = folder::open("scenarios/shop").files["program.toml"].clone();
        let mut blanks = blanks.into_iter().cycle();
        let mut torn = String::new();
        for line in text.lines() {
            let (key, rest) = line.split_once(" = ").unwrap_or((line, ""));
            let mut some = || " ".repeat(blanks.next().unwrap_or(0));
            torn += &match rest {
                "" => format!("{}{line}{}\n", some(), some()),
                rest => format!("{}{}{}={}{rest}{}\n", some(), key.trim_end(), some(), some(), some()),
            };
        }
        holds("program.toml", &torn);
        let (same, _) = (says(&torn), says(&text));
        prop_assert_eq!(same, says(&text));
    }
}
