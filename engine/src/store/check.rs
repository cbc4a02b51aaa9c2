//! Whether the store is whole: every customer can be read, each is found when they are needed, and every line of what
//! was told and decided can be read. Reads everything, changes nothing.

use super::{Hex, StoreError, archive, each_of, key, timeline};
use crate::host::with_causes;
use crate::kv::{Kv, Room};
use foresend_core::id::{CustomerId, ProductId};
use foresend_core::time::Timestamp;
use std::collections::BTreeMap;

/// What a customer's envelope says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Restored {
    /// When they need attention next; [`Timestamp::NEVER`]: never.
    pub next_wake: Timestamp,
    /// They have mails or calls whose fate is open.
    pub has_open: bool,
    /// They wait for events of these products.
    pub waits: Vec<ProductId>,
}

/// Reads a customer's envelope in their world, or says why it cannot.
pub type Restore<'a> = &'a mut dyn FnMut(CustomerId, &[u8]) -> Result<Restored, String>;

/// What was found.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Report {
    /// How many keys each room has.
    pub keys: BTreeMap<Room, u64>,
    /// Wakes in the index that no customer has: harmless, removed when they come due.
    pub stale_wakes: u64,
    /// What is wrong, as sentences: the first [`PROBLEMS_MAX`].
    pub problems: Vec<String>,
    /// How many more there are.
    pub more: u64,
}

/// So many problems are told one by one.
pub const PROBLEMS_MAX: usize = 20;

impl Report {
    /// Nothing is wrong.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.problems.is_empty()
    }

    fn tell(&mut self, problem: String) {
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(problem);
        } else {
            self.more += 1;
        }
    }

    fn count(&mut self, room: Room) {
        *self.keys.entry(room).or_default() += 1;
    }
}

/// Checks a store. A room that cannot be read on is told of, and the next one is looked at.
pub fn check(kv: &dyn Kv, restore: Restore<'_>) -> Report {
    let mut report = Report { keys: Room::ALL.map(|room| (room, 0)).into(), ..Report::default() };
    if let Err(error) = super::meta::Meta::load(kv) {
        report.tell(with_causes(&error));
    }
    let mut wakes_found = 0;
    walk(kv, Room::Customers, &mut report, &mut |key, envelope, report| {
        let garbled = || StoreError::garbled(Room::Customers, key, "is no customer's");
        let whom = key::read_customer(key).ok_or_else(garbled)?;
        match restore(whom, envelope) {
            Ok(restored) => wakes_found += u64::from(is_found(kv, whom, &restored, report)?),
            Err(why) => report.tell(format!("customer {}: {why}", Hex(key.to_vec()))),
        }
        Ok(())
    });
    let unread = |room, what| move |key: &[u8]| StoreError::garbled(room, key, what);
    let bad = unread(Room::Wakes, "is no key of a wake");
    walk(kv, Room::Wakes, &mut report, &mut |key, _, _| {
        key::read_wake(key).map(|_| ()).ok_or_else(|| bad(key))
    });
    let bad = unread(Room::Outbox, "is no customer's");
    walk(kv, Room::Outbox, &mut report, &mut |key, _, _| {
        key::read_customer(key).map(|_| ()).ok_or_else(|| bad(key))
    });
    let bad = unread(Room::Waiting, "is no key of one who waits");
    walk(kv, Room::Waiting, &mut report, &mut |key, _, _| {
        key::read_waiting(key).map(|_| ()).ok_or_else(|| bad(key))
    });
    let bad = unread(Room::Seen, "holds no message ids");
    walk(kv, Room::Seen, &mut report, &mut |key, ids, _| {
        let whole = ids.len().is_multiple_of(8);
        key::read_seen(key).filter(|_| whole).map(|_| ()).ok_or_else(|| bad(key))
    });
    let bad = unread(Room::Archive, "holds an entry that cannot be read");
    walk(kv, Room::Archive, &mut report, &mut |key, value, _| {
        archive::read(key, value)?.raw.read().map(|_| ()).map_err(|_| bad(key))
    });
    walk(kv, Room::Timeline, &mut report, &mut |key, value, _| {
        timeline::line(key, value).map(|_| ())
    });
    walk(kv, Room::Meta, &mut report, &mut |_, _, _| Ok(()));
    let wakes = report.keys.get(&Room::Wakes).copied().unwrap_or_default();
    report.stale_wakes = wakes.saturating_sub(wakes_found);
    report
}

/// Looks at a key and its value.
type Look<'a> = &'a mut dyn FnMut(&[u8], &[u8], &mut Report) -> Result<(), StoreError>;

/// Counts a room's keys, and tells of those that `each` refuses, and of where the room cannot be read on.
fn walk(kv: &dyn Kv, room: Room, report: &mut Report, each: Look<'_>) {
    let mut last = Vec::new();
    let walked = each_of(kv, room, (&[], key::END), &mut |key, value| {
        last.clear();
        last.extend_from_slice(key);
        report.count(room);
        match each(key, value, report) {
            Ok(()) => Ok(true),
            Err(StoreError::Kv(error)) => Err(error.into()),
            Err(error @ (StoreError::Garbled { .. } | StoreError::Newer { .. })) => {
                report.tell(error.to_string());
                Ok(true)
            }
        }
    });
    if let Err(error) = walked {
        let (room, why) = (room.name(), with_causes(&error));
        let place = match &last[..] {
            [] => "from its beginning".to_owned(),
            [_, ..] => format!("behind the key {}", Hex(last)),
        };
        report.tell(format!("the room `{room}` cannot be read on {place}: {why}"));
    }
}

/// Whether everything that must find the customer does, told where not. Returns whether their wake is there.
fn is_found(
    kv: &dyn Kv,
    whom: CustomerId,
    restored: &Restored,
    report: &mut Report,
) -> Result<bool, StoreError> {
    let mut missing = |room, key: &[u8], what: &str| -> Result<bool, StoreError> {
        let there = kv.get(room, key)?.is_some();
        if !there {
            let whom = Hex(key::customer(whom).to_vec());
            report.tell(format!("customer {whom}: {what} is not in the index `{}`", room.name()));
        }
        Ok(there)
    };
    if restored.has_open {
        missing(Room::Outbox, &key::customer(whom), "their open mail")?;
    }
    for product in &restored.waits {
        missing(Room::Waiting, &key::waiting(*product, whom), "a product they wait for")?;
    }
    if restored.next_wake == Timestamp::NEVER {
        return Ok(false);
    }
    missing(Room::Wakes, &key::wake(restored.next_wake, whom), "their next wake")
}
