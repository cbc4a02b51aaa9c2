//! What is told of the values, tags and blocks of a mail, and what its senders lack.

use super::filter::FILTERS;
use super::*;
use crate::catalogue::Columns;
use crate::condition::definitions::Definitions;
use crate::event::Vocabulary;
use crate::traits::Traits;
use minijinja::{Environment, ErrorKind, UndefinedBehavior, context, escape_formatter};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

const PROGRAM: &str = "
traits = { first_name = 'text', age = 'number', birthday = 'date', vip = 'bool' }
catalogue = { material = 'text' }
facts = { orders = \"count('Order Completed')\" }
segments = { low_spender = 'orders < 2' }
";

/// What is told of a mail with these words, and the mail.
fn told(front: &str, body: &str) -> (Option<Mail>, Vec<Diagnostic>) {
    let mut told = Mistakes::default();
    let program = File { name: "program.toml", text: PROGRAM };
    let table = tree::parse(program).unwrap();
    let of = |key: &str| {
        let found = table.entries.iter().find(|(name, _)| name.value == key);
        match found.map(|(_, value)| &value.value) {
            Some(Value::Table(table)) => table,
            other => panic!("{key}: {other:?}"),
        }
    };
    let vocabulary = Vocabulary::builtin();
    let tables = (Some(of("facts")), Some(of("segments")));
    let definitions = Definitions::read(program, tables, false, &vocabulary, &[], &mut told);
    let traits = Traits::read(program, of("traits"), &mut told);
    let columns = Columns::read(program, of("catalogue"), &mut told);
    let known = Provided {
        definitions: &definitions,
        vocabulary: &vocabulary,
        traits: &traits,
        columns: &columns,
    };
    let text = format!("+++\nsubject = 'S'\n{front}+++\n{body}");
    let mail = read("hello", File { name: "mails/hello.md", text: &text }, known, &mut told);
    let told = told.in_order();
    for diagnostic in &told {
        assert!(text.get(diagnostic.labels[0].span.clone()).is_some(), "{diagnostic:?}");
        assert!(diagnostic.help.is_some(), "{diagnostic:?}");
    }
    (mail, told)
}

#[track_caller]
fn fine(body: &str) -> Mail {
    let (mail, told) = told("", body);
    assert_eq!(told, [], "{body}");
    mail.expect("nothing is wrong with it")
}

/// The first mistake: its code, and what stands at its place.
#[track_caller]
fn wrong(body: &str, code: &str, place: &str) -> Diagnostic {
    let (_, all) = told("", body);
    let text = format!("+++\nsubject = 'S'\n+++\n{body}");
    let found: Vec<_> =
        all.iter().map(|d| (d.code, text.get(d.labels[0].span.clone()).unwrap())).collect();
    assert_eq!(found, [(format!("foresend::{code}").as_str(), place)], "{body}: {all:?}");
    all.into_iter().next().unwrap()
}

#[test]
fn what_a_mail_reads_is_known_with_its_places() {
    let mail = fine(
        "{{ cart.first.material }} {% if orders > 1 and low_spender %}{{ brand|upper }}{% endif %} {{ event.x }}",
    );
    let reads: Vec<&str> = mail.reads.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(reads, ["cart.first.material", "orders", "low_spender", "brand", "event.x"]);
    for body in [
        "{{ item.name }} {{ offer.code }} {{ offer.says }} {{ confirm.url }} {{ preferences.url }} {{ cart.url }}",
        "{{ (cart.value / 2) | round(2) }} {{ -cart.items }} {{ 1 + 2 * 3 // 4 % 5 }}",
        "{{ 'a' ~ cart.items }} {{ brand | replace('&', 'and') | length }}",
        "{# {{ nothing }} #}{{- brand -}}",
        "{% if brand in ['a', 'b'] and 'x' not in brand %}x{% elif cart.items is odd %}y{% else %}z{% endif %}",
        "{% if 1 < cart.items <= 3 %}x{% endif %} {{ 'x' if low_spender else 'y' }}",
        "{% if customer.birthday == '2026-03-02' %}x{% endif %}",
        "{% if brand is startingwith('J') %}x{% endif %}",
        "no values, { one brace }, 100% {",
    ] {
        fine(body);
    }
}

#[test]
fn a_trait_is_shown_only_where_it_cannot_be_missing() {
    for body in [
        "{{ customer.first_name | default('there') }}",
        "{{ customer.first_name | default('there') | upper }}",
        "{{ customer.first_name or 'there' }}",
        "{{ customer.first_name if customer.first_name else 'there' }}",
        "{% if customer.first_name %}{{ customer.first_name | upper }}{% endif %}",
        "{% if customer.first_name is defined and customer.age and customer.age > 3 %}{{ customer.first_name }}{% endif %}",
        "{% if customer.first_name == 'Ada' or customer.first_name in ['Eve', brand] %}x{% endif %}",
        "{% if not customer.age %}x{% else %}{{ customer.age + 1 }}{% endif %}",
        "{% if customer.first_name and customer.first_name | length > 3 %}x{% endif %}",
        "{{ customer.first_name | default('a b') | split(' ') | first | default('there') }}",
    ] {
        fine(body);
    }
    let name = "customer.first_name";
    for body in [
        "{{ customer.first_name }}",
        "{{ customer.first_name | upper | default('there') }}",
        "{% if customer.age %}{{ customer.first_name }}{% endif %}",
        "{% if customer.first_name %}x{% else %}{{ customer.first_name }}{% endif %}",
        "{% if customer.first_name or orders %}{{ customer.first_name }}{% endif %}",
        "{{ 'Dear ' ~ customer.first_name }}",
        "{{ brand | default(customer.first_name) }}",
        "{% if orders %}{{ orders and customer.first_name }}{% endif %}",
        "{% if 'A' < customer.first_name %}x{% endif %}",
        "{% if 'A' < customer.first_name == 'x' %}x{% endif %}",
        "{% if customer.first_name in brand %}x{% endif %}",
    ] {
        wrong(body, "missing_default", name);
    }
    let told = wrong("{{ customer.age }}", "missing_default", "customer.age");
    let help = "say what stands there then: `customer.age | default(0)`";
    assert_eq!(told.help.as_deref(), Some(help));
    wrong("{{ 'x' if low_spender }}", "missing_default", "'x' if low_spender");
    wrong("{{ brand | split(' ') | first }}", "missing_default", "brand | split(' ') | first");
}

#[test]
fn what_nothing_provides_is_told_once_with_the_nearest_name() {
    let help = |body: &str, place: &str| wrong(body, "unknown_value", place).help.unwrap();
    assert_eq!(help("{{ brnad }} {{ brnad }}", "brnad"), "did you mean `brand`?");
    assert_eq!(help("{% if order %}x{% endif %}", "order"), "did you mean `orders`?");
    assert_eq!(help("{{ cart.first.nmae }}", "cart.first.nmae"), "did you mean `cart.first.name`?");
    assert_eq!(
        help("{{ customer.shoe_size | default('x') }}", "customer.shoe_size"),
        "declare it in [traits] of program.toml: `shoe_size = \"text\"`"
    );
    assert_eq!(
        help("{{ item.colour }}", "item.colour"),
        "declare the column in [catalogue] of program.toml: `colour = \"text\"`"
    );
    assert_eq!(help("{{ offer }}", "offer"), "write one of its parts: offer.code, offer.says");
    assert!(help("{{ event.a.b }}", "event.a.b").starts_with("write `event.PROPERTY`"));
    assert_eq!(help("{{ low-spender }}", "low-spender"), "write `low_spender`: names take `_`");
    let (_, told) = told("", "{{ nothing }} {{ other - thing }}");
    assert_eq!(told.len(), 3, "{told:?}");
}

#[test]
fn what_would_fail_for_some_customers_is_told() {
    for (body, place) in [
        ("{{ brand | round }}", "brand"),
        ("{{ cart.items | upper }}", "cart.items"),
        ("{{ brand + '!' }}", "brand"),
        ("{{ cart.items * 'x' }}", "'x'"),
        ("{{ -brand }}", "brand"),
        ("{{ brand | split(' ') }}", "brand | split(' ')"),
        ("{% if cart.items == '3' %}x{% endif %}", "cart.items == '3'"),
        ("{% if 1 < brand < 3 %}x{% endif %}", "1 < brand"),
        ("{% if brand is odd %}x{% endif %}", "brand"),
        ("{% if 3 in cart.items %}x{% endif %}", "cart.items"),
        ("{{ cart.value / cart.items }}", "cart.items"),
        ("{{ cart.value % 0 }}", "0"),
        ("{{ cart.value | round(brand) }}", "brand"),
        ("{{ cart.value | round(9) }}", "9"),
        ("{{ brand | replace(1, 'x') }}", "1"),
        ("{% if cart.items is divisibleby(0) %}x{% endif %}", "0"),
        ("{{ event.order_id + 1 }}", "event.order_id"),
    ] {
        let (_, told) = told("", body);
        assert!(told.iter().all(|d| d.code == "foresend::value_type"), "{body}: {told:?}");
        let text = format!("+++\nsubject = 'S'\n+++\n{body}");
        assert_eq!(text.get(told[0].labels[0].span.clone()), Some(place), "{body}");
    }
    wrong("{{ brand | uper }}", "unknown_filter", "uper");
    wrong("{{ brand | safe }}", "unknown_filter", "safe");
    wrong("{{ brand | upper(1) }}", "unknown_filter", "upper");
    wrong("{{ customer.first_name | default }}", "unknown_filter", "default");
    wrong("{% if brand is shiny %}x{% endif %}", "unknown_filter", "shiny");
    wrong("{% if cart.items is divisibleby %}x{% endif %}", "unknown_filter", "divisibleby");
}

#[test]
fn what_cannot_be_checked_is_not_supported() {
    for (body, place) in [
        ("{% for x in cart.things %}{{ x }}{% endfor %}", "{% for x in cart.things %}"),
        ("{% set x = 1 %}", "{% set x = 1 %}"),
        ("{% set x %}y{% endset %}", "{% set x %}"),
        ("{% with x = 1 %}{{ brand }}{% endwith %}", "{% with x = 1 %}"),
        ("{% include 'x' %}", "{% include 'x' %}"),
        ("{% import 'x' as y %}", "{% import 'x' as y %}"),
        ("{% extends 'x' %}", "{% extends 'x' %}"),
        ("{% macro x() %}y{% endmacro %}", "{% macro x() %}"),
        ("{% block x %}y{% endblock %}", "{% block x %}"),
        ("{% filter upper %}x{% endfilter %}", "{% filter upper %}"),
        ("{% autoescape false %}x{% endautoescape %}", "{% autoescape false %}"),
        ("{% raw %}{{ x }}{% endraw %}", "{% raw %}"),
        ("{{ brand }}{% raw %}{% endraw %}", "{% raw %}"),
        ("{% raw %}{{ x }}", "{% raw %}".get(..2).unwrap()),
        ("{{ range(3) }}", "range(3)"),
        ("{{ brand.upper() }}", "brand.upper()"),
        ("{{ cart['items'] }}", "cart['items']"),
        ("{{ brand[1:] }}", "brand[1:]"),
        ("{{ {'a': 1} }}", "{'a': 1}"),
        ("{{ ('a' ~ 'b').c }}", "('a' ~ 'b').c".get(1..).unwrap()),
        ("{{ 2 ** 3 }}", "2 ** 3"),
        ("{{ brand | default(value='x') }}", "'x'"),
    ] {
        wrong(body, "not_supported_yet", place);
    }
}

#[test]
fn a_tag_that_is_not_well_formed_is_told_at_its_place() {
    for (body, message, place) in [
        ("{{ }}", "these braces are empty", "{{ }}"),
        ("{{ brand\nthen more words }}", "this `{{` is not closed", "{{"),
        ("{{ brand", "this `{{` is not closed", "{{"),
        ("{% if brand", "this `{%` is not closed", "{%"),
        ("{{ brand }\n{{ brand }}", "this `{{` is closed by one brace", "{{"),
        ("{{ (brand }}", "this `(` is not closed", "("),
        ("{{ brand) }}", "this bracket closes nothing", ")"),
        ("{{ 'x }} y\nz", "a text is not closed", "{{"),
        ("x {# y", "this `{#` is not closed", "{#"),
        ("{% if brand %}x", "this `if` has no end", "{% if brand %}"),
        ("x{% endif %}", "there is no `if` before this `endif`", "{% endif %}"),
        ("{% else if brand %}", "this is neither `else` nor `elif`", "{% else if brand %}"),
        ("{% fi brand %}x{% endif %}", "`{% fi … %}` means nothing in a mail", "{% fi brand %}"),
        ("{{ brand brand }}", "this cannot be read as a value", "brand"),
        ("{{ kä }}", "this cannot be read as a value", "ä"),
    ] {
        let (_, told) = told("", body);
        let text = format!("+++\nsubject = 'S'\n+++\n{body}");
        let found = text.get(told[0].labels[0].span.clone());
        assert_eq!((told[0].message.as_str(), found), (message, Some(place)), "{told:?}");
    }
}

#[test]
fn a_place_is_found_in_the_front_matter_too() {
    let front =
        "button = { says = \"K\\u00e4se {{ brnad }}\", to = 'https://x.example/{{ item.id }}' }\n";
    let (mail, told) = told(front, "");
    assert_eq!(told.len(), 1, "{told:?}");
    let text = format!("+++\nsubject = 'S'\n{front}+++\n");
    assert_eq!(text.get(told[0].labels[0].span.clone()), Some("brnad"));
    assert_eq!(mail.unwrap().reads[0].0, "item.id");
}

#[test]
fn the_deepest_that_passes_needs_little_stack() {
    let nest = |open: &str, inner: &str, close: &str, times: usize| {
        format!("{}{inner}{}", open.repeat(times), close.repeat(times))
    };
    let texts = [
        format!("{{{{ {} }}}}", nest("(", "1", ")", 49)),
        format!("{{{{ {} }}}}", nest("not ", "1", "", 98)),
        format!("{{{{ {} }}}}", nest("-", "1", "", 98)),
        format!("{{{{ {} }}}}", nest("1 + ", "1", "", 49)),
        format!("{{{{ {} }}}}", nest("", "brand", "|upper", 49)),
        format!("{{{{ {} }}}}", nest("", "brand", ".a", 49)),
        format!("{{{{ {} }}}}", nest("1 if 1 else ", "1", "", 24)),
        format!("{{{{ {} }}}}", nest("[1,", "1", "]", 32)),
        nest("{% if 1 %}", &format!("{{{{ {} }}}}", nest("(", "1", ")", 40)), "{% endif %}", 50),
        format!("{{% if 1 %}}{}{{% endif %}}", "{% elif ((((((((((1)))))))))) %}".repeat(98)),
        nest("{% if 1 %}", "", "{% elif 1 %}{% endif %}", 33),
        format!("{{{{ {} }}}}", "1 + ".repeat(10_000)),
        "{% if 1 %}".repeat(10_000),
        format!("{{% if 1 %}}{}", "{% elif 1 %}".repeat(10_000)),
        "{{ a.b".repeat(10_000),
    ];
    let codes = move || texts.iter().map(|text| told("", text).1.len()).collect::<Vec<_>>();
    let counts =
        std::thread::Builder::new().stack_size(1 << 20).spawn(codes).unwrap().join().unwrap();
    assert_eq!(counts, [0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 1, 1, 1, 1]);
}

/// What `sender` lacks, told of a mail.
fn lacks(body: &str, senders: &[Sender<'_>]) -> Vec<String> {
    let mail = fine(body);
    let text = format!("+++\nsubject = 'S'\n+++\n{body}");
    let mut told = Mistakes::default();
    for sender in senders {
        check_sender(&mail, File { name: "mails/hello.md", text: &text }, *sender, &mut told);
    }
    let told = told.in_order();
    assert!(told.iter().all(|d| d.code == "foresend::unknown_value" && d.help.is_some()));
    told.into_iter().map(|d| d.message).collect()
}

#[test]
fn each_hole_is_told_once_with_the_first_step_that_would_send_it() {
    let events = [("Order Completed", vec!["order_id", "total"])];
    let two = [("Order Completed", vec!["order_id"]), ("Product Viewed", vec!["product_id"])];
    let poor = Sender {
        journey: "welcome",
        step: "first",
        events: &[],
        has_item: false,
        has_offer: false,
        confirms: false,
    };
    let rich = Sender { events: &events, has_item: true, has_offer: true, confirms: true, ..poor };
    let all = "{{ item.name }} {{ item.name }} {{ offer.code }} {{ confirm.url }} {{ event.total }}\n\n[[order]]\n\n[[offer]]\n\n[[review]]\n";
    assert_eq!(lacks(all, &[rich]), [""; 0]);
    let again = Sender { step: "second", ..poor };
    assert_eq!(
        lacks(all, &[rich, poor, again]),
        [
            "`item.name`",
            "`offer.code`",
            "`confirm.url`",
            "`event.total`",
            "the block `order`",
            "the block `offer`",
            "the block `review`"
        ]
        .map(|what| format!("nothing provides {what} where `welcome.first` sends this mail"))
    );
    let about_a_product = Sender { has_item: true, ..poor };
    assert_eq!(lacks("[[review]]", &[about_a_product]), [""; 0]);
    // Every event that may start the journey must have it.
    let either = Sender { events: &two, ..poor };
    assert_eq!(lacks("{{ event.order_id }}", &[either]).len(), 1);
    assert_eq!(lacks("[[order]]", &[either]).len(), 1);
    assert_eq!(lacks("{{ event.time }} {{ cart.url }} {{ orders }}", &[either]), [""; 0]);
}

#[test]
fn a_block_takes_its_own_options() {
    for block in [
        "cart",
        "cart most=3 least=1 otherwise=\"Nothing yet.\"",
        "looked-at most=24",
        "like-these by=bought most=3",
        "order",
        "offer",
        "review",
        "preferences",
        "address",
    ] {
        let mail = fine(&format!("[[{block}]]"));
        assert_eq!(mail.blocks[0].0, block.split(' ').next().unwrap());
    }
    for (block, code, place) in [
        ("cart by=bought", "unknown_key", "by=bought"),
        ("order most=3", "unknown_key", "most=3"),
        ("address otherwise=\"x\"", "unknown_key", "otherwise=\"x\""),
        ("cart most=0", "bad_value", "most=0"),
        ("cart most=25", "bad_value", "most=25"),
        ("cart most=3 most=4", "bad_value", "most=4"),
        ("cart otherwise=x", "bad_value", "otherwise=x"),
        ("cart otherwise=\"\"", "bad_value", "otherwise=\"\""),
        ("like-these by=colour", "bad_value", "by=colour"),
        ("cart most", "bad_value", "most"),
        ("curt", "unknown_block", "curt"),
    ] {
        wrong(&format!("[[{block}]]"), code, place);
    }
}

/// Parts of values, some of which fit together.
fn value() -> impl Strategy<Value = String> {
    let leaves = [
        "brand",
        "cart.items",
        "cart.value",
        "customer.first_name",
        "customer.age",
        "customer.birthday",
        "customer.vip",
        "orders",
        "low_spender",
        "item.price",
        "item.material",
        "event.order_id",
        "event.total",
        "event.time",
        "'x'",
        "''",
        "2",
        "0",
        "1.5",
        "true",
        "['a', 'b']",
        "['GB', cart.items]",
    ];
    proptest::sample::select(leaves.to_vec()).prop_map(str::to_owned).prop_recursive(
        4,
        24,
        3,
        |inner| {
            let signs = [
                "+", "-", "*", "/", "//", "%", "~", "==", "!=", "<", "<=", ">", ">=", "and", "or",
                "in", "not in",
            ];
            let filters: Vec<&str> = FILTERS.iter().map(|filter| filter.example).collect();
            let questions = [
                "defined",
                "undefined",
                "none",
                "odd",
                "even",
                "divisibleby(2)",
                "divisibleby(0)",
                "startingwith('a')",
                "endingwith(brand)",
                "startingwith(2)",
            ];
            prop_oneof![
                (inner.clone(), proptest::sample::select(signs.to_vec()), inner.clone())
                    .prop_map(|(a, sign, b)| format!("({a} {sign} {b})")),
                (inner.clone(), proptest::sample::select(filters))
                    .prop_map(|(a, filter)| format!("({a} | {filter})")),
                (
                    inner.clone(),
                    proptest::sample::select(vec!["default", "replace", "join", "round"]),
                    inner.clone()
                )
                    .prop_map(|(a, filter, b)| format!("({a} | {filter}({b}))")),
                (inner.clone(), proptest::sample::select(questions.to_vec()))
                    .prop_map(|(a, question)| format!("({a} is {question})")),
                (inner.clone(), inner.clone(), inner.clone())
                    .prop_map(|(a, b, c)| format!("({a} if {b} else {c})")),
                inner.clone().prop_map(|a| format!("(not {a})")),
                inner.prop_map(|a| format!("(-{a})")),
            ]
        },
    )
}

/// What a host has for one customer: everything, or nothing that may be missing.
fn filled(text: &str, has_traits: bool) -> Result<String, minijinja::Error> {
    let customer = if has_traits {
        context! { first_name => "Ada", age => 36, birthday => "1815-12-10", vip => true }
    } else {
        context! {}
    };
    let values = context! {
        brand => "Juniper & Finch", customer, orders => 0, low_spender => true,
        cart => context! { items => 0, value => 12.5, url => "https://x.example" },
        item => context! { price => 18.5, material => "wax" },
        event => context! { order_id => "o-1", total => 0, time => "2026-03-02 10:00" },
    };
    let mut environment = Environment::new();
    // A missing trait may be asked for; what is missing may not be shown.
    environment.set_undefined_behavior(UndefinedBehavior::Lenient);
    environment.set_formatter(|out, state, value| match value.is_undefined() {
        true => Err(ErrorKind::UndefinedError.into()),
        false => escape_formatter(out, state, value),
    });
    environment.render_str(text, values)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

    #[test]
    fn what_is_let_pass_can_be_filled(one in value(), two in value(), three in value()) {
        for text in [
            format!("{{{{ {one} }}}}"),
            format!("{{% if {two} %}}{{{{ {one} }}}}{{% elif {three} %}}{{{{ {two} }}}}{{% else %}}{{{{ {one} }}}}{{% endif %}}"),
        ] {
            if told("", &text).1.is_empty() {
                for has_traits in [true, false] {
                    let filled = filled(&text, has_traits);
                    prop_assert!(filled.is_ok(), "{text}: {:?}", filled.err());
                }
            }
        }
    }
}
