//! A mail as bytes (RFC 5322 and MIME): headers, then the text and the HTML of it as alternatives. The same draft gives
//! the same bytes: nothing is drawn, and the date is that of the hand-over.

use super::draft::Draft;
use super::render::Rendered;
use crate::entry;
use foresend_core::id::{CustomerId, SendId};
use foresend_core::time::Timestamp;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::{Address, Message};
use std::time::{Duration, SystemTime};

/// A mail, ready for the wire.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Envelope {
    /// Whose.
    pub customer: CustomerId,
    /// Which mail.
    pub send: entry::Send,
    /// Which attempt.
    pub attempt: u16,
    /// Its id for ever: what its Message-ID begins with.
    pub id: SendId,
    /// The address that it comes from.
    pub from: String,
    /// The address that it goes to.
    pub to: String,
    /// Headers and body, lines ended by CR LF.
    pub bytes: Vec<u8>,
}

/// Why a mail is no message. Nothing of it leaves.
#[derive(Debug, thiserror::Error)]
pub enum MimeError {
    /// Not an address.
    #[error("`{address}` is not an address to mail to")]
    Address {
        /// What was said to be one.
        address: String,
        /// What is wrong with it.
        #[source]
        source: lettre::address::AddressError,
    },
    /// The headers do not make a message.
    #[error("the message could not be built")]
    Build(#[from] lettre::error::Error),
}

/// Last second that a date in a header can show: the end of the year 9999.
const LATEST_S: u64 = 253_402_300_799;

/// The bytes of a mail.
///
/// # Errors
/// [`MimeError`] where an address is none.
pub fn message(draft: &Draft, rendered: &Rendered) -> Result<Envelope, MimeError> {
    let brand = &draft.words.brand;
    let from = mailbox(&brand.from)?;
    let to: Address = draft
        .address
        .parse()
        .map_err(|source| MimeError::Address { address: draft.address.clone(), source })?;
    let mut builder = Message::builder().from(from.clone()).to(Mailbox::new(None, to.clone()));
    if let Some(reply_to) = &brand.reply_to {
        builder = builder.reply_to(mailbox(reply_to)?);
    }
    let header =
        |name, value: String| HeaderValue::new(HeaderName::new_from_ascii_str(name), value);
    let message = builder
        .subject(rendered.subject.as_str())
        .message_id(Some(format!("<{}@{}>", draft.id, from.email.domain())))
        .date(date(draft.now))
        // RFC 3834: no answering machine answers it.
        .raw_header(header("Auto-Submitted", "auto-generated".to_owned()))
        .raw_header(header("X-Foresend-Step", format!("{}.{}", draft.journey, draft.step)))
        .multipart(
            MultiPart::alternative()
                // Of the id: two mails do not share it, and one mail always has it.
                .boundary(format!("={}=", draft.id))
                .singlepart(
                    SinglePart::builder()
                        .header(ContentType::TEXT_PLAIN)
                        .body(rendered.text.clone()),
                )
                .singlepart(
                    SinglePart::builder()
                        .header(ContentType::TEXT_HTML)
                        .body(rendered.html.clone()),
                ),
        )?;
    Ok(Envelope {
        customer: draft.customer,
        send: draft.send,
        attempt: draft.attempt,
        id: draft.id,
        from: from.email.to_string(),
        to: to.to_string(),
        bytes: message.formatted(),
    })
}

fn mailbox(text: &str) -> Result<Mailbox, MimeError> {
    text.parse().map_err(|source| MimeError::Address { address: text.to_owned(), source })
}

fn date(at: Timestamp) -> SystemTime {
    let seconds = u64::try_from(at.millis() / 1_000).unwrap_or(0).min(LATEST_S);
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}
