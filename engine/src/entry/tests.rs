//! Entries as bytes: every released kind is read for ever, whatever was drawn comes back, and no bytes make it panic.

use super::*;
use foresend_core::id::StableId;
use proptest::collection::vec;
use proptest::prelude::*;

const SEND: Send = Send { journey: StableId(7), step: StableId(300), enrolment: 3 };

fn whom() -> CustomerId {
    CustomerId::from_bits(0x0123_4567_89ab_cdef_0011_2233_4455_6677)
}

fn bytes(entry: &Entry<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    entry.write(&mut bytes).unwrap();
    bytes
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Some of every sort, with their kinds and fields in format 1.
fn golden() -> Vec<(Entry<'static>, &'static str)> {
    let of = |told| Entry::Of(whom(), told);
    let at = Timestamp::from_millis(1_772_470_800_000);
    let call =
        |said| of(Told::Call(Call { user: "c-1", message: 258, at, origin: Origin::Live, said }));
    let track = Said::Track {
        event: "Product Added",
        properties: vec![
            ("price", Value::Number(19.5)),
            ("gift", Value::Bool(true)),
            ("sku", Value::Text("x")),
            ("nothing", Value::Null),
            ("tags", Value::Json("[1]")),
        ],
        products: vec![Line { product: "p-1", quantity: 2, price: 195_000 }],
    };
    let profile = Said::Profile {
        traits: vec![("email", Value::Text("a@b.example"))],
        timezone: Some("Europe/Berlin"),
    };
    let consent =
        Said::Consent { topic: "offers", to: ConsentTo::Consent, cause: Some(SEND), proof: "form" };
    vec![
        (Entry::World { seed: 42, id_key: 7 }, "01 2a07"),
        (Entry::Boot { build: "0.1.0" }, "02 05302e312e30"),
        (Entry::Product { event: "e", product: "p" }, "04 01650170"),
        (of(Told::Wake), "10 "),
        (
            call(track),
            "11 03632d31820280baf0f7956700000d50726f6475637420416464656405057072696365020000000000803340\
             0467696674010103736b75030178076e6f7468696e6700047461677304035b315d0103702d3102f0e617",
        ),
        (
            call(profile),
            "11 03632d31820280baf0f7956700010105656d61696c030b6140622e6578616d706c65010d4575726f70652f\
             4265726c696e",
        ),
        (call(consent), "11 03632d31820280baf0f795670002066f6666657273040107ac020304666f726d"),
        (
            of(Told::Handover {
                send: SEND,
                attempt: 1,
                suppressed: false,
                code: Code::Reserved(5),
            }),
            "12 07ac020301000105",
        ),
        (
            of(Told::Outcome { send: SEND, attempt: 1, outcome: Outcome::Unknown }),
            "13 07ac02030103",
        ),
        (of(Told::Called { send: SEND, done: true }), "14 07ac020301"),
        (
            of(Told::Engagement { send: SEND, clicked: true, human: true, at }),
            "15 07ac0203010180baf0f79567",
        ),
        (of(Told::Remember { event: Some("e"), since: at }), "16 01016580baf0f79567"),
        (of(Told::Quarantine), "17 "),
        (of(Told::Release), "18 "),
        (of(Told::Happened { of: Seq(300), event: "e", product: "p" }), "19 ac0201650170"),
    ]
}

#[test]
fn every_released_kind_is_written_and_read_as_ever() {
    for (entry, fields) in golden() {
        let bytes = bytes(&entry);
        let (raw, rest) = Raw::first(&bytes).unwrap();
        assert!(rest.is_empty());
        let written = format!("{:02x} {}", raw.kind, hex(raw.fields));
        assert_eq!(written.replace(' ', ""), fields.replace(' ', ""), "{entry:?}");
        assert_eq!(raw.read(), Ok(entry));
    }
}

#[test]
fn the_head_is_length_kind_and_customer() {
    assert_eq!(
        hex(&bytes(&Entry::Of(whom(), Told::Wake))),
        "15000000100123456789abcdef0011223344556677"
    );
}

#[test]
fn an_entry_that_is_too_long_leaves_nothing_behind() {
    let mut bytes = vec![1, 2];
    let build = "x".repeat(BYTES_MAX);
    assert!(Entry::Boot { build: &build }.write(&mut bytes).is_err());
    assert_eq!(bytes, [1, 2]);
}

#[test]
fn what_is_for_one_is_not_read_as_for_all() {
    let whole = bytes(&Entry::Of(whom(), Told::Wake));
    let (mut raw, _) = Raw::first(&whole).unwrap();
    raw.customer = None;
    assert_eq!(raw.read(), Err(EntryError::Addressed(kind::WAKE)));
    let world = bytes(&Entry::World { seed: 1, id_key: 2 });
    let (mut raw, _) = Raw::first(&world).unwrap();
    raw.customer = Some(whom());
    assert_eq!(raw.read(), Err(EntryError::Addressed(kind::WORLD)));
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(noise in vec(any::<u8>(), 0..300), at in 0..400usize, kind in any::<u8>()) {
        for raw in each(&noise).flatten() {
            drop(raw.read());
        }
        drop(Raw { customer: Some(whom()), kind, fields: &noise }.read());
        drop(Raw { customer: None, kind, fields: &noise }.read());
        for (entry, _) in golden() {
            let mut whole = bytes(&entry);
            let place = at % whole.len();
            whole[place] ^= 1 << (at % 8);
            for raw in each(&whole).flatten() {
                drop(raw.read());
            }
        }
    }
}
