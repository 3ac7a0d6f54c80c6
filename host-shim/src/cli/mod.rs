//! The command line: a frame that knows the global flags, and one file per command.
//!
//! A command is a file with its `Args` and a `run(args, &Context) -> Outcome`, a variant of
//! [`Command`] and a line in [`dispatch`].

mod address;
mod ask;
mod chat;
mod config;
mod context;
mod doctor;
mod failure;
mod gateway;
mod generate;
mod logging;
mod models;
#[cfg(feature = "otlp")]
mod otlp;
mod panics;
mod plugins;
mod progress;
mod report;
mod serve;
mod table;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use context::Context;
use failure::{Failure, Outcome};

/// Amazon Bedrock's models for chat, from the command line or for other programs.
///
/// The provider is a shared library that can be replaced while the gateway runs.
#[derive(Debug, Parser)]
#[command(name = "bedrock-gateway", version, arg_required_else_help = true)]
struct Arguments {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Flags that every command takes.
#[derive(Debug, Clone, clap::Args)]
struct Global {
    /// Config file; else $BEDROCK_GATEWAY_CONFIG, ~/.openclaw/openclaw.json,
    /// ~/.clawdbot/clawdbot.json, else built-in defaults
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Look for plugins in this folder only
    #[arg(long, global = true, value_name = "DIR")]
    plugins: Option<PathBuf>,
    /// Talk to a built-in simulator instead of AWS
    #[arg(long, global = true)]
    simulate: bool,
    /// What to log to stderr
    #[arg(long, global = true, value_name = "LEVEL", default_value = "warn")]
    log_level: logging::Level,
    /// How to log
    #[arg(long, global = true, value_name = "FORMAT", default_value = "text")]
    log_format: logging::Format,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Ask a model; with neither prompt nor pipe, have a conversation
    Chat(chat::Args),
    /// Serve the models over HTTP, as OpenAI's API
    Serve(serve::Args),
    /// List the models that can be called
    Models(models::Args),
    /// Find out what stands in the way of an answer, and what to do about it
    Doctor(doctor::Args),
    /// List plugins, look into a plugin file, swap plugins of the running gateway
    #[command(subcommand)]
    Plugins(plugins::Command),
    /// Check the config, or show what it amounts to
    #[command(subcommand)]
    Config(config::Command),
    /// Print a completion script for a shell
    Completions(generate::Args),
    /// Print the manual page
    Man,
}

/// Runs the command line of this process.
pub(crate) fn main() -> ExitCode {
    let arguments = Arguments::parse();
    logging::start(arguments.global.log_level, arguments.global.log_format);
    panics::say_one_sentence(arguments.global.log_level);
    let outcome = panics::caught(|| dispatch(arguments));
    outcome.unwrap_or_else(Failure::exit_code_after_saying)
}

fn dispatch(arguments: Arguments) -> Result<ExitCode, Failure> {
    let context = Context::new(arguments.global);
    let outcome: Outcome = match arguments.command {
        Command::Chat(args) => chat::run(args, &context),
        Command::Serve(args) => serve::run(args, &context),
        Command::Models(args) => models::run(args, &context),
        Command::Doctor(args) => doctor::run(args, &context),
        Command::Plugins(command) => plugins::run(command, &context),
        Command::Config(command) => config::run(command, &context),
        Command::Completions(args) => generate::completions(args),
        Command::Man => generate::man(),
    };
    outcome.map(|()| ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests;
