//! HTTP/1.1, HTTP/2, TLS and the CONNECT proxy.

use std::sync::Arc;
use std::time::Duration;

use bedrock_simulator::{BedrockSim, ConnectProxy, Outcome, Reply, SimError, Simulator};
use http_body_util::BodyExt as _;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::client::{
    Answer, HAIKU, SOON, Signer, ask, converse_stream, hello, kinds, path, send, send_h2,
    send_over, unsigned,
};

async fn tls(
    sim: &Simulator,
    stream: TcpStream,
    name: &str,
    alpn: &[u8],
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    let pem = sim.ca_pem().expect("a TLS simulator has one");
    roots
        .add(CertificateDer::from_pem_slice(pem.as_bytes()).expect("PEM"))
        .expect("an authority");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![alpn.to_vec()];
    let name = ServerName::try_from(name.to_owned()).expect("a name");
    TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await
}

async fn connect(sim: &Simulator) -> TcpStream {
    TcpStream::connect(sim.address()).await.expect("it accepts")
}

#[tokio::test]
async fn http_2_shares_the_port_with_http_1() {
    let sim = BedrockSim::new()
        .default_reply(Reply::text("Hello"))
        .start()
        .await
        .expect("it starts");
    let answer = Answer::of(
        send_h2(connect(&sim).await, converse_stream(&sim))
            .await
            .expect("an answer"),
    )
    .await;
    assert_eq!(kinds(&answer.body).len(), 5);
    assert_eq!(
        Answer::of(
            send(sim.address(), converse_stream(&sim))
                .await
                .expect("an answer")
        )
        .await
        .status,
        200
    );
    let versions: Vec<_> = sim
        .requests()
        .iter()
        .map(|request| request.http_version)
        .collect();
    assert_eq!(versions, ["HTTP/2.0", "HTTP/1.1"]);
}

#[tokio::test]
async fn http_2_streams_are_cancelled_and_cut_like_the_others() {
    let sim = BedrockSim::new()
        .reply(Reply::text("Hello").stall_after(1))
        .reply(Reply::text("Hello").cut_after(1))
        .start()
        .await
        .expect("it starts");
    let mut stalled = send_h2(connect(&sim).await, converse_stream(&sim))
        .await
        .expect("an answer")
        .into_body();
    stalled.frame().await.expect("a frame").expect("data");
    drop(stalled);
    assert!(sim.wait_cancelled(0, Duration::from_secs(1)).await);
    let cut = send_h2(connect(&sim).await, converse_stream(&sim))
        .await
        .expect("an answer");
    assert!(cut.into_body().collect().await.is_err());
    assert_eq!(
        sim.wait_ended(1, SOON).await.expect("it ended").outcome,
        Outcome::Cut
    );
}

