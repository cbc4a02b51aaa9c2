//! `set`: gives traits of the customer their values, as if a profile had told them.

use crate::customer::Customer;
use crate::customer::effect::Effects;
use crate::customer::record::Decided;
use crate::time::Timestamp;
use crate::world::World;
use crate::world::value::{Kept, TraitIx};

impl Customer {
    pub(super) fn set(
        &mut self,
        world: &World,
        at: usize,
        due: Timestamp,
        traits: &[(TraitIx, Kept)],
        out: &mut Effects,
    ) {
        let run = self.runs[at].at();
        for (ix, value) in traits {
            self.ledger.note_trait(*ix, Some(value.value()));
        }
        out.record(due, Decided::Set(run));
        self.step_ended(world, at, due, out);
        self.traits_changed(world, due, out);
    }
}
