//! `doctor`: everything between a user and an answer, looked at one by one, each with what to do
//! about it.
//!
//! `setup` is what can be looked at without asking anyone (config, plugin), `service` what the
//! provider tells, `shown` what a person sees.

mod service;
mod setup;
mod shown;

use std::io::{self, Write};

use host_shim::config::BEDROCK_ID;
use serde::Serialize;

use super::context::Context;
use super::failure::{Failure, Outcome};
use super::gateway::{runtime, simulate};

/// How to look.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Print a JSON object
    #[arg(long)]
    pub(super) json: bool,
    /// Ask a model for a word as well, which may cost a fraction of a cent
    #[arg(long)]
    pub(super) live: bool,
}

/// What a check found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    /// As it should be.
    Ok,
    /// Works, but worth a look.
    Warn,
    /// Stands in the way.
    Fail,
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct Check {
    name: String,
    status: Status,
    detail: String,
    /// Something to paste, if there is something to do.
    fix: Option<String>,
}

/// The plugin that was opened.
#[derive(Debug, Serialize)]
struct PluginSeen {
    id: String,
    version: String,
    path: String,
    sha256: String,
    interface: String,
}

/// Everything that was found. In JSON every member is there, null when unknown.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    checks: Vec<Check>,
    region: Option<String>,
    credential_source: String,
    plugin: Option<PluginSeen>,
    /// How many models can be called.
    models: Option<usize>,
}

impl Report {
    fn new() -> Self {
        Self {
            credential_source: "none".to_owned(),
            ..Self::default()
        }
    }

    fn ok(&mut self, name: &str, detail: impl Into<String>) {
        self.add(name, Status::Ok, detail.into(), None);
    }

    fn warn(&mut self, name: &str, detail: impl Into<String>, fix: Option<String>) {
        self.add(name, Status::Warn, detail.into(), fix);
    }

    fn fail(&mut self, name: &str, detail: impl Into<String>, fix: impl Into<String>) {
        self.add(name, Status::Fail, detail.into(), Some(fix.into()));
    }

    fn add(&mut self, name: &str, status: Status, detail: String, fix: Option<String>) {
        self.checks.push(Check {
            name: name.to_owned(),
            status,
            detail,
            fix,
        });
    }

    fn count(&self, status: Status) -> usize {
        let checks = self.checks.iter();
        checks.filter(|check| check.status == status).count()
    }
}

/// Runs the command.
pub(super) fn run(args: Args, context: &Context) -> Outcome {
    let mut report = Report::new();
    examine(&args, context, &mut report)?;
    let mut out = io::stdout().lock();
    if args.json {
        serde_json::to_writer_pretty(&mut out, &report).map_err(io::Error::from)?;
        writeln!(out)?;
    } else {
        shown::print(&report, &mut out)?;
    }
    match report.count(Status::Fail) {
        0 => Ok(()),
        _ => Err(Failure::Told),
    }
}

/// Goes on as long as what comes next can be looked at.
fn examine(args: &Args, context: &Context, report: &mut Report) -> Result<(), Failure> {
    let Some(mut config) = setup::config(context, report)? else {
        return Ok(());
    };
    let _simulator = simulate(context, &mut config)?;
    let Some(provider) = setup::plugin(&config, context, report) else {
        return Ok(());
    };
    let model = args
        .live
        .then(|| config.default_model.as_deref().and_then(of_bedrock));
    runtime()?.block_on(service::examine(&provider, model, report));
    Ok(())
}

/// The model's id, unless it is another provider's model.
fn of_bedrock(model: &str) -> Option<String> {
    let id = match model.split_once('/') {
        Some((BEDROCK_ID, id)) => id,
        // The slash of an ARN isn't one between provider and model.
        Some(_) if !model.starts_with("arn:") => return None,
        _ => model,
    };
    Some(id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_default_model_of_another_provider_is_not_asked() {
        let arn = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.x";
        for (model, id) in [
            (
                "amazon-bedrock/amazon.nova-lite-v1:0",
                Some("amazon.nova-lite-v1:0"),
            ),
            ("amazon.nova-lite-v1:0", Some("amazon.nova-lite-v1:0")),
            (arn, Some(arn)),
            (&format!("amazon-bedrock/{arn}"), Some(arn)),
            ("openai/gpt-5", None),
        ] {
            assert_eq!(of_bedrock(model).as_deref(), id, "{model}");
        }
    }
}
