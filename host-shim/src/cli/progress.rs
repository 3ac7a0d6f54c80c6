//! Signs of life for someone who waits at a terminal.

use std::io::{self, IsTerminal};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A spinner on stderr that says what is being waited for; none where nobody looks.
pub(super) fn spinner(waiting_for: &'static str) -> Option<ProgressBar> {
    if !io::stderr().is_terminal() {
        return None;
    }
    let spinner = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template("{spinner} {elapsed} {msg}");
    spinner.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
    spinner.set_message(waiting_for);
    spinner.enable_steady_tick(Duration::from_millis(100));
    Some(spinner)
}

/// Waits for something with a spinner, which is gone when it is there.
pub(super) async fn waiting<T>(waiting_for: &'static str, future: impl Future<Output = T>) -> T {
    let spinner = spinner(waiting_for);
    let value = future.await;
    if let Some(spinner) = spinner {
        spinner.finish_and_clear();
    }
    value
}
