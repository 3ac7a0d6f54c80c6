//! Sending a prepared request, with the SDK's retries: to ConverseStream, or to Converse where the
//! answer comes in one piece.

use aws_sdk_bedrockruntime::operation::RequestId as _;
use provider_interface::{ErrorKind, ProviderError};

use super::body::{ResponseBody, TakeBody, TakenBody};
use crate::client::{Clients, chosen_profile};
use crate::convert::error::{Origin, from_sdk};
use crate::convert::{self, ConverseRequest};
use crate::discovery::Target;
use crate::provider::Sessions;

/// Sends requests to one model's endpoint.
pub(super) struct Sender {
    clients: Clients,
    profile: Option<String>,
}

/// A request that was answered.
pub(super) struct Sent {
    pub(super) body: ResponseBody,
    /// The service's id of the request.
    pub(super) request_id: Option<String>,
}

impl Sender {
    /// Where a model is asked, and as what.
    pub(super) async fn connect(
        sessions: &Sessions,
        model_id: &str,
    ) -> Result<(Self, Target), ProviderError> {
        let (target, clients) = sessions.target(model_id).await?;
        tracing::debug!(model = %target.model_id, endpoint = %clients.endpoint, "asking");
        let sender = Self {
            clients,
            profile: chosen_profile(),
        };
        Ok((sender, target))
    }

    /// Sends a request; gives the raw body of its answer.
    pub(super) async fn send(&self, request: &ConverseRequest) -> Result<Sent, ProviderError> {
        let taken = TakenBody::default();
        let (client, model_id) = (&self.clients.runtime, request.model_id());
        let body = request.body()?;
        let request_id = if request.streams() {
            convert::converse_stream(client, model_id, body)
                .interceptor(TakeBody::of_stream(&taken))
                .send()
                .await
                .map(|output| output.request_id().map(str::to_owned))
                .map_err(|error| from_sdk(error, self.origin()))?
        } else {
            convert::converse(client, model_id, body)
                .interceptor(TakeBody::of_whole(&taken))
                .send()
                .await
                .map(|output| output.request_id().map(str::to_owned))
                .map_err(|error| from_sdk(error, self.origin()))?
        };
        tracing::debug!(request_id, "the answer begins");
        match taken.take() {
            Some(body) => Ok(Sent { body, request_id }),
            None => Err(ProviderError {
                request_id,
                ..ProviderError::new(
                    ErrorKind::Unavailable,
                    "the endpoint answered with something else than Bedrock does; check baseUrl \
                     and the AWS_ENDPOINT_URL variables",
                )
            }),
        }
    }

    /// The tokens of a request.
    pub(super) async fn count(&self, request: &ConverseRequest) -> Result<u64, ProviderError> {
        let (client, model_id) = (&self.clients.runtime, request.foundation_model_id());
        let output = convert::count_tokens(client, &model_id, request.count_body()?)
            .send()
            .await
            .map_err(|error| from_sdk(error, self.origin()))?;
        Ok(u64::try_from(output.input_tokens()).unwrap_or(0))
    }

    fn origin(&self) -> Origin<'_> {
        Origin {
            endpoint: &self.clients.endpoint,
            profile: self.profile.as_deref(),
        }
    }
}
