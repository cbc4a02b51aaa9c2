//! Steps as rows of a table: what follows their ids stands below each other, and further on what neighbours with
//! the same keys have in common.

use super::pieces::{Node, Part};

/// Ids that differ in width by more are not stretched to one another.
const FIRST_STRETCH_MAX: usize = 12;
/// The same for what follows: columns of a table, but no holes in it.
const STRETCH_MAX: usize = 3;

/// One table of a list.
struct Row {
    /// `id = "first"`, and its key.
    cells: Vec<(String, String)>,
    /// Blanks behind each cell's comma, beyond the one.
    extra: Vec<usize>,
}

impl Row {
    fn width(&self, at: usize) -> usize {
        self.cells.get(at).map_or(0, |(_, cell)| cell.chars().count())
    }

    fn key(&self, at: usize) -> Option<&str> {
        self.cells.get(at).map(|(key, _)| key.as_str())
    }

    fn text(&self) -> String {
        let mut text = "{ ".to_owned();
        for (at, (_, cell)) in self.cells.iter().enumerate() {
            text += cell;
            if at + 1 < self.cells.len() {
                text += ", ";
                text.extend(std::iter::repeat_n(' ', self.extra[at]));
            }
        }
        text + " }"
    }
}

/// For each part that is a table of one line: that line. `one_line` writes a value, if it takes one line.
pub(super) fn in_columns<'a>(
    parts: &[Part<'a>],
    one_line: impl Fn(&Node<'a>) -> Option<String>,
) -> Vec<Option<String>> {
    let mut rows: Vec<Option<Row>> = parts.iter().map(|part| row(part, &one_line)).collect();
    // A blank line begins a new table; comments between rows do not.
    let mut at = 0;
    for block in parts.split_inclusive(|part| matches!(part, Part::Blank)) {
        let end = at + block.len();
        let mut neighbours: Vec<&mut Row> = rows[at..end].iter_mut().flatten().collect();
        align(&mut neighbours, 0);
        at = end;
    }
    rows.into_iter().map(|row| row.map(|row| row.text())).collect()
}

fn row<'a>(part: &Part<'a>, one_line: impl Fn(&Node<'a>) -> Option<String>) -> Option<Row> {
    let Node::Table(group) = &part.item()?.node else { return None };
    if group.is_open || group.parts.is_empty() {
        return None;
    }
    let cell = |part: &Part<'a>| {
        let item = part.item()?;
        let key = item.key.clone()?;
        let value = one_line(&item.node)?;
        Some((key.clone(), format!("{key} = {value}")))
    };
    let cells: Vec<(String, String)> = group.parts.iter().map(cell).collect::<Option<_>>()?;
    let extra = vec![0; cells.len()];
    Some(Row { cells, extra })
}

/// `rows` have the same keys before the cell `at`.
fn align(rows: &mut [&mut Row], at: usize) {
    for rows in rows.chunk_by_mut(|one, other| one.key(at) == other.key(at)) {
        if rows.len() < 2 || rows[0].key(at).is_none() {
            continue;
        }
        if at == 0 {
            stretch(rows, at, FIRST_STRETCH_MAX);
        } else {
            for rows in rows.chunk_by_mut(|one, other| one.key(at + 1) == other.key(at + 1)) {
                stretch(rows, at, STRETCH_MAX);
            }
        }
        align(rows, at + 1);
    }
}

/// Makes the cells `at` equally wide where something follows them, if they nearly are.
fn stretch(rows: &mut [&mut Row], at: usize, most: usize) {
    let goes_on = |row: &Row| row.cells.len() > at + 1;
    let widths = || rows.iter().filter(|row| goes_on(row)).map(|row| row.width(at));
    let (least, widest) = (widths().min().unwrap_or(0), widths().max().unwrap_or(0));
    if widest - least <= most {
        for row in rows.iter_mut().filter(|row| goes_on(row)) {
            row.extra[at] = widest - row.width(at);
        }
    }
}
