//! The JSON text that a plugin's `create` is given.

use std::collections::BTreeMap;
use std::path::Path;

use jsonc_parser::ast::Value;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::value::RawValue;

use super::bedrock::TimeoutsConfig;
use super::discovery::DiscoveryConfig;
use super::models::ModelConfig;
use super::node::{Node, parse_number};
use super::substitute::substitute;
use super::{BEDROCK_ID, Config};

/// Where and as whom to connect, whatever file and environment say: a simulator's address with
/// its dummy credentials.
#[derive(Debug, Clone)]
pub struct Connection {
    /// Control plane and runtime alike.
    pub endpoint: String,
    /// The region to sign for.
    pub region: String,
    /// The key's name.
    pub access_key_id: String,
    /// The key.
    pub secret_access_key: SecretString,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CreateConfig<'c> {
    discovery: &'c DiscoveryConfig,
    #[serde(skip_serializing_if = "Option::is_none")]
    base_url: Option<&'c str>,
    models: &'c [ModelConfig],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    model_rules: &'c [Box<RawValue>],
    #[serde(skip_serializing_if = "Option::is_none")]
    prompt_caching: Option<&'c str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    request_metadata: &'c BTreeMap<String, String>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    fallbacks: &'c [String],
    #[serde(skip_serializing_if = "TimeoutsConfig::is_unset")]
    timeouts: TimeoutsConfig,
    #[serde(skip_serializing_if = "Option::is_none")]
    ca_bundle: Option<&'c Path>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cache_dir: Option<&'c Path>,
    #[serde(skip_serializing_if = "Option::is_none")]
    connection: Option<CreateConnection<'c>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CreateConnection<'c> {
    endpoint: &'c str,
    region: &'c str,
    access_key_id: &'c str,
    secret_access_key: &'c str,
}

impl Config {
    /// The JSON text for a plugin's `create`. Members that were not set are left out.
    pub fn create_config(&self, id: &str) -> String {
        if id == BEDROCK_ID {
            return self.bedrock_create_config();
        }
        let own = self
            .plugins
            .entries
            .get(id)
            .and_then(|entry| entry.config.as_ref());
        own.map_or_else(|| "{}".to_owned(), |text| text.expose_secret().to_owned())
    }

    fn bedrock_create_config(&self) -> String {
        let bedrock = &self.bedrock;
        let connection = bedrock
            .connection
            .as_ref()
            .map(|connection| CreateConnection {
                endpoint: &connection.endpoint,
                region: &connection.region,
                access_key_id: &connection.access_key_id,
                secret_access_key: connection.secret_access_key.expose_secret(),
            });
        let config = CreateConfig {
            discovery: &bedrock.discovery,
            base_url: bedrock.base_url.as_deref(),
            models: &bedrock.models,
            model_rules: &bedrock.model_rules,
            prompt_caching: bedrock.prompt_caching,
            request_metadata: &bedrock.request_metadata,
            fallbacks: &bedrock.fallbacks,
            timeouts: bedrock.timeouts,
            ca_bundle: bedrock.ca_bundle.as_deref(),
            cache_dir: self.cache_dir.as_deref(),
            connection,
        };
        // Fails for a path that is not UTF-8, which no config file can hold.
        serde_json::to_string(&config).unwrap_or_default()
    }
}

/// Any value of the file as JSON text, with the host's variables filled in where they are set.
pub(super) fn json_text(node: &Node<'_>) -> String {
    let fill = |text: &str| match substitute(text, node.findings.environment) {
        Ok((filled, _)) => filled,
        Err(_) => text.to_owned(),
    };
    json(node.value, &fill).to_string()
}

fn json(value: &Value<'_>, fill: &impl Fn(&str) -> String) -> serde_json::Value {
    match value {
        Value::StringLit(literal) => fill(&literal.value).into(),
        Value::NumberLit(literal) => number(literal.value),
        Value::BooleanLit(literal) => literal.value.into(),
        Value::NullKeyword(_) => serde_json::Value::Null,
        Value::Array(array) => array
            .elements
            .iter()
            .map(|value| json(value, fill))
            .collect(),
        Value::Object(object) => {
            let properties = object.properties.iter();
            let members: BTreeMap<_, _> = properties
                .map(|property| {
                    (
                        property.name.as_str().to_owned(),
                        json(&property.value, fill),
                    )
                })
                .collect();
            members.into_iter().collect()
        }
    }
}

/// JSON has no infinities: they become null, as in JavaScript.
fn number(literal: &str) -> serde_json::Value {
    let exactly = literal.parse::<i64>().map(Into::into).ok();
    let exactly = exactly.or_else(|| literal.parse::<u64>().map(Into::into).ok());
    exactly
        .or_else(|| parse_number(literal).map(Into::into))
        .unwrap_or_default()
}
