//! One request from its head to the head of its answer: read, route, verify, validate, choose the reply.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use bytes::Bytes;
use http::{HeaderValue, Request, Response, header};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::body::Incoming;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::auth::{self, Signed};
use crate::body::{Cut, Exchange, PlayedBody};
use crate::catalogue;
use crate::connection::Traffic;
use crate::error::Refusal;
use crate::limits::{BODY_TIMEOUT, MAX_BODY_BYTES};
use crate::plan::Plan;
use crate::record::{AuthKind, Outcome, RecordedRequest, lock};
use crate::reply::{Content, Ending, Reply};
use crate::responder;
use crate::routes::{Operation, Query, Route, route};
use crate::rules;
use crate::sim::Shared;

const JSON: &str = "application/json";
const EVENT_STREAM: &str = "application/vnd.amazon.eventstream";

/// What a request gets.
enum Decision {
    Refuse(Refusal),
    Give(Value),
    Play(Operation, Box<Reply>),
}

/// Answers a request; an error makes the transport drop the connection.
pub(crate) async fn answer(
    shared: Arc<Shared>,
    traffic: Arc<Traffic>,
    request: Request<Incoming>,
) -> Result<Response<PlayedBody>, Cut> {
    let received_at = SystemTime::now();
    let (head, body) = request.into_parts();
    let body = read(body).await;
    let route = route(head.method.as_str(), head.uri.path());
    let (accepted, default_region) = {
        let behaviour = lock(&shared.behaviour);
        (Arc::clone(&behaviour.accepted), behaviour.region.clone())
    };
    let verified = body.as_ref().map_err(Refusal::clone).and_then(|body| {
        let signed = Signed {
            method: head.method.as_str(),
            path: head.uri.path(),
            query: head.uri.query().unwrap_or_default(),
            headers: &head.headers,
            authority: head.uri.authority().map(http::uri::Authority::as_str),
            body,
        };
        auth::verify(&signed, &accepted, received_at)
    });
    let auth = verified.as_ref().cloned().unwrap_or(AuthKind::None);
    let region = region(&auth, &head, &default_region);
    let request = record(
        &head,
        &body.unwrap_or_default(),
        route.as_ref(),
        auth,
        &traffic,
        received_at,
    );
    let entry = shared.log.push(request, Arc::clone(&traffic));
    let exchange = Exchange::new(Arc::clone(&entry), traffic);
    let query = Query::parse(head.uri.query().unwrap_or_default());
    let decision = match verified {
        Err(refusal) => Decision::Refuse(refusal),
        Ok(_) => decide(&shared, route.as_ref(), &query, &region, entry.request()),
    };
    if let Decision::Refuse(refusal) = &decision {
        entry.finish(refused(refusal));
    }
    shared.log.write(&entry);
    match decision {
        Decision::Refuse(refusal) => Ok(refusal_response(&refusal, exchange)),
        Decision::Give(value) => Ok(json_response(&value, exchange)),
        Decision::Play(operation, reply) => play(operation, &reply, exchange).await,
    }
}

async fn read(body: Incoming) -> Result<Bytes, Refusal> {
    let collected =
        tokio::time::timeout(BODY_TIMEOUT, Limited::new(body, MAX_BODY_BYTES).collect()).await;
    match collected {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Refusal::new(
            413,
            "RequestEntityTooLargeException",
            "The request body is too large.",
        )),
        Ok(Err(_)) => Err(Refusal::new(
            400,
            "SerializationException",
            "The request body ended early.",
        )),
        Err(_) => Err(Refusal::new(
            408,
            "RequestTimeoutException",
            "The request body did not come in time.",
        )),
    }
}

/// The signature's region, else the one in an AWS host name, else the configured one.
fn region(auth: &AuthKind, head: &http::request::Parts, default: &str) -> String {
    if let AuthKind::SigV4 { region, .. } = auth {
        return region.clone();
    }
    let host = head
        .headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let host = host.or(head.uri.host()).unwrap_or_default();
    let in_host = host
        .strip_prefix("bedrock")
        .and_then(|rest| rest.split('.').nth(1));
    in_host
        .filter(|_| host.contains(".amazonaws."))
        .unwrap_or(default)
        .to_owned()
}

