//! What an id becomes, in which region.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::*;
use crate::discovery::sources::{Dated, Derived, Foundation, Lifecycle, Source};

const SONNET: &str = "anthropic.claude-sonnet-4-5-20250929-v1:0";
const HAIKU: &str = "anthropic.claude-3-haiku-20240307-v1:0";

/// A region where Haiku is on demand and Sonnet is reached through profiles of these geographies.
fn lists(geographies: &[&str]) -> Lists {
    let model = |id: &str, on_demand| Foundation {
        id: id.to_owned(),
        name: id.to_owned(),
        maker: "anthropic".to_owned(),
        input: Vec::new(),
        output: Vec::new(),
        streaming: true,
        on_demand,
        state: Lifecycle::Active,
    };
    let profile = |geography: &&str| Derived {
        id: format!("{geography}.{SONNET}"),
        name: String::new(),
        base: Some(SONNET.to_owned()),
    };
    let profiles = geographies.iter().map(profile).collect();
    let dated = Dated {
        at: 0,
        items: profiles,
    };
    Lists {
        foundation: Some(Dated {
            at: 0,
            items: vec![model(HAIKU, true), model(SONNET, false)],
        }),
        derived: [(Source::SystemProfiles, dated)].into(),
        ..Lists::default()
    }
}

fn place<'a>(region: &'a str, lists: Option<&'a Lists>) -> Place<'a> {
    Place { region, lists }
}

