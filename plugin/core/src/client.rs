//! AWS SDK clients from config and environment: credentials, region, endpoint, time-outs.

use std::collections::HashMap;
use std::env;
use std::sync::{Mutex, PoisonError};

use aws_config::profile::ProfileFileRegionProvider;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_bedrockruntime as runtime;
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_runtime_api::client::auth::AuthSchemeId;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::service_config::ServiceConfigKey;
use provider_interface::{ErrorKind, ProviderError};

use crate::config::{Config, Connection};
use crate::http;
use crate::region::{self, RegionSources};

/// The environment's Bedrock API key.
const BEARER_TOKEN: &str = "AWS_BEARER_TOKEN_BEDROCK";

/// The environment's endpoint of all services.
const ALL_ENDPOINTS: &str = "AWS_ENDPOINT_URL";

/// The clients of one region.
#[derive(Debug, Clone)]
pub(crate) struct Clients {
    /// Chat.
    pub(crate) runtime: runtime::Client,
    /// Where chat goes, for sentences about failures.
    pub(crate) endpoint: String,
    /// Lists.
    pub(crate) control: aws_sdk_bedrock::Client,
}

/// Where the two services are, unless at the region's own hosts.
#[derive(Debug, Default)]
struct Endpoints {
    runtime: Option<String>,
    control: Option<String>,
}

/// What all clients of one config share: credentials and their cache, connections, environment.
#[derive(Debug)]
pub(crate) struct Session {
    shared: SdkConfig,
    region: String,
    endpoints: Endpoints,
    by_region: Mutex<HashMap<String, Clients>>,
}

impl Session {
    /// Reads environment and AWS config files; the first credentials are asked for by the first
    /// request.
    pub(crate) async fn load(config: &Config) -> Result<Self, ProviderError> {
        let http = http::client(config)?;
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(config.timeouts.connect)
            .build();
        if let Some(connection) = &config.connection {
            let shared = fixed(connection, http, timeouts);
            let endpoint = || Some(connection.endpoint.clone());
            let endpoints = Endpoints {
                runtime: endpoint(),
                control: endpoint(),
            };
            return Ok(Self::new(shared, connection.region.clone(), endpoints));
        }
        let region = region_of(config).await;
        let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .region(Region::new(region.clone()))
            .http_client(http)
            .timeout_config(timeouts);
        if env::var(BEARER_TOKEN).is_ok_and(|token| token.trim().is_empty()) {
            // The SDK would send the blank token.
            loader = loader.auth_scheme_preference([AuthSchemeId::from("sigv4")]);
        }
        let shared = loader.load().await;
        let endpoints = Endpoints {
            runtime: runtime_endpoint(config, &shared)?,
            control: endpoint_of_environment("Bedrock", &shared)?,
        };
        Ok(Self::new(shared, region, endpoints))
    }

    fn new(shared: SdkConfig, region: String, endpoints: Endpoints) -> Self {
        Self {
            shared,
            region,
            endpoints,
            by_region: Mutex::default(),
        }
    }

    /// The region of requests whose model names none.
    pub(crate) fn region(&self) -> &str {
        &self.region
    }

    /// Where the lists of a region come from.
    pub(crate) fn control_endpoint(&self, region: &str) -> String {
        let host = || format!("bedrock.{region}.amazonaws.com");
        self.endpoints.control.clone().unwrap_or_else(host)
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
        let host = || format!("bedrock-runtime.{region}.amazonaws.com");
        let sdk_region = Region::new(region.to_owned());
        let mut chat = runtime::config::Builder::from(&self.shared).region(sdk_region.clone());
        // Also where there is none: what the SDK has found may be blank.
        chat.set_endpoint_url(runtime.clone());
        let mut lists = aws_sdk_bedrock::config::Builder::from(&self.shared).region(sdk_region);
        lists.set_endpoint_url(control.clone());
        Clients {
            runtime: runtime::Client::from_conf(chat.build()),
            endpoint: runtime.clone().unwrap_or_else(host),
            control: aws_sdk_bedrock::Client::from_conf(lists.build()),
        }
    }
}

/// The AWS profile that the user chose, if any.
pub(crate) fn chosen_profile() -> Option<String> {
    env::var("AWS_PROFILE")
        .ok()
        .filter(|profile| !profile.trim().is_empty())
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

async fn region_of(config: &Config) -> String {
    let (region, default_region) = (
        env::var("AWS_REGION").ok(),
        env::var("AWS_DEFAULT_REGION").ok(),
    );
    let profile = {
        use aws_config::meta::region::ProvideRegion as _;
        ProfileFileRegionProvider::new().region().await
    };
    region::resolve(&RegionSources {
        config: config.discovery.regions.first().map(String::as_str),
        env_region: region.as_deref(),
        env_default_region: default_region.as_deref(),
        base_url: config.base_url.as_deref(),
        profile: profile.as_ref().map(AsRef::as_ref),
    })
}

/// The runtime endpoint of the environment or the AWS profile, else `baseUrl` if it is a real
/// endpoint.
fn runtime_endpoint(config: &Config, shared: &SdkConfig) -> Result<Option<String>, ProviderError> {
    let of_environment = endpoint_of_environment("Bedrock Runtime", shared)?;
    if of_environment.is_some() {
        return Ok(of_environment);
    }
    let url = config.base_url.as_deref().map_or("", str::trim);
    if url.is_empty() || region::standard_host_region(url).is_some() {
        return Ok(None);
    }
    address(url, || "baseUrl of amazon-bedrock".to_owned()).map(Some)
}

/// A service's endpoint in the environment or the AWS profile, else that of all services. Blank
/// ones count as absent.
fn endpoint_of_environment(
    service_id: &str,
    shared: &SdkConfig,
) -> Result<Option<String>, ProviderError> {
    let of_service = shared.service_config().and_then(|environment| {
        let key = ServiceConfigKey::builder()
            .service_id(service_id)
            .env("AWS_ENDPOINT_URL")
            .profile("endpoint_url")
            .build()
            .ok()?;
        environment.load_config(key)
    });
    let of_service = of_service.filter(|url| !url.trim().is_empty());
    if let Ok(url) = env::var(ALL_ENDPOINTS)
        && !url.trim().is_empty()
    {
        // The SDK would skip one that is none, and requests would go where nobody meant them to.
        address(url.trim(), || ALL_ENDPOINTS.to_owned())?;
    }
    let url = of_service.or_else(|| shared.endpoint_url().map(str::to_owned));
    url.map(|url| {
        address(url.trim(), || {
            let variable = service_id.to_uppercase().replace(' ', "_");
            format!("AWS_ENDPOINT_URL_{variable} (or the AWS profile's endpoint_url)")
        })
    })
    .transpose()
}

/// An HTTP address; the SDK panics on some that are none.
fn address(url: &str, source: impl FnOnce() -> String) -> Result<String, ProviderError> {
    if url.starts_with("http://") || url.starts_with("https://") {
        return Ok(url.to_owned());
    }
    Err(ProviderError::new(
        ErrorKind::InvalidRequest,
        format!("{} is no http or https address: {url}", source()),
    ))
}
