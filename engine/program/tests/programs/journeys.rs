//! What journeys compile to: how they start, what they are about, what they remember of the event that starts them,
//! to whom they yield.

use crate::folder;
use foresend_core::calendar::Yearly;
use foresend_core::id::StableId;
use foresend_core::time::Wait;
use foresend_core::world::event::{EventIx, PropertyIx};
use foresend_core::world::journey::{
    Act, Begins, Journey, JourneyIx, KeyOf, Kind, Listen, Same, SegmentIx, Start, StepIx,
};
use foresend_core::world::offer::OfferIx;
use foresend_core::world::value::{Kept, TraitIx};
use foresend_program::{Compiled, Sources, compile, schema};
use std::fmt::Write as _;

fn everything() -> Sources {
    folder::open("tests/programs/valid/everything")
}

#[track_caller]
fn compiled(sources: &Sources, only: Option<&[&str]>) -> Compiled {
    let only: Option<Vec<String>> =
        only.map(|names| names.iter().map(|&name| name.to_owned()).collect());
    let (compiled, told) = compile(sources, only.as_deref());
    assert_eq!(folder::draw(&told, |file| &sources.files[file]), "");
    compiled.expect("nothing is wrong with it")
}

#[track_caller]
fn journey<'c>(compiled: &'c Compiled, name: &str) -> &'c Journey {
    compiled
        .program
        .journeys
        .iter()
        .find(|journey| journey.name == name)
        .expect("it is compiled in")
}

#[track_caller]
fn property(compiled: &Compiled, event: EventIx, name: &str) -> PropertyIx {
    compiled.program.events[usize::from(event.0)].property(name).expect("it has that").0
}

#[test]
fn the_program_of_everything_uses_every_key_of_a_journey() {
    fn keys(schema: &serde_json::Value, into: &mut Vec<String>) {
        let names = schema.get("properties").and_then(|properties| properties.as_object());
        into.extend(names.into_iter().flat_map(|names| names.keys().cloned()));
        match schema {
            serde_json::Value::Object(map) => map.values().for_each(|inner| keys(inner, into)),
            serde_json::Value::Array(items) => items.iter().for_each(|inner| keys(inner, into)),
            serde_json::Value::Null
            | serde_json::Value::Bool(_)
            | serde_json::Value::Number(_)
            | serde_json::Value::String(_) => {}
        }
    }
    let schema = serde_json::from_str(&schema("journey").unwrap()).unwrap();
    let mut all = Vec::new();
    keys(&schema, &mut all);
    assert!(all.len() > 40, "{all:?}");
    let texts: String = everything().files.into_values().collect();
    for key in all {
        let spelled = [format!("{key} "), format!("{key}=")];
        assert!(spelled.iter().any(|key| texts.contains(key)), "{key}");
    }
}

#[test]
fn each_start_is_compiled() {
    let compiled = compiled(&everything(), None);
    let start = |name| &journey(&compiled, name).start;
    let on = vec![EventIx::ORDER_COMPLETED, EventIx::ORDER_UPDATED];
    assert_eq!(*start("by-event"), Start::On(on));
    assert_eq!(*start("by-segment"), Start::Enters(SegmentIx(0)));
    assert_eq!(*start("by-date"), Start::Date(TraitIx(2), Yearly { before: Wait::days(7) }));
    let Start::Every(every) = start("by-calendar") else { panic!("{:?}", start("by-calendar")) };
    assert_eq!(every.to_string(), "1st,15th 10:00");
    let segments: Vec<&str> =
        compiled.program.segments.iter().map(|segment| &*segment.name).collect();
    assert_eq!(segments, ["lapsed"]);
    assert_eq!(journey(&compiled, "by-segment").quiet, Some(Wait::minutes(30)));
}

#[test]
fn a_key_and_what_is_the_same_stand_where_the_events_have_them() {
    let compiled = compiled(&everything(), None);
    let by_event = journey(&compiled, "by-event");
    let order_id = |event| property(&compiled, event, "order_id");
    let places =
        [EventIx::ORDER_COMPLETED, EventIx::ORDER_UPDATED].map(|event| Some(order_id(event)));
    assert_eq!(by_event.key, KeyOf::Property(places.to_vec()));
    let parcel = compiled.program.event("Parcel Left").unwrap();
    let same = |on| {
        let same = Same { property: Some(order_id(on)), products: false };
        Listen { on, same: Some(same) }
    };
    let any = |on| Listen { on, same: None };
    let stops = [any(EventIx::ORDER_REFUNDED), same(EventIx::ORDER_CANCELLED), same(parcel)];
    assert_eq!(by_event.stop, stops);
    let Act::WaitFor(wait) = &by_event.steps[1].act else { panic!("{:?}", by_event.steps[1]) };
    assert_eq!(wait.on, [same(parcel), same(EventIx::ORDER_DELIVERED)]);
    let goal = by_event.goal.as_ref().unwrap();
    assert_eq!(goal.on, [any(EventIx::ORDER_COMPLETED), same(EventIx::ORDER_UPDATED)]);
    assert_eq!(goal.from, Some(StepIx(4)));
    let by_product = journey(&compiled, "by-product");
    assert_eq!(by_product.key, KeyOf::Products);
    let products = Same { property: None, products: true };
    assert_eq!(by_product.stop, [Listen { on: EventIx::ORDER_COMPLETED, same: Some(products) }]);
}

