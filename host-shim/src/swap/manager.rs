//! What is found becomes what serves: looks at the plugins folders, tries what is new there, and swaps.
//! Everything here may block; [`super::Supervisor`] does it on a thread of its own.

mod by_hand;
mod choosing;
mod config;

pub use by_hand::Refused;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Settings;
use super::files::{Files, Standing};
use super::generations::{Generations, deadline};
use super::opener::{Opener, Prepared};
use super::start::{self, Health};
use crate::config::Verdict;
use crate::loader::{Candidate, Scan, Sha256};
use crate::{Plugin, Provider, Registry, State};

/// How many earlier contents of a plugin can be gone back to.
const MAX_EARLIER: usize = 8;

/// How long the answers of a replaced generation may go on, unless the options say otherwise.
const DRAIN: Duration = Duration::from_secs(600);

/// How the first answers of a new generation are judged, unless the options say otherwise.
const TRIAL: u32 = 3;

/// How generations come and go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// How long the answers of a replaced generation may go on.
    pub drain: Duration,
    /// When so many first answers of a new generation all end in a panic, the one before is gone back
    /// to.
    pub trial: u32,
    /// Whether a generation must be healthy before it serves.
    pub check_health: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            drain: DRAIN,
            trial: TRIAL,
            check_health: true,
        }
    }
}

/// How often which swap has happened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swaps {
    /// A new generation came to serve.
    pub activated: u64,
    /// A file was refused, or what it became was not fit to serve.
    pub rejected: u64,
    /// An earlier content was gone back to.
    pub rolled_back: u64,
    /// The generation that serves took a new config.
    pub reconfigured: u64,
}

/// Hears of a generation whose first answers all ended in a panic. Called where those are polled, so
/// it must not wait for anything.
pub(super) type OnTrouble = Arc<dyn Fn(u64) + Send + Sync>;

/// Files, generations, and what leads from the ones to the others.
pub struct Manager {
    pub(super) settings: Settings,
    options: Options,
    opener: Opener,
    registry: Arc<Registry>,
    files: Files,
    generations: Generations,
    /// Contents that are not tried again.
    barred: BTreeMap<Sha256, Bar>,
    /// By plugin, what served before and could again, oldest first.
    earlier: BTreeMap<String, Vec<Plugin>>,
    /// By plugin, the digest of the config that its generation runs with.
    running: BTreeMap<String, Sha256>,
    /// Files that have arrived and were not tried yet, by plugin.
    arrived: BTreeMap<String, BTreeSet<PathBuf>>,
    swaps: Swaps,
    /// What couldn't be looked into, the last time.
    blind: Vec<String>,
    /// Refusals that nobody has been told.
    news: Vec<String>,
    /// The last refusal that may pass by itself.
    told: Option<String>,
    on_trouble: Option<OnTrouble>,
}

/// Why a content isn't tried again, until its file changes or a person asks for it.
#[derive(Debug, Clone)]
struct Bar {
    /// The plugin.
    id: String,
    reason: String,
    /// Whether another config may help.
    by_config: bool,
}

impl Manager {
    /// A manager that has looked at nothing yet, and makes what it finds serve by that registry.
    pub fn new(
        settings: Settings,
        options: Options,
        opener: Opener,
        registry: Arc<Registry>,
    ) -> Self {
        Self {
            settings,
            options,
            opener,
            registry,
            files: Files::default(),
            generations: Generations::default(),
            barred: BTreeMap::new(),
            earlier: BTreeMap::new(),
            running: BTreeMap::new(),
            arrived: BTreeMap::new(),
            swaps: Swaps::default(),
            blind: Vec::new(),
            news: Vec::new(),
            told: None,
            on_trouble: None,
        }
    }

    pub(super) fn on_trouble(&mut self, tell: OnTrouble) {
        self.on_trouble = Some(tell);
    }

    /// Looks at the plugins folders, and lets the best of what is new there serve. Returns whether
    /// something there is still being written.
    pub fn refresh(&mut self) -> bool {
        let scan = self.settings.candidates();
        let blind = scan.errors.iter().map(ToString::to_string).collect();
        if blind != self.blind {
            self.blind = blind;
            for error in &self.blind {
                tracing::warn!("{error}");
            }
        }
        self.look(&scan);
        while let Some((id, arrived)) = self.arrived.pop_first() {
            if self.settings.config.plugins.verdict(&id) == Verdict::Enabled {
                self.choose(&id, &arrived);
            }
        }
        self.files.is_settling()
    }

