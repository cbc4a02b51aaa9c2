//! What a catalogue says, and what is told of one that is wrong.

use super::*;
use crate::diagnostic::Diagnostic;
use crate::text::tree;
use foresend_core::money::Amount;
use std::fmt::Write as _;

/// The catalogue in `text`, with two columns of its own, and what is told of it.
fn told(text: &str) -> (Option<CatalogueRead>, Vec<Diagnostic>) {
    let mut told = Mistakes::default();
    let program = File { name: "program.toml", text: "material = 'text'\nmade = 'date'\n" };
    let columns = Columns::read(program, &tree::parse(program).unwrap(), &mut told);
    let read = read(File { name: "catalogue.csv", text }, &columns, &mut told);
    (read, told.in_order())
}

/// What is told, and what stands at its place.
#[track_caller]
fn wrong(text: &str, messages: &[(&str, &str)]) {
    let (_, told) = told(text);
    let found: Vec<(&str, &str)> = told
        .iter()
        .map(|d| (d.message.as_str(), text.get(d.labels[0].span.clone()).unwrap()))
        .collect();
    assert_eq!(found, messages, "{text}");
    assert!(told.iter().all(|d| d.help.is_some()), "{told:?}");
}

const HEAD: &str = "id,name,price,material,made\n";

#[test]
fn a_catalogue_is_read_whatever_its_line_ends_and_quotes() {
    let rows = "a,\"Tea, \"\"black\"\"\",4.50,,2026-03-02\r\n\r\n,,,,\r\n b , Mug ,,clay,";
    let (read, told) = told(&format!("\u{feff}{}{rows}", HEAD.replace('\n', "\r\n")));
    assert_eq!(told, []);
    let read = read.unwrap();
    let names: Vec<&str> = read.columns.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["name", "price", "material", "made"]);
    let text = |text: &str| Some(Kept::Text(text.into()));
    let price = Some(Kept::Number(Amount::from_parts(45_000)));
    let rows = [
        Row {
            id: "a".to_owned(),
            cells: vec![
                text("Tea, \"black\""),
                price,
                None,
                Some(Kept::Date(foresend_core::calendar::Day::numbered(20_514).unwrap())),
            ],
        },
        Row { id: "b".to_owned(), cells: vec![text("Mug"), None, text("clay"), None] },
    ];
    assert_eq!(read.rows, rows);
}

#[test]
fn a_wrong_header_is_told_of() {
    let head = "id,name";
    let missing = ["there is no column `material`", "there is no column `made`"];
    wrong(head, &missing.map(|message| (message, head)));
    let head = "name,material,made";
    wrong(head, &[("there is no column `id`", head)]);
    wrong("id,name,material,made,id", &[("there are two columns `id`", "id")]);
    wrong("id,name,material,made,", &[("this column has no name", "id,name,material,made,")]);
    wrong(
        "id,name,material,made,\"Shoe size\"",
        &[("the column `Shoe size` is not declared", "\"Shoe size\"")],
    );
    // What was probably meant is not missing as well.
    wrong(
        "ID,nmae,materiel,made",
        &[
            ("the column `ID` is not declared", "ID"),
            ("the column `nmae` is not declared", "nmae"),
            ("the column `materiel` is not declared", "materiel"),
        ],
    );
    wrong(
        "id;name;material;made\na;b;c;d",
        &[("the columns of this file are not parted by commas", "id;name;material;made")],
    );
    wrong("id,\"name", &[("a text is not closed", "\"")]);
    for empty in ["", "\n\r\n", "\u{feff}"] {
        let (read, told) = told(empty);
        assert!(read.is_none() && told.len() == 1, "{empty:?}: {told:?}");
    }
}

#[test]
fn wrong_cells_and_rows_are_told_at_their_places() {
    let rows = |rows: &str| format!("{HEAD}{rows}");
    wrong(&rows("a,Tea,\"4,50\",,\n"), &[("`4,50` is not a number", "\"4,50\"")]);
    wrong(&rows("a,Tea,4.50,,soon\r\n"), &[("`soon` is not a date", "soon")]);
    wrong(&rows("a,,4.50,,\n"), &[("this row has no `name`", "a,,4.50,,")]);
    wrong(&rows(",Tea,4.50,,\n"), &[("this row has no `id`", ",Tea,4.50,,")]);
    wrong(
        &rows("a,Tea,4,50,,\n"),
        &[("this row has 6 cells, and the header has 5", "a,Tea,4,50,,")],
    );
    wrong(&rows("a,Tea\n"), &[("this row has 2 cells, and the header has 5", "a,Tea")]);
    wrong(&rows("a,Tea,1,,\nb,Mug,2,,\n\"a\",Pot,3,,"), &[("`a` is the id of two rows", "\"a\"")]);
    wrong(&rows("a,\"Tea,1,,\nb,Mug,2,,\n"), &[("a text is not closed", "\"")]);
}

#[test]
fn of_many_wrong_cells_the_first_are_told_and_the_others_counted() {
    let mut text = HEAD.to_owned();
    for i in 0..33 {
        writeln!(text, "id-{i},Thing,none,,").unwrap();
    }
    let (read, told) = told(&text);
    assert_eq!(told.len(), 21);
    assert!(told.iter().take(20).all(|d| d.code == "foresend::bad_cell"));
    let last = &told[20];
    let place = text.get(last.labels[0].span.clone());
    assert_eq!((last.message.as_str(), place), ("and 13 more", Some("id-20,Thing,none,,")));
    assert_eq!(read.unwrap().rows.len(), 33);
}

#[test]
fn a_catalogue_beyond_the_bounds_is_refused() {
    let columns: String = (0..COLUMNS_MAX).map(|i| format!(",c{i}")).collect();
    let (read, all) = told(&format!("id{columns}\n"));
    assert!(read.is_none() && all.len() == 1 && all[0].code == "foresend::too_many", "{all:?}");
    let mut text = HEAD.to_owned();
    for i in 0..=ROWS_MAX {
        writeln!(text, "{i},n,,,").unwrap();
    }
    let (read, all) = told(&text);
    assert_eq!(read.unwrap().rows.len(), ROWS_MAX);
    assert_eq!(all.iter().map(|d| d.code).collect::<Vec<_>>(), ["foresend::too_many"]);
}

#[test]
fn a_long_cell_is_shown_short_and_on_one_line() {
    let text = format!("{HEAD}a,Tea,\"{}\n\",,\n", "x\n".repeat(100));
    let (_, told) = told(&text);
    let shown = "x ".repeat(20);
    assert_eq!(told[0].message, format!("`{shown}…` is not a number"));
}
