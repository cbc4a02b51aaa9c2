//! The example shop, lived in by synthetic customers: what each was told, and what was decided on it.

use foresend_core::chance::join;
use foresend_core::customer::record::Record;
use foresend_core::id::{CustomerId, IdKey, ProductId};
use foresend_core::time::Timestamp;
use foresend_engine::version::Version;
use foresend_program::{Compiled, Sources};
use foresend_simulator::population::Preset;
use foresend_simulator::rehearsal::{
    AS_WRITTEN, Lived, NO_FAULTS, Plan, name_of, products, traces,
};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

pub(crate) const SEED: u64 = 42;
/// Monday, 2 March 2026, midnight in London.
pub(crate) const FROM: Timestamp = Timestamp::from_millis(1_772_409_600_000);
const DAYS: u32 = 60;

/// One customer.
pub(crate) struct Life {
    pub(crate) id: CustomerId,
    pub(crate) user: String,
    pub(crate) lived: Lived,
}

/// The shop and its people.
pub(crate) struct Shop {
    pub(crate) compiled: Compiled,
    pub(crate) names: BTreeMap<ProductId, String>,
    pub(crate) lives: Vec<Life>,
}

/// As the rehearsal makes it of the seed.
pub(crate) fn id_key() -> IdKey {
    IdKey(u128::from(join(SEED, u64::from_le_bytes(*b"id key  "))))
}

impl Shop {
    /// The example shop with so many customers, of whom nobody is held out: a rehearsal holds nobody out.
    pub(crate) fn of(customers: u32) -> Self {
        let compiled = compiled();
        let preset = Preset::named("retail").unwrap();
        let plan = Plan {
            program: &compiled.program,
            catalogue: Some(&compiled.catalogue),
            preset: &preset,
            customers,
            from: FROM,
            days: DAYS,
            seed: SEED,
            threads: 1,
            left_out: &[],
            compared: &[],
            faults: &NO_FAULTS,
            assumed: &[],
            by_day: false,
        };
        let mut lives = Vec::new();
        traces(&plan, 0..customers, AS_WRITTEN, &mut |customer, lived| {
            let user = name_of(customer);
            lives.push(Life { id: CustomerId::of(id_key(), &user), user, lived });
        })
        .unwrap();
        Self { names: products(&plan), lives, compiled }
    }

    /// Every record of everybody, in order.
    pub(crate) fn records(&self) -> BTreeMap<CustomerId, Vec<Record>> {
        let of =
            |life: &Life| life.lived.steps.iter().flat_map(|step| step.records.clone()).collect();
        self.lives
            .iter()
            .map(|life| (life.id, of(life)))
            .filter(|(_, records): &(_, Vec<_>)| !records.is_empty())
            .collect()
    }

    pub(crate) fn version(&self) -> Version {
        Version::of(self.compiled.clone())
    }
}

fn compiled() -> Compiled {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/shop");
    let mut sources = Sources { folder: "shop".to_owned(), ..Sources::default() };
    read(&folder, &folder, &mut sources);
    for text in sources.files.values_mut() {
        let held_out = text.lines().filter(|line| !line.starts_with("holdout"));
        *text = held_out.map(|line| format!("{line}\n")).collect();
    }
    let (compiled, told) = foresend_program::compile(&sources, None);
    compiled.unwrap_or_else(|| panic!("{told:?}"))
}

fn read(root: &Path, folder: &Path, into: &mut Sources) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read(root, &path, into);
        } else {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
            into.files.insert(name, fs::read_to_string(&path).unwrap());
        }
    }
}
