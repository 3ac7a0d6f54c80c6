//! The request types of Converse and ConverseStream as data, member for member as the service model has them
//! (`bedrock-runtime`, API version 2023-09-30). Names in comments are those of the API reference.

use super::shape::{Member, Shape, TextRule};
use Shape::{Boolean, Document, Enum, Structure, Text, Union};

const MANY: usize = usize::MAX;

const fn any_text(min: usize, max: usize) -> TextRule {
    TextRule {
        min,
        max,
        pattern: "",
        matches: |_| true,
    }
}

const fn patterned(
    min: usize,
    max: usize,
    pattern: &'static str,
    matches: fn(&str) -> bool,
) -> TextRule {
    TextRule {
        min,
        max,
        pattern,
        matches,
    }
}

const fn must(name: &'static str, shape: &'static Shape) -> Member {
    Member {
        name,
        required: true,
        shape,
    }
}

const fn may(name: &'static str, shape: &'static Shape) -> Member {
    Member {
        name,
        required: false,
        shape,
    }
}

const fn list(of: &'static Shape) -> Shape {
    Shape::List {
        of,
        min: 0,
        max: MANY,
    }
}

static STRING: Shape = Text(any_text(0, MANY));
static NON_EMPTY: Shape = Text(any_text(1, MANY));
static BOOLEAN: Shape = Boolean;
static DOCUMENT: Shape = Document;
static BLOB: Shape = Shape::Blob { min: 0 };
static BYTES: Shape = Shape::Blob { min: 1 };
static COUNT: Shape = Shape::Integer { min: 0 };
static EMPTY: Shape = Structure(&[]);

/// ConverseRequest and ConverseStreamRequest differ in `guardrailConfig.streamProcessingMode` only.
pub(super) static CONVERSE: Shape = Structure(&[
    may("messages", &MESSAGES),
    may("system", &SYSTEM),
    may("inferenceConfig", &INFERENCE_CONFIG),
    may("toolConfig", &TOOL_CONFIG),
    may("guardrailConfig", &GUARDRAIL_CONFIG),
    may("additionalModelRequestFields", &DOCUMENT),
    may("promptVariables", &PROMPT_VARIABLES),
    may("additionalModelResponseFieldPaths", &FIELD_PATHS),
    may("requestMetadata", &REQUEST_METADATA),
    may("performanceConfig", &PERFORMANCE),
    may("serviceTier", &SERVICE_TIER),
    may("outputConfig", &OUTPUT_CONFIG),
]);

