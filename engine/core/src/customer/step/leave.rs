//! `leave`: the journey lets somebody go, as if they had objected to the topic: all its bases end.

use crate::customer::Customer;
use crate::customer::effect::Effects;
use crate::customer::input::ConsentTo;
use crate::customer::record::Decided;
use crate::time::Timestamp;
use crate::world::World;
use crate::world::topic::TopicIx;

impl Customer {
    pub(super) fn leave(
        &mut self,
        world: &World,
        at: usize,
        due: Timestamp,
        topic: TopicIx,
        out: &mut Effects,
    ) {
        self.ledger.consents.note(topic, ConsentTo::Withdrawn, due);
        out.record(due, Decided::Left(self.runs[at].at(), topic));
        self.step_ended(world, at, due, out);
    }
}
