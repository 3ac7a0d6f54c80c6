//! Citations, both ways.
//!
//! Converse's citation and Anthropic's overlap. Where Anthropic's alone would not read back as the
//! same, Converse's goes along in the member `bedrock`, which wins on the way back.

use std::borrow::Cow;

use provider_interface::{
    Citation, CitationLocation, DocumentSpan, SearchResultSpan, TextPiece, WebLocation,
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::object::{Member, Object};
use crate::server::dialect::Refused;

/// A citation as it is written.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Cited<'a> {
    #[serde(flatten)]
    place: Place<'a>,
    /// All of it, in Converse's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bedrock: Option<Cow<'a, Citation>>,
}

/// Anthropic's own forms.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "type")]
enum Place<'a> {
    #[serde(rename = "char_location")]
    Char {
        cited_text: Cow<'a, str>,
        document_index: u32,
        document_title: Option<Cow<'a, str>>,
        start_char_index: u32,
        end_char_index: u32,
    },
    #[serde(rename = "page_location")]
    Page {
        cited_text: Cow<'a, str>,
        document_index: u32,
        document_title: Option<Cow<'a, str>>,
        start_page_number: u32,
        end_page_number: u32,
    },
    #[serde(rename = "content_block_location")]
    ContentBlock {
        cited_text: Cow<'a, str>,
        document_index: u32,
        document_title: Option<Cow<'a, str>>,
        start_block_index: u32,
        end_block_index: u32,
    },
    #[serde(rename = "search_result_location")]
    SearchResult {
        cited_text: Cow<'a, str>,
        search_result_index: u32,
        source: Cow<'a, str>,
        title: Option<Cow<'a, str>>,
        start_block_index: u32,
        end_block_index: u32,
    },
    /// Also for a source without a place: it is the only form without numbers to make up.
    #[serde(rename = "web_search_result_location")]
    WebSearchResult {
        cited_text: Cow<'a, str>,
        encrypted_index: Cow<'a, str>,
        title: Option<Cow<'a, str>>,
        url: Cow<'a, str>,
    },
}

impl<'a> Cited<'a> {
    /// Converse's citation → Anthropic's.
    pub(super) fn of(citation: &'a Citation) -> Self {
        let place = Place::of(citation);
        let is_whole = place.neutral() == *citation;
        Self {
            place,
            bedrock: Some(Cow::Borrowed(citation)).filter(|_| !is_whole),
        }
    }

    fn neutral(self) -> Citation {
        match self.bedrock {
            Some(citation) => citation.into_owned(),
            None => self.place.neutral(),
        }
    }
}

impl<'a> Place<'a> {
    fn of(citation: &'a Citation) -> Self {
        let cited_text = cited_text(citation.source_content.as_deref().unwrap_or_default());
        let title = citation.title.as_deref().map(Cow::Borrowed);
        let source = Cow::Borrowed(citation.source.as_deref().unwrap_or_default());
        match &citation.location {
            Some(CitationLocation::DocumentChar(span)) => Self::Char {
                cited_text,
                document_index: span.document_index.unwrap_or_default(),
                document_title: title,
                start_char_index: span.start.unwrap_or_default(),
                end_char_index: span.end.unwrap_or_default(),
            },
            Some(CitationLocation::DocumentPage(span)) => Self::Page {
                cited_text,
                document_index: span.document_index.unwrap_or_default(),
                document_title: title,
                start_page_number: span.start.unwrap_or_default(),
                end_page_number: span.end.unwrap_or_default(),
            },
            Some(CitationLocation::DocumentChunk(span)) => Self::ContentBlock {
                cited_text,
                document_index: span.document_index.unwrap_or_default(),
                document_title: title,
                start_block_index: span.start.unwrap_or_default(),
                end_block_index: span.end.unwrap_or_default(),
            },
            Some(CitationLocation::SearchResultLocation(span)) => Self::SearchResult {
                cited_text,
                search_result_index: span.search_result_index.unwrap_or_default(),
                source,
                title,
                start_block_index: span.start.unwrap_or_default(),
                end_block_index: span.end.unwrap_or_default(),
            },
            Some(CitationLocation::Web(WebLocation { url: Some(url), .. })) => {
                Self::WebSearchResult {
                    cited_text,
                    encrypted_index: Cow::Borrowed(""),
                    title,
                    url: Cow::Borrowed(url),
                }
            }
            _ => Self::WebSearchResult {
                cited_text,
                encrypted_index: Cow::Borrowed(""),
                title,
                url: source,
            },
        }
    }

