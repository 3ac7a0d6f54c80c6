//! The stable boundary between a running gateway and a model provider that it loads as a shared
//! library: everything that crosses, and nothing else.
//!
//! # What crosses, and how
//!
//! | what | how | why |
//! |---|---|---|
//! | functions and objects | [`module`]: one root module, the traits [`Provider`], [`ChatStream`], [`Reply`], [`Host`] and [`Wake`], checked by `abi_stable` when a library is opened | a wrong layout is refused, never run |
//! | stream events | [`EventTwin`], a NonExhaustive enum: the deltas that come by the hundred as typed variants whose text is moved, the rest [`Packed`] | no copy on the hot path |
//! | requests, model lists, errors, … | [`Packed`]: MessagePack of the very `serde` types below | one definition serves the boundary, `chat --request` and `chat --json`, and may grow |
//! | JSON values (tool schemas, tool input, extra fields) | [`Json`]: checked text, never a tree | parsed once, at the edge that needs it |
//!
//! Both sides work with the plain Rust types: a plugin implements [`export::ChatProvider`], and the
//! [`export`] module turns it into the crossing objects with every entry guarded against panics;
//! the gateway's side is the crate `host-shim`.
//!
//! The vocabulary is that of Amazon Bedrock's Converse API. Members, and their JSON names, are those
//! of AWS's API reference (*ConverseStream*, *Message*, *ContentBlock*, …) to the letter; what is not
//! AWS's says so.
//!
//! # How it grows
//!
//! The interface is ABI 1.0, frozen, from the first release on. Until then it may change; every
//! change stands in the CHANGELOG. From then on a minor version only appends:
//!
//! - **A field** of a request type: `#[serde(default, skip_serializing_if = …)]`. An unset field
//!   doesn't travel; a set one reaches an older plugin as `invalid_request` that names it, since
//!   request types deny unknown fields: nothing that was asked for is dropped in silence.
//!   A field of an answer type (models, health, metadata) is appended in the same way; an older
//!   host ignores it.
//! - **A variant** of a content block or of an enum of names: append it. Enums of names carry
//!   unknown values verbatim (`Other`); an unknown content block is `invalid_request`.
//! - **An event** that comes rarely: a variant of [`StreamEvent`], crossing packed; an older host
//!   skips it. One that comes often: a variant appended to [`EventTwin`], within its fixed storage
//!   (larger payloads boxed); an older host gets a clean "unknown variant" and skips it.
//! - **An error kind**: append it to [`ErrorKind`]; an older host reads `internal`.
//! - **A method** of a trait: append it after the one marked `last_prefix_field`, with a default
//!   body, and leave the mark where it is. A function of the root module: append the field.
//! - Anything else is a new major version.
//!
//! A host keeps a frozen copy of every published version of [`module`] and tries them newest to
//! oldest, because an older plugin is refused by a newer definition: [`versions`], which also says
//! what to do to publish one.

// abi_stable's derives put impls into anonymous constants.
#![allow(non_local_definitions)]

mod citation;
mod content;
mod error;
mod event;
pub mod export;
mod json;
mod model;
pub mod module;
mod names;
mod packed;
mod request;
mod stream;
pub mod versions;

pub use citation::*;
pub use content::*;
pub use error::{ErrorKind, ProviderError};
pub use event::*;
pub use json::{Blob, Json, JsonError, MAX_JSON_DEPTH};
pub use model::*;
pub use module::{
    ChatStream, Host, HostApi, LogRecord, Provider, ProviderBox, ProviderModule, ProviderModuleRef,
    Reply, ReplyBox, ReplyPoll, StreamBox, Wake, WakeBox,
};
pub use names::*;
pub use packed::Packed;
pub use request::*;
pub use stream::{BatchPoll, EventTwin, EventTwinBox};

/// Text that crosses the boundary without a copy: it reads as `&str` and is freed by its maker.
pub use abi_stable::std_types::RString;

/// The version of this interface: what a plugin was built against, and what a host speaks.
pub const INTERFACE_VERSION: &str = env!("CARGO_PKG_VERSION");
