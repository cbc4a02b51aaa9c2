//! The engine on this machine: a journal thread, an actor for each shard on a thread of its own, and a thread that makes
//! checkpoints; all of them shells round parts that know no clock and no thread.
//!
//! What comes is durable first, is told to every shard then, and settles when the store has it. A restart reads the store,
//! then the journal from there on, and accepts from the first moment.

mod checkpoints;
mod gate;
mod published;
mod shard;
mod status;

pub use published::PublishedVersions;
pub use status::Status;

use crate::disk::StdDisk;
use crate::entry::{Entry, Seq, each};
use crate::journal::{self, Class, Ending, FolderId, Intake, Journal, Lag, Opening, Refused};
use crate::kv::{Kv, KvError};
use crate::mail::post::Hears;
use crate::mail::{Around, Pace, Post, Renderer, Wire};
use crate::settings::Settings;
use crate::shard::{ShardCore, ShardError, Versions, partitions_of};
use crate::store::StoreError;
use crate::store::fjall::{FjallKv, FjallSettings};
use crate::store::lock::{Lock, LockError, lock};
use crate::store::meta::Meta;
use crate::store::version::{Published, VersionError};
use crate::version::Version;
use actix::{Actor, Addr, Arbiter};
use checkpoints::{Checkpoints, Order};
use foresend_core::id::IdKey;
use foresend_core::time::{Timestamp, Wait};
use foresend_program::Sources;
use gate::Gate;
use rand::TryRng;
use rand::rngs::SysRng;
use shard::{Ask, Says, Shard, Tell};
use std::io;
use std::path::PathBuf;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A running engine. It lives in an actix system.
pub struct Engine {
    journal: Journal,
    shards: Vec<Addr<Shard>>,
    /// Those of the shards.
    threads: Vec<Arbiter>,
    checkpoints: Checkpoints,
    lag: Lag,
    fault: Fault,
    id_key: IdKey,
    versions: Arc<PublishedVersions>,
    /// Hands mail over, if somebody does.
    post: Option<Post>,
    data: PathBuf,
    _lock: Lock,
}

/// How mail is handed over.
pub struct Handover {
    /// The way out.
    pub wire: Box<dyn Wire + Send>,
    /// Makes the mails.
    pub renderer: Renderer,
    /// How fast.
    pub pace: Pace,
    /// Hears of trouble.
    pub hears: Box<Hears>,
}

