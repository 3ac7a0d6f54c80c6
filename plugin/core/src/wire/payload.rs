//! The JSON of one event, read with every tolerance that the wire needs: unknown members and
//! unknown kinds of content are ignored, the padding `p` among them, absent ones are no error.

use provider_interface::{
    Blob, BlockStart, CacheDetail, Citation, ContentBlockDelta, ContentBlockStart,
    ContentBlockStop, Delta, ImageDelta, ImageStart, Json, MessageStart, MessageStop, Metadata,
    Metrics, PerformanceConfig, RString, ReasoningDelta, Role, ServiceTier, StopReason,
    StreamEvent, ToolResultDelta, ToolResultStart, ToolUseDelta, ToolUseStart, Usage,
};
use serde::Deserialize;
use serde_json::Error;

/// Appends what the event says to `events`. `Ok(false)`: this version doesn't know it.
pub(super) fn read_event(
    event_type: &str,
    payload: &[u8],
    events: &mut Vec<StreamEvent>,
) -> Result<bool, Error> {
    let before = events.len();
    match event_type {
        "contentBlockDelta" => read_delta(payload, events)?,
        "messageStart" => {
            let role = serde_json::from_slice::<WireStart>(payload)?.role;
            events.push(StreamEvent::MessageStart(MessageStart { role }));
        }
        "contentBlockStart" => events.extend(read_start(payload)?),
        "contentBlockStop" => {
            let stop: ContentBlockStop = serde_json::from_slice(payload)?;
            events.push(StreamEvent::ContentBlockStop(stop));
        }
        "messageStop" => {
            let stop: WireStop = serde_json::from_slice(payload)?;
            events.push(StreamEvent::MessageStop(MessageStop {
                stop_reason: stop.stop_reason,
                additional_model_response_fields: stop.additional_model_response_fields,
            }));
        }
        "metadata" => {
            let metadata: WireMetadata = serde_json::from_slice(payload)?;
            events.push(StreamEvent::Metadata(Box::new(metadata.into())));
        }
        _ => {}
    }
    Ok(events.len() > before)
}

#[derive(Deserialize)]
struct WireStart {
    role: Role,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireStop {
    stop_reason: StopReason,
    additional_model_response_fields: Option<Json>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireDelta {
    content_block_index: u32,
    delta: DeltaMembers,
}

/// *ContentBlockDelta* is a union: one member is set, or one that this version doesn't know.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DeltaMembers {
    text: Option<RString>,
    tool_use: Option<ToolUseDelta>,
    reasoning_content: Option<ReasoningMembers>,
    tool_result: Option<Vec<ToolResultMembers>>,
    citation: Option<Citation>,
    image: Option<ImageDelta>,
}

/// Flat, unlike the `reasoningContent` of a whole message.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReasoningMembers {
    text: Option<RString>,
    signature: Option<RString>,
    redacted_content: Option<Blob>,
}

#[derive(Deserialize)]
pub(super) struct ToolResultMembers {
    text: Option<String>,
    json: Option<Json>,
}

impl ToolResultMembers {
    /// None: a kind of content that this version doesn't know.
    pub(super) fn into_delta(self) -> Option<ToolResultDelta> {
        let text = self.text.map(ToolResultDelta::Text);
        text.or_else(|| self.json.map(ToolResultDelta::Json))
    }
}

fn read_delta(payload: &[u8], events: &mut Vec<StreamEvent>) -> Result<(), Error> {
    let WireDelta {
        content_block_index,
        delta,
    } = serde_json::from_slice(payload)?;
    let mut push = |delta| {
        events.push(StreamEvent::ContentBlockDelta(ContentBlockDelta {
            delta,
            content_block_index,
        }));
    };
    // In the order in which a reader needs them, should one delta ever carry several.
    if let Some(reasoning) = delta.reasoning_content {
        let ReasoningMembers {
            text,
            signature,
            redacted_content,
        } = reasoning;
        let pieces = [
            text.map(ReasoningDelta::Text),
            signature.map(ReasoningDelta::Signature),
            redacted_content.map(ReasoningDelta::RedactedContent),
        ];
        for piece in pieces.into_iter().flatten() {
            push(Delta::ReasoningContent(piece));
        }
    }
    if let Some(text) = delta.text {
        push(Delta::Text(text));
    }
    if let Some(tool_use) = delta.tool_use {
        push(Delta::ToolUse(tool_use));
    }
    if let Some(pieces) = delta.tool_result {
        let pieces = pieces.into_iter().filter_map(ToolResultMembers::into_delta);
        push(Delta::ToolResult(pieces.collect()));
    }
    if let Some(citation) = delta.citation {
        push(Delta::Citation(citation));
    }
    if let Some(image) = delta.image {
        push(Delta::Image(image));
    }
    Ok(())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireBlockStart {
    content_block_index: u32,
    start: StartMembers,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StartMembers {
    tool_use: Option<ToolUseStart>,
    tool_result: Option<ToolResultStart>,
    image: Option<ImageStart>,
}

fn read_start(payload: &[u8]) -> Result<Option<StreamEvent>, Error> {
    let WireBlockStart {
        content_block_index,
        start,
    } = serde_json::from_slice(payload)?;
    let start = start
        .tool_use
        .map(BlockStart::ToolUse)
        .or_else(|| start.tool_result.map(BlockStart::ToolResult))
        .or_else(|| start.image.map(BlockStart::Image));
    Ok(start.map(|start| {
        StreamEvent::ContentBlockStart(ContentBlockStart {
            start,
            content_block_index,
        })
    }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireMetadata {
    #[serde(default)]
    usage: WireUsage,
    metrics: Option<Metrics>,
    trace: Option<Json>,
    #[serde(default, deserialize_with = "tolerated")]
    performance_config: Option<PerformanceConfig>,
    #[serde(default, deserialize_with = "tolerated")]
    service_tier: Option<ServiceTier>,
}

/// What the cache did has two names on the wire; some answers carry both.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct WireUsage {
    input_tokens: u64,
    output_tokens: u64,
    total_tokens: u64,
    cache_read_input_tokens: Option<u64>,
    cache_read_input_token_count: Option<u64>,
    cache_write_input_tokens: Option<u64>,
    cache_write_input_token_count: Option<u64>,
    cache_details: Option<Vec<CacheDetail>>,
}

impl From<WireMetadata> for Metadata {
    fn from(wire: WireMetadata) -> Self {
        let usage = wire.usage;
        Self {
            usage: Usage {
                input_tokens: usage.input_tokens,
                output_tokens: usage.output_tokens,
                total_tokens: usage.total_tokens,
                cache_read_input_tokens: usage
                    .cache_read_input_tokens
                    .or(usage.cache_read_input_token_count),
                cache_write_input_tokens: usage
                    .cache_write_input_tokens
                    .or(usage.cache_write_input_token_count),
                cache_details: usage.cache_details,
            },
            metrics: wire.metrics,
            trace: wire.trace,
            performance_config: wire.performance_config,
            service_tier: wire.service_tier,
            cost: None,
            model_id: None,
        }
    }
}

/// Reads a type that a request must spell exactly, but an answer may have extended: what can't be
/// read counts as absent.
fn tolerated<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: serde::de::DeserializeOwned,
{
    let json = Option::<Json>::deserialize(deserializer)?;
    Ok(json.and_then(|json| json.read().ok()))
}
