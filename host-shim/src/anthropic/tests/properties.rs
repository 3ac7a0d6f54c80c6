//! Whatever the model answers comes back in the next request byte for byte; whatever a client sends
//! is read or refused.

use proptest::prelude::*;
use provider_interface::{
    Blob, BlockStart, Citation, CitationLocation, CitationsContent, ContentBlock,
    ContentBlockDelta, ContentBlockStart, ContentBlockStop, Delta, DocumentSpan, ImageBlock,
    ImageDelta, ImageFormat, ImageStart, Json, MediaSource, MessageStart, MessageStop,
    ReasoningContent, ReasoningDelta, ReasoningText, Role, SearchResultSpan, StopReason,
    StreamEvent, TextPiece, ToolResultBlock, ToolResultContent, ToolResultDelta, ToolResultStart,
    ToolResultStatus, ToolUseBlock, ToolUseDelta, ToolUseStart, WebLocation,
};
use serde_json::Value;

use super::super::*;
use super::answers::{accumulated, streamed, whole};
use super::body;

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".*".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 20, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(".*", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// An object as text, close or with space between: a model writes it either way.
fn input() -> impl Strategy<Value = Json> {
    let members = prop::collection::btree_map(".*", any_json(), 0..4);
    (members, any::<bool>()).prop_map(|(members, spaced)| {
        let write = if spaced {
            serde_json::to_string_pretty
        } else {
            serde_json::to_string
        };
        Json::parse(write(&members).expect("JSON")).expect("JSON")
    })
}

fn span() -> impl Strategy<Value = DocumentSpan> {
    let number = || prop::option::weighted(0.9, any::<u32>());
    (number(), number(), number()).prop_map(|(document_index, start, end)| DocumentSpan {
        document_index,
        start,
        end,
    })
}

fn location() -> impl Strategy<Value = CitationLocation> {
    prop_oneof![
        span().prop_map(CitationLocation::DocumentChar),
        span().prop_map(CitationLocation::DocumentPage),
        span().prop_map(CitationLocation::DocumentChunk),
        span().prop_map(|span| {
            CitationLocation::SearchResultLocation(SearchResultSpan {
                search_result_index: span.document_index,
                start: span.start,
                end: span.end,
            })
        }),
        (prop::option::of(".*"), prop::option::of(".*"))
            .prop_map(|(url, domain)| CitationLocation::Web(WebLocation { url, domain })),
    ]
}

fn citation() -> impl Strategy<Value = Citation> {
    let piece = ".*".prop_map(|text| TextPiece { text });
    let quoted = prop::option::of(prop::collection::vec(piece, 0..3));
    (
        prop::option::of(".*"),
        prop::option::of(".*"),
        quoted,
        prop::option::of(location()),
    )
        .prop_map(|(title, source, source_content, location)| Citation {
            title,
            source,
            source_content,
            location,
        })
}

fn bytes() -> impl Strategy<Value = Blob> {
    prop::collection::vec(any::<u8>(), 1..40).prop_map(Blob)
}

fn tool_result() -> impl Strategy<Value = ToolResultBlock> {
    let piece = prop_oneof![
        ".*".prop_map(ToolResultContent::Text),
        any_json().prop_map(|json| ToolResultContent::Json(Json::of(&json).expect("JSON"))),
    ];
    let status = prop_oneof![
        Just(None),
        Just(Some(ToolResultStatus::Success)),
        Just(Some(ToolResultStatus::Error)),
    ];
    let kind = prop_oneof!["[a-z_]{1,9}", "[a-z_]{1,9}_tool_result"];
    (".+", prop::collection::vec(piece, 1..3), status, kind).prop_map(
        |(tool_use_id, content, status, kind)| ToolResultBlock {
            tool_use_id,
            content,
            status,
            kind: Some(kind),
        },
    )
}

/// A block that a model may answer with.
fn block() -> impl Strategy<Value = ContentBlock> {
    let kind = prop_oneof![
        Just(None),
        Just(Some(SERVER_TOOL_USE.to_owned())),
        "[a-z_]{1,9}".prop_map(Some),
    ];
    let image = prop_oneof![Just(ImageFormat::Png), Just(ImageFormat::Webp)];
    prop_oneof![
        ".+".prop_map(ContentBlock::Text),
        (".*", prop::collection::vec(citation(), 1..3)).prop_map(|(text, citations)| {
            ContentBlock::CitationsContent(CitationsContent {
                content: Some(vec![TextPiece { text }]),
                citations: Some(citations),
            })
        }),
        (".+", prop::option::of(".+")).prop_map(|(text, signature)| {
            ContentBlock::ReasoningContent(ReasoningContent::ReasoningText(ReasoningText {
                text,
                signature,
            }))
        }),
        bytes().prop_map(|bytes| {
            ContentBlock::ReasoningContent(ReasoningContent::RedactedContent(bytes))
        }),
        (".+", ".+", input(), kind).prop_map(|(tool_use_id, name, input, kind)| {
            ContentBlock::ToolUse(ToolUseBlock {
                tool_use_id,
                name,
                input,
                kind,
            })
        }),
        tool_result().prop_map(ContentBlock::ToolResult),
        (image, bytes()).prop_map(|(format, bytes)| {
            ContentBlock::Image(ImageBlock {
                format,
                source: MediaSource::Bytes(bytes),
                error: None,
            })
        }),
    ]
}

/// The events that the blocks come in, texts cut in two.
fn events(blocks: &[ContentBlock]) -> Vec<StreamEvent> {
    let mut events = vec![StreamEvent::MessageStart(MessageStart {
        role: Role::Assistant,
    })];
    for (index, block) in (0..).zip(blocks) {
        if let Some(start) = start(block) {
            events.push(StreamEvent::ContentBlockStart(ContentBlockStart {
                start,
                content_block_index: index,
            }));
        }
        events.extend(deltas(block).into_iter().map(|delta| {
            StreamEvent::ContentBlockDelta(ContentBlockDelta {
                delta,
                content_block_index: index,
            })
        }));
        events.push(StreamEvent::ContentBlockStop(ContentBlockStop {
            content_block_index: index,
        }));
    }
    events.push(StreamEvent::MessageStop(MessageStop {
        stop_reason: StopReason::EndTurn,
        additional_model_response_fields: None,
    }));
    events
}

fn start(block: &ContentBlock) -> Option<BlockStart> {
    match block {
        ContentBlock::ToolUse(call) => Some(BlockStart::ToolUse(ToolUseStart {
            tool_use_id: call.tool_use_id.clone(),
            name: call.name.clone(),
            kind: call.kind.clone(),
        })),
        ContentBlock::ToolResult(result) => Some(BlockStart::ToolResult(ToolResultStart {
            tool_use_id: result.tool_use_id.clone(),
            kind: result.kind.clone(),
            status: result.status.clone(),
        })),
        ContentBlock::Image(image) => Some(BlockStart::Image(ImageStart {
            format: image.format.clone(),
        })),
        _ => None,
    }
}

fn deltas(block: &ContentBlock) -> Vec<Delta> {
    match block {
        ContentBlock::Text(text) => halves(text, |half| Delta::Text(half.into())),
        ContentBlock::CitationsContent(content) => {
            let pieces = content.content.iter().flatten();
            let text =
                pieces.flat_map(|piece| halves(&piece.text, |half| Delta::Text(half.into())));
            let citations = content
                .citations
                .iter()
                .flatten()
                .cloned()
                .map(Delta::Citation);
            text.chain(citations).collect()
        }
        ContentBlock::ReasoningContent(ReasoningContent::ReasoningText(text)) => {
            let mut deltas = halves(&text.text, |half| {
                Delta::ReasoningContent(ReasoningDelta::Text(half.into()))
            });
            let signature = text.signature.as_deref().map(Into::into);
            let signature = signature.map(ReasoningDelta::Signature);
            deltas.extend(signature.map(Delta::ReasoningContent));
            deltas
        }
        ContentBlock::ReasoningContent(ReasoningContent::RedactedContent(Blob(bytes))) => {
            let (first, second) = bytes.split_at(bytes.len() / 2);
            let redacted = |half: &[u8]| ReasoningDelta::RedactedContent(half.to_vec().into());
            [first, second]
                .map(|half| Delta::ReasoningContent(redacted(half)))
                .into()
        }
        ContentBlock::ToolUse(call) => halves(call.input.as_str(), |half| {
            Delta::ToolUse(ToolUseDelta { input: half.into() })
        }),
        ContentBlock::ToolResult(result) => {
            let piece = |piece: &ToolResultContent| match piece {
                ToolResultContent::Json(json) => ToolResultDelta::Json(json.clone()),
                ToolResultContent::Text(text) => ToolResultDelta::Text(text.clone()),
                other => panic!("no such piece: {other:?}"),
            };
            let pieces = result.content.iter().map(piece);
            pieces.map(|piece| Delta::ToolResult(vec![piece])).collect()
        }
        ContentBlock::Image(image) => vec![Delta::Image(ImageDelta {
            source: Some(image.source.clone()),
            error: None,
        })],
        other => panic!("no answer holds {other:?}"),
    }
}

fn halves(text: &str, delta: impl Fn(&str) -> Delta) -> Vec<Delta> {
    let middle = text.char_indices().nth(text.chars().count() / 2);
    let (first, second) = text.split_at(middle.map_or(0, |(place, _)| place));
    vec![delta(first), delta(second)]
}

/// What a client that sends `content` back says.
fn sent_back(content: &str) -> Vec<ContentBlock> {
    let messages = format!(
        r#"[{{"role": "user", "content": "Hi"}}, {{"role": "assistant", "content": {content}}}]"#
    );
    let asked = read::read(body(&messages).as_bytes(), None, Purpose::Answer);
    let mut asked = asked.expect("what was written is read");
    assert_eq!(asked.ignored, Vec::<String>::new());
    asked.request.messages.remove(1).content
}

proptest! {
    #[test]
    fn a_whole_answer_comes_back_byte_for_byte(blocks in prop::collection::vec(block(), 1..6)) {
        #[derive(serde::Deserialize)]
        struct Message<'a> {
            #[serde(borrow)]
            content: &'a serde_json::value::RawValue,
        }
        let whole = whole(&events(&blocks)).expect("a message");
        let message: Message<'_> = serde_json::from_slice(&whole).expect("JSON");
        prop_assert_eq!(sent_back(message.content.get()), blocks);
    }

    #[test]
    fn a_streamed_answer_comes_back_byte_for_byte(blocks in prop::collection::vec(block(), 1..6)) {
        let (_, content) = accumulated(&streamed(&events(&blocks)));
        let content = serde_json::to_string(&content).expect("JSON");
        prop_assert_eq!(sent_back(&content), blocks);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = read::read(&bytes, None, Purpose::Answer);
    }

    #[test]
    fn any_json_in_place_of_a_member_is_read_or_refused(value in any_json(), place in 0..MEMBERS.len()) {
        let member = MEMBERS[place];
        let mut body: Value =
            serde_json::from_str(&body(r#"[{"role": "user", "content": [{"type": "text"}]}]"#)).expect("JSON");
        match body.pointer_mut(member) {
            Some(given) => *given = value,
            None => body[&member[1..]] = value,
        }
        let read = read::read(body.to_string().as_bytes(), None, Purpose::Answer);
        prop_assert!(read.is_ok() || read.is_err_and(|refused| refused.status == 400));
    }
}

/// Places of a body.
const MEMBERS: &[&str] = &[
    "/model",
    "/max_tokens",
    "/messages",
    "/messages/0",
    "/messages/0/role",
    "/messages/0/content",
    "/messages/0/content/0",
    "/messages/0/content/0/type",
    "/system",
    "/tools",
    "/tool_choice",
    "/thinking",
    "/metadata",
    "/temperature",
    "/top_k",
    "/stop_sequences",
    "/output_config",
    "/cache_control",
    "/service_tier",
    "/stream",
    "/betas",
];
