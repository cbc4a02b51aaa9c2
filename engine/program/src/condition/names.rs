//! The names in a condition: facts, segments and the cart. What is not one of them is told with the nearest that
//! is; `low-spender`, which is a subtraction, as what was meant.

use super::compile::Compiler;
use super::definitions::{Definition, Sort};
use super::parse::{Expr, Kind, Operator};
use super::types::Type;
use crate::text::read;
use crate::text::suggest::closest;
use foresend_core::world::condition::Op;

impl Compiler<'_> {
    /// Pushes what a name stands for.
    pub(super) fn name(&mut self, expr: &Expr, name: &str) -> Type {
        let (root, path) = name.split_once('.').unwrap_or((name, ""));
        match (root, path) {
            ("cart", "items") => return self.leaf(Op::CartItems, Type::Number),
            ("cart", "value") => return self.leaf(Op::CartValue, Type::Number),
            ("cart", "url" | "first" | "first.name") => {
                self.not_yet(
                    &format!("`{name}` in a condition"),
                    expr.span.clone(),
                    "conditions take `cart.items` and `cart.value`; mails also `cart.first.name` and `cart.url`",
                );
                return Type::Broken;
            }
            ("cart", _) => {
                let message = format!("the cart has no `{path}`");
                let message =
                    if path.is_empty() { "`cart` alone says nothing".to_owned() } else { message };
                let help =
                    read::did_you_mean(name, ["cart.items", "cart.value"].into_iter(), || {
                        "write `cart.items` (how many pieces) or `cart.value` (what they cost)"
                            .to_owned()
                    });
                self.mistake(
                    "foresend::unknown_name",
                    &message,
                    expr.span.clone(),
                    "named here",
                    help,
                );
                return Type::Broken;
            }
            ("event" | "customer" | "item", _) => {
                self.not_yet(
                    &format!("`{root}` in a condition"),
                    expr.span.clone(),
                    "conditions take facts, segments and the cart",
                );
                return Type::Broken;
            }
            (_, _) => {}
        }
        match self.definition(root) {
            Some(definition) if path.is_empty() => {
                self.rests_on_constant |= definition.is_constant;
                match &definition.pieces {
                    Some(pieces) => self.pieces.extend_from_slice(pieces),
                    None => self.broken = true,
                }
                definition.sort.comes_to()
            }
            Some(definition) => {
                let message = format!("`{root}` is {} and has no parts", definition.sort.noun());
                let help = format!("write `{root}`");
                self.mistake(
                    "foresend::unknown_name",
                    &message,
                    expr.span.clone(),
                    "read here",
                    help,
                );
                Type::Broken
            }
            None => {
                self.unknown(expr, name);
                Type::Broken
            }
        }
    }

    fn unknown(&mut self, expr: &Expr, name: &str) {
        self.broken = true;
        if !self.scope.definitions.is_complete() || self.unknown.iter().any(|told| told == name) {
            return;
        }
        self.unknown.push(name.to_owned());
        let own = self.scope.own;
        let names = self.scope.definitions.names().filter(|name| Some(*name) != own);
        let near = closest(name, names.clone().chain(["cart.items", "cart.value"]));
        let help = match near.map(|near| (near, self.definition(near))) {
            Some((near, Some(definition))) => {
                format!("did you mean `{near}` ({})?", definition.is_where())
            }
            Some((near, None)) => format!("did you mean `{near}`?"),
            None => read::there_are(
                "declare it in [facts] or [segments] of program.toml; there are",
                names,
                "declare it in [facts] or [segments] of program.toml",
            ),
        };
        let message = format!("there is no fact or segment `{name}`");
        self.mistake("foresend::unknown_name", &message, expr.span.clone(), "named here", help);
    }

    /// `low-spender` is a subtraction; told once, whatever of its names are unknown.
    pub(super) fn is_a_name_with_hyphens(&mut self, expr: &Expr) -> bool {
        let mut names = Vec::new();
        let all = leaves(expr, &mut names);
        let written = self.slice(&expr.span);
        if !all || written.contains(char::is_whitespace) || !self.scope.definitions.is_complete() {
            return false;
        }
        let known = |name: &str| self.definition(name).is_some();
        let meant = names.join("_");
        let any_known = names.iter().any(|name| known(name));
        if (any_known && !known(&meant)) || names.iter().all(|name| known(name)) {
            return false;
        }
        let count = match (any_known, names.len()) {
            (true, _) => "",
            (false, 2) => " of two unknown names",
            (false, _) => " of unknown names",
        };
        let help = match self.definition(&meant) {
            Some(definition) => {
                format!("write `{meant}`: names in conditions take `_` ({})", definition.is_where())
            }
            None => format!(
                "names in conditions take `_`: declare `{meant}` in [facts] or [segments] of program.toml"
            ),
        };
        let spoken: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        let (message, label) = (
            format!("`{written}` is a subtraction{count}"),
            format!("read as {}", spoken.join(" minus ")),
        );
        self.mistake("foresend::unknown_name", &message, expr.span.clone(), &label, help);
        true
    }
}

impl Definition {
    /// "a segment, program.toml:40"
    fn is_where(&self) -> String {
        format!("{}, program.toml:{}", self.sort.noun(), self.line)
    }

    /// "line 33", or with the file where one reads another.
    pub(super) fn place(&self, reader: &str) -> String {
        if reader == "program.toml" {
            format!("line {}", self.line)
        } else {
            format!("program.toml:{}", self.line)
        }
    }
}

impl Sort {
    pub(super) const fn comes_to(self) -> Type {
        match self {
            Self::Fact => Type::Number,
            Self::Segment => Type::Truth,
        }
    }
}

/// The names that a chain of subtractions is made of, if it is of nothing else.
fn leaves<'e>(expr: &'e Expr, names: &mut Vec<&'e str>) -> bool {
    match &expr.kind {
        Kind::Name(name) if !name.contains('.') => {
            names.push(name);
            true
        }
        Kind::Binary(Operator::Subtract, _, left, right) => {
            leaves(left, names) && leaves(right, names)
        }
        Kind::Name(_) | Kind::Number(_) | Kind::Truth(_) | Kind::Text(_) | Kind::Call(..) => false,
        Kind::Not(_) | Kind::Negate(_) | Kind::Binary(..) | Kind::Choose(..) => false,
        Kind::Foreign(_) => false,
    }
}
