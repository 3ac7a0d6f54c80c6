//! Recorded answers of the real service, each served in two writes that are split at every byte
//! offset: wherever the network cuts, the same message comes out.

use std::path::{Path, PathBuf};
use std::{env, fs};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bedrock_simulator::{BedrockSim, RecordedRequest, Reply};
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use host_shim::interface::{ContentBlock, ErrorKind, ProviderError, ReasoningContent};
use host_shim::{Answer, AnswerBuilder, ChatStream};
use serde_json::{Value, json};

use crate::harness::{Bedrock, asking};

/// Requests at a time: enough to keep both ends busy.
const AT_A_TIME: usize = 32;

/// The simulator's memory of requests, which nothing here looks at.
const KEPT_REQUESTS: usize = 64;

/// One recorded answer.
pub(crate) struct Recording {
    pub(crate) name: String,
    pub(crate) body: Bytes,
    expected: Value,
}

#[tokio::test]
async fn every_recording_split_at_any_byte_is_the_message_that_was_recorded() {
    let recordings = recordings();
    let bedrock = Bedrock::without_discovery(serving(&recordings));
    let cases = recordings
        .iter()
        .enumerate()
        .flat_map(|(number, recording)| {
            // At 0 the body is whole.
            (0..recording.body.len()).map(move |offset| (number, recording, offset))
        });
    let answers = cases.map(|(number, recording, offset)| {
        let request = asking(&format!("recording.{number}.{offset}"), "hello");
        let answer = fold(bedrock.provider.start_stream(request));
        async move { (recording, offset, answer.await) }
    });
    let mut answers = stream::iter(answers).buffer_unordered(AT_A_TIME);
    let mut count = 0;
    while let Some((recording, offset, folded)) = answers.next().await {
        assert_eq!(
            folded, recording.expected,
            "{} split at {offset}",
            recording.name
        );
        count += 1;
    }
    assert_eq!(bedrock.sim.request_count(), count, "one request each");
}

/// A simulator that answers `recording.NUMBER.OFFSET` with that recording, split there.
fn serving(recordings: &[Recording]) -> BedrockSim {
    let bodies: Vec<Reply> = recordings
        .iter()
        .map(|recording| Reply::raw(recording.body.clone()))
        .collect();
    let respond = move |request: &RecordedRequest| {
        let model = request.model_id.as_deref().unwrap_or_default();
        let mut parts = model.split('.').skip(1).map(str::parse::<usize>);
        let mut next = || parts.next().and_then(Result::ok);
        let (number, offset) = (next().unwrap(), next().unwrap());
        bodies[number].clone().split_at([offset])
    };
    // Signatures and rules have tests of their own, and cost most of the time here.
    BedrockSim::new()
        .any_model()
        .allow_anyone()
        .without_rules()
        .keep_requests(KEPT_REQUESTS)
        .respond_with(respond)
}

/// The recordings; none, and a word about it, where they are absent.
pub(crate) fn recordings() -> Vec<Recording> {
    let folder = folder();
    let recordings = read_all(&folder);
    match &recordings {
        None => println!("the recordings are absent: no folder {}", folder.display()),
        Some(found) => assert!(!found.is_empty(), "no recording in {}", folder.display()),
    }
    recordings.unwrap_or_default()
}

fn folder() -> PathBuf {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/fixtures");
    env::var_os("BEDROCK_RECORDINGS").map_or_else(|| PathBuf::from(beside), PathBuf::from)
}

/// The recordings with raw bytes, by name; none if the folder isn't there.
fn read_all(folder: &Path) -> Option<Vec<Recording>> {
    let files = fs::read_dir(folder)
        .ok()?
        .map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.extension().is_some_and(|end| end == "json"));
    let mut recordings: Vec<Recording> = files.filter_map(|path| read(&path)).collect();
    recordings.sort_by(|a, b| a.name.cmp(&b.name));
    Some(recordings)
}

fn read(path: &Path) -> Option<Recording> {
    let mut file: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let body = BASE64.decode(file["rawEventStreamB64"].as_str()?).unwrap();
    Some(Recording {
        name: file["name"].as_str().unwrap().to_owned(),
        body: body.into(),
        expected: comparable(file["expected"].take()),
    })
}

/// What a recording expects, without what is no part of the API: counts under a second name, and
/// the report of server tools, which is empty in all of them.
fn comparable(mut expected: Value) -> Value {
    let members = expected.as_object_mut().unwrap();
    members.remove("derivedBy");
    assert_eq!(members.remove("hasGuardrailTrace"), Some(json!(false)));
    if let Some(usage) = members["usage"].as_object_mut() {
        usage.retain(|name, _| name != "serverToolUsage" && !name.ends_with("TokenCount"));
    }
    expected
}

/// A whole answer in the words of the recordings.
async fn fold(mut stream: ChatStream) -> Value {
    let mut builder = AnswerBuilder::default();
    let mut events = Vec::new();
    let end = loop {
        let more = stream.next_batch(&mut events).await;
        events.drain(..).for_each(|event| builder.push(&event));
        match more {
            Ok(true) => {}
            Ok(false) => break None,
            Err(error) => break Some(error),
        }
    };
    let Answer {
        message,
        stop_reason,
        metadata,
        ..
    } = builder.finish();
    json!({
        "content": message.content.iter().map(block).collect::<Vec<_>>(),
        "stopReason": stop_reason,
        "usage": metadata.map(|metadata| metadata.usage),
        "error": end.as_ref().map(error),
    })
}

fn block(block: &ContentBlock) -> Value {
    match block {
        ContentBlock::Text(text) => json!({"type": "text", "text": text}),
        ContentBlock::ToolUse(call) => json!({
            "type": "toolUse",
            "id": call.tool_use_id,
            "name": call.name,
            "inputText": call.input.as_str(),
            "input": call.input.read::<Value>().unwrap(),
        }),
        ContentBlock::ReasoningContent(ReasoningContent::ReasoningText(reasoning)) => {
            let mut block = json!({"type": "reasoning", "text": reasoning.text});
            if let Some(signature) = &reasoning.signature {
                block["signature"] = json!(signature);
            }
            block
        }
        other => panic!("no recording holds such a block: {other:?}"),
    }
}

/// The exception that an error of the stream stands for.
fn error(error: &ProviderError) -> Value {
    let exception = match (error.kind, error.http_status) {
        (ErrorKind::InvalidRequest, Some(400)) => "validationException",
        _ => panic!("no recording ends so: {error:?}"),
    };
    json!({"type": exception, "message": error.message})
}
