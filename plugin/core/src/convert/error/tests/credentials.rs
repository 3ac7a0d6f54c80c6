//! Credentials that could not be had.

use aws_credential_types::provider::error::CredentialsError;

use super::*;

fn credentials(error: CredentialsError) -> ProviderError {
    dispatch(ConnectorError::other(Box::new(error), None))
}

#[test]
fn missing_credentials_say_what_to_set() {
    let tried = "no credentials found in chain. Attempted:\n  Environment: not set\n  \
        Profile: the credential provider was not enabled: profile `work` was not defined";
    let error = credentials(CredentialsError::not_loaded(tried));
    assert_eq!(error.kind, Authentication);
    assert!(
        error
            .message
            .starts_with("profile `work` was not defined; no AWS"),
        "{}",
        error.message
    );
    for name in [
        "AWS_ACCESS_KEY_ID",
        "AWS_PROFILE",
        "AWS_BEARER_TOKEN_BEDROCK",
    ] {
        assert!(error.message.contains(name), "{}", error.message);
    }
    let none = "failed to select an auth scheme to sign the request with.";
    let error = dispatch(ConnectorError::other(none.into(), None));
    assert_eq!(error.kind, Authentication);
    let late = "identity resolver timed out after 5s";
    let error = dispatch(ConnectorError::other(late.into(), None));
    assert_eq!(error.kind, Timeout);
}

#[test]
fn a_login_that_ran_out_says_which_command_renews_it() {
    for (cause, command) in [
        (
            "the SSO token has expired and cannot be refreshed",
            "aws sso login --profile work",
        ),
        (
            "failed to load the cached SSO token",
            "aws sso login --profile work",
        ),
        (
            "failed to read `/home/u/.aws/sso/cache/0a.json`",
            "aws sso login --profile work",
        ),
        (
            "UnauthorizedException: Session token not found or invalid",
            "aws sso login --profile work",
        ),
        (
            "failed to read `/home/u/.aws/login/cache/0a.json`",
            "aws login --profile work",
        ),
        ("cached Login token is expired", "aws login --profile work"),
    ] {
        let error = credentials(CredentialsError::provider_error(cause));
        assert_eq!(error.kind, CredentialsExpired, "{cause}");
        assert!(
            error.message.contains(&format!("`{command}`")),
            "{}",
            error.message
        );
    }
}

#[test]
fn other_failures_of_a_source_are_told() {
    let failed = "Error retrieving credentials: external process exited with code exit status: 1";
    let error = credentials(CredentialsError::provider_error(failed));
    assert_eq!(error.kind, Authentication);
    assert_eq!(
        error.message,
        format!(
            "AWS credentials of profile work could not be loaded: {failed}; \
             correct the profile in the AWS config files"
        )
    );
    let expired = "ExpiredToken: The security token included in the request is expired";
    let error = credentials(CredentialsError::provider_error(expired));
    assert_eq!(error.kind, CredentialsExpired);
    let late = std::time::Duration::from_secs(5);
    let error = credentials(CredentialsError::provider_timed_out(late));
    assert_eq!(error.kind, Timeout);
}
