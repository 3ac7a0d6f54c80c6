//! The part of the process environment that the config depends on, as a value.
//!
//! Taken once, so that tests need not touch the process's own environment.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// The name of our folder below the XDG base directories.
const FOLDER: &str = "bedrock-gateway";

/// Variables and home directory.
#[derive(Clone)]
pub struct Environment {
    variables: BTreeMap<String, String>,
    home: Option<PathBuf>,
}

impl Environment {
    /// What this process was started with. Variables that are not UTF-8 are left out.
    pub fn of_process() -> Self {
        let variables = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        Self {
            variables,
            home: std::env::home_dir().filter(|home| !home.as_os_str().is_empty()),
        }
    }

    /// An environment made by hand.
    pub fn new<'v>(
        variables: impl IntoIterator<Item = (&'v str, &'v str)>,
        home: Option<PathBuf>,
    ) -> Self {
        let own = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        Self {
            variables: variables.into_iter().map(own).collect(),
            home,
        }
    }

    /// A variable's value; a blank one counts as unset.
    pub fn variable(&self, name: &str) -> Option<&str> {
        let value = self.variables.get(name)?;
        (!value.trim().is_empty()).then_some(value)
    }

    /// The home directory.
    pub fn home(&self) -> Option<&Path> {
        self.home.as_deref()
    }

    /// A path with a leading `~` replaced by the home directory.
    pub fn expand(&self, path: &Path) -> PathBuf {
        match (path.strip_prefix("~"), &self.home) {
            (Ok(rest), Some(home)) if rest.as_os_str().is_empty() => home.clone(),
            (Ok(rest), Some(home)) => home.join(rest),
            _ => path.to_owned(),
        }
    }

    /// `$XDG_CACHE_HOME/bedrock-gateway`, else `~/.cache/bedrock-gateway`.
    pub fn cache_dir(&self) -> Option<PathBuf> {
        self.base_dir("XDG_CACHE_HOME", ".cache")
    }

    /// `$XDG_STATE_HOME/bedrock-gateway`, else `~/.local/state/bedrock-gateway`.
    pub fn state_dir(&self) -> Option<PathBuf> {
        self.base_dir("XDG_STATE_HOME", ".local/state")
    }

    /// The XDG specification says that a relative path there is to be ignored.
    fn base_dir(&self, variable: &str, below_home: &str) -> Option<PathBuf> {
        let named = self.variable(variable).map(PathBuf::from);
        let base = named.filter(|path| path.is_absolute());
        let base = base.or_else(|| Some(self.home.as_ref()?.join(below_home)))?;
        Some(base.join(FOLDER))
    }
}

impl fmt::Debug for Environment {
    /// Names only: values may be credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Environment")
            .field("variables", &self.variables.keys())
            .field("home", &self.home)
            .finish()
    }
}

/// Makes sure that a folder of ours is there and that nobody else can look into it.
pub fn private_dir(path: &Path) -> io::Result<()> {
    const PRIVATE: u32 = 0o700;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(PRIVATE)
        .create(path)?;
    let mut permissions = std::fs::metadata(path)?.permissions();
    if permissions.mode() & 0o077 != 0 {
        permissions.set_mode(PRIVATE);
        std::fs::set_permissions(path, permissions)?;
    }
    Ok(())
}
