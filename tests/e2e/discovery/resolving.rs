//! What a request becomes that names a model: the profile that leads to it, in the region that has
//! it, at the first attempt.

use bedrock_simulator::{AuthKind, Operation, RecordedRequest, Reply, Simulator};
use serde_json::json;

use super::{PROFILE_ONLY, documented, models, told, user_with, user_with_own};
use crate::gateway::Gateway;
use crate::harness::MODEL;

fn account() -> Simulator {
    let greeting = Reply::text("Hello");
    documented().default_reply(greeting).spawn().unwrap()
}

/// Asks a model; the one request for an answer that was sent.
fn asked(user: &Gateway, sim: &Simulator, model: &str) -> RecordedRequest {
    sim.forget_requests();
    let said = user.run(&["chat", "-m", model, "hello"]);
    assert_eq!(said.good(), "Hello\n");
    let mut chats = sim.requests_of(Operation::ConverseStream);
    assert_eq!(chats.len(), 1, "one attempt");
    chats.remove(0)
}

fn model_and_region(request: &RecordedRequest) -> (String, String) {
    let AuthKind::SigV4 { region, .. } = &request.auth else {
        panic!("not signed: {:?}", request.auth);
    };
    (request.model_id.clone().unwrap(), region.clone())
}

fn to(model: &str, region: &str) -> (String, String) {
    (model.to_owned(), region.to_owned())
}

#[test]
fn a_profile_only_model_goes_to_the_profile_of_the_clients_region() {
    let sim = account();
    for (region, geography) in [
        ("us-east-1", "us"),
        ("eu-west-1", "eu"),
        ("ap-northeast-1", "jp"),
        ("ap-south-1", "global"),
        ("us-gov-west-1", "us-gov"),
    ] {
        let user = Gateway::at(&sim).env("AWS_REGION", region);
        let request = asked(&user, &sim, PROFILE_ONLY);
        let profile = format!("{geography}.{PROFILE_ONLY}");
        assert_eq!(model_and_region(&request), to(&profile, region));
    }
}

#[test]
fn the_order_of_profiles_can_be_chosen() {
    let sim = account();
    let user = user_with_own(&sim, json!({"profileOrder": ["global"]}));
    let request = asked(&user, &sim, PROFILE_ONLY);
    let profile = format!("global.{PROFILE_ONLY}");
    assert_eq!(model_and_region(&request), to(&profile, "us-east-1"));
}

#[test]
fn a_model_is_looked_up_once_and_then_known_from_disk() {
    let sim = account();
    let user = Gateway::at(&sim);
    asked(&user, &sim, PROFILE_ONLY);
    assert!(sim.request_count() > 1);
    asked(&user, &sim, PROFILE_ONLY);
    assert_eq!(sim.requests().len(), 1);
}

#[test]
fn what_is_called_by_its_own_id_is_asked_without_a_look_up() {
    let sim = account();
    let user = Gateway::at(&sim);
    for model in [MODEL, "us.amazon.nova-lite-v1:0"] {
        let request = asked(&user, &sim, model);
        assert_eq!(model_and_region(&request), to(model, "us-east-1"));
        assert_eq!(sim.requests().len(), 1);
    }
}

#[test]
fn an_id_that_no_list_knows_is_sent_as_it_is_and_the_service_decides() {
    let sim = account();
    let user = Gateway::at(&sim);
    let said = user.run(&["chat", "-m", "acme.no-such-model-v1:0", "hello"]);
    assert!(said.refusal(1).contains("HTTP 400"), "{said:?}");
    let chats = sim.requests_of(Operation::ConverseStream);
    assert_eq!(
        chats[0].model_id.as_deref(),
        Some("acme.no-such-model-v1:0")
    );
}

#[test]
fn a_control_plane_that_refuses_does_not_keep_a_request_from_being_sent() {
    let sim = account();
    for list in super::LISTS {
        let denied = Reply::error(403, "AccessDeniedException", "not authorized");
        sim.always(list, Some(denied));
    }
    let request = asked(&Gateway::at(&sim), &sim, "qwen.qwen3-32b-v1:0");
    assert_eq!(
        model_and_region(&request),
        to("qwen.qwen3-32b-v1:0", "us-east-1")
    );
}

#[test]
fn of_several_regions_each_reference_leads_to_its_own() {
    let sim = account();
    let user = user_with(&sim, json!({"region": ["us-east-1", "eu-west-1"]}));
    let listed = models(&user);
    let references = told(&listed, "ref");
    let mut unique = references.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), references.len(), "no reference twice");
    for (reference, model, region) in [
        (format!("amazon-bedrock/{MODEL}"), MODEL, "us-east-1"),
        (
            format!("amazon-bedrock/{MODEL}@eu-west-1"),
            MODEL,
            "eu-west-1",
        ),
        (
            "amazon-bedrock/eu.amazon.nova-lite-v1:0".to_owned(),
            "eu.amazon.nova-lite-v1:0",
            "eu-west-1",
        ),
        (
            "amazon-bedrock/us.amazon.nova-lite-v1:0".to_owned(),
            "us.amazon.nova-lite-v1:0",
            "us-east-1",
        ),
    ] {
        let row = listed.iter().find(|model| model["ref"] == reference);
        let row = row.unwrap_or_else(|| panic!("no {reference}"));
        assert_eq!(
            (&row["id"], &row["region"]),
            (&json!(model), &json!(region))
        );
        let request = asked(&user, &sim, &reference);
        assert_eq!(model_and_region(&request), to(model, region));
    }
    // Only the second region has a profile for it under that name.
    let request = asked(&user, &sim, &format!("{PROFILE_ONLY}@eu-west-1"));
    let profile = format!("eu.{PROFILE_ONLY}");
    assert_eq!(model_and_region(&request), to(&profile, "eu-west-1"));
}

#[test]
fn one_region_that_fails_is_a_note_and_the_other_is_listed() {
    let sim = account();
    sim.push_to(
        Operation::ListFoundationModels,
        Reply::error(403, "AccessDeniedException", "not authorized"),
    );
    let user = user_with(&sim, json!({"region": ["us-east-1", "eu-west-1"]}));
    let said = user.run(&["models", "--json"]);
    assert_eq!(said.status.code(), Some(0), "{said:?}");
    assert_eq!(said.err.lines().count(), 1, "{said:?}");
    assert!(said.err.contains("the foundation models of "), "{said:?}");
}
