//! One history: a few customers of a small shop over some days, on a machine that fails in every way it can, drawn from one
//! seed; and at its end everything that was promised, asked for again. At each start the journal must hold what was
//! acknowledged (`promises.rs`). At the end every customer must be what a fold of the whole journal makes of them
//! (`oracle.rs`), everybody who waited for an instant was woken once it was over, every mail has come to an end, and no
//! marketing mail was taken twice.

use super::disk::Doing;
use super::machine::{Begins, Broken, Ended, Machine, Setup, Step};
use super::oracle;
use super::wire::{Habits, Peer};
use crate::entry::{Call, ConsentTo, Entry, Line, Origin, Said, Told, Value};
use crate::journal;
use crate::shard::Versions;
use crate::store::meta::Meta;
use crate::version::{Version, VersionId};
use foresend_core::chance;
use foresend_core::id::{CustomerId, IdKey};
use foresend_core::time::{Timestamp, Wait};
use foresend_program::Sources;
use std::io;
use std::num::NonZeroU32;
use std::sync::Arc;

/// The shop in which histories happen.
#[derive(Clone, Debug)]
pub struct Shop(Arc<Version>);

/// What happened in a history, to see that something did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Happened {
    /// Entries that were acknowledged.
    pub acknowledged: u64,
    /// Losses of power and kills of the process.
    pub crashes: u64,
    /// Times that the engine stopped by itself, for its disk or its store failed.
    pub stops: u64,
    /// Appends that were refused, for the disk was full or could not be written.
    pub refused: u64,
    /// Checkpoints that were written.
    pub checkpoints: u64,
    /// Mails that were handed to the wire.
    pub left: u64,
    /// Records of decisions.
    pub decided: u64,
}

/// Numbers drawn from one seed.
struct Draws {
    key: u64,
    next: u64,
}

impl std::ops::AddAssign for Happened {
    fn add_assign(&mut self, other: Self) {
        self.acknowledged += other.acknowledged;
        self.crashes += other.crashes;
        self.stops += other.stops;
        self.refused += other.refused;
        self.checkpoints += other.checkpoints;
        self.left += other.left;
        self.decided += other.decided;
    }
}

impl Draws {
    fn below(&mut self, n: u64) -> u64 {
        self.next += 1;
        chance::bits(self.key, self.next) % n.max(1)
    }

    fn index(&mut self, n: usize) -> usize {
        let drawn = self.below(u64::try_from(n).expect("memory is smaller"));
        usize::try_from(drawn).expect("less than a usize")
    }
}

const FILES: [(&str, &str); 7] = [
    ("program.toml", include_str!("program/program.toml")),
    ("journeys/alert.toml", include_str!("program/journeys/alert.toml")),
    ("journeys/cart.toml", include_str!("program/journeys/cart.toml")),
    ("journeys/gone.toml", include_str!("program/journeys/gone.toml")),
    ("journeys/looking.toml", include_str!("program/journeys/looking.toml")),
    ("journeys/order.toml", include_str!("program/journeys/order.toml")),
    ("mails/note.md", include_str!("program/mails/note.md")),
];
/// Monday, 2 March 2026, eight in the morning in London.
const FROM: Timestamp = Timestamp::from_millis(1_772_438_400_000);
const ID_KEY: IdKey = IdKey(7);
const BACK: &str = "Back In Stock";

impl Shop {
    /// The shop.
    ///
    /// # Panics
    /// Never: its texts are ours.
    #[must_use]
    pub fn new() -> Self {
        let files = FILES.map(|(name, text)| (name.to_owned(), text.to_owned()));
        let sources = Sources { folder: "simulated".to_owned(), files: files.into() };
        let (compiled, told) = foresend_program::compile(&sources, None);
        Self(Arc::new(Version::of(compiled.unwrap_or_else(|| panic!("{told:?}")))))
    }
}

impl Default for Shop {
    fn default() -> Self {
        Self::new()
    }
}

impl Versions for Shop {
    fn get(&self, id: VersionId) -> Option<Arc<Version>> {
        (id == self.0.id()).then(|| Arc::clone(&self.0))
    }
}

