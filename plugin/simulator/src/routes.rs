//! Paths to operations, for both services: their paths don't overlap, so one port serves both.

use std::fmt;

/// The operations that the simulator knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Operation {
    /// `POST /model/{modelId}/converse-stream`
    ConverseStream,
    /// `POST /model/{modelId}/converse`
    Converse,
    /// `POST /model/{modelId}/count-tokens`
    CountTokens,
    /// `GET /foundation-models`
    ListFoundationModels,
    /// `GET /inference-profiles`
    ListInferenceProfiles,
    /// `GET /inference-profiles/{inferenceProfileIdentifier}`
    GetInferenceProfile,
    /// `GET /imported-models`
    ListImportedModels,
    /// `GET /model-customization/custom-model-deployments`
    ListCustomModelDeployments,
    /// `GET /provisioned-model-throughputs`
    ListProvisionedModelThroughputs,
    /// `GET /prompt-routers`
    ListPromptRouters,
}

impl Operation {
    /// The name in AWS's API reference.
    pub fn name(self) -> &'static str {
        match self {
            Self::ConverseStream => "ConverseStream",
            Self::Converse => "Converse",
            Self::CountTokens => "CountTokens",
            Self::ListFoundationModels => "ListFoundationModels",
            Self::ListInferenceProfiles => "ListInferenceProfiles",
            Self::GetInferenceProfile => "GetInferenceProfile",
            Self::ListImportedModels => "ListImportedModels",
            Self::ListCustomModelDeployments => "ListCustomModelDeployments",
            Self::ListProvisionedModelThroughputs => "ListProvisionedModelThroughputs",
            Self::ListPromptRouters => "ListPromptRouters",
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Where a request goes: the operation, and the label in its path, decoded.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Route {
    pub(crate) operation: Operation,
    pub(crate) label: Option<String>,
}

/// The route of a request line; none for what AWS calls an unknown operation.
pub(crate) fn route(method: &str, path: &str) -> Option<Route> {
    let segments: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
    let to = |operation| {
        Some(Route {
            operation,
            label: None,
        })
    };
    match (method, segments.as_slice()) {
        // An ARN's slash may stand unescaped: everything between the ends is the label.
        ("POST", ["model", label @ .., action]) if !label.is_empty() => {
            let operation = match *action {
                "converse-stream" => Operation::ConverseStream,
                "converse" => Operation::Converse,
                "count-tokens" => Operation::CountTokens,
                _ => return None,
            };
            labelled(operation, label)
        }
        ("GET", ["foundation-models"]) => to(Operation::ListFoundationModels),
        ("GET", ["inference-profiles"]) => to(Operation::ListInferenceProfiles),
        ("GET", ["inference-profiles", label @ ..]) => {
            labelled(Operation::GetInferenceProfile, label)
        }
        ("GET", ["imported-models"]) => to(Operation::ListImportedModels),
        ("GET", ["model-customization", "custom-model-deployments"]) => {
            to(Operation::ListCustomModelDeployments)
        }
        ("GET", ["provisioned-model-throughputs"]) => {
            to(Operation::ListProvisionedModelThroughputs)
        }
        ("GET", ["prompt-routers"]) => to(Operation::ListPromptRouters),
        _ => None,
    }
}

fn labelled(operation: Operation, label: &[&str]) -> Option<Route> {
    let label = percent_decoded(&label.join("/"))?;
    (!label.is_empty()).then_some(Route {
        operation,
        label: Some(label),
    })
}

/// The text with its `%XX` resolved; none when they are malformed or no UTF-8 comes out.
pub(crate) fn percent_decoded(text: &str) -> Option<String> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        if byte == b'%' {
            let (digits, tail) = rest.split_at_checked(2)?;
            let digits = std::str::from_utf8(digits).ok()?;
            decoded.push(u8::from_str_radix(digits, 16).ok()?);
            rest = tail;
        } else {
            decoded.push(byte);
        }
    }
    String::from_utf8(decoded).ok()
}

/// The members of a query string, decoded; a repeated name keeps its first value.
#[derive(Debug, Default)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    pub(crate) fn parse(query: &str) -> Self {
        let decode = |text: &str| percent_decoded(&text.replace('+', " ")).unwrap_or_default();
        let members = query
            .split('&')
            .filter(|member| !member.is_empty())
            .map(|member| {
                let (name, value) = member.split_once('=').unwrap_or((member, ""));
                (decode(name), decode(value))
            });
        Self(members.collect())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn model_ids_and_arns_are_read_from_the_path() {
        let found = |path: &str| {
            route("POST", path).map(|route| (route.operation, route.label.unwrap_or_default()))
        };
        assert_eq!(
            found("/model/anthropic.claude-3-haiku-20240307-v1%3A0/converse-stream"),
            Some((
                Operation::ConverseStream,
                "anthropic.claude-3-haiku-20240307-v1:0".into()
            ))
        );
        let arn = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc";
        for path in [
            format!(
                "/model/{}/converse",
                arn.replace(':', "%3A").replace('/', "%2F")
            ),
            format!("/model/{arn}/converse"),
        ] {
            assert_eq!(found(&path), Some((Operation::Converse, arn.to_owned())));
        }
    }

    #[test]
    fn everything_else_is_unknown() {
        for (method, path) in [
            ("GET", "/model/m/converse"),
            ("POST", "/model/m/invoke"),
            ("POST", "/model/converse"),
            ("POST", "/model//converse"),
            ("POST", "/model/%zz/converse"),
            ("GET", "/"),
            ("POST", "/foundation-models"),
        ] {
            assert_eq!(route(method, path), None, "{method} {path}");
        }
    }

    #[test]
    fn a_query_is_decoded() {
        let query = Query::parse("nextToken=a%2Bb%3D&type=SYSTEM_DEFINED&flag");
        assert_eq!(query.get("nextToken"), Some("a+b="));
        assert_eq!(query.get("flag"), Some(""));
        assert_eq!(query.get("maxResults"), None);
    }
}
