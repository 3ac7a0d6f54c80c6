//! The Bedrock provider's config: its entry below `models.providers` and its plugin's own.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Serialize;
use serde_json::value::RawValue;

use super::BEDROCK_ID;
use super::create::Connection;
use super::discovery::{DiscoveryConfig, regions};
use super::models::{Limits, ModelConfig, models};
use super::node::{Node, list, name, one_of, path, text, whole};
use super::reader::{Manners, Reader, quoted};
use super::rules::rules;
use super::token::{Token, token};

/// The port of `serve` when nobody names one.
pub const DEFAULT_PORT: u16 = 18790;

/// The only wire protocol that this provider speaks.
const API: &str = "bedrock-converse-stream";

/// What the Bedrock provider is created with, and how its requests are served.
#[derive(Debug, Clone)]
pub struct BedrockConfig {
    /// How models are found.
    pub discovery: DiscoveryConfig,
    /// Endpoint of the runtime.
    pub base_url: Option<String>,
    /// Models that the user describes; they come first and win over discovered ones.
    pub models: Vec<ModelConfig>,
    /// What the user knows better of models than the provider, as JSON objects.
    pub model_rules: Vec<Box<RawValue>>,
    /// Where cache points are put that nobody set: `none`, `short` or `long`.
    pub prompt_caching: Option<&'static str>,
    /// Names and values for the service's invocation log.
    pub request_metadata: BTreeMap<String, String>,
    /// Models to ask in turn as long as nothing has come.
    pub fallbacks: Vec<String>,
    /// The HTTP gateway.
    pub serve: ServeConfig,
    /// How long requests may take.
    pub timeouts: TimeoutsConfig,
    /// Further certificate authorities, a PEM file.
    pub ca_bundle: Option<PathBuf>,
    /// A fixed connection that beats file and environment: the simulator's.
    pub connection: Option<Connection>,
}

/// How long requests may take, in seconds; unset, the provider's defaults hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TimeoutsConfig {
    /// Until there is a connection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connect: Option<u64>,
    /// Until the first event of an answer, retries included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_event: Option<u64>,
    /// From one event of an answer to the next; a long thinking pause counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idle: Option<u64>,
    /// For a whole answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
}

/// A day: who wants longer means "never".
const MAX_TIMEOUT: u64 = 24 * 3600;

impl TimeoutsConfig {
    pub(super) fn is_unset(&self) -> bool {
        *self == Self::default()
    }

    fn read(mut reader: Reader<'_>) -> Self {
        let seconds = || whole(1..=MAX_TIMEOUT);
        let timeouts = Self {
            connect: reader.read("connect", seconds()),
            first_event: reader.read("firstEvent", seconds()),
            idle: reader.read("idle", seconds()),
            total: reader.read("total", seconds()),
        };
        reader.finish();
        timeouts
    }
}

/// The HTTP gateway.
#[derive(Debug, Clone)]
pub struct ServeConfig {
    /// Its port; 0 lets the system choose.
    pub port: u16,
    /// The token that callers show; if unset, the host's counts.
    pub token: Token,
    /// For how many seconds the answers of a replaced generation, or of a gateway that was told to
    /// end, may go on.
    pub drain: u64,
}

/// Ten minutes: longer than all but the longest answers take.
const DEFAULT_DRAIN: u64 = 600;

