//! The words of a mail, from Markdown with wrapped values to events, and from those to HTML and to text. Options are
//! those of the check: none beyond CommonMark.
//! Invariant: no HTML of an author or of a value gets through, and a link leads to a page, a mailbox or a telephone.

use super::fill::unwrapped;
use foresend_program::Block;
use pulldown_cmark::{CowStr, Event, Parser, Tag, TagEnd, html};
use std::ops::Range;

/// One part of the words.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Piece<'a> {
    Event(Event<'a>),
    Block(Block),
}

/// Reads words.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut within_block: Option<Range<usize>> = None;
    // Of each open link or image, whether it is kept.
    let mut links: Vec<bool> = Vec::new();
    for (event, span) in Parser::new(text).into_offset_iter() {
        if let Some(block) = &within_block {
            if span.start < block.end {
                continue;
            }
            within_block = None;
        }
        let event = match event {
            Event::Start(Tag::Paragraph) => {
                if let Some(block) = text.get(span.clone()).and_then(Block::of) {
                    pieces.push(Piece::Block(block));
                    within_block = Some(span);
                    continue;
                }
                Event::Start(Tag::Paragraph)
            }
            Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
                let dest_url = CowStr::from(unwrapped(&dest_url));
                links.push(leads_somewhere(&dest_url));
                if links.last() == Some(&false) {
                    continue;
                }
                let title = CowStr::from(unwrapped(&title));
                Event::Start(Tag::Link { link_type, dest_url, title, id })
            }
            Event::Start(Tag::Image { link_type, dest_url, title, id }) => {
                let dest_url = CowStr::from(unwrapped(&dest_url));
                links.push(is_page(&dest_url));
                if links.last() == Some(&false) {
                    continue;
                }
                let title = CowStr::from(unwrapped(&title));
                Event::Start(Tag::Image { link_type, dest_url, title, id })
            }
            Event::End(end @ (TagEnd::Link | TagEnd::Image)) => {
                if links.pop() == Some(false) {
                    continue;
                }
                Event::End(end)
            }
            Event::Text(text) => Event::Text(unwrapped(&text).into()),
            Event::Code(text) => Event::Code(unwrapped(&text).into()),
            // Not through here.
            Event::Html(_) | Event::InlineHtml(_) => continue,
            Event::Start(Tag::HtmlBlock) | Event::End(TagEnd::HtmlBlock) => continue,
            other @ (Event::Start(_) | Event::End(_) | Event::SoftBreak | Event::HardBreak) => {
                other
            }
            other @ (Event::Rule | Event::InlineMath(_) | Event::DisplayMath(_)) => other,
            other @ (Event::FootnoteReference(_) | Event::TaskListMarker(_)) => other,
        };
        pieces.push(Piece::Event(event));
    }
    pieces
}

