//! Who asks, as far as it can be told without asking anyone: lists of one account must not be shown
//! to another. Never a key that rotates, or every rotation would forget the lists.

use super::digest::digest;

/// How the ids of temporary keys begin.
const TEMPORARY: &str = "ASIA";
/// How Bedrock API keys begin that AWS makes anew every few hours.
const SHORT_TERM: &str = "bedrock-api-key-";

/// Variables that lead to credentials which rotate: profiles, roles, containers.
const PLACES: &[&str] = &[
    "AWS_PROFILE",
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_ROLE_ARN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
];

/// The identity that an environment leads to: its source with the hash of a key that stays, or with
/// the names of profile, role and the like.
pub(super) fn identity(variable: impl Fn(&str) -> Option<String>) -> String {
    let set = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
    if let Some(token) = set("AWS_BEARER_TOKEN_BEDROCK") {
        return match token.trim().starts_with(SHORT_TERM) {
            true => "token".to_owned(),
            false => format!("token {}", digest([token.trim()])),
        };
    }
    if let (Some(key), Some(_)) = (set("AWS_ACCESS_KEY_ID"), set("AWS_SECRET_ACCESS_KEY")) {
        let rotates = key.trim().starts_with(TEMPORARY) || set("AWS_SESSION_TOKEN").is_some();
        if !rotates {
            return format!("key {}", digest([key.trim()]));
        }
    }
    let places = PLACES
        .iter()
        .filter_map(|name| Some(format!("{name}={}", set(name)?.trim())));
    let places: Vec<String> = places.collect();
    match places.is_empty() {
        true => "chain".to_owned(),
        false => format!("chain {}", places.join(" ")),
    }
}

/// The identity of a key that the gateway made up.
pub(super) fn given(access_key_id: &str) -> String {
    format!("given {}", digest([access_key_id]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)]) -> String {
        identity(|name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn keys_that_stay_are_told_apart_and_never_shown() {
        let key = |id| of(&[("AWS_ACCESS_KEY_ID", id), ("AWS_SECRET_ACCESS_KEY", "s")]);
        assert_ne!(key("AKIAONE"), key("AKIATWO"));
        assert_eq!(key("AKIAONE"), key(" AKIAONE "));
        assert!(!key("AKIAONE").contains("AKIAONE"));
        let token = |token| of(&[("AWS_BEARER_TOKEN_BEDROCK", token)]);
        assert_ne!(token("ABSKone"), token("ABSKtwo"));
        assert!(!token("ABSKone").contains("ABSKone"));
        assert_ne!(given("AKIAONE"), key("AKIAONE"));
    }

    #[test]
    fn keys_that_rotate_are_one_identity() {
        let temporary = |id| {
            of(&[
                ("AWS_ACCESS_KEY_ID", id),
                ("AWS_SECRET_ACCESS_KEY", "s"),
                ("AWS_SESSION_TOKEN", "t"),
            ])
        };
        assert_eq!(temporary("ASIAONE"), temporary("ASIATWO"));
        let token = |token| of(&[("AWS_BEARER_TOKEN_BEDROCK", token)]);
        assert_eq!(token("bedrock-api-key-one"), token("bedrock-api-key-two"));
    }

    #[test]
    fn a_profile_and_a_role_are_known_by_their_names() {
        assert_eq!(of(&[]), "chain");
        assert_eq!(of(&[("AWS_PROFILE", " ")]), "chain");
        assert_eq!(of(&[("AWS_PROFILE", "work")]), "chain AWS_PROFILE=work");
        let role = "arn:aws:iam::123456789012:role/reader";
        assert_eq!(
            of(&[("AWS_ROLE_ARN", role)]),
            format!("chain AWS_ROLE_ARN={role}")
        );
        // A key without its secret is none.
        assert_eq!(of(&[("AWS_ACCESS_KEY_ID", "AKIAONE")]), "chain");
    }
}
