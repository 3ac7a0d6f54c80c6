//! The JSON form of one reply: a flat object, exactly one member of which says what it is.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Deserialize;
use serde_json::Value;

use super::{Block, Content, Envelope, Reply, Script, ToolCall, Usage};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ScriptForm {
    #[serde(default)]
    pub(super) replies: Vec<Repeated>,
    #[serde(default)]
    pub(super) default: Option<Reply>,
}

impl From<ScriptForm> for Script {
    fn from(form: ScriptForm) -> Self {
        let spread = |entry: Repeated| std::iter::repeat_n(entry.reply, entry.times);
        Self {
            replies: form.replies.into_iter().flat_map(spread).collect(),
            default: form.default,
        }
    }
}

/// A reply that may be given several times in a row.
#[derive(Deserialize)]
#[serde(try_from = "ReplyForm")]
pub(super) struct Repeated {
    reply: Reply,
    times: usize,
}

impl TryFrom<ReplyForm> for Repeated {
    type Error = String;

    fn try_from(mut form: ReplyForm) -> Result<Self, String> {
        let times = form.times.take().unwrap_or(1);
        if times > MAX_TIMES {
            return Err(format!("`times` is at most {MAX_TIMES}"));
        }
        let reply = Reply::try_from(form)?;
        Ok(Self { reply, times })
    }
}

impl<'de> Deserialize<'de> for Reply {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::try_from(ReplyForm::deserialize(from)?).map_err(serde::de::Error::custom)
    }
}

/// How often one entry of a script may stand for itself.
const MAX_TIMES: usize = 100_000;