// Message, ContentBlock and what is in it.
static MESSAGES: Shape = list(&MESSAGE);
static MESSAGE: Shape = Structure(&[must("role", &ROLE), must("content", &CONTENT)]);
static ROLE: Shape = Enum(&["user", "assistant", "system"]);
static CONTENT: Shape = list(&CONTENT_BLOCK);
static CONTENT_BLOCK: Shape = Union(&[
    ("text", &STRING),
    ("image", &IMAGE),
    ("document", &DOCUMENT_BLOCK),
    ("video", &VIDEO),
    ("audio", &AUDIO),
    ("toolUse", &TOOL_USE),
    ("toolResult", &TOOL_RESULT),
    ("guardContent", &GUARD_CONTENT),
    ("cachePoint", &CACHE_POINT),
    ("reasoningContent", &REASONING),
    ("citationsContent", &CITATIONS_CONTENT),
    ("searchResult", &SEARCH_RESULT),
    ("toolAddition", &TOOL_CHANGE),
    ("toolRemoval", &TOOL_CHANGE),
]);
static IMAGE: Shape = Structure(&[must("format", &IMAGE_FORMAT), must("source", &BYTES_OR_S3)]);
static IMAGE_FORMAT: Shape = Enum(&["png", "jpeg", "gif", "webp"]);
static BYTES_OR_S3: Shape = Union(&[("bytes", &BYTES), ("s3Location", &S3_LOCATION)]);
static S3_LOCATION: Shape = Structure(&[must("uri", &S3_URI), may("bucketOwner", &ACCOUNT)]);
static S3_URI: Shape = Text(patterned(
    1,
    1024,
    "s3://[a-z0-9][\\.\\-a-z0-9]{1,61}[a-z0-9](/.*)?",
    |uri| uri.starts_with("s3://"),
));
static ACCOUNT: Shape = Text(patterned(0, MANY, "[0-9]{12}", |id| {
    id.len() == 12 && id.bytes().all(|b| b.is_ascii_digit())
}));
static DOCUMENT_BLOCK: Shape = Structure(&[
    may("format", &DOCUMENT_FORMAT),
    must("name", &DOCUMENT_NAME),
    must("source", &DOCUMENT_SOURCE),
    may("context", &STRING),
    may("citations", &CITATIONS_CONFIG),
]);
static DOCUMENT_FORMAT: Shape = Enum(&[
    "pdf", "csv", "doc", "docx", "xls", "xlsx", "html", "txt", "md",
]);
static DOCUMENT_NAME: Shape = Text(any_text(1, 200));
static DOCUMENT_SOURCE: Shape = Union(&[
    ("bytes", &BYTES),
    ("s3Location", &S3_LOCATION),
    ("text", &STRING),
    ("content", &TEXT_BLOCKS),
]);
static TEXT_BLOCKS: Shape = list(&TEXT_BLOCK);
static TEXT_BLOCK: Shape = Union(&[("text", &STRING)]);
static CITATIONS_CONFIG: Shape = Structure(&[must("enabled", &BOOLEAN)]);
static VIDEO: Shape = Structure(&[must("format", &VIDEO_FORMAT), must("source", &BYTES_OR_S3)]);
static VIDEO_FORMAT: Shape = Enum(&[
    "mkv", "mov", "mp4", "webm", "flv", "mpeg", "mpg", "wmv", "three_gp",
]);
static AUDIO: Shape = Structure(&[must("format", &AUDIO_FORMAT), must("source", &BYTES_OR_S3)]);
static AUDIO_FORMAT: Shape = Enum(&[
    "mp3", "opus", "wav", "aac", "flac", "mp4", "ogg", "mkv", "mka", "x-aac", "m4a", "mpeg",
    "mpga", "pcm", "webm",
]);
static TOOL_USE: Shape = Structure(&[
    must("toolUseId", &TOOL_USE_ID),
    must("name", &TOOL_NAME),
    must("input", &DOCUMENT),
    may("type", &TOOL_USE_TYPE),
]);
static TOOL_USE_TYPE: Shape = Enum(&["server_tool_use"]);
static TOOL_USE_ID: Shape = Text(patterned(1, 64, "[a-zA-Z0-9_.:-]+", |id| {
    id.bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"_.:-".contains(&b))
}));
static TOOL_NAME: Shape = Text(patterned(1, 64, "[a-zA-Z0-9_-]+", |name| {
    name.bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b))
}));
static TOOL_RESULT: Shape = Structure(&[
    must("toolUseId", &TOOL_USE_ID),
    must("content", &TOOL_RESULT_CONTENT),
    may("status", &TOOL_RESULT_STATUS),
    may("type", &STRING),
]);
static TOOL_RESULT_STATUS: Shape = Enum(&["success", "error"]);
static TOOL_RESULT_CONTENT: Shape = list(&TOOL_RESULT_BLOCK);
static TOOL_RESULT_BLOCK: Shape = Union(&[
    ("json", &DOCUMENT),
    ("text", &STRING),
    ("image", &IMAGE),
    ("document", &DOCUMENT_BLOCK),
    ("video", &VIDEO),
    ("searchResult", &SEARCH_RESULT),
]);
static GUARD_CONTENT: Shape = Union(&[("text", &GUARD_TEXT), ("image", &GUARD_IMAGE)]);
static GUARD_TEXT: Shape =
    Structure(&[must("text", &STRING), may("qualifiers", &GUARD_QUALIFIERS)]);
