//! Which file is the config.

use std::path::{Path, PathBuf};

use super::environment::Environment;

/// Names the config file when no flag does.
const VARIABLE: &str = "BEDROCK_GATEWAY_CONFIG";

/// Where hosts keep theirs, below the home directory.
const HOST_FILES: [&str; 2] = [".openclaw/openclaw.json", ".clawdbot/clawdbot.json"];

/// Where the config is to be looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// The user named this file, so it has to exist.
    Named {
        /// The file.
        file: PathBuf,
        /// What named it: a flag or a variable.
        by: &'static str,
    },
    /// The first of these that exists, else the built-in defaults.
    FirstOf(Vec<PathBuf>),
}

/// Says where to look, without looking.
pub fn locate(explicit: Option<&Path>, environment: &Environment) -> Location {
    let named = |file: &Path, by| Location::Named {
        file: environment.expand(file),
        by,
    };
    if let Some(file) = explicit {
        return named(file, "the command line");
    }
    if let Some(file) = environment.variable(VARIABLE) {
        return named(Path::new(file.trim()), VARIABLE);
    }
    let in_home = |home: &Path| HOST_FILES.iter().map(|file| home.join(file)).collect();
    Location::FirstOf(environment.home().map(in_home).unwrap_or_default())
}
