//! Flat ops against two judges that share nothing with them: the CEL library's own interpreter, which knows no
//! unknowns, and a small three-valued one over the expression as it was drawn.

mod customer;
mod draw;
mod expression;
mod filter;

use customer::{Customer, FACTS, Known, NOW, PARTS, ROOTS, Reader, Values, context};
use draw::{customer, logic};
use expression::For;
use foresend_core::world::condition::Truth;
use foresend_program::{Compiled, Diagnostic, Sources, compile};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// What the compiled condition comes to; `None`: it is over our limits, which must be said. A condition of which we
/// warn that it is always true, or never, is never the opposite.
fn ours(text: &str, of: &Customer) -> Option<Truth> {
    let (compiled, told) = compiled(&program(text, ""), text)?;
    let condition = compiled.program.journeys[0].holds.as_ref().expect("it has a `while`");
    assert_eq!(condition.text(), text);
    let (truth, values) = condition.read_aloud(&Reader(of, &compiled.program));
    assert_eq!(truth, condition.read(&Reader(of, &compiled.program)));
    for (named, value) in condition.names().iter().zip(values) {
        let expected = of.named(&named.name).unwrap_or(f64::NAN);
        assert_eq!(value.to_bits(), expected.to_bits(), "{text}: {}", named.name);
    }
    for name in ["cart.items", "cart.value", "views", "event.time"] {
        let is_named = condition.names().iter().any(|named| *named.name == *name);
        assert_eq!(is_named, text.contains(name), "{text}: {name}");
    }
    for warning in told.iter().filter(|d| d.code == "foresend::lint::constant") {
        let never =
            if warning.message.ends_with("always true") { Truth::False } else { Truth::True };
        assert_ne!(truth, never, "{text}: {}", warning.message);
    }
    Some(truth)
}

/// Whether the event that started the journey passes a filter; `None`: it is over our limits, which must be said.
fn passes(filter: &str, of: &Customer) -> Option<Truth> {
    let fact = format!("trials = \"count('Trial Started', {filter})\"");
    let (compiled, _) = compiled(&program("trials > 0", &fact), filter)?;
    let mut filters = compiled.program.streams.iter().filter_map(|stream| stream.filter.as_ref());
    let filter = filters.next().expect("the only fact that is read has one");
    Some(filter.read(&Reader(of, &compiled.program)))
}

fn compiled(sources: &Sources, text: &str) -> Option<(Compiled, Vec<Diagnostic>)> {
    let (compiled, told) = compile(sources, None);
    if compiled.is_none() {
        let over = ["foresend::condition_size", "foresend::condition_syntax"];
        assert!(told.iter().any(|d| over.contains(&d.code)), "{text}: {told:?}");
    }
    Some((compiled?, told))
}

fn program(condition: &str, fact: &str) -> Sources {
    let mut sources = Sources::default();
    let typed = |root: usize| {
        let types = ["number", "text", "date", "bool"];
        let lines = PARTS[root].iter().zip(types).map(|(name, of)| format!("{name} = '{of}'"));
        lines.collect::<Vec<_>>()
    };
    let program = format!(
        "brand = 'B'\nfrom = 'a@b.example'\npostal = 'P'\ncurrency = 'EUR'\ntopics.t = {{ says = 'T', basis = 'consent' }}\n\
         [events]\n'Trial Started' = {{ product_id = 'text', {} }}\n[traits]\n{}\n[catalogue]\n{}\n[facts]{FACTS}{fact}\n",
        typed(2).join(", "),
        typed(0).join("\n"),
        typed(1).join("\n"),
    );
    let journey = format!(
        "topic = 't'\non = 'Trial Started'\nkey = 'product_id'\nagain = 'never'\nwhile = \"{condition}\"\nsteps = [{{ id = 'a', send = 'm' }}]"
    );
    let mail = "+++\nsubject = 'S'\n+++\n";
    for (path, text) in
        [("program.toml", program), ("journeys/j.toml", journey), ("mails/m.md", mail.to_owned())]
    {
        sources.files.insert(path.to_owned(), text);
    }
    sources
}

/// What the library's interpreter makes of the same text.
fn cel(text: &str, of: &Customer) -> bool {
    let program = cel::Program::compile(text).unwrap_or_else(|e| panic!("{text}: {e}"));
    match program.execute(&context(of)) {
        Ok(cel::Value::Bool(truth)) => truth,
        other => panic!("{text}: {other:?}"),
    }
}

fn truth(value: Option<bool>) -> Truth {
    value.map_or(Truth::Unknown, |truth| if truth { Truth::True } else { Truth::False })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

    #[test]
    fn of_a_customer_who_is_known_ours_and_cel_say_the_same(condition in logic(4), of in customer(true)) {
        let text = condition.text(For::Us);
        if let Some(ours) = ours(&text, &of) {
            let expected = condition.value(&of);
            prop_assert_eq!(ours, truth(expected), "{}", text);
            // What is no number is unknown to us; CEL compares it as a float.
            if let Some(expected) = expected
                && condition.is_cels(&of)
            {
                prop_assert_eq!(cel(&condition.text(For::Cel), &of), expected, "{}", text);
            }
        }
    }

    #[test]
    fn what_is_unknown_stays_unknown_unless_it_does_not_matter(condition in logic(4), of in customer(false)) {
        let text = condition.text(For::Us);
        if let Some(ours) = ours(&text, &of) {
            prop_assert_eq!(ours, truth(condition.value(&of)), "{}", text);
        }
    }

    #[test]
    fn an_event_passes_a_filter_if_the_condition_is_true_of_it(condition in logic(3), of in customer(false)) {
        let filter = condition.of_the_event();
        let text = filter.text(For::Us);
        if let Some(passes) = passes(&text, &of) {
            prop_assert_eq!(passes, truth(filter.value(&of)), "{}", text);
        }
    }
}

