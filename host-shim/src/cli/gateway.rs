//! What a command needs to talk to a model: the plugins of the config opened, their providers
//! registered, and with `--simulate` the simulator.

use std::env;
use std::path::{Path, PathBuf};

#[cfg(feature = "simulator")]
use host_shim::config::Connection;
use host_shim::config::{BEDROCK_ID, Config, Trust, Verdict};
use host_shim::interface::LogLevel;
use host_shim::loader::{Candidate, Prober, Proof, ranked, scan};
use host_shim::{LoadError, Loader, Plugin, Registry};
use tokio::runtime::{Builder, Runtime};

use super::context::Context;
use super::failure::Failure;
use super::logging::Level;
use super::report;

/// The plugin that ships with this program, as its file beside the executable is called.
const BUNDLED: &str = if cfg!(target_os = "macos") {
    "libamazon_bedrock.dylib"
} else {
    "libamazon_bedrock.so"
};

#[cfg(feature = "simulator")]
type Simulator = bedrock_simulator::Simulator;
/// There is none in this build.
#[cfg(not(feature = "simulator"))]
type Simulator = std::convert::Infallible;

/// A plugin file to open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// Its id, as far as names tell.
    pub(super) id: String,
    pub(super) file: PathBuf,
}

/// A gateway for one command.
pub(super) struct Gateway {
    pub(super) config: Config,
    pub(super) registry: Registry,
    /// Why a plugin that the config enables doesn't serve.
    failures: Vec<String>,
    _simulator: Option<Simulator>,
}

impl Gateway {
    /// Opens everything that the config enables. A plugin that can't be opened is a failure of its
    /// own, which matters only to whom it leaves without a provider.
    fn open(context: &Context) -> Result<Self, Failure> {
        let mut config = context.config()?;
        let simulator = simulate(context, &mut config)?;
        let mut gateway = Self {
            registry: Registry::new(),
            failures: Vec::new(),
            _simulator: simulator,
            config,
        };
        let loader = loader(&gateway.config)?;
        for found in plugin_files(&gateway.config, context)? {
            if let Err(reason) = gateway.activate(&loader, &found, context.global.log_level) {
                gateway.failures.push(reason);
            }
        }
        Ok(gateway)
    }

    fn activate(&self, loader: &Loader, found: &Found, level: Level) -> Result<(), String> {
        let plugin = open_trusted(loader, &self.config, found)?;
        let id = plugin.info().id.clone();
        let refuse = |reason: String| format!("plugin {id} ({}) {reason}", found.file.display());
        // Its file may be called otherwise than the plugin calls itself.
        if let Verdict::Disabled(reason) = self.config.plugins.verdict(&id) {
            return Err(refuse(format!("is not used: {reason}")));
        }
        let provider = plugin
            .create(&self.config.create_config(&id))
            .map_err(|error| refuse(format!("could not start: {error}")))?;
        provider
            .set_log_level(log_level(level))
            .map_err(|error| refuse(format!("could not start: {error}")))?;
        self.registry
            .activate(provider)
            .map_err(|taken| taken.to_string())?;
        Ok(())
    }

    /// Opens everything that the config enables, of which something must serve. What doesn't is told
    /// as a warning.
    pub(super) fn serving(context: &Context) -> Result<Self, Failure> {
        let gateway = Self::open(context)?;
        if gateway.registry.providers().is_empty() {
            let reason = gateway.failures.into_iter().next();
            return Err(Failure::Failed(reason.unwrap_or_else(|| {
                "no plugin is enabled; see `bedrock-gateway plugins list`".to_owned()
            })));
        }
        for failure in &gateway.failures {
            report::warning(failure);
        }
        Ok(gateway)
    }
}

/// Stages a plugin's file, checks that the config trusts this very content, tries it in a process of
/// its own, and opens it.
pub(super) fn open_trusted(
    loader: &Loader,
    config: &Config,
    found: &Found,
) -> Result<Plugin, String> {
    let opened = || {
        let staged = loader.stage(&found.file)?;
        for proof in proofs(config, &found.id) {
            staged.prove(&proof)?;
        }
        Ok((staged, prober(config)))
    };
    let (staged, prober) = opened().map_err(|error: LoadError| error.to_string())?;
    prober?
        .probe(&staged)
        .and_then(|()| loader.load(staged))
        .map_err(|error| error.to_string())
}

/// What the config asks a plugin's file to show.
fn proofs(config: &Config, id: &str) -> Vec<Proof> {
    let Some(entry) = config.plugins.entries.get(id) else {
        return Vec::new();
    };
    // The config has checked that it is one.
    let pinned = entry.sha256.as_ref().and_then(|digest| digest.parse().ok());
    let signed = match &entry.trust {
        Trust::Signed { public_key } => Some(Proof::Signature(public_key.clone())),
        Trust::Permissions | Trust::Pinned => None,
    };
    pinned
        .map(Proof::Digest)
        .into_iter()
        .chain(signed)
        .collect()
}

/// Tries plugins in a child of this program.
pub(super) fn prober(config: &Config) -> Result<Prober, String> {
    let state = config.state_dir.as_deref().unwrap_or(Path::new("."));
    Prober::of_this_program(state)
        .map_err(|error| format!("this program can't be run to try a plugin: {error}"))
}

