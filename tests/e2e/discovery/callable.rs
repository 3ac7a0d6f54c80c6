//! Exactly what can be called from a region is listed: the catalogue of January 2026, by name.

use bedrock_simulator::Operation;
use serde_json::json;

use super::{Account, documented, ids};
use crate::harness::asking;
use crate::workbench::collect;

/// Models that many regions have on demand.
const WIDE: &[&str] = &[
    "google.gemma-3-12b-it",
    "google.gemma-3-27b-it",
    "google.gemma-3-4b-it",
    "minimax.minimax-m2",
    "mistral.ministral-3-8b-instruct",
    "mistral.voxtral-small-24b-2507",
    "nvidia.nemotron-nano-12b-v2",
    "nvidia.nemotron-nano-9b-v2",
    "openai.gpt-oss-120b-1:0",
    "openai.gpt-oss-20b-1:0",
    "openai.gpt-oss-safeguard-120b",
    "qwen.qwen3-32b-v1:0",
    "qwen.qwen3-coder-30b-a3b-v1:0",
    "qwen.qwen3-next-80b-a3b",
    "qwen.qwen3-vl-235b-a22b",
];

/// Profiles that are called from every commercial region.
const GLOBAL: &[&str] = &[
    "global.amazon.nova-2-lite-v1:0",
    "global.anthropic.claude-haiku-4-5-20251001-v1:0",
    "global.anthropic.claude-opus-4-5-20251101-v1:0",
    "global.anthropic.claude-sonnet-4-20250514-v1:0",
    "global.anthropic.claude-sonnet-4-5-20250929-v1:0",
];

const US_EAST_1: &[&str] = &[
    "ai21.jamba-1-5-large-v1:0",
    "ai21.jamba-1-5-mini-v1:0",
    "amazon.nova-lite-v1:0",
    "amazon.nova-micro-v1:0",
    "amazon.nova-pro-v1:0",
    "amazon.titan-tg1-large",
    "anthropic.claude-3-haiku-20240307-v1:0",
    "cohere.command-r-plus-v1:0",
    "cohere.command-r-v1:0",
    "meta.llama3-70b-instruct-v1:0",
    "meta.llama3-8b-instruct-v1:0",
    "mistral.magistral-small-2509",
    "mistral.mistral-7b-instruct-v0:2",
    "mistral.mistral-large-2402-v1:0",
    "mistral.mistral-large-3-675b-instruct",
    "mistral.mistral-small-2402-v1:0",
    "mistral.mixtral-8x7b-instruct-v0:1",
    "moonshot.kimi-k2-thinking",
    "us.amazon.nova-2-lite-v1:0",
    "us.amazon.nova-lite-v1:0",
    "us.amazon.nova-micro-v1:0",
    "us.amazon.nova-premier-v1:0",
    "us.amazon.nova-pro-v1:0",
    "us.anthropic.claude-3-5-haiku-20241022-v1:0",
    "us.anthropic.claude-3-haiku-20240307-v1:0",
    "us.anthropic.claude-haiku-4-5-20251001-v1:0",
    "us.anthropic.claude-opus-4-1-20250805-v1:0",
    "us.anthropic.claude-opus-4-5-20251101-v1:0",
    "us.anthropic.claude-sonnet-4-20250514-v1:0",
    "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
    "us.deepseek.r1-v1:0",
    "us.meta.llama3-1-70b-instruct-v1:0",
    "us.meta.llama3-1-8b-instruct-v1:0",
    "us.meta.llama3-2-11b-instruct-v1:0",
    "us.meta.llama3-2-1b-instruct-v1:0",
    "us.meta.llama3-2-3b-instruct-v1:0",
    "us.meta.llama3-2-90b-instruct-v1:0",
    "us.meta.llama3-3-70b-instruct-v1:0",
    "us.meta.llama4-maverick-17b-instruct-v1:0",
    "us.meta.llama4-scout-17b-instruct-v1:0",
    "us.mistral.pixtral-large-2502-v1:0",
    "us.writer.palmyra-x4-v1:0",
    "us.writer.palmyra-x5-v1:0",
];