/// Someone of whom little is known, on the 2nd of March 2026 at midnight.
fn somebody() -> Customer {
    let nothing = Values { number: None, text: None, date: None, truth: None };
    Customer {
        facts: [
            Known::Number(7.0),
            Known::Unknown,
            Known::Number(2.0),
            Known::Never,
            Known::Unknown,
            Known::Number(1.0),
            Known::Number(3.0),
            Known::Unknown,
            Known::Number(40.5),
        ],
        cart: (0.0, 0.0),
        values: [
            Values { text: Some("York".to_owned()), date: Some(20_513), ..nothing.clone() },
            nothing.clone(),
            Values { number: Some(12.0), ..nothing },
        ],
        time: NOW,
    }
}

#[track_caller]
fn check(text: &str, expected: Truth) {
    assert_eq!(ours(text, &somebody()), Some(expected), "{text}");
}

#[test]
fn division_is_real_and_something_that_never_happened_is_later_than_any_number() {
    for (text, expected) in [
        ("views / 2 == 3.5", Truth::True),
        ("7 / 2 > 3", Truth::True),
        ("days_since_order > 100000", Truth::True),
        ("days_since_order < 5", Truth::False),
        ("days_since_look > 5", Truth::Unknown),
        ("days_since_look > 5 && views < 0", Truth::False),
        ("days_since_look > 5 || views > 0", Truth::True),
        ("!(orders_30d > 0)", Truth::Unknown),
        ("(orders_30d > 0) == (orders_30d > 0)", Truth::Unknown),
        ("orders_30d > 0 ? true : true", Truth::Unknown),
        ("age > 40 && kinds_7d == 3 && big_orders == 1", Truth::True),
        ("last_total > 0", Truth::Unknown),
    ] {
        check(text, expected);
    }
}

#[test]
fn a_value_that_is_missing_is_unknown_and_has_says_so() {
    for (text, expected) in [
        ("customer.city == 'York'", Truth::True),
        ("'York' != customer.city", Truth::False),
        ("customer.city in ['Leeds', 'York']", Truth::True),
        ("!(customer.city in ['Leeds', 'Hull'])", Truth::True),
        ("item.season == 'spring'", Truth::Unknown),
        ("item.season in ['spring']", Truth::Unknown),
        ("has(item.season)", Truth::False),
        ("has(item.season) && item.season == 'spring'", Truth::False),
        ("item.season == customer.city", Truth::Unknown),
        ("customer.city.size() == 4 && customer.city.startsWith('Yo')", Truth::True),
        ("event.worth in [11, 12]", Truth::True),
        ("event.worth in [-12]", Truth::False),
        ("customer.points in [1, 2]", Truth::Unknown),
        ("customer.vip", Truth::Unknown),
        ("customer.vip && event.worth < 0", Truth::False),
    ] {
        check(text, expected);
    }
}

#[test]
fn instants_and_spans_reckon_in_milliseconds() {
    for (text, expected) in [
        ("event.time == customer.birthday + days(1)", Truth::True),
        ("event.time - customer.birthday == hours(24)", Truth::True),
        ("event.time - customer.birthday < 2 * days(1)", Truth::True),
        ("days(3) / 2 == hours(36)", Truth::True),
        ("-days(1) + days(event.worth) == days(11)", Truth::True),
        ("event.time.getFullYear() == 2026 && event.time.getMonth() == 2", Truth::True),
        ("event.time.getDate() == 2 && event.time.getDayOfMonth() == 1", Truth::True),
        ("event.time.getDayOfWeek() == 1 && event.time.getDayOfYear() == 60", Truth::True),
        ("(event.time - hours(0.5)).getHours() == 23", Truth::True),
        ("(event.time - hours(0.5)).getMinutes() == 30", Truth::True),
        ("item.since.getHours() == 0", Truth::Unknown),
    ] {
        check(text, expected);
    }
}

#[test]
fn a_segment_tells_its_own_value_and_those_that_it_is_made_of() {
    let segments = "[segments]\nrich = \"spend / 2 > 0.5\"\nkeen = \"views > 3 && rich\"\n";
    let text = "cart.items < 1 && !(days_since_look > 5) && (keen || rich)";
    let (compiled, _) = compiled(&program(text, segments), text).expect("it is short");
    let condition = compiled.program.journeys[0].holds.as_ref().expect("it has a `while`");
    let (_, values) = condition.read_aloud(&Reader(&somebody(), &compiled.program));
    let told: Vec<String> = condition
        .names()
        .iter()
        .zip(values)
        .map(|(named, value)| format!("{} {value}", named.name))
        .collect();
    assert_eq!(
        told,
        ["cart.items 0", "days_since_look NaN", "keen 1", "views 7", "rich 1", "spend 2"]
    );
}

#[test]
fn every_root_of_a_value_is_declared_in_the_program_of_this_test() {
    let names =
        ROOTS.iter().zip(PARTS).flat_map(|(root, parts)| parts.map(|p| format!("{root}.{p}")));
    for name in names {
        assert!(ours(&format!("has({name})"), &somebody()).is_some(), "{name}");
    }
}
