//! The floor: hyper, AWS's frame decoder, serde_json with borrowed text; no SDK and no signature.

use aws_smithy_eventstream::frame::{DecodedFrame, MessageFrameDecoder};
use bytes::{Buf as _, Bytes, BytesMut};
use http_body_util::{BodyExt as _, Full};
use hyper::Request;
use hyper_util::client::legacy::Client as Http;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::Deserialize;

use crate::measure::Streams;
use benches::Error;

const BODY: &str = r#"{"messages":[{"role":"user","content":[{"text":"go"}]}]}"#;

pub(crate) struct Client {
    http: Http<HttpConnector, Full<Bytes>>,
    url: String,
}

impl Client {
    pub(crate) fn new(url: &str) -> Result<Self, Error> {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        Ok(Self {
            http: Http::builder(TokioExecutor::new()).build(connector),
            url: format!("{url}/model/amazon.nova-lite-v1%3A0/converse-stream"),
        })
    }
}

/// What a client of events needs of one.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Delta<'a> {
    #[serde(borrow)]
    delta: Text<'a>,
    content_block_index: u32,
}

#[derive(Deserialize)]
struct Text<'a> {
    text: &'a str,
}

impl Streams for Client {
    async fn stream(&self) -> Result<usize, Error> {
        let request = Request::post(&self.url)
            .header("content-type", "application/json")
            .body(Full::from(BODY))?;
        let response = self.http.request(request).await?;
        if !response.status().is_success() {
            return Err(format!("HTTP {}", response.status()).into());
        }
        let mut body = response.into_body();
        let (mut decoder, mut buffer) = (MessageFrameDecoder::new(), BytesMut::new());
        let (mut events, mut bytes) = (0, 0);
        while let Some(frame) = body.frame().await {
            let Ok(data) = frame?.into_data() else {
                continue;
            };
            buffer.extend_from_slice(&data);
            while let DecodedFrame::Complete(message) = decoder.decode_frame(&mut buffer)? {
                events += 1;
                let delta = message.headers().iter().any(|header| {
                    let is_delta = |value: &str| value == "contentBlockDelta";
                    let value = header.value().as_string();
                    value.is_ok_and(|value| is_delta(value.as_str()))
                });
                if delta {
                    let delta: Delta<'_> = serde_json::from_slice(message.payload())?;
                    bytes += delta.delta.text.len() + delta.content_block_index as usize;
                }
            }
        }
        if buffer.has_remaining() || bytes == 0 {
            return Err("the stream broke off".into());
        }
        Ok(events)
    }
}
