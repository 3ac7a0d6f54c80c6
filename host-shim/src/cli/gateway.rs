//! What a command needs to talk to a model: the plugins of the config opened, their providers
//! registered, and with `--simulate` the simulator.

use std::env;
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[cfg(feature = "simulator")]
use host_shim::config::Connection;
use host_shim::config::{Config, Verdict};
use host_shim::interface::LogLevel;
use host_shim::loader::{Prober, ranked};
use host_shim::swap::{Manager, Opener, Options, Settings};
use host_shim::{Loader, Registry};
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
pub(super) type Simulator = bedrock_simulator::Simulator;
/// There is none in this build.
#[cfg(not(feature = "simulator"))]
pub(super) type Simulator = std::convert::Infallible;

/// A gateway for one command.
pub(super) struct Gateway {
    pub(super) config: Config,
    pub(super) registry: Arc<Registry>,
    _simulator: Option<Simulator>,
}

impl Gateway {
    /// Opens everything that the config enables, of which something must serve. What doesn't is told
    /// as a warning.
    pub(super) fn open(context: &Context) -> Result<Self, Failure> {
        let (settings, simulator) = settings(context)?;
        check_places(&settings)?;
        let registry = Arc::new(Registry::new());
        let mut options = Options::default();
        // The command's own request shows it, and says more.
        options.check_health = false;
        let opener = opener(&settings.config)?;
        let mut manager = Manager::new(settings.clone(), options, opener, Arc::clone(&registry));
        manager.refresh();
        let refusals = manager.refusals();
        if registry.providers().is_empty() {
            let reason = refusals.into_iter().next();
            return Err(Failure::Failed(reason.unwrap_or_else(|| {
                "no plugin is enabled; see `bedrock-gateway plugins list`".to_owned()
            })));
        }
        for refusal in &refusals {
            report::warning(refusal);
        }
        Ok(Self {
            registry,
            config: settings.config,
            _simulator: simulator,
        })
    }
}

/// What decides which plugins run, flags applied; and with `--simulate` the simulator, as long as it
/// is held.
pub(super) fn settings(context: &Context) -> Result<(Settings, Option<Simulator>), Failure> {
    let mut config = context.config()?;
    let simulator = simulate(context, &mut config)?;
    Ok((of_config(config, context)?, simulator))
}

/// What decides which plugins run, with that config.
pub(super) fn of_config(config: Config, context: &Context) -> Result<Settings, Failure> {
    let bundled = match (uses_bundled(&config, context), bundled()) {
        (false, _) => None,
        (true, Some(file)) => Some(file),
        (true, None) => {
            return Err(Failure::Failed(format!(
                "there is no {BUNDLED} beside this program; put it there, or name its folder with --plugins DIR"
            )));
        }
    };
    Ok(Settings {
        config,
        bundled,
        log_level: log_level(context.global.log_level),
    })
}

/// Opens plugins by the config's rules.
pub(super) fn opener(config: &Config) -> Result<Opener, Failure> {
    let prober = prober(config).map_err(Failure::Failed)?;
    Ok(Opener::new(loader(config)?, Some(prober)))
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

/// Refuses places where nothing lies that may run.
pub(super) fn check_places(settings: &Settings) -> Result<(), Failure> {
    let found = settings.candidates();
    if let (true, Some(error)) = (found.candidates.is_empty(), found.errors.first()) {
        return Err(Failure::Usage(format!(
            "{error}; name the plugin's folder with --plugins DIR"
        )));
    }
    let config = &settings.config;
    let is_possible = |id: &str| {
        let pinned = settings.pinned_version(id);
        config.plugins.verdict(id) == Verdict::Enabled
            && !ranked(&found.candidates, id, pinned.as_ref()).is_empty()
    };
    if found.candidates.iter().any(|found| is_possible(&found.id)) {
        return Ok(());
    }
    let ids: Vec<&str> = found
        .candidates
        .iter()
        .map(|found| found.id.as_str())
        .collect();
    Err(nothing_to_open(config, &ids))
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
