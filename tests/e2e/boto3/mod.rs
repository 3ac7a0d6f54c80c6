//! The same request, asked by `bedrock-gateway chat --request FILE --json` and by boto3: the same
//! bytes on the wire, the same events in the same order, the same words when it fails.

mod cases;
mod client;
mod failures;
mod same_request;
