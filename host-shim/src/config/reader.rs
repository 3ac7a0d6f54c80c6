//! A cursor over one object of the config: every key that is asked for becomes a known key, so
//! adding one is one line in its section's file.

use jsonc_parser::ast::{Object, ObjectProp, Value};
use jsonc_parser::common::{Range, Ranged};

use super::findings::{Findings, Origin};
use super::node::Node;

/// How an object is treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manners {
    /// Ours alone: an unknown key is an error.
    Ours,
    /// The host's, but we depend on it: a known key must be right, other keys are left alone.
    Shared,
    /// The host's: even a known key that we cannot read is only a warning.
    Theirs,
}

/// One object, or the lack of it: an absent object reads as one without keys.
pub(super) struct Reader<'r> {
    findings: &'r Findings<'r>,
    object: Option<&'r Object<'r>>,
    path: String,
    manners: Manners,
    known: Vec<&'static str>,
}

impl<'r> Reader<'r> {
    pub(super) fn new(node: &Node<'r>, manners: Manners) -> Self {
        let object = match node.value {
            Value::Object(object) => {
                node.findings.open(object, &node.path, manners);
                Some(object)
            }
            _ => {
                node.expected::<()>("an object");
                None
            }
        };
        Self {
            findings: node.findings,
            object,
            path: node.path.clone(),
            manners,
            known: Vec::new(),
        }
    }

    pub(super) fn is_present(&self) -> bool {
        self.object.is_some()
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.property(key).is_some()
    }

    /// How many warnings the whole document has so far.
    pub(super) fn warnings(&self) -> usize {
        self.findings.warnings()
    }

    fn property(&self, key: &str) -> Option<&'r ObjectProp<'r>> {
        // Of duplicates, the last: as the host takes it, where it is not an error.
        let mut properties = self.object?.properties.iter().rev();
        properties.find(|property| property.name.as_str() == key)
    }

