//! `bedrock-gateway`: the gateway and its command line. Everything of substance is in the
//! library and in [`cli`].

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    // A child that tries a plugin must do nothing else.
    host_shim::loader::run_if_child();
    cli::main()
}
