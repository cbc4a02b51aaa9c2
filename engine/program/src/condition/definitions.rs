//! Facts and segments: what conditions may name. Each is compiled once, after all it rests on; a circle is told,
//! and a definition that is wrong stays known, so that its mistake is not told again wherever it is named.

use super::circles::{self, Draft};
use super::compile::{self, Lowered, Purpose, Scope};
use super::needs::Needs;
use super::piece::{History, Piece};
use crate::diagnostic::{Diagnostic, Mistakes};
use crate::event::Vocabulary;
use crate::lint;
use crate::sources::File;
use crate::text::spelled::Spelled;
use crate::text::tree::{At, Table, Value};
use crate::text::words;
use foresend_core::world::condition::{Condition, Named};
use foresend_core::world::event::PropertyType;
use std::collections::BTreeMap;

/// Whether it is a number or a yes-or-no.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Sort {
    Fact,
    Segment,
}

/// One name and what it stands for.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Definition {
    pub(crate) sort: Sort,
    /// Its line in program.toml.
    pub(crate) line: usize,
    /// As its author wrote it.
    pub(crate) text: String,
    /// `None`: something is wrong with it, which is told.
    pub(crate) pieces: Option<Vec<Piece>>,
    /// The names it is made of, by its pieces.
    pub(crate) names: Vec<Named>,
    /// A segment that is always, or never, true.
    pub(crate) is_constant: bool,
}

/// Every name that conditions may use.
#[derive(Debug, Default)]
pub(crate) struct Definitions {
    names: BTreeMap<String, Definition>,
    /// In the order of the file.
    order: Vec<String>,
    /// Some table that holds names could not be read: an unknown name may stand there.
    incomplete: bool,
}

/// Names with a meaning of their own, beside the words that CEL keeps for itself.
const RESERVED: &[&str] = &[
    "cart",
    "item",
    "event",
    "customer",
    "came",
    "count",
    "sum",
    "last",
    "days_since",
    "first_seen_days",
    "distinct",
    "days",
    "hours",
    "has",
    "and",
    "or",
    "not",
    "is",
    "equals",
];

impl Sort {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Fact => "fact",
            Self::Segment => "segment",
        }
    }

    pub(crate) const fn noun(self) -> &'static str {
        match self {
            Self::Fact => "a fact",
            Self::Segment => "a segment",
        }
    }
}

