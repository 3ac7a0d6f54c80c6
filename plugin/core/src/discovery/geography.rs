//! Geographies: where inference profiles that AWS defines route to, as the beginning of their ids.

/// All of them (user guide, *Supported Regions and models for inference profiles*).
const GEOGRAPHIES: &[&str] = &[
    "us", "eu", "apac", "jp", "au", "ca", "us-gov", "in", "sa", "global",
];

/// How a region's name begins, and which geographies it belongs to: the closest first.
const OF_REGIONS: &[(&str, &[&str])] = &[
    ("us-gov-", &["us-gov"]),
    ("us-", &["us", "global"]),
    ("ca-", &["ca", "us", "global"]),
    ("eu-", &["eu", "global"]),
    ("ap-northeast-1", &["jp", "apac", "global"]),
    ("ap-northeast-3", &["jp", "apac", "global"]),
    ("ap-southeast-2", &["au", "apac", "global"]),
    ("ap-southeast-4", &["au", "apac", "global"]),
    ("ap-south-", &["in", "apac", "global"]),
    ("ap-", &["apac", "global"]),
    ("sa-", &["sa", "global"]),
    // China and the isolated partitions have no profiles.
    ("cn-", &[]),
    ("us-iso", &[]),
    ("eu-iso", &[]),
    ("eusc-", &[]),
    ("", &["global"]),
];

/// The geographies of a region, the closest first.
pub(super) fn of_region(region: &str) -> &'static [&'static str] {
    // The longest beginning is the most exact one.
    OF_REGIONS
        .iter()
        .filter(|(beginning, _)| region.starts_with(beginning))
        .max_by_key(|(beginning, _)| beginning.len())
        .map_or(&[], |(_, geographies)| geographies)
}

/// The geography that a profile's id begins with, and the foundation model's id behind it.
pub(super) fn split(id: &str) -> Option<(&str, &str)> {
    id.split_once('.')
        .filter(|(geography, _)| GEOGRAPHIES.contains(geography))
}

/// The id of the foundation model that an id or ARN of a model or a profile stands for.
pub(super) fn base_of(id: &str) -> &str {
    let last = id.rsplit('/').next().unwrap_or(id);
    split(last).map_or(last, |(_, base)| base)
}

/// How far back a geography stands in a region: first those that the user prefers, then the
/// region's own, then all others.
pub(super) fn rank(geography: &str, region: &str, preferred: &[String]) -> usize {
    let own = of_region(region);
    let by_user = preferred.iter().position(|one| one == geography);
    let by_region = || own.iter().position(|one| *one == geography);
    by_user
        .or_else(|| by_region().map(|place| preferred.len() + place))
        .unwrap_or(preferred.len() + own.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_belongs_to_its_country_then_its_continent_then_the_world() {
        for (region, expected) in [
            ("us-east-1", &["us", "global"][..]),
            ("us-gov-west-1", &["us-gov"]),
            ("ca-central-1", &["ca", "us", "global"]),
            ("eu-west-1", &["eu", "global"]),
            ("ap-northeast-1", &["jp", "apac", "global"]),
            ("ap-northeast-2", &["apac", "global"]),
            ("ap-southeast-2", &["au", "apac", "global"]),
            ("ap-south-1", &["in", "apac", "global"]),
            ("me-central-1", &["global"]),
            ("us-iso-east-1", &[]),
            ("cn-north-1", &[]),
        ] {
            assert_eq!(of_region(region), expected, "{region}");
        }
    }

    #[test]
    fn the_foundation_model_is_read_from_ids_and_arns() {
        let arn = "arn:aws:bedrock:us-east-1::foundation-model/";
        for (given, base) in [
            ("amazon.nova-lite-v1:0", "amazon.nova-lite-v1:0"),
            ("us-gov.anthropic.claude-x", "anthropic.claude-x"),
            (
                &format!("{arn}amazon.nova-lite-v1:0"),
                "amazon.nova-lite-v1:0",
            ),
            (&format!("{arn}eu.meta.llama"), "meta.llama"),
        ] {
            assert_eq!(base_of(given), base);
        }
    }

    #[test]
    fn what_the_user_prefers_comes_before_what_is_close() {
        let mut geographies = ["us", "apac", "jp", "global"];
        let preferred = ["global".to_owned()];
        geographies.sort_by_key(|one| rank(one, "ap-northeast-1", &preferred));
        assert_eq!(geographies, ["global", "jp", "apac", "us"]);
    }
}
