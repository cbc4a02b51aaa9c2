//! What each kind of call says.

use super::bad::{Bad, Why, shown};
use super::json::{self, Fields, Raw, Value};
use super::{Called, ConsentTo, Line, Said, price, text_in};
use foresend_core::money::Amount;
use std::borrow::Cow;

/// The events of the catalogue, which are told once for all who wait.
const OF_PRODUCTS: [&str; 2] = ["Back In Stock", "Price Dropped"];

pub(super) fn track<'a>(fields: &Fields<'a>) -> Result<Said<'a>, Bad> {
    let event = fields.word("event")?.ok_or_else(|| {
        Bad::missing("event", "say what happened: `\"event\": \"Product Viewed\"`")
    })?;
    let mut properties = fields.object("properties")?;
    let list = properties.get("products").and_then(json::items);
    let products = match &list {
        Some(items) => items.iter().filter_map(|item| line(&json::fields(item)?)).collect(),
        None => line(&properties).into_iter().collect(),
    };
    if list.is_some() {
        properties.0.retain(|(name, _)| name != "products");
    }
    Ok(Said::Track { event, properties: properties.values("properties")?, products })
}

/// A page or a screen: they were there. What it is called stands among its properties.
pub(super) fn visit<'a>(fields: &Fields<'a>) -> Result<Said<'a>, Bad> {
    let mut properties = fields.object("properties")?.values("properties")?;
    let is_named = properties.iter().any(|(name, _)| name == "name");
    if let Some(name) = fields.word("name")?.filter(|_| !is_named) {
        properties.push((Cow::Borrowed("name"), Value::Text(name)));
    }
    Ok(Said::Track { event: Cow::Borrowed(""), properties, products: Vec::new() })
}

/// Traits stand at the top, or in `context`, where some SDKs put them. Country, language and zone are taken from where the
/// SDKs know them, unless the traits say so themselves.
pub(super) fn identify<'a>(fields: &Fields<'a>) -> Result<Said<'a>, Bad> {
    let context = fields.object("context")?;
    let traits = match fields.get("traits") {
        Some(_) => fields.object("traits")?,
        None => context.object("traits")?,
    };
    let mut all = traits.values("traits")?;
    let address = traits.get("address").and_then(|raw| text_in(raw, "country"));
    let country =
        address.or_else(|| context.get("location").and_then(|raw| text_in(raw, "country")));
    let locale = context.get("locale").and_then(json::text);
    for (name, found) in [("country", country), ("locale", locale)] {
        // A trait that is taken back (null) says so itself.
        if all.iter().all(|(other, _)| other != name)
            && let Some(text) = found
        {
            all.push((Cow::Borrowed(name), Value::Text(text)));
        }
    }
    let of = |fields: &Fields<'a>| fields.get("timezone").and_then(json::text);
    Ok(Said::Profile { traits: all, timezone: of(&traits).or_else(|| of(&context)) })
}

pub(super) fn consent<'a>(fields: &Fields<'a>) -> Result<Said<'a>, Bad> {
    let topic = fields.word("topic")?.ok_or_else(|| {
        Bad::missing("topic", "say about what: the name of one of the program's topics")
    })?;
    let to = fields.word("to")?.ok_or_else(|| {
        Bad::missing("to", "say what about it: \"given\", \"requested\" or \"withdrawn\"")
    })?;
    let to = match &*to {
        "given" => basis(fields)?,
        "requested" => ConsentTo::Requested,
        "withdrawn" => ConsentTo::Withdrawn,
        other => {
            let found = format!("`{}`", shown(other));
            let help = "it is \"given\", \"requested\" or \"withdrawn\"";
            return Err(Bad::field("to", &found, help));
        }
    };
    let proof = match fields.get("proof") {
        Some(raw) => json::text(raw).ok_or_else(|| {
            Bad::field("proof", "not text", "say in words how you know: \"box ticked at checkout\"")
        })?,
        None => Cow::Borrowed(""),
    };
    Ok(Said::Consent { topic, to, proof })
}

fn basis(fields: &Fields<'_>) -> Result<ConsentTo, Bad> {
    const HELP: &str =
        "it is \"consent\", \"existing-customer\", \"contract\", \"service\" or \"request\"";
    let basis = fields.word("basis")?.ok_or_else(|| Bad::missing("basis", HELP))?;
    Ok(match &*basis {
        "contract" => ConsentTo::Contract,
        "service" => ConsentTo::Service,
        "request" => ConsentTo::Request,
        "consent" => ConsentTo::Consent,
        "existing-customer" => ConsentTo::ExistingCustomer,
        other => return Err(Bad::field("basis", &format!("`{}`", shown(other)), HELP)),
    })
}

/// A call about a product, told to all who wait for it.
pub(super) fn product<'a>(fields: &Fields<'a>) -> Result<Called<'a>, Bad> {
    let event = fields.word("event")?.ok_or_else(|| {
        Bad::missing("event", "say what happened to the product: \"Back In Stock\"")
    })?;
    if !OF_PRODUCTS.contains(&&*event) {
        let message = format!("`{}` does not happen to a product", shown(&event));
        let help = "it is \"Back In Stock\" or \"Price Dropped\"; what a customer did is a `track`";
        return Err(Bad::new(Why::Field, message, help));
    }
    let product = fields.id("productId")?.ok_or_else(|| {
        Bad::missing("productId", "say which product: the id it has in catalogue.csv")
    })?;
    Ok(Called::Product { event, product })
}

/// A product with an id, of an item of a list or of the properties themselves.
fn line<'a>(fields: &Fields<'a>) -> Option<Line<'a>> {
    let id = |name: &str| fields.get(name).and_then(json::id).filter(|id| !id.is_empty());
    let product = id("product_id").or_else(|| id("sku"))?;
    let price = fields.get("price").and_then(number).and_then(|text| price::amount(&text));
    let quantity = fields.get("quantity").and_then(number).and_then(|text| pieces(&text));
    Some(Line { product, quantity: quantity.unwrap_or(1), price: price.unwrap_or(Amount::ZERO) })
}

/// A number as it is written, in quotes or without: there is one thing only that `"19.90"` can mean as a price.
fn number<'a>(raw: Raw<'a>) -> Option<Cow<'a, str>> {
    if raw.get().starts_with('"') { json::text(raw) } else { Some(Cow::Borrowed(raw.get())) }
}

/// Whole pieces: `2`, or `2.0`, as languages without whole numbers write it.
fn pieces(written: &str) -> Option<u32> {
    let parts = price::amount(written)?.parts();
    let pieces = u32::try_from(parts / Amount::SCALE).ok()?;
    (parts % Amount::SCALE == 0).then_some(pieces)
}
