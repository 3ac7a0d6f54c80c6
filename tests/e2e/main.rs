//! The end-to-end tests: everything through the doors that a user or an embedding gateway has, with
//! real plugin libraries. `cargo build --workspace` makes those; a missing one is an error.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod artifacts;
mod boto3;
mod broken_plugins;
mod chat;
mod commands;
mod discovery;
mod environment;
mod faults;
mod flow;
mod gateway;
mod generations;
mod harness;
mod loading;
mod panics;
mod recordings;
mod registry;
mod requests;
mod secrets;
mod silence;
mod streaming;
mod transport;
mod workbench;