#[test]
fn a_journey_keeps_of_its_event_what_its_conditions_read() {
    let compiled = compiled(&everything(), None);
    let by_event = journey(&compiled, "by-event");
    let place = |event, name| Some(property(&compiled, event, name));
    let (completed, updated) = (EventIx::ORDER_COMPLETED, EventIx::ORDER_UPDATED);
    let total = vec![place(completed, "total"), place(updated, "total")];
    let order = vec![place(completed, "order_id"), place(updated, "order_id")];
    assert_eq!(by_event.reads, [total, order]);
    assert_eq!(journey(&compiled, "by-product").reads, Vec::<Vec<_>>::new());
}

#[test]
fn steps_set_call_and_give() {
    let compiled = compiled(&everything(), None);
    let by_event = journey(&compiled, "by-event");
    let act = |name: &str| {
        let step = by_event.steps.iter().find(|step| step.name == name);
        &step.unwrap_or_else(|| panic!("there is no {name}")).act
    };
    let Act::Set(set) = act("mark") else { panic!("{:?}", act("mark")) };
    let kinds: Vec<String> = set.iter().map(|(ix, kept)| format!("{} {kept:?}", ix.0)).collect();
    assert_eq!(kinds.len(), 4, "{kinds:?}");
    assert_eq!(set[3], (TraitIx(3), Kept::Bool(true)));
    assert_eq!(*act("tell"), Act::Call("crm".to_owned()));
    let Act::Send(send) = act("give") else { panic!("{:?}", act("give")) };
    assert_eq!(send.offer, Some(OfferIx(0)));
    assert!(matches!(by_event.steps[5].begins, Begins::Due(_)));
}

#[test]
fn a_renamed_step_is_known_by_its_old_name() {
    let compiled = compiled(&everything(), None);
    let step = &journey(&compiled, "by-event").steps[0];
    assert_eq!((&*step.name, step.id), ("thanks", StableId::of("step", "hello")));
}

#[test]
fn nobody_yields_to_a_journey_that_is_not_compiled_in() {
    let sources = everything();
    let whole = compiled(&sources, None);
    assert_eq!(whole.journey_names[4], "by-segment");
    assert_eq!(journey(&whole, "by-event").yields_to, [JourneyIx(4)]);
    let two = compiled(&sources, Some(&["by-segment", "by-event"]));
    assert_eq!(journey(&two, "by-event").yields_to, [JourneyIx(1)]);
    let alone = compiled(&sources, Some(&["by-event"]));
    assert_eq!(journey(&alone, "by-event").yields_to, []);
    assert_eq!(alone.program.segments, []);
}

#[test]
fn a_segment_that_is_entered_is_remembered_though_no_condition_names_it() {
    let sources = everything();
    let streams = |only: &[&str]| compiled(&sources, Some(only)).program.streams.len();
    assert_eq!((streams(&["by-calendar"]), streams(&["by-segment"])), (0, 1));
}

/// The kind of a journey of the shop that begins so.
#[track_caller]
fn kind(head: &str) -> Kind {
    let mut sources = folder::open("scenarios/shop");
    let text = format!(
        "again = 'never'\nallow = ['same-event', 'no-purchase-stop']\nsteps = [{{ id = 'a', send = 'welcome' }}]\n{head}"
    );
    sources.files.insert("journeys/own.toml".to_owned(), text);
    journey(&compiled(&sources, None), "own").kind
}

#[test]
fn the_kind_of_a_journey_follows_from_its_start_and_else_from_its_topic() {
    for (start, expected) in [
        ("on = 'Product Added'", Kind::Cart),
        ("on = 'Product Viewed'", Kind::Browse),
        ("on = 'Order Completed'", Kind::Order),
        ("on = 'Order Completed'\neach = 'products'", Kind::Item),
        ("on = 'Order Completed'\nkey = 'order_id'", Kind::Order),
        ("on = 'Consent Requested'", Kind::Welcome),
        ("on = 'Consent Given'", Kind::Welcome),
        ("on = 'Stock Alert Requested'", Kind::News),
        ("enters = 'lapsed'", Kind::Return),
        ("date = { trait = 'birthday' }", Kind::News),
        ("every = 'tue 10:00'", Kind::News),
        ("every = 'tue 10:00'\nkind = 'item'", Kind::Item),
    ] {
        assert_eq!(kind(&format!("topic = 'offers'\n{start}")), expected, "{start}");
    }
    for (topic, expected) in
        [("alerts", Kind::Alert), ("orders", Kind::Order), ("choices", Kind::Service)]
    {
        let head = format!("topic = '{topic}'\non = 'Back In Stock'");
        assert_eq!(kind(&head), expected, "{topic}");
    }
}

