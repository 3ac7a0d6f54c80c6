//! Who may: the token, and the checks that keep a browser from being used by other people's pages.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use hyper::HeaderMap;
use hyper::header::{AUTHORIZATION, HOST, ORIGIN};
use secrecy::ExposeSecret as _;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::dialect::Refused;
use super::{Options, Shared, page, reply};

/// Who may.
pub(super) struct Access {
    /// The token's digest: comparing digests tells nothing of the token, its length included.
    token: Option<[u8; 32]>,
    names: Vec<String>,
    /// Whether any name will do: whoever listens on a network is called what its people call it,
    /// and the token keeps strangers out.
    any_name: bool,
}

impl Access {
    pub(super) fn new(options: &Options, address: SocketAddr) -> Self {
        Self {
            token: options
                .token
                .as_ref()
                .map(|token| digest(token.expose_secret())),
            names: options.allowed_hosts.clone(),
            any_name: !address.ip().is_loopback() && options.allowed_hosts.is_empty(),
        }
    }

    fn check_host(&self, headers: &HeaderMap) -> Result<(), Refused> {
        let host = header(headers, HOST.as_str());
        let name = host.map(without_port).unwrap_or_default();
        let is_known = self.any_name
            || name.eq_ignore_ascii_case("localhost")
            || name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok()
            || self
                .names
                .iter()
                .any(|known| known.eq_ignore_ascii_case(name));
        if !is_known {
            let sentence = "this host is not called that; use its address, or start it with \
                            --allow-host NAME";
            return Err(Refused::plain(403, "host_not_allowed", sentence));
        }
        let Some(origin) = header(headers, ORIGIN.as_str()) else {
            return Ok(());
        };
        let authority = origin.split_once("://").map(|(_, authority)| authority);
        if authority.is_some() && authority == host {
            return Ok(());
        }
        let sentence = "pages of other origins may not call this gateway";
        Err(Refused::plain(403, "origin_not_allowed", sentence))
    }

    fn check_token(&self, headers: &HeaderMap) -> Result<(), Refused> {
        let Some(token) = &self.token else {
            return Ok(());
        };
        let bearer = header(headers, AUTHORIZATION.as_str()).and_then(bearer);
        let Some(shown) = bearer.or_else(|| header(headers, "x-api-key")) else {
            let sentence = "no token was shown; send `Authorization: Bearer TOKEN` or `x-api-key`";
            return Err(Refused::plain(401, "missing_token", sentence));
        };
        if bool::from(digest(shown).ct_eq(token)) {
            return Ok(());
        }
        let sentence = "the token is not this gateway's; use the one of its config";
        Err(Refused::plain(401, "invalid_token", sentence))
    }
}

/// Lets a request through, or answers it in the dialect of its path.
pub(super) async fn check(
    State(shared): State<Arc<Shared>>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path();
    let needs_token = !is_open(path);
    let checked = shared.access.check_host(request.headers()).and_then(|()| {
        if needs_token {
            shared.access.check_token(request.headers())
        } else {
            Ok(())
        }
    });
    match checked {
        Ok(()) => next.run(request).await,
        Err(refused) => reply::refused(reply::shape(path), &refused, ""),
    }
}

/// What shows nothing that is worth a token: probes, and the page that asks for it.
fn is_open(path: &str) -> bool {
    matches!(path, "/healthz" | "/readyz") || page::is_part(path)
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}
