//! Whether the tokens of a condition can be one: operands and operators alternate, brackets close, and a list
//! stands only behind `in` and holds nothing but what is written out. What the library then still refuses is rare.
//!
//! The rule for lists is not only one of the language. Over rows of index brackets, `a[1][1]…`, the library's parser
//! takes exponential time; so no `[` reaches it but behind an `in`, and no bracket of any kind inside of one.

use super::token::{Kind, NESTING_MAX, Token, Unreadable};

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
    ("IN", "in"),
];

const LIST: &str = "a list is written behind `in`: `x in ['a', 'b']`";

/// A walk over the tokens.
struct Walk<'a> {
    text: &'a str,
    /// Brackets, and `?` that wait for their `:`.
    open: Vec<&'a Token>,
    /// The list that is open.
    list: Option<&'a Token>,
    before: Option<&'a Token>,
    /// `!` and `-` in a row.
    signs: usize,
    /// `a ? b : c ? d : e` nests to the right, though its brackets do not.
    choices: usize,
}

/// Refuses tokens that are no condition.
pub(super) fn check(text: &str, tokens: &[Token]) -> Result<(), Unreadable> {
    let mut walk = Walk { text, open: Vec::new(), list: None, before: None, signs: 0, choices: 0 };
    for token in tokens {
        match walk.list {
            Some(_) => walk.in_list(token)?,
            None => walk.outside(token)?,
        }
        walk.before = Some(token);
    }
    walk.end()
}

