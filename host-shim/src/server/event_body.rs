//! A body that pulls its events from the provider when the socket takes more: what a client
//! doesn't read stays unread upstream, and a client that goes drops the stream.

use std::convert::Infallible;
use std::future::Future as _;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body::{Body, Frame};
use provider_interface::{ProviderError, StreamEvent};
use tokio::time::{Instant, Sleep, sleep};

use super::dialect::EventWriter;
use super::life::Open;
use super::metrics::Measured;
use crate::ChatStream;

/// Where one write ends although more is ready.
const MAX_WRITE: usize = 64 * 1024;

/// The body of an answer as it arrives.
pub(super) struct EventBody<W> {
    /// None once the answer has ended.
    stream: Option<ChatStream>,
    writer: W,
    events: Vec<StreamEvent>,
    written: Vec<u8>,
    buffer: BytesMut,
    /// How long it is silent before it shows a sign of life.
    keep_alive: Duration,
    silence: Pin<Box<Sleep>>,
    measured: Measured,
    _open: Open,
}

impl<W: EventWriter> EventBody<W> {
    /// `events` are those that are here already.
    pub(super) fn new(
        stream: ChatStream,
        writer: W,
        events: Vec<StreamEvent>,
        keep_alive: Duration,
        measured: Measured,
        open: Open,
    ) -> Self {
        Self {
            stream: Some(stream),
            writer,
            events,
            written: Vec::new(),
            buffer: BytesMut::new(),
            keep_alive,
            silence: Box::pin(sleep(keep_alive)),
            measured,
            _open: open,
        }
    }

    /// Writes what is ready, all of it.
    fn fill(&mut self, cx: &mut Context<'_>) {
        self.write_events();
        while self.written.len() < MAX_WRITE
            && let Some(stream) = &mut self.stream
        {
            match stream.poll_batch(cx, &mut self.events) {
                Poll::Pending => return,
                Poll::Ready(Ok(true)) => self.write_events(),
                Poll::Ready(Ok(false)) => {
                    self.stream = None;
                    self.writer.end(&mut self.written);
                    self.measured.done();
                }
                Poll::Ready(Err(error)) => self.fail(&error),
            }
        }
    }

    fn write_events(&mut self) {
        // Taken out, so that its room is used again.
        let mut events = std::mem::take(&mut self.events);
        for event in events.drain(..) {
            self.measured.event(&event);
            if let Err(error) = self.writer.event(&event, &mut self.written) {
                return self.fail(&error);
            }
        }
        self.events = events;
    }

    fn fail(&mut self, error: &ProviderError) {
        // The request is cancelled, whatever it would still say.
        self.stream = None;
        tracing::warn!(kind = %error.kind, aws_request_id = error.request_id, "an answer broke off");
        self.writer.failed(error, &mut self.written);
        self.measured.failed(error.kind.as_str());
    }
}

impl<W: EventWriter> Body for EventBody<W> {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let this = &mut *self;
        if this.stream.is_none() {
            return Poll::Ready(None);
        }
        this.fill(cx);
        if this.written.is_empty() {
            if this.silence.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            this.writer.keep_alive(&mut this.written);
        }
        this.silence
            .as_mut()
            .reset(Instant::now() + this.keep_alive);
        this.buffer.extend_from_slice(&this.written);
        this.written.clear();
        Poll::Ready(Some(Ok(Frame::data(this.buffer.split().freeze()))))
    }

    fn is_end_stream(&self) -> bool {
        self.stream.is_none()
    }
}
