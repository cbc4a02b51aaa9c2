//! Pages to send round: one file of HTML that needs nothing else. No script, no font, no picture from anywhere; the
//! policy in its head forbids them to whoever changes it later. The frame, sections and tables stand here, numbers in
//! `figure`, charts in `chart`; what a page says is said by whoever composes it.
//!
//! Invariant: texts are escaped by `maud`, whatever they hold. Invariant: the same input gives the same bytes.

pub(crate) mod chart;
pub(crate) mod figure;

use maud::{DOCTYPE, Markup, PreEscaped, html};

const STYLE: &str = include_str!("style.css");
/// Nothing is loaded and nothing runs; the page's own style is all there is.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

/// One page.
pub(crate) struct Page {
    /// What it is called in a list of windows, and its one heading of the first level.
    pub(crate) title: String,
    /// Below the title: what was done, and what it rests on.
    pub(crate) head: Markup,
    /// In the order they are read.
    pub(crate) sections: Vec<Section>,
    /// How to read it.
    pub(crate) foot: Markup,
}

/// A part of a page with a heading of the second level.
pub(crate) struct Section {
    /// Names it in links; unique on its page.
    pub(crate) id: &'static str,
    /// Its heading.
    pub(crate) title: String,
    /// What stands below that; its headings are of the third level.
    pub(crate) body: Markup,
}

impl Page {
    /// The whole file.
    pub(crate) fn write(&self) -> String {
        let Self { title, head, sections, foot } = self;
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta http-equiv="Content-Security-Policy" content=(POLICY);
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (title) }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    header { h1 { (title) } (head) }
                    nav aria-label="On this page" {
                        ul { @for section in sections {
                            li { a href=(format!("#{}", section.id)) { (section.title) } }
                        } }
                    }
                    main { @for Section { id, title, body } in sections {
                        section id=(id) { h2 { (title) } (body) }
                    } }
                    footer { (foot) }
                }
            }
        };
        let mut text = page.into_string();
        text.push('\n');
        text
    }
}

/// A column of a table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Column<'a> {
    /// Words, from the left.
    Words(&'a str),
    /// Numbers, to the right.
    Number(&'a str),
    /// Numbers nobody needs to read first: noise.
    Faint(&'a str),
}

/// A row of a table.
pub(crate) struct Row {
    /// What it is about.
    pub(crate) name: Markup,
    /// One for each column.
    pub(crate) cells: Vec<Markup>,
    /// Which row it is.
    pub(crate) kind: Kind,
}

/// What a row is among its neighbours.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// One of several.
    Plain,
    /// What the table is about.
    Leading,
    /// Part of the row above.
    Part,
    /// All rows together.
    Sum,
}

impl<'a> Column<'a> {
    const fn title(self) -> &'a str {
        match self {
            Self::Words(title) | Self::Number(title) | Self::Faint(title) => title,
        }
    }

    const fn class(self) -> &'static str {
        match self {
            Self::Words(_) => "words",
            Self::Number(_) => "number",
            Self::Faint(_) => "number faint",
        }
    }
}

impl Kind {
    const fn class(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Leading => Some("leading"),
            Self::Part => Some("part"),
            Self::Sum => Some("sum"),
        }
    }
}

/// A table that scrolls by itself where it is wider than the page. `caption` is unique on its page; `first` is the
/// title of the rows' names.
///
/// # Panics
/// Where a row has not one cell for each column.
pub(crate) fn table(caption: &str, first: &str, columns: &[Column<'_>], rows: &[Row]) -> Markup {
    let fits = |row: &Row| row.cells.len() == columns.len();
    assert!(rows.iter().all(fits), "{caption}: a row has other columns than the table");
    html! {
        div.table role="region" tabindex="0" aria-label=(caption) {
            table class=[(columns.len() < 3).then_some("few")] {
                caption { span { (caption) } }
                thead { tr {
                    th scope="col" { (first) }
                    @for column in columns { th scope="col" class=(column.class()) { (column.title()) } }
                } }
                tbody { @for Row { name, cells, kind } in rows {
                    tr class=[kind.class()] {
                        th scope="row" { (name) }
                        @for (cell, column) in cells.iter().zip(columns) {
                            td class=(column.class()) { (cell) }
                        }
                    }
                } }
            }
        }
    }
}

/// A sentence in which no number is torn from its sign and no date at its hyphens where a line ends.
pub(crate) fn prose(text: &str) -> String {
    let next = text.chars().skip(1).map(Some).chain([None]);
    let mut before = ' ';
    let mut all = String::with_capacity(text.len());
    for (letter, next) in text.chars().zip(next) {
        all.push(letter);
        let is_sign = matches!(letter, '+' | '−' | '±') || letter == '-' && before.is_ascii_digit();
        if is_sign && next.is_some_and(|next| !next.is_whitespace()) {
            all.push('\u{2060}'); // a word joiner: no break here
        }
        before = letter;
    }
    all
}

/// A sentence with a sign before it; `class` is the sign's colour, `good`, `look` or `failed`.
pub(crate) fn signed(class: &str, sign: &str, words: &str) -> Markup {
    html! { p.signed { span class=(class) { (sign) } " " (prose(words)) } }
}
