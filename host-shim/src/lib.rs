//! Loads model providers from shared libraries into a gateway, and swaps them while it runs.
//!
//! A plugin is opened once per content, checked before any of its code runs, and never unloaded.
//! What it offers comes out as plain futures and streams: no runtime is needed to drive them, no
//! panic of the plugin gets past them, and dropping one cancels what it stands for.
//!
//! ```no_run
//! use host_shim::interface::{ChatRequest, Message, Role};
//! use host_shim::{Loader, Registry};
//!
//! # async fn embed() -> Result<(), Box<dyn std::error::Error>> {
//! let plugin = Loader::new("/var/lib/my-gateway").open("plugins/libamazon_bedrock.so")?;
//! let registry = Registry::new();
//! registry.activate(plugin.create("{}")?)?;
//!
//! let request = ChatRequest { messages: vec![Message::text(Role::User, "hello")], ..Default::default() };
//! let mut answer = registry.stream("amazon-bedrock/amazon.nova-lite-v1:0", request)?;
//! let mut events = Vec::new();
//! while answer.next_batch(&mut events).await? {
//!     events.drain(..).for_each(|event| println!("{event:?}"));
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Layout
//!
//! | module | what it does |
//! |---|---|
//! | [`loader`] | finds plugin files, copies and checks them, tries them in a child process, opens the copy |
//! | [`versions`] | the versions of the interface that plugins are opened by, newest to oldest |
//! | `plugin`, `generation` | an opened library, and the states of its life |
//! | `provider`, `reply`, `stream` | what a plugin offers, safe and asynchronous |
//! | `answer` | events folded into the message that goes back into the conversation |
//! | `registry` | provider id → active generation; model name → provider |
//! | `host_api`, `wake` | what the gateway offers a plugin |
//! | [`swap`] | which file is to serve, and how one generation takes over from another |
//! | [`config`] | the gateway's config file |
//! | `server`, `openai`, `anthropic` | the HTTP server (feature `server`), and the APIs that it speaks |

// abi_stable's derives put impls into anonymous constants.
#![allow(non_local_definitions)]

mod answer;
#[cfg(feature = "server")]
pub mod anthropic;
pub mod config;
mod generation;
mod guard;
mod host_api;
pub mod loader;
#[cfg(feature = "server")]
pub mod openai;
mod plugin;
mod provider;
mod registry;
mod reply;
#[cfg(feature = "server")]
pub mod server;
mod stream;
pub mod swap;
pub mod versions;
mod wake;

/// The types that cross the boundary to a plugin.
pub use provider_interface as interface;

pub use answer::{Answer, AnswerBuilder};
pub use generation::State;
pub use loader::{LoadError, Loader};
pub use plugin::Plugin;
pub use provider::Provider;
pub use registry::{ProviderTaken, Registry};
pub use reply::ReplyFuture;
pub use stream::ChatStream;
