//! Reading a table by its keys. What is not a key is told with a suggestion, what is not built is told as such,
//! and a value of the wrong kind is told with an example; what remains is handed on.
//! Invariant: one mistake is told once. A key that somebody probably meant by another is not missing as well.

use super::suggest::closest;
use super::tree::{At, Table, Value};
use super::words;
use crate::diagnostic::{Diagnostic, Mistakes};
use crate::keys::{Need, Room};
use crate::sources::File;
use foresend_core::moment::Days;
use foresend_core::time::{DayWindow, Wait};
use std::ops::Range;

/// A table under the keys that it may hold.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    pub(crate) file: File<'a>,
    pub(crate) room: &'static Room,
    table: &'a Table,
    /// Where to say that something is missing.
    place: Range<usize>,
    /// Keys that were probably meant by unknown ones.
    meant: Vec<&'static str>,
}

impl<'a> Reader<'a> {
    /// Tells of every key that has no place in `room`.
    pub(crate) fn new(
        file: File<'a>,
        table: &'a Table,
        room: &'static Room,
        place: Range<usize>,
        told: &mut Mistakes,
    ) -> Self {
        let mut meant = Vec::new();
        for (key, _) in &table.entries {
            match room.key(&key.value) {
                Some(known) if known.need == Need::NotYet => {
                    let what = format!("`{}`", known.name);
                    told.tell(Diagnostic::not_yet(
                        file.name,
                        &what,
                        key.span.clone(),
                        known.example,
                    ));
                }
                Some(_) => {}
                None => {
                    let near = closest(&key.value, room.keys.iter().map(|key| key.name))
                        .filter(|near| !table.entries.iter().any(|(key, _)| key.value == *near));
                    meant.extend(near);
                    let list = room.names().collect::<Vec<_>>().join(", ");
                    let takes = format!("{} takes: {list}", room.what);
                    let help = match near {
                        Some(near) => format!("did you mean `{near}`? {}", capital(&takes)),
                        None => takes,
                    };
                    let message = format!("unknown key `{}` in {}", key.value, room.what);
                    told.tell(
                        Diagnostic::error("foresend::unknown_key", file.name, message)
                            .at(key.span.clone(), format!("not a key of {}", room.what))
                            .help(help),
                    );
                }
            }
        }
        Self { file, room, table, place, meant }
    }

