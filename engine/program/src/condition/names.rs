//! The names in a condition: facts, segments and the cart; those of a customer, an item or an event are in
//! [`places`](super::places). What is not one of them is told with the nearest that is; `low-spender`, which is a
//! subtraction, as what was meant.

use super::compile::Compiler;
use super::definitions::{Definition, Sort};
use super::expr::{Expr, Kind, Operator};
use super::types::Type;
use crate::text::read;
use crate::text::suggest::closest;
use foresend_core::world::condition::{Named, Op};
use foresend_core::world::event::PropertyType;

impl Compiler<'_> {
    /// Pushes what a name stands for.
    pub(super) fn name(&mut self, expr: &Expr, name: &str) -> Type {
        let (root, path) = name.split_once('.').unwrap_or((name, ""));
        match root {
            "event" | "customer" | "item" => return self.read(expr, name),
            "cart" => return self.cart(expr, name, path),
            _ => {}
        }
        match self.definition(root) {
            Some(_) if self.is_filter() => {
                self.only_the_event(&format!("`{name}`"), expr.span.clone())
            }
            Some(definition) if path.is_empty() => {
                self.rests_on_constant |= definition.is_constant;
                match &definition.pieces {
                    Some(pieces) => {
                        let before = self.pieces.len();
                        self.pieces.extend_from_slice(pieces);
                        self.stands_for(name, definition.sort.comes_to());
                        for inner in &definition.names {
                            let at = before + usize::from(inner.op);
                            self.stands_at(&inner.name, at, inner.is);
                        }
                    }
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

    /// A leaf whose value explanations tell.
    pub(super) fn named_leaf(&mut self, name: &str, op: Op, comes_to: Type) -> Type {
        let comes_to = self.leaf(op, comes_to);
        self.stands_for(name, comes_to);
        comes_to
    }

    /// The piece just pushed leaves what `name` comes to. Texts and spans are told by no name.
    pub(super) fn stands_for(&mut self, name: &str, comes_to: Type) {
        let is = match comes_to {
            Type::Number => PropertyType::Number,
            Type::Truth => PropertyType::Bool,
            Type::Instant => PropertyType::Date,
            Type::Text | Type::Span | Type::Broken => return,
        };
        self.stands_at(name, self.pieces.len().saturating_sub(1), is);
    }

    /// Notes a name once, however often it is written. Past the last number the condition is too long anyway.
    fn stands_at(&mut self, name: &str, at: usize, is: PropertyType) {
        let Ok(op) = u8::try_from(at) else { return };
        if !self.names.iter().any(|noted| *noted.name == *name) {
            self.names.push(Named { name: name.into(), op, is });
        }
    }

    fn cart(&mut self, expr: &Expr, name: &str, path: &str) -> Type {
        if self.is_filter() {
            return self.only_the_event("the cart", expr.span.clone());
        }
        let message = match path {
            "items" => return self.named_leaf(name, Op::CartItems, Type::Number),
            "value" => return self.named_leaf(name, Op::CartValue, Type::Number),
            "url" | "first" | "first.name" => format!("`{name}` is for mails, not for conditions"),
            "" => "`cart` alone says nothing".to_owned(),
            _ => format!("the cart has no `{path}`"),
        };
        let help = read::did_you_mean(name, ["cart.items", "cart.value"].into_iter(), || {
            "write `cart.items` (how many pieces) or `cart.value` (what they cost)".to_owned()
        });
        self.mistake("foresend::unknown_name", &message, expr.span.clone(), "named here", help);
        Type::Broken
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
        let rooted = ["event", "customer", "item"].map(|root| format!("{root}.{name}"));
        let rooted = rooted.iter().find(|rooted| self.is_declared(rooted));
        let help = match (rooted, near.map(|near| (near, self.definition(near)))) {
            (Some(rooted), _) => format!("write `{rooted}`"),
            (None, _) if self.is_filter() => {
                "a filter reads properties of the event that is counted: `event.total`".to_owned()
            }
            (None, Some((near, Some(definition)))) => {
                format!("did you mean `{near}` ({})?", definition.is_where())
            }
            (None, Some((near, None))) => format!("did you mean `{near}`?"),
            (None, None) => read::there_are(
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
        let known = |name: &str| self.definition(name).is_some() || self.is_declared(name);
        let meant = names.join("_");
        // `cart.items-orders` is no name, `customer.first-name` may be one.
        let any_known = meant.contains('.') || names.iter().any(|name| known(name));
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
            None if any_known => format!("write `{meant}`: names in conditions take `_`"),
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
        Kind::Name(name) if names.is_empty() || !name.contains('.') => {
            names.push(name);
            true
        }
        Kind::Binary(Operator::Subtract, _, left, right) => {
            leaves(left, names) && leaves(right, names)
        }
        Kind::Name(_) | Kind::Number(_) | Kind::Truth(_) | Kind::Text(_) | Kind::Call(..) => false,
        Kind::Method(..) | Kind::Not(_) | Kind::Negate(_) | Kind::Binary(..) => false,
        Kind::Choose(..) | Kind::In(..) | Kind::Foreign(_) => false,
    }
}
