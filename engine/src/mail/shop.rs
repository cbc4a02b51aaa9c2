//! The example shop, and drafts of its mails: what the tests of this room send.

use super::draft::{Draft, Fact};
use super::mime::{Envelope, message};
use super::render::Renderer;
use super::values::Site;
use crate::entry;
use foresend_core::calendar::Day;
use foresend_core::customer::input::Line;
use foresend_core::id::{CustomerId, IdKey, ProductId, SendId};
use foresend_core::money::Amount;
use foresend_core::time::Timestamp;
use foresend_core::world::journey::{Act, MailIx, Step};
use foresend_core::world::value::Kept;
use foresend_program::{Compiled, Sources, compile};
use std::fs;
use std::path::Path;
use std::sync::{Arc, OnceLock};

/// 2026-03-04T10:30Z, a Wednesday.
pub(super) const NOW: Timestamp = Timestamp::from_millis(1_772_620_200_000);

pub(super) fn sources() -> Sources {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios/shop");
    let mut sources = Sources { folder: "shop".to_owned(), ..Sources::default() };
    for part in ["", "journeys", "mails", "experiments"] {
        for entry in fs::read_dir(folder.join(part)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let name = path.file_name().unwrap().to_str().unwrap();
                let name = if part.is_empty() { name.to_owned() } else { format!("{part}/{name}") };
                sources.files.insert(name, fs::read_to_string(&path).unwrap());
            }
        }
    }
    sources
}

pub(super) fn compiled(sources: &Sources) -> Arc<Compiled> {
    let (compiled, told) = compile(sources, None);
    Arc::new(compiled.unwrap_or_else(|| panic!("{told:?}")))
}

pub(super) fn shop() -> Arc<Compiled> {
    static SHOP: OnceLock<Arc<Compiled>> = OnceLock::new();
    Arc::clone(SHOP.get_or_init(|| compiled(&sources())))
}

pub(super) fn site() -> Site {
    Site { cart: Some("https://juniperandfinch.example/basket".to_owned()) }
}

pub(super) fn renderer() -> Renderer {
    Renderer::new(site())
}

/// The mail of that name, from the first step that sends it, to Ada, who has a jumper and two towels in her basket.
pub(super) fn draft(words: &Arc<Compiled>, mail: &str) -> Draft {
    let ix = words.mails.iter().position(|known| known.name == mail).unwrap();
    let ix = MailIx(ix.try_into().unwrap());
    let all = words.program.journeys.iter();
    let all = all.flat_map(|journey| journey.steps.iter().map(move |step| (journey, step)));
    let sending: Vec<_> = all.filter(|(_, step)| matches!(step.act, Act::Send(_))).collect();
    let sends = |(_, step): &&(_, &Step)| matches!(step.act, Act::Send(send) if send.mail == ix);
    // The letter is sent by a variant of a step of another mail.
    let (journey, step) = *sending.iter().find(sends).unwrap_or(&sending[0]);
    let Act::Send(send) = &step.act else { panic!("{} sends nothing", step.name) };
    let customer = CustomerId::of(IdKey(7), "c-000001");
    let line = |id: &str, quantity, price| Line {
        product: ProductId::of(id),
        quantity,
        price: Amount::whole(price),
    };
    Draft {
        customer,
        send: entry::Send { journey: journey.id, step: step.id, enrolment: 1 },
        id: SendId::of(customer, journey.id, 1, step.id),
        attempt: 1,
        user: "c-000001".to_owned(),
        address: "ada@mail.example".to_owned(),
        locale: "en-GB".to_owned(),
        words: Arc::clone(words),
        journey: journey.name.clone(),
        step: step.name.clone(),
        mail: ix,
        topic: send.topic,
        offer: send.offer.map(|offer| (offer, Some("THANKS-7Q4M".to_owned()))),
        variants: None,
        cart: vec![line("jf-0001", 1, 89), line("jf-0002", 2, 24)],
        item: ProductId::of("jf-0151"),
        traits: vec![("first_name".to_owned(), Kept::Text("Ada".into()))],
        said: vec![("order_id".to_owned(), Kept::Text("10023".into()))],
        event_day: Day::of(2026, 3, 4),
        shown: words.shown.iter().map(|s| (s.name.clone(), Some(Fact::Number(1.0)))).collect(),
        planned: NOW,
        now: NOW,
    }
}

/// The same for tests that do not look at the mail.
pub(super) fn any_draft(customer: CustomerId, send: entry::Send, attempt: u16) -> Draft {
    Draft { customer, send, attempt, ..draft(&shop(), "cart-first") }
}

pub(crate) fn envelope(mail: &str, attempt: u16) -> Envelope {
    let draft = Draft { attempt, ..draft(&shop(), mail) };
    message(&draft, &renderer().render(&draft).unwrap()).unwrap()
}
