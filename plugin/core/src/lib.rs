//! Amazon Bedrock as a model provider: everything behind the shared library's root module.
//!
//! # Layout
//!
//! - [`Bedrock`]: the plugin; what it is, and how a generation of it is made.
//! - `config`, `region`, `http`, `credentials`, `client`: from the config to AWS SDK clients (who signs,
//!   endpoint, TLS, proxy).
//! - `provider`: one generation: its runtime, its requests, its end.
//! - [`convert`]: neutral request → what is sent, SDK error → [`provider_interface::ProviderError`], remedies; pure.
//! - `chat`: one answer: the request's task, which takes the raw body from the SDK, and the batches
//!   that it hands over.
//! - [`wire`]: the body's frames → neutral events; pure.
//! - `discovery`: which models there are.
//! - [`models`]: what each model can do, refuses and costs; the reader of `models.toml`.
//! - `logging`: `tracing` of this image → the gateway.
//!
//! The SDK does endpoint, credentials, signing, retries and error parsing; it does not decode the
//! stream, since its typed events cost twice as much as ours.

mod chat;
mod client;
mod config;
pub mod convert;
mod credentials;
pub mod discovery;
mod http;
mod logging;
pub mod models;
mod plugin;
mod provider;
mod region;
pub mod wire;

pub use plugin::Bedrock;

/// The provider's id, and the plugin's.
pub const PROVIDER_ID: &str = "amazon-bedrock";
