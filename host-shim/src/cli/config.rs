//! `config validate [FILE]`, `config schema` and `config show`.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Subcommand;
use host_shim::config::{Config, SCHEMA, Setting};

use super::context::Context;
use super::failure::Outcome;
use super::report;

/// What to do with the config.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Check the config file and report every mistake
    Validate {
        /// The file to check instead of the one in force
        file: Option<PathBuf>,
    },
    /// Print the JSON schema of the config, for editors
    Schema,
    /// Print the effective config, each value with where it came from
    Show,
}

/// Runs the command.
pub(super) fn run(command: Command, context: &Context) -> Outcome {
    match command {
        Command::Validate { file } => validate(file, context),
        Command::Schema => {
            io::stdout().lock().write_all(SCHEMA.as_bytes())?;
            Ok(())
        }
        Command::Show => show(context),
    }
}

fn validate(file: Option<PathBuf>, context: &Context) -> Outcome {
    let file = file.as_ref().or(context.global.config.as_ref());
    let config = Config::load(file.map(PathBuf::as_path), &context.environment)?;
    for warning in &config.warnings {
        report::warning(&warning.to_string());
    }
    let mut out = io::stdout().lock();
    match &config.source {
        Some(file) => writeln!(out, "{}: valid", file.display())?,
        None => writeln!(out, "no config file found; the built-in defaults are valid")?,
    }
    Ok(())
}

fn show(context: &Context) -> Outcome {
    let config = context.config()?;
    let mut out = io::stdout().lock();
    match &config.source {
        Some(file) => writeln!(out, "# {}", file.display())?,
        None => writeln!(out, "# no config file: built-in defaults")?,
    }
    let settings = config.settings();
    let width = |text: fn(&Setting) -> &str, limit: usize| {
        let widths = settings.iter().map(|setting| text(setting).chars().count());
        widths.filter(|width| *width <= limit).max().unwrap_or(0)
    };
    // A list of models is as long as it is; it need not push everyone else to the right.
    let (paths, values) = (width(|s| &s.path, usize::MAX), width(|s| &s.value, 40));
    for Setting {
        path,
        value,
        origin,
    } in &settings
    {
        writeln!(out, "{path:paths$}  {value:values$}  # {origin}")?;
    }
    Ok(())
}
