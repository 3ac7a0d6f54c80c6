//! The task of one answer: send, read, decode, hand over.

use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use aws_smithy_runtime_api::box_error::BoxError;
use bytes::Bytes;
use provider_interface::{ChatRequest, ErrorKind, ProviderError, StreamEvent};
use tokio::sync::mpsc;
use tokio::time::timeout_at;

use super::BATCH_EVENTS;
use super::body::{ResponseBody, TakeBody, TakenBody};
use super::watch::Watch;
use crate::client::chosen_profile;
use crate::config::Timeouts;
use crate::convert::error::{Origin, causes, from_exception, from_sdk};
use crate::convert::{self, NameMap};
use crate::provider::Sessions;
use crate::wire::{StreamDecoder, WireError};

/// What an answer is made from.
pub(crate) struct Request {
    pub(crate) chat: ChatRequest,
    pub(crate) sessions: Sessions,
    pub(crate) timeouts: Timeouts,
}

type Batches = mpsc::Sender<Vec<StreamEvent>>;

/// Runs one answer to its end. A caller that is gone is no error: nobody is left to be told.
pub(super) async fn run(request: Request, batches: Batches) -> Result<(), ProviderError> {
    let Request {
        chat,
        sessions,
        timeouts,
    } = request;
    let watch = Watch::new(timeouts.first_event);
    let opened = timeout_at(watch.due(), open(chat, sessions)).await;
    let Ok(opened) = opened else {
        return Err(watch.silence());
    };
    let (body, request_id, names) = opened?;
    let reader = Reader {
        body,
        decoder: StreamDecoder::default(),
        watch,
        request_id,
        names,
    };
    reader.pump(&batches, timeouts.idle).await
}

/// Sends the request, with the SDK's retries; gives the raw body, the service's request id, and
/// what tools are called on the wire.
async fn open(
    mut chat: ChatRequest,
    sessions: Sessions,
) -> Result<(ResponseBody, Option<String>, NameMap), ProviderError> {
    let (model_id, clients) = sessions.target(chat.model_id.trim()).await?;
    chat.model_id = model_id;
    tracing::debug!(model = %chat.model_id, endpoint = %clients.endpoint, "asking");
    let profile = chosen_profile();
    let taken = TakenBody::default();
    let input = convert::to_converse(chat)?;
    let names = input.names().clone();
    let output = convert::with_client(input, &clients.runtime)
        .interceptor(TakeBody(taken.clone()))
        .send()
        .await
        .map_err(|error| {
            let origin = Origin {
                endpoint: &clients.endpoint,
                profile: profile.as_deref(),
            };
            from_sdk(error, origin)
        })?;
    let request_id = {
        use aws_sdk_bedrockruntime::operation::RequestId as _;
        output.request_id().map(str::to_owned)
    };
    tracing::debug!(request_id, "the answer begins");
    match taken.take() {
        Some(body) => Ok((body, request_id, names)),
        None => Err(ProviderError {
            request_id,
            ..ProviderError::new(
                ErrorKind::Unavailable,
                "the endpoint answered with something else than an event stream; check baseUrl \
                 and the AWS_ENDPOINT_URL variables",
            )
        }),
    }
}

/// Reads one answer's body.
struct Reader {
    body: ResponseBody,
    decoder: StreamDecoder,
    watch: Watch,
    request_id: Option<String>,
    names: NameMap,
}

/// What a wait for bytes ended with.
enum Arrived {
    Bytes(Bytes),
    End,
    Broken(BoxError),
    Nothing,
}

impl Reader {
    async fn pump(mut self, batches: &Batches, idle: Duration) -> Result<(), ProviderError> {
        let mut has_begun = false;
        loop {
            let mut events = Vec::new();
            let end = match self.wait().await {
                Arrived::Nothing => return Err(self.named(self.watch.silence())),
                arrived => self.decode_ready(arrived, &mut events).await,
            };
            if !events.is_empty() {
                has_begun = true;
                events
                    .iter_mut()
                    .for_each(|event| self.names.restore(event));
                if batches.send(events).await.is_err() {
                    return Ok(());
                }
            }
            if has_begun {
                // Counted from here: while the caller didn't take, nothing was awaited.
                self.watch.heard(idle);
            }
            if let Some(end) = end {
                return end;
            }
        }
    }

    /// Waits for bytes as long as is allowed.
    async fn wait(&mut self) -> Arrived {
        poll_fn(|cx| {
            if let Poll::Ready(chunk) = self.body.poll_chunk(cx) {
                return Poll::Ready(arrived(chunk));
            }
            self.watch.poll(cx).map(|()| Arrived::Nothing)
        })
        .await
    }

    /// Decodes what arrived and all that has arrived with it; the end, if it is among them.
    async fn decode_ready(
        &mut self,
        mut arrived: Arrived,
        events: &mut Vec<StreamEvent>,
    ) -> Option<Result<(), ProviderError>> {
        loop {
            let pushed = match arrived {
                Arrived::Bytes(bytes) => self.decoder.push(&bytes, events),
                Arrived::End => return Some(self.decoder.finish().map_err(|e| self.wire_error(e))),
                Arrived::Broken(error) => return Some(Err(self.broken(&error))),
                Arrived::Nothing => return None,
            };
            if let Err(error) = pushed {
                return Some(Err(self.wire_error(error)));
            }
            if events.len() >= BATCH_EVENTS {
                return None;
            }
            arrived = self.at_once().await;
        }
    }

    /// What can be had without waiting. The HTTP connection hands over one chunk at a time and
    /// needs a turn to read the next. It gets one: waking the caller for every chunk costs several
    /// times as much.
    async fn at_once(&mut self) -> Arrived {
        let mut had_turn = false;
        poll_fn(|cx| {
            if let Poll::Ready(chunk) = self.body.poll_chunk(cx) {
                return Poll::Ready(arrived(chunk));
            }
            if had_turn {
                return Poll::Ready(Arrived::Nothing);
            }
            had_turn = true;
            cx.waker().wake_by_ref();
            Poll::Pending
        })
        .await
    }

    fn wire_error(&self, error: WireError) -> ProviderError {
        let error = match error {
            WireError::Exception {
                exception_type,
                payload,
            } => from_exception(&exception_type, &payload),
            broken => ProviderError::new(ErrorKind::StreamTruncated, broken.to_string()),
        };
        self.named(error)
    }

    fn broken(&self, error: &BoxError) -> ProviderError {
        self.named(ProviderError::new(
            ErrorKind::StreamTruncated,
            format!(
                "the connection broke in the midst of the answer: {}",
                causes(error.as_ref())
            ),
        ))
    }

    fn named(&self, error: ProviderError) -> ProviderError {
        ProviderError {
            request_id: error.request_id.or_else(|| self.request_id.clone()),
            ..error
        }
    }
}

fn arrived(chunk: Option<Result<Bytes, BoxError>>) -> Arrived {
    match chunk {
        Some(Ok(bytes)) => Arrived::Bytes(bytes),
        Some(Err(error)) => Arrived::Broken(error),
        None => Arrived::End,
    }
}