fn resolved(id: &str, places: &[Place<'_>], preferred: &[&str]) -> (String, String, bool) {
    let preferred: Vec<String> = preferred.iter().map(|&one| one.to_owned()).collect();
    let facts = Facts {
        on_demand: (id == HAIKU).then(|| vec!["everywhere".to_owned()]),
        ..Facts::default()
    };
    let Resolved { target, is_sure } = resolve(id, places, &preferred, &facts);
    (target.model_id, target.region, is_sure)
}

fn in_region(id: &str, region: &str, geographies: &[&str], preferred: &[&str]) -> String {
    let lists = lists(geographies);
    let (id, place, is_sure) = resolved(id, &[place(region, Some(&lists))], preferred);
    assert_eq!((place.as_str(), is_sure), (region, true));
    id
}

#[test]
fn a_profile_only_model_becomes_the_profile_that_is_closest_to_the_region() {
    for (region, geographies, expected) in [
        ("us-east-1", &["global", "us"][..], "us"),
        ("eu-west-1", &["eu", "global"], "eu"),
        ("ap-northeast-1", &["apac", "global", "jp"], "jp"),
        ("ap-northeast-2", &["apac", "global"], "apac"),
        ("ap-southeast-2", &["apac", "au", "global"], "au"),
        ("ca-central-1", &["ca", "global", "us"], "ca"),
        ("us-gov-west-1", &["us-gov"], "us-gov"),
        ("ap-south-1", &["global", "in"], "in"),
        ("sa-east-1", &["global"], "global"),
        // Whatever else a region lists is better than an id that can't be called.
        ("sa-east-1", &["us"], "us"),
    ] {
        let expected = format!("{expected}.{SONNET}");
        assert_eq!(in_region(SONNET, region, geographies, &[]), expected);
    }
}

#[test]
fn the_users_order_counts_first() {
    let order = |preferred: &[&str]| in_region(SONNET, "us-east-1", &["us", "global"], preferred);
    assert_eq!(order(&["global"]), format!("global.{SONNET}"));
    assert_eq!(order(&["eu", "us"]), format!("us.{SONNET}"));
}

#[test]
fn a_model_on_demand_and_a_profile_stay_as_they_are() {
    assert_eq!(in_region(HAIKU, "us-east-1", &["us"], &[]), HAIKU);
    let profile = format!("us.{SONNET}");
    assert_eq!(in_region(&profile, "us-east-1", &["us"], &[]), profile);
}

#[test]
fn what_no_list_knows_stays_as_it_is() {
    let lists = lists(&["us"]);
    let here = [place("us-east-1", Some(&lists))];
    let unknown = ("no.such-model".to_owned(), "us-east-1".to_owned(), false);
    assert_eq!(resolved("no.such-model", &here, &[]), unknown);
    let nowhere = [place("us-east-1", None)];
    assert_eq!(resolved("no.such-model", &nowhere, &[]), unknown);
    // Known, but no profile leads to it.
    let without = lists_without_profiles();
    let here = [place("us-east-1", Some(&without))];
    let (id, _, is_sure) = resolved(SONNET, &here, &[]);
    assert_eq!((id.as_str(), is_sure), (SONNET, false));
}

fn lists_without_profiles() -> Lists {
    lists(&[])
}

#[test]
fn without_lists_only_what_needs_none_is_sure() {
    let nowhere = [place("us-east-1", None)];
    for (id, expected) in [
        (HAIKU, true),
        (&format!("us.{SONNET}"), true),
        (
            "arn:aws:bedrock:us-east-1:123456789012:imported-model/x",
            true,
        ),
        (SONNET, false),
    ] {
        let (same, _, is_sure) = resolved(id, &nowhere, &[]);
        assert_eq!((same.as_str(), is_sure), (id, expected), "{id}");
    }
}

#[test]
fn an_id_goes_to_the_first_region_that_has_it() {
    let (us, eu) = (lists(&["us"]), lists(&["eu"]));
    let both = [place("us-east-1", Some(&us)), place("eu-west-1", Some(&eu))];
    let to = |id: &str| {
        let (id, region, _) = resolved(id, &both, &[]);
        (id, region)
    };
    let us_profile = (format!("us.{SONNET}"), "us-east-1".to_owned());
    assert_eq!(to(SONNET), us_profile);
    let eu_profile = format!("eu.{SONNET}");
    assert_eq!(
        to(&eu_profile),
        (eu_profile.clone(), "eu-west-1".to_owned())
    );
    // Also before any list is at hand.
    let blind = [place("us-east-1", None), place("eu-west-1", None)];
    let (_, region, is_sure) = resolved(&eu_profile, &blind, &[]);
    assert_eq!((region.as_str(), is_sure), ("eu-west-1", false));
}

#[test]
fn a_region_may_be_named_behind_the_id() {
    for (asked, expected) in [
        ("a.b-v1:0@eu-west-1", ("a.b-v1:0", Some("eu-west-1"))),
        ("a.b-v1:0", ("a.b-v1:0", None)),
        ("a.b@c", ("a.b@c", None)),
        ("@eu-west-1", ("@eu-west-1", None)),
        (
            "arn:aws:bedrock:eu-west-1:1:x/y",
            ("arn:aws:bedrock:eu-west-1:1:x/y", Some("eu-west-1")),
        ),
    ] {
        assert_eq!(split_region(asked), expected);
    }
}

#[test]
fn without_lists_what_is_known_of_a_model_leads_to_a_profile() {
    let facts = Facts {
        profiles: Some(["us", "eu", "global"].map(str::to_owned).to_vec()),
        ..Facts::default()
    };
    for (region, expected) in [
        ("us-east-1", format!("us.{SONNET}")),
        ("eu-north-1", format!("eu.{SONNET}")),
        ("me-central-1", format!("global.{SONNET}")),
        ("us-gov-west-1", SONNET.to_owned()),
    ] {
        let resolved = resolve(SONNET, &[place(region, None)], &[], &facts);
        assert_eq!(resolved.target.model_id, expected);
        assert!(!resolved.is_sure, "a list may know better");
    }
    let preferred = ["global".to_owned()];
    let resolved = resolve(SONNET, &[place("us-east-1", None)], &preferred, &facts);
    assert_eq!(resolved.target.model_id, format!("global.{SONNET}"));
}

const GEOGRAPHIES: &[&str] = &[
    "us", "eu", "apac", "jp", "au", "ca", "us-gov", "in", "global",
];

proptest! {
    /// Whatever a region lists and a user prefers: the answer is listed, none that is listed would be
    /// better, and resolving it again changes nothing.
    #[test]
    fn the_best_of_what_is_listed_is_chosen(
        listed in subsequence(GEOGRAPHIES, 1..GEOGRAPHIES.len()),
        preferred in subsequence(GEOGRAPHIES, 0..3).prop_shuffle(),
        region in select(&["us-east-1", "eu-west-1", "ap-northeast-1", "us-gov-west-1", "me-south-1"][..]),
    ) {
        let lists = lists(&listed);
        let here = [place(region, Some(&lists))];
        let (id, _, is_sure) = resolved(SONNET, &here, &preferred);
        let (chosen, base) = split(&id).expect("a profile");
        prop_assert!(is_sure && listed.contains(&chosen));
        prop_assert_eq!(base, SONNET);
        let order: Vec<String> = preferred.iter().map(|&one| one.to_owned()).collect();
        for other in &listed {
            prop_assert!(rank(chosen, region, &order) <= rank(other, region, &order));
        }
        prop_assert_eq!(resolved(&id, &here, &preferred).0, id);
    }
}
