//! From a location to a config.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::bedrock::BedrockConfig;
use super::document::{Document, MAX_CONFIG_BYTES};
use super::environment::Environment;
use super::findings::{Findings, Noted, Origins};
use super::host::{default_model, gateway_token};
use super::locate::{Location, locate};
use super::node::Node;
use super::plugins::{Defaults, PluginsConfig};
use super::problem::ConfigError;
use super::reader::{Manners, Reader};
use super::{BEDROCK_ID, Config};

impl Config {
    /// Finds, reads and validates the config; without a file, the built-in defaults.
    pub fn load(explicit: Option<&Path>, environment: &Environment) -> Result<Self, ConfigError> {
        match locate(explicit, environment) {
            Location::Named { file, by } => match read_text(&file)? {
                Some(text) => Self::parse(&file, &text, environment),
                None => {
                    let sentence = format!("no such file, though {by} names it");
                    Err(ConfigError::file(
                        file,
                        sentence,
                        "correct the name or create the file",
                    ))
                }
            },
            Location::FirstOf(files) => {
                for file in files {
                    if let Some(text) = read_text(&file)? {
                        return Self::parse(&file, &text, environment);
                    }
                }
                Ok(Self::built_in(environment))
            }
        }
    }

    /// What is in force without a config file: Bedrock, enabled, and nothing else.
    pub fn built_in(environment: &Environment) -> Self {
        let empty = Self::parse(Path::new(""), "{}", environment);
        let mut config = empty.unwrap_or_else(|error| unreachable!("an empty config: {error}"));
        config.source = None;
        config.plugins.load_paths.clear();
        config.plugins.permit(BEDROCK_ID);
        config
    }

    /// Reads and validates a config's text. `file` is for messages and relative paths.
    pub fn parse(file: &Path, text: &str, environment: &Environment) -> Result<Self, ConfigError> {
        let document = Document::new(file, text);
        let root = document.parse()?;
        let findings = Findings::new(&document, environment);
        let mut config = read(&Node::new(&findings, &root, String::new(), Manners::Shared));
        let Noted {
            errors,
            warnings,
            origins,
            ..
        } = findings.finish(&root);
        if !errors.is_empty() {
            return Err(ConfigError {
                problems: errors,
                text: document.without_secrets(&root),
            });
        }
        config.warnings = warnings;
        config.origins.extend(origins);
        Ok(config)
    }
}

fn read(root: &Node<'_>) -> Config {
    let document = root.findings.document;
    let environment = root.findings.environment;
    let mut top = Reader::new(root, Manners::Shared);
    let defaults = Defaults {
        load_path: document.folder().join("plugins"),
        enable_bedrock: mentions_bedrock(&mut top),
    };
    let (plugins, own) = PluginsConfig::read(top.section("plugins", Manners::Shared), defaults);
    let bedrock = BedrockConfig::read(own, top.section("models", Manners::Shared));
    let default_model = default_model(&mut top);
    let gateway_token = gateway_token(&mut top);
    top.finish();
    Config {
        source: Some(document.file.clone()),
        plugins,
        bedrock,
        default_model,
        gateway_token,
        cache_dir: environment.cache_dir(),
        state_dir: environment.state_dir(),
        warnings: Vec::new(),
        origins: Origins::default(),
    }
}

/// Whether the file configures the provider below `models`. A host that does not know the
/// plugin refuses an entry for it, so that has to be enough to switch it on.
fn mentions_bedrock(top: &mut Reader<'_>) -> bool {
    let mut models = top.section("models", Manners::Shared);
    models.has("bedrockDiscovery") || models.section("providers", Manners::Shared).has(BEDROCK_ID)
}

/// A file's text; none when there is no such file.
fn read_text(file: &Path) -> Result<Option<String>, ConfigError> {
    let refuse = |sentence: String, hint| ConfigError::file(file.to_owned(), sentence, hint);
    let mut bytes = Vec::new();
    let read = File::open(file).and_then(|opened| {
        // One byte more than allowed tells too large from just right, on endless devices too.
        opened.take(MAX_CONFIG_BYTES + 1).read_to_end(&mut bytes)
    });
    match read.map_err(|error| (error.kind(), error)) {
        Ok(_) => {}
        Err((io::ErrorKind::NotFound | io::ErrorKind::NotADirectory, _)) => return Ok(None),
        Err((io::ErrorKind::IsADirectory, _)) => {
            return Err(refuse("is a folder".to_owned(), "name the file in it"));
        }
        Err((_, error)) => {
            let sentence = format!("cannot be read: {error}");
            return Err(refuse(sentence, "check its owner and permissions"));
        }
    }
    if bytes.len() as u64 > MAX_CONFIG_BYTES {
        let sentence = format!("larger than {} MiB", MAX_CONFIG_BYTES / (1024 * 1024));
        return Err(refuse(sentence, "is this the config?"));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Some(text)),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let sentence = format!("not UTF-8 text from byte {at} on");
            Err(refuse(sentence, "save it as UTF-8"))
        }
    }
}
