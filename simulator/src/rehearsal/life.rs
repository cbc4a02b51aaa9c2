//! One customer in all arms. What arms have in common is played once: an arm begins as a copy of the life that it was
//! until then, taken just before the first thing that differs. The arm as written is a copy of the one without mail,
//! from the first hand-over that is refused for no other reason than that; an arm without a journey is one of either,
//! from where the journey starts, or its mail would leave if nobody could have noticed it before.
//!
//! Invariant: if nothing differs, the arms are the same life, and it was played once.

use super::arm::{Arm, Row};
use super::host::{Host, Next, Thing};
use super::policy::{Journeys, Side, is_noticed_by_mail_alone};
use super::trace::Watch;
use super::{AS_WRITTEN, NO_MAIL};
use crate::behaviour::Scene;
use crate::population::Person;
use crate::population::purchase::bg_nbd::PastOrder;
use crate::stream::Chance;
use foresend_core::chance::Seed;
use foresend_core::customer::Customer;
use foresend_core::customer::effect::Mailing;
use foresend_core::customer::record::{Decided, NoMail};
use foresend_core::id::CustomerId;
use foresend_core::time::Timestamp;
use foresend_core::world::journey::JourneyIx;
use foresend_core::world::program::Program;

/// Room for the lives of one worker, one customer after the other.
pub(super) struct Lives {
    life: Arm,
    past: Vec<PastOrder>,
    /// What the arms came to, in their order.
    rows: Vec<Row>,
    forks: Forks,
}

impl Lives {
    pub(super) fn new(id: CustomerId, forks: Forks) -> Self {
        Self { life: Arm::new(Customer::new(id)), past: Vec::new(), rows: Vec::new(), forks }
    }

    /// Lives customer number `customer` in all arms of the program of `host`; returns what they did in each.
    pub(super) fn live<W: Watch>(
        &mut self,
        host: &mut Host<'_, W>,
        seed: Seed,
        customer: u32,
    ) -> &[Row] {
        meet(host, (seed, customer), &mut self.past, |host, scene, id, past| {
            self.life.begin(scene, Customer::new(id), Side::Common);
            host.meet(scene, &mut self.life, past);
            self.forks.begin();
            let copy = without_mail(host, scene, &mut self.life, &mut self.forks);
            let no_mail = self.life.row;
            let as_written = copy.map_or(no_mail, |(mut arm, mail)| {
                as_written(host, scene, &mut arm, mail, &mut self.forks);
                arm.row
            });
            self.rows.clear();
            self.rows.extend([no_mail, as_written]);
            self.rows.resize(2 + self.forks.left_out.len(), as_written);
            for Fork { mut arm, mail } in self.forks.taken.drain(..) {
                if let Some(mail) = mail {
                    host.hand_over(scene, &mut arm, &mail);
                }
                host.live_on(scene, &mut arm);
                let Side::Apart(ix) = arm.side else { continue };
                self.rows[ix] = arm.row;
            }
        });
        &self.rows
    }

    /// Lives them only as the program of `host` is written.
    pub(super) fn live_as_written<W: Watch>(
        &mut self,
        host: &mut Host<'_, W>,
        seed: Seed,
        customer: u32,
    ) -> Row {
        meet(host, (seed, customer), &mut self.past, |host, scene, id, past| {
            self.life.begin(scene, Customer::new(id), Side::Apart(AS_WRITTEN));
            host.meet(scene, &mut self.life, past);
            host.live_on(scene, &mut self.life);
        });
        self.life.row
    }
}

/// Who customer number `customer` is, and where they live.
fn meet<W: Watch>(
    host: &mut Host<'_, W>,
    (seed, customer): (Seed, u32),
    past: &mut Vec<PastOrder>,
    live: impl FnOnce(&mut Host<'_, W>, &Scene<'_>, CustomerId, &[PastOrder]),
) {
    let chance = Chance::of(seed, u64::from(customer));
    let model = host.crowd.model(chance);
    let person = Person::draw(&model.preset, &model.people, chance, past);
    let clock = &host.homes.home(person.home).clock;
    let end = clock.hours(host.end());
    let heard = host.vocabulary().heard();
    let scene = Scene { model, clock, person: &person, end, heard, inbox: 1.0 };
    let id = CustomerId::of(host.world().id_key, Name::of(customer).as_str());
    live(host, &scene, id, past);
}

/// Plays `life` to the end with the gate shut. Returns a copy taken where the first mail could leave, and that mail.
fn without_mail<W: Watch>(
    host: &mut Host<'_, W>,
    scene: &Scene<'_>,
    life: &mut Arm,
    forks: &mut Forks,
) -> Option<(Arm, Mailing)> {
    loop {
        match host.next(life) {
            Next::Over => return None,
            Next::HandOver => {
                let Some(mail) = life.take_ready() else { continue };
                let actor = life.actor.clone();
                let left = host.ask(life, host.at_the_gate(life, &mail));
                debug_assert!(left.is_none(), "a shut gate lets nothing leave");
                let is_shut = |decided| matches!(decided, Decided::Held(_, NoMail::Shut));
                if host.decided().records.iter().any(|record| is_shut(record.decided)) {
                    let copy = life.as_before(actor);
                    life.side = Side::Apart(NO_MAIL);
                    host.settle(life);
                    host.live_on(scene, life);
                    return Some((copy, mail));
                }
                host.settle(life);
            }
            Next::This(at, thing) => forks.happen(host, scene, life, (at, thing)),
        }
    }
}

