//! The tags of a text, `{{ … }}` and `{% … %}`, before they are parsed: whether each is closed, and whether none is
//! so long that parsing it could take the stack.

use super::statement;
use super::template::{Source, range};
use crate::diagnostic::{Diagnostic, Mistakes};
use minijinja::machinery::{Token, tokenize};
use minijinja::syntax::SyntaxConfig;
use std::ops::Range;

/// Most words and signs of one tag. Each may take the parser one level deeper.
const TOKENS_MAX: usize = 100;
/// Most `{% … %}` of one text. Each `elif` takes the parser one level deeper.
const STATEMENTS_MAX: usize = 100;

/// The tags of a text.
#[derive(Debug, Default)]
pub(super) struct Tags {
    /// Where each begins: its `{{` or `{%`.
    pub(super) all: Vec<Range<usize>>,
    /// Whether something was told of them.
    pub(super) is_told: bool,
}

/// One tag.
#[derive(Debug)]
pub(super) struct Tag<'t> {
    /// Its `{{` or `{%`.
    pub(super) open: Range<usize>,
    pub(super) is_statement: bool,
    pub(super) tokens: usize,
    /// Its first word, and whether `if` is the second.
    pub(super) word: Option<(&'t str, Range<usize>)>,
    pub(super) has_if_second: bool,
    /// The brackets that are open in it.
    brackets: Vec<(char, Range<usize>)>,
}

/// Tells of tags that are wrong. `None`: the text must not be parsed, which is told.
pub(super) fn check(source: &Source<'_>, told: &mut Mistakes) -> Option<Tags> {
    let mut scan = Scan {
        source,
        told,
        tags: Tags::default(),
        tag: None,
        ifs: Vec::new(),
        statements: 0,
        read: 0,
    };
    let mut is_whole = true;
    for token in tokenize(source.text, false, SyntaxConfig::default()) {
        let Ok((token, span)) = token else {
            is_whole = false; // the parser stumbles there too, and tells
            break;
        };
        let span = range(span);
        if let Err(wrong) = scan.token(&token, &span) {
            scan.told.tell(wrong);
            return None;
        }
        scan.read = span.end;
    }
    if let Some(tag) = scan.tag.take().filter(|_| is_whole) {
        scan.tell(not_closed(source, &tag.open));
    }
    for open in std::mem::take(&mut scan.ifs) {
        scan.tell(error(
            source,
            "this `if` has no end",
            &open,
            "opened here",
            "write `{% endif %}` where it ends",
        ));
    }
    Some(scan.tags)
}

/// The text as far as it was looked at.
struct Scan<'s, 't> {
    source: &'s Source<'t>,
    told: &'s mut Mistakes,
    tags: Tags,
    /// The tag that is open.
    tag: Option<Tag<'t>>,
    /// Each `if` that has no end yet.
    ifs: Vec<Range<usize>>,
    statements: usize,
    /// Where the last token ended.
    read: usize,
}

impl<'t> Scan<'_, 't> {
    fn tell(&mut self, wrong: Diagnostic) {
        self.tags.is_told = true;
        self.told.tell(wrong);
    }

    /// An error is a reason not to parse the text.
    fn token(&mut self, token: &Token<'t>, span: &Range<usize>) -> Result<(), Diagnostic> {
        if let Token::VariableStart | Token::BlockStart = token {
            let tag = Tag::new(span, matches!(token, Token::BlockStart));
            self.statements += usize::from(tag.is_statement);
            if self.statements > STATEMENTS_MAX {
                let message = format!("a text may have {STATEMENTS_MAX} `{{% … %}}`");
                return Err(too_many(self.source, message, &tag.open));
            }
            self.tags.all.push(tag.open.clone());
            self.tag = Some(tag);
        } else if let Token::VariableEnd | Token::BlockEnd = token {
            if let Some(tag) = self.tag.take()
                && let Some(wrong) = statement::wrong(self.source, &tag, span.end, &mut self.ifs)
            {
                self.tell(wrong);
            }
        } else if let Token::TemplateData(_) = token {
            // What stands in `raw` reaches us as text behind tags that are no tokens.
            let skipped = self.source.slice(&(self.read..span.start)).trim_end();
            if skipped.ends_with("%}") {
                let at = self.read + skipped.rfind("{%").unwrap_or(0);
                self.tell(statement::not_yet(self.source, "raw", &(at..self.read + skipped.len())));
            }
        } else if let Some(tag) = &mut self.tag {
            tag.tokens += 1;
            if tag.tokens > TOKENS_MAX {
                let message = format!("a value or condition may have {TOKENS_MAX} words and signs");
                return Err(too_many(self.source, message, span));
            }
            // To the library all that follows a stray bracket stands inside of its tag.
            return tag.takes(self.source, token, span);
        }
        Ok(())
    }
}

