//! An inference profile, as ListInferenceProfiles shows it (`InferenceProfileSummary`).

use serde_json::{Value, json};

use super::ACCOUNT_ID;
use super::foundation::{arn, partition};

/// A geography of system profiles: the prefix of their ids, its name, the regions that they are called from
/// and route to. From the user guide, "Supported Regions and models for inference profiles"; at most five
/// regions, because a profile lists at most five models.
struct Geography(&'static str, &'static str, &'static [&'static str]);

static GEOGRAPHIES: &[Geography] = &[
    Geography("us", "US", &["us-east-1", "us-east-2", "us-west-2"]),
    Geography(
        "eu",
        "EU",
        &[
            "eu-central-1",
            "eu-north-1",
            "eu-west-1",
            "eu-west-3",
            "eu-south-1",
        ],
    ),
    Geography(
        "apac",
        "APAC",
        &[
            "ap-northeast-1",
            "ap-northeast-2",
            "ap-south-1",
            "ap-southeast-1",
            "ap-southeast-2",
        ],
    ),
    Geography("jp", "JP", &["ap-northeast-1", "ap-northeast-3"]),
    Geography("au", "AU", &["ap-southeast-2", "ap-southeast-4"]),
    Geography("ca", "CA", &["ca-central-1", "ca-west-1"]),
    Geography("in", "IN", &["ap-south-1", "ap-south-2"]),
    Geography("us-gov", "US-GOV", &["us-gov-east-1", "us-gov-west-1"]),
    Geography("global", "Global", &[]),
];

/// The regions that a geography's profiles are called from; none for `global`, which is called from all of
/// the partition.
pub(super) fn regions_of(geography: &str) -> &'static [&'static str] {
    let found = GEOGRAPHIES
        .iter()
        .find(|Geography(known, ..)| *known == geography);
    found.map_or(&[], |Geography(.., regions)| regions)
}

/// An inference profile, made by the service or by the account.
#[derive(Clone, Debug)]
pub struct InferenceProfile {
    pub(crate) id: String,
    name: String,
    /// The foundation model behind it.
    pub(crate) base: String,
    application: bool,
    regions: Vec<String>,
}

impl InferenceProfile {
    /// A system profile such as `us.anthropic.claude-…`: the first segment is the geography, the rest the model.
    pub fn system(id: impl Into<String>) -> Self {
        let id = id.into();
        let (prefix, base) = id.split_once('.').unwrap_or(("", &id));
        let geography = GEOGRAPHIES
            .iter()
            .find(|Geography(known, ..)| *known == prefix);
        let label = geography.map_or(prefix, |Geography(_, label, _)| label);
        let name = format!("{label} {}", base.replace(['.', ':'], " "));
        let regions = geography
            .map(|Geography(.., regions)| regions.iter().map(|r| (*r).to_owned()).collect());
        Self {
            name,
            base: base.to_owned(),
            application: false,
            regions: regions.unwrap_or_default(),
            id,
        }
    }

    /// An application profile over a foundation model; the id says nothing of the model, as in AWS.
    pub fn application(
        id: impl Into<String>,
        name: impl Into<String>,
        base: impl Into<String>,
    ) -> Self {
        Self {
            id: id.into(),
            name: name.into(),
            base: base.into(),
            application: true,
            regions: Vec::new(),
        }
    }

    /// The name for people.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// The regions that it can be called from; none means all.
    #[must_use]
    pub fn only_in<const N: usize>(mut self, regions: [&str; N]) -> Self {
        self.regions = regions.map(str::to_owned).to_vec();
        self
    }

    pub(crate) fn is_in(&self, region: &str) -> bool {
        // GovCloud and China are partitions of their own: "global" ends at their border.
        let here = self.regions.is_empty() && partition(region) == "aws";
        here || self.application || self.regions.iter().any(|known| known == region)
    }

    /// `SYSTEM_DEFINED` or `APPLICATION`.
    pub(crate) fn kind(&self) -> &'static str {
        if self.application {
            "APPLICATION"
        } else {
            "SYSTEM_DEFINED"
        }
    }

    pub(crate) fn arn(&self, region: &str) -> String {
        let kind = if self.application {
            "application-inference-profile"
        } else {
            "inference-profile"
        };
        format!(
            "arn:{}:bedrock:{region}:{ACCOUNT_ID}:{kind}/{}",
            partition(region),
            self.id
        )
    }

    /// The summary, as a region shows it.
    pub(crate) fn summary(&self, region: &str) -> Value {
        let here = [region.to_owned()];
        let regions = if self.regions.is_empty() {
            &here[..]
        } else {
            &self.regions
        };
        let models: Vec<Value> = regions
            .iter()
            .map(|region| json!({"modelArn": arn(region, &self.base)}))
            .collect();
        json!({
            "inferenceProfileName": self.name,
            "description": format!("Routes requests to {}", self.base.replace([':', '.'], " ")),
            "createdAt": "2025-01-01T00:00:00Z",
            "updatedAt": "2025-01-01T00:00:00Z",
            "inferenceProfileArn": self.arn(region),
            "models": models,
            "inferenceProfileId": self.id,
            "status": "ACTIVE",
            "type": self.kind(),
        })
    }
}