    /// A value that stands there.
    pub(crate) fn get(&self, key: &str) -> Option<&'a At<Value>> {
        self.entry(key).map(|(_, value)| value)
    }

    /// A key and its value.
    pub(crate) fn entry(&self, key: &str) -> Option<&'a (At<String>, At<Value>)> {
        debug_assert!(self.room.key(key).is_some(), "{} has no key `{key}`", self.room.what);
        self.table.entries.iter().find(|(name, _)| name.value == key)
    }

    /// A value that must stand there. `instead`: keys whose presence explains the absence.
    pub(crate) fn require(
        &self,
        key: &str,
        instead: &[&str],
        told: &mut Mistakes,
    ) -> Option<&'a At<Value>> {
        if let Some(value) = self.get(key) {
            return Some(value);
        }
        let explained = |name: &&str| self.meant.contains(name) || self.get(name).is_some();
        if !self.was_meant(key) && !instead.iter().any(explained) {
            let example = self.room.key(key).map_or("…", |key| key.example);
            told.tell(
                Diagnostic::error(
                    "foresend::missing_key",
                    self.file.name,
                    format!("{} has no `{key}`", self.room.this),
                )
                .at(self.place.clone(), format!("`{key}` is missing here"))
                .help(format!("add `{key} = {example}`{}", more_about(self.room, key))),
            );
        }
        None
    }

    /// Whether `key` was probably meant by an unknown key.
    pub(crate) fn was_meant(&self, key: &str) -> bool {
        self.meant.contains(&key)
    }

    /// Where to say that something is missing.
    pub(crate) fn place(&self) -> Range<usize> {
        self.place.clone()
    }

    /// Tells that a value is of the wrong kind.
    pub(crate) fn wrong_type(&self, key: &str, value: &At<Value>, told: &mut Mistakes) {
        let example = self.room.key(key).map_or("…", |key| key.example);
        told.tell(
            Diagnostic::error(
                "foresend::wrong_type",
                self.file.name,
                format!("`{key}` of {} cannot be {}", self.room.what, value.value.noun()),
            )
            .at(value.span.clone(), value.value.noun())
            .help(format!("write it like `{key} = {example}`")),
        );
    }

    /// A text that is not blank.
    pub(crate) fn text(&self, key: &str, told: &mut Mistakes) -> Option<At<&'a str>> {
        self.as_text(key, self.get(key)?, told)
    }

    /// A text that is not blank and must stand there.
    pub(crate) fn required_text(&self, key: &str, told: &mut Mistakes) -> Option<At<&'a str>> {
        self.as_text(key, self.require(key, &[], told)?, told)
    }

    pub(crate) fn as_text(
        &self,
        key: &str,
        value: &'a At<Value>,
        told: &mut Mistakes,
    ) -> Option<At<&'a str>> {
        let Value::Text(text) = &value.value else {
            self.wrong_type(key, value, told);
            return None;
        };
        if text.trim().is_empty() {
            let example = self.room.key(key).map_or("…", |key| key.example);
            told.tell(
                Diagnostic::error(
                    "foresend::bad_value",
                    self.file.name,
                    format!("`{key}` of {} is empty", self.room.what),
                )
                .at(value.span.clone(), "nothing stands here")
                .help(format!("write it like `{key} = {example}`")),
            );
            return None;
        }
        Some(At { value: text, span: value.span.clone() })
    }

    /// One text or several; at least one.
    pub(crate) fn texts(
        &self,
        key: &str,
        value: &'a At<Value>,
        told: &mut Mistakes,
    ) -> Vec<At<&'a str>> {
        if let Value::List(items) = &value.value {
            items.iter().filter_map(|item| self.as_text(key, item, told)).collect()
        } else {
            self.as_text(key, value, told).into_iter().collect()
        }
    }

    /// A list of texts; a single text is told to stand in brackets.
    pub(crate) fn list(&self, key: &str, told: &mut Mistakes) -> Vec<At<&'a str>> {
        let Some(value) = self.get(key) else { return Vec::new() };
        if let Value::List(_) = &value.value {
            return self.texts(key, value, told);
        }
        self.wrong_type(key, value, told);
        Vec::new()
    }

    /// A duration; `None` also where it is wrong.
    pub(crate) fn duration(&self, key: &str, told: &mut Mistakes) -> Option<At<Wait>> {
        let value = self.get(key)?;
        if let Value::Integer(Some(number)) = &value.value {
            // `after = 2`: two what?
            told.tell(bad_duration(self.file, &number.to_string(), value.span.clone()).help(
                format!(
                    "say of what, in quotes: `\"{number}h\"` for hours, `\"{number}d\"` for days"
                ),
            ));
            return None;
        }
        let text = self.as_text(key, value, told)?;
        match words::duration(text.value) {
            Some(wait) => Some(At { value: wait, span: text.span }),
            None => {
                told.tell(bad_duration(self.file, text.value, text.span));
                None
            }
        }
    }

    /// A duration that must be longer than nothing.
    pub(crate) fn some_duration(&self, key: &str, told: &mut Mistakes) -> Option<At<Wait>> {
        let wait = self.duration(key, told)?;
        if wait.value == Wait::ZERO {
            told.tell(
                Diagnostic::error(
                    "foresend::bad_duration",
                    self.file.name,
                    format!("`{key}` cannot be no time at all"),
                )
                .at(wait.span, "zero")
                .help(match self.room.key(key).map(|key| key.need) {
                    Some(Need::Optional) => format!("leave `{key}` out, or give it some time"),
                    Some(Need::Required | Need::NotYet) | None => "give it some time".to_owned(),
                }),
            );
            return None;
        }
        Some(wait)
    }

    /// A part of the day.
    pub(crate) fn day_window(&self, key: &str, told: &mut Mistakes) -> Option<At<DayWindow>> {
        let text = self.text(key, told)?;
        match words::day_window(text.value) {
            Some(window) => Some(At { value: window, span: text.span }),
            None => {
                told.tell(
                    Diagnostic::error(
                        "foresend::bad_window",
                        self.file.name,
                        format!("`{}` is not a part of the day", text.value),
                    )
                    .at(text.span, "two different times were expected")
                    .help("write hours and minutes of the 24-hour clock: `09:00-20:00`, or `21:00-08:00` over midnight"),
                );
                None
            }
        }
    }

    /// A time of day, in minutes since midnight.
    pub(crate) fn day_minute(&self, key: &str, told: &mut Mistakes) -> Option<At<u16>> {
        let text = self.text(key, told)?;
        if let Some(minute) = words::minute_of_day(text.value).filter(|minute| *minute < 1440) {
            return Some(At { value: minute, span: text.span });
        }
        told.tell(
            Diagnostic::error(
                "foresend::bad_time",
                self.file.name,
                format!("`{}` is not a time of day", text.value),
            )
            .at(text.span, "hours and minutes were expected")
            .help("write hours and minutes of the 24-hour clock: `10:00`"),
        );
        None
    }

    /// Days of the week.
    pub(crate) fn days(&self, key: &str, told: &mut Mistakes) -> Option<Days> {
        let text = self.text(key, told)?;
        let days = words::days(text.value);
        if days.is_none() {
            told.tell(
                Diagnostic::error(
                    "foresend::bad_days",
                    self.file.name,
                    format!("`{}` is not a list of weekdays", text.value),
                )
                .at(text.span, "weekdays were expected")
                .help("write mon, tue, wed, thu, fri, sat, sun: `mon-fri`, or `tue,thu`"),
            );
        }
        days
    }

    /// One of a few words.
    pub(crate) fn one_of<T: Copy>(
        &self,
        key: &str,
        choices: &[(&'static str, T)],
        told: &mut Mistakes,
    ) -> Option<T> {
        let text = self.text(key, told)?;
        choice(self.file, &format!("`{key}`"), &text, choices, told)
    }
}

/// One of a few words. `what` takes them: "`kind`", "a property".
pub(crate) fn choice<T: Copy>(
    file: File<'_>,
    what: &str,
    text: &At<&str>,
    choices: &[(&'static str, T)],
    told: &mut Mistakes,
) -> Option<T> {
    if let Some(&(_, value)) = choices.iter().find(|(word, _)| *word == text.value) {
        return Some(value);
    }
    let list = choices.iter().map(|(word, _)| format!("`{word}`")).collect::<Vec<_>>().join(", ");
    let near = closest(text.value, choices.iter().map(|(word, _)| *word));
    let help = match near {
        Some(near) => format!("did you mean `{near}`? {} takes: {list}", capital(what)),
        None => format!("{what} takes: {list}"),
    };
    told.tell(
        Diagnostic::error(
            "foresend::bad_value",
            file.name,
            format!("`{}` is nothing that {what} takes", text.value),
        )
        .at(text.span.clone(), "not one of its words")
        .help(help),
    );
    None
}

/// "`2 days` is not a duration".
pub(crate) fn bad_duration(file: File<'_>, text: &str, span: Range<usize>) -> Diagnostic {
    let help = match words::duration_meant(text) {
        Some(meant) => format!("write `{meant}`"),
        None => "write a whole number and one letter: m minutes, h hours, d days, w weeks, y years, such as `90m` or `2d`"
            .to_owned(),
    };
    Diagnostic::error("foresend::bad_duration", file.name, format!("`{text}` is not a duration"))
        .at(span, "a number and m, h, d, w or y was expected")
        .help(help)
}

/// "did you mean `x`?", or what else there is.
pub(crate) fn did_you_mean<'n>(
    word: &str,
    names: impl Iterator<Item = &'n str> + Clone,
    or_else: impl FnOnce() -> String,
) -> String {
    match closest(word, names) {
        Some(near) => format!("did you mean `{near}`?"),
        None => or_else(),
    }
}

/// "there are: a, b, c", or what it means that there is none. Long lists are cut.
pub(crate) fn there_are<'n>(
    kind: &str,
    mut names: impl Iterator<Item = &'n str>,
    none: &str,
) -> String {
    let shown: Vec<&str> = names.by_ref().take(12).collect();
    let rest = names.count();
    if shown.is_empty() {
        return none.to_owned();
    }
    let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    format!("{kind}: {}{more}", shown.join(", "))
}

/// A sentence's beginning. The name of a file keeps its small letter.
fn capital(sentence: &str) -> String {
    match sentence.strip_prefix("a ") {
        Some(rest) => format!("A {rest}"),
        None => sentence.to_owned(),
    }
}

/// What the example alone does not say.
fn more_about(room: &Room, key: &str) -> &'static str {
    match (room.what, key) {
        ("a journey", "again") => {
            ": the least time between two starts of one customer, or `\"never\"`, or `\"always\"`"
        }
        ("a goal", "within") => ": how long after the start it still counts",
        ("program.toml", "postal") => ": the law wants a postal address under every marketing mail",
        (_, _) => "",
    }
}
