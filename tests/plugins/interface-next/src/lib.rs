//! An interface 1.1 as it might come after 1.0: everything that a minor version may append, appended.
//! What is as it was in 1.0 is taken from there.

// abi_stable's derives; what each item means is told where 1.0 defines it.
#![allow(missing_docs, non_local_definitions)]

pub mod module;
mod stream;
mod values;

pub use module::{
    ChatStream, Host, HostApi, Provider, ProviderBox, ProviderModule, ProviderModuleRef, StreamBox,
};
pub use stream::{BatchPoll, EventTwin, EventTwinBox};
pub use values::{ChatRequest, ErrorKind, PluginInfo, ProviderError, StreamEvent};
