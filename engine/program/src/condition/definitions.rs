//! Facts and segments: what conditions may name. Each is compiled once, after all it rests on; a circle is told,
//! and a definition that is wrong stays known, so that its mistake is not told again wherever it is named.

use super::compile::{self, Lowered, Purpose, Scope};
use super::needs::{History, Piece};
use super::parse::{Expr, Kind};
use crate::diagnostic::{Diagnostic, Mistakes};
use crate::event::Vocabulary;
use crate::lint;
use crate::sources::File;
use crate::text::spelled::Spelled;
use crate::text::tree::{At, Table, Value};
use crate::text::words;
use std::collections::BTreeMap;
use std::ops::Range;

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

/// A definition that is still a text.
struct Draft<'a> {
    name: &'a str,
    sort: Sort,
    /// Where its name stands.
    place: Range<usize>,
    spelled: Spelled,
    expr: Option<Expr>,
}

/// Names with a meaning of their own, and the words that CEL keeps for itself.
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
    "true",
    "false",
    "null",
    "in",
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
    "var",
    "void",
    "while",
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
    pub(crate) fn facts_reading(&self, history: History) -> Vec<String> {
        let reads = |name: &&String| {
            self.names.get(*name).is_some_and(|definition| {
                let mut pieces = definition.pieces.iter().flatten();
                definition.sort == Sort::Fact
                    && pieces.any(|piece| piece.history() == Some(history))
            })
        };
        self.order.iter().filter(reads).cloned().collect()
    }

    /// Every name with what stands for it, as written, in the order of the file.
    pub(crate) fn texts(&self) -> Vec<(String, String)> {
        let text = |name: &String| (name.clone(), self.names[name].text.clone());
        self.order.iter().map(text).collect()
    }

    /// Reads `[facts]` and `[segments]`. `incomplete`: one of them is there and could not be read.
    pub(crate) fn read(
        file: File<'_>,
        (facts, segments): (Option<&Table>, Option<&Table>),
        incomplete: bool,
        vocabulary: &Vocabulary,
        told: &mut Mistakes,
    ) -> Self {
        let mut this = Self { incomplete, ..Self::default() };
        let mut drafts = Vec::new();
        for (sort, table) in [(Sort::Fact, facts), (Sort::Segment, segments)] {
            for (name, value) in table.map_or(&[][..], |table| &table.entries) {
                drafts.extend(this.draft(file, sort, name, value, told));
            }
        }
        let order = order(&drafts);
        let circles = circles(&drafts);
        for circle in &circles {
            told.tell(circle_told(file, circle, &drafts));
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
                    let scope =
                        Scope { definitions: &this, vocabulary, own: Some(draft.name), waits: &[] };
                    compile::lower(file, &draft.spelled, expr, purpose, scope, told)
                }
                Some(_) | None => None,
            };
            let definition = this.names.get_mut(draft.name).expect("every draft has a name here");
            if let Some(lowered) = lowered {
                definition.is_constant =
                    draft.sort == Sort::Segment && told_constant(file, &lowered, told);
                definition.pieces = Some(lowered.pieces);
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
        let definition = Definition { sort, line, text, pieces: None, is_constant: false };
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
        } else if RESERVED.contains(&written) {
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

/// The names that an expression uses.
fn uses<'e>(expr: &'e Expr, out: &mut Vec<&'e str>) {
    match &expr.kind {
        Kind::Name(name) => out.push(name.split('.').next().unwrap_or(name)),
        Kind::Call(_, _, args) => args.iter().for_each(|arg| uses(arg, out)),
        Kind::Not(a) | Kind::Negate(a) => uses(a, out),
        Kind::Binary(_, _, a, b) => [a, b].iter().for_each(|e| uses(e, out)),
        Kind::Choose(a, b, c) => [a, b, c].iter().for_each(|e| uses(e, out)),
        Kind::Number(_) | Kind::Truth(_) | Kind::Text(_) | Kind::Foreign(_) => {}
    }
}

/// The drafts that each draft uses.
fn edges(drafts: &[Draft<'_>]) -> Vec<Vec<usize>> {
    let number: BTreeMap<&str, usize> =
        drafts.iter().enumerate().map(|(i, draft)| (draft.name, i)).collect();
    let of = |draft: &Draft<'_>| {
        let mut names = Vec::new();
        draft.expr.iter().for_each(|expr| uses(expr, &mut names));
        names.iter().filter_map(|name| number.get(name).copied()).collect()
    };
    drafts.iter().map(of).collect()
}

/// Every draft after all that it uses. Within a circle the order does not matter.
fn order(drafts: &[Draft<'_>]) -> Vec<usize> {
    let edges = edges(drafts);
    let (mut done, mut order) = (vec![false; drafts.len()], Vec::new());
    for start in 0..drafts.len() {
        // No recursion: a long chain of facts must not end the process.
        let mut path = vec![(start, 0)];
        while let Some((at, next)) = path.pop() {
            if next == 0 {
                if done[at] {
                    continue;
                }
                done[at] = true;
            }
            match edges[at].get(next) {
                Some(&to) => path.extend([(at, next + 1), (to, 0)]),
                None => order.push(at),
            }
        }
    }
    order
}

/// The circles: for each the drafts in the order in which they use each other, beginning with the first in the
/// file. A draft stands in one circle only.
fn circles(drafts: &[Draft<'_>]) -> Vec<Vec<usize>> {
    let edges = edges(drafts);
    let mut circles: Vec<Vec<usize>> = Vec::new();
    for start in 0..drafts.len() {
        if circles.iter().any(|circle| circle.contains(&start)) {
            continue;
        }
        // The shortest way back to the start, breadth first.
        let mut came_from = vec![None; drafts.len()];
        let mut queue = std::collections::VecDeque::from([start]);
        'search: while let Some(at) = queue.pop_front() {
            for &to in &edges[at] {
                if to == start {
                    let mut circle = vec![at];
                    while let Some(before) = came_from[circle[circle.len() - 1]] {
                        circle.push(before);
                    }
                    circle.reverse();
                    circles.push(circle);
                    break 'search;
                }
                if came_from[to].is_none() {
                    came_from[to] = Some(at);
                    queue.push_back(to);
                }
            }
        }
    }
    circles
}

fn circle_told(file: File<'_>, circle: &[usize], drafts: &[Draft<'_>]) -> Diagnostic {
    let names: Vec<&str> = circle.iter().chain(circle.first()).map(|&at| drafts[at].name).collect();
    let message = match circle {
        [_] => format!("`{}` is defined by itself", names[0]),
        _ => format!("these go in a circle: {}", names.join(" → ")),
    };
    let diagnostic = Diagnostic::error("foresend::circle", file.name, message);
    circle
        .iter()
        .zip(names.iter().skip(1))
        .fold(diagnostic, |diagnostic, (&at, uses)| {
            diagnostic.at(drafts[at].place.clone(), format!("uses `{uses}`"))
        })
        .help("a fact or segment rests on others and ends at events: leave one of these out")
}
