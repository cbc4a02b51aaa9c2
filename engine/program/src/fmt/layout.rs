//! From pieces to lines, and from lines to a text. First every line is written without the comments beside it;
//! then these find their columns.

use super::pieces::{Comment, Group, Item, Line, Node, Part};
use super::rows;
use std::collections::BTreeMap;

/// Blanks that a list is moved in by.
const INDENT: usize = 2;
/// Blanks before a comment, at least.
const BEFORE_COMMENT: usize = 3;
/// Up to this column a line moves the comments of its neighbours away; behind a longer line its comment follows it,
/// and they stay.
const MOVES_MAX: usize = 40;
/// A key so much longer than the next shorter one stands out: the others are not stretched to it.
const STANDS_OUT: usize = 5;

/// A line of the new text.
#[derive(Debug, Default)]
struct Row<'a> {
    /// Without line end and comment. A value over several lines brings its own line ends.
    code: String,
    comment: Option<Comment<'a>>,
    is_header: bool,
}

impl Row<'_> {
    fn is_blank(&self) -> bool {
        self.code.is_empty() && self.comment.is_none()
    }

    /// Characters before a comment.
    fn width(&self) -> usize {
        self.code.rsplit('\n').next().unwrap_or_default().chars().count()
    }
}

/// The text of `lines`.
pub(super) fn write(lines: &[Line<'_>], line_end: &str) -> String {
    let mut page = Page { rows: Vec::new(), line_end };
    let widths = key_widths(lines);
    for (line, width) in lines.iter().zip(widths) {
        match line {
            Line::Blank => page.blank(),
            Line::Comment(text) => {
                page.rows.push(Row { code: (*text).to_owned(), ..Row::default() });
            }
            Line::Header(text, comment) => {
                page.apart();
                page.rows.push(Row { code: text.clone(), comment: *comment, is_header: true });
            }
            Line::Entry(item) => {
                page.rows.push(Row::default());
                let key = item.key.as_deref().unwrap_or_default();
                page.add(&format!("{key:width$} = "));
                page.node(&item.node, 0);
                page.comment(beside(item, 0));
            }
        }
    }
    page.text()
}

/// How wide the key of each line is written.
fn key_widths(lines: &[Line<'_>]) -> Vec<usize> {
    let mut widths = Vec::with_capacity(lines.len());
    let apart = |line: &Line<'_>| matches!(line, Line::Blank | Line::Header(..));
    for block in lines.chunk_by(|one, other| !apart(one) && !apart(other)) {
        let key = |line: &Line<'_>| match line {
            Line::Entry(item) => item.key.as_ref().map(|key| key.chars().count()),
            Line::Blank | Line::Comment(_) | Line::Header(..) => None,
        };
        let width = common_width(block.iter().filter_map(key).collect());
        // A longer key is written as it is.
        widths.extend(block.iter().map(|_| width));
    }
    widths
}

/// The width that keys are stretched to. Up to a third of them may be too long for that.
fn common_width(mut widths: Vec<usize>) -> usize {
    widths.sort_unstable();
    let outstanding = widths.len() / 3;
    let gap = widths.windows(2).position(|pair| pair[1] >= pair[0] + STANDS_OUT);
    match gap {
        Some(at) if widths.len() - 1 - at <= outstanding => widths[at],
        Some(_) | None => widths.last().copied().unwrap_or(0),
    }
}

/// The new text, line by line.
struct Page<'a, 'e> {
    rows: Vec<Row<'a>>,
    line_end: &'e str,
}

impl<'a> Page<'a, '_> {
    fn blank(&mut self) {
        if self.rows.last().is_some_and(|row| !row.is_blank()) {
            self.rows.push(Row::default());
        }
    }

    /// A blank line before the comments that stand above what comes next.
    fn apart(&mut self) {
        let comments = self.rows.iter().rev().take_while(|row| row.code.starts_with('#')).count();
        let at = self.rows.len() - comments;
        if at > 0 && !self.rows[at - 1].is_blank() {
            self.rows.insert(at, Row::default());
        }
    }

    /// To the line that is being written.
    fn add(&mut self, text: &str) {
        match self.rows.last_mut() {
            Some(row) => row.code.push_str(text),
            None => self.rows.push(Row { code: text.to_owned(), ..Row::default() }),
        }
    }

    fn comment(&mut self, comment: Option<Comment<'a>>) {
        if let Some(row) = self.rows.last_mut() {
            row.comment = comment.or(row.comment);
        }
    }

    fn line(&mut self, depth: usize, text: &str) {
        let code = format!("{:1$}{text}", "", depth * INDENT);
        self.rows.push(Row { code, ..Row::default() });
    }

    /// A value, on the line that is being written. `depth`: how many open lists it stands in.
    fn node(&mut self, node: &Node<'a>, depth: usize) {
        let (group, open, close) = match node {
            Node::Scalar(text) => return self.add(text),
            Node::List(group) => (group, "[", "]"),
            Node::Table(group) => (group, "{", "}"),
        };
        if is_open(node, depth) {
            self.add(open);
            self.comment(group.beside);
            self.parts(group, depth + 1);
            self.line(depth, close);
            return;
        }
        let inside = if group.parts.is_empty() || open == "[" { "" } else { " " };
        self.add(open);
        self.add(inside);
        let items = group.parts.iter().filter_map(Part::item);
        for (i, item) in items.enumerate() {
            if i > 0 {
                self.add(", ");
            }
            self.item(item, depth + 1);
        }
        self.add(inside);
        self.add(close);
    }

    fn item(&mut self, item: &Item<'a>, depth: usize) {
        if let Some(key) = &item.key {
            self.add(key);
            self.add(" = ");
        }
        self.node(&item.node, depth);
    }

    /// What stands in an open list or table, a line each.
    fn parts(&mut self, group: &Group<'a>, depth: usize) {
        let in_columns = rows::in_columns(&group.parts, |node| one_line(node, depth));
        for (part, row) in group.parts.iter().zip(in_columns) {
            match part {
                Part::Blank => self.blank(),
                Part::Comment(text) => self.line(depth, text),
                Part::Item(item) => {
                    self.line(depth, "");
                    match row {
                        Some(row) => self.add(&row),
                        None => self.item(item, depth),
                    }
                    self.add(",");
                    self.comment(beside(item, depth));
                }
            }
        }
    }

    fn text(mut self) -> String {
        while self.rows.last().is_some_and(Row::is_blank) {
            self.rows.pop();
        }
        let columns = columns(&self.rows);
        let mut text = String::new();
        for (row, column) in self.rows.iter().zip(columns) {
            text.push_str(&row.code);
            if let Some(comment) = row.comment {
                text.extend(std::iter::repeat_n(' ', column.saturating_sub(row.width())));
                text.push_str(comment.text);
            }
            text.push_str(self.line_end);
        }
        text
    }
}

