//! `bedrock-gateway`: the gateway and its command line. Everything of substance is in the
//! library and in [`cli`].

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
