//! Where models are found: each list of the control plane, its pages, its failures.

use bedrock_simulator::{
    BedrockSim, Catalogue, InferenceProfile, Operation, Reply, custom_model_deployment,
    imported_model, prompt_router, provisioned_model,
};
use host_shim::interface::{ListModels, ModelSource};
use serde_json::json;

use super::{Account, LISTS, PROFILE_ONLY, documented, ids};
use crate::harness::asking;
use crate::workbench::collect;

const REGION: &str = "us-east-1";
const NOVA: &str = "amazon.nova-lite-v1:0";

fn denied() -> Reply {
    Reply::error(403, "AccessDeniedException", "you are not authorized")
}

/// The account's own things, beside what AWS offers.
fn full() -> BedrockSim {
    let catalogue = Catalogue::documented()
        .profile(InferenceProfile::application(
            "abcdefghijkl",
            "Team A",
            PROFILE_ONLY,
        ))
        .imported(imported_model(REGION, "abcdefghijkl", "Brought along"))
        .deployment(custom_model_deployment(
            REGION,
            "abcdefghijkl",
            "Tuned",
            "amazon.nova-lite-v1:0:256k",
        ))
        .provisioned(provisioned_model(REGION, "abcdefghijkl", "Reserved", NOVA))
        .router(prompt_router(
            REGION,
            "abcdefghijkl",
            "Router",
            ["amazon.nova-pro-v1:0", NOVA],
        ));
    BedrockSim::new().catalogue(catalogue)
}

#[tokio::test]
async fn the_accounts_own_models_are_listed_with_what_stands_behind_them_and_can_be_called() {
    let account = Account::new(full(), REGION, json!({}));
    let list = account.list(false).await;
    assert_eq!(list.notes, [""; 0]);
    let arn = |resource: &str| format!("arn:aws:bedrock:{REGION}:123456789012:{resource}");
    for (source, id, name, base) in [
        (
            ModelSource::ApplicationProfile,
            arn("application-inference-profile/abcdefghijkl"),
            "Team A",
            Some(PROFILE_ONLY),
        ),
        (
            ModelSource::ImportedModel,
            arn("imported-model/abcdefghijkl"),
            "Brought along",
            None,
        ),
        (
            ModelSource::CustomDeployment,
            arn("custom-model-deployment/abcdefghijkl"),
            "Tuned",
            Some(NOVA),
        ),
        (
            ModelSource::Provisioned,
            arn("provisioned-model/abcdefghijkl"),
            "Reserved",
            Some(NOVA),
        ),
        (
            ModelSource::PromptRouter,
            arn("default-prompt-router/abcdefghijkl"),
            "Router",
            Some(NOVA),
        ),
    ] {
        let found = list.models.iter().find(|model| model.source == source);
        let model = found.unwrap_or_else(|| panic!("no {source}"));
        assert_eq!((model.id.as_str(), model.name.as_str()), (&*id, name));
        assert_eq!(model.base_model.as_deref(), base, "{source}");
        assert_eq!(model.input.is_some(), base.is_some(), "{source}");
        let (_, end) = collect(account.provider.start_stream(asking(&id, "hello"))).await;
        end.unwrap_or_else(|error| panic!("{source}: {error}"));
    }
}

#[tokio::test]
async fn all_pages_are_read() {
    let whole = Account::new(full(), REGION, json!({}));
    let paged = Catalogue::documented().page_size(3);
    let paged = Account::new(BedrockSim::new().catalogue(paged), REGION, json!({}));
    let whole = whole.list(false).await;
    let listed = paged.list(false).await;
    assert_eq!(listed.notes, [""; 0]);
    let of_aws: Vec<&str> = ids(&whole)
        .into_iter()
        .filter(|id| !id.starts_with("arn:"))
        .collect();
    assert_eq!(ids(&listed), of_aws);
    assert!(paged.asked(Operation::ListInferenceProfiles) > 10);
}

#[tokio::test]
async fn every_list_may_fail_alone_and_is_named_in_a_note() {
    for (operation, words) in [
        (Operation::ListFoundationModels, "foundation models"),
        (Operation::ListInferenceProfiles, "inference profiles"),
        (Operation::ListImportedModels, "imported models"),
        (
            Operation::ListCustomModelDeployments,
            "custom model deployments",
        ),
        (
            Operation::ListProvisionedModelThroughputs,
            "provisioned throughputs",
        ),
        (Operation::ListPromptRouters, "prompt routers"),
    ] {
        let account = Account::new(full().always(operation, denied()), REGION, json!({}));
        let list = account.list(false).await;
        let expected = format!("the {words} of {REGION} can't be listed: ");
        assert!(
            list.notes.iter().any(|note| note.starts_with(&expected)),
            "{:?}",
            list.notes
        );
        let profiles = operation == Operation::ListInferenceProfiles;
        assert_eq!(list.notes.len(), if profiles { 2 } else { 1 });
        let has = |id: &str| ids(&list).contains(&id);
        assert_eq!(has(NOVA), operation != Operation::ListFoundationModels);
        assert_eq!(has("us.amazon.nova-lite-v1:0"), !profiles);
    }
}

#[tokio::test]
async fn when_everything_fails_the_first_failure_is_the_error() {
    let sim = LISTS
        .iter()
        .fold(documented(), |sim, list| sim.always(*list, denied()));
    let account = Account::new(sim, REGION, json!({}));
    let error = account.provider.list_models(ListModels::default()).await;
    let error = error.expect_err("refused");
    assert_eq!(error.http_status, Some(403), "{error}");
}

#[tokio::test]
async fn a_list_that_never_comes_is_given_up_and_the_others_are_shown() {
    let stalled = Reply::json(json!({})).stall_before_headers();
    let sim = documented().always(Operation::ListPromptRouters, stalled);
    let account = Account::new(sim, REGION, json!({}));
    let list = account.list(false).await;
    assert!(ids(&list).contains(&NOVA));
    assert_eq!(list.notes.len(), 1, "{:?}", list.notes);
    let note = &list.notes[0];
    assert!(
        note.contains("prompt routers") && note.contains("did not come within 10s"),
        "{note}"
    );
}
