//! The SDK's default chain without the links whose variables are blank: it takes a blank one for a
//! broken one, and asks no further.

use aws_config::SdkConfig;
use aws_config::ecs::EcsCredentialsProvider;
use aws_config::environment::credentials::EnvironmentVariableCredentialsProvider;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::meta::credentials::CredentialsProviderChain;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::web_identity_token::WebIdentityTokenCredentialsProvider;
use aws_credential_types::provider::SharedCredentialsProvider;

use super::files::{self, is_blank, set};

/// What a web identity needs.
const WEB_IDENTITY: [&str; 2] = ["AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN"];
/// Where a container's credentials are.
const CONTAINER: [&str; 2] = [
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
];
/// What is read of a container even if nothing says where its credentials are.
const CONTAINER_TOKEN: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";

/// The chain to ask instead of the SDK's; none if that will do.
pub(crate) fn without_blank_links(shared: &SdkConfig) -> Option<SharedCredentialsProvider> {
    let no_identity = WEB_IDENTITY.into_iter().any(is_blank);
    let says_nothing = CONTAINER
        .into_iter()
        .all(|variable| set(variable).is_none());
    let no_container = says_nothing && CONTAINER.into_iter().chain([CONTAINER_TOKEN]).any(is_blank);
    if !no_identity && !no_container {
        return None;
    }
    let config = provider_config(shared);
    let mut profile = ProfileFileCredentialsProvider::builder().configure(&config);
    if let Some(files) = files::chosen() {
        profile = profile.profile_files(files);
    }
    if let Some(name) = files::profile_override() {
        profile = profile.profile_name(name);
    }
    let environment = EnvironmentVariableCredentialsProvider::new();
    let mut chain = CredentialsProviderChain::first_try("Environment", environment)
        .or_else("Profile", profile.build());
    if !no_identity {
        let identity = WebIdentityTokenCredentialsProvider::builder().configure(&config);
        chain = chain.or_else("WebIdentityToken", identity.build());
    }
    if !no_container {
        let container = EcsCredentialsProvider::builder().configure(&config);
        chain = chain.or_else("EcsContainer", container.build());
    }
    let instance = ImdsCredentialsProvider::builder().configure(&config);
    let chain = chain.or_else("Ec2InstanceMetadata", instance.build());
    Some(SharedCredentialsProvider::new(chain))
}

/// What the links are made with: what the SDK has found out for its own.
fn provider_config(shared: &SdkConfig) -> ProviderConfig {
    let mut config = ProviderConfig::without_region()
        .with_region(shared.region().cloned())
        .with_use_fips(shared.use_fips())
        .with_use_dual_stack(shared.use_dual_stack())
        .with_behavior_version(shared.behavior_version());
    if let Some(http) = shared.http_client() {
        config = config.with_http_client(http);
    }
    if let Some(retry) = shared.retry_config() {
        config = config.with_retry_config(retry.clone());
    }
    if let Some(timeouts) = shared.timeout_config() {
        config = config.with_timeout_config(timeouts.clone());
    }
    config
}
