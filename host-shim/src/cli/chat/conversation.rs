//! A conversation at the terminal: line by line, until the end of input.

use std::io::{self, Write};

use host_shim::interface::{Message, Role};

use super::output::Output;
use super::{Args, Chat, interrupted, request};
use crate::cli::failure::{Failure, Outcome};
use crate::cli::report;

/// Talks until Ctrl-D. Ctrl-C cancels an answer; at the prompt it ends the program.
pub(super) async fn run(chat: &Chat<'_>, args: &Args) -> Outcome {
    let _ = writeln!(
        io::stderr(),
        "{} (Ctrl-C cancels an answer, Ctrl-D ends)",
        chat.model
    );
    let mut messages: Vec<Message> = Vec::new();
    // Images belong to the first message.
    let mut first = true;
    loop {
        let prompt = tokio::select! {
            line = read_line() => line?,
            () = interrupted() => return Err(Failure::Interrupted),
        };
        let Some(prompt) = prompt else {
            return Ok(());
        };
        if prompt.trim().is_empty() {
            continue;
        }
        let asked = if first {
            request::user(prompt, args)?
        } else {
            Message::text(Role::User, prompt)
        };
        messages.push(asked);
        let mut output = Output::new(false);
        let ended = chat
            .answer(request::asking(args, messages.clone()), &mut output)
            .await;
        match output.end(ended) {
            Ok(answer) => {
                messages.push(answer);
                first = false;
            }
            // What wasn't answered is asked again or not: it must not stay in the conversation.
            Err(Failure::Failed(sentence)) => {
                report::error(&sentence);
                messages.pop();
            }
            Err(Failure::Interrupted) => {
                messages.pop();
            }
            Err(other) => return Err(other),
        }
    }
}

/// The next line; none at the end of input.
async fn read_line() -> Result<Option<String>, Failure> {
    let line = tokio::task::spawn_blocking(|| {
        write!(io::stderr(), "> ")?;
        io::stderr().flush()?;
        let mut line = String::new();
        let read = io::stdin().read_line(&mut line)?;
        Ok::<_, io::Error>((read > 0).then_some(line))
    });
    match line.await {
        Ok(line) => {
            line.map_err(|error| Failure::Failed(format!("cannot read the prompt: {error}")))
        }
        Err(_) => Err(Failure::Panicked),
    }
}
