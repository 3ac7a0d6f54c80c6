//! `plugins list` and `plugins inspect FILE`.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Subcommand;
use comfy_table::Table;
use host_shim::config::{BEDROCK_ID, Config, Verdict};
use host_shim::loader::{Candidate, scan};
use host_shim::{LoadError, State};
use serde::Serialize;

use super::context::Context;
use super::failure::{Failure, Outcome};
use super::gateway::{bundled, loader, prober, uses_bundled};
use super::report;
use super::table::with_header;

/// What to do about plugins.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List the plugins that were found, and whether they may run
    List {
        /// Print a JSON array
        #[arg(long)]
        json: bool,
    },
    /// Say what is in a plugin file
    Inspect {
        /// The shared library
        file: PathBuf,
        /// Print a JSON object
        #[arg(long)]
        json: bool,
    },
}

/// A plugin as it is listed; members are never missing.
#[derive(Debug, Serialize)]
struct Listed {
    id: String,
    version: Option<String>,
    path: PathBuf,
    sha256: Option<String>,
    state: State,
    generation: Option<u64>,
    interface: Option<String>,
    enabled: bool,
    reason: Option<String>,
}

/// Runs the command.
pub(super) fn run(command: Command, context: &Context) -> Outcome {
    match command {
        Command::List { json } => list(json, context),
        Command::Inspect { file, json } => inspect(&file, json, context),
    }
}

fn list(json: bool, context: &Context) -> Outcome {
    let mut config = context.config()?;
    if context.global.simulate {
        config.plugins.permit(BEDROCK_ID);
    }
    let candidates = candidates(&config, context);
    let loader = loader(&config)?;
    let listed: Vec<Listed> = candidates
        .into_iter()
        .map(|candidate| {
            let verdict = config.plugins.verdict(&candidate.id);
            match loader.stage(&candidate.path) {
                Ok(staged) => Listed {
                    sha256: Some(staged.sha256().to_string()),
                    ..found(candidate, verdict)
                },
                Err(error) => Listed {
                    state: State::Rejected,
                    reason: Some(error.to_string()),
                    ..found(candidate, verdict)
                },
            }
        })
        .collect();
    let mut out = io::stdout().lock();
    if json {
        serde_json::to_writer_pretty(&mut out, &listed).map_err(io::Error::from)?;
        writeln!(out)?;
    } else if listed.is_empty() {
        let folders = config
            .plugins
            .load_paths
            .iter()
            .map(|path| path.display().to_string());
        report::warning(&format!(
            "no plugin lies in {}",
            folders.collect::<Vec<_>>().join(", ")
        ));
    } else {
        writeln!(out, "{}", table(&listed).trim_fmt())?;
    }
    Ok(())
}

fn candidates(config: &Config, context: &Context) -> Vec<Candidate> {
    if uses_bundled(config, context) {
        let bundled = bundled().into_iter().map(|path| Candidate {
            id: BEDROCK_ID.to_owned(),
            version: None,
            path,
        });
        return bundled.collect();
    }
    let found = scan(&config.plugins.load_paths);
    for error in &found.errors {
        report::warning(&error.to_string());
    }
    found.candidates
}

/// A file that nothing is wrong with so far: its code has not run, so what it says of itself is
/// unknown.
fn found(candidate: Candidate, verdict: Verdict) -> Listed {
    let (state, reason) = match verdict {
        Verdict::Enabled => (State::Detected, None),
        Verdict::Disabled(reason) => (State::Disabled, Some(reason)),
    };
    Listed {
        id: candidate.id,
        version: candidate.version.map(|version| version.to_string()),
        path: candidate.path,
        sha256: None,
        state,
        generation: None,
        interface: None,
        enabled: state == State::Detected,
        reason,
    }
}

fn table(listed: &[Listed]) -> Table {
    let mut table = with_header(["PLUGIN", "VERSION", "STATE", "FILE", "REASON"]);
    for plugin in listed {
        table.add_row([
            plugin.id.as_str(),
            plugin.version.as_deref().unwrap_or("-"),
            plugin.state.as_str(),
            &plugin.path.display().to_string(),
            plugin.reason.as_deref().unwrap_or(""),
        ]);
    }
    table
}

/// What `plugins inspect` prints.
#[derive(Debug, Serialize)]
struct Inspected<'a> {
    path: &'a Path,
    sha256: String,
    #[serde(flatten)]
    info: &'a host_shim::interface::PluginInfo,
}

/// The file's code runs in a child process, never in this one.
fn inspect(file: &Path, json: bool, context: &Context) -> Outcome {
    let config = context.config()?;
    let refused = |error: LoadError| Failure::Failed(error.to_string());
    let staged = loader(&config)?.stage(file).map_err(refused)?;
    let prober = prober(&config).map_err(Failure::Failed)?;
    let info = prober.inspect(&staged).map_err(refused)?;
    let sha256 = staged.sha256().to_string();
    let mut out = io::stdout().lock();
    if json {
        let inspected = Inspected {
            path: file,
            sha256,
            info: &info,
        };
        serde_json::to_writer_pretty(&mut out, &inspected).map_err(io::Error::from)?;
        writeln!(out)?;
        return Ok(());
    }
    let unknown = || "unknown".to_owned();
    let lines = [
        ("plugin", info.id.clone()),
        ("version", info.version.clone()),
        (
            "revision",
            info.git_revision.clone().unwrap_or_else(unknown),
        ),
        ("built by", info.rustc.clone().unwrap_or_else(unknown)),
        ("interface", info.interface.clone()),
        ("providers", info.provider_ids.join(", ")),
        ("sha256", sha256),
    ];
    for (name, value) in lines {
        writeln!(out, "{name:<10} {value}")?;
    }
    Ok(())
}
