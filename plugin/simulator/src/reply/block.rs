//! The content blocks of a scripted answer, with the way each is cut into deltas.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// One content block of an answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Block {
    /// Text, streamed in deltas of a few words.
    Text(String),
    /// Text, streamed in exactly these deltas.
    TextDeltas(Vec<String>),
    /// Reasoning with its signature, which comes in a delta of its own, last.
    #[serde(rename_all = "camelCase")]
    Reasoning {
        /// What the model thought.
        text: String,
        /// The signature; without one no signature delta is sent.
        #[serde(default)]
        signature: Option<String>,
    },
    /// Redacted reasoning: each element is the bytes (base64 in JSON) of one delta.
    RedactedReasoning(#[serde(with = "base64_list")] Vec<Vec<u8>>),
    /// A call of a tool.
    ToolUse(ToolCall),
    /// A tool's result which the service itself ran (server tools).
    #[serde(rename_all = "camelCase")]
    ToolResult {
        /// The call it answers.
        tool_use_id: String,
        /// `nova_code_interpreter_result` and the like.
        #[serde(default, rename = "type")]
        kind: Option<String>,
        /// `success` or `error`.
        #[serde(default)]
        status: Option<String>,
        /// `{"text": …}` or `{"json": …}` members, one delta each.
        content: Vec<Value>,
    },
    /// An image; the bytes are base64 in JSON.
    Image {
        /// `png`, `jpeg`, `gif` or `webp`.
        format: String,
        /// Each element is one delta's bytes.
        #[serde(with = "base64_list")]
        bytes: Vec<Vec<u8>>,
    },
    /// Text with citations; the citations come before the text, as recorded.
    Cited {
        /// The text they support.
        text: String,
        /// Citations, as the API's `Citation`.
        citations: Vec<Value>,
    },
}

/// A tool call of a scripted answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ToolCall {
    /// The call's id.
    pub tool_use_id: String,
    /// The tool's name.
    pub name: String,
    /// The input; a JSON string is taken as the raw text of the input, however malformed.
    pub input: Value,
    /// `server_tool_use` for tools that the service runs.
    #[serde(default, rename = "type")]
    pub kind: Option<String>,
    /// Characters per delta of the streamed input.
    #[serde(default = "ToolCall::default_delta_size")]
    pub delta_size: usize,
}

impl ToolCall {
    /// A call of `name` with `input`.
    pub fn new(tool_use_id: impl Into<String>, name: impl Into<String>, input: Value) -> Self {
        Self {
            tool_use_id: tool_use_id.into(),
            name: name.into(),
            input,
            kind: None,
            delta_size: Self::default_delta_size(),
        }
    }

    fn default_delta_size() -> usize {
        12
    }

    /// The input as it goes over the wire.
    fn input_text(&self) -> String {
        match &self.input {
            Value::String(raw) => raw.clone(),
            other => other.to_string(),
        }
    }
}

impl Block {
    /// The payload of `contentBlockStart`, for the kinds that have one: text and reasoning have none.
    pub(crate) fn start(&self) -> Option<Value> {
        match self {
            Self::ToolUse(call) => {
                let mut start = json!({"toolUseId": call.tool_use_id, "name": call.name});
                set(&mut start, "type", call.kind.as_deref());
                Some(json!({ "toolUse": start }))
            }
            Self::ToolResult {
                tool_use_id,
                kind,
                status,
                ..
            } => {
                let mut start = json!({ "toolUseId": tool_use_id });
                set(&mut start, "type", kind.as_deref());
                set(&mut start, "status", status.as_deref());
                Some(json!({ "toolResult": start }))
            }
            Self::Image { format, .. } => Some(json!({"image": {"format": format}})),
            _ => None,
        }
    }

    /// The `delta` members of this block's `contentBlockDelta` events.
    pub(crate) fn deltas(&self) -> Vec<Value> {
        match self {
            Self::Text(text) => words(text).map(|part| json!({ "text": part })).collect(),
            Self::TextDeltas(parts) => parts.iter().map(|part| json!({ "text": part })).collect(),
            Self::Reasoning { text, signature } => words(text)
                .map(|part| json!({"reasoningContent": {"text": part}}))
                .chain(
                    signature
                        .iter()
                        .map(|s| json!({"reasoningContent": {"signature": s}})),
                )
                .collect(),
            Self::RedactedReasoning(parts) => parts
                .iter()
                .map(|part| json!({"reasoningContent": {"redactedContent": BASE64.encode(part)}}))
                .collect(),
            Self::ToolUse(call) => pieces(&call.input_text(), call.delta_size)
                .into_iter()
                .map(|part| json!({"toolUse": {"input": part}}))
                .collect(),
            Self::ToolResult { content, .. } => content
                .iter()
                .map(|part| json!({"toolResult": [part]}))
                .collect(),
            Self::Image { bytes, .. } => bytes
                .iter()
                .map(|part| json!({"image": {"source": {"bytes": BASE64.encode(part)}}}))
                .collect(),
            Self::Cited { text, citations } => citations
                .iter()
                .map(|citation| json!({ "citation": citation }))
                .chain(words(text).map(|part| json!({ "text": part })))
                .collect(),
        }
    }

