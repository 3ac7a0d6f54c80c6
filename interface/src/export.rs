//! The plugin's side of the boundary: a plugin implements [`Plugin`] and [`ChatProvider`] in plain
//! Rust, and [`module`] makes the crossing objects of them.
//!
//! Every entry, destructors included, runs under a guard that turns a panic into an error, and
//! under the [`scope`] of its generation, so that logs and panics find their way to the gateway
//! that made it.
//!
//! ```
//! use abi_stable::prefix_type::PrefixTypeTrait as _;
//! use provider_interface::ProviderModuleRef;
//! use provider_interface::export::{self, Plugin};
//!
//! // In a plugin library: `#[abi_stable::export_root_module]`, and its own type for `P`.
//! fn root_module<P: Plugin>() -> ProviderModuleRef {
//!     export::module::<P>().leak_into_prefix()
//! }
//! ```

mod guard;
mod objects;
pub mod scope;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use abi_stable::std_types::{RResult, RSlice, RStr, RString, RVec};

use crate::module::{ProviderBox, ProviderModule};
use crate::{
    ChatRequest, ErrorKind, Health, HostApi, ListModels, LogLevel, ModelList, Packed, PluginInfo,
    Probe, ProviderError, StreamEvent, TokenCount,
};

pub use guard::panic_text;

/// One answer to come, on the plugin's side.
pub type ReplyFuture<T> = Pin<Box<dyn Future<Output = Result<T, ProviderError>> + Send>>;

/// A plugin library.
pub trait Plugin: 'static {
    /// What it is.
    fn info() -> PluginInfo;

    /// Makes a provider from its part of the config, a JSON text.
    fn create(host: Arc<HostApi>, config: &str) -> Result<Box<dyn ChatProvider>, ProviderError>;

    /// The escape hatch for additions between versions.
    fn call_ext(op: &str, _bytes: &[u8]) -> Result<Vec<u8>, ProviderError> {
        Err(ProviderError::new(
            ErrorKind::InvalidRequest,
            format!("this plugin has no operation `{op}`"),
        ))
    }
}

/// One generation of a provider; the plain counterpart of [`crate::Provider`].
pub trait ChatProvider: Send + Sync {
    /// Begins an answer. Must not block; whatever fails is told by the source.
    fn start_stream(&self, request: ChatRequest) -> Box<dyn EventSource>;

    /// Lists the models.
    fn list_models(&self, options: ListModels) -> ReplyFuture<ModelList>;

    /// Counts the tokens of a request without running it.
    fn count_tokens(&self, request: ChatRequest) -> ReplyFuture<TokenCount>;

    /// Takes a new config, or says why not and goes on with the old.
    fn reconfigure(&self, config: &str) -> Result<(), ProviderError>;

    /// Whether it can work.
    fn health(&self) -> ReplyFuture<Health>;

    /// How much to log; none is nothing.
    fn set_log_level(&self, level: Option<LogLevel>);

    /// Takes no new requests from here on; open streams go on.
    fn begin_drain(&self);

    /// Ends what is open after the deadline, then everything else.
    fn shutdown(&self, deadline: Duration) -> ReplyFuture<()>;

    /// Whether what it depends on can be reached.
    fn probe(&self) -> ReplyFuture<Probe> {
        Box::pin(async { Ok(Probe::default()) })
    }
}

/// The events of one answer. Dropping it cancels the request.
pub trait EventSource: Send {
    /// Appends what is ready to `events`, `max` at the most. `Ready(Ok(true))`: something was
    /// appended; `Ready(Ok(false))`: the answer is complete; `Ready(Err(_))`: it broke off.
    fn poll_batch(
        &mut self,
        cx: &mut Context<'_>,
        events: &mut Vec<StreamEvent>,
        max: usize,
    ) -> Poll<Result<bool, ProviderError>>;
}

/// The root module of a plugin library.
pub fn module<P: Plugin>() -> ProviderModule {
    ProviderModule {
        info: info::<P>,
        create: create::<P>,
        call_ext: call_ext::<P>,
    }
}

extern "C" fn info<P: Plugin>() -> RResult<Packed, Packed> {
    scope::install_panic_hook();
    guard::entry(|| Packed::pack(&P::info())).into()
}

extern "C" fn create<P: Plugin>(host: HostApi, config: RString) -> RResult<ProviderBox, Packed> {
    scope::install_panic_hook();
    let host = Arc::new(host);
    let _scope = scope::enter(Arc::clone(&host));
    guard::entry(|| {
        let provider = P::create(Arc::clone(&host), &config)?;
        Ok(objects::export_provider(provider, host))
    })
    .into()
}

extern "C" fn call_ext<P: Plugin>(
    op: RStr<'_>,
    bytes: RSlice<'_, u8>,
) -> RResult<RVec<u8>, Packed> {
    guard::entry(|| P::call_ext(op.as_str(), bytes.as_slice()).map(RVec::from)).into()
}
