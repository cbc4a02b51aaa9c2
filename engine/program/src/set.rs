//! `--set ADDRESS=VALUE`: one value of a program, changed in its text before it is compiled. Comments stay, so the
//! same edit can be written back to the file.
//!
//! Addresses: `limits.K`, `offers.NAME.K`, `holdout`, `JOURNEY.K`, `JOURNEY.STEP.K`. `JOURNEY.STEP.after = never` removes
//! the step, and the experiment on it.

use crate::keys::{self, Key, Need, Room, Takes};
use crate::sources::Sources;
use crate::text::read::there_are;
use crate::text::suggest::closest;
use std::fmt;
use toml_edit::{DocumentMut, InlineTable, Item, Table, TableLike, Value};

/// Why nothing was set. The sources are unchanged.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SetError {
    /// One sentence, without a full stop.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
}

impl fmt::Display for SetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        self.help.as_ref().map_or(Ok(()), |help| write!(f, ": {help}"))
    }
}

impl std::error::Error for SetError {}

fn error(message: impl Into<String>, help: impl Into<String>) -> SetError {
    SetError { message: message.into(), help: Some(help.into()) }
}

/// Changes the value at `address` in the text that holds it. The value needs no quotes: `2d`, `["1 in 20h"]`. A key
/// that is absent is inserted.
///
/// Whether the value makes sense is for [`compile`](crate::compile()) to say.
///
/// # Errors
/// [`SetError`] where the address names nothing, where it cannot be set yet, or where the text that holds it is not
/// valid TOML. The sources are then unchanged.
pub fn set(sources: &mut Sources, address: &str, value: &str) -> Result<(), SetError> {
    let parts: Vec<&str> = address.trim().split('.').collect();
    match parts.as_slice() {
        ["population", ..] => Err(error(
            "a population is no part of a program",
            "set it for a whole run: `--set population.reminder.strength=0.4`",
        )),
        ["holdout"] => {
            let key = known(&keys::PROGRAM, "holdout")?;
            edit(sources, "program.toml", |document| {
                put(document.as_table_mut(), key.name, value_for(key, value)?);
                Ok(())
            })
        }
        ["offers", offer] => Err(error(
            "an offer is set key by key",
            format!("write `offers.{offer}.KEY`, such as `offers.{offer}.cost`"),
        )),
        ["offers", offer, key] => {
            let key = known(&keys::OFFER, key)?;
            edit(sources, "program.toml", |document| set_offer(document, offer, key, value))
        }
        ["limits", key] => {
            let key = known(&keys::LIMITS, key)?;
            edit(sources, "program.toml", |document| {
                let value = value_for(key, value)?;
                let limits = document.entry("limits").or_insert_with(|| Item::Table(Table::new()));
                match limits.as_table_like_mut() {
                    Some(limits) => put(limits, key.name, value),
                    None => {
                        return Err(error(
                            "`limits` of program.toml is not a table",
                            "write `[limits]`",
                        ));
                    }
                }
                Ok(())
            })
        }
        [journey, key] => {
            let path = journey_path(sources, journey)?;
            let key = known(&keys::JOURNEY, key)?;
            if key.name == "steps" {
                return Err(error(
                    "the steps of a journey are set one by one",
                    format!("write `{journey}.STEP.KEY`, such as `{journey}.first.after`"),
                ));
            }
            edit(sources, &path, |document| {
                put(document.as_table_mut(), key.name, value_for(key, value)?);
                Ok(())
            })
        }
        [journey, step, key] => {
            let path = journey_path(sources, journey)?;
            let key = known(&keys::STEP, key)?;
            edit(sources, &path, |document| set_step(document, journey, step, key, value))?;
            if key.name == "after" && is_never(value) {
                drop_experiments(sources, &format!("{journey}.{step}"));
            }
            Ok(())
        }
        _ => Err(error(
            format!("`{address}` is not an address"),
            "an address is `limits.KEY`, `offers.NAME.KEY`, `holdout`, `JOURNEY.KEY` or `JOURNEY.STEP.KEY`, such as \
             `cart-recovery.second.after`",
        )),
    }
}