impl Definitions {
    /// Nothing is known, and nothing is called unknown.
    pub(crate) fn unread() -> Self {
        Self { incomplete: true, ..Self::default() }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Definition> {
        self.names.get(name)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> + Clone {
        self.order.iter().map(String::as_str)
    }

    /// Whether a name that is not here is a mistake.
    pub(crate) fn is_complete(&self) -> bool {
        !self.incomplete
    }

    /// How many there are of a sort.
    pub(crate) fn count(&self, sort: Sort) -> usize {
        self.names.values().filter(|definition| definition.sort == sort).count()
    }

    /// The facts that read a history, in the order of the file.
    pub(crate) fn facts_reading(&self, history: &History) -> Vec<String> {
        let reads = |name: &&String| {
            self.names.get(*name).is_some_and(|definition| {
                let mut pieces = definition.pieces.iter().flatten();
                definition.sort == Sort::Fact
                    && pieces.any(|piece| piece.history() == Some(history))
            })
        };
        self.order.iter().filter(reads).cloned().collect()
    }

    /// The segments, in the order of the file.
    pub(crate) fn names_of_segments(&self) -> impl Iterator<Item = &str> + Clone {
        let is_segment = |name: &&str| self.names[*name].sort == Sort::Segment;
        self.names().filter(is_segment)
    }

    /// A segment as the core reads it; `None`: there is none of that name, or it is wrong. `needs` hold its pieces.
    pub(crate) fn condition(&self, segment: &str, needs: &Needs) -> Option<Condition> {
        self.names.get(segment).filter(|found| found.sort == Sort::Segment)?;
        self.named(segment, needs)
    }

    /// The same of a fact or a segment.
    pub(crate) fn named(&self, name: &str, needs: &Needs) -> Option<Condition> {
        let definition = self.names.get(name)?;
        let pieces = definition.pieces.as_ref()?;
        let condition = needs.condition(pieces, &[], definition.text.clone()).ok()?;
        Some(condition.naming(definition.names.clone()))
    }

    /// Every name with what stands for it, as written, in the order of the file.
    pub(crate) fn texts(&self) -> Vec<(String, String)> {
        let text = |name: &String| (name.clone(), self.names[name].text.clone());
        self.order.iter().map(text).collect()
    }

    /// Reads `[facts]` and `[segments]`. `incomplete`: one of them, or `[traits]`, or `[catalogue]`, is there and
    /// could not be read: names that are not found may stand there.
    pub(crate) fn read(
        file: File<'_>,
        (facts, segments): (Option<&Table>, Option<&Table>),
        incomplete: bool,
        vocabulary: &Vocabulary,
        traits: &[(String, PropertyType)],
        told: &mut Mistakes,
    ) -> Self {
        let mut this = Self { incomplete, ..Self::default() };
        let mut drafts = Vec::new();
        for (sort, table) in [(Sort::Fact, facts), (Sort::Segment, segments)] {
            for (name, value) in table.map_or(&[][..], |table| &table.entries) {
                drafts.extend(this.draft(file, sort, name, value, told));
            }
        }
        let order = circles::order(&drafts);
        let circles = circles::find(&drafts);
        for circle in &circles {
            told.tell(circles::told(file, circle, &drafts));
        }
        for at in order {
            let draft = &drafts[at];
            let is_in_circle = circles.iter().any(|circle| circle.contains(&at));
            let lowered = match &draft.expr {
                Some(expr) if !is_in_circle => {
                    let purpose = match draft.sort {
                        Sort::Fact => Purpose::Fact,
                        Sort::Segment => Purpose::Segment,
                    };
                    let scope = Scope {
                        definitions: &this,
                        vocabulary,
                        own: Some(draft.name),
                        waits: &[],
                        traits,
                        columns: &[],
                        starts: None,
                    };
                    compile::lower(file, &draft.spelled, expr, purpose, scope, told)
                }
                Some(_) | None => None,
            };
            let definition = this.names.get_mut(draft.name).expect("every draft has a name here");
            if let Some(lowered) = lowered {
                definition.is_constant =
                    draft.sort == Sort::Segment && told_constant(file, &lowered, told);
                definition.pieces = Some(lowered.pieces);
                definition.names = lowered.names;
            }
        }
        this
    }

    /// Makes a name known, and reads its text.
    fn draft<'a>(
        &mut self,
        file: File<'_>,
        sort: Sort,
        name: &'a At<String>,
        value: &At<Value>,
        told: &mut Mistakes,
    ) -> Option<Draft<'a>> {
        let line = file.line(name.span.start);
        let text = if let Value::Text(text) = &value.value { text.clone() } else { String::new() };
        let definition =
            Definition { sort, line, text, pieces: None, names: Vec::new(), is_constant: false };
        if let Some(wrong) = self.wrong_name(file, sort, name) {
            told.tell(wrong);
            // What was meant counts as known, so that its users are not told of it too.
            if let Some(meant) = words::name_meant(&name.value, '_') {
                self.names.entry(meant).or_insert(definition);
            }
            return None;
        }
        self.names.insert(name.value.clone(), definition);
        self.order.push(name.value.clone());
        let Value::Text(text) = &value.value else {
            let example = match sort {
                Sort::Fact => "count('Order Completed')",
                Sort::Segment => "orders > 0",
            };
            told.tell(
                Diagnostic::error(
                    "foresend::wrong_type",
                    file.name,
                    format!(
                        "the {} `{}` cannot be {}",
                        sort.word(),
                        name.value,
                        value.value.noun()
                    ),
                )
                .at(value.span.clone(), value.value.noun())
                .help(format!("write it in quotes: `{} = \"{example}\"`", name.value)),
            );
            return None;
        };
        let spelled = Spelled::new(file.text, value.span.clone(), text);
        let expr = compile::tree(file, &spelled, told);
        Some(Draft { name: &name.value, sort, place: name.span.clone(), spelled, expr })
    }

    fn wrong_name(&self, file: File<'_>, sort: Sort, name: &At<String>) -> Option<Diagnostic> {
        let (word, written) = (sort.word(), name.value.as_str());
        let (code, message, label, help) = if !words::is_condition_name(written) {
            let help = words::name_meant(written, '_').map_or_else(
                || "names in conditions take a to z, digits and `_`, and begin with a letter".to_owned(),
                |meant| format!("write `{meant}`: in a condition `-` would be a subtraction, so names take `_`"),
            );
            (
                "foresend::bad_name",
                format!("`{written}` cannot be the name of a {word}"),
                "named here",
                help,
            )
        } else if RESERVED.contains(&written) || words::KEPT_BY_CEL.contains(&written) {
            let help = format!("give it another name, such as `my_{written}`");
            (
                "foresend::bad_name",
                format!("`{written}` has a meaning of its own in conditions"),
                "named here",
                help,
            )
        } else {
            let other = self.names.get(written)?;
            let help = "facts and segments share their names: rename one of them".to_owned();
            let message =
                format!("`{written}` is {} already, in line {}", other.sort.noun(), other.line);
            ("foresend::duplicate_name", message, "named again here", help)
        };
        let diagnostic = Diagnostic::error(code, file.name, message);
        Some(diagnostic.at(name.span.clone(), label).help(help))
    }
}

/// Tells of a segment that is always or never true.
fn told_constant(file: File<'_>, lowered: &Lowered, told: &mut Mistakes) -> bool {
    let warning = lint::constant::find(file, "this segment", lowered);
    let found = warning.is_some();
    if let Some(warning) = warning {
        told.tell(warning);
    }
    found || lowered.rests_on_constant
}
