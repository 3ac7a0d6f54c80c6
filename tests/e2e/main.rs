//! The end-to-end tests: everything through the doors that a user or an embedding gateway has, with
//! real plugin libraries. `cargo build --workspace` makes those; a missing one is an error.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod artifacts;
mod loading;
mod panics;
mod registry;
mod streaming;
mod workbench;
