//! The engine, for commands that put something into it or look at what it holds: opened, fed, closed.

use crate::failure::Failure;
use crate::feed::Host;
use crate::{mistakes, open};
use foresend_core::id::IdKey;
use foresend_core::world::journey::Act;
use foresend_engine::feed::Sink;
use foresend_engine::host::{Engine, EngineError, with_causes};
use foresend_engine::journal::{Class, Refused};
use foresend_engine::settings::Settings;
use foresend_program::{Compiled, Severity, Sources};
use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// An engine that runs in this process.
pub(crate) struct Running {
    system: actix::SystemRunner,
    engine: Engine,
}

impl Running {
    /// Opens the data of `settings`; the program in the folder `dev` runs from here on, if one is named.
    ///
    /// # Errors
    /// Where the program has mistakes, or the data cannot be opened.
    pub(crate) fn open(settings: &Settings, dev: Option<&Path>) -> Result<Self, Failure> {
        let program = dev.map(program).transpose()?;
        let system = actix::System::new();
        let open = async {
            let engine = Engine::open(settings, program.as_ref(), None).await?;
            if let Some(program) = &program {
                engine.publish(program).await?;
            }
            Ok(engine)
        };
        let opened = system.block_on(open);
        Ok(Self { system, engine: opened.map_err(|error| failure(&error))? })
    }
}

impl Sink for Running {
    type Error = Failure;

    /// Returns when they are durable.
    fn submit(&mut self, entries: Vec<u8>, count: u32) -> Result<(), Failure> {
        let (done, answer) = mpsc::channel();
        loop {
            let done = done.clone();
            let answered = Box::new(move |answer| {
                // Nobody waits for it any more only where the process ends.
                done.send(answer).unwrap_or_default();
            });
            self.engine.intake().append(Class::Event, entries.clone(), count, answered);
            match answer.recv() {
                Ok(Ok(_)) => return Ok(()),
                Ok(Err(Refused::Full { retry } | Refused::Behind { retry })) => {
                    let wait = u64::try_from(retry.millis()).unwrap_or(0).clamp(1, 20);
                    thread::park_timeout(Duration::from_millis(wait));
                }
                Ok(Err(why)) => return Err(failure(&why.into())),
                Err(_) => return Err(Failure::Run("the journal has ended".to_owned())),
            }
        }
    }
}

impl Host for Running {
    fn key(&self) -> IdKey {
        self.engine.id_key()
    }

    fn close(self) -> Result<(), Failure> {
        let Self { system, engine } = self;
        system.block_on(engine.close()).map_err(|error| failure(&error))
    }
}

/// The texts of a program that an engine can run.
///
/// # Errors
/// Where it has mistakes, which have been shown then, or asks for what engines cannot do yet.
pub(crate) fn program(folder: &Path) -> Result<Sources, Failure> {
    right(open::program(folder)?)
}

/// The texts of a program, if an engine can run it.
///
/// # Errors
/// As [`program`].
pub(crate) fn right(sources: Sources) -> Result<Sources, Failure> {
    let (compiled, told) = foresend_program::compile(&sources, None);
    let any_error = told.iter().any(|one| one.severity == Severity::Error);
    let Some(compiled) = compiled.filter(|_| !any_error) else {
        mistakes::tell(&told, &sources.files);
        return Err(Failure::Mistakes);
    };
    match first_call(&compiled) {
        None => Ok(sources),
        Some((journey, step)) => {
            let message = format!(
                "the step `{step}` of `{journey}` calls a webhook, which an engine cannot do yet"
            );
            Err(Failure::input(message)
                .help("take the step out, or go on rehearsing it with `simulate`"))
        }
    }
}

/// The first step that calls a webhook.
fn first_call(compiled: &Compiled) -> Option<(&str, &str)> {
    compiled.program.journeys.iter().find_map(|journey| {
        let step = journey.steps.iter().find(|step| matches!(step.act, Act::Call(_)))?;
        Some((&*journey.name, &*step.name))
    })
}

/// Why an engine does not run, in words.
pub(crate) fn failure(error: &EngineError) -> Failure {
    let text = with_causes(error);
    match error {
        EngineError::NoProgram { .. } => {
            Failure::input(text).help("name the folder of one: --dev PROGRAM")
        }
        EngineError::Incompatible { .. } => Failure::input(text)
            .help("keep it in the program, or begin with another data folder: --data DIR"),
        EngineError::Mistakes { folder, .. } => {
            Failure::input(text).help(format!("see them: foresend check {folder}"))
        }
        EngineError::Lock(_)
        | EngineError::Store(_)
        | EngineError::Journal(_)
        | EngineError::Version(_)
        | EngineError::Shard(_)
        | EngineError::Machine(_)
        | EngineError::Refused(_)
        | EngineError::Stopped(_) => Failure::Run(text),
    }
}
