//! What goes to stderr for people: plain lines, or on a terminal the line of the config with
//! the place marked.

use std::io::{self, IsTerminal, Write};

use host_shim::config::{ConfigError, Problem};
use miette::{
    GraphicalReportHandler, LabeledSpan, MietteDiagnostic, NamedSource, Report, Severity,
};

/// One sentence. Nobody is left to tell if stderr is gone.
pub(super) fn error(sentence: &str) {
    let _ = writeln!(io::stderr(), "error: {sentence}");
}

/// A sentence about something odd that stops nothing.
pub(super) fn warning(sentence: &str) {
    let _ = writeln!(io::stderr(), "warning: {}", one_line(sentence));
}

/// A text of others as one line, without what would move a terminal's cursor.
pub(super) fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

/// Every problem of a config.
pub(super) fn config_error(failure: &ConfigError) {
    let (shown, more) = failure.shown();
    let is_pretty = io::stderr().is_terminal() && !failure.text.is_empty();
    for problem in shown {
        if is_pretty {
            let _ = write!(io::stderr(), "{}", marked(problem, &failure.text));
        } else {
            error(&problem.to_string());
        }
    }
    if more > 0 {
        error(&format!("and {more} more; correct these first"));
    }
}

/// The problem with the line of the file it is about.
fn marked(problem: &Problem, text: &str) -> String {
    let mut diagnostic = MietteDiagnostic::new(format!("error: {}", problem.sentence))
        .with_severity(Severity::Error);
    if !problem.hint.is_empty() {
        diagnostic = diagnostic.with_help(problem.hint.clone());
    }
    if let Some(span) = problem.span {
        let label = LabeledSpan::at(span.offset..span.offset + span.length, problem.path.clone());
        diagnostic = diagnostic.with_label(label);
    }
    let source = NamedSource::new(problem.file.to_string_lossy(), text.to_owned());
    let report = Report::new(diagnostic).with_source_code(source);
    let mut drawing = String::new();
    match GraphicalReportHandler::new().render_report(&mut drawing, report.as_ref()) {
        Ok(()) => drawing,
        Err(_) => format!("error: {problem}\n"),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use host_shim::config::{Config, Environment};

    use super::*;

    #[test]
    fn what_others_say_is_one_line_and_moves_no_cursor() {
        assert_eq!(
            one_line("denied:\r\n\u{1b}[2Jgo  away\n"),
            "denied: [2Jgo away"
        );
    }

    #[test]
    fn the_marked_line_shows_no_secret() {
        let text = r#"{ plugins: { entries: { "amazon-bedrock": { config: { serve: { token: "hunter2", prot: 1 } } } } } }"#;
        let environment = Environment::new([], None);
        let error = Config::parse(Path::new("c.json5"), text, &environment).expect_err("refused");
        let drawing = marked(&error.problems[0], &error.text);
        assert!(drawing.contains("prot"), "{drawing}");
        assert!(drawing.contains("*******"), "{drawing}");
        assert!(!drawing.contains("hunter2"), "{drawing}");
    }
}
