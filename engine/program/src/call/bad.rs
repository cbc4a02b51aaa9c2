//! Why a call was not taken: what, where in it, and how to mend it.

use std::fmt;

/// Why a call was not taken. Nothing of it was.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bad {
    /// In one word, to count by.
    pub why: Why,
    /// One sentence, without a full stop.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

/// Why, in one word.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Why {
    /// It is no JSON object.
    Json,
    /// It is too long, too deep, or one of its names is.
    Size,
    /// A field that must be there is not.
    Missing,
    /// A field holds what it cannot hold.
    Field,
    /// It is a call that nothing is made of yet.
    NotUsedYet,
}

impl Why {
    /// Every reason.
    pub const ALL: [Self; 5] =
        [Self::Json, Self::Size, Self::Missing, Self::Field, Self::NotUsedYet];

    /// The word, as metrics have it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Size => "size",
            Self::Missing => "missing",
            Self::Field => "field",
            Self::NotUsedYet => "not_used_yet",
        }
    }
}

impl fmt::Display for Bad {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.message, self.help)
    }
}

impl std::error::Error for Bad {}

impl Bad {
    pub(super) fn new(why: Why, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { why, message: message.into(), help: help.into() }
    }

    pub(super) fn missing(field: &str, help: &str) -> Self {
        Self::new(Why::Missing, format!("`{field}` is missing"), help)
    }

    /// `found` is an article and a noun: "a number".
    pub(super) fn field(field: &str, found: &str, help: &str) -> Self {
        Self::new(Why::Field, format!("`{field}` is {found}"), help)
    }

    pub(super) fn unknown_kind(kind: &str) -> Self {
        const KINDS: [&str; 6] = ["track", "identify", "page", "screen", "consent", "product"];
        let list = format!("a call is one of: {}", KINDS.join(", "));
        let help = match crate::closest(kind, KINDS) {
            Some(near) => format!("did you mean `{near}`? {list}"),
            None => list,
        };
        Self::new(Why::Field, format!("there is no call `{}`", shown(kind)), help)
    }

    pub(super) fn not_used_yet(kind: &str) -> Self {
        let message = format!("{kind} calls are not used yet");
        Self::new(Why::NotUsedYet, message, "leave it out; the other calls stand")
    }
}

/// The beginning of what somebody wrote, in one line.
pub(super) fn shown(text: &str) -> String {
    const MOST: usize = 40;
    let mut all = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut shown: String = all.by_ref().take(MOST).collect();
    if all.next().is_some() {
        shown.push('…');
    }
    shown
}
