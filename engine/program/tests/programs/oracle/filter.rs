//! An expression as a filter may have it: whatever it read, it reads of the event.

use super::expression::{Instant, Logic, Number, Span, Text};

/// The root of what is counted.
const EVENT: usize = 2;

impl Number {
    fn of_the_event(self) -> Self {
        match self {
            Self::Literal(_) => self,
            Self::Fact(_) | Self::CartItems | Self::CartValue | Self::Of(_) => Self::Of(EVENT),
            Self::Size(a) => Self::Size(Box::new(a.of_the_event())),
            Self::Shows(name, shown, at) => Self::Shows(name, shown, Box::new(at.of_the_event())),
            Self::Negate(a) => Self::Negate(Box::new(a.of_the_event())),
            Self::Arithmetic(op, a, b) => {
                Self::Arithmetic(op, Box::new(a.of_the_event()), Box::new(b.of_the_event()))
            }
            Self::Choose(c, a, b) => Self::Choose(
                Box::new(c.of_the_event()),
                Box::new(a.of_the_event()),
                Box::new(b.of_the_event()),
            ),
        }
    }
}

impl Text {
    const fn of_the_event(self) -> Self {
        match self {
            Self::Written(_) => self,
            Self::Of(_) => Self::Of(EVENT),
        }
    }
}

impl Instant {
    fn of_the_event(self) -> Self {
        match self {
            Self::EventTime | Self::Of(_) => Self::Of(EVENT),
            Self::Moved(op, a, b) => {
                Self::Moved(op, Box::new(a.of_the_event()), Box::new(b.of_the_event()))
            }
        }
    }
}

impl Span {
    fn of_the_event(self) -> Self {
        match self {
            Self::Units(unit, n) => Self::Units(unit, Box::new(n.of_the_event())),
            Self::Between(a, b) => {
                Self::Between(Box::new(a.of_the_event()), Box::new(b.of_the_event()))
            }
            Self::Together(op, a, b) => {
                Self::Together(op, Box::new(a.of_the_event()), Box::new(b.of_the_event()))
            }
            Self::Scaled(op, a, n) => {
                Self::Scaled(op, Box::new(a.of_the_event()), Box::new(n.of_the_event()))
            }
        }
    }
}

impl Logic {
    pub(super) fn of_the_event(self) -> Self {
        match self {
            Self::Literal(_) => self,
            Self::Of(_) => Self::Of(EVENT),
            Self::Has(_, part) => Self::Has(EVENT, part),
            Self::Compare(op, a, b) => {
                Self::Compare(op, Box::new(a.of_the_event()), Box::new(b.of_the_event()))
            }
            Self::CompareInstants(op, a, b) => {
                Self::CompareInstants(op, Box::new(a.of_the_event()), Box::new(b.of_the_event()))
            }
            Self::CompareSpans(op, a, b) => {
                Self::CompareSpans(op, Box::new(a.of_the_event()), Box::new(b.of_the_event()))
            }
            Self::SameText(op, a, b) => Self::SameText(op, a.of_the_event(), b.of_the_event()),
            Self::Related(name, a, written) => Self::Related(name, a.of_the_event(), written),
            Self::AmongTexts(a, list) => Self::AmongTexts(a.of_the_event(), list),
            Self::AmongNumbers(a, list) => Self::AmongNumbers(Box::new(a.of_the_event()), list),
            Self::Same(op, a, b) => {
                Self::Same(op, Box::new(a.of_the_event()), Box::new(b.of_the_event()))
            }
            Self::Not(a) => Self::Not(Box::new(a.of_the_event())),
            Self::Join(op, a, b) => {
                Self::Join(op, Box::new(a.of_the_event()), Box::new(b.of_the_event()))
            }
            Self::Choose(c, a, b) => Self::Choose(
                Box::new(c.of_the_event()),
                Box::new(a.of_the_event()),
                Box::new(b.of_the_event()),
            ),
        }
    }
}
