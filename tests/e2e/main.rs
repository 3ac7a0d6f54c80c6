//! The end-to-end tests: everything through the doors that a user or an embedding gateway has, with
//! real plugin libraries. `cargo build --workspace` makes those; a missing one is an error.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod artifacts;
mod boto3;
mod broken_plugins;
mod chat;
mod commands;
mod credentials;
mod descriptors;
mod discovery;
mod doctor;
mod embedded;
mod environment;
mod fakes;
mod fallbacks;
mod faults;
mod flow;
mod gateway;
mod generations;
mod harness;
mod http;
mod interface_versions;
mod loading;
mod model_rules;
mod panics;
mod recordings;
mod registry;
mod remedies;
mod replays;
mod requests;
mod secrets;
mod serve;
mod serve_messages;
mod silence;
mod sockets;
mod streaming;
mod swap;
mod terminal;
mod transport;
mod trust;
mod whole_answers;
mod workbench;
