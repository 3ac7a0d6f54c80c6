//! Models that are known to be called by their bare id, so that a request for one needs no lists.

/// How the ids begin, and where it holds; everywhere if nothing is said (user guide, *Supported
/// foundation models*, column "Single-region model support", January 2026).
const ON_DEMAND: &[(&str, &[&str])] = &[
    ("ai21.jamba", &[]),
    ("amazon.titan-text", &[]),
    ("anthropic.claude-v2", &[]),
    ("mistral.mistral-7b", &[]),
    ("mistral.mistral-large-2402", &[]),
    ("mistral.mistral-small", &[]),
    ("mistral.mixtral", &[]),
    ("openai.gpt-oss-", &[]),
    ("amazon.nova-lite-v1", NOVA_LITE),
    ("amazon.nova-micro-v1", NOVA_MICRO),
    ("amazon.nova-pro-v1", NOVA_PRO),
    ("anthropic.claude-3-haiku-", CLAUDE_3_HAIKU),
];

const NOVA_LITE: &[&str] = &[
    "ap-northeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "eu-north-1",
    "eu-west-2",
    "me-central-1",
    "us-east-1",
    "us-gov-west-1",
];

const NOVA_MICRO: &[&str] = &["ap-southeast-2", "eu-west-2", "us-east-1", "us-gov-west-1"];

const NOVA_PRO: &[&str] = &[
    "ap-southeast-2",
    "ap-southeast-3",
    "eu-west-2",
    "me-central-1",
    "us-east-1",
    "us-gov-west-1",
];

const CLAUDE_3_HAIKU: &[&str] = &[
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-central-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "me-central-1",
    "sa-east-1",
    "us-east-1",
    "us-gov-west-1",
    "us-west-2",
];

/// Whether a model is known to be called by its bare id in a region.
pub(super) fn is_on_demand(id: &str, region: &str) -> bool {
    let mut families = ON_DEMAND.iter();
    families.any(|(family, regions)| {
        id.starts_with(family) && (regions.is_empty() || regions.contains(&region))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_depends_on_the_region() {
        for (id, region, expected) in [
            ("amazon.nova-lite-v1:0", "us-east-1", true),
            ("amazon.nova-lite-v1:0", "eu-west-1", false),
            ("openai.gpt-oss-20b-1:0", "eu-west-1", true),
            (
                "anthropic.claude-3-7-sonnet-20250219-v1:0",
                "us-east-1",
                false,
            ),
            ("us.amazon.nova-lite-v1:0", "us-east-1", false),
        ] {
            assert_eq!(is_on_demand(id, region), expected, "{id} in {region}");
        }
    }
}
