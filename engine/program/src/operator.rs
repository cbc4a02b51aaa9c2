//! foresend.toml, the operator's file: where the engine listens, and where it keeps what it holds.
//! Nothing in it changes what is decided about a customer, and it never holds a secret.
//! Invariant: whatever is not built yet is refused by name, and never passed over: who wrote `stage = "all"` must not
//! believe that mail leaves.

use crate::defaults;
use crate::diagnostic::{Diagnostic, Mistakes};
use crate::keys;
use crate::sources::File;
use crate::text::read::Reader;
use crate::text::tree::{self, Value};
use std::net::SocketAddr;

/// Stages that the language has and that are not built yet.
const LATER_STAGES: [&str; 3] = ["allow-list", "ramp", "all"];

/// What the operator wrote, or what stands for it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Operator {
    /// Where to listen for calls.
    pub listen: SocketAddr,
    /// The folder of everything that is held; relative to the file's own.
    pub data: String,
    /// What becomes of a mail.
    pub stage: Stage,
    /// The page on which a customer finds their cart.
    pub cart_url: Option<String>,
}

/// What becomes of a mail.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stage {
    /// It is written to a file, and nobody receives it.
    Capture,
}

impl Default for Operator {
    /// As if the file were empty.
    fn default() -> Self {
        let (listen, data) = (defaults::LISTEN, defaults::DATA.to_owned());
        Self { listen, data, stage: Stage::Capture, cart_url: None }
    }
}

/// Reads foresend.toml. `file` is its name for display. There is an [`Operator`] if no diagnostic is an error.
///
/// ```
/// let (operator, told) = foresend_program::operator("foresend.toml", "stage = 'all'");
/// assert!(operator.is_none());
/// assert_eq!(told[0].message, "`stage = \"all\"` is not supported yet");
/// ```
#[must_use]
pub fn operator(file: &str, text: &str) -> (Option<Operator>, Vec<Diagnostic>) {
    let mut told = Mistakes::default();
    let read = read(File { name: file, text }, &mut told);
    let read = if told.any_error() { None } else { read };
    (read, told.in_order())
}

fn read(file: File<'_>, told: &mut Mistakes) -> Option<Operator> {
    let table = match tree::parse(file) {
        Ok(table) => table,
        Err(wrong) => {
            told.tell(wrong);
            return None;
        }
    };
    let reader = Reader::new(file, &table, &keys::OPERATOR, 0..0, told);
    let listen = listen(&reader, told);
    let data = reader.text("data", told).map(|text| text.value.to_owned());
    stage(&reader, told);
    let cart_url = cart_url(&reader, told);
    let usual = Operator::default();
    Some(Operator {
        listen: listen.unwrap_or(usual.listen),
        data: data.unwrap_or(usual.data),
        stage: usual.stage,
        cart_url,
    })
}

fn listen(reader: &Reader<'_>, told: &mut Mistakes) -> Option<SocketAddr> {
    let text = reader.text("listen", told)?;
    if let Ok(address) = text.value.trim().parse() {
        return Some(address);
    }
    let help = match text.value.trim().rsplit_once(':') {
        Some(("localhost" | "", port)) if port.parse::<u16>().is_ok() => {
            format!("write `127.0.0.1:{port}` for this machine alone, `0.0.0.0:{port}` for all")
        }
        Some(_) | None => {
            "write the address of an interface of this machine and a port: `127.0.0.1:8080`"
                .to_owned()
        }
    };
    let message = format!("`{}` is not an address to listen at", text.value);
    told.tell(
        Diagnostic::error("foresend::bad_address", reader.file.name, message)
            .at(text.span, "an address and a port were expected")
            .help(help),
    );
    None
}

fn cart_url(reader: &Reader<'_>, told: &mut Mistakes) -> Option<String> {
    let text = reader.text("cart_url", told)?;
    let rest = text.value.strip_prefix("https://").or_else(|| text.value.strip_prefix("http://"));
    if rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(char::is_whitespace)) {
        return Some(text.value.to_owned());
    }
    let message = format!("`{}` is not the address of a page", text.value);
    told.tell(
        Diagnostic::error("foresend::bad_address", reader.file.name, message)
            .at(text.span, "`https://…` was expected")
            .help("write the whole address of the page: `https://shop.example/basket`"),
    );
    None
}

/// There is one stage so far; the others are known by name.
fn stage(reader: &Reader<'_>, told: &mut Mistakes) {
    let Some(value) = reader.get("stage") else { return };
    if let Value::Text(text) = &value.value
        && LATER_STAGES.contains(&text.as_str())
    {
        let what = format!("`stage = \"{text}\"`");
        let instead =
            "write `stage = \"capture\"`: each mail becomes a file, and nobody receives it";
        told.tell(Diagnostic::not_yet(reader.file.name, &what, value.span.clone(), instead));
        return;
    }
    reader.one_of("stage", &[("capture", Stage::Capture)], told);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(text: &str) -> Vec<(String, String)> {
        let (read, told) = operator("foresend.toml", text);
        assert!(read.is_none(), "{read:?}");
        told.into_iter().map(|d| (d.message, d.help.unwrap_or_default())).collect()
    }

    #[test]
    fn an_empty_file_and_none_are_the_same() {
        assert_eq!(operator("foresend.toml", "# nothing"), (Some(Operator::default()), vec![]));
    }

    #[test]
    fn what_is_written_counts() {
        let text = "listen = '[::1]:9000'\ndata = '/var/lib/foresend'\nstage = 'capture'\n\
                    cart_url = 'https://shop.example/basket'";
        let (read, told) = operator("foresend.toml", text);
        assert_eq!(told, vec![]);
        let read = read.unwrap();
        assert_eq!(
            (read.listen.to_string(), read.data),
            ("[::1]:9000".into(), "/var/lib/foresend".into())
        );
        assert_eq!(read.cart_url.as_deref(), Some("https://shop.example/basket"));
    }

    #[test]
    fn a_cart_is_a_page() {
        for wrong in ["basket", "https://", "javascript:alert(1)", "https://a b"] {
            let told = messages(&format!("cart_url = '{wrong}'"));
            assert_eq!(told[0].0, format!("`{wrong}` is not the address of a page"));
        }
    }

    #[test]
    fn what_is_not_built_is_refused_by_name() {
        for key in keys::OPERATOR.keys.iter().filter(|key| key.need == keys::Need::NotYet) {
            let told = messages(&format!("{} = 'x'", key.name));
            assert_eq!(told[0].0, format!("`{}` is not supported yet", key.name));
        }
        for stage in LATER_STAGES {
            let told = messages(&format!("stage = '{stage}'"));
            assert_eq!(told[0].0, format!("`stage = \"{stage}\"` is not supported yet"));
        }
        let told = messages("[mail]\nvia = 'smtp://relay.example:587'\n[ramp]\nfirst = 'x'");
        assert_eq!(told.len(), 2, "a table is told of once: {told:?}");
    }

    #[test]
    fn every_mistake_is_told_with_how_to_mend_it() {
        let told = messages(
            "listn = '127.0.0.1:1'\nlisten = 'localhost:8080'\nstage = 'captur'\ndata = ' '",
        );
        let told: Vec<String> =
            told.into_iter().map(|(message, help)| format!("{message}: {help}\n")).collect();
        insta::assert_snapshot!(told.concat());
        assert_eq!(messages("data = 1")[0].0, "`data` of foresend.toml cannot be a number");
        assert_eq!(messages("listen = ")[0].0, "nothing stands behind this `=`");
    }
}
