//! Rules on cache points, wherever they stand.

use serde_json::Value;

use super::{Conversation, Rule, list};
use crate::error::Refusal;

/// User guide, "Prompt caching": at most four cache checkpoints a request.
const MAX_CACHE_POINTS: usize = 4;

pub(super) static RULES: &[Rule] = &[
    Rule {
        name: "there_are_at_most_four_cache_points",
        source: "User guide, Prompt caching for faster model inference: maximum cache checkpoints per request 4",
        check: few,
    },
    Rule {
        name: "a_cache_point_comes_after_something",
        source: "User guide, Prompt caching: a checkpoint marks the end of the prefix before it",
        check: not_first,
    },
    Rule {
        name: "a_cache_point_does_not_follow_reasoning",
        source: "Converse, ValidationException: Cache point cannot be inserted after reasoning block",
        check: not_after_reasoning,
    },
    Rule {
        name: "a_cache_point_does_not_follow_a_document_other_than_pdf",
        source: "Claude through Converse, ValidationException: messages.….type: Field required",
        check: not_after_document,
    },
    Rule {
        name: "longer_cache_lives_come_first",
        source: "User guide, Prompt caching: cache entries with longer TTL must appear before shorter TTLs",
        check: longest_first,
    },
];

/// All cache points in the order in which the prompt is built: tools, system, messages.
fn points<'a>(conversation: &Conversation<'a>) -> Vec<&'a Value> {
    let turns = conversation.messages().flat_map(|turn| turn.blocks);
    let blocks = conversation
        .tools()
        .iter()
        .chain(conversation.system())
        .chain(turns);
    blocks.filter_map(|block| block.get("cachePoint")).collect()
}

fn few(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    match points(conversation).len() {
        0..=MAX_CACHE_POINTS => Ok(()),
        count => Err(Refusal::by_model(&format!(
            "A maximum of {MAX_CACHE_POINTS} blocks with cache_control may be provided. Found {count}."
        ))),
    }
}

fn not_first(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    let lists = [
        ("system".to_owned(), conversation.system()),
        ("toolConfig.tools".to_owned(), conversation.tools()),
    ];
    let turns = conversation
        .messages()
        .map(|turn| (format!("messages.{}.content", turn.index), turn.blocks));
    for (place, blocks) in lists.into_iter().chain(turns) {
        if blocks
            .first()
            .is_some_and(|block| block.get("cachePoint").is_some())
        {
            return Err(Refusal::validation(format!(
                "The cachePoint at {place}.0 has no content before it. Place it after the content that it caches and try again."
            )));
        }
    }
    Ok(())
}

/// Whether a cache point stands right behind a block that the test is true of.
fn follows(conversation: &Conversation<'_>, test: fn(&Value) -> bool) -> Option<(usize, usize)> {
    conversation.messages().find_map(|turn| {
        let pairs = &mut turn.blocks.windows(2);
        let at = pairs.position(|pair| test(&pair[0]) && pair[1].get("cachePoint").is_some())?;
        Some((turn.index, at))
    })
}

fn not_after_reasoning(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    match follows(conversation, |block| {
        block.get("reasoningContent").is_some()
    }) {
        None => Ok(()),
        Some(_) => Err(Refusal::validation(
            "Cache point cannot be inserted after reasoning block. Please remove the invalid cache point and try again.",
        )),
    }
}

fn not_after_document(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    let other = |block: &Value| {
        let document = &block["document"];
        document.is_object()
            && document["format"] != "pdf"
            && document["source"]["bytes"].is_string()
    };
    match follows(conversation, other).filter(|_| conversation.base.starts_with("anthropic.")) {
        None => Ok(()),
        Some((message, block)) => Err(Refusal::by_model(&format!(
            "messages.{message}.content.{}.type: Field required",
            block + 1
        ))),
    }
}

fn longest_first(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    let long: Vec<bool> = points(conversation)
        .iter()
        .map(|point| point["ttl"] == "1h")
        .collect();
    if long.windows(2).all(|pair| pair[0] || !pair[1]) {
        return Ok(());
    }
    Err(Refusal::by_model(
        "a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block.",
    ))
}

/// Whether the request caches at all, and where; for the rules of the families.
pub(super) struct Caching {
    pub(super) anywhere: bool,
    pub(super) in_tools: bool,
    pub(super) with_ttl: bool,
    pub(super) beside_tool_result: bool,
}

pub(super) fn caching(conversation: &Conversation<'_>) -> Caching {
    let points = points(conversation);
    let is_point = |block: &&Value| block.get("cachePoint").is_some();
    Caching {
        anywhere: !points.is_empty(),
        in_tools: conversation.tools().iter().any(|tool| is_point(&tool)),
        with_ttl: points.iter().any(|point| !point["ttl"].is_null()),
        beside_tool_result: conversation
            .messages()
            .any(|turn| turn.members("toolResult").next().is_some() && list_has_point(turn.blocks)),
    }
}

fn list_has_point(blocks: &[Value]) -> bool {
    blocks.iter().any(|block| {
        block.get("cachePoint").is_some()
            || list(&block["toolResult"]["content"])
                .iter()
                .any(|part| part.get("cachePoint").is_some())
    })
}
