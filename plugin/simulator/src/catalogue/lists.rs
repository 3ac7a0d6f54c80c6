//! The answers of the control plane: filters, pages, and the one profile asked for.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde_json::{Value, json};

use super::Catalogue;
use crate::error::Refusal;
use crate::routes::{Operation, Query, Route};

/// `MaxResults` of the service model.
const MAX_RESULTS: std::ops::RangeInclusive<usize> = 1..=1000;

/// Answers a list or a look-up as `region` sees it.
pub(crate) fn answer(
    catalogue: &Catalogue,
    route: &Route,
    query: &Query,
    region: &str,
) -> Result<Value, Refusal> {
    match route.operation {
        Operation::ListFoundationModels => foundation_models(catalogue, query, region),
        Operation::ListInferenceProfiles => profiles(catalogue, query, region),
        Operation::GetInferenceProfile => profile(
            catalogue,
            route.label.as_deref().unwrap_or_default(),
            region,
        ),
        Operation::ListImportedModels => page(
            catalogue,
            query,
            "modelSummaries",
            catalogue.imported.clone(),
        ),
        Operation::ListCustomModelDeployments => page(
            catalogue,
            query,
            "modelDeploymentSummaries",
            catalogue.deployments.clone(),
        ),
        Operation::ListProvisionedModelThroughputs => page(
            catalogue,
            query,
            "provisionedModelSummaries",
            catalogue.provisioned.clone(),
        ),
        Operation::ListPromptRouters => page(
            catalogue,
            query,
            "promptRouterSummaries",
            catalogue.routers.clone(),
        ),
        Operation::ConverseStream | Operation::Converse | Operation::CountTokens => Err(
            Refusal::new(404, "UnknownOperationException", "No such list"),
        ),
    }
}

/// Filters as ListFoundationModels documents them; it is not paginated.
fn foundation_models(catalogue: &Catalogue, query: &Query, region: &str) -> Result<Value, Refusal> {
    let modality = one_of(query, "byOutputModality", &["TEXT", "IMAGE", "EMBEDDING"])?;
    let inference = one_of(query, "byInferenceType", &["ON_DEMAND", "PROVISIONED"])?;
    one_of(
        query,
        "byCustomizationType",
        &["FINE_TUNING", "CONTINUED_PRE_TRAINING", "DISTILLATION"],
    )?;
    let provider = query.get("byProvider");
    let has = |list: &[String], wanted: Option<&str>| {
        wanted.is_none_or(|wanted| list.iter().any(|m| m == wanted))
    };
    let chosen = catalogue.models.iter().filter(|model| {
        model.is_in(region)
            && provider.is_none_or(|wanted| model.provider.eq_ignore_ascii_case(wanted))
            && has(&model.output, modality)
            && inference.is_none_or(|wanted| model.types_in(region).contains(&wanted))
            // No model here can be customized.
            && query.get("byCustomizationType").is_none()
    });
    let summaries: Vec<Value> = chosen.map(|model| model.summary(region)).collect();
    Ok(json!({ "modelSummaries": summaries }))
}

fn profiles(catalogue: &Catalogue, query: &Query, region: &str) -> Result<Value, Refusal> {
    // The member is `typeEquals`; on the wire it is called `type`.
    let kind = one_of(query, "type", &["SYSTEM_DEFINED", "APPLICATION"])?;
    let chosen = catalogue.profiles.iter();
    let chosen = chosen
        .filter(|profile| profile.is_in(region) && kind.is_none_or(|kind| kind == profile.kind()));
    let summaries = chosen.map(|profile| profile.summary(region)).collect();
    page(catalogue, query, "inferenceProfileSummaries", summaries)
}

fn profile(catalogue: &Catalogue, identifier: &str, region: &str) -> Result<Value, Refusal> {
    let found = catalogue.profiles.iter().find(|profile| {
        profile.is_in(region) && (profile.id == identifier || profile.arn(region) == identifier)
    });
    found.map(|profile| profile.summary(region)).ok_or_else(|| {
        let message = format!("Could not find inference profile {identifier}.");
        Refusal::new(404, "ResourceNotFoundException", message)
    })
}

fn one_of<'a>(query: &'a Query, name: &str, values: &[&str]) -> Result<Option<&'a str>, Refusal> {
    match query.get(name) {
        Some(value) if !values.contains(&value) => Err(Refusal::validation(format!(
            "1 validation error detected: Value '{value}' at '{name}' failed to satisfy constraint: Member must satisfy \
             enum value set: [{}]",
            values.join(", ")
        ))),
        value => Ok(value),
    }
}

