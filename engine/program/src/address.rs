//! What an address of a program says today.

use crate::sources::Sources;
use toml_edit::{DocumentMut, Item, TableLike};

/// The value at `address`, as it is written, without the quotes of a text. `None`: it is not written, or there is no such
/// place.
#[must_use]
pub fn current(sources: &Sources, address: &str) -> Option<String> {
    let parts: Vec<&str> = address.trim().split('.').collect();
    let document = |path: &str| sources.files.get(path)?.parse::<DocumentMut>().ok();
    match parts.as_slice() {
        [key @ "holdout"] => spelled(document("program.toml")?.get(key)?),
        ["limits", key] => {
            spelled(document("program.toml")?.get("limits")?.as_table_like()?.get(key)?)
        }
        ["offers", name, key] => {
            let program = document("program.toml")?;
            let offer = program.get("offers")?.as_table_like()?.get(name)?;
            spelled(offer.as_table_like()?.get(key)?)
        }
        [journey, key] => spelled(document(&format!("journeys/{journey}.toml"))?.get(key)?),
        [journey, step, key] => {
            let journey = document(&format!("journeys/{journey}.toml"))?;
            let is_it =
                |table: &dyn TableLike| table.get("id").and_then(Item::as_str) == Some(step);
            match journey.get("steps")? {
                Item::ArrayOfTables(tables) => {
                    spelled(tables.iter().find(|table| is_it(*table))?.get(key)?)
                }
                Item::Value(steps) => {
                    let mut tables =
                        steps.as_array()?.iter().filter_map(|one| one.as_inline_table());
                    let step = tables.find(|table| is_it(*table))?;
                    TableLike::get(step, key).and_then(spelled)
                }
                Item::None | Item::Table(_) => None,
            }
        }
        _ => None,
    }
}

fn spelled(item: &Item) -> Option<String> {
    match item.as_str() {
        Some(text) => Some(text.to_owned()),
        None => Some(item.as_value()?.clone().decorated("", "").to_string()),
    }
}
