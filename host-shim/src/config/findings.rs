//! What reading a document brings to light besides the values: problems, and where each value
//! came from.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashSet};
use std::fmt;

use jsonc_parser::ast::{Object, Value};
use jsonc_parser::common::{Range, Ranged};

use super::document::{Document, Step, Visit, duplicates, visit};
use super::environment::Environment;
use super::problem::{Problem, Span};
use super::reader::{Manners, join, quoted};

/// Where an effective value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Nobody said anything.
    Default,
    /// The config file says it there.
    File(Span),
    /// This environment variable says it.
    Environment(String),
    /// This flag says it.
    Flag(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(span) => write!(f, "file, line {}", span.line),
            Self::Environment(name) => write!(f, "env {name}"),
            Self::Flag(name) => f.write_str(name),
        }
    }
}

/// By JSON path.
pub(super) type Origins = BTreeMap<String, Origin>;

/// Shared by all readers of one document.
pub(super) struct Findings<'d> {
    pub(super) document: &'d Document<'d>,
    pub(super) environment: &'d Environment,
    noted: RefCell<Noted>,
}

#[derive(Default)]
pub(super) struct Noted {
    pub(super) errors: Vec<Problem>,
    pub(super) warnings: Vec<Problem>,
    pub(super) origins: Origins,
    /// Where the objects begin that a reader has opened.
    opened: HashSet<usize>,
}

impl<'d> Findings<'d> {
    pub(super) fn new(document: &'d Document<'d>, environment: &'d Environment) -> Self {
        Self {
            document,
            environment,
            noted: RefCell::default(),
        }
    }

    /// Notes a problem: an error, or in the host's own sections a warning.
    pub(super) fn complain(
        &self,
        manners: Manners,
        range: Range,
        path: &str,
        sentence: String,
        hint: &str,
    ) {
        let mut problem = self.document.problem(range, sentence, hint);
        problem.path = path.to_owned();
        let mut noted = self.noted.borrow_mut();
        match manners {
            Manners::Ours | Manners::Shared => noted.errors.push(problem),
            Manners::Theirs => noted.warnings.push(problem),
        }
    }

    pub(super) fn note_origin(&self, path: String, origin: Origin) {
        self.noted.borrow_mut().origins.insert(path, origin);
    }

    /// How many warnings there are so far.
    pub(super) fn warnings(&self) -> usize {
        self.noted.borrow().warnings.len()
    }

    /// Checks an object's keys as a reader opens it: there, a second value for a key would be
    /// a choice that nobody made.
    pub(super) fn open(&self, object: &Object<'_>, path: &str, manners: Manners) {
        if self.is_first_visit(object) {
            self.report_duplicates(object, path, manners);
        }
    }

    fn is_first_visit(&self, object: &Object<'_>) -> bool {
        self.noted.borrow_mut().opened.insert(object.start())
    }

    fn report_duplicates(&self, object: &Object<'_>, path: &str, manners: Manners) {
        for (name, earlier, later) in duplicates(object) {
            let Span { line, column, .. } = self.document.span(earlier);
            let sentence = format!(
                "duplicate key {}, first at line {line} column {column}",
                quoted(name)
            );
            self.complain(
                manners,
                later,
                &join(path, name),
                sentence,
                "keep one of them",
            );
        }
    }

    /// Ends the reading: duplicates in objects that nobody opened are the host's affair, which
    /// takes the last one; worth a warning.
    pub(super) fn finish(self, root: &Value<'_>) -> Noted {
        visit(root, &mut |node| {
            if let Visit::Object { object, trail } = node
                && self.is_first_visit(object)
                && !duplicates(object).is_empty()
            {
                self.report_duplicates(object, &path_of(trail), Manners::Theirs);
            }
        });
        let mut noted = self.noted.into_inner();
        let place = |problem: &Problem| problem.span.map_or(0, |span| span.offset);
        for problems in [&mut noted.errors, &mut noted.warnings] {
            problems.sort_by_key(place);
            // A section that two readers look into is complained about twice.
            problems.dedup();
        }
        noted
    }
}

fn path_of(trail: &[Step<'_>]) -> String {
    trail.iter().fold(String::new(), |path, step| match step {
        Step::Key(name) => join(&path, name),
        Step::Index(index) => format!("{path}[{index}]"),
    })
}
