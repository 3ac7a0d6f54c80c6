//! A socket that counts what it accepts and can be made to reset: the counters are what
//! back-pressure tests read, the reset is how a scripted cut looks on the wire.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// What is known of one connection while it lives, shared with the requests on it.
#[derive(Debug)]
pub(crate) struct Traffic {
    pub(crate) id: u64,
    pub(crate) tls: bool,
    bytes_written: AtomicU64,
    reset: AtomicBool,
}

impl Traffic {
    pub(crate) fn new(id: u64, tls: bool) -> Self {
        Self {
            id,
            tls,
            bytes_written: AtomicU64::new(0),
            reset: AtomicBool::new(false),
        }
    }

    /// Bytes that the kernel took, TLS and HTTP framing included.
    pub(crate) fn bytes_written(&self) -> u64 {
        self.bytes_written.load(Ordering::Relaxed)
    }

    /// The connection is to end with a reset, whatever it still holds.
    pub(crate) fn reset(&self) {
        self.reset.store(true, Ordering::Relaxed);
    }

    fn is_reset(&self) -> bool {
        self.reset.load(Ordering::Relaxed)
    }
}

/// How many connections are open; one is counted as long as its ticket lives.
#[derive(Clone, Debug, Default)]
pub(crate) struct OpenConnections(Arc<AtomicUsize>);

impl OpenConnections {
    pub(crate) fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    fn enter(&self) -> Ticket {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ticket(Arc::clone(&self.0))
    }
}

#[derive(Debug)]
struct Ticket(Arc<AtomicUsize>);

impl Drop for Ticket {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The wrapped socket.
#[derive(Debug)]
pub(crate) struct Socket {
    stream: TcpStream,
    traffic: Arc<Traffic>,
    _ticket: Ticket,
}

impl Socket {
    pub(crate) fn new(stream: TcpStream, traffic: Arc<Traffic>, open: &OpenConnections) -> Self {
        Self {
            stream,
            traffic,
            _ticket: open.enter(),
        }
    }

    fn check(&self) -> io::Result<()> {
        if self.traffic.is_reset() {
            return Err(io::Error::from(io::ErrorKind::ConnectionReset));
        }
        Ok(())
    }

    fn count(&self, written: usize) {
        self.traffic
            .bytes_written
            .fetch_add(written as u64, Ordering::Relaxed);
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        if self.traffic.is_reset() {
            // With no time to linger, closing sends RST in place of FIN.
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.check()?;
        let written = ready!(Pin::new(&mut self.stream).poll_write(cx, buf))?;
        self.count(written);
        Poll::Ready(Ok(written))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.check()?;
        let written = ready!(Pin::new(&mut self.stream).poll_write_vectored(cx, bufs))?;
        self.count(written);
        Poll::Ready(Ok(written))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
