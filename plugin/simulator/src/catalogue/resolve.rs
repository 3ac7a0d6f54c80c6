//! What a `modelId` stands for, and whether it can be called like that.

use serde_json::Value;

use super::{Catalogue, FoundationModel};
use crate::error::Refusal;

/// Prefixes of system profiles, for ids that no catalogue lists.
const GEOGRAPHY_PREFIXES: [&str; 9] = [
    "us-gov.", "us.", "eu.", "apac.", "jp.", "au.", "ca.", "in.", "global.",
];

/// A callable model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Resolved {
    /// The foundation model's id, as far as it is known.
    pub(crate) base: Option<String>,
    pub(crate) streaming: bool,
    /// Asked for by the id of a foundation model.
    pub(crate) is_foundation_model: bool,
}

impl Catalogue {
    /// Resolves what a conversation names, as the region sees it.
    pub(crate) fn resolve(&self, model_id: &str, region: &str) -> Result<Resolved, Refusal> {
        let found = match model_id.strip_prefix("arn:") {
            Some(_) => self.by_arn(model_id, region),
            None => self.by_id(model_id, region),
        };
        match found {
            Some(found) => found,
            None if self.any_model => Ok(assumed(model_id)),
            None if model_id.starts_with("arn:") => Err(not_found()),
            // The text that Converse answers for an id that is not among its models.
            None => Err(Refusal::validation(
                "The provided model identifier is invalid.",
            )),
        }
    }

    fn by_id(&self, id: &str, region: &str) -> Option<Result<Resolved, Refusal>> {
        if let Some(model) = self
            .models
            .iter()
            .find(|model| model.id == id && model.is_in(region))
        {
            return Some(if model.types_in(region).contains(&"ON_DEMAND") {
                callable(model, true)
            } else {
                Err(on_demand(id))
            });
        }
        let profile = self
            .profiles
            .iter()
            .find(|profile| profile.id == id && profile.is_in(region))?;
        Some(self.behind_profile(&profile.base))
    }

    fn by_arn(&self, arn: &str, region: &str) -> Option<Result<Resolved, Refusal>> {
        let kind = resource_kind(arn)?;
        let (_, id) = arn.split_once(kind)?;
        let region = arn
            .split(':')
            .nth(3)
            .filter(|region| !region.is_empty())
            .unwrap_or(region);
        match kind {
            "foundation-model/" => self.by_id(id, region),
            "inference-profile/" => {
                let profile = self
                    .profiles
                    .iter()
                    .find(|profile| profile.id == id && profile.is_in(region))?;
                Some(self.behind_profile(&profile.base))
            }
            _ => self.in_lists(arn),
        }
    }

    /// Imported, custom, provisioned models and routers are known by their ARN alone.
    fn in_lists(&self, arn: &str) -> Option<Result<Resolved, Refusal>> {
        let listed =
            |items: &[Value], member: &str| items.iter().find(|item| item[member] == arn).cloned();
        let base_of = |arn: &Value| {
            arn.as_str()
                .and_then(|arn| arn.rsplit_once('/'))
                .map(|(_, id)| id.to_owned())
        };
        let resolved = |base| {
            Some(Ok(Resolved {
                base,
                streaming: true,
                is_foundation_model: false,
            }))
        };
        if let Some(item) = listed(&self.provisioned, "provisionedModelArn") {
            return resolved(base_of(&item["foundationModelArn"]));
        }
        if let Some(item) = listed(&self.routers, "promptRouterArn") {
            return resolved(base_of(&item["fallbackModel"]["modelArn"]));
        }
        listed(&self.imported, "modelArn")
            .or_else(|| listed(&self.deployments, "customModelDeploymentArn"))
            .and_then(|_| resolved(None))
    }

    fn behind_profile(&self, base: &str) -> Result<Resolved, Refusal> {
        match self.models.iter().find(|model| model.id == base) {
            Some(model) => callable(model, false),
            None => Ok(Resolved {
                is_foundation_model: false,
                ..assumed(base)
            }),
        }
    }
}

