//! Every key that a file may hold, once: what it takes, whether it must be there, an example. Reading, `--set`,
//! suggestions and the reference pages all rest on these tables.
//! Invariant: a key of the language that is not built yet stands here too, as such: it is refused by name, and
//! never called unknown.

/// The keys of one kind of table.
#[derive(Debug)]
pub(crate) struct Room {
    /// "a journey"
    pub(crate) what: &'static str,
    /// "this journey"
    pub(crate) this: &'static str,
    pub(crate) keys: &'static [Key],
}

/// One key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) takes: Takes,
    pub(crate) need: Need,
    /// A value as it stands in a file; of a key that is not built yet: what to do instead.
    pub(crate) example: &'static str,
}

/// In what form a value stands in a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Takes {
    /// Text in quotes: also durations, conditions, names.
    Text,
    /// One text, or a list of them.
    Texts,
    /// A list of texts.
    List,
    /// One event or several, each a text or a table.
    Events,
    /// A table.
    Table,
    /// A list of tables.
    Tables,
    /// A whole number.
    Number,
    /// A date.
    Date,
}

/// Whether a key must be there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Need {
    Required,
    Optional,
    NotYet,
}

impl Room {
    pub(crate) fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }

    /// The names of the keys that can be used, in the order of this file.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.keys.iter().filter(|key| key.need != Need::NotYet).map(|key| key.name)
    }
}

const fn needs(name: &'static str, takes: Takes, example: &'static str) -> Key {
    Key { name, takes, need: Need::Required, example }
}

const fn may(name: &'static str, takes: Takes, example: &'static str) -> Key {
    Key { name, takes, need: Need::Optional, example }
}

const fn later(name: &'static str, instead: &'static str) -> Key {
    Key { name, takes: Text, need: Need::NotYet, example: instead }
}

use Takes::{Date, Events, List, Number, Table, Tables, Text, Texts};

const LEAVE_OUT: &str = "leave it out for now";

