//! Sockets: accepted, counted, timed. Neither a full table of file descriptors nor a slow peer
//! stops the others.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_io_timeout::TimeoutStream;

use super::Timeouts;

/// The most connections, where the system gives enough descriptors.
const MAX_CONNECTIONS: u64 = 8192;

/// Descriptors that are kept for everything that is no connection.
const SPARE_DESCRIPTORS: u64 = 64;

/// Connections that are told at a time that there is no room.
const MAX_TURNED_AWAY: usize = 16;

/// How long telling that may take, and reading away what they send meanwhile.
const TURN_AWAY_TIMEOUT: Duration = Duration::from_secs(2);

/// How long to wait after the system refused a connection: it will refuse the next one, too.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// How long the last bytes may take once all answers have ended.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

const NO_ROOM: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\n\
retry-after: 1\r\nconnection: close\r\ncontent-length: 138\r\n\r\n\
{\"error\":{\"message\":\"the gateway has no room for another connection; try again\",\
\"type\":\"server_error\",\"param\":null,\"code\":\"overloaded\"}}\n\n";

/// Accepts until `ended` is ready, then lets what is being written go out.
pub(super) async fn serve(
    listener: TcpListener,
    router: Router,
    timeouts: Timeouts,
    ended: impl Future<Output = ()>,
) {
    let graceful = GracefulShutdown::new();
    let room = Arc::new(Semaphore::new(room_for_connections()));
    let turned_away = Arc::new(Semaphore::new(MAX_TURNED_AWAY));
    let mut ended = pin!(ended);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut ended => break,
        };
        let socket = match accepted {
            Ok((socket, _)) => socket,
            Err(error) => {
                tracing::warn!("a connection can't be accepted: {error}");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        match Arc::clone(&room).try_acquire_owned() {
            Ok(permit) => spawn(socket, router.clone(), timeouts, &graceful, permit),
            Err(_) => {
                if let Ok(permit) = Arc::clone(&turned_away).try_acquire_owned() {
                    tokio::spawn(turn_away(socket, permit));
                }
            }
        }
    }
    drop(listener);
    // Whoever is still there has had the time that was allowed.
    let _ = tokio::time::timeout(CLOSE_TIMEOUT, graceful.shutdown()).await;
}

fn spawn(
    socket: TcpStream,
    router: Router,
    timeouts: Timeouts,
    graceful: &GracefulShutdown,
    permit: OwnedSemaphorePermit,
) {
    if let Err(error) = socket.set_nodelay(true) {
        tracing::debug!("a connection was gone at once: {error}");
        return;
    }
    let mut timed = TimeoutStream::new(socket);
    timed.set_write_timeout(Some(timeouts.write));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(timeouts.head)
        .serve_connection(
            TokioIo::new(Box::pin(timed)),
            TowerToHyperService::new(router),
        );
    let connection = graceful.watch(connection);
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!("a connection ended: {error}");
        }
        drop(permit);
    });
}

async fn turn_away(mut socket: TcpStream, _permit: OwnedSemaphorePermit) {
    let told = async {
        socket.write_all(NO_ROOM).await?;
        socket.shutdown().await?;
        // A client that is cut off while it sends doesn't see why.
        tokio::io::copy(&mut socket, &mut tokio::io::sink()).await
    };
    // A peer that doesn't listen isn't told.
    let _ = tokio::time::timeout(TURN_AWAY_TIMEOUT, told).await;
}

/// Every connection may need a second descriptor for its request to the service.
fn room_for_connections() -> usize {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    let current = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => limit.maximum,
        Err(_) => limit.current,
    };
    let descriptors = current.unwrap_or(u64::MAX);
    let room = descriptors.saturating_sub(SPARE_DESCRIPTORS) / 2;
    usize::try_from(room.clamp(1, MAX_CONNECTIONS)).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_refusal_says_its_length() {
        let text = std::str::from_utf8(NO_ROOM).expect("ascii");
        let (head, body) = text.split_once("\r\n\r\n").expect("a head and a body");
        assert!(
            head.ends_with(&format!("content-length: {}", body.len())),
            "{}",
            body.len()
        );
    }
}