/// The same for several addresses with their values. A step that `never` takes out goes last, and nothing else is set in
/// it: its other values would be of nothing.
///
/// # Errors
/// Which of them is wrong, and why. What was set before stays set.
pub fn set_all(sources: &mut Sources, values: &[(&str, &str)]) -> Result<(), (usize, SetError)> {
    let step = |address: &str| address.rsplit_once('.').map(|(step, _)| step.to_owned());
    let takes_out = |at: &usize| {
        let (address, value) = values[*at];
        address.ends_with(".after") && is_never(value)
    };
    let (gone, stays): (Vec<usize>, Vec<usize>) = (0..values.len()).partition(takes_out);
    let is_in_gone =
        |at: &usize| gone.iter().any(|gone| step(values[*gone].0) == step(values[*at].0));
    let stays = stays.into_iter().filter(|at| !is_in_gone(at));
    for at in stays.chain(gone.iter().copied()) {
        let (address, value) = values[at];
        set(sources, address, value).map_err(|wrong| (at, wrong))?;
    }
    Ok(())
}

/// A key that can be set.
fn known(room: &'static Room, name: &str) -> Result<&'static Key, SetError> {
    match room.key(name) {
        Some(key) if key.need == Need::NotYet => {
            Err(error(format!("`{name}` is not supported yet"), key.example))
        }
        Some(key) => Ok(key),
        None => {
            let list =
                || format!("{} takes: {}", room.what, room.names().collect::<Vec<_>>().join(", "));
            let near = closest(name, room.names());
            let help = near.map_or_else(list, |near| format!("did you mean `{near}`?"));
            Err(error(format!("{} has no key `{name}`", room.what), help))
        }
    }
}

fn journey_path(sources: &Sources, journey: &str) -> Result<String, SetError> {
    let path = format!("journeys/{journey}.toml");
    if sources.files.contains_key(&path) {
        return Ok(path);
    }
    let names = sources
        .files
        .keys()
        .filter_map(|path| path.strip_prefix("journeys/")?.strip_suffix(".toml"))
        .chain(["limits"]);
    let help = closest(journey, names.clone()).map_or_else(
        || there_are("there are", names, "there are none"),
        |near| format!("did you mean `{near}`?"),
    );
    Err(error(format!("there is no journey `{journey}`"), help))
}

/// Edits one file's text; on an error it stays as it was.
fn edit(
    sources: &mut Sources,
    path: &str,
    change: impl FnOnce(&mut DocumentMut) -> Result<(), SetError>,
) -> Result<(), SetError> {
    let Some(text) = sources.files.get_mut(path) else {
        return Err(error(
            format!("there is no {path}"),
            "a program is a folder with program.toml",
        ));
    };
    let mut document = text
        .parse::<DocumentMut>()
        .map_err(|_| error(format!("{path} is not valid TOML"), "`foresend check` says where"))?;
    change(&mut document)?;
    *text = document.to_string();
    Ok(())
}

fn set_offer(
    document: &mut DocumentMut,
    name: &str,
    key: &Key,
    value: &str,
) -> Result<(), SetError> {
    let new = value_for(key, value)?;
    let offers = document.get_mut("offers").and_then(Item::as_table_like_mut);
    let names: Vec<String> =
        offers.iter().flat_map(|offers| offers.iter().map(|(name, _)| name.to_owned())).collect();
    match offers.and_then(|offers| offers.get_mut(name)) {
        Some(Item::Value(Value::InlineTable(offer))) => put_inline(offer, key.name, new),
        Some(Item::Table(offer)) => put(offer, key.name, new),
        Some(Item::None | Item::Value(_) | Item::ArrayOfTables(_)) | None => {
            let names = names.iter().map(String::as_str);
            let help = closest(name, names.clone()).map_or_else(
                || there_are("there are", names, "there are none"),
                |near| format!("did you mean `{near}`?"),
            );
            return Err(error(format!("there is no offer `{name}`"), help));
        }
    }
    Ok(())
}

fn set_step(
    document: &mut DocumentMut,
    journey: &str,
    step: &str,
    key: &Key,
    value: &str,
) -> Result<(), SetError> {
    let removes = key.name == "after" && is_never(value);
    let new = if removes { None } else { Some(value_for(key, value)?) };
    let is_it = |table: &dyn TableLike| table.get("id").and_then(Item::as_str) == Some(step);
    let steps = document.get_mut("steps");
    match steps {
        Some(Item::ArrayOfTables(tables)) => {
            let found = tables.iter().position(|table| is_it(table));
            let at = found.ok_or_else(|| {
                no_step(journey, step, tables.iter().map(|t| t as &dyn TableLike))
            })?;
            match new {
                None => {
                    tables.remove(at);
                }
                Some(new) => {
                    let table = tables.get_mut(at).expect("its place was found just now");
                    put(table, key.name, new);
                }
            }
        }
        Some(Item::Value(Value::Array(array))) => {
            let tables = || array.iter().filter_map(Value::as_inline_table);
            let found =
                array.iter().position(|value| value.as_inline_table().is_some_and(|t| is_it(t)));
            let at = found
                .ok_or_else(|| no_step(journey, step, tables().map(|t| t as &dyn TableLike)))?;
            match new {
                None => {
                    array.remove(at);
                }
                Some(new) => {
                    let table = array.get_mut(at).and_then(Value::as_inline_table_mut);
                    put_inline(table.expect("it was a table just now"), key.name, new);
                }
            }
        }
        Some(Item::None | Item::Value(_) | Item::Table(_)) | None => {
            return Err(no_step(journey, step, std::iter::empty()));
        }
    }
    Ok(())
}

fn is_never(value: &str) -> bool {
    value.trim().trim_matches('"') == "never"
}

/// With a step the experiment on it goes: there is nothing left to test.
fn drop_experiments(sources: &mut Sources, at: &str) {
    sources.files.retain(|path, text| {
        let tests_it = || {
            let document = text.parse::<DocumentMut>().ok()?;
            Some(document.get("at")?.as_str()? == at)
        };
        !path.starts_with("experiments/") || tests_it() != Some(true)
    });
}

fn no_step<'a>(
    journey: &str,
    step: &str,
    steps: impl Iterator<Item = &'a dyn TableLike>,
) -> SetError {
    let ids: Vec<&str> = steps.filter_map(|table| table.get("id")?.as_str()).collect();
    let help = closest(step, ids.iter().copied()).map_or_else(
        || there_are("its steps", ids.iter().copied(), "it has no steps"),
        |near| format!("did you mean `{near}`?"),
    );
    error(format!("{journey} has no step `{step}`"), help)
}

