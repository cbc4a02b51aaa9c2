//! Mails of the example shop from draft to bytes, and from a customer's event to a file.
#![expect(clippy::wildcard_enum_match_arm, reason = "two kinds of entries are looked for")]

use super::shop::{NOW, compiled, draft, renderer, shop, site, sources};
use super::{
    Around, Contact, Draft, Fact, Input, Pace, Post, Ready, RenderError, Site, message, unfillable,
};
use crate::entry::{Entry, Outcome, Raw, Send, Told};
use crate::mail::transport::{Capture, Null};
use foresend_core::chance::Seed;
use foresend_core::customer::Customer;
use foresend_core::customer::effect::{Effect, Effects};
use foresend_core::customer::input::{
    Code, Consent, ConsentTo, Event, Gate, Input as ToCustomer, Origin, Profile, SendRef,
};
use foresend_core::id::{CustomerId, IdKey, StableId};
use foresend_core::money::Amount;
use foresend_core::time::{Timestamp, Wait};
use foresend_core::world::event::{EventIx, Property, PropertyIx};
use foresend_core::world::experiment::ExperimentIx;
use foresend_core::world::journey::{JourneyIx, StepIx};
use foresend_core::world::topic::{Basis, TopicIx};
use foresend_core::world::value::{Kept, Value};
use foresend_core::world::{World, ZoneIx};
use mail_parser::MessageParser;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// The mails of the shop that can be made, and those that `unfillable` tells of.
fn made_and_told() -> (BTreeSet<String>, BTreeSet<String>) {
    let words = shop();
    let told = unfillable(&words, &site()).into_iter();
    let told: BTreeSet<String> = told
        .map(|d| d.file.trim_start_matches("mails/").trim_end_matches(".md").to_owned())
        .collect();
    let is_made = |name: &&String| renderer().render(&draft(&words, name)).is_ok();
    let made = words.mails.iter().map(|mail| &mail.name).filter(is_made).cloned().collect();
    (made, told)
}

#[test]
fn what_is_not_told_of_can_be_made_and_what_is_told_of_cannot() {
    let (made, told) = made_and_told();
    let all: BTreeSet<String> = shop().mails.iter().map(|mail| mail.name.clone()).collect();
    assert_eq!(made.intersection(&told).count(), 0);
    assert_eq!(made.union(&told).cloned().collect::<BTreeSet<_>>(), all);
    assert_eq!(
        told.iter().map(String::as_str).collect::<Vec<_>>(),
        [
            "goes-well-with",
            "order-confirmation",
            "please-confirm",
            "review-request",
            "shall-we-stop",
            "still-looking",
            "the-journal",
            "what-is-new",
        ]
    );
}

#[test]
fn what_cannot_be_filled_is_told_with_its_place_and_how_to_mend_it() {
    let words = shop();
    let told = unfillable(&words, &Site::default());
    let cart = told.iter().find(|d| d.file == "mails/cart-first.md").unwrap();
    assert_eq!(cart.message, "`cart.url` cannot be filled in this version");
    let text = &sources().files["mails/cart-first.md"];
    assert_eq!(text.get(cart.labels[0].span.clone()), Some("cart.url"));
    assert!(cart.help.as_ref().unwrap().contains("foresend.toml"));
    let review = told.iter().find(|d| d.file == "mails/review-request.md").unwrap();
    assert_eq!(review.message, "the block `review` cannot be filled in this version");
}

#[test]
fn each_mail_is_these_bytes_for_ever() {
    let words = shop();
    for name in made_and_told().0 {
        let draft = draft(&words, &name);
        let mail = message(&draft, &renderer().render(&draft).unwrap()).unwrap();
        let again = message(&draft, &renderer().render(&draft).unwrap()).unwrap();
        assert_eq!(mail, again, "nothing in it is drawn");
        let bytes = String::from_utf8(mail.bytes).unwrap();
        assert!(bytes.lines().count() == bytes.matches("\r\n").count(), "lines end in CR LF");
        insta::assert_snapshot!(
            format!("mail_{}", name.replace('-', "_")),
            bytes.replace("\r\n", "\n")
        );
    }
}

