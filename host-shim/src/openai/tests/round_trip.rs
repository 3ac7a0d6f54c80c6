//! An answer that is sent back in the history is the answer that was given.

use provider_interface::{ContentBlock, Message};
use serde_json::{Map, Value, json};

use super::*;

/// What a model said, with everything that OpenAI's shape has no place for.
fn answer() -> Vec<StreamEvent> {
    events(&json!([
        {"messageStart": {"role": "assistant"}},
        {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"reasoningContent": {"text": "Let me "}}}},
        {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"reasoningContent": {"text": "think."}}}},
        {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"reasoningContent": {"signature": "c2ln"}}}},
        {"contentBlockStop": {"contentBlockIndex": 0}},
        {"contentBlockDelta": {"contentBlockIndex": 1, "delta": {"reasoningContent": {"redactedContent": "AAH/"}}}},
        {"contentBlockStop": {"contentBlockIndex": 1}},
        {"contentBlockDelta": {"contentBlockIndex": 2, "delta": {"text": "Grüße. "}}},
        {"contentBlockStop": {"contentBlockIndex": 2}},
        {"contentBlockDelta": {"contentBlockIndex": 3, "delta": {"text": "It is so."}}},
        {"contentBlockDelta": {"contentBlockIndex": 3, "delta": {"citation": {"title": "A", "location": {"web": {"url": "http://a"}}}}}},
        {"contentBlockStop": {"contentBlockIndex": 3}},
        {"contentBlockDelta": {"contentBlockIndex": 4, "delta": {"reasoningContent": {"text": "Now call."}}}},
        {"contentBlockDelta": {"contentBlockIndex": 4, "delta": {"reasoningContent": {"signature": "bW9yZQ=="}}}},
        {"contentBlockStop": {"contentBlockIndex": 4}},
        {"contentBlockStart": {"contentBlockIndex": 5, "start": {"toolUse": {"toolUseId": "t1", "name": "f"}}}},
        {"contentBlockDelta": {"contentBlockIndex": 5, "delta": {"toolUse": {"input": "{\"a\":"}}}},
        {"contentBlockDelta": {"contentBlockIndex": 5, "delta": {"toolUse": {"input": "1.50}"}}}},
        {"contentBlockStop": {"contentBlockIndex": 5}},
        {"contentBlockStart": {"contentBlockIndex": 6, "start": {"toolUse": {"toolUseId": "t2", "name": "g"}}}},
        {"contentBlockStop": {"contentBlockIndex": 6}},
        {"messageStop": {"stopReason": "tool_use"}},
        {"metadata": {"usage": {"inputTokens": 1, "outputTokens": 2, "totalTokens": 3}}},
    ]))
}

fn replayed(message: Value) -> Vec<ContentBlock> {
    let messages = json!([{"role": "user", "content": "hello"}, message]);
    let (asked, _) = read(json!({"messages": messages})).expect("it is taken");
    asked.request.messages[1].content.clone()
}

fn given() -> Message {
    let mut builder = AnswerBuilder::default();
    answer().iter().for_each(|event| builder.push(event));
    builder.finish().message
}

#[test]
fn as_a_whole() {
    let (_, writer) = read(json!({})).expect("taken");
    let completion = whole(writer, &answer());
    let message = completion["choices"][0]["message"].clone();
    assert_eq!(replayed(message), given().content);
}

#[test]
fn put_together_from_chunks() {
    let (_, writer) = read(json!({})).expect("taken");
    let text = streamed(writer, &answer());
    let mut message = Map::new();
    for line in text.lines().filter_map(|line| line.strip_prefix("data: {")) {
        let chunk: Value = serde_json::from_str(&format!("{{{line}")).expect("JSON");
        if let Some(delta) = chunk["choices"][0]["delta"].as_object() {
            delta
                .iter()
                .for_each(|(name, value)| merge(&mut message, name, value));
        }
    }
    assert_eq!(replayed(Value::Object(message)), given().content);
}

/// As clients do: strings are appended, calls are put together by index, other lists are joined.
fn merge(message: &mut Map<String, Value>, name: &str, value: &Value) {
    if name == "tool_calls" {
        let calls = message.entry(name).or_insert_with(|| json!([]));
        for piece in value.as_array().expect("a list") {
            let (index, calls) = (
                piece["index"].as_u64().expect("an index") as usize,
                calls.as_array_mut().expect("a list"),
            );
            match calls.get_mut(index) {
                None => calls.push(piece.clone()),
                Some(call) => {
                    let arguments = &mut call["function"]["arguments"];
                    let more = piece["function"]["arguments"].as_str().expect("text");
                    *arguments = json!(format!("{}{more}", arguments.as_str().expect("text")));
                }
            }
        }
        return;
    }
    match (message.get_mut(name), value) {
        (Some(Value::String(text)), Value::String(more)) => text.push_str(more),
        (Some(Value::Array(list)), Value::Array(more)) => list.extend(more.iter().cloned()),
        _ => {
            message.insert(name.to_owned(), value.clone());
        }
    }
}
