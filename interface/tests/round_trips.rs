//! What goes into JSON or into the packed form comes out the same: for every content block, request
//! member and event.

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use provider_interface::*;

fn text() -> impl Strategy<Value = String> {
    any::<String>()
}

fn json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<u64>().prop_map(Into::into),
        text().prop_map(Into::into),
    ];
    let value = leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Into::into),
            vec((text(), inner), 0..4)
                .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
        ]
    });
    // A null where a member may be absent is an absent member.
    let value = value.prop_filter("null is absent", |value| !value.is_null());
    value.prop_map(|value| Json::of(&value).expect("a generated value is JSON"))
}

fn blob() -> impl Strategy<Value = Blob> {
    vec(any::<u8>(), 0..40).prop_map(Blob)
}

/// Any value of an enum of names, unknown ones among them.
fn name<T: for<'a> From<&'a str> + std::fmt::Debug + 'static>(
    known: &'static [&'static str],
) -> impl Strategy<Value = T> {
    prop_oneof![
        proptest::sample::select(known).prop_map(T::from),
        "[a-z_]{1,12}".prop_map(|unknown| T::from(&unknown)),
    ]
}

fn s3() -> impl Strategy<Value = S3Location> {
    (text(), option::of(text())).prop_map(|(uri, bucket_owner)| S3Location { uri, bucket_owner })
}

fn media() -> impl Strategy<Value = MediaSource> {
    prop_oneof![
        blob().prop_map(MediaSource::Bytes),
        s3().prop_map(MediaSource::S3Location),
    ]
}

fn image() -> impl Strategy<Value = ImageBlock> {
    (
        name(ImageFormat::KNOWN),
        media(),
        option::of(option::of(text())),
    )
        .prop_map(|(format, source, error)| ImageBlock {
            format,
            source,
            error: error.map(|message| MediaError { message }),
        })
}

fn pieces() -> impl Strategy<Value = Vec<TextPiece>> {
    vec(text().prop_map(|text| TextPiece { text }), 0..3)
}

fn citations_config() -> impl Strategy<Value = Option<CitationsConfig>> {
    option::of(any::<bool>().prop_map(|enabled| CitationsConfig { enabled }))
}

fn document() -> impl Strategy<Value = DocumentBlock> {
    let source = prop_oneof![
        blob().prop_map(DocumentSource::Bytes),
        s3().prop_map(DocumentSource::S3Location),
        text().prop_map(DocumentSource::Text),
        pieces().prop_map(DocumentSource::Content),
    ];
    let format = option::of(name(DocumentFormat::KNOWN));
    (
        format,
        text(),
        source,
        option::of(text()),
        citations_config(),
    )
        .prop_map(|(format, name, source, context, citations)| DocumentBlock {
            format,
            name,
            source,
            context,
            citations,
        })
}

fn video() -> impl Strategy<Value = VideoBlock> {
    (name(VideoFormat::KNOWN), media()).prop_map(|(format, source)| VideoBlock { format, source })
}

fn search_result() -> impl Strategy<Value = SearchResultBlock> {
    (text(), text(), pieces(), citations_config()).prop_map(
        |(source, title, content, citations)| SearchResultBlock {
            source,
            title,
            content,
            citations,
        },
    )
}

fn tool_result() -> impl Strategy<Value = ToolResultBlock> {
    let content = prop_oneof![
        text().prop_map(ToolResultContent::Text),
        json().prop_map(ToolResultContent::Json),
        image().prop_map(ToolResultContent::Image),
        document().prop_map(ToolResultContent::Document),
        video().prop_map(ToolResultContent::Video),
        search_result().prop_map(ToolResultContent::SearchResult),
    ];
    let status = option::of(name(ToolResultStatus::KNOWN));
    (text(), vec(content, 0..3), status, option::of(text())).prop_map(
        |(tool_use_id, content, status, kind)| ToolResultBlock {
            tool_use_id,
            content,
            status,
            kind,
        },
    )
}

fn guard() -> impl Strategy<Value = GuardContent> {
    let qualifiers = option::of(vec(name(GuardContentQualifier::KNOWN), 0..3));
    prop_oneof![
        (text(), qualifiers)
            .prop_map(|(text, qualifiers)| GuardContent::Text(GuardText { text, qualifiers })),
        (name(ImageFormat::KNOWN), blob()).prop_map(|(format, bytes)| {
            let source = GuardImageSource::Bytes(bytes);
            GuardContent::Image(GuardImage { format, source })
        }),
    ]
}

