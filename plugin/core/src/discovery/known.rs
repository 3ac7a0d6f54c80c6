//! What is known of models beyond what the service lists.

use provider_interface::ModelCost;

use crate::models::{Facts, regional_factor};

/// Tells what is known of a model by its id, and by the foundation model behind it where the id doesn't
/// tell.
pub(super) type Known<'a> = &'a dyn Fn(&str, Option<&str>) -> Facts;

/// The prices of an id: profiles of a geography may be dearer.
pub(super) fn cost(id: &str, facts: &Facts) -> Option<ModelCost> {
    let prices = facts.cost?;
    let factor = regional_factor(id, facts);
    // A product of decimal fractions has digits that nobody has set.
    let rounded = |price: f64| (price * 1e6).round() / 1e6;
    let here = |price: Option<f64>| price.map(|price| rounded(price * factor));
    Some(ModelCost {
        input: here(prices.input),
        output: here(prices.output),
        cache_read: here(prices.cache_read),
        cache_write: here(prices.cache_write),
    })
}

/// Nothing but what the service lists is known.
#[cfg(test)]
pub(super) fn nothing(_id: &str, _base: Option<&str>) -> Facts {
    Facts::default()
}
