//! How mail leaves: when each is handed over (`core.rs`), what it is made from (`draft.rs`), how it looks (`render.rs`
//! and what it uses), what it is as bytes (`mime.rs`), the way out (`wire.rs`, `transport/`), and the thread that drives
//! all of it (`post.rs`). What cannot be made yet is told before anything is sent (`unfillable.rs`).

pub mod core;
pub mod draft;
pub mod mime;
pub mod post;
pub mod render;
pub mod transport;
pub mod wire;

mod fill;
mod locale;
mod markdown;
mod unfillable;
mod values;

#[cfg(test)]
mod by_brute_force;
#[cfg(test)]
pub(crate) mod shop;
#[cfg(test)]
mod tests;

pub use self::core::{Input, MailCore, Output, Pace, Ready};
pub use draft::{Contact, Draft, Fact};
pub use mime::{Envelope, MimeError, message};
pub use post::{Around, Post, Trouble};
pub use render::{RenderError, Rendered, Renderer};
pub use unfillable::unfillable;
pub use values::Site;
pub use wire::{Answer, Wire};