/// Why there is no engine, or no longer.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The data folder is somebody else's.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The store cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The journal cannot be opened, or is damaged.
    #[error(transparent)]
    Journal(#[from] journal::ReadError),
    /// A version of the program cannot be stored.
    #[error(transparent)]
    Version(#[from] VersionError),
    /// A shard cannot begin.
    #[error(transparent)]
    Shard(#[from] ShardError),
    /// The machine gave no thread, no file or no randomness.
    #[error("the machine did not give what the engine needs to begin")]
    Machine(#[source] io::Error),
    /// No version of a program was published in this data folder.
    #[error("no program is published in {}", data.display())]
    NoProgram {
        /// The data folder.
        data: PathBuf,
    },
    /// The program has mistakes.
    #[error("the program in {folder} has {mistakes} mistakes, and cannot run")]
    Mistakes {
        /// Its folder, as it is shown.
        folder: String,
        /// How many.
        mistakes: usize,
    },
    /// The program lacks something that customers may rest on.
    #[error(
        "the program has no {lacks} any more, which customers may rest on; that is not supported yet"
    )]
    Incompatible {
        /// "journey `cart-recovery`"
        lacks: String,
    },
    /// Nothing more is taken.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// It stopped while it ran.
    #[error("the engine has stopped: {0}")]
    Stopped(String),
}

impl From<KvError> for EngineError {
    fn from(error: KvError) -> Self {
        Self::Store(error.into())
    }
}

/// What made an engine stop, once something did.
#[derive(Clone, Debug, Default)]
struct Fault(Arc<Mutex<Option<String>>>);

impl Fault {
    /// The first one stays.
    fn set(&self, error: &dyn std::error::Error) {
        let mut fault = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        fault.get_or_insert_with(|| with_causes(error));
    }

    fn check(&self) -> Result<(), EngineError> {
        let fault = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        fault.clone().map_or(Ok(()), |text| Err(EngineError::Stopped(text)))
    }
}

impl Engine {
    /// Opens the data folder of `settings`, or makes one, in which `program` is the first that runs. Returns as soon as
    /// entries are accepted; what was durable before is applied meanwhile: see [`Engine::ready`]. Without `handover` mails
    /// stay ready until an engine has one.
    ///
    /// # Errors
    /// [`EngineError`]. Nothing is changed in a folder that is damaged or somebody else's.
    ///
    /// # Panics
    /// Outside an actix system.
    pub async fn open(
        settings: &Settings,
        program: Option<&Sources>,
        handover: Option<Handover>,
    ) -> Result<Self, EngineError> {
        let data = &settings.data;
        if program.is_none() && !data.exists() {
            return Err(EngineError::NoProgram { data: data.clone() });
        }
        let lock = lock(data)?;
        let store = data.join("store");
        let kv: Arc<dyn Kv + Send + Sync> =
            Arc::new(FjallKv::open(&store, FjallSettings::default())?);
        let meta = Meta::load(&*kv)?;
        let versions = Arc::new(PublishedVersions::new(data.join("versions")));
        let mut disk = StdDisk::open(&data.join("journal")).map_err(EngineError::Machine)?;
        let random = random().map_err(EngineError::Machine)?;
        let opening = Opening {
            from: meta.as_ref().map(|meta| meta.cut),
            folder: meta.as_ref().map(|meta| meta.folder),
            fresh: FolderId(random.folder),
        };
        let recovered = journal::recover(&mut disk, &settings.journal, &opening)?;
        let is_new = recovered.until == Seq(0);
        let first = match program.filter(|_| is_new) {
            Some(sources) => Some(versions.put(sources, &published(sources), None)?),
            None if is_new => return Err(EngineError::NoProgram { data: data.clone() }),
            None => None,
        };
        let id_key = match &meta {
            Some(meta) => meta.id_key,
            None if is_new => IdKey(random.id_key),
            None => id_key_in(disk.again().map_err(EngineError::Machine)?)?,
        };
        let (lag, fault) =
            (Lag::new(usize::from(settings.shards.count.get()), recovered.until), Fault::default());
        let (orders, ordered) = channel();
        let (shards, threads) =
            start_shards(settings, (&kv, &versions), meta.as_ref(), &orders, (&lag, &fault))?;
        let gate =
            Gate::new(shards.clone(), orders.clone(), fault.clone(), settings.checkpoint.bytes);
        let replay = disk.again().map_err(EngineError::Machine)?;
        let archive = disk.again().map_err(EngineError::Machine)?;
        let (wall, tell) = (Box::new(wall), gate.teller());
        let journal = journal::start(recovered.core, disk, wall, lag.clone(), tell);
        let journal = journal.map_err(EngineError::Machine)?;
        let intake = journal.intake();
        let post = handover.map(|handover| start_post(handover, &intake, &fault)).transpose();
        let post = post.map_err(EngineError::Machine)?;
        for shard in &shards {
            shard.do_send(Tell::Begin(intake.clone(), post.as_ref().map(Post::inputs)));
        }
        let mut begin = Vec::new();
        let mut count = 1;
        if is_new {
            let world = Entry::World { seed: random.seed, id_key: random.id_key };
            world.write(&mut begin).expect("it is short");
            count += 1;
        }
        Entry::Boot { build: env!("CARGO_PKG_VERSION") }.write(&mut begin).expect("it is short");
        if let Some(version) = first {
            Entry::Published { version }.write(&mut begin).expect("it is short");
            count += 1;
        }
        append(&intake, begin, count).await?;
        let checkpoints = Checkpoints::start(
            (kv, archive, recovered.folder),
            intake.clone(),
            (shards.clone(), orders, ordered),
            settings.checkpoint.every,
            fault.clone(),
        );
        let checkpoints = checkpoints.map_err(EngineError::Machine)?;
        gate.replay(replay, (recovered.from, recovered.until), &lag)
            .map_err(EngineError::Machine)?;
        let data = data.clone();
        Ok(Self {
            journal,
            shards,
            threads,
            checkpoints,
            lag,
            fault,
            id_key,
            versions,
            post,
            data,
            _lock: lock,
        })
    }

    /// Returns when everything that was durable before the restart is applied.
    ///
    /// # Errors
    /// [`EngineError::Stopped`] where it has stopped.
    pub async fn ready(&self) -> Result<(), EngineError> {
        while !self.is_ready().await? {
            actix::clock::sleep(Duration::from_millis(1)).await;
        }
        Ok(())
    }

    async fn is_ready(&self) -> Result<bool, EngineError> {
        for shard in &self.shards {
            if !self.ask(shard).await?.live {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn ask(&self, shard: &Addr<Shard>) -> Result<Says, EngineError> {
        let asked = shard.send(Ask).await;
        self.fault.check()?;
        asked.map_err(|e| EngineError::Stopped(e.to_string()))
    }

    /// The version that runs. Waits until the engine is ready.
    ///
    /// # Errors
    /// [`EngineError::Stopped`] where it has stopped.
    pub async fn version(&self) -> Result<Option<Arc<Version>>, EngineError> {
        self.ready().await?;
        let running = self.ask(&self.shards[0]).await?.running;
        Ok(running.and_then(|(id, _)| self.versions.get(id)))
    }

    /// Lets the program of these texts run from here on, and returns when it runs. `false`: it runs already. Waits until the
    /// engine is ready.
    ///
    /// # Errors
    /// [`EngineError::Mistakes`] or [`EngineError::Incompatible`] where it cannot run after what runs, and nothing is changed
    /// then; others where it cannot be stored, or the engine has stopped.
    pub async fn publish(&self, sources: &Sources) -> Result<bool, EngineError> {
        let running = self.version().await?;
        let wanted = self.versions.put(sources, &published(sources), running.as_deref())?;
        if running.is_some_and(|running| running.id() == wanted) {
            return Ok(false);
        }
        let mut entries = Vec::new();
        Entry::Published { version: wanted }.write(&mut entries).expect("it is short");
        let seq = append(&self.intake(), entries, 1).await?;
        self.applied_until(seq).await?;
        Ok(true)
    }

    /// The door for entries.
    #[must_use]
    pub fn intake(&self) -> Intake {
        self.journal.intake()
    }

    /// What external ids are hashed under.
    #[must_use]
    pub const fn id_key(&self) -> IdKey {
        self.id_key
    }

    /// Returns when everything that is durable now is applied.
    ///
    /// # Errors
    /// [`EngineError::Stopped`] where it has stopped.
    pub async fn applied(&self) -> Result<(), EngineError> {
        self.ready().await?;
        self.applied_until(self.journal.intake().durable()).await
    }

    async fn applied_until(&self, seq: Seq) -> Result<(), EngineError> {
        while self.lag.of_all() < seq {
            self.fault.check()?;
            actix::clock::sleep(Duration::from_millis(1)).await;
        }
        self.fault.check()
    }

    /// Takes nothing more, applies what was taken, waits for the mails that are on their way, makes a last checkpoint, and
    /// ends. Whoever appends has to stop before.
    ///
    /// # Errors
    /// [`EngineError::Stopped`] where it had stopped before. What was acknowledged is durable all the same.
    pub async fn close(mut self) -> Result<(), EngineError> {
        self.applied().await?;
        if let Some(post) = self.post.take() {
            post.begin_drain();
            while !post.is_drained() {
                self.fault.check()?;
                actix::clock::sleep(Duration::from_millis(1)).await;
            }
            self.applied().await?;
        }
        self.checkpoints.end();
        let ending = self.journal.close();
        for thread in self.threads {
            thread.stop();
            // Its actor aborts the process rather than panic.
            drop(thread.join());
        }
        self.fault.check()?;
        match ending {
            Ending::Closed => Ok(()),
            Ending::Stopped(why) => Err(EngineError::Stopped(why.to_string())),
        }
    }
}

/// What external ids are hashed under, by the first entry of a journal of which no checkpoint was made.
fn id_key_in(disk: StdDisk) -> Result<IdKey, EngineError> {
    let first = journal::groups(disk, Seq(0), Seq(1))?.next().transpose()?;
    let entries = first.map(|group| group.entries).unwrap_or_default();
    let found = each(&entries).next().and_then(|raw| match raw.ok()?.read().ok()? {
        Entry::World { id_key, .. } => Some(IdKey(id_key)),
        Entry::Boot { .. } | Entry::Published { .. } | Entry::Product { .. } | Entry::Of(..) => {
            None
        }
    });
    found.ok_or(EngineError::Shard(ShardError::TooEarly { seq: Seq(0) }))
}

/// The thread that hands mail over.
fn start_post(handover: Handover, intake: &Intake, fault: &Fault) -> io::Result<Post> {
    let Handover { wire, renderer, pace, hears } = handover;
    let (intake, fault) = (intake.clone(), fault.clone());
    let append = move |entry| tell_journal(&intake, &fault, entry, 1);
    let around = Around { clock: Box::new(wall), append: Box::new(append), hears };
    Post::start(pace, renderer, wire, around)
}

/// Appends what the engine says itself: it is never refused but where the journal has stopped. What comes while it closes is
/// said again after the next start.
fn tell_journal(intake: &Intake, fault: &Fault, entries: Vec<u8>, count: u32) {
    let fault = fault.clone();
    let done = Box::new(move |answer| match answer {
        Ok(_) | Err(Refused::Closed) => {}
        Err(why) => fault.set(&why),
    });
    intake.append(Class::Internal, entries, count, done);
}

/// An error and what caused it, in one sentence.
#[must_use]
pub fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |error| error.source());
    causes.fold(error.to_string(), |text, cause| text + ": " + &cause.to_string())
}

/// Makes entries durable.
///
/// # Errors
/// [`EngineError::Refused`] where they are not.
pub async fn append(intake: &Intake, entries: Vec<u8>, count: u32) -> Result<Seq, EngineError> {
    let (done, answered) = tokio::sync::oneshot::channel();
    // Who does not wait for it any more does not want it.
    let done = Box::new(move |answer| done.send(answer).unwrap_or_default());
    intake.append(Class::Internal, entries, count, done);
    let stopped = |_| EngineError::Stopped("the journal has ended".to_owned());
    Ok(answered.await.map_err(stopped)??)
}

fn start_shards(
    settings: &Settings,
    (kv, versions): (&Arc<dyn Kv + Send + Sync>, &Arc<PublishedVersions>),
    meta: Option<&Meta>,
    orders: &std::sync::mpsc::Sender<Order>,
    (lag, fault): (&Lag, &Fault),
) -> Result<(Vec<Addr<Shard>>, Vec<Arbiter>), EngineError> {
    let count = settings.shards.count.get();
    let memory = settings.shards.resident_bytes / u64::from(count);
    let memory = usize::try_from(memory).unwrap_or(usize::MAX);
    let (mut shards, mut threads) = (Vec::new(), Vec::new());
    for index in 0..count {
        let (kv, versions) = (Arc::clone(kv), Arc::clone(versions));
        let core = ShardCore::new(partitions_of(index, count), kv, versions, meta, memory);
        let core = core.map_err(EngineError::Shard)?;
        let index = usize::from(index);
        let shard = Shard::new(core, index, orders.clone(), (lag.clone(), fault.clone()));
        let arbiter = Arbiter::new();
        shards.push(Shard::start_in_arbiter(&arbiter.handle(), |_| shard));
        threads.push(arbiter);
    }
    Ok((shards, threads))
}

fn published(sources: &Sources) -> Published {
    let note = format!("from {}", sources.folder);
    Published { at_ms: wall().millis(), by: "dev".to_owned(), note }
}

/// What a world is drawn from.
struct Random {
    seed: u64,
    id_key: u128,
    folder: u128,
}

fn random() -> io::Result<Random> {
    let word = || SysRng.try_next_u64().map_err(io::Error::other);
    let double = || Ok::<_, io::Error>(u128::from(word()?) << 64 | u128::from(word()?));
    let (id_key, folder) = (double()?, double()?);
    Ok(Random { seed: word()?, id_key, folder })
}

/// The only wall clock.
fn wall() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// The same in microseconds.
fn wall_us() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

const MS: Wait = Wait::from_millis(1);
