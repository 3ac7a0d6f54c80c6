//! The control plane and CountTokens.

use bedrock_simulator::{
    BedrockSim, Catalogue, FoundationModel, InferenceProfile, Operation, Reply, imported_model,
};
use serde_json::{Value, json};

use crate::client::{HAIKU, ask, hello, path};

#[tokio::test]
async fn lists_show_what_was_put_in() {
    let catalogue = Catalogue::empty()
        .model(
            FoundationModel::new("acme.bird-v1:0")
                .named("Bird", "Acme")
                .legacy(),
        )
        .profile(InferenceProfile::application(
            "a1b2c3",
            "team-bird",
            "acme.bird-v1:0",
        ))
        .imported(imported_model("us-east-1", "abcdefghijkl", "mine"));
    let sim = BedrockSim::new()
        .catalogue(catalogue)
        .start()
        .await
        .expect("it starts");
    let models = ask(&sim, "GET", "/foundation-models", &Value::Null)
        .await
        .json();
    assert_eq!(
        models["modelSummaries"][0]["modelLifecycle"]["status"],
        "LEGACY"
    );
    let profiles = ask(
        &sim,
        "GET",
        "/inference-profiles?type=APPLICATION",
        &Value::Null,
    )
    .await
    .json();
    let arn = profiles["inferenceProfileSummaries"][0]["inferenceProfileArn"]
        .as_str()
        .expect("an ARN");
    let found = ask(&sim, "GET", "/inference-profiles/a1b2c3", &Value::Null)
        .await
        .json();
    assert_eq!(
        found["models"][0]["modelArn"],
        "arn:aws:bedrock:us-east-1::foundation-model/acme.bird-v1:0"
    );
    assert_eq!(
        ask(&sim, "POST", &path(arn, "converse"), &hello())
            .await
            .status,
        200
    );
    let imported = ask(&sim, "GET", "/imported-models", &Value::Null)
        .await
        .json();
    assert_eq!(imported["modelSummaries"][0]["modelName"], "mine");
    for list in [
        "/model-customization/custom-model-deployments",
        "/provisioned-model-throughputs",
        "/prompt-routers",
    ] {
        assert_eq!(
            ask(&sim, "GET", list, &Value::Null).await.status,
            200,
            "{list}"
        );
    }
    let missing = ask(&sim, "GET", "/inference-profiles/none", &Value::Null).await;
    assert!(missing.error().starts_with("404 ResourceNotFoundException"));
}

#[tokio::test]
async fn one_operation_can_fail_while_the_others_work() {
    let sim = BedrockSim::new()
        .reply_to(Operation::ListFoundationModels, Reply::status(503))
        .always(
            Operation::ListInferenceProfiles,
            Reply::error(403, "AccessDeniedException", "not you"),
        )
        .start()
        .await
        .expect("it starts");
    assert_eq!(
        ask(&sim, "GET", "/foundation-models", &Value::Null)
            .await
            .status,
        503
    );
    assert_eq!(
        ask(&sim, "GET", "/foundation-models", &Value::Null)
            .await
            .status,
        200
    );
    for _ in 0..2 {
        assert_eq!(
            ask(&sim, "GET", "/inference-profiles", &Value::Null)
                .await
                .status,
            403
        );
    }
    sim.always(
        Operation::ListInferenceProfiles,
        Some(Reply::json(json!({"inferenceProfileSummaries": []}))),
    );
    assert_eq!(
        ask(&sim, "GET", "/inference-profiles", &Value::Null)
            .await
            .status,
        200
    );
    assert_eq!(sim.requests_of(Operation::ListInferenceProfiles).len(), 3);
}

#[tokio::test]
async fn tokens_are_counted_for_claude_s_foundation_models_only() {
    let sim = BedrockSim::new().start().await.expect("it starts");
    let body = json!({"input": {"converse": hello()}});
    let counted = ask(&sim, "POST", &path(HAIKU, "count-tokens"), &body)
        .await
        .json();
    assert_eq!(counted, json!({"inputTokens": 3}));
    for model in [
        "us.anthropic.claude-sonnet-4-20250514-v1:0",
        "amazon.nova-lite-v1:0",
    ] {
        let answer = ask(&sim, "POST", &path(model, "count-tokens"), &body).await;
        assert!(
            answer.error().contains("doesn't support counting tokens"),
            "{model}"
        );
    }
    let broken = json!({"input": {"converse": {"messages": []}}});
    assert_eq!(
        ask(&sim, "POST", &path(HAIKU, "count-tokens"), &broken)
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn a_catalogue_can_change_while_it_runs() {
    let sim = BedrockSim::new().start().await.expect("it starts");
    sim.set_catalogue(Catalogue::empty());
    let models = ask(&sim, "GET", "/foundation-models", &Value::Null)
        .await
        .json();
    assert_eq!(models, json!({"modelSummaries": []}));
    assert_eq!(
        ask(&sim, "POST", &path(HAIKU, "converse"), &hello())
            .await
            .status,
        400
    );
}
