//! A condition as a tree with places: what the author wrote, before anything is looked up.

use std::ops::Range;

/// An expression.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Expr {
    pub(crate) kind: Kind,
    /// Where it stands in the text, without brackets round it.
    pub(crate) span: Range<usize>,
}

/// What an expression is.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Kind {
    Number(f64),
    Truth(bool),
    Text(String),
    /// `orders`, `cart.items`
    Name(String),
    /// `count('Order Completed')`; the place of the name.
    Call(String, Range<usize>, Vec<Expr>),
    /// `customer.city.startsWith('Y')`: of what, the function, the place of its name, the arguments.
    Method(Box<Expr>, String, Range<usize>, Vec<Expr>),
    Not(Box<Expr>),
    Negate(Box<Expr>),
    /// The place is the operator's.
    Binary(Operator, Range<usize>, Box<Expr>, Box<Expr>),
    Choose(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `customer.city in ['York', 'Leeds']`; the place of `in`. The list holds texts and numbers alone.
    In(Box<Expr>, Range<usize>, Vec<Expr>),
    /// CEL that has no place here.
    Foreign(Foreign),
}

/// CEL that has no place in conditions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Foreign {
    /// `f(x).y`
    Part,
    /// `a % b`
    Remainder,
    /// `null`
    Null,
    /// Whatever our tokens should not have let pass.
    Other,
}

/// An operator between two operands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
    And,
    Or,
}