/// Lives through the history of `seed`.
///
/// # Errors
/// The promise that was broken.
pub fn history(shop: &Shop, seed: u64, broken: Broken) -> Result<Happened, String> {
    let mut life = Life::new(shop, seed, broken);
    let days = 2 + life.draws.below(6);
    let end = FROM.after(Wait::days(u32::try_from(days).expect("a few")));
    while life.machine.at < end {
        life.go_on()?;
    }
    life.calm_down()?;
    life.into_happened()
}

/// The next moments of a history.
struct Life<'a> {
    shop: &'a Shop,
    draws: Draws,
    machine: Machine<Peer>,
    customers: u64,
    messages: u64,
    happened: Happened,
    /// The disk answers errors of this kind for a while.
    ill: Option<Doing>,
}

impl<'a> Life<'a> {
    fn new(shop: &'a Shop, seed: u64, broken: Broken) -> Self {
        let mut draws = Draws { key: chance::mix(seed), next: 0 };
        let share = |draws: &mut Draws| u16::try_from(draws.below(120)).expect("it is small");
        let habits = Habits {
            dies_before: share(&mut draws),
            dies_after_taking: share(&mut draws),
            dies_while_taking: share(&mut draws),
            refuses: share(&mut draws),
            defers: share(&mut draws),
            holds_back: u8::try_from(draws.below(4)).expect("it is small"),
        };
        let journal = journal::Settings {
            segment_bytes: 4096 * (1 + u32::try_from(draws.below(3)).expect("it is small")),
            reserve_segments: NonZeroU32::MIN,
            spare_segments: 1,
            group_bytes: 900,
            append_bytes: 1024,
            ..journal::Settings::default()
        };
        let begins = Begins { seed, id_key: ID_KEY.0, version: shop.0.id() };
        let versions = Arc::new(shop.clone());
        let machine = Machine::new(begins, versions, journal, Peer::new(habits, seed), FROM);
        Self {
            shop,
            customers: 1 + draws.below(5),
            draws,
            machine: machine.broken(broken),
            messages: 0,
            happened: Happened::default(),
            ill: None,
        }
    }

    /// Something happens outside, the clock goes on, and the engine does a few of the things it can do.
    fn go_on(&mut self) -> Result<(), String> {
        if !self.machine.runs() {
            self.start(true)?;
            return Ok(());
        }
        match self.draws.below(40) {
            0 => return self.crash(),
            1 => {
                let most = [3, 40][self.draws.index(2)];
                let more = self.draws.below(most);
                self.machine.disk.lose_power_after(more);
            }
            2 => self.fall_ill(),
            3..=5 => {
                let done = self.machine.checkpoint();
                self.is_over(done)?;
            }
            6 | 7 => {
                let done = self.machine.idle();
                self.is_over(done)?;
            }
            8..=20 => self.pass(),
            _ => self.call()?,
        }
        for _ in 0..self.draws.below(30) {
            let steps = self.machine.steps();
            if steps.is_empty() {
                break;
            }
            let step = steps[self.draws.index(steps.len())];
            self.step(step)?;
        }
        Ok(())
    }

    fn step(&mut self, step: Step) -> Result<(), String> {
        let done = self.machine.step(step);
        self.is_over(done)
    }

    /// Whether the engine ended as it may.
    fn is_over(&mut self, done: Result<(), Ended>) -> Result<(), String> {
        match done {
            Ok(()) => Ok(()),
            Err(Ended::Power) => self.crash(),
            Err(Ended::Stopped(_)) => {
                self.happened.stops += 1;
                self.crash()
            }
            Err(Ended::Broke(what)) => Err(what),
        }
    }

    fn crash(&mut self) -> Result<(), String> {
        self.happened.crashes += 1;
        let draw = self.draws.below(u64::MAX);
        let power = (self.machine.disk.is_dark() || self.draws.below(3) > 0)
            .then(|| self.draws.below(u64::MAX));
        self.get_well();
        self.machine.wire.hang_up();
        self.machine.kill(power, draw);
        Ok(())
    }

