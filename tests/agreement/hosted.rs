//! Only what came from outside is told to an engine: calls, what readers did, and what the mail server said. Its own wakes
//! and its own hand-overs then lead to the records of the rehearsal; whatever the order in which its parts work, the number
//! of shards, who is in memory, checkpoints, and losses of power.

use crate::replayed::One;
use crate::restarted::{Draws, found};
use crate::shop::{FROM, SEED, Shop, id_key};
use crate::told;
use foresend_core::id::CustomerId;
use foresend_core::time::{Timestamp, Wait};
use foresend_engine::entry::{Entry, Outcome, Raw, Send, Told, each};
use foresend_engine::journal;
use foresend_engine::mail::{Answer, Envelope, Wire};
use foresend_engine::sim::machine::{Begins, Machine, Setup};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::Bound;
use std::sync::Arc;

/// What became of each attempt in the rehearsal.
type Outcomes = BTreeMap<(CustomerId, Send, u16), Outcome>;

/// A mail server that answers as the rehearsal's did.
struct Recorded {
    outcomes: Arc<Outcomes>,
    answers: VecDeque<Answer>,
    /// Attempts that the rehearsal did not make.
    unheard: Vec<(CustomerId, Send, u16)>,
}

impl Wire for Recorded {
    fn send(&mut self, mail: Envelope) {
        let of = (mail.customer, mail.send, mail.attempt);
        let outcome = self.outcomes.get(&of).copied().unwrap_or_else(|| {
            self.unheard.push(of);
            Outcome::Rejected
        });
        self.answers.push_back(Answer::of(&mail, outcome));
    }

    fn answer(&mut self) -> Option<Answer> {
        self.answers.pop_front()
    }
}

/// What the rehearsal's customers met from outside, by instant, and what the mail server said.
struct Outside {
    inputs: BTreeMap<Timestamp, Vec<Vec<u8>>>,
    /// Bounces and complaints, which may come at the instant at which the mail left.
    replies: BTreeMap<Timestamp, Vec<Vec<u8>>>,
    outcomes: Arc<Outcomes>,
    /// Whose mail was deferred: the rehearsal tries again at other times than an engine.
    deferred: BTreeSet<CustomerId>,
}

fn outside(shop: &Shop) -> Outside {
    let version = shop.version();
    let (mut inputs, mut replies) = (BTreeMap::<_, Vec<Vec<u8>>>::new(), BTreeMap::new());
    let mut outcomes = Outcomes::new();
    let mut deferred = BTreeSet::new();
    for life in &shop.lives {
        let mut asked = BTreeSet::new();
        for step in &life.lived.steps {
            let mut entry = Vec::new();
            told::write(shop, &version, life, step, &mut entry);
            let (raw, _) = Raw::first(&entry).unwrap();
            let Entry::Of(_, told) = raw.read().unwrap() else { panic!("of nobody") };
            match told {
                Told::Wake => {}
                Told::Handover { send, attempt, .. } => drop(asked.insert((send, attempt))),
                Told::Outcome { send, attempt, outcome } if asked.remove(&(send, attempt)) => {
                    outcomes.insert((life.id, send, attempt), outcome);
                    if outcome == Outcome::Deferred {
                        deferred.insert(life.id);
                    }
                }
                Told::Outcome { .. } => {
                    replies.entry(step.at).or_insert_with(Vec::new).push(entry);
                }
                Told::Call(_)
                | Told::Called { .. }
                | Told::Engagement { .. }
                | Told::Remember { .. }
                | Told::Quarantine
                | Told::Release
                | Told::Happened { .. } => inputs.entry(step.at).or_default().push(entry),
            }
        }
    }
    Outside { inputs, replies, outcomes: Arc::new(outcomes), deferred }
}

fn machine(shop: &Shop, outcomes: &Arc<Outcomes>) -> Machine<Recorded> {
    let version = Arc::new(shop.version());
    let begins = Begins { seed: SEED, id_key: id_key().0, version: version.id() };
    let wire =
        Recorded { outcomes: Arc::clone(outcomes), answers: VecDeque::new(), unheard: Vec::new() };
    let settings = journal::Settings {
        segment_bytes: 256 << 10,
        append_bytes: 64 << 10,
        group_bytes: 4 << 10,
        ..journal::Settings::default()
    };
    Machine::new(begins, Arc::new(One(version)), settings, wire, FROM).with_codes().punctual()
}

/// Plays everything until `end`; `work` lets the engine do what can be done at an instant.
fn play(
    machine: &mut Machine<Recorded>,
    outside: &Outside,
    end: Timestamp,
    work: &mut dyn FnMut(&mut Machine<Recorded>),
) {
    while machine.at < end {
        for (away, inputs) in [(true, &outside.inputs), (false, &outside.replies)] {
            machine.look_away(away);
            for some in inputs.get(&machine.at).iter().flat_map(|entries| entries.chunks(50)) {
                submit(machine, &some.concat(), work);
            }
            machine.look_away(false);
            work(machine);
        }
        let later = (Bound::Excluded(machine.at), Bound::Excluded(end));
        let next = |inputs: &BTreeMap<Timestamp, _>| inputs.range(later).next().map(|(at, _)| *at);
        let next = [next(&outside.inputs), next(&outside.replies)].into_iter().flatten().min();
        // Shards know their wakes some minutes ahead.
        let soon = machine.next_look().min(machine.at.after(Wait::minutes(4)));
        machine.at = next.unwrap_or(end).min(soon);
    }
}

