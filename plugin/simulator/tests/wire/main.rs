//! The simulator from outside, over real sockets, by a client that shares nothing with it: hyper for HTTP,
//! aws-sigv4 for signatures, aws-smithy-eventstream for frames.

mod auth;
mod cli;
mod client;
mod faults;
mod lists;
mod recordings;
mod streams;
mod transport;