    /// Starts an engine, which may itself be cut short.
    fn start(&mut self, may_fail: bool) -> Result<(), String> {
        if may_fail && self.draws.below(3) == 0 {
            let more = self.draws.below(12);
            self.machine.disk.lose_power_after(more);
        }
        let setup = Setup {
            shards: 1 + u16::try_from(self.draws.below(3)).expect("it is small"),
            memory: self.draws.index(3) * 3_000,
            slice: 1 + self.draws.index(3),
            gathered: self.draws.index(2_000),
        };
        let done = self.machine.start(setup);
        self.is_over(done)
    }

    /// The disk or the store fails for a while.
    fn fall_ill(&mut self) {
        self.get_well();
        match self.draws.below(5) {
            0 => self.machine.kv.fail_after(u32::try_from(self.draws.below(8)).expect("small")),
            1 => self.answer(Doing::Create, io::ErrorKind::StorageFull),
            2 => self.answer(Doing::Create, io::ErrorKind::ReadOnlyFilesystem),
            3 => self.answer(Doing::Write, io::ErrorKind::Other),
            _ => self.answer(Doing::Sync, io::ErrorKind::Other),
        }
    }

    fn answer(&mut self, doing: Doing, kind: io::ErrorKind) {
        self.ill = Some(doing);
        self.machine.disk.answer(doing, Some(kind));
    }

    fn get_well(&mut self) {
        if let Some(doing) = self.ill.take() {
            self.machine.disk.answer(doing, None);
        }
    }

    /// Time passes: mostly forth.
    fn pass(&mut self) {
        let ms = match self.draws.below(12) {
            0 => self.draws.below(7_200_000).cast_signed() - 3_600_000,
            1..=5 => self.draws.below(5_000).cast_signed(),
            _ => self.draws.below(6 * 3_600_000).cast_signed(),
        };
        self.machine.at = self.machine.at.after(Wait::from_millis(ms));
    }

    /// A customer does something, and the shop says so: once, or twice.
    fn call(&mut self) -> Result<(), String> {
        let user = format!("c-{}", self.draws.below(self.customers));
        let whom = CustomerId::of(ID_KEY, &user);
        self.messages += 1;
        let order = format!("o-{}", self.messages);
        let line = Line { product: "p-1", quantity: 1, price: 100_000 };
        let email = format!("{user}@simulated.example");
        let track = |event, properties, products| Said::Track { event, properties, products };
        let asks = vec![("product_id", Value::Text("p-1"))];
        let said = match self.draws.below(13) {
            12 => track("Stock Alert Requested", asks, vec![line]),
            0 => Said::Profile {
                traits: vec![("email", Value::Text(&email))],
                timezone: (self.draws.below(2) == 0).then_some("Asia/Tokyo"),
            },
            1 | 2 => {
                let to = match self.draws.below(5) {
                    0 => ConsentTo::Withdrawn,
                    _ => ConsentTo::Consent,
                };
                Said::Consent { topic: "offers", to, cause: None, proof: "" }
            }
            3 => Said::Consent { topic: "orders", to: ConsentTo::Contract, cause: None, proof: "" },
            4..=6 => track("Product Added", Vec::new(), vec![line]),
            7 | 8 => track("Order Completed", vec![("order_id", Value::Text(&order))], vec![line]),
            _ => track("Product Viewed", vec![("product_id", Value::Text("p-1"))], vec![line]),
        };
        let late = Wait::from_millis(self.draws.below(60_000).cast_signed());
        let at = self.machine.at.before(late);
        let message = self.messages;
        let call = Call { user: &user, message, at, origin: Origin::Live, said };
        let mut entries = Vec::new();
        let entry = match self.draws.below(30) {
            0 => Entry::Product { event: BACK, product: "p-1" },
            _ => Entry::Of(whom, Told::Call(call)),
        };
        for _ in 0..1 + self.draws.below(8) / 7 {
            entry.write(&mut entries).expect("it is short");
        }
        let done = self.machine.submit(entries);
        self.is_over(done)
    }

    /// Nothing fails any more, and a month passes.
    fn calm_down(&mut self) -> Result<(), String> {
        self.crash()?; // whatever was to fail later does not any more
        self.start(false)?;
        self.settle()?;
        // The clock may have been set back: it comes to where it was.
        for hours in [1, 1, 2, 4, 4, 12, 24, 24, 24, 24, 24, 120, 240, 240] {
            self.machine.at = self.machine.at.after(Wait::hours(hours));
            self.settle()?;
        }
        let asked = self.machine.checkpoint();
        self.is_over(asked)?;
        self.settle()?;
        if self.machine.runs() { Ok(()) } else { Err("it stops although nothing fails".to_owned()) }
    }

