//! What is wrong with a config file, and where: one sentence each, several at once.

use std::fmt;
use std::path::PathBuf;

/// A file with hundreds of mistakes is the wrong file; nobody reads the rest.
const MAX_SHOWN: usize = 20;

/// A place in the config file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// First byte.
    pub offset: usize,
    /// Length in bytes.
    pub length: usize,
    /// Line, counted from 1.
    pub line: usize,
    /// Column in characters, counted from 1.
    pub column: usize,
}

/// One mistake. Its `Display` is the plain form:
/// `FILE:LINE:COL: sentence (at path.in.the.file); hint`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The config file.
    pub file: PathBuf,
    /// Where in the file; none when the file itself is the trouble.
    pub span: Option<Span>,
    /// The JSON path, such as `plugins.entries.amazon-bedrock.config.trust`; may be empty.
    pub path: String,
    /// What is wrong.
    pub sentence: String,
    /// What to do about it; may be empty.
    pub hint: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.file.display())?;
        if let Some(span) = self.span {
            write!(f, "{}:{}:", span.line, span.column)?;
        }
        write!(f, " {}", self.sentence)?;
        if !self.path.is_empty() {
            write!(f, " (at {})", self.path)?;
        }
        if !self.hint.is_empty() {
            write!(f, "; {}", self.hint)?;
        }
        Ok(())
    }
}

/// Why a config was refused: every mistake that was found, in the order of the file.
#[derive(Debug, Clone)]
pub struct ConfigError {
    /// At least one.
    pub problems: Vec<Problem>,
    /// The file's text for showing a line of it, every secret blanked out; empty when it could
    /// not be parsed and so nobody knows which parts are secret.
    pub text: String,
}

impl ConfigError {
    /// A file that cannot be read at all.
    pub(super) fn file(file: PathBuf, sentence: String, hint: &str) -> Self {
        let problem = Problem {
            file,
            span: None,
            path: String::new(),
            sentence,
            hint: hint.to_owned(),
        };
        Self {
            problems: vec![problem],
            text: String::new(),
        }
    }

    /// The problems worth showing, and how many more there are.
    pub fn shown(&self) -> (&[Problem], usize) {
        let shown = self.problems.len().min(MAX_SHOWN);
        (&self.problems[..shown], self.problems.len() - shown)
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (shown, more) = self.shown();
        for (index, problem) in shown.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{problem}")?;
        }
        match more {
            0 => Ok(()),
            more => write!(f, "\nand {more} more"),
        }
    }
}

impl std::error::Error for ConfigError {}
