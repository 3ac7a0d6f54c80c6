//! Between the neutral types and Bedrock: a chat request → what ConverseStream is sent, and whatever
//! fails → [`provider_interface::ProviderError`]. Pure: no client, clock, runtime or I/O.
//!
//! # Why the body is ours and not the SDK's
//!
//! The neutral types have the members and JSON names of AWS's API reference, so the body is written
//! straight from them, and the SDK does the rest (path, endpoint, signature, retries, errors). Its
//! own input types would cost us:
//!
//! - **prompt caching**: JSON values (tool schemas, tool arguments) go through `Document`, a
//!   `HashMap` with a new random order for every value; the service caches by exact prefix, so a
//!   schema whose members change places from turn to turn is never found again;
//! - **numbers**: `temperature` 0.7 is sent as 0.699999988079071, large numbers in JSON lose digits;
//! - a parse and a tree for every JSON value that is only passed on.

mod answer;
mod caching;
mod call;
mod check;
pub mod error;
mod fields;
mod reasoning;
pub mod remedy;
mod repair;
mod request;
mod rules;

pub use answer::Restorer;
pub use call::{ConverseCall, ConverseStreamCall, CountTokensCall};
pub use call::{converse, converse_stream, count_tokens};
pub use remedy::Remedy;
pub use repair::NameMap;
pub use request::{ConverseRequest, Terms, to_converse};

#[cfg(test)]
mod tests;
