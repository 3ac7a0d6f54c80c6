//! The one error that a provider reports.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What went wrong, as a caller has to tell it apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorKind {
    /// The service, or the provider before it, refuses the request as it stands.
    InvalidRequest,
    /// The conversation is longer than the model takes.
    ContextOverflow,
    /// No credentials, or ones that the service doesn't accept.
    Authentication,
    /// The credentials were good once; they have to be renewed.
    CredentialsExpired,
    /// The credentials are good, but not for this.
    PermissionDenied,
    /// The service has no such model here.
    ModelNotFound,
    /// Too many requests or tokens: wait.
    RateLimited,
    /// The service or the model has no room right now.
    Overloaded,
    /// A deadline passed: connect, first event, or between events.
    Timeout,
    /// The service can't be reached or failed by itself.
    Unavailable,
    /// The stream ended or broke before the model had stopped.
    StreamTruncated,
    /// The caller gave up.
    Cancelled,
    /// This generation of the plugin is shutting down.
    Draining,
    /// The plugin panicked; the gateway runs on.
    PluginPanicked,
    /// A fault of ours. An error kind that this version doesn't know is read as this.
    #[serde(other)]
    Internal,
}

impl ErrorKind {
    /// The kind's name as it stands in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::ContextOverflow => "context_overflow",
            Self::Authentication => "authentication",
            Self::CredentialsExpired => "credentials_expired",
            Self::PermissionDenied => "permission_denied",
            Self::ModelNotFound => "model_not_found",
            Self::RateLimited => "rate_limited",
            Self::Overloaded => "overloaded",
            Self::Timeout => "timeout",
            Self::Unavailable => "unavailable",
            Self::StreamTruncated => "stream_truncated",
            Self::Cancelled => "cancelled",
            Self::Draining => "draining",
            Self::PluginPanicked => "plugin_panicked",
            Self::Internal => "internal",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An error of a provider. In JSON all five members are always there, null when unknown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProviderError {
    /// What a caller tells apart.
    pub kind: ErrorKind,
    /// One clear sentence; the service's own message where there is one. Never a secret.
    pub message: String,
    /// The HTTP status of the service's answer.
    #[serde(default)]
    pub http_status: Option<u16>,
    /// The service's id of the request, for a support case.
    #[serde(default)]
    pub request_id: Option<String>,
    /// How long to wait before another try, in milliseconds.
    #[serde(default)]
    pub retry_after_ms: Option<u64>,
}

impl ProviderError {
    /// An error that no answer of the service stands behind.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            http_status: None,
            request_id: None,
            retry_after_ms: None,
        }
    }

    /// The error for a panic that was caught.
    pub fn panicked(message: &str) -> Self {
        Self::new(
            ErrorKind::PluginPanicked,
            format!("the plugin panicked: {message}"),
        )
    }
}

impl fmt::Display for ProviderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ProviderError {}