#[tokio::test]
async fn tls_speaks_both_as_the_client_likes() {
    let sim = BedrockSim::new()
        .tls()
        .default_reply(Reply::text("Hello"))
        .start()
        .await
        .expect("it starts");
    assert!(sim.url().starts_with("https://127.0.0.1:"));
    let one = tls(&sim, connect(&sim).await, "localhost", b"http/1.1")
        .await
        .expect("a trusted certificate");
    let answer = Answer::of(
        send_over(one, converse_stream(&sim))
            .await
            .expect("an answer"),
    )
    .await;
    assert_eq!(kinds(&answer.body).len(), 5);
    let two = tls(&sim, connect(&sim).await, "localhost", b"h2")
        .await
        .expect("a trusted certificate");
    assert_eq!(two.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let answer = Answer::of(
        send_h2(two, converse_stream(&sim))
            .await
            .expect("an answer"),
    )
    .await;
    assert_eq!(answer.status, 200);
    assert!(sim.requests().iter().all(|request| request.tls));
}

#[tokio::test]
async fn the_certificate_covers_the_names_asked_for_and_no_others() {
    let sim = BedrockSim::new()
        .host_name("*.eu-west-1.amazonaws.com")
        .start()
        .await
        .expect("it starts");
    for name in [
        "bedrock-runtime.us-east-1.amazonaws.com",
        "bedrock.eu-west-1.amazonaws.com",
    ] {
        tls(&sim, connect(&sim).await, name, b"h2")
            .await
            .expect(name);
    }
    assert!(
        tls(&sim, connect(&sim).await, "example.com", b"h2")
            .await
            .is_err()
    );
    // Plain text on a TLS port gets nowhere, and harms nothing.
    assert!(send(sim.address(), converse_stream(&sim)).await.is_err());
    tls(&sim, connect(&sim).await, "localhost", b"h2")
        .await
        .expect("it goes on");
}

#[tokio::test]
async fn the_proxy_leads_aws_s_host_names_to_the_simulator() {
    const TARGET: &str = "bedrock-runtime.us-east-1.amazonaws.com:443";
    let sim = BedrockSim::new()
        .tls()
        .default_reply(Reply::text("Hello"))
        .start()
        .await
        .expect("it starts");
    let proxy = ConnectProxy::start().await.expect("it starts");
    proxy.map(TARGET, sim.address());
    let mut tunnel = TcpStream::connect(proxy.address())
        .await
        .expect("it accepts");
    let head = format!(
        "CONNECT {TARGET} HTTP/1.1\r\nHost: {TARGET}\r\nProxy-Authorization: Basic abc\r\n\r\n"
    );
    tunnel.write_all(head.as_bytes()).await.expect("written");
    let mut reply = [0; 39];
    tunnel.read_exact(&mut reply).await.expect("read");
    assert!(reply.starts_with(b"HTTP/1.1 200 "));
    let stream = tls(
        &sim,
        tunnel,
        "bedrock-runtime.us-east-1.amazonaws.com",
        b"http/1.1",
    )
    .await
    .expect("trusted");
    let answer = Answer::of(
        send_over(stream, converse_stream(&sim))
            .await
            .expect("an answer"),
    )
    .await;
    assert_eq!(kinds(&answer.body).len(), 5);
    let asked = proxy.requests();
    assert_eq!(
        (asked[0].target.as_str(), asked[0].connected),
        (TARGET, true)
    );
    assert_eq!(asked[0].authorization.as_deref(), Some("Basic abc"));
}

#[tokio::test]
async fn the_proxy_never_leaves_the_machine() {
    let proxy = ConnectProxy::start().await.expect("it starts");
    let mut client = TcpStream::connect(proxy.address())
        .await
        .expect("it accepts");
    client
        .write_all(b"CONNECT example.com:443 HTTP/1.1\r\n\r\n")
        .await
        .expect("written");
    let mut reply = String::new();
    client.read_to_string(&mut reply).await.expect("read");
    assert!(reply.starts_with("HTTP/1.1 502 "), "{reply}");
    assert!(!proxy.requests()[0].connected);
}

#[tokio::test]
async fn only_loopback_addresses_are_listened_on() {
    let refused = BedrockSim::new()
        .listen("0.0.0.0:0".parse().expect("an address"))
        .start()
        .await;
    let error = refused.expect_err("refused");
    assert!(matches!(error, SimError::NotLoopback(_)));
    assert!(error.to_string().contains("loopback"));
}

#[tokio::test]
async fn a_shutdown_lets_answers_finish_and_cuts_those_that_never_will() {
    let sim = BedrockSim::new()
        .reply(Reply::text("one two three four five").pace(Duration::from_millis(30)))
        .reply(Reply::text("Hello").stall_after(1))
        .start()
        .await
        .expect("it starts");
    let address = sim.address();
    let good = send(address, converse_stream(&sim))
        .await
        .expect("an answer");
    let stalled = send(address, converse_stream(&sim))
        .await
        .expect("an answer");
    let good = tokio::spawn(Answer::of(good));
    let started = std::time::Instant::now();
    sim.shutdown().await;
    assert!(started.elapsed() < Duration::from_secs(3));
    assert_eq!(kinds(&good.await.expect("whole").body).len(), 9);
    assert!(stalled.into_body().collect().await.is_err());
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn dropping_it_closes_everything() {
    let sim = BedrockSim::new()
        .default_reply(Reply::text("Hello").stall_after(1))
        .start()
        .await
        .expect("it starts");
    let address = sim.address();
    let stalled = send(address, converse_stream(&sim))
        .await
        .expect("an answer");
    drop(sim);
    let ended = tokio::time::timeout(SOON, stalled.into_body().collect())
        .await
        .expect("in time");
    assert!(ended.is_err());
    assert!(TcpStream::connect(address).await.is_err());
}

#[test]
fn it_can_run_on_a_thread_of_its_own() {
    let sim = BedrockSim::new()
        .default_reply(Reply::text("Hello"))
        .spawn()
        .expect("it starts");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        assert_eq!(
            ask(&sim, "GET", "/foundation-models", &Value::Null)
                .await
                .status,
            200
        );
        assert!(sim.wait_ended(0, SOON).await.is_some());
    });
    drop(sim);
    assert!(matches!(
        BedrockSim::new()
            .listen("192.0.2.1:0".parse().expect("an address"))
            .spawn(),
        Err(SimError::NotLoopback(_))
    ));
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused() {
    let sim = BedrockSim::new().start().await.expect("it starts");
    let large = Value::from("x".repeat(bedrock_simulator::limits::MAX_BODY_BYTES));
    let (request, body) = unsigned(&sim, "POST", &path(HAIKU, "converse"), &large);
    // The answer may come before the whole body went out, which a client may see as a broken pipe.
    if let Ok(response) = send(sim.address(), Signer::default().sign(request, &body)).await {
        assert_eq!(response.status().as_u16(), 413);
    }
    let request = sim.wait_ended(0, SOON).await.expect("it ended");
    assert!(matches!(
        request.outcome,
        Outcome::Refused { status: 413, .. }
    ));
    assert_eq!(
        ask(&sim, "POST", &path(HAIKU, "converse"), &hello())
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn a_thousand_requests_at_once_are_all_answered() {
    let sim = BedrockSim::new()
        .default_reply(Reply::deltas(20, 20))
        .start()
        .await
        .expect("it starts");
    let requests = (0..1_000).map(|_| tokio::spawn(send(sim.address(), converse_stream(&sim))));
    let requests: Vec<_> = requests.collect();
    for request in requests {
        let answer = Answer::of(request.await.expect("no panic").expect("an answer")).await;
        assert_eq!(kinds(&answer.body).len(), 24);
    }
    assert_eq!(sim.request_count(), 1_000);
}
