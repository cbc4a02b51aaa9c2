//! Which `{% … %}` a mail may hold: `if` and what belongs to it. The library knows more, and each of those is
//! refused by name: what loops, sets or includes could not be checked value by value.

use super::tag::{Tag, error};
use super::template::Source;
use crate::diagnostic::Diagnostic;
use crate::text::suggest::closest;
use std::ops::Range;

const STATEMENTS: [&str; 4] = ["if", "elif", "else", "endif"];
/// What ends a statement that is refused where it begins.
const ENDS: [&str; 8] = [
    "endfor",
    "endset",
    "endwith",
    "endblock",
    "endmacro",
    "endcall",
    "endfilter",
    "endautoescape",
];

/// What is wrong with a tag that ends at `end`. `ifs`: each `if` before it that has no end yet.
pub(super) fn wrong(
    source: &Source<'_>,
    tag: &Tag<'_>,
    end: usize,
    ifs: &mut Vec<Range<usize>>,
) -> Option<Diagnostic> {
    let whole = tag.open.start..end;
    let error =
        |message: &str, label: &str, help: &str| Some(error(source, message, &whole, label, help));
    if tag.tokens == 0 {
        let help = "write the name of a value, such as `{{ brand }}`";
        return error("these braces are empty", "a value was expected", help);
    }
    if !tag.is_statement {
        return None;
    }
    let word = tag.word.as_ref().map_or("", |(word, _)| *word);
    match word {
        "if" => {
            ifs.push(whole);
            None
        }
        "else" if tag.has_if_second => {
            error("this is neither `else` nor `elif`", "read here", "write `{% elif … %}`")
        }
        "else" | "elif" | "endif" if ifs.is_empty() => {
            let message = format!("there is no `if` before this `{word}`");
            error(&message, "belongs to nothing", "write `{% if … %}` where it begins")
        }
        "else" | "elif" => None,
        "endif" => {
            ifs.pop();
            None
        }
        word if ENDS.contains(&word) => None,
        word if instead(word).is_some() => Some(not_yet(source, word, &whole)),
        word => {
            let help = closest(word, STATEMENTS).map_or_else(
                || {
                    "a mail takes `{% if … %}`, `{% elif … %}`, `{% else %}` and `{% endif %}`"
                        .to_owned()
                },
                |near| format!("did you mean `{near}`?"),
            );
            error(&format!("`{{% {word} … %}}` means nothing in a mail"), "read here", &help)
        }
    }
}

/// What to do instead of a statement of the library that a mail does not take; `None`: it is none.
fn instead(word: &str) -> Option<&'static str> {
    Some(match word {
        "for" | "break" | "continue" => {
            "a block shows several things, a paragraph of its own: `[[cart most=3]]`"
        }
        "set" | "with" | "do" => "write the value where it is shown",
        "include" | "import" | "from" | "extends" | "block" | "macro" | "call" => {
            "write the words in each mail that says them"
        }
        "filter" => "put the filter behind each value: `{{ brand | upper }}`",
        "autoescape" | "raw" => "leave it out: values are made safe by themselves",
        _ => return None,
    })
}

/// "`{% for … %}` in a mail is not supported yet"
pub(super) fn not_yet(source: &Source<'_>, word: &str, at: &Range<usize>) -> Diagnostic {
    let what = format!("`{{% {word} … %}}` in a mail");
    let instead = instead(word).unwrap_or("leave it out");
    Diagnostic::not_yet(source.file.name, &what, source.at(at), instead)
}
