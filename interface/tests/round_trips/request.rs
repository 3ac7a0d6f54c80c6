//! Any request.

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use provider_interface::*;

use crate::content::{block, cache_point, guard, json, name, text};

pub(crate) fn tool() -> impl Strategy<Value = Tool> {
    let spec = (
        text(),
        option::of(text()),
        json(),
        option::of(any::<bool>()),
    );
    prop_oneof![
        spec.prop_map(
            |(name, description, schema, strict)| Tool::ToolSpec(ToolSpec {
                name,
                description,
                input_schema: ToolInputSchema::Json(schema),
                strict,
            })
        ),
        text().prop_map(|name| Tool::SystemTool(SystemTool { name })),
        cache_point().prop_map(Tool::CachePoint),
    ]
}

pub(crate) fn tool_config() -> impl Strategy<Value = ToolConfig> {
    let choice = prop_oneof![
        Just(ToolChoice::Auto(EmptyObject {})),
        Just(ToolChoice::Any(EmptyObject {})),
        text().prop_map(|name| ToolChoice::Tool(SystemTool { name })),
    ];
    (vec(tool(), 0..3), option::of(choice))
        .prop_map(|(tools, tool_choice)| ToolConfig { tools, tool_choice })
}

pub(crate) fn settings() -> impl Strategy<Value = ChatRequest> {
    let inference = (
        option::of(any::<u32>()),
        option::of(0.0f32..=1.0),
        option::of(0.0f32..=1.0),
        option::of(vec(text(), 0..3)),
    )
        .prop_map(
            |(max_tokens, temperature, top_p, stop_sequences)| InferenceConfig {
                max_tokens,
                temperature,
                top_p,
                stop_sequences,
            },
        );
    let guardrail = (
        option::of(text()),
        option::of(text()),
        option::of(name(GuardrailTrace::KNOWN)),
        option::of(name(GuardrailStreamMode::KNOWN)),
    )
        .prop_map(
            |(guardrail_identifier, guardrail_version, trace, mode)| GuardrailConfig {
                guardrail_identifier,
                guardrail_version,
                trace,
                stream_processing_mode: mode,
            },
        );
    let format =
        (text(), option::of(text()), option::of(text())).prop_map(|(schema, name, description)| {
            OutputFormat {
                kind: OutputFormatType::JsonSchema,
                structure: OutputStructure::JsonSchema(JsonSchemaDefinition {
                    schema,
                    name,
                    description,
                }),
            }
        });
    let output =
        (option::of(format), option::of(text())).prop_map(|(text_format, effort)| OutputConfig {
            text_format,
            effort,
        });
    let reasoning = prop_oneof![
        name(Effort::KNOWN).prop_map(Reasoning::Effort),
        any::<u32>().prop_map(Reasoning::BudgetTokens),
    ];
    let performance = option::of(name(Latency::KNOWN));
    let tier = name(ServiceTierType::KNOWN);
    let variables = btree_map(text(), text().prop_map(|text| TextPiece { text }), 0..3);
    (
        (
            option::of(inference),
            option::of(tool_config()),
            option::of(guardrail),
        ),
        (
            option::of(json()),
            option::of(variables),
            option::of(vec(text(), 0..3)),
        ),
        (
            option::of(btree_map(text(), text(), 0..3)),
            option::of(performance),
        ),
        (option::of(tier), option::of(output), option::of(reasoning)),
        (
            option::of(name(PromptCaching::KNOWN)),
            option::of(vec(text(), 0..3)),
        ),
    )
        .prop_map(|(first, second, third, fourth, own)| ChatRequest {
            inference_config: first.0,
            tool_config: first.1,
            guardrail_config: first.2,
            additional_model_request_fields: second.0,
            prompt_variables: second.1,
            additional_model_response_field_paths: second.2,
            request_metadata: third.0,
            performance_config: third.1.map(|latency| PerformanceConfig { latency }),
            service_tier: fourth.0.map(|kind| ServiceTier { kind }),
            output_config: fourth.1,
            reasoning: fourth.2,
            prompt_caching: own.0,
            fallbacks: own.1,
            ..ChatRequest::default()
        })
}

pub(crate) fn request() -> impl Strategy<Value = ChatRequest> {
    let message = (name(Role::KNOWN), vec(block(), 0..4))
        .prop_map(|(role, content)| Message { role, content });
    let system = prop_oneof![
        text().prop_map(SystemBlock::Text),
        guard().prop_map(SystemBlock::GuardContent),
        cache_point().prop_map(SystemBlock::CachePoint),
    ];
    (text(), vec(message, 0..4), vec(system, 0..3), settings()).prop_map(
        |(model_id, messages, system, settings)| ChatRequest {
            model_id,
            messages,
            system,
            ..settings
        },
    )
}
