//! `[tracking]` and `[keep]`: what is seen of the people who read our mails, and how long what is known of them
//! stays.

use crate::defaults;
use crate::diagnostic::Mistakes;
use crate::keys;
use crate::sources::File;
use crate::text::read::Reader;
use crate::text::tree::Table;
use foresend_core::time::Wait;
use std::ops::Range;

/// Whether one kind of reading is seen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Track {
    /// Of everybody.
    Yes,
    /// Of nobody.
    No,
    /// Of those who agreed to it: a consent of its own.
    Ask,
}

/// What is seen of readers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tracking {
    /// That a link was followed.
    pub clicks: Track,
    /// That a mail was opened.
    pub opens: Track,
}

/// How long what is known of people is kept; older is deleted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Keep {
    /// What they did.
    pub events: Wait,
    /// That they opened mails.
    pub opens: Wait,
    /// The mails they got.
    pub mails: Wait,
    /// An address whose owner was asked to confirm it and has not.
    pub unconfirmed: Wait,
    /// That they agreed, counted from when that ended.
    pub proof: Wait,
}

const TRACK: [(&str, Track); 3] = [("yes", Track::Yes), ("no", Track::No), ("ask", Track::Ask)];

impl Tracking {
    pub(crate) fn read(
        file: File<'_>,
        table: &Table,
        place: Range<usize>,
        told: &mut Mistakes,
    ) -> Self {
        let reader = Reader::new(file, table, &keys::TRACKING, place, told);
        let usual = defaults::TRACKING;
        Self {
            clicks: reader.one_of("clicks", &TRACK, told).unwrap_or(usual.clicks),
            opens: reader.one_of("opens", &TRACK, told).unwrap_or(usual.opens),
        }
    }
}

impl Keep {
    pub(crate) fn read(
        file: File<'_>,
        table: &Table,
        place: Range<usize>,
        told: &mut Mistakes,
    ) -> Self {
        let reader = Reader::new(file, table, &keys::KEEP, place, told);
        let mut wait = |key: &str, usual: Wait| {
            reader.some_duration(key, told).map_or(usual, |wait| wait.value)
        };
        let usual = defaults::KEEP;
        Self {
            events: wait("events", usual.events),
            opens: wait("opens", usual.opens),
            mails: wait("mails", usual.mails),
            unconfirmed: wait("unconfirmed", usual.unconfirmed),
            proof: wait("proof", usual.proof),
        }
    }
}
