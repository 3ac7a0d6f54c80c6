//! What the simulator says by itself: short, friendly, and honest about being no model.

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::limits::MAX_ECHO_CHARS;
use crate::record::RecordedRequest;
use crate::reply::{Block, Reply, ToolCall, Usage};

/// Between two deltas: fast to watch, slow enough to see that it streams.
const PACE: Duration = Duration::from_millis(15);

/// A signature that looks like one (base64 of a sentence) and that the simulator's rules accept.
const SIGNATURE: &str = "VGhpcyBpcyBhIHNpZ25hdHVyZSBvZiB0aGUgQmVkcm9jayBzaW11bGF0b3Iu";

/// How deeply a made-up tool input follows its schema.
const MAX_SCHEMA_DEPTH: usize = 8;

/// The built-in answer to a conversation: it says who answers and repeats the user's last text; it reasons when
/// reasoning is asked for, and calls a tool when the request demands one.
pub fn default_reply(request: &RecordedRequest) -> Reply {
    let mut blocks = Vec::new();
    if wants_reasoning(&request.body) {
        blocks.push(Block::Reasoning {
            text: "The user wrote to a simulator. I will say so, and repeat what they said."
                .to_owned(),
            signature: Some(SIGNATURE.to_owned()),
        });
    }
    match demanded_tool(&request.body, request.index) {
        Some(call) => blocks.push(Block::ToolUse(call)),
        None => blocks.push(Block::Text(text(request))),
    }
    let output = blocks.iter().map(Block::words).sum();
    Reply::blocks(blocks)
        .usage(Usage::new(input_tokens(&request.body), output))
        .pace(PACE)
}

fn text(request: &RecordedRequest) -> String {
    let model = request.model_id.as_deref().unwrap_or("the model");
    let who = format!("Hello! This is the Bedrock simulator, answering in place of {model}.");
    let said = request.last_user_text();
    let said = said.trim();
    if said.is_empty() {
        let results = tool_results(&request.body);
        return match results {
            0 => format!("{who} You sent no text."),
            1 => format!("{who} Thank you for the tool's result."),
            n => format!("{who} Thank you for the {n} tool results."),
        };
    }
    let cut: String = said.chars().take(MAX_ECHO_CHARS).collect();
    let dots = if cut.len() < said.len() {
        "\u{2026}"
    } else {
        ""
    };
    format!("{who} You said: \u{201c}{cut}{dots}\u{201d}")
}

fn tool_results(body: &Value) -> usize {
    let last = body["messages"]
        .as_array()
        .and_then(|messages| messages.last());
    let blocks = last.and_then(|message| message["content"].as_array());
    blocks
        .into_iter()
        .flatten()
        .filter(|block| block.get("toolResult").is_some())
        .count()
}

/// The ways in which model families are asked to reason.
fn wants_reasoning(body: &Value) -> bool {
    let more = &body["additionalModelRequestFields"];
    let enabled = |switch: &Value| matches!(switch["type"].as_str(), Some("enabled" | "adaptive"));
    let set = |effort: &Value| {
        effort
            .as_str()
            .is_some_and(|effort| !matches!(effort, "" | "none"))
    };
    enabled(&more["thinking"])
        || enabled(&more["reasoningConfig"])
        || enabled(&more["reasoning_config"])
        || set(&more["reasoning_effort"])
        || set(&more["reasoning"]["effort"])
        || set(&more["output_config"]["effort"])
        || set(&body["outputConfig"]["effort"])
}

/// The tool that `toolChoice` demands, called with an input of its schema's shape.
fn demanded_tool(body: &Value, index: u64) -> Option<ToolCall> {
    let choice = &body["toolConfig"]["toolChoice"];
    let tools = body["toolConfig"]["tools"].as_array()?;
    let mut specs = tools.iter().filter_map(|tool| tool.get("toolSpec"));
    let spec = if let Some(name) = choice["tool"]["name"].as_str() {
        specs.find(|spec| spec["name"] == name)?
    } else if choice.get("any").is_some() {
        specs.next()?
    } else {
        return None;
    };
    let input = shaped(&spec["inputSchema"]["json"], MAX_SCHEMA_DEPTH);
    // Nine letters and digits: what the strictest family takes.
    Some(ToolCall::new(
        format!("sim{:06}", index % 1_000_000),
        spec["name"].as_str()?,
        input,
    ))
}

/// A value of a JSON schema's shape.
fn shaped(schema: &Value, depth: usize) -> Value {
    if let Some(value) = schema
        .get("const")
        .or_else(|| schema["enum"].get(0))
        .or_else(|| schema.get("default"))
    {
        return value.clone();
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds.first().and_then(Value::as_str),
        kind => kind.as_str(),
    };
    match kind {
        _ if depth == 0 => Value::Null,
        Some("string") => json!("example"),
        Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or(json!(1)),
        Some("boolean") => json!(true),
        Some("null") => Value::Null,
        Some("array") => json!([shaped(&schema["items"], depth - 1)]),
        _ => {
            let required = schema["required"].as_array().map_or(&[][..], Vec::as_slice);
            let names = required.iter().filter_map(Value::as_str);
            let members = names.map(|name| {
                (
                    name.to_owned(),
                    shaped(&schema["properties"][name], depth - 1),
                )
            });
            Value::Object(members.collect::<Map<_, _>>())
        }
    }
}

/// Tokens of a request by the rule of thumb of one and a third a word, and some for each picture or file.
pub(crate) fn input_tokens(body: &Value) -> u64 {
    const PER_BLOB: u64 = 258;
    fn count(value: &Value) -> u64 {
        match value {
            Value::String(text) => (text.split_whitespace().count() as u64 * 4).div_ceil(3),
            Value::Array(items) => items.iter().map(count).sum(),
            Value::Object(members) => members
                .iter()
                .map(|(name, value)| match (name.as_str(), value) {
                    ("bytes", Value::String(_)) => PER_BLOB,
                    ("role" | "toolUseId" | "signature" | "format", _) => 1,
                    _ => count(value),
                })
                .sum(),
            Value::Number(_) | Value::Bool(_) => 1,
            Value::Null => 0,
        }
    }
    count(&body["messages"]) + count(&body["system"]) + count(&body["toolConfig"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_made_up_input_follows_its_schema() {
        let schema = json!({
            "type": "object",
            "properties": {
                "city": {"type": "string"},
                "unit": {"enum": ["celsius", "kelvin"]},
                "days": {"type": "integer", "minimum": 3},
                "tags": {"type": "array", "items": {"type": "string"}},
                "more": {"type": "object"},
                "left_out": {"type": "string"},
            },
            "required": ["city", "unit", "days", "tags", "more"],
        });
        assert_eq!(
            shaped(&schema, MAX_SCHEMA_DEPTH),
            json!({"city": "example", "unit": "celsius", "days": 3, "tags": ["example"], "more": {}})
        );
    }

    #[test]
    fn reasoning_is_noticed_in_every_family_s_words() {
        for body in [
            json!({"additionalModelRequestFields": {"thinking": {"type": "enabled", "budget_tokens": 1024}}}),
            json!({"additionalModelRequestFields": {"reasoning_effort": "low"}}),
            json!({"additionalModelRequestFields": {"reasoningConfig": {"type": "enabled"}}}),
            json!({"outputConfig": {"effort": "high"}}),
        ] {
            assert!(wants_reasoning(&body), "{body}");
        }
        assert!(!wants_reasoning(
            &json!({"additionalModelRequestFields": {"thinking": {"type": "disabled"}}})
        ));
    }
}
