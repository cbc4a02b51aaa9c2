//! What one decision costs: `Customer::apply` on a warm customer, in ns an input, and what a customer weighs.
//! The program is the shop's, widened to five journeys and ten segments so that the figure means something.

#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]

mod folder;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use foresend_core::chance::Seed;
use foresend_core::customer::Customer;
use foresend_core::customer::effect::{Effect, Effects};
use foresend_core::customer::input::{
    Code, Consent, ConsentTo, Event, Gate, Input, Line, Origin, Outcome, Profile,
};
use foresend_core::id::{CustomerId, IdKey, ProductId};
use foresend_core::money::Amount;
use foresend_core::time::{Timestamp, Wait};
use foresend_core::world::event::EventIx;
use foresend_core::world::topic::{Basis, TopicIx};
use foresend_core::world::{World, ZoneIx};
use foresend_program::Sources;
use std::hint::black_box;

/// A Monday, ten in the morning.
const START: Timestamp = Timestamp::from_millis(1_772_445_600_000);
const LINES: &[Line] = &[Line { product: ProductId(7), quantity: 1, price: Amount::whole(40) }];

/// Five journeys that hear the same events, and ten segments, all of them in use.
fn five_journeys() -> World {
    let mut sources = folder::shop();
    let program = sources.files.get_mut("program.toml").expect("just read");
    let at = program.find("buyer ").expect("the shop has segments");
    program.insert_str(
        at,
        "looker = 'looks_1d > 20'\nregular = 'orders > 12'\nbig = 'spend_1y > 5000'\n\
         recent = 'days_since_order < 0.001'\nrare = 'orders < 0'\n",
    );
    let while_ = [
        ("two", "!(lapsed && asleep)"),
        ("three", "!looker || buyer"),
        ("four", "!(regular && big && recent)"),
        ("five", "!(rare || unhappy) || low_spender"),
    ];
    for (name, condition) in while_ {
        let text = format!(
            "topic = 'offers'\non = ['Product Added', 'Product Viewed']\nquiet = '2h'\n\
             while = '{condition}'\nagain = '1d'\nstop = ['Order Completed']\n\
             steps = [{{ id = 'only', after = '3h', send = 'cart-first' }}]\n"
        );
        sources.files.insert(format!("journeys/{name}.toml"), text);
    }
    world(&sources, &["cart-recovery", "two", "three", "four", "five"])
}

fn world(sources: &Sources, only: &[&str]) -> World {
    let only: Vec<String> = only.iter().map(|name| (*name).to_owned()).collect();
    let (compiled, diagnostics) = foresend_program::compile(sources, Some(&only));
    let compiled = compiled.unwrap_or_else(|| panic!("{diagnostics:?}"));
    World::new(Seed(42), IdKey(42), compiled.program)
}

/// A customer and the least a host does for them: wakes, hand-overs, answers.
#[derive(Clone)]
struct Hosted<'w> {
    world: &'w World,
    customer: Customer,
    now: Timestamp,
    out: Effects,
    inputs: u64,
}

impl<'w> Hosted<'w> {
    /// Somebody who has shopped on each day of a month, and has put something into the cart just now.
    fn warm(world: &'w World) -> Self {
        let customer = Customer::new(CustomerId::of(world.id_key, "c-1"));
        let mut it = Self { world, customer, now: START, out: Effects::default(), inputs: 0 };
        it.apply(Input::Profile(Profile {
            zone: ZoneIx::PROGRAM,
            has_address: true,
            created: None,
            traits: &[],
        }));
        let offers = world.program.topics.iter().position(|topic| topic.name == "offers");
        let topic = TopicIx(u16::try_from(offers.expect("the shop's")).expect("few topics"));
        let to = ConsentTo::Given(Basis::Consent);
        it.apply(Input::Consent(Consent { topic, to, at: START, cause: None }));
        for day in 1..30 {
            it.run_until(START.after(Wait::days(day)));
            it.event(EventIx::PRODUCT_VIEWED, 0);
        }
        it.event(EventIx::PRODUCT_ADDED, 60_000);
        it
    }

    fn apply(&mut self, input: Input<'_>) {
        self.out.clear();
        self.customer.apply(self.world, self.now, input, &mut self.out);
        self.inputs += 1;
    }

    /// One event, `after` milliseconds later.
    fn event(&mut self, name: EventIx, after: i64) {
        self.now = self.now.after(Wait::from_millis(after));
        let products: &[Line] = if name == EventIx::PRODUCT_ADDED { LINES } else { &[] };
        let (origin, at) = (Origin::Live, self.now);
        self.apply(Input::Event(Event { name, origin, at, id: 0, properties: &[], products }));
    }

    fn run_until(&mut self, until: Timestamp) {
        while self.customer.next_wake() < until {
            self.now = self.customer.next_wake();
            self.apply(Input::Wake);
            let mut asked = std::mem::take(&mut self.out.asked);
            for effect in asked.drain(..) {
                if let Effect::Ready(mail) = effect {
                    let send = mail.send;
                    let (gate, code) = (Gate::Open, Code::Reserved(7));
                    self.apply(Input::Handover { send, attempt: 1, gate, code });
                    let outcome = Outcome::Accepted;
                    self.apply(Input::Outcome { send, attempt: 1, outcome });
                }
            }
            self.out.asked = asked;
        }
        if until != Timestamp::NEVER {
            self.now = until;
        }
    }
}

fn one_input(c: &mut Criterion) {
    let world = five_journeys();
    let warm = Hosted::warm(&world);
    println!(
        "a customer who is about to start five journeys weighs {} bytes",
        warm.customer.bytes()
    );
    let mut group = c.benchmark_group("apply, 5 journeys and 10 segments");
    let mut bench = |name: &str, run: &dyn Fn(&mut Hosted<'_>)| {
        group.bench_function(name, |bencher| {
            let mut hosted = warm.clone();
            bencher.iter(|| run(black_box(&mut hosted)));
        });
    };
    bench("wake too early", &|hosted| hosted.apply(Input::Wake));
    bench("page nobody listens to, five quiet waits begin again", &|hosted| {
        hosted.event(EventIx::OTHER, 10_000);
    });
    bench("product viewed, the same", &|hosted| hosted.event(EventIx::PRODUCT_VIEWED, 10_000));
    bench("six events of a session that ends with an order", &|hosted| {
        for name in [
            EventIx::PRODUCT_VIEWED,
            EventIx::PRODUCT_VIEWED,
            EventIx::PRODUCT_VIEWED,
            EventIx::PRODUCT_ADDED,
            EventIx::OTHER,
            EventIx::ORDER_COMPLETED,
        ] {
            hosted.event(name, 60_000);
        }
    });
    group.finish();
}

/// From the cart to the third mail: every wake, hand-over and answer.
fn cart_recovery(c: &mut Criterion) {
    let world = world(&folder::shop(), &["cart-recovery"]);
    let mut after = Hosted::warm(&world);
    println!("a customer of the shop weighs {} bytes", after.customer.bytes());
    let before = after.clone();
    after.run_until(Timestamp::NEVER);
    println!("the cart recovery below is {} inputs", after.inputs - before.inputs);
    c.bench_function("a whole cart recovery", |bencher| {
        bencher.iter_batched_ref(
            || before.clone(),
            |hosted| hosted.run_until(Timestamp::NEVER),
            BatchSize::PerIteration,
        );
    });
}

criterion_group!(benches, one_input, cart_recovery);
criterion_main!(benches);
