//! A CONNECT proxy on loopback. It reaches only what it was given a mapping for (or loopback itself), so that
//! tests can call AWS's real host names and never leave the machine.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use crate::error::SimError;
use crate::limits::{HEADER_TIMEOUT, MAX_CONNECT_HEAD};
use crate::record::lock;

/// What a client asked the proxy for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectRequest {
    /// `HOST:PORT` as asked for.
    pub target: String,
    /// The value of `Proxy-Authorization`, if any.
    pub authorization: Option<String>,
    /// Whether a tunnel was opened.
    pub connected: bool,
}

/// A running proxy; dropping it ends it and its tunnels.
#[derive(Debug)]
pub struct ConnectProxy {
    address: SocketAddr,
    state: Arc<State>,
    task: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct State {
    mappings: Mutex<HashMap<String, SocketAddr>>,
    requests: Mutex<Vec<ConnectRequest>>,
}

impl ConnectProxy {
    /// Starts a proxy on a free port of 127.0.0.1.
    pub async fn start() -> Result<Self, SimError> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let failed = |source| SimError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let state = Arc::new(State::default());
        let task = tokio::spawn(accept(listener, Arc::clone(&state)));
        Ok(Self {
            address,
            state,
            task,
        })
    }

    /// Sends `HOST:PORT` (such as `bedrock-runtime.us-east-1.amazonaws.com:443`) to that address.
    pub fn map(&self, target: impl Into<String>, to: SocketAddr) -> &Self {
        lock(&self.state.mappings).insert(target.into().to_ascii_lowercase(), to);
        self
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:PORT`, for `HTTPS_PROXY`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Everything that was asked for, in order.
    pub fn requests(&self) -> Vec<ConnectRequest> {
        lock(&self.state.requests).clone()
    }
}

impl Drop for ConnectProxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, state: Arc<State>) {
    let mut tunnels = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((client, _)) => {
                    let state = Arc::clone(&state);
                    tunnels.spawn(async move {
                        // A client or server that goes away is the normal end of a tunnel.
                        let _ = tunnel(client, &state).await;
                    });
                }
                // Out of descriptors: wait for some to come free.
                Err(_) => tokio::time::sleep(std::time::Duration::from_millis(20)).await,
            },
            Some(_) = tunnels.join_next() => {}
        }
    }
}

async fn tunnel(mut client: TcpStream, state: &State) -> std::io::Result<()> {
    client.set_nodelay(true)?;
    let head = tokio::time::timeout(HEADER_TIMEOUT, read_head(&mut client)).await??;
    let Some((target, authorization)) = parse(&head) else {
        return client.write_all(b"HTTP/1.1 405 Method Not Allowed\r\nConnection: close\r\nContent-Length: 0\r\n\r\n").await;
    };
    let mapped = lock(&state.mappings)
        .get(&target.to_ascii_lowercase())
        .copied();
    let address = mapped.or_else(|| {
        target
            .parse()
            .ok()
            .filter(|address: &SocketAddr| address.ip().is_loopback())
    });
    let server = match address {
        Some(address) => TcpStream::connect(address).await.ok(),
        None => None,
    };
    lock(&state.requests).push(ConnectRequest {
        target,
        authorization,
        connected: server.is_some(),
    });
    let Some(mut server) = server else {
        return client
            .write_all(
                b"HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
            )
            .await;
    };
    server.set_nodelay(true)?;
    client
        .write_all(b"HTTP/1.1 200 Connection Established\r\n\r\n")
        .await?;
    copy_bidirectional(&mut client, &mut server).await?;
    Ok(())
}

/// Reads up to the blank line, byte by byte: what follows belongs to the tunnel.
async fn read_head(client: &mut TcpStream) -> std::io::Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() >= MAX_CONNECT_HEAD {
            return Err(std::io::Error::other("the head is too long"));
        }
        head.push(client.read_u8().await?);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

fn parse(head: &str) -> Option<(String, Option<String>)> {
    let mut lines = head.split("\r\n");
    let mut words = lines.next()?.split(' ');
    let target = (words.next()? == "CONNECT").then(|| words.next())??;
    let authorization = lines
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("proxy-authorization"))
        .map(|(_, value)| value.trim().to_owned());
    Some((target.to_owned(), authorization))
}
