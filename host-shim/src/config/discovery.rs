//! How models are discovered. Two places say it: `models.bedrockDiscovery`, as the Clawdbot of
//! January 2026 has it, and `discovery` in the plugin's own config, as later hosts want it.

use serde::Serialize;

use super::models::MAX_TOKENS;
use super::node::{Node, flag, list, text, whole};
use super::reader::{Reader, quoted};
use jsonc_parser::ast::Value;

/// How models are discovered.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DiscoveryConfig {
    /// Unset: on when there are credentials.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// None: as the environment says.
    pub regions: Vec<String>,
    /// Lower-case provider names; none: all.
    pub provider_filter: Vec<String>,
    /// Seconds; 0: no cache.
    pub refresh_interval: u64,
    /// Whether models are listed that AWS is about to retire.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub include_legacy: bool,
    /// Geographies of inference profiles, the preferred ones first; none: the closest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub profile_order: Vec<String>,
    /// For models whose context window nobody knows.
    pub default_context_window: u64,
    /// For models whose output limit nobody knows.
    pub default_max_tokens: u64,
}

const DEFAULT_REFRESH_INTERVAL: u64 = 3600;
const DEFAULT_CONTEXT_WINDOW: u64 = 32_000;
const DEFAULT_MAX_TOKENS: u64 = 4096;

/// Ten years: who wants longer means "never", and sums of times must not overflow.
const MAX_REFRESH_INTERVAL: u64 = 10 * 365 * 24 * 3600;

impl DiscoveryConfig {
    /// Reads both places; the plugin's own wins key by key.
    pub(super) fn read(own: Reader<'_>, shared: Reader<'_>) -> Self {
        let mut both = Layered { own, shared };
        let tokens = || whole(1..=MAX_TOKENS);
        let discovery = Self {
            enabled: both.read("enabled", flag),
            regions: both.read("region", regions).unwrap_or_default(),
            provider_filter: both.read("providerFilter", providers).unwrap_or_default(),
            refresh_interval: both
                .read("refreshInterval", whole(0..=MAX_REFRESH_INTERVAL))
                .unwrap_or(DEFAULT_REFRESH_INTERVAL),
            // Keys of ours alone: a host that reads `bedrockDiscovery` itself would refuse them there.
            include_legacy: both.own.read("includeLegacy", flag).unwrap_or_default(),
            profile_order: both
                .own
                .read("profileOrder", geographies)
                .unwrap_or_default(),
            default_context_window: both
                .read("defaultContextWindow", tokens())
                .unwrap_or(DEFAULT_CONTEXT_WINDOW),
            default_max_tokens: both
                .read("defaultMaxTokens", tokens())
                .unwrap_or(DEFAULT_MAX_TOKENS),
        };
        both.own.finish();
        both.shared.finish();
        discovery
    }
}

/// The same keys in two places.
struct Layered<'r> {
    own: Reader<'r>,
    shared: Reader<'r>,
}

impl<'r> Layered<'r> {
    fn read<T>(&mut self, key: &'static str, kind: impl Fn(&Node<'r>) -> Option<T>) -> Option<T> {
        let shared = self.shared.read(key, &kind);
        self.own.read(key, &kind).or(shared)
    }
}

/// One region or a list of them; blank ones are skipped.
pub(super) fn regions(node: &Node<'_>) -> Option<Vec<String>> {
    match node.value {
        Value::StringLit(_) => Some(region(node).into_iter().collect()),
        Value::Array(_) => {
            let mut regions = list(region)(node)?;
            let mut seen = std::collections::HashSet::new();
            regions.retain(|region| seen.insert(region.clone()));
            Some(regions)
        }
        _ => node.expected("a string or a list of strings"),
    }
}

fn region(node: &Node<'_>) -> Option<String> {
    let region = text(node)?.trim().to_ascii_lowercase();
    if region.is_empty() {
        return None;
    }
    // It becomes part of a host name.
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let edges = |c: char| c.is_ascii_alphanumeric();
    if region.bytes().all(plain) && region.starts_with(edges) && region.ends_with(edges) {
        return Some(region);
    }
    let sentence = format!("{} is not a region's name", quoted(&region));
    node.refuse(sentence, "write it like \"us-east-1\"")
}

/// Beginnings of profile ids, with or without their dot.
fn geographies(node: &Node<'_>) -> Option<Vec<String>> {
    let mut names = list(text)(node)?;
    for name in &mut names {
        *name = name.trim().trim_end_matches('.').to_lowercase();
    }
    names.retain(|name| !name.is_empty());
    Some(names)
}

fn providers(node: &Node<'_>) -> Option<Vec<String>> {
    let mut names = list(text)(node)?;
    for name in &mut names {
        *name = name.trim().to_lowercase();
    }
    names.retain(|name| !name.is_empty());
    Some(names)
}
