//! The host's `plugins` section: where plugins lie and which of them may run.

use std::collections::BTreeMap;
use std::path::PathBuf;

use secrecy::SecretString;

use super::BEDROCK_ID;
use super::create::json_text;
use super::node::{Node, flag, list, name, path};
use super::reader::{Manners, Reader};
use super::trust::{Guard, Trust};

/// Which plugins are looked for, and which may run.
#[derive(Debug, Clone)]
pub struct PluginsConfig {
    /// Whether any may.
    pub enabled: bool,
    /// If not empty, only these may.
    pub allow: Vec<String>,
    /// These may not.
    pub deny: Vec<String>,
    /// Folders and files to look in: as configured, else `plugins/` beside the config.
    pub load_paths: Vec<PathBuf>,
    /// By plugin id; `amazon-bedrock` is always there.
    pub entries: BTreeMap<String, EntryConfig>,
}

/// What holds where the section is silent.
pub(super) struct Defaults {
    pub(super) load_path: PathBuf,
    pub(super) enable_bedrock: bool,
}

/// What the config says about one plugin.
#[derive(Debug, Clone, Default)]
pub struct EntryConfig {
    /// Whether the user wants it to run.
    pub enabled: bool,
    /// What proof is asked of the file.
    pub trust: Trust,
    /// The only version to take.
    pub version: Option<String>,
    /// The only digest to take, in lower-case hexadecimal digits.
    pub sha256: Option<String>,
    /// Its own config as JSON text. Not for Bedrock: see [`super::Config::create_config`].
    pub(super) config: Option<SecretString>,
}

/// Whether a plugin may run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It may.
    Enabled,
    /// It may not, because of this; the sentence says what to change.
    Disabled(String),
}

impl PluginsConfig {
    /// Whether a plugin may run.
    pub fn verdict(&self, id: &str) -> Verdict {
        let lists = |ids: &[String]| ids.iter().any(|listed| listed == id);
        let reason = if !self.enabled {
            "plugins.enabled is false; set it to true".to_owned()
        } else if lists(&self.deny) {
            format!("plugins.deny lists \"{id}\"; take it out there")
        } else if !self.allow.is_empty() && !lists(&self.allow) {
            format!("plugins.allow does not list \"{id}\"; add it there")
        } else if !self.entries.get(id).is_some_and(|entry| entry.enabled) {
            format!(
                "not enabled; add to the config: plugins: {{ entries: {{ \"{id}\": {{ enabled: true }} }} }}"
            )
        } else {
            return Verdict::Enabled;
        };
        Verdict::Disabled(reason)
    }

    /// Lets a plugin run, whatever the file says.
    pub fn permit(&mut self, id: &str) {
        self.enabled = true;
        self.deny.retain(|denied| denied != id);
        if !self.allow.is_empty() && !self.allow.iter().any(|allowed| allowed == id) {
            self.allow.push(id.to_owned());
        }
        self.entries.entry(id.to_owned()).or_default().enabled = true;
    }

    /// Reads the section. Also returns the reader of Bedrock's own config, for the rest of it.
    pub(super) fn read<'r>(mut plugins: Reader<'r>, defaults: Defaults) -> (Self, Reader<'r>) {
        let enabled = plugins.read("enabled", flag).unwrap_or(true);
        let allow = plugins.read("allow", list(name)).unwrap_or_default();
        let deny = plugins.read("deny", list(name)).unwrap_or_default();

        let mut load = plugins.section("load", Manners::Shared);
        let load_paths = load
            .read("paths", list(path))
            .unwrap_or_else(|| vec![defaults.load_path]);
        load.finish();

        let mut all = plugins.section("entries", Manners::Shared);
        let others = all
            .members()
            .into_iter()
            .filter(|(id, _)| *id != BEDROCK_ID);
        let mut entries: BTreeMap<_, _> = others
            .map(|(id, node)| (id.to_owned(), foreign_entry(&node)))
            .collect();
        let (ours, config) = bedrock_entry(
            all.section(BEDROCK_ID, Manners::Shared),
            defaults.enable_bedrock,
        );
        entries.insert(BEDROCK_ID.to_owned(), ours);
        all.finish();
        plugins.finish();

        let plugins = Self {
            enabled,
            allow,
            deny,
            load_paths,
            entries,
        };
        (plugins, config)
    }
}

fn bedrock_entry(mut entry: Reader<'_>, enable: bool) -> (EntryConfig, Reader<'_>) {
    let enabled = entry.read("enabled", flag);
    let mut config = entry.section("config", Manners::Ours);
    entry.finish();
    let Guard {
        trust,
        version,
        sha256,
    } = Guard::read(&mut config);
    let entry = EntryConfig {
        // Whoever configures it wants it.
        enabled: enabled.unwrap_or(enable || config.is_present()),
        trust,
        version,
        sha256,
        config: None,
    };
    (entry, config)
}

/// Most of these are the host's own plugins, whose config may use our words for other things.
fn foreign_entry(node: &Node<'_>) -> EntryConfig {
    let mut entry = Reader::new(node, Manners::Shared);
    let enabled = entry.read("enabled", flag).unwrap_or(false);
    let warnings = entry.warnings();
    let mut config = entry.section("config", Manners::Theirs);
    let Guard {
        trust,
        version,
        sha256,
    } = Guard::read(&mut config);
    let text = entry.read("config", |config| Some(json_text(config)));
    EntryConfig {
        // A policy that cannot be read must not turn into none at all.
        enabled: enabled && entry.warnings() == warnings,
        trust,
        version,
        sha256,
        config: text.map(SecretString::from),
    }
}
