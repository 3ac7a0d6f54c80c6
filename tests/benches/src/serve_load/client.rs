//! A connection of a client, and the events of an answer on it.

use std::net::SocketAddr;

use benches::Error;
use bytes::{Buf as _, Bytes, BytesMut};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::dialect::{Dialect, Said};

/// One connection; a request on it begins when the answer before has ended.
pub(crate) struct Connection {
    requests: SendRequest<Full<Bytes>>,
    host: String,
}

/// What one stream was seen to be.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Events of any kind.
    pub(crate) events: usize,
    /// Those with text.
    pub(crate) deltas: usize,
    /// The generation of the plugin that answered.
    pub(crate) generation: u64,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Result<Self, Error> {
        let socket = TcpStream::connect(address).await?;
        socket.set_nodelay(true)?;
        let (requests, connection) = handshake(TokioIo::new(socket)).await?;
        // How it ends is seen by the requests on it.
        tokio::spawn(connection);
        Ok(Self {
            requests,
            host: address.to_string(),
        })
    }

    /// Posts JSON, and gives an answer that is no refusal.
    pub(crate) async fn post(
        &mut self,
        path: &str,
        body: String,
    ) -> Result<Response<Incoming>, Error> {
        self.requests.ready().await?;
        let request = Request::post(path)
            .header("host", &self.host)
            .header("content-type", "application/json")
            .body(Full::from(body))?;
        let answer = self.requests.send_request(request).await?;
        let status = answer.status();
        if status.is_success() {
            return Ok(answer);
        }
        let told = answer.into_body().collect().await?.to_bytes();
        Err(format!("HTTP {status}: {}", String::from_utf8_lossy(&told)).into())
    }

    /// Runs one stream to its proper end; `each` is given its texts as they arrive.
    pub(crate) async fn stream(
        &mut self,
        dialect: Dialect,
        mut each: impl FnMut(&str) -> Result<(), Error>,
    ) -> Result<Seen, Error> {
        let answer = self.post(dialect.path(), dialect.request()).await?;
        let mut buffer = BytesMut::new();
        let mut seen = Seen {
            generation: generation(&answer),
            ..Seen::default()
        };
        let mut body = answer.into_body();
        let (mut stopped, mut ended) = (false, false);
        while let Some(frame) = body.frame().await {
            let Ok(data) = frame?.into_data() else {
                continue;
            };
            buffer.extend_from_slice(&data);
            while let Some(event) = next_event(&mut buffer) {
                let Some(data) = data_of(std::str::from_utf8(&event)?) else {
                    continue;
                };
                if ended {
                    return Err("there was something after the end".into());
                }
                seen.events += 1;
                match dialect.read(data)? {
                    Said::Text(text) => {
                        seen.deltas += 1;
                        each(text)?;
                    }
                    Said::Stop => stopped = true,
                    Said::End => ended = true,
                    Said::Other => {}
                }
            }
        }
        if stopped && ended && buffer.is_empty() {
            return Ok(seen);
        }
        Err(format!("it broke off after {} events", seen.events).into())
    }
}

fn generation(answer: &Response<Incoming>) -> u64 {
    let header = answer.headers().get("x-plugin-generation");
    let number = header.and_then(|number| number.to_str().ok()?.parse().ok());
    number.unwrap_or_default()
}

/// Takes a whole event off the front, if there is one.
fn next_event(buffer: &mut BytesMut) -> Option<BytesMut> {
    let end = buffer.windows(2).position(|two| two == b"\n\n")?;
    let event = buffer.split_to(end);
    buffer.advance(2);
    Some(event)
}

/// The data of an event; a comment has none.
fn data_of(event: &str) -> Option<&str> {
    event.lines().find_map(|line| line.strip_prefix("data: "))
}
