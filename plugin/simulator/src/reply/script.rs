//! Scripts: files of replies, and errors that point at the place.

use std::path::{Path, PathBuf};

use super::Reply;
use super::form::ScriptForm;
use crate::limits::MAX_SCRIPT_BYTES;

/// Replies to give in order, and the one to give when they are used up.
#[derive(Clone, Debug, Default)]
pub struct Script {
    /// Given in order.
    pub replies: Vec<Reply>,
    /// Given from then on; without it the simulator answers by itself.
    pub default: Option<Reply>,
}

/// A script that cannot be used, with the place.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScriptError {
    /// The file cannot be read.
    #[error("cannot read the script {}: {source}", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is larger than any script.
    #[error("the script {} is larger than {MAX_SCRIPT_BYTES} bytes", path.display())]
    TooLarge {
        /// Which file.
        path: PathBuf,
    },
    /// The text is no script.
    #[error("{}:{line}:{column}: {message}", path.display())]
    Invalid {
        /// Which file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What is wrong there.
        message: String,
    },
}

impl Script {
    /// Reads a script file.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, ScriptError> {
        let path = path.as_ref();
        let unreadable = |source| ScriptError::Unreadable {
            path: path.to_owned(),
            source,
        };
        if std::fs::metadata(path).map_err(unreadable)?.len() > MAX_SCRIPT_BYTES {
            return Err(ScriptError::TooLarge {
                path: path.to_owned(),
            });
        }
        let text = std::fs::read_to_string(path).map_err(unreadable)?;
        Self::parse(&text, path)
    }

    /// Reads a script's text; `path` is for the error only.
    pub fn parse(text: &str, path: impl AsRef<Path>) -> Result<Self, ScriptError> {
        // A list and an object are told apart here: an untagged enum would lose the place of an error.
        let parsed = if text.trim_start().starts_with('[') {
            serde_json::from_str(text).map(|replies| ScriptForm {
                replies,
                default: None,
            })
        } else {
            serde_json::from_str(text)
        };
        parsed
            .map(Self::from)
            .map_err(|error| ScriptError::Invalid {
                path: path.as_ref().to_owned(),
                line: error.line(),
                column: error.column(),
                message: sentence(&error),
            })
    }
}

/// serde_json ends its message with the place, which the error gives itself.
fn sentence(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(at) => text[..at].to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        Script::parse(text, "replies.json")
            .expect_err("no good script")
            .to_string()
    }

    #[test]
    fn a_list_is_a_script_and_entries_can_repeat() {
        let script = Script::parse(
            r#"[{"error": {"status": 503}, "times": 2}, {"text": "Hello", "stopReason": "max_tokens"}]"#,
            "replies.json",
        )
        .expect("a good script");
        assert_eq!(script.replies.len(), 3);
        assert_eq!(
            script.replies[2].body(),
            Reply::text("Hello").stop_reason("max_tokens").body()
        );
    }

    #[test]
    fn an_object_can_name_the_default() {
        let script = Script::parse(
            r#"{"default": {"deltas": {"count": 200, "size": 20}, "eventsPerChunk": 16}}"#,
            "bench.json",
        )
        .expect("a good script");
        let default = script.default.expect("a default");
        assert_eq!(default.body(), Reply::deltas(200, 20).body());
    }

    #[test]
    fn blocks_and_endings_read_as_the_api_names_them() {
        let script = Script::parse(
            r#"[{"blocks": [
                  {"reasoning": {"text": "Hm.", "signature": "c2ln"}},
                  {"redactedReasoning": ["AQI="]},
                  {"text": "One moment."},
                  {"toolUse": {"toolUseId": "t1", "name": "weather", "input": {"city": "Paris"}}}],
                 "usage": {"inputTokens": 5, "outputTokens": 6, "cacheReadInputTokens": 7},
                 "ending": {"exception": {"after": 3, "type": "throttlingException", "message": "slow"}}}]"#,
            "replies.json",
        );
        assert_eq!(script.expect("a good script").replies.len(), 1);
    }

    #[test]
    fn a_mistake_is_told_with_its_place() {
        assert_eq!(
            refused("[\n {\"text\": \"a\",\n  \"pase\": 3}\n]")
                .split(", expected")
                .next(),
            Some("replies.json:3:8: unknown field `pase`")
        );
        assert!(refused(r#"[{"text": "a", "json": {}}]"#).contains("exactly one of `text`"));
        assert!(refused(r#"[{"error": {"status": 200}}]"#).contains("no error status"));
    }
}