impl<'a> Walk<'a> {
    fn written(&self, token: &Token) -> &'a str {
        self.text.get(token.span.clone()).unwrap_or_default()
    }

    fn is_behind(&self, kind: Kind) -> bool {
        self.before.is_some_and(|before| before.kind == kind)
    }

    fn outside(&mut self, token: &'a Token) -> Result<(), Unreadable> {
        let operand_before = self.before.is_some_and(|before| ends_operand(before.kind));
        let behind_dot = self.is_behind(Kind::Dot);
        let fits = match token.kind {
            Kind::Name => !operand_before,
            Kind::Number | Kind::Text | Kind::Not => !operand_before && !behind_dot,
            Kind::Between | Kind::Question | Kind::Colon | Kind::Comma | Kind::In => operand_before,
            // `['a'].size()` would be one more expression behind `in`.
            Kind::Dot => operand_before && !self.is_behind(Kind::CloseList),
            Kind::Minus => !behind_dot,
            Kind::Open => (self.is_behind(Kind::Name) || !operand_before) && !behind_dot,
            // `f()` has nothing between its brackets.
            Kind::Close => operand_before || self.is_behind(Kind::Open),
            Kind::OpenList => self.is_behind(Kind::In),
            Kind::CloseList => false,
        };
        if self.is_behind(Kind::In) && token.kind != Kind::OpenList {
            let help = "write its values out, in square brackets: `x in ['a', 'b']`";
            let behind = self.before.map_or(token.span.start, |before| before.span.start);
            let message = "`in` is followed by a list";
            return Err(Unreadable::new(message, behind..token.span.end, "read here", help));
        }
        if !fits {
            return Err(self.misplaced(token));
        }
        self.signs = if matches!(token.kind, Kind::Not | Kind::Minus) { self.signs + 1 } else { 0 };
        self.choices += usize::from(token.kind == Kind::Question);
        match token.kind {
            Kind::Open | Kind::Question => self.open.push(token),
            Kind::OpenList => self.list = Some(token),
            Kind::Colon if self.open.last().is_some_and(|last| last.kind == Kind::Question) => {
                self.open.pop();
            }
            Kind::Colon => {
                return Err(Unreadable::new(
                    "this `:` has no `?` before it",
                    token.span.clone(),
                    "stands here",
                    "a choice is written `condition ? this : that`",
                ));
            }
            Kind::Close => match self.open.pop() {
                Some(last) if last.kind == Kind::Question => return Err(no_colon(last)),
                Some(_) => {}
                None => return Err(self.closes_nothing(token)),
            },
            Kind::Name | Kind::Number | Kind::Text | Kind::Between | Kind::In => {}
            Kind::Minus | Kind::Not | Kind::Comma | Kind::Dot | Kind::CloseList => {}
        }
        if self.open.len().max(self.choices) > NESTING_MAX || self.signs > NESTING_MAX {
            return Err(Unreadable::new(
                "this condition is nested too deep",
                token.span.clone(),
                &format!("deeper than {NESTING_MAX} here"),
                "give parts of it names, in [facts] and [segments]",
            ));
        }
        Ok(())
    }

    /// Between `[` and `]` stand texts and numbers, with commas between them.
    fn in_list(&mut self, token: &'a Token) -> Result<(), Unreadable> {
        let value_before = self.is_behind(Kind::Number) || self.is_behind(Kind::Text);
        let fits = match token.kind {
            Kind::Number => !value_before,
            Kind::Text => !value_before && !self.is_behind(Kind::Minus),
            Kind::Minus => self.is_behind(Kind::OpenList) || self.is_behind(Kind::Comma),
            Kind::Comma | Kind::CloseList => value_before,
            Kind::Name | Kind::Between | Kind::Not | Kind::Open | Kind::Close | Kind::Dot => false,
            Kind::Question | Kind::Colon | Kind::In | Kind::OpenList => false,
        };
        match token.kind {
            Kind::CloseList if self.is_behind(Kind::OpenList) => {
                let open = self.list.map_or(token.span.start, |open| open.span.start);
                let help = "write at least one value between the brackets";
                let span = open..token.span.end;
                Err(Unreadable::new("nothing is in an empty list", span, "empty", help))
            }
            Kind::CloseList if fits => {
                self.list = None;
                Ok(())
            }
            Kind::Number | Kind::Text | Kind::Minus | Kind::Comma if fits => Ok(()),
            Kind::Number | Kind::Text | Kind::Minus | Kind::Comma | Kind::CloseList => {
                Err(self.misplaced(token))
            }
            Kind::Name
            | Kind::Between
            | Kind::Not
            | Kind::Open
            | Kind::Close
            | Kind::Dot
            | Kind::Question
            | Kind::Colon
            | Kind::In
            | Kind::OpenList => Err(Unreadable::new(
                &format!("`{}` has no place in a list", self.written(token)),
                token.span.clone(),
                "stands here",
                "a list holds texts in quotes, or numbers, with commas between them: `['a', 'b']`",
            )),
        }
    }

    fn end(&self) -> Result<(), Unreadable> {
        if let Some(list) = self.list {
            let help = "write `]` where it ends";
            let span = list.span.clone();
            return Err(Unreadable::new("this `[` is not closed", span, "opened here", help));
        }
        match (self.before, self.open.last()) {
            (None, _) => {
                Err(Unreadable::new("this condition is empty", 0..self.text.len(), "", ""))
            }
            (Some(last), _) if !ends_operand(last.kind) => Err(Unreadable::new(
                &format!("this condition ends after `{}`", self.written(last)),
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

    fn closes_nothing(&self, token: &Token) -> Unreadable {
        Unreadable::new(
            &format!("this `{}` closes nothing", self.written(token)),
            token.span.clone(),
            "stands here",
            "open it before, or leave it out",
        )
    }

    /// A token that cannot stand after the one before it.
    fn misplaced(&self, token: &Token) -> Unreadable {
        let this = self.written(token);
        match token.kind {
            Kind::OpenList => {
                let message = "a list stands only behind `in`";
                return Unreadable::new(message, token.span.clone(), "stands here", LIST);
            }
            Kind::CloseList if self.list.is_none() => return self.closes_nothing(token),
            Kind::Name | Kind::Number | Kind::Text | Kind::Between | Kind::Minus | Kind::Not => {}
            Kind::Open | Kind::Close | Kind::Comma | Kind::Dot | Kind::Question => {}
            Kind::Colon | Kind::In | Kind::CloseList => {}
        }
        let Some(before) = self.before else {
            return Unreadable::new(
                &format!("this condition begins with `{this}`"),
                token.span.clone(),
                "something is missing before it",
                "complete it, or leave it out",
            );
        };
        let word = [before, token].into_iter().find_map(|token| {
            let meant = WORDS.iter().find(|(word, _)| *word == self.written(token));
            meant.map(|(word, meant)| (token, word, meant))
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
        let before_written = self.written(before);
        match (ends_operand(before.kind), self.list) {
            (true, Some(_)) => Unreadable::new(
                &format!("a comma is missing between `{before_written}` and `{this}`"),
                span,
                "read here",
                "write one between two values of a list",
            ),
            (true, None) => Unreadable::new(
                &format!("nothing connects `{before_written}` and `{this}`"),
                span,
                "read here",
                "write an operator between them: && || < <= > >= == != in + - * /",
            ),
            (false, _) => Unreadable::new(
                &format!("something is missing between `{before_written}` and `{this}`"),
                span,
                "read here",
                "write what should stand there, or leave one of them out",
            ),
        }
    }
}

const fn ends_operand(kind: Kind) -> bool {
    match kind {
        Kind::Name | Kind::Number | Kind::Text | Kind::Close | Kind::CloseList => true,
        Kind::Between | Kind::Minus | Kind::Not | Kind::In | Kind::Open | Kind::OpenList => false,
        Kind::Comma | Kind::Dot | Kind::Question | Kind::Colon => false,
    }
}

fn no_colon(question: &Token) -> Unreadable {
    Unreadable::new(
        "this `?` has no `:` behind it",
        question.span.clone(),
        "stands here",
        "a choice is written `condition ? this : that`",
    )
}

#[cfg(test)]
mod tests {
    use super::super::token::read;

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
            "a in ['b', 'c'] && d in [-1, 2]",
            "f(a in ['b'])",
            "a in [1] ? b : c",
        ] {
            assert!(read(text).is_ok(), "{text}: {:?}", read(text));
        }
    }

    #[test]
    fn what_has_no_shape_is_told_in_our_words_at_its_place() {
        check("", "", "this condition is empty");
        check("orders >", ">", "this condition ends after `>`");
        check("> 3", ">", "this condition begins with `>`");
        check("a and b", "and", "`and` is not an operator of conditions");
        check("not a", "not", "`not` is not an operator of conditions");
        check("(a && b", "(", "this `(` is not closed");
        check("count(a ? b)", "?", "this `?` has no `:` behind it");
        check("a && b)", ")", "this `)` closes nothing");
        check("a ? b", "?", "this `?` has no `:` behind it");
        check("a : b", ":", "this `:` has no `?` before it");
        check("a b", "a b", "nothing connects `a` and `b`");
        check("a > > b", "> >", "something is missing between `>` and `>`");
    }

    #[test]
    fn a_list_stands_behind_in_and_holds_what_is_written_out() {
        check("a[0] && b", "[", "a list stands only behind `in`");
        check("[1, 2]", "[", "a list stands only behind `in`");
        check("a in [1][2]", "[", "a list stands only behind `in`");
        check("a in b", "in b", "`in` is followed by a list");
        check("a in (['b'])", "in (", "`in` is followed by a list");
        check("in ['b']", "in", "this condition begins with `in`");
        check("a in", "in", "this condition ends after `in`");
        check("a in []", "[]", "nothing is in an empty list");
        check("a in ['b'", "[", "this `[` is not closed");
        check("a in ['b',", "[", "this `[` is not closed");
        check("a in ['b' 'c']", "'b' 'c'", "a comma is missing between `'b'` and `'c'`");
        check("a in ['b',]", ",]", "something is missing between `,` and `]`");
        check("a in [-'b']", "-'b'", "something is missing between `-` and `'b'`");
        check("a in ['b'].size()", "].", "nothing connects `]` and `.`");
        check("a in ['b']]", "]", "this `]` closes nothing");
        for (text, place) in [
            ("a in [b]", "b"),
            ("a in [[1]]", "["),
            ("a in [1[1]]", "["),
            ("a in [(1)]", "("),
            ("a in [1 + 2]", "+"),
            ("a in [1 in [2]]", "in"),
            ("a in [1 ? 2 : 3]", "?"),
        ] {
            check(text, place, &format!("`{place}` has no place in a list"));
        }
    }
}
