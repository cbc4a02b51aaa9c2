//! No text can make the compiler panic, place a label outside its file, or go on without saying what is wrong:
//! valid files are torn, doubled and spliced with words of the language.

use crate::folder;
use foresend_program::{Diagnostic, Severity, Sources, compile, scenario, set};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// Words that lead deeper than chance would.
const WORDS: &[&str] = &[
    "\"",
    "'",
    "\"\"\"",
    "'''",
    "\\",
    "\\u00e9",
    "\\\n",
    "\r\n",
    "\n",
    "\t",
    "ä",
    "🎁",
    "\u{0}",
    "\u{feff}",
    "=",
    " = ",
    "[",
    "]",
    "[[",
    "]]",
    "{",
    "}",
    "{{",
    "}}",
    "{%",
    "%}",
    "+++",
    "#",
    ",",
    ".",
    "(",
    ")",
    "?",
    ":",
    "!",
    "-",
    "&&",
    "||",
    "==",
    "<=",
    "/",
    "//",
    "%",
    "0",
    "1",
    "-1",
    "1.5",
    "1e999",
    "9223372036854775808",
    "0x1F",
    "1_000",
    "true",
    "false",
    "null",
    "nan",
    "inf",
    "2026-03-02",
    "07:00:00",
    "steps",
    "[[steps]]",
    "[steps]",
    "on",
    "stop",
    "goal",
    "again",
    "never",
    "always",
    "while",
    "if",
    "id",
    "send",
    "after",
    "between",
    "late",
    "topic",
    "same",
    "key",
    "each = \"products\"",
    "enters",
    "lapsed",
    "date",
    "trait",
    "before",
    "birthday",
    "every",
    "tue 10:00",
    "31st",
    "1st-3rd",
    "yields_to",
    "by-event",
    "from",
    "due",
    "set",
    "vip = true",
    "call",
    "offer",
    "comeback",
    "was",
    "order_id",
    "product_id",
    "{ on = \"Order Completed\", same = \"order_id\" }",
    "event.time + days(3)",
    "2d",
    "90m",
    "0d",
    "9999y",
    "09:00-20:00",
    "24:00",
    "1 in 20h",
    "65536 in 1m",
    "cart.items",
    "cart",
    "cart.first.name",
    "orders",
    "buyer",
    "low-spender",
    "count('Order Completed', '1y')",
    "sum(",
    "days_since()",
    "event.x",
    "event.time",
    "event.price",
    "item.stock",
    "customer.a.b.c",
    "came('x')",
    "has(",
    "days(3)",
    "hours(",
    " in ",
    " in ['a', 'b']",
    " in [1, -2]",
    "[1][1]",
    ".startsWith('a')",
    ".getHours()",
    ".size()",
    "count('Product Viewed', event.category == 'a', '30d')",
    "distinct('Product Viewed', 'sku', '30d')",
    "due",
    "x.y(z)",
    "'Order Completed'",
    "Order Completed",
    "Product Viewed",
    "[facts]",
    "[segments]",
    "[topics]",
    "[events]",
    "[limits]",
    "a = \"b\"",
    "b = \"a\"",
    "mails = []",
    "consent",
    "contract",
    "[[cart most=3]]",
    "[[cart most=]]",
    "[[]]",
    "brand",
    "subject",
    "button = 1",
    "`",
    "```\n",
    "<b>",
    "{% if buyer %}",
    "{% elif x %}",
    "{% endif %}",
    "{% raw %}",
    "{#",
    "#}",
    "{{ customer.first_name }}",
    " | default('x')",
    " | first",
    " is defined",
    " if ",
    " else ",
    " not ",
    " in ",
    "~",
    "**",
    "[1:]",
    "item.name",
    "[[like-these by=bought]]",
    "otherwise=\"\"",
    "10%",
    "10% of order",
    "5.00",
    "single-use",
    "shared",
    "double",
    "[traits]",
    "[offers]",
    "[catalogue]",
    "\"\"",
    ",,",
    ";",
];

/// One change to a text, by fractions of its length.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    Flip(f64, u8),
    Cut(f64, f64),
    Double(f64, f64),
    Splice(f64, &'static str),
}

