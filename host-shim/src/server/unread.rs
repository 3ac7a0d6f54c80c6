//! What is left of a body that nobody wants. A client that is cut off while it sends fails at that,
//! and doesn't see why it was refused; so the rest is read away while the answer goes out.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http_body::{Body as HttpBody, Frame, SizeHint};
use http_body_util::BodyExt as _;
use hyper::header::EXPECT;
use tokio::time::{Instant, timeout_at};

use super::Shared;

/// How much is read away; whoever sends more is cut off.
const MAX_UNREAD: usize = 128 * 1024 * 1024;

/// Makes a request's body one whose rest is read away.
pub(super) async fn read_away(
    State(shared): State<Arc<Shared>>,
    request: Request,
    next: Next,
) -> Response {
    let until = Instant::now() + shared.timeouts.body;
    let is_sent = !request.headers().contains_key(EXPECT);
    let wanted = |body| {
        Body::new(Wanted {
            body: Some(body),
            is_sent,
            until,
        })
    };
    next.run(request.map(wanted)).await
}

/// A body as long as somebody wants it.
struct Wanted {
    /// None once it is dropped.
    body: Option<Body>,
    /// Whether the client sends it: one that waits to be told so need not begin.
    is_sent: bool,
    /// A body's time is over then, read or not.
    until: Instant,
}

impl HttpBody for Wanted {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.is_sent = true;
        match &mut self.body {
            Some(body) => Pin::new(body).poll_frame(cx),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body
            .as_ref()
            .map_or_else(SizeHint::default, HttpBody::size_hint)
    }
}

impl Drop for Wanted {
    fn drop(&mut self) {
        let body = self.body.take().filter(|body| !body.is_end_stream());
        if let Some(body) = body
            && self.is_sent
            && self.until > Instant::now()
        {
            tokio::spawn(timeout_at(self.until, discard(body)));
        }
    }
}

async fn discard(mut body: Body) {
    let mut length = 0;
    while let Some(Ok(frame)) = body.frame().await {
        length += frame.data_ref().map_or(0, Bytes::len);
        if length > MAX_UNREAD {
            return;
        }
    }
}
