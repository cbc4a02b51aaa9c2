//! Blocks: `[[cart most=3]]`, a paragraph of its own. What stands between the brackets is filled from the customer
//! when the mail is made.

use crate::diagnostic::{Diagnostic, Mistakes};
use crate::sources::File;
use crate::text::read;
use pulldown_cmark::{Event, Parser, Tag, TagEnd};
use std::ops::Range;

/// One kind of block, and what it may be told.
pub(super) struct Kind {
    pub(super) name: &'static str,
    options: &'static [Opt],
}

/// What a block may be told.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Opt {
    /// How many things it shows at most.
    Most,
    /// With how many it is worth showing.
    Least,
    /// By what the things are chosen.
    By,
    /// What stands there when there is nothing to show.
    Otherwise,
}

pub(super) const KINDS: [Kind; 8] = [
    Kind { name: "cart", options: &[Opt::Most, Opt::Least, Opt::Otherwise] },
    Kind { name: "looked-at", options: &[Opt::Most, Opt::Least, Opt::Otherwise] },
    Kind { name: "like-these", options: &[Opt::Most, Opt::Least, Opt::By, Opt::Otherwise] },
    Kind { name: "order", options: &[] },
    Kind { name: "offer", options: &[] },
    Kind { name: "review", options: &[] },
    Kind { name: "preferences", options: &[] },
    Kind { name: "address", options: &[] },
];

/// Most things that a block shows: more is a catalogue, not a mail.
const THINGS_MAX: u16 = 24;
/// By what like things are chosen.
const BY: [&str; 3] = ["category", "bought", "looked-at"];

impl Opt {
    const ALL: [Self; 4] = [Self::Most, Self::Least, Self::By, Self::Otherwise];

    const fn name(self) -> &'static str {
        match self {
            Self::Most => "most",
            Self::Least => "least",
            Self::By => "by",
            Self::Otherwise => "otherwise",
        }
    }

    /// Whether it takes `value`, and what else.
    fn takes(self, value: &str) -> Result<(), String> {
        let is_quoted = value.len() >= 2 && value.starts_with('"') && value.ends_with('"');
        let (holds, help) = match self {
            Self::Most | Self::Least => (
                value.parse::<u16>().is_ok_and(|number| (1..=THINGS_MAX).contains(&number)),
                format!("write a whole number from 1 to {THINGS_MAX}: `{}=3`", self.name()),
            ),
            Self::By => (
                BY.contains(&value),
                read::did_you_mean(value, BY.into_iter(), || {
                    format!("write one of: {}", BY.join(", "))
                }),
            ),
            Self::Otherwise => (
                is_quoted && !value.trim_matches('"').trim().is_empty(),
                "write words in quotes: `otherwise=\"Nothing is in your basket.\"`".to_owned(),
            ),
        };
        if holds { Ok(()) } else { Err(help) }
    }
}

/// Tells of every block of `body` that is wrong; gives the others, each with its place.
pub(super) fn check(
    file: File<'_>,
    body: Range<usize>,
    told: &mut Mistakes,
) -> Vec<(String, Range<usize>)> {
    let mut blocks = Vec::new();
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
                    blocks.extend(block(file, inner, start + 2, told));
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
    blocks
}

/// One block; `inner` begins at `at` of the file. `None`: there is no such block, which is told.
fn block(
    file: File<'_>,
    inner: &str,
    at: usize,
    told: &mut Mistakes,
) -> Option<(String, Range<usize>)> {
    let names = || KINDS.iter().map(|kind| kind.name);
    let there_are = || read::there_are("there are", names(), "there are none");
    let mut words = words(inner, at).into_iter();
    let Some((name, place)) = words.next() else {
        told.tell(
            Diagnostic::error("foresend::unknown_block", file.name, "this block has no name")
                .at(at..at + inner.len(), "between the brackets")
                .help(there_are()),
        );
        return None;
    };
    let Some(kind) = KINDS.iter().find(|kind| kind.name == name) else {
        told.tell(
            Diagnostic::error(
                "foresend::unknown_block",
                file.name,
                format!("there is no block `{name}`"),
            )
            .at(place, "named here")
            .help(read::did_you_mean(name, names(), there_are)),
        );
        return None;
    };
    let mut given = Vec::new();
    for (word, place) in words {
        option(file, kind, word, place, &mut given, told);
    }
    Some((name.to_owned(), place))
}

fn option(
    file: File<'_>,
    kind: &Kind,
    word: &str,
    place: Range<usize>,
    given: &mut Vec<Opt>,
    told: &mut Mistakes,
) {
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
    let Some(option) = kind.options.iter().copied().find(|option| option.name() == name) else {
        let names = || kind.options.iter().map(|option| option.name());
        let none = format!("the block `{}` takes none: leave it out", kind.name);
        let help = read::did_you_mean(name, names(), || {
            read::there_are(&format!("the block `{}` takes", kind.name), names(), &none)
        });
        let (message, label) = if Opt::ALL.iter().any(|option| option.name() == name) {
            (
                format!("the block `{}` does not take `{name}`", kind.name),
                "not an option of this block",
            )
        } else {
            (format!("unknown option `{name}` of a block"), "not an option of a block")
        };
        told.tell(
            Diagnostic::error("foresend::unknown_key", file.name, message)
                .at(place, label)
                .help(help),
        );
        return;
    };
    let wrong = if given.contains(&option) {
        Err(("is told twice", "keep one of the two".to_owned()))
    } else {
        option.takes(value).map_err(|help| ("", help))
    };
    given.push(option);
    if let Err((twice, help)) = wrong {
        let message = if twice.is_empty() {
            format!("`{value}` is nothing that `{name}` takes")
        } else {
            format!("`{name}` {twice}")
        };
        told.tell(
            Diagnostic::error("foresend::bad_value", file.name, message)
                .at(place, "read here")
                .help(help),
        );
    }
}

/// The words of a block with their places; blanks inside double quotes part nothing.
pub(super) fn words(inner: &str, base: usize) -> Vec<(&str, Range<usize>)> {
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
