//! Tools: models that have none, can't be made to call one, or don't know `strict`.

use provider_interface::{
    ChatRequest, ContentBlock, EmptyObject, Message, Tool, ToolChoice, ToolUseBlock,
};

use crate::convert::repair::{Repairs, result_as_text};
use crate::models::Facts;

/// What stands before a result that is told as text.
const RESULT: &str = "Result of the tool:";

/// A model without tools: none is offered, and what was called is told as text.
pub(super) fn tell_as_text(request: &mut ChatRequest, repairs: &mut Repairs) {
    let offered = request.tool_config.take().is_some();
    repairs.note_if(offered, "tools dropped, which the model doesn't call");
    for message in &mut request.messages {
        if message.content.iter().any(is_of_tools) {
            tell(message);
            repairs.note("calls and results of tools told as text");
        }
    }
}

fn is_of_tools(block: &ContentBlock) -> bool {
    matches!(
        block,
        ContentBlock::ToolUse(_) | ContentBlock::ToolResult(_)
    )
}

fn tell(message: &mut Message) {
    let content = std::mem::take(&mut message.content);
    message.content = content
        .into_iter()
        .flat_map(|block| match block {
            ContentBlock::ToolUse(call) => vec![ContentBlock::Text(told(&call))],
            ContentBlock::ToolResult(result) => result_as_text(result, RESULT),
            other => vec![other],
        })
        .collect();
}

fn told(call: &ToolUseBlock) -> String {
    format!("Call of the tool {}: {}", call.name, call.input.as_str())
}

/// What is asked about tools, made what the model takes.
pub(super) fn fit(request: &mut ChatRequest, thinks: bool, facts: &Facts, repairs: &mut Repairs) {
    let Some(config) = &mut request.tool_config else {
        return;
    };
    let can_be_made = facts.forced_tools != Some(false)
        && !(thinks && facts.forced_tools_while_thinking == Some(false));
    let is_made = matches!(
        config.tool_choice,
        Some(ToolChoice::Any(_) | ToolChoice::Tool(_))
    );
    if is_made && !can_be_made {
        config.tool_choice = Some(ToolChoice::Auto(EmptyObject {}));
        repairs.note("tool choice that the model refuses made auto");
    }
    if facts.strict_tools == Some(false) {
        for tool in &mut config.tools {
            if let Tool::ToolSpec(spec) = tool {
                let dropped = spec.strict.take().is_some();
                repairs.note_if(dropped, "strict dropped, which the model doesn't know");
            }
        }
    }
}