    fn node(&self, name: &str, value: &'r Value<'r>) -> Node<'r> {
        Node::new(self.findings, value, join(&self.path, name), self.manners)
    }

    /// The value under a key, if it is there and of the right kind.
    pub(super) fn read<T>(
        &mut self,
        key: &'static str,
        kind: impl Fn(&Node<'r>) -> Option<T>,
    ) -> Option<T> {
        self.known.push(key);
        let node = self.node(key, &self.property(key)?.value);
        let value = kind(&node)?;
        self.findings.note_origin(node.path.clone(), node.origin());
        Some(value)
    }

    /// The object under a key.
    pub(super) fn section(&mut self, key: &'static str, manners: Manners) -> Reader<'r> {
        self.known.push(key);
        match self.property(key) {
            Some(property) => {
                let path = join(&self.path, key);
                let node = Node::new(self.findings, &property.value, path, manners);
                let span = self.findings.document.span(property.name.range());
                self.findings
                    .note_origin(node.path.clone(), Origin::File(span));
                Reader::new(&node, manners)
            }
            None => Reader {
                findings: self.findings,
                object: None,
                path: join(&self.path, key),
                manners,
                known: Vec::new(),
            },
        }
    }

    /// A variable that speaks where the key is silent.
    pub(super) fn variable(&self, key: &str, name: &str) -> Option<&'r str> {
        let value = self.findings.environment.variable(name)?;
        self.findings
            .note_origin(join(&self.path, key), Origin::Environment(name.to_owned()));
        Some(value)
    }

    /// Every key with its value, for objects whose keys are names.
    pub(super) fn members(&self) -> Vec<(&'r str, Node<'r>)> {
        let properties = self.object.map_or(&[][..], |object| &object.properties);
        let member = |property: &'r ObjectProp<'r>| {
            let name = property.name.as_str();
            (name, self.node(name, &property.value))
        };
        properties.iter().map(member).collect()
    }

    /// Keys that may be there and that we make no use of.
    pub(super) fn accept(&mut self, keys: &[&'static str]) {
        self.known.extend(keys);
    }

    /// Reports what is wrong with a key that was read.
    pub(super) fn complain(&self, key: &str, sentence: &str, hint: &str) {
        let range = match (self.property(key), self.object) {
            (Some(property), _) => property.value.range(),
            (None, Some(object)) => Range::new(object.start(), object.start() + 1),
            (None, None) => Range::new(0, 0),
        };
        let path = join(&self.path, key);
        self.findings
            .complain(self.manners, range, &path, sentence.to_owned(), hint);
    }

    /// Says something about a key without refusing it.
    pub(super) fn warn(&self, key: &str, sentence: &str, hint: &str) {
        if let Some(property) = self.property(key) {
            let path = join(&self.path, key);
            let sentence = sentence.to_owned();
            let range = property.value.range();
            self.findings
                .complain(Manners::Theirs, range, &path, sentence, hint);
        }
    }

    /// Deals with the keys that nobody asked for.
    pub(super) fn finish(mut self) {
        let Some(object) = self.object else { return };
        if object.get(INCLUDE).is_some() {
            self.known.push(INCLUDE);
            self.warn(
                INCLUDE,
                "what is included from other files is not read here",
                "",
            );
        }
        for property in &object.properties {
            let name = property.name.as_str();
            if !self.known.contains(&name) {
                self.report_unknown(name, property.name.range());
            }
        }
    }

    fn report_unknown(&self, name: &str, range: Range) {
        let path = join(&self.path, name);
        match (self.manners, nearest(name, &self.known)) {
            (Manners::Ours, Nearest::None) => {
                let hint = format!("known here: {}", self.known.join(", "));
                let sentence = format!("unknown key {}", quoted(name));
                self.findings
                    .complain(Manners::Ours, range, &path, sentence, &hint);
            }
            (Manners::Ours, Nearest::Near(meant) | Nearest::Typo(meant)) => {
                let hint = format!("did you mean {}?", quoted(meant));
                let sentence = format!("unknown key {}", quoted(name));
                self.findings
                    .complain(Manners::Ours, range, &path, sentence, &hint);
            }
            (_, Nearest::Typo(meant)) => {
                let sentence = format!("key {} is not ours and was left alone", quoted(name));
                let hint = format!("did you mean {}?", quoted(meant));
                self.findings
                    .complain(Manners::Theirs, range, &path, sentence, &hint);
            }
            (_, Nearest::None | Nearest::Near(_)) => {}
        }
    }
}

/// The host's directive for splitting its config over files.
const INCLUDE: &str = "$include";

enum Nearest {
    None,
    /// Similar enough to ask.
    Near(&'static str),
    /// So similar that it can hardly be another key.
    Typo(&'static str),
}

fn nearest(name: &str, known: &[&'static str]) -> Nearest {
    const NEAR: f64 = 0.75;
    const LONGEST: usize = 64;
    // Below this length, two letters off is a different word.
    const TELLING: usize = 8;
    if name.len() > LONGEST {
        return Nearest::None;
    }
    let lower = name.to_lowercase();
    let similarity = |key: &&str| strsim::jaro_winkler(&lower, &key.to_lowercase());
    let best = known
        .iter()
        .copied()
        .max_by(|a, b| similarity(a).total_cmp(&similarity(b)));
    match best {
        Some(key) if name.len() >= TELLING && strsim::damerau_levenshtein(name, key) <= 2 => {
            Nearest::Typo(key)
        }
        Some(key) if similarity(&key) >= NEAR => Nearest::Near(key),
        _ => Nearest::None,
    }
}

/// `path.key`, with unusual keys in brackets.
pub(super) fn join(path: &str, key: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '$' | '/' | ':');
    if key.is_empty() || !key.chars().all(plain) || key.len() > LONGEST_SHOWN {
        format!("{path}[{}]", quoted(key))
    } else if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}

/// Longer names and values are cut where they are shown.
const LONGEST_SHOWN: usize = 60;

/// A name from the file as it may be shown: quoted, without control characters, not too long.
pub(super) fn quoted(name: &str) -> String {
    match name.char_indices().nth(LONGEST_SHOWN) {
        Some((cut, _)) => format!("{:?}", format!("{}…", &name[..cut])),
        None => format!("{name:?}"),
    }
}
