//! A prepared request as a call of the SDK: the SDK gets the model id for the path, the body is put
//! in before the request is signed.

use aws_sdk_bedrockruntime::Client;
use aws_sdk_bedrockruntime::client::customize::CustomizableOperation;
use aws_sdk_bedrockruntime::operation::converse::builders::ConverseFluentBuilder;
use aws_sdk_bedrockruntime::operation::converse::{ConverseError, ConverseOutput};
use aws_sdk_bedrockruntime::operation::converse_stream::builders::ConverseStreamFluentBuilder;
use aws_sdk_bedrockruntime::operation::converse_stream::{
    ConverseStreamError, ConverseStreamOutput,
};
use aws_sdk_bedrockruntime::operation::count_tokens::builders::CountTokensFluentBuilder;
use aws_sdk_bedrockruntime::operation::count_tokens::{CountTokensError, CountTokensOutput};
use aws_smithy_runtime_api::http::Request;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;

/// A ConverseStream call that can be given interceptors, and sent.
pub type ConverseStreamCall =
    CustomizableOperation<ConverseStreamOutput, ConverseStreamError, ConverseStreamFluentBuilder>;

/// A Converse call that can be given interceptors, and sent.
pub type ConverseCall = CustomizableOperation<ConverseOutput, ConverseError, ConverseFluentBuilder>;

/// A CountTokens call that can be sent.
pub type CountTokensCall =
    CustomizableOperation<CountTokensOutput, CountTokensError, CountTokensFluentBuilder>;

/// The call for an answer that streams; nothing is sent yet.
pub fn converse_stream(client: &Client, model_id: &str, body: Bytes) -> ConverseStreamCall {
    let call = client.converse_stream().model_id(model_id).customize();
    call.mutate_request(move |request| put_body(request, &body))
}

/// The call for an answer in one piece; nothing is sent yet.
pub fn converse(client: &Client, model_id: &str, body: Bytes) -> ConverseCall {
    let call = client.converse().model_id(model_id).customize();
    call.mutate_request(move |request| put_body(request, &body))
}

/// The call that counts; nothing is sent yet.
pub fn count_tokens(client: &Client, model_id: &str, body: Bytes) -> CountTokensCall {
    let call = client.count_tokens().model_id(model_id).customize();
    call.mutate_request(move |request| put_body(request, &body))
}

/// Runs once an attempt, after the SDK has written a body of its own and before it signs.
fn put_body(request: &mut Request, body: &Bytes) {
    request
        .headers_mut()
        .insert("content-length", body.len().to_string());
    *request.body_mut() = SdkBody::from(body.clone());
}

#[cfg(test)]
mod tests;
