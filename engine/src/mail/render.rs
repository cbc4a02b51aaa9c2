//! A mail out of its draft: subject, preheader, words, button and foot, once as HTML and once as text. Plain and
//! readable everywhere: one column, no pictures, styles on the elements.
//! Invariant: a mail with a hole in it is not made; what is missing is an error, and nothing leaves.

use super::draft::Draft;
use super::fill::Filler;
use super::locale::Locale;
use super::markdown::{self, Piece, leads_somewhere};
use super::values::{Site, Values, text_of};
use foresend_core::customer::input::Line;
use foresend_core::money::Amount;
use foresend_program::{Block, BlockKind, Mail};
use pulldown_cmark::{CowStr, Event, html::push_html};

/// A mail, made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rendered {
    /// One line.
    pub subject: String,
    /// The HTML of it.
    pub html: String,
    /// The same as text.
    pub text: String,
}

/// Why a mail could not be made. Nothing of it leaves.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// A value that it shows is missing, or cannot be computed with.
    #[error("the {part} of `{mail}` could not be filled: {reason}")]
    Value {
        /// The template's name.
        mail: String,
        /// "subject"
        part: &'static str,
        /// What is wrong there.
        reason: String,
    },
    /// Its button leads nowhere.
    #[error("the button of `{mail}` leads to `{to}`, which is not the address of a page")]
    Button {
        /// The template's name.
        mail: String,
        /// Where it leads.
        to: String,
    },
    /// It shows something that cannot be made yet: `unfillable` tells so before anything is sent.
    #[error("`{mail}` shows the block `{block}`, which is not supported yet")]
    Block {
        /// The template's name.
        mail: String,
        /// The block's name.
        block: &'static str,
    },
}

/// Makes mails.
#[derive(Clone, Debug)]
pub struct Renderer {
    filler: Filler,
    site: Site,
}

/// What stands where in one mail, filled.
struct Filled<'a> {
    subject: String,
    preheader: Option<String>,
    pieces: Vec<Piece<'a>>,
    button: Option<(String, String)>,
}

impl Renderer {
    /// For a shop whose site is that.
    #[must_use]
    pub fn new(site: Site) -> Self {
        Self { filler: Filler::new(), site }
    }

    /// Makes the mail.
    ///
    /// # Errors
    /// [`RenderError`] where something that it shows is missing.
    pub fn render(&self, draft: &Draft) -> Result<Rendered, RenderError> {
        let values = Values::of(draft, &self.site);
        let mail = &draft.words.mails[usize::from(draft.mail.0)];
        let wrong = |part, reason: &minijinja::Error| RenderError::Value {
            mail: mail.name.clone(),
            part,
            reason: reason.to_string(),
        };
        let line = |part, text: &str| {
            self.filler.line(text, &values).map_err(|reason| wrong(part, &reason))
        };
        let varied = |factor: &str| varied(draft, factor);
        let words =
            self.filler.words(&mail.body, &values).map_err(|reason| wrong("words", &reason))?;
        let pieces = markdown::pieces(&words);
        let button = match &mail.button {
            Some(button) => {
                let says = line("button", varied("button").unwrap_or(&button.says))?;
                let to = line("button", &button.to)?;
                if !leads_somewhere(&to) {
                    return Err(RenderError::Button { mail: mail.name.clone(), to });
                }
                Some((says, to))
            }
            None => None,
        };
        let preheader = varied("preheader").or(mail.preheader.as_deref());
        let filled = Filled {
            subject: line("subject", varied("subject").unwrap_or(&mail.subject))?,
            preheader: preheader.map(|text| line("preheader", text)).transpose()?,
            pieces,
            button,
        };
        check_blocks(mail, &filled.pieces)?;
        let shown = Shown { draft, locale: Locale::of(&draft.locale) };
        let (html, text) = (shown.html(&filled), shown.text(&filled));
        Ok(Rendered { subject: filled.subject, html, text })
    }
}

