//! A TOML file as a tree in file order, each key and value with its place. The library sorts keys; mistakes are
//! told in the order in which people read.

use super::syntax;
use crate::diagnostic::Diagnostic;
use crate::sources::File;
use std::ops::Range;
use toml::de::{DeTable, DeValue};

/// A value and its place in the file.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct At<T> {
    pub(crate) value: T,
    pub(crate) span: Range<usize>,
}

/// What a TOML file can hold.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Value {
    Text(String),
    /// `None`: beyond 64 bits.
    Integer(Option<i64>),
    Float,
    Bool(bool),
    /// Year, month, day; `None`: it has a time, or is only one.
    Date(Option<(i16, i8, i8)>),
    List(Vec<At<Self>>),
    Table(Table),
}

/// A table, in file order.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Table {
    pub(crate) entries: Vec<(At<String>, At<Value>)>,
}

impl Value {
    /// What it is, as a sentence needs it.
    pub(crate) fn noun(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Integer(_) | Self::Float => "a number",
            Self::Bool(_) => "true or false",
            Self::Date(_) => "a date",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
        }
    }
}

/// The tree of a whole file. Of several syntax errors only the first is told: the others tend to follow from it.
pub(crate) fn parse(file: File<'_>) -> Result<Table, Diagnostic> {
    parse_part(file, 0..file.text.len())
}

/// The tree of a part of a file, with places in the whole.
pub(crate) fn parse_part(file: File<'_>, part: Range<usize>) -> Result<Table, Diagnostic> {
    let text = file.slice(&part);
    match DeTable::parse(text) {
        Ok(table) => Ok(table_of(table.get_ref(), part.start)),
        Err(error) => {
            let span = shift(error.span().unwrap_or(0..0), part.start);
            Err(syntax::told(file, error.message(), &span))
        }
    }
}

fn shift(span: Range<usize>, by: usize) -> Range<usize> {
    span.start + by..span.end + by
}

fn table_of(table: &DeTable<'_>, base: usize) -> Table {
    let mut entries: Vec<_> = table
        .iter()
        .map(|(key, value)| {
            let key =
                At { value: key.get_ref().clone().into_owned(), span: shift(key.span(), base) };
            (key, At { value: value_of(value.get_ref(), base), span: shift(value.span(), base) })
        })
        .collect();
    entries.sort_by_key(|(key, _)| key.span.start);
    Table { entries }
}

fn value_of(value: &DeValue<'_>, base: usize) -> Value {
    match value {
        DeValue::String(text) => Value::Text(text.clone().into_owned()),
        DeValue::Integer(number) => {
            Value::Integer(i64::from_str_radix(number.as_str(), number.radix()).ok())
        }
        DeValue::Float(_) => Value::Float,
        DeValue::Boolean(truth) => Value::Bool(*truth),
        DeValue::Datetime(datetime) => Value::Date(match (datetime.date, datetime.time) {
            (Some(date), None) => i16::try_from(date.year)
                .ok()
                .zip(i8::try_from(date.month).ok())
                .zip(i8::try_from(date.day).ok())
                .map(|((year, month), day)| (year, month, day)),
            (Some(_) | None, _) => None,
        }),
        DeValue::Array(items) => Value::List(
            items
                .iter()
                .map(|item| At {
                    value: value_of(item.get_ref(), base),
                    span: shift(item.span(), base),
                })
                .collect(),
        ),
        DeValue::Table(table) => Value::Table(table_of(table, base)),
    }
}
