//! Plugins while the gateway runs: a library that is dropped into a plugins folder comes to serve, the
//! one before ends when its answers have, and nothing is lost in between.
//!
//! A file that has come to rest is staged, proven and tried in a process of its own; then it is opened
//! here, makes a generation with the config in force, and that has to be healthy. Whatever fails on
//! this way is told in one sentence, and what served goes on serving. The swap itself is one store
//! of a pointer.
//!
//! ```no_run
//! use std::sync::Arc;
//! use std::path::Path;
//!
//! use host_shim::config::{Config, Environment};
//! use host_shim::loader::{Loader, Prober};
//! use host_shim::swap::{Manager, Opener, Options, Plugins, Settings};
//! use host_shim::Registry;
//!
//! # fn embed() -> Result<(), Box<dyn std::error::Error>> {
//! let state = Path::new("/var/lib/my-gateway");
//! let config = Config::load(None, &Environment::of_process())?;
//! let settings = Settings { config, bundled: None, log_level: None };
//! // `main` begins with `host_shim::loader::run_if_child()`.
//! let opener = Opener::new(Loader::new(state), Some(Prober::of_this_program(state)?));
//! let registry = Arc::new(Registry::new());
//! let manager = Manager::new(settings, Options::default(), opener, Arc::clone(&registry));
//! let plugins = Plugins::supervise(manager, None);
//! println!("{:?}", plugins.listed());
//! # Ok(())
//! # }
//! ```
//!
//! | module | what it does |
//! |---|---|
//! | `settings` | what decides which plugins run |
//! | `files`, `stamp` | which files there are, and what is known of them |
//! | `opener`, `start`, `apart` | from a file to a generation, with a limit on everything that the plugin does |
//! | `manager` | which file is to serve; the swap; the way back |
//! | `generations`, `drain` | how a generation ends |
//! | `watch`, `config_file`, `supervisor` | the thread that does all this when something changes |
//! | `plugins`, `listed` | what others see of it |

mod apart;
mod config_file;
mod drain;
mod files;
mod generations;
mod listed;
mod manager;
mod opener;
mod plugins;
mod settings;
mod stamp;
mod start;
mod supervisor;
mod watch;

pub use config_file::Reread;
pub use listed::Listed;
pub use manager::{Manager, Options, Refused, Swaps};
pub use opener::{NotOpened, Opener};
pub use plugins::Plugins;
pub use settings::Settings;
