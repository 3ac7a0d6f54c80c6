//! Cache points: only where the model takes them, at most four, each behind something that can be
//! cached, long lives first.

use provider_interface::{
    CachePoint, CacheTtl, ChatRequest, ContentBlock, DocumentFormat, DocumentSource, SystemBlock,
    Tool,
};

use super::Repairs;
use crate::models::{Caching, Facts};

/// User guide, *Prompt caching*: at most four checkpoints a request.
const MAX_POINTS: usize = 4;

pub(super) fn keep_valid(request: &mut ChatRequest, facts: &Facts, repairs: &mut Repairs) {
    let given = count(request);
    if given == 0 {
        return;
    }
    drop_refused(request, facts);
    let before = count(request);
    repairs.note_if(before < given, "cache point that the model refuses dropped");
    drop_misplaced(request, facts);
    let placed = count(request);
    repairs.note_if(placed < before, "misplaced cache point dropped");
    if placed > MAX_POINTS {
        keep_best(request, placed);
        repairs.note("cache points beyond the fourth dropped");
    }
    if facts.cache_hour == Some(false) {
        forget_lives(request, repairs);
    }
    shorten(request, repairs);
}

/// Points where the model takes none.
fn drop_refused(request: &mut ChatRequest, facts: &Facts) {
    let caching = facts.caching.unwrap_or(Caching::Everywhere);
    if caching == Caching::Everywhere {
        return;
    }
    if let Some(config) = &mut request.tool_config {
        config.tools.retain(|item| item.point().is_none());
    }
    if caching == Caching::None {
        request.system.retain(|item| item.point().is_none());
    }
    let is_result = |block: &ContentBlock| matches!(block, ContentBlock::ToolResult(_));
    for message in &mut request.messages {
        if caching == Caching::None || message.content.iter().any(is_result) {
            message.content.retain(|item| item.point().is_none());
        }
    }
}

/// A model that knows one life only is told none.
fn forget_lives(request: &mut ChatRequest, repairs: &mut Repairs) {
    each(request, &mut |_, point| {
        if point.ttl.take().is_some() {
            repairs.note("life of a cache point dropped, which the model doesn't know");
        }
    });
}

/// One of a list's items, seen by these rules.
trait Item {
    fn point(&self) -> Option<&CachePoint>;
    fn point_mut(&mut self) -> Option<&mut CachePoint>;
    /// Whether a cache point may stand behind it.
    fn is_markable(&self, _facts: &Facts) -> bool {
        true
    }
}

macro_rules! item {
    ($kind:ident { $($more:item)* }) => {
        impl Item for $kind {
            fn point(&self) -> Option<&CachePoint> {
                match self {
                    Self::CachePoint(point) => Some(point),
                    _ => None,
                }
            }

            fn point_mut(&mut self) -> Option<&mut CachePoint> {
                match self {
                    Self::CachePoint(point) => Some(point),
                    _ => None,
                }
            }

            $($more)*
        }
    };
}

item!(Tool {});
item!(SystemBlock {});
item!(ContentBlock {
    fn is_markable(&self, facts: &Facts) -> bool {
        match self {
            Self::ReasoningContent(_) => false,
            Self::Document(document) => {
                let is_pdf = document.format == Some(DocumentFormat::Pdf);
                let has_bytes = matches!(document.source, DocumentSource::Bytes(_));
                facts.caches_documents != Some(false) || is_pdf || !has_bytes
            }
            _ => true,
        }
    }
});

/// A point at the beginning of a list, behind another one or behind what can't be marked.
fn drop_misplaced(request: &mut ChatRequest, facts: &Facts) {
    if let Some(config) = &mut request.tool_config {
        drop_in(&mut config.tools, facts);
    }
    drop_in(&mut request.system, facts);
    for message in &mut request.messages {
        drop_in(&mut message.content, facts);
    }
}

fn drop_in<T: Item>(items: &mut Vec<T>, facts: &Facts) {
    let mut may_stand = false;
    items.retain(|item| {
        let is_point = item.point().is_some();
        let stays = !is_point || may_stand;
        may_stand = !is_point && item.is_markable(facts);
        stays
    });
}

fn count(request: &mut ChatRequest) -> usize {
    let mut count = 0;
    each(request, &mut |_, _| count += 1);
    count
}

/// Keeps the last point of tools and system (that prefix is the same in every conversation) and the
/// last ones of the messages: the longest prefixes, of which the next turn finds one again.
fn keep_best(request: &mut ChatRequest, count: usize) {
    let mut last_static = None;
    let mut index = 0;
    each(request, &mut |is_static, _| {
        if is_static {
            last_static = Some(index);
        }
        index += 1;
    });
    // A static point that is among the last ones anyway costs no place of its own.
    let first_kept = count - MAX_POINTS;
    let own_place = last_static.filter(|at| *at < first_kept);
    let first_kept = first_kept + usize::from(own_place.is_some());
    let mut index = 0;
    retain(request, &mut || {
        let keep = index >= first_kept || Some(index) == own_place;
        index += 1;
        keep
    });
}

fn retain(request: &mut ChatRequest, keep: &mut dyn FnMut() -> bool) {
    if let Some(config) = &mut request.tool_config {
        config.tools.retain(|item| item.point().is_none() || keep());
    }
    request
        .system
        .retain(|item| item.point().is_none() || keep());
    for message in &mut request.messages {
        message
            .content
            .retain(|item| item.point().is_none() || keep());
    }
}

/// The points in the order in which the prompt is built, and whether they are outside the messages.
fn each(request: &mut ChatRequest, visit: &mut dyn FnMut(bool, &mut CachePoint)) {
    let tools = request
        .tool_config
        .iter_mut()
        .flat_map(|config| &mut config.tools);
    tools
        .filter_map(Item::point_mut)
        .for_each(|point| visit(true, point));
    let system = request.system.iter_mut();
    system
        .filter_map(Item::point_mut)
        .for_each(|point| visit(true, point));
    let blocks = request.messages.iter_mut().flat_map(|m| &mut m.content);
    blocks
        .filter_map(Item::point_mut)
        .for_each(|point| visit(false, point));
}

/// An hour must not come after five minutes. The later point gets the shorter life, which costs
/// less and never more than was asked for.
fn shorten(request: &mut ChatRequest, repairs: &mut Repairs) {
    let mut shorter: Option<Option<CacheTtl>> = None;
    each(request, &mut |_, point| {
        let is_long = point.ttl == Some(CacheTtl::OneHour);
        match &shorter {
            Some(ttl) if is_long => {
                point.ttl.clone_from(ttl);
                repairs.note("life of a cache point behind a shorter one shortened");
            }
            None if !is_long => shorter = Some(point.ttl.clone()),
            _ => {}
        }
    });
}
