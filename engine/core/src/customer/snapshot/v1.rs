//! The fields of version 1. Times are milliseconds, amounts ten-thousandths, ids those of names, keys their bits.
//! Invariant: numbers that stand for something are never given out twice.

use crate::calendar::Day;
use crate::customer::pending::TEXT_MAX;
use crate::money::Amount;
use crate::world::value::Kept;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
pub(super) struct V1 {
    pub(super) zone: String,
    /// `i64::MAX`: nothing is known of them.
    pub(super) first_seen: i64,
    pub(super) last_seen: i64,
    pub(super) enrolments: u32,
    pub(super) has_address: bool,
    pub(super) known: bool,
    pub(super) runs: Vec<RunV1>,
    /// Every stream of the program, so that one it gains later is known to be new.
    pub(super) streams: Vec<StreamV1>,
    /// (place in `streams`, at, sum, count)
    pub(super) lately: Vec<(u16, i64, i64, u32)>,
    /// When it was settled, and its changes since.
    pub(super) cart: Option<(i64, Vec<ChangeV1>)>,
    /// (topic, consented, bought, objected)
    pub(super) consents: Vec<(u32, i64, i64, i64)>,
    pub(super) pending: Vec<PendingV1>,
    /// (at, send)
    pub(super) sent: Vec<(i64, SendV1)>,
    /// (journey, key, at)
    pub(super) starts: Vec<(u32, u64, i64)>,
    pub(super) seen: Vec<u64>,
    /// (enrolment, at)
    pub(super) opened: Vec<(u32, i64)>,
    /// (event and where it says what it is about, key, last)
    pub(super) about: Vec<(u32, u64, i64)>,
    /// (journey, key, property, value)
    pub(super) said: Vec<(u32, u64, u32, KeptV1)>,
    pub(super) traits: Vec<(u32, KeptV1)>,
    /// (segment, truth, read at); when it flips next follows from the rest.
    pub(super) segments: Vec<(u32, u8, i64)>,
    /// (journey, due, day, past day)
    pub(super) schedule: Vec<(u32, i64, i32, i32)>,
    /// (offer, send, at, code)
    pub(super) given: Vec<(u32, SendV1, i64, Option<u64>)>,
    /// (send, key)
    pub(super) calls: Vec<(SendV1, u64)>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct RunV1 {
    pub(super) journey: u32,
    pub(super) step: u32,
    pub(super) enrolment: u32,
    pub(super) origin: u64,
    pub(super) key: u64,
    pub(super) started: i64,
    pub(super) event_at: i64,
    pub(super) since: i64,
    pub(super) due: i64,
    pub(super) phase: u8,
    pub(super) goal: u8,
    pub(super) paths: u16,
    pub(super) came: u16,
}

#[derive(Serialize, Deserialize)]
pub(super) struct StreamV1 {
    pub(super) id: u32,
    pub(super) sum: i64,
    /// `None`: never.
    pub(super) last: Option<i64>,
    /// `None`: from birth.
    pub(super) known_since: Option<i64>,
    pub(super) count: u32,
    pub(super) folded_hours: u16,
}

/// (at, product, price, by)
pub(super) type ChangeV1 = (i64, u64, i64, i32);

/// (journey, step, enrolment)
pub(super) type SendV1 = (u32, u32, u32);

#[derive(Serialize, Deserialize)]
pub(super) struct PendingV1 {
    pub(super) send: SendV1,
    pub(super) planned: i64,
    pub(super) not_before: i64,
    pub(super) event_at: i64,
    pub(super) origin: u64,
    pub(super) key: u64,
    pub(super) attempt: u16,
    pub(super) state: u8,
    /// Why it does not leave again: 1 a stop event (by its id), 2 `while`, 3 it yielded (to that journey).
    pub(super) recalled: Option<(u8, u32)>,
}

#[derive(Serialize, Deserialize)]
pub(super) enum KeptV1 {
    Number(i64),
    Text(String),
    Date(i64),
    Bool(bool),
}

impl From<&Kept> for KeptV1 {
    fn from(kept: &Kept) -> Self {
        match kept {
            Kept::Number(number) => Self::Number(number.parts()),
            Kept::Text(text) => Self::Text(text.to_string()),
            Kept::Date(day) => Self::Date(day.number()),
            Kept::Bool(yes) => Self::Bool(*yes),
        }
    }
}

impl KeptV1 {
    /// `None`: no value that is kept.
    pub(super) fn kept(&self) -> Option<Kept> {
        match self {
            Self::Number(number) => Some(Kept::Number(Amount::from_parts(*number))),
            Self::Text(text) if text.len() > TEXT_MAX => None,
            Self::Text(text) => Some(Kept::Text(text.as_str().into())),
            Self::Date(day) => Day::numbered(*day).map(Kept::Date),
            Self::Bool(yes) => Some(Kept::Bool(*yes)),
        }
    }
}
