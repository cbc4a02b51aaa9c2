//! Calls as the SDKs of Segment and RudderStack send them, and calls as nobody should.

use super::*;
use proptest::prelude::*;

/// 2026-11-24T21:29:05Z
const NOW: Timestamp = Timestamp::from_millis(1_795_555_745_000);

fn arrival(way: Way) -> Arrival<'static> {
    Arrival { at: NOW, sent: None, kind: None, way }
}

#[track_caller]
fn call(json: &str) -> Call<'_> {
    match parse(json.as_bytes(), &arrival(Way::Sent)).unwrap() {
        Called::Customer(call) => call,
        product @ Called::Product { .. } => panic!("{product:?}"),
    }
}

#[track_caller]
fn bad(json: &str) -> Bad {
    parse(json.as_bytes(), &arrival(Way::Sent)).unwrap_err()
}

/// What is said of the properties or traits.
fn told(said: &Said<'_>) -> String {
    let fields = match said {
        Said::Track { properties, .. } => properties,
        Said::Profile { traits, .. } => traits,
        Said::Consent { .. } => panic!("{said:?}"),
    };
    let shown = |value: &Value<'_>| match value {
        Value::Null => "nothing".to_owned(),
        Value::Bool(truth) => truth.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Text(text) => format!("{text:?}"),
        Value::Json(json) => (*json).to_owned(),
    };
    let fields = fields.iter().map(|(name, value)| format!("{name}={}", shown(value)));
    fields.collect::<Vec<_>>().join(" ")
}

fn lines(said: &Said<'_>) -> String {
    let Said::Track { products, .. } = said else { panic!("{said:?}") };
    let line =
        |line: &Line<'_>| format!("{}x{} at {}", line.quantity, line.product, line.price.parts());
    products.iter().map(line).collect::<Vec<_>>().join(", ")
}

#[test]
fn what_the_sdks_send_is_read() {
    let node = call(
        r#"{"timestamp":"2026-11-24T21:29:03.683Z","integrations":{},"event":"Product Added",
        "type":"track","properties":{"cart_id":"c1","price":19.9},"context":{"ip":"203.0.113.9",
        "timezone":"Europe/Berlin"},"userId":"u1","messageId":"node-next-4ee8",
        "_metadata":{"nodeVersion":"v20.20.2"}}"#,
    );
    assert_eq!((&*node.user, node.message.as_deref()), ("u1", Some("node-next-4ee8")));
    assert_eq!(node.at.millis(), 1_795_555_743_683);
    assert_eq!(told(&node.said), r#"cart_id="c1" price=19.9"#);
    let python = call(
        r#"{"integrations": {}, "anonymousId": null, "timestamp": "2026-11-24T21:29:04.569123+00:00",
        "userId": "u1", "type": "track", "event": "Product Added", "messageId": "daec8dda",
        "properties": {"when": "2026-01-01T00:00:00"}}"#,
    );
    assert_eq!(python.at.millis(), 1_795_555_744_569);
    let browser = call(
        r#"{"timestamp":"2026-11-24T21:29:04Z","type":"page","name":"Home","userId":null,
        "anonymousId":"6d12","properties":{"path":"/","url":"https://shop.example/"}}"#,
    );
    assert_eq!(browser.user, "anonymous:6d12");
    assert_eq!(told(&browser.said), r#"path="/" url="https://shop.example/" name="Home""#);
    let rudder = call(
        r#"{"userId":"u1","context":{"traits":{"email":"a@b.example","age":41},"locale":"en-GB",
        "timezone":"Europe/London"},"type":"identify","channel":"server",
        "originalTimestamp":"2026-11-24T21:29:03.683Z","messageId":"cb13",
        "sentAt":"2026-11-24T21:29:04.000Z"}"#,
    );
    assert_eq!(rudder.at.millis(), 1_795_555_743_683);
    assert_eq!(told(&rudder.said), r#"email="a@b.example" age=41 locale="en-GB""#);
    assert!(
        matches!(rudder.said, Said::Profile { timezone: Some(zone), .. } if zone == "Europe/London")
    );
}

#[test]
fn a_profile_says_what_its_own_traits_say_first() {
    let said = call(
        r#"{"type":"identify","userId":"u","traits":{"timezone":"Asia/Tokyo","locale":null,
        "address":{"country":"JP"}},"context":{"timezone":"UTC","locale":"ja","traits":{"age":3}}}"#,
    )
    .said;
    let traits = r#"timezone="Asia/Tokyo" locale=nothing address={"country":"JP"} country="JP""#;
    assert_eq!(told(&said), traits);
    assert!(matches!(said, Said::Profile { timezone: Some(zone), .. } if zone == "Asia/Tokyo"));
}