/// A loader that keeps its private copies in the state folder.
pub(super) fn loader(config: &Config) -> Result<Loader, Failure> {
    let Some(state) = &config.state_dir else {
        return Err(Failure::Usage(
            "there is no folder for the gateway's state; set HOME or XDG_STATE_HOME".to_owned(),
        ));
    };
    host_shim::config::private_dir(state).map_err(|error| {
        Failure::Failed(format!(
            "cannot use the state folder {}: {error}",
            state.display()
        ))
    })?;
    Ok(Loader::new(state))
}

/// The plugin beside this executable, if it is there.
pub(super) fn bundled() -> Option<PathBuf> {
    let executable = env::current_exe().ok()?.canonicalize().ok()?;
    let library = executable.parent()?.join(BUNDLED);
    library.exists().then_some(library)
}

/// Whether the plugin beside the executable is the one to use: without a config, and under
/// `--simulate`; unless `--plugins` names a folder.
pub(super) fn uses_bundled(config: &Config, context: &Context) -> bool {
    context.global.plugins.is_none() && (config.source.is_none() || context.global.simulate)
}

/// The files to open: the best candidate of every plugin that is enabled.
pub(super) fn plugin_files(config: &Config, context: &Context) -> Result<Vec<Found>, Failure> {
    if uses_bundled(config, context) {
        return match bundled() {
            Some(file) => Ok(vec![Found {
                id: BEDROCK_ID.to_owned(),
                file,
            }]),
            None => Err(Failure::Failed(format!(
                "there is no {BUNDLED} beside this program; put it there, or name its folder with --plugins DIR"
            ))),
        };
    }
    let found = scan(&config.plugins.load_paths);
    if let (true, Some(error)) = (found.candidates.is_empty(), found.errors.first()) {
        return Err(Failure::Usage(format!(
            "{error}; name the plugin's folder with --plugins DIR"
        )));
    }
    for error in &found.errors {
        tracing::warn!("{error}");
    }
    let mut ids: Vec<&str> = found
        .candidates
        .iter()
        .map(|found| found.id.as_str())
        .collect();
    ids.dedup();
    let enabled = ids
        .iter()
        .filter(|id| config.plugins.verdict(id) == Verdict::Enabled);
    let files: Vec<Found> = enabled
        .filter_map(|id| best(&found.candidates, id, config))
        .collect();
    if files.is_empty() {
        return Err(nothing_to_open(config, &ids));
    }
    Ok(files)
}

fn best(candidates: &[Candidate], id: &str, config: &Config) -> Option<Found> {
    let pinned = config
        .plugins
        .entries
        .get(id)
        .and_then(|entry| entry.version.as_ref());
    let pinned = pinned.and_then(|version| version.parse().ok());
    let best = ranked(candidates, id, pinned.as_ref()).into_iter().next()?;
    Some(Found {
        id: best.id.clone(),
        file: best.path.clone(),
    })
}

fn nothing_to_open(config: &Config, found: &[&str]) -> Failure {
    let folders = config
        .plugins
        .load_paths
        .iter()
        .map(|path| path.display().to_string());
    let folders = folders.collect::<Vec<_>>().join(", ");
    if let Some(id) = found.first() {
        if let Verdict::Disabled(reason) = config.plugins.verdict(id) {
            return Failure::Usage(format!("plugin {id} in {folders} is not used: {reason}"));
        }
        return Failure::Usage(format!(
            "no version of plugin {id} in {folders} is the one that the config pins"
        ));
    }
    let hint = bundled().map_or_else(String::new, |library| {
        format!(" (one lies at {})", library.display())
    });
    Failure::Usage(format!(
        "no plugin lies in {folders}; copy {BUNDLED} there{hint}, or name its folder with --plugins DIR"
    ))
}

/// A runtime to wait for providers on; they have their own.
pub(super) fn runtime() -> Result<Runtime, Failure> {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Failed(format!("cannot start: {error}")))
}

pub(super) fn log_level(level: Level) -> Option<LogLevel> {
    match level {
        Level::Off => None,
        Level::Error => Some(LogLevel::Error),
        Level::Warn => Some(LogLevel::Warn),
        Level::Info => Some(LogLevel::Info),
        Level::Debug => Some(LogLevel::Debug),
        Level::Trace => Some(LogLevel::Trace),
    }
}

/// Starts the simulator that `--simulate` asks for, and points the config at it; it ends when it is
/// dropped.
#[cfg(feature = "simulator")]
pub(super) fn simulate(
    context: &Context,
    config: &mut Config,
) -> Result<Option<Simulator>, Failure> {
    if !context.global.simulate {
        return Ok(None);
    }
    let simulator = bedrock_simulator::BedrockSim::new()
        .spawn()
        .map_err(|error| Failure::Failed(format!("the simulator can't start: {error}")))?;
    config.simulate(Connection {
        endpoint: simulator.url(),
        region: bedrock_simulator::DEFAULT_REGION.to_owned(),
        access_key_id: bedrock_simulator::DEFAULT_ACCESS_KEY_ID.to_owned(),
        secret_access_key: bedrock_simulator::DEFAULT_SECRET_ACCESS_KEY.into(),
    });
    Ok(Some(simulator))
}

/// A build without the simulator refuses to simulate.
#[cfg(not(feature = "simulator"))]
pub(super) fn simulate(context: &Context, _: &mut Config) -> Result<Option<Simulator>, Failure> {
    if context.global.simulate {
        return Err(Failure::Usage(
            "this build has no simulator; leave --simulate out".to_owned(),
        ));
    }
    Ok(None)
}
