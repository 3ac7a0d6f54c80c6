//! `models`: what can be called from here.

use std::io::{self, Write};

use comfy_table::{CellAlignment, Table};
use host_shim::interface::{ListModels, ModelInfo};

use super::context::Context;
use super::failure::{Failure, Outcome};
use super::gateway::{Gateway, runtime};
use super::report;
use super::table::with_header;

/// How to list.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Print a JSON array
    #[arg(long)]
    pub(super) json: bool,
    /// Ask AWS now, whatever the cache holds
    #[arg(long)]
    pub(super) refresh: bool,
}

/// Runs the command.
pub(super) fn run(args: Args, context: &Context) -> Outcome {
    let gateway = Gateway::serving(context)?;
    let mut models = Vec::new();
    let runtime = runtime()?;
    for (_, provider) in gateway.registry.providers() {
        let options = ListModels {
            refresh: args.refresh,
        };
        let list = runtime.block_on(provider.list_models(options));
        let list = list.map_err(|error| Failure::Failed(error.to_string()))?;
        for note in &list.notes {
            report::warning(note);
        }
        models.extend(list.models);
    }
    let mut out = io::stdout().lock();
    if args.json {
        serde_json::to_writer_pretty(&mut out, &models).map_err(io::Error::from)?;
        writeln!(out)?;
    } else if models.is_empty() {
        report::warning(
            "no model was found; see discovery in the config, or the account's model access",
        );
    } else {
        writeln!(out, "{}", table(&models).trim_fmt())?;
    }
    Ok(())
}

fn table(models: &[ModelInfo]) -> Table {
    let mut table = with_header(["MODEL", "NAME", "INPUT", "CONTEXT", "OUTPUT", "SOURCE"]);
    for model in models {
        let input = model.input.iter().flatten().map(ToString::to_string);
        table.add_row([
            model.reference.clone(),
            model.name.clone(),
            input.collect::<Vec<_>>().join(","),
            limit(model.context_window, model.limits_known),
            limit(model.max_tokens, model.limits_known),
            model.source.to_string(),
        ]);
    }
    for column in [3, 4] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

/// A limit in tokens; one that is only a default is marked.
fn limit(tokens: Option<u32>, known: bool) -> String {
    match tokens {
        Some(tokens) if known => tokens.to_string(),
        Some(tokens) => format!("{tokens}?"),
        None => "?".to_owned(),
    }
}
