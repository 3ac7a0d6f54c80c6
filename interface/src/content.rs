//! What messages are made of: the content blocks of Converse (AWS API reference, *ContentBlock*).

use serde::{Deserialize, Serialize};

use crate::{
    AudioFormat, Blob, CachePointType, CacheTtl, CitationsConfig, CitationsContent, DocumentFormat,
    GuardContentQualifier, ImageFormat, Json, Role, SearchResultBlock, ToolResultStatus,
    VideoFormat,
};

/// One message of a conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Message {
    /// Who it is from.
    pub role: Role,
    /// Its blocks, in order.
    pub content: Vec<ContentBlock>,
}

impl Message {
    /// A message of one text.
    pub fn text(role: Role, text: impl Into<String>) -> Self {
        Self {
            role,
            content: vec![ContentBlock::Text(text.into())],
        }
    }
}

/// One block of a message. In JSON: an object with one member, named after the block.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum ContentBlock {
    /// Text.
    Text(String),
    /// An image.
    Image(ImageBlock),
    /// A document.
    Document(DocumentBlock),
    /// A video.
    Video(VideoBlock),
    /// A sound.
    Audio(AudioBlock),
    /// The model's call of a tool.
    ToolUse(ToolUseBlock),
    /// What the tool answered.
    ToolResult(ToolResultBlock),
    /// Content for the guardrail to look at.
    GuardContent(GuardContent),
    /// The prefix up to here may be cached.
    CachePoint(CachePoint),
    /// The model's reasoning.
    ReasoningContent(ReasoningContent),
    /// Text with the sources that it cites.
    CitationsContent(CitationsContent),
    /// A search result for the model to cite.
    SearchResult(SearchResultBlock),
    /// Makes a tool available from here on.
    ToolAddition(ToolChange),
    /// Takes a tool away from here on.
    ToolRemoval(ToolChange),
}

/// An object in S3 that the service reads by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct S3Location {
    /// `s3://bucket/key`
    pub uri: String,
    /// The account that owns the bucket, 12 digits, if it isn't the caller's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bucket_owner: Option<String>,
}

/// Where the bytes of an image, a video or a sound are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum MediaSource {
    /// Here; base64 in JSON.
    Bytes(Blob),
    /// In S3.
    S3Location(S3Location),
}

/// Why the service could not make a piece of media.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MediaError {
    /// The service's text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// An image.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImageBlock {
    /// Its format.
    pub format: ImageFormat,
    /// Its bytes.
    pub source: MediaSource,
    /// Set by the service where it could not make the image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<MediaError>,
}

/// A video.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VideoBlock {
    /// Its format.
    pub format: VideoFormat,
    /// Its bytes.
    pub source: MediaSource,
}

/// A sound.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AudioBlock {
    /// Its format.
    pub format: AudioFormat,
    /// Its bytes.
    pub source: MediaSource,
    /// Set by the service where it could not make the sound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<MediaError>,
}

/// A document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DocumentBlock {
    /// Its format; AWS takes `txt` when it isn't given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<DocumentFormat>,
    /// Its name, which the model sees.
    pub name: String,
    /// Its content.
    pub source: DocumentSource,
    /// What the model should know of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<String>,
    /// Whether the model may cite it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub citations: Option<CitationsConfig>,
}

/// Where the content of a document is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum DocumentSource {
    /// Here; base64 in JSON.
    Bytes(Blob),
    /// In S3.
    S3Location(S3Location),
    /// A text.
    Text(String),
    /// Pieces that the model cites one by one.
    Content(Vec<TextPiece>),
}

/// A union of AWS's that has one member so far: text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TextPiece {
    /// The text.
    pub text: String,
}

/// The model's call of a tool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ToolUseBlock {
    /// Which call: the result names it.
    pub tool_use_id: String,
    /// Which tool.
    pub name: String,
    /// Its arguments: an object.
    pub input: Json,
    /// `server_tool_use` for a tool that the service runs itself.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

/// What a tool answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ToolResultBlock {
    /// The call that it answers.
    pub tool_use_id: String,
    /// The answer.
    pub content: Vec<ToolResultContent>,
    /// Whether the tool succeeded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<ToolResultStatus>,
    /// The kind of result, for a tool that the service runs itself.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

/// One piece of a tool's answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum ToolResultContent {
    /// Text.
    Text(String),
    /// A JSON value.
    Json(Json),
    /// An image.
    Image(ImageBlock),
    /// A document.
    Document(DocumentBlock),
    /// A video.
    Video(VideoBlock),
    /// A search result for the model to cite.
    SearchResult(SearchResultBlock),
}

/// Content for a guardrail to look at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum GuardContent {
    /// Text.
    Text(GuardText),
    /// An image.
    Image(GuardImage),
}

/// Text for a guardrail to look at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GuardText {
    /// The text.
    pub text: String,
    /// What it stands for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qualifiers: Option<Vec<GuardContentQualifier>>,
}

/// An image for a guardrail to look at: bytes only, png or jpeg.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GuardImage {
    /// Its format.
    pub format: ImageFormat,
    /// Its bytes.
    pub source: GuardImageSource,
}

/// The bytes of a guarded image.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum GuardImageSource {
    /// Here; base64 in JSON.
    Bytes(Blob),
}

/// The prefix up to here may be cached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CachePoint {
    /// Its kind.
    #[serde(rename = "type")]
    pub kind: CachePointType,
    /// How long it lives; the service takes five minutes when it isn't given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ttl: Option<CacheTtl>,
}

/// The model's reasoning.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum ReasoningContent {
    /// Readable, with the signature that lets it be sent back.
    ReasoningText(ReasoningText),
    /// Encrypted by the model's maker; base64 in JSON.
    RedactedContent(Blob),
}

/// Readable reasoning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReasoningText {
    /// The text, never to be altered when it is signed.
    pub text: String,
    /// The maker's signature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
}

/// A tool that becomes available, or ceases to be, in the midst of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ToolChange {
    /// Which tool.
    pub tool: ToolReference,
}

/// A tool by name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ToolReference {
    /// The kind of tool.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The server that it lives on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_name: Option<String>,
}
