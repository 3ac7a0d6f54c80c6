//! Questions to the running gateway, over HTTP on this machine.

use std::time::Duration;

use host_shim::config::{Config, Token};
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::body::Bytes;
use hyper::{Method, Request, Uri};
use hyper_util::rt::TokioIo;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::net::TcpStream;

use super::address;
use super::failure::Failure;
use super::gateway::runtime;

/// Longer than the gateway takes to try all that may lie in a plugins folder.
const LIMIT: Duration = Duration::from_secs(120);

/// More than a gateway says of its plugins.
const MAX_ANSWER: usize = 4 << 20;

/// The running gateway.
pub(super) struct Running {
    url: String,
    token: Option<String>,
}

/// What went wrong.
pub(super) enum Unanswered {
    /// Nobody is there.
    Gone(String),
    /// It refuses.
    Refused(String),
}

impl From<Unanswered> for Failure {
    fn from(unanswered: Unanswered) -> Self {
        let (Unanswered::Gone(sentence) | Unanswered::Refused(sentence)) = unanswered;
        Self::Failed(sentence)
    }
}

impl Running {
    /// The gateway at that address, else the one that left its address in the state folder.
    pub(super) fn find(url: Option<&str>, config: &Config) -> Option<Self> {
        let left = || address::running(config.state_dir.as_deref()?);
        let url = url.map(str::to_owned).or_else(left)?;
        let token = match config.serve_token() {
            Token::Set(_) => config.serve_token().reveal().map(str::to_owned),
            Token::Unset | Token::Unreadable(_) => None,
        };
        let url = url.trim_end_matches('/').to_owned();
        Some(Self { url, token })
    }

    /// Asks for something; the answer is JSON.
    pub(super) fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
    ) -> Result<T, Unanswered> {
        let url = &self.url;
        let gone = |reason: String| {
            Unanswered::Gone(format!(
                "no gateway answers at {url} ({reason}); start one with `bedrock-gateway serve`, or name its \
                 address with --url"
            ))
        };
        let runtime = runtime().map_err(|_| gone("nothing can be asked".to_owned()))?;
        let asked = async {
            let asked = tokio::time::timeout(LIMIT, self.send(method, path)).await;
            asked.unwrap_or_else(|_| Err(format!("nothing came within {LIMIT:?}")))
        };
        let (status, body) = runtime.block_on(asked).map_err(gone)?;
        if status == 200 {
            let unreadable = |error| gone(format!("its answer is not a gateway's: {error}"));
            return serde_json::from_slice(&body).map_err(unreadable);
        }
        let said: Option<Value> = serde_json::from_slice(&body).ok();
        let message = said.and_then(|said| Some(said["error"]["message"].as_str()?.to_owned()));
        Err(match message {
            Some(message) => Unanswered::Refused(message),
            None => gone(format!("it answered with status {status}")),
        })
    }

    async fn send(&self, method: Method, path: &str) -> Result<(u16, Bytes), String> {
        let said = |error: &dyn std::fmt::Display| error.to_string();
        let uri: Uri = self.url.parse().map_err(|error| said(&error))?;
        let (Some("http"), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err("the address is no http://HOST:PORT".to_owned());
        };
        let host = authority.host().trim_matches(['[', ']']);
        let port = authority.port_u16().unwrap_or(80);
        let socket = TcpStream::connect((host, port)).await;
        let socket = TokioIo::new(socket.map_err(|error| said(&error))?);
        let handshake = hyper::client::conn::http1::handshake(socket).await;
        let (mut sender, connection) = handshake.map_err(|error| said(&error))?;
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", authority.as_str());
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let request = request
            .body(Empty::<Bytes>::new())
            .map_err(|error| said(&error))?;
        let answered = async {
            let answer = sender
                .send_request(request)
                .await
                .map_err(|error| said(&error))?;
            let status = answer.status().as_u16();
            let body = Limited::new(answer.into_body(), MAX_ANSWER).collect().await;
            Ok((status, body.map_err(|error| said(&error))?.to_bytes()))
        };
        tokio::pin!(answered);
        tokio::select! {
            answer = &mut answered => answer,
            // The answer comes out of the connection; its end says more than the connection's.
            _ = connection => answered.await,
        }
    }
}
