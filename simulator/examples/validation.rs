//! The published figures of the model, found again by whole rehearsals of far more customers than a test should take:
//!
//!     cargo run --release -p foresend-simulator --example validation > docs/validation.md
//!
//! Beside each figure stands what it is to be, and whether it is within its band.

#![expect(clippy::print_stdout, reason = "its output is a page")]
#![expect(
    clippy::unwrap_used,
    reason = "programs and presets that are written down here are right"
)]
#![expect(clippy::cast_precision_loss, reason = "figures are shown to a few digits")]

#[path = "../tests/rehearsal/programs.rs"]
#[expect(dead_code, reason = "tests need more programs")]
mod programs;

use foresend_insight::increment::ORDERS_CHANGED_MIN;
use foresend_simulator::population::Preset;
use foresend_simulator::rehearsal::{AS_WRITTEN, NO_MAIL, Rehearsal};
use programs::{campaign, cart, cart_minutes, changed, mailable, program, run, run_for, win_back};

const THREADS: usize = 2;
/// Minutes after the cart.
const DELAYS: [(u32, &str); 9] = [
    (30, "½"),
    (60, "1"),
    (120, "2"),
    (240, "4"),
    (480, "8"),
    (720, "12"),
    (1440, "24"),
    (2880, "48"),
    (4320, "72"),
];

