//! What the user's config says of models, caching and metadata, from the file to the wire; and what an
//! answer cost.

use bedrock_simulator::{BedrockSim, Reply, Usage};
use host_shim::interface::StreamEvent;
use serde_json::{Value, json};

use crate::gateway::{Gateway, argument};
use crate::harness::{Bedrock, asking};
use crate::workbench::collect;

const CLAUDE: &str = "anthropic.claude-3-7-sonnet-20250219-v1:0";

/// The config of a user who put that into the plugin's own.
fn config(own: Value) -> Value {
    json!({"plugins": {"entries": {"amazon-bedrock": {"enabled": true, "config": own}}}})
}

/// What is sent for a request under a config.
fn sent(own: Value, request: &Value) -> Value {
    let sim = BedrockSim::new()
        .any_model()
        .without_rules()
        .default_reply(Reply::text("Hello"))
        .spawn()
        .unwrap();
    let user = Gateway::at(&sim).config(&config(own));
    let file = user.file("request.json", request.to_string());
    user.run(&["chat", "--plugins", &beside(), "--request", argument(&file)])
        .good();
    sim.requests().pop().unwrap().body
}

/// The folder of the plugin that was built with the gateway.
fn beside() -> String {
    let library = crate::artifacts::library(crate::harness::PLUGIN);
    argument(library.parent().unwrap()).to_owned()
}

fn asked(model: &str, more: Value) -> Value {
    let mut request = more;
    request["modelId"] = json!(model);
    request["messages"] = json!([{"role": "user", "content": [{"text": "hello"}]}]);
    request
}

#[test]
fn the_callers_metadata_counts_more_than_the_configs() {
    let own = json!({"requestMetadata": {"team": "blue", "host": "a"}});
    let request = asked(CLAUDE, json!({"requestMetadata": {"team": "red"}}));
    assert_eq!(
        sent(own, &request)["requestMetadata"],
        json!({"team": "red", "host": "a"})
    );
}

#[test]
fn a_caching_policy_of_the_config_marks_and_none_does_not() {
    let request = asked(CLAUDE, json!({"system": [{"text": "Be brief."}]}));
    let point = json!({"cachePoint": {"type": "default"}});
    let body = sent(json!({"promptCaching": "short"}), &request);
    assert_eq!(body["system"][1], point);
    assert_eq!(body["messages"][0]["content"][1], point);
    let body = sent(json!({"promptCaching": "none"}), &request);
    assert_eq!(body["system"], request["system"]);
}

#[test]
fn a_model_of_the_users_own_is_asked_by_the_users_rules() {
    let model = "arn:aws:bedrock:us-east-1:123456789012:imported-model/abc";
    let request = asked(
        model,
        json!({"system": [{"text": "Be brief."}], "inferenceConfig": {"temperature": 0.5, "maxTokens": 9}}),
    );
    let own = json!({"models": [{"id": model, "systemPrompt": false, "sampling": "none"}]});
    let body = sent(own, &request);
    assert_eq!(body["system"], json!(null));
    assert_eq!(body["inferenceConfig"], json!({"maxTokens": 9}));
    let like_claude = json!({"models": [{"id": model, "baseModel": "anthropic.claude-opus-4-7"}]});
    let body = sent(like_claude, &request);
    assert_eq!(body["system"], request["system"]);
    assert_eq!(body["inferenceConfig"], json!({"maxTokens": 9}));
}

#[test]
fn a_rule_that_the_provider_cannot_read_is_told() {
    let own = json!({"models": [{"id": "acme.", "sampling": "sometimes"}]});
    let sim = BedrockSim::new().spawn().unwrap();
    let user = Gateway::at(&sim).config(&config(own));
    let said = user.run(&["chat", "--plugins", &beside(), "-m", CLAUDE, "hello"]);
    let sentence = said.refusal(1);
    assert!(
        sentence.contains("model acme.: unknown variant `sometimes`"),
        "{sentence}"
    );
}

#[tokio::test]
async fn an_answer_says_what_it_cost_as_far_as_prices_are_known() {
    let usage = Usage::new(1000, 2000).cache_read(3000);
    let reply = Reply::text("Hello").usage(usage);
    let prices = json!({"input": 1.0, "output": 2.0, "cacheRead": 0.5});
    let models = json!([{"id": "acme.priced", "cost": prices}, {"id": "acme.unpriced"}]);
    let sim = BedrockSim::new().any_model().default_reply(reply);
    let bedrock = Bedrock::with(sim, json!({"models": models}));
    let mut costs = Vec::new();
    for model in ["acme.priced", "acme.unpriced"] {
        let (events, end) = collect(bedrock.provider.start_stream(asking(model, "hello"))).await;
        end.unwrap();
        let Some(StreamEvent::Metadata(metadata)) = events.last() else {
            panic!("no metadata: {events:?}");
        };
        costs.push(metadata.cost.map(|cost| (cost.total * 1e6).round() / 1e6));
    }
    assert_eq!(costs, [Some(0.0065), None]);
}
