//! What Converse and ConverseStream answer: bytes in, neutral events out. Pure: no client, no clock.
//!
//! - `frame`: `application/vnd.amazon.eventstream` frames, checked and split without a copy.
//! - `payload`: the JSON of one event, read with every tolerance that the wire needs.
//! - [`StreamDecoder`]: a streamed answer; knows whether it was complete.
//! - [`WholeDecoder`]: an answer in one piece.

mod frame;
mod payload;
mod stream;
mod whole;

pub use frame::{FrameDecoder, FrameError, MAX_FRAME_BYTES};
pub use stream::{StreamDecoder, WireError};
pub use whole::WholeDecoder;
