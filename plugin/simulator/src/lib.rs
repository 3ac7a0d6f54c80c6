//! The Amazon Bedrock wire protocol on a loopback socket: the counterpart of a client in tests, and a stand-in for
//! a first try without an account. It shares no code and no data with any client; its rules cite AWS's texts.
//!
//! ```
//! use bedrock_simulator::{BedrockSim, Reply};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), bedrock_simulator::SimError> {
//! let sim = BedrockSim::new()
//!     .model("anthropic.claude-3-haiku-20240307-v1:0")
//!     .reply(Reply::error(429, "ThrottlingException", "Too many requests").retry_after(1))
//!     .reply(Reply::text("Hello there"))
//!     .start()
//!     .await?;
//! // … point a client at `sim.url()`, then look at what it sent:
//! assert!(sim.requests().is_empty());
//! sim.shutdown().await;
//! # Ok(())
//! # }
//! ```
//!
//! # Layout
//! `sim` builds, `simulator` is the running thing, `serve` the transport (`connection`, `body`, `tls` below it);
//! `answer` takes one request through `routes`, `auth`, `catalogue`, `rules` and the scripted `reply` or the
//! `responder`; `plan` and `encode` turn a reply into bytes; `record` is the log; `proxy` stands alone.
//!
//! # Invariants
//! It binds loopback addresses only. A reply's bytes are the same in every run. A body makes its next chunk only
//! when the transport asks for it. What the real service refuses is refused here, in its words where they are known.

mod answer;
mod auth;
mod body;
mod catalogue;
mod connection;
mod encode;
mod error;
pub mod limits;
mod plan;
mod proxy;
mod record;
mod reply;
mod responder;
mod routes;
mod rules;
mod serve;
mod sim;
mod simulator;
mod tls;

pub use catalogue::{
    ACCOUNT_ID, Catalogue, FoundationModel, InferenceProfile, custom_model_deployment,
    imported_model, prompt_router, provisioned_model,
};
pub use error::SimError;
pub use proxy::{ConnectProxy, ConnectRequest};
pub use record::{AuthKind, Outcome, RecordedRequest};
pub use reply::{Block, CacheDetail, Reply, Script, ScriptError, ToolCall, Usage};
pub use responder::default_reply;
pub use routes::Operation;
pub use rules::{RuleInfo, rules};
pub use sim::BedrockSim;
pub use simulator::Simulator;

/// The access key that is accepted when a test names none; AWS's documentation uses it for examples.
pub const DEFAULT_ACCESS_KEY_ID: &str = "AKIAIOSFODNN7EXAMPLE";

/// The secret that belongs to [`DEFAULT_ACCESS_KEY_ID`], from AWS's documentation as well.
pub const DEFAULT_SECRET_ACCESS_KEY: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

/// The bearer token that is accepted when a test names none.
pub const DEFAULT_BEARER_TOKEN: &str = "bedrock-simulator-token";

/// The region that the simulator plays when a request's signature names none.
pub const DEFAULT_REGION: &str = "us-east-1";