#[test]
fn products_are_those_of_the_list_or_the_one_that_is_named() {
    let of = |properties: &str| {
        let json =
            format!(r#"{{"type":"track","userId":"u","event":"E","properties":{properties}}}"#);
        let said = call(&json).said;
        (lines(&said), told(&said))
    };
    assert_eq!(
        of(r#"{"product_id":"p-1","price":"12.50","quantity":2,"brand":"J"}"#),
        (
            "2xp-1 at 125000".to_owned(),
            r#"product_id="p-1" price="12.50" quantity=2 brand="J""#.to_owned()
        )
    );
    let list = r#"[{"product_id":7,"price":1.00005},{"sku":"s","quantity":3.0},{"name":"?"},8,
        {"product_id":"","sku":"t","quantity":1.5,"price":"about 3"}]"#;
    assert_eq!(
        of(&format!(r#"{{"product_id":"no","products":{list},"coupon":"X"}}"#)),
        ("1x7 at 10001, 3xs at 0, 1xt at 0".to_owned(), r#"product_id="no" coupon="X""#.to_owned())
    );
    assert_eq!(of(r#"{"products":[]}"#), (String::new(), String::new()));
    assert_eq!(of(r#"{"products":"two"}"#), (String::new(), r#"products="two""#.to_owned()));
}

#[test]
fn values_stay_as_they_came() {
    let json = r#"{"type":"track","userId":42,"event":"E","properties":{"a":"1","b":true,"c":null,
        "d":[1, {"e":"]"}],"n":-1.5e3,"big":9007199254740993,"a":"2","u":"caf\u00e9"}}"#;
    let call = call(json);
    assert_eq!(call.user, "42");
    let values =
        r#"a="2" b=true c=nothing d=[1, {"e":"]"}] n=-1500 big="9007199254740993" u="café""#;
    assert_eq!(told(&call.said), values);
}

#[test]
fn consent_says_what_and_how_it_is_known() {
    let consent = |rest: &str| {
        let json = format!(r#"{{"type":"consent","userId":"u","topic":"offers",{rest}}}"#);
        match call(&json).said {
            Said::Consent { to, proof, .. } => (to, proof.into_owned()),
            other @ (Said::Track { .. } | Said::Profile { .. }) => panic!("{other:?}"),
        }
    };
    let given = r#""to":"given","basis":"existing-customer","proof":"order 7""#;
    assert_eq!(consent(given), (ConsentTo::ExistingCustomer, "order 7".to_owned()));
    assert_eq!(consent(r#""to":"withdrawn""#), (ConsentTo::Withdrawn, String::new()));
    assert_eq!(consent(r#""to":"requested""#), (ConsentTo::Requested, String::new()));
}

#[test]
fn a_product_is_told_of_to_nobody_in_particular() {
    let json = br#"{"type":"product","event":"Back In Stock","productId":"p-1","messageId":"m"}"#;
    let told = parse(json, &arrival(Way::Sent)).unwrap();
    assert_eq!(told, Called::Product { event: "Back In Stock".into(), product: "p-1".into() });
    let help = bad(r#"{"type":"product","event":"Order Completed","productId":"p-1"}"#).help;
    assert!(help.contains("Price Dropped"), "{help}");
}

#[test]
fn a_wrong_clock_is_set_right_and_a_long_way_is_not_taken_for_one() {
    let at = |way: Way, sent: &str, own: &str| {
        let json = format!(
            r#"{{"type":"track","event":"E","userId":"u","timestamp":"2026-11-24T{own}Z"}}"#
        );
        let sent = format!("2026-11-24T{sent}Z");
        let arrival = Arrival { sent: Some(&sent), ..arrival(way) };
        match parse(json.as_bytes(), &arrival).unwrap() {
            Called::Customer(call) => NOW.millis() - call.at.millis(),
            product @ Called::Product { .. } => panic!("{product:?}"),
        }
    };
    // It arrives at 21:29:05. So long ago it happened, in milliseconds:
    assert_eq!(at(Way::Sent, "21:29:04.900", "21:29:03"), 2_000, "a right clock");
    assert_eq!(at(Way::Sent, "22:29:05", "22:29:03"), 2_000, "an hour fast");
    assert_eq!(at(Way::Sent, "20:29:05", "20:29:03"), 2_000, "an hour slow");
    assert_eq!(at(Way::Again, "22:29:05", "22:29:03"), 2_000, "fast, and sent again");
    assert_eq!(at(Way::Again, "20:29:05", "20:29:03"), 3_602_000, "under way for an hour");
    assert_eq!(at(Way::File, "20:29:05", "20:29:03"), 3_602_000, "as it stands in the file");
    let none = call(r#"{"type":"track","event":"E","userId":"u"}"#);
    assert_eq!(none.at, NOW);
    let sent = r#"{"type":"track","event":"E","userId":"u","sentAt":"2026-11-24T21:29:04Z"}"#;
    assert_eq!(call(sent).at.millis(), NOW.millis() - 1_000);
}

#[test]
fn a_bad_call_is_told_of_in_words() {
    let deep = format!("{{\"a\":{}1{}}}", "[".repeat(40), "]".repeat(40));
    let wide: String = (0..600).map(|i| format!("\"p{i}\":1,")).collect();
    let wide =
        format!(r#"{{"type":"track","userId":"u","event":"E","properties":{{{wide}"z":1}}}}"#);
    let long = format!(r#"{{"type":"track","userId":"{}","event":"E"}}"#, "u".repeat(600));
    let told: Vec<String> = [
        "",
        "[]",
        "{\"type\":\"track\"",
        "{\"type\":\"track\",}",
        r#"{"userId":"u"}"#,
        r#"{"type":"trak","userId":"u"}"#,
        r#"{"type":"group","userId":"u"}"#,
        r#"{"type":"alias","userId":"u"}"#,
        r#"{"type":"track","userId":"u"}"#,
        r#"{"type":"track","event":"E"}"#,
        r#"{"type":"track","event":"E","userId":["u"]}"#,
        r#"{"type":"track","event":7,"userId":"u"}"#,
        r#"{"type":"track","event":"E","userId":"u","properties":"none"}"#,
        r#"{"type":"track","event":"E","userId":"u","properties":{"a":1e999}}"#,
        r#"{"type":"track","event":"E","userId":"u","properties":{"a":"\ud800"}}"#,
        r#"{"type":"track","event":"E","userId":"u","timestamp":"yesterday"}"#,
        r#"{"type":"track","event":"E","userId":"u","timestamp":"2026-03-02T10:00:00"}"#,
        r#"{"type":"track","event":"E","userId":"u","timestamp":1795555745000}"#,
        r#"{"type":"consent","userId":"u","topic":"offers","to":"given"}"#,
        r#"{"type":"consent","userId":"u","topic":"offers","to":"given","basis":"yes"}"#,
        r#"{"type":"consent","userId":"u","topic":"offers","to":"maybe"}"#,
        r#"{"type":"product","event":"Back In Stock"}"#,
        &deep,
        &wide,
        &long,
        &"x".repeat(40_000),
    ]
    .into_iter()
    .map(|json| format!("{}: {}\n", bad(json).why.word(), bad(json)))
    .collect();
    insta::assert_snapshot!(told.concat());
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    let bad = parse(b"{\"type\":\"\xff\"}", &arrival(Way::File)).unwrap_err();
    assert_eq!((bad.why, &*bad.message), (Why::Json, "it is not UTF-8 (byte 9)"));
}

/// JSON and what is nearly so, with the fields that a call has.
fn nearly_a_call() -> impl Strategy<Value = String> {
    let name = prop_oneof![
        Just("type"),
        Just("userId"),
        Just("anonymousId"),
        Just("event"),
        Just("properties"),
        Just("traits"),
        Just("context"),
        Just("products"),
        Just("product_id"),
        Just("price"),
        Just("quantity"),
        Just("timestamp"),
        Just("sentAt"),
        Just("topic"),
        Just("to"),
        Just("basis"),
        Just("messageId"),
        Just("timezone"),
        Just("name"),
        Just("productId"),
    ];
    let leaf = prop_oneof![
        Just("\"track\""),
        Just("\"identify\""),
        Just("\"page\""),
        Just("\"consent\""),
        Just("\"product\""),
        Just("\"given\""),
        Just("\"withdrawn\""),
        Just("\"u1\""),
        Just("null"),
        Just("7"),
        Just("-0.5e3"),
        Just("1e400"),
        Just("true"),
        Just("\"\\ud800\""),
        Just("\"\""),
        Just("\"2026-03-02T10:00:00+00:00\""),
        Just("\"Back In Stock\""),
        Just("{"),
        Just("]"),
    ]
    .prop_map(str::to_owned);
    let value = leaf.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec((name.clone(), inner.clone()), 0..6).prop_map(|fields| {
                let fields = fields.iter().map(|(name, value)| format!("\"{name}\":{value}"));
                format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
            }),
            prop::collection::vec(inner, 0..4).prop_map(|items| format!("[{}]", items.join(","))),
        ]
    });
    let rest = prop::collection::vec(value, 0..6);
    rest.prop_map(|values| {
        let names = ["type", "userId", "event", "properties", "context", "timestamp"];
        let fields = names.iter().zip(values).map(|(name, value)| format!("\"{name}\":{value}"));
        format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
    })
}

proptest! {
    #[test]
    fn any_bytes_are_a_call_or_are_told_why_not(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        holds(&bytes);
    }

    #[test]
    fn any_json_is_a_call_or_is_told_why_not(json in nearly_a_call()) {
        holds(json.as_bytes());
    }

    #[test]
    fn a_call_with_a_piece_changed_is_a_call_or_is_told_why_not(at in 0usize..160, byte: u8) {
        let call = br#"{"type":"track","userId":"u","event":"E","timestamp":"2026-03-02T10:00:00Z","properties":{"products":[{"sku":"s","price":1.5}],"x":{"y":[null,"\u00e9"]}}}"#;
        let mut bytes = call.to_vec();
        if let Some(place) = bytes.get_mut(at) {
            *place = byte;
        }
        holds(&bytes);
    }
}