#[test]
fn a_mail_reads_back_as_it_was_made() {
    let words = shop();
    for name in made_and_told().0 {
        let draft = draft(&words, &name);
        let rendered = renderer().render(&draft).unwrap();
        let mail = message(&draft, &rendered).unwrap();
        let read = MessageParser::default().parse(&mail.bytes).unwrap();
        assert_eq!(read.subject(), Some(rendered.subject.as_str()));
        let id = format!("{}@post.juniperandfinch.example", draft.id);
        assert_eq!(read.message_id(), Some(id.as_str()));
        assert_eq!(read.date().unwrap().to_timestamp() * 1_000, NOW.millis());
        let address = |list: Option<&mail_parser::Address<'_>>| {
            list.unwrap().first().unwrap().address().unwrap().to_owned()
        };
        assert_eq!(address(read.from()), "hello@post.juniperandfinch.example");
        assert_eq!(read.from().unwrap().first().unwrap().name(), Some("Juniper & Finch"));
        assert_eq!(address(read.to()), "ada@mail.example");
        assert_eq!(address(read.reply_to()), "care@juniperandfinch.example");
        let lines = |text: &str| text.replace("\r\n", "\n");
        assert_eq!(lines(&read.body_text(0).unwrap()), lines(&rendered.text));
        assert_eq!(lines(&read.body_html(0).unwrap()), lines(&rendered.html));
        assert_eq!((read.text_body_count(), read.html_body_count()), (1, 1));
    }
}

#[test]
fn a_subject_in_other_letters_reads_back_and_a_name_cannot_add_a_header() {
    let words = shop();
    let mut draft = draft(&words, "back-in-stock");
    draft.traits = vec![("first_name".to_owned(), Kept::Text("Zoë\r\nBcc: x@y.example".into()))];
    let mut compiled = (*words).clone();
    let ix = usize::from(draft.mail.0);
    compiled.mails[ix].subject = "Für {{ customer.first_name }}: 椀".to_owned();
    draft.words = Arc::new(compiled);
    let rendered = renderer().render(&draft).unwrap();
    assert_eq!(rendered.subject, "Für Zoë Bcc: x@y.example: 椀");
    let mail = message(&draft, &rendered).unwrap();
    let read = MessageParser::default().parse(&mail.bytes).unwrap();
    assert_eq!((read.subject(), read.bcc()), (Some(rendered.subject.as_str()), None));
}

#[test]
fn a_mail_with_a_hole_is_not_made_and_the_reason_names_the_part() {
    let words = shop();
    let gone = Draft { cart: Vec::new(), ..draft(&words, "cart-second") };
    let why = renderer().render(&gone).unwrap_err();
    assert!(why.to_string().starts_with("the words of `cart-second` could not be filled"), "{why}");
    let review = renderer().render(&draft(&words, "review-request")).unwrap_err();
    assert!(matches!(review, RenderError::Block { block: "review", .. }));
    let elsewhere = Site { cart: Some("javascript:alert(1)".to_owned()) };
    let why = super::Renderer::new(elsewhere).render(&draft(&words, "cart-first")).unwrap_err();
    assert!(matches!(why, RenderError::Button { .. }), "{why}");
    let mut nobody = draft(&words, "cart-first");
    nobody.address = "nobody".to_owned();
    let why = message(&nobody, &renderer().render(&nobody).unwrap()).unwrap_err();
    assert_eq!(why.to_string(), "`nobody` is not an address to mail to");
}

#[test]
fn a_tested_step_says_what_its_variant_says() {
    let words = shop();
    let experiment = words.program.experiment(ExperimentIx(0));
    assert_eq!(
        experiment.factors.iter().map(|f| f.name.as_str()).collect::<Vec<_>>(),
        ["subject", "design", "button"]
    );
    // Named, photo, order.
    let variants = experiment.combined([1, 0, 1]);
    let tested =
        Draft { variants: Some((ExperimentIx(0), variants)), ..draft(&words, "cart-first") };
    let rendered = renderer().render(&tested).unwrap();
    assert_eq!(rendered.subject, "Askrigg lambswool jumper, oat is still here");
    assert!(rendered.text.contains("Complete my order:\nhttps://juniperandfinch.example/basket"));
}

