//! The config as a JSON schema, for editors.

/// The JSON schema (draft 2020-12) of what is ours in the config file, as text. What the host's
/// sections hold besides is left to the host.
pub const SCHEMA: &str = include_str!("schema.json");
