//! The gateway under load: `serve` in front of the simulator, both processes of their own, and as
//! many clients as are asked for. Streams paced as a model's are, streams as fast as they go, or one
//! request after another.

mod client;
mod dialect;
mod numbered;
mod paced;
mod request;
mod swaps;
mod unpaced;

use std::process::ExitCode;

use benches::Error;
use clap::{Parser, Subcommand};

/// Measures `bedrock-gateway serve`.
#[derive(Debug, Parser)]
struct Options {
    #[command(subcommand)]
    load: Load,
}

#[derive(Debug, Subcommand)]
enum Load {
    /// Many streams at the pace of a model; status 1 when one lost, doubled or reordered anything
    Paced(paced::Paced),
    /// Streams as fast as they go: CPU time of the gateway per event
    Unpaced(unpaced::Unpaced),
    /// One short request after another: what the gateway adds to each
    Request(request::Requests),
    /// Swaps of the plugin under paced streams; status 1 when one lost, doubled or reordered anything,
    /// or was answered by what had been replaced
    Swaps(swaps::Swaps),
}

fn main() -> ExitCode {
    let load = Options::parse().load;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let ran = runtime.map_err(Error::from).and_then(|runtime| {
        runtime.block_on(async {
            match load {
                Load::Paced(paced) => paced.run().await,
                Load::Unpaced(unpaced) => unpaced.run().await,
                Load::Request(requests) => requests.run().await,
                Load::Swaps(swaps) => swaps.run().await,
            }
        })
    });
    match ran {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
