//! `plugins`: what there is, what is in a file, and swaps of the running gateway's.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Subcommand;
use comfy_table::Table;
use host_shim::config::{BEDROCK_ID, Config, Verdict};
use host_shim::loader::{Candidate, scan};
use host_shim::swap::Listed;
use host_shim::{LoadError, State};
use hyper::Method;
use serde::Serialize;

use super::ask::{Running, Unanswered};
use super::context::Context;
use super::failure::{Failure, Outcome};
use super::gateway::{bundled, loader, prober, uses_bundled};
use super::report;
use super::table::with_header;

/// What to do about plugins.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List the running gateway's plugins; without one, those that were found
    List {
        /// The running gateway's address; else the one that it left in the state folder
        #[arg(long)]
        url: Option<String>,
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
    /// Have the running gateway try a plugin's files anew
    Reload(Swap),
    /// Have the running gateway go back to what served before
    Rollback(Swap),
}

/// A plugin of the running gateway.
#[derive(Debug, clap::Args)]
pub(super) struct Swap {
    /// The plugin
    id: String,
    /// The running gateway's address; else the one that it left in the state folder
    #[arg(long)]
    url: Option<String>,
    /// Print a JSON object
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub(super) fn run(command: Command, context: &Context) -> Outcome {
    match command {
        Command::List { url, json } => list(url.as_deref(), json, context),
        Command::Inspect { file, json } => inspect(&file, json, context),
        Command::Reload(swap) => swapped(&swap, "reload", context),
        Command::Rollback(swap) => swapped(&swap, "rollback", context),
    }
}

fn list(url: Option<&str>, json: bool, context: &Context) -> Outcome {
    let mut config = context.config()?;
    if context.global.simulate {
        config.plugins.permit(BEDROCK_ID);
    }
    let listed = match running(url, &config, context)? {
        Some(listed) => listed,
        None => found_here(&config, context)?,
    };
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

/// What the running gateway has, unless flags ask for something else. One that has ended without a
/// word is none.
fn running(
    url: Option<&str>,
    config: &Config,
    context: &Context,
) -> Result<Option<Vec<Listed>>, Failure> {
    let global = &context.global;
    if url.is_none() && (global.simulate || global.plugins.is_some()) {
        return Ok(None);
    }
    let Some(running) = Running::find(url, config) else {
        return Ok(None);
    };
    match running.ask(Method::GET, "/admin/plugins") {
        Ok(listed) => Ok(Some(listed)),
        Err(Unanswered::Gone(_)) if url.is_none() => Ok(None),
        Err(unanswered) => Err(unanswered.into()),
    }
}

/// Has the running gateway swap a plugin.
fn swapped(swap: &Swap, how: &str, context: &Context) -> Outcome {
    let config = context.config()?;
    let Some(running) = Running::find(swap.url.as_deref(), &config) else {
        return Err(Failure::Failed(
            "no gateway is running; start one with `bedrock-gateway serve`, or name its address with --url"
                .to_owned(),
        ));
    };
    let path = format!("/admin/plugins/{}/{how}", path_segment(&swap.id));
    let serving: Listed = running.ask(Method::POST, &path)?;
    let mut out = io::stdout().lock();
    if swap.json {
        serde_json::to_writer_pretty(&mut out, &serving).map_err(io::Error::from)?;
        writeln!(out)?;
    } else {
        let version = serving.version.as_deref().unwrap_or("of unknown version");
        let generation = serving.generation.unwrap_or_default();
        writeln!(
            out,
            "{} {version} serves, generation {generation}",
            serving.id
        )?;
    }
    Ok(())
}

/// A text as one part of a path: an id has none of these, but an argument may have anything.
fn path_segment(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    let escaped = text.bytes().map(|byte| match is_plain(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    });
    escaped.collect()
}

/// The plugins that lie where the config looks for them. None of their code runs.
fn found_here(config: &Config, context: &Context) -> Result<Vec<Listed>, Failure> {
    let candidates = candidates(config, context);
    let loader = loader(config)?;
    let listed = candidates
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
    Ok(listed)
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
    let mut table = with_header(["PLUGIN", "VERSION", "STATE", "GENERATION", "FILE", "REASON"]);
    for plugin in listed {
        table.add_row([
            plugin.id.as_str(),
            plugin.version.as_deref().unwrap_or("-"),
            plugin.state.as_str(),
            &plugin
                .generation
                .map_or_else(|| "-".to_owned(), |number| number.to_string()),
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
