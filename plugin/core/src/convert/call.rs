//! A prepared request as a call of the SDK: the SDK gets the model id for the path, the body is put
//! in before the request is signed.

use aws_sdk_bedrockruntime::Client;
use aws_sdk_bedrockruntime::client::customize::CustomizableOperation;
use aws_sdk_bedrockruntime::operation::converse_stream::builders::ConverseStreamFluentBuilder;
use aws_sdk_bedrockruntime::operation::converse_stream::{
    ConverseStreamError, ConverseStreamOutput,
};
use aws_smithy_runtime_api::http::Request;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;

use super::ConverseRequest;

/// A ConverseStream call that can be given interceptors, and sent.
pub type ConverseStreamCall =
    CustomizableOperation<ConverseStreamOutput, ConverseStreamError, ConverseStreamFluentBuilder>;

/// The call of a prepared request by a client; nothing is sent yet.
pub fn with_client(request: ConverseRequest, client: &Client) -> ConverseStreamCall {
    let ConverseRequest { model_id, body, .. } = request;
    client
        .converse_stream()
        .model_id(model_id)
        .customize()
        // Runs once an attempt, after the SDK has written a body (`{}`) and before it signs.
        .mutate_request(move |request| put_body(request, &body))
}

fn put_body(request: &mut Request, body: &Bytes) {
    request
        .headers_mut()
        .insert("content-length", body.len().to_string());
    *request.body_mut() = SdkBody::from(body.clone());
}

#[cfg(test)]
mod tests;
