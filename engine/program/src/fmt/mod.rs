//! The one layout of our files. `=` stand below each other, steps are rows, comments keep their column, one blank
//! line stands between tables. The layout is that of scenarios/shop, which never changes under it.
//! Invariant: nothing is lost and nothing means something else: every key, value and comment is written as it was
//! and in the order it was in. Reading order is the author's; only blanks, line ends and commas are ours.
//! Invariant: what has been laid out is not changed by laying it out again.

mod layout;
mod pieces;
mod rows;

use crate::diagnostic::Diagnostic;
use crate::mail;
use crate::sources::File;
use crate::text::tree;

/// The text of `file` in the house layout: TOML, or a mail's front matter where the file's name ends in `.md`.
/// Words below the front matter are the author's own.
///
/// ```
/// let laid_out = foresend_program::fmt("journeys/hello.toml", "topic='offers'#why\nagain = '7d'").unwrap();
/// assert_eq!(laid_out, "topic = 'offers'   #why\nagain = '7d'\n");
/// ```
///
/// # Errors
/// The first mistake, where the text is not valid TOML, or the mail has no front matter.
pub fn fmt(file: &str, text: &str) -> Result<String, Diagnostic> {
    let named = File { name: file, text };
    if !file.ends_with(".md") {
        // Some editors begin a file with a byte-order mark.
        let mark = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        tree::parse(named)?;
        let (mark, rest) = text.split_at(mark);
        return Ok(mark.to_owned() + &toml(rest));
    }
    let Some((front, _)) = mail::parts(text) else { return Err(mail::no_front_matter(named)) };
    tree::parse_part(named, front.clone())?;
    let before = named.slice(&(0..front.start));
    let after = named.slice(&(front.end..text.len()));
    Ok([before, &toml(named.slice(&front)), after].concat())
}

