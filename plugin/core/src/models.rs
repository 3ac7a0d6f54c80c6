//! What is known of models: the rows of `models.toml`, and what the user's config says beyond them.
//!
//! Every row whose `id` is the beginning of a model's id counts, a later one over an earlier one.
//! What no row says is unknown, and nothing is done about it: the service decides.

mod cost;
mod facts;
mod id;
mod memo;

use std::sync::Arc;

use once_cell::sync::OnceCell;
use provider_interface::{ErrorKind, ProviderError};
use serde::Deserialize;
use serde_json::Value;

use crate::discovery::ConfigModel;

pub use cost::{Served, cost, regional_factor};
pub use facts::{
    Caching, Facts, LongContext, Prices, ReasoningReplay, Sampling, StopSequences, Thinking, TopK,
    Words,
};
pub use id::{GEOGRAPHIES, ModelId};
use memo::Memo;

const TABLE: &str = include_str!("../../models.toml");

/// What one row says: of the table, or of `models` in the plugin's own config.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "serde_json::Map<String, Value>")]
pub struct Row {
    /// How the ids begin that it is about: of models, of profiles, or ARNs.
    id: Vec<String>,
    /// The foundation model that stands behind them, where the id doesn't tell.
    base_model: Option<String>,
    facts: Facts,
}

impl TryFrom<serde_json::Map<String, Value>> for Row {
    type Error = String;

    // By hand, since serde accepts any member of a struct that is flattened into another.
    fn try_from(mut members: serde_json::Map<String, Value>) -> Result<Self, String> {
        let id = members.remove("id").unwrap_or_default();
        let id = match id {
            Value::String(id) if !id.trim().is_empty() => vec![id.trim().to_owned()],
            id => serde_json::from_value(id).map_err(|_| "a model's id is missing".to_owned())?,
        };
        let base_model = members.remove("baseModel").map(serde_json::from_value);
        let of_model = |error: serde_json::Error| format!("model {}: {error}", id.join(", "));
        Ok(Self {
            base_model: base_model.transpose().map_err(of_model)?,
            facts: serde_json::from_value(Value::Object(members)).map_err(of_model)?,
            id,
        })
    }
}

impl Row {
    fn is_about(&self, given: &str, id: &ModelId) -> bool {
        let mut beginnings = self.id.iter();
        beginnings.any(|one| given.starts_with(one) || id.begins_with(one))
    }
}

impl From<&ConfigModel> for Row {
    fn from(model: &ConfigModel) -> Self {
        let facts = Facts {
            context_window: model.context_window,
            max_tokens: model.max_tokens,
            input: model.input.clone(),
            reasoning: model.reasoning,
            cost: model.cost.map(|cost| Prices {
                input: cost.input,
                output: cost.output,
                cache_read: cost.cache_read,
                cache_write: cost.cache_write,
                cache_write_hour: None,
            }),
            ..Facts::default()
        };
        Self {
            id: vec![model.id.trim().to_owned()],
            base_model: None,
            facts,
        }
    }
}

/// Everything that is known of models.
#[derive(Debug, Clone, Default)]
pub struct Models {
    user: Arc<[Row]>,
    memo: Memo,
}

impl Models {
    /// The table, and what the user says beyond it: the later row counts.
    pub fn new(user: impl IntoIterator<Item = Row>) -> Result<Self, ProviderError> {
        table()?;
        Ok(Self {
            user: user.into_iter().collect(),
            memo: Memo::default(),
        })
    }

    /// [`Models::facts`], remembered: for what every request asks.
    pub fn remembered(&self, model_id: &str, base: Option<&str>) -> Arc<Facts> {
        self.memo.get(model_id, base, || self.facts(model_id, base))
    }

    /// What is known of a model. `base` is the foundation model behind it, where the id itself
    /// doesn't tell and something else does.
    pub fn facts(&self, model_id: &str, base: Option<&str>) -> Facts {
        let given = model_id.trim();
        let named = ModelId::parse(given);
        let own = || self.user.iter().filter(|row| row.is_about(given, &named));
        let own_base = own().rev().find_map(|row| row.base_model.as_deref());
        let id = own_base
            .or(base)
            .map_or_else(|| named.clone(), ModelId::parse);
        // It was read when the provider was made.
        let table = table().into_iter().flatten();
        let mut facts = Facts::default();
        table
            .filter(|row| row.is_about(given, &id))
            .chain(own())
            .for_each(|row| facts.learn(&row.facts));
        facts
    }
}

fn table() -> Result<&'static [Row], ProviderError> {
    static ROWS: OnceCell<Vec<Row>> = OnceCell::new();
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Table {
        model: Vec<Row>,
    }
    let read = || toml::from_str(TABLE).map(|table: Table| table.model);
    let rows = ROWS.get_or_try_init(read).map_err(|error| {
        ProviderError::new(
            ErrorKind::Internal,
            format!("the table of models can't be read: {error}"),
        )
    })?;
    Ok(rows)
}

#[cfg(test)]
mod tests;
