//! Images, documents and sounds: data URLs and base64 → bytes with a format.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use provider_interface::{
    AudioBlock, AudioFormat, Blob, DocumentBlock, DocumentFormat, DocumentSource, ImageBlock,
    ImageFormat, Json, MediaSource,
};
use serde::Deserialize;

use super::wire::Part;
use crate::server::dialect::Refused;

/// Media types and endings of names that documents come with.
const DOCUMENTS: [(&str, &str); 9] = [
    ("application/pdf", "pdf"),
    ("text/csv", "csv"),
    ("application/msword", "doc"),
    (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "docx",
    ),
    ("application/vnd.ms-excel", "xls"),
    (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "xlsx",
    ),
    ("text/html", "html"),
    ("text/plain", "txt"),
    ("text/markdown", "md"),
];

/// An `image_url` part.
pub(super) fn image(place: &str, part: Part) -> Result<ImageBlock, Refused> {
    let place = format!("{place}.image_url");
    let url = part.image_url.as_ref().and_then(url).ok_or_else(|| {
        Refused::invalid(
            &place,
            format!("`{place}` has no address; give `image_url.url`"),
        )
    })?;
    let (media_type, bytes) = data_url(&place, &url)?;
    let format = match media_type.strip_prefix("image/") {
        Some("jpg") => "jpeg",
        Some(format) if ImageFormat::KNOWN.contains(&format) => format,
        _ => {
            let known = ImageFormat::KNOWN.join(", ");
            let sentence = format!("`{place}` is no image that models take; give one of: {known}");
            return Err(Refused::invalid(&place, sentence));
        }
    };
    Ok(ImageBlock {
        format: ImageFormat::from(format),
        source: MediaSource::Bytes(Blob(bytes)),
        error: None,
    })
}

/// A `file` part; `index` names it where it has no name.
pub(super) fn document(place: &str, part: Part, index: usize) -> Result<DocumentBlock, Refused> {
    let place = format!("{place}.file");
    let file = part
        .file
        .and_then(|file| Some((file.file_data?, file.filename)));
    let Some((data, filename)) = file else {
        return Err(Refused::invalid(
            &place,
            format!(
                "`{place}` has no data; files are not kept here, so give `file_data` as a data URL"
            ),
        ));
    };
    let (media_type, bytes) = data_url(&place, &data)?;
    let (stem, ending) = filename
        .as_deref()
        .and_then(|name| name.rsplit_once('.'))
        .unwrap_or((filename.as_deref().unwrap_or_default(), ""));
    let is_of = |(known, short): &&(&str, &str)| *known == media_type || *short == ending;
    let Some((_, format)) = DOCUMENTS.iter().find(is_of) else {
        let known = DocumentFormat::KNOWN.join(", ");
        let sentence = format!("`{place}` is no document that models take; give one of: {known}");
        return Err(Refused::invalid(&place, sentence));
    };
    Ok(DocumentBlock {
        format: Some(DocumentFormat::from(*format)),
        name: match stem {
            "" => format!("document {}", index + 1),
            stem => stem.to_owned(),
        },
        source: DocumentSource::Bytes(Blob(bytes)),
        context: None,
        citations: None,
    })
}

/// An `input_audio` part.
pub(super) fn audio(place: &str, part: Part) -> Result<AudioBlock, Refused> {
    let place = format!("{place}.input_audio");
    let Some(audio) = part.input_audio else {
        let sentence = format!("`{place}` is missing; give `data` and `format`");
        return Err(Refused::invalid(&place, sentence));
    };
    Ok(AudioBlock {
        format: AudioFormat::from(audio.format.as_str()),
        source: MediaSource::Bytes(Blob(base64(&place, &audio.data)?)),
        error: None,
    })
}

/// An image's bytes as a data URL.
pub(super) fn to_data_url(format: &ImageFormat, bytes: &[u8]) -> String {
    format!("data:image/{format};base64,{}", STANDARD.encode(bytes))
}

/// Base64 at a place of the request.
pub(super) fn base64(place: &str, text: &str) -> Result<Vec<u8>, Refused> {
    STANDARD
        .decode(text.trim())
        .map_err(|error| Refused::invalid(place, format!("`{place}` is no base64: {error}")))
}

/// The address of an image part: an object's `url`, or a bare string.
fn url(value: &Json) -> Option<String> {
    #[derive(Deserialize)]
    struct ImageUrl {
        url: String,
    }
    let object = value.read::<ImageUrl>().map(|object| object.url);
    object.or_else(|_| value.read()).ok()
}

fn data_url<'a>(place: &str, url: &'a str) -> Result<(&'a str, Vec<u8>), Refused> {
    let parsed = url
        .strip_prefix("data:")
        .and_then(|rest| rest.split_once(','))
        .and_then(|(head, data)| Some((head.strip_suffix(";base64")?, data)));
    let Some((media_type, data)) = parsed else {
        let sentence = format!(
            "`{place}` is no data URL; nothing is fetched here, so give `data:TYPE;base64,…`"
        );
        return Err(Refused::invalid(place, sentence));
    };
    let media_type = media_type.split(';').next().unwrap_or_default();
    Ok((media_type, base64(place, data)?))
}