impl<'a> Part<'a> {
    pub(super) fn item(&self) -> Option<&Item<'a>> {
        match self {
            Self::Item(item) => Some(item),
            Self::Blank | Self::Comment(_) => None,
        }
    }
}

/// The comment beside an item. Where its brackets are parted now, the column it stood in means nothing.
fn beside<'a>(item: &Item<'a>, depth: usize) -> Option<Comment<'a>> {
    let closes_apart = match &item.node {
        Node::Scalar(_) => true,
        Node::List(group) | Node::Table(group) => group.closes_apart,
    };
    let moved = is_open(&item.node, depth) && !closes_apart;
    item.comment
        .map(|comment| Comment { column: if moved { 0 } else { comment.column }, ..comment })
}

/// Whether a value is written over several lines: it was and has something in it, or it is a journey's steps.
fn is_open(node: &Node<'_>, depth: usize) -> bool {
    let is_table =
        |part: &Part<'_>| part.item().is_some_and(|item| matches!(item.node, Node::Table(_)));
    match node {
        Node::Scalar(_) => false,
        Node::Table(group) => group.is_open && !group.is_empty(),
        Node::List(group) => {
            let tables = group.parts.iter().filter(|part| is_table(part)).count();
            (group.is_open && !group.is_empty()) || (depth == 0 && tables > 1)
        }
    }
}

impl Group<'_> {
    fn is_empty(&self) -> bool {
        self.parts.is_empty() && self.beside.is_none()
    }
}

/// A value as one line; `None` where it takes several.
fn one_line(node: &Node<'_>, depth: usize) -> Option<String> {
    let mut page = Page { rows: Vec::new(), line_end: "\n" };
    page.node(node, depth);
    let mut rows = page.rows.into_iter();
    rows.next().filter(|row| rows.next().is_none() && !row.code.contains('\n')).map(|row| row.code)
}

/// The column of each row's comment. Neighbours share one, and so do those that shared one before: the leftmost where
/// they stood, or one further right where a line needs it. A line too long for it has its comment right behind it.
fn columns(rows: &[Row<'_>]) -> Vec<usize> {
    let mut columns = Vec::with_capacity(rows.len());
    let needs = |row: &Row<'_>| row.width() + BEFORE_COMMENT;
    for block in rows.chunk_by(|one, other| !one.is_blank() && !other.is_blank()) {
        let neighbours = |one: &Row<'_>, other: &Row<'_>| {
            one.comment.is_some() == other.comment.is_some() && !one.is_header && !other.is_header
        };
        let stood =
            |run: &[Row<'_>]| run.iter().filter_map(|row| row.comment).map(|c| c.column).min();
        let mut shared: BTreeMap<usize, usize> = BTreeMap::new();
        for run in block.chunk_by(neighbours) {
            if let Some(stood) = stood(run) {
                let moves = run.iter().map(needs).filter(|needs| *needs <= MOVES_MAX).max();
                let column = shared.entry(stood).or_insert(stood);
                *column = (*column).max(moves.unwrap_or(0));
            }
        }
        for run in block.chunk_by(neighbours) {
            let column = stood(run).and_then(|stood| shared.get(&stood).copied()).unwrap_or(0);
            columns.extend(run.iter().map(|row| column.max(needs(row))));
        }
    }
    columns
}
