//! A page of text: lines of words with roles, laid out by column. It knows the width and the letters the reader's
//! terminal has; it knows nothing of what is written, and it does not print.

use anstyle::{AnsiColor, Style};
use std::fmt::Write as _;

/// Narrower than this a page is laid out for 60 columns; below 60 its lines are cut.
const WIDE: usize = 100;
const NARROW: usize = 60;
/// Before every line.
pub(crate) const MARGIN: usize = 2;
/// No wrapped column is narrower; on narrower paper its lines are cut.
const COLUMN_MIN: usize = 16;

/// What a piece of text is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Role {
    /// Most text.
    Plain,
    /// Headings.
    Heading,
    /// The number the page is about.
    Accent,
    /// Units, noise, what nobody needs to read first.
    Faint,
    /// ▲
    Look,
    /// ✗
    Failed,
}

/// Which letters the reader's terminal has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Letters {
    /// All of them.
    Unicode,
    /// A locale without UTF-8.
    Ascii,
}

impl Letters {
    /// `text` in these letters. In ASCII signs become two letters, so columns are laid out after this.
    pub(crate) fn spell(self, text: &str) -> String {
        match self {
            Self::Unicode => text.to_owned(),
            Self::Ascii => text.chars().map(ascii).collect(),
        }
    }
}

/// What a page is written for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Paper {
    /// Columns there are.
    pub(crate) width: usize,
    /// Letters there are.
    pub(crate) letters: Letters,
}

impl Paper {
    /// Whether there is room for every column of a table.
    pub(crate) fn is_wide(self) -> bool {
        self.width >= WIDE
    }
}

/// Lines, in order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Page {
    paper: Paper,
    lines: Vec<Vec<(Role, String)>>,
}

impl Page {
    /// An empty page.
    pub(crate) fn new(paper: Paper) -> Self {
        Self { paper, lines: Vec::new() }
    }

    /// What it is written for.
    pub(crate) fn paper(&self) -> Paper {
        self.paper
    }

    /// An empty line.
    pub(crate) fn gap(&mut self) {
        self.lines.push(Vec::new());
    }

    /// A line of cells at fixed columns.
    pub(crate) fn row(&mut self, row: &Row) {
        self.lay(row, self.columns());
    }

    /// `row`, then `text` from `column` on, wrapped there to all the width there is.
    pub(crate) fn beside(&mut self, row: Row, column: usize, role: Role, text: &str) {
        let width = self.paper.width.min(WIDE);
        let words = width.saturating_sub(column).max(COLUMN_MIN);
        let mut row = row;
        for part in wrap(&self.paper.letters.spell(text), words) {
            self.lay(&std::mem::take(&mut row).from(column, role, part), width.max(column + words));
        }
    }

    fn lay(&mut self, row: &Row, width: usize) {
        let mut line: Vec<(Role, String)> = Vec::new();
        let mut at = 0;
        let mut cells = row.cells.iter().peekable();
        while let Some(cell) = cells.next() {
            let text = self.paper.letters.spell(&cell.text);
            let start = match cell.place {
                Place::From(column) => column,
                Place::Until(edge) => edge.saturating_sub(length(&text)),
            };
            // A text that would run into the next cell is cut; numbers never are.
            let end = cells.peek().map_or(width, |next| match next.place {
                Place::From(column) => column.saturating_sub(2),
                Place::Until(edge) => {
                    edge.saturating_sub(length(&self.paper.letters.spell(&next.text)) + 2)
                }
            });
            let start = if at == 0 { start } else { start.max(at + 1) };
            line.push((Role::Plain, " ".repeat(start.saturating_sub(at))));
            let text = match cell.place {
                Place::From(_) => self.cut(&text, end.saturating_sub(start)),
                Place::Until(_) => text,
            };
            at = start + length(&text);
            line.push((cell.role, text));
        }
        self.push(line);
    }

    /// Sentences, wrapped.
    pub(crate) fn prose(&mut self, role: Role, text: &str) {
        self.signed_prose(role, "", text);
    }