/// A figure: its name, what was found, what was published, how far off it may be.
type Figure = (&'static str, f64, f64, f64);

fn table(figures: &[Figure]) {
    println!("| figure | found | published | band | |");
    println!("|---|---|---|---|---|");
    for (name, found, published, band) in figures {
        let sign = if (found - published).abs() < *band { "✓" } else { "✗" };
        println!("| {name} | {found:.4} | {published} | ± {band:.4} | {sign} |");
    }
    println!();
}

/// Orders that mail caused for each thousand customers, and half of the 95 % interval of that.
fn caused(found: &Rehearsal) -> (f64, f64) {
    let orders = found.orders.increment(AS_WRITTEN, NO_MAIL, ORDERS_CHANGED_MIN);
    let thousands = found.customers as f64 / 1e3;
    (orders.value as f64 / thousands, orders.noise.unwrap_or(f64::NAN) / thousands)
}

fn purchases() {
    println!("## Orders without mail\n");
    println!(
        "400,000 customers from their first order on; E[X(t)] of BG/NBD by the hypergeometric formula of Fader,"
    );
    println!(
        "Hardie, Lee (2005) at the parameters of the CDNOW cohort; bands of three standard errors.\n"
    );
    let preset = changed(&mailable(), &[("purchase.age", &[0.0])]);
    let nobody = program(Vec::new());
    let figures: Vec<Figure> = [
        ("repeat orders a customer, 8 weeks", 8, 0.3586),
        ("26 weeks", 26, 0.9014),
        ("39 weeks", 39, 1.1951),
        ("78 weeks", 78, 1.8580),
    ]
    .into_iter()
    .map(|(name, weeks, published)| {
        let found = run_for(&nobody, &preset, 400_000, weeks * 7, THREADS);
        let n = found.customers as f64;
        let (total, noise) = found.orders.contrast(&[(NO_MAIL, 1)]);
        let error = noise.unwrap_or(f64::NAN) / 1.96 / n;
        (name, total as f64 / n, published, 3.0 * error)
    })
    .collect();
    table(&figures);
}

fn mails() {
    println!("## What mail does\n");
    println!(
        "500,000 customers, 60 days, everyone may be mailed; a cart mail leaves so many hours after the cart, until any"
    );
    println!(
        "order, again after seven days; a letter on Tuesdays at ten, and a win-back in its place after 90 days.\n"
    );
    let one = run(&program(vec![cart(&[1])]), &mailable(), 500_000, THREADS);
    let three = run(&program(vec![cart(&[1, 24, 72])]), &mailable(), 500_000, THREADS);
    let all = program(vec![cart(&[1, 24, 72]), win_back(), campaign(Some(1))]);
    let all = run(&all, &mailable(), 500_000, THREADS);
    let mail = one.arms[AS_WRITTEN].pulse.all_steps().mail;
    let share = |count: u64| count as f64 / mail.sent as f64;
    let mut figures: Vec<Figure> = vec![
        (
            "one cart mail after 1 h: opened by people, of sent",
            share(mail.opened_human),
            0.428,
            0.026,
        ),
        ("clicked by people, of sent", share(mail.clicked_human), 0.070, 0.005),
        ("unsubscribed, of sent", share(mail.unsubscribed), 0.0030, 0.0006),
        ("orders within five days of a click, of sent", share(one.claimed.click), 0.014, 0.0014),
        ("within five days of an opening", share(one.claimed.touch), 0.061, 0.0061),
        ("of the cart that it was about", share(one.claimed.same_cart), 0.020, 0.002),
    ];
    for (name, found, published, band) in [
        ("orders caused for each thousand, one cart mail", &one, 1.58, 0.18),
        ("three of them: 1, 24, 72 h", &three, 3.31, 0.25),
        ("with letters and win-backs", &all, 11.44, 0.50),
    ] {
        let (orders, noise) = caused(found);
        figures.push((name, orders, published, band + noise));
        let claimed = found.attributed_orders as f64 / (found.customers as f64 / 1e3);
        figures.push(("  of those that clicks would claim", orders / claimed, 0.5, 0.45));
    }
    table(&figures);
}

/// A world: what differs from `retail`.
type World = (&'static str, Vec<(&'static str, &'static [f64])>);

fn worlds() -> Vec<World> {
    let times = |salience: &'static [f64], wish: &'static [f64]| {
        vec![("intent.salience", salience), ("intent.intent", wish)]
    };
    let early = |rho: &'static [f64], fades: &'static [f64]| {
        vec![("reminder.reactance", rho), ("reminder.reactance_fades", fades)]
    };
    let mut at_once = early(&[1.0], &[2.0]);
    at_once.push(("mail.open_median", &[0.1]));
    vec![
        ("`retail`", Vec::new()),
        ("no annoyance", early(&[0.0], &[0.75])),
        ("fast: tM 1, 6, tI 12, 36 h", times(&[1.0, 6.0], &[12.0, 36.0])),
        ("slow: tM 6, 72, tI 48, 240 h", times(&[6.0, 72.0], &[48.0, 240.0])),
        ("annoyed: ρ 1, tR 3 h", early(&[1.0], &[3.0])),
        ("read at once: open in 6 min, ρ 1, tR 2 h", at_once),
        ("weak: b .2", vec![("reminder.strength", &[0.2])]),
    ]
}

const PUBLISHED: [[f64; 9]; 7] = [
    [1.37, 1.57, 1.69, 1.77, 1.76, 1.78, 1.62, 1.29, 1.01],
    [1.54, 1.65, 1.70, 1.77, 1.76, 1.78, 1.62, 1.29, 1.01],
    [1.49, 1.67, 1.79, 1.81, 1.69, 1.53, 0.99, 0.45, 0.23],
    [0.95, 1.13, 1.31, 1.48, 1.67, 1.76, 1.59, 1.44, 1.31],
    [-0.18, 0.34, 0.96, 1.47, 1.69, 1.76, 1.62, 1.29, 1.01],
    [-3.39, -1.69, 0.13, 1.21, 1.61, 1.78, 1.89, 1.52, 1.16],
    [0.40, 0.51, 0.60, 0.63, 0.58, 0.60, 0.58, 0.47, 0.33],
];

fn delays() {
    println!("## When to send one cart mail\n");
    println!(
        "Orders caused for each thousand customers in 60 days, by the hours between cart and mail, 300,000 customers a"
    );
    println!(
        "world, the same in each; in brackets what was published, whose standard error is .06 (read at once: .09).\n"
    );
    let names: Vec<&str> = DELAYS.iter().map(|(_, name)| *name).collect();
    println!("| hours after the cart | {} |", names.join(" | "));
    println!("|---|{}", "---|".repeat(DELAYS.len()));
    let mut regret = [0.0f64; 9];
    let mut naive = Vec::new();
    for ((name, changes), published) in worlds().iter().zip(PUBLISHED) {
        let preset: Preset = changed(&mailable(), changes);
        let found = DELAYS.map(|(minutes, _)| {
            let found = run(&program(vec![cart_minutes(&[minutes])]), &preset, 300_000, THREADS);
            let sent = found.arms[AS_WRITTEN].pulse.all_steps().mail.sent as f64;
            if changes.is_empty() {
                naive.push(found.claimed.touch as f64 * 100.0 / sent);
            }
            caused(&found).0
        });
        let cells = found.iter().zip(published).map(|(found, was)| format!("{found:.2} ({was})"));
        println!("| {name} | {} |", cells.collect::<Vec<_>>().join(" | "));
        let best = found.iter().copied().fold(f64::MIN, f64::max);
        for (regret, found) in regret.iter_mut().zip(found) {
            *regret = regret.max(best - found);
        }
    }
    let cells: Vec<String> = regret.iter().map(|regret| format!("{regret:.2}")).collect();
    println!("| largest regret | {} |\n", cells.join(" | "));
    let least = (0..9).min_by(|&a, &b| regret[a].total_cmp(&regret[b])).unwrap();
    println!("Least regret in the worst world: {} h (published: 12 h).\n", DELAYS[least].1);
    let cells: Vec<String> = naive.iter().map(|share| format!("{share:.1}")).collect();
    println!(
        "What counting would say of `retail`, orders within five days of an opening for each hundred mails: {}.",
        cells.join(", ")
    );
    println!(
        "It falls with the delay, whatever mail causes: who is left to be mailed later was less inclined to buy.\n"
    );
}

fn main() {
    println!("# Validation\n");
    println!(
        "The last output of `cargo run --release -p foresend-simulator --example validation`. What is published are the"
    );
    println!(
        "figures of a prototype of the same model, written before this one and sharing no code with it, and exact formulas"
    );
    println!(
        "where there are some. Tests hold the same with fewer customers, and more: see [models.md](models.md).\n"
    );
    purchases();
    mails();
    delays();
}
