//! `docs/models.md` lists every number of the populations, and none that is not there. With `FORESEND_WRITE=1` in the
//! environment the test writes the table instead of comparing it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use foresend_simulator::population::{Grade, Preset};
use std::fmt::Write;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/models.md");
const BEGIN: &str = "<!-- settings of `retail`: made from simulator/presets/retail.toml -->\n";

fn table() -> String {
    let settings = Preset::named("retail").unwrap().settings();
    let mut table = String::from("\n");
    for grade in [Grade::R, Grade::V, Grade::B, Grade::A] {
        let count = settings.iter().filter(|setting| setting.grade == grade).count();
        let says = match grade {
            Grade::R => "a randomised experiment or public data, re-analysed",
            Grade::V => "verified by computation",
            Grade::B => "a vendor's benchmark: what was seen, not what was caused",
            Grade::A => "an assumption",
        };
        writeln!(table, "- **{grade}**, {says}: {count}").unwrap();
    }
    table.push_str("\n| setting | value | unit | grade | source |\n|---|---|---|---|---|\n");
    for setting in settings {
        let value = setting.value.replace(", ", " ").replace(['[', ']'], "");
        writeln!(
            table,
            "| `{}` | {} | {} | {} | {} |",
            setting.key,
            value.trim(),
            setting.unit,
            setting.grade,
            setting.source
        )
        .unwrap();
    }
    table + &worlds()
}

/// Of each other population what differs.
fn worlds() -> String {
    let retail = Preset::named("retail").unwrap().settings();
    let mut worlds = String::new();
    for name in Preset::names().filter(|name| *name != "retail") {
        writeln!(worlds, "\n**`{name}`**, as `retail` but for:\n").unwrap();
        for (setting, usual) in Preset::named(name).unwrap().settings().iter().zip(&retail) {
            if setting != usual {
                let shown = |value: &str| value.trim().replace(['[', ']'], "");
                let (key, unit) = (&setting.key, &setting.unit);
                let (value, usual) = (shown(&setting.value), shown(&usual.value));
                writeln!(worlds, "- `{key}`: {value} {unit}, not {usual}").unwrap();
            }
        }
    }
    worlds
}

#[test]
fn the_models_page_lists_every_number_of_retail() {
    let page = std::fs::read_to_string(PAGE).unwrap();
    let (text, listed) = page.split_once(BEGIN).expect("the page has its table");
    if std::env::var_os("FORESEND_WRITE").is_some() {
        std::fs::write(PAGE, format!("{text}{BEGIN}{}", table())).unwrap();
    } else {
        assert_eq!(listed, table(), "run this test with FORESEND_WRITE=1 and read the difference");
    }
}