fn cache_point() -> impl Strategy<Value = CachePoint> {
    (
        name(CachePointType::KNOWN),
        option::of(name(CacheTtl::KNOWN)),
    )
        .prop_map(|(kind, ttl)| CachePoint { kind, ttl })
}

fn location() -> impl Strategy<Value = CitationLocation> {
    let number = || option::of(any::<u32>());
    let span =
        (number(), number(), number()).prop_map(|(document_index, start, end)| DocumentSpan {
            document_index,
            start,
            end,
        });
    prop_oneof![
        (option::of(text()), option::of(text()))
            .prop_map(|(url, domain)| CitationLocation::Web(WebLocation { url, domain })),
        span.clone().prop_map(CitationLocation::DocumentChar),
        span.clone().prop_map(CitationLocation::DocumentPage),
        span.prop_map(CitationLocation::DocumentChunk),
        (number(), number(), number()).prop_map(|(search_result_index, start, end)| {
            CitationLocation::SearchResultLocation(SearchResultSpan {
                search_result_index,
                start,
                end,
            })
        }),
    ]
}

fn citation() -> impl Strategy<Value = Citation> {
    (
        option::of(text()),
        option::of(text()),
        option::of(pieces()),
        option::of(location()),
    )
        .prop_map(|(title, source, source_content, location)| Citation {
            title,
            source,
            source_content,
            location,
        })
}

fn tool_change() -> impl Strategy<Value = ToolChange> {
    (option::of(text()), option::of(text()), option::of(text())).prop_map(
        |(kind, name, server_name)| ToolChange {
            tool: ToolReference {
                kind,
                name,
                server_name,
            },
        },
    )
}

fn block() -> impl Strategy<Value = ContentBlock> {
    let tool_use = (text(), text(), json(), option::of(text())).prop_map(
        |(tool_use_id, name, input, kind)| ToolUseBlock {
            tool_use_id,
            name,
            input,
            kind,
        },
    );
    let reasoning = prop_oneof![
        (text(), option::of(text())).prop_map(|(text, signature)| ReasoningContent::ReasoningText(
            ReasoningText { text, signature }
        )),
        blob().prop_map(ReasoningContent::RedactedContent),
    ];
    let audio = (name(AudioFormat::KNOWN), media()).prop_map(|(format, source)| AudioBlock {
        format,
        source,
        error: None,
    });
    let cited = (option::of(pieces()), option::of(vec(citation(), 0..3)))
        .prop_map(|(content, citations)| CitationsContent { content, citations });
    prop_oneof![
        text().prop_map(ContentBlock::Text),
        image().prop_map(ContentBlock::Image),
        document().prop_map(ContentBlock::Document),
        video().prop_map(ContentBlock::Video),
        audio.prop_map(ContentBlock::Audio),
        tool_use.prop_map(ContentBlock::ToolUse),
        tool_result().prop_map(ContentBlock::ToolResult),
        guard().prop_map(ContentBlock::GuardContent),
        cache_point().prop_map(ContentBlock::CachePoint),
        reasoning.prop_map(ContentBlock::ReasoningContent),
        cited.prop_map(ContentBlock::CitationsContent),
        search_result().prop_map(ContentBlock::SearchResult),
        tool_change().prop_map(ContentBlock::ToolAddition),
        tool_change().prop_map(ContentBlock::ToolRemoval),
    ]
}

fn tool() -> impl Strategy<Value = Tool> {
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

fn tool_config() -> impl Strategy<Value = ToolConfig> {
    let choice = prop_oneof![
        Just(ToolChoice::Auto(EmptyObject {})),
        Just(ToolChoice::Any(EmptyObject {})),
        text().prop_map(|name| ToolChoice::Tool(SystemTool { name })),
    ];
    (vec(tool(), 0..3), option::of(choice))
        .prop_map(|(tools, tool_choice)| ToolConfig { tools, tool_choice })
}

fn settings() -> impl Strategy<Value = ChatRequest> {
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
    )
        .prop_map(|(first, second, third, fourth)| ChatRequest {
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
            ..ChatRequest::default()
        })
}

