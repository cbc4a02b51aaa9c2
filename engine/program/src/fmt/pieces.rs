//! A TOML text in pieces: lines, and in lists and tables their items, each with the comment beside it. The library
//! knows where a piece begins and ends; here they only find their place.

use toml_parser::parser::{Event, EventKind, parse_document};
use toml_parser::{Source, Span};

/// A line of a file.
#[derive(Debug)]
pub(super) enum Line<'a> {
    Blank,
    /// A comment on a line of its own.
    Comment(&'a str),
    /// `[limits]`
    Header(String, Option<Comment<'a>>),
    /// `key = value`; the value may take several lines.
    Entry(Item<'a>),
}

/// A comment beside something.
#[derive(Clone, Copy, Debug)]
pub(super) struct Comment<'a> {
    pub(super) text: &'a str,
    /// Where it stood, in characters from the beginning of its line; 0: it stood behind several things, which now
    /// have lines of their own.
    pub(super) column: usize,
}

/// A value, and its key if it has one.
#[derive(Debug)]
pub(super) struct Item<'a> {
    pub(super) key: Option<String>,
    pub(super) node: Node<'a>,
    pub(super) comment: Option<Comment<'a>>,
}

#[derive(Debug)]
pub(super) enum Node<'a> {
    /// As written.
    Scalar(&'a str),
    List(Group<'a>),
    Table(Group<'a>),
}

/// What stands between brackets or braces.
#[derive(Debug, Default)]
pub(super) struct Group<'a> {
    pub(super) parts: Vec<Part<'a>>,
    /// The comment beside the opening bracket.
    pub(super) beside: Option<Comment<'a>>,
    /// Whether it was written over several lines.
    pub(super) is_open: bool,
    /// Whether its closing bracket was the first on its line.
    pub(super) closes_apart: bool,
}

#[derive(Debug)]
pub(super) enum Part<'a> {
    Blank,
    Comment(&'a str),
    Item(Item<'a>),
}

/// The lines of a valid text.
pub(super) fn read(text: &str) -> Vec<Line<'_>> {
    let mut reader = Reader { text, events: events(text), at: 0 };
    let mut lines = Vec::new();
    // Whether something stands on this line already.
    let mut begun = false;
    while let Some(event) = reader.next() {
        match event.kind() {
            EventKind::Newline => {
                if !begun {
                    lines.push(Line::Blank);
                }
                begun = false;
            }
            EventKind::Comment => {
                let comment = reader.comment(event.span());
                match lines.last_mut() {
                    Some(Line::Header(_, beside)) if begun => *beside = Some(comment),
                    Some(Line::Entry(item)) if begun => item.comment = Some(comment),
                    Some(_) | None => lines.push(Line::Comment(comment.text)),
                }
                begun = true;
            }
            EventKind::StdTableOpen => {
                lines.push(Line::Header(format!("[{}]", reader.key(None)), None));
                begun = true;
            }
            EventKind::ArrayTableOpen => {
                lines.push(Line::Header(format!("[[{}]]", reader.key(None)), None));
                begun = true;
            }
            EventKind::SimpleKey => {
                let key = reader.key(Some(event.span()));
                let node = reader.value();
                lines.push(Line::Entry(Item { key: Some(key), node, comment: None }));
                begun = true;
            }
            EventKind::Whitespace
            | EventKind::StdTableClose
            | EventKind::ArrayTableClose
            | EventKind::InlineTableOpen
            | EventKind::InlineTableClose
            | EventKind::ArrayOpen
            | EventKind::ArrayClose
            | EventKind::KeySep
            | EventKind::KeyValSep
            | EventKind::Scalar
            | EventKind::ValueSep
            | EventKind::Error => {}
        }
    }
    lines
}

/// Everything a text says, without its layout: two texts of one essence hold the same values under the same keys,
/// and the same comments, in the same order.
pub(super) fn essence(text: &str) -> Vec<(EventKind, &str)> {
    let events = events(text).into_iter();
    let layout =
        |kind| matches!(kind, EventKind::Whitespace | EventKind::Newline | EventKind::ValueSep);
    events
        .filter(|event| !layout(event.kind()))
        .map(|event| (event.kind(), slice(text, event.span()).trim_end()))
        .collect()
}

fn events(text: &str) -> Vec<Event> {
    let tokens = Source::new(text).lex().into_vec();
    let mut events: Vec<Event> = Vec::new();
    parse_document(&tokens, &mut events, &mut ());
    events
}

fn slice(text: &str, span: Span) -> &str {
    text.get(span.start()..span.end()).unwrap_or_default()
}

struct Reader<'a> {
    text: &'a str,
    events: Vec<Event>,
    at: usize,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Option<Event> {
        let event = self.events.get(self.at).cloned();
        self.at += 1;
        event
    }

    fn comment(&self, span: Span) -> Comment<'a> {
        let before = self.text.get(..span.start()).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        Comment { text: slice(self.text, span).trim_end(), column: line.chars().count() }
    }

    /// A whole key, from its `first` part or from the next event on, up to its `=` or closing bracket.
    fn key(&mut self, first: Option<Span>) -> String {
        let mut parts: Vec<&str> = first.map(|span| slice(self.text, span)).into_iter().collect();
        while let Some(event) = self.next() {
            match event.kind() {
                EventKind::SimpleKey => parts.push(slice(self.text, event.span())),
                EventKind::KeySep | EventKind::Whitespace => {}
                EventKind::KeyValSep
                | EventKind::StdTableClose
                | EventKind::ArrayTableClose
                | EventKind::StdTableOpen
                | EventKind::ArrayTableOpen
                | EventKind::InlineTableOpen
                | EventKind::InlineTableClose
                | EventKind::ArrayOpen
                | EventKind::ArrayClose
                | EventKind::Scalar
                | EventKind::ValueSep
                | EventKind::Comment
                | EventKind::Newline
                | EventKind::Error => break,
            }
        }
        parts.join(".")
    }

    /// The value that comes next.
    fn value(&mut self) -> Node<'a> {
        while let Some(event) = self.next() {
            if let Some(node) = self.node(&event) {
                return node;
            }
        }
        Node::Scalar("")
    }

    /// What an event begins, if it begins a value.
    fn node(&mut self, event: &Event) -> Option<Node<'a>> {
        match event.kind() {
            EventKind::Scalar => Some(Node::Scalar(slice(self.text, event.span()))),
            EventKind::ArrayOpen => Some(Node::List(self.group())),
            EventKind::InlineTableOpen => Some(Node::Table(self.group())),
            EventKind::StdTableOpen
            | EventKind::StdTableClose
            | EventKind::ArrayTableOpen
            | EventKind::ArrayTableClose
            | EventKind::InlineTableClose
            | EventKind::ArrayClose
            | EventKind::SimpleKey
            | EventKind::KeySep
            | EventKind::KeyValSep
            | EventKind::ValueSep
            | EventKind::Whitespace
            | EventKind::Comment
            | EventKind::Newline
            | EventKind::Error => None,
        }
    }

    /// What stands up to the closing bracket.
    fn group(&mut self) -> Group<'a> {
        let mut group = Group::default();
        // Line ends since something last stood on a line: the second in a row is a blank line.
        let mut line_ends = 0;
        // Whether an item is the first thing on its line.
        let mut is_first = false;
        while let Some(event) = self.next() {
            match event.kind() {
                EventKind::ArrayClose | EventKind::InlineTableClose => {
                    group.closes_apart = line_ends > 0;
                    break;
                }
                EventKind::Newline => {
                    line_ends += 1;
                    group.is_open = true;
                    if line_ends == 2 && !group.parts.is_empty() {
                        group.parts.push(Part::Blank);
                    }
                }
                EventKind::Comment => {
                    let mut comment = self.comment(event.span());
                    match group.parts.last_mut() {
                        None if line_ends == 0 => group.beside = Some(comment),
                        Some(Part::Item(item)) if line_ends == 0 && item.comment.is_none() => {
                            comment.column = if is_first { comment.column } else { 0 };
                            item.comment = Some(comment);
                        }
                        Some(_) | None => group.parts.push(Part::Comment(comment.text)),
                    }
                    line_ends = 0;
                }
                EventKind::SimpleKey => {
                    is_first = line_ends > 0;
                    let key = self.key(Some(event.span()));
                    let node = self.value();
                    group.parts.push(Part::Item(Item { key: Some(key), node, comment: None }));
                    line_ends = 0;
                }
                EventKind::ArrayOpen | EventKind::InlineTableOpen | EventKind::Scalar => {
                    is_first = line_ends > 0;
                    let node = self.node(&event);
                    let items =
                        node.map(|node| Part::Item(Item { key: None, node, comment: None }));
                    group.parts.extend(items);
                    line_ends = 0;
                }
                // A comma alone on its line is no line of its own.
                EventKind::ValueSep
                | EventKind::Whitespace
                | EventKind::KeySep
                | EventKind::KeyValSep
                | EventKind::StdTableOpen
                | EventKind::StdTableClose
                | EventKind::ArrayTableOpen
                | EventKind::ArrayTableClose
                | EventKind::Error => {}
            }
        }
        while matches!(group.parts.last(), Some(Part::Blank)) {
            group.parts.pop();
        }
        group
    }
}
