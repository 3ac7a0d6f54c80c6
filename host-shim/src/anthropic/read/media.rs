//! Images and documents. The gateway fetches nothing: what is given by address is refused.

use provider_interface::{
    Blob, CitationsConfig, DocumentBlock, DocumentFormat, DocumentSource, ImageBlock, ImageFormat,
    MediaSource,
};

use super::super::object::{Ignored, Object};
use super::blocks::Texts;
use crate::server::dialect::Refused;

/// What is said where a source is an address.
const BY_ADDRESS: &str =
    "is not supported: the gateway fetches nothing; send the bytes with a source of type base64";

/// What is said where a source is a file of Anthropic's store.
const BY_FILE: &str = "is not supported: Bedrock has no files; send the bytes with a source of \
                       type base64";

/// The name of a document that comes without a title.
const UNTITLED: &str = "Document";

/// Media types of documents. Anthropic's own API takes the first alone.
const DOCUMENTS: &[(&str, DocumentFormat)] = &[
    ("application/pdf", DocumentFormat::Pdf),
    ("text/csv", DocumentFormat::Csv),
    ("application/msword", DocumentFormat::Doc),
    (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        DocumentFormat::Docx,
    ),
    ("application/vnd.ms-excel", DocumentFormat::Xls),
    (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        DocumentFormat::Xlsx,
    ),
    ("text/html", DocumentFormat::Html),
    ("text/plain", DocumentFormat::Txt),
    ("text/markdown", DocumentFormat::Md),
];

/// Media types of images.
pub(in super::super) const IMAGES: &[(&str, ImageFormat)] = &[
    ("image/png", ImageFormat::Png),
    ("image/jpeg", ImageFormat::Jpeg),
    ("image/gif", ImageFormat::Gif),
    ("image/webp", ImageFormat::Webp),
];

pub(super) fn image(block: &Object<'_, '_>, ignored: &mut Ignored) -> Result<ImageBlock, Refused> {
    let at = block.at().member("source");
    let source = Object::read(block.required("source")?, &at)?;
    let kind = source_type(&source)?;
    if kind != "base64" {
        return Err(at.member("type").refuse("must be base64"));
    }
    let format = media_type(&source, IMAGES)?;
    let bytes: Blob = source.required("data")?;
    source.finish(ignored);
    Ok(ImageBlock {
        format,
        source: MediaSource::Bytes(bytes),
        error: None,
    })
}

pub(super) fn document(
    block: &Object<'_, '_>,
    ignored: &mut Ignored,
) -> Result<DocumentBlock, Refused> {
    let at = block.at().member("source");
    let source = Object::read(block.required("source")?, &at)?;
    let (format, content) = match source_type(&source)?.as_str() {
        "base64" => {
            let format = media_type(&source, DOCUMENTS)?;
            (format, DocumentSource::Bytes(source.required("data")?))
        }
        "text" => {
            // It says text/plain and nothing else.
            source.optional::<String>("media_type")?;
            (
                DocumentFormat::Txt,
                DocumentSource::Text(source.required("data")?),
            )
        }
        "content" => {
            let texts = Texts::read(&source, "content", ignored)?;
            let texts = texts.ok_or_else(|| at.member("content").refuse("is missing"))?;
            (DocumentFormat::Txt, DocumentSource::Content(texts.pieces()))
        }
        _ => return Err(at.member("type").refuse("must be base64, text or content")),
    };
    source.finish(ignored);
    let title: Option<String> = block.optional("title")?;
    Ok(DocumentBlock {
        format: Some(format),
        name: title.unwrap_or_else(|| UNTITLED.to_owned()),
        source: content,
        context: block.optional("context")?,
        citations: citations(block, ignored)?,
    })
}

/// Whether a source may be cited.
pub(super) fn citations(
    block: &Object<'_, '_>,
    ignored: &mut Ignored,
) -> Result<Option<CitationsConfig>, Refused> {
    let Some(raw) = block.optional("citations")? else {
        return Ok(None);
    };
    let at = block.at().member("citations");
    let config = Object::read(raw, &at)?;
    let enabled: Option<bool> = config.optional("enabled")?;
    config.finish(ignored);
    Ok(enabled.map(|enabled| CitationsConfig { enabled }))
}

/// The type of a source whose bytes are here.
fn source_type(source: &Object<'_, '_>) -> Result<String, Refused> {
    let kind: String = source.required("type")?;
    match kind.as_str() {
        "url" => Err(source.at().refuse(BY_ADDRESS)),
        "file" => Err(source.at().refuse(BY_FILE)),
        _ => Ok(kind),
    }
}

fn media_type<F: Clone>(source: &Object<'_, '_>, known: &[(&str, F)]) -> Result<F, Refused> {
    let asked: String = source.required("media_type")?;
    match known.iter().find(|(name, _)| *name == asked) {
        Some((_, format)) => Ok(format.clone()),
        None => {
            let names: Vec<_> = known.iter().map(|(name, _)| *name).collect();
            let names = names.join(", ");
            let at = source.at().member("media_type");
            Err(at.refuse(format_args!("must be one of {names}")))
        }
    }
}
