//! Frames of `application/vnd.amazon.eventstream`: length, headers, payload, two checksums.
//!
//! The AWS SDK's own decoder allocates every header; of ours only three matter, and all of them
//! are read in place. A broken length is found by the prelude's checksum, before a byte of what it
//! promises is waited for.

use std::fmt;

/// No frame of the service is larger (AWS caps an event at 16 MiB of payload and 128 KiB of headers).
pub const MAX_FRAME_BYTES: usize = 17 << 20;

/// Total length, headers' length, checksum of the two.
const PRELUDE: usize = 12;
/// The checksum behind the payload.
const TRAILER: usize = 4;
/// What is kept of an emptied buffer.
const KEPT_CAPACITY: usize = 64 << 10;

/// One frame, in place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Frame<'a> {
    /// `:message-type`: `event`, `exception` or `error`.
    pub message_type: &'a str,
    /// `:event-type` of an event.
    pub event_type: &'a str,
    /// `:exception-type` of an exception, `:error-code` of an error.
    pub exception_type: &'a str,
    /// `:error-message` of an error.
    pub error_message: &'a str,
    /// The payload.
    pub payload: &'a [u8],
}

/// Why bytes are no frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FrameError {
    /// The prelude's checksum is wrong.
    PreludeChecksum,
    /// The frame's checksum is wrong.
    Checksum,
    /// The lengths make no sense, or the frame is larger than [`MAX_FRAME_BYTES`].
    Length,
    /// The headers make no sense.
    Headers,
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PreludeChecksum => "the checksum of a frame's length is wrong",
            Self::Checksum => "the checksum of a frame is wrong",
            Self::Length => "the length of a frame is impossible",
            Self::Headers => "the headers of a frame are malformed",
        })
    }
}

impl std::error::Error for FrameError {}

/// Splits bytes, as they arrive, into frames.
#[derive(Debug, Default)]
pub struct FrameDecoder {
    buffer: Vec<u8>,
    /// Where the next frame begins.
    start: usize,
}

impl FrameDecoder {
    /// Appends what arrived.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.start == self.buffer.len() {
            self.buffer.clear();
            self.buffer.shrink_to(KEPT_CAPACITY);
            self.start = 0;
        } else if self.start > KEPT_CAPACITY {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        self.buffer.extend_from_slice(bytes);
    }

    /// Whether everything that arrived has been given out.
    pub fn is_empty(&self) -> bool {
        self.start == self.buffer.len()
    }

    /// The next frame, or none until more arrives.
    pub fn next_frame(&mut self) -> Result<Option<Frame<'_>>, FrameError> {
        let bytes = &self.buffer[self.start..];
        let Some(prelude) = bytes.get(..PRELUDE) else {
            return Ok(None);
        };
        if crc32fast::hash(&prelude[..8]) != be_u32(&prelude[8..]) {
            return Err(FrameError::PreludeChecksum);
        }
        let total = be_u32(prelude) as usize;
        let headers = be_u32(&prelude[4..]) as usize;
        if total > MAX_FRAME_BYTES || total < PRELUDE + TRAILER + headers {
            return Err(FrameError::Length);
        }
        if bytes.len() < total {
            return Ok(None);
        }
        let (frame, trailer) = bytes[..total].split_at(total - TRAILER);
        if crc32fast::hash(frame) != be_u32(trailer) {
            return Err(FrameError::Checksum);
        }
        self.start += total;
        let (headers, payload) = frame[PRELUDE..].split_at(headers);
        let mut frame = Frame {
            payload,
            ..Frame::default()
        };
        read_headers(headers, &mut frame).ok_or(FrameError::Headers)?;
        Ok(Some(frame))
    }
}

/// Reads the headers that matter, and steps over the others. None: malformed.
fn read_headers<'a>(mut bytes: &'a [u8], frame: &mut Frame<'a>) -> Option<()> {
    while !bytes.is_empty() {
        let name = take_with_length(&mut bytes, 1)?;
        let kind = *take(&mut bytes, 1)?.first()?;
        let value = match kind {
            // true, false
            0 | 1 => &[],
            // byte, short, integer, long
            2 => take(&mut bytes, 1)?,
            3 => take(&mut bytes, 2)?,
            4 => take(&mut bytes, 4)?,
            5 => take(&mut bytes, 8)?,
            // bytes, string
            6 | 7 => take_with_length(&mut bytes, 2)?,
            // timestamp, uuid
            8 => take(&mut bytes, 8)?,
            9 => take(&mut bytes, 16)?,
            _ => return None,
        };
        let wanted = match name {
            b":message-type" => &mut frame.message_type,
            b":event-type" => &mut frame.event_type,
            b":exception-type" | b":error-code" => &mut frame.exception_type,
            b":error-message" => &mut frame.error_message,
            _ => continue,
        };
        *wanted = std::str::from_utf8(value).ok()?;
    }
    Some(())
}

fn take<'a>(bytes: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (taken, rest) = bytes.split_at_checked(count)?;
    *bytes = rest;
    Some(taken)
}

/// Takes a big-endian length of `width` bytes, then as many bytes as it says.
fn take_with_length<'a>(bytes: &mut &'a [u8], width: usize) -> Option<&'a [u8]> {
    let length = take(bytes, width)?
        .iter()
        .fold(0, |length, byte| length << 8 | usize::from(*byte));
    take(bytes, length)
}

/// The first four bytes as a big-endian number; the caller has seen to it that they are there.
fn be_u32(bytes: &[u8]) -> u32 {
    bytes[..4]
        .iter()
        .fold(0, |number, byte| number << 8 | u32::from(*byte))
}
