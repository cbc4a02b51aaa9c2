//! A condition's text in tokens, and whether they can be read at all. Everything is refused here, in our own
//! sentences, before the library sees it: what it would say names tokens of its grammar, and what it cannot bear
//! (depth, length) would end the process.
//! Invariant: a text that passes is at most [`BYTES_MAX`] long, holds at most [`TOKENS_MAX`] tokens nested at most
//! [`NESTING_MAX`] deep, and is ASCII outside its quotes.

use std::ops::Range;

/// Longest condition, in bytes.
pub(crate) const BYTES_MAX: usize = 2_000;
/// Most tokens: more than the 64 ops that a condition may come to can need.
pub(crate) const TOKENS_MAX: usize = 256;
/// Deepest nesting of brackets and `? :`, and longest row of `!` or `-`.
pub(crate) const NESTING_MAX: usize = 32;

/// What a token is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Name,
    Number,
    Text,
    /// `<` and the like: stands between two operands.
    Between,
    /// `-`: between two operands, or before one.
    Minus,
    /// `!`: before an operand.
    Not,
    Open,
    Close,
    Comma,
    Dot,
    Question,
    Colon,
}

/// A token and its place in the text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) span: Range<usize>,
}

/// Why a text is no condition.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Unreadable {
    /// Part of the language, and not built.
    pub(crate) not_yet: bool,
    pub(crate) message: String,
    pub(crate) span: Range<usize>,
    pub(crate) label: String,
    pub(crate) help: Option<String>,
}

impl Unreadable {
    pub(crate) fn new(message: &str, span: Range<usize>, label: &str, help: &str) -> Self {
        let help = (!help.is_empty()).then(|| help.to_owned());
        Self { not_yet: false, message: message.to_owned(), span, label: label.to_owned(), help }
    }
}

/// Operators of two characters before those of one.
const OPERATORS: &[(&str, Kind)] = &[
    ("<=", Kind::Between),
    (">=", Kind::Between),
    ("==", Kind::Between),
    ("!=", Kind::Between),
    ("&&", Kind::Between),
    ("||", Kind::Between),
    ("<", Kind::Between),
    (">", Kind::Between),
    ("+", Kind::Between),
    ("*", Kind::Between),
    ("/", Kind::Between),
    ("%", Kind::Between),
    ("-", Kind::Minus),
    ("!", Kind::Not),
    ("(", Kind::Open),
    (")", Kind::Close),
    (",", Kind::Comma),
    (".", Kind::Dot),
    ("?", Kind::Question),
    (":", Kind::Colon),
];

/// What people write for an operator, and what it is called here.
const MISWRITTEN: &[(&str, &str)] = &[
    ("=>", ">="),
    ("=<", "<="),
    ("<>", "!="),
    ("=", "=="),
    ("&", "&&"),
    ("|", "||"),
    ("≥", ">="),
    ("≤", "<="),
    ("≠", "!="),
    ("×", "*"),
    ("÷", "/"),
    ("–", "-"),
    ("−", "-"),
    ("—", "-"),
    ("‘", "'"),
    ("’", "'"),
    ("“", "'"),
    ("”", "'"),
];

/// Words that stand where an operator should.
const WORDS: &[(&str, &str)] = &[
    ("and", "&&"),
    ("or", "||"),
    ("is", "=="),
    ("equals", "=="),
    ("not", "!"),
    ("AND", "&&"),
    ("OR", "||"),
    ("NOT", "!"),
];

/// The tokens of `text`, if they can be a condition.
pub(crate) fn read(text: &str) -> Result<Vec<Token>, Unreadable> {
    if text.len() > BYTES_MAX {
        return Err(Unreadable::new(
            "this condition is too long",
            0..text.len(),
            &format!("{} of at most {BYTES_MAX} bytes", text.len()),
            "give parts of it names, in [facts] and [segments]",
        ));
    }
    let tokens = tokens(text)?;
    if tokens.len() > TOKENS_MAX {
        return Err(Unreadable::new(
            "this condition has too many parts",
            0..text.len(),
            &format!("{} of at most {TOKENS_MAX} words and signs", tokens.len()),
            "give parts of it names, in [facts] and [segments]",
        ));
    }
    shape(text, &tokens)?;
    Ok(tokens)
}

