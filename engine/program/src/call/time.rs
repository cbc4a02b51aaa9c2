//! When a call happened: by its own account, set right where the sender's clock is wrong.
//!
//! `sentAt` is the sender's clock at the moment of sending. Where it is ahead of ours, that clock is fast by at least as
//! much. Where it is behind, the clock is slow or the call was long under way; only a first attempt is taken for the
//! former, since a call that is tried again for an hour still carries the `sentAt` of its first attempt.

use super::bad::{Bad, shown};
use super::json::{self, Fields};
use super::{Arrival, Way};
use foresend_core::time::{Timestamp, Wait};

/// Clocks that differ by less are taken to be right: the rest is the way.
const TOLERATED: Wait = Wait::MINUTE;

/// The call's own time: `timestamp`, else `originalTimestamp`, else `sentAt`, else its arrival.
pub(super) fn own(fields: &Fields<'_>, arrival: &Arrival<'_>) -> Result<Timestamp, Bad> {
    let sent = match arrival.sent {
        // A batch's is later than, or the same as, that of its calls. One that nobody can read sets nothing right.
        Some(sent) => instant(sent),
        None => read(fields, "sentAt")?,
    };
    let own = match read(fields, "timestamp")? {
        Some(own) => Some(own),
        None => read(fields, "originalTimestamp")?,
    };
    let Some(own) = own.or(sent) else { return Ok(arrival.at) };
    Ok(match sent {
        Some(sent) => Timestamp::from_millis(own.millis().saturating_add(wrong_by(sent, arrival))),
        None => own,
    })
}

/// What to add to the sender's times, in milliseconds.
fn wrong_by(sent: Timestamp, arrival: &Arrival<'_>) -> i64 {
    let (fast, slow) = (sent.since(arrival.at), arrival.at.since(sent));
    let believed = match arrival.way {
        Way::Sent => fast <= TOLERATED && slow <= TOLERATED,
        Way::Again => fast <= TOLERATED,
        Way::File => true,
    };
    if believed { 0 } else { arrival.at.millis().saturating_sub(sent.millis()) }
}

fn read(fields: &Fields<'_>, name: &str) -> Result<Option<Timestamp>, Bad> {
    const HELP: &str = "write it as `2026-03-02T17:08:06.123Z`, with its zone: `Z` or `+01:00`";
    let Some(raw) = fields.get(name) else { return Ok(None) };
    let Some(text) = json::text(raw) else {
        return Err(Bad::field(name, "not a time in quotes", HELP));
    };
    match instant(&text) {
        Some(at) => Ok(Some(at)),
        None => Err(Bad::field(name, &format!("no instant: {}", shown(&text)), HELP)),
    }
}

/// An instant of RFC 3339, to the millisecond; earlier parts of one are dropped.
pub(super) fn instant(text: &str) -> Option<Timestamp> {
    let at: jiff::Timestamp = text.trim().parse().ok()?;
    Some(Timestamp::from_millis(at.as_millisecond()))
}