    fn settle(&mut self) -> Result<(), String> {
        let done = self.machine.settle();
        self.is_over(done)
    }

    /// What happened, where every promise is held.
    fn into_happened(mut self) -> Result<Happened, String> {
        let promises = &self.machine.promises;
        self.happened.acknowledged = u64::try_from(promises.acknowledgements()).unwrap_or(u64::MAX);
        (self.happened.refused, self.happened.left) = (promises.refused, promises.left);
        self.happened.checkpoints = promises.checkpoints;
        for (id, times) in self.machine.wire.took() {
            if *times > 1 && promises.is_marketing(*id) {
                return Err(format!("the marketing mail {id} was taken {times} times"));
            }
        }
        let (waiting, in_flight) = self.machine.mails();
        if waiting + in_flight > 0 {
            return Err(format!("{waiting} mails wait for ever, {in_flight} are on their way"));
        }
        let late = self.machine.shards().any(|shard| shard.next_wake() < self.machine.at);
        if late {
            return Err("somebody was not woken".to_owned());
        }
        let kv = &*self.machine.kv;
        let meta =
            Meta::load(kv).map_err(|error| error.to_string())?.ok_or("there is no checkpoint")?;
        if meta.cut != promises.end() {
            return Err(format!("settled to {} of {}", meta.cut.0, promises.end().0));
        }
        let users = (0..self.customers).map(|number| format!("c-{number}"));
        let customers: Vec<CustomerId> = users.map(|user| CustomerId::of(ID_KEY, &user)).collect();
        let folded = oracle::fold(Arc::new(self.shop.clone()), promises.durable(), &customers)?;
        for whom in customers {
            self.happened.decided += oracle::compare(kv, &folded, whom, self.machine.at)
                .map_err(|what| format!("{:032x}: {what}", whom.bits()))?;
        }
        Ok(self.happened)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every history of `seeds`, on all cores.
    fn all(seeds: std::ops::Range<u64>) -> Happened {
        let shop = Shop::new();
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let lives = |from: usize| {
            let mut all = Happened::default();
            for seed in seeds.clone().skip(from).step_by(threads) {
                let one = history(&shop, seed, Broken::Nowhere);
                all += one.unwrap_or_else(|what| panic!("seed {seed}: {what}"));
            }
            all
        };
        let mut all = Happened::default();
        std::thread::scope(|scope| {
            let lives = &lives;
            let threads: Vec<_> =
                (0..threads).map(|from| scope.spawn(move || lives(from))).collect();
            threads.into_iter().for_each(|thread| all += thread.join().unwrap());
        });
        all
    }

    #[test]
    fn five_thousand_histories_break_no_promise() {
        let all = all(0..5_000);
        assert!(all.crashes > 50_000 && all.stops > 5_000 && all.refused > 1_000, "{all:?}");
        assert!(all.acknowledged > 300_000 && all.checkpoints > 50_000, "{all:?}");
        assert!(all.left > 50_000 && all.decided > 1_000_000, "{all:?}");
    }

    #[test]
    fn an_engine_that_skips_syncs_acknowledges_early_or_transmits_early_is_caught() {
        let shop = Shop::new();
        for (broken, seeds, least, says) in [
            (Broken::NoSync, 100, 95, ""),
            (Broken::EarlyAcknowledge, 100, 50, "is lost"),
            (Broken::EarlyTransmit, 400, 5, "was taken 2 times"),
        ] {
            let told = (0..seeds).filter_map(|seed| history(&shop, seed, broken).err());
            let caught = told.inspect(|what| assert!(what.contains(says), "{what}")).count();
            assert!(caught >= least, "{broken:?}: {caught} of {seeds}");
        }
    }

    #[test]
    fn a_seed_tells_one_history() {
        let shop = Shop::new();
        for seed in 0..10 {
            assert_eq!(
                history(&shop, seed, Broken::Nowhere),
                history(&shop, seed, Broken::Nowhere)
            );
        }
    }
}