fn record(
    head: &http::request::Parts,
    body: &Bytes,
    route: Option<&Route>,
    auth: AuthKind,
    traffic: &Traffic,
    received_at: SystemTime,
) -> RecordedRequest {
    let headers = head.headers.iter();
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    RecordedRequest {
        index: 0,
        operation: route.map(|route| route.operation),
        model_id: route.and_then(|route| route.label.clone()),
        method: head.method.to_string(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: headers
            .map(|(name, value)| (name.as_str().to_owned(), text(value)))
            .collect(),
        body: serde_json::from_slice(body).unwrap_or(Value::Null),
        body_bytes: body.clone(),
        received_at,
        connection: traffic.id,
        http_version: if head.version == http::Version::HTTP_2 {
            "HTTP/2.0"
        } else {
            "HTTP/1.1"
        },
        tls: traffic.tls,
        auth,
        outcome: Outcome::Open,
        events_sent: 0,
        bytes_sent: 0,
        socket_bytes: 0,
    }
}

fn decide(
    shared: &Shared,
    route: Option<&Route>,
    query: &Query,
    region: &str,
    request: &RecordedRequest,
) -> Decision {
    let Some(route) = route else {
        let message = format!("There is no operation {} {}", request.method, request.path);
        return Decision::Refuse(Refusal::new(404, "UnknownOperationException", message));
    };
    let (catalogue, rules_on, special) = {
        let mut behaviour = lock(&shared.behaviour);
        let queued = behaviour
            .by_operation
            .get_mut(&route.operation)
            .and_then(|queue| queue.pop_front());
        let special = queued.or_else(|| behaviour.always.get(&route.operation).cloned());
        (Arc::clone(&behaviour.catalogue), behaviour.rules, special)
    };
    if let Some(reply) = special {
        return Decision::Play(route.operation, Box::new(reply));
    }
    if route.label.is_none() || route.operation == Operation::GetInferenceProfile {
        return match catalogue::answer(&catalogue, route, query, region) {
            Ok(list) => Decision::Give(list),
            Err(refusal) => Decision::Refuse(refusal),
        };
    }
    if let Err(refusal) = rules::check(request, &catalogue, region, rules_on) {
        return match in_stream(route.operation, &refusal) {
            Some(reply) => Decision::Play(route.operation, Box::new(reply)),
            None => Decision::Refuse(refusal),
        };
    }
    if route.operation == Operation::CountTokens {
        return Decision::Give(
            json!({"inputTokens": responder::input_tokens(&request.body["input"]["converse"])}),
        );
    }
    Decision::Play(route.operation, Box::new(choose(shared, request)))
}

/// A refusal that the model makes after the stream has begun.
fn in_stream(operation: Operation, refusal: &Refusal) -> Option<Reply> {
    let streamed = refusal.in_stream && operation == Operation::ConverseStream;
    let empty = || Reply::events(Vec::<(String, Value)>::new());
    streamed.then(|| empty().exception_after(0, refusal.exception_type(), &refusal.message))
}

/// The next reply: queued, the function's, the default, the built-in one.
fn choose(shared: &Shared, request: &RecordedRequest) -> Reply {
    let responder = {
        let mut behaviour = lock(&shared.behaviour);
        if let Some(reply) = behaviour.queue.pop_front() {
            return reply;
        }
        match (&behaviour.responder, &behaviour.default) {
            (Some(responder), _) => Arc::clone(responder),
            (None, Some(reply)) => return reply.clone(),
            (None, None) => return responder::default_reply(request),
        }
    };
    // A failed assertion in a test's function shows at the client; it must not take the simulator down.
    let reply = catch_unwind(AssertUnwindSafe(|| responder(request)));
    reply.unwrap_or_else(|_| {
        Reply::error(
            500,
            "InternalServerException",
            "The test's responder panicked.",
        )
    })
}

async fn play(
    operation: Operation,
    reply: &Reply,
    exchange: Exchange,
) -> Result<Response<PlayedBody>, Cut> {
    if !reply.timing.before_headers.is_zero() {
        tokio::time::sleep(reply.timing.before_headers).await;
    }
    // What does not stream can only stall or break as a whole.
    let whole = operation != Operation::ConverseStream;
    match &reply.ending {
        Ending::StallBeforeHeaders => std::future::pending().await,
        Ending::Stall { .. } if whole => std::future::pending().await,
        Ending::CutBeforeHeaders => {
            exchange.cut();
            return Err(Cut);
        }
        Ending::Cut { .. } if whole => {
            exchange.cut();
            return Err(Cut);
        }
        Ending::Exception { kind, message, .. } if whole => {
            return Ok(refuse(&exception_as_status(kind, message), exchange));
        }
        _ => {}
    }
    Ok(match &reply.content {
        Content::Error(failure) => refuse(&Refusal::from(failure), exchange),
        Content::Json(value) => json_response(value, exchange),
        _ if !whole => {
            let response = head(200, EVENT_STREAM, &exchange);
            with_body(response, reply.plan().clone(), exchange)
        }
        _ => match reply
            .converse_message()
            .filter(|_| operation == Operation::Converse)
        {
            Some(message) => json_response(&message, exchange),
            None => {
                let message = format!("The scripted reply has no form for {operation}.");
                refuse(
                    &Refusal::new(500, "InternalServerException", message),
                    exchange,
                )
            }
        },
    })
}

/// The status that Converse gives for what ConverseStream says in an exception frame.
fn exception_as_status(kind: &str, message: &str) -> Refusal {
    let (status, name) = match kind {
        "validationException" => (400, "ValidationException"),
        "throttlingException" => (429, "ThrottlingException"),
        "modelStreamErrorException" => (424, "ModelErrorException"),
        "serviceUnavailableException" => (503, "ServiceUnavailableException"),
        _ => (500, "InternalServerException"),
    };
    Refusal::new(status, name, message)
}

fn refused(refusal: &Refusal) -> Outcome {
    Outcome::Refused {
        status: refusal.status,
        kind: refusal.kind.clone(),
        message: refusal.message.clone(),
    }
}

fn refuse(refusal: &Refusal, exchange: Exchange) -> Response<PlayedBody> {
    exchange.entry().finish(refused(refusal));
    refusal_response(refusal, exchange)
}

fn refusal_response(refusal: &Refusal, exchange: Exchange) -> Response<PlayedBody> {
    let mut response = head(refusal.status, JSON, &exchange);
    if let Ok(kind) = HeaderValue::try_from(refusal.type_header()) {
        response.headers_mut().insert("x-amzn-errortype", kind);
    }
    if let Some(seconds) = refusal.retry_after {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    with_body(response, Plan::single(refusal.body().into()), exchange)
}

fn json_response(value: &Value, exchange: Exchange) -> Response<PlayedBody> {
    let response = head(200, JSON, &exchange);
    with_body(response, Plan::single(value.to_string().into()), exchange)
}

fn head(status: u16, content_type: &'static str, exchange: &Exchange) -> Response<()> {
    let mut response = Response::new(());
    // A script's status is checked when it is read; one built in code may be anything.
    *response.status_mut() =
        http::StatusCode::from_u16(status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    if let Ok(id) = HeaderValue::try_from(request_id(exchange)) {
        headers.insert("x-amzn-requestid", id);
    }
    response
}

fn with_body(response: Response<()>, plan: Plan, exchange: Exchange) -> Response<PlayedBody> {
    response.map(|()| PlayedBody::new(plan, exchange))
}

/// A UUID, different for every answer of every process.
fn request_id(exchange: &Exchange) -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let mut digest = Sha256::new();
    digest.update(COUNT.fetch_add(1, Ordering::Relaxed).to_be_bytes());
    digest.update(std::process::id().to_be_bytes());
    digest.update(format!("{:?}", exchange.entry().request().received_at));
    let hex: String = digest
        .finalize()
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!(
        "{}-{}-4{}-8{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[13..16],
        &hex[17..20],
        &hex[20..]
    )
}
