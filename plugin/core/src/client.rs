//! AWS SDK clients from config and environment: credentials, region, endpoint, time-outs.

mod endpoints;
mod live;
mod probe;

use std::collections::HashMap;
use std::env;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_config::identity::IdentityCache;
use aws_config::profile::ProfileFileRegionProvider;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_credential_types::{Credentials, Token};
use aws_sdk_bedrockruntime as runtime;
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::timeout::TimeoutConfig;
use provider_interface::ProviderError;

use crate::config::{Config, Connection};
use crate::credentials::{Signer, bearer_token, chain, files};
use crate::http::Http;
use crate::region::{self, RegionSources};
use endpoints::Endpoints;

pub(crate) use crate::credentials::chosen_profile;
pub(crate) use live::Live;

/// How long before their end credentials are replaced: a request that waits its turn, or a service
/// whose clock is ahead, must not meet expired ones. The SDK takes up to half of it off at random.
const REFRESH_AHEAD: Duration = Duration::from_secs(60);

/// The most regions whose control planes are remembered.
const MAX_CONTROL_HOSTS: usize = 100;

/// The clients of one region.
#[derive(Debug, Clone)]
pub(crate) struct Clients {
    /// Chat.
    pub(crate) runtime: runtime::Client,
    /// Where chat goes, for sentences about failures.
    pub(crate) endpoint: String,
    /// Lists.
    pub(crate) control: aws_sdk_bedrock::Client,
    /// Where lists come from, for sentences about failures.
    pub(crate) control_endpoint: String,
}

/// What all clients of one config share: credentials and their cache, connections, environment.
#[derive(Debug)]
pub(crate) struct Session {
    shared: SdkConfig,
    region: region::Resolved,
    endpoints: Endpoints,
    signer: Signer,
    http: Http,
    by_region: Mutex<HashMap<String, Clients>>,
    control_hosts: Mutex<HashMap<String, Option<String>>>,
}

impl Session {
    /// Reads environment and AWS config files; the first credentials are asked for by the first
    /// request.
    async fn load(config: &Config, http: Http) -> Result<Self, ProviderError> {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(config.timeouts.connect)
            .build();
        if let Some(connection) = &config.connection {
            return Ok(Self {
                shared: fixed(connection, http.client(), timeouts),
                region: region::Resolved {
                    region: connection.region.clone(),
                    source: "connection that the gateway made up",
                },
                endpoints: Endpoints::both(&connection.endpoint),
                signer: Signer::Given,
                http,
                by_region: Mutex::default(),
                control_hosts: Mutex::default(),
            });
        }
        let region = region_of(config).await;
        let token = bearer_token();
        // The one decision between token and chain; what the SDK makes of blank variables isn't it.
        let scheme = token.as_ref().map_or("sigv4", |_| "httpBearerAuth");
        let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .region(Region::new(region.region.clone()))
            .http_client(http.client())
            .timeout_config(timeouts)
            .auth_scheme_preference([scheme.into()])
            .identity_cache(IdentityCache::lazy().buffer_time(REFRESH_AHEAD).build());
        if let Some(files) = files::chosen() {
            loader = loader.profile_files(files);
        }
        if let Some(name) = files::profile_override() {
            loader = loader.profile_name(name);
        }
        let shared = loader.load().await;
        let endpoints = Endpoints::find(config, &shared)?;
        let chain = chain::without_blank_links(&shared).or_else(|| shared.credentials_provider());
        let signer = Signer::new(token, chain);
        let shared = match signer.credentials_provider() {
            Some(provider) => shared.into_builder().credentials_provider(provider).build(),
            None => shared,
        };
        Ok(Self {
            shared,
            region,
            endpoints,
            signer,
            http,
            by_region: Mutex::default(),
            control_hosts: Mutex::default(),
        })
    }

    /// The region of requests whose model names none.
    pub(crate) fn region(&self) -> &str {
        &self.region.region
    }

