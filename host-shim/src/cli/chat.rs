//! `chat`: a prompt in, text out as it arrives.

mod conversation;
mod output;
mod request;
mod shape;

use std::io::{self, IsTerminal};
use std::path::PathBuf;

use host_shim::ChatStream;
use host_shim::interface::{ChatRequest, ErrorKind, ProviderError, StreamEvent};

use super::context::Context;
use super::failure::{Failure, Outcome};
use super::gateway::{Gateway, runtime};
use output::Output;

/// The model that is asked under `--simulate` when nobody names one; the simulator knows it.
const SIMULATED_MODEL: &str = "amazon-bedrock/amazon.nova-lite-v1:0";

/// What to ask, and whom.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Model, as `amazon-bedrock/ID` or `ID`; else the config's default
    #[arg(short, long, value_name = "MODEL")]
    pub(super) model: Option<String>,
    /// System prompt
    #[arg(short, long, value_name = "SYSTEM")]
    pub(super) system: Option<String>,
    /// How much the model may think before it answers: minimal, low, medium, high, xhigh, max
    #[arg(long, value_name = "LEVEL", value_parser = request::effort)]
    pub(super) effort: Option<host_shim::interface::Effort>,
    /// Show the model an image; may be repeated
    #[arg(long = "image", value_name = "FILE")]
    pub(super) images: Vec<PathBuf>,
    /// Send this Converse request, JSON as AWS documents it; - is stdin
    #[arg(long, value_name = "FILE", conflicts_with_all = ["system", "effort", "images", "prompt"])]
    pub(super) request: Option<PathBuf>,
    /// Print one JSON object a line, the events of ConverseStream
    #[arg(long)]
    pub(super) json: bool,
    /// The prompt; else stdin, else a conversation
    #[arg(value_name = "PROMPT")]
    pub(super) prompt: Vec<String>,
}

/// Runs the command.
pub(super) fn run(args: Args, context: &Context) -> Outcome {
    let json = args.json;
    let asked = request::read(&args)?;
    let gateway = Gateway::open(context).map_err(|failure| told_as_json(failure, json))?;
    let model = model(&args, asked.as_ref(), &gateway, context)?;
    let runtime = runtime()?;
    match asked {
        Some(request) => {
            let chat = Chat {
                gateway: &gateway,
                model: &model,
            };
            let mut output = Output::new(json);
            let ended = runtime.block_on(chat.answer(request, &mut output));
            output.finish(ended)
        }
        None if !io::stdin().is_terminal() => Err(Failure::Usage(
            "the prompt is empty; give one as an argument or on stdin".to_owned(),
        )),
        None => {
            let chat = Chat {
                gateway: &gateway,
                model: &model,
            };
            let ended = runtime.block_on(conversation::run(&chat, &args));
            // A line that is being waited for can't be taken back.
            runtime.shutdown_background();
            ended
        }
    }
}

/// What one answer needs.
struct Chat<'a> {
    gateway: &'a Gateway,
    model: &'a str,
}

impl Chat<'_> {
    /// Asks, and prints what comes. Ctrl-C cancels the answer.
    async fn answer(&self, request: ChatRequest, output: &mut Output) -> Result<(), Ended> {
        let mut stream = self.gateway.registry.stream(self.model, request)?;
        output.wait();
        let cancelled = std::pin::pin!(interrupted());
        tokio::select! {
            result = print(&mut stream, output) => result,
            () = cancelled => Err(Ended::Cancelled),
        }
    }
}

/// How an answer ended, other than well.
#[derive(Debug)]
enum Ended {
    /// The provider failed.
    Failed(ProviderError),
    /// Ctrl-C.
    Cancelled,
    /// Our output can't be written.
    Output(io::Error),
}

impl From<ProviderError> for Ended {
    fn from(error: ProviderError) -> Self {
        Self::Failed(error)
    }
}

impl From<io::Error> for Ended {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

async fn print(stream: &mut ChatStream, output: &mut Output) -> Result<(), Ended> {
    let mut events: Vec<StreamEvent> = Vec::new();
    loop {
        let more = stream.next_batch(&mut events).await?;
        for event in events.drain(..) {
            output.event(event)?;
        }
        output.flush()?;
        if !more {
            return Ok(());
        }
    }
}

/// Resolves at Ctrl-C; never, where it can't be listened for.
async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Whoever reads events wants to read this as well; the sentence goes to stderr as always.
fn told_as_json(failure: Failure, json: bool) -> Failure {
    if let (Failure::Failed(sentence), true) = (&failure, json) {
        let error = ProviderError::new(ErrorKind::Unavailable, sentence.clone());
        output::print_error(&error);
    }
    failure
}

fn model(
    args: &Args,
    asked: Option<&ChatRequest>,
    gateway: &Gateway,
    context: &Context,
) -> Result<String, Failure> {
    let of_request = asked
        .map(|request| request.model_id.clone())
        .filter(|id| !id.is_empty());
    let simulated = || context.global.simulate.then(|| SIMULATED_MODEL.to_owned());
    args.model
        .clone()
        .or(of_request)
        .or_else(|| gateway.config.default_model.clone())
        .or_else(simulated)
        .ok_or_else(|| {
            Failure::Usage(
                "no model is named; give one with -m MODEL (`bedrock-gateway models` lists them), \
                 or set agents.defaults.model.primary in the config"
                    .to_owned(),
            )
        })
}