/// `text` is valid TOML.
fn toml(text: &str) -> String {
    let line_end = match text.split_once('\n') {
        Some((first, _)) if first.ends_with('\r') => "\r\n",
        Some(_) | None => "\n",
    };
    let new = layout::write(&pieces::read(text), line_end);
    let kept = pieces::essence(text) == pieces::essence(&new);
    debug_assert!(kept, "laying out changes what this says:\n{text}\n---\n{new}");
    if kept { new } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::fmt;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let new = fmt("x.toml", text).unwrap();
        assert_eq!(new, expected, "{new}");
        assert_eq!(fmt("x.toml", &new).unwrap(), new, "again");
    }

    #[test]
    fn equals_signs_of_neighbours_stand_below_each_other() {
        check("a=1\nlonger  =   2\n\nb = 3\n", "a      = 1\nlonger = 2\n\nb = 3\n");
        check("[ x . y ]\na.b=1\n'c d' = 2", "[x.y]\na.b   = 1\n'c d' = 2\n");
    }

    #[test]
    fn a_key_much_longer_than_the_others_stands_out() {
        check(
            "mails = 1\nfull = 2\nquiet = 3\nstill_shopping = 4\n",
            "mails = 1\nfull  = 2\nquiet = 3\nstill_shopping = 4\n",
        );
        check(
            "\"Parcel Left\" = 1\n\"Stock Alert Requested\" = 2\n",
            "\"Parcel Left\"           = 1\n\"Stock Alert Requested\" = 2\n",
        );
    }

    #[test]
    fn tables_are_one_line_apart_and_keep_the_comments_above_them() {
        check(
            "\n\na = 1\n# about b\n[b]\nc = 1\n\n\n\n[[d]]\n[e]\n\n",
            "a = 1\n\n# about b\n[b]\nc = 1\n\n[[d]]\n\n[e]\n",
        );
    }

    #[test]
    fn comments_keep_their_column_and_neighbours_share_it() {
        check("a = 1      # x\nb = 2\nc = 3      #y\n", "a = 1      # x\nb = 2\nc = 3      #y\n");
        check("a = 1 # x\nlong = 'text' # y\n", "a    = 1        # x\nlong = 'text'   # y\n");
        check("a = 1 # x\nb = 2\nc = 'longer' # y\n", "a = 1   # x\nb = 2\nc = 'longer'   # y\n");
        let long = "'a text that is longer than forty columns'";
        check(
            &format!("a = 1      # x\nb = {long}   # y\nc = 3        # z\n"),
            &format!("a = 1      # x\nb = {long}   # y\nc = 3      # z\n"),
        );
    }

    #[test]
    fn comments_that_shared_a_column_move_together() {
        check(
            "a = 1         # x\nb = 'a text that grew'\nc = 'it grew too'# y\nd = 'grew too'# z",
            "a = 1               # x\nb = 'a text that grew'\nc = 'it grew too'   # y\nd = 'grew too'      # z\n",
        );
        check(
            "a = 1         # x\nb = 2\nc = 'grew too'# y\n",
            "a = 1            # x\nb = 2\nc = 'grew too'   # y\n",
        );
    }

    #[test]
    fn steps_are_rows_with_their_columns_in_line() {
        check(
            "steps=[{id=\"a\",send=\"x\"},{id=\"bcd\",after=\"22h\",send=\"y\"},\n{id=\"e\",after=\"2d\",send=\"z\"}] # three",
            "\
steps = [
  { id = \"a\",   send = \"x\" },
  { id = \"bcd\", after = \"22h\", send = \"y\" },
  { id = \"e\",   after = \"2d\",  send = \"z\" },
]   # three
",
        );
        check("steps = [ { id='a' } ]\n", "steps = [{ id = 'a' }]\n");
        check(
            "a = [{ x = 1, c = [{p=1},{q=2}] }]\n",
            "a = [{ x = 1, c = [{ p = 1 }, { q = 2 }] }]\n",
        );
    }

    #[test]
    fn a_list_that_was_one_line_stays_one_and_another_has_an_item_a_line() {
        check("a = [ 1,2 , 3, ]\n", "a = [1, 2, 3]\n");
        check(
            "a = [1, # one\n2,\n\n\n# last\n3 # three\n]\n",
            "a = [\n  1,   # one\n  2,\n\n  # last\n  3,   # three\n]\n",
        );
        check("a = [ # why\n1 ]\n", "a = [   # why\n  1,\n]\n");
        check("a = [\n]\n", "a = []\n");
        check("a = [\n# none\n]\n", "a = [\n  # none\n]\n");
        check("a = [1 # one\n, 2]\n", "a = [\n  1,   # one\n  2,\n]\n");
        check("a = {\nb=1, # one\n}\n", "a = {\n  b = 1,   # one\n}\n");
    }

    #[test]
    fn values_are_written_as_they_were() {
        let text = "\
a = 100_000
b = 2026-03-02 07:00:00
c = 'x'
d = 0x1F
e = \"\"\"
  two  \n
  lines\"\"\"   # end
f = \"\\u00e9 # no comment\"
";
        check(text, text);
    }

    #[test]
    fn line_ends_are_those_of_the_file() {
        check("a=1\r\nb=2\r\n", "a = 1\r\nb = 2\r\n");
    }

    #[test]
    fn of_a_mail_only_the_front_matter_is_ours() {
        let body = "Hello,  \n\n\n  x=1\n";
        let mail = format!("+++\nsubject='S'\npreheader='P'\n+++\n{body}");
        let new = fmt("mails/a.md", &mail).unwrap();
        assert_eq!(new, format!("+++\nsubject   = 'S'\npreheader = 'P'\n+++\n{body}"));
    }

    #[test]
    fn what_is_not_toml_is_told_of() {
        assert_eq!(fmt("x.toml", "a = ").unwrap_err().code, "foresend::syntax");
        assert_eq!(fmt("x.md", "Hello").unwrap_err().code, "foresend::front_matter");
        let told = fmt("x.md", "+++\na = \n+++\n").unwrap_err();
        assert_eq!(told.labels[0].span.start, 4, "places are those of the whole file");
    }
}
