//! The extra members that carry blocks through OpenAI's shape, as they stand on the wire.

use provider_interface::Citation;
use serde::{Deserialize, Serialize};

/// A piece of reasoning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type")]
pub(super) enum Detail<'a> {
    /// Text; the signature may come alone.
    #[serde(rename = "reasoning.text")]
    Text {
        text: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        signature: Option<&'a str>,
        index: u32,
    },
    /// Encrypted reasoning, base64.
    #[serde(rename = "reasoning.encrypted")]
    Encrypted { data: String, index: u32 },
}

/// A citation, and the characters of `content` that it is for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Placed {
    pub(super) start_index: usize,
    pub(super) end_index: usize,
    #[serde(flatten)]
    pub(super) citation: Citation,
}

/// An image of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Image {
    #[serde(rename = "type")]
    kind: &'static str,
    image_url: Url,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Url {
    url: String,
}

impl Image {
    pub(super) fn new(url: String) -> Self {
        Self {
            kind: "image_url",
            image_url: Url { url },
        }
    }
}
