//! The transport: accepts connections, speaks TLS, HTTP/1.1 and HTTP/2 on one port, and ends when told.

use std::sync::Arc;
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::answer::answer;
use crate::connection::{Socket, Traffic};
use crate::limits::{
    HANDSHAKE_TIMEOUT, HEADER_TIMEOUT, MAX_CONCURRENT_STREAMS, MAX_CONNECTIONS, MAX_SEND_BUFFER,
    SHUTDOWN_GRACE,
};
use crate::sim::Shared;

/// Whether and how the simulator is to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    No,
    Gently,
    Now,
}

/// Serves until told to stop; every connection ends with it.
pub(crate) async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    shared: Arc<Shared>,
    mut stop: watch::Receiver<Stop>,
) {
    let told = stop.clone();
    let slots = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    // Dropping the set aborts what is still in it.
    let mut connections = JoinSet::new();
    let mut next_id = 0;
    loop {
        tokio::select! {
            gently = told_to_stop(&mut stop) => {
                drop(listener);
                if gently {
                    let ended = async { while connections.join_next().await.is_some() {} };
                    let _ = tokio::time::timeout(SHUTDOWN_GRACE, ended).await;
                }
                return;
            }
            (stream, slot) = accept(&listener, &slots) => {
                let traffic = Arc::new(Traffic::new(next_id, tls.is_some()));
                next_id += 1;
                connections.spawn(connection(stream, slot, tls.clone(), traffic, Arc::clone(&shared), told.clone()));
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

/// Waits for the word to stop; whether gently. A handle that is gone means now.
async fn told_to_stop(stop: &mut watch::Receiver<Stop>) -> bool {
    let told = stop.wait_for(|stop| *stop != Stop::No).await;
    told.is_ok_and(|stop| *stop == Stop::Gently)
}

/// The next connection for which there is room.
async fn accept(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> (TcpStream, Option<OwnedSemaphorePermit>) {
    const RETRY_AFTER: Duration = Duration::from_millis(20);
    // The semaphore is never closed, so this always gives a permit.
    let slot = Arc::clone(slots).acquire_owned().await.ok();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return (stream, slot),
            // Out of descriptors, most likely: wait for some to come free.
            Err(_) => tokio::time::sleep(RETRY_AFTER).await,
        }
    }
}

async fn connection(
    stream: TcpStream,
    slot: Option<OwnedSemaphorePermit>,
    tls: Option<TlsAcceptor>,
    traffic: Arc<Traffic>,
    shared: Arc<Shared>,
    stop: watch::Receiver<Stop>,
) {
    // Without it five deltas a millisecond apart take 40 ms. A socket that refuses is about to fail anyway.
    let _ = stream.set_nodelay(true);
    let socket = Socket::new(stream, Arc::clone(&traffic), &shared.open);
    match tls {
        None => http(socket, traffic, shared, stop).await,
        Some(tls) => {
            // A client that does not trust the certificate, or speaks no TLS, is the client's test.
            if let Ok(Ok(socket)) =
                tokio::time::timeout(HANDSHAKE_TIMEOUT, tls.accept(socket)).await
            {
                http(socket, traffic, shared, stop).await;
            }
        }
    }
    drop(slot);
}

async fn http<S>(
    socket: S,
    traffic: Arc<Traffic>,
    shared: Arc<Shared>,
    mut stop: watch::Receiver<Stop>,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(MAX_SEND_BUFFER);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(MAX_CONCURRENT_STREAMS)
        .max_send_buf_size(MAX_SEND_BUFFER);
    let service = service_fn(|request| answer(Arc::clone(&shared), Arc::clone(&traffic), request));
    let connection = builder.serve_connection(TokioIo::new(socket), service);
    tokio::pin!(connection);
    // How a connection ends is in the log of its requests; hyper's error says no more.
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = told_to_stop(&mut stop) => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}