fn change() -> impl Strategy<Value = Change> {
    let place = || 0.0..1.0f64;
    prop_oneof![
        (place(), any::<u8>()).prop_map(|(at, byte)| Change::Flip(at, byte)),
        (place(), 0.0..0.1f64).prop_map(|(at, part)| Change::Cut(at, part)),
        (place(), 0.0..0.2f64).prop_map(|(at, part)| Change::Double(at, part)),
        (place(), proptest::sample::select(WORDS)).prop_map(|(at, word)| Change::Splice(at, word)),
        (place(), proptest::sample::select(WORDS)).prop_map(|(at, word)| Change::Splice(at, word)),
    ]
}

pub(crate) fn changes() -> impl Strategy<Value = Vec<Change>> {
    proptest::collection::vec(change(), 1..5)
}

pub(crate) fn changed(text: &str, changes: &[Change]) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for change in changes {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 ≤ part ≤ 1")]
        #[expect(clippy::cast_precision_loss, reason = "test files are short")]
        let place = |part: f64, of: usize| (part * of as f64) as usize;
        let length = bytes.len();
        match *change {
            Change::Flip(at, byte) => {
                let at = place(at, length);
                bytes.iter_mut().skip(at).take(1).for_each(|old| *old = byte);
            }
            Change::Cut(at, part) => {
                let at = place(at, length);
                let end = (at + place(part, length)).min(length);
                bytes.drain(at..end);
            }
            Change::Double(at, part) => {
                let at = place(at, length);
                let end = (at + place(part, length)).min(length);
                let again = bytes[at..end].to_vec();
                bytes.splice(end..end, again);
            }
            Change::Splice(at, word) => {
                let at = place(at, length);
                bytes.splice(at..at, word.bytes());
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Files of the program that uses all of the language.
const WHOLE: [&str; 4] = ["program.toml", "mails/thanks.md", "mails/spare.md", "catalogue.csv"];

/// A program or an error; every label on characters of its file (drawing asserts that).
fn holds(sources: &Sources) {
    let (compiled, told) = compile(sources, None);
    folder::draw(&told, |file| sources.files.get(file).map_or("", String::as_str));
    assert_eq!(compiled.is_some(), !any_error(&told), "{told:?}");
}

fn any_error(told: &[Diagnostic]) -> bool {
    told.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

    #[test]
    fn a_torn_program_file_is_told_of(changes in changes()) {
        torn("program.toml", &changes);
    }

    #[test]
    fn a_torn_journey_is_told_of(changes in changes()) {
        torn("journeys/cart-recovery.toml", &changes);
    }

    #[test]
    fn a_torn_journey_of_everything_is_told_of(
        file in proptest::sample::select(&["by-event", "by-product", "by-segment", "by-date", "by-calendar"][..]),
        changes in changes(),
    ) {
        let mut sources = folder::open("tests/programs/valid/everything");
        let text = sources.files.get_mut(&format!("journeys/{file}.toml")).unwrap();
        *text = changed(text, &changes);
        holds(&sources);
    }

    #[test]
    fn what_a_torn_program_declares_is_missed_by_journeys_of_everything(changes in changes()) {
        let mut sources = folder::open("tests/programs/valid/everything");
        let text = sources.files.get_mut("program.toml").unwrap();
        *text = changed(text, &changes);
        holds(&sources);
    }

    #[test]
    fn a_torn_mail_is_told_of(changes in changes()) {
        torn("mails/cart-second.md", &changes);
    }

    #[test]
    fn a_torn_file_of_the_whole_language_is_told_of(
        path in proptest::sample::select(&WHOLE[..]),
        changes in changes(),
    ) {
        let mut sources = folder::open("tests/programs/valid/full");
        let text = sources.files.get_mut(path).unwrap();
        *text = changed(text, &changes);
        holds(&sources);
    }

    #[test]
    fn any_text_is_a_catalogue_or_a_mail_or_told_of(
        bytes in proptest::collection::vec(any::<u8>(), 0..80),
        signs in "[\\{\\}%#|\\[\\]\\(\\)\"',;=\\n\\r a-cä\\-]{0,80}",
    ) {
        for text in [String::from_utf8_lossy(&bytes).into_owned(), signs] {
            let mut sources = folder::open("tests/programs/valid/full");
            sources.files.insert("catalogue.csv".to_owned(), text.clone());
            sources.files.insert("mails/any.md".to_owned(), format!("+++\nsubject = 'S'\n+++\n{text}"));
            holds(&sources);
            let named = format!("id,name,material,lasts_days,new_since,handmade\n{text}");
            sources.files.insert("catalogue.csv".to_owned(), named);
            holds(&sources);
        }
    }

    #[test]
    fn a_torn_condition_is_told_of(changes in changes()) {
        let condition = "buyer && !(low_spender || days_since_order > 1.5 * orders) ? cart.items >= 1 : cart.value != 0 - 3";
        let mut sources = folder::open("scenarios/shop");
        let journey = sources.files.get_mut("journeys/cart-recovery.toml").unwrap();
        *journey = journey.replace("cart.items > 0", &changed(condition, &changes).replace('"', "'"));
        holds(&sources);
    }

    #[test]
    fn a_torn_condition_about_the_event_is_told_of(changes in changes()) {
        let condition = "event.category in ['shoes', 'hats'] && (event.time + days(1.5 * orders)).getHours() < 12 || has(event.price) && !event.sku.startsWith('a')";
        let mut sources = folder::open("scenarios/shop");
        let journey = sources.files.get_mut("journeys/cart-recovery.toml").unwrap();
        *journey = journey.replace("cart.items > 0", &changed(condition, &changes).replace('"', "'"));
        holds(&sources);
    }

    #[test]
    fn a_torn_fact_is_told_of(changes in changes()) {
        let fact = "count('Order Completed', event.total >= 50 && event.coupon != 'x', '1y') + distinct('Product Viewed', 'sku', '7d') * last('Order Completed', 'total')";
        let mut sources = folder::open("scenarios/shop");
        let program = sources.files.get_mut("program.toml").unwrap();
        let fact = changed(fact, &changes).replace('"', "'");
        *program = program.replace("[facts] ", &format!("[facts]\ntorn = \"{fact}\" "));
        prop_assert!(program.contains("torn = "));
        holds(&sources);
    }

    #[test]
    fn a_torn_scenario_is_told_of(changes in changes()) {
        let text = std::fs::read_to_string(folder::at("scenarios/whole-shop.toml")).unwrap();
        let text = changed(&text, &changes);
        let (read, told) = scenario("s", &text);
        folder::draw(&told, |_| &text);
        prop_assert_eq!(read.is_some(), !any_error(&told));
        if let Some(read) = read {
            let zone = foresend_core::time::Zone::named("Europe/London").unwrap();
            let mut later = read.unknown_journeys(&[]);
            later.extend(read.unknown_populations(&[]));
            later.extend(read.compared(&folder::open("scenarios/shop")).err().into_iter().flatten());
            folder::draw(&later, |_| &text);
            prop_assert!(read.start(&zone).millis() > 0);
        }
    }

    #[test]
    fn a_torn_address_or_value_sets_something_or_says_why_not(
        address in proptest::sample::select(&["limits.mails", "cart-recovery.quiet", "cart-recovery.second.after", "cart-recovery.goal"][..]),
        value in proptest::sample::select(&["2h", "[\"1 in 20h\"]", "{ on = \"Order Completed\", within = \"7d\" }", "never"][..]),
        in_address in changes(),
        in_value in changes(),
        which in 0..3,
    ) {
        let address = if which == 0 { address.to_owned() } else { changed(address, &in_address) };
        let value = if which == 1 { value.to_owned() } else { changed(value, &in_value) };
        let mut sources = folder::open("scenarios/shop");
        let before = sources.clone();
        match set(&mut sources, &address, &value) {
            Ok(()) => holds(&sources),
            Err(wrong) => {
                prop_assert!(!wrong.message.is_empty());
                prop_assert_eq!(sources, before);
            }
        }
    }
}

fn torn(path: &str, changes: &[Change]) {
    let mut sources = folder::open("scenarios/shop");
    let text = sources.files.get_mut(path).unwrap();
    *text = changed(text, changes);
    holds(&sources);
}
