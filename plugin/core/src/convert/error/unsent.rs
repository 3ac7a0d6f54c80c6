//! Requests that got no answer: no credentials, no endpoint, no connection.

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::result::DispatchFailure;
use provider_interface::{ErrorKind, ProviderError};

use super::text::{causes, chain};
use super::{Origin, credentials};

pub(super) fn from_dispatch(failure: &DispatchFailure, origin: Origin<'_>) -> ProviderError {
    let Some(error) = failure.as_connector_error() else {
        return ProviderError::new(
            ErrorKind::Unavailable,
            format!("{} can't be reached", origin.endpoint),
        );
    };
    let of_credentials = chain(error).find_map(|cause| cause.downcast_ref::<CredentialsError>());
    if let Some(error) = of_credentials {
        return credentials::from_credentials(error, origin.profile);
    }
    let causes = causes(error);
    if let Some(error) = credentials::from_text(&causes) {
        return error;
    }
    let (kind, message) = explain(failure, error, causes, origin.endpoint);
    ProviderError::new(kind, message)
}

fn explain(
    failure: &DispatchFailure,
    error: &(dyn Error + 'static),
    causes: String,
    endpoint: &str,
) -> (ErrorKind, String) {
    let lower = causes.to_ascii_lowercase();
    if failure.is_timeout() {
        let message = format!("no connection to {endpoint} in time: {causes}");
        return (ErrorKind::Timeout, message);
    }
    let endpoint_rules = [
        "failed to resolve endpoint",
        "endpoint is not a valid uri",
        "invalid configuration",
    ];
    if failure.is_user() || endpoint_rules.iter().any(|text| lower.contains(text)) {
        let message = format!("{endpoint} can't be asked: {causes}; check region and baseUrl");
        return (ErrorKind::InvalidRequest, message);
    }
    let hint = if lower.contains("certificate") {
        "; if a proxy or an endpoint of your own has its own authority, name its PEM file in \
         AWS_CA_BUNDLE or caBundle"
    } else if chain(error).any(|cause| cause.to_string().contains("Connect")) {
        "; check the network, HTTPS_PROXY, and the endpoint's address"
    } else {
        ""
    };
    let message = format!("{endpoint} can't be reached: {causes}{hint}");
    (ErrorKind::Unavailable, message)
}
