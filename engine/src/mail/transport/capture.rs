//! Keeps every mail as a file in a folder, `SENDID.eml`, and lets none out: what a new shop begins with. A mail that is
//! there already is taken again and not written again, so that two attempts are one file.
//! Invariant: a file of that name holds a whole mail, and is durable when the mail is said to be taken.

use crate::entry::Outcome;
use crate::mail::mime::Envelope;
use crate::mail::wire::{Answer, Wire};
use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Keeps every mail.
#[derive(Debug)]
pub struct Capture {
    folder: PathBuf,
    answers: VecDeque<Answer>,
    /// Why the last mail could not be kept, until somebody asks.
    failed: Option<io::Error>,
}

impl Capture {
    /// Into `folder`, which is made with the first mail if it is not there.
    #[must_use]
    pub fn into_folder(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), answers: VecDeque::new(), failed: None }
    }

    /// Where the mail of `id` is kept.
    #[must_use]
    pub fn path(&self, mail: &Envelope) -> PathBuf {
        self.folder.join(format!("{}.eml", mail.id))
    }

    fn keep(&self, mail: &Envelope) -> io::Result<()> {
        let path = self.path(mail);
        if path.try_exists()? {
            return Ok(());
        }
        fs::create_dir_all(&self.folder)?;
        let part = self.folder.join(format!("{}.part", mail.id));
        let mut file = File::create(&part)?;
        file.write_all(&mail.bytes)?;
        file.sync_all()?;
        drop(file);
        fs::rename(&part, &path)?;
        sync_folder(&self.folder)
    }
}

impl Wire for Capture {
    fn send(&mut self, mail: Envelope) {
        let outcome = match self.keep(&mail) {
            Ok(()) => Outcome::Accepted,
            // A full disk may have room later; nothing of it was taken.
            Err(why) => {
                self.failed = Some(why);
                Outcome::Deferred
            }
        };
        self.answers.push_back(Answer::of(&mail, outcome));
    }

    fn answer(&mut self) -> Option<Answer> {
        self.answers.pop_front()
    }

    fn trouble(&mut self) -> Option<io::Error> {
        self.failed.take()
    }
}

/// Makes the names in a folder durable. Elsewhere a folder cannot be opened as a file, and renaming is durable itself.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::shop::envelope;

    #[test]
    fn a_mail_is_one_file_however_often_it_is_sent_and_the_first_one_stays() {
        let folder = tempfile::tempdir().unwrap();
        let mut capture = Capture::into_folder(folder.path().join("captured"));
        let mut mail = envelope("cart-first", 1);
        capture.send(mail.clone());
        assert_eq!(capture.answer(), Some(Answer::of(&mail, Outcome::Accepted)));
        assert_eq!(capture.answer(), None);
        let kept = capture.path(&mail);
        assert_eq!(fs::read(&kept).unwrap(), mail.bytes);

        let first = mail.bytes.clone();
        mail.attempt = 2;
        mail.bytes = b"other".to_vec();
        capture.send(mail.clone());
        assert_eq!(capture.answer(), Some(Answer::of(&mail, Outcome::Accepted)));
        assert_eq!(fs::read(&kept).unwrap(), first);
        assert_eq!(fs::read_dir(kept.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn where_a_mail_cannot_be_kept_it_is_deferred_and_the_reason_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let captured = folder.path().join("captured");
        let mut capture = Capture::into_folder(&captured);
        fs::write(&captured, "a file where a folder should be").unwrap();
        let mail = envelope("cart-first", 1);
        capture.send(mail.clone());
        assert_eq!(capture.answer(), Some(Answer::of(&mail, Outcome::Deferred)));
        assert_eq!(capture.trouble().unwrap().kind(), io::ErrorKind::NotADirectory);
        assert!(capture.trouble().is_none());
        fs::remove_file(&captured).unwrap();
        capture.send(mail.clone());
        assert_eq!(capture.answer(), Some(Answer::of(&mail, Outcome::Accepted)));
    }
}