/// Puts a value, with whatever stood round the old one: its comment stays.
fn put(table: &mut dyn TableLike, key: &str, mut value: Value) {
    if let Some(old) = table.get(key).and_then(Item::as_value) {
        *value.decor_mut() = old.decor().clone();
        table.insert(key, Item::Value(value));
    } else {
        value.decor_mut().clear();
        table.insert(key, Item::Value(value));
    }
}

/// The same inside braces, where the blank before the closing one belongs to the last value.
fn put_inline(table: &mut InlineTable, key: &str, mut value: Value) {
    if let Some(old) = table.get_mut(key) {
        *value.decor_mut() = old.decor().clone();
        *old = value;
        return;
    }
    let last = table.iter().last().map(|(key, _)| key.to_owned());
    let end = last.and_then(|key| table.get_mut(&key)).map(|last| {
        let suffix = last.decor().suffix().and_then(|raw| raw.as_str()).unwrap_or("").to_owned();
        last.decor_mut().set_suffix("");
        suffix
    });
    value.decor_mut().set_prefix(" ");
    value.decor_mut().set_suffix(end.unwrap_or_default());
    table.insert(key, value);
}

/// The value in the form that the key takes: a text gets its quotes, a list its brackets.
fn value_for(key: &Key, text: &str) -> Result<Value, SetError> {
    let text = text.trim();
    // A whole TOML value, where it is in brackets or quotes, or where the key takes no text.
    let parsed = || text.parse::<Value>().ok().filter(|value| !is_datetime(value));
    let in_form = text.starts_with(['[', '{', '"', '\'']);
    let value = match key.takes {
        Takes::Text => parsed().filter(|value| in_form && value.is_str()),
        Takes::Texts | Takes::List | Takes::Events => parsed().filter(|_| in_form),
        Takes::Table | Takes::Tables | Takes::Number | Takes::Date => parsed(),
    };
    match (value, key.takes) {
        (Some(value), Takes::List) if value.is_str() => Ok(list_of(value)),
        (Some(value), _) => Ok(value),
        (None, Takes::Text | Takes::Texts | Takes::Events) => Ok(Value::from(text)),
        (None, Takes::List) if !text.starts_with(['[', '{']) => Ok(list_of(Value::from(text))),
        (None, Takes::List | Takes::Table | Takes::Tables | Takes::Number | Takes::Date) => {
            Err(error(
                format!("`{text}` is nothing that `{}` takes", key.name),
                format!("write it like `{}={}`", key.name, key.example),
            ))
        }
    }
}