    /// Takes note of what has arrived.
    fn look(&mut self, scan: &Scan) {
        for (id, path) in self.files.look(scan, Instant::now()) {
            self.arrived.entry(id).or_default().insert(path);
        }
    }

    /// Why files that the config enables don't serve, one sentence each.
    pub fn refusals(&self) -> Vec<String> {
        let files = self.files.all();
        let refusals = files.filter_map(|file| match &file.standing {
            Standing::Refused { reason, .. } => Some(reason.clone()),
            _ => None,
        });
        refusals.collect()
    }

    /// How often which swap has happened.
    pub fn swaps(&self) -> Swaps {
        self.swaps
    }

    pub(super) fn generations(&self) -> &Generations {
        &self.generations
    }

    /// Takes those generations a step further that are on their way out, and returns whether there
    /// are more steps to come.
    pub fn step(&mut self) -> bool {
        self.generations.step(Instant::now());
        self.generations.is_any_draining()
    }

    fn activate(&mut self, prepared: Prepared, candidate: &Candidate) -> Result<(), String> {
        let sha256 = prepared.sha256();
        let id = prepared
            .info
            .as_ref()
            .map_or(&candidate.id, |info| &info.id)
            .clone();
        let activated = self
            .opener
            .load(prepared, candidate, &self.settings)
            .map_err(|error| error.to_string())
            .and_then(|plugin| self.start(&plugin, self.health(&plugin)))
            .and_then(|provider| self.install(provider));
        match activated {
            Ok(replaced) => {
                if let Some(replaced) = replaced {
                    self.remember(replaced.plugin());
                }
                Ok(())
            }
            Err(reason) => {
                self.rejected(&reason);
                let bar = Bar {
                    id,
                    reason: reason.clone(),
                    by_config: true,
                };
                self.barred.insert(sha256, bar);
                Err(reason)
            }
        }
    }

    /// How healthy the next generation of a plugin must be.
    fn health(&self, plugin: &Plugin) -> Health {
        let active = self.generations.active(&plugin.info().id);
        match (self.options.check_health, active) {
            (false, _) => Health::Unasked,
            (true, None) => Health::First,
            (true, Some(_)) => Health::Demanded,
        }
    }

    fn start(&self, plugin: &Plugin, health: Health) -> Result<Provider, String> {
        let config = self.settings.config.create_config(&plugin.info().id);
        start::start(plugin, config, self.settings.log_level.clone(), health)
    }

    /// A plugin's generation runs with the config of the settings from now on.
    fn runs_with_present_config(&mut self, id: &str) {
        let config = self.settings.config.create_config(id);
        self.running
            .insert(id.to_owned(), Sha256::of(config.as_bytes()));
    }

    /// The swap itself.
    fn install(&mut self, provider: Provider) -> Result<Option<Provider>, String> {
        if let Some(tell) = self.on_trouble.clone() {
            let number = provider.generation();
            let work = provider.work();
            work.on_trouble(self.options.trial, move || tell(number));
        }
        match self.registry.activate(provider.clone()) {
            Ok(replaced) => {
                self.swaps.activated += 1;
                let info = provider.info();
                tracing::info!(
                    plugin = info.id,
                    version = info.version,
                    generation = provider.generation(),
                    replaces = replaced.as_ref().map(Provider::generation),
                    state = State::Active.as_str(),
                    "a generation is active"
                );
                let (id, sha256) = (info.id.clone(), provider.plugin().sha256());
                let deadline = deadline(self.options.drain);
                self.generations.activated(provider, deadline);
                if let Some(earlier) = self.earlier.get_mut(&id) {
                    earlier.retain(|known| known.sha256() != sha256);
                }
                self.runs_with_present_config(&id);
                Ok(replaced)
            }
            Err(taken) => {
                drop(start::end(provider));
                Err(taken.to_string())
            }
        }
    }

    fn remember(&mut self, plugin: &Plugin) {
        let earlier = self.earlier.entry(plugin.info().id.clone()).or_default();
        earlier.retain(|known| known.sha256() != plugin.sha256());
        earlier.push(plugin.clone());
        if earlier.len() > MAX_EARLIER {
            earlier.remove(0);
        }
    }

    fn rejected(&mut self, reason: &str) {
        self.swaps.rejected += 1;
        self.news.push(reason.to_owned());
    }

    /// What was refused since this was asked the last time, one sentence each.
    pub(super) fn take_news(&mut self) -> Vec<String> {
        std::mem::take(&mut self.news)
    }
}

impl fmt::Debug for Manager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Manager")
            .field("files", &self.files)
            .field("generations", &self.generations)
            .field("swaps", &self.swaps)
            .finish_non_exhaustive()
    }
}