    /// A sign, then sentences in plain text, wrapped behind it.
    pub(crate) fn signed_prose(&mut self, role: Role, sign: &str, text: &str) {
        let sign = self.paper.letters.spell(sign);
        let indent = if sign.is_empty() { 0 } else { length(&sign) + 1 };
        let (text, words) = (self.paper.letters.spell(text), self.columns() - MARGIN - indent);
        for (i, part) in wrap(&text, words).into_iter().enumerate() {
            let mut line = vec![(Role::Plain, " ".repeat(MARGIN))];
            if sign.is_empty() {
                line.push((role, part));
            } else {
                line.push(if i == 0 {
                    (role, format!("{sign} "))
                } else {
                    (Role::Plain, " ".repeat(indent))
                });
                line.push((Role::Plain, part));
            }
            self.push(line);
        }
    }

    /// With escape codes for the roles.
    pub(crate) fn styled(&self) -> String {
        let mut all = String::new();
        for line in &self.lines {
            for (role, text) in line {
                let style = role.style();
                write!(all, "{style}{text}{style:#}").expect("a string takes every text");
            }
            all.push('\n');
        }
        all
    }

    /// Columns lines are laid out for.
    fn columns(&self) -> usize {
        if self.paper.is_wide() { WIDE } else { NARROW }
    }

    fn push(&mut self, mut line: Vec<(Role, String)>) {
        let mut left = self.paper.width;
        for (_, text) in &mut line {
            *text = self.cut(text, left).replace('\u{a0}', " ");
            left -= length(text);
        }
        line.retain(|(_, text)| !text.is_empty());
        self.lines.push(line);
    }

    fn cut(&self, text: &str, width: usize) -> String {
        if length(text) <= width {
            return text.to_owned();
        }
        let mark = self.paper.letters.spell("…");
        let mut kept: String = text.chars().take(width.saturating_sub(length(&mark))).collect();
        kept.truncate(kept.trim_end().len());
        kept.push_str(&mark);
        kept.chars().take(width).collect()
    }
}

/// Cells of one line, from left to right.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Row {
    cells: Vec<Cell>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Cell {
    place: Place,
    role: Role,
    text: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Place {
    /// Begins at this column.
    From(usize),
    /// Ends before this column.
    Until(usize),
}

impl Row {
    /// A line that begins with `text` at the margin.
    pub(crate) fn named(role: Role, text: impl Into<String>) -> Self {
        Self::default().from(MARGIN, role, text)
    }

    /// Adds text that begins at `column`.
    pub(crate) fn from(mut self, column: usize, role: Role, text: impl Into<String>) -> Self {
        self.cells.push(Cell { place: Place::From(column), role, text: text.into() });
        self
    }

    /// Adds text that ends before `edge`.
    pub(crate) fn until(mut self, edge: usize, role: Role, text: impl Into<String>) -> Self {
        self.cells.push(Cell { place: Place::Until(edge), role, text: text.into() });
        self
    }
}

impl Role {
    /// Colours by name, so that they are the ones the reader's terminal was set up with.
    fn style(self) -> Style {
        let coloured = |colour: AnsiColor| colour.on_default();
        match self {
            Self::Plain => Style::new(),
            Self::Heading => Style::new().bold(),
            Self::Accent => coloured(AnsiColor::Cyan).bold(),
            Self::Faint => Style::new().dimmed(),
            Self::Look => coloured(AnsiColor::Yellow),
            Self::Failed => coloured(AnsiColor::Red),
        }
    }
}

/// Without escape codes.
impl std::fmt::Display for Page {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for line in &self.lines {
            for (_, text) in line {
                f.write_str(text)?;
            }
            f.write_char('\n')?;
        }
        Ok(())
    }
}

/// No-break spaces count, and are printed, as spaces.
fn length(text: &str) -> usize {
    text.chars().count()
}

/// The sign in ASCII. A no-break space stays one until it is printed.
fn ascii(letter: char) -> String {
    let sign = match letter {
        '…' => "..",
        '±' => "+-",
        '−' | '–' => "-",
        '·' => "/",
        '├' | '┤' | '│' | '╷' | '╵' => "|",
        '─' => "-",
        '●' => "*",
        '◂' => "<",
        '○' => "--",
        '÷' => "/",
        '×' => "x",
        '✓' => "ok",
        '▲' => "!!",
        '✗' => "XX",
        '\u{a0}' => "\u{a0}",
        ascii if ascii.is_ascii() => return ascii.to_string(),
        _ => "?",
    };
    sign.to_owned()
}

fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().expect("never empty");
        if !line.is_empty() && length(line) + 1 + length(word) > width {
            lines.push(word.to_owned());
        } else {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}