fn tokens(text: &str) -> Result<Vec<Token>, Unreadable> {
    let (mut tokens, mut at) = (Vec::new(), 0);
    while let Some(rest) = text.get(at..) {
        let Some(first) = rest.chars().next() else { break };
        let (kind, length) = if first.is_ascii_whitespace() {
            at += 1;
            continue;
        } else if first.is_ascii_alphabetic() || first == '_' {
            (Kind::Name, length(rest, |c| c.is_ascii_alphanumeric() || c == '_'))
        } else if first.is_ascii_digit() {
            (Kind::Number, number(rest, at)?)
        } else if first == '\'' || first == '"' {
            (Kind::Text, quoted(rest, at, first)?)
        } else if let Some(&(operator, kind)) = OPERATORS
            .iter()
            .find(|(operator, _)| rest.starts_with(operator) && !is_miswritten(rest))
        {
            (kind, operator.len())
        } else {
            return Err(strange(rest, at, first));
        };
        tokens.push(Token { kind, span: at..at + length });
        at += length;
    }
    Ok(tokens)
}

/// `<>` begins like an operator and is none.
fn is_miswritten(rest: &str) -> bool {
    rest.starts_with("<>") || rest.starts_with("//")
}

fn length(rest: &str, belongs: impl Fn(char) -> bool) -> usize {
    rest.find(|c| !belongs(c)).unwrap_or(rest.len())
}

