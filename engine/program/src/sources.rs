//! The texts of a program folder, by path, and what each of them is. Whoever opens the files hands them over
//! here: nothing in this crate reads a disk.

use crate::diagnostic::{Diagnostic, Mistakes};
use crate::text::suggest::closest;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Named texts of a program folder.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Sources {
    /// The folder as the user wrote it: for display only.
    pub folder: String,
    /// Its files, by path relative to it with `/` between the parts.
    pub files: BTreeMap<String, String>,
}

/// One text with its name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct File<'a> {
    pub(crate) name: &'a str,
    pub(crate) text: &'a str,
}

impl<'a> File<'a> {
    /// The line of a place, counted from 1.
    pub(crate) fn line(self, at: usize) -> usize {
        self.text.bytes().take(at).filter(|&byte| byte == b'\n').count() + 1
    }

    /// What stands at a place; empty where the place is none.
    pub(crate) fn slice(self, span: &std::ops::Range<usize>) -> &'a str {
        self.text.get(span.clone()).unwrap_or_default()
    }
}

/// A folder's files, each in its place. Names are without folder and ending.
#[derive(Debug, Default)]
pub(crate) struct Folder<'a> {
    pub(crate) program: Option<File<'a>>,
    pub(crate) catalogue: Option<File<'a>>,
    pub(crate) journeys: Vec<(&'a str, File<'a>)>,
    pub(crate) mails: Vec<(&'a str, File<'a>)>,
    pub(crate) experiments: Vec<(&'a str, File<'a>)>,
}

impl Sources {
    /// SHA-256 over all files, in the order of their paths; path and text are length-prefixed, so that no two
    /// folders look alike. A published version is known by it.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        let mut hasher = Sha256::new();
        for part in self.files.iter().flat_map(|(path, text)| [path, text]) {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        hasher.finalize().into()
    }

    /// Puts each file in its place, and tells of those that have none.
    pub(crate) fn sort(&self, told: &mut Mistakes) -> Folder<'_> {
        let mut folder = Folder::default();
        for (path, text) in &self.files {
            let file = File { name: path, text };
            let (room, name) = path.split_once('/').unwrap_or(("", path));
            match (room, name.rsplit_once('.')) {
                ("", _) if name == "program.toml" => folder.program = Some(file),
                ("", _) if name == "catalogue.csv" => folder.catalogue = Some(file),
                ("", _) if name.starts_with('.') || is_about_the_folder(name) => {}
                ("journeys", Some((name, "toml"))) => folder.journeys.push((name, file)),
                ("mails", Some((name, "md"))) => folder.mails.push((name, file)),
                ("experiments", Some((name, "toml"))) => folder.experiments.push((name, file)),
                ("mails", Some((_, "mjml"))) => {
                    told.tell(not_yet(
                        path,
                        "a mail in MJML",
                        "write it in Markdown: mails/NAME.md",
                    ));
                }
                ("brand", _) => {
                    told.tell(not_yet(
                        path,
                        "a brand of one's own",
                        "leave the folder out for now",
                    ));
                }
                (_, _) if name.rsplit('/').next().is_some_and(|name| name.starts_with('.')) => {}
                (room, _) => told.tell(unread(path, room)),
            }
        }
        folder
    }
}

/// Files that people and tools keep at the top of any folder.
fn is_about_the_folder(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["readme", "license", "licence", "changelog"].iter().any(|word| name.starts_with(word))
}

fn not_yet(path: &str, what: &str, instead: &str) -> Diagnostic {
    Diagnostic::error("foresend::not_supported_yet", path, format!("{what} is not supported yet"))
        .help(instead)
}

/// A file nobody reads may be a journey in the wrong folder: said, but no reason to stop.
fn unread(path: &str, room: &str) -> Diagnostic {
    let help = match closest(room, ["journeys", "mails", "experiments"]) {
        Some(meant) if meant != room => format!("did you mean the folder `{meant}`?"),
        Some(_) | None => {
            "a program is program.toml, journeys/NAME.toml, mails/NAME.md, experiments/NAME.toml and catalogue.csv"
                .to_owned()
        }
    };
    Diagnostic::warning("foresend::unread_file", path, "this file is not part of a program")
        .help(help)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(files: &[(&str, &str)]) -> Sources {
        let files = files.iter().map(|&(path, text)| (path.to_owned(), text.to_owned())).collect();
        Sources { folder: "shop".to_owned(), files }
    }

    #[test]
    fn a_hash_depends_on_every_path_and_text() {
        let hash = |files: &[(&str, &str)]| sources(files).hash();
        let one = hash(&[("a", "bc")]);
        assert_ne!(one, hash(&[("ab", "c")]));
        assert_ne!(one, hash(&[("a", "bc"), ("d", "")]));
        assert_ne!(one, hash(&[("a", "bd")]));
        assert_eq!(one, hash(&[("a", "bc")]));
    }

    #[test]
    fn a_file_in_a_misspelt_folder_is_told_of() {
        let mut told = Mistakes::default();
        sources(&[("journey/cart.toml", ""), (".gitignore", ""), ("README.md", "")])
            .sort(&mut told);
        let told = told.in_order();
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(told[0].help.as_deref(), Some("did you mean the folder `journeys`?"));
    }
}
