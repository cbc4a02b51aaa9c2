//! A condition as a tree with places. The only file that knows the CEL library: it parses, and what it returns is
//! turned into [`Expr`], our own, at once.
//!
//! The library recurses over what it reads, and a text that is too deep ends the process; over rows of index
//! brackets it takes exponential time. [`token::read`] has limited length, tokens, nesting and lists before;
//! `the_deepest_that_passes_needs_little_stack` shows that what passes is parsed within half of the smallest stack
//! that a thread of ours has, 2 MiB, as tests build it, and `rows_and_nests_that_pass_are_parsed_at_once` that it is
//! parsed soon.
//!
//! The library's places are those of one token. That of an expression is the union of its parts' places; brackets
//! and names of calls are found in our own tokens.

use super::expr::{Expr, Foreign, Kind, Operator};
use super::token::{self, Kind as Token, Unreadable};
use cel::common::ast::{CallExpr, Expr as Cel, IdedExpr, LiteralValue, SourceInfo, operators};
use std::ops::Range;

/// The tree of `text`.
pub(crate) fn parse(text: &str) -> Result<Expr, Unreadable> {
    let tokens = token::read(text)?;
    // Without macros `has(x)` and `a.all(x, …)` stay the calls that they are written as.
    let env = cel::Env::default().with_optional_support(false);
    match env.compile(text) {
        Ok(program) => {
            let tree = Tree { text, tokens: &tokens, places: program.source_info() };
            Ok(tree.expr(program.expression()))
        }
        Err(errors) => Err(unreadable(text, &errors)),
    }
}

/// Our tokens let pass little that the library refuses: reserved words, `!-a`.
fn unreadable(text: &str, errors: &cel::ParseErrors) -> Unreadable {
    let first = errors.errors.first();
    // The library counts characters from 1, and lines; a text of several lines is marked whole.
    let column = first.map_or(0, |error| usize::try_from(error.pos.1).unwrap_or(0));
    let start = text.char_indices().nth(column.saturating_sub(1)).map_or(0, |(at, _)| at);
    let span = if text.contains('\n') { 0..text.len() } else { start..text.len() };
    let said = first.map_or("", |error| error.msg.as_str());
    if let Some(word) = said.strip_prefix("reserved identifier: ") {
        let span = span.start..(span.start + word.len()).min(text.len());
        return Unreadable::new(
            &format!("`{word}` is a reserved word"),
            span,
            "stands here",
            "give the fact or segment another name",
        );
    }
    let said: String = said.chars().take(200).collect();
    Unreadable::new(
        "this condition cannot be read",
        span,
        "up to here it can",
        &format!(
            "put brackets where two signs meet, such as `!(-a > b)` (the parser says: {said})"
        ),
    )
}

struct Tree<'a> {
    text: &'a str,
    tokens: &'a [token::Token],
    places: &'a SourceInfo,
}