impl<'t> Tag<'t> {
    fn new(start: &Range<usize>, is_statement: bool) -> Self {
        // Without the sign that takes blanks away, `{%-`.
        let open = start.start..(start.start + 2).min(start.end);
        Self {
            open,
            is_statement,
            tokens: 0,
            word: None,
            has_if_second: false,
            brackets: Vec::new(),
        }
    }

    /// One more word or sign.
    fn takes(
        &mut self,
        source: &Source<'_>,
        token: &Token<'t>,
        span: &Range<usize>,
    ) -> Result<(), Diagnostic> {
        if let Token::Ident(word) = token {
            if self.tokens == 1 {
                self.word = Some((word, span.clone()));
            }
            self.has_if_second |= self.tokens == 2 && *word == "if";
        }
        let opens = [(Token::ParenOpen, '('), (Token::BracketOpen, '['), (Token::BraceOpen, '{')];
        let closes =
            [(Token::ParenClose, '('), (Token::BracketClose, '['), (Token::BraceClose, '{')];
        let among = |all: &[(Token<'_>, char)]| {
            let same =
                |other: &Token<'_>| std::mem::discriminant(other) == std::mem::discriminant(token);
            all.iter().find(|(other, _)| same(other)).map(|(_, bracket)| *bracket)
        };
        if let Some(bracket) = among(&opens) {
            self.brackets.push((bracket, span.clone()));
        }
        let Some(bracket) = among(&closes) else { return Ok(()) };
        match self.brackets.pop() {
            Some((open, _)) if open == bracket => Ok(()),
            Some((open, at)) => {
                let message = format!("this `{open}` is not closed");
                Err(error(
                    source,
                    &message,
                    &at,
                    "opened here",
                    "close each bracket before the braces",
                ))
            }
            None if bracket == '{' => {
                let (open, close) = if self.is_statement { ("{%", "%}") } else { ("{{", "}}") };
                let (message, help) = (
                    format!("this `{open}` is closed by one brace"),
                    format!("write `{close}` behind it"),
                );
                Err(error(source, &message, &self.open, "opened here", &help))
            }
            None => Err(error(source, "this bracket closes nothing", span, "here", "leave it out")),
        }
    }
}

pub(super) fn error(
    source: &Source<'_>,
    message: &str,
    at: &Range<usize>,
    label: &str,
    help: &str,
) -> Diagnostic {
    Diagnostic::error("foresend::template_syntax", source.file.name, message)
        .at(source.at(at), label)
        .help(help)
}

/// "this `{{` is not closed"
pub(super) fn not_closed(source: &Source<'_>, open: &Range<usize>) -> Diagnostic {
    let opened = source.slice(open);
    let close = match opened {
        "{%" => "%}",
        "{#" => "#}",
        _ => "}}",
    };
    let message = format!("this `{opened}` is not closed");
    error(source, &message, open, "opened here", &format!("write `{close}` behind it"))
}

fn too_many(source: &Source<'_>, message: String, at: &Range<usize>) -> Diagnostic {
    Diagnostic::error("foresend::too_many", source.file.name, message)
        .at(source.at(at), "one too many")
        .help("write two mails, and choose between them by the `if` of two steps")
}