/// As HTML; `block` gives that of a block.
pub(super) fn html(pieces: &[Piece<'_>], mut block: impl FnMut(&Block) -> String) -> String {
    let events = pieces.iter().map(|piece| match piece {
        Piece::Event(event) => event.clone(),
        Piece::Block(of) => Event::Html(block(of).into()),
    });
    let mut out = String::new();
    html::push_html(&mut out, events);
    out
}

/// As text; `block` gives that of a block.
pub(super) fn text(pieces: &[Piece<'_>], mut block: impl FnMut(&Block) -> String) -> String {
    let mut text = Text::default();
    for piece in pieces {
        match piece {
            Piece::Event(event) => text.event(event),
            Piece::Block(of) => {
                let shown = block(of);
                if !shown.is_empty() {
                    text.gap();
                    text.line = shown;
                    text.end_line();
                }
            }
        }
    }
    text.end_line();
    text.out.trim_end().to_owned()
}

/// A text that is being written.
#[derive(Default)]
struct Text {
    out: String,
    line: String,
    /// Of each open list the next number, if it is numbered.
    lists: Vec<Option<u64>>,
    /// What stands before the next line: "- ", "2. ".
    mark: Option<String>,
    quotes: usize,
    /// Where each open link leads, and where in the line it began.
    links: Vec<(String, usize)>,
}

impl Text {
    fn event(&mut self, event: &Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(end) => self.end(*end),
            Event::Text(text) | Event::Code(text) => self.line.push_str(text),
            Event::SoftBreak => self.line.push(' '),
            Event::HardBreak => self.line.push('\n'),
            Event::Rule => {
                self.gap();
                self.line.push_str("* * *");
                self.end_line();
            }
            Event::Html(_) | Event::InlineHtml(_) | Event::InlineMath(_) => {}
            Event::DisplayMath(_) | Event::FootnoteReference(_) | Event::TaskListMarker(_) => {}
        }
    }

    fn start(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::Paragraph | Tag::Heading { .. } | Tag::CodeBlock(_) => self.gap(),
            Tag::BlockQuote(_) => {
                self.gap();
                self.quotes += 1;
            }
            Tag::List(first) => {
                self.gap();
                self.lists.push(*first);
            }
            Tag::Item => {
                self.end_line();
                self.mark = Some(match self.lists.last_mut() {
                    Some(Some(number)) => {
                        *number += 1;
                        format!("{}. ", *number - 1)
                    }
                    Some(None) | None => "- ".to_owned(),
                });
            }
            Tag::Link { dest_url, .. } => self.links.push((dest_url.to_string(), self.line.len())),
            Tag::Emphasis | Tag::Strong | Tag::Image { .. } | Tag::Strikethrough => {}
            Tag::HtmlBlock | Tag::FootnoteDefinition(_) | Tag::DefinitionList => {}
            Tag::DefinitionListTitle | Tag::DefinitionListDefinition | Tag::Table(_) => {}
            Tag::TableHead | Tag::TableRow | Tag::TableCell | Tag::Superscript => {}
            Tag::Subscript | Tag::MetadataBlock(_) => {}
        }
    }

    fn end(&mut self, end: TagEnd) {
        match end {
            TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::CodeBlock | TagEnd::Item => {
                self.end_line();
            }
            TagEnd::BlockQuote(_) => {
                self.end_line();
                self.quotes = self.quotes.saturating_sub(1);
            }
            TagEnd::List(_) => {
                self.end_line();
                self.lists.pop();
            }
            TagEnd::Link => {
                if let Some((to, from)) = self.links.pop()
                    && self.line.get(from..) != Some(&to)
                {
                    self.line.push_str(&format!(" ({to})"));
                }
            }
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::Image | TagEnd::Strikethrough => {}
            TagEnd::HtmlBlock | TagEnd::FootnoteDefinition | TagEnd::DefinitionList => {}
            TagEnd::DefinitionListTitle | TagEnd::DefinitionListDefinition | TagEnd::Table => {}
            TagEnd::TableHead | TagEnd::TableRow | TagEnd::TableCell | TagEnd::Superscript => {}
            TagEnd::Subscript | TagEnd::MetadataBlock(_) => {}
        }
    }

    /// An empty line, where something other than a list comes.
    fn gap(&mut self) {
        self.end_line();
        if self.lists.is_empty() && !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        let before = "> ".repeat(self.quotes) + &"  ".repeat(self.lists.len().saturating_sub(1));
        let within = if self.lists.is_empty() { "" } else { "  " };
        for line in line.trim().lines() {
            let mark = self.mark.take();
            self.out.push_str(&before);
            self.out.push_str(mark.as_deref().unwrap_or(within));
            self.out.push_str(line.trim_end());
            self.out.push('\n');
        }
    }
}

/// Whether a link may lead there.
pub(super) fn leads_somewhere(to: &str) -> bool {
    is_page(to) || has_scheme(to, "mailto:") || has_scheme(to, "tel:")
}

fn is_page(to: &str) -> bool {
    has_scheme(to, "https://") || has_scheme(to, "http://")
}

fn has_scheme(to: &str, scheme: &str) -> bool {
    to.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both(words: &str) -> (String, String) {
        let pieces = pieces(words);
        (html(&pieces, |_| String::new()), text(&pieces, |_| String::new()))
    }

    #[test]
    fn text_reads_as_its_author_wrote_it() {
        let (_, text) = both(
            "Hello,\n\n# Two *things*\n\n- **Wool** wants\n  air\n- Linen\n\n1. one\n2. two\n\n> Quoted\n> twice\n\n[a page](https://x.example/a) and <https://y.example>\n\n---\n\nBye  \nus",
        );
        assert_eq!(
            text,
            "Hello,\n\nTwo things\n\n- Wool wants air\n- Linen\n\n1. one\n2. two\n\n> Quoted twice\n\na page (https://x.example/a) and https://y.example\n\n* * *\n\nBye\nus"
        );
    }

    #[test]
    fn html_of_an_author_and_links_that_run_something_do_not_get_through() {
        for words in [
            "<script>alert(1)</script>",
            "a <img src=x onerror=alert(1)> b",
            "[a](javascript:alert(1))",
            "[a](JaVaScript:alert(1))",
            "![a](data:text/html;base64,xx)",
            "<javascript:alert(1)>",
            "[a](/relative)",
        ] {
            let (html, text) = both(words);
            for out in [html, text] {
                let low = out.to_lowercase();
                let found = ["<script", "<img", "javascript:alert(1)\"", "data:", "href=\"/"];
                assert!(!found.iter().any(|bad| low.contains(bad)), "{words}: {out}");
            }
        }
        assert_eq!(
            both("[a](mailto:a@b.example)").0,
            "<p><a href=\"mailto:a@b.example\">a</a></p>\n"
        );
    }
}