proptest! {
    #[test]
    fn no_name_of_anybody_becomes_markdown_or_html(name in r#"[\[\]()<>&"'*_`#!:/a-z\n\r\t{}%\\ -]{1,30}"#) {
        let words = shop();
        let plain = renderer().render(&draft(&words, "back-in-stock")).unwrap();
        let mut named = draft(&words, "back-in-stock");
        named.traits = vec![("first_name".to_owned(), Kept::Text(name.as_str().into()))];
        let rendered = renderer().render(&named).unwrap();
        let tags = |html: &str| html.matches('<').count();
        prop_assert_eq!(tags(&rendered.html), tags(&plain.html));
        let mail = message(&named, &rendered).unwrap();
        let read = MessageParser::default().parse(&mail.bytes).unwrap();
        prop_assert_eq!(read.headers().len(), 10);
        prop_assert_eq!(read.subject(), Some(plain.subject.as_str()));
    }
}

/// The shop with a confirmation that reads the event, a fact and a segment.
fn shop_that_counts() -> Arc<foresend_program::Compiled> {
    let mut sources = sources();
    let mail = "+++\nsubject = \"Order {{ event.order_id }}\"\n+++\n\
                {{ event.revenue }} on {{ event.time }}, your {{ orders }}. order{% if low_spender %}, and a small one{% endif %}.\n";
    sources.files.insert("mails/order-confirmation.md".to_owned(), mail.to_owned());
    compiled(&sources)
}

/// A customer who has just ordered, the mail that is to leave, and what it is made from.
fn ordered(words: &Arc<foresend_program::Compiled>) -> (Draft, SendRef) {
    let mut world = World::new(Seed(1), IdKey(7), words.program.clone());
    world.catalogue = Arc::new(words.catalogue.clone());
    let mut customer = Customer::new(CustomerId::of(world.id_key, "c-1"));
    let mut out = Effects::default();
    let mut told = |input: ToCustomer<'_>| customer.apply(&world, NOW, input, &mut out);
    told(ToCustomer::Profile(Profile {
        zone: ZoneIx::PROGRAM,
        has_address: true,
        created: None,
        traits: &[],
    }));
    let topic = words.program.topics.iter().position(|topic| topic.name == "orders").unwrap();
    let topic = TopicIx(topic.try_into().unwrap());
    let to = ConsentTo::Given(Basis::Contract);
    told(ToCustomer::Consent(Consent { topic, to, at: NOW, cause: None }));
    let property = |name, value| Property { name: PropertyIx(name), value };
    let properties = [
        property(0, Value::Text("10023")),
        property(3, Value::Number(Amount::from_parts(1_234_500))),
    ];
    told(ToCustomer::Event(Event {
        name: EventIx::ORDER_COMPLETED,
        origin: Origin::Live,
        at: NOW,
        id: 5,
        properties: &properties,
        products: &[],
    }));
    told(ToCustomer::Wake);
    let ready = out.asked.iter().find_map(|effect| match effect {
        Effect::Ready(mailing) => Some(*mailing),
        Effect::Withdraw(_) | Effect::Transmit(..) | Effect::Call(_) => None,
    });
    let send = ready.expect("a confirmation is ready").send;
    out.clear();
    let (gate, code) = (Gate::Open, Code::None);
    customer.apply(&world, NOW, ToCustomer::Handover { send, attempt: 1, gate, code }, &mut out);
    let Some(Effect::Transmit(mailing, attempt)) = out.asked.last() else {
        panic!("{:?}", out.records)
    };
    let contact = Contact {
        user: "c-1",
        address: "ada@mail.example",
        locale: Some("en-US"),
        traits: vec![("first_name".to_owned(), Kept::Text("Ada".into()))],
    };
    (Draft::take((&customer, &world), words, contact, (mailing, *attempt), NOW), send)
}

#[test]
fn a_draft_holds_what_the_event_said_and_what_facts_and_segments_came_to() {
    let words = shop_that_counts();
    let (draft, _) = ordered(&words);
    assert!(draft.shown.contains(&("orders".to_owned(), Some(Fact::Number(1.0)))));
    assert!(draft.shown.contains(&("low_spender".to_owned(), Some(Fact::Truth(true)))));
    let rendered = renderer().render(&draft).unwrap();
    assert_eq!(rendered.subject, "Order 10023");
    let first = rendered.text.lines().next().unwrap();
    assert_eq!(first, "£123.45 on March 4, 2026, your 1. order, and a small one.");
    assert_eq!((draft.journey.as_str(), draft.attempt), ("post-purchase", 1));
}

