//! How an engine runs: what the operator may write ([`Operator`]), what follows from the machine, and numbers with their
//! units and ranges. Those of the journal stand with it.

use crate::journal;
use crate::mail::Site;
use foresend_program::{Operator, Stage};
use std::net::SocketAddr;
use std::num::NonZeroU16;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How an engine runs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    /// Where to listen for calls.
    pub listen: SocketAddr,
    /// The folder of everything that is held.
    pub data: PathBuf,
    /// What becomes of a mail.
    pub stage: Stage,
    /// The shop's site, as far as mails lead there.
    pub site: Site,
    /// The journal.
    pub journal: journal::Settings,
    /// The shards and their customers.
    pub shards: ShardSettings,
    /// Checkpoints.
    pub checkpoint: CheckpointSettings,
}

/// The shards and their customers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ShardSettings {
    /// How many, 1 to 256; a power of two spreads customers evenly. More than there are cores gain nothing.
    pub count: NonZeroU16,
    /// Most bytes of customers in memory, over all shards, 16 MiB and up. Who does not fit rests in the store, and costs a
    /// read when something happens to them.
    pub resident_bytes: u64,
}

/// Checkpoints: whichever comes first. Fewer write less; a restart has more to replay.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CheckpointSettings {
    /// At least so often while anything happens, 1 s to 1 h.
    pub every: Duration,
    /// After so many bytes of journal, 1 MiB to 16 GiB.
    pub bytes: u64,
}

const MIB: u64 = 1 << 20;

impl Settings {
    /// What the operator wrote in a file of `folder`, on a machine of so many cores.
    #[must_use]
    pub fn of(operator: &Operator, folder: &Path, cores: usize) -> Self {
        let count = u16::try_from(cores.clamp(1, 256)).ok().and_then(NonZeroU16::new);
        Self {
            listen: operator.listen,
            data: folder.join(operator.data.strip_prefix("./").unwrap_or(&operator.data)),
            stage: operator.stage,
            site: Site { cart: operator.cart_url.clone() },
            journal: journal::Settings::default(),
            shards: ShardSettings {
                count: count.expect("clamped to at least one and at most 256"),
                resident_bytes: 512 * MIB,
            },
            checkpoint: CheckpointSettings { every: Duration::from_secs(30), bytes: 256 * MIB },
        }
    }
}

/// Those of an empty file where we are, on this machine.
impl Default for Settings {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self::of(&Operator::default(), Path::new(""), cores)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, cores: usize) -> Settings {
        let (operator, told) = foresend_program::operator("foresend.toml", text);
        Settings::of(&operator.expect("it is right"), Path::new("/etc/foresend"), cores).told(&told)
    }

    impl Settings {
        fn told(self, told: &[foresend_program::Diagnostic]) -> Self {
            assert_eq!(told, [], "nothing to tell of");
            self
        }
    }

    #[test]
    fn data_is_seen_from_the_file() {
        assert_eq!(of("", 2).data, Path::new("/etc/foresend/data"));
        assert_eq!(of("data = '../d'", 2).data, Path::new("/etc/foresend/../d"));
        assert_eq!(of("data = '/var/lib/foresend'", 2).data, Path::new("/var/lib/foresend"));
        assert_eq!(Settings::default().data, Path::new("data"));
    }

    #[test]
    fn there_is_a_shard_for_each_core_within_its_range() {
        for (cores, shards) in [(0, 1), (1, 1), (6, 6), (256, 256), (1_000, 256)] {
            assert_eq!(of("", cores).shards.count.get(), shards);
        }
    }
}