/// Goes on with the copy `arm` from the hand-over of `mail`, with the gate open.
fn as_written<W: Watch>(
    host: &mut Host<'_, W>,
    scene: &Scene<'_>,
    arm: &mut Arm,
    mail: Mailing,
    forks: &mut Forks,
) {
    arm.side = Side::Apart(AS_WRITTEN);
    if host.feeds_back() {
        // From the first mail on providers may treat the arms differently.
        forks.part_all(arm, mail);
    }
    let mut ready = Some(mail);
    loop {
        if let Some(mail) = ready.take() {
            forks.hand_over(host, scene, arm, mail);
        }
        match host.next(arm) {
            Next::Over => return,
            Next::HandOver => ready = arm.take_ready(),
            Next::This(at, thing) => forks.happen(host, scene, arm, (at, thing)),
        }
    }
}

/// The arms without a journey, and where they leave the arm as written.
#[derive(Clone, Debug, Default)]
pub(super) struct Forks {
    /// In the order of their arms.
    left_out: Vec<JourneyIx>,
    /// Those that part where the journey starts, and those that part where its mail leaves.
    at_start: Journeys,
    at_mail: Journeys,
    /// The same, as far as they have not parted yet.
    waits_for_start: Journeys,
    waits_for_mail: Journeys,
    /// Those that have parted, to be lived on.
    taken: Vec<Fork>,
}

/// A life that goes on without a journey.
#[derive(Clone, Debug)]
struct Fork {
    arm: Arm,
    /// What is handed over first.
    mail: Option<Mailing>,
}

impl Forks {
    /// The arms of `program` without one of `left_out` each.
    pub(super) fn of(program: &Program, left_out: &[JourneyIx]) -> Self {
        let (at_mail, at_start): (Vec<_>, Vec<_>) = left_out
            .iter()
            .copied()
            .partition(|&journey| is_noticed_by_mail_alone(program, journey));
        Self {
            left_out: left_out.to_vec(),
            at_start: at_start.into_iter().collect(),
            at_mail: at_mail.into_iter().collect(),
            ..Self::default()
        }
    }

    /// How many there are.
    pub(super) const fn count(&self) -> usize {
        self.left_out.len()
    }

    /// Whether the arm without `journey` parts where its mail leaves.
    pub(super) const fn parts_at_mail(&self, journey: JourneyIx) -> bool {
        self.at_mail.contains(journey)
    }

    fn begin(&mut self) {
        self.waits_for_start = self.at_start;
        self.waits_for_mail = self.at_mail;
        self.taken.clear();
    }

    /// Lets the next thing happen to `life`, which the arms without a journey that starts by it did not live.
    fn happen<W: Watch>(
        &mut self,
        host: &mut Host<'_, W>,
        scene: &Scene<'_>,
        life: &mut Arm,
        (at, thing): (Timestamp, Thing),
    ) {
        if self.waits_for_start.is_empty() {
            return host.happen(scene, life, (at, thing));
        }
        let may_part = host.may_start(life, Next::This(at, thing)).and(self.waits_for_start);
        let before = (!may_part.is_empty()).then(|| life.clone());
        host.take_started();
        host.happen(scene, life, (at, thing));
        let parts = host.take_started().and(self.waits_for_start);
        let Some(before) = before.filter(|_| !parts.is_empty()) else {
            assert!(parts.is_empty(), "{parts:?} started by what starts none: {thing:?}");
            return;
        };
        self.waits_for_start = self.waits_for_start.without(parts);
        for journey in parts.each() {
            self.part(before.clone(), journey, None);
        }
    }

    /// Hands `mail` over in the arm as written. The arm without its journey does not, and neither do those without a
    /// journey that starts by it.
    fn hand_over<W: Watch>(
        &mut self,
        host: &mut Host<'_, W>,
        scene: &Scene<'_>,
        arm: &mut Arm,
        mail: Mailing,
    ) {
        let own = self.waits_for_mail.contains(mail.send.journey);
        let may_part = host.may_start(arm, Next::HandOver).and(self.waits_for_start);
        let before = (own || !may_part.is_empty()).then(|| arm.clone());
        host.take_started();
        let left = host.hand_over(scene, arm, &mail);
        let parts = host.take_started().and(self.waits_for_start);
        let Some(before) = before else {
            assert!(parts.is_empty(), "{parts:?} started by a mail that starts none");
            return;
        };
        self.waits_for_start = self.waits_for_start.without(parts);
        for journey in parts.each() {
            self.part(before.clone(), journey, Some(mail));
        }
        if own && left {
            let journey = mail.send.journey;
            self.waits_for_mail = self.waits_for_mail.without(Journeys::one(journey));
            self.part(before, journey, Some(mail));
        }
    }

    fn part_all(&mut self, arm: &Arm, mail: Mailing) {
        let waiting = self.waits_for_start.with(self.waits_for_mail);
        (self.waits_for_start, self.waits_for_mail) = (Journeys::default(), Journeys::default());
        for journey in waiting.each() {
            self.part(arm.clone(), journey, Some(mail));
        }
    }

    fn part(&mut self, mut arm: Arm, journey: JourneyIx, mail: Option<Mailing>) {
        let at = self.left_out.iter().position(|&left_out| left_out == journey);
        arm.side = Side::Apart(AS_WRITTEN + 1 + at.expect("only who is left out parts"));
        self.taken.push(Fork { arm, mail });
    }
}

/// A customer's external id, "c-0000000042", without allocating.
pub(super) struct Name([u8; NAME_LEN]);

const NAME_LEN: usize = 12;

impl Name {
    pub(super) fn of(customer: u32) -> Self {
        let (mut name, mut left) = (*b"c-0000000000", customer);
        for digit in name[2..].iter_mut().rev() {
            *digit = b'0' + u8::try_from(left % 10).expect("a digit");
            left /= 10;
        }
        Self(name)
    }

    pub(super) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("ASCII")
    }
}
