//! The fields of version 2: those of version 1, then what experiments have to do with the customer.
//! Invariant: numbers that stand for something are never given out twice.

use super::v1::V1;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
pub(super) struct V2 {
    pub(super) before: V1,
    /// (place in `before.runs`, 1 waits for its tested step or 2 has met it); of all others: neither.
    pub(super) runs: Vec<(u16, u8)>,
    /// Places in `before.pending` of mails whose enrolment has met its experiment.
    pub(super) pending: Vec<u16>,
    /// (experiment, the enrolment that is counted, bits of what was done)
    pub(super) met: Vec<(u32, u32, u8)>,
}
