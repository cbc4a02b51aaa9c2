//! A condition's text in tokens, and whether they can be read at all. Everything is refused here, in our own
//! sentences, before the library sees it: what it would say names tokens of its grammar, and what it cannot bear
//! (depth, length) would end the process.
//! Invariant: a text that passes is at most [`BYTES_MAX`] long, holds at most [`TOKENS_MAX`] tokens nested at most
//! [`NESTING_MAX`] deep, and is ASCII outside its quotes.

use super::shape;
use crate::text::words;
use foresend_core::time::Wait;
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
    /// `in`: between an operand and a list.
    In,
    /// `[`
    OpenList,
    /// `]`
    CloseList,
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
    pub(crate) message: String,
    pub(crate) span: Range<usize>,
    pub(crate) label: String,
    pub(crate) help: Option<String>,
}

impl Unreadable {
    pub(crate) fn new(message: &str, span: Range<usize>, label: &str, help: &str) -> Self {
        let help = (!help.is_empty()).then(|| help.to_owned());
        Self { message: message.to_owned(), span, label: label.to_owned(), help }
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
    ("[", Kind::OpenList),
    ("]", Kind::CloseList),
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
    shape::check(text, &tokens)?;
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
            let length = length(rest, |c| c.is_ascii_alphanumeric() || c == '_');
            // A reserved word of CEL: nothing can be called so.
            (if rest.get(..length) == Some("in") { Kind::In } else { Kind::Name }, length)
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
            "a span of time is written `{}`; a window stands in quotes, `count('Order Completed', '{written}')`; `days_since` counts in days: `> 90`",
            span_of(written)
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

/// `90d` as a span of time: `days(90)`.
fn span_of(written: &str) -> String {
    const HOUR_MS: i64 = Wait::hours(1).millis();
    match words::duration(written).map(Wait::millis) {
        Some(ms) if ms % Wait::DAY.millis() == 0 => format!("days({})", ms / Wait::DAY.millis()),
        Some(ms) if ms % HOUR_MS == 0 => format!("hours({})", ms / HOUR_MS),
        Some(ms) => format!("hours({} / 60)", ms / Wait::MINUTE.millis()),
        None => "days(90)".to_owned(),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, place: &str, message: &str) {
        let told = read(text).unwrap_err();
        assert_eq!((text.get(told.span.clone()), told.message.as_str()), (Some(place), message));
    }

    #[test]
    fn a_token_that_cannot_be_read_is_told_in_our_words_at_its_place() {
        check("orders = 3", "=", "`=` is not an operator of conditions");
        check("orders ≥ 3", "≥", "`≥` is not an operator of conditions");
        check("a <> b", "<>", "`<>` is not an operator of conditions");
        check("days_since_order > 90d", "90d", "`90d` is not a number");
        check("spend > 1_000", "1_000", "`1_000` is not a number");
        check("spend > £5", "£", "`£` has no place in a condition");
        check("{a}", "{", "`{` has no place in a condition");
        check("count('x", "'x", "a text in this condition is not closed");
        check("a // b", "//", "a condition holds no comment");
    }

    #[test]
    fn a_duration_is_told_as_the_span_that_it_would_be() {
        for (written, span) in
            [("90d", "days(90)"), ("2w", "days(14)"), ("5h", "hours(5)"), ("90m", "hours(90 / 60)")]
        {
            let help = read(&format!("a > {written}")).unwrap_err().help.unwrap();
            assert!(help.contains(&format!("`{span}`")), "{help}");
        }
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
        assert!(read(&format!("a{}", long("[1]", 20))).is_err());
        assert!(read(&format!("a in {}1{}", long("[", 20), long("]", 20))).is_err());
    }
}
