//! What an answer looks like: text on stdout as it arrives, or its events as JSON lines. On a
//! terminal reasoning is shown dimmed, and a spinner until something comes; on a pipe there is
//! nothing but the answer.

use std::io::{self, IsTerminal, StdoutLock, Write};
use std::time::Duration;

use host_shim::AnswerBuilder;
use host_shim::interface::{
    BlockStart, Delta, ErrorKind, Message, ProviderError, ReasoningDelta, StopReason, StreamEvent,
};
use indicatif::ProgressBar;
use serde::Serialize;

use super::Ended;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::progress;

const DIM: &str = "\x1b[2m";
const PLAIN: &str = "\x1b[0m";

/// Prints one answer.
pub(super) struct Output {
    json: bool,
    /// Whether someone looks at stderr.
    watched: bool,
    spinner: Option<ProgressBar>,
    stdout: StdoutLock<'static>,
    /// Kept for a conversation that goes on.
    answer: AnswerBuilder,
    /// Whether the last thing on stderr was reasoning without a line end.
    in_reasoning: bool,
    /// Whether text was printed, and its last character.
    last: Option<u8>,
    tools: Vec<String>,
    stop_reason: Option<StopReason>,
}

impl Output {
    pub(super) fn new(json: bool) -> Self {
        Self {
            json,
            watched: io::stderr().is_terminal(),
            spinner: None,
            stdout: io::stdout().lock(),
            answer: AnswerBuilder::default(),
            in_reasoning: false,
            last: None,
            tools: Vec::new(),
            stop_reason: None,
        }
    }

    /// Shows that something is being waited for, to someone who looks.
    pub(super) fn wait(&mut self) {
        if self.json || !self.watched || !io::stdout().is_terminal() {
            return;
        }
        self.spinner = progress::spinner("");
    }

    /// Prints an event.
    pub(super) fn event(&mut self, event: StreamEvent) -> io::Result<()> {
        if self.json {
            let event = as_documented(event);
            serde_json::to_writer(&mut self.stdout, &event)?;
            return self.stdout.write_all(b"\n");
        }
        self.answer.push(&event);
        match event {
            StreamEvent::ContentBlockDelta(delta) => match delta.delta {
                Delta::Text(text) => self.text(&text)?,
                Delta::ReasoningContent(ReasoningDelta::Text(text)) => self.reasoning(&text),
                _ => {}
            },
            StreamEvent::ContentBlockStart(start) => {
                if let BlockStart::ToolUse(tool) = start.start {
                    self.tools.push(tool.name);
                }
            }
            StreamEvent::MessageStop(stop) => self.stop_reason = Some(stop.stop_reason),
            _ => {}
        }
        Ok(())
    }

    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.stdout.flush()
    }

    fn text(&mut self, text: &str) -> io::Result<()> {
        let Some(last) = text.as_bytes().last() else {
            return Ok(());
        };
        self.end_wait();
        self.end_reasoning();
        self.last = Some(*last);
        self.stdout.write_all(text.as_bytes())
    }

    fn reasoning(&mut self, text: &str) {
        if !self.watched {
            return;
        }
        self.end_wait();
        self.in_reasoning = true;
        let _ = write!(io::stderr(), "{DIM}{text}{PLAIN}");
    }

    fn end_wait(&mut self) {
        if let Some(spinner) = self.spinner.take() {
            spinner.finish_and_clear();
        }
    }

    fn end_reasoning(&mut self) {
        if std::mem::take(&mut self.in_reasoning) {
            let _ = writeln!(io::stderr());
        }
    }

    /// Ends the line of the answer.
    fn end_line(&mut self) -> io::Result<()> {
        self.end_wait();
        self.end_reasoning();
        if self.last.is_some_and(|last| last != b'\n') {
            self.stdout.write_all(b"\n")?;
        }
        self.stdout.flush()
    }

    /// Prints how the answer ended, and gives the message for a conversation that goes on.
    pub(super) fn end(mut self, ended: Result<(), Ended>) -> Result<Message, Failure> {
        let json = self.json;
        self.end_line()?;
        match ended {
            Ok(()) => {
                self.note();
                Ok(self.answer.finish().message)
            }
            Err(Ended::Output(error)) => Err(error.into()),
            Err(Ended::Cancelled) => {
                if json {
                    let error = ProviderError::new(ErrorKind::Cancelled, "interrupted");
                    write_error(&mut self.stdout, &error)?;
                }
                Err(Failure::Interrupted)
            }
            Err(Ended::Failed(error)) => {
                if json {
                    write_error(&mut self.stdout, &error)?;
                }
                Err(Failure::Failed(sentence(&error)))
            }
        }
    }

    /// Prints how the only answer ended.
    pub(super) fn finish(self, ended: Result<(), Ended>) -> Outcome {
        self.end(ended).map(drop)
    }

    /// Says what the text alone doesn't: an answer that was cut, or that is a call of a tool.
    fn note(&self) {
        if self.json {
            return;
        }
        if !self.tools.is_empty() {
            let names = self.tools.join(", ");
            note(&format!(
                "the model calls {names}; use --json to see the calls"
            ));
        }
        match &self.stop_reason {
            None | Some(StopReason::EndTurn | StopReason::StopSequence | StopReason::ToolUse) => {}
            Some(reason) => note(&format!("the answer is not whole: {reason}")),
        }
    }
}

fn note(sentence: &str) {
    let _ = writeln!(io::stderr(), "note: {sentence}");
}

/// The error's sentence, with what helps to have it looked into.
fn sentence(error: &ProviderError) -> String {
    let mut details = vec![error.kind.to_string()];
    details.extend(error.http_status.map(|status| format!("HTTP {status}")));
    details.extend(error.request_id.as_ref().map(|id| format!("request {id}")));
    details.extend(error.retry_after_ms.map(|wait| {
        let wait = Duration::from_millis(wait);
        format!("try again in {wait:?}")
    }));
    format!("{} [{}]", error.message, details.join(", "))
}

/// Prints an error as the last JSON line.
pub(super) fn print_error(error: &ProviderError) {
    // Nobody is left to tell if stdout is gone; the sentence goes to stderr.
    let _ = write_error(&mut io::stdout().lock(), error);
}

fn write_error(out: &mut impl Write, error: &ProviderError) -> io::Result<()> {
    /// In the order in which the members are documented.
    #[derive(Serialize)]
    struct Line<'a> {
        error: &'a ProviderError,
    }
    serde_json::to_writer(&mut *out, &Line { error })?;
    writeln!(out)?;
    out.flush()
}

/// An event with the members that AWS documents, and no others.
fn as_documented(mut event: StreamEvent) -> StreamEvent {
    if let StreamEvent::Metadata(metadata) = &mut event {
        metadata.cost = None;
        metadata.model_id = None;
    }
    event
}
