//! Any content block.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use provider_interface::*;

pub(crate) fn text() -> impl Strategy<Value = String> {
    any::<String>()
}

pub(crate) fn json() -> impl Strategy<Value = Json> {
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

pub(crate) fn blob() -> impl Strategy<Value = Blob> {
    vec(any::<u8>(), 0..40).prop_map(Blob)
}

/// Any value of an enum of names, unknown ones among them.
pub(crate) fn name<T: for<'a> From<&'a str> + std::fmt::Debug + 'static>(
    known: &'static [&'static str],
) -> impl Strategy<Value = T> {
    prop_oneof![
        proptest::sample::select(known).prop_map(T::from),
        "[a-z_]{1,12}".prop_map(|unknown| T::from(&unknown)),
    ]
}

pub(crate) fn s3() -> impl Strategy<Value = S3Location> {
    (text(), option::of(text())).prop_map(|(uri, bucket_owner)| S3Location { uri, bucket_owner })
}

pub(crate) fn media() -> impl Strategy<Value = MediaSource> {
    prop_oneof![
        blob().prop_map(MediaSource::Bytes),
        s3().prop_map(MediaSource::S3Location),
    ]
}

pub(crate) fn image() -> impl Strategy<Value = ImageBlock> {
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

pub(crate) fn pieces() -> impl Strategy<Value = Vec<TextPiece>> {
    vec(text().prop_map(|text| TextPiece { text }), 0..3)
}

pub(crate) fn citations_config() -> impl Strategy<Value = Option<CitationsConfig>> {
    option::of(any::<bool>().prop_map(|enabled| CitationsConfig { enabled }))
}

pub(crate) fn document() -> impl Strategy<Value = DocumentBlock> {
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

pub(crate) fn video() -> impl Strategy<Value = VideoBlock> {
    (name(VideoFormat::KNOWN), media()).prop_map(|(format, source)| VideoBlock { format, source })
}

pub(crate) fn search_result() -> impl Strategy<Value = SearchResultBlock> {
    (text(), text(), pieces(), citations_config()).prop_map(
        |(source, title, content, citations)| SearchResultBlock {
            source,
            title,
            content,
            citations,
        },
    )
}

pub(crate) fn tool_result() -> impl Strategy<Value = ToolResultBlock> {
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

pub(crate) fn guard() -> impl Strategy<Value = GuardContent> {
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

pub(crate) fn cache_point() -> impl Strategy<Value = CachePoint> {
    (
        name(CachePointType::KNOWN),
        option::of(name(CacheTtl::KNOWN)),
    )
        .prop_map(|(kind, ttl)| CachePoint { kind, ttl })
}

pub(crate) fn location() -> impl Strategy<Value = CitationLocation> {
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

pub(crate) fn citation() -> impl Strategy<Value = Citation> {
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

pub(crate) fn tool_change() -> impl Strategy<Value = ToolChange> {
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

pub(crate) fn block() -> impl Strategy<Value = ContentBlock> {
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
