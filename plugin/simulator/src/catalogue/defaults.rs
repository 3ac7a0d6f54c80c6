//! The default catalogue: one model of every kind that a client must tell apart.
//! Ids and names as ListFoundationModels gives them (user guide, "Supported foundation models").

use super::{FoundationModel, InferenceProfile};

pub(super) fn models() -> Vec<FoundationModel> {
    let model = FoundationModel::new;
    let image = ["TEXT", "IMAGE"];
    vec![
        model("anthropic.claude-3-haiku-20240307-v1:0")
            .named("Claude 3 Haiku", "Anthropic")
            .reads(image),
        model("anthropic.claude-3-7-sonnet-20250219-v1:0")
            .named("Claude 3.7 Sonnet", "Anthropic")
            .reads(image)
            .inference_types(["ON_DEMAND", "INFERENCE_PROFILE"]),
        model("anthropic.claude-sonnet-4-20250514-v1:0")
            .named("Claude Sonnet 4", "Anthropic")
            .reads(image)
            .profile_only(),
        model("anthropic.claude-sonnet-4-5-20250929-v1:0")
            .named("Claude Sonnet 4.5", "Anthropic")
            .reads(image)
            .profile_only(),
        model("anthropic.claude-opus-4-7")
            .named("Claude Opus 4.7", "Anthropic")
            .reads(image)
            .profile_only(),
        model("anthropic.claude-v2:1")
            .named("Claude", "Anthropic")
            .legacy(),
        model("amazon.nova-lite-v1:0")
            .named("Nova Lite", "Amazon")
            .reads(["TEXT", "IMAGE", "VIDEO"])
            .inference_types(["ON_DEMAND", "INFERENCE_PROFILE"]),
        model("amazon.nova-pro-v1:0")
            .named("Nova Pro", "Amazon")
            .reads(["TEXT", "IMAGE", "VIDEO"])
            .inference_types(["ON_DEMAND", "INFERENCE_PROFILE"]),
        model("amazon.titan-text-express-v1").named("Titan Text G1 - Express", "Amazon"),
        model("amazon.titan-embed-text-v2:0")
            .named("Titan Text Embeddings V2", "Amazon")
            .makes(["EMBEDDING"])
            .without_streaming(),
        model("amazon.nova-canvas-v1:0")
            .named("Nova Canvas", "Amazon")
            .reads(image)
            .makes(["IMAGE"])
            .without_streaming(),
        model("meta.llama3-3-70b-instruct-v1:0")
            .named("Llama 3.3 70B Instruct", "Meta")
            .profile_only(),
        model("openai.gpt-oss-120b-1:0").named("gpt-oss-120b", "OpenAI"),
        model("mistral.mistral-7b-instruct-v0:2").named("Mistral 7B Instruct", "Mistral AI"),
        model("mistral.mistral-large-2402-v1:0").named("Mistral Large (24.02)", "Mistral AI"),
        model("deepseek.r1-v1:0")
            .named("DeepSeek-R1", "DeepSeek")
            .profile_only(),
        model("ai21.jamba-instruct-v1:0")
            .named("Jamba-Instruct", "AI21 Labs")
            .without_streaming(),
    ]
}

pub(super) fn profiles() -> Vec<InferenceProfile> {
    [
        "us.anthropic.claude-3-7-sonnet-20250219-v1:0",
        "eu.anthropic.claude-3-7-sonnet-20250219-v1:0",
        "us.anthropic.claude-sonnet-4-20250514-v1:0",
        "eu.anthropic.claude-sonnet-4-20250514-v1:0",
        "apac.anthropic.claude-sonnet-4-20250514-v1:0",
        "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "jp.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "au.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "global.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "us.anthropic.claude-opus-4-7",
        "global.anthropic.claude-opus-4-7",
        "us.amazon.nova-lite-v1:0",
        "eu.amazon.nova-lite-v1:0",
        "apac.amazon.nova-lite-v1:0",
        "us.amazon.nova-pro-v1:0",
        "us.meta.llama3-3-70b-instruct-v1:0",
        "us.deepseek.r1-v1:0",
    ]
    .map(InferenceProfile::system)
    .to_vec()
}