    fn neutral(&self) -> Citation {
        match self {
            Self::Char {
                cited_text,
                document_index,
                document_title,
                start_char_index,
                end_char_index,
            } => document(
                cited_text,
                document_title.as_deref(),
                CitationLocation::DocumentChar(span(
                    *document_index,
                    *start_char_index,
                    *end_char_index,
                )),
            ),
            Self::Page {
                cited_text,
                document_index,
                document_title,
                start_page_number,
                end_page_number,
            } => document(
                cited_text,
                document_title.as_deref(),
                CitationLocation::DocumentPage(span(
                    *document_index,
                    *start_page_number,
                    *end_page_number,
                )),
            ),
            Self::ContentBlock {
                cited_text,
                document_index,
                document_title,
                start_block_index,
                end_block_index,
            } => document(
                cited_text,
                document_title.as_deref(),
                CitationLocation::DocumentChunk(span(
                    *document_index,
                    *start_block_index,
                    *end_block_index,
                )),
            ),
            Self::SearchResult {
                cited_text,
                search_result_index,
                source,
                title,
                start_block_index,
                end_block_index,
            } => Citation {
                source: Some(source.to_string()),
                ..document(
                    cited_text,
                    title.as_deref(),
                    CitationLocation::SearchResultLocation(SearchResultSpan {
                        search_result_index: Some(*search_result_index),
                        start: Some(*start_block_index),
                        end: Some(*end_block_index),
                    }),
                )
            },
            Self::WebSearchResult {
                cited_text,
                title,
                url,
                ..
            } => document(
                cited_text,
                title.as_deref(),
                CitationLocation::Web(WebLocation {
                    url: Some(url.to_string()),
                    domain: None,
                }),
            ),
        }
    }
}

/// What was quoted, as one text.
fn cited_text(pieces: &[TextPiece]) -> Cow<'_, str> {
    match pieces {
        [piece] => Cow::Borrowed(&piece.text),
        pieces => pieces.iter().map(|piece| piece.text.as_str()).collect(),
    }
}

fn document(cited_text: &str, title: Option<&str>, location: CitationLocation) -> Citation {
    let text = cited_text.to_owned();
    Citation {
        title: title.map(str::to_owned),
        source: None,
        source_content: Some(vec![TextPiece { text }]).filter(|_| !cited_text.is_empty()),
        location: Some(location),
    }
}

fn span(index: u32, start: u32, end: u32) -> DocumentSpan {
    DocumentSpan {
        document_index: Some(index),
        start: Some(start),
        end: Some(end),
    }
}

impl Member<'_> for Cited<'_> {
    const WHAT: &'static str = "a citation: char_location, page_location, content_block_location, \
                                search_result_location or web_search_result_location, with its \
                                members";
}

/// The member `citations` of a text block.
pub(super) fn read(text: &Object<'_, '_>) -> Result<Vec<Citation>, Refused> {
    let raw: Vec<&RawValue> = text.optional("citations")?.unwrap_or_default();
    let at = text.at().member("citations");
    let cited = raw.into_iter().enumerate().map(|(index, raw)| {
        let at = at.item(index);
        Cited::read(raw, &at).map(Cited::neutral)
    });
    cited.collect()
}
