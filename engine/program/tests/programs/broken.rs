//! Programs with one mistake each: what is told, and where. A folder of `tests/programs/broken` holds only the
//! files that differ from `tests/programs/valid/minimal`.

use crate::folder;
use foresend_core::id::StableId;
use foresend_program::{compile, scenario};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

#[test]
fn each_mistake_is_told_once_at_its_place_with_a_way_to_mend_it() {
    let mut names: Vec<String> = fs::read_dir(folder::at("tests/programs/broken"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert!(names.len() > 12);
    let mut not_one = Vec::new();
    for name in names {
        let mut sources = folder::open("tests/programs/valid/minimal");
        folder::overlay(&mut sources, &format!("tests/programs/broken/{name}"));
        let own_scenario = sources.files.remove("scenario.toml");
        let (compiled, mut told) = compile(&sources, None);
        let names = compiled.as_ref().map(|compiled| &compiled.journey_names);
        if let Some(text) = &own_scenario {
            let (read, of_scenario) = scenario("scenario.toml", text);
            told.extend(of_scenario);
            if let Some((read, names)) = read.zip(names) {
                told.extend(compiled.iter().flat_map(|compiled| read.unknown_variants(compiled)));
                told.extend(read.unknown_journeys(names));
                told.extend(read.unknown_populations(&["retail", "touchy"]));
                told.extend(read.compared(&sources).err().into_iter().flatten());
            }
        }
        let text = |file: &str| match (file, &own_scenario) {
            ("scenario.toml", Some(text)) => text,
            (file, _) => sources.files.get(file).map_or("", String::as_str),
        };
        let drawn = folder::draw(&told, text);
        if told.len() != 1 || told[0].help.is_none() {
            not_one.push(format!("{name}:\n{drawn}"));
        }
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(name, drawn);
        });
    }
    assert!(not_one.is_empty(), "not one mistake with a help:\n{}", not_one.join("\n"));
}

#[test]
fn a_place_inside_a_condition_is_the_offending_token_whatever_is_escaped_before_it() {
    for (written, token) in [
        (r#""!byer""#, "byer"),
        ("'!byer'", "byer"),
        (r#""\u0021byer""#, "byer"),
        (r#""cart.items > 0 \u0026\u0026 !byer""#, "byer"),
        ("\"\"\"\n  !buyer \\\n    && cart.items > 0 && byer\"\"\"", "byer"),
        ("'''\r\n  !buyer\r\n  && byer'''", "byer"),
        (r#""orders == \"ä\"""#, r#"orders"#),
        (r#""\"ä\" == orders""#, r#"\"ä\""#),
        (r#""!\u0062yer""#, r"\u0062yer"),
        (r#""cart.items > 0 && cart.valu < 1""#, "cart.valu"),
        (r#""buyer || ordrs('x') > 1""#, "ordrs"),
        (r#""buyer && count('x', (1 + 2)) > 1""#, "count('x', (1 + 2))"),
        (r#""low-spender > 1""#, "low-spender"),
        (r#""buyer && (cart.items)""#, "cart.items"),
        (r#""buyer && -(buyer) > 1""#, "buyer"),
    ] {
        let mut sources = folder::open("tests/programs/valid/minimal");
        let journey = sources.files.get_mut("journeys/hello.toml").unwrap();
        *journey = journey.replace("\"!buyer\"", written);
        let (_, told) = compile(&sources, None);
        let place = told[0].labels[0].span.clone();
        let text = &sources.files["journeys/hello.toml"];
        assert_eq!(text.get(place), Some(token), "{written}: {told:?}");
    }
}

/// The codes of what is told of a program that was changed.
fn codes(change: impl Fn(&mut BTreeMap<String, String>)) -> Vec<&'static str> {
    let mut sources = folder::open("tests/programs/valid/minimal");
    change(&mut sources.files);
    let mut codes: Vec<_> = compile(&sources, None).1.into_iter().map(|d| d.code).collect();
    codes.dedup();
    codes
}

fn journey(steps: &str) -> String {
    format!(
        "topic = 'orders'\non = 'Product Viewed'\nagain = 'never'\nallow = ['same-event']\nsteps = [{steps}]\n"
    )
}

#[test]
fn a_program_beyond_the_bounds_is_refused() {
    let step =
        |i: usize, condition: &str| format!("{{ id = 's{i}', send = 'hello'{condition} }},\n");
    let steps = |n: usize| (0..n).map(|i| step(i, "")).collect::<String>();
    let with = |text: String| {
        move |files: &mut BTreeMap<String, String>| {
            files.insert("journeys/long.toml".to_owned(), text.clone());
        }
    };
    assert_eq!(codes(with(journey(&steps(200)))), [""; 0]);
    assert_eq!(codes(with(journey(&steps(201)))), ["foresend::too_many"]);
    let journeys = |n: usize| {
        move |files: &mut BTreeMap<String, String>| {
            for i in 1..n {
                files
                    .insert(format!("journeys/j{i}.toml"), journey("{ id = 'a', send = 'hello' }"));
            }
        }
    };
    assert_eq!(codes(journeys(64)), [""; 0]);
    assert_eq!(codes(journeys(65)), ["foresend::too_many"]);
    // Each of 200 steps reads six facts of its own.
    let streams = |n: usize| {
        move |files: &mut BTreeMap<String, String>| {
            let (mut events, mut facts) = (String::new(), String::new());
            for i in 0..n {
                writeln!(events, "\"E{i}\" = {{}}").unwrap();
                writeln!(facts, "f{i} = \"count('E{i}')\"").unwrap();
            }
            let sum = |i: usize| {
                (0..6).map(|k| format!("f{}", (i * 6 + k) % n)).collect::<Vec<_>>().join(" + ")
            };
            let steps: String =
                (0..200).map(|i| step(i, &format!(", if = '{} > 1'", sum(i)))).collect();
            files.insert("journeys/long.toml".to_owned(), journey(&steps));
            let program = files.get_mut("program.toml").unwrap();
            *program =
                program.replace("[facts]\n", &format!("[events]\n{events}\n[facts]\n{facts}"));
        }
    };
    assert_eq!(codes(streams(900)), [""; 0]);
    // The smallest program's own two are beside these.
    assert_eq!(codes(streams(999)), ["foresend::too_many"]);
}

#[test]
fn names_that_hash_to_one_id_are_refused() {
    let mut seen = BTreeMap::new();
    let pair = (0..1_000_000).find_map(|i: u32| {
        let name = format!("s{i}");
        let other = seen.insert(StableId::of("step", &name), name.clone())?;
        Some((other, name))
    });
    let (one, other) = pair.expect("among a million names two share 32 bits");
    let steps = format!("{{ id = '{one}', send = 'hello' }}, {{ id = '{other}', send = 'hello' }}");
    let change = |files: &mut BTreeMap<String, String>| {
        files.insert("journeys/same.toml".to_owned(), journey(&steps));
    };
    assert_eq!(codes(change), ["foresend::same_id"]);
}