    /// The block as Converse, which does not stream, gives it.
    pub(crate) fn whole(&self) -> Value {
        match self {
            Self::Text(text) => json!({ "text": text }),
            Self::TextDeltas(parts) => json!({"text": parts.concat()}),
            Self::Reasoning { text, signature } => {
                let mut reasoning = json!({ "text": text });
                set(&mut reasoning, "signature", signature.as_deref());
                json!({"reasoningContent": {"reasoningText": reasoning}})
            }
            Self::RedactedReasoning(parts) => {
                json!({"reasoningContent": {"redactedContent": BASE64.encode(parts.concat())}})
            }
            Self::ToolUse(call) => {
                let input = match &call.input {
                    Value::String(raw) => serde_json::from_str(raw).unwrap_or_else(|_| json!({})),
                    other => other.clone(),
                };
                let mut tool =
                    json!({"toolUseId": call.tool_use_id, "name": call.name, "input": input});
                set(&mut tool, "type", call.kind.as_deref());
                json!({ "toolUse": tool })
            }
            Self::ToolResult {
                tool_use_id,
                kind,
                status,
                content,
            } => {
                let mut result = json!({"toolUseId": tool_use_id, "content": content});
                set(&mut result, "type", kind.as_deref());
                set(&mut result, "status", status.as_deref());
                json!({ "toolResult": result })
            }
            Self::Image { format, bytes } => {
                json!({"image": {"format": format, "source": {"bytes": BASE64.encode(bytes.concat())}}})
            }
            Self::Cited { text, citations } => {
                json!({"citationsContent": {"content": [{"text": text}], "citations": citations}})
            }
        }
    }

    /// Words in it, for the usage figures that a script does not give.
    pub(crate) fn words(&self) -> u64 {
        let count = |text: &str| text.split_whitespace().count();
        let words = match self {
            Self::Text(text) | Self::Cited { text, .. } | Self::Reasoning { text, .. } => {
                count(text)
            }
            Self::TextDeltas(parts) => count(&parts.concat()),
            Self::ToolUse(call) => call.input_text().len().div_ceil(4),
            Self::ToolResult { content, .. } => content.len(),
            Self::RedactedReasoning(_) | Self::Image { .. } => 1,
        };
        u64::try_from(words).unwrap_or(u64::MAX)
    }
}

fn set(object: &mut Value, name: &str, value: Option<&str>) {
    if let (Value::Object(members), Some(value)) = (object, value) {
        members.insert(name.to_owned(), Value::from(value));
    }
}

/// Words with the white space that precedes them; an empty text is one empty delta.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut starts = vec![0];
    let mut in_word = false;
    for (at, c) in text.char_indices() {
        if c.is_whitespace() && in_word {
            starts.push(at);
        }
        in_word = !c.is_whitespace();
    }
    let mut spans = Vec::with_capacity(starts.len());
    for (index, &from) in starts.iter().enumerate() {
        let to = starts.get(index + 1).copied().unwrap_or(text.len());
        spans.push(&text[from..to]);
    }
    spans.into_iter()
}

/// Pieces of `size` characters; an empty text is one empty piece.
fn pieces(text: &str, size: usize) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    if chars.is_empty() {
        return vec![String::new()];
    }
    chars
        .chunks(size.max(1))
        .map(|piece| piece.iter().collect())
        .collect()
}

mod base64_list {
    use super::BASE64;
    use base64::Engine as _;
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(parts: &[Vec<u8>], to: S) -> Result<S::Ok, S::Error> {
        let texts: Vec<String> = parts.iter().map(|part| BASE64.encode(part)).collect();
        texts.serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Vec<Vec<u8>>, D::Error> {
        let texts = Vec::<String>::deserialize(from)?;
        texts
            .iter()
            .map(|text| BASE64.decode(text).map_err(D::Error::custom))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_before_white_space_and_loses_nothing() {
        let parts: Vec<&str> = words("Hello  there,\nyou \u{1F600}! ").collect();
        assert_eq!(parts, ["Hello", "  there,", "\nyou", " \u{1F600}!", " "]);
        assert_eq!(words("").collect::<Vec<_>>(), [""]);
        assert_eq!(words(" a").collect::<Vec<_>>(), [" a"]);
    }

    #[test]
    fn tool_input_is_cut_anywhere_and_a_string_is_raw_text() {
        let mut call = ToolCall::new("t1", "weather", json!({"city": "Paris"}));
        call.delta_size = 7;
        assert_eq!(
            Block::ToolUse(call).deltas(),
            [
                json!({"toolUse": {"input": "{\"city\""}}),
                json!({"toolUse": {"input": ":\"Paris"}}),
                json!({"toolUse": {"input": "\"}"}}),
            ]
        );
        let raw = Block::ToolUse(ToolCall::new("t1", "weather", json!("")));
        assert_eq!(raw.deltas(), [json!({"toolUse": {"input": ""}})]);
        assert_eq!(raw.whole()["toolUse"]["input"], json!({}));
    }
}
