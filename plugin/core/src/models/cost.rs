//! What an answer cost: tokens times prices, as far as all that it needs is known.

use provider_interface::{CacheTtl, Cost, Usage};

use super::facts::{Facts, LongContext, Prices};
use super::id::ModelId;

/// Prices are for a million tokens.
const MILLION: f64 = 1e6;

/// How an answer was served.
#[derive(Debug, Clone, Copy)]
pub struct Served<'a> {
    /// As it was asked for.
    pub model_id: &'a str,
    /// The service tier, unless it was the default one.
    pub tier: Option<&'a str>,
}

/// The cost of an answer; none if a price that it needs is unknown.
pub fn cost(usage: &Usage, served: Served<'_>, facts: &Facts) -> Option<Cost> {
    let read = usage.cache_read_input_tokens.unwrap_or(0);
    let written = Written::of(usage);
    let context = usage.input_tokens + read + written.all;
    let prices = prices(facts, context)?;
    let factor = tier_factor(served.tier, facts)? * regional_factor(served.model_id, facts);
    let part = |tokens: u64, price: Option<f64>| match tokens {
        0 => Some(0.0),
        tokens => Some(tokens as f64 * price? * factor / MILLION),
    };
    let mut cost = Cost {
        input: part(usage.input_tokens, prices.input)?,
        output: part(usage.output_tokens, prices.output)?,
        cache_read: part(read, prices.cache_read)?,
        cache_write: part(written.all - written.hour, prices.cache_write)?
            + part(written.hour, prices.cache_write_hour)?,
        total: 0.0,
    };
    cost.total = cost.input + cost.output + cost.cache_read + cost.cache_write;
    Some(cost)
}

/// What was written to the cache.
struct Written {
    all: u64,
    /// For an hour.
    hour: u64,
}

impl Written {
    fn of(usage: &Usage) -> Self {
        let details = usage.cache_details.iter().flatten();
        let hour = details
            .filter(|detail| detail.ttl == CacheTtl::OneHour)
            .map(|detail| detail.input_tokens)
            .sum();
        let all = usage.cache_write_input_tokens.unwrap_or(hour);
        Self {
            all: all.max(hour),
            hour,
        }
    }
}

fn prices(facts: &Facts, context: u64) -> Option<Prices> {
    let long = facts.long_context.filter(|long| context > long.above);
    match long {
        Some(LongContext {
            above: _,
            input,
            output,
            cache_read,
            cache_write,
            cache_write_hour,
        }) => Some(Prices {
            input: Some(input),
            output: Some(output),
            cache_read,
            cache_write,
            cache_write_hour,
        }),
        None => facts.cost,
    }
}

/// None: what the tier costs is unknown.
fn tier_factor(tier: Option<&str>, facts: &Facts) -> Option<f64> {
    match tier {
        None | Some("default") => Some(1.0),
        Some(tier) => facts.tiers.as_ref()?.get(tier).copied(),
    }
}

/// By how much an id is dearer than the bare id and the global profile.
pub fn regional_factor(model_id: &str, facts: &Facts) -> f64 {
    let id = ModelId::parse(model_id);
    let is_regional = id
        .geography()
        .is_some_and(|geography| geography != "global");
    facts.regional_factor.filter(|_| is_regional).unwrap_or(1.0)
}

#[cfg(test)]
mod tests;
