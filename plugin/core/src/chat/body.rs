//! The raw body of an answer, taken out of the SDK's hands before it decodes it.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use aws_sdk_bedrockruntime::config::ConfigBag;
use aws_sdk_bedrockruntime::config::RuntimeComponents;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeDeserializationInterceptorContextMut;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http_body::Body as _;

/// The content type of an answer that streams, and of one in one piece.
const EVENT_STREAM: &str = "application/vnd.amazon.eventstream";
const JSON: &str = "application/json";

/// Where the interceptor leaves what it took.
#[derive(Debug, Clone, Default)]
pub(super) struct TakenBody(Arc<Mutex<Option<SdkBody>>>);

impl TakenBody {
    /// The body of the attempt that succeeded.
    pub(super) fn take(&self) -> Option<ResponseBody> {
        let body = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        body.map(|body| ResponseBody(Box::pin(body)))
    }
}

/// Takes the body of a successful answer and leaves an empty one, so that the SDK's `send` returns
/// at once and decodes nothing. Errors stay as they are: the SDK reads them.
#[derive(Debug)]
pub(super) struct TakeBody {
    to: TakenBody,
    content_type: &'static str,
}

impl TakeBody {
    pub(super) fn of_stream(to: &TakenBody) -> Self {
        Self {
            to: to.clone(),
            content_type: EVENT_STREAM,
        }
    }

    pub(super) fn of_whole(to: &TakenBody) -> Self {
        Self {
            to: to.clone(),
            content_type: JSON,
        }
    }
}

#[dyn_dispatch_hint]
impl Intercept for TakeBody {
    fn name(&self) -> &'static str {
        "TakeBody"
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response_mut();
        let content_type = response.headers().get("content-type");
        let is_expected = content_type.is_some_and(|kind| kind.starts_with(self.content_type));
        if response.status().is_success() && is_expected {
            let body = std::mem::replace(response.body_mut(), SdkBody::empty());
            *self.to.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(body);
        }
        Ok(())
    }
}

/// A body, chunk by chunk.
#[derive(Debug)]
pub(super) struct ResponseBody(Pin<Box<SdkBody>>);

impl ResponseBody {
    /// The next chunk; none at the end.
    pub(super) fn poll_chunk(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, BoxError>>> {
        loop {
            let frame = std::task::ready!(self.0.as_mut().poll_frame(cx));
            match frame {
                None => return Poll::Ready(None),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                Some(Ok(frame)) => {
                    // Trailers say nothing that we need.
                    if let Ok(data) = frame.into_data() {
                        return Poll::Ready(Some(Ok(data)));
                    }
                }
            }
        }
    }
}