static GUARD_QUALIFIERS: Shape = list(&GUARD_QUALIFIER);
static GUARD_QUALIFIER: Shape = Enum(&["grounding_source", "query", "guard_content"]);
static GUARD_IMAGE: Shape = Structure(&[
    must("format", &GUARD_IMAGE_FORMAT),
    must("source", &GUARD_IMAGE_SOURCE),
]);
static GUARD_IMAGE_FORMAT: Shape = Enum(&["png", "jpeg"]);
static GUARD_IMAGE_SOURCE: Shape = Union(&[("bytes", &BYTES)]);
static CACHE_POINT: Shape = Structure(&[must("type", &CACHE_POINT_TYPE), may("ttl", &CACHE_TTL)]);
static CACHE_POINT_TYPE: Shape = Enum(&["default"]);
static CACHE_TTL: Shape = Enum(&["5m", "1h"]);
static REASONING: Shape = Union(&[
    ("reasoningText", &REASONING_TEXT),
    ("redactedContent", &BLOB),
]);
static REASONING_TEXT: Shape = Structure(&[must("text", &STRING), may("signature", &STRING)]);
static SEARCH_RESULT: Shape = Structure(&[
    must("source", &STRING),
    must("title", &STRING),
    must("content", &SEARCH_CONTENT),
    may("citations", &CITATIONS_CONFIG),
]);
static SEARCH_CONTENT: Shape = list(&SEARCH_BLOCK);
static SEARCH_BLOCK: Shape = Structure(&[must("text", &STRING)]);
static TOOL_CHANGE: Shape = Structure(&[must("tool", &TOOL_REFERENCE)]);
static TOOL_REFERENCE: Shape = Structure(&[
    may("type", &REFERENCE_TYPE),
    may("name", &REFERENCE_NAME),
    may("serverName", &REFERENCE_NAME),
]);
static REFERENCE_TYPE: Shape = Text(any_text(1, 64));
static REFERENCE_NAME: Shape = Text(any_text(1, 128));

// Citations.
static CITATIONS_CONTENT: Shape =
    Structure(&[may("content", &TEXT_BLOCKS), may("citations", &CITATIONS)]);
static CITATIONS: Shape = list(&CITATION);
static CITATION: Shape = Structure(&[
    may("title", &STRING),
    may("source", &STRING),
    may("sourceContent", &TEXT_BLOCKS),
    may("location", &CITATION_LOCATION),
]);
static CITATION_LOCATION: Shape = Union(&[
    ("web", &WEB_LOCATION),
    ("documentChar", &IN_DOCUMENT),
    ("documentPage", &IN_DOCUMENT),
    ("documentChunk", &IN_DOCUMENT),
    ("searchResultLocation", &IN_SEARCH_RESULT),
]);
static WEB_LOCATION: Shape = Structure(&[may("url", &STRING), may("domain", &STRING)]);
static IN_DOCUMENT: Shape = Structure(&[
    may("documentIndex", &COUNT),
    may("start", &COUNT),
    may("end", &COUNT),
]);
static IN_SEARCH_RESULT: Shape = Structure(&[
    may("searchResultIndex", &COUNT),
    may("start", &COUNT),
    may("end", &COUNT),
]);

// SystemContentBlock, InferenceConfiguration, ToolConfiguration.
static SYSTEM: Shape = list(&SYSTEM_BLOCK);
static SYSTEM_BLOCK: Shape = Union(&[
    ("text", &NON_EMPTY),
    ("guardContent", &GUARD_CONTENT),
    ("cachePoint", &CACHE_POINT),
]);
static INFERENCE_CONFIG: Shape = Structure(&[
    may("maxTokens", &MAX_TOKENS),
    may("temperature", &FRACTION),
    may("topP", &FRACTION),
    may("stopSequences", &STOP_SEQUENCES),
]);
static MAX_TOKENS: Shape = Shape::Integer { min: 1 };
static FRACTION: Shape = Shape::Float { min: 0.0, max: 1.0 };
static STOP_SEQUENCES: Shape = Shape::List {
    of: &NON_EMPTY,
    min: 0,
    max: 2500,
};
static TOOL_CONFIG: Shape = Structure(&[must("tools", &TOOLS), may("toolChoice", &TOOL_CHOICE)]);
static TOOLS: Shape = Shape::List {
    of: &TOOL,
    min: 1,
    max: MANY,
};
static TOOL: Shape = Union(&[
    ("toolSpec", &TOOL_SPEC),
    ("systemTool", &NAMED_TOOL),
    ("cachePoint", &CACHE_POINT),
]);
static TOOL_SPEC: Shape = Structure(&[
    must("name", &TOOL_NAME),
    may("description", &NON_EMPTY),
    must("inputSchema", &INPUT_SCHEMA),
    may("strict", &BOOLEAN),
]);
static INPUT_SCHEMA: Shape = Union(&[("json", &DOCUMENT)]);
static NAMED_TOOL: Shape = Structure(&[must("name", &TOOL_NAME)]);
static TOOL_CHOICE: Shape = Union(&[("auto", &EMPTY), ("any", &EMPTY), ("tool", &NAMED_TOOL)]);

