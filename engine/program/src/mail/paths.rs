//! The names of the values that a text reads, and which it shows as they are, wherever they stand. For texts that have
//! been checked: of one that cannot be read nothing is said.

use super::shape::path;
use minijinja::machinery::ast::{CallArg, Expr, Stmt};
use minijinja::machinery::parse;
use minijinja::syntax::SyntaxConfig;
use std::ops::Range;

/// What a text reads.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Paths {
    /// Every value by its name, each once: `cart.first.name`.
    pub reads: Vec<String>,
    /// Those that are shown without a filter, and where each stands, in bytes of the text, in order.
    pub shows: Vec<(String, Range<usize>)>,
}

impl Paths {
    /// What `text`, a line or the words of a checked mail, reads.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let mut paths = Self::default();
        if let Ok(tree) = parse(text, "", SyntaxConfig::default()) {
            paths.statements(&[tree]);
        }
        paths.shows.sort_by_key(|(_, place)| place.start);
        paths
    }

    fn statements(&mut self, all: &[Stmt<'_>]) {
        for statement in all {
            match statement {
                Stmt::Template(template) => self.statements(&template.children),
                Stmt::EmitExpr(emit) => {
                    if let Some((path, span)) = path(&emit.expr) {
                        self.shows.push((path, span));
                    }
                    self.expr(&emit.expr);
                }
                Stmt::IfCond(choice) => {
                    self.expr(&choice.expr);
                    self.statements(&choice.true_body);
                    self.statements(&choice.false_body);
                }
                Stmt::EmitRaw(_) => {}
                // No mail has them.
                Stmt::ForLoop(_) | Stmt::WithBlock(_) | Stmt::Set(_) | Stmt::SetBlock(_) => {}
                Stmt::AutoEscape(_) | Stmt::FilterBlock(_) | Stmt::Do(_) => {}
            }
        }
    }

    fn expr(&mut self, expr: &Expr<'_>) {
        if let Some((path, _)) = path(expr) {
            if !self.reads.contains(&path) {
                self.reads.push(path);
            }
            return;
        }
        match expr {
            Expr::UnaryOp(one) => self.expr(&one.expr),
            Expr::BinOp(two) => self.all([&two.left, &two.right]),
            Expr::Compare(chain) => {
                self.expr(&chain.expr);
                self.all(chain.ops.iter().map(|next| &next.expr));
            }
            Expr::IfExpr(choice) => {
                self.all([&choice.test_expr, &choice.true_expr]);
                self.all(&choice.false_expr);
            }
            Expr::Filter(filter) => {
                self.all(&filter.expr);
                self.arguments(&filter.args);
            }
            Expr::Test(test) => {
                self.expr(&test.expr);
                self.arguments(&test.args);
            }
            Expr::List(list) => self.all(&list.items),
            Expr::Tuple(tuple) => self.all(&tuple.items),
            // A name has been seen to; the others no mail has.
            Expr::Var(_) | Expr::Const(_) | Expr::Slice(_) | Expr::GetAttr(_) => {}
            Expr::GetItem(_) | Expr::Call(_) | Expr::Map(_) => {}
        }
    }

    fn all<'a, 's: 'a>(&mut self, all: impl IntoIterator<Item = &'a Expr<'s>>) {
        all.into_iter().for_each(|expr| self.expr(expr));
    }

    fn arguments(&mut self, args: &[CallArg<'_>]) {
        for arg in args {
            match arg {
                CallArg::Pos(expr) | CallArg::Kwarg(_, expr) => self.expr(expr),
                CallArg::PosSplat(expr) | CallArg::KwargSplat(expr) => self.expr(expr),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_found_wherever_it_stands() {
        let text = "{{ brand }} {{ item.price | round(2) }} {% if customer.city == 'York' and not buyer %}\
                    {{ cart.first.name if orders > 0 else event.order_id }}{% elif 'x' in [looks] %}\
                    {{ customer.first_name | default(customer.nick) }}{% endif %} {# {{ nobody }} #}{{ item.price }}";
        let paths = Paths::of(text);
        let reads = [
            "brand",
            "item.price",
            "customer.city",
            "buyer",
            "orders",
            "cart.first.name",
            "event.order_id",
            "looks",
            "customer.first_name",
            "customer.nick",
        ];
        assert_eq!(paths.reads, reads);
        let shows =
            paths.shows.iter().map(|(path, place)| (path.as_str(), text.get(place.clone())));
        let expected = [("brand", Some("brand")), ("item.price", Some("item.price"))];
        assert_eq!(shows.collect::<Vec<_>>(), expected);
        assert_eq!(paths.shows[1].1.end, text.len() - " }}".len());
        assert_eq!(Paths::of("{{ brand"), Paths::default());
    }
}
