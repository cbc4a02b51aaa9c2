//! A list of rows under a heading, one of which may be selected: by what it is, not by where it stands, so that it stays
//! selected when others come and go.

use crate::pen::Pen;
use crate::theme::Role;
use ratatui::style::Modifier;

/// Where a column stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum At {
    /// From this column, so many wide.
    Left(u16, u16),
    /// Ending before this column.
    Right(u16),
}

/// One row.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Line {
    /// What it is known by; empty: it cannot be selected.
    pub(crate) id: String,
    /// Texts, column by column.
    pub(crate) cells: Vec<(String, Role)>,
}

impl Line {
    pub(crate) fn of(id: &str, cells: Vec<(String, Role)>) -> Self {
        Self { id: id.to_owned(), cells }
    }

    /// Whether any of its texts holds `wanted`, whatever its case.
    pub(crate) fn holds(&self, wanted: &str) -> bool {
        let wanted = wanted.to_lowercase();
        self.cells.iter().any(|(text, _)| text.to_lowercase().contains(&wanted))
    }
}

/// What is drawn, and where.
pub(crate) struct Table<'a> {
    pub(crate) head: &'a [&'a str],
    pub(crate) columns: &'a [At],
    pub(crate) lines: &'a [Line],
    /// A last row that never scrolls.
    pub(crate) total: Option<&'a Line>,
    pub(crate) selected: Option<&'a str>,
    pub(crate) has_focus: bool,
    /// What the lines were chosen by: it is underlined.
    pub(crate) filter: &'a str,
}

impl Table<'_> {
    /// Rows it takes with all its lines.
    pub(crate) fn height(&self) -> u16 {
        u16::try_from(1 + self.lines.len() + usize::from(self.total.is_some())).unwrap_or(u16::MAX)
    }

    /// Draws it into `pen`; returns the rows of the lines that can be seen, with their ids.
    pub(crate) fn draw(&self, pen: &mut Pen<'_>) -> Vec<(u16, String)> {
        for (at, (title, column)) in self.head.iter().zip(self.columns).enumerate() {
            let role = match (at, self.has_focus) {
                (0, true) => Role::Accent,
                (0, false) => Role::Bold,
                _ => Role::Faint,
            };
            write(pen, *column, 0, title, (role, ""));
        }
        let room = pen.height().saturating_sub(1 + u16::from(self.total.is_some()));
        let chosen = self.selected.and_then(|id| self.lines.iter().position(|line| line.id == id));
        let first = chosen.map_or(0, |chosen| (chosen + 1).saturating_sub(usize::from(room)));
        let mut seen = Vec::new();
        for (line, y) in self.lines.iter().skip(first).zip(1..=room) {
            self.line(pen, line, y);
            if self.has_focus && !line.id.is_empty() && self.selected == Some(&line.id) {
                pen.select(y);
            }
            if !line.id.is_empty() {
                seen.push((y, line.id.clone()));
            }
        }
        if let Some(total) = self.total {
            let y = 1 + room.min(u16::try_from(self.lines.len()).unwrap_or(u16::MAX));
            self.line(pen, total, y);
        }
        seen
    }

    fn line(&self, pen: &mut Pen<'_>, line: &Line, y: u16) {
        for (at, ((text, role), column)) in line.cells.iter().zip(self.columns).enumerate() {
            let is_last = line.cells.iter().skip(at + 1).all(|(text, _)| text.is_empty());
            let column = match *column {
                // Nothing stands behind it: it may be longer than its column.
                At::Left(x, _) if is_last => At::Left(x, pen.width().saturating_sub(x + 2)),
                At::Left(..) | At::Right(_) => *column,
            };
            write(pen, column, y, text, (*role, self.filter));
        }
    }
}

/// Writes `text`, with what is looked for underlined.
fn write(pen: &mut Pen<'_>, column: At, y: u16, text: &str, (role, wanted): (Role, &str)) {
    let x = match column {
        At::Left(x, width) => {
            pen.within(x, y, width, text, role);
            x
        }
        At::Right(end) => {
            pen.right(end, y, text, role);
            end.saturating_sub(columns(text))
        }
    };
    let lower = text.to_lowercase();
    if !wanted.is_empty()
        && let Some((before, _)) = lower.split_once(&wanted.to_lowercase())
    {
        pen.modify(x + columns(before), y, columns(wanted), Modifier::UNDERLINED);
    }
}

fn columns(text: &str) -> u16 {
    u16::try_from(text.chars().count()).unwrap_or(u16::MAX)
}
