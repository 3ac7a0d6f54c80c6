//! Plugins and gateways of different versions of the interface: which open which, and what becomes
//! of what only one of them knows. The artificial 1.1 is `tests/plugins/interface-next`.

mod frozen;
mod newer_gateway;
mod newer_plugin;
mod next_gateway;

/// The plugin of today.
const ECHO: &str = "test-plugin-echo";

/// The plugin of 1.1.
const ECHO_NEXT: &str = "test-plugin-echo-next";