/// What a script may say of a reply.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ReplyForm {
    // Exactly one of these.
    text: Option<String>,
    reasoning: Option<ReasoningForm>,
    tools: Option<Vec<ToolCall>>,
    blocks: Option<Vec<Block>>,
    events: Option<Vec<(String, Value)>>,
    body_base64: Option<String>,
    deltas: Option<DeltasForm>,
    json: Option<Value>,
    error: Option<ErrorForm>,
    // Around the content.
    stop_reason: Option<String>,
    usage: Option<Usage>,
    latency_ms: Option<u64>,
    trace: Option<Value>,
    performance: Option<String>,
    service_tier: Option<String>,
    response_fields: Option<Value>,
    // The end.
    ending: Option<EndingForm>,
    // Time.
    delay_headers_ms: Option<u64>,
    delay_first_event_ms: Option<u64>,
    pace_ms: Option<f64>,
    events_per_second: Option<f64>,
    // Cutting.
    events_per_chunk: Option<usize>,
    chunk_size: Option<usize>,
    split_at: Option<Vec<usize>>,
    // Repetition, in a list.
    times: Option<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReasoningForm {
    thought: String,
    signature: String,
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeltasForm {
    count: usize,
    size: usize,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ErrorForm {
    status: u16,
    #[serde(rename = "type")]
    kind: Option<String>,
    message: Option<String>,
    retry_after: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
enum EndingForm {
    WithoutMessageStop,
    EndAfter(usize),
    Exception {
        after: usize,
        #[serde(rename = "type")]
        kind: String,
        message: String,
    },
    CutAfter(usize),
    CutBeforeHeaders,
    StallAfter(usize),
    StallBeforeHeaders,
    HalfFrameAfter(usize),
    BadPreludeCrcAfter(usize),
    BadMessageCrcAfter(usize),
}

impl TryFrom<ReplyForm> for Reply {
    type Error = String;

    fn try_from(form: ReplyForm) -> Result<Self, String> {
        if form.times.is_some() {
            return Err("`times` belongs into a list of replies".to_owned());
        }
        let reply = content(&form)?;
        Ok(timed(
            ended(enveloped(reply, &form), form.ending.as_ref()),
            &form,
        ))
    }
}

fn content(form: &ReplyForm) -> Result<Reply, String> {
    let mut found = Vec::new();
    found.extend(form.text.as_ref().map(Reply::text));
    found.extend(
        form.reasoning
            .as_ref()
            .map(|r| Reply::reasoning(&r.thought, &r.signature, &r.text)),
    );
    found.extend(form.tools.clone().map(Reply::tools));
    found.extend(form.blocks.clone().map(Reply::blocks));
    found.extend(form.events.clone().map(Reply::events));
    if let Some(text) = &form.body_base64 {
        let body = BASE64
            .decode(text)
            .map_err(|error| format!("`bodyBase64`: {error}"))?;
        found.push(Reply::raw(body));
    }
    found.extend(form.deltas.as_ref().map(|d| Reply::deltas(d.count, d.size)));
    found.extend(form.json.clone().map(Reply::json));
    if let Some(error) = &form.error {
        found.push(refusal(error)?);
    }
    match found.pop() {
        Some(reply) if found.is_empty() => Ok(reply),
        _ => Err(
            "a reply has exactly one of `text`, `reasoning`, `tools`, `blocks`, `events`, \
                  `bodyBase64`, `deltas`, `json`, `error`"
                .to_owned(),
        ),
    }
}

fn refusal(form: &ErrorForm) -> Result<Reply, String> {
    if !(400..600).contains(&form.status) {
        return Err(format!(
            "`status` {} is no error status (400 to 599)",
            form.status
        ));
    }
    let mut reply = Reply::status(form.status);
    if let Content::Error(failure) = &mut reply.content {
        failure.retry_after = form.retry_after;
        if let Some(kind) = &form.kind {
            failure.kind.clone_from(kind);
        }
        if let Some(message) = &form.message {
            failure.message.clone_from(message);
        }
    }
    Ok(reply)
}

fn enveloped(mut reply: Reply, form: &ReplyForm) -> Reply {
    reply.envelope = Envelope {
        stop_reason: form.stop_reason.clone(),
        usage: form.usage.clone(),
        latency_ms: form.latency_ms,
        trace: form.trace.clone(),
        performance_latency: form.performance.clone(),
        service_tier: form.service_tier.clone(),
        response_fields: form.response_fields.clone(),
    };
    reply
}

fn ended(reply: Reply, form: Option<&EndingForm>) -> Reply {
    match form {
        None => reply,
        Some(EndingForm::WithoutMessageStop) => reply.without_message_stop(),
        Some(EndingForm::EndAfter(after)) => reply.end_after(*after),
        Some(EndingForm::Exception {
            after,
            kind,
            message,
        }) => reply.exception_after(*after, kind, message),
        Some(EndingForm::CutAfter(after)) => reply.cut_after(*after),
        Some(EndingForm::CutBeforeHeaders) => reply.cut_before_headers(),
        Some(EndingForm::StallAfter(after)) => reply.stall_after(*after),
        Some(EndingForm::StallBeforeHeaders) => reply.stall_before_headers(),
        Some(EndingForm::HalfFrameAfter(after)) => reply.half_frame_after(*after),
        Some(EndingForm::BadPreludeCrcAfter(after)) => reply.bad_prelude_crc_after(*after),
        Some(EndingForm::BadMessageCrcAfter(after)) => reply.bad_message_crc_after(*after),
    }
}

fn timed(mut reply: Reply, form: &ReplyForm) -> Reply {
    let millis = |ms: Option<u64>| Duration::from_millis(ms.unwrap_or(0));
    reply.timing.before_headers = millis(form.delay_headers_ms);
    reply.timing.before_first_event = millis(form.delay_first_event_ms);
    if let Some(events) = form.events_per_chunk {
        reply = reply.events_per_chunk(events);
    }
    if let Some(rate) = form.events_per_second {
        reply = reply.events_per_second(rate);
    }
    if let Some(pace) = form.pace_ms {
        reply = reply.pace(Duration::try_from_secs_f64(pace / 1e3).unwrap_or(Duration::ZERO));
    }
    if let Some(size) = form.chunk_size {
        reply = reply.chunk_size(size);
    }
    if let Some(offsets) = &form.split_at {
        reply = reply.split_at(offsets.iter().copied());
    }
    reply
}
