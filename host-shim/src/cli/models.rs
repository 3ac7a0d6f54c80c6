//! `models`: what can be called from here.

use std::io::{self, Write};

use comfy_table::{CellAlignment, Table};
use host_shim::interface::{ListModels, ModelInfo, ModelList, ProviderError};

use super::context::Context;
use super::failure::{Failure, Outcome};
use super::gateway::{Gateway, runtime};
use super::table::{one_line_rows, with_header};
use super::{progress, report};

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
    let gateway = Gateway::open(context)?;
    let lists = progress::waiting("looking for models", ask(&gateway, args.refresh));
    let models = gather(runtime()?.block_on(lists))?;
    let mut out = io::stdout().lock();
    if args.json {
        serde_json::to_writer_pretty(&mut out, &models).map_err(io::Error::from)?;
        writeln!(out)?;
    } else if models.is_empty() {
        report::warning(
            "no model was found; see discovery in the config, or the account's model access",
        );
    } else {
        writeln!(out, "{}", one_line_rows(&table(&models)))?;
    }
    Ok(())
}

/// Every provider's list.
async fn ask(gateway: &Gateway, refresh: bool) -> Vec<Result<ModelList, ProviderError>> {
    let mut lists = Vec::new();
    for (_, provider) in gateway.registry.providers() {
        lists.push(provider.list_models(ListModels { refresh }).await);
    }
    lists
}

/// The models of all lists, and a line on stderr for what is missing from them. It is a failure if
/// there is no list at all.
fn gather(lists: Vec<Result<ModelList, ProviderError>>) -> Result<Vec<ModelInfo>, Failure> {
    let is_hopeless = lists.iter().all(Result::is_err);
    let mut models = Vec::new();
    for list in lists {
        match list {
            Ok(list) => {
                for note in &list.notes {
                    report::warning(note);
                }
                models.extend(list.models);
            }
            Err(error) if is_hopeless => return Err(Failure::Failed(error.to_string())),
            Err(error) => report::warning(&error.to_string()),
        }
    }
    Ok(models)
}

fn table(models: &[ModelInfo]) -> Table {
    let mut table = with_header([
        "MODEL", "CONTEXT", "OUTPUT", "$IN/M", "$OUT/M", "INPUT", "SOURCE", "NAME",
    ]);
    for model in models {
        let input = model.input.iter().flatten().map(ToString::to_string);
        let cost = model.cost.unwrap_or_default();
        table.add_row([
            model.reference.clone(),
            limit(model.context_window, model.limits_known),
            limit(model.max_tokens, model.limits_known),
            price(cost.input),
            price(cost.output),
            input.collect::<Vec<_>>().join(","),
            model.source.to_string(),
            model.name.clone(),
        ]);
    }
    for column in 1..=4 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

/// A limit in tokens, as people write it; one that is only a default is marked.
fn limit(tokens: Option<u32>, known: bool) -> String {
    let Some(tokens) = tokens else {
        return "?".to_owned();
    };
    let number = match tokens {
        0 => tokens.to_string(),
        _ if tokens.is_multiple_of(1_000_000) => format!("{}M", tokens / 1_000_000),
        _ if tokens.is_multiple_of(1000) => format!("{}k", tokens / 1000),
        _ => tokens.to_string(),
    };
    if known { number } else { format!("~{number}") }
}

/// A price in US dollars per million tokens.
fn price(dollars: Option<f64>) -> String {
    dollars.map_or_else(|| "?".to_owned(), |dollars| dollars.to_string())
}

#[cfg(test)]
mod tests {
    use host_shim::interface::{ModelCost, ModelSource};

    use super::*;

    fn model(id: &str, limits_known: bool, cost: Option<ModelCost>) -> ModelInfo {
        ModelInfo {
            reference: format!("amazon-bedrock/{id}"),
            id: id.to_owned(),
            provider: "amazon-bedrock".to_owned(),
            name: "A model with quite a long name for people".to_owned(),
            source: ModelSource::SystemProfile,
            base_model: None,
            region: None,
            input: None,
            output: None,
            reasoning: None,
            tools: None,
            streaming: None,
            context_window: Some(200_000),
            max_tokens: Some(8192),
            limits_known,
            cost,
        }
    }

    #[test]
    fn a_limit_that_is_only_a_default_is_marked() {
        assert_eq!(limit(Some(200_000), true), "200k");
        assert_eq!(limit(Some(1_000_000), true), "1M");
        assert_eq!(limit(Some(8192), true), "8192");
        assert_eq!(limit(Some(32_000), false), "~32k");
        assert_eq!(limit(None, false), "?");
    }

    #[test]
    fn rows_are_cut_to_the_terminal_and_what_matters_least_comes_last() {
        let cost = ModelCost {
            input: Some(3.0),
            output: Some(0.8),
            ..ModelCost::default()
        };
        let id = "us.anthropic.claude-3-7-sonnet-20250219-v1:0";
        let models = [model(id, true, Some(cost)), model("other", false, None)];
        let mut table = table(&models);
        let whole = one_line_rows(&table);
        assert!(whole.contains("a long name for people"), "{whole}");
        table.set_width(110);
        let cut = one_line_rows(&table);
        let lines: Vec<&str> = cut.lines().collect();
        assert_eq!(lines.len(), 3, "{cut}");
        let widest = lines.iter().map(|line| line.chars().count()).max();
        assert_eq!(widest, Some(110), "{cut}");
        assert!(
            lines[1].starts_with(&format!("amazon-bedrock/{id} ")),
            "{cut}"
        );
        assert!(lines[1].ends_with('…'), "{cut}");
        let cells = |line: &str| {
            line.split_whitespace()
                .take(5)
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        assert_eq!(cells(lines[1])[1..], ["200k", "8192", "3", "0.8"]);
        assert_eq!(cells(lines[2])[1..], ["~200k", "~8192", "?", "?"]);
    }
}
