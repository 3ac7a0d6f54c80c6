//! What a person sees: a line for each check, what to do below it; colour on a terminal only.

use std::env;
use std::io::{self, IsTerminal, Write};

use super::{Report, Status};
use crate::cli::report::one_line;

const PLAIN: &str = "\x1b[0m";

/// A symbol and its colour.
fn symbol(status: Status) -> (char, &'static str) {
    match status {
        Status::Ok => ('✓', "\x1b[32m"),
        Status::Warn => ('!', "\x1b[33m"),
        Status::Fail => ('✗', "\x1b[31m"),
    }
}

/// Prints a report.
pub(super) fn print(report: &Report, out: &mut impl Write) -> io::Result<()> {
    let refused = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    write(report, io::stdout().is_terminal() && !refused, out)
}

fn write(report: &Report, coloured: bool, out: &mut impl Write) -> io::Result<()> {
    let names = report.checks.iter().map(|check| check.name.chars().count());
    let width = names.max().unwrap_or(0);
    for check in &report.checks {
        let (symbol, colour) = symbol(check.status);
        let (before, after) = if coloured { (colour, PLAIN) } else { ("", "") };
        let (name, detail) = (&check.name, one_line(&check.detail));
        writeln!(out, "{before}{symbol}{after} {name:width$}  {detail}")?;
        if let Some(fix) = &check.fix {
            writeln!(out, "  {:width$}  fix: {fix}", "")?;
        }
    }
    let (failed, odd) = (report.count(Status::Fail), report.count(Status::Warn));
    match (failed, odd) {
        (0, 0) => writeln!(out, "\nall is well"),
        (0, odd) => writeln!(out, "\nit works; {odd} worth a look"),
        (failed, odd) => writeln!(out, "\n{failed} in the way, {odd} worth a look"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(coloured: bool) -> String {
        let mut report = Report::new();
        report.ok("config", "c.json5 is valid");
        report.fail("credentials", "none were found", "export AWS_PROFILE=…");
        let mut out = Vec::new();
        write(&report, coloured, &mut out).expect("a vector takes everything");
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn checks_are_aligned_with_what_to_do_below() {
        let text = "✓ config       c.json5 is valid\n\
                    ✗ credentials  none were found\n\
                    \x20              fix: export AWS_PROFILE=…\n\
                    \n1 in the way, 0 worth a look\n";
        assert_eq!(shown(false), text);
    }

    #[test]
    fn colour_is_for_terminals() {
        assert!(!shown(false).contains('\x1b'));
        assert!(shown(true).contains("\x1b[31m✗\x1b[0m"));
    }
}