/// Digits, perhaps a point and digits. `90d`, `5%`, `1_000`, `1.5.2` are told as what they are.
fn number(rest: &str, at: usize) -> Result<usize, Unreadable> {
    let whole = length(rest, |c| c.is_ascii_digit());
    let mut end = whole;
    if let Some(fraction) = rest.get(whole..).and_then(|rest| rest.strip_prefix('.')) {
        let digits = length(fraction, |c| c.is_ascii_digit());
        if digits > 0 {
            end += 1 + digits;
        }
    }
    let tail = rest
        .get(end..)
        .map_or(0, |rest| length(rest, |c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.')));
    let written = rest.get(..end + tail).unwrap_or(rest);
    if tail == 0 && whole <= 15 {
        return Ok(end);
    }
    let unit = written.chars().last();
    let help = if tail == 0 {
        "write a number of at most 15 digits before the point".to_owned()
    } else if written.contains('_') && written.bytes().all(|b| b.is_ascii_digit() || b == b'_') {
        format!("write `{}`", written.replace('_', ""))
    } else if tail == 1 && unit.is_some_and(|unit| "mhdwy".contains(unit)) {
        format!(
            "a duration stands only in a function of [facts], in quotes: `count('Order Completed', '{written}')`; `days_since` counts in days: `> 90`"
        )
    } else {
        "write it with digits only: `1500`, `0.5`".to_owned()
    };
    Err(Unreadable::new(
        &format!("`{written}` is not a number"),
        at..at + written.len(),
        "read here",
        &help,
    ))
}

/// The length of a quoted text, quotes included. Only the escapes that TOML leaves us, `\'`, `\"` and `\\`.
fn quoted(rest: &str, at: usize, quote: char) -> Result<usize, Unreadable> {
    let mut chars = rest.char_indices().skip(1);
    while let Some((i, c)) = chars.next() {
        if c == quote {
            return Ok(i + 1);
        }
        if c == '\\' && !matches!(chars.next(), Some((_, '\'' | '"' | '\\'))) {
            return Err(Unreadable::new(
                "a text in a condition holds no `\\`",
                at + i..at + i + 1,
                "stands here",
                "write the characters themselves",
            ));
        }
        if c.is_control() {
            return Err(Unreadable::new(
                "a text in a condition ends on its own line",
                at..at + i,
                "it begins here",
                "close it with the quote it began with",
            ));
        }
    }
    Err(Unreadable::new(
        "a text in this condition is not closed",
        at..at + rest.len(),
        "it begins here",
        &format!("close it with `{quote}`"),
    ))
}

fn strange(rest: &str, at: usize, first: char) -> Unreadable {
    if matches!(first, '[' | ']' | '{' | '}') {
        // Refused here also because the library's parser takes exponential time over `a[1][1][1]…`.
        let told = Unreadable::new(
            "a list or map in a condition is not supported yet",
            at..at + 1,
            "part of the language, not built yet",
            "conditions take facts, segments, the cart, and < <= > >= == != && || ! + - * / ? :",
        );
        return Unreadable { not_yet: true, ..told };
    }
    if rest.starts_with("//") {
        return Unreadable::new(
            "a condition holds no comment",
            at..at + 2,
            "stands here",
            "write it behind the value, after a `#`",
        );
    }
    match MISWRITTEN.iter().find(|(written, _)| rest.starts_with(written)) {
        Some((written, meant)) => Unreadable::new(
            &format!("`{written}` is not an operator of conditions"),
            at..at + written.len(),
            "stands here",
            &format!("write `{meant}`"),
        ),
        None => Unreadable::new(
            &format!("`{}` has no place in a condition", first.escape_debug()),
            at..at + first.len_utf8(),
            "stands here",
            "names take a to z, digits and `_`; operators are < <= > >= == != && || ! + - * / ? :",
        ),
    }
}

/// Whether operands and operators alternate and brackets close. What the library then still refuses is rare.
fn shape(text: &str, tokens: &[Token]) -> Result<(), Unreadable> {
    let written = |token: &Token| text.get(token.span.clone()).unwrap_or_default();
    let mut open: Vec<&Token> = Vec::new(); // brackets, and `?` that wait for their `:`
    let mut before: Option<&Token> = None;
    let (mut signs, mut choices) = (0, 0);
    for token in tokens {
        let operand_before = before.is_some_and(|b| ends_operand(b.kind));
        let fits = match token.kind {
            Kind::Name => !operand_before,
            Kind::Number | Kind::Text => {
                !operand_before && before.is_none_or(|b| b.kind != Kind::Dot)
            }
            Kind::Between | Kind::Question | Kind::Colon | Kind::Comma | Kind::Dot => {
                operand_before
            }
            Kind::Minus => before.is_none_or(|b| b.kind != Kind::Dot),
            Kind::Not => !operand_before && before.is_none_or(|b| b.kind != Kind::Dot),
            Kind::Open => {
                before.is_none_or(|b| b.kind == Kind::Name || !operand_before)
                    && before.is_none_or(|b| b.kind != Kind::Dot)
            }
            // `f()` has nothing between its brackets.
            Kind::Close => operand_before || before.is_some_and(|b| b.kind == Kind::Open),
        };
        if !fits {
            return Err(misplaced(text, before, token));
        }
        signs = if matches!(token.kind, Kind::Not | Kind::Minus) { signs + 1 } else { 0 };
        // `a ? b : c ? d : e` nests to the right, though its brackets do not.
        choices += usize::from(token.kind == Kind::Question);
        match token.kind {
            Kind::Open | Kind::Question => open.push(token),
            Kind::Colon if open.last().is_some_and(|last| last.kind == Kind::Question) => {
                open.pop();
            }
            Kind::Colon => {
                return Err(Unreadable::new(
                    "this `:` has no `?` before it",
                    token.span.clone(),
                    "stands here",
                    "a choice is written `condition ? this : that`",
                ));
            }
            Kind::Close => match open.pop() {
                Some(last) if last.kind == Kind::Question => return Err(no_colon(last)),
                Some(_) => {}
                None => {
                    return Err(Unreadable::new(
                        &format!("this `{}` closes nothing", written(token)),
                        token.span.clone(),
                        "stands here",
                        "open it before, or leave it out",
                    ));
                }
            },
            Kind::Name | Kind::Number | Kind::Text | Kind::Between => {}
            Kind::Minus | Kind::Not | Kind::Comma | Kind::Dot => {}
        }
        if open.len().max(choices) > NESTING_MAX || signs > NESTING_MAX {
            return Err(Unreadable::new(
                "this condition is nested too deep",
                token.span.clone(),
                &format!("deeper than {NESTING_MAX} here"),
                "give parts of it names, in [facts] and [segments]",
            ));
        }
        before = Some(token);
    }
    match (before, open.last()) {
        (None, _) => Err(Unreadable::new("this condition is empty", 0..text.len(), "", "")),
        (Some(last), _) if !ends_operand(last.kind) => Err(Unreadable::new(
            &format!("this condition ends after `{}`", written(last)),
            last.span.clone(),
            "something is missing behind it",
            "complete it, or leave it out",
        )),
        (Some(_), Some(last)) if last.kind == Kind::Question => Err(no_colon(last)),
        (Some(_), Some(last)) => Err(Unreadable::new(
            "this `(` is not closed",
            last.span.clone(),
            "opened here",
            "write `)` where it ends",
        )),
        (Some(_), None) => Ok(()),
    }
}

const fn ends_operand(kind: Kind) -> bool {
    matches!(kind, Kind::Name | Kind::Number | Kind::Text | Kind::Close)
}

fn no_colon(question: &Token) -> Unreadable {
    Unreadable::new(
        "this `?` has no `:` behind it",
        question.span.clone(),
        "stands here",
        "a choice is written `condition ? this : that`",
    )
}

/// A token that cannot stand after the one before it.
fn misplaced(text: &str, before: Option<&Token>, token: &Token) -> Unreadable {
    let written = |token: &Token| text.get(token.span.clone()).unwrap_or_default();
    let this = written(token);
    let Some(before) = before else {
        return Unreadable::new(
            &format!("this condition begins with `{this}`"),
            token.span.clone(),
            "something is missing before it",
            "complete it, or leave it out",
        );
    };
    let word = [before, token].into_iter().find_map(|token| {
        WORDS
            .iter()
            .find(|(word, _)| *word == written(token))
            .map(|(word, meant)| (token, word, meant))
    });
    if let Some((token, word, meant)) = word {
        return Unreadable::new(
            &format!("`{word}` is not an operator of conditions"),
            token.span.clone(),
            "stands here",
            &format!("write `{meant}`"),
        );
    }
    let span = before.span.start..token.span.end;
    if ends_operand(before.kind) {
        Unreadable::new(
            &format!("nothing connects `{}` and `{this}`", written(before)),
            span,
            "read here",
            "write an operator between them: && || < <= > >= == != + - * /",
        )
    } else {
        Unreadable::new(
            &format!("something is missing between `{}` and `{this}`", written(before)),
            span,
            "read here",
            "write what should stand there, or leave one of them out",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, place: &str, message: &str) {
        let told = read(text).unwrap_err();
        assert_eq!((text.get(told.span.clone()), told.message.as_str()), (Some(place), message));
    }

    #[test]
    fn conditions_of_the_language_have_a_shape() {
        for text in [
            "orders > 0",
            "!(a && -b < 1.5) || count('Order Completed', '1y') == 2",
            "a ? b : c ? d : e",
            "cart.first.name == \"x\"",
            "f().g(1, 'b')",
            "a - -b",
        ] {
            assert!(read(text).is_ok(), "{text}: {:?}", read(text));
        }
    }

    #[test]
    fn a_text_that_cannot_be_read_is_told_in_our_words_at_its_place() {
        check("", "", "this condition is empty");
        check("orders >", ">", "this condition ends after `>`");
        check("> 3", ">", "this condition begins with `>`");
        check("orders = 3", "=", "`=` is not an operator of conditions");
        check("orders ≥ 3", "≥", "`≥` is not an operator of conditions");
        check("a and b", "and", "`and` is not an operator of conditions");
        check("not a", "not", "`not` is not an operator of conditions");
        check("a <> b", "<>", "`<>` is not an operator of conditions");
        check("days_since_order > 90d", "90d", "`90d` is not a number");
        check("spend > 1_000", "1_000", "`1_000` is not a number");
        check("spend > £5", "£", "`£` has no place in a condition");
        check("(a && b", "(", "this `(` is not closed");
        check("a[0] && b", "[", "a list or map in a condition is not supported yet");
        check("count(a ? b)", "?", "this `?` has no `:` behind it");
        check("a && b)", ")", "this `)` closes nothing");
        check("a ? b", "?", "this `?` has no `:` behind it");
        check("a : b", ":", "this `:` has no `?` before it");
        check("a b", "a b", "nothing connects `a` and `b`");
        check("a > > b", "> >", "something is missing between `>` and `>`");
        check("count('x", "'x", "a text in this condition is not closed");
        check("a // b", "//", "a condition holds no comment");
    }

    #[test]
    fn what_the_library_cannot_bear_never_reaches_it() {
        let long = |part: &str, times: usize| part.repeat(times);
        assert!(read(&format!("a{}", long("+1", 100_000))).is_err());
        assert!(read(&format!("a{}", long("+1", 127))).is_ok());
        assert!(read(&format!("a{}", long("+1", 128))).is_err());
        assert!(read(&format!("{}a{}", long("(", 33), long(")", 33))).is_err());
        assert!(read(&format!("{}a", long("!", 33))).is_err());
        assert!(read(&format!("{}c", long("a?b:", 33))).is_err());
        assert!(read(&format!("{}c{}", long("a?", 33), long(":b", 33))).is_err());
    }
}
