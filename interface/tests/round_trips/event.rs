//! Any event.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use provider_interface::*;

use crate::content::{blob, citation, json, media, name, text};

pub(crate) fn rtext() -> impl Strategy<Value = RString> {
    text().prop_map(RString::from)
}

pub(crate) fn delta() -> impl Strategy<Value = Delta> {
    let reasoning = prop_oneof![
        rtext().prop_map(ReasoningDelta::Text),
        rtext().prop_map(ReasoningDelta::Signature),
        blob().prop_map(ReasoningDelta::RedactedContent),
    ];
    let result = prop_oneof![
        text().prop_map(ToolResultDelta::Text),
        json().prop_map(ToolResultDelta::Json),
    ];
    let image =
        (option::of(media()), option::of(option::of(text()))).prop_map(|(source, error)| {
            let error = error.map(|message| MediaError { message });
            ImageDelta { source, error }
        });
    prop_oneof![
        rtext().prop_map(Delta::Text),
        rtext().prop_map(|input| Delta::ToolUse(ToolUseDelta { input })),
        vec(result, 0..3).prop_map(Delta::ToolResult),
        reasoning.prop_map(Delta::ReasoningContent),
        citation().prop_map(Delta::Citation),
        image.prop_map(Delta::Image),
    ]
}

pub(crate) fn block_start() -> impl Strategy<Value = BlockStart> {
    prop_oneof![
        (text(), text(), option::of(text())).prop_map(|(tool_use_id, name, kind)| {
            BlockStart::ToolUse(ToolUseStart {
                tool_use_id,
                name,
                kind,
            })
        }),
        (
            text(),
            option::of(text()),
            option::of(name(ToolResultStatus::KNOWN))
        )
            .prop_map(|(tool_use_id, kind, status)| BlockStart::ToolResult(
                ToolResultStart {
                    tool_use_id,
                    kind,
                    status,
                }
            )),
        name(ImageFormat::KNOWN).prop_map(|format| BlockStart::Image(ImageStart { format })),
    ]
}

pub(crate) fn metadata() -> impl Strategy<Value = Metadata> {
    let detail = (name(CacheTtl::KNOWN), any::<u64>())
        .prop_map(|(ttl, input_tokens)| CacheDetail { ttl, input_tokens });
    let cache = (
        option::of(any::<u64>()),
        option::of(any::<u64>()),
        option::of(vec(detail, 0..3)),
    );
    let tokens = (any::<u64>(), any::<u64>(), any::<u64>());
    // Fractions that binary and decimal digits tell alike.
    let dollars = any::<u32>().prop_map(|n| f64::from(n) / 1024.0);
    let own = (option::of(dollars), option::of(text()));
    let latency = option::of(any::<u64>());
    (tokens, cache, latency, option::of(json()), own).prop_map(
        |(tokens, cache, latency, trace, (cost, model_id))| Metadata {
            usage: Usage {
                input_tokens: tokens.0,
                output_tokens: tokens.1,
                total_tokens: tokens.2,
                cache_read_input_tokens: cache.0,
                cache_write_input_tokens: cache.1,
                cache_details: cache.2,
            },
            metrics: latency.map(|latency_ms| Metrics { latency_ms }),
            trace,
            performance_config: None,
            service_tier: Some(ServiceTier {
                kind: ServiceTierType::Flex,
            }),
            cost: cost.map(|total| Cost {
                input: total / 4.0,
                total,
                ..Cost::default()
            }),
            model_id,
        },
    )
}

pub(crate) fn event() -> impl Strategy<Value = StreamEvent> {
    prop_oneof![
        name(Role::KNOWN).prop_map(|role| StreamEvent::MessageStart(MessageStart { role })),
        (block_start(), any::<u32>()).prop_map(|(start, content_block_index)| {
            StreamEvent::ContentBlockStart(ContentBlockStart {
                start,
                content_block_index,
            })
        }),
        (delta(), any::<u32>()).prop_map(|(delta, content_block_index)| {
            StreamEvent::ContentBlockDelta(ContentBlockDelta {
                delta,
                content_block_index,
            })
        }),
        any::<u32>().prop_map(|content_block_index| {
            StreamEvent::ContentBlockStop(ContentBlockStop {
                content_block_index,
            })
        }),
        (name(StopReason::KNOWN), option::of(json())).prop_map(|(stop_reason, fields)| {
            StreamEvent::MessageStop(MessageStop {
                stop_reason,
                additional_model_response_fields: fields,
            })
        }),
        metadata().prop_map(|metadata| StreamEvent::Metadata(Box::new(metadata))),
    ]
}
