//! What a request names → what the service takes, and where. Pure: from lists that are at hand.

use super::geography::{of_region, rank, split};
use super::join::profiles_over;
use super::sources::Lists;
use crate::models::Facts;
use crate::region;

/// A region that requests may go to, and its lists if they are at hand.
pub(super) struct Place<'a> {
    pub(super) region: &'a str,
    pub(super) lists: Option<&'a Lists>,
}

/// Where a request goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    /// What the path of the request names.
    pub(crate) model_id: String,
    /// The foundation model behind it, as far as a list tells.
    pub(crate) base_model: Option<String>,
    /// The region.
    pub(crate) region: String,
}

/// A target, and whether more lists could change it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Resolved {
    pub(super) target: Target,
    pub(super) is_sure: bool,
}

/// Takes `ID@REGION` apart. An ARN names its region itself.
pub(super) fn split_region(asked: &str) -> (&str, Option<&str>) {
    let is_region = |text: &str| {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        text.contains('-') && text.bytes().all(plain)
    };
    match asked.rsplit_once('@') {
        Some((id, region)) if is_region(region) && !id.is_empty() => (id, Some(region)),
        _ => (asked, region::of_arn(asked)),
    }
}

/// Resolves an id among regions, of which the first counts most: a model that only profiles lead to
/// becomes the profile that is closest to the region, by the lists, else by what is known of the
/// model; an id that nobody knows stays as it is.
pub(super) fn resolve(
    id: &str,
    places: &[Place<'_>],
    preferred: &[String],
    facts: &Facts,
) -> Resolved {
    let known = places.iter().find_map(|place| {
        let (model_id, base) = listed(id, place, preferred)?;
        let mut resolved = to(model_id, place.region, true);
        resolved.target.base_model = base.map(str::to_owned);
        Some(resolved)
    });
    known.unwrap_or_else(|| unlisted(id, places, preferred, facts))
}

fn to(model_id: &str, region: &str, is_sure: bool) -> Resolved {
    Resolved {
        target: Target {
            model_id: model_id.to_owned(),
            base_model: None,
            region: region.to_owned(),
        },
        is_sure,
    }
}

/// What a region's lists say of an id, and the model behind it; nothing if they don't know it, or not
/// how to call it.
fn listed<'a>(
    id: &'a str,
    place: &Place<'a>,
    preferred: &[String],
) -> Option<(&'a str, Option<&'a str>)> {
    let lists = place.lists?;
    let mut models = lists.foundation.iter().flat_map(|list| &list.items);
    match models.find(|model| model.id == id) {
        Some(model) if model.on_demand => Some((id, Some(id))),
        Some(_) => {
            let profile = best(profiles_over(lists, id), place.region, preferred)?;
            Some((profile, Some(id)))
        }
        None => {
            let mut others = lists.derived.values().flat_map(|list| &list.items);
            let other = others.find(|other| other.id == id)?;
            Some((id, other.base.as_deref()))
        }
    }
}

fn best<'a>(
    profiles: impl Iterator<Item = (&'a str, &'a str)>,
    region: &str,
    preferred: &[String],
) -> Option<&'a str> {
    profiles
        .min_by_key(|(geography, id)| (rank(geography, region, preferred), *id))
        .map(|(_, id)| id)
}

/// Without a list that knows it.
fn unlisted(id: &str, places: &[Place<'_>], preferred: &[String], facts: &Facts) -> Resolved {
    let first = places
        .first()
        .map_or(region::DEFAULT_REGION, |one| one.region);
    if id.starts_with("arn:") {
        return to(id, region::of_arn(id).unwrap_or(first), true);
    }
    // A profile is called from where it leads to.
    if let Some((geography, _)) = split(id) {
        let home = places
            .iter()
            .find(|place| of_region(place.region).contains(&geography));
        return to(
            id,
            home.map_or(first, |place| place.region),
            places.len() < 2,
        );
    }
    let geographies = facts.profiles.as_deref().unwrap_or_default();
    let reachable = places.iter().find_map(|place| {
        let own = of_region(place.region);
        let reachable = geographies.iter().filter(|one| own.contains(&one.as_str()));
        let closest = reachable.min_by_key(|one| rank(one, place.region, preferred))?;
        Some(to(&format!("{closest}.{id}"), place.region, false))
    });
    let alone = facts.is_on_demand(first) && places.len() < 2;
    reachable.unwrap_or_else(|| to(id, first, alone))
}

#[cfg(test)]
mod tests;
