//! Blocks: `[[cart most=3]]`, a paragraph of its own. What stands between the brackets is filled from the customer
//! when the mail is made.

use crate::diagnostic::{Diagnostic, Mistakes};
use crate::sources::File;
use crate::text::read;
use crate::text::suggest::closest;
use pulldown_cmark::{Event, Parser, Tag, TagEnd};
use std::ops::Range;

/// Blocks that can be filled from what is remembered of a customer now.
const BUILT: &[&str] = &["cart", "preferences", "address"];
/// Blocks of the language that cannot yet.
const LATER: &[&str] = &["looked-at", "like-these", "order", "offer", "review"];
/// What a block may be told.
const OPTIONS: &[&str] = &["most", "least", "by", "otherwise"];

/// Tells of every block of `body` that is wrong.
pub(super) fn check(file: File<'_>, body: Range<usize>, told: &mut Mistakes) {
    let text = file.slice(&body);
    let mut code = false;
    let mut paragraph: Option<Range<usize>> = None;
    for (event, span) in Parser::new(text).into_offset_iter() {
        let span = span.start + body.start..span.end + body.start;
        match event {
            Event::Start(Tag::Paragraph) => {
                let written = file.slice(&span);
                let whole = written.trim();
                let start = span.start + (written.len() - written.trim_start().len());
                if let Some(inner) =
                    whole.strip_prefix("[[").and_then(|rest| rest.strip_suffix("]]"))
                    && !inner.contains("[[")
                {
                    block(file, inner, start + 2, told);
                    paragraph = Some(span);
                }
            }
            Event::End(TagEnd::Paragraph) => paragraph = None,
            Event::Start(Tag::CodeBlock(_)) => code = true,
            Event::End(TagEnd::CodeBlock) => code = false,
            Event::Text(_) if !code && paragraph.is_none() => {
                // Brackets come as texts of their own, one each: look at what stands in the file.
                let at = span.start;
                let begins = file.text.get(at..).is_some_and(|rest| rest.starts_with("[["));
                if begins
                    && file.text.get(at..).is_some_and(|rest| {
                        rest.lines().next().is_some_and(|line| line.contains("]]"))
                    })
                {
                    let length =
                        file.text.get(at..).and_then(|rest| rest.find("]]")).unwrap_or(0) + 2;
                    told.tell(
                        Diagnostic::error(
                            "foresend::block_in_text",
                            file.name,
                            "a block stands alone",
                        )
                        .at(at..at + length, "in the middle of other words")
                        .help("leave an empty line before and after it"),
                    );
                }
            }
            Event::Start(_) | Event::End(_) | Event::Text(_) | Event::Code(_) => {}
            Event::InlineMath(_) | Event::DisplayMath(_) | Event::Html(_) => {}
            Event::InlineHtml(_) | Event::FootnoteReference(_) | Event::SoftBreak => {}
            Event::HardBreak | Event::Rule | Event::TaskListMarker(_) => {}
        }
    }
}

/// One block; `inner` begins at `at` of the file.
fn block(file: File<'_>, inner: &str, at: usize, told: &mut Mistakes) {
    let mut words = words(inner, at).into_iter();
    let Some((name, place)) = words.next() else {
        told.tell(
            Diagnostic::error("foresend::unknown_block", file.name, "this block has no name")
                .at(at..at + inner.len(), "between the brackets")
                .help(format!("there are: {}", BUILT.join(", "))),
        );
        return;
    };
    if LATER.contains(&name) {
        told.tell(Diagnostic::not_yet(
            file.name,
            &format!("the block `{name}`"),
            place,
            "leave it out for now",
        ));
    } else if !BUILT.contains(&name) {
        let help = closest(name, BUILT.iter().chain(LATER).copied()).map_or_else(
            || format!("there are: {}", BUILT.join(", ")),
            |near| format!("did you mean `{near}`?"),
        );
        told.tell(
            Diagnostic::error(
                "foresend::unknown_block",
                file.name,
                format!("there is no block `{name}`"),
            )
            .at(place, "named here")
            .help(help),
        );
    }
    for (word, place) in words {
        option(file, word, place, told);
    }
}

fn option(file: File<'_>, word: &str, place: Range<usize>, told: &mut Mistakes) {
    let Some((name, value)) = word.split_once('=') else {
        told.tell(
            Diagnostic::error(
                "foresend::bad_value",
                file.name,
                format!("`{word}` tells a block nothing"),
            )
            .at(place, "read here")
            .help("an option is written `most=3`, without spaces round `=`"),
        );
        return;
    };
    if !OPTIONS.contains(&name) {
        let help = read::did_you_mean(name, OPTIONS.iter().copied(), || {
            format!("a block takes: {}", OPTIONS.join(", "))
        });
        told.tell(
            Diagnostic::error(
                "foresend::unknown_key",
                file.name,
                format!("unknown option `{name}` of a block"),
            )
            .at(place, "not an option of a block")
            .help(help),
        );
        return;
    }
    let wrong = match name {
        "most" | "least" => !value.parse::<u16>().is_ok_and(|number| number > 0),
        _ => value.trim_matches('"').trim().is_empty(),
    };
    if wrong {
        let help = match name {
            "most" | "least" => format!("write a whole number above 0: `{name}=3`"),
            _ => format!("write a word, or words in quotes: `{name}=\"…\"`"),
        };
        told.tell(
            Diagnostic::error(
                "foresend::bad_value",
                file.name,
                format!("`{value}` is nothing that `{name}` takes"),
            )
            .at(place, "read here")
            .help(help),
        );
    }
}

/// The words of a block with their places; blanks inside double quotes part nothing.
fn words(inner: &str, base: usize) -> Vec<(&str, Range<usize>)> {
    let (mut words, mut start, mut quoted) = (Vec::new(), None, false);
    for (i, c) in inner.char_indices().chain([(inner.len(), ' ')]) {
        quoted ^= c == '"';
        let is_blank = c.is_whitespace() && (!quoted || i == inner.len());
        match (start, is_blank) {
            (None, false) => start = Some(i),
            (Some(from), true) => {
                words.push((inner.get(from..i).unwrap_or_default(), base + from..base + i));
                start = None;
            }
            (None, true) | (Some(_), false) => {}
        }
    }
    words
}