/// The part of an ARN that says what it names, slash included.
fn resource_kind(arn: &str) -> Option<&str> {
    let resource = arn.splitn(6, ':').nth(5)?;
    let (kind, _) = resource.split_once('/')?;
    let kind = &resource[..=kind.len()];
    Some(if kind == "application-inference-profile/" {
        "inference-profile/"
    } else {
        kind
    })
}

fn callable(model: &FoundationModel, is_foundation_model: bool) -> Result<Resolved, Refusal> {
    if !model.makes_text() {
        // What Converse answers for embedding and image models.
        let message = "This action doesn't support the model that you provided. Try again with a supported text or chat model.";
        return Err(Refusal::validation(message));
    }
    Ok(Resolved {
        base: Some(model.id.clone()),
        streaming: model.streaming,
        is_foundation_model,
    })
}

/// What an unlisted id is taken for.
fn assumed(model_id: &str) -> Resolved {
    let id = model_id.rsplit('/').next().unwrap_or(model_id);
    let prefix = GEOGRAPHY_PREFIXES
        .iter()
        .find(|prefix| id.starts_with(**prefix));
    let base = prefix.map_or(id, |prefix| &id[prefix.len()..]);
    Resolved {
        base: Some(base.to_owned()),
        streaming: true,
        is_foundation_model: prefix.is_none(),
    }
}

fn not_found() -> Refusal {
    let message = "Could not resolve the foundation model from the provided model identifier.";
    Refusal::new(404, "ResourceNotFoundException", message)
}

/// User guide, "Troubleshooting": on-demand throughput isn't supported.
fn on_demand(id: &str) -> Refusal {
    Refusal::validation(format!(
        "Invocation of model ID {id} with on-demand throughput isn\u{2019}t supported. Retry your request with the ID or \
         ARN of an inference profile that contains this model."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{imported_model, provisioned_model};

    fn resolve(id: &str) -> Result<Option<String>, String> {
        let catalogue = Catalogue::default()
            .imported(imported_model("us-east-1", "abcdefghijkl", "mine"))
            .provisioned(provisioned_model(
                "us-east-1",
                "abcdefghijkl",
                "fast",
                "amazon.nova-pro-v1:0",
            ));
        let found = catalogue.resolve(id, "us-east-1");
        found
            .map(|found| found.base)
            .map_err(|refusal| format!("{} {}", refusal.status, refusal.message))
    }

    #[test]
    fn ids_profiles_and_arns_lead_to_the_foundation_model() {
        let sonnet = Ok(Some("anthropic.claude-sonnet-4-20250514-v1:0".to_owned()));
        assert_eq!(
            resolve("us.anthropic.claude-sonnet-4-20250514-v1:0"),
            sonnet
        );
        assert_eq!(
            resolve(
                "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-20250514-v1:0"
            ),
            sonnet
        );
        let nova = Ok(Some("amazon.nova-pro-v1:0".to_owned()));
        assert_eq!(
            resolve("arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0"),
            nova
        );
        assert_eq!(
            resolve("arn:aws:bedrock:us-east-1:123456789012:provisioned-model/abcdefghijkl"),
            nova
        );
        assert_eq!(
            resolve("arn:aws:bedrock:us-east-1:123456789012:imported-model/abcdefghijkl"),
            Ok(None)
        );
    }

    #[test]
    fn what_cannot_be_called_is_refused_as_the_service_does() {
        let refused = |id| resolve(id).expect_err("refused");
        assert_eq!(
            refused("no.such-model"),
            "400 The provided model identifier is invalid."
        );
        assert!(
            refused("anthropic.claude-sonnet-4-20250514-v1:0")
                .contains("on-demand throughput isn\u{2019}t supported")
        );
        assert!(refused("amazon.titan-embed-text-v2:0").contains("text or chat model"));
        assert!(
            refused("arn:aws:bedrock:us-east-1:123456789012:imported-model/000000000000")
                .starts_with("404 ")
        );
        assert!(
            refused("eu.anthropic.claude-sonnet-4-20250514-v1:0").contains("identifier is invalid")
        );
    }
}
