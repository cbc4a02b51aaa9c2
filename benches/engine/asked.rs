//! What was asked for on the command line.

/// What was asked for.
pub(crate) struct Asked {
    names: Vec<String>,
    customers: Option<u32>,
    seconds: Option<u32>,
    is_bench: bool,
}

impl Asked {
    /// What `arguments` say; `names`: the figures there are.
    pub(crate) fn read(arguments: &[String], names: &[&str]) -> Result<Self, String> {
        let mut asked = Self { names: Vec::new(), customers: None, seconds: None, is_bench: false };
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            let mut number = || {
                let number = rest.next().and_then(|number| number.parse().ok());
                number.filter(|number| *number > 0).ok_or_else(|| {
                    format!("`{argument}` wants a whole number above 0: `{argument} 1000`")
                })
            };
            match argument.as_str() {
                "--bench" => asked.is_bench = true,
                "--customers" => asked.customers = Some(number()?),
                "--seconds" => asked.seconds = Some(number()?),
                name if names.contains(&name) => asked.names.push(name.to_owned()),
                other => {
                    let names = names.join(", ");
                    return Err(format!(
                        "`{other}` is no figure of the engine: name some of {names}, or none for all"
                    ));
                }
            }
        }
        Ok(asked)
    }

    pub(crate) fn wants(&self, name: &str) -> bool {
        self.names.is_empty() || self.names.iter().any(|wanted| wanted == name)
    }

    /// How many customers: as asked, else `usual`, else a few.
    pub(crate) fn customers(&self, usual: u32) -> u32 {
        self.customers.unwrap_or_else(|| if self.is_bench { usual } else { usual.min(200) })
    }

    /// How many seconds: as asked, else `usual`, else one.
    pub(crate) fn seconds(&self, usual: u32) -> u32 {
        self.seconds.unwrap_or(if self.is_bench { usual } else { 1 })
    }
}
