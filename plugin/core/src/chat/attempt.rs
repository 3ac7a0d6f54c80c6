//! One model asked: with what is known of it, and again where the service names something that can be
//! left out.

use std::sync::Arc;

use provider_interface::{ChatRequest, ErrorKind, ProviderError, StreamEvent};
use tokio::time::timeout_at;

use super::lessons::Lessons;
use super::reader::{Decoder, HandOver, Reader};
use super::send::{Sender, Sent};
use super::task::Batches;
use super::watch::Watch;
use crate::config::Config;
use crate::convert::{self, ConverseRequest, Remedy, Restorer, Terms, remedy};
use crate::models::Facts;
use crate::provider::Sessions;
use crate::wire::{StreamDecoder, WholeDecoder};

/// What asking one model needs.
pub(super) struct Attempt<'a> {
    /// The model that the caller named.
    pub(super) asked: &'a str,
    pub(super) sessions: &'a Sessions,
    pub(super) config: &'a Config,
    pub(super) lessons: &'a Lessons,
    /// Whether no other model is asked after this one.
    pub(super) is_last: bool,
}

/// How an attempt failed.
pub(super) struct Failed {
    pub(super) error: ProviderError,
    /// Whether the caller has been given something.
    pub(super) has_begun: bool,
    /// Events that were held back, since they say nothing yet.
    pub(super) held: Vec<StreamEvent>,
}

impl From<ProviderError> for Failed {
    fn from(error: ProviderError) -> Self {
        Self {
            error,
            has_begun: false,
            held: Vec::new(),
        }
    }
}

/// What helped against a refusal, with the service's words.
struct Tried {
    remedy: Remedy,
    is_lesson: bool,
    refusal: String,
}

impl Attempt<'_> {
    /// Asks, and hands over what comes.
    pub(super) async fn run(self, mut chat: ChatRequest, batches: &Batches) -> Result<(), Failed> {
        let mut watch = Watch::new(self.config.timeouts.first_event);
        let connected = timeout_at(watch.due(), Sender::connect(self.sessions, &chat.model_id));
        let (sender, target) = connected.await.map_err(|_| watch.silence())??;
        // A profile that leads to the model isn't another model.
        let asked = match chat.model_id.trim() == self.asked {
            true => target.model_id.clone(),
            false => self.asked.to_owned(),
        };
        let model_id = target.model_id.clone();
        chat.model_id.clone_from(&model_id);
        let mut tried: Vec<Tried> = Vec::new();
        // What a remedy may have to begin anew from.
        let original = wants_structure(&chat).then(|| chat.clone());
        let base = target.base_model.as_deref();
        let mut terms = self.terms(&model_id, base, chat.tool_config.is_some());
        let mut request = convert::to_converse(chat, &terms)?;
        loop {
            let answered = match self
                .ask(&sender, &request, &terms.facts, &asked, &watch)
                .await
            {
                Ok(reader) => {
                    let to = HandOver {
                        batches,
                        idle: self.config.timeouts.idle,
                        hold: !self.is_last,
                        begun: || self.learn(&model_id, &tried),
                    };
                    reader.pump(&mut watch, to).await
                }
                Err(error) => Err(error.into()),
            };
            let failed = match answered {
                Err(failed) if !failed.has_begun => failed,
                ended => return ended,
            };
            let found = remedy::find(&failed.error, &request);
            let new = found.filter(|(remedy, _)| tried.iter().all(|had| had.remedy != *remedy));
            let Some((remedy, is_lesson)) = new else {
                return Err(failed);
            };
            tracing::debug!(model = model_id, how = remedy.told(), refusal = %failed.error, "asking again");
            tried.push(Tried {
                remedy,
                is_lesson,
                refusal: failed.error.message,
            });
            terms.lessons.push(remedy);
            remedy.teaches(Arc::make_mut(&mut terms.facts), request.has_tools());
            request = match original.clone().filter(|_| remedy == Remedy::ByAnswerTool) {
                Some(chat) => convert::to_converse(chat, &terms)?,
                None => request.with(remedy),
            };
        }
    }

    /// On what terms a model is asked; `base` is the foundation model behind it, if a list tells.
    fn terms(&self, model_id: &str, base: Option<&str>, has_tools: bool) -> Terms {
        let lessons = self.lessons.of(model_id);
        let mut facts = self.config.known.remembered(model_id, base);
        for lesson in &lessons {
            lesson.teaches(Arc::make_mut(&mut facts), has_tools);
        }
        Terms {
            facts,
            caching: self.config.prompt_caching.clone(),
            metadata: self.config.request_metadata.clone(),
            lessons,
        }
    }

    /// Sends a request; the beginning of its answer, as far as headers tell.
    async fn ask(
        &self,
        sender: &Sender,
        request: &ConverseRequest,
        facts: &Arc<Facts>,
        asked: &str,
        watch: &Watch,
    ) -> Result<Reader, ProviderError> {
        let sent = timeout_at(watch.due(), sender.send(request)).await;
        let Sent { body, request_id } = sent.map_err(|_| watch.silence())??;
        Ok(Reader {
            body,
            decoder: if request.streams() {
                Decoder::Stream(StreamDecoder::default())
            } else {
                Decoder::Whole(WholeDecoder::default())
            },
            restorer: Restorer::new(request, Arc::clone(facts), asked),
            request_id,
        })
    }

    /// Keeps what helped, now that it has.
    fn learn(&self, model_id: &str, tried: &[Tried]) {
        for had in tried.iter().filter(|had| had.is_lesson) {
            self.lessons.learn(model_id, had.remedy, &had.refusal);
        }
    }
}

fn wants_structure(chat: &ChatRequest) -> bool {
    let config = chat.output_config.as_ref();
    config.is_some_and(|config| config.text_format.is_some())
}

/// The tokens of a request.
pub(crate) async fn count_tokens(
    mut chat: ChatRequest,
    sessions: &Sessions,
    config: &Config,
    lessons: &Lessons,
) -> Result<u64, ProviderError> {
    let model_id = chat.model_id.trim().to_owned();
    let attempt = Attempt {
        asked: &model_id,
        sessions,
        config,
        lessons,
        is_last: true,
    };
    let has_tools = chat.tool_config.is_some();
    let terms = attempt.terms(&model_id, None, has_tools);
    if terms.facts.count_tokens == Some(false) {
        return Err(ProviderError::new(
            ErrorKind::InvalidRequest,
            format!(
                "tokens can't be counted for {model_id}: the service counts them for some Claude models \
                 only; an answer's usage tells them"
            ),
        ));
    }
    let (sender, target) = Sender::connect(sessions, &model_id).await?;
    let base = target.base_model.as_deref();
    let terms = attempt.terms(&target.model_id, base, has_tools);
    // Counting takes foundation models alone.
    chat.model_id = target.base_model.unwrap_or(target.model_id);
    sender.count(&convert::to_converse(chat, &terms)?).await
}
