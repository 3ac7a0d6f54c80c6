//! Where the two services are: addresses of environment, AWS profile and config, else the hosts that
//! the SDK's endpoint rules give (partitions, FIPS, dual-stack).

use std::env;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use aws_config::SdkConfig;
use aws_types::service_config::ServiceConfigKey;
use provider_interface::{ErrorKind, ProviderError};

use crate::config::Config;
use crate::region;

/// The environment's endpoint of all services.
const ALL_ENDPOINTS: &str = "AWS_ENDPOINT_URL";

/// Where the two services are, unless at the region's own hosts.
#[derive(Debug, Default)]
pub(super) struct Endpoints {
    pub(super) runtime: Option<String>,
    pub(super) control: Option<String>,
}

impl Endpoints {
    /// Both services at one address.
    pub(super) fn both(url: &str) -> Self {
        Self {
            runtime: Some(url.to_owned()),
            control: Some(url.to_owned()),
        }
    }

    /// What environment, AWS profile and config name.
    pub(super) fn find(config: &Config, shared: &SdkConfig) -> Result<Self, ProviderError> {
        Ok(Self {
            runtime: of_runtime(config, shared)?,
            control: of_environment("Bedrock", shared)?,
        })
    }
}

/// The host that the endpoint rules of a service's SDK give, as every request of its client finds
/// it; each SDK has types of its own for the same thing.
macro_rules! by_rules {
    ($sdk:ident, $shared:expr, $region:expr) => {{
        use $sdk::config::endpoint::{DefaultResolver, Params, ResolveEndpoint};
        let params = Params::builder()
            .region($region)
            .use_fips($shared.use_fips().unwrap_or_default())
            .use_dual_stack($shared.use_dual_stack().unwrap_or_default())
            .build();
        params.ok().and_then(|params| {
            let resolver = DefaultResolver::new();
            // The rules are a calculation: there is nothing to wait for.
            let resolved = pin!(ResolveEndpoint::resolve_endpoint(&resolver, &params));
            match resolved.poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(Ok(endpoint)) => Some(endpoint.url().to_owned()),
                _ => None,
            }
        })
    }};
}

/// The runtime's host in a region; none if there is none, which the request itself will tell.
pub(super) fn runtime_host(shared: &SdkConfig, region: &str) -> Option<String> {
    by_rules!(aws_sdk_bedrockruntime, shared, region)
}

/// The control plane's host in a region.
pub(super) fn control_host(shared: &SdkConfig, region: &str) -> Option<String> {
    by_rules!(aws_sdk_bedrock, shared, region)
}

/// The runtime endpoint of the environment or the AWS profile, else `baseUrl` if it is a real
/// endpoint.
fn of_runtime(config: &Config, shared: &SdkConfig) -> Result<Option<String>, ProviderError> {
    let of_environment = of_environment("Bedrock Runtime", shared)?;
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
fn of_environment(service_id: &str, shared: &SdkConfig) -> Result<Option<String>, ProviderError> {
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
    let refuse = |reason: String| {
        let message = format!("{} {reason}", source());
        Err(ProviderError::new(ErrorKind::InvalidRequest, message))
    };
    let rest = url.strip_prefix("http://").or(url.strip_prefix("https://"));
    let Some(rest) = rest else {
        return refuse(format!("is no http or https address: {url}"));
    };
    if rest
        .split(['/', '?', '#'])
        .next()
        .is_some_and(|host| host.contains('@'))
    {
        // Without the value: it is printed with every failure.
        return refuse("carries a user name or password; leave them out".to_owned());
    }
    Ok(url.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(region: &str, fips: bool, dual_stack: bool) -> (Option<String>, Option<String>) {
        let shared = SdkConfig::builder()
            .use_fips(fips)
            .use_dual_stack(dual_stack)
            .build();
        (runtime_host(&shared, region), control_host(&shared, region))
    }

    #[test]
    fn every_partition_has_its_hosts_and_fips_and_dual_stack_theirs() {
        for (region, fips, dual_stack, runtime, control) in [
            (
                "us-east-1",
                false,
                false,
                "bedrock-runtime.us-east-1.amazonaws.com",
                "bedrock.us-east-1.amazonaws.com",
            ),
            (
                "us-east-1",
                true,
                false,
                "bedrock-runtime-fips.us-east-1.amazonaws.com",
                "bedrock-fips.us-east-1.amazonaws.com",
            ),
            (
                "us-east-1",
                false,
                true,
                "bedrock-runtime.us-east-1.api.aws",
                "bedrock.us-east-1.api.aws",
            ),
            (
                "us-east-1",
                true,
                true,
                "bedrock-runtime-fips.us-east-1.api.aws",
                "bedrock-fips.us-east-1.api.aws",
            ),
            (
                "us-gov-west-1",
                false,
                false,
                "bedrock-runtime.us-gov-west-1.amazonaws.com",
                "bedrock.us-gov-west-1.amazonaws.com",
            ),
            (
                "us-gov-west-1",
                true,
                false,
                "bedrock-runtime-fips.us-gov-west-1.amazonaws.com",
                "bedrock-fips.us-gov-west-1.amazonaws.com",
            ),
            (
                "cn-north-1",
                false,
                false,
                "bedrock-runtime.cn-north-1.amazonaws.com.cn",
                "bedrock.cn-north-1.amazonaws.com.cn",
            ),
            (
                "cn-north-1",
                false,
                true,
                "bedrock-runtime.cn-north-1.api.amazonwebservices.com.cn",
                "bedrock.cn-north-1.api.amazonwebservices.com.cn",
            ),
            (
                "us-iso-east-1",
                false,
                false,
                "bedrock-runtime.us-iso-east-1.c2s.ic.gov",
                "bedrock.us-iso-east-1.c2s.ic.gov",
            ),
            (
                "us-iso-east-1",
                false,
                true,
                "bedrock-runtime.us-iso-east-1.api.aws.ic.gov",
                "bedrock.us-iso-east-1.api.aws.ic.gov",
            ),
            (
                "us-isob-east-1",
                true,
                false,
                "bedrock-runtime-fips.us-isob-east-1.sc2s.sgov.gov",
                "bedrock-fips.us-isob-east-1.sc2s.sgov.gov",
            ),
            (
                "eusc-de-east-1",
                false,
                false,
                "bedrock-runtime.eusc-de-east-1.amazonaws.eu",
                "bedrock.eusc-de-east-1.amazonaws.eu",
            ),
        ] {
            let url = |host| Some(format!("https://{host}"));
            let case = format!("{region}, FIPS {fips}, dual-stack {dual_stack}");
            assert_eq!(
                hosts(region, fips, dual_stack),
                (url(runtime), url(control)),
                "{case}"
            );
            let told = region::standard_host_region(runtime);
            assert_eq!(
                told,
                Some(region),
                "a standard host tells its region: {case}"
            );
        }
    }
}
