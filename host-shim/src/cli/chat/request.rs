//! From arguments, files and stdin to a chat request.

use std::fs;
use std::io::{self, IsTerminal, Read};
use std::path::Path;

use host_shim::interface::{
    Blob, ChatRequest, ContentBlock, Effort, ImageBlock, ImageFormat, MediaSource, Message,
    Reasoning, Role, SystemBlock,
};

use super::Args;
use super::shape::list_for_object;
use crate::cli::failure::Failure;

/// The most that is read of a request or a prompt: the service takes 25 MB.
const MAX_INPUT_BYTES: u64 = 64 << 20;

/// What is asked; none when there is neither prompt nor pipe.
pub(super) fn read(args: &Args) -> Result<Option<ChatRequest>, Failure> {
    if let Some(file) = &args.request {
        return read_request(file).map(Some);
    }
    match read_prompt(args)? {
        Some(prompt) => Ok(Some(asking(args, vec![user(prompt, args)?]))),
        None => Ok(None),
    }
}

/// A request of a conversation so far.
pub(super) fn asking(args: &Args, messages: Vec<Message>) -> ChatRequest {
    ChatRequest {
        messages,
        system: args.system.iter().cloned().map(SystemBlock::Text).collect(),
        reasoning: args.effort.clone().map(Reasoning::Effort),
        ..ChatRequest::default()
    }
}

/// The user's message: the images, then the prompt, as models read them best.
pub(super) fn user(prompt: String, args: &Args) -> Result<Message, Failure> {
    let mut content = Vec::new();
    for image in &args.images {
        content.push(ContentBlock::Image(read_image(image)?));
    }
    content.push(ContentBlock::Text(prompt));
    Ok(Message {
        role: Role::User,
        content,
    })
}

/// Reads `--effort`.
pub(super) fn effort(text: &str) -> Result<Effort, String> {
    match Effort::from(text) {
        Effort::Other(_) => Err(format!("it is one of: {}", Effort::KNOWN.join(", "))),
        effort => Ok(effort),
    }
}

/// The arguments; a pipe is the prompt, or what the prompt is about.
fn read_prompt(args: &Args) -> Result<Option<String>, Failure> {
    let prompt = args.prompt.join(" ");
    let piped = if io::stdin().is_terminal() || !prompt.is_empty() && !has_pipe() {
        String::new()
    } else {
        read_text(Path::new("-"))?
    };
    let parts = [prompt.trim(), piped.trim()];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    Ok((!parts.is_empty()).then(|| parts.join("\n\n")))
}

/// Whether stdin is a pipe or a file that was meant for us. With a prompt given, a stdin that
/// nobody will ever write to (a service, a socket) must not be waited for.
fn has_pipe() -> bool {
    #[cfg(unix)]
    {
        use std::os::fd::AsFd as _;
        let Ok(stdin) = io::stdin().as_fd().try_clone_to_owned() else {
            return false;
        };
        fs::File::from(stdin).metadata().is_ok_and(|metadata| {
            use std::os::unix::fs::FileTypeExt as _;
            metadata.is_file() || metadata.file_type().is_fifo()
        })
    }
    #[cfg(not(unix))]
    true
}

fn read_request(file: &Path) -> Result<ChatRequest, Failure> {
    let text = read_text(file)?;
    let name = if file == Path::new("-") {
        "stdin".to_owned()
    } else {
        file.display().to_string()
    };
    let mut deserializer = serde_json::Deserializer::from_str(&text);
    let request: ChatRequest =
        serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
            let path = error.path().to_string();
            let inner = error.into_inner();
            let place = if path == "." {
                String::new()
            } else {
                format!(" (at {path})")
            };
            let reason = inner.to_string();
            let reason = reason.split(" at line ").next().unwrap_or_default();
            Failure::Usage(format!(
                "{name}:{}:{}: {reason}{place}",
                inner.line(),
                inner.column()
            ))
        })?;
    deserializer.end().map_err(|error| {
        let place = format!("{name}:{}:{}", error.line(), error.column());
        Failure::Usage(format!(
            "{place}: something follows the request; give one JSON object"
        ))
    })?;
    match list_for_object(&text, &request).as_deref() {
        None => Ok(request),
        Some(".") => Err(Failure::Usage(format!(
            "{name}: the request is a list; give one JSON object"
        ))),
        Some(path) => Err(Failure::Usage(format!(
            "{name}: a list where an object belongs (at {path})"
        ))),
    }
}

fn read_text(file: &Path) -> Result<String, Failure> {
    let bytes = read_bytes(file)?;
    String::from_utf8(bytes).map_err(|error| {
        let position = error.utf8_error().valid_up_to();
        Failure::Usage(format!(
            "{}: it is not UTF-8 text (at byte {position})",
            shown(file)
        ))
    })
}

fn read_bytes(file: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read = |reader: &mut dyn Read, bytes: &mut Vec<u8>| {
        reader.take(MAX_INPUT_BYTES + 1).read_to_end(bytes)
    };
    let result = if file == Path::new("-") {
        read(&mut io::stdin().lock(), &mut bytes)
    } else {
        fs::File::open(file).and_then(|mut opened| read(&mut opened, &mut bytes))
    };
    match result {
        Ok(count) if count as u64 > MAX_INPUT_BYTES => Err(Failure::Usage(format!(
            "{}: it is larger than {} MiB, more than any model takes",
            shown(file),
            MAX_INPUT_BYTES >> 20
        ))),
        Ok(_) => Ok(bytes),
        Err(error) => Err(Failure::Usage(format!(
            "cannot read {}: {error}",
            shown(file)
        ))),
    }
}

fn shown(file: &Path) -> String {
    if file == Path::new("-") {
        "stdin".to_owned()
    } else {
        file.display().to_string()
    }
}

/// How images of the formats that the service takes begin.
const MAGIC: [(&[u8], ImageFormat); 4] = [
    (b"\x89PNG\r\n\x1a\n", ImageFormat::Png),
    (b"\xff\xd8\xff", ImageFormat::Jpeg),
    (b"GIF8", ImageFormat::Gif),
    (b"RIFF", ImageFormat::Webp),
];

fn read_image(file: &Path) -> Result<ImageBlock, Failure> {
    let bytes = read_bytes(file)?;
    let format = MAGIC.iter().find(|(magic, format)| {
        let is_webp = bytes.get(8..12) == Some(b"WEBP");
        bytes.starts_with(magic) && (*format != ImageFormat::Webp || is_webp)
    });
    let Some((_, format)) = format else {
        return Err(Failure::Usage(format!(
            "{}: it is no PNG, JPEG, GIF or WebP image, and models take no other",
            shown(file)
        )));
    };
    Ok(ImageBlock {
        format: format.clone(),
        source: MediaSource::Bytes(Blob(bytes)),
        error: None,
    })
}