fn request() -> impl Strategy<Value = ChatRequest> {
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

fn rtext() -> impl Strategy<Value = RString> {
    text().prop_map(RString::from)
}

fn delta() -> impl Strategy<Value = Delta> {
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

fn block_start() -> impl Strategy<Value = BlockStart> {
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

fn metadata() -> impl Strategy<Value = Metadata> {
    let detail = (name(CacheTtl::KNOWN), any::<u64>())
        .prop_map(|(ttl, input_tokens)| CacheDetail { ttl, input_tokens });
    let cache = (
        option::of(any::<u64>()),
        option::of(any::<u64>()),
        option::of(vec(detail, 0..3)),
    );
    let tokens = (any::<u64>(), any::<u64>(), any::<u64>());
    (tokens, cache, option::of(any::<u64>()), option::of(json())).prop_map(
        |(tokens, cache, latency, trace)| Metadata {
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
        },
    )
}

fn event() -> impl Strategy<Value = StreamEvent> {
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

proptest! {
    #[test]
    fn a_request_is_the_same_after_json_and_after_crossing(request in request()) {
        let json = serde_json::to_string(&request).expect("requests are JSON");
        prop_assert_eq!(&serde_json::from_str::<ChatRequest>(&json).expect("our own JSON"), &request);
        let packed = Packed::pack(&request).expect("requests can be packed");
        prop_assert_eq!(packed.unpack::<ChatRequest>().expect("our own bytes"), request);
    }

    #[test]
    fn an_event_is_the_same_after_json_and_after_crossing(event in event()) {
        let json = serde_json::to_string(&event).expect("events are JSON");
        prop_assert_eq!(&serde_json::from_str::<StreamEvent>(&json).expect("our own JSON"), &event);
        let twin = EventTwin::from_event(event.clone()).expect("events can cross");
        let boxed = EventTwinBox::new(twin);
        let crossed = boxed.into_enum().expect("a known variant").into_event();
        prop_assert_eq!(crossed.expect("our own bytes"), event);
    }

    #[test]
    fn an_error_is_the_same_after_crossing(message in text(), status in option::of(any::<u16>())) {
        let error = ProviderError {
            http_status: status,
            request_id: Some(message.clone()),
            retry_after_ms: Some(1),
            ..ProviderError::new(ErrorKind::RateLimited, message)
        };
        prop_assert_eq!(Packed::error(&error).into_error(), error);
    }
}

#[test]
fn an_event_has_the_members_of_the_converse_stream_event() {
    let event = StreamEvent::ContentBlockDelta(ContentBlockDelta {
        delta: Delta::ReasoningContent(ReasoningDelta::RedactedContent(Blob(vec![1, 2, 3]))),
        content_block_index: 2,
    });
    assert_eq!(
        serde_json::to_string(&event).expect("events are JSON"),
        r#"{"contentBlockDelta":{"delta":{"reasoningContent":{"redactedContent":"AQID"}},"contentBlockIndex":2}}"#
    );
}

#[test]
fn a_member_that_this_version_does_not_know_is_refused_by_name() {
    let later = serde_json::json!({ "modelId": "m", "futureMember": 1 });
    let packed = Packed::pack(&later).expect("JSON can be packed");
    let error = packed.unpack::<ChatRequest>().expect_err("unknown member");
    assert_eq!(error.kind, ErrorKind::InvalidRequest);
    assert!(error.message.contains("futureMember"), "{}", error.message);
}

#[test]
fn an_error_kind_that_this_version_does_not_know_is_read_as_internal() {
    let later = serde_json::json!({ "kind": "out_of_cheese", "message": "none left" });
    let error = Packed::pack(&later)
        .expect("JSON can be packed")
        .into_error();
    assert_eq!(
        (error.kind, error.message.as_str()),
        (ErrorKind::Internal, "none left")
    );
}

#[test]
fn json_that_nests_too_deep_is_refused_before_it_becomes_a_value() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(Json::parse(nested(MAX_JSON_DEPTH)).is_ok());
    assert!(matches!(
        Json::parse(nested(MAX_JSON_DEPTH + 1)),
        Err(JsonError::TooDeep)
    ));
    assert!(matches!(
        Json::parse(nested(200_000)),
        Err(JsonError::TooDeep)
    ));
    let deep = format!(r#"{{"additionalModelRequestFields":{}}}"#, nested(200_000));
    assert!(serde_json::from_str::<ChatRequest>(&deep).is_err());
    let brackets_in_a_string = format!("\"{}\"", "[".repeat(200));
    assert!(Json::parse(brackets_in_a_string).is_ok());
}
