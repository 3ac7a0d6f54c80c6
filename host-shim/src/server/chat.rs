//! One chat request: read, asked, answered whole or as it arrives.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::sync::Arc;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use bytes::BytesMut;
use http_body_util::BodyExt as _;
use hyper::HeaderMap;
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE};
use provider_interface::{ErrorKind, ProviderError, StreamEvent};

use super::dialect::{Asked, Dialect, EventWriter, Refused, Stamp};
use super::event_body::EventBody;
use super::metrics::Measured;
use super::reply::{self, put};
use super::routes::Of;
use super::{Shared, status};
use crate::{AnswerBuilder, ChatStream};

/// Images make bodies large; nothing sensible is larger.
const MAX_BODY: usize = 32 * 1024 * 1024;

/// Why there is no answer.
pub(super) enum Failed {
    Refused(Refused),
    Provider(ProviderError),
}

impl From<Refused> for Failed {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<ProviderError> for Failed {
    fn from(error: ProviderError) -> Self {
        Self::Provider(error)
    }
}

/// Answers a chat request in a dialect.
pub(super) async fn answer<D: Dialect>(State(shared): Of, request: Request) -> Response {
    let started = Instant::now();
    let stamp = stamp(header(request.headers(), D::HEADER));
    let request_id = format!("req_{}", stamp.unique);
    let mut measured = Measured::new(&shared, started);
    let mut response = match answered::<D>(&shared, request, stamp, &mut measured).await {
        Ok(response) => response,
        Err(Failed::Refused(refused)) => {
            measured.failed(refused.code.unwrap_or("refused"));
            reply::refused(D::error, &refused, &request_id)
        }
        Err(Failed::Provider(error)) => {
            tracing::warn!(request_id, kind = %error.kind, status = status::of_error(&error), aws_request_id = error.request_id, "an answer failed");
            measured.failed(error.kind.as_str());
            reply::failed(D::error, &error, &request_id)
        }
    };
    let headers = response.headers_mut();
    put(headers, "x-request-id", &request_id);
    // As Anthropic's clients call it.
    put(headers, "request-id", &request_id);
    put(
        headers,
        "openai-processing-ms",
        &started.elapsed().as_millis().to_string(),
    );
    response
}

async fn answered<D: Dialect>(
    shared: &Arc<Shared>,
    request: Request,
    stamp: Stamp,
    measured: &mut Measured,
) -> Result<Response, Failed> {
    if shared.life.is_draining() {
        let sentence = "the gateway is shutting down; ask again";
        return Err(ProviderError::new(ErrorKind::Draining, sentence).into());
    }
    let open = shared.life.begin();
    let body = read_body(request, shared.timeouts.body).await?;
    let (asked, writer) = D::read(&body, stamp)?;
    drop(body);
    let Asked {
        model,
        request,
        stream: as_stream,
        ignored,
    } = asked;
    let mut stream = shared.registry.stream(&model, request)?;
    measured.asked(&model, stream.provider());
    let generation = stream.provider().generation();
    let mut response = if as_stream {
        // An error before the first event still has a status of its own.
        let mut events = Vec::new();
        stream.next_batch(&mut events).await?;
        let measured = std::mem::replace(measured, Measured::taken());
        let body = EventBody::new(
            stream,
            writer,
            events,
            shared.timeouts.keep_alive,
            measured,
            open,
        );
        let mut response = Response::new(Body::new(body));
        let headers = response.headers_mut();
        put(
            headers,
            CONTENT_TYPE.as_str(),
            "text/event-stream; charset=utf-8",
        );
        put(headers, CACHE_CONTROL.as_str(), "no-cache");
        put(headers, "x-accel-buffering", "no");
        response
    } else {
        let body = whole(stream, writer, measured).await?;
        measured.done();
        reply::json(200, body)
    };
    name_ignored(response.headers_mut(), &ignored);
    // Whoever swaps plugins sees by it which one answered.
    put(
        response.headers_mut(),
        "x-plugin-generation",
        &generation.to_string(),
    );
    Ok(response)
}

async fn whole(
    mut stream: ChatStream,
    writer: impl EventWriter,
    measured: &mut Measured,
) -> Result<Vec<u8>, ProviderError> {
    let mut events: Vec<StreamEvent> = Vec::new();
    let mut answer = AnswerBuilder::default();
    while stream.next_batch(&mut events).await? {
        for event in events.drain(..) {
            measured.event(&event);
            answer.push(&event);
        }
    }
    writer.whole(answer.finish())
}

pub(super) async fn read_body(request: Request, within: Duration) -> Result<Bytes, Refused> {
    match tokio::time::timeout(within, collect(request.into_body())).await {
        Ok(body) => body,
        Err(_) => {
            let sentence = format!("the body took longer than {within:?}; send it faster");
            Err(Refused::plain(408, "body_timeout", sentence))
        }
    }
}

async fn collect(mut body: Body) -> Result<Bytes, Refused> {
    let mut collected = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| {
            let sentence = "the body broke off or is malformed; send it again";
            Refused::plain(400, "incomplete_body", sentence)
        })?;
        let Ok(data) = frame.into_data() else {
            continue;
        };
        if collected.len() + data.len() > MAX_BODY {
            let sentence = "the body is larger than 32 MB; send smaller or fewer images";
            return Err(Refused::plain(413, "body_too_large", sentence));
        }
        collected.extend_from_slice(&data);
    }
    Ok(collected.freeze())
}

fn name_ignored(headers: &mut HeaderMap, ignored: &[String]) {
    if !ignored.is_empty() {
        put(headers, "x-ignored-params", &ignored.join(", "));
    }
}

/// The values of a header, joined by commas.
pub(super) fn header(headers: &HeaderMap, name: Option<&str>) -> Option<String> {
    let values = headers.get_all(name?).iter();
    let values: Vec<&str> = values.filter_map(|value| value.to_str().ok()).collect();
    (!values.is_empty()).then(|| values.join(","))
}

/// Two processes are told apart by chance, two answers of one by counting.
fn stamp(header: Option<String>) -> Stamp {
    static PROCESS: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one(0));
    static LAST: AtomicU64 = AtomicU64::new(0);
    let number = LAST.fetch_add(1, Ordering::Relaxed);
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    Stamp {
        unique: format!("{:016x}{number:08x}", *PROCESS),
        created: now.map_or(0, |since| since.as_secs()),
        header,
    }
}
