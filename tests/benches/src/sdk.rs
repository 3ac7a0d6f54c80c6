//! The AWS SDK as its documentation shows it: typed events from `recv`.

use aws_credential_types::Credentials;
use aws_sdk_bedrockruntime as runtime;
use runtime::types::{ContentBlock, ConversationRole, ConverseStreamOutput, Message};

use crate::measure::Streams;
use benches::Error;

/// The key pair that AWS's documentation uses; the simulator accepts it.
const KEY: (&str, &str) = (
    "AKIAIOSFODNN7EXAMPLE",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
);

pub(crate) struct Client(runtime::Client);

impl Client {
    pub(crate) fn new(url: &str) -> Result<Self, Error> {
        let config = runtime::Config::builder()
            .behavior_version(runtime::config::BehaviorVersion::v2026_01_12())
            .region(runtime::config::Region::new("us-east-1"))
            .endpoint_url(url)
            .credentials_provider(Credentials::new(KEY.0, KEY.1, None, None, "bench"))
            .build();
        Ok(Self(runtime::Client::from_conf(config)))
    }
}

impl Streams for Client {
    async fn stream(&self) -> Result<usize, Error> {
        let message = Message::builder()
            .role(ConversationRole::User)
            .content(ContentBlock::Text("go".to_owned()))
            .build()?;
        let output = self
            .0
            .converse_stream()
            .model_id("amazon.nova-lite-v1:0")
            .messages(message)
            .send()
            .await?;
        let mut stream = output.stream;
        let (mut events, mut bytes) = (0, 0);
        while let Some(event) = stream.recv().await? {
            events += 1;
            if let ConverseStreamOutput::ContentBlockDelta(delta) = event {
                let text = delta.delta.as_ref().and_then(|delta| delta.as_text().ok());
                bytes += text.map_or(0, String::len);
            }
        }
        if bytes == 0 {
            return Err("the stream had no text".into());
        }
        Ok(events)
    }
}
