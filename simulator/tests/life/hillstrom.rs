//! The proof of the promotion model: Hillstrom's randomised trial of 2008 (64,000 customers, two weeks, a letter about
//! men's or women's goods, or none). Visits and orders rise as they did there, by so many points whoever it is: mail
//! *adds*, it does not multiply. Levels are fitted; that the rise is additive is what is tested.

use crate::{Mean, check, live, person, retail, utc};
use foresend_core::chance::mix;
use foresend_simulator::behaviour::Model;
use foresend_simulator::behaviour::kind::MailKind;
use foresend_simulator::behaviour::promotion::Featured;
use foresend_simulator::behaviour::shopper::{Letter, Seen};

const HOURS: f64 = 14.0 * 24.0;
/// Customers of one arm of the trial.
const TRIAL: f64 = 21_300.0;

/// A list like that one: .104 visit in two weeks without mail, .0057 order. What a mail does is by its opens, clicks,
/// visits without a click, and carts a session.
fn list(opens: f64, clicks: f64, returns: f64, carts: f64) -> Model {
    let rates = [opens, clicks, 0.0, 0.0];
    let fitted = |strength: f64| {
        let (returns, strength) = ([returns], [strength]);
        Model::new(
            retail(&[
                ("purchase.age", &[0.0]),
                ("purchase.alpha", &[84.0]),
                ("visits.per_week", &[0.087]),
                ("rates.campaign", &rates),
                ("promotion.view_through", &returns),
                ("promotion.strength", &strength),
                ("promotion.relevance", &[1.0, 1.0]),
                ("mail.dead", &[0.0]),
            ]),
            2,
        )
    };
    fitted(carts / fitted(1.0).promotion.carts())
}

/// Share that visits and share that orders, without and with the mail, of those whose own rate of visits is below and
/// above the median.
#[derive(Default)]
struct Trial {
    visits: [[Mean; 2]; 2],
    orders: [Mean; 2],
    /// Of the difference.
    more: [Mean; 2],
}

fn trial(model: &Model, seed: u64, customers: u32) -> Trial {
    let clock = utc();
    let mut rates: Vec<f64> = (0..2_000).map(|i| person(model, seed, i).visits).collect();
    rates.sort_by(f64::total_cmp);
    let median = rates[1_000];
    let mut trial = Trial::default();
    for customer in 0..customers {
        let person = person(model, seed, customer);
        let letter = Letter::new(mix(7), MailKind::Campaign, None, Featured::Drawn(mix(7)));
        let outcome = |mails: &[(f64, Letter)]| {
            let (mut visits, mut orders) = (false, false);
            live((model, &clock, &person), HOURS, mails, |_, seen| {
                visits |= matches!(seen, Seen::Viewed(..));
                orders |= matches!(seen, Seen::Ordered(_));
            });
            [visits, orders].map(|yes| f64::from(u8::from(yes)))
        };
        // Tuesday at ten.
        let (without, with) = (outcome(&[]), outcome(&[(34.0, letter)]));
        let keen = usize::from(person.visits > median);
        for (arm, [visits, orders]) in [without, with].into_iter().enumerate() {
            trial.visits[keen][arm].add(visits);
            trial.orders[arm].add(orders);
        }
        for (mean, i) in trial.more.iter_mut().zip(0..) {
            mean.add(with[i] - without[i]);
        }
    }
    trial
}

#[test]
fn a_letter_adds_as_many_visits_and_orders_as_hillstroms_did() {
    // S15: real lifts .0766 and .0452 of visits, .0068 and .0031 of orders; bands are three standard errors of the trial.
    let mens = (list(0.40, 0.12, 0.107, 0.25), 0.0766, 0.0068);
    let womens = (list(0.40, 0.08, 0.05, 0.19), 0.0452, 0.0031);
    for (model, visits, orders) in [mens, womens] {
        let trial = trial(&model, 31, 40_000);
        let all = |arm: usize| {
            let [a, b] = [&trial.visits[0][arm], &trial.visits[1][arm]];
            (a.sum + b.sum) / (a.n + b.n)
        };
        let error = |p: f64, q: f64| ((p * (1.0 - p) + q * (1.0 - q)) / TRIAL).sqrt();
        let (v, o) = ([all(0), all(1)], [trial.orders[0].mean(), trial.orders[1].mean()]);
        check(&[
            ("visit without mail", v[0], 0.104, 0.006),
            ("order without mail", o[0], 0.0057, 0.0015),
            ("visits added", trial.more[0].mean(), visits, 3.0 * error(v[0], v[1])),
            ("orders added", trial.more[1].mean(), orders, 3.0 * error(o[0], o[1])),
        ]);
    }
}

#[test]
fn a_letter_adds_to_who_visits_much_what_it_adds_to_who_visits_little() {
    let model = list(0.40, 0.12, 0.107, 0.25);
    let trial = trial(&model, 32, 60_000);
    let [little, much] = &trial.visits;
    let lift = |of: &[Mean; 2]| of[1].mean() - of[0].mean();
    let rise = |of: &[Mean; 2]| (of[1].mean() / of[0].mean()).ln();
    // Additive in sessions: of those who visit anyway it makes no visitors.
    let per_free = |of: &[Mean; 2]| lift(of) / (1.0 - of[0].mean());
    let variance = |of: &Mean| (1.0 - of.mean()) / (of.mean() * of.n);
    let noise = [little, much].into_iter().flatten().map(variance).sum::<f64>().sqrt();
    let apart = (rise(little) - rise(much)) / noise;
    check(&[
        ("baselines apart", much[0].mean() - little[0].mean(), 0.12, 0.08),
        ("visits added to much over little", per_free(much) / per_free(little), 1.0, 0.12),
        ("standard errors apart on the log scale, over 10", (apart / 10.0).min(1.0), 1.0, 0.2),
    ]);
}
