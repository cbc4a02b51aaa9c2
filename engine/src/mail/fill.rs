//! Values into texts, by the library that has checked them. In a line a value is one line of text. In Markdown it is
//! wrapped up, so that no name of a product and no name of a person can be read as Markdown or as HTML; it is unwrapped
//! when the words have been read.

use super::values::{SHOWN, Values};
use foresend_program::Paths;
use minijinja::{Environment, ErrorKind, Output, State, UndefinedBehavior, Value};
use std::fmt::Write;

/// Around a value in Markdown stand two characters that no text has: Unicode keeps them free for private use.
const OPEN: char = '\u{e000}';
const CLOSE: char = '\u{e001}';

/// Fills texts.
#[derive(Clone, Debug)]
pub(super) struct Filler {
    lines: Environment<'static>,
    words: Environment<'static>,
}

impl Filler {
    pub(super) fn new() -> Self {
        let with = |formatter: fn(&mut Output<'_>, &str) -> std::fmt::Result| {
            let mut environment = Environment::new();
            // To ask for what is missing is fine, to show it is not.
            environment.set_undefined_behavior(UndefinedBehavior::Lenient);
            environment.set_formatter(
                move |out: &mut Output<'_>, _: &mut State<'_, '_>, value: &Value| {
                    if value.is_undefined() || value.is_none() {
                        return Err(ErrorKind::UndefinedError.into());
                    }
                    Ok(formatter(out, &one_line(&value.to_string()))?)
                },
            );
            environment
        };
        Self { lines: with(|out, text| out.write_str(text)), words: with(wrap) }
    }

    /// A line: a subject, the words of a button, an address.
    ///
    /// # Errors
    /// Where a value that is shown is missing.
    pub(super) fn line(&self, text: &str, values: &Values) -> Result<String, minijinja::Error> {
        let filled = self.lines.render_str(&as_shown(text, values), values.context())?;
        let filled = one_line(&filled);
        // Several blanks on end do not survive the folding of a header.
        Ok(filled.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" "))
    }

    /// Words in Markdown, with their values wrapped: see [`unwrapped`].
    ///
    /// # Errors
    /// Where a value that is shown is missing.
    pub(super) fn words(&self, text: &str, values: &Values) -> Result<String, minijinja::Error> {
        let text = text.replace([OPEN, CLOSE], "");
        self.words.render_str(&as_shown(&text, values), values.context())
    }
}

/// The text with its values as they were before they were wrapped.
pub(super) fn unwrapped(text: &str) -> String {
    let mut parts = text.split(OPEN);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (hex, rest) = part.split_once(CLOSE).unwrap_or((part, ""));
        let digit = |at: u8| char::from(at).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        let byte = |two: &[u8]| match two {
            [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
            _ => None,
        };
        let bytes: Vec<u8> = hex.as_bytes().chunks(2).filter_map(byte).collect();
        out.push_str(&String::from_utf8_lossy(&bytes));
        out.push_str(rest);
    }
    out
}

/// In letters and digits alone, which mean nothing in Markdown.
fn wrap(out: &mut Output<'_>, text: &str) -> std::fmt::Result {
    out.write_char(OPEN)?;
    text.bytes().try_for_each(|byte| write!(out, "{byte:02x}"))?;
    out.write_char(CLOSE)
}

/// Without line ends and other control characters: no header of a mail can be added by a value.
fn one_line(text: &str) -> String {
    text.replace(|c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'), " ")
}

/// The text with each value that is shown as it is replaced by how it is written for its reader.
fn as_shown(text: &str, values: &Values) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = 0;
    for (path, place) in Paths::of(text).shows {
        if values.is_shown(&path)
            && let Some(before) = text.get(rest..place.start)
        {
            out.push_str(before);
            out.push_str(&format!("{SHOWN}['{path}']"));
            rest = place.end;
        }
    }
    out.push_str(text.get(rest..).unwrap_or_default());
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_wrapped_comes_out_as_it_was(text in ".{0,40}", around in "[a-z ]{0,5}") {
            let hex: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
            let wrapped = format!("{around}{OPEN}{hex}{CLOSE}{around}");
            prop_assert_eq!(unwrapped(&wrapped), format!("{around}{text}{around}"));
        }

        #[test]
        fn anything_can_be_unwrapped(text in any::<String>()) {
            unwrapped(&text);
            unwrapped(&format!("{OPEN}{text}"));
        }
    }
}
