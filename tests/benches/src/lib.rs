//! What the benches share: the programs that they start, and how figures are put together.

mod processes;

pub use processes::{Gateway, Process, Simulator, beside};

/// Anything that goes wrong ends the run with its sentence.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// The middle of some values; not a number where there are none.
pub fn median(values: impl Iterator<Item = f64>) -> f64 {
    percentile(&mut values.collect::<Vec<_>>(), 50.0)
}

/// The value that so many percent of the others don't exceed; not a number where there are none.
/// Sorts them.
pub fn percentile(values: &mut [f64], percent: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let at = (values.len() as f64 * percent / 100.0) as usize;
    let last = values.len().saturating_sub(1);
    values.get(at.min(last)).copied().unwrap_or(f64::NAN)
}
