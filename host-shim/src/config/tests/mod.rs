//! The config as a whole: text in, values or exact sentences out.

mod accepted;
mod locating;
mod properties;
mod refused;
mod schema;
mod shown;

use std::path::{Path, PathBuf};

use super::{Config, Environment};

/// The config of the contract, with all that JSON5 allows.
const SAMPLE: &str = include_str!("sample.json5");

fn environment() -> Environment {
    let variables = [
        ("MY_REGION", "eu-west-1"),
        ("MY_TOKEN", "t0ken"),
        ("BLANK", " "),
    ];
    Environment::new(variables, Some(PathBuf::from("/home/ann")))
}

fn parsed(text: &str) -> Config {
    let config = Config::parse(Path::new("/etc/gw/c.json5"), text, &environment());
    config.unwrap_or_else(|error| panic!("refused:\n{error}"))
}

/// The problems of a text, one a line, without the file's name.
fn refused(text: &str) -> String {
    match Config::parse(Path::new("c"), text, &environment()) {
        Ok(_) => "accepted".to_owned(),
        Err(error) => error
            .to_string()
            .replace("\nc:", "\n")
            .trim_start_matches("c:")
            .to_owned(),
    }
}

fn warned(text: &str) -> String {
    let warnings = parsed(text).warnings;
    let lines: Vec<_> = warnings.iter().map(ToString::to_string).collect();
    lines.join("\n").replace("/etc/gw/c.json5:", "")
}

/// A text with this as the plugin's own config.
fn own(config: &str) -> String {
    format!("{{ plugins: {{ entries: {{ 'amazon-bedrock': {{ config: {config} }} }} }} }}")
}

/// A text with this as the provider.
fn provider(provider: &str) -> String {
    format!("{{ models: {{ providers: {{ 'amazon-bedrock': {provider} }} }} }}")
}
