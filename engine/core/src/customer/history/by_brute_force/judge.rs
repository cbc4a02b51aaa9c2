//! The judge: a customer as the list of their events, and every number and truth computed from that list anew.

#![expect(clippy::float_cmp, reason = "`==` of the language is exact")]
#![expect(clippy::wildcard_enum_match_arm, reason = "only some ops stand between two operands")]

use crate::world::condition::Op;

/// 2026-03-02T00:00Z
pub(super) const START: i64 = 1_772_409_600_000;
pub(super) const HOUR: i64 = 3_600_000;
pub(super) const DAY: i64 = 86_400_000;

pub(super) const VIEWS: u16 = 0;
pub(super) const SPENT: u16 = 1;
pub(super) const CATEGORIES: u16 = 2;
pub(super) const LAST_TOTAL: u16 = 3;
pub(super) const LARGE_ORDERS: u16 = 4;
pub(super) const STREAMS: u16 = 5;

/// One event; its own time in milliseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Happened {
    pub(super) own: i64,
    pub(super) what: What,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum What {
    Viewed(Option<u8>),
    Ordered(Option<i64>),
    Added(u64, u32),
    Removed(u64, u32),
}

/// A customer: their events in the order of arrival.
#[derive(Clone, Debug)]
pub(super) struct Life {
    /// What windows and times are multiples of.
    pub(super) unit: i64,
    pub(super) happened: Vec<Happened>,
    /// Since when each stream is known; `None`: from birth.
    pub(super) known: Vec<Option<i64>>,
    pub(super) first_seen: i64,
}

#[derive(Clone, Debug)]
pub(super) enum Num {
    Const(f64),
    /// So many milliseconds, in days.
    Span(i64),
    Count(u16, Option<i64>),
    Sum(Option<i64>),
    Distinct(i64),
    Last,
    Since(u16),
    FirstSeen,
    Items,
    Value,
    Two(Op, Box<(Self, Self)>),
    Choose(Box<(Cond, Self, Self)>),
}

#[derive(Clone, Debug)]
pub(super) enum Cond {
    Compare(Op, Num, Num),
    Not(Box<Self>),
    Two(Op, Box<(Self, Self)>),
    Choose(Box<(Self, Self, Self)>),
}