/// The codes of what is told of the smallest program with one more journey.
fn told(journey: &str) -> Vec<&'static str> {
    let mut sources = folder::open("tests/programs/valid/minimal");
    sources.files.insert("journeys/own.toml".to_owned(), journey.to_owned());
    compile(&sources, None).1.into_iter().map(|told| told.code).collect()
}

#[test]
fn a_goal_from_a_step_is_too_short_only_for_mails_behind_it() {
    let with = |from: &str| {
        format!(
            "topic = 'offers'\non = 'Product Shared'\nagain = '7d'\n
             goal = {{ on = 'Order Completed', within = '1d', from = '{from}' }}\n
             steps = [{{ id = 'a', after = '3d', send = 'hello' }}, {{ id = 'b', after = '2d', if = 'buyer', stop = 'x' }}, {{ id = 'c', after = '1d', send = 'hello' }}]"
        )
    };
    assert_eq!(told(&with("a")), [""; 0]);
    assert_eq!(told(&with("b")), ["foresend::lint::goal_too_short"]);
    assert_eq!(told(&with("c")), [""; 0]);
}

#[test]
fn two_journeys_on_one_event_are_told_once_and_may_be_meant() {
    let with = |more: &str| {
        format!(
            "topic = 'offers'\non = ['Product Shared', 'Product Viewed']\nagain = '7d'\n{more}\nsteps = [{{ id = 'a', send = 'hello' }}]"
        )
    };
    assert_eq!(told(&with("")), ["foresend::lint::same_event"]);
    assert_eq!(told(&with("yields_to = ['hello']")), [""; 0]);
    assert_eq!(told(&with("allow = ['same-event']")), [""; 0]);
    let silent = "topic = 'offers'\non = 'Product Viewed'\nagain = '7d'\nsteps = [{ id = 'a', leave = 'offers' }]";
    assert_eq!(told(silent), [""; 0]);
}

#[test]
fn a_step_that_is_due_at_an_instant_is_not_counted_against_the_mail_before_it() {
    let with = |begins: &str| {
        format!(
            "topic = 'offers'\non = 'Product Shared'\nagain = '7d'\nsteps = [{{ id = 'a', send = 'hello' }}, {{ id = 'b', {begins}, send = 'hello' }}]"
        )
    };
    assert_eq!(told(&with("after = '6h'")), ["foresend::lint::self_limited"]);
    assert_eq!(told(&with("due = 'event.time + hours(6)'")), [""; 0]);
}

#[test]
fn what_is_remembered_of_events_and_enrolments_has_bounds() {
    let mut sources = folder::open("tests/programs/valid/minimal");
    let (mut events, mut names) = ("[events]\n".to_owned(), String::new());
    for i in 0..1_000 {
        writeln!(events, "\"E{i}\" = {{ p = 'text', q = 'text' }}").unwrap();
        write!(names, "'E{i}',").unwrap();
    }
    let program = sources.files.get_mut("program.toml").unwrap();
    program.push_str(&format!("\n{events}"));
    let mut codes = |more: &str| {
        let text = format!(
            "topic = 'offers'\non = 'E0'\nkey = 'p'\nagain = '7d'\nstop = [{{ on = [{names}], same = 'p' }}, {more}]\nsteps = [{{ id = 'a', send = 'hello' }}]"
        );
        sources.files.insert("journeys/own.toml".to_owned(), text);
        compile(&sources, None).1.into_iter().map(|told| told.code).collect::<Vec<_>>()
    };
    assert_eq!(codes(""), [""; 0]);
    assert_eq!(codes("{ on = 'E0', same = 'q' }"), ["foresend::too_many"]);

    let properties = |n: usize| {
        let mut sources = folder::open("tests/programs/valid/minimal");
        let all: Vec<String> = (0..n).map(|i| format!("p{i} = 'number'")).collect();
        let program = sources.files.get_mut("program.toml").unwrap();
        program.push_str(&format!("\n[events]\n\"E\" = {{ {} }}\n", all.join(", ")));
        let step = |i: usize| {
            format!(
                "{{ id = 's{i}', if = 'event.p{i} > 0 || event.p{} > 0', send = 'hello' }}",
                (i + 150).min(n - 1)
            )
        };
        let steps: Vec<String> = (0..150).map(step).collect();
        let text =
            format!("topic = 'orders'\non = 'E'\nagain = '7d'\nsteps = [{}]", steps.join(", "));
        sources.files.insert("journeys/own.toml".to_owned(), text);
        compile(&sources, None).1.into_iter().map(|told| told.code).collect::<Vec<_>>()
    };
    assert_eq!(properties(256), [""; 0]);
    assert_eq!(properties(257), ["foresend::too_many"]);
}
