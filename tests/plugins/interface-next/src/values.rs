//! What 1.1 appends to values that cross packed.

use serde::{Deserialize, Serialize};

/// An event that comes rarely, which 1.0 doesn't have.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum StreamEvent {
    Queued { place: u32 },
}

/// A kind of error that 1.0 doesn't have.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    QuotaExhausted,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProviderError {
    pub kind: ErrorKind,
    pub message: String,
}

/// A request with a member that 1.0 doesn't have.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChatRequest {
    #[serde(flatten)]
    pub before: provider_interface::ChatRequest,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub urgency: Option<String>,
}

/// An answer with a member that 1.0 doesn't have.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PluginInfo {
    #[serde(flatten)]
    pub before: provider_interface::PluginInfo,
    pub homepage: String,
}
