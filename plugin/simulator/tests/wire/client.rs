//! A small Bedrock client: signs, sends, reads whole answers or chunk by chunk.

use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_eventstream::frame::{DecodedFrame, MessageFrameDecoder};
use bedrock_simulator::{DEFAULT_ACCESS_KEY_ID, DEFAULT_SECRET_ACCESS_KEY, Simulator};
use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

pub(crate) const HAIKU: &str = "anthropic.claude-3-haiku-20240307-v1:0";
pub(crate) const SOON: Duration = Duration::from_secs(5);

/// Who signs, and when.
#[derive(Clone)]
pub(crate) struct Signer {
    pub(crate) credentials: Credentials,
    pub(crate) region: &'static str,
    pub(crate) service: &'static str,
    pub(crate) time: SystemTime,
}

impl Default for Signer {
    fn default() -> Self {
        Self::with(DEFAULT_ACCESS_KEY_ID, DEFAULT_SECRET_ACCESS_KEY, None)
    }
}

impl Signer {
    pub(crate) fn with(id: &str, secret: &str, token: Option<&str>) -> Self {
        Self {
            credentials: Credentials::new(id, secret, token.map(str::to_owned), None, "test"),
            region: "us-east-1",
            service: "bedrock",
            time: SystemTime::now(),
        }
    }

    pub(crate) fn sign(
        &self,
        mut request: Request<Full<Bytes>>,
        body: &Bytes,
    ) -> Request<Full<Bytes>> {
        let identity = self.credentials.clone().into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(self.region)
            .name(self.service)
            .time(self.time)
            .settings(SigningSettings::default())
            .build()
            .expect("all parameters are there")
            .into();
        let uri = request.uri().to_string();
        let headers: Vec<(String, String)> = request
            .headers()
            .iter()
            .map(|(name, value)| {
                (
                    name.to_string(),
                    value.to_str().expect("plain headers").to_owned(),
                )
            })
            .collect();
        let headers = headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        let signable = SignableRequest::new("POST", uri, headers, SignableBody::Bytes(body));
        let signable = if request.method() == "GET" {
            let headers = request.headers().iter();
            let headers = headers
                .map(|(name, value)| (name.as_str(), value.to_str().expect("plain headers")));
            SignableRequest::new(
                "GET",
                request.uri().to_string(),
                headers,
                SignableBody::Bytes(body),
            )
        } else {
            signable
        };
        let signed = sign(signable.expect("a signable request"), &params).expect("a signature");
        let (instructions, _) = signed.into_parts();
        instructions.apply_to_request_http1x(&mut request);
        request
    }
}

/// A request to the simulator, not yet signed.
pub(crate) fn unsigned(
    sim: &Simulator,
    method: &str,
    path: &str,
    body: &Value,
) -> (Request<Full<Bytes>>, Bytes) {
    let bytes = if body.is_null() {
        Bytes::new()
    } else {
        Bytes::from(body.to_string())
    };
    let request = Request::builder()
        .method(method)
        .uri(format!("{}{path}", sim.url()))
        .header("host", sim.address().to_string())
        .header("content-type", "application/json")
        .body(Full::new(bytes.clone()))
        .expect("a good request");
    (request, bytes)
}

/// A signed request to the simulator.
pub(crate) fn request(
    sim: &Simulator,
    method: &str,
    path: &str,
    body: &Value,
) -> Request<Full<Bytes>> {
    let (request, bytes) = unsigned(sim, method, path, body);
    Signer::default().sign(request, &bytes)
}

pub(crate) fn converse_stream(sim: &Simulator) -> Request<Full<Bytes>> {
    request(sim, "POST", &path(HAIKU, "converse-stream"), &hello())
}

pub(crate) fn path(model: &str, action: &str) -> String {
    format!(
        "/model/{}/{action}",
        model.replace(':', "%3A").replace('/', "%2F")
    )
}

pub(crate) fn hello() -> Value {
    json!({"messages": [{"role": "user", "content": [{"text": "Hello"}]}]})
}

