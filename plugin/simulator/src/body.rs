//! The body of an answer: plays a plan, and tells the log how far it came.
//! It makes a chunk only when the transport asks, so back-pressure needs nothing more.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until};

use crate::connection::Traffic;
use crate::limits::CUT_FLUSH;
use crate::plan::{Plan, Step};
use crate::record::{Entry, Outcome};

/// Watches over one answer: dropped before the end, it records that the client went away.
#[derive(Debug)]
pub(crate) struct Exchange {
    entry: Arc<Entry>,
    traffic: Arc<Traffic>,
}

impl Exchange {
    pub(crate) fn new(entry: Arc<Entry>, traffic: Arc<Traffic>) -> Self {
        Self { entry, traffic }
    }

    pub(crate) fn entry(&self) -> &Entry {
        &self.entry
    }

    /// Resets the connection, as the script wants.
    pub(crate) fn cut(&self) {
        self.entry.finish(Outcome::Cut);
        self.traffic.reset();
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.entry.finish(Outcome::Cancelled);
    }
}

/// The scripted end of a connection; hyper only needs to see an error.
#[derive(Debug, thiserror::Error)]
#[error("the script cuts this answer")]
pub(crate) struct Cut;

/// A plan being played.
#[derive(Debug)]
pub(crate) struct PlayedBody {
    plan: Plan,
    next: usize,
    /// When the last pause was due: pauses add up from there, so that a slow chunk doesn't shift the rest.
    due: Option<Instant>,
    pause: Option<Pin<Box<Sleep>>>,
    flushed: bool,
    exchange: Exchange,
}

impl PlayedBody {
    pub(crate) fn new(plan: Plan, exchange: Exchange) -> Self {
        Self {
            plan,
            next: 0,
            due: None,
            pause: None,
            flushed: false,
            exchange,
        }
    }

    /// Ready once the pause that is under way, if any, is over.
    fn poll_pause(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(pause) = &mut self.pause {
            ready!(pause.as_mut().poll(cx));
            self.pause = None;
        }
        Poll::Ready(())
    }

    fn pause_until(&mut self, due: Instant) {
        self.pause = Some(Box::pin(sleep_until(due)));
    }
}

impl Body for PlayedBody {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        let this = self.get_mut();
        loop {
            ready!(this.poll_pause(cx));
            let Some(step) = this.plan.step(this.next).cloned() else {
                this.exchange.entry.finish(Outcome::Complete);
                return Poll::Ready(None);
            };
            match step {
                Step::Send { bytes, events } => {
                    this.next += 1;
                    this.exchange.entry.sent(bytes.len(), events);
                    if this.plan.step(this.next).is_none() {
                        // The transport may see a whole answer as ended and drop the body unasked.
                        this.exchange.entry.finish(Outcome::Complete);
                    }
                    return Poll::Ready(Some(Ok(Frame::data(bytes))));
                }
                Step::Wait(pause) => {
                    this.next += 1;
                    let due = this.due.unwrap_or_else(Instant::now) + pause;
                    this.due = Some(due);
                    this.pause_until(due);
                }
                Step::Flush if !this.flushed => {
                    // A body that has nothing to give makes the transport write what it holds.
                    this.flushed = true;
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
                Step::Flush => {
                    this.next += 1;
                    this.flushed = false;
                }
                Step::Stall => return Poll::Pending,
                Step::Cut if !this.flushed => {
                    this.flushed = true;
                    this.pause_until(Instant::now() + CUT_FLUSH);
                }
                Step::Cut => {
                    this.exchange.cut();
                    return Poll::Ready(Some(Err(Cut)));
                }
            }
        }
    }

    fn size_hint(&self) -> SizeHint {
        match (self.plan.single_length(), self.next) {
            (Some(length), 0) => SizeHint::with_exact(length),
            _ => SizeHint::default(),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.plan.step(self.next).is_none() && self.exchange.entry.is_finished()
    }
}