/// Plays journal and shard around the thread: a claim is answered with the draft that is asked for.
fn play(wire: impl super::Wire + std::marker::Send + 'static, mails: u32) -> (Vec<Outcome>, usize) {
    let words = shop();
    let (entries, appended) = channel();
    let failed = Arc::new(Mutex::new(0));
    let counted = Arc::clone(&failed);
    let began = Instant::now();
    let clock = move || {
        let passed = i64::try_from(began.elapsed().as_millis()).unwrap();
        NOW.after(Wait::from_millis(passed))
    };
    let around = Around {
        clock: Box::new(clock),
        append: Box::new(move |entry| entries.send(entry).unwrap()),
        hears: Box::new(move |_| *counted.lock().unwrap() += 1),
    };
    let post =
        Post::start(Pace { in_flight: 3, ..Pace::default() }, renderer(), wire, around).unwrap();
    let inputs = post.inputs();
    let order = SendRef { journey: JourneyIx(0), step: StepIx(0), enrolment: 1 };
    let send = |n: u32| Send { journey: StableId(n), step: StableId(0), enrolment: 1 };
    let customer = |n: u32| CustomerId::from_bits(u128::from(n) + 1);
    for n in 0..mails {
        let (customer, send) = (customer(n), send(n));
        let ready = Ready { customer, send, order, next_attempt: 1, needs_code: false };
        inputs.send(Input::Ready(ready)).unwrap();
    }
    let mut outcomes = Vec::new();
    while outcomes.len() < usize::try_from(mails).unwrap() {
        let entry = appended.recv_timeout(Duration::from_secs(20)).expect("nothing stands still");
        let (raw, _) = Raw::first(&entry).unwrap();
        match raw.read().unwrap() {
            Entry::Of(customer, Told::Handover { send, attempt, .. }) => {
                // Every third has lost its cart, and cannot be made.
                let name = if send.journey.0 % 3 == 2 { "cart-second" } else { "cart-first" };
                let cart =
                    if name == "cart-second" { Vec::new() } else { draft(&words, name).cart };
                let id = foresend_core::id::SendId::of(customer, send.journey, 1, send.step);
                let draft = Draft { customer, send, attempt, cart, id, ..draft(&words, name) };
                let left = Some(Box::new(draft));
                inputs.send(Input::Answered { customer, send, attempt, left }).unwrap();
            }
            Entry::Of(customer, Told::Outcome { send, attempt, outcome }) => {
                outcomes.push(outcome);
                inputs.send(Input::Over(customer, send, attempt)).unwrap();
            }
            other => panic!("{other:?}"),
        }
    }
    post.begin_drain();
    while !post.is_drained() {
        std::thread::park_timeout(Duration::from_millis(1));
    }
    let failed = *failed.lock().unwrap();
    (outcomes, failed)
}

#[test]
fn the_thread_hands_over_what_is_ready_and_says_what_became_of_it() {
    let (outcomes, failed) = play(Null::default(), 30);
    let of = |wanted| outcomes.iter().filter(|outcome| **outcome == wanted).count();
    assert_eq!((of(Outcome::Accepted), of(Outcome::RenderFailed), failed), (20, 10, 10));
}

#[test]
fn what_is_captured_is_there_and_whole() {
    let folder = tempfile::tempdir().unwrap();
    let (outcomes, _) = play(Capture::into_folder(folder.path()), 4);
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Outcome::Accepted).count(), 3);
    let files: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|f| f.unwrap().path()).collect();
    assert_eq!(files.len(), 3);
    for file in files {
        let bytes = std::fs::read(&file).unwrap();
        let read = MessageParser::default().parse(&bytes).unwrap();
        let id = read.message_id().unwrap().split('@').next().unwrap();
        assert_eq!(file.file_stem().unwrap().to_str(), Some(id));
    }
}

#[test]
fn a_date_outside_what_headers_hold_makes_no_panic() {
    let words = shop();
    for at in [Timestamp::ALWAYS, Timestamp::from_millis(-1), Timestamp::NEVER] {
        let draft = Draft { now: at, ..draft(&words, "cart-first") };
        message(&draft, &renderer().render(&draft).unwrap()).unwrap();
    }
}
