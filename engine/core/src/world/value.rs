//! Values of properties, traits and catalogue columns, as they arrive and as they are kept; and the places from
//! which conditions read them.

use crate::calendar::Day;
use crate::money::Amount;
use crate::world::event::PropertyIx;

/// A value as it arrives.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Value<'a> {
    /// A number.
    Number(Amount),
    /// Text.
    Text(&'a str),
    /// A date.
    Date(Day),
    /// Yes or no.
    Bool(bool),
}

/// A value that is kept. 16 bytes, and what its text takes.
#[derive(Clone, PartialEq, Debug)]
pub enum Kept {
    /// A number.
    Number(Amount),
    /// Text.
    Text(Box<str>),
    /// A date.
    Date(Day),
    /// Yes or no.
    Bool(bool),
}

/// A trait's place in a program's list.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct TraitIx(pub u16);

/// A column's place in a catalogue.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ColumnIx(pub u16);

/// A place among the properties that a journey remembers of the event that starts it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SlotIx(pub u8);

/// Where a condition reads a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Source {
    /// A property of the event that started the enrolment.
    Event(SlotIx),
    /// A property of the event that is being counted: only in the filter of a stream.
    Counted(PropertyIx),
    /// A trait of the customer.
    Trait(TraitIx),
    /// A column of the catalogue's row for the enrolment's key.
    Item(ColumnIx),
}

impl Value<'_> {
    /// The number it is, if it is one.
    #[must_use]
    pub const fn number(self) -> Option<Amount> {
        match self {
            Self::Number(number) => Some(number),
            Self::Text(_) | Self::Date(_) | Self::Bool(_) => None,
        }
    }
}

impl Kept {
    /// The value, to be read.
    #[must_use]
    pub fn value(&self) -> Value<'_> {
        match self {
            Self::Number(number) => Value::Number(*number),
            Self::Text(text) => Value::Text(text),
            Self::Date(day) => Value::Date(*day),
            Self::Bool(yes) => Value::Bool(*yes),
        }
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Number(_) | Self::Date(_) | Self::Bool(_) => 0,
        }
    }
}

impl From<Value<'_>> for Kept {
    fn from(value: Value<'_>) -> Self {
        match value {
            Value::Number(number) => Self::Number(number),
            Value::Text(text) => Self::Text(text.into()),
            Value::Date(day) => Self::Date(day),
            Value::Bool(yes) => Self::Bool(yes),
        }
    }
}
