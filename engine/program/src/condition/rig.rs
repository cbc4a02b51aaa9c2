//! What the tests of conditions share: a small shop, and one way to compile a text against it.

use super::compile::{self, Lowered, Purpose, Scope, Starts};
use super::definitions::Definitions;
use crate::diagnostic::{Diagnostic, Mistakes};
use crate::event::Vocabulary;
use crate::sources::File;
use crate::text::spelled::Spelled;
use crate::text::tree;
use foresend_core::world::event::{EventIx, PropertyType};

/// Traits, in the order of their numbers.
const TRAITS: [(&str, PropertyType); 4] = [
    ("city", PropertyType::Text),
    ("birthday", PropertyType::Date),
    ("vip", PropertyType::Bool),
    ("points", PropertyType::Number),
];
const COLUMNS: [(&str, PropertyType); 2] =
    [("stock", PropertyType::Number), ("category", PropertyType::Text)];

const PROGRAM: &str = "[facts]
orders   = \"count('Order Completed')\"
spend_1y = \"sum('Order Completed', 'revenue', '1y')\"
looks    = \"count('Product Viewed', event.category == 'shoes', '30d')\"

[segments]
buyer   = \"orders > 0\"
local   = \"customer.city in ['York', 'Leeds']\"
cobbler = \"looks > 3 && buyer\"
";

fn declared(list: &[(&str, PropertyType)]) -> Vec<(String, PropertyType)> {
    list.iter().map(|&(name, of)| (name.to_owned(), of)).collect()
}

/// The facts and segments of the shop.
pub(super) fn shop(vocabulary: &Vocabulary) -> Definitions {
    let file = File { name: "program.toml", text: PROGRAM };
    let read = tree::parse(file).unwrap();
    let table = |at: usize| {
        let tree::Value::Table(table) = &read.entries[at].1.value else { panic!("{read:?}") };
        table
    };
    let mut told = Mistakes::default();
    let tables = (Some(table(0)), Some(table(1)));
    let shop = Definitions::read(file, tables, false, vocabulary, &declared(&TRAITS), &mut told);
    assert_eq!(told.in_order(), []);
    shop
}

/// A text of a journey that starts at some events, and perhaps is about a product; what is told of it, if it is wrong.
pub(super) fn lower(
    text: &str,
    purpose: Purpose,
    starts: Option<(&[EventIx], bool)>,
) -> Result<Lowered, Vec<String>> {
    let (lowered, told) = compiled(text, purpose, starts);
    assert_eq!(lowered.is_none() && starts.is_some(), !told.is_empty(), "{text}: {told:?}");
    lowered.ok_or_else(|| told.into_iter().map(|d| d.message).collect())
}

/// How a wrong text is to be mended.
pub(super) fn helps(
    text: &str,
    purpose: Purpose,
    starts: Option<(&[EventIx], bool)>,
) -> Vec<String> {
    let (_, told) = compiled(text, purpose, starts);
    told.into_iter().filter_map(|d| d.help).collect()
}

fn compiled(
    text: &str,
    purpose: Purpose,
    starts: Option<(&[EventIx], bool)>,
) -> (Option<Lowered>, Vec<Diagnostic>) {
    let vocabulary = Vocabulary::builtin();
    let definitions = shop(&vocabulary);
    let quoted = format!("\"{text}\"");
    let file = File { name: "journeys/x.toml", text: &quoted };
    let spelled = Spelled::new(&quoted, 0..quoted.len(), text);
    let (traits, columns) = (declared(&TRAITS), declared(&COLUMNS));
    let scope = Scope {
        definitions: &definitions,
        vocabulary: &vocabulary,
        own: None,
        waits: &["answer".to_owned()],
        traits: &traits,
        columns: &columns,
        starts: starts.map(|(events, has_item)| Starts { events, has_item }),
    };
    let mut told = Mistakes::default();
    let tree = compile::tree(file, &spelled, &mut told);
    let lowered =
        tree.and_then(|tree| compile::lower(file, &spelled, &tree, purpose, scope, &mut told));
    (lowered, told.in_order())
}
