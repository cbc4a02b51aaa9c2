//! Flat ops against two judges that share nothing with them: the CEL library's own interpreter, which knows no
//! unknowns, and a small three-valued one over the expression as it was drawn.

use foresend_core::time::{Timestamp, Wait};
use foresend_core::world::condition::{Facts, Truth};
use foresend_core::world::event::EventIx;
use foresend_core::world::program::Program;
use foresend_core::world::stream::StreamIx;
use foresend_program::{Sources, compile};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// What a fact can be.
#[derive(Clone, Copy, Debug)]
enum Known {
    Number(f64),
    /// It never happened: later than any number.
    Never,
    Unknown,
}

/// One customer: two counts, a sum, two days since, a cart.
#[derive(Clone, Debug)]
struct Customer {
    facts: [Known; 5],
    cart: (f64, f64),
}

const NAMES: [&str; 5] = ["views", "orders_30d", "spend", "days_since_order", "days_since_look"];
const FACTS: &str = "
views            = \"count('Product Viewed')\"
orders_30d       = \"count('Order Completed', '30d')\"
spend            = \"sum('Order Completed', 'revenue')\"
days_since_order = \"days_since('Order Delivered')\"
days_since_look  = \"days_since('Product Clicked')\"
";

#[derive(Clone, Debug)]
enum Number {
    Literal(f64),
    Fact(usize),
    CartItems,
    CartValue,
    Negate(Box<Self>),
    Arithmetic(&'static str, Box<Self>, Box<Self>),
    Choose(Box<Logic>, Box<Self>, Box<Self>),
}

#[derive(Clone, Debug)]
enum Logic {
    Literal(bool),
    Compare(&'static str, Box<Number>, Box<Number>),
    Same(&'static str, Box<Self>, Box<Self>),
    Not(Box<Self>),
    Join(&'static str, Box<Self>, Box<Self>),
    Choose(Box<Self>, Box<Self>, Box<Self>),
}

impl Number {
    /// Written with a point, so that CEL reads doubles: its ints divide as integers, ours do not.
    fn text(&self) -> String {
        match self {
            Self::Literal(number) => format!("{number:?}"),
            Self::Fact(at) => NAMES[*at].to_owned(),
            Self::CartItems => "cart.items".to_owned(),
            Self::CartValue => "cart.value".to_owned(),
            Self::Negate(a) => format!("-({})", a.text()),
            Self::Arithmetic(op, a, b) => format!("({} {op} {})", a.text(), b.text()),
            Self::Choose(c, a, b) => format!("({} ? {} : {})", c.text(), a.text(), b.text()),
        }
    }

    fn value(&self, of: &Customer) -> Option<f64> {
        match self {
            Self::Literal(number) => Some(*number),
            Self::Fact(at) => match of.facts[*at] {
                Known::Number(number) => Some(number),
                Known::Never => Some(f64::INFINITY),
                Known::Unknown => None,
            },
            Self::CartItems => Some(of.cart.0),
            Self::CartValue => Some(of.cart.1),
            Self::Negate(a) => Some(-a.value(of)?),
            Self::Arithmetic(op, a, b) => {
                let (a, b) = (a.value(of)?, b.value(of)?);
                let result = match *op {
                    "+" => a + b,
                    "-" => a - b,
                    "*" => a * b,
                    _ => a / b,
                };
                // ∞ − ∞ and 0 ÷ 0 are no numbers: nobody knows.
                (!result.is_nan()).then_some(result)
            }
            Self::Choose(c, a, b) => match c.value(of)? {
                true => a.value(of),
                false => b.value(of),
            },
        }
    }
}

impl Logic {
    fn text(&self) -> String {
        match self {
            Self::Literal(truth) => truth.to_string(),
            Self::Compare(op, a, b) => format!("({} {op} {})", a.text(), b.text()),
            Self::Same(op, a, b) | Self::Join(op, a, b) => {
                format!("({} {op} {})", a.text(), b.text())
            }
            Self::Not(a) => format!("!({})", a.text()),
            Self::Choose(c, a, b) => format!("({} ? {} : {})", c.text(), a.text(), b.text()),
        }
    }

    #[expect(clippy::float_cmp, reason = "`==` of the language is exact")]
    fn value(&self, of: &Customer) -> Option<bool> {
        match self {
            Self::Literal(truth) => Some(*truth),
            Self::Compare(op, a, b) => {
                let (a, b) = (a.value(of)?, b.value(of)?);
                Some(match *op {
                    "<" => a < b,
                    "<=" => a <= b,
                    ">" => a > b,
                    ">=" => a >= b,
                    "==" => a == b,
                    _ => a != b,
                })
            }
            Self::Same(op, a, b) => Some((a.value(of)? == b.value(of)?) == (*op == "==")),
            Self::Not(a) => Some(!a.value(of)?),
            Self::Join("&&", a, b) => match (a.value(of), b.value(of)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (a, b) => Some(a? && b?),
            },
            Self::Join(_, a, b) => match (a.value(of), b.value(of)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (a, b) => Some(a? || b?),
            },
            Self::Choose(c, a, b) => match c.value(of)? {
                true => a.value(of),
                false => b.value(of),
            },
        }
    }
}

fn number(depth: u32) -> BoxedStrategy<Number> {
    let leaf = prop_oneof![
        (0u32..400).prop_map(|halves| Number::Literal(f64::from(halves) / 2.0)),
        (0usize..5).prop_map(Number::Fact),
        (0usize..5).prop_map(Number::Fact),
        Just(Number::CartItems),
        Just(Number::CartValue),
    ];
    if depth == 0 {
        return leaf.boxed();
    }
    let deeper = move || number(depth - 1).prop_map(Box::new);
    let op = prop_oneof![Just("+"), Just("-"), Just("*"), Just("/")];
    prop_oneof![
        3 => leaf,
        1 => deeper().prop_map(Number::Negate),
        3 => (op, deeper(), deeper()).prop_map(|(op, a, b)| Number::Arithmetic(op, a, b)),
        1 => (logic(depth - 1).prop_map(Box::new), deeper(), deeper())
            .prop_map(|(c, a, b)| Number::Choose(c, a, b)),
    ]
    .boxed()
}

fn logic(depth: u32) -> BoxedStrategy<Logic> {
    if depth == 0 {
        return any::<bool>().prop_map(Logic::Literal).boxed();
    }
    let deeper = move || logic(depth - 1).prop_map(Box::new);
    let numbers = move || number(depth - 1).prop_map(Box::new);
    let compare = prop_oneof![Just("<"), Just("<="), Just(">"), Just(">="), Just("=="), Just("!=")];
    let same = prop_oneof![Just("=="), Just("!=")];
    let join = prop_oneof![Just("&&"), Just("||")];
    prop_oneof![
        6 => (compare, numbers(), numbers()).prop_map(|(op, a, b)| Logic::Compare(op, a, b)),
        1 => (same, deeper(), deeper()).prop_map(|(op, a, b)| Logic::Same(op, a, b)),
        1 => deeper().prop_map(Logic::Not),
        4 => (join, deeper(), deeper()).prop_map(|(op, a, b)| Logic::Join(op, a, b)),
        1 => (deeper(), deeper(), deeper()).prop_map(|(c, a, b)| Logic::Choose(c, a, b)),
    ]
    .boxed()
}

/// Small numbers, so that equality happens; days as whole milliseconds, so that they are exact.
fn customer(known: bool) -> impl Strategy<Value = Customer> {
    let number = || (0u32..40).prop_map(|halves| Known::Number(f64::from(halves) / 2.0));
    let days = || {
        let some = (0u32..400).prop_map(|halves| Known::Number(f64::from(halves) / 2.0));
        prop_oneof![4 => some, 1 => Just(Known::Never)]
    };
    let perhaps = move |fact: BoxedStrategy<Known>| match known {
        true => fact,
        false => prop_oneof![2 => fact, 1 => Just(Known::Unknown)].boxed(),
    };
    let facts = (
        perhaps(number().boxed()),
        perhaps(number().boxed()),
        perhaps(number().boxed()),
        perhaps(days().boxed()),
        perhaps(days().boxed()),
    );
    (facts, 0u32..6, 0u32..400).prop_map(|((a, b, c, d, e), items, value)| Customer {
        facts: [a, b, c, d, e],
        cart: (f64::from(items), f64::from(value) / 2.0),
    })
}

/// The customer as the core asks for it.
struct Reader<'a>(&'a Customer, &'a Program);

const NOW: Timestamp = Timestamp::from_millis(1_772_409_600_000);

impl Reader<'_> {
    fn fact(&self, stream: StreamIx) -> Known {
        let stream = &self.1.streams[usize::from(stream.0)];
        let at = match (stream.event, stream.property) {
            (EventIx::PRODUCT_VIEWED, None) => 0,
            (EventIx::ORDER_COMPLETED, None) => 1,
            (EventIx::ORDER_COMPLETED, Some(_)) => 2,
            (EventIx::ORDER_DELIVERED, None) => 3,
            (EventIx::PRODUCT_CLICKED, None) => 4,
            other => panic!("no fact reads {other:?}"),
        };
        self.0.facts[at]
    }

    fn number(&self, stream: StreamIx) -> Option<f64> {
        match self.fact(stream) {
            Known::Number(number) => Some(number),
            Known::Unknown => None,
            Known::Never => panic!("only days since are ever never"),
        }
    }
}

impl Facts for Reader<'_> {
    fn came(&self, _: u8) -> bool {
        false
    }
    fn count(&self, stream: StreamIx, window: Option<Wait>) -> Option<f64> {
        let is_orders = self.1.streams[usize::from(stream.0)].event == EventIx::ORDER_COMPLETED;
        assert_eq!(window, is_orders.then(|| Wait::days(30)));
        self.number(stream)
    }

    fn sum(&self, stream: StreamIx, window: Option<Wait>) -> Option<f64> {
        assert_eq!(window, None);
        self.number(stream)
    }

    #[expect(clippy::cast_possible_truncation, reason = "half days are whole milliseconds")]
    fn last(&self, stream: StreamIx) -> Option<Timestamp> {
        match self.fact(stream) {
            Known::Number(days) => {
                Some(NOW.before(Wait::from_millis((days * 86_400_000.0) as i64)))
            }
            Known::Never => Some(Timestamp::ALWAYS),
            Known::Unknown => None,
        }
    }

    fn cart(&self) -> (f64, f64) {
        self.0.cart
    }

    fn at(&self) -> Timestamp {
        NOW
    }
}

/// What the compiled condition comes to; `None`: it is over our limits, which must be said. A condition of which we
/// warn that it is always true, or never, is never the opposite.
fn ours(text: &str, of: &Customer) -> Option<Truth> {
    let (compiled, told) = compile(&program(text), None);
    let Some(compiled) = compiled else {
        let over = ["foresend::condition_size", "foresend::condition_syntax"];
        assert!(told.iter().any(|d| over.contains(&d.code)), "{text}: {told:?}");
        return None;
    };
    let condition = compiled.program.journeys[0].holds.as_ref().expect("it has a `while`");
    assert_eq!(condition.text(), text);
    let truth = condition.read(&Reader(of, &compiled.program));
    for warning in told.iter().filter(|d| d.code == "foresend::lint::constant") {
        let never =
            if warning.message.ends_with("always true") { Truth::False } else { Truth::True };
        assert_ne!(truth, never, "{text}: {}", warning.message);
    }
    Some(truth)
}

fn program(condition: &str) -> Sources {
    let mut sources = Sources::default();
    let program = format!(
        "brand = 'B'\nfrom = 'a@b.example'\npostal = 'P'\ncurrency = 'EUR'\ntopics.t = {{ says = 'T', basis = 'consent' }}\n[facts]{FACTS}"
    );
    let journey = format!(
        "topic = 't'\non = 'Product Viewed'\nagain = 'never'\nwhile = \"{condition}\"\nsteps = [{{ id = 'a', send = 'm' }}]"
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
    let mut context = cel::Context::default();
    for (name, fact) in NAMES.iter().zip(of.facts) {
        let value = match fact {
            Known::Number(number) => number,
            Known::Never => f64::INFINITY,
            Known::Unknown => panic!("CEL knows no unknowns"),
        };
        context.add_variable_from_value(*name, value);
    }
    let cart = [("items", of.cart.0), ("value", of.cart.1)];
    context.add_variable_from_value("cart", std::collections::HashMap::from(cart));
    let program = cel::Program::compile(text).unwrap_or_else(|e| panic!("{text}: {e}"));
    match program.execute(&context) {
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
        let text = condition.text();
        if let Some(ours) = ours(&text, &of) {
            let expected = condition.value(&of);
            prop_assert_eq!(ours, truth(expected), "{}", text);
            // What is no number is unknown to us; CEL compares it as a float.
            if let Some(expected) = expected
                && condition.is_all_numbers(&of)
            {
                prop_assert_eq!(cel(&text, &of), expected, "{}", text);
            }
        }
    }

    #[test]
    fn what_is_unknown_stays_unknown_unless_it_does_not_matter(condition in logic(4), of in customer(false)) {
        let text = condition.text();
        if let Some(ours) = ours(&text, &of) {
            prop_assert_eq!(ours, truth(condition.value(&of)), "{}", text);
        }
    }
}

impl Logic {
    /// Whether no part of it, taken or not, is ∞ − ∞ or the like.
    fn is_all_numbers(&self, of: &Customer) -> bool {
        match self {
            Self::Literal(_) => true,
            Self::Compare(_, a, b) => a.is_all_numbers(of) && b.is_all_numbers(of),
            Self::Same(_, a, b) | Self::Join(_, a, b) => {
                a.is_all_numbers(of) && b.is_all_numbers(of)
            }
            Self::Not(a) => a.is_all_numbers(of),
            Self::Choose(c, a, b) => [c, a, b].iter().all(|part| part.is_all_numbers(of)),
        }
    }
}

impl Number {
    fn is_all_numbers(&self, of: &Customer) -> bool {
        let parts = match self {
            Self::Literal(_) | Self::Fact(_) | Self::CartItems | Self::CartValue => true,
            Self::Negate(a) => a.is_all_numbers(of),
            Self::Arithmetic(_, a, b) => a.is_all_numbers(of) && b.is_all_numbers(of),
            Self::Choose(c, a, b) => {
                c.is_all_numbers(of) && a.is_all_numbers(of) && b.is_all_numbers(of)
            }
        };
        parts && self.value(of).is_some()
    }
}

#[test]
fn division_is_real_and_something_that_never_happened_is_later_than_any_number() {
    let never = Customer {
        facts: [
            Known::Number(7.0),
            Known::Unknown,
            Known::Number(2.0),
            Known::Never,
            Known::Unknown,
        ],
        cart: (0.0, 0.0),
    };
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
    ] {
        assert_eq!(ours(text, &never), Some(expected), "{text}");
    }
}
