//! Spans to a collector, by OTLP over HTTP: `OTEL_EXPORTER_OTLP_ENDPOINT` and its kin say where.
//!
//! The collector is one of this machine or its network: addresses are plain `http://`, since a TLS
//! stack for it alone would double what the gateway weighs.

use std::env;
use std::time::Duration;

use axum::body::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{Request, Response};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use opentelemetry::global;
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tokio::runtime::Handle;

use super::failure::{Failure, Outcome};

/// The variables that name a collector.
const ADDRESSES: [&str; 2] = [
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
];

/// The most of a collector's answer that is read.
const MAX_ANSWER: usize = 64 * 1024;

/// How long the last spans may take when the gateway ends.
const FLUSH: Duration = Duration::from_secs(3);

/// The export of spans, on the runtime's threads.
pub(super) struct Export(Option<SdkTracerProvider>);

impl Export {
    /// Begins it, if a collector is named.
    pub(super) fn start(runtime: &Handle) -> Result<Self, Failure> {
        let named = ADDRESSES.into_iter().find_map(|name| {
            let address = env::var(name).ok()?;
            (!address.trim().is_empty()).then_some((name, address))
        });
        let Some((name, address)) = named else {
            return Ok(Self(None));
        };
        if !address.trim().starts_with("http://") {
            let sentence = format!(
                "{name} must begin with http://; put a collector on this machine before others"
            );
            return Err(Failure::Usage(sentence));
        }
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Collector::new(runtime))
            .with_protocol(Protocol::HttpJson)
            .build()
            .map_err(|error| Failure::Usage(format!("spans can't be exported: {error}")))?;
        let resource = Resource::builder()
            .with_service_name("bedrock-gateway")
            .build();
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_resource(resource)
            .build();
        global::set_tracer_provider(provider.clone());
        Ok(Self(Some(provider)))
    }

    /// Sends what is left.
    pub(super) fn end(self, outcome: Outcome) -> Outcome {
        if let Some(Err(error)) = self.0.map(|provider| provider.shutdown_with_timeout(FLUSH)) {
            tracing::warn!("the last spans were not exported: {error}");
        }
        outcome
    }
}

/// Where spans go. The exporter calls from a thread of its own, which has no runtime.
#[derive(Debug)]
struct Collector {
    client: Client<HttpConnector, Full<Bytes>>,
    runtime: Handle,
}

impl Collector {
    fn new(runtime: &Handle) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        Self {
            client: Client::builder(TokioExecutor::new()).build(connector),
            runtime: runtime.clone(),
        }
    }
}

#[async_trait::async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let client = self.client.clone();
        let sent = self.runtime.spawn(async move {
            let answer = client.request(request.map(Full::new)).await?;
            let (head, body) = answer.into_parts();
            let body = Limited::new(body, MAX_ANSWER).collect().await?;
            Ok(Response::from_parts(head, body.to_bytes()))
        });
        sent.await?
    }
}
