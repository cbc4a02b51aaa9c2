//! A part of a whole, as people write it: `10%`, `2.5%`. One digit behind the point is enough for anyone, and keeps
//! a slip such as `0.10%` from passing for ten.

use crate::diagnostic::{Diagnostic, Mistakes};
use crate::sources::File;
use crate::text::read::Reader;
use crate::text::tree::At;
use std::fmt;

/// A part of a whole, in parts per million; at most the whole.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub(crate) struct Share(u32);

impl Share {
    /// Nothing of it.
    pub(crate) const NONE: Self = Self(0);

    /// Parts per million.
    #[must_use]
    pub(crate) const fn ppm(self) -> u32 {
        self.0
    }

    /// `number` tenths of a percent, at most all thousand.
    pub(crate) const fn tenths(number: u32) -> Self {
        Self(if number < 1_000 { number * 1_000 } else { 1_000_000 })
    }

    /// `10%`, `2.5%`: up to `100%`.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let number = text.strip_suffix('%')?;
        let (whole, tenth) = number.split_once('.').unwrap_or((number, "0"));
        let digits = |text: &str, most: usize| {
            (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
        };
        if !digits(whole, 3) || !digits(tenth, 1) {
            return None;
        }
        let tenths = whole.parse::<u32>().ok()? * 10 + tenth.parse::<u32>().ok()?;
        (tenths <= 1_000).then(|| Self::tenths(tenths))
    }

    /// How the author of "10" or "0.1" would have written it here.
    fn meant(text: &str) -> Option<String> {
        let number = text.trim().trim_end_matches("percent").trim_end_matches('%').trim();
        let number = number.replace(',', ".");
        let part = number.parse::<f64>().ok()?;
        // A fraction of one, as spreadsheets have it.
        let is_fraction = part > 0.0 && part < 1.0 && !text.contains('%');
        let tenths = if is_fraction { part * 1_000.0 } else { part * 10.0 };
        // What would have to be rounded is not guessed.
        let is_whole = (tenths - tenths.round()).abs() < 1e-6;
        let written = format!("{}%", tenths.round() / 10.0);
        (is_whole && Self::of(&written).is_some()).then_some(written)
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenths = self.0 / 1_000;
        match tenths % 10 {
            0 => write!(f, "{}%", tenths / 10),
            tenth => write!(f, "{}.{tenth}%", tenths / 10),
        }
    }
}

/// A share that stands under `key`, of at most `most`.
pub(crate) fn read(
    reader: &Reader<'_>,
    key: &str,
    most: Share,
    told: &mut Mistakes,
) -> Option<At<Share>> {
    let text = reader.text(key, told)?;
    let Some(share) = Share::of(text.value) else {
        told.tell(bad_share(reader.file, &text));
        return None;
    };
    if share > most {
        told.tell(
            Diagnostic::error(
                "foresend::out_of_range",
                reader.file.name,
                format!("`{key}` can be at most {most}"),
            )
            .at(text.span, "too much")
            .help(format!("write a share from 0% to {most}, such as `10%`")),
        );
        return None;
    }
    Some(At { value: share, span: text.span })
}

/// "`10` is not a share"
fn bad_share(file: File<'_>, text: &At<&str>) -> Diagnostic {
    let help = Share::meant(text.value).map_or_else(
        || {
            "write a number and `%`, with one digit behind the point at most: `10%`, `2.5%`"
                .to_owned()
        },
        |meant| format!("write `{meant}`"),
    );
    let message = format!("`{}` is not a share", text.value);
    Diagnostic::error("foresend::bad_share", file.name, message)
        .at(text.span.clone(), "a number and `%` was expected")
        .help(help)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_a_number_and_a_percent_sign() {
        for (written, tenths) in [("10%", 100), ("2.5%", 25), ("0%", 0), ("100%", 1_000)] {
            assert_eq!(Share::of(written), Some(Share::tenths(tenths)), "{written}");
            assert_eq!(Share::tenths(tenths).to_string(), written);
        }
        for wrong in ["", "%", "10", "10 %", "101%", "-1%", "0.25%", "1e1%", ".5%", "5.%", "９%"] {
            assert_eq!(Share::of(wrong), None, "{wrong}");
        }
        assert_eq!(Share::tenths(25).ppm(), 25_000);
    }

    #[test]
    fn a_near_miss_of_a_share_is_mended() {
        for (written, meant) in [
            ("10", Some("10%")),
            ("10 %", Some("10%")),
            ("0.1", Some("10%")),
            ("2,5%", Some("2.5%")),
            ("0.25%", None),
            ("10 percent", Some("10%")),
            ("nan", None),
            ("1e99", None),
            ("half", None),
        ] {
            assert_eq!(Share::meant(written).as_deref(), meant, "{written}");
        }
    }
}
