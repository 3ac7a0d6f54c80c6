//! The effective config, value by value, with where each came from.

use serde::Serialize;

use super::findings::Origin;
use super::token::Token;
use super::trust::Trust;
use super::{BEDROCK_ID, Config};

/// One effective value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Its JSON path.
    pub path: String,
    /// The value as JSON; secrets as `"***"`.
    pub value: String,
    /// Where it came from.
    pub origin: Origin,
}

/// What stands for a secret.
const MASK: &str = "***";

impl Config {
    /// Every effective value. Of those that can stand in two places, the path is the one that
    /// counted.
    pub fn settings(&self) -> Vec<Setting> {
        let mut table = Table {
            config: self,
            settings: Vec::new(),
        };
        self.show_plugins(&mut table);
        self.show_bedrock(&mut table);
        table.row(
            &["agents.defaults.model.primary", "agents.defaults.model"],
            &self.default_model,
        );
        table.row(&["gateway.auth.token"], masked(&self.gateway_token));
        table.settings
    }

    fn show_plugins(&self, table: &mut Table<'_>) {
        let plugins = &self.plugins;
        table.row(&["plugins.enabled"], plugins.enabled);
        table.row(&["plugins.allow"], &plugins.allow);
        table.row(&["plugins.deny"], &plugins.deny);
        table.row(&["plugins.load.paths"], &plugins.load_paths);
        for (id, entry) in &plugins.entries {
            let path = super::reader::join("plugins.entries", id);
            let (mode, public_key) = match &entry.trust {
                Trust::Permissions => ("permissions", None),
                Trust::Pinned => ("pinned", None),
                Trust::Signed { public_key } => ("signed", Some(public_key)),
            };
            table.row(&[&format!("{path}.enabled")], entry.enabled);
            table.row(&[&format!("{path}.config.trust")], mode);
            table.set(&format!("{path}.config.publicKey"), public_key);
            table.set(&format!("{path}.config.version"), entry.version.as_ref());
            table.set(&format!("{path}.config.sha256"), entry.sha256.as_ref());
        }
    }

    fn show_bedrock(&self, table: &mut Table<'_>) {
        let config = format!("plugins.entries.{BEDROCK_ID}.config");
        let provider = format!("models.providers.{BEDROCK_ID}");
        let discovery = &self.bedrock.discovery;
        let place = |key: &str| {
            let own = format!("{config}.discovery.{key}");
            [
                own,
                format!("models.bedrockDiscovery.{key}"),
                format!("{provider}.{key}"),
            ]
        };
        table.row(&place("enabled"), discovery.enabled);
        table.row(&place("region"), &discovery.regions);
        table.row(&place("providerFilter"), &discovery.provider_filter);
        table.row(&place("refreshInterval"), discovery.refresh_interval);
        table.row(
            &[format!("{config}.discovery.includeLegacy")],
            discovery.include_legacy,
        );
        table.row(
            &[format!("{config}.discovery.profileOrder")],
            &discovery.profile_order,
        );
        table.row(
            &place("defaultContextWindow"),
            discovery.default_context_window,
        );
        table.row(&place("defaultMaxTokens"), discovery.default_max_tokens);
        table.row(&[format!("{config}.serve.port")], self.bedrock.serve.port);
        table.row(&[format!("{config}.serve.drain")], self.bedrock.serve.drain);
        table.row(
            &[format!("{config}.serve.token")],
            masked(&self.bedrock.serve.token),
        );
        let timeouts = self.bedrock.timeouts;
        for (key, value) in [
            ("connect", timeouts.connect),
            ("firstEvent", timeouts.first_event),
            ("idle", timeouts.idle),
            ("total", timeouts.total),
        ] {
            table.row(&[format!("{config}.timeouts.{key}")], value);
        }
        let bedrock = &self.bedrock;
        table.row(&[format!("{config}.promptCaching")], bedrock.prompt_caching);
        table.row(&[format!("{config}.fallbacks")], &bedrock.fallbacks);
        table.row(
            &[format!("{config}.requestMetadata")],
            &bedrock.request_metadata,
        );
        table.row(&[format!("{config}.models")], &bedrock.model_rules);
        table.row(&[format!("{config}.caBundle")], &bedrock.ca_bundle);
        table.row(&[format!("{provider}.baseUrl")], &self.bedrock.base_url);
        table.row(&[format!("{provider}.models")], &self.bedrock.models);
    }
}

fn masked(token: &Token) -> Option<&'static str> {
    match token {
        Token::Unset => None,
        Token::Set(_) | Token::Unreadable(_) => Some(MASK),
    }
}

struct Table<'c> {
    config: &'c Config,
    settings: Vec<Setting>,
}

impl Table<'_> {
    /// A value and the places that may have said it, the strongest first.
    fn row(&mut self, places: &[impl AsRef<str>], value: impl Serialize) {
        let origins = &self.config.origins;
        let said = places
            .iter()
            .find(|place| origins.contains_key(place.as_ref()));
        let Some(path) = said.or(places.first()).map(AsRef::as_ref) else {
            return;
        };
        self.settings.push(Setting {
            path: path.to_owned(),
            value: serde_json::to_string(&value).unwrap_or_default(),
            origin: origins.get(path).cloned().unwrap_or(Origin::Default),
        });
    }

    /// A value that is only worth a row when there is one.
    fn set(&mut self, place: &str, value: Option<&String>) {
        if let Some(value) = value {
            self.row(&[place], value);
        }
    }
}
