//! The built-in page: one document, one script, one style sheet, one icon, nothing from elsewhere.

use axum::response::Response;

use super::reply::{self, put};

/// Nothing but what is here runs or is loaded, and nobody frames it.
const POLICY: &str =
    "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// Whether a path is a part of the page.
pub(super) fn is_part(path: &str) -> bool {
    matches!(path, "/" | "/page.js" | "/page.css" | "/page.svg")
}

pub(super) async fn html() -> Response {
    part("text/html; charset=utf-8", include_str!("page/page.html"))
}

pub(super) async fn script() -> Response {
    part(
        "text/javascript; charset=utf-8",
        include_str!("page/page.js"),
    )
}

pub(super) async fn style() -> Response {
    part("text/css; charset=utf-8", include_str!("page/page.css"))
}

pub(super) async fn icon() -> Response {
    part("image/svg+xml", include_str!("page/page.svg"))
}

fn part(media_type: &str, text: &'static str) -> Response {
    let mut response = reply::json(200, text);
    let headers = response.headers_mut();
    for (name, value) in [
        ("content-type", media_type),
        ("content-security-policy", POLICY),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cache-control", "no-cache"),
    ] {
        put(headers, name, value);
    }
    response
}