fn list_of(value: Value) -> Value {
    Value::Array(std::iter::once(value).collect())
}

/// `2026-03-02` is a date to TOML, and never meant as one here.
fn is_datetime(value: &Value) -> bool {
    value.is_datetime()
}

#[cfg(test)]
mod tests {
    use super::*;

    const JOURNEY: &str = "\
topic = \"offers\"   # what it is about
quiet = \"1h\"       # an hour
steps = [
  { id = \"first\", send = \"a\" },                  # at once
  { id = \"second\", after = \"22h\", send = \"b\" },  # a day later
  { id = \"third\", after = \"2d\", send = \"c\" },
]
";

    fn shop() -> Sources {
        let files = [
            (
                "program.toml",
                "brand = \"B\"\n\n[limits] # marketing\nmails = [\"1 in 20h\"] # a day\n",
            ),
            ("journeys/cart.toml", JOURNEY),
            (
                "journeys/blocks.toml",
                "again = \"1d\"\n\n[[steps]]\nid = \"a\" # first\nsend = \"x\"\n\n[[steps]]\nid = \"b\"\n",
            ),
        ];
        Sources {
            folder: "shop".to_owned(),
            files: files.map(|(path, text)| (path.to_owned(), text.to_owned())).into(),
        }
    }

    #[track_caller]
    fn check(address: &str, value: &str, file: &str, line: &str) {
        let mut sources = shop();
        set(&mut sources, address, value).unwrap();
        let text = &sources.files[file];
        assert!(text.lines().any(|found| found == line), "{text}");
    }

    #[track_caller]
    fn refused(address: &str, value: &str, said: &str) {
        let mut sources = shop();
        assert_eq!(set(&mut sources, address, value).unwrap_err().to_string(), said);
        assert_eq!(sources, shop());
    }

    #[test]
    fn a_value_is_set_and_its_comment_stays() {
        let cart = "journeys/cart.toml";
        check("cart.quiet", "2h", cart, "quiet = \"2h\"       # an hour");
        check("cart.quiet", "\"2h\"", cart, "quiet = \"2h\"       # an hour");
        check(
            "cart.second.after",
            "20h",
            cart,
            "  { id = \"second\", after = \"20h\", send = \"b\" },  # a day later",
        );
        check("limits.mails", "2 in 7d", "program.toml", "mails = [\"2 in 7d\"] # a day");
        check(
            "limits.mails",
            "[\"1 in 20h\", \"3 in 7d\"]",
            "program.toml",
            "mails = [\"1 in 20h\", \"3 in 7d\"] # a day",
        );
    }

    #[test]
    fn an_absent_key_is_inserted() {
        let cart = "journeys/cart.toml";
        check("cart.while", "cart.items > 0", cart, "while = \"cart.items > 0\"");
        check("cart.again", "never", cart, "again = \"never\"");
        check("cart.stop", "Order Completed", cart, "stop = \"Order Completed\"");
        check("cart.stop", "[\"Order Completed\"]", cart, "stop = [\"Order Completed\"]");
        check(
            "cart.goal",
            "{ on = \"Order Completed\", within = \"7d\" }",
            cart,
            "goal = { on = \"Order Completed\", within = \"7d\" }",
        );
        check(
            "cart.first.late",
            "4h",
            cart,
            "  { id = \"first\", send = \"a\", late = \"4h\" },                  # at once",
        );
        check("limits.quiet", "21:00-08:00", "program.toml", "quiet = \"21:00-08:00\"");
        check("blocks.b.send", "y", "journeys/blocks.toml", "send = \"y\"");
    }

    #[test]
    fn never_removes_the_step() {
        for address in
            ["cart.second.after", "cart.first.after", "cart.third.after", "blocks.a.after"]
        {
            let mut sources = shop();
            set(&mut sources, address, "never").unwrap();
            let text: String = sources.files.values().cloned().collect();
            let id = format!("id = \"{}\"", address.split('.').nth(1).unwrap());
            assert!(!text.contains(&id), "{text}");
        }
    }

    #[test]
    fn with_a_step_its_experiment_goes_and_no_other() {
        let mut sources = shop();
        let (tested, other) = ("experiments/one.toml", "experiments/two.toml");
        sources.files.insert(tested.to_owned(), "at = \"cart.second\"".to_owned());
        sources.files.insert(other.to_owned(), "at = \"cart.first\"".to_owned());
        set(&mut sources, "cart.second.after", "3h").unwrap();
        assert!(sources.files.contains_key(tested));
        set(&mut sources, "cart.second.after", "never").unwrap();
        assert!(!sources.files.contains_key(tested) && sources.files.contains_key(other));
    }

    #[test]
    fn an_offer_and_the_holdout_are_set_and_comments_stay() {
        let offers = "[offers] # none twice\nback = { says = \"B\", cost = \"10% of order\" } # ten\n\
                      [offers.five]\ncost = \"5 EUR\" # five\n";
        let mut sources = shop();
        let program = sources.files.get_mut("program.toml").unwrap();
        program.push_str(offers);
        set(&mut sources, "offers.back.cost", "20% of order").unwrap();
        set(&mut sources, "offers.back.once", "30d").unwrap();
        set(&mut sources, "offers.five.cost", "7 EUR").unwrap();
        set(&mut sources, "holdout", "5%").unwrap();
        let program = &sources.files["program.toml"];
        for line in [
            "holdout = \"5%\"",
            "[offers] # none twice",
            "back = { says = \"B\", cost = \"20% of order\", once = \"30d\" } # ten",
            "cost = \"7 EUR\" # five",
        ] {
            assert!(program.lines().any(|found| found == line), "{line}:\n{program}");
        }
        let wrong = set(&mut sources, "offers.fve.cost", "7 EUR").unwrap_err();
        assert_eq!(wrong.to_string(), "there is no offer `fve`: did you mean `five`?");
    }

    #[test]
    fn an_address_that_names_nothing_is_refused_with_a_suggestion() {
        refused("cat.quiet", "2h", "there is no journey `cat`: did you mean `cart`?");
        refused("cart.quite", "2h", "a journey has no key `quite`: did you mean `quiet`?");
        refused("cart.secnd.after", "2h", "cart has no step `secnd`: did you mean `second`?");
        refused(
            "cart.ninth.after",
            "2h",
            "cart has no step `ninth`: its steps: first, second, third",
        );
        refused("cart.first.afer", "2h", "a step has no key `afer`: did you mean `after`?");
        refused("limits.mail", "x", "`[limits]` has no key `mail`: did you mean `mails`?");
        refused("offers.comback.cost", "5%", "there is no offer `comback`: there are none");
        refused(
            "offers.a",
            "5%",
            "an offer is set key by key: write `offers.a.KEY`, such as `offers.a.cost`",
        );
        refused("offers.a.cots", "5%", "an offer has no key `cots`: did you mean `cost`?");
        refused(
            "population.reminder.strength",
            "1",
            "a population is no part of a program: set it for a whole run: `--set population.reminder.strength=0.4`",
        );
        refused(
            "cart.goal",
            "soon",
            "`soon` is nothing that `goal` takes: write it like `goal={ on = \"Order Completed\", within = \"7d\", value = \"revenue\" }`",
        );
        refused(
            "cart.steps",
            "[]",
            "the steps of a journey are set one by one: write `cart.STEP.KEY`, such as `cart.first.after`",
        );
    }
}