impl BedrockConfig {
    /// Reads what is left in the plugin's own config, and all about Bedrock below `models`.
    pub(super) fn read(mut config: Reader<'_>, mut models: Reader<'_>) -> Self {
        let own = config.section("discovery", Manners::Ours);
        let shared = models.section("bedrockDiscovery", Manners::Ours);
        let mut providers = models.section("providers", Manners::Shared);
        let provider = providers.section(BEDROCK_ID, Manners::Ours);

        let mut discovery = DiscoveryConfig::read(own, shared);
        let provider = Provider::read(provider);
        if discovery.regions.is_empty() {
            discovery.regions = provider.regions;
        }
        let serve = ServeConfig::read(config.section("serve", Manners::Ours));
        let timeouts = TimeoutsConfig::read(config.section("timeouts", Manners::Ours));
        let model_rules = config.read("models", rules).unwrap_or_default();
        let prompt_caching = config.read("promptCaching", one_of(&["none", "short", "long"]));
        let request_metadata = config.read("requestMetadata", metadata).unwrap_or_default();
        let fallbacks = config.read("fallbacks", list(name)).unwrap_or_default();
        let ca_bundle = config.read("caBundle", path);
        let ca_bundle = ca_bundle.or_else(|| {
            config
                .variable("caBundle", "AWS_CA_BUNDLE")
                .map(PathBuf::from)
        });
        config.finish();
        providers.finish();
        models.finish();

        Self {
            discovery,
            base_url: provider.base_url,
            models: provider.models,
            model_rules,
            prompt_caching,
            request_metadata,
            fallbacks,
            serve,
            timeouts,
            ca_bundle,
            connection: None,
        }
    }
}

impl ServeConfig {
    fn read(mut reader: Reader<'_>) -> Self {
        let serve = Self {
            port: reader
                .read("port", whole(0..=u64::from(u16::MAX)))
                .unwrap_or(DEFAULT_PORT),
            token: reader.read("token", token).unwrap_or_default(),
            drain: reader
                .read("drain", whole(0..=MAX_TIMEOUT))
                .unwrap_or(DEFAULT_DRAIN),
        };
        reader.finish();
        serve
    }
}

/// `models.providers["amazon-bedrock"]`: the host's schema, of which we use a part.
struct Provider {
    base_url: Option<String>,
    regions: Vec<String>,
    models: Vec<ModelConfig>,
}

/// The host's keys for a provider that mean nothing here. Credentials come from the AWS SDK's
/// chain, so `apiKey` is not among what we use: hosts write placeholders into it.
const UNUSED: [&str; 11] = [
    "agentRuntime",
    "apiKey",
    "auth",
    "authHeader",
    "contextTokens",
    "headers",
    "injectNumCtxForOpenAICompat",
    "localService",
    "params",
    "request",
    "timeoutSeconds",
];

impl Provider {
    fn read(mut reader: Reader<'_>) -> Self {
        let api = reader.read("api", name);
        let mut base_url = reader.read("baseUrl", base_url).flatten();
        if let (Some(other), Some(_)) = (api.filter(|api| api != API), &base_url) {
            // There the host talks to a proxy, perhaps to this very gateway.
            let sentence = format!("not used here: it belongs to api {}", quoted(&other));
            reader.warn("baseUrl", &sentence, "");
            base_url = None;
        }
        let regions = reader.read("region", regions).unwrap_or_default();
        let limits = Limits::read(&mut reader);
        let models = reader.read("models", |node| models(node, limits));
        reader.accept(&UNUSED);
        reader.finish();
        Self {
            base_url,
            regions,
            models: models.unwrap_or_default(),
        }
    }
}

/// An object of texts.
fn metadata(node: &Node<'_>) -> Option<BTreeMap<String, String>> {
    let reader = Reader::new(node, Manners::Ours);
    let members = reader.members().into_iter();
    let metadata = members.filter_map(|(key, value)| Some((key.to_owned(), text(&value)?)));
    reader.is_present().then(|| metadata.collect())
}

/// An HTTP address; the host writes a blank one for "none".
fn base_url(node: &Node<'_>) -> Option<Option<String>> {
    let value = text(node)?;
    let value = value.trim().trim_end_matches('/');
    if value.is_empty() {
        return Some(None);
    }
    let Some(rest) = value
        .strip_prefix("https://")
        .or(value.strip_prefix("http://"))
    else {
        let hint = "it begins with https:// or http://";
        return node.refuse("not an HTTP address".to_owned(), hint);
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        let hint = "leave user name and password out of it";
        return node.refuse("the address carries credentials".to_owned(), hint);
    }
    if authority.is_empty() || value.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return node.refuse("not an HTTP address".to_owned(), "a host name is needed");
    }
    Some(Some(value.to_owned()))
}
