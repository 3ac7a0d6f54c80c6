//! Bearer tokens: "Amazon Bedrock API keys" in the user guide, `smithy.api#httpBearerAuth` in the service model.

use super::Accepted;
use crate::error::Refusal;
use crate::record::AuthKind;

/// Compares a token with those that are accepted.
pub(super) fn verify(token: &str, accepted: &Accepted) -> Result<AuthKind, Refusal> {
    let known = |tokens: &[String]| tokens.iter().any(|known| known == token);
    if known(&accepted.expired_bearer_tokens) {
        return Err(Refusal::new(
            403,
            "AccessDeniedException",
            "Bearer Token has expired",
        ));
    }
    if !known(&accepted.bearer_tokens) {
        let message = "Authentication failed: Please make sure your API Key is valid.";
        return Err(Refusal::new(403, "AccessDeniedException", message));
    }
    Ok(AuthKind::Bearer)
}
