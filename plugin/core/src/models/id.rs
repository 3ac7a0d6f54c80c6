//! What an id says of the model behind it.

/// Where inference profiles that AWS defines route to: the beginnings of their ids (user guide,
/// *Supported Regions and models for inference profiles*).
pub const GEOGRAPHIES: &[&str] = &[
    "us", "eu", "apac", "jp", "au", "ca", "us-gov", "in", "sa", "global",
];

/// A model id, an inference profile's id or an ARN, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelId {
    /// The id of the model or profile, in lower case, without what an ARN says before it.
    id: String,
    /// How many bytes of `id` are the geography and its dot.
    geography: usize,
}

impl ModelId {
    /// Reads what stands in a request.
    pub fn parse(model_id: &str) -> Self {
        let model_id = model_id.trim();
        let is_arn = model_id.starts_with("arn:");
        let last = model_id.rsplit('/').next().filter(|_| is_arn);
        let id = last.unwrap_or(model_id).to_ascii_lowercase();
        let geography = id
            .split_once('.')
            .filter(|(first, _)| GEOGRAPHIES.contains(first))
            .map_or(0, |(first, _)| first.len() + 1);
        Self { id, geography }
    }

    /// The id without its geography: what the foundation model is called.
    pub fn base(&self) -> &str {
        &self.id[self.geography..]
    }

    /// The geography of a profile that AWS defines.
    pub fn geography(&self) -> Option<&str> {
        self.id.get(..self.geography.checked_sub(1)?)
    }

    /// Whether the id, with or without its geography, begins like that.
    pub(super) fn begins_with(&self, beginning: &str) -> bool {
        self.base().starts_with(beginning) || self.id.starts_with(beginning)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_and_arns_lead_to_the_foundation_model() {
        for (given, base, geography) in [
            ("amazon.nova-lite-v1:0", "amazon.nova-lite-v1:0", None),
            (
                "us.amazon.nova-lite-v1:0",
                "amazon.nova-lite-v1:0",
                Some("us"),
            ),
            (
                "us-gov.anthropic.claude-x",
                "anthropic.claude-x",
                Some("us-gov"),
            ),
            (
                "arn:aws:bedrock:eu-west-1::foundation-model/Amazon.nova-lite-v1:0",
                "amazon.nova-lite-v1:0",
                None,
            ),
            (
                "arn:aws:bedrock:us-east-1:123456789012:inference-profile/global.anthropic.claude-x",
                "anthropic.claude-x",
                Some("global"),
            ),
            (
                "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2",
                "a1b2",
                None,
            ),
            ("us", "us", None),
            ("", "", None),
        ] {
            let id = ModelId::parse(given);
            assert_eq!((id.base(), id.geography()), (base, geography), "{given}");
        }
    }
}