/// What the mail's experiment puts in place of a line; `None`: nothing.
fn varied<'a>(draft: &'a Draft, factor: &str) -> Option<&'a str> {
    let (ix, variants) = draft.variants?;
    let experiment = draft.words.program.experiment(ix);
    let at = experiment.factors.iter().position(|known| known.name == factor)?;
    let says = draft.words.experiments.get(usize::from(ix.0))?.says.get(at)?;
    says.get(experiment.variant(variants, at)).map(String::as_str)
}

fn check_blocks(mail: &Mail, pieces: &[Piece<'_>]) -> Result<(), RenderError> {
    let blocks = pieces.iter().filter_map(|piece| match piece {
        Piece::Block(block) => Some(block.kind),
        Piece::Event(_) => None,
    });
    for kind in blocks {
        if !is_made(kind) {
            return Err(RenderError::Block { mail: mail.name.clone(), block: kind.name() });
        }
    }
    Ok(())
}

/// Whether blocks of that kind can be made.
pub(super) const fn is_made(kind: BlockKind) -> bool {
    match kind {
        BlockKind::Cart | BlockKind::Offer | BlockKind::Address => true,
        BlockKind::LookedAt | BlockKind::LikeThese | BlockKind::Order => false,
        BlockKind::Review | BlockKind::Preferences => false,
    }
}

/// One mail, as it is shown.
struct Shown<'a> {
    draft: &'a Draft,
    locale: Locale,
}

/// A product in a list.
struct Thing<'a> {
    name: &'a str,
    url: Option<&'a str>,
    quantity: u32,
    price: String,
}