impl Tree<'_> {
    fn expr(&self, cel: &IdedExpr) -> Expr {
        let own = self.own_place(cel.id);
        match &cel.expr {
            Cel::Literal(literal) => self.literal(literal, own),
            Cel::Ident(name) => Expr { kind: Kind::Name(name.clone()), span: own },
            Cel::Select(select) => {
                let operand = self.expr(&select.operand);
                let span = operand.span.start..self.end_after(own.end);
                let kind = match operand.kind {
                    Kind::Name(path) => Kind::Name(format!("{path}.{}", select.field)),
                    Kind::Number(_)
                    | Kind::Truth(_)
                    | Kind::Text(_)
                    | Kind::Call(..)
                    | Kind::Method(..)
                    | Kind::Not(_)
                    | Kind::Negate(_)
                    | Kind::Binary(..)
                    | Kind::Choose(..)
                    | Kind::In(..) => Kind::Foreign(Foreign::Part),
                    Kind::Foreign(what) => Kind::Foreign(what),
                };
                Expr { kind, span }
            }
            Cel::Call(call) => self.call(call, own),
            // A list stands behind `in`, which reads it; the brackets of the others are no tokens of ours.
            Cel::List(_)
            | Cel::Map(_)
            | Cel::Struct(_)
            | Cel::Comprehension(_)
            | Cel::Unspecified => Expr { kind: Kind::Foreign(Foreign::Other), span: own },
        }
    }

    fn literal(&self, literal: &LiteralValue, own: Range<usize>) -> Expr {
        #[expect(clippy::cast_precision_loss, reason = "our tokens let at most 15 digits pass")]
        let kind = match literal {
            LiteralValue::Int(number) => Kind::Number(*number.inner() as f64),
            LiteralValue::Double(number) => Kind::Number(*number.inner()),
            LiteralValue::Boolean(truth) => Kind::Truth(*truth.inner()),
            LiteralValue::String(text) => Kind::Text(text.inner().to_owned()),
            LiteralValue::UInt(_) | LiteralValue::Bytes(_) | LiteralValue::Null => {
                Kind::Foreign(Foreign::Null)
            }
        };
        // The sign of a literal is part of it, and not of its place.
        let is_negative = matches!(kind, Kind::Number(number) if number.is_sign_negative());
        let span = if is_negative { self.start_before(own.start)..own.end } else { own };
        Expr { kind, span }
    }

    fn call(&self, call: &CallExpr, own: Range<usize>) -> Expr {
        let binary = match call.func_name.as_str() {
            operators::ADD => Some(Operator::Add),
            operators::SUBSTRACT => Some(Operator::Subtract),
            operators::MULTIPLY => Some(Operator::Multiply),
            operators::DIVIDE => Some(Operator::Divide),
            operators::LESS => Some(Operator::Less),
            operators::LESS_EQUALS => Some(Operator::LessOrEqual),
            operators::GREATER => Some(Operator::Greater),
            operators::GREATER_EQUALS => Some(Operator::GreaterOrEqual),
            operators::EQUALS => Some(Operator::Equal),
            operators::NOT_EQUALS => Some(Operator::NotEqual),
            operators::LOGICAL_AND => Some(Operator::And),
            operators::LOGICAL_OR => Some(Operator::Or),
            _ => None,
        };
        if let (operators::IN, [of, list]) = (call.func_name.as_str(), call.args.as_slice()) {
            return self.is_in(of, list, own);
        }
        let args: Vec<Expr> = call.args.iter().map(|arg| self.expr(arg)).collect();
        if let Some(target) = &call.target {
            // `name.startsWith('x')`, `event.time.getHours()`
            let target = Box::new(self.expr(target));
            let name = self.start_before(own.start)..self.end_before(own.start);
            let span = target.span.start..self.close_of(own.start);
            return Expr { kind: Kind::Method(target, call.func_name.clone(), name, args), span };
        }
        match (binary, args.as_slice()) {
            (Some(operator), [left, right]) => {
                let span = left.span.start..right.span.end;
                let (left, right) = (Box::new(left.clone()), Box::new(right.clone()));
                return Expr { kind: Kind::Binary(operator, own, left, right), span };
            }
            (None, [only]) if call.func_name == operators::LOGICAL_NOT => {
                let span = own.start..only.span.end;
                return Expr { kind: Kind::Not(Box::new(only.clone())), span };
            }
            (None, [only]) if call.func_name == operators::NEGATE => {
                let span = own.start..only.span.end;
                return Expr { kind: Kind::Negate(Box::new(only.clone())), span };
            }
            (None, [when, this, that]) if call.func_name == operators::CONDITIONAL => {
                let span = when.span.start..that.span.end;
                let [when, this, that] = [when, this, that].map(|e| Box::new(e.clone()));
                return Expr { kind: Kind::Choose(when, this, that), span };
            }
            (Some(_) | None, _) => {}
        }
        if call.func_name == operators::MODULO {
            let span = args
                .iter()
                .fold(own, |span, arg| span.start.min(arg.span.start)..span.end.max(arg.span.end));
            return Expr { kind: Kind::Foreign(Foreign::Remainder), span };
        }
        let name = self.start_before(own.start)..self.end_before(own.start);
        let span = name.start..self.close_of(own.start);
        Expr { kind: Kind::Call(call.func_name.clone(), name, args), span }
    }

    fn is_in(&self, of: &IdedExpr, list: &IdedExpr, own: Range<usize>) -> Expr {
        let of = self.expr(of);
        let span = of.span.start..self.end_of_list(own.end);
        let Cel::List(list) = &list.expr else {
            return Expr { kind: Kind::Foreign(Foreign::Other), span };
        };
        let items = list.elements.iter().map(|item| self.expr(item)).collect();
        Expr { kind: Kind::In(Box::new(of), own, items), span }
    }

    /// The place of the token that the library keeps for a node, of which it keeps the last byte.
    fn own_place(&self, id: u64) -> Range<usize> {
        let (start, last) = self.places.offset_for(id).unwrap_or((0, 0));
        let start = usize::try_from(start).unwrap_or(0).min(self.text.len());
        let end = usize::try_from(last).unwrap_or(0).saturating_add(1).min(self.text.len());
        start..end.max(start)
    }

    /// The token before the one that begins at `at`.
    fn before(&self, at: usize) -> Option<&token::Token> {
        let this = self.tokens.iter().position(|token| token.span.start == at)?;
        self.tokens.get(this.checked_sub(1)?)
    }

    fn start_before(&self, at: usize) -> usize {
        self.before(at).map_or(at, |token| token.span.start)
    }

    fn end_before(&self, at: usize) -> usize {
        self.before(at).map_or(at, |token| token.span.end)
    }

    /// The end of the token that follows the one which ends at `at`.
    fn end_after(&self, at: usize) -> usize {
        let next = self.tokens.iter().find(|token| token.span.start >= at);
        next.map_or(at, |token| token.span.end)
    }

    /// The end of the bracket that closes the one opened at `at`.
    fn close_of(&self, at: usize) -> usize {
        let mut depth = 0;
        for token in self.tokens.iter().filter(|token| token.span.start >= at) {
            match token.kind {
                Token::Open => depth += 1,
                Token::Close => depth -= 1,
                Token::Name | Token::Number | Token::Text | Token::Between => {}
                Token::Minus | Token::Not | Token::Comma | Token::Dot => {}
                Token::Question | Token::Colon => {}
                Token::In | Token::OpenList | Token::CloseList => {}
            }
            if depth == 0 {
                return token.span.end;
            }
        }
        self.text.len()
    }

    /// The end of the first list behind `at`; a list holds no other.
    fn end_of_list(&self, at: usize) -> usize {
        let behind = |token: &&token::Token| token.span.start >= at;
        let close = self.tokens.iter().filter(behind).find(|token| token.kind == Token::CloseList);
        close.map_or(self.text.len(), |close| close.span.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;
    use token::{NESTING_MAX, TOKENS_MAX};

    /// What stands at the places of a tree's nodes, outermost first.
    fn slices(text: &str) -> Vec<String> {
        fn walk(text: &str, expr: &Expr, out: &mut Vec<String>) {
            let slice = |span: &Range<usize>| text.get(span.clone()).unwrap().to_owned();
            out.push(slice(&expr.span));
            match &expr.kind {
                Kind::Call(_, name, args) => {
                    out.push(format!("{}(", slice(name)));
                    args.iter().for_each(|arg| walk(text, arg, out));
                }
                Kind::Method(of, _, name, args) => {
                    walk(text, of, out);
                    out.push(format!(".{}(", slice(name)));
                    args.iter().for_each(|arg| walk(text, arg, out));
                }
                Kind::In(of, operator, items) => {
                    walk(text, of, out);
                    out.push(slice(operator));
                    items.iter().for_each(|item| walk(text, item, out));
                }
                Kind::Not(a) | Kind::Negate(a) => walk(text, a, out),
                Kind::Binary(_, operator, a, b) => {
                    out.push(slice(operator));
                    [a, b].iter().for_each(|e| walk(text, e, out));
                }
                Kind::Choose(a, b, c) => [a, b, c].iter().for_each(|e| walk(text, e, out)),
                Kind::Number(_) | Kind::Truth(_) | Kind::Text(_) | Kind::Name(_) => {}
                Kind::Foreign(_) => {}
            }
        }
        let mut out = Vec::new();
        walk(text, &parse(text).unwrap(), &mut out);
        out
    }

    #[test]
    fn every_node_knows_its_place() {
        assert_eq!(slices("cart.items > -3"), ["cart.items > -3", ">", "cart.items", "-3"]);
        assert_eq!(slices("low-spender"), ["low-spender", "-", "low", "spender"]);
        assert_eq!(
            slices("'ä' == x && count('Ö', '1y')>1"),
            [
                "'ä' == x && count('Ö', '1y')>1",
                "&&",
                "'ä' == x",
                "==",
                "'ä'",
                "x",
                "count('Ö', '1y')>1",
                ">",
                "count('Ö', '1y')",
                "count(",
                "'Ö'",
                "'1y'",
                "1"
            ]
        );
        assert_eq!(slices("!(a) ? -b : c"), ["!(a) ? -b : c", "!(a", "a", "-b", "b", "c"]);
        assert_eq!(
            slices("x.y().z(1) > 2"),
            ["x.y().z(1) > 2", ">", "x.y().z(1)", "x.y()", "x", ".y(", ".z(", "1", "2"]
        );
        assert_eq!(
            slices("(a in ['ö', \"b\"]) || 1 + b in [ -1,2 ]"),
            [
                "(a in ['ö', \"b\"]) || 1 + b in [ -1,2 ]".get(1..).unwrap(),
                "||",
                "a in ['ö', \"b\"]",
                "a",
                "in",
                "'ö'",
                "\"b\"",
                "1 + b in [ -1,2 ]",
                "1 + b",
                "+",
                "1",
                "b",
                "in",
                "-1",
                "2"
            ]
        );
        assert_eq!(slices("a % b")[0], "a % b");
    }

    #[test]
    fn what_only_the_library_refuses_still_has_a_place() {
        let told = parse("orders > while").unwrap_err();
        assert_eq!((told.message.as_str(), told.span), ("`while` is a reserved word", 9..14));
        let told = parse("!-a").unwrap_err();
        assert_eq!(told.message, "this condition cannot be read");
    }

    #[test]
    fn the_deepest_that_passes_needs_little_stack() {
        let nest = |open: &str, inner: &str, close: &str, times: usize| {
            format!("{}{inner}{}", open.repeat(times), close.repeat(times))
        };
        let texts = [
            nest("(", "a", ")", NESTING_MAX),
            nest("f(", "a", ")", NESTING_MAX),
            nest("-(", "a", ")", NESTING_MAX),
            nest("!(a&&b<d*", "a", ")", 25),
            nest("a?b:", "c", "", NESTING_MAX),
            nest("", "a", "+1", TOKENS_MAX / 2 - 1),
            nest("", "a", "&&b", TOKENS_MAX / 2 - 1),
            nest("", "a", "<b", TOKENS_MAX / 2 - 1),
            nest("", "a", ".b", TOKENS_MAX / 2 - 1),
            nest("", "a", ".b()", TOKENS_MAX / 4 - 1),
            nest("", "a", ".b(c)", TOKENS_MAX / 5 - 1),
            nest("", "f(a", ",b", TOKENS_MAX / 2 - 3) + ")",
            nest("", "a", "==-(b)", TOKENS_MAX / 6),
            nest("(a+b)*", "c", "", TOKENS_MAX / 6 - 1),
            nest("((", "a", ")||(b))", NESTING_MAX / 2),
            nest("f(a,", "a", ",b)", NESTING_MAX),
            nest("(a?", "a", ":b)", NESTING_MAX / 2),
            nest("(a<", "a", "<b)", NESTING_MAX),
            nest("-(a-", "a", "*b)", NESTING_MAX),
            nest("a.b(", "a", ").c", NESTING_MAX),
            nest("!", "a", "", NESTING_MAX),
            nest("", "a", " in ['b']", TOKENS_MAX / 4 - 1),
            nest("", "a in [1", ",1", TOKENS_MAX / 2 - 3) + "]",
            nest("", "a in [-1", ",-1", TOKENS_MAX / 3 - 2) + "]",
            nest("", "a in ['b']", "||a in ['b']", TOKENS_MAX / 6 - 1),
            nest("(", "a in [1]", ") in [1]", NESTING_MAX),
            nest("f(", "a in [1]", ") in [1]", NESTING_MAX),
            nest("!(", "a in [1]", " ? b in ['c'] : d)", NESTING_MAX / 2),
            nest("a.b(c in ['d']).e(", "f in [1]", ")", 14),
        ];
        let parsed = std::thread::Builder::new()
            .stack_size(1 << 20)
            .spawn(move || texts.iter().map(|text| parse(text).is_ok()).collect::<Vec<_>>())
            .unwrap()
            .join()
            .unwrap();
        assert_eq!(parsed, vec![true; parsed.len()]);
    }

    /// Parts of which rows and nests are made; chance alone would hardly ever build what closes.
    const PARTS: [&str; 22] = [
        "(",
        ")",
        "a",
        " in ['b']",
        " in [1,-2]",
        "?",
        ":",
        "!",
        "-",
        "&&",
        "||",
        "<",
        "==",
        "+",
        "*",
        ".b",
        ".f(",
        "f(",
        ",",
        "'x'",
        "1",
        "[1]",
    ];

    proptest! {
        #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

        /// The library's time and stack grow with the square of some rows, and would grow exponentially with others:
        /// one of those that passed would hang this test.
        #[test]
        fn rows_and_nests_that_pass_are_parsed_at_once(
            alphabet in proptest::collection::vec(proptest::sample::select(&PARTS[..]), 1..6),
            unit in proptest::collection::vec(any::<proptest::sample::Index>(), 1..7),
            times in 1usize..60,
            inner in proptest::sample::select(&["a", "", "a in ['q']"][..]),
            close in proptest::sample::select(&["", ")", ":c)", ",1)", " in [1])", ":d"][..]),
        ) {
            let unit: String = unit.iter().map(|at| *at.get(&alphabet)).collect();
            let text = format!("{}{inner}{}", unit.repeat(times), close.repeat(times));
            drop(parse(&text));
        }
    }
}
