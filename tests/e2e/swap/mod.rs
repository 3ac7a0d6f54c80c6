//! Plugins that come and go while they serve: a plugins folder of the test's own, and what is made of
//! what is put there. The library's doors here; those of `serve` in [`running`].

mod arriving;
mod back;
mod configs;
mod lives;
mod property;
mod refused;
mod running;
mod running_configs;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use host_shim::config::{Config, Environment};
use host_shim::interface::{ErrorKind, ProviderError, StreamEvent};
use host_shim::loader::{Loader, Prober};
use host_shim::swap::{Listed, Manager, Opener, Options, Plugins, Reread, Settings};
use host_shim::{ChatStream, Registry, State};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::artifacts::{library, program};
use crate::harness::SOON;
use crate::workbench::{collect, request, texts};

/// The two versions of the echo.
pub(crate) const V1: &str = "test-plugin-echo";
pub(crate) const V2: &str = "test-plugin-echo-v2";

/// Where a plugin lies that is to be the best.
pub(crate) const BEST: &str = "plugins/echo/9.0.0/libecho.so";

/// A gateway's plugins folder, and the plugins in it, looked after.
pub(crate) struct Folder {
    root: TempDir,
    registry: Arc<Registry>,
    plugins: Plugins,
    config: Arc<Mutex<Value>>,
}

impl Folder {
    /// A folder with the first version of the echo in it, which serves.
    pub(crate) fn serving() -> Self {
        Self::serving_with(json!({}))
    }

    /// The same, with that config for the echo.
    pub(crate) fn serving_with(echo: Value) -> Self {
        let folder = Self::start(echo, Options::default(), |root| {
            put(&root.join("plugins/libecho.so"), V1);
        });
        assert_eq!(folder.active().version.as_deref(), Some("1.0.0"));
        folder
    }

    /// A folder that is filled before anybody looks at it.
    pub(crate) fn start(echo: Value, options: Options, fill: impl FnOnce(&Path)) -> Self {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("plugins")).unwrap();
        fill(root.path());
        let config = json!({"plugins": {"entries": {"echo": {"enabled": true, "config": echo}}}});
        let config = Arc::new(Mutex::new(config));
        let mut reread = reading(root.path(), &config);
        let settings = reread().unwrap();
        let state = root.path().join("state");
        let prober = Prober::new(program("bedrock-gateway"), &state);
        let opener = Opener::new(Loader::new(&state), Some(prober));
        let registry = Arc::new(Registry::new());
        let manager = Manager::new(settings, options, opener, Arc::clone(&registry));
        let plugins = Plugins::supervise(manager, Some(reread));
        Self {
            root,
            registry,
            plugins,
            config,
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// Puts a package's library there, whole at once.
    pub(crate) fn put(&self, name: &str, package: &str) -> PathBuf {
        let path = self.path(name);
        put(&path, package);
        path
    }

    /// Writes a file.
    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    /// What is listed once that holds of it.
    pub(crate) fn when(&self, holds: impl Fn(&[Listed]) -> bool) -> Vec<Listed> {
        let started = Instant::now();
        loop {
            let listed = self.plugins.listed();
            if holds(&listed) {
                return listed;
            }
            assert!(
                started.elapsed() < SOON,
                "it does not come to that: {listed:#?}"
            );
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    }

    /// Waits until that version serves.
    pub(crate) fn when_active(&self, version: &str) -> Listed {
        let is_it = |listed: &&Listed| {
            listed.state == State::Active && listed.version.as_deref() == Some(version)
        };
        let listed = self.when(|all| all.iter().any(|listed| is_it(&listed)));
        listed.iter().find(is_it).unwrap().clone()
    }

    /// The reason why that file is refused, with `FILE` for its path, once it is.
    pub(crate) fn when_rejected(&self, name: &str) -> String {
        let path = self.path(name);
        let is_it = |listed: &&Listed| listed.state == State::Rejected && listed.path == path;
        let listed = self.when(|all| all.iter().any(|listed| is_it(&listed)));
        let reason = listed.iter().find(is_it).unwrap().reason.clone().unwrap();
        sentence(&reason, &path)
    }

    /// The generation that serves.
    pub(crate) fn active(&self) -> Listed {
        let listed = self.plugins.listed();
        let active = listed.iter().find(|listed| listed.state == State::Active);
        active
            .unwrap_or_else(|| panic!("nothing serves: {listed:#?}"))
            .clone()
    }

    /// Asks the echo; `pace` is how it answers, as JSON.
    pub(crate) fn ask(&self, pace: &str) -> Result<ChatStream, ProviderError> {
        self.registry.stream("echo/echo-1", request("hi", pace))
    }

    /// Which version answers.
    pub(crate) async fn answers(&self) -> String {
        let (events, end) = collect(self.ask("").unwrap()).await;
        end.unwrap();
        version_of(&events)
    }

    /// Settings with that config for the echo, which nothing here follows.
    pub(crate) fn settings(&self, echo: Value) -> Settings {
        let config = json!({"plugins": {"entries": {"echo": {"enabled": true, "config": echo}}}});
        reading(self.root.path(), &Arc::new(Mutex::new(config)))().unwrap()
    }

    /// Changes the echo's part of the config.
    pub(crate) fn configure(&self, echo: Value) {
        self.config.lock().unwrap()["plugins"]["entries"]["echo"]["config"] = echo;
        self.plugins.refresh();
    }
}

/// Which version of the echo sent those, all of them.
pub(crate) fn version_of(events: &[StreamEvent]) -> String {
    let texts = texts(events);
    let version = texts[0].split(' ').next().unwrap();
    for (number, text) in texts.iter().enumerate() {
        assert_eq!(
            *text,
            format!("{version} {number} hi"),
            "in order, from one"
        );
    }
    version.to_owned()
}

/// A sentence as a person may read it, without the path that it names.
pub(crate) fn sentence(reason: &str, path: &Path) -> String {
    assert!(reason.chars().count() < 400, "too long: {reason}");
    assert!(!reason.contains('\n'), "not one line: {reason}");
    reason.replace(&path.display().to_string(), "FILE")
}

/// Puts a package's library there, whole at once.
pub(crate) fn put(path: &Path, package: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let fresh = path.with_extension("so.part");
    fs::copy(library(package), &fresh).unwrap();
    fs::rename(fresh, path).unwrap();
}

fn reading(root: &Path, config: &Arc<Mutex<Value>>) -> Reread {
    let (file, config) = (root.join("config.json5"), Arc::clone(config));
    let environment = Environment::new([], Some(root.to_owned()));
    Box::new(move || {
        let text = config.lock().unwrap().to_string();
        let config =
            Config::parse(&file, &text, &environment).map_err(|error| error.to_string())?;
        Ok(Settings {
            config,
            bundled: None,
            log_level: None,
        })
    })
}

/// Whether an error is nobody's but the plugin's.
pub(crate) fn panicked(error: &ProviderError) -> bool {
    error.kind == ErrorKind::PluginPanicked
}