/// Submits until it is durable: after a crash that took it, once more.
fn submit(
    machine: &mut Machine<Recorded>,
    entries: &[u8],
    work: &mut dyn FnMut(&mut Machine<Recorded>),
) {
    for _ in 0..20 {
        let known = machine.promises.durable().len();
        if machine.submit(entries.to_vec()).is_ok() {
            work(machine);
        }
        let new = &machine.promises.durable()[known..];
        if new.iter().any(|group| group.entries.windows(entries.len()).any(|all| all == entries)) {
            return;
        }
    }
    panic!("it never becomes durable");
}

/// How the engine of a history works: what can be done, in a drawn order; with checkpoints, and losses of power.
struct Chaos {
    draws: Draws,
    crashes: u32,
    /// Whose mail was on its way when power was lost: nobody knows what became of it, and the rehearsal did.
    unknown: BTreeSet<CustomerId>,
}

impl Chaos {
    fn setup(&mut self) -> Setup {
        let draws = &mut self.draws;
        Setup {
            shards: u16::try_from(1 + draws.below(5)).unwrap(),
            memory: usize::try_from(draws.below(3) * 20_000).unwrap(),
            slice: usize::try_from(1 + draws.below(50)).unwrap(),
            gathered: usize::try_from(draws.below(100_000)).unwrap(),
        }
    }

    fn work(&mut self, machine: &mut Machine<Recorded>) {
        loop {
            match self.draws.below(20_000) {
                0 => self.crash(machine),
                1..=100 => machine.checkpoint().unwrap(),
                101..=120 => machine.idle().unwrap(),
                _ => {}
            }
            let steps = machine.steps();
            let drawn = self.draws.below(u64::try_from(steps.len().max(1)).unwrap());
            match steps.get(usize::try_from(drawn).unwrap()) {
                Some(step) => machine.step(*step).unwrap(),
                None => return,
            }
        }
    }

    fn crash(&mut self, machine: &mut Machine<Recorded>) {
        self.crashes += 1;
        let draw = self.draws.below(u64::MAX);
        machine.wire.answers.clear();
        machine.kill(Some(draw), draw);
        machine.start(self.setup()).unwrap();
    }
}

const END: Timestamp = FROM.after(Wait::days(60));

/// Holds what was decided about everybody but `left_out` against the rehearsal. Returns how many records there were.
fn compare(shop: &Shop, machine: &Machine<Recorded>, left_out: &BTreeSet<CustomerId>) -> usize {
    let expected = shop.records();
    let mut compared = 0;
    for life in shop.lives.iter().filter(|life| !left_out.contains(&life.id)) {
        let expected = expected.get(&life.id).cloned().unwrap_or_default();
        let found = found(&*machine.kv, life.id);
        let same = found.iter().zip(&expected).take_while(|(a, b)| a == b).count();
        assert_eq!(found.get(same), expected.get(same), "{} at {same}", life.user);
        compared += expected.len();
    }
    let is_compared = |(customer, ..): &&(CustomerId, Send, u16)| !left_out.contains(customer);
    assert_eq!(
        machine.wire.unheard.iter().find(is_compared),
        None,
        "the rehearsal sent no such mail"
    );
    compared
}

#[test]
fn its_own_wakes_and_hand_overs_lead_to_the_records_of_the_rehearsal() {
    let shop = Shop::of(150);
    let outside = outside(&shop);
    let mut machine = machine(&shop, &outside.outcomes);
    machine.start(Setup { shards: 1, memory: 1 << 30, slice: 1_000, gathered: 1 << 20 }).unwrap();
    play(&mut machine, &outside, END, &mut |machine| machine.settle().unwrap());
    machine.checkpoint().unwrap();
    machine.settle().unwrap();
    let compared = compare(&shop, &machine, &outside.deferred);
    assert!(compared > 2_000, "{compared}");
    assert!(machine.promises.left > 100, "{}", machine.promises.left);
}

#[test]
fn in_any_order_with_any_shards_checkpoints_and_losses_of_power_they_are_the_same() {
    let shop = Shop::of(60);
    let outside = outside(&shop);
    let (mut crashes, mut checkpoints, mut compared) = (0, 0, 0);
    for seed in 0..8 {
        let draws = Draws(seed, 0);
        let mut chaos = Chaos { draws, crashes: 0, unknown: outside.deferred.clone() };
        let mut machine = machine(&shop, &outside.outcomes);
        machine.start(chaos.setup()).unwrap();
        play(&mut machine, &outside, END, &mut |machine| chaos.work(machine));
        machine.settle().unwrap(); // a checkpoint that is being made
        machine.checkpoint().unwrap();
        machine.settle().unwrap();
        for group in machine.promises.durable() {
            for raw in each(&group.entries) {
                if let Entry::Of(customer, Told::Outcome { outcome: Outcome::Unknown, .. }) =
                    raw.unwrap().read().unwrap()
                {
                    chaos.unknown.insert(customer);
                }
            }
        }
        assert!(chaos.unknown.len() < shop.lives.len() / 2, "{}", chaos.unknown.len());
        compared += compare(&shop, &machine, &chaos.unknown);
        crashes += chaos.crashes;
        checkpoints += machine.promises.checkpoints;
    }
    assert!(crashes > 20 && checkpoints > 100, "{crashes} {checkpoints}");
    assert!(compared > 5_000, "{compared}");
}
