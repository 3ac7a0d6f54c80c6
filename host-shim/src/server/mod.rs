//! What the HTTP server asks of the dialects.

pub mod dialect;