impl Life {
    /// The stream's events as (own time, value), in the order of arrival.
    fn stream(&self, stream: u16) -> impl Iterator<Item = (i64, i64)> + '_ {
        self.happened.iter().filter_map(move |&Happened { own, what }| {
            let value = match (stream, what) {
                (VIEWS, What::Viewed(_)) => Some(0),
                (CATEGORIES, What::Viewed(category)) => category.map(i64::from),
                (SPENT, What::Ordered(total)) => Some(total.unwrap_or(0)),
                (LAST_TOTAL, What::Ordered(total)) => total,
                (LARGE_ORDERS, What::Ordered(total)) => total.filter(|total| *total > 20_000),
                (_, What::Viewed(_) | What::Ordered(_) | What::Added(..) | What::Removed(..)) => {
                    None
                }
            };
            Some((own, value?))
        })
    }

    /// Values in the window; `None`: unknown.
    fn values(&self, stream: u16, window: Option<i64>, t: i64) -> Option<Vec<i64>> {
        let known = self.known[usize::from(stream)];
        match window {
            None if known.is_some() => None,
            None => Some(self.stream(stream).map(|(_, value)| value).collect()),
            Some(window) if known.is_some_and(|known| known > t - window) => None,
            Some(window) => {
                let within = self.stream(stream).filter(|(own, _)| t - window < *own && *own <= t);
                Some(within.map(|(_, value)| value).collect())
            }
        }
    }

    /// The cart at `t`: replayed by own time.
    fn cart(&self, t: i64) -> (f64, f64) {
        let mut events: Vec<Happened> =
            self.happened.iter().filter(|e| e.own <= t).copied().collect();
        events.sort_by_key(|event| event.own); // stable: in the order of arrival at one instant
        let (mut items, mut value) = (0.0, 0.0);
        for product in 0..3 {
            let (mut pieces, mut changed) = (0i64, i64::MIN);
            for Happened { own, what } in &events {
                if own.saturating_sub(changed) >= 30 * DAY {
                    pieces = 0;
                }
                match *what {
                    What::Added(of, n) if of == product => {
                        (pieces, changed) = (pieces + i64::from(n), *own)
                    }
                    What::Removed(of, n) if of == product => {
                        (pieces, changed) = ((pieces - i64::from(n)).max(0), *own);
                    }
                    What::Ordered(_) => pieces = 0,
                    What::Viewed(_) | What::Added(..) | What::Removed(..) => {}
                }
            }
            if t.saturating_sub(changed) < 30 * DAY {
                items += pieces as f64;
                value += (pieces * price(product)) as f64;
            }
        }
        (items, value)
    }

    fn number(&self, num: &Num, t: i64) -> Option<f64> {
        let sum = |values: Vec<i64>| values.iter().sum::<i64>() as f64 / 10_000.0;
        let number = match num {
            Num::Const(number) => *number,
            Num::Span(ms) => days(*ms),
            Num::Count(stream, window) => self.values(*stream, *window, t)?.len() as f64,
            Num::Sum(window) => sum(self.values(SPENT, *window, t)?),
            Num::Distinct(window) => {
                let mut values = self.values(CATEGORIES, Some(*window), t)?;
                values.sort_unstable();
                values.dedup();
                values.len() as f64
            }
            Num::Last => {
                let mut all: Vec<(i64, i64)> = self.stream(LAST_TOTAL).collect();
                all.sort_by_key(|(own, _)| *own);
                all.last()?.1 as f64 / 10_000.0
            }
            Num::Since(stream) => match self.stream(*stream).map(|(own, _)| own).max() {
                Some(last) => days((t - last).max(0)),
                None if self.known[usize::from(*stream)].is_some() => return None,
                None => f64::INFINITY,
            },
            Num::FirstSeen => days((t - self.first_seen).max(0)),
            Num::Items => self.cart(t).0,
            Num::Value => self.cart(t).1,
            Num::Two(op, both) => {
                let (a, b) = (self.number(&both.0, t)?, self.number(&both.1, t)?);
                match op {
                    Op::Add => a + b,
                    Op::Subtract => a - b,
                    Op::Multiply => a * b,
                    _ => a / b,
                }
            }
            Num::Choose(of) => match self.truth(&of.0, t)? {
                true => self.number(&of.1, t)?,
                false => self.number(&of.2, t)?,
            },
        };
        (!number.is_nan()).then_some(number)
    }

    pub(super) fn truth(&self, cond: &Cond, t: i64) -> Option<bool> {
        match cond {
            Cond::Compare(op, a, b) => {
                let (a, b) = (self.number(a, t)?, self.number(b, t)?);
                Some(match op {
                    Op::Less => a < b,
                    Op::LessOrEqual => a <= b,
                    Op::Greater => a > b,
                    Op::GreaterOrEqual => a >= b,
                    Op::Equal => a == b,
                    _ => a != b,
                })
            }
            Cond::Not(of) => self.truth(of, t).map(|truth| !truth),
            Cond::Two(op, both) => {
                let (a, b) = (self.truth(&both.0, t), self.truth(&both.1, t));
                let enough = *op == Op::Or;
                if a == Some(enough) || b == Some(enough) {
                    Some(enough)
                } else if a.is_none() || b.is_none() {
                    None
                } else {
                    Some(!enough)
                }
            }
            Cond::Choose(of) => match self.truth(&of.0, t)? {
                true => self.truth(&of.1, t),
                false => self.truth(&of.2, t),
            },
        }
    }

    /// Instants after `at` at which the truth may change, in order; all of them where time is short.
    pub(super) fn candidates(&self, cond: &Cond, at: i64) -> Vec<i64> {
        if self.unit == 1 {
            return (at + 1..at + 600).collect();
        }
        let (mut compared, mut windows) = (Vec::new(), vec![0, 30 * DAY]);
        cond.parts(&mut compared, &mut windows);
        let known = self.known.iter().flatten().copied();
        let starts = self.happened.iter().map(|event| event.own).chain(known);
        let starts = starts.chain([self.first_seen, at]);
        let mut breaks: Vec<i64> =
            starts.flat_map(|start| windows.iter().map(move |window| start + window)).collect();
        breaks.retain(|instant| *instant >= at);
        breaks.sort_unstable();
        breaks.dedup();
        let far = breaks[breaks.len() - 1] + 10_000 * self.unit;
        let mut all: Vec<i64> = breaks.iter().flat_map(|b| [b - 1, *b, b + 1]).collect();
        for (a, b) in compared {
            let gap =
                |t| Some(self.number(a, t)? - self.number(b, t)?).filter(|gap| gap.is_finite());
            for (i, &from) in breaks.iter().enumerate() {
                let until = breaks.get(i + 1).map_or(far, |next| next - 1);
                let (Some(first), Some(last)) = (gap(from), gap(until)) else { continue };
                let root = from as f64 - first * (until - from) as f64 / (last - first);
                if root.abs() < 9e15 {
                    #[expect(clippy::cast_possible_truncation, reason = "asked above")]
                    let root = root as i64;
                    all.extend((-3..4).map(|ms| root + ms));
                }
            }
        }
        all.retain(|instant| *instant > at);
        all.sort_unstable();
        all
    }
}

pub(super) fn days(ms: i64) -> f64 {
    ms as f64 / DAY as f64
}

pub(super) const fn price(product: u64) -> i64 {
    5 + product.cast_signed()
}

impl Num {
    fn parts<'a>(&'a self, compared: &mut Vec<(&'a Self, &'a Self)>, windows: &mut Vec<i64>) {
        match self {
            Self::Count(_, window) | Self::Sum(window) => windows.extend(window),
            Self::Distinct(window) => windows.push(*window),
            Self::Two(_, both) => {
                both.0.parts(compared, windows);
                both.1.parts(compared, windows);
            }
            Self::Choose(of) => {
                of.0.parts(compared, windows);
                of.1.parts(compared, windows);
                of.2.parts(compared, windows);
            }
            Self::Const(_) | Self::Span(_) | Self::Last | Self::Since(_) => {}
            Self::FirstSeen | Self::Items | Self::Value => {}
        }
    }
}

impl Cond {
    fn parts<'a>(&'a self, compared: &mut Vec<(&'a Num, &'a Num)>, windows: &mut Vec<i64>) {
        match self {
            Self::Compare(_, a, b) => {
                compared.push((a, b));
                a.parts(compared, windows);
                b.parts(compared, windows);
            }
            Self::Not(of) => of.parts(compared, windows),
            Self::Two(_, both) => {
                both.0.parts(compared, windows);
                both.1.parts(compared, windows);
            }
            Self::Choose(of) => {
                of.0.parts(compared, windows);
                of.1.parts(compared, windows);
                of.2.parts(compared, windows);
            }
        }
    }
}