/// Sends over a new HTTP/1.1 connection.
pub(crate) async fn send(
    to: SocketAddr,
    request: Request<Full<Bytes>>,
) -> hyper::Result<Response<Incoming>> {
    let stream = TcpStream::connect(to).await.expect("the simulator accepts");
    send_over(stream, request).await
}

/// Sends over that connection with HTTP/1.1; dropping the answer closes it.
pub(crate) async fn send_over<S>(
    stream: S,
    request: Request<Full<Bytes>>,
) -> hyper::Result<Response<Incoming>>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    sender.send_request(origin_form(request)).await
}

/// Sends over that connection with HTTP/2.
pub(crate) async fn send_h2<S>(
    stream: S,
    request: Request<Full<Bytes>>,
) -> hyper::Result<Response<Incoming>>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    // In HTTP/2 the authority stands in for the host header.
    let mut request = request;
    request.headers_mut().remove("host");
    sender.send_request(request).await
}

/// HTTP/1.1 wants the path alone in its first line.
fn origin_form(mut request: Request<Full<Bytes>>) -> Request<Full<Bytes>> {
    let path = request.uri().path_and_query().expect("a path").clone();
    *request.uri_mut() = path.into();
    request
}

/// Status, headers of interest and body of a whole answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) error_type: Option<String>,
    pub(crate) retry_after: Option<String>,
    pub(crate) request_id: Option<String>,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) async fn of(response: Response<Incoming>) -> Self {
        let header = |name: &str| {
            let value = response.headers().get(name)?;
            Some(value.to_str().expect("plain headers").to_owned())
        };
        Self {
            status: response.status().as_u16(),
            error_type: header("x-amzn-errortype")
                .map(|kind| kind.split(':').next().unwrap_or_default().to_owned()),
            retry_after: header("retry-after"),
            request_id: header("x-amzn-requestid"),
            body: response
                .into_body()
                .collect()
                .await
                .expect("a whole body")
                .to_bytes(),
        }
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    /// Status, error type and message in one line.
    pub(crate) fn error(&self) -> String {
        let message = self.json()["message"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        format!(
            "{} {}: {message}",
            self.status,
            self.error_type.as_deref().unwrap_or("no type")
        )
    }
}

/// Sends a signed request and reads the whole answer.
pub(crate) async fn ask(sim: &Simulator, method: &str, path: &str, body: &Value) -> Answer {
    Answer::of(
        send(sim.address(), request(sim, method, path, body))
            .await
            .expect("an answer"),
    )
    .await
}

/// The frames of a body: their type and payload; a bad or half frame ends it as `Err`.
pub(crate) fn frames(body: &[u8]) -> Result<Vec<(String, Value)>, String> {
    let mut decoder = MessageFrameDecoder::new();
    let mut buffer = BytesMut::from(body);
    let mut events = Vec::new();
    loop {
        match decoder
            .decode_frame(&mut buffer)
            .map_err(|error| error.to_string())?
        {
            DecodedFrame::Complete(message) => {
                let header = |name: &str| {
                    let found = message
                        .headers()
                        .iter()
                        .find(|header| header.name().as_str() == name)?;
                    Some(
                        found
                            .value()
                            .as_string()
                            .expect("a text")
                            .as_str()
                            .to_owned(),
                    )
                };
                let kind = header(":event-type")
                    .or_else(|| header(":exception-type"))
                    .expect("a type");
                events.push((
                    kind,
                    serde_json::from_slice(message.payload()).expect("JSON"),
                ));
            }
            DecodedFrame::Incomplete if buffer.is_empty() => return Ok(events),
            DecodedFrame::Incomplete => {
                return Err(format!("half a frame after {} events", events.len()));
            }
        }
    }
}

/// The types of a body's frames.
pub(crate) fn kinds(body: &[u8]) -> Vec<String> {
    frames(body)
        .expect("whole frames")
        .into_iter()
        .map(|(kind, _)| kind)
        .collect()
}
