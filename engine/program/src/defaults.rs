//! What a key means where it is not written. No other file holds a default.

use crate::privacy::{Keep, Track, Tracking};
use crate::share::Share;
use foresend_core::time::Wait;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// program.toml: the reader's language until we know it.
pub(crate) const LOCALE: &str = "en";
/// program.toml: the zone of customers whose own we do not know.
pub(crate) const ZONE: &str = "UTC";
/// program.toml: a sale counts as "clicked" if it follows a human click by so much.
pub(crate) const CREDIT: Wait = Wait::days(5);
/// program.toml: the share of customers who get no marketing.
pub(crate) const HOLDOUT: Share = Share::NONE;
/// program.toml: what is seen of readers.
pub(crate) const TRACKING: Tracking = Tracking { clicks: Track::Yes, opens: Track::Ask };
/// program.toml: how long what is known of people is kept.
pub(crate) const KEEP: Keep = Keep {
    events: Wait::days(2 * 365),
    opens: Wait::days(90),
    mails: Wait::days(2 * 365),
    unconfirmed: Wait::days(14),
    proof: Wait::days(5 * 365),
};
/// Step: marketing handed over later than this after its planned moment is skipped.
pub(crate) const LATE_MARKETING: Wait = Wait::hours(6);
/// Step: the same for every other mail.
pub(crate) const LATE: Wait = Wait::hours(48);
/// Step: elapsed time since the step before it ended.
pub(crate) const AFTER: Wait = Wait::ZERO;

/// Scenario: its people.
pub(crate) const POPULATION: &str = "retail";
/// Scenario: how many there are.
pub(crate) const CUSTOMERS: u32 = 100_000;
/// Scenario: the first day, from local midnight: year, month, day.
pub(crate) const FROM: (i16, u8, u8) = (2026, 3, 2);
/// Scenario: how many days.
pub(crate) const DAYS: u32 = 60;
/// Scenario: what chance is hashed from.
pub(crate) const SEED: u64 = 42;

/// foresend.toml: where to listen. Nobody but this machine, since no key is asked for yet.
pub(crate) const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);
/// foresend.toml: the folder of everything that is held, beside the file.
pub(crate) const DATA: &str = "./data";
