//! Credentials that could not be had: which source failed, and what to do.

use std::error::Error as _;

use aws_credential_types::provider::error::CredentialsError;
use provider_interface::{ErrorKind, ProviderError};

use super::text::causes;

/// What to do when there is nothing to sign with.
const NONE: &str = "no AWS credentials were found: set AWS_ACCESS_KEY_ID and \
    AWS_SECRET_ACCESS_KEY, AWS_PROFILE, or AWS_BEARER_TOKEN_BEDROCK, or run where a role is attached";

/// Signs, in lower case, of a login that has to be renewed, and the command that does it. The SDK's
/// types for them are private: their texts are all there is.
const LOGINS: &[(&str, &str, &str)] = &[
    ("cached login token", "AWS login session", "aws login"),
    ("login token", "AWS login session", "aws login"),
    (
        "the sso token has expired",
        "AWS SSO session",
        "aws sso login",
    ),
    ("cached sso token", "AWS SSO session", "aws sso login"),
    ("/login/cache/", "AWS login session", "aws login"),
    ("/sso/cache/", "AWS SSO session", "aws sso login"),
    (
        "session token not found or invalid",
        "AWS SSO session",
        "aws sso login",
    ),
];

/// The error for credentials that a provider of the chain could not give.
pub(crate) fn from_credentials(error: &CredentialsError, profile: Option<&str>) -> ProviderError {
    let causes = causes(error);
    let lower = causes.to_ascii_lowercase();
    let with_profile = profile
        .map(|name| format!(" --profile {name}"))
        .unwrap_or_default();
    if let Some((_, session, command)) = LOGINS.iter().find(|(sign, ..)| lower.contains(sign)) {
        return ProviderError::new(
            ErrorKind::CredentialsExpired,
            format!(
                "the {session} has expired or never began: run `{command}{with_profile}` ({causes})"
            ),
        );
    }
    let of_profile = profile
        .map(|name| format!(" of profile {name}"))
        .unwrap_or_default();
    let remedy = match profile {
        Some(_) => "correct the profile in the AWS config files",
        None => {
            "else set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE, or AWS_BEARER_TOKEN_BEDROCK"
        }
    };
    let causes = causes.trim_end_matches('.');
    let failed = format!("AWS credentials{of_profile} could not be loaded: {causes}; {remedy}");
    match error {
        CredentialsError::CredentialsNotLoaded(_) => {
            // Where there are no files at all, the chain doesn't miss a profile in them.
            let named = || profile.map(|name| format!("profile `{name}` gives no credentials"));
            let reason = profile_reason(error).or_else(named);
            let reason = reason.map(|reason| format!("{reason}; "));
            let message = format!("{}{NONE}", reason.unwrap_or_default());
            ProviderError::new(ErrorKind::Authentication, message)
        }
        CredentialsError::ProviderTimedOut(_) => ProviderError::new(ErrorKind::Timeout, failed),
        _ if lower.contains("expiredtoken") => {
            ProviderError::new(ErrorKind::CredentialsExpired, failed)
        }
        _ => ProviderError::new(ErrorKind::Authentication, failed),
    }
}

/// Why the profile that was named gave nothing: a line of the chain's report of what it tried.
fn profile_reason(error: &CredentialsError) -> Option<String> {
    let report = error.source()?.to_string();
    let line = report
        .lines()
        .find(|line| line.trim_start().starts_with("Profile:"))?;
    let reason = line.find("profile `").map(|start| &line[start..])?;
    Some(reason.to_owned())
}

/// The error for causes that are about credentials though no provider said so: the SDK had none to
/// ask, or waited in vain.
pub(super) fn from_text(causes: &str) -> Option<ProviderError> {
    if causes.contains("failed to select an auth scheme") || causes.contains("no auth options") {
        return Some(ProviderError::new(ErrorKind::Authentication, NONE));
    }
    causes.contains("identity resolver timed out").then(|| {
        ProviderError::new(
            ErrorKind::Timeout,
            format!("AWS credentials were not delivered in time: {causes}"),
        )
    })
}
