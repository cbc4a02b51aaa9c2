//! The library's tree of an expression: which name it is, where it stands, and what must be there if it came to yes
//! or no.

use super::template::range;
use minijinja::machinery::ast::{BinOpKind, Expr, UnaryOpKind};
use std::ops::Range;

/// `cart.first.name`, and where it stands; `None`: it is more than a name.
pub(super) fn path(expr: &Expr<'_>) -> Option<(String, Range<usize>)> {
    match expr {
        Expr::Var(name) => Some((name.id.to_owned(), range(name.span()))),
        Expr::GetAttr(part) => {
            let (before, span) = path(&part.expr)?;
            Some((format!("{before}.{}", part.name), span.start..range(part.span()).end))
        }
        Expr::Const(_) | Expr::Slice(_) | Expr::UnaryOp(_) | Expr::BinOp(_) | Expr::Compare(_) => {
            None
        }
        Expr::IfExpr(_) | Expr::Filter(_) | Expr::Test(_) | Expr::GetItem(_) | Expr::Call(_) => {
            None
        }
        Expr::List(_) | Expr::Tuple(_) | Expr::Map(_) => None,
    }
}

/// A whole number, if it is one in digits.
pub(super) fn number(expr: &Expr<'_>) -> Option<u64> {
    if let Expr::Const(constant) = expr { u64::try_from(constant.value.clone()).ok() } else { None }
}

/// Where all of it stands. The library's own place of it may begin at its last sign.
pub(super) fn extent(expr: &Expr<'_>) -> Range<usize> {
    let end = range(expr.span()).end;
    match expr {
        Expr::GetAttr(part) => extent(&part.expr).start..end,
        Expr::GetItem(part) => extent(&part.expr).start..end,
        Expr::Slice(part) => extent(&part.expr).start..end,
        Expr::Call(call) => extent(&call.expr).start..end,
        Expr::Test(test) => extent(&test.expr).start..end,
        Expr::Filter(filter) => filter.expr.as_ref().map_or(end, |of| extent(of).start)..end,
        Expr::BinOp(two) => extent(&two.left).start..extent(&two.right).end,
        Expr::Compare(chain) => {
            let last = chain.ops.last().map_or(end, |last| extent(&last.expr).end);
            extent(&chain.expr).start..last
        }
        Expr::IfExpr(choice) => extent(&choice.true_expr).start..end,
        Expr::Var(_) | Expr::Const(_) | Expr::UnaryOp(_) => range(expr.span()),
        Expr::List(_) | Expr::Tuple(_) | Expr::Map(_) => range(expr.span()),
    }
}

/// Adds the values that must be there if `expr` came to `truth`.
pub(super) fn is_there_if(expr: &Expr<'_>, truth: bool, there: &mut Vec<String>) {
    match (expr, truth) {
        (Expr::Var(_) | Expr::GetAttr(_), true) => there.extend(path(expr).map(|(path, _)| path)),
        (Expr::UnaryOp(one), truth) => match one.op {
            UnaryOpKind::Not => is_there_if(&one.expr, !truth, there),
            UnaryOpKind::Neg => {}
        },
        (Expr::BinOp(both), truth) => {
            if matches!((both.op, truth), (BinOpKind::ScAnd, true) | (BinOpKind::ScOr, false)) {
                is_there_if(&both.left, truth, there);
                is_there_if(&both.right, truth, there);
            }
        }
        (Expr::Test(test), truth) => {
            if matches!((test.name, truth), ("defined", true) | ("undefined", false)) {
                there.extend(path(&test.expr).map(|(path, _)| path));
            }
        }
        // It may be there, and nothing says so.
        (Expr::Var(_) | Expr::GetAttr(_), false) => {}
        (
            Expr::Const(_) | Expr::Slice(_) | Expr::Compare(_) | Expr::IfExpr(_) | Expr::Filter(_),
            _,
        ) => {}
        (Expr::GetItem(_) | Expr::Call(_) | Expr::List(_) | Expr::Tuple(_) | Expr::Map(_), _) => {}
    }
}
