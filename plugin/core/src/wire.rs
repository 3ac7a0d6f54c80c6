//! The event stream of ConverseStream: bytes in, neutral events out. Pure: no client, no clock.
//!
//! - `frame`: `application/vnd.amazon.eventstream` frames, checked and split without a copy.
//! - `payload`: the JSON of one event, read with every tolerance that the wire needs.
//! - [`StreamDecoder`]: a whole answer; knows whether it was complete.

mod frame;
mod payload;
mod stream;

pub use frame::{FrameDecoder, FrameError, MAX_FRAME_BYTES};
pub use stream::{StreamDecoder, WireError};