const EU_WEST_1: &[&str] = &[
    "anthropic.claude-3-haiku-20240307-v1:0",
    "eu.amazon.nova-2-lite-v1:0",
    "eu.amazon.nova-lite-v1:0",
    "eu.amazon.nova-micro-v1:0",
    "eu.amazon.nova-pro-v1:0",
    "eu.anthropic.claude-3-haiku-20240307-v1:0",
    "eu.anthropic.claude-haiku-4-5-20251001-v1:0",
    "eu.anthropic.claude-opus-4-5-20251101-v1:0",
    "eu.anthropic.claude-sonnet-4-20250514-v1:0",
    "eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
    "eu.meta.llama3-2-1b-instruct-v1:0",
    "eu.meta.llama3-2-3b-instruct-v1:0",
    "eu.mistral.pixtral-large-2502-v1:0",
    "mistral.mistral-7b-instruct-v0:2",
    "mistral.mistral-large-2402-v1:0",
    "mistral.mixtral-8x7b-instruct-v0:1",
];

const AP_NORTHEAST_1: &[&str] = &[
    "amazon.nova-lite-v1:0",
    "anthropic.claude-3-haiku-20240307-v1:0",
    "apac.amazon.nova-lite-v1:0",
    "apac.amazon.nova-micro-v1:0",
    "apac.amazon.nova-pro-v1:0",
    "apac.anthropic.claude-3-haiku-20240307-v1:0",
    "apac.anthropic.claude-sonnet-4-20250514-v1:0",
    "deepseek.v3-v1:0",
    "jp.amazon.nova-2-lite-v1:0",
    "jp.anthropic.claude-haiku-4-5-20251001-v1:0",
    "jp.anthropic.claude-sonnet-4-5-20250929-v1:0",
    "mistral.magistral-small-2509",
    "mistral.mistral-large-3-675b-instruct",
    "moonshot.kimi-k2-thinking",
    "qwen.qwen3-235b-a22b-2507-v1:0",
    "qwen.qwen3-coder-480b-a35b-v1:0",
];

const US_GOV_WEST_1: &[&str] = &[
    "amazon.nova-lite-v1:0",
    "amazon.nova-micro-v1:0",
    "amazon.nova-pro-v1:0",
    "anthropic.claude-3-haiku-20240307-v1:0",
    "meta.llama3-70b-instruct-v1:0",
    "meta.llama3-8b-instruct-v1:0",
    "us-gov.anthropic.claude-3-haiku-20240307-v1:0",
    "us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0",
];

/// Lists a region, compares, and calls every model that is listed.
async fn region_lists(region: &str, parts: &[&[&str]]) {
    let account = Account::new(documented(), region, json!({}));
    let list = account.list(false).await;
    assert_eq!(list.notes, [""; 0]);
    let mut expected: Vec<&str> = parts.concat();
    expected.sort_unstable();
    assert_eq!(ids(&list), expected, "{region}");
    for model in &list.models {
        let request = asking(&model.id, "hello");
        let (_, end) = collect(account.provider.start_stream(request)).await;
        end.unwrap_or_else(|error| panic!("{} in {region}: {error}", model.id));
    }
    let chats = account.sim.requests_of(Operation::ConverseStream);
    assert_eq!(chats.len(), list.models.len(), "one attempt each");
}

#[tokio::test]
async fn exactly_what_can_be_called_from_us_east_1_is_listed() {
    region_lists("us-east-1", &[US_EAST_1, WIDE, GLOBAL]).await;
}

#[tokio::test]
async fn exactly_what_can_be_called_from_eu_west_1_is_listed() {
    region_lists("eu-west-1", &[EU_WEST_1, WIDE, GLOBAL]).await;
}

#[tokio::test]
async fn exactly_what_can_be_called_from_ap_northeast_1_is_listed() {
    region_lists("ap-northeast-1", &[AP_NORTHEAST_1, WIDE, GLOBAL]).await;
}

#[tokio::test]
async fn exactly_what_can_be_called_from_us_gov_west_1_is_listed() {
    region_lists("us-gov-west-1", &[US_GOV_WEST_1]).await;
}

#[tokio::test]
async fn models_on_their_way_out_are_listed_when_they_are_asked_for() {
    let account = Account::new(
        documented(),
        "us-gov-west-1",
        json!({"includeLegacy": true}),
    );
    let mut expected = US_GOV_WEST_1.to_vec();
    for old in [
        "anthropic.claude-3-5-sonnet-20240620-v1:0",
        "anthropic.claude-3-7-sonnet-20250219-v1:0",
        "us-gov.anthropic.claude-3-5-sonnet-20240620-v1:0",
        "us-gov.anthropic.claude-3-7-sonnet-20250219-v1:0",
    ] {
        expected.push(old);
    }
    expected.sort_unstable();
    assert_eq!(ids(&account.list(false).await), expected);
}
