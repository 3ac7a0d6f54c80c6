//! What a model cites, and what it may cite (AWS API reference, *CitationsContentBlock*,
//! *SearchResultBlock*).

use serde::{Deserialize, Serialize};

use crate::TextPiece;

/// Whether citations are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CitationsConfig {
    /// Whether they are.
    pub enabled: bool,
}

/// Text with the sources that it cites.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CitationsContent {
    /// The text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Vec<TextPiece>>,
    /// Its sources.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub citations: Option<Vec<Citation>>,
}

/// A source that a text cites; as a delta of a stream the pieces are to be appended.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Citation {
    /// The source's title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The source's name or address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// What was quoted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_content: Option<Vec<TextPiece>>,
    /// Where it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<CitationLocation>,
}

/// Where a quotation stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum CitationLocation {
    /// On the web.
    Web(WebLocation),
    /// Characters of a document.
    DocumentChar(DocumentSpan),
    /// Pages of a document.
    DocumentPage(DocumentSpan),
    /// Pieces of a document.
    DocumentChunk(DocumentSpan),
    /// Pieces of a search result.
    SearchResultLocation(SearchResultSpan),
}

/// A place on the web.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WebLocation {
    /// The address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Its domain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
}

/// A span of a document, in the unit that the location's name tells.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DocumentSpan {
    /// Which document of the request, from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_index: Option<u32>,
    /// First unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<u32>,
    /// Last unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<u32>,
}

/// A span of a search result's pieces.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SearchResultSpan {
    /// Which search result of the request, from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search_result_index: Option<u32>,
    /// First piece.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<u32>,
    /// Last piece.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<u32>,
}

/// A search result for the model to cite.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SearchResultBlock {
    /// Its name or address.
    pub source: String,
    /// Its title.
    pub title: String,
    /// Its pieces.
    pub content: Vec<TextPiece>,
    /// Whether the model may cite it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub citations: Option<CitationsConfig>,
}
