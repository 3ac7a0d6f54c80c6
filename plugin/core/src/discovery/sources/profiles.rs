//! ListInferenceProfiles: those that AWS defines, and those of the account.

use aws_sdk_bedrock::types::{InferenceProfileModel, InferenceProfileStatus, InferenceProfileType};
use provider_interface::ProviderError;

use super::{Derived, Region};
use crate::discovery::geography::base_of;

/// The profiles of one kind.
pub(super) async fn fetch(
    region: &Region,
    kind: InferenceProfileType,
) -> Result<Vec<Derived>, ProviderError> {
    let list = region.client.list_inference_profiles();
    let mut pages = list
        .type_equals(kind.clone())
        .into_paginator()
        .items()
        .send();
    let mut profiles = Vec::new();
    while let Some(profile) = pages.next().await {
        let profile = profile.map_err(|error| region.error(error))?;
        // The type is checked as well: what doesn't know the filter leaves it out.
        if profile.status != InferenceProfileStatus::Active || profile.r#type != kind {
            continue;
        }
        let base = match base(&profile.models) {
            None => ask(region, &profile.inference_profile_arn).await,
            base => base,
        };
        // The id of an account's profile says nothing, and holds in one region only.
        let id = match kind {
            InferenceProfileType::Application => profile.inference_profile_arn,
            _ => profile.inference_profile_id,
        };
        profiles.push(Derived {
            id,
            name: profile.inference_profile_name,
            base,
        });
    }
    Ok(profiles)
}

fn base(models: &[InferenceProfileModel]) -> Option<String> {
    let arn = models.iter().find_map(|model| model.model_arn())?;
    Some(base_of(arn).to_owned())
}

/// What the profile itself says of its models; nothing if it can't be asked.
async fn ask(region: &Region, profile: &str) -> Option<String> {
    let request = region.client.get_inference_profile();
    let answer = request.inference_profile_identifier(profile).send().await;
    match answer {
        Ok(profile) => base(&profile.models),
        Err(error) => {
            let error = region.error(error);
            tracing::debug!(profile, %error, "the profile's model is unknown");
            None
        }
    }
}