// The rest.
static GUARDRAIL_CONFIG: Shape = Structure(&[
    may("guardrailIdentifier", &GUARDRAIL_ID),
    may("guardrailVersion", &GUARDRAIL_VERSION),
    may("trace", &GUARDRAIL_TRACE),
    may("streamProcessingMode", &GUARDRAIL_MODE),
]);
static GUARDRAIL_ID: Shape = Text(patterned(
    0,
    2048,
    "(|([a-z0-9]+)|(arn:aws(-[^:]+)?:bedrock:[a-z0-9-]{1,20}:[0-9]{12}:guardrail/[a-z0-9]+))",
    |id| {
        id.starts_with("arn:aws")
            || id
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    },
));
static GUARDRAIL_VERSION: Shape = Text(patterned(
    0,
    MANY,
    "(|([1-9][0-9]{0,7})|(DRAFT))",
    |version| {
        let number = version.len() <= 8
            && version.bytes().all(|b| b.is_ascii_digit())
            && !version.starts_with('0');
        version == "DRAFT" || number
    },
));
static GUARDRAIL_TRACE: Shape = Enum(&["enabled", "disabled", "enabled_full"]);
static GUARDRAIL_MODE: Shape = Enum(&["sync", "async"]);
static PROMPT_VARIABLES: Shape = Shape::Map {
    key: any_text(0, MANY),
    value: &TEXT_BLOCK,
    min: 0,
    max: MANY,
};
static FIELD_PATHS: Shape = Shape::List {
    of: &FIELD_PATH,
    min: 0,
    max: 10,
};
static FIELD_PATH: Shape = Text(any_text(1, 256));
static REQUEST_METADATA: Shape = Shape::Map {
    key: patterned(1, 256, "[a-zA-Z0-9\\s:_@$#=/+,-.]{1,256}", metadata_text),
    value: &METADATA_VALUE,
    min: 1,
    max: 16,
};
static METADATA_VALUE: Shape = Text(patterned(
    0,
    256,
    "[a-zA-Z0-9\\s:_@$#=/+,-.]{0,256}",
    metadata_text,
));
static PERFORMANCE: Shape = Structure(&[may("latency", &LATENCY)]);
static LATENCY: Shape = Enum(&["standard", "optimized"]);
static SERVICE_TIER: Shape = Structure(&[must("type", &TIER)]);
static TIER: Shape = Enum(&["priority", "default", "flex", "reserved"]);
static OUTPUT_CONFIG: Shape =
    Structure(&[may("textFormat", &OUTPUT_FORMAT), may("effort", &EFFORT)]);
static EFFORT: Shape = Text(any_text(0, 16));
static OUTPUT_FORMAT: Shape = Structure(&[
    must("type", &FORMAT_TYPE),
    must("structure", &FORMAT_STRUCTURE),
]);
static FORMAT_TYPE: Shape = Enum(&["json_schema"]);
static FORMAT_STRUCTURE: Shape = Union(&[("jsonSchema", &JSON_SCHEMA)]);
static JSON_SCHEMA: Shape = Structure(&[
    must("schema", &STRING),
    may("name", &STRING),
    may("description", &STRING),
]);

fn metadata_text(text: &str) -> bool {
    text.chars()
        .all(|c| c.is_ascii_alphanumeric() || c.is_ascii_whitespace() || ":_@$#=/+,-.".contains(c))
}
