//! The tables of the page on conditions: the example in each row compiles somewhere, without a word.

use crate::folder;
use crate::pages::{blocks, merged};
use foresend_program::{Sources, compile};
use std::fs;

/// Examples: what stands between backticks in the last cell of a row.
fn examples(page: &str) -> Vec<String> {
    let mut examples = Vec::new();
    let mut is_table_of_examples = false;
    for line in page.lines() {
        let Some(row) = line.strip_prefix('|').and_then(|row| row.strip_suffix('|')) else {
            is_table_of_examples = false;
            continue;
        };
        let row = row.replace("\\|", "\u{0}");
        let last = row.rsplit('|').next().unwrap_or_default().trim().replace('\u{0}', "|");
        if last == "example" {
            is_table_of_examples = true;
        } else if let Some(example) = last.strip_prefix('`').and_then(|e| e.strip_suffix('`'))
            && is_table_of_examples
        {
            examples.push(example.to_owned());
        }
    }
    examples
}

/// Whether it compiles with the expression as a fact, as a condition, or as `due`.
fn compiles(program: &str, expression: &str) -> bool {
    let fact = merged(program, &format!("[facts]\nexample = \"{expression}\"\n"));
    let journey = |condition: &str, due: &str| {
        format!(
            "topic = 'offers'\non = 'Trial Started'\nkey = 'product_id'\nagain = 'never'\nwhile = \"{condition}\"\nsteps = [{{ id = 'a', {due} send = 'hello' }}]\n"
        )
    };
    let trials = [
        (fact, journey("buyer", "")),
        (program.to_owned(), journey(expression, "")),
        (program.to_owned(), journey("buyer", &format!("due = \"{expression}\","))),
    ];
    trials.into_iter().any(|(program, journey)| {
        let mut sources: Sources = folder::open("tests/programs/valid/minimal");
        sources.files.insert("program.toml".to_owned(), program);
        sources.files.insert("journeys/example.toml".to_owned(), journey);
        let (compiled, told) = compile(&sources, None);
        compiled.is_some() && told.is_empty()
    })
}

#[test]
fn every_example_in_a_table_of_the_page_compiles() {
    let text = fs::read_to_string(folder::at("docs/reference/conditions.md")).unwrap();
    let minimal = folder::open("tests/programs/valid/minimal");
    let of_program = |block: &String| block.lines().next() == Some("# program.toml");
    let program = blocks("conditions")
        .into_iter()
        .map(|(_, block)| block)
        .filter(of_program)
        .fold(minimal.files["program.toml"].clone(), |program, block| merged(&program, &block));
    let examples = examples(&text);
    assert!(examples.len() >= 35, "{} examples", examples.len());
    for example in examples {
        assert!(compiles(&program, &example), "{example}");
    }
}
