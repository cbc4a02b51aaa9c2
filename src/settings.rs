//! foresend.toml, opened for the commands that run an engine or look into its data: found, read, its mistakes shown.

use crate::failure::Failure;
use crate::{mistakes, open};
use foresend_engine::settings::Settings;
use foresend_program::Severity;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Where it is looked for.
const FILE: &str = "foresend.toml";

/// What commands that need settings take.
#[derive(clap::Args)]
#[group(skip)]
pub(crate) struct Arguments {
    /// The operator's file [default: foresend.toml here, if there is one]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// The folder of everything that is held [default: what the operator's file says, else ./data]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

impl Arguments {
    /// The settings that follow.
    ///
    /// # Errors
    /// Where the file cannot be read, or has mistakes: they have been shown then.
    pub(crate) fn open(&self) -> Result<Settings, Failure> {
        let usual = Path::new(FILE);
        let file = self.config.as_deref().or_else(|| usual.exists().then_some(usual));
        let mut settings = match file {
            Some(file) => read(file)?,
            None => Settings::default(),
        };
        if let Some(data) = &self.data {
            settings.data.clone_from(data);
        }
        Ok(settings)
    }
}

fn read(path: &Path) -> Result<Settings, Failure> {
    let file = open::show(path);
    let text = open::text(path, "operator's file")?;
    let (operator, told) = foresend_program::operator(&file, &text);
    let any_error = told.iter().any(|one| one.severity == Severity::Error);
    let Some(operator) = operator.filter(|_| !any_error) else {
        mistakes::tell(&told, &BTreeMap::from([(file, text)]));
        return Err(Failure::Mistakes);
    };
    let folder = path.parent().unwrap_or_else(|| Path::new(""));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    Ok(Settings::of(&operator, folder, cores))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn of(folder: &Path, text: &str, data: Option<&str>) -> Result<Settings, Failure> {
        let file = folder.join(FILE);
        fs::write(&file, text).unwrap();
        Arguments { config: Some(file), data: data.map(PathBuf::from) }.open()
    }

    #[test]
    fn data_is_where_the_file_or_the_argument_says() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        assert_eq!(of(folder, "", None).unwrap().data, folder.join("data"));
        assert_eq!(of(folder, "data = 'd'", None).unwrap().data, folder.join("d"));
        assert_eq!(of(folder, "data = 'd'", Some("e")).unwrap().data, Path::new("e"));
    }

    #[test]
    fn a_file_with_mistakes_or_none_at_all_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(of(folder.path(), "stage = 'all'", None), Err(Failure::Mistakes));
        let missing = Arguments { config: Some(folder.path().join("no.toml")), data: None };
        let told = missing.open().unwrap_err().text().unwrap();
        assert!(told.starts_with("error: there is no operator's file"), "{told}");
    }
}