/// program.toml
pub(crate) const PROGRAM: Room = Room {
    what: "program.toml",
    this: "program.toml",
    keys: &[
        needs("brand", Text, r#""Juniper & Finch""#),
        needs("from", Text, r#""Juniper & Finch <hello@post.juniperandfinch.example>""#),
        may("reply_to", Text, r#""care@juniperandfinch.example""#),
        needs(
            "postal",
            Text,
            r#""Juniper & Finch Ltd, 14 Mill Lane, York YO1 9QX, United Kingdom""#,
        ),
        may("privacy", Text, r#""https://juniperandfinch.example/privacy""#),
        may("locale", Text, r#""en-GB""#),
        may("zone", Text, r#""Europe/London""#),
        needs("currency", Text, r#""GBP""#),
        may("holdout", Text, r#""10%""#),
        may("credit", Text, r#""5d""#),
        may("priority", List, r#"["cart-recovery"]"#),
        may("tracking", Table, r#"{ clicks = "yes", opens = "ask" }"#),
        may("keep", Table, r#"{ events = "2y", proof = "5y" }"#),
        may("traits", Table, r#"{ first_name = "text" }"#),
        may("topics", Table, r#"{ offers = { says = "Offers", basis = "consent" } }"#),
        may("events", Table, r#"{ "Stock Alert Requested" = { product_id = "text" } }"#),
        may("limits", Table, r#"{ mails = ["1 in 20h"] }"#),
        may("facts", Table, r#"{ orders = "count('Order Completed')" }"#),
        may("segments", Table, r#"{ buyer = "orders > 0" }"#),
        may(
            "offers",
            Table,
            r#"{ comeback = { says = "10 % off", codes = "single-use", lasts = "72h", cost = "10% of order" } }"#,
        ),
        may("catalogue", Table, r#"{ lasts_days = "number" }"#),
    ],
};

/// One topic.
pub(crate) const TOPIC: Room = Room {
    what: "a topic",
    this: "this topic",
    keys: &[
        needs("says", Text, r#""Reminders and offers""#),
        needs("basis", Texts, r#""consent""#),
        may("confirm", Text, r#""single""#),
    ],
};

/// `[tracking]`
pub(crate) const TRACKING: Room = Room {
    what: "`[tracking]`",
    this: "`[tracking]`",
    keys: &[may("clicks", Text, r#""yes""#), may("opens", Text, r#""ask""#)],
};

/// `[keep]`
pub(crate) const KEEP: Room = Room {
    what: "`[keep]`",
    this: "`[keep]`",
    keys: &[
        may("events", Text, r#""2y""#),
        may("opens", Text, r#""90d""#),
        may("mails", Text, r#""2y""#),
        may("unconfirmed", Text, r#""14d""#),
        may("proof", Text, r#""5y""#),
    ],
};

/// One offer.
pub(crate) const OFFER: Room = Room {
    what: "an offer",
    this: "this offer",
    keys: &[
        needs("says", Text, r#""10 % off your basket""#),
        needs("codes", Text, r#""single-use""#),
        may("code", Text, r#""HELLO10""#),
        needs("lasts", Text, r#""72h""#),
        may("once", Text, r#""180d""#),
        needs("cost", Text, r#""10% of order""#),
    ],
};

/// `[limits]`
pub(crate) const LIMITS: Room = Room {
    what: "`[limits]`",
    this: "`[limits]`",
    keys: &[
        may("mails", List, r#"["1 in 20h", "3 in 7d"]"#),
        may("full", Text, r#""skip""#),
        may("quiet", Text, r#""21:00-08:00""#),
        may("still_shopping", Text, r#""30m""#),
    ],
};

/// journeys/NAME.toml
pub(crate) const JOURNEY: Room = Room {
    what: "a journey",
    this: "this journey",
    keys: &[
        needs("topic", Text, r#""offers""#),
        may("on", Texts, r#"["Product Added", "Checkout Started"]"#),
        may("enters", Text, r#""lapsed""#),
        may("date", Table, r#"{ trait = "birthday", before = "7d" }"#),
        may("every", Text, r#""tue 10:00""#),
        may("if", Text, r#""cart.value > 20""#),
        may("quiet", Text, r#""1h""#),
        may("key", Text, r#""order_id""#),
        may("each", Text, r#""products""#),
        needs("again", Text, r#""7d""#),
        may("while", Text, r#""cart.items > 0""#),
        may("yields_to", List, r#"["cart-recovery"]"#),
        may("stop", Events, r#"["Order Completed"]"#),
        may("goal", Table, r#"{ on = "Order Completed", within = "7d", value = "revenue" }"#),
        may("kind", Text, r#""cart""#),
        may("allow", List, r#"["no-purchase-stop"]"#),
        needs("steps", Tables, r#"[{ id = "first", send = "cart-first" }]"#),
    ],
};

/// What may start a journey: exactly one of these.
pub(crate) const STARTS: &[&str] = &["on", "enters", "date", "every"];

/// A journey's `date`
pub(crate) const DATE: Room = Room {
    what: "`date`",
    this: "this `date`",
    keys: &[needs("trait", Text, r#""birthday""#), may("before", Text, r#""7d""#)],
};

/// An event that counts only if it is about the same.
pub(crate) const LISTEN: Room = Room {
    what: "an event in braces",
    this: "this event in braces",
    keys: &[needs("on", Texts, r#""Order Completed""#), needs("same", Text, r#""order_id""#)],
};

/// A journey's `goal`
pub(crate) const GOAL: Room = Room {
    what: "a goal",
    this: "this goal",
    keys: &[
        needs("on", Events, r#""Order Completed""#),
        needs("within", Text, r#""7d""#),
        may("value", Text, r#""revenue""#),
        may("same", Text, r#""product_id""#),
        may("from", Text, r#""tell""#),
    ],
};

/// One step of a journey.
pub(crate) const STEP: Room = Room {
    what: "a step",
    this: "this step",
    keys: &[
        needs("id", Text, r#""first""#),
        may("after", Text, r#""22h""#),
        may("due", Text, r#""event.time + days(30)""#),
        may("at", Text, r#""10:00""#),
        may("between", Text, r#""09:00-20:00""#),
        may("days", Text, r#""mon-fri""#),
        may("if", Text, r#""low_spender""#),
        may("path", Text, r#""a""#),
        may("send", Text, r#""cart-first""#),
        may("topic", Text, r#""offers""#),
        may("offer", Text, r#""comeback""#),
        may("late", Text, r#""4h""#),
        may("wait_for", Events, r#""Consent Given""#),
        may("same", Text, r#""topic""#),
        may("at_most", Text, r#""7d""#),
        may("choose", Tables, r#"[{ path = "a", if = "buyer" }, { path = "b" }]"#),
        may("split", Table, "{ a = 50, b = 50 }"),
        may("set", Table, r#"{ tier = "gold" }"#),
        may("call", Text, r#""crm""#),
        may("leave", Text, r#""offers""#),
        may("stop", Text, r#""not confirmed""#),
        may("was", Text, r#""news""#),
    ],
};

/// One row of a step's `choose`.
pub(crate) const ROW: Room = Room {
    what: "a row of `choose`",
    this: "this row",
    keys: &[needs("path", Text, r#""a""#), may("if", Text, r#""buyer""#)],
};

/// Acts of a step: exactly one of these.
pub(crate) const ACTS: &[&str] =
    &["send", "wait_for", "choose", "split", "set", "call", "leave", "stop"];

/// The front matter of mails/NAME.md
pub(crate) const MAIL: Room = Room {
    what: "a mail",
    this: "this mail",
    keys: &[
        needs("subject", Text, r#""Your basket is saved""#),
        may("preheader", Text, r#""Everything is where you left it""#),
        may("button", Table, r#"{ says = "Return to my basket", to = "{{ cart.url }}" }"#),
        may("gives", Text, r#""their basket, as they left it""#),
    ],
};

/// A mail's `button`
pub(crate) const BUTTON: Room = Room {
    what: "a button",
    this: "this button",
    keys: &[
        needs("says", Text, r#""Return to my basket""#),
        needs("to", Text, r#""{{ cart.url }}""#),
    ],
};

/// experiments/NAME.toml
pub(crate) const EXPERIMENT: Room = Room {
    what: "an experiment",
    this: "this experiment",
    keys: &[
        needs("ask", Text, r#""Does naming the item bring back more baskets?""#),
        needs("at", Text, r#""cart-recovery.first""#),
        may("measure", Text, r#""goal""#),
        may("holdout", Text, r#""20%""#),
        may("guards", List, r#"["unsubscribes < 0.5%"]"#),
        needs("ends", Text, r#""12w""#),
        may("then", Text, r#""ask""#),
        needs("control", Table, r#"{ subject = "plain" }"#),
        needs("vary", Table, r#"{ subject = { plain = "Your basket", named = "It waits" } }"#),
    ],
};

/// scenarios/NAME.toml
pub(crate) const SCENARIO: Room = Room {
    what: "a scenario",
    this: "this scenario",
    keys: &[
        needs("program", Text, r#""shop""#),
        may("only", List, r#"["cart-recovery"]"#),
        may("population", Text, r#""retail""#),
        may("worlds", List, r#"["retail", "touchy"]"#),
        may("customers", Number, "100_000"),
        may("from", Date, "2026-03-02"),
        may("days", Number, "60"),
        may("seed", Number, "42"),
        may("compare", Table, r#"{ quicker = { "cart-recovery.quiet" = "30m" } }"#),
        may("assume", Table, r#"{ "cart-first-look.subject.named" = "opens +5%" }"#),
        may("expect", List, r#"["unsubscribes < 0.4%"]"#),
        may("faults", Tables, r#"[{ what = "events twice", share = "1%" }]"#),
        later("loadtest", LEAVE_OUT),
    ],
};

/// One of a scenario's `faults`.
pub(crate) const FAULT: Room = Room {
    what: "a fault",
    this: "this fault",
    keys: &[
        needs("what", Text, r#""mail provider down""#),
        may("at", Date, "2026-03-20T02:00:00"),
        may("for", Text, r#""6h""#),
        may("share", Text, r#""2%""#),
        may("by", Text, r#""2h""#),
    ],
};

pub(crate) const TUNE: Room = Room {
    what: "a tune file",
    this: "this tune file",
    keys: &[
        needs("scenario", Text, r#""cart-recovery.toml""#),
        may("maximise", Text, r#""orders""#),
        may("across", List, r#"["retail", "touchy"]"#),
        may("keep", List, r#"["unsubscribes < 0.4%"]"#),
        may("effort", Text, r#""1M""#),
        may("worth", Table, r#"{ margin = "42%", mail = 0.0008, subscriber = 3.50 }"#),
        needs("vary", Table, r#"{ "cart-recovery.quiet" = ["1h", "4h"] }"#),
    ],
};

/// A tune file's `worth`.
pub(crate) const WORTH: Room = Room {
    what: "`worth`",
    this: "this `worth`",
    keys: &[
        needs("margin", Text, r#""42%""#),
        may("mail", Number, "0.0008"),
        may("subscriber", Number, "3.50"),
    ],
};

/// foresend.toml
pub(crate) const OPERATOR: Room = Room {
    what: "foresend.toml",
    this: "foresend.toml",
    keys: &[
        may("listen", Text, r#""127.0.0.1:8080""#),
        may("data", Text, r#""/var/lib/foresend""#),
        may("stage", Text, r#""capture""#),
        may("cart_url", Text, r#""https://shop.example/basket""#),
        later("public_url", "leave it out for now: no link of a mail leads to us"),
        later("behind", "leave it out for now: no address of a caller is read"),
        later("ledger", LEAVE_OUT),
        later("allow", "leave it out for now: nobody receives a mail"),
        later("keys", "leave it out for now, and let only your own machines reach `listen`"),
        later("mail", "leave it out for now: every mail becomes a file"),
        later("ramp", LEAVE_OUT),
        later("breaker", LEAVE_OUT),
        later("alerts", "leave it out for now; watch /metrics instead"),
        later("disk", "leave it out for now, and watch the disk yourself"),
        later("webhooks", LEAVE_OUT),
    ],
};

/// A range of durations in `[vary]`.
pub(crate) const RANGE: Room = Room {
    what: "a range",
    this: "this range",
    keys: &[needs("from", Text, r#""6h""#), needs("to", Text, r#""3d""#)],
};

#[cfg(test)]
mod tests {
    use super::*;

    /// The page says of each key what it takes, or that it is not built; and it says nothing of other keys.
    #[track_caller]
    fn check(page: &str, rooms: &[&Room]) {
        let later = page.find("## Not supported yet").unwrap_or(page.len());
        let (built, later) = page.split_at(later);
        for key in rooms.iter().flat_map(|room| room.keys) {
            let is_built = key.need != Need::NotYet;
            let row = format!("| `{}` |", key.name);
            let in_place = match key.takes {
                Table
                    if matches!(
                        key.name,
                        "topics"
                            | "events"
                            | "limits"
                            | "facts"
                            | "segments"
                            | "tracking"
                            | "keep"
                            | "traits"
                            | "offers"
                            | "catalogue"
                    ) =>
                {
                    built.contains(&format!("[{}]", key.name))
                }
                Text | Texts | List | Events | Table | Tables | Number | Date => {
                    built.contains(&row)
                }
            };
            let name = key.name;
            assert!(!is_built || in_place, "`{name}` has no row");
            let is_refused =
                later.contains(&format!("`{name}`")) || later.contains(&format!("`[{name}]`"));
            assert!(is_built || is_refused, "`{name}` is not said to be refused");
        }
    }

    #[test]
    fn every_key_stands_in_its_page() {
        let of_program = [&PROGRAM, &TOPIC, &LIMITS, &TRACKING, &KEEP, &OFFER];
        check(include_str!("../../../docs/reference/program.md"), &of_program);
        let of_journey = [&JOURNEY, &DATE, &LISTEN, &GOAL, &STEP, &ROW];
        check(include_str!("../../../docs/reference/journey.md"), &of_journey);
        check(include_str!("../../../docs/reference/mail.md"), &[&MAIL, &BUTTON]);
        check(include_str!("../../../docs/reference/experiment.md"), &[&EXPERIMENT]);
        check(include_str!("../../../docs/reference/scenario.md"), &[&SCENARIO, &FAULT]);
        check(include_str!("../../../docs/reference/tune.md"), &[&TUNE, &WORTH, &RANGE]);
        check(include_str!("../../../docs/reference/foresend.md"), &[&OPERATOR]);
    }

    #[test]
    fn no_key_stands_twice_in_its_room() {
        for room in [
            &PROGRAM,
            &TOPIC,
            &LIMITS,
            &TRACKING,
            &KEEP,
            &OFFER,
            &JOURNEY,
            &DATE,
            &LISTEN,
            &GOAL,
            &STEP,
            &ROW,
            &MAIL,
            &BUTTON,
            &EXPERIMENT,
            &SCENARIO,
            &FAULT,
            &TUNE,
            &WORTH,
            &RANGE,
            &OPERATOR,
        ] {
            let mut names: Vec<&str> = room.keys.iter().map(|key| key.name).collect();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), room.keys.len(), "{}", room.what);
        }
    }
}