    /// Who named the region.
    pub(crate) fn region_source(&self) -> &'static str {
        self.region.source
    }

    /// Who signs requests.
    pub(crate) fn signer(&self) -> &Signer {
        &self.signer
    }

    /// Where the lists of a region come from.
    pub(crate) fn control_endpoint(&self, region: &str) -> String {
        let named = self.endpoints.control.clone();
        let host = || self.control_host(region);
        named.or_else(host).unwrap_or_else(|| nowhere(region))
    }

    /// The control plane's host in a region, remembered: every request asks, and the SDK's rules take
    /// longer than all the rest of finding out where it goes.
    fn control_host(&self, region: &str) -> Option<String> {
        let hosts = self.control_hosts.lock();
        let mut hosts = hosts.unwrap_or_else(PoisonError::into_inner);
        if let Some(host) = hosts.get(region) {
            return host.clone();
        }
        let host = endpoints::control_host(&self.shared, region);
        // Regions of requests are the clients' to choose.
        if hosts.len() < MAX_CONTROL_HOSTS {
            hosts.insert(region.to_owned(), host.clone());
        }
        host
    }

    /// The clients of a region.
    pub(crate) fn clients(&self, region: &str) -> Clients {
        let mut by_region = self
            .by_region
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(clients) = by_region.get(region) {
            return clients.clone();
        }
        let clients = self.build(region);
        by_region.insert(region.to_owned(), clients.clone());
        clients
    }

    fn build(&self, region: &str) -> Clients {
        let Endpoints { runtime, control } = &self.endpoints;
        let sdk_region = Region::new(region.to_owned());
        let mut chat = runtime::config::Builder::from(&self.shared).region(sdk_region.clone());
        // Also where there is none: what the SDK has found may be blank.
        chat.set_endpoint_url(runtime.clone());
        let mut lists = aws_sdk_bedrock::config::Builder::from(&self.shared).region(sdk_region);
        lists.set_endpoint_url(control.clone());
        if let Signer::Token(token) = &self.signer {
            let token = Token::new(token.expose(), None);
            chat = chat.bearer_token(token.clone());
            lists = lists.bearer_token(token);
        }
        let runtime_host = || endpoints::runtime_host(&self.shared, region);
        Clients {
            runtime: runtime::Client::from_conf(chat.build()),
            endpoint: runtime
                .clone()
                .or_else(runtime_host)
                .unwrap_or_else(|| nowhere(region)),
            control: aws_sdk_bedrock::Client::from_conf(lists.build()),
            control_endpoint: self.control_endpoint(region),
        }
    }
}

/// What a service without a host is called.
fn nowhere(region: &str) -> String {
    format!("Amazon Bedrock in {region}")
}

/// A session that needs nothing of the environment.
fn fixed(connection: &Connection, http: SharedHttpClient, timeouts: TimeoutConfig) -> SdkConfig {
    let credentials = Credentials::new(
        &connection.access_key_id,
        &connection.secret_access_key,
        None,
        None,
        "config",
    );
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new(connection.region.clone()))
        .endpoint_url(&connection.endpoint)
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
        .http_client(http)
        .timeout_config(timeouts)
        .build()
}

async fn region_of(config: &Config) -> region::Resolved {
    let (region, default_region) = (
        env::var("AWS_REGION").ok(),
        env::var("AWS_DEFAULT_REGION").ok(),
    );
    let profile = {
        use aws_config::meta::region::ProvideRegion as _;
        let mut provider = ProfileFileRegionProvider::builder();
        if let Some(files) = files::chosen() {
            provider = provider.profile_files(files);
        }
        if let Some(name) = files::profile_override() {
            provider = provider.profile_name(name);
        }
        provider.build().region().await
    };
    region::resolve(&RegionSources {
        config: config.discovery.regions.first().map(String::as_str),
        env_region: region.as_deref(),
        env_default_region: default_region.as_deref(),
        base_url: config.base_url.as_deref(),
        profile: profile.as_ref().map(AsRef::as_ref),
    })
}
