//! Neutral events and answers → what a client reads.

mod block;
mod end;
mod open;
mod stream;
mod whole;

pub use stream::MessageWriter;
