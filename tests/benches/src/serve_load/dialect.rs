//! The two APIs as a client reads them.

use benches::Error;
use clap::ValueEnum;
use serde::Deserialize;

const MODEL: &str = "amazon.nova-lite-v1:0";

/// An API of the gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Dialect {
    /// OpenAI's chat completions.
    Openai,
    /// Anthropic's messages.
    Messages,
}

/// What the data of one event says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Said<'a> {
    Text(&'a str),
    /// The model stopped by itself.
    Stop,
    /// Nothing comes after this.
    End,
    /// Anything else that belongs there.
    Other,
}

#[derive(Deserialize)]
struct Chunk<'a> {
    #[serde(borrow, default)]
    choices: Vec<Choice<'a>>,
    error: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Choice<'a> {
    #[serde(borrow)]
    delta: Content<'a>,
    finish_reason: Option<&'a str>,
}

#[derive(Deserialize)]
struct Content<'a> {
    content: Option<&'a str>,
}

#[derive(Deserialize)]
struct Event<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    #[serde(borrow)]
    delta: Option<Delta<'a>>,
    error: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Delta<'a> {
    text: Option<&'a str>,
    stop_reason: Option<&'a str>,
}

impl Dialect {
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Openai => "/v1/chat/completions",
            Self::Messages => "/v1/messages",
        }
    }

    /// A request for a stream; both APIs take it.
    pub(crate) fn request(self) -> String {
        serde_json::json!({
            "model": MODEL,
            "stream": true,
            "max_tokens": 4096,
            "messages": [{"role": "user", "content": "go"}],
        })
        .to_string()
    }

    /// Reads an event's data; an error that it tells is one.
    pub(crate) fn read(self, data: &str) -> Result<Said<'_>, Error> {
        match self {
            Self::Openai if data == "[DONE]" => Ok(Said::End),
            Self::Openai => {
                let chunk: Chunk<'_> = serde_json::from_str(data)?;
                if let Some(error) = chunk.error {
                    return Err(error.to_string().into());
                }
                Ok(match chunk.choices.first() {
                    Some(choice) if choice.finish_reason == Some("stop") => Said::Stop,
                    Some(choice) => said(choice.delta.content),
                    None => Said::Other,
                })
            }
            Self::Messages => {
                let event: Event<'_> = serde_json::from_str(data)?;
                if let Some(error) = event.error {
                    return Err(error.to_string().into());
                }
                Ok(match (event.kind, event.delta) {
                    ("content_block_delta", Some(delta)) => said(delta.text),
                    ("message_delta", Some(delta)) if delta.stop_reason == Some("end_turn") => {
                        Said::Stop
                    }
                    ("message_stop", _) => Said::End,
                    _ => Said::Other,
                })
            }
        }
    }
}

fn said(text: Option<&str>) -> Said<'_> {
    match text {
        Some(text) if !text.is_empty() => Said::Text(text),
        _ => Said::Other,
    }
}
