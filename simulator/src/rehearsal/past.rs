//! What an actor is told of the time before the start: all orders, and the sessions of the last days, as far back as
//! the program's facts look. History triggers nothing; it makes facts and limits true from the first day on.
//!
//! Sessions before the start are those of the same visit process looked at backwards, with negative ordinals, without
//! carts: late orders of carts left before the start are missing, which is about .3 % of the orders of 60 days.

use super::arm::Arm;
use super::host::Host;
use super::trace::Watch;
use crate::behaviour::Scene;
use crate::behaviour::key::SessionKey;
use crate::behaviour::visit::{Session, gap_after, previous_visit};
use crate::population::person::WEEK_H;
use crate::population::purchase::bg_nbd::PastOrder;
use crate::stream::Purpose;
use foresend_core::customer::input::{Consent, ConsentTo, Input, Origin, Profile};
use foresend_core::time::{Timestamp, Wait};
use foresend_core::world::event::EventIx;
use foresend_core::world::program::Program;
use foresend_core::world::topic::{Basis, TopicIx};

/// Furthest we look back for sessions.
const LOOK_BACK_MAX: Wait = Wait::days(90);

/// A view before the start.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct PastView {
    t: f64,
    session: Session,
    view: u16,
}

/// How far back a program looks at what people do on the site.
pub(super) fn looks_back(program: &Program) -> Wait {
    let behaviour = program.streams.iter().filter(|stream| !is_complete(stream.event));
    let longest = behaviour.filter_map(|stream| stream.window).max().unwrap_or(Wait::ZERO);
    longest.min(LOOK_BACK_MAX)
}

/// Events whose history we hold from birth: orders and what becomes of them.
const fn is_complete(event: EventIx) -> bool {
    matches!(
        event,
        EventIx::ORDER_COMPLETED
            | EventIx::ORDER_UPDATED
            | EventIx::ORDER_REFUNDED
            | EventIx::ORDER_CANCELLED
            | EventIx::ORDER_DELIVERED
    )
}

impl<W: Watch> Host<'_, W> {
    /// Tells the actor of `scene.person` who they are and what happened before the start.
    pub(super) fn meet(&mut self, scene: &Scene<'_>, arm: &mut Arm, past: &[PastOrder]) {
        let (has_address, agreed) = scene.person.contact(&scene.model.preset);
        self.introduce(scene, arm, has_address);
        let first_order = scene.clock.instant(-scene.person.age);
        self.permit(arm, agreed, first_order);
        for order in past {
            self.tell_order(scene, arm, order);
        }
        if self.look_back() > Wait::ZERO && self.vocabulary().hears_views() {
            self.warm_up(scene, arm);
        }
        self.remember(arm);
    }

    /// Who they are: what the program holds of it.
    pub(super) fn introduce(&mut self, scene: &Scene<'_>, arm: &mut Arm, has_address: bool) {
        let home = self.homes.home(scene.person.home);
        let (traits, count) = self.vocabulary().traits(scene, home);
        let zone = home.zone;
        let profile = Profile { zone, has_address, created: None, traits: &traits[..count] };
        self.apply(arm, Input::Profile(profile));
    }

    /// An order before the start, and what became of it until then; what does later is still to come.
    fn tell_order(&mut self, scene: &Scene<'_>, arm: &mut Arm, order: &PastOrder) {
        let (start, model) = (self.start(), scene.model);
        let (t, key) =
            (order.age * WEEK_H - scene.person.age, SessionKey::past_order(order.ordinal));
        let value = scene.person.order_value(
            &model.people,
            Purpose::HistoryValue,
            u64::from(order.ordinal),
            model.digits,
        );
        let said = self.vocabulary().order_of(scene, key, value);
        let at = scene.clock.instant(t).min(start);
        said.tell(Origin::Backfill, at, |event| self.tell(arm, start, event));
        if scene.heard.parcels {
            let mut told = [None; 2];
            let mut count = 0;
            arm.shopper.expect_parcel(scene, (t, key, value), |t, step| {
                told[count] = Some((t, step));
                count += 1;
            });
            for (t, step) in told.into_iter().flatten() {
                let said = self.vocabulary().parcel(scene, key, step, value);
                let at = scene.clock.instant(t).min(start);
                said.tell(Origin::Backfill, at, |event| self.tell(arm, start, event));
            }
        }
    }

    /// Whom we may mail. Who agreed is permitted every topic that takes consent. The others bought, which permits the
    /// topics that take the soft opt-in, since nobody objected yet.
    fn permit(&mut self, arm: &mut Arm, agreed: bool, first_order: Timestamp) {
        let start = self.start();
        for topic in (0u16..).map(TopicIx).take(self.program().topics.len()) {
            let takes = |basis| self.program().topic(topic).basis.contains(&basis);
            let basis = if agreed && takes(Basis::Consent) {
                Basis::Consent
            } else if takes(Basis::ExistingCustomer) {
                Basis::ExistingCustomer
            } else {
                continue;
            };
            let to = ConsentTo::Given(basis);
            let consent = Consent { topic, to, at: first_order.min(start), cause: None };
            self.tell(arm, start, Input::Consent(consent));
        }
    }

    /// The sessions of the last days before the start.
    fn warm_up(&mut self, scene: &Scene<'_>, arm: &mut Arm) {
        let mut views = std::mem::take(&mut self.past_views);
        let since = scene.clock.hours(self.start().before(self.look_back()));
        let oldest = since.max(-scene.person.age);
        let dormant = scene.person.dormant_since.map_or(0.0, |ago| -ago);
        let (mut t, mut ordinal) = (0.0, -1);
        loop {
            t = previous_visit(scene, t, ordinal);
            if t < oldest {
                break;
            }
            if t < dormant {
                look_around(scene, t, Session::of_visit(scene, ordinal, 0), &mut views);
            }
            ordinal -= 1;
        }
        views.sort_unstable_by(|a, b| a.t.total_cmp(&b.t));
        for &PastView { t, session, view } in &views {
            let (words, start) = (self.vocabulary(), self.start());
            let how = (Origin::Backfill, scene.clock.instant(t));
            let to = |event: Input<'_>| self.tell(arm, start, event);
            words.tell_view(scene, (session.key, view, None), how, to);
        }
        views.clear();
        self.past_views = views;
    }

    /// What the actor may take for known: of orders everything, which an actor assumes; of the rest what was told.
    fn remember(&mut self, arm: &mut Arm) {
        let since = self.start().before(self.look_back());
        for at in 0..self.program().streams.len() {
            let event = self.program().streams[at].event;
            let is_new = self.program().streams[..at].iter().all(|other| other.event != event);
            if is_new && !is_complete(event) {
                self.tell(arm, self.start(), Input::Remember { event: Some(event), since });
            }
        }
    }
}

/// The views of a session that began at `t`, and of the one that follows it, as far as they are past.
fn look_around(scene: &Scene<'_>, mut t: f64, session: Session, views: &mut Vec<PastView>) {
    for view in 0..session.views {
        if t >= 0.0 {
            return;
        }
        views.push(PastView { t, session, view });
        if view + 1 < session.views {
            t += gap_after(scene, session.key, view);
        }
    }
    if let Some(after) = session.again {
        look_around(scene, t + after, Session::again(scene, session.key), views);
    }
}
