//! Numbers of a page. Each names its place in the JSON of the same run, so that a reader's script can find it, and a
//! test can hold every number of a page against the JSON.

use crate::report::number;
use foresend_program::Currency;
use maud::{Markup, Render, html};

/// A number as it is printed, and where the JSON has it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Figure {
    /// As it is printed.
    pub(crate) text: String,
    /// A JSON pointer; several stand for their sum.
    json: String,
    /// A JSON pointer to what it was divided by.
    per: Option<String>,
}

/// Letters of a page: it is always UTF-8.
const LETTERS: crate::report::page::Letters = crate::report::page::Letters::Unicode;

impl Figure {
    /// `text`, which stands at `json`.
    pub(crate) fn text(json: impl Into<String>, text: impl Into<String>) -> Self {
        Self { text: text.into(), json: json.into(), per: None }
    }

    /// `82,412`
    pub(crate) fn count(json: impl Into<String>, number: u64) -> Self {
        Self::text(json, number::count(number))
    }

    /// `+825`
    pub(crate) fn signed(json: impl Into<String>, number: i64) -> Self {
        Self::text(json, number::signed(number))
    }

    /// `+£47,308`, of minor units.
    pub(crate) fn signed_money(json: impl Into<String>, minor: i64, currency: Currency) -> Self {
        Self::text(json, number::signed_money(minor, currency, LETTERS))
    }

    /// `£4,310`, of minor units.
    pub(crate) fn money(json: impl Into<String>, minor: i64, currency: Currency) -> Self {
        Self::text(json, number::money(minor, currency, LETTERS))
    }

    /// `±62`, or why there is none.
    pub(crate) fn noise(json: impl Into<String>, noise: Option<f64>) -> Self {
        Self::text(json, noise.map_or_else(|| "too few changed".to_owned(), number::count_noise))
    }

    /// `±£4,310`, of minor units, or why there is none.
    pub(crate) fn money_noise(
        json: impl Into<String>,
        noise: Option<f64>,
        currency: Currency,
    ) -> Self {
        let spell = |noise| number::money_noise(noise, currency, LETTERS);
        Self::text(json, noise.map_or_else(|| "too few changed".to_owned(), spell))
    }

    /// `39.4 %`; `–` where there is too little to divide by.
    pub(crate) fn rate(part: (&str, u64), of: (&str, u64), decimals: usize) -> Self {
        Self::text(part.0, number::rate(part.1, of.1, decimals)).per(of.0)
    }

    /// `+3.4 %`; `–` where there is too little to divide by.
    pub(crate) fn signed_rate(part: (&str, i64), of: (&str, u64)) -> Self {
        Self::text(part.0, number::signed_rate(part.1, of.1)).per(of.0)
    }

    /// It was divided by what stands at `json`.
    pub(crate) fn per(self, json: impl Into<String>) -> Self {
        Self { per: Some(json.into()), ..self }
    }
}

impl Render for Figure {
    fn render(&self) -> Markup {
        let Self { text, json, per } = self;
        html! { span.figure data-json=(json) data-per=[per.as_ref()] { (text) } }
    }
}