impl Shown<'_> {
    fn html(&self, filled: &Filled<'_>) -> String {
        let (draft, words) = (self.draft, &self.draft.words);
        let mut out = format!(
            "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width\">\n<title>{}</title>\n</head>\n\
             <body style=\"margin:0;padding:0;background:#ffffff\">\n",
            escaped(&draft.locale),
            escaped(&filled.subject),
        );
        if let Some(preheader) = &filled.preheader {
            out.push_str(&format!(
                "<div style=\"display:none;max-height:0;overflow:hidden\">{}</div>\n",
                escaped(preheader)
            ));
        }
        out.push_str(
            "<div style=\"max-width:600px;margin:0 auto;padding:24px;\
             font:16px/1.5 -apple-system,'Segoe UI',Helvetica,Arial,sans-serif;color:#222222\">\n",
        );
        out.push_str(&markdown::html(&filled.pieces, |block| self.block_html(block)));
        if let Some((says, to)) = &filled.button {
            out.push_str(&format!(
                "<p style=\"margin:28px 0\"><a href=\"{}\" style=\"display:inline-block;padding:12px 20px;\
                 background:#222222;color:#ffffff;text-decoration:none;border-radius:4px\">{}</a></p>\n",
                escaped(to),
                escaped(says),
            ));
        }
        out.push_str("<hr style=\"margin:32px 0 16px;border:0;border-top:1px solid #dddddd\">\n");
        out.push_str("<p style=\"font-size:13px;color:#666666\">");
        out.push_str(&escaped(&words.program.topic(draft.topic).says));
        out.push_str(&format!("<br>\n{}", escaped(&words.brand.postal)));
        if let Some(privacy) = &words.brand.privacy {
            out.push_str(&format!(
                "<br>\n<a href=\"{0}\" style=\"color:#666666\">{0}</a>",
                escaped(privacy)
            ));
        }
        out.push_str("</p>\n</div>\n</body>\n</html>\n");
        out
    }

    fn text(&self, filled: &Filled<'_>) -> String {
        let (draft, words) = (self.draft, &self.draft.words);
        let mut out = markdown::text(&filled.pieces, |block| self.block_text(block));
        if let Some((says, to)) = &filled.button {
            out.push_str(&format!("\n\n{says}:\n{to}"));
        }
        // The dashes and the blank are what mail programs know a foot by.
        out.push_str(&format!("\n\n-- \n{}", words.program.topic(draft.topic).says));
        out.push_str(&format!("\n{}", words.brand.postal));
        if let Some(privacy) = &words.brand.privacy {
            out.push_str(&format!("\n{privacy}"));
        }
        out.push('\n');
        out
    }

    fn block_html(&self, block: &Block) -> String {
        match block.kind {
            BlockKind::Cart => {
                let Some(things) = self.things(block) else { return otherwise_html(block) };
                let row = |thing: &Thing<'_>| {
                    let name = escaped(thing.name);
                    let name = match thing.url {
                        Some(url) => {
                            format!(
                                "<a href=\"{}\" style=\"color:#222222\">{name}</a>",
                                escaped(url)
                            )
                        }
                        None => name,
                    };
                    let cell = "<td style=\"padding:8px 0;border-top:1px solid #eeeeee";
                    format!(
                        "<tr>{cell}\">{name}</td>{cell};text-align:right;white-space:nowrap\">{} × {}</td></tr>\n",
                        thing.quantity,
                        escaped(&thing.price),
                    )
                };
                let rows: String = things.iter().map(row).collect();
                format!(
                    "<table role=\"presentation\" style=\"width:100%;border-collapse:collapse;margin:16px 0\">\n{rows}</table>\n"
                )
            }
            BlockKind::Offer => match self.offer() {
                Some((says, code)) => {
                    let code = code.map_or_else(String::new, |code| {
                        format!("<br>\n<strong style=\"font-size:20px\">{}</strong>", escaped(code))
                    });
                    format!(
                        "<p style=\"padding:16px;border:1px solid #dddddd;border-radius:4px\">{}{code}</p>\n",
                        escaped(says)
                    )
                }
                None => String::new(),
            },
            BlockKind::Address => format!("<p>{}</p>\n", escaped(&self.draft.words.brand.postal)),
            BlockKind::LookedAt | BlockKind::LikeThese | BlockKind::Order => String::new(),
            BlockKind::Review | BlockKind::Preferences => String::new(),
        }
    }

    fn block_text(&self, block: &Block) -> String {
        match block.kind {
            BlockKind::Cart => {
                let Some(things) = self.things(block) else {
                    return block.otherwise.clone().unwrap_or_default();
                };
                let row = |thing: &Thing<'_>| {
                    let url = thing.url.map_or_else(String::new, |url| format!("\n  {url}"));
                    format!("- {}, {} × {}{url}", thing.name, thing.quantity, thing.price)
                };
                things.iter().map(row).collect::<Vec<_>>().join("\n")
            }
            BlockKind::Offer => match self.offer() {
                Some((says, Some(code))) => format!("{says}\n{code}"),
                Some((says, None)) => says.to_owned(),
                None => String::new(),
            },
            BlockKind::Address => self.draft.words.brand.postal.clone(),
            BlockKind::LookedAt | BlockKind::LikeThese | BlockKind::Order => String::new(),
            BlockKind::Review | BlockKind::Preferences => String::new(),
        }
    }

    /// What is in the cart and in the catalogue; `None`: less than the block wants.
    fn things(&self, block: &Block) -> Option<Vec<Thing<'_>>> {
        let most = block.most.map_or(usize::MAX, usize::from);
        let lines = self.draft.cart.iter().filter_map(|line| self.thing(line));
        let things: Vec<Thing<'_>> = lines.take(most).collect();
        (things.len() >= usize::from(block.least.max(1))).then_some(things)
    }

    fn thing(&self, line: &Line) -> Option<Thing<'_>> {
        let words = &self.draft.words;
        let name = text_of(words, line.product, "name")?;
        let url = text_of(words, line.product, "url").filter(|url| leads_somewhere(url));
        let price = self.locale.money(line.price.max(Amount::ZERO), words.currency);
        Some(Thing { name, url, quantity: line.quantity, price })
    }

    fn offer(&self) -> Option<(&str, Option<&str>)> {
        let (ix, code) = self.draft.offer.as_ref()?;
        Some((&self.draft.words.program.offer(*ix).says, code.as_deref()))
    }
}

fn otherwise_html(block: &Block) -> String {
    let words = block.otherwise.as_deref().unwrap_or_default();
    if words.is_empty() { String::new() } else { format!("<p>{}</p>\n", escaped(words)) }
}

/// As it may stand in HTML, between tags or in quotes.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    push_html(&mut out, std::iter::once(Event::Text(CowStr::from(text))));
    out.replace('"', "&quot;").replace('\'', "&#39;")
}
