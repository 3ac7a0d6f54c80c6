//! Rules on single content blocks: texts, pictures, the sizes and numbers of attachments.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::Value;

use super::{Conversation, Rule, is_blank, list};
use crate::error::Refusal;

/// API_runtime_Message: "You can include up to 20 images."
const MAX_IMAGES: usize = 20;
/// API_runtime_Message: "must be no more than 3.75 MB".
const MAX_IMAGE_BYTES: usize = 3_750_000;

pub(super) static RULES: &[Rule] = &[
    Rule {
        name: "no_text_block_is_blank",
        source: "Converse, ValidationException: The text field in the ContentBlock object at … is blank",
        check: no_blank_text,
    },
    Rule {
        name: "no_system_text_is_blank",
        source: "API_runtime_SystemContentBlock, text: NonEmptyString; Converse refuses blanks as well",
        check: no_blank_system,
    },
    Rule {
        name: "no_text_inside_a_tool_result_is_blank",
        source: "Converse, ValidationException: The text field in the ToolResultContentBlock object at … is blank",
        check: no_blank_result,
    },
    Rule {
        name: "there_are_at_most_twenty_images",
        source: "API_runtime_Message: You can include up to 20 images",
        check: few_images,
    },
    Rule {
        name: "an_image_has_at_most_3_75_mb",
        source: "API_runtime_Message: Each image's size … must be no more than 3.75 MB",
        check: small_images,
    },
    Rule {
        name: "image_bytes_match_their_format",
        source: "Recorded from Nova: The detected file MIME type … does not match the expected type …",
        check: images_match,
    },
];

fn no_blank_text(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    let blank = conversation
        .blocks()
        .find(|(_, block)| block["text"].as_str().is_some_and(is_blank));
    match blank {
        None => Ok(()),
        Some((place, _)) => Err(blank_text("ContentBlock", &place.to_string())),
    }
}

fn no_blank_system(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    let blank = conversation
        .system()
        .iter()
        .position(|block| block["text"].as_str().is_some_and(is_blank));
    blank.map_or(Ok(()), |index| {
        Err(blank_text("SystemContentBlock", &format!("system.{index}")))
    })
}

fn no_blank_result(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    for (place, block) in conversation.blocks() {
        let parts = list(&block["toolResult"]["content"]);
        if let Some(index) = parts
            .iter()
            .position(|part| part["text"].as_str().is_some_and(is_blank))
        {
            return Err(blank_text(
                "ToolResultContentBlock",
                &format!("{place}.toolResult.content.{index}"),
            ));
        }
    }
    Ok(())
}

fn blank_text(kind: &str, place: &str) -> Refusal {
    Refusal::validation(format!(
        "The text field in the {kind} object at {place} is blank. Add text to the text field, and try again."
    ))
}

/// Every image, those inside tool results included, with its place.
fn images<'a>(conversation: &Conversation<'a>) -> Vec<(String, &'a Value)> {
    let mut images = Vec::new();
    for (place, block) in conversation.blocks() {
        images.extend(block.get("image").map(|image| (place.to_string(), image)));
        let parts = list(&block["toolResult"]["content"]).iter().enumerate();
        images.extend(parts.filter_map(|(index, part)| {
            part.get("image")
                .map(|image| (format!("{place}.toolResult.content.{index}"), image))
        }));
    }
    images
}

fn few_images(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    let count = images(conversation).len();
    if count <= MAX_IMAGES {
        return Ok(());
    }
    Err(Refusal::validation(format!(
        "The Converse request contains {count} images, which is more than the maximum of {MAX_IMAGES}."
    )))
}

fn image_bytes(image: &Value) -> Option<Vec<u8>> {
    BASE64.decode(image["source"]["bytes"].as_str()?).ok()
}

fn small_images(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    for (place, image) in images(conversation) {
        if image_bytes(image).is_some_and(|bytes| bytes.len() > MAX_IMAGE_BYTES) {
            return Err(Refusal::validation(format!(
                "The image at {place} exceeds the maximum size of 3.75 MB."
            )));
        }
    }
    Ok(())
}

fn images_match(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    for (_, image) in images(conversation) {
        let Some(bytes) = image_bytes(image) else {
            continue;
        };
        let detected = mime_type(&bytes);
        let expected = format!("image/{}", image["format"].as_str().unwrap_or_default());
        if detected != expected {
            let mut refusal = Refusal::by_model(&format!(
                "The detected file MIME type {detected} does not match the expected type {expected}. Reformat your input \
                 and try again."
            ));
            // Nova says it inside the stream, after status 200; others before.
            refusal.in_stream = conversation.base.starts_with("amazon.nova");
            return Err(refusal);
        }
    }
    Ok(())
}

/// By the first bytes, as the formats define them.
fn mime_type(bytes: &[u8]) -> &'static str {
    match bytes {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => "image/png",
        [0xff, 0xd8, 0xff, ..] => "image/jpeg",
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => "image/gif",
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            ..,
        ] => "image/webp",
        _ if std::str::from_utf8(bytes).is_ok() => "text/plain",
        _ => "application/octet-stream",
    }
}
