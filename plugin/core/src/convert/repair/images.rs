//! Images whose first bytes are those of another format than they are said to have: the bytes tell
//! the truth. Bytes of no known format are the service's to judge.

use provider_interface::{
    ContentBlock, GuardContent, GuardImageSource, ImageBlock, ImageFormat, MediaSource, Message,
    ToolResultContent,
};

use super::Repairs;

pub(super) fn set_formats(messages: &mut [Message], repairs: &mut Repairs) {
    for block in messages.iter_mut().flat_map(|message| &mut message.content) {
        match block {
            ContentBlock::Image(image) => set_format(image, repairs),
            ContentBlock::ToolResult(result) => {
                for part in &mut result.content {
                    if let ToolResultContent::Image(image) = part {
                        set_format(image, repairs);
                    }
                }
            }
            ContentBlock::GuardContent(GuardContent::Image(image)) => {
                if let GuardImageSource::Bytes(bytes) = &image.source {
                    set(&mut image.format, &bytes.0, repairs);
                }
            }
            _ => {}
        }
    }
}

fn set_format(image: &mut ImageBlock, repairs: &mut Repairs) {
    if let MediaSource::Bytes(bytes) = &image.source {
        set(&mut image.format, &bytes.0, repairs);
    }
}

fn set(format: &mut ImageFormat, bytes: &[u8], repairs: &mut Repairs) {
    if let Some(found) = detect(bytes).filter(|found| found != format) {
        *format = found;
        repairs.note("format of an image set to what its bytes are");
    }
}

/// By the signatures that the formats' specifications give them.
fn detect(bytes: &[u8]) -> Option<ImageFormat> {
    let starts = |signature: &[u8]| bytes.starts_with(signature);
    if starts(b"\x89PNG\r\n\x1a\n") {
        Some(ImageFormat::Png)
    } else if starts(b"\xff\xd8\xff") {
        Some(ImageFormat::Jpeg)
    } else if starts(b"GIF87a") || starts(b"GIF89a") {
        Some(ImageFormat::Gif)
    } else if starts(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        Some(ImageFormat::Webp)
    } else {
        None
    }
}
