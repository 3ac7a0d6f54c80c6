//! Which region a request goes to. Discovery and chat go by the same rule.

/// Where a region may be named, apart from a request's ARN; in the order in which they count.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct RegionSources<'a> {
    /// `discovery.region` of the config (the first, if it is a list).
    pub(crate) config: Option<&'a str>,
    /// `AWS_REGION`
    pub(crate) env_region: Option<&'a str>,
    /// `AWS_DEFAULT_REGION`
    pub(crate) env_default_region: Option<&'a str>,
    /// `baseUrl` of the config, if its host is one of AWS's.
    pub(crate) base_url: Option<&'a str>,
    /// `region` of the AWS profile.
    pub(crate) profile: Option<&'a str>,
}

/// The region when nothing names one.
pub(crate) const DEFAULT_REGION: &str = "us-east-1";

/// A region, and who named it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Resolved {
    pub(crate) region: String,
    /// In a person's words.
    pub(crate) source: &'static str,
}

/// The region of a client. Blank values count as absent.
pub(crate) fn resolve(sources: &RegionSources<'_>) -> Resolved {
    let base_url = sources.base_url.and_then(standard_host_region);
    let (region, source) = [
        (sources.config, "region in the config"),
        (sources.env_region, "AWS_REGION"),
        (sources.env_default_region, "AWS_DEFAULT_REGION"),
        (base_url, "host of baseUrl"),
        (sources.profile, "region of the AWS profile"),
    ]
    .into_iter()
    .filter_map(|(region, source)| Some((region?.trim(), source)))
    .find(|(region, _)| !region.is_empty())
    .unwrap_or((DEFAULT_REGION, "default, since nothing names one"));
    Resolved {
        region: region.to_owned(),
        source,
    }
}

/// The region inside an ARN that can be asked (`arn:PARTITION:SERVICE:REGION:…`).
pub(crate) fn of_arn(model_id: &str) -> Option<&str> {
    let mut parts = model_id.split(':');
    let (arn, _partition, _service, region) =
        (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    (arn == "arn" && !region.is_empty()).then_some(region)
}

/// The region of one of AWS's own runtime hosts (`bedrock-runtime[-fips].REGION.amazonaws.com[.cn]`
/// and the like); none for any other host, which is a real endpoint.
pub(crate) fn standard_host_region(base_url: &str) -> Option<&str> {
    let rest = base_url
        .split_once("://")
        .map_or(base_url, |(_, rest)| rest);
    let host = rest.split(['/', ':', '?']).next()?;
    let mut labels = host.split('.');
    let service = labels.next()?;
    let region = labels.next()?;
    let domain = host.get(service.len() + region.len() + 2..)?;
    let standard = STANDARD_SERVICES.contains(&service) && STANDARD_DOMAINS.contains(&domain);
    (standard && !region.is_empty()).then_some(region)
}

/// First labels of AWS's hosts for this service.
const STANDARD_SERVICES: &[&str] = &[
    "bedrock-runtime",
    "bedrock-runtime-fips",
    "bedrock",
    "bedrock-fips",
];

/// Domains of AWS's partitions (endpoint rules of the AWS SDKs), dual-stack ones included.
const STANDARD_DOMAINS: &[&str] = &[
    "amazonaws.com",
    "amazonaws.com.cn",
    "api.aws",
    "api.amazonwebservices.com.cn",
    "api.aws.ic.gov",
    "api.aws.scloud",
    "api.cloud-aws.adc-e.uk",
    "api.aws.hci.ic.gov",
    "api.amazonwebservices.eu",
    "c2s.ic.gov",
    "sc2s.sgov.gov",
    "cloud.adc-e.uk",
    "csp.hci.ic.gov",
    "amazonaws.eu",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn named(sources: &RegionSources<'_>) -> (String, &'static str) {
        let Resolved { region, source } = resolve(sources);
        (region, source)
    }

    #[test]
    fn the_first_source_that_names_a_region_counts_and_blanks_do_not() {
        let all = RegionSources {
            config: Some("eu-west-1"),
            env_region: Some("us-west-2"),
            env_default_region: Some("us-east-2"),
            base_url: Some("https://bedrock-runtime.ap-south-1.amazonaws.com"),
            profile: Some("sa-east-1"),
        };
        assert_eq!(
            named(&all),
            ("eu-west-1".to_owned(), "region in the config")
        );
        let no_config = RegionSources {
            config: Some("  "),
            ..all
        };
        assert_eq!(named(&no_config), ("us-west-2".to_owned(), "AWS_REGION"));
        let default_env = RegionSources {
            env_region: Some(""),
            ..no_config
        };
        assert_eq!(
            named(&default_env),
            ("us-east-2".to_owned(), "AWS_DEFAULT_REGION")
        );
        let url = RegionSources {
            env_default_region: None,
            ..default_env
        };
        assert_eq!(named(&url), ("ap-south-1".to_owned(), "host of baseUrl"));
        let profile = RegionSources {
            base_url: Some("http://127.0.0.1:1"),
            ..url
        };
        assert_eq!(
            named(&profile),
            ("sa-east-1".to_owned(), "region of the AWS profile")
        );
        let (region, source) = named(&RegionSources::default());
        assert_eq!(region, DEFAULT_REGION);
        assert!(source.starts_with("default"), "{source}");
    }

    #[test]
    fn only_aws_own_hosts_tell_a_region() {
        for (url, region) in [
            (
                "https://bedrock-runtime.us-east-1.amazonaws.com",
                Some("us-east-1"),
            ),
            (
                "https://bedrock-runtime-fips.us-gov-west-1.amazonaws.com/",
                Some("us-gov-west-1"),
            ),
            (
                "https://bedrock-runtime.cn-north-1.amazonaws.com.cn",
                Some("cn-north-1"),
            ),
            ("bedrock-runtime.eu-west-1.api.aws", Some("eu-west-1")),
            ("https://bedrock-runtime.eu-west-1.example.com", None),
            (
                "https://vpce-1.bedrock-runtime.us-east-1.vpce.amazonaws.com",
                None,
            ),
            ("http://127.0.0.1:8080", None),
            ("", None),
        ] {
            assert_eq!(standard_host_region(url), region, "{url}");
        }
    }

    #[test]
    fn an_arn_names_its_region() {
        let arn = "arn:aws:bedrock:eu-central-1:123456789012:inference-profile/eu.x";
        assert_eq!(of_arn(arn), Some("eu-central-1"));
        assert_eq!(of_arn("anthropic.claude-3-haiku-20240307-v1:0"), None);
    }
}
