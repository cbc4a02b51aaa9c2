//! Whole programs through the public door: texts in, a compiled program or diagnostics out.
#![expect(clippy::unwrap_used, reason = "a test that cannot read its files fails")]

mod broken;
mod conditions;
mod cost;
mod folder;
mod journeys;
mod layout;
mod oracle;
mod pages;
mod robust;
mod say;
mod timeline;
mod valid;
