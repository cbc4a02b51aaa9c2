//! `choose` and `split`: which of the paths below an enrolment takes. A step with a path runs only on it.

use crate::chance::{Purpose, drawn, join};
use crate::customer::Customer;
use crate::customer::effect::{Asked, Effects};
use crate::customer::record::Decided;
use crate::time::Timestamp;
use crate::world::World;
use crate::world::condition::Truth;
use crate::world::journey::{PathIx, Row, Share, StepIx};

impl Customer {
    /// The first row that is true. An unknown row is passed over, and counted.
    pub(super) fn choose(
        &mut self,
        world: &World,
        at: usize,
        due: Timestamp,
        rows: &[Row],
        out: &mut Effects,
    ) {
        let run = self.runs[at];
        let view = self.view_in(world, &run, due);
        let mut unknown = 0u8;
        let row = rows.iter().zip(0u8..).find(|(row, number)| {
            let of = Asked::Row(run.journey, StepIx(run.step), *number);
            match row.when.as_ref().map(|when| out.ask(of, when, &view)) {
                None | Some(Truth::True) => true,
                Some(Truth::False) => false,
                Some(Truth::Unknown) => {
                    unknown = unknown.saturating_add(1);
                    false
                }
            }
        });
        let path = row.map(|(row, _)| row.path);
        self.take(world, at, due, (path, unknown), out);
    }

    /// By chance, the same for this enrolment on every host and replay.
    pub(super) fn split(
        &mut self,
        world: &World,
        at: usize,
        due: Timestamp,
        shares: &[Share],
        out: &mut Effects,
    ) {
        let run = self.runs[at];
        let journey = world.program.journey(run.journey);
        let step = &journey.steps[usize::from(run.step)];
        let index =
            join(u64::from(journey.id.0) << 32 | u64::from(step.id.0), run.enrolment.into());
        let drawn = drawn(world.seed, self.id.low(), Purpose::Split, index);
        let all: u64 = shares.iter().map(|share| u64::from(share.weight)).sum();
        // The high half of a product is uniform below `all`, and needs no division.
        let mut left = (u128::from(drawn) * u128::from(all)) >> 64;
        let share = shares.iter().find(|share| {
            let is_it = left < u128::from(share.weight);
            left = left.saturating_sub(share.weight.into());
            is_it
        });
        self.take(world, at, due, (share.map(|share| share.path), 0), out);
    }

    fn take(
        &mut self,
        world: &World,
        at: usize,
        due: Timestamp,
        (path, unknown): (Option<PathIx>, u8),
        out: &mut Effects,
    ) {
        let run = &mut self.runs[at];
        if let Some(path) = path {
            run.paths |= 1 << path.0;
        }
        out.record(due, Decided::Took(run.at(), path, unknown));
        self.step_ended(world, at, due, out);
    }
}
