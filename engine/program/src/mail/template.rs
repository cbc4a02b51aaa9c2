//! A text with values in it: parsed by the library that fills it, and walked statement by statement. What cannot be
//! checked before a mail leaves is refused, so that filling it cannot fail.
//! Invariant: only this file, `tag.rs`, `expression.rs`, `apply.rs` and `shape.rs` know the library's tree, which is
//! not promised to stay.

use super::expression::Walk;
use super::{Values, statement, tag};
use crate::diagnostic::{Diagnostic, Mistakes};
use crate::sources::File;
use minijinja::machinery::ast::{IfCond, Stmt};
use minijinja::machinery::{Span, parse};
use minijinja::syntax::SyntaxConfig;
use std::ops::Range;

/// A text of a mail, and where its parts stand in the file.
pub(super) struct Source<'a> {
    pub(super) file: File<'a>,
    pub(super) text: &'a str,
    pub(super) place: &'a dyn Fn(&Range<usize>) -> Range<usize>,
}

impl Source<'_> {
    /// Where a part of the text stands in the file. The library's places may end inside a character or behind the
    /// end.
    pub(super) fn at(&self, span: &Range<usize>) -> Range<usize> {
        let mut start = span.start.min(self.text.len());
        let mut end = span.end.clamp(start, self.text.len());
        while !self.text.is_char_boundary(start) {
            start -= 1;
        }
        while !self.text.is_char_boundary(end) {
            end += 1;
        }
        (self.place)(&(start..end))
    }

    pub(super) fn slice(&self, span: &Range<usize>) -> &str {
        self.text.get(span.clone()).unwrap_or_default()
    }
}

pub(super) fn range(span: Span) -> Range<usize> {
    span.start_offset as usize..span.end_offset as usize
}

/// Tells of everything in `source` that is wrong, and adds what it reads to `values`.
pub(super) fn check(source: &Source<'_>, values: &mut Values<'_>, told: &mut Mistakes) {
    let Some(tags) = tag::check(source, told) else { return };
    match parse(source.text, source.file.name, SyntaxConfig::default()) {
        Ok(tree) => {
            let mut walk = Walk { source, values, there: Vec::new(), told };
            statements(&mut walk, &[tree]);
        }
        Err(_) if tags.is_told => {} // what was told of is why
        Err(wrong) => told.tell(syntax(source, &tags, &wrong)),
    }
}

fn statements(walk: &mut Walk<'_, '_, '_>, all: &[Stmt<'_>]) {
    for statement in all {
        match statement {
            Stmt::Template(template) => statements(walk, &template.children),
            Stmt::EmitExpr(emit) => walk.shown(&emit.expr),
            Stmt::EmitRaw(_) => {}
            Stmt::IfCond(branches) => choice(walk, branches),
            // Refused by their tags.
            Stmt::ForLoop(_) | Stmt::WithBlock(_) | Stmt::Set(_) | Stmt::SetBlock(_) => {}
            Stmt::AutoEscape(_) | Stmt::FilterBlock(_) | Stmt::Do(_) => {}
        }
    }
}

/// `{% if … %}`. What the condition has found there, is there in the branch that it leads to.
fn choice(walk: &mut Walk<'_, '_, '_>, branches: &IfCond<'_>) {
    walk.asked(&branches.expr);
    for (truth, body) in [(true, &branches.true_body), (false, &branches.false_body)] {
        walk.where_it_is(&branches.expr, truth, |walk| statements(walk, body));
    }
}

/// The library's error as a diagnostic.
fn syntax(source: &Source<'_>, tags: &tag::Tags, wrong: &minijinja::Error) -> Diagnostic {
    let at = wrong.range().unwrap_or(0..0);
    let said = wrong.detail().unwrap_or("read until here");
    let open = tags.all.iter().rev().find(|tag| tag.start <= at.start);
    match (said, open) {
        ("unexpected end of comment", _) => {
            return tag::not_closed(source, &last(source.text, "{#"));
        }
        ("unexpected end of raw block", _) => {
            return statement::not_yet(source, "raw", &last(source.text, "{%"));
        }
        ("unexpected end of string", Some(open)) => {
            let message = "a text is not closed";
            return Diagnostic::error("foresend::template_syntax", source.file.name, message)
                .at(source.at(open), "somewhere behind this")
                .help("close it with the quote it opens with");
        }
        // People end a value where they end its line: where the library stumbles further down, the end is missing.
        (_, Some(open)) if source.slice(&(open.start..at.start)).contains('\n') => {
            return tag::not_closed(source, open);
        }
        (_, Some(_) | None) => {}
    }
    let said =
        WORDS.iter().fold(said.to_owned(), |said, (theirs, ours)| said.replace(theirs, ours));
    let said =
        match said.strip_prefix("unexpected ").and_then(|rest| rest.split_once(", expected ")) {
            Some((found, expected)) => format!("{expected} was expected, not {found}"),
            None => said,
        };
    let file = source.file.name;
    Diagnostic::error("foresend::template_syntax", file, "this cannot be read as a value")
        .at(source.at(&at), said)
        .help("write `{{ brand }}`, with a filter `{{ brand | upper }}`, or `{% if buyer %} … {% endif %}`; text stands in quotes")
}

/// Where the last `tag` begins.
fn last(text: &str, tag: &str) -> Range<usize> {
    let at = text.rfind(tag).unwrap_or(0);
    at..(at + tag.len()).min(text.len())
}

/// The library's words for what it stumbled on, and ours.
const WORDS: &[(&str, &str)] = &[
    ("end of variable block", "`}}`"),
    ("start of variable block", "`{{`"),
    ("end of block", "`%}`"),
    ("start of block", "`{%`"),
    ("end of input", "the end"),
    ("identifier", "a name"),
    ("integer", "a number"),
    ("float", "a number"),
    ("string", "text"),
];
