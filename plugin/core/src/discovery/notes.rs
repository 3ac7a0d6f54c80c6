//! What is to be said of lists that are old, incomplete or missing: a sentence each.

use std::time::Duration;

use provider_interface::ProviderError;

use super::cache::Listed;
use super::sources::now;

/// The sentences about a region's lists.
pub(super) fn of(listed: &Listed, region: &str) -> Vec<String> {
    let Listed {
        lists,
        age,
        error,
        note,
    } = listed;
    let old = error
        .as_ref()
        .map(|error| format!("the list of {region} is {} old: {error}", words(*age)));
    let missing = lists.missing.iter().map(|(source, missing)| {
        let kept = lists.kept_since(*source).map(|at| {
            let age = Duration::from_secs(now().saturating_sub(at));
            format!("; those of {} ago are shown", words(age))
        });
        let error = &missing.error;
        let kept = kept.unwrap_or_default();
        format!("the {source} of {region} can't be listed: {error}{kept}")
    });
    note.iter().cloned().chain(old).chain(missing).collect()
}

/// The sentence about a region without any lists.
pub(super) fn nothing(region: &str, error: &ProviderError) -> String {
    format!("no models were discovered in {region}: {error}")
}

/// A span of time as people say it.
fn words(span: Duration) -> String {
    const MINUTE: u64 = 60;
    const HOUR: u64 = 60 * MINUTE;
    const DAY: u64 = 24 * HOUR;
    match span.as_secs() {
        seconds @ 0..MINUTE => format!("{seconds} s"),
        seconds @ MINUTE..HOUR => format!("{} min", seconds / MINUTE),
        seconds @ HOUR..DAY => format!("{} h", seconds / HOUR),
        seconds => format!("{} d", seconds / DAY),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_told_in_the_largest_unit_that_fits() {
        for (seconds, expected) in [
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (7199, "1 h"),
            (200_000, "2 d"),
        ] {
            assert_eq!(words(Duration::from_secs(seconds)), expected);
        }
    }
}