/// One page, with the token of the next; a token is good for the list that gave it.
fn page(
    catalogue: &Catalogue,
    query: &Query,
    list: &str,
    items: Vec<Value>,
) -> Result<Value, Refusal> {
    let size = match query.get("maxResults").map(str::parse::<usize>) {
        None => catalogue.page_size,
        Some(Ok(size)) if MAX_RESULTS.contains(&size) => size,
        Some(_) => {
            return Err(Refusal::validation(
                "maxResults must be a number between 1 and 1000",
            ));
        }
    };
    let from = match query.get("nextToken") {
        None => 0,
        Some(token) => token_offset(list, token)
            .filter(|from| *from <= items.len())
            .ok_or_else(|| Refusal::validation("The provided nextToken is invalid."))?,
    };
    let to = from.saturating_add(size).min(items.len());
    let mut answer = json!({ list: items[from..to] });
    if let (true, Value::Object(members)) = (to < items.len(), &mut answer) {
        members.insert(
            "nextToken".to_owned(),
            BASE64.encode(format!("{list}:{to}")).into(),
        );
    }
    Ok(answer)
}

fn token_offset(list: &str, token: &str) -> Option<usize> {
    let text = String::from_utf8(BASE64.decode(token).ok()?).ok()?;
    text.strip_prefix(list)?.strip_prefix(':')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(operation: Operation, query: &str, region: &str) -> Result<Value, Refusal> {
        let route = Route {
            operation,
            label: None,
        };
        answer(&Catalogue::default(), &route, &Query::parse(query), region)
    }

    fn ids(answer: &Value, list: &str, member: &str) -> Vec<String> {
        let items = answer[list].as_array().expect("a list");
        items
            .iter()
            .map(|item| item[member].as_str().expect("an id").to_owned())
            .collect()
    }

    #[test]
    fn foundation_models_are_filtered_by_the_server() {
        let found = |query: &str| {
            let answer = list(Operation::ListFoundationModels, query, "us-east-1").expect("a list");
            ids(&answer, "modelSummaries", "modelId")
        };
        assert_eq!(
            found("byOutputModality=EMBEDDING"),
            ["amazon.titan-embed-text-v2:0"]
        );
        assert_eq!(found("byProvider=deepseek"), ["deepseek.r1-v1:0"]);
        assert!(!found("byInferenceType=ON_DEMAND").contains(&"deepseek.r1-v1:0".to_owned()));
        assert_eq!(found("").len(), 17);
    }

    #[test]
    fn a_filter_with_an_unknown_value_is_refused() {
        let refusal = list(
            Operation::ListFoundationModels,
            "byOutputModality=SONG",
            "us-east-1",
        );
        assert_eq!(refusal.expect_err("refused").kind, "ValidationException");
    }

    #[test]
    fn profiles_come_in_pages_that_join_without_a_gap() {
        let whole = list(Operation::ListInferenceProfiles, "", "us-east-1").expect("a list");
        let mut joined = Vec::new();
        let mut query = "maxResults=3".to_owned();
        loop {
            let page = list(Operation::ListInferenceProfiles, &query, "us-east-1").expect("a page");
            joined.extend(ids(
                &page,
                "inferenceProfileSummaries",
                "inferenceProfileId",
            ));
            let Some(token) = page["nextToken"].as_str() else {
                break;
            };
            query = format!("maxResults=3&nextToken={token}");
        }
        assert_eq!(
            joined,
            ids(&whole, "inferenceProfileSummaries", "inferenceProfileId")
        );
        assert!(list(Operation::ListPromptRouters, "nextToken=AAAA", "us-east-1").is_err());
    }

    #[test]
    fn a_region_sees_its_own_geography_and_the_global_one() {
        let prefixes = |region: &str| {
            let answer = list(Operation::ListInferenceProfiles, "", region).expect("a list");
            let ids = ids(&answer, "inferenceProfileSummaries", "inferenceProfileId");
            let mut prefixes: Vec<String> = ids
                .iter()
                .map(|id| id.split('.').next().unwrap_or_default().to_owned())
                .collect();
            prefixes.sort();
            prefixes.dedup();
            prefixes
        };
        assert_eq!(prefixes("us-east-1"), ["global", "us"]);
        assert_eq!(prefixes("ap-northeast-1"), ["apac", "global", "jp"]);
        assert_eq!(prefixes("us-gov-west-1"), ["us-gov"]);
    }
}
