//! The OpenAI dialect: chat completions in, chunks and completions out. Pure conversions; OpenAI's
//! words are used here and nowhere else.
//!
//! # What OpenAI's shape has no place for
//!
//! | what | on the message and on deltas |
//! |---|---|
//! | reasoning as text | `reasoning_content` |
//! | reasoning to the letter | `reasoning_details`: `{type: "reasoning.text", text, signature, index}` and `{type: "reasoning.encrypted", data, index}`, where `index` is the block's place in the answer |
//! | citations | `citations`: Converse's, plus `start_index` and `end_index`, the characters of `content` that they are for |
//! | images of an answer | `images`: `{type: "image_url", image_url: {url}}` with a data URL |
//! | cache points | `cache_control` on a message, a part or a tool |
//! | cost | `usage.cost` |
//!
//! All are taken back on a message of the history, so that an answer replays as it came.

mod assistant;
mod error;
mod history;
mod media;
mod one_or_many;
mod params;
mod places;
mod read;
mod stop;
mod tools;
mod usage;
mod whole;
mod wire;
mod writer;

#[cfg(test)]
mod tests;

use crate::server::dialect::{Asked, Dialect, Failure, Refused, Stamp};

pub use writer::Writer;

/// The dialect of `POST /v1/chat/completions`.
#[derive(Debug, Clone, Copy)]
pub struct OpenAi;

impl Dialect for OpenAi {
    type Writer = Writer;

    fn read(body: &[u8], stamp: Stamp) -> Result<(Asked, Writer), Refused> {
        let (asked, include_usage) = read::read(body)?;
        let writer = Writer::new(&asked.model, &stamp, include_usage);
        Ok((asked, writer))
    }

    fn error(status: u16, failure: Failure<'_>, _request_id: &str) -> Vec<u8> {
        error::body(status, failure)
    }
}
