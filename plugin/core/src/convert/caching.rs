//! Cache points that the caller didn't set: behind the tools, the system prompt and the last user
//! message, so that the next turn finds all of this one.

use provider_interface::{
    CachePoint, CachePointType, CacheTtl, ChatRequest, ContentBlock, PromptCaching, Role,
    SystemBlock, Tool,
};

use crate::models::{Caching, Facts};

/// Places cache points by a policy, unless the caller has placed some or the model isn't known to
/// take them. Without a policy they are placed where a next turn is to be expected: writing to the
/// cache costs more than reading, and a single question is never read again.
pub(super) fn place(request: &mut ChatRequest, facts: &Facts, policy: Option<&PromptCaching>) {
    let is_wanted = match policy {
        Some(PromptCaching::Short | PromptCaching::Long) => true,
        Some(_) => false,
        None => goes_on(request),
    };
    let Some(caching) = facts.caching.filter(|caching| *caching != Caching::None) else {
        return;
    };
    if !is_wanted || has_point(request) {
        return;
    }
    let is_long = policy == Some(&PromptCaching::Long) && facts.cache_hour == Some(true);
    let point = || CachePoint {
        kind: CachePointType::Default,
        ttl: is_long.then_some(CacheTtl::OneHour),
    };
    if let Some(config) = &mut request.tool_config
        && caching == Caching::Everywhere
    {
        config.tools.push(Tool::CachePoint(point()));
    }
    if !request.system.is_empty() {
        request.system.push(SystemBlock::CachePoint(point()));
    }
    mark_last_user_message(request, facts, caching, &point);
}

/// A conversation that has begun, or one with tools, which call for another turn.
fn goes_on(request: &ChatRequest) -> bool {
    let has_answer = |role: &Role| *role == Role::Assistant;
    request.tool_config.is_some() || request.messages.iter().any(|m| has_answer(&m.role))
}

fn has_point(request: &ChatRequest) -> bool {
    let mut tools = request.tool_config.iter().flat_map(|config| &config.tools);
    let mut blocks = request.messages.iter().flat_map(|message| &message.content);
    tools.any(|tool| matches!(tool, Tool::CachePoint(_)))
        || request
            .system
            .iter()
            .any(|block| matches!(block, SystemBlock::CachePoint(_)))
        || blocks.any(|block| matches!(block, ContentBlock::CachePoint(_)))
}

fn mark_last_user_message(
    request: &mut ChatRequest,
    facts: &Facts,
    caching: Caching,
    point: &impl Fn() -> CachePoint,
) {
    let mut turns = request.messages.iter_mut().rev();
    let Some(message) = turns.find(|message| message.role == Role::User) else {
        return;
    };
    let is_result = |block: &ContentBlock| matches!(block, ContentBlock::ToolResult(_));
    let may_follow = match message.content.last() {
        Some(ContentBlock::Document(_)) => facts.caches_documents != Some(false),
        last => last.is_some(),
    };
    let is_place = caching == Caching::Everywhere || !message.content.iter().any(is_result);
    if may_follow && is_place {
        message.content.push(ContentBlock::CachePoint(point()));
    }
}

#[cfg(test)]
mod tests;
