//! Anthropic's Messages API (`POST /v1/messages`, `POST /v1/messages/count_tokens`): its bodies and
//! events ↔ the neutral ones. Pure: no socket, clock or runtime.
//!
//! # Layout
//!
//! | module | what it does |
//! |---|---|
//! | `object` | a request's members, with the path of each in every refusal |
//! | `read` | request → neutral request |
//! | `write` | neutral events and answers → the stream's events, or one message |
//! | `citation` | citations, both ways |
//! | `wire` | what is written |
//! | `error` | which error is called what |
//!
//! # Beyond the API
//!
//! Nothing of an answer is lost: what Anthropic has no word for stands in members of its own, and
//! those of content are taken back in the next request.
//!
//! | member | where | what |
//! |---|---|---|
//! | `bedrock` | a citation | the citation as Converse has it, where Anthropic's form tells less |
//! | `bedrock_type` | `server_tool_use`, `tool_result` | Converse's `type`, where it isn't the block's |
//! | a piece of type `json` | a `tool_result`'s content | `{"type": "json", "json": …}`: a JSON value |
//! | an `image` block | an answer | an image that the model made |
//! | `amazon-bedrock-trace` | an answer, `message_delta` | the guardrail's and the prompt router's report |
//! | `cost` | `usage` | US dollars |
//! | `bedrock_service_tier` | `usage` | a tier that Anthropic has no word for |
//! | `model` | `message_delta` | the model that answered, where it isn't the one that was asked |
//!
//! An answer's `stop_reason` is Anthropic's: a guardrail that stepped in, or filtered content, is a
//! `refusal` whose `stop_details.explanation` has Bedrock's own word.

mod citation;
mod error;
mod object;
mod read;
mod wire;
mod write;

use provider_interface::TokenCount;

use crate::server::dialect::{Asked, Dialect, Failure, Refused, Stamp};
use read::Purpose;
pub use write::MessageWriter;

/// The type of a call of a tool that the service runs: the same word on both sides.
const SERVER_TOOL_USE: &str = "server_tool_use";

/// How the types of their results end.
const TOOL_RESULT_SUFFIX: &str = "_tool_result";

/// The member that keeps Converse's `type` where it isn't the block's own.
const BEDROCK_TYPE: &str = "bedrock_type";

/// The Messages API.
#[derive(Debug, Clone, Copy)]
pub struct Messages;

impl Dialect for Messages {
    type Writer = MessageWriter;

    const HEADER: Option<&'static str> = Some("anthropic-beta");

    fn read(body: &[u8], stamp: Stamp) -> Result<(Asked, Self::Writer), Refused> {
        let asked = read::read(body, stamp.header.as_deref(), Purpose::Answer)?;
        let writer = MessageWriter::new(&stamp.unique, &asked.model);
        Ok((asked, writer))
    }

    fn error(status: u16, failure: Failure<'_>, request_id: &str) -> Vec<u8> {
        error::body(status, failure, request_id)
    }
}

/// Reads the body of `POST /v1/messages/count_tokens`; `betas` is the value of the header
/// `anthropic-beta`.
pub fn read_count(body: &[u8], betas: Option<&str>) -> Result<Asked, Refused> {
    read::read(body, betas, Purpose::Count)
}

/// The answer to it.
pub fn count(count: TokenCount) -> Vec<u8> {
    format!(r#"{{"input_tokens":{}}}"#, count.input_tokens).into_bytes()
}

#[cfg(test)]
mod tests;
